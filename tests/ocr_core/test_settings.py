"""Settings come from the environment, and a mistake in it is told in plain words."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from ocr_core.errors import OcrError
from ocr_core.settings import FORMER_VARIABLES, ServiceLimits, Settings, Workplace, variable_of

ROOT = Path(__file__).resolve().parents[2]


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
        "workers": "6",
        "runtime": "torch",
        "device": "auto",
        "enhance": "Yes",
        "deskew": "off",
        "orient": "0",
        "decoder": "beam+zh",
        "finder": "ppocr",
        "lines": "all",
        "layout": "geometry",
        "models_folder": "elsewhere",
        "own_models": "mine",
        "services": "http://a/b, https://c",
        "int8_folder": "whole",
        "hub_folder": "whole",
        "hashes": "whole",
    }
    assert set(given) == {setting.name for setting in fields(Settings)}
    got = Settings.from_environment({f"ZIJIAN_{name.upper()}": value for name, value in given.items()})
    last = (("http://a/b", "https://c"), *[Path("whole")] * 3)
    folders = (Path("elsewhere"), Path("mine"))
    pages = ("ppocr", "all", "geometry")
    assert got == Settings(
        1000, 2000, 300, 4, 5, 6, "torch", "auto", True, False, False, "beam+zh", *pages, *folders, *last
    )


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ZIJIAN_MAX_PIXELS", "many"),
        ("ZIJIAN_MAX_PIXELS", "0"),
        ("ZIJIAN_MAX_PIXELS", "-1"),
        ("ZIJIAN_MAX_PIXELS", "٣"),
        ("ZIJIAN_ENHANCE", "perhaps"),
        ("ZIJIAN_RUNTIME", "tensorflow"),
        ("ZIJIAN_DEVICE", "gpu"),
        ("ZIJIAN_FINDER", "yolo"),
        ("ZIJIAN_LINES", "2"),
        ("ZIJIAN_LAYOUT", "yolo"),
    ],
)
def test_mistakes_name_the_variable(variable: str, value: str) -> None:
    with pytest.raises(OcrError, match=variable):
        Settings.from_environment({variable: value})


def test_every_place_has_a_variable() -> None:
    given = {
        "runs_folder": "/r",
        "cases_folder": "~/c",
        "cases_limit": "3",
        "delete_cases": "1",
        "arena": "on",
        "arena_file": "/a",
        "open_folders": "yes",
        "upload_models": "1",
        "keep_models": "on",
        "materials": "/m",
        "training": "/t",
    }
    assert set(given) == {setting.name for setting in fields(Workplace)}
    got = Workplace.from_environment({variable_of(name): value for name, value in given.items()})
    assert got == Workplace(
        Path("/r"), Path("~/c"), 3, True, "on", Path("/a"), True, True, True, Path("/m"), Path("/t")
    )


def test_every_limit_of_the_service_can_be_given() -> None:
    given = {
        "api_keys": "keys", "rate_per_minute": "9", "max_body_bytes": "2000", "most_images": "2", "most_requests": "3",
        "most_lines_waiting": "4", "longest_request_s": "5", "batch_lines": "1", "batch_wait_ms": "0",
        "jobs_folder": "/j", "jobs_waiting": "6", "jobs_hours": "7", "cors_origins": "https://a.example, http://b.example",
        "log_texts": "yes", "demo": "0", "review": "/thresholds.json",
    }  # fmt: skip
    assert set(given) == {setting.name for setting in fields(ServiceLimits)}
    got = ServiceLimits.from_environment({variable_of(name): value for name, value in given.items()})
    origins = ("https://a.example", "http://b.example")
    assert got == ServiceLimits(
        Path("keys"), 9, 2000, 2, 3, 4, 5, 1, 0, Path("/j"), 6, 7, origins, True, False, Path("/thresholds.json")
    )
    with pytest.raises(OcrError, match="ZIJIAN_BATCH_LINES"):
        ServiceLimits.from_environment({"ZIJIAN_BATCH_LINES": "0"})


def test_no_variable_sets_two_things() -> None:
    names = [setting.name for kind in (Settings, Workplace, ServiceLimits) for setting in fields(kind)]
    assert len(set(names)) == len(names)


def test_a_mistake_about_a_place_names_the_variable() -> None:
    with pytest.raises(OcrError, match="ZIJIAN_CASES_LIMIT"):
        Workplace.from_environment({"ZIJIAN_CASES_LIMIT": "lots"})


def test_no_variable_is_read_elsewhere() -> None:
    """Every `ZIJIAN_` name anywhere is a field of one of the values, and only settings.py asks the environment."""
    known = {variable_of(setting.name) for kind in (Settings, Workplace, ServiceLimits) for setting in fields(kind)}
    known |= set(FORMER_VARIABLES.values())
    known |= set(re.findall(r"\$\{(ZIJIAN_\w+)", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    texts = {file: file.read_text(encoding="utf-8") for file in texts_of_the_repository()}
    assert len(texts) > 300
    strays = {
        f"{file.name}: {name}" for file, text in texts.items() for name in re.findall(r"\bZIJIAN_[A-Z]\w*\b", text)
    }
    assert {stray for stray in strays if stray.partition(": ")[2] not in known} == set()
    read = {file.name for file, text in texts.items() if re.search(r"environ\b.{0,20}ZIJIAN_[A-Z]", text)}
    assert read == set()


def texts_of_the_repository() -> list[Path]:
    rooms = [ROOT / room for room in ("ocr_core", "eval", "apps", "docs", "tests", ".github")]
    inside = [file for room in rooms for file in room.rglob("*") if file.suffix in (".py", ".md", ".yml")]
    return inside + [ROOT / name for name in ("Makefile", "Dockerfile", "README.md")]


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().threads = 3  # type: ignore[misc]


def test_a_variable_is_still_read_by_its_former_name() -> None:
    assert Settings.from_environment({"ZIJIAN_RECTIFY": "0"}).deskew is False
    assert Settings.from_environment({"ZIJIAN_RECTIFY": "0", "ZIJIAN_DESKEW": "1"}).deskew is True
