"""Settings come from the environment, and a mistake in it is told in plain words."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from ocr_core.errors import OcrError
from ocr_core.settings import Settings


def test_empty_environment_gives_the_defaults() -> None:
    assert Settings.from_environment({}) == Settings()
    assert Settings.from_environment({"ZIJIAN_THREADS": " "}) == Settings()


def test_every_field_has_a_variable() -> None:
    given = {
        "max_file_bytes": "1000",
        "max_pixels": "2000",
        "max_width_px": "300",
        "max_batch": "4",
        "threads": "5",
        "runtime": "torch",
        "enhance": "Yes",
        "rectify": "off",
        "models_folder": "elsewhere",
    }
    assert set(given) == {setting.name for setting in fields(Settings)}
    got = Settings.from_environment({f"ZIJIAN_{name.upper()}": value for name, value in given.items()})
    assert got == Settings(1000, 2000, 300, 4, 5, "torch", True, False, Path("elsewhere"))


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ZIJIAN_MAX_PIXELS", "many"),
        ("ZIJIAN_MAX_PIXELS", "0"),
        ("ZIJIAN_MAX_PIXELS", "-1"),
        ("ZIJIAN_MAX_PIXELS", "٣"),
        ("ZIJIAN_ENHANCE", "perhaps"),
        ("ZIJIAN_RUNTIME", "tensorflow"),
    ],
)
def test_mistakes_name_the_variable(variable: str, value: str) -> None:
    with pytest.raises(OcrError, match=variable):
        Settings.from_environment({variable: value})


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().threads = 3  # type: ignore[misc]
