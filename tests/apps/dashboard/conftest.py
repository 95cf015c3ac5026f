"""The dashboard's pages as tests open them: on a made-up run, with folders of their own and no model anywhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from apps.dashboard import run_data
from apps.dashboard.plain_figure import AsItIs
from eval.runs.store import RunFolder
from tests.apps.dashboard.made_up_run import make_run

PATIENCE_S = 180
"""A machine that trains at the same time is slow."""

OpenPage = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def main_module() -> Iterator[None]:
    """Puts `__main__` back: a page that is shown leaves its own there, which processes started later would run."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(autouse=True)
def checked_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets Plotly look at every chart that a page draws: outside tests nobody does."""
    as_it_is = AsItIs.to_dict

    def checked(self: AsItIs) -> dict[str, Any]:
        self.figure.checked()
        return as_it_is(self)

    monkeypatch.setattr(AsItIs, "to_dict", checked)


@pytest.fixture(scope="session")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A finished run; not to be changed."""
    return make_run(tmp_path_factory.mktemp("made-up") / "runs")


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Empty folders for runs, cases and models, and no committed run."""
    monkeypatch.setenv("ZIJIAN_RUNS_FOLDER", str(tmp_path / "runs"))
    monkeypatch.setenv("ZIJIAN_CASES_FOLDER", str(tmp_path / "cases"))
    monkeypatch.setenv("ZIJIAN_MODELS_FOLDER", str(tmp_path / "models"))
    monkeypatch.setattr(run_data, "COMMITTED_RUNS", tmp_path / "committed")
    return tmp_path


@pytest.fixture
def open_page(folders: Path, made_up: RunFolder, monkeypatch: pytest.MonkeyPatch) -> OpenPage:
    """Opens a page by its name and the parameters of its link; the made-up run is the only one."""
    monkeypatch.setenv("ZIJIAN_RUNS_FOLDER", str(made_up.path.parent))
    return page


def page(name: str, **parameters: str) -> AppTest:
    """Shows one page without the navigation around it."""
    app = AppTest.from_function(_show, kwargs={"name": name}, default_timeout=PATIENCE_S)
    for parameter, value in parameters.items():
        app.query_params[parameter] = value
    return app.run()


def unfolded(app: AppTest, key: str) -> AppTest:
    """Opens a box whose inside is made only then."""
    app.session_state[key] = True
    return app.run()


def _show(name: str) -> None:
    from importlib import import_module

    import_module(f"apps.dashboard.pages.{name}").show()
