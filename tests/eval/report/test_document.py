"""The report: everything escaped, nothing asked of any host, failures chosen by the stated rule, broken runs told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from eval.benchmark import COMMITTED_RUN
from eval.cli import main
from eval.report import sections
from eval.report.charts import _apart
from eval.report.document import report_html
from eval.runs.info import DataInfo
from eval.runs.records import LineRecord, RunError
from eval.runs.store import RunFolder
from eval.runs.summary import summarise
from ocr_core.settings import Settings
from ocr_core.views.html import escaped
from tests.eval.made_up import engine_info, record, run_info
from tests.ocr_core.views.lattices import drawn_line, made_up_posteriors, made_up_reading, without_posteriors

pytestmark = pytest.mark.slow

NASTY = "</script><script>window.wasRun=1</script>\"'><img src=http://example.org/x onerror=alert(1)>\u202e\x00"
TEXTS = ("字鉴看见", "未来已来", "中文识别", "一二三四")
KEYS = ("crnn@onnx", "tesseract@tesseract")
SETTINGS = Settings.from_environment({})


class Page(HTMLParser):
    """All elements of a document, and the texts of its headings."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def made_run(folder: Path, name: str = "run", *, nasty: str = "", **changes: Any) -> RunFolder:
    """A finished run of four drawn lines: a CTC engine with evidence, and one that says nothing of frames."""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    engines = (
        replace(engine_info(KEYS[0]), display_name="CRNN" + nasty),
        engine_info(KEYS[1], colour="#8a6400", gives_evidence=False),
    )
    info = run_info(
        id=name,
        data=DataInfo("drawn" + nasty, str(data), str(data), "0" * 64, lines=len(TEXTS)),
        engines=engines,
        machine={"cpu": "a machine" + nasty},
        versions={"python": "3" + nasty},
        **({"state": "finished"} | changes),
    )
    run = RunFolder.create(folder / "runs", info)
    for index, text in enumerate(TEXTS):
        for key in KEYS:
            run.append(_read(run, data, index, text, key, nasty))
    return run


def _read(run: RunFolder, data: Path, index: int, text: str, key: str, nasty: str) -> LineRecord:
    image, spans = drawn_line(text)
    Image.fromarray(image).save(data / f"{index}.png")
    posteriors = made_up_posteriors(text, spans, image.shape[1], np.random.default_rng(index), doubt=0.9)
    reading = made_up_reading(posteriors, image)
    if key == KEYS[0]:
        assert reading.evidence is not None
        run.keep_evidence(index, key, reading.evidence)
    else:
        reading = without_posteriors(reading)
    recognition = replace(reading.recognition, text="错" * index + nasty, characters=())
    return record(
        index,
        key,
        name=f"{index}.png",
        group=f"page {index}{nasty}",
        truth=text + nasty.replace("\x00", ""),
        reading=recognition.text,
        recognition=json.loads(recognition.to_json()),
        confidence=recognition.confidence,
    )


def summarised(run: RunFolder) -> RunFolder:
    run.write_summary(summarise(run))
    return run


def test_nothing_that_was_read_becomes_markup(tmp_path: Path) -> None:
    plain = Page(report_html([made_run(tmp_path / "plain")], SETTINGS))
    nasty = report_html([made_run(tmp_path / "nasty", nasty=NASTY)], SETTINGS)
    page = Page(nasty)
    assert {tag for tag, _ in page.found} <= {tag for tag, _ in plain.found} | {"mark", "ins", "del"}
    assert len(page.all("script")) == len(plain.all("script")) == 1
    assert not [name for _, attributes in page.found for name in attributes if name.startswith("on")]
    assert "\u202e" not in nasty and "\x00" not in nasty


def test_the_policy_forbids_every_host_and_every_picture_is_inside(tmp_path: Path) -> None:
    document = report_html([made_run(tmp_path)], SETTINGS)
    page = Page(document)
    (policy,) = [
        meta["content"] or "" for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy.startswith("default-src 'none'; img-src data:;") and "http" not in policy and "*" not in policy
    assert "script-src 'sha256-" in policy and "script-src 'unsafe" not in policy
    assert page.all("img") and all((image["src"] or "").startswith("data:") for image in page.all("img"))
    assert all("srcdoc" in frame and "src" not in frame for frame in page.all("iframe"))
    assert all((link.get("href") or "").startswith(("#", "data:")) for tag in ("a", "link") for link in page.all(tag))


def test_every_link_of_the_contents_leads_somewhere(tmp_path: Path) -> None:
    page = Page(report_html([made_run(tmp_path / "a"), made_run(tmp_path / "b")], SETTINGS))
    anchors = [attributes["id"] for _, attributes in page.found if attributes.get("id")]
    assert len(anchors) == len(set(anchors)), "two runs of one name share no anchor"
    assert {(link["href"] or "")[1:] for link in page.all("a")} <= set(anchors)


def test_figures_stand_beside_the_published_ones_with_their_caveat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = summarised(made_run(tmp_path))
    assert "how that accuracy was defined" not in report_html([run], SETTINGS), "published figures are of another set"
    monkeypatch.setattr(sections, "is_beside_published", lambda sha256: True)
    document = report_html([run], SETTINGS)
    assert "how that accuracy was defined is not known" in document
    assert ">97.8</td>" in document, "the published figure of the CRNN on printed documents"
    row = next(r for r in run.summary()["rows"] if r["kind"] == "overall" and r["profile"] == "nfkc")  # type: ignore[index]
    assert f"<b>{100 * row['character_accuracy']['value']:.1f}</b>".replace("-", "−") in document
    assert "4 lines in 4 groups" in document


def test_a_wall_of_sentences_does_not_stand_before_the_charts(tmp_path: Path) -> None:
    run = RunFolder(COMMITTED_RUN)
    summary = run.summary()
    assert summary is not None and len(summary["comparisons"]) > 100
    section = report_html([run], SETTINGS).split("What came out</h3>")[1].split("</section>")[0]
    before_the_fold = section.split("<details")[0]
    first_two = [engine.key for engine in run.info().engines[:2]]
    ours = [one for one in summary["comparisons"] if [one["first"], one["second"]] == first_two and one["significant"]]
    assert ours, "the two built-in networks differ somewhere, or this test says nothing"
    assert all(escaped(one["sentence"]) in before_the_fold for one in ours)
    assert before_the_fold.count("<li>") <= 5 + 14
    assert all(escaped(one["sentence"]) in section for one in summary["comparisons"]), "no sentence is lost"


def test_failures_are_chosen_by_the_rule_and_lines_read_right_are_not_shown(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    info = run_info(
        state="finished",
        data=DataInfo("d", str(data), str(data), "0" * 64, lines=12),
        engines=tuple(engine_info(key) for key in ("a@onnx", "b@onnx")),
    )
    run = RunFolder.create(tmp_path / "runs", info)
    truth = "一二三四五六七八九十"
    for index in range(12):
        wrong = {"a@onnx": index if index < 6 else 0, "b@onnx": index if index < 6 else 12 - index}
        for key, count in wrong.items():
            reading = truth[count:]
            facts = {"name": f"line{index}.png", "group": f"page {index}", "truth": truth, "recognition": None}
            run.append(record(index, key, reading=reading, **facts))
    document = report_html([run], SETTINGS)
    cards = [part.split("</code>")[0].split("<code>")[1] for part in document.split('<article class="failure">')[1:]]
    assert cards == ["line5.png", "line4.png", "line3.png", "line6.png", "line7.png", "line8.png", "line9.png"]
    assert document.count("engines furthest apart</span>") == 3
    assert document.count("The picture is no longer where the run found it.") == 7
    assert "line0.png" not in document


def test_confusions_come_with_pictures_while_the_data_is_there(tmp_path: Path) -> None:
    run = summarised(made_run(tmp_path))
    section = report_html([run], SETTINGS).split('id="run1-confusions"')[1].split("</section>")[0]
    assert "with pictures" in section
    assert section.count("data:image/webp;base64,") >= 2
    for picture in (tmp_path / "data").iterdir():
        picture.unlink()
    section = report_html([run], SETTINGS).split('id="run1-confusions"')[1].split("</section>")[0]
    assert "with pictures" in section
    assert "data:image" not in section


def test_a_picture_outside_the_data_is_never_put_in(tmp_path: Path) -> None:
    run = made_run(tmp_path)
    Image.new("RGB", (90, 32), "red").save(tmp_path / "secret.png")
    first = next(iter(run.records()))
    run.append(replace(first, name="../secret.png"))
    document = report_html([run], SETTINGS)
    card = document.split("<code>../secret.png</code>")[1].split("</article>")[0]
    assert "no longer where the run found it" in card and "<img" not in card


def test_a_run_that_was_broken_off_says_so(tmp_path: Path) -> None:
    document = report_html([made_run(tmp_path, state="running")], SETTINGS)
    assert "This run is not complete (interrupted)" in document


def test_pictures_that_could_not_be_read_are_listed(tmp_path: Path) -> None:
    run = made_run(tmp_path)
    run.append(record(7, KEYS[0], name="bad.png", reading=None, error="not a picture <b>", recognition=None))
    document = report_html([run], SETTINGS)
    assert "Pictures that could not be read (1)" in document
    assert "not a picture &lt;b&gt;" in document


def test_several_runs_share_a_table_that_warns_of_unlike_lines(tmp_path: Path) -> None:
    first = made_run(tmp_path / "a", "first")
    second = made_run(tmp_path / "b", "second")
    alike = report_html([first, second], SETTINGS)
    assert "All runs side by side" in alike and "did not read the same lines" not in alike
    info = second.info()
    second.change_info(data=replace(info.data, sha256="1" * 64))
    assert "did not read the same lines" in report_html([first, second], SETTINGS)


def test_a_damaged_summary_is_reported_as_such(tmp_path: Path) -> None:
    run = summarised(made_run(tmp_path))
    summary = run.summary()
    assert summary is not None
    run.write_summary(summary | {"rows": [{"engine": 5}]})
    with pytest.raises(RunError, match="damaged"):
        report_html([run], SETTINGS)


def test_the_command_writes_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = made_run(tmp_path)
    target = tmp_path / "new" / "report.html"
    assert main(["report", str(run.path), "-o", str(target)]) == 0
    assert target.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "MB" in capsys.readouterr().err
    assert main(["report", "nothing", "--runs", str(tmp_path), "-o", str(target)]) == 1


@given(st.lists(st.floats(16, 200), min_size=1, max_size=10))
def test_labels_never_lie_on_each_other(heights: list[float]) -> None:
    placed = _apart(heights, 16.0, 274.0)
    ordered = sorted(placed)
    assert all(b - a >= 16 - 1e-9 for a, b in pairwise(ordered))
    for i, first in enumerate(heights):
        for j, second in enumerate(heights):
            assert first >= second or placed[i] < placed[j], "what is higher keeps its label higher"


@pytest.fixture
def report_file(tmp_path: Path) -> Path:
    file = tmp_path / "report.html"
    file.write_text(report_html([made_run(tmp_path, nasty=NASTY)], SETTINGS), encoding="utf-8")
    return file


@pytest.fixture
def opened(browser: Any, report_file: Path) -> Iterator[Any]:
    """Opens the report at a width; afterwards nothing may have been asked for but the file itself."""
    asked, complaints, contexts = [], [], []

    def open_at(width_px: int, scheme: str = "light") -> Any:
        context = browser.new_context(viewport={"width": width_px, "height": 850}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(report_file.as_uri())
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert {url for url in asked if not url.startswith(("data:", "about:"))} == {report_file.as_uri()}
    assert not complaints


@pytest.mark.browser
@pytest.mark.parametrize(("width_px", "scheme"), [(1400, "light"), (390, "dark")])
def test_the_report_asks_no_host_and_opens_its_views(opened: Any, width_px: int, scheme: str) -> None:
    page = opened(width_px, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width_px
    assert page.evaluate("window.wasRun === undefined")
    summary = page.locator("details.view > summary").first
    summary.focus()
    page.keyboard.press("Enter")
    frame = page.frame_locator("details.view iframe").first
    frame.locator(".panel").first.wait_for(timeout=60_000)
    first = page.locator("details.view iframe").first
    page.wait_for_function("frame => frame.style.height !== '930px'", arg=first.element_handle(), timeout=60_000)
