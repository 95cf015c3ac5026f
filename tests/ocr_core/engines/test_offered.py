"""Somebody else's package adds an engine: a real wheel, installed without a network, seen by a new process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import cv2
import pytest

from tests.ocr_core.tiny_model import stripes

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "docs" / "example_engine"
BUILD = "import sys, hatchling.build; print(hatchling.build.build_wheel(sys.argv[1]))"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip has put the example's wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-c", BUILD, str(folder)], cwd=EXAMPLE, capture_output=True, text=True, check=True
    )
    wheel = folder / built.stdout.split()[-1]
    target = folder / "site"
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-index", "--no-deps", "--target", str(target), str(wheel)]
    subprocess.run(pip, check=True, capture_output=True)
    return target


def zijian(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(site), str(ROOT)])
    environment = {**os.environ, "PYTHONPATH": path, "ZIJIAN_DESKEW": "0"}
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        cwd=site.parent,
        timeout=300,
    )


def test_the_engine_is_listed_and_reads(installed: Path, tmp_path: Path) -> None:
    listed = [json.loads(line) for line in zijian(installed, "ocr_core", "models", "--json").stdout.splitlines()]
    found = next(model for model in listed if model["name"] == "tiny_attention")
    assert found["display_name"] == "Tiny attention (example)" and found["runtimes"] == ["package"]
    cv2.imwrite(str(tmp_path / "x.png"), stripes("CAB"))
    read = zijian(installed, "ocr_core", "read", "--json", "--model", "tiny_attention", str(tmp_path / "x.png"))
    told = json.loads(read.stdout)
    assert (told["text"], told["model"], told["runtime"]) == ("CAB", "tiny_attention", "package")
    assert len(told["characters"]) == 3


def test_it_is_compared_in_a_run(installed: Path, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), stripes("CAB"))
    cv2.imwrite(str(tmp_path / "b.png"), stripes("AB"))
    (tmp_path / "labels.tsv").write_text("a.png\tCAB\nb.png\tAC\n")
    runs = tmp_path / "runs"
    arguments = ["--models", "tiny_attention", "--data", str(tmp_path), "--runs", str(runs), "--name", "x"]
    done = zijian(installed, "eval", "run", *arguments)
    assert done.returncode == 0, done.stderr
    summary = json.loads((runs / "x" / "summary.json").read_text())
    assert "tiny_attention@package" in json.dumps(summary)
    assert "Tiny attention (example)" in (runs / "x" / "run.json").read_text()


def test_a_package_that_breaks_stands_in_nobodys_way(installed: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    info = site / "broken-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1\n")
    points = ["boom = broken:ENGINE", "odd = broken_not:X", "none = json:dumps", "crnn = broken:ENGINE", "Bad! = x:y"]
    (info / "entry_points.txt").write_text("[zijian.engines]\n" + "\n".join(points) + "\n")
    (site / "broken.py").write_text("raise RuntimeError('boom')\n")
    done = zijian(site, "ocr_core", "models", "--json")
    told = {model["name"]: model for model in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 0 and told["crnn"]["display_name"] == "CRNN"
    assert "RuntimeError: boom" in told["boom"]["error"] and "broken_not" in told["odd"]["error"]
    assert "no OfferedEngine" in told["none"]["error"] and "Bad!" not in told
    failed = zijian(site, "ocr_core", "read", "--model", "boom", str(tmp_path / "x.png"))
    assert failed.returncode == 2 and "cannot be imported" in failed.stderr


def test_the_wheel_holds_the_engine_and_its_entry_point(installed: Path) -> None:
    (wheel,) = installed.parent.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "tiny_attention.py" in names and any(name.endswith("entry_points.txt") for name in names)
