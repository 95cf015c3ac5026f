"""What was found out about a model file, as HTML for the wizard of the Models tab. Escapes whatever it shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from apps.demo.wording.findings import say
from ocr_core.inspection.findings import Finding, Known, ModelInspection
from ocr_core.views.html import escaped
from ocr_core.wording.sentences import retold

_LAYERS_SHOWN: Final = 12
_OPERATORS_SHOWN: Final = 14
_OUTPUTS: Final = say.keys_under("output.")
_UNKNOWN_HERE: Final = "unknown here"


def findings_html(found: ModelInspection, file_name: str) -> str:
    """Returns a card: every finding with how it is known, then the layers by their work."""
    rows = "".join(_row(*row) for row in _rows(found))
    warnings = "".join(f'<p class="zj-model-problem">{escaped(retold(sentence))}</p>' for sentence in found.warnings)
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
            (
                "width",
                say("found.always", width=found.fixed_width_px) if found.fixed_width_px else say("found.any"),
                "read",
            ),
            _found("axes", found.axes),
            _found("output", replace(found.output, value=_OUTPUTS.get(found.output.value))),
            ("classes", f"{found.classes:,}", "measured"),
            _alphabet(found),
            _found("blank", found.blank),
            _found("stride", found.stride_px, say("found.px_a_frame")),
        ]
        if found.bars is not None and found.bars.stride_px is not None:
            rows.append(("bars", f"{found.bars.stride_px:.2f}{say('found.px_a_frame')}", "measured"))
        if found.mean_std.value is not None:
            mean, std = found.mean_std.value
            rows.append(("normalisation", f"(pixel / 255 - {mean:.4g}) / {std:.4g}", found.mean_std.how))
    operators = list(graph.operators.items())
    more = len(operators) - _OPERATORS_SHOWN
    rest = say("found.more", count=more) if more > 0 else ""
    shown = ", ".join(f"{name} {count}" for name, count in operators[:_OPERATORS_SHOWN])
    rows.append(("operators", shown + rest, "read"))
    return rows


def _found(name: str, finding: Finding, unit: str = "") -> tuple[str, str, Known]:
    return name, say("found.unknown") if finding.value is None else f"{finding.value}{unit}", finding.how


def _width(fixed_px: int | None) -> str:
    return say("found.always", width=fixed_px) if fixed_px else say("found.any")


def _alphabet(found: ModelInspection) -> tuple[str, str, Known]:
    if found.symbols is None:
        return "characters", _UNKNOWN_HERE, "unknown"
    entry, symbols = found.symbols
    return "characters", say("found.in_metadata", count=f"{len(symbols):,}", entry=entry), "read"


def _row(name: str, value: str, how: Known) -> str:
    is_asked = value == _UNKNOWN_HERE
    words = say("how.asked") if is_asked else say(f"how.{how}")
    told = say("found.not_in_file") if is_asked else value
    known = f'<span class="zj-how zj-{how}">{escaped(words)}</span>'
    return f"<div><dt>{escaped(say(f'found.{name}'))}</dt><dd>{escaped(told)} {known}</dd></div>"


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
    work = f"{total / 1e9:.2f}"
    summary = say("layers.summary", work=work, width=found.tried_width_px, layers=len(found.layers))
    names = ("layer", "returns", "work", "share", "name")
    heads = "".join(f"<th>{escaped(say(f'layers.{name}'))}</th>" for name in names)
    return f"<details><summary>{escaped(summary)}</summary><table><tr>{heads}</tr>{rows}</table></details>"
