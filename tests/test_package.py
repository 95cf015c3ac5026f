"""The wheel: what is in it, and that it reads a picture where there is no repository."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from email.parser import Parser
from importlib import metadata
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import ocr_core
from apps.space_requirements import names_in, pins_in
from ocr_core.ctc.decoders import LANGUAGE_MODEL

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PICTURE = ROOT / "sample_images" / "print" / "heading.jpg"
HERE = ("-m", "ocr_core")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    alone = ["--no-deps", "--no-build-isolation", "--no-index"]
    run([sys.executable, "-m", "pip", "wheel", "-q", *alone, "-w", str(folder), str(ROOT)], folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs' folder of an environment that holds the wheel and, by their path, the packages of this one."""
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder, with_pip=False)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    pip = ["-m", "pip", "--python", str(programs / "python")]
    run([sys.executable, *pip, "install", "-q", "--no-deps", str(wheel)], folder)
    (site_packages,) = [path for path in folder.rglob("site-packages") if path.is_dir()]
    (site_packages / "around.pth").write_text(str(Path(metadata.distribution("numpy").locate_file("")).resolve()))
    return programs


def run(command: list[str], folder: Path) -> str:
    """Runs a program in a folder, without what would lead it to the repository, and returns what it says."""
    around = {name: value for name, value in os.environ.items() if not name.startswith(("ZIJIAN_", "PYTHON"))}
    done = subprocess.run(command, cwd=folder, env=around, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode("utf-8").strip()


@pytest.mark.slow
def test_the_wheel_brings_the_library_and_nothing_else(wheel: Path) -> None:
    with ZipFile(wheel) as packed:
        names = packed.namelist()
        for file in ("model.onnx", "model.safetensors", "README.md"):
            assert packed.read(f"ocr_core/models/crnn/{file}") == (ROOT / "models" / "crnn" / file).read_bytes()
        language = ROOT / "models" / LANGUAGE_MODEL
        assert packed.read(f"ocr_core/models/{LANGUAGE_MODEL.as_posix()}") == language.read_bytes()
    assert {name.split("/")[0] for name in names} == {"ocr_core", f"zijian-{ocr_core.__version__}.dist-info"}
    assert "ocr_core/py.typed" in names
    sources = {str(path.relative_to(ROOT)) for path in (ROOT / "ocr_core").rglob("*.py")}
    assert {name for name in names if name.endswith(".py")} == {Path(source).as_posix() for source in sources}


@pytest.mark.slow
def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    with ZipFile(wheel) as packed:
        said = Parser().parsestr(packed.read(f"zijian-{ocr_core.__version__}.dist-info/METADATA").decode("utf-8"))
    assert said["Version"] == ocr_core.__version__
    assert said["License-Expression"] == "Apache-2.0"
    assert {"torch", "train", "demo", "dashboard"} <= set(said.get_all("Provides-Extra") or ())
    assert "zijian read" in str(said.get_payload())


@pytest.mark.slow
def test_an_installed_wheel_reads_a_picture(installed: Path, tmp_path: Path) -> None:
    text = run([str(installed / "zijian"), "read", str(PICTURE)], tmp_path)
    assert text == run([sys.executable, *HERE, "read", str(PICTURE)], ROOT)
    assert len(text) > 5


@pytest.mark.slow
def test_an_installed_wheel_finds_its_own_model_and_says_where_others_are(installed: Path, tmp_path: Path) -> None:
    convnext, crnn, *_ = run([str(installed / "zijian"), "models"], tmp_path).splitlines()
    assert re.search(r"sha256 [0-9a-f]{64}$", crnn)
    assert "ZIJIAN_MODELS_FOLDER" in convnext
    assert str(ROOT) not in convnext
    for command in ([str(installed / "zijian")], [str(installed / "python"), *HERE]):
        assert run([*command, "--version"], tmp_path) == f"zijian {ocr_core.__version__}"


@pytest.mark.slow
def test_nobody_gets_modules_named_eval_or_apps(installed: Path, tmp_path: Path) -> None:
    found = "from importlib.util import find_spec as f; print(f('eval'), f('apps'), f('tests'), f('docs'), f('models'))"
    assert run([str(installed / "python"), "-c", found], tmp_path) == "None None None None None"


def test_the_package_and_the_requirements_files_name_the_same() -> None:
    extras = PROJECT["optional-dependencies"]
    needed = [*PROJECT["dependencies"], *extras["demo"], *extras["server"], *extras["dashboard"]]
    light = (ROOT / "requirements-demo.txt").read_text(encoding="utf-8")
    assert {canonicalize_name(Requirement(need).name) for need in needed} == set(names_in(light))
    more = (ROOT / name for name in ("requirements-test.txt", "requirements-dev.txt"))
    full = [name for file in more for name in names_in(file.read_text(encoding="utf-8"))]
    training = {canonicalize_name(Requirement(need).name) for need in extras["train"] + extras["torch"]} - {"zijian"}
    assert training <= {*full, *names_in(light)}


def test_every_bound_lets_the_tested_release_in() -> None:
    pins = pins_in((ROOT / "constraints.txt").read_text(encoding="utf-8"))
    extras = [need for needs in PROJECT["optional-dependencies"].values() for need in needs]
    for need in map(Requirement, [*PROJECT["dependencies"], *extras]):
        if need.name != "zijian":
            pinned = [str(Requirement(line).specifier) for line in pins[canonicalize_name(need.name)]]
            assert pinned and all(need.specifier.contains(pin.removeprefix("==")) for pin in pinned), need
