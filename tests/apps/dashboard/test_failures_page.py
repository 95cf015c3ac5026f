"""Failure cases on a made-up run: segments, filters, an opened line, what is gone, saved cases."""

from __future__ import annotations

import base64
import io
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from apps.dashboard import pictures, run_data
from eval.cases.store import CaseReading, CaseStore, new_case
from eval.runs.store import RunFolder
from ocr_core.result import LineImage
from ocr_core.settings import Settings
from tests.apps.dashboard.conftest import OpenPage, page
from tests.apps.dashboard.made_up_run import CONVNEXT, CRNN, HOSTILE, LINES, UNREADABLE, make_run
from tests.ocr_core.views.lattices import drawn_line


def view(app) -> str:
    """The document of the opened case, as the browser gets it."""
    frames = app.get("iframe")
    return frames[0].proto.srcdoc if frames else ""


def segments(app) -> list[str]:
    return [option.content for option in app.get("button_group")[1].options]


def test_lines_are_sorted_by_who_was_right(open_page: OpenPage) -> None:
    app = open_page("failures", a=CONVNEXT, b=CRNN)
    assert not app.exception
    table = app.dataframe[0].value
    assert table["truth"].tolist() == [LINES[i].truth for i in (2, 4, 5)]
    assert table["CRNN"].tolist() == [LINES[i].readings[1] for i in (2, 4, 5)]
    assert table["picture"].str.startswith("data:image/webp;base64,").all()
    assert app.query_params["who"] == "only_b"


def test_a_link_filters(open_page: OpenPage) -> None:
    app = open_page("failures", a=CONVNEXT, b=CRNN, who="both_wrong", kind="handwriting", length="4-4")
    assert not app.exception
    assert app.dataframe[0].value["truth"].tolist() == ["见字如面"]


def test_the_link_of_a_line_opens_exactly_that_line_from_stored_evidence(open_page: OpenPage) -> None:
    app = open_page("failures", run="made-up", a=CONVNEXT, b=CRNN, line="4")
    assert not app.exception
    assert app.subheader[0].value == "Line 4"
    document = view(app)
    assert 'sandbox="allow-scripts"' in document
    for shown in ("ConvNeXt-Tiny + CTC", "CRNN", "CER 20.0 %", "CER 0.0 %"):
        assert shown in document
    lost = app.dataframe[1].value
    assert lost["character"].tolist() == ["味"]
    assert lost["what happened"].tolist() == ["substituted: 昧"]
    assert lost["preferred"].tolist() == ["昧"]
    assert lost["its probability"].tolist() == ["31.6 %"]
    # nothing said of the segment: that of the line is shown
    assert app.query_params["who"] == "only_b"
    assert open_page("failures", a=CONVNEXT, b=CRNN, line="1").query_params["who"] == "only_a"


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
    assert [("no such line" in warning.value) for warning in app.warning] == [True] * warnings


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
