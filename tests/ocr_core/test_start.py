"""What a start loads: reading one line needs none of what pages, inspections, scores or drawings need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"scipy", "pandas", "pyarrow", "plotly", "onnx", "torch", "gradio", "streamlit", "http"}
OTHER_COMMANDS = {
    "ocr_core.cli_pages",
    "ocr_core.page_formats",
    "ocr_core.inspection",
    "ocr_core.importers",
    "ocr_core.quantization.command",
}


def loaded_by(code: str) -> set[str]:
    command = [sys.executable, "-c", f"{code}\nimport sys; print('loaded:', *sys.modules)"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    return set(done.stdout.rpartition("loaded:")[2].split())


def roots(modules: set[str]) -> set[str]:
    return {module.partition(".")[0] for module in modules}


def test_importing_the_package_loads_nothing_else_of_weight() -> None:
    assert not roots(loaded_by("import ocr_core")) & (HEAVY | {"numpy", "cv2", "PIL", "onnxruntime"})


def test_reading_a_line_loads_what_reads_lines_and_no_more() -> None:
    picture = Path(__file__).parents[2] / "sample_images" / "low_resolution" / "status_bar.png"
    loaded = loaded_by(f"from ocr_core.cli import main; main(['read', {str(picture)!r}])")
    assert "onnxruntime" in loaded
    assert not roots(loaded) & HEAVY
    assert not loaded & OTHER_COMMANDS


@pytest.mark.parametrize("command", ["read", "page", "models", "inspect", "import", "quantize"])
def test_every_command_has_its_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    from ocr_core.cli import main

    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert command in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["--help"])
    assert f"  {command} " in capsys.readouterr().out
