"""Model cards: `models/<name>/README.md`, made from the results file and from what the weights say of themselves.

Every figure in a card comes from one of these two, from the curve kept beside the weights, or from the committed run;
only the sentences on what a network is and what it cannot read are written here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from eval.committed.confusion_sheets import COMMITTED_RUN, section, sheets_of, write_pictures
from eval.committed.results import MODELS, Results, hashes_in, weights_hashes
from eval.committed.tables import accuracy_table, latency_table, markdown_table, sets_of, width_table
from ocr_core import registry
from ocr_core.errors import DatasetError
from ocr_core.sessions.model_files import ModelDescription, ModelFiles, from_metadata, read_weights_metadata
from ocr_core.settings import Settings
from ocr_core.training.curve_file import CURVE_NAME, Record, read_curve

CARD_NAME: Final = "README.md"
PICTURE_NAME: Final = "curve.png"
CURVE_ROWS: Final = 8

ABOUT: Final[Mapping[str, str]] = {
    "convnext_tiny": (
        "The baseline: timm's `convnext_tiny` in its standard depths and widths, one grey channel, the three stage "
        "downsamplings changed to stride (2, 1) so that a line 32 pixels high gives one frame every 4 pixels, height "
        "pooled, a linear CTC head. It has no recurrence: a frame sees as far as the convolutions reach."
    ),
    "crnn": (
        "Convolutions with batch norm and ReLU down to one row and one frame every 4 pixels, two bidirectional LSTM "
        "layers of 256 units a direction added to what the convolutions see, a linear CTC head. Which convolutions, "
        "and how they were chosen: [TRUNKS.md](../../ocr_core/training/TRUNKS.md)."
    ),
    "cnn_transformer": (
        "The CRNN's residual convolutions, narrower, then four layers of local convolution and self-attention on one "
        "row of frames, added to what the convolutions see, and a linear CTC head. There are no positions: the local "
        "convolutions tell frames where they stand, so the width is free. Padding is masked everywhere."
    ),
}
LABELLED: Final = {
    "repo": "with their source's own label",
    "v6+v4": "that two recognisers of others read alike",
    "v6": "read by one",
    "v6 short": "short, read by one",
    "repeated by crnn": "repeated by our CRNN",
    "nearly repeated by crnn": "nearly repeated by our CRNN",
    "cut out by crnn": "where our CRNN repeats the label",
}
"""What labels of real lines say of themselves, in words."""
DERIVED: Final = {
    "repeated by crnn": "that readers differed on or doubted",
    "cut out by crnn": "single characters cut out of the handwritten ones",
}
"""What a file of real lines holds, in words, by how its labels came about; of others the name's first part says it."""
DRAWN_ALONE: Final = "It was trained on drawn lines alone; no photographed or scanned line was among them."
LIMITS: Final = """\
- It reads one horizontal line. Pages and columns have to be cut into lines first, vertical and upside-down text turned.
- It writes the characters of its charset and no others: rare hanzi, most traditional forms and scripts other than
  Latin, Greek letters and Chinese come out as something that looks alike.
- Formulas are read as a line of characters with Unicode super- and subscripts; fractions above each other, matrices
  and nested scripts are not.
- A line wider than {max_width} pixels at a height of {height} is read in overlapping windows of that width or more.
- {trained_on}
- It knows no words: what is illegible is not guessed from the sentence around it.
"""


def write_cards(results: Results, models_folder: Path) -> list[Path]:
    """Writes the card of every published model, and beside it the pictures of what it confuses.

    Raises:
        ModelError: a model's files are missing.
        DatasetError: the results were measured from other weights.
    """
    written = [_write(path, text) for path, text in cards(results, models_folder).items()]
    for name, sha256 in hashes_in(results).items():
        write_pictures(COMMITTED_RUN, sha256, models_folder / name, Settings())
    return written


def cards(results: Results, models_folder: Path) -> dict[Path, str]:
    """Returns every published model's card by the path where it belongs.

    Raises:
        ModelError: a model's files are missing.
        DatasetError: the results were measured from other weights.
    """
    if hashes_in(results) != weights_hashes(models_folder):
        raise DatasetError("The results were measured from other weights. Make them anew with: python -m eval results")
    return {models_folder / name / CARD_NAME: card(name, results, models_folder / name) for name in MODELS}


def card(name: str, results: Results, folder: Path) -> str:
    """Returns the text of one card."""
    files = ModelFiles.in_folder(folder)
    assert files.weights is not None
    described = from_metadata(read_weights_metadata(files.weights))
    title = registry.display_name_of(name)
    sections = [
        f"# {title}\n\n{ABOUT[name]}\n\nThis page is made by `python -m eval cards`; change that, not this.",
        _identity(described, results["models"][name]),
        f"## Training\n\n{_training(described.training)}",
        _curve(folder),
        f"## Accuracy\n\n{_accuracy(name, results)}",
        _confusions(results["models"][name]["sha256"]),
        f"## Latency\n\n{_latency(name, results)}",
        f"## What it cannot read\n\n{_limits(described)}",
        f"## Licence\n\n{described.licence}; what it was trained on is listed in "
        "[THIRD_PARTY.md](../../THIRD_PARTY.md).",
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _identity(described: ModelDescription, facts: Mapping[str, Any]) -> str:
    wanted = described.input_format
    rows = [
        ["files", "`model.safetensors` (weights, FP16) and `model.onnx` (the graph, which points into them)"],
        ["size", f"{facts['bytes'] / 1e6:.1f} MB"],
        ["SHA-256 of graph and weights", f"`{facts['sha256']}`"],
        ["input", f"{wanted.channels} x {wanted.height_px} x W, W up to {wanted.max_width_px}"],
        ["classes", f"{facts['classes']:,}, the blank among them"],
        ["SHA-256 of the charset", f"`{facts['charset_sha256']}`"],
    ]
    return markdown_table(["", ""], rows)


def _training(facts: Mapping[str, Any]) -> str:
    if not facts.get("phases"):
        return "The weights do not say how they were trained."
    rows = [[phase["name"], f"{phase['core_hours']:.2f}", f"{phase['lines']:,}"] for phase in facts["phases"]]
    rows.append(["together", f"{facts['core_hours']:.2f}", f"{facts['lines']:,}"])
    threads = f"{facts['threads']} thread{'s' if facts['threads'] != 1 else ''}" if facts["threads"] else "CPU"
    text = (
        f"{facts['data']}\n\n{markdown_table(['phase', 'CPU-hours', 'lines'], rows)}\n\n"
        f"CPU-hours are processor time of the training process, on {threads}; drawing the lines and validation come "
        f"on top. Of all lines, {facts['long_lines']:,} were 400 pixels or wider at the network's height; "
        f"{facts['dropped_lines']:,} more were left out because their frames could not hold their text."
    )
    if labels := facts.get("real_labels"):
        text += f" {facts['real_lines']:,} of the lines were real: {_real_labels(labels)}"
    best = facts.get("best")
    if best:
        text += (
            f"\n\nThe weights are those that the last run's validation found best, after {best['core_hours']:.2f} "
            f"CPU-hours and {best['lines']:,} lines: {_validation(best['validation'])} (character accuracy in per "
            "cent; drawn lines are of the validation split's own faces and texts, real ones of pictures that training "
            "never saw). Every run draws its own validation lines, so figures of real ones step where the next run "
            "begins: networks are compared by the figures below, not by these."
        )
    return text


def _real_labels(labels: Mapping[str, Mapping[str, int]]) -> str:
    """Says how many real lines there were to draw from, and whose word their labels are."""
    kinds = [
        f"{sum(of_file.values()):,} {next((DERIVED[how] for how in of_file if how in DERIVED), file.split('-')[0])} "
        f"({', '.join(f'{count:,} {LABELLED.get(how, how)}' for how, count in of_file.items())})"
        for file, of_file in labels.items()
    ]
    return f"drawn again and again and varied a little from {' and '.join(kinds)}. Training runs without them as well."


def _validation(rows: Mapping[str, float]) -> str:
    return ", ".join(f"{row.replace('_', ' ')} {value:.1f}" for row, value in rows.items())


def _curve(folder: Path) -> str:
    """Some points of the curve beside the weights, evenly spread, the last among them."""
    path = folder / CURVE_NAME
    records = [r for r in read_curve(path) if "validation" in r] if path.is_file() else []
    if not records:
        return ""
    chosen = np.linspace(0, len(records) - 1, min(CURVE_ROWS, len(records))).round().astype(int)
    kinds = list(dict.fromkeys(kind for record in records for kind in record["validation"]))
    header = ["CPU-hours", "lines", "phase", *(kind.replace("_", " ") for kind in kinds)]
    table = markdown_table(header, [_curve_row(records[position], kinds) for position in chosen])
    picture = f"\n\n![The whole curve]({PICTURE_NAME})" if (folder / PICTURE_NAME).is_file() else ""
    heading = f"Character accuracy in per cent on validation lines, from [{CURVE_NAME}]({CURVE_NAME})"
    return f"{heading}{_measure(records)}:\n\n{table}{picture}"


def _measure(records: Sequence[Record]) -> str:
    """Says where the curve changes its measure: training once validated on lines as they are."""
    as_they_are = [record for record in records if not record.get("rectified")]
    if not as_they_are or len(as_they_are) == len(records):
        return ""
    return f" (those after {as_they_are[-1]['cpu_s'] / 3600:.2f} CPU-hours: deskewed, as recognisers read them)"


def _curve_row(record: Record, kinds: list[str]) -> list[str]:
    accuracies = [f"{record['validation'][kind]:.1f}" if kind in record["validation"] else "-" for kind in kinds]
    phase = record["phase"] + (", mean with the best before" if record.get("mean_with_best") else "")
    return [f"{record['cpu_s'] / 3600:.2f}", f"{record['lines']:,}", phase, *accuracies]


def _accuracy(name: str, results: Results) -> str:
    blocks = []
    for of_set, figures in sets_of(results).items():
        if any(engine["model"] == name for engine in figures["engines"]):
            blocks += [accuracy_table(of_set, figures, [name]), width_table(of_set, figures, [name])]
    note = "Widths are those of the line scaled to a height of 32 pixels."
    return "\n\n".join([*blocks, note])


def _confusions(sha256: str) -> str:
    """What the model confuses in the committed run; nothing where that run was made with other weights."""
    sheets = sheets_of(COMMITTED_RUN, sha256)
    if not sheets:
        return ""
    return (
        "## What it takes for what\n\nThe commonest edits on the benchmark zijian-500, five sets of a hundred lines "
        "each (`eval/scenarios/sets`), after NFKC; ␣ is a space. Every number has its place framed in the picture "
        "below it, in the first line that has the edit. All of them, for any run: `python -m eval report`.\n\n"
        f"{section(sheets)}"
    )


def _latency(name: str, results: Results) -> str:
    latency = results["latency"]
    return latency_table(latency, [name, *([latency["reference"]] if latency["reference"] else [])])


def _limits(described: ModelDescription) -> str:
    wanted = described.input_format
    real = described.training.get("real_lines", 0)
    trained_on = f"Of the lines it was trained on, {real:,} were real; all others were drawn." if real else DRAWN_ALONE
    return LIMITS.format(max_width=f"{wanted.max_width_px:,}", height=wanted.height_px, trained_on=trained_on).rstrip()


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
