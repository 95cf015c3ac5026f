"""The command line on a tiny model: one line a picture, the rest is read when one fails, odd names do no harm."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ocr_core.cli import main
from ocr_core.recognizer import Recognizer
from ocr_core.result import Recognition
from ocr_core.workers import ReadingProcesses
from tests.ocr_core.lines.drawn_lines import drawn_line, turned
from tests.ocr_core.tiny_model import MENDED, stripes, write_folder, write_own_file

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in [name for name in os.environ if name.startswith("ZIJIAN_")]:
        monkeypatch.delenv(variable)
    write_folder(tmp_path / "models" / "crnn", name="crnn")
    monkeypatch.setenv("ZIJIAN_MODELS_FOLDER", str(tmp_path / "models"))


def write(path: Path, text: str, **options: int) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(stripes(text, **options)).save(path, "PNG")
    return str(path)


def test_read_prints_one_text_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", write(tmp_path / "1.png", "ABC"), write(tmp_path / "2.png", "CA")]) == 0
    assert capsys.readouterr() == ("ABC\nCA\n", "")


def test_json_has_the_documented_fields(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path / "字.png", "AB")
    assert main(["read", "--json", file]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    got = json.loads(out)
    assert got["file"] == file
    assert got["text"] == "AB"
    assert 0 < got["confidence"] <= 1
    assert (got["model"], got["runtime"]) == ("crnn", "onnx")
    assert got["cost_time_ms"] > 0
    first = got["characters"][0]
    assert first["text"] == "A"
    assert len(first["box"]) == 4
    assert set(first) == {"text", "first_frame", "last_frame", "box", "confidence", "alternatives"}
    assert set(got) >= set(Recognition.__slots__) - {"raw_path"}


def test_rest_is_read_when_one_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    good = [write(tmp_path / "1.png", "A"), write(tmp_path / "2.png", "B")]
    arguments = [good[0], str(broken), str(tmp_path / "missing.png"), good[1]]
    assert main(["read", *arguments]) == 1
    out, err = capsys.readouterr()
    assert out == "A\nB\n"
    assert len(err.splitlines()) == 2
    assert "broken.png" in err

    assert main(["read", "--json", *arguments]) == 1
    out, err = capsys.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    assert [line["file"] for line in lines] == arguments
    assert [line.get("text") for line in lines] == ["A", None, None, "B"]
    assert all(set(line) == {"file", "error"} for line in lines[1:3])
    assert err == ""


def test_folder_is_read_recursively_in_name_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "folder"
    write(folder / "b.PNG", "B")
    write(folder / "a.png", "A")
    write(folder / "b" / "deeper" / "c.jpeg", "C")
    write(folder / ".hidden" / "x.png", "A")
    write(folder / "._a.png", "A")
    (folder / "notes.txt").write_text("no picture")
    (folder / "b" / "loop").symlink_to(folder)
    assert main(["read", "--json", str(folder)]) == 0
    files = [json.loads(line)["file"] for line in capsys.readouterr().out.splitlines()]
    assert files == [str(folder / "a.png"), str(folder / "b" / "deeper" / "c.jpeg"), str(folder / "b.PNG")]


def test_empty_folder_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    assert main(["read", str(tmp_path / "empty")]) == 1
    assert "no image in this folder" in capsys.readouterr().err


def test_standard_input_is_one_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = Path(write(tmp_path / "1.png", "CAB")).read_bytes()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert main(["read", "-", "--json"]) == 0
    got = json.loads(capsys.readouterr().out)
    assert (got["file"], got["text"]) == ("-", "CAB")


def test_endless_standard_input_is_cut_at_the_limit(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZIJIAN_MAX_FILE_BYTES", "1000")
    stream = io.BytesIO(bytes(50_000))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(stream))
    assert main(["read", "-"]) == 1
    assert "limit" in capsys.readouterr().err


def test_odd_file_names_do_not_break_the_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ["new\nline.png", "separator\u2028.png", "escape\x1b[31m.png", os.fsdecode(b"bytes\xff.png"), 'quote".png']
    files = [write(tmp_path / name, "A") for name in names]
    broken = tmp_path / os.fsdecode(b"broken\n\xfe.png")
    broken.write_bytes(b"")
    assert main(["read", "--json", *files, str(broken)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["file"] for line in lines] == [*files, str(broken)]
    assert main(["read", *files, str(broken)]) == 1
    out, err = capsys.readouterr()
    assert out == "A\n" * len(files)
    assert len(err.splitlines()) == 1


def test_of_several_lines_one_or_all_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    both = np.concatenate([drawn_line(), drawn_line()])
    Image.fromarray(both).save(tmp_path / "2.png")
    assert main(["read", str(tmp_path / "2.png")]) == 0
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 1
    assert "2.png: This picture holds 2 lines; the biggest was read." in err
    assert main(["read", "--lines", "all", str(tmp_path / "2.png")]) == 0
    every, err = capsys.readouterr()
    assert len(every.splitlines()) == 2
    assert every.splitlines()[0] == out.splitlines()[0]
    assert "holds" not in err


def test_warnings_go_to_standard_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    loose = np.full((160, 100, 3), 255, dtype=np.uint8)
    drawn = stripes("CACA")
    loose[64:96, : drawn.shape[1]] = drawn
    Image.fromarray(loose).save(tmp_path / "1.png")
    assert main(["read", str(tmp_path / "1.png")]) == 0
    assert "1.png: Trimmed" in capsys.readouterr().err


@pytest.mark.parametrize(("switch", "expected"), [("--enhance", True), ("--no-enhance", False)])
def test_enhancement_can_be_switched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], switch: str, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZIJIAN_ENHANCE", str(int(not expected)))
    write_folder(tmp_path / "models" / "crnn", name="crnn", input_format=MENDED)
    path = tmp_path / "1.png"
    Image.fromarray(255 - stripes("AAA", frames_each=1)).save(path)
    assert main(["read", switch, str(path)]) == 0
    assert (capsys.readouterr().out == "AAA\n") is expected


@pytest.mark.parametrize(("switch", "said"), [("--deskew", True), ("--no-deskew", False), ("--no-rectify", False)])
def test_deskewing_can_be_switched_and_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], switch: str, said: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZIJIAN_DESKEW", str(int(not said)))
    write_folder(tmp_path / "models" / "crnn", name="crnn")
    path = tmp_path / "1.png"
    Image.fromarray(turned(drawn_line(), 3.0)).save(path)
    assert main(["read", switch, str(path)]) == 0
    assert ("brought level" in capsys.readouterr().err) is said


def test_own_model_is_read_by_path(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = write_own_file(tmp_path / "own.onnx")
    assert main(["read", "--model", str(own), write(tmp_path / "1.png", "BA")]) == 0
    assert capsys.readouterr().out == "BA\n"


@pytest.mark.parametrize("model", ["convnext_tiny", "nonsense"])
def test_model_that_cannot_be_loaded_ends_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], model: str
) -> None:
    assert main(["read", "--model", model, write(tmp_path / "1.png", "A")]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert model in err
    assert len(err.splitlines()) == 1


def test_bad_environment_ends_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("ZIJIAN_MAX_PIXELS", "lots")
    assert main(["models"]) == 2
    assert "ZIJIAN_MAX_PIXELS" in capsys.readouterr().err


def test_models_lists_hashes_inputs_and_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models"]) == 0
    convnext, crnn, *_ = capsys.readouterr().out.splitlines()
    assert "not available" in convnext
    assert "ConvNeXt-Tiny + CTC" in convnext
    assert "1 x 32 x W" in crnn

    assert main(["models", "--json"]) == 0
    convnext, crnn, *_ = map(json.loads, capsys.readouterr().out.splitlines())
    assert "convnext_tiny is missing" in convnext["error"]
    assert len(crnn["sha256"]) == 64
    assert crnn["input"] == {"channels": 1, "height": 32, "max_width": 256}
    assert crnn["classes"] == 4


def run_module(
    *arguments: bytes | str, environment: dict[str, str] | None = None, data: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "ocr_core", *arguments],
        cwd=ROOT,
        env=os.environ | (environment or {}),
        input=data,
        capture_output=True,
        timeout=300,
        check=False,
    )


def test_module_runs_in_a_plain_c_locale(tmp_path: Path) -> None:
    """As in a bare container: neither hanzi nor undecodable bytes in a file name may fail to print."""
    path = os.fsencode(tmp_path) + "/字".encode() + b"\xff.png"
    Path(write(tmp_path / "1.png", "AC")).rename(os.fsdecode(path))
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = run_module("read", "--json", path, b"-", environment=plain)
    assert done.returncode == 1
    first, second = map(json.loads, done.stdout.decode("utf-8").splitlines())
    assert first["text"] == "AC"
    assert second == {"file": "-", "error": "The file is empty."}


def test_no_traceback_for_the_user(tmp_path: Path) -> None:
    done = run_module("read", str(tmp_path / "missing.png"))
    assert done.returncode == 1
    assert done.stderr.decode().splitlines() == [f"{tmp_path / 'missing.png'}: There is no such file."]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device here that is always full")
@pytest.mark.parametrize("arguments", [["models"], ["read"], ["read", "--json"]], ids=" ".join)
def test_a_full_disk_is_said_without_a_traceback(tmp_path: Path, arguments: list[str]) -> None:
    files = [write(tmp_path / "1.png", "A")] * 2 if arguments[0] == "read" else []
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-m", "ocr_core", *arguments, *files],
            cwd=ROOT, stdout=full, stderr=subprocess.PIPE, timeout=300, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.decode().splitlines() == ["The output cannot be written: No space left on device."]


def test_a_reader_that_leaves_early_gets_no_traceback(tmp_path: Path) -> None:
    files = [write(tmp_path / "1.png", "A")] * 3
    process = subprocess.Popen(
        [sys.executable, "-m", "ocr_core", "read", *files], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout and process.stderr
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(timeout=300) == 1


def test_noise_never_gives_more_than_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(8)
    files = []
    for index in range(5):
        files.append(str(tmp_path / f"{index}.png"))
        Image.fromarray(rng.integers(0, 256, (40, 300, 3), dtype=np.uint8)).save(files[-1])
    assert main(["read", *files]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 5


def test_pages_of_many_lines_are_read_by_processes_and_say_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = []
    for number in (1, 2):
        page = Image.new("RGB", (420, 240), "white")
        for row in range(3):
            text = f"page {number} row {row} of words"
            ImageDraw.Draw(page).text((20, 30 + 60 * row), text, "black", ImageFont.load_default(28))
        pages.append(page)
    pages[0].save(tmp_path / "two.tif", save_all=True, append_images=pages[1:])
    monkeypatch.setattr("ocr_core.cli_pages.FEWEST_FOR_PROCESSES", 6)
    begun: list[int] = []

    class Counted(ReadingProcesses):
        def __init__(self, again: Callable[[], Recognizer], workers: int) -> None:
            begun.append(workers)
            super().__init__(again, workers)

    monkeypatch.setattr("ocr_core.cli_pages.ReadingProcesses", Counted)
    said = []
    for workers in ("1", "2"):
        monkeypatch.setenv("ZIJIAN_WORKERS", workers)
        assert main(["page", str(tmp_path / "two.tif")]) == 0
        said.append(capsys.readouterr().out)
    assert said[1] == said[0] != ""
    assert begun == [2]
