"""A store of cases, and the archive of a case that another store made."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.cases.archive import export_case
from eval.cases.store import CaseStore
from ocr_core.settings import Settings
from tests.eval.cases.made_up_cases import made_up_case


@pytest.fixture
def store(tmp_path: Path) -> CaseStore:
    return CaseStore(tmp_path / "cases", Settings())


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A sound archive, made on another server."""
    elsewhere = CaseStore(tmp_path_factory.mktemp("elsewhere"), Settings())
    return export_case(elsewhere, elsewhere.save(made_up_case(note="mine", truth="看见ab")))
