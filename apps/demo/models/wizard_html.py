"""What was found out about a model file, as HTML for the wizard of the Models tab. Escapes whatever it shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from ocr_core.inspection.findings import HOW, Finding, Known, ModelInspection
from ocr_core.views.html import escaped

_LAYERS_SHOWN: Final = 12
_OPERATORS_SHOWN: Final = 14
_OUTPUTS: Final = {"probs": "probabilities", "log_probs": "logarithms of probabilities", "logits": "logits"}


def findings_html(found: ModelInspection, file_name: str) -> str:
    """Returns a card: every finding with how it is known, then the layers by their work."""
    rows = "".join(_row(*row) for row in _rows(found))
    warnings = "".join(f'<p class="zj-model-problem">{escaped(sentence)}</p>' for sentence in found.warnings)
    return (
        '<article class="zj-model zj-found" style="--engine:#6b7486;--engine-dark:#9aa3b5">'
        f"<h3>{escaped(file_name)}</h3>{warnings}<dl>{rows}</dl>{_layers(found)}"
        f'<p class="zj-hash"><span>SHA-256</span> <code>{escaped(found.sha256)}</code></p></article>'
    )


def _rows(found: ModelInspection) -> list[tuple[str, str, Known]]:
    graph = found.graph
    rows: list[tuple[str, str, Known]] = [
        ("input", "; ".join(f"{v.name}: {' x '.join(map(str, v.dims))}" for v in graph.inputs[:4]), "read"),
        ("parameters", f"{graph.parameters / 1e6:.2f} M", "read"),
    ]
    if found.classes is not None:
        rows += [
            _found("channels", found.channels),
            _found("height", found.height_px, " px"),
            ("width", f"{found.fixed_width_px} px, always" if found.fixed_width_px else "any", "read"),
            _found("axes of the output", found.axes),
            _found("what it returns", replace(found.output, value=_OUTPUTS.get(found.output.value))),
            ("classes", f"{found.classes:,}", "measured"),
            _alphabet(found),
            _found("blank", found.blank),
            _found("stride", found.stride_px, " px a frame"),
        ]
        if found.bars is not None and found.bars.stride_px is not None:
            rows.append(("stride by shifted bars", f"{found.bars.stride_px:.2f} px a frame", "measured"))
        if found.mean_std.value is not None:
            mean, std = found.mean_std.value
            rows.append(("normalisation", f"(pixel / 255 - {mean:.4g}) / {std:.4g}", found.mean_std.how))
    operators = list(graph.operators.items())
    rest = f" and {len(operators) - _OPERATORS_SHOWN} more" if len(operators) > _OPERATORS_SHOWN else ""
    shown = ", ".join(f"{name} {count}" for name, count in operators[:_OPERATORS_SHOWN])
    rows.append(("operators", shown + rest, "read"))
    return rows


def _found(name: str, finding: Finding, unit: str = "") -> tuple[str, str, Known]:
    return name, "not known" if finding.value is None else f"{finding.value}{unit}", finding.how


def _alphabet(found: ModelInspection) -> tuple[str, str, Known]:
    if found.symbols is None:
        return "characters", "not in the file", "unknown"
    return "characters", f"{len(found.symbols[1]):,} in the metadata entry {found.symbols[0]}", "read"


def _row(name: str, value: str, how: Known) -> str:
    words = HOW[how] if value != "not in the file" else "is asked"
    return (
        f'<div><dt>{escaped(name)}</dt><dd>{escaped(value)} <span class="zj-how zj-{how}">{escaped(words)}</span>'
        "</dd></div>"
    )


def _layers(found: ModelInspection) -> str:
    if not found.layers:
        return ""
    total = found.multiply_adds
    most = sorted(found.layers, key=lambda layer: -layer.multiply_adds)[:_LAYERS_SHOWN]
    rows = "".join(
        f"<tr><td>{escaped(layer.operator)}</td><td>{' x '.join(map(str, layer.output))}</td>"
        f"<td>{layer.multiply_adds / 1e6:.1f} M</td><td>{layer.multiply_adds / total:.1%}</td>"
        f"<td>{escaped(layer.name[:60])}</td></tr>"
        for layer in most
    )
    return (
        f"<details><summary>{total / 1e9:.2f} G multiply-adds for a line of {found.tried_width_px} px, in "
        f"{len(found.layers)} layers</summary><table><tr><th>layer</th><th>returns</th><th>multiply-adds</th>"
        f"<th>share</th><th>name</th></tr>{rows}</table></details>"
    )
