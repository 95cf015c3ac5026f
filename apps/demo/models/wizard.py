"""The wizard of the Models tab: a model file is inspected, what it leaves open asked, a sample read, metadata written.

Off unless the owner of the server turns it on (`ZIJIAN_UPLOAD_MODELS`). A file that was sent runs in processes with
limits alone; only where visitors may keep models (`ZIJIAN_KEEP_MODELS`) does one become an engine.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import gradio as gr

from apps.demo.cards import notice
from apps.demo.engines import Engines
from apps.demo.models.wizard_html import findings_html
from apps.demo.samples import SAMPLES_FOLDER, Sample, find_samples
from apps.demo.server.fair_lock import ONE_AT_A_TIME
from apps.demo.view_frame import NO_VIEW, ShownView, shown_view, view_frame
from apps.demo.wording.models import say
from ocr_core.ctc_recognizer import CtcRecognizer
from ocr_core.errors import ModelError, OcrError
from ocr_core.inspection.confined import ConfinedSession
from ocr_core.inspection.describe import Answers, describe, described_file, plain_name, questions_of
from ocr_core.inspection.findings import ModelInspection
from ocr_core.inspection.inspect_model import inspect_model
from ocr_core.language import in_every_language
from ocr_core.language import said as said_now
from ocr_core.opening import open_line
from ocr_core.registry import own_colour
from ocr_core.sessions.model_files import ModelDescription, ModelFiles
from ocr_core.settings import Workplace
from ocr_core.views.engine_reading import EngineReading
from ocr_core.views.html import escaped
from ocr_core.views.wording import nothing_read

LARGEST_MODEL_BYTES: Final = 256 * 2**20
LARGEST_DICTIONARY_BYTES: Final = 2**21
MOST_KEPT: Final = 50
LONGEST_S: Final = 10.0
"""For each of the processes in which a file that was sent is looked at."""

_NORMALISATIONS: Final = {
    "-1 to 1": (0.5, 0.5),
    "0 to 1": (0.0, 1.0),
    "0 to 255": (0.0, 1 / 255),
    "ImageNet": (0.449, 0.226),
}


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that a visitor sent, and what was found out about it."""

    path: Path
    found: ModelInspection


Happens = Callable[..., Any]


def build_wizard(engines: Engines) -> Happens | None:
    """Lays the wizard out; returns what happens when a model was kept, None where none can be."""
    gr.HTML(
        in_every_language(lambda: f'<h2 class="zj-models-head">{escaped(say("bring"))}</h2>'), apply_default_css=False
    )
    workplace = Workplace.from_environment()
    if not workplace.upload_models:
        gr.HTML(
            in_every_language(lambda: notice(say("bring.off"), say("bring.off.how"))),
            apply_default_css=False,
            elem_id="wizard-off",
        )
        return None
    samples = find_samples(SAMPLES_FOLDER)
    sent = gr.State(None)
    with gr.Row():
        with gr.Column(scale=4, min_width=320):
            file = gr.File(label=say("wizard.file"), file_types=[".onnx"], elem_id="wizard-file")
            with gr.Group(visible=False) as questions:
                asked = _questions()
            with gr.Column(visible=False) as buttons:
                sample = gr.Dropdown(
                    [(f"{said_now(each.caption)}: {each.text[:40]}", place) for place, each in enumerate(samples)],
                    value=0 if samples else None,
                    label=say("wizard.sample"),
                    elem_id="wizard-sample",
                )
                with gr.Row():
                    try_it = gr.Button(say("wizard.try"), variant="primary", min_width=100, elem_id="wizard-try")
                    write = gr.Button(say("wizard.write"), min_width=160, elem_id="wizard-write")
                    keep = gr.Button(
                        say("wizard.keep"), visible=workplace.keep_models, min_width=120, elem_id="wizard-keep"
                    )
            written = gr.File(label=say("wizard.written"), visible=False, interactive=False, elem_id="wizard-written")
        with gr.Column(scale=6, min_width=320):
            told = gr.HTML("", apply_default_css=False, elem_id="wizard-found")
            reading = gr.HTML("", apply_default_css=False, elem_id="wizard-reading")
    view = view_frame("wizard-view")
    answers = [asked[name] for name in _ANSWERS]

    def inspect(path: str | None) -> tuple[Any, ...]:
        return _inspected(path, asked)

    def try_on(given: Sent | None, chosen: int | None, *said: Any) -> tuple[str, ShownView]:
        return _tried(engines, given, samples[chosen] if chosen is not None and samples else None, said)

    def write_metadata(given: Sent | None, *said: Any) -> tuple[Any, str]:
        try:
            path = _written(given, said, Path(tempfile.mkdtemp(prefix="zijian-model-")))
        except OcrError as error:
            return gr.File(visible=False), notice(say("wizard.not_written"), str(error))
        return gr.File(value=str(path), visible=True), ""

    def keep_model(given: Sent | None, *said: Any) -> str:
        if not workplace.keep_models:
            raise OcrError(say("wizard.kept_nowhere"))
        try:
            return _kept(engines, given, said)
        except OcrError as error:
            return notice(say("wizard.not_kept"), str(error))

    how: dict[str, Any] = {"api_visibility": "private", "concurrency_limit": 1, "concurrency_id": ONE_AT_A_TIME}
    opened = [sent, told, questions, buttons, *answers, reading, view, written]
    file.change(inspect, file, opened, show_progress_on=told, **how)
    try_it.click(try_on, [sent, sample, *answers], [reading, view], show_progress_on=reading, **how)
    write.click(write_metadata, [sent, *answers], [written, reading], show_progress_on=written, **how)
    return keep.click(keep_model, [sent, *answers], reading, show_progress_on=reading, **how).then


_ANSWERS: Final = ("name", "characters", "blank", "height", "normalisation", "channel_order", "licence")


def _questions() -> dict[str, Any]:
    return {
        "name": gr.Textbox(label=say("wizard.name"), max_length=40, elem_id="wizard-name"),
        "characters": gr.File(
            label=say("wizard.dictionary"),
            file_types=[".txt"],
            height=110,
            elem_id="wizard-characters",
        ),
        "blank": gr.Number(label=say("wizard.blank"), precision=0, minimum=0, elem_id="wizard-blank"),
        "height": gr.Number(label=say("wizard.height"), precision=0, minimum=8, maximum=512, elem_id="wizard-height"),
        "normalisation": gr.Dropdown(
            list(_NORMALISATIONS), label=say("wizard.pixels"), info=say("wizard.guess"), elem_id="wizard-normalisation"
        ),
        "channel_order": gr.Radio(
            [(say("wizard.rgb"), "rgb"), (say("wizard.bgr"), "bgr")],
            value="rgb",
            label=say("wizard.channels"),
            elem_id="wizard-channels",
        ),
        "licence": gr.Textbox(label=say("wizard.licence"), max_length=100, elem_id="wizard-licence"),
    }


def _inspected(path: str | None, asked: dict[str, Any]) -> tuple[Any, ...]:
    hidden = [gr.update(visible=False)] * 2
    rest = [gr.update() for _ in _ANSWERS]
    nothing = ["", NO_VIEW, gr.update(visible=False)]
    if path is None:
        return None, "", *hidden, *rest, *nothing
    name = Path(path).name
    try:
        files = ModelFiles.own_file(Path(path))
        if files.graph.stat().st_size > LARGEST_MODEL_BYTES:
            raise ModelError(f"Files up to {LARGEST_MODEL_BYTES // 2**20} MB are taken.")
        found = inspect_model(files, LONGEST_S)
    except OcrError as error:
        return None, notice(say("wizard.refused"), str(error)), *hidden, *rest, *nothing
    try:
        wanted = questions_of(found)
    except OcrError:  # its warnings say why, in the card
        return None, findings_html(found, name), *hidden, *rest, *nothing
    mean_std = found.mean_std.value
    usual = next((words for words, way in _NORMALISATIONS.items() if way == mean_std), "-1 to 1")
    guess = {"guessed": say("wizard.guess.best"), "unknown": say("wizard.guess.usual")}
    described = found.described is not None
    values = {
        "name": gr.update(value=plain_name(Path(path).stem), visible=not described),
        "characters": gr.update(value=None, visible="characters" in wanted),
        "blank": gr.update(value=found.blank.value, visible="blank" in wanted),
        "height": gr.update(value=found.height_px.value, visible="height" in wanted),
        "normalisation": gr.update(
            value=usual, visible="normalisation" in wanted, info=guess.get(found.mean_std.how, "")
        ),
        "channel_order": gr.update(value="rgb", visible="channel_order" in wanted),
        "licence": gr.update(value="", visible=not described),
    }
    shown = [gr.update(visible=not described), gr.update(visible=True)]
    return Sent(Path(path), found), findings_html(found, name), *shown, *(values[n] for n in _ANSWERS), *nothing


def _answers(said: tuple[Any, ...]) -> Answers:
    told = dict(zip(_ANSWERS, said, strict=True))
    mean, std = _NORMALISATIONS.get(str(told["normalisation"]), (None, None))
    return Answers(
        name=str(told["name"] or ""),
        characters=_dictionary(told["characters"]),
        blank=_whole(told["blank"]),
        height_px=_whole(told["height"]),
        mean=mean,
        std=std,
        channel_order="bgr" if told["channel_order"] == "bgr" else "rgb",
        licence=str(told["licence"] or ""),
    )


def _dictionary(path: str | None) -> str:
    if not path:
        return ""
    try:
        with Path(path).open("rb") as file:
            return file.read(LARGEST_DICTIONARY_BYTES).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError("The dictionary is no text file in UTF-8.") from error


def _whole(value: Any) -> int | None:
    return int(value) if isinstance(value, (int, float)) and 0 <= value < 1_000_000 else None


def _description(given: Sent | None, answers: Answers) -> tuple[Sent, ModelDescription]:
    if given is None or not given.path.is_file():
        raise ModelError("Send a file first; files are kept for an hour.")
    return given, describe(given.found, answers)


def _tried(engines: Engines, given: Sent | None, sample: Sample | None, said: tuple[Any, ...]) -> tuple[str, ShownView]:
    try:
        sent, description = _description(given, _answers(said))
        if sample is None:
            raise OcrError("There is no sample on this server to try it on.")
        files = ModelFiles.own_file(sent.path)
        session = ConfinedSession(description, files, sent.found.fixed_lines or 0, LONGEST_S)
        name = sent.path.stem
        recognizer = CtcRecognizer(replace(description, name=name), sent.found.sha256, session, engines.settings)
        line = open_line(sample.path, engines.settings)
        recognition, evidence = recognizer.examine(line, sample.text)
    except OcrError as error:
        return notice(say("wizard.failed"), str(error)), NO_VIEW
    reading = EngineReading(name, own_colour(name), recognition, evidence)
    told = notice(recognition.text or nothing_read(), say("wizard.truth", text=sample.text))
    return told, shown_view(line.pixels, [reading], truth=sample.text, source_from_line=line.source_from_line)


def _written(given: Sent | None, said: tuple[Any, ...], folder: Path) -> Path:
    answers = _answers(said)
    sent, description = _description(given, answers)
    path = folder / f"{plain_name(answers.name or sent.path.stem)}.onnx"
    path.write_bytes(described_file(sent.path.read_bytes(), description))
    return path


def _kept(engines: Engines, given: Sent | None, said: tuple[Any, ...]) -> str:
    """Puts a model among the own ones, under a name that is free."""
    answers = _answers(said)
    sent, description = _description(given, answers)
    folder = engines.settings.own_models
    folder.mkdir(parents=True, exist_ok=True)
    if len(list(folder.glob("*.onnx"))) >= MOST_KEPT:
        raise ModelError(f"There are {MOST_KEPT} models here, and no room for more.")
    stem, number = plain_name(answers.name or sent.path.stem), 1
    data = described_file(sent.path.read_bytes(), description)
    while True:
        path = folder / (f"{stem}.onnx" if number == 1 else f"{stem}-{number}.onnx")
        try:
            with path.open("xb") as file:
                file.write(data)
            break
        except FileExistsError:
            number += 1
    return notice(say("wizard.kept", name=path.stem), say("wizard.kept.how"))
