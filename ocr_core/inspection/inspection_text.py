"""An inspection as plain text for a terminal: what the model is, how each thing is known, and where its work lies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ocr_core.inspection.findings import HOW, Finding, ModelInspection
from ocr_core.inspection.graph_facts import LOOPS
from ocr_core.inspection.inspect_model import alphabet_of

_LAYERS_SHOWN: Final = 8
_OPERATORS_SHOWN: Final = 12


def inspection_text(found: ModelInspection, name: str) -> str:
    """Returns some thirty lines; texts of the file may hold anything and are left to the caller to make safe."""
    rows = [*_file_rows(found), *_network_rows(found)]
    widest = max(len(label) for label, _ in rows)
    lines = [name, *(f"  {label:<{widest}}  {value}" for label, value in rows)]
    lines += [f"  ! {sentence}" for sentence in found.warnings]
    return "\n".join([*lines, *_layer_lines(found)])


def _file_rows(found: ModelInspection) -> Iterator[tuple[str, str]]:
    graph = found.graph
    made = f"opset {graph.opset}" + (f", made by {graph.producer}" if graph.producer else "")
    yield "file", f"{found.bytes_on_disk / 1e6:.1f} MB, {made}, SHA-256 {found.sha256[:16]}…"
    for kind, values in (("input", graph.inputs), ("output", graph.outputs)):
        for value in values[:4]:
            yield kind, f"{value.name}: {' x '.join(map(str, value.dims)) or 'no shape'}, {value.element_type}"
    yield "parameters", f"{graph.parameters / 1e6:.2f} M"
    shown = list(graph.operators.items())
    rest = f" and {len(shown) - _OPERATORS_SHOWN} more" if len(shown) > _OPERATORS_SHOWN else ""
    yield "operators", ", ".join(f"{operator} {count}" for operator, count in shown[:_OPERATORS_SHOWN]) + rest
    if control := [f"{name} {graph.operators[name]}" for name in LOOPS if name in graph.operators]:
        yield "control flow", ", ".join(control)


def _network_rows(found: ModelInspection) -> Iterator[tuple[str, str]]:
    if found.described is not None:
        yield "metadata", f"says what is needed to read with it; licence: {found.described.licence}"
    if found.channels.value is not None:
        yield "channels", _said(found.channels, {1: "1, grey", 3: "3, in an order that cannot be seen"})
        yield "height", _said(found.height_px, unit=" px")
        width = f"{found.fixed_width_px} px, always" if found.fixed_width_px else "free"
        batch = f"{found.fixed_lines}, always" if found.fixed_lines else "free"
        yield "width", f"{width} (read off the file); lines at once: {batch}"
    if found.classes is None:
        return
    yield "output", f"{_said(found.axes)}; {_said(found.output)}"
    yield "classes", f"{found.classes:,}" + _alphabet_words(found)
    if found.blank.value is not None:
        share = "" if found.blank_share is None else f"; wins {found.blank_share:.0%} of an empty line"
        yield "blank", _said(found.blank) + share
    yield "stride", _said(found.stride_px, unit=" px a frame") + _bars_words(found)
    if found.mean_std.value is not None:
        mean, std = found.mean_std.value
        yield "normalisation", _said(Finding(f"(pixel / 255 - {mean:.4g}) / {std:.4g}", found.mean_std.how))
    for trial in found.trials[:4]:
        texts = " | ".join(trial.texts) if trial.texts else "no alphabet to read it with"
        yield "  tried", f"{trial.height_px} px, mean {trial.mean:.4g}, std {trial.std:.4g}: {trial.score:.3f}  {texts}"


def _said(finding: Finding, names: dict[object, str] | None = None, unit: str = "") -> str:
    if finding.value is None:
        return "not known"
    value = (names or {}).get(finding.value, f"{finding.value}{unit}")
    return f"{value} ({HOW[finding.how]})"


def _alphabet_words(found: ModelInspection) -> str:
    if found.symbols is None:
        return "; which characters they are is not in the file"
    entry, listed = found.symbols
    fits = found.blank.value is not None and alphabet_of(found, found.blank.value) is not None
    return f"; {len(listed):,} entries in the metadata '{entry}', which {'fit' if fits else 'do not fit'}"


def _bars_words(found: ModelInspection) -> str:
    if found.bars is None:
        return ""
    if found.bars.stride_px is None:
        return f"; shifted bars: only {found.bars.share:.0%} are followed"
    return f"; shifted bars say {found.bars.stride_px:.2f} ({found.bars.share:.0%} of them followed)"


def _layer_lines(found: ModelInspection) -> Iterator[str]:
    if not found.layers:
        return
    total = found.multiply_adds
    many = f"{total / 1e9:.2f} G multiply-adds"
    yield f"  {many} for one line of {found.tried_width_px} px, in {len(found.layers)} layers:"
    for layer in sorted(found.layers, key=lambda layer: -layer.multiply_adds)[:_LAYERS_SHOWN]:
        shape = " x ".join(map(str, layer.output))
        share = f"{layer.multiply_adds / total:6.1%}"
        yield f"    {layer.multiply_adds / 1e6:9.1f} M {share}  {layer.operator:<8} {shape:<18} {layer.name}"
    if len(found.layers) > _LAYERS_SHOWN:
        yield "    and others; --json has them all"
