"""Failure cases on a made-up run: segments, filters, an opened line, what is gone, saved cases."""

from __future__ import annotations

import base64
import io
import json
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from PIL import Image

from apps.dashboard import pictures, run_data
from eval.cases.store import CaseReading, CaseStore, new_case
from eval.runs.store import RunFolder
from eval.triage.store import TriageStore
from ocr_core.result import LineImage
from ocr_core.settings import Settings
from tests.apps.dashboard.conftest import OpenPage, page, unfolded
from tests.apps.dashboard.made_up_run import CONVNEXT, CRNN, HOSTILE, LINES, UNREADABLE, make_run, name_of
from tests.ocr_core.views.lattices import drawn_line


def view(app) -> str:
    """The document of the opened case, as the browser gets it."""
    frames = app.get("iframe")
    return frames[0].proto.srcdoc if frames else ""


def listed(app) -> list[dict[str, Any]]:
    """The lines of the list, as the browser gets them."""
    (found,) = app.get("bidi_component")
    return json.loads(found.proto.json)["lines"]


def test_lines_are_sorted_by_who_was_right(open_page: OpenPage) -> None:
    app = open_page("failures", a=CONVNEXT, b=CRNN)
    assert not app.exception
    assert app.query_params["who"] == "disagree", "where there is something to see"
    app = open_page("failures", a=CONVNEXT, b=CRNN, who="only_b")
    shown = listed(app)
    assert [line["truth"] for line in shown] == [LINES[i].truth for i in (2, 4, 5)]
    wrong, right = shown[1]["readings"]
    assert (wrong["names"], wrong["mark"], wrong["right"]) == ("ConvNeXt-Tiny + CTC", "✗ 1 edit:", False)
    assert wrong["parts"] == [["right", "好"], ["substituted", "昧"], ["right", "小吃店"]]
    assert (right["names"], right["right"], right["parts"]) == ("CRNN", True, [["right", LINES[4].truth]])
    assert all(line["picture"].startswith("data:image/webp;base64,") for line in shown)
    assert app.query_params["who"] == "only_1", "a link from when there were two engines still means the same"
    assert app.query_params["of"] == f"{CONVNEXT},{CRNN}"


def test_a_link_filters(open_page: OpenPage) -> None:
    app = open_page("failures", a=CONVNEXT, b=CRNN, who="both_wrong", kind="handwriting", length="4-4")
    assert not app.exception
    assert [line["truth"] for line in listed(app)] == ["见字如面"]


def test_who_agrees_with_whom_is_counted_when_somebody_opens_it(open_page: OpenPage) -> None:
    app = open_page("failures", a=CONVNEXT, b=CRNN)
    assert not app.exception and not app.get("plotly_chart")
    app = unfolded(app, "failures: agreement")
    assert not app.exception and len(app.get("plotly_chart")) == 1


def test_the_link_of_a_line_opens_exactly_that_line_from_stored_evidence(open_page: OpenPage) -> None:
    app = open_page("failures", run="made-up", a=CONVNEXT, b=CRNN, line="4")
    assert not app.exception
    assert app.subheader[0].value == "Line 4"
    document = view(app)
    assert 'sandbox="allow-scripts"' in document
    for shown in ("ConvNeXt-Tiny + CTC", "CRNN", "CER 20.0 %", "CER 0.0 %"):
        assert shown in document
    lost = app.dataframe[0].value
    assert lost["character"].tolist() == ["味"]
    assert lost["what happened"].tolist() == ["substituted: 昧"]
    assert lost["preferred"].tolist() == ["昧"]
    assert lost["its probability"].tolist() == ["31.6 %"]
    # nothing said of the segment: that of the line is shown
    assert app.query_params["who"] == "only_1"
    assert open_page("failures", a=CONVNEXT, b=CRNN, line="1").query_params["who"] == "only_0"


def test_the_offered_link_keeps_every_filter_the_order_and_the_page(open_page: OpenPage) -> None:
    asked = {"who": "disagree", "contains": "字", "kind": "handwriting,print", "sort": "errors", "length": "2-4"}
    app = open_page("failures", line="7", confidence="0-99", **asked)
    assert not app.exception
    offered = parse_qs(urlsplit(app.code[0].value).query)
    for name, value in asked.items():
        assert offered[name] == [value]
    assert (offered["line"], offered["confidence"], offered["run"]) == (["7"], ["0-99"], ["made-up"])


def test_the_lines_of_a_slice(folders: Path) -> None:
    make_run(folders / "runs")
    TriageStore.beside_runs(folders / "runs").keep_slice("maths", "title = maths")
    TriageStore.beside_runs(folders / "runs").keep_slice("wrong", "price > 3")
    app = page("failures", slice="maths", who="disagree")
    assert not app.exception and [line["index"] for line in listed(app)] == [9, 10]
    app = page("failures", slice="wrong", who="disagree")
    assert not app.exception and any("no column" in one.value for one in app.warning)


def test_a_run_of_one_engine_has_no_two_sides(folders: Path) -> None:
    run = make_run(folders / "runs")
    run.change_info(engines=tuple(one for one in run.info().engines if one.key == CRNN))
    app = page("failures", line="1")
    assert not app.exception
    groups = [[str(getattr(option, "content", option)) for option in group.options] for group in app.button_group]
    assert [label.split(" (")[0] for label in groups[-1]] == ["wrong", "right", "not read"]
    assert not any("agree" in one.label for one in app.expander)


def test_where_nothing_was_read_the_page_opens_on_what_was_not_read(folders: Path) -> None:
    run = make_run(folders / "runs")
    silent = [replace(record, reading=None, recognition=None, errors=None, exact=None) for record in run.records()]
    (run.path / "lines.parquet").unlink()
    for record in silent:
        run.append(record)
    app = page("failures")
    assert not app.exception and app.query_params["who"] == "unread"


def test_tags_notes_and_labels_are_kept_and_taken_away(open_page: OpenPage, made_up: RunFolder) -> None:
    store = TriageStore(made_up.path.parent / ".triage.sqlite3")
    data = made_up.info().data.sha256
    try:
        app = open_page("failures", line="4")
        next(box for box in app.text_input if box.label == "Your name").set_value("An").run()
        next(button for button in app.button if button.label == "blurred").click().run()
        assert not app.exception
        assert store.said(data)[name_of(4)].tags == ("blurred",)
        next(box for box in app.text_input if box.label == "Note").set_value("look").run()
        assert store.said(data)[name_of(4)].note == "look"
        next(button for button in app.button if button.label == "Correct the label").click().run()
        next(button for button in app.button if button.label.startswith("Take “好昧小吃店”")).click().run()
        decision = store.decisions(data)[name_of(4)]
        assert (decision.text, decision.before, decision.by) == ("好昧小吃店", LINES[4].truth, "An")
        assert any("label corrected" in one.value for one in app.markdown)
        assert any(one.label.startswith("Corrected labels: 1 line") for one in app.expander)
        app = open_page("failures", tagged="blurred", who="disagree")
        assert [(line["index"], line["tags"]) for line in listed(app)] == [(4, "blurred, note, label corrected")]
        app = open_page("failures", line="4")
        next(button for button in app.button if button.label == "Take it back").click().run()
        assert store.corrections(data) == {}
    finally:
        store.path.unlink(missing_ok=True)


def test_buttons_go_from_line_to_line(open_page: OpenPage) -> None:
    app = open_page("failures", a=CONVNEXT, b=CRNN, who="only_b", line="2")
    button = {button.label: button for button in app.button}
    assert button["Previous"].disabled
    button["Next"].click().run()
    assert app.subheader[0].value == "Line 4"
    assert app.query_params["line"] == "4"
    next(button for button in app.button if button.label == "Close").click().run()
    assert not app.subheader
    next(button for button in app.button if button.label == "Open the first line").click().run()
    assert app.subheader[0].value == "Line 2"


def test_a_hostile_text_is_text(open_page: OpenPage) -> None:
    app = open_page("failures", a=CONVNEXT, b=CRNN, line="6")
    assert not app.exception
    assert HOSTILE not in view(app)
    assert "&amp;lt;img src=x" in view(app)
    assert not any(HOSTILE in str(part.value) for part in (*app.markdown, *app.caption))


def test_an_engine_without_frames_is_shown_without(open_page: OpenPage) -> None:
    app = open_page("failures", a="tesseract@program", b=CRNN, line="4")
    assert not app.exception
    assert "Tesseract" in view(app)
    assert not any("No evidence of Tesseract" in info.value for info in app.info)


def test_a_picture_that_could_not_be_read_is_explained(open_page: OpenPage) -> None:
    app = open_page("failures", a=CONVNEXT, b=CRNN, line=str(UNREADABLE))
    assert not app.exception
    assert view(app) == ""
    assert "did not read this line" in app.info[0].value


@pytest.mark.parametrize(("line", "warnings"), [("99999", 1), ("abc", 0), ("-3", 0)])
def test_a_line_that_is_not_there_is_explained_and_what_is_no_number_ignored(
    open_page: OpenPage, line: str, warnings: int
) -> None:
    app = open_page("failures", a=CONVNEXT, b=CRNN, line=line)
    assert not app.exception
    assert view(app) == ""
    assert sum("no such line" in warning.value for warning in app.warning) == warnings


def test_evidence_and_picture_that_are_gone_are_missed_kindly(folders: Path) -> None:
    run = make_run(folders / "runs")
    Path(run.info().data.path, "background/4.png").unlink()
    run.evidence_files(CRNN).archive.unlink()
    run.evidence_files(CONVNEXT).archive.write_bytes(b"damaged")
    app = page("failures", a=CONVNEXT, b=CRNN, line="4")
    assert not app.exception
    said = " ".join(info.value.replace("\\", "") for info in app.info)
    assert "picture of this line is not here any more" in said
    assert "No evidence of CRNN was kept" in said
    assert "evidence of ConvNeXt-Tiny + CTC for this line cannot be used" in said
    assert "CER 20.0 %" in view(app)


def test_a_name_that_leads_out_of_the_data_set_is_not_followed(made_up: RunFolder, tmp_path: Path) -> None:
    run = run_data.opened(made_up)
    outside = Path(run.info.data.path).parent / "outside.png"
    outside.write_bytes(b"x")
    assert run_data.picture_place(run, "../outside.png") is None
    assert run_data.picture_place(run, "background/4.png") is not None


def test_saved_cases_are_shown_and_opened_by_their_link(open_page: OpenPage, made_up: RunFolder, folders: Path) -> None:
    record = made_up.record(4, CONVNEXT)
    assert record is not None
    recognition = record.recognised()
    assert recognition is not None
    line = LineImage.whole(drawn_line(record.truth)[0])
    reading = CaseReading(CONVNEXT, "convnext_tiny", "ConvNeXt-Tiny + CTC", recognition)
    case = new_case(line, [(reading, made_up.evidence(4, CONVNEXT))], truth=record.truth, note="look at this")
    token = CaseStore(folders / "cases", Settings()).save(case)

    app = page("failures", **{"from": "saved"})
    assert not app.exception
    assert app.dataframe[0].value["note"].tolist() == ["look at this"]
    assert view(app) == ""
    app = page("failures", **{"from": "saved", "case": token})
    assert not app.exception
    assert "CER 20.0 %" in view(app)
    app = page("failures", **{"from": "saved", "case": "../../etc"})
    assert not app.exception
    assert app.warning


@pytest.mark.parametrize("size", [(40, 4000), (20, 30), (400, 30), (1, 5000)], ids=str)
def test_a_thumbnail_fits_into_its_cell_whole(size: tuple[int, int]) -> None:
    pixels = np.full((*size, 3), 200, dtype=np.uint8)
    encoded = base64.b64decode(pictures.small_uri(pixels).split(",")[1])
    shown = Image.open(io.BytesIO(encoded))
    assert shown.width / shown.height <= pictures.COLUMN_PX / pictures.ROW_PX
    alpha = np.asarray(shown.convert("RGBA"))[..., 3]
    assert (alpha == 255).any() and (alpha == 255).mean() == pytest.approx(
        min(1, size[0] / size[1] * pictures.COLUMN_PX / pictures.ROW_PX), abs=0.02
    )


def test_thumbnails_are_small_whatever_the_picture(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (400, 3000, 3), dtype=np.uint8)
    assert len(pictures.small_uri(noise)) < 30_000
    (tmp_path / "no.png").write_text("no picture")
    for name in ("no.png", "gone.png"):
        assert pictures.thumbnail(pictures.PicturePlace(str(tmp_path), name, 0)) is None


def test_pictures_inside_files_and_pages_are_shown(made_up: RunFolder, tmp_path: Path) -> None:
    pixels = np.full((40, 60, 3), 255, dtype=np.uint8)
    pixels[10:30, 5:45] = 0
    Image.fromarray(pixels).save(tmp_path / "page.png")
    with tarfile.open(tmp_path / "a.tar", "w") as shard:
        shard.add(tmp_path / "page.png", "0001.png")
    run = run_data.opened(made_up)
    moved = replace(run, info=replace(run.info, data=replace(run.info.data, path=str(tmp_path))))
    for name, shape in (("page.png#points=5,10,45,10,45,30,5,30", (20, 40, 3)), ("a.tar/0001.png", (40, 60, 3))):
        shown = pictures.picture(run_data.picture_place(moved, name))
        assert shown is not None and shown.shape == shape
        assert (shown == 0).all() == (shape == (20, 40, 3))
    assert run_data.picture_place(moved, "gone.tar/0001.png") is None
