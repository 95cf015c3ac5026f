"""What `eval results` measures, with made-up engines: which runs there are, what is set beside what, what is kept."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from PIL import Image

from eval import benchmark, cli, drawn_lines
from eval.committed import command, measure, named_runs, results
from eval.committed.results import MODELS, Results
from eval.datasets import read_dataset
from eval.runs.engines import RunEngine, Wanted
from ocr_core.errors import DatasetError, ModelError
from ocr_core.opening import OpenedPicture
from ocr_core.result import Character, Recognition, Timings
from ocr_core.scenario import Scenario
from ocr_core.settings import Settings
from ocr_core.synth.line import SyntheticLine
from tests.eval.invented import invented_results
from tests.eval.made_up import MadeUpRecognizer, engine_info, put_lines

DARK = "dark pictures"


class Stripes(MadeUpRecognizer):
    """Finds each letter of what it reads half a width too far right."""

    def recognize(self, image: Any) -> Recognition:
        text = self.reading(image)
        boxes = [(5.0 + 10 * n, 0.0, 15.0 + 10 * n, 8.0) for n in range(len(text))]
        letters = [Character(c, 0, 0, box, 1.0, ()) for c, box in zip(text, boxes, strict=True)]
        return Recognition(text, tuple(letters), (), None, Timings(infer=1.0), self.name, self.sha256, "onnx")


def pixels_of(image: Any) -> Any:
    """The pixels of a picture that a run opened for all engines, or of one that was handed over as pixels."""
    return image.picture.pixels if isinstance(image, OpenedPicture) else image


def put_weights(folder: Path, content: bytes = b"w", *names: str) -> Path:
    for name in names or MODELS:
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "model.onnx").write_bytes(b"graph of " + name.encode())
        (folder / name / "model.safetensors").write_bytes(content)
    return folder


@pytest.fixture
def installed() -> list[str]:
    """Which of other people's recognisers are here."""
    return []


@pytest.fixture
def read_by(monkeypatch: pytest.MonkeyPatch, installed: list[str], tmp_path: Path) -> list[Settings]:
    """Puts engines in place: they read `ab`, `abc` with enhancement, `a` not-deskewed; of light lines nothing.

    Returns the settings that engines were loaded with.
    """
    seen: list[Settings] = []

    def load_available(wanted: Sequence[Wanted], settings: Settings) -> tuple[list[RunEngine], list[str]]:
        seen.append(settings)
        text = ("abc" if settings.enhance else "ab") if settings.deskew else "a"
        here = [one for one in wanted if one.source in (*MODELS, *installed)]
        hashes = results.weights_hashes(settings.models_folder)
        engines = []
        for one in here:
            key = f"{one.source}@{one.runtime}"
            recognizer = Stripes(
                key, lambda image: text if pixels_of(image).max() < 128 or settings.enhance else "", False
            )
            info = engine_info(key, sha256=hashes.get(one.source, "7" * 64), gives_evidence=False)
            engines.append(RunEngine(info, recognizer, None, 1.0))
        return engines, [f"{one.source} is not installed" for one in wanted if one not in here]

    def draw(*_: object) -> list[tuple[str, SyntheticLine]]:
        boxes = np.array([[0, 0, 10, 8], [10, 0, 20, 8]], dtype=np.float32)
        return [
            (f"test/{_[3][0].value}/{n}.png", SyntheticLine(np.zeros((8, 20), np.uint8), "ab", boxes, _[3][0], {}))  # type: ignore[index]
            for n in range(2)
        ]

    monkeypatch.setattr(named_runs, "load_available", load_available)
    monkeypatch.setattr(drawn_lines, "draw", draw)
    monkeypatch.setattr(measure, "_model_facts", lambda *_: {"training": {"lines": 1}})
    monkeypatch.setattr(measure.parity, "can_be_measured", lambda: False)
    monkeypatch.setattr(measure, "measure_latency", lambda _: {"engines": []})
    return seen


@pytest.fixture
def settings(read_by: list[Settings], tmp_path: Path) -> Settings:
    return Settings(models_folder=put_weights(tmp_path / "models"), enhance=False)


@pytest.fixture
def real(tmp_path: Path) -> Path:
    folder = tmp_path / "real" / "s2_scene"
    folder.mkdir(parents=True)
    Image.new("RGB", (64, 32), "black").save(folder / "a.png")
    (folder / "labels.tsv").write_text("a.png\tabzz\n")
    return folder.parent


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "results.json"


def make(settings: Settings, path: Path, real: Path | None = None) -> tuple[Results, list[str]]:
    made, lost = measure.measure(2, real, path, settings, processes=1)
    results.write(made, path)
    return results.read(path), lost


def models_of(made: Results, name: str) -> list[str]:
    return [engine["model"] for engine in made["sets"][name]["engines"]]


def accuracy(made: Results, name: str, model: str) -> float | None:
    rows = results.rows_of_models(made["sets"][name], [model])
    return rows[-1]["character_accuracy"]["value"]


def test_results_hold_figures_and_where_they_come_from(settings: Settings, path: Path, real: Path) -> None:
    made, lost = make(settings, path, real)
    assert not lost and set(made["models"]) == set(MODELS)
    assert made["models"]["crnn"]["training"] == {"lines": 1}
    assert accuracy(made, benchmark.SYNTHETIC_TEST, "crnn") == 1.0
    assert accuracy(made, benchmark.REAL, "crnn") == 0.5
    assert {"cpu", "cores"} <= set(made["machine"]) and made["versions"]["numpy"] == np.__version__
    written = path.read_text()
    assert "abzz" not in written and str(real) not in written and "s2_scene" not in written, "no text, no path"


def test_every_question_of_the_project_has_its_figures(settings: Settings, path: Path, real: Path) -> None:
    made, _ = make(settings, path, real)
    of_crnn = [change for change in made["changes"] if change["model"] == "crnn"]
    found = {(c["question"], c["set"], c["lines_are"], c["enhanced"]): (c["before"], c["after"]) for c in of_crnn}
    drawn = benchmark.SYNTHETIC_TEST
    assert found == {
        ("enhancement", drawn, "as they are", None): (1.0, 0.5),
        ("enhancement", benchmark.REAL, "as they are", None): (0.5, 0.5),
        ("inversion", drawn, "inverted", False): (1.0, 0.0),
        ("inversion", drawn, "inverted", True): (0.5, 0.5),
        ("deskewing", drawn, "as they are", False): (0.5, 1.0),
        ("deskewing", drawn, "turned by 3°", False): (0.5, 1.0),
        ("deskewing", drawn, "loosely cropped", False): (0.5, 1.0),
        ("deskewing", drawn, "between strips of other lines", False): (0.5, 1.0),
    }
    assert {row["engine"] for row in made["sets"][drawn]["by_width"]} == {f"{model}@onnx" for model in MODELS}
    centres = next(row for row in made["alignment"]["rows"] if row["engine"] == "crnn" and row["title"] == "print")
    assert (centres["median"], centres["share_far"], centres["characters"]) == (0.5, 1.0, 4)
    assert made["alignment"]["border_rule"] == "ink_borders" and made["parity"] is None


def test_figures_are_those_of_the_chosen_setting(settings: Settings, path: Path) -> None:
    made, _ = make(replace(settings, enhance=True), path)
    assert accuracy(made, benchmark.SYNTHETIC_TEST, "convnext_tiny") == 0.5
    change = next(one for one in made["changes"] if one["question"] == "enhancement")
    assert made["enhance"] is True and (change["before"], change["after"]) == (1.0, 0.5), "before is without, always"


def test_other_peoples_recognisers_read_the_same_lines_where_they_are_installed(
    settings: Settings, path: Path, real: Path, installed: list[str]
) -> None:
    installed.append("ppocr_v4")
    made, _ = make(settings, path, real)
    for name in (benchmark.SYNTHETIC_TEST, benchmark.REAL):
        assert models_of(made, name) == [*MODELS, "ppocr_v4"]


def test_a_missing_model_of_the_projects_own_stops_everything(
    settings: Settings, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(named_runs, "load_available", lambda wanted, settings: ([], ["crnn is broken"]))
    with pytest.raises(ModelError, match="crnn is broken"):
        make(settings, path)


def test_lines_that_nobody_can_read_make_no_results(settings: Settings, path: Path, tmp_path: Path) -> None:
    data = put_lines(tmp_path / "broken", ["ab", "cd"])
    for picture in data.glob("*.png"):
        picture.unlink()
    with pytest.raises(DatasetError, match="could read none of the real lines"):
        make(settings, path, data)
    assert not path.exists()


def test_real_figures_are_kept_while_the_weights_are_the_same(settings: Settings, path: Path, real: Path) -> None:
    first, _ = make(settings, path, real)
    again, lost = make(settings, path)
    assert again["sets"][benchmark.REAL] == first["sets"][benchmark.REAL] and not lost
    assert [c for c in again["changes"] if c["set"] == benchmark.REAL] == [
        c for c in first["changes"] if c["set"] == benchmark.REAL
    ]


def test_real_figures_of_other_weights_go_aloud_and_those_of_the_rest_stay(
    settings: Settings, path: Path, real: Path, installed: list[str]
) -> None:
    installed.append("ppocr_v4")
    make(settings, path, real)
    put_weights(settings.models_folder, b"retrained", "crnn")
    made, lost = make(settings, path)
    assert models_of(made, benchmark.REAL) == ["convnext_tiny", "cnn_transformer", "ppocr_v4"]
    (sentence,) = lost
    assert "CRNN on real lines" in sentence and "of other weights" in sentence
    assert [c["model"] for c in made["changes"] if c["set"] == benchmark.REAL] == ["convnext_tiny", "cnn_transformer"]
    put_weights(settings.models_folder, b"retrained")
    installed.clear()
    made, lost = make(settings, path)
    assert models_of(made, benchmark.REAL) == ["ppocr_v4"], "its weights are nobody's here"
    assert len(lost) == 2 and "CONVNEXT" in lost[0] and "CNN_TRANSFORMER" in lost[1]


def test_recognisers_that_are_not_installed_now_keep_their_earlier_figures(
    settings: Settings, path: Path, real: Path, installed: list[str]
) -> None:
    installed.append("ppocr_v6")
    make(settings, path, real)
    installed.clear()
    made, lost = make(settings, path, real)
    assert models_of(made, benchmark.REAL) == models_of(made, benchmark.SYNTHETIC_TEST) == [*MODELS, "ppocr_v6"]
    assert not lost
    with (real / "s2_scene" / "labels.tsv").open("a") as labels:
        labels.write("b.png\tab\n")
    Image.new("RGB", (64, 32), "black").save(real / "s2_scene" / "b.png")
    made, lost = make(settings, path, real)
    assert models_of(made, benchmark.REAL) == list(MODELS), "figures of other lines do not stand beside these"
    assert len(lost) == 1 and "PPOCR_V6 on real lines" in lost[0] and "of other lines" in lost[0]


def test_the_command_warns_of_what_is_lost(
    settings: Settings, path: Path, real: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make(settings, path, real)
    put_weights(settings.models_folder, b"retrained")
    monkeypatch.setattr(command.Settings, "from_environment", lambda: settings)
    assert cli.main(["results", "--lines", "2", "--processes", "1", "-o", str(path)]) == 0
    printed = capsys.readouterr().out
    assert "WARNING: figures are LOST" in printed and "CRNN on real lines" in printed


def test_results_of_an_older_format_are_replaced(settings: Settings, path: Path) -> None:
    path.write_text('{"format": 1}')
    assert make(settings, path)[0]["format"] == results.FORMAT


def test_latency_alone_can_be_measured_anew(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    first = invented_results(results.weights_hashes(settings.models_folder))
    again = measure.with_latency(first, settings)
    assert again["latency"] == {"engines": []} and {**again, "latency": first["latency"]} == first
    put_weights(settings.models_folder, b"other")
    with pytest.raises(DatasetError, match="other weights"):
        measure.with_latency(first, settings)


def test_the_benchmark_takes_the_place_of_the_committed_run(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(benchmark, "BENCHMARK_FOLDER", put_lines(tmp_path / "print", ["ab", "cd"]))
    target = tmp_path / "runs" / "zijian-500"
    target.mkdir(parents=True)
    (target / "old.json").touch()
    run = measure.measure_benchmark(replace(settings, enhance=True), target)
    assert not (target / "old.json").exists() and not (target / "lock").exists()
    info = run.info()
    assert (info.id, info.data.name, info.data.lines, info.state) == ("zijian-500", "zijian-500", 2, "finished")
    assert len(list(run.records())) == 2 * len(MODELS)


def test_lines_to_compare_come_from_every_scenario(tmp_path: Path) -> None:
    for scenario in Scenario:
        put_lines(tmp_path / scenario.value, ["ab"] * 50)
    dataset = read_dataset(tmp_path)
    names = {dataset.lines[index].name for index in named_runs.compared_indices(dataset, 200)}
    assert len(names) == 200
    assert all({f"{scenario.value}/0.png", f"{scenario.value}/48.png"} <= names for scenario in Scenario)


def test_what_goes_wrong_in_turn_is_raised_where_the_result_is_asked_for() -> None:
    future = named_runs.InTurn().submit(int, "x")
    with pytest.raises(ValueError):
        future.result()


def test_runs_are_carried_out_by_processes_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that is handed to another process must survive the way there and back."""
    # Tests of Streamlit's pages leave a page behind as the main module, which a new process would try to run.
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
    with named_runs.workers(2) as executor:
        future = executor.submit(named_runs.compared_indices, read_dataset(put_lines(tmp_path / "x", ["a", "b"])), 2)
        assert future.result(timeout=120) == [0, 1]
