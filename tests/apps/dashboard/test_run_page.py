"""The page that starts runs: what it offers, what it refuses, and what it says of a run."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from apps.dashboard import charts
from apps.dashboard.pages import run as run_page
from apps.dashboard.run_launcher import RunLauncher, RunRequest, RunStatus
from eval.benchmark import ZIJIAN_500
from eval.runs.store import RunError, RunFolder
from eval.runs.uploads import UPLOADS
from ocr_core import registry
from tests.apps.dashboard.conftest import page
from tests.eval.made_up import run_info
from tests.ocr_core.tiny_model import write_folder


class MadeUpLauncher(RunLauncher):
    """Keeps requests instead of starting processes."""

    def __init__(self, folder: Path, status: RunStatus | None = None, stopped: tuple[str, ...] = ()) -> None:
        super().__init__(folder)
        self.requests: list[RunRequest] = []
        self.gone_on_with: list[str] = []
        self.cancelled = False
        self.refusal = ""
        self._shown, self._stopped = status, stopped

    def start(self, request: RunRequest) -> str:
        if self.refusal:
            raise RunError(self.refusal)
        self.requests.append(request)
        return "made-up"

    def resume(self, run_id: str) -> None:
        self.gone_on_with.append(run_id)

    def cancel(self) -> None:
        self.cancelled = True

    def status(self) -> RunStatus | None:
        return self._shown

    def resumable(self) -> list[str]:
        return list(self._stopped)


@pytest.fixture
def models(folders: Path) -> Path:
    write_folder(folders / "models" / "crnn", name="crnn")
    return folders


def shown_with(launcher: RunLauncher, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(run_page, "_launcher", lambda _: launcher)
    return page("run")


def button(app: AppTest, label: str):
    return next(button for button in app.button if button.label == label)


def words(app: AppTest) -> str:
    parts = (*app.markdown, *app.caption, *app.warning, *app.error, *app.success)
    return "\n".join(str(part.value) for part in parts).replace("\\", "")


def test_five_sets_are_read_by_what_is_here(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    launcher = MadeUpLauncher(models / "runs")
    app = shown_with(launcher, monkeypatch)
    assert not app.exception
    button(app, "Start").click().run()
    assert launcher.requests == [RunRequest(("crnn@onnx",), ZIJIAN_500, ZIJIAN_500)]


def test_start_is_readable_on_a_dark_page(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for dark, kind in ((True, "secondary"), (False, "primary")):
        monkeypatch.setattr(charts, "is_dark", lambda dark=dark: dark)
        app = shown_with(MadeUpLauncher(models / "runs"), monkeypatch)
        assert button(app, "Start").proto.type == kind, "white is written on the theme's colour, light where it is dark"


def test_lines_and_threads_can_be_chosen(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    launcher = MadeUpLauncher(models / "runs")
    app = shown_with(launcher, monkeypatch)
    app.selectbox(key="limit").select(20)
    app.selectbox(key="threads").select(1)
    button(app, "Start").click().run()
    assert (launcher.requests[0].limit, launcher.requests[0].threads) == (20, 1)


def test_a_folder_can_be_named_only_where_that_is_switched_on(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def kinds(app: AppTest) -> list[str]:
        return [
            str(getattr(option, "content", option)) for group in app.get("button_group") for option in group.options
        ]

    launcher = MadeUpLauncher(models / "runs")
    assert "A folder on this machine" not in kinds(shown_with(launcher, monkeypatch))
    monkeypatch.setenv("ZIJIAN_OPEN_FOLDERS", "1")
    app = shown_with(launcher, monkeypatch)
    assert "A folder on this machine" in kinds(app)
    app.session_state["data"] = "A folder on this machine"
    app.run()
    assert button(app, "Start").disabled
    app.text_input(key="folder").input(str(models / "my lines")).run()
    button(app, "Start").click().run()
    assert (launcher.requests[0].data, launcher.requests[0].data_name) == (str(models / "my lines"), "my-lines")


def test_a_folder_is_refused_where_that_is_switched_off_whatever_the_browser_says(folders: Path) -> None:
    launcher = MadeUpLauncher(folders / "runs")
    with pytest.raises(Exception, match="zip"):
        run_page._start(
            launcher, RunRequest(("a@onnx",), ZIJIAN_500, ZIJIAN_500), "A folder on this machine", None, "/etc"
        )
    assert not launcher.requests


def archive(name: str = "mine.zip", labels: bytes = b"a.png\tA\n") -> io.BytesIO:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as opened:
        opened.writestr("labels.tsv", labels)
        opened.writestr("a.png", b"no picture")
    written.name = name
    return written


def test_a_zip_is_unpacked_below_the_runs_folder(folders: Path) -> None:
    launcher = MadeUpLauncher(folders / "runs")
    run_page._start(launcher, RunRequest(("a@onnx",), ZIJIAN_500, ZIJIAN_500), "A zip of my own", archive(), "")
    folder = Path(launcher.requests[0].data)
    assert folder.is_relative_to(folders / "runs" / UPLOADS)
    assert (folder / "labels.tsv").is_file()
    assert launcher.requests[0].data_name == "mine"


def test_an_upload_whose_run_cannot_start_is_thrown_away(folders: Path) -> None:
    launcher = MadeUpLauncher(folders / "runs")
    launcher.refusal = "One is going on."
    with pytest.raises(RunError):
        run_page._start(launcher, RunRequest(("a@onnx",), ZIJIAN_500, ZIJIAN_500), "A zip of my own", archive(), "")
    assert not list((folders / "runs" / UPLOADS).iterdir())


def test_a_refusal_is_said_kindly(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    launcher = MadeUpLauncher(models / "runs")
    launcher.refusal = "A run is going on already."
    app = shown_with(launcher, monkeypatch)
    button(app, "Start").click().run()
    assert not app.exception
    assert "going on already" in app.error[0].value


def test_without_engines_nothing_can_be_started(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "available", lambda _: ())
    app = shown_with(MadeUpLauncher(folders / "runs"), monkeypatch)
    assert button(app, "Start").disabled
    assert "nothing that could read" in words(app)


def test_progress_is_shown_and_can_be_cancelled(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    progress = {"state": "running", "done": 250, "total": 1_000, "failures": 2, "eta_s": 30.0}
    launcher = MadeUpLauncher(folders / "runs", RunStatus("mine", "running", progress, ""))
    app = shown_with(launcher, monkeypatch)
    assert not app.exception
    bar = app.get("progress")[0].proto
    assert bar.value == 25
    assert bar.text.replace("\\", "") == "Reading: 250 of 1,000 readings, 2 of them failed, about 30 s left"
    assert not any(one.label == "Start" for one in app.button)
    button(app, "Cancel").click().run()
    assert launcher.cancelled


def test_a_failed_run_shows_what_it_printed(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = "error: <b>no such engine</b>"
    app = shown_with(MadeUpLauncher(folders / "runs", RunStatus("mine", "failed", None, log)), monkeypatch)
    assert "failed" in app.error[0].value
    assert app.code[0].value == log


def test_a_stopped_run_is_gone_on_with(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status = RunStatus("mine", "cancelled", {"done": 3, "total": 9}, "")
    launcher = MadeUpLauncher(folders / "runs", status, stopped=("mine", "older"))
    app = shown_with(launcher, monkeypatch)
    assert "was cancelled after 3 of 9 readings" in words(app)
    button(app, "Go on with it").click().run()
    button(app, "Go on").click().run()
    assert launcher.gone_on_with == ["mine", "older"]


def test_a_finished_run_is_said_to_be(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = shown_with(MadeUpLauncher(folders / "runs", RunStatus("mine", "finished", {"failures": 1}, "")), monkeypatch)
    assert "is finished" in app.success[0].value
    assert "pictures could not be read: 1." in words(app)


def test_engines_are_paired_with_the_runtimes_they_know() -> None:
    keys = run_page.engine_keys(["crnn", "tesseract"], ["onnx", "torch"])
    assert keys == ("crnn@onnx", "crnn@torch", "tesseract@program")
    assert run_page.engine_keys(["crnn"], []) == ("crnn@onnx",)


def test_the_real_desk_sees_a_run_that_was_interrupted(folders: Path) -> None:
    RunFolder.create(folders / "runs", run_info(id="broken-off"))
    app = page("run")
    assert not app.exception
    assert app.selectbox(key="stopped").options == ["broken-off"]


def test_a_run_that_read_nothing_is_no_success(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status = RunStatus("mine", "finished", {"failures": 4, "total": 4}, "")
    app = shown_with(MadeUpLauncher(folders / "runs", status), monkeypatch)
    assert "nothing could be read: all 4 readings failed" in app.error[0].value and not app.success
