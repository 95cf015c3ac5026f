"""The overview on a made-up run: figures, words, claims, training, files to take away."""

from __future__ import annotations

import csv
import io
import itertools
import re
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from apps.dashboard import charts, downloads, overview_charts, run_data
from apps.dashboard.accuracy_axis import accuracy_axis, usual_scale
from apps.dashboard.overview_charts import AccuracyShown
from apps.dashboard.overview_facts import ClaimFound, TrainingFacts, claims_found, training_sentence
from apps.dashboard.pages import overview
from apps.dashboard.pages.overview import favoured_pair
from apps.dashboard.run_data import run_label
from eval.benchmark import COMMITTED_RUN, ZIJIAN_500
from eval.published import CLAIMS, is_beside_published
from eval.runs.info import REPOSITORY
from eval.runs.store import RunFolder
from ocr_core.scoring.intervals import Figure
from tests.apps.dashboard.conftest import OpenPage, page, unfolded
from tests.apps.dashboard.made_up_run import CONVNEXT, CRNN, HOSTILE, make_run


def words(app) -> str:
    return "\n".join(str(part.value) for part in (*app.markdown, *app.caption, *app.info, *app.warning))


def test_the_overview_shows_everything_it_promises(open_page: OpenPage) -> None:
    app = open_page("overview")
    assert not app.exception
    shown = words(app) + words(open_page("overview", look="claims"))
    assert "Published figures" not in shown
    assert not app.dataframe, "tables that nobody opened are not made"
    assert "95% intervals" in shown
    assert "cannot write at all count as errors" in shown
    assert "n = 4 lines in 3 groups" in shown
    assert "ConvNeXt\\-Tiny \\+ CTC" in shown
    assert re.search(r"badge\[(holds in this run|not so in this run|undecided)\] ConvNeXt", shown)
    assert re.search(r"badge\[(held there|not so there)\]", shown) and "not of this run" in shown
    assert "Not measured yet" not in shown and "This run is partial" in shown.replace("\\", "")
    table = unfolded(app, "overview: table").dataframe[0].value
    assert table.loc[0, "lines of"] == "printed documents"
    assert "CRNN, published" not in table, "not their set"
    assert len(app.get("plotly_chart")) == 1
    assert app.query_params["run"] == "made-up"


def test_time_and_claims_are_a_click_away(open_page: OpenPage) -> None:
    app = open_page("overview")
    app.get("button_group")[0].set_value("time").run()
    assert not app.exception and app.query_params["look"] == "time"
    assert "Is accuracy paid for with time?" in words(app) and len(app.get("plotly_chart")) == 1
    app.get("button_group")[0].set_value("claims").run()
    assert not app.exception and not app.get("plotly_chart")
    headings = [one.value for one in app.subheader]
    assert headings[:2] == ["What of the three published claims?", "How much was each model trained?"]


def test_claims_that_were_not_measured_say_how_to_measure_them(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = [ClaimFound(claim, (), "") for claim in CLAIMS]
    monkeypatch.setattr(overview, "claims_found", lambda *arguments: bare)
    shown = words(open_page("overview", look="claims"))
    assert shown.count("Not measured yet. Measure it with: `python -m eval latency`") == len(CLAIMS) == 3
    assert "-badge[" not in shown


def test_characters_outside_an_engines_charset_are_stated(folders: Path, made_up: RunFolder) -> None:
    summary = made_up.summary()
    assert summary is not None
    for row in summary["rows"]:
        row["out_of_charset"] = {CONVNEXT: 0.0123, CRNN: 0.0}.get(row["engine"])
    next(engine for engine in summary["engines"] if engine["key"] == CONVNEXT)["unknown_characters"] = [["ₙ", 3]]
    names = charts.engine_names(summary)
    unknown = [name for key, name in names.items() if key not in (CONVNEXT, CRNN)]
    assert overview_charts.charset_words(summary, "nfkc") == (
        f"Characters that an engine cannot write at all count as errors: 1.2 % for {names[CONVNEXT]} (ₙ); "
        f"none for {names[CRNN]}; not known of {', '.join(unknown)}."
    )


def test_a_link_chooses_figure_profile_and_engines(open_page: OpenPage) -> None:
    app = open_page("overview", metric="exact_match", profile="canonical", a="tesseract@program", b=CRNN)
    assert not app.exception
    assert "Lines read without any error" in words(app).replace("\\", "")
    assert [box.value for box in app.selectbox if box.label in ("A", "B")] == ["tesseract@program", CRNN]
    assert "in lines read right on printed documents" in words(app)
    assert "apart in character accuracy" not in words(app)


def test_without_any_run_the_page_says_how_to_make_one(folders: Path) -> None:
    app = page("overview")
    assert not app.exception
    assert "There is no run to show yet" in app.info[0].value
    assert app.code[0].value.startswith("python -m eval run")


def test_a_run_without_a_summary_says_how_to_go_on(folders: Path, made_up: RunFolder) -> None:
    info = made_up.info()
    run = RunFolder.create(folders / "runs", info)
    run.change_info(state="cancelled")
    app = page("overview")
    assert not app.exception
    assert "no figures yet" in app.info[0].value
    assert app.code[0].value == f"python -m eval run --resume {run.path.name}", "no path of the server"


def test_messages_name_no_folder_of_the_server(folders: Path) -> None:
    told = run_data.without_paths(f"'{folders / 'runs' / 'x'}' and '{REPOSITORY / 'eval'}' cannot be read")
    assert told == "'runs/x' and './eval' cannot be read"


def test_a_cancelled_run_shows_what_it_had(folders: Path) -> None:
    run = make_run(folders / "runs")
    (run.path / "summary.json").unlink()
    run.change_info(state="cancelled")
    app = page("overview")
    assert not app.exception
    assert "so these are no sample" in app.info[0].value and app.get("plotly_chart")
    assert not (run.path / "summary.json").exists()


def test_published_figures_stand_beside_the_committed_benchmark_alone() -> None:
    info = RunFolder(COMMITTED_RUN).info()
    assert is_beside_published(info.data.sha256)
    assert not is_beside_published("0" * 64) and not is_beside_published("")


def test_the_axis_fits_the_figures_and_says_so(made_up: RunFolder) -> None:
    close: list[Figure] = [{"value": 0.98, "low": 0.97, "high": 0.99}, {"value": 0.99, "low": None, "high": None}]
    fitted = accuracy_axis(close, usual_scale(close))
    assert fitted.scale == "fitted" and 90 < fitted.layout["range"][0] < 97 and "not from 0" in fitted.words
    far: list[Figure] = [*close, {"value": -0.04, "low": None, "high": None}]
    stretched = accuracy_axis(far, usual_scale(far))
    assert stretched.scale == "errors" and "stretched" in stretched.words
    at = [stretched.at(share) for share in (-0.04, 0.9, 0.99, 1.0)]
    assert at == sorted(at) and at[2] - at[1] == pytest.approx(1.0), "ten times fewer errors are one step"
    assert stretched.layout["range"][0] < at[0] and at[-1] < stretched.layout["range"][1]
    bars = stretched.bars(close)
    assert bars["array"][0] > bars["arrayminus"][0] > 0 and bars["array"][1] == 0


def test_a_link_to_a_run_that_is_gone_says_so(open_page: OpenPage) -> None:
    app = open_page("overview", run="<b>gone</b>")
    assert not app.exception
    assert "asks for a run that is not here" in app.warning[0].value
    assert "<b>" not in app.warning[0].value.replace("\\<", "")


def test_published_figures_stand_beside_our_own_models_only(made_up: RunFolder) -> None:
    summary = made_up.summary()
    assert summary is not None
    figure = overview_charts.accuracy_figure(summary, AccuracyShown("character_accuracy", "nfkc", scale="zero"))
    names = [trace.name for trace in figure.checked().data]
    assert names == ["ConvNeXt-Tiny + CTC", "ConvNeXt-Tiny + CTC, published", "CRNN", "CRNN, published", "Tesseract 5"]
    published = dict(zip(figure.checked().data[3].y, figure.checked().data[3].x, strict=True))
    assert published["printed<br>documents"] == pytest.approx(97.8)
    assert published["all lines<br>together"] is None
    measured = dict(zip(figure.checked().data[2].y, figure.checked().data[2].x, strict=True))
    assert measured["printed<br>documents"] == pytest.approx(100 * (1 - 2 / 15))


def test_an_engine_without_latency_has_no_point(made_up: RunFolder) -> None:
    summary = made_up.summary()
    assert summary is not None
    summary["latency"] = [row for row in summary["latency"] if row["engine"] != CRNN]
    assert [point["engine"] for point in overview_charts.speed_points(summary, "exact_match")] == [
        CONVNEXT,
        "tesseract@program",
    ]


def test_the_pair_to_compare_is_ours_where_both_are_there() -> None:
    assert favoured_pair(["tesseract@program", CRNN, CONVNEXT]) == (CONVNEXT, CRNN)
    assert favoured_pair(["x@onnx", CRNN]) == (CRNN, "x@onnx")
    assert favoured_pair(["x@onnx"]) == ("x@onnx", "x@onnx")


def test_unequal_training_is_said_aloud() -> None:
    much = TrainingFacts("crnn", "CRNN", {"lines": 50_000}, True)
    little = TrainingFacts("convnext_tiny", "ConvNeXt-Tiny", {"lines": 10_000}, True)
    assert "CRNN was trained on 5.0 times as many lines as ConvNeXt-Tiny" in training_sentence([little, much])
    assert training_sentence([much, much]) == ""
    assert training_sentence([much, TrainingFacts("x", "X", {}, True)]) == ""


def test_who_saw_real_lines_is_said_where_not_everybody_did() -> None:
    drawn = TrainingFacts("convnext_tiny", "ConvNeXt-Tiny", {"lines": 1_000}, True)
    real = TrainingFacts("crnn", "CRNN", {"lines": 1_000, "real_lines": 1_234}, True)
    assert training_sentence([drawn, real]).startswith("1,234 of CRNN's lines were real, none of ConvNeXt-Tiny's: ")
    assert training_sentence([real, real]) == ""


def test_the_third_claim_is_measured_by_the_run_itself(made_up: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    from apps.dashboard import overview_facts

    monkeypatch.setattr(overview_facts, "LATENCY_FILE", Path("/nowhere/latency.json"))
    summary = made_up.summary()
    assert summary is not None
    found = claims_found(summary, "made-up", "Imaginary 3000", 1)
    assert [len(one.measured) for one in found] == [0, 0, 3]
    assert found[2].measured[0]["holds"] is True


def test_csv_is_harmless_in_a_spreadsheet() -> None:
    table = pd.DataFrame({"truth": ["=1+1", "好"], "reading": ["@x", None], "errors": [-1.0, 2.0]})
    rows = list(csv.DictReader(io.StringIO(downloads.csv_of(table).decode("utf-8-sig"))))
    assert rows[0] == {"truth": "'=1+1", "reading": "'@x", "errors": "-1.0"}
    assert rows[1]["truth"] == "好"


def test_every_download_is_a_file(made_up: RunFolder) -> None:
    run = run_data.opened(made_up)
    assert downloads.as_csv(run).decode("utf-8-sig").splitlines()[0].startswith("index,name,engine")
    assert downloads.as_report(run).startswith(b"<!doctype html>")


def test_plain_text_stays_plain() -> None:
    assert "[" not in charts.plain("[a](b)").replace("\\[", "")
    assert "<" not in charts.plain(HOSTILE).replace("\\<", "")
    assert charts.label(HOSTILE).startswith("&lt;img")


def test_dated_names_are_readable() -> None:
    assert run_label("20261122-230144-handwriting") == "handwriting · 2026-11-22 23:01"
    assert run_label("baseline") == "baseline"


def test_the_app_opens_on_the_overview_with_links_to_the_other_pages(open_page: OpenPage) -> None:
    app = AppTest.from_file(REPOSITORY / "apps" / "streamlit_pages.py", default_timeout=60).run()
    assert not app.exception
    assert app.title[0].value == "How well does each engine read?"
    assert [link.label for link in app.get("page_link")] == [
        "See the lines behind it",
        "What does decoding with a language model change?",
    ]


def test_a_link_from_before_the_benchmark_had_its_name_opens_it(folders: Path) -> None:
    make_run(folders / "committed", ZIJIAN_500)
    make_run(folders / "runs", "another")
    app = page("overview", run="five")
    assert not app.exception and not any("asks for a run" in one.value for one in app.warning)
    assert app.query_params["run"] == ZIJIAN_500
    assert page("overview", run="nobody").warning


def test_what_is_known_of_a_training_is_told_and_no_more() -> None:
    facts = {"lines": 1200, "core_hours": 9.43, "phases": [{"name": "ctc"}], "best": {"validation": {"a": 80, "b": 90}}}
    told = overview.training_words(TrainingFacts("crnn", "CRNN", facts, same_weights=True))
    assert told == "CRNN: 1,200 lines; 9.4 CPU-hours; phases ctc; mean validation accuracy 85.0 %"
    assert overview.training_words(TrainingFacts("x", "X", {}, same_weights=True)) == "X: nothing is known"


@pytest.mark.parametrize("lowest", [-0.4, 0.1, 0.72, 0.97])
def test_the_numbers_of_a_stretched_axis_do_not_run_into_each_other(lowest: float) -> None:
    layout = accuracy_axis([{"value": lowest, "low": None, "high": None}], "errors").layout
    first, last = layout["range"]
    places = layout["tickvals"]
    assert len(places) >= 3 and layout["ticktext"][-1] == "100 %"
    assert min(b - a for a, b in itertools.pairwise(places)) > 0.12 * (last - first)
