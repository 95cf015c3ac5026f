"""docs/demo-api.md keeps its word: every example runs as it stands, endpoints and limits in it are the real ones."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import gradio_client
import httpx
import pytest

from apps.demo.break_it.api import LARGEST_SEED, MOST_SEEDS, MOST_STEPS
from apps.demo.break_it.robustness_session import LONGEST_SWEEP_S
from apps.demo.server import public_limits
from apps.gradio_app import build_demo, page_options
from ocr_core.settings import Settings
from tests.apps.conftest import free_port

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "demo-api.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:7860"


def examples() -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def address(settings: Settings, samples_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An app that keeps its cases in a folder of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZIJIAN_CASES_FOLDER", str(tmp_path_factory.mktemp("cases")))
        demo = build_demo(settings, samples_folder)
        demo.launch(server_name="127.0.0.1", server_port=free_port(), prevent_thread_lock=True, quiet=True,
                    **page_options(settings, samples_folder))  # fmt: skip
        yield str(demo.local_url).rstrip("/")
        demo.close()


@pytest.fixture(scope="module")
def known(address: str) -> dict[str, object]:
    """What the examples have defined so far: they follow one another."""
    return {}


@pytest.fixture(autouse=True)
def workplace(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path_factory.mktemp("workplace")
    shutil.copytree(ROOT / "sample_images", folder / "sample_images")
    monkeypatch.chdir(folder)


@pytest.mark.parametrize("number", range(len(examples())))
def test_every_example_runs_as_it_stands(
    number: int, address: str, known: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    example = examples()[number]
    # The one change: where the server is. `exec` runs the project's own document.
    exec(compile(example.replace(ADDRESS, address), f"docs/demo-api.md, example {number}", "exec"), known)
    if "print(" in example:
        assert capsys.readouterr().out.strip()


def test_the_document_and_the_app_name_the_same_endpoints(address: str) -> None:
    client = gradio_client.Client(address, verbose=False, analytics_enabled=False)
    described = client.view_api(return_format="dict", print_info=False)
    assert isinstance(described, dict)
    in_the_app = set(described["named_endpoints"])
    assert set(re.findall(r"^\| `(/\w+)` \|", DOCUMENT, re.MULTILINE)) == in_the_app
    assert set(re.findall(r'api_name="(/\w+)"', "".join(examples()))) == in_the_app
    for name, endpoint in described["named_endpoints"].items():
        for parameter in endpoint["parameters"]:
            assert f"`{parameter['parameter_name']}`" in DOCUMENT, name


def test_the_request_over_plain_http_fits_the_endpoint(address: str) -> None:
    (request,) = re.findall(r"-d '(\{.*\})'", DOCUMENT)
    asked = httpx.post(f"{address}/gradio_api/call/recognize", json=json.loads(request))
    answer = httpx.get(f"{address}/gradio_api/call/recognize/{asked.json()['event_id']}", timeout=30).text
    assert "event: error" in answer  # for "<that path>" is no upload; with one it is read:
    path = httpx.post(
        f"{address}/gradio_api/upload", files={"files": Path("sample_images/print/heading.jpg").read_bytes()}
    )
    asked = httpx.post(
        f"{address}/gradio_api/call/recognize", json=json.loads(request.replace("<that path>", path.json()[0]))
    )
    answer = httpx.get(f"{address}/gradio_api/call/recognize/{asked.json()['event_id']}", timeout=30).text
    assert "event: complete" in answer and "crnn@onnx" in answer


def test_the_limits_in_the_document_are_the_real_ones() -> None:
    text = " ".join(DOCUMENT.split())
    assert f"With {public_limits.MOST_WAITING} requests waiting" in text
    assert f"longer than {public_limits.LONGEST_S:g} seconds" in text
    assert f"After {LONGEST_SWEEP_S:g} seconds of reading" in text
    assert f"(2 to {MOST_STEPS} severities" in text and f"(5 to {MOST_SEEDS} pictures" in text
    assert f"0 to {LARGEST_SEED}" in text


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^):#]+)\)", DOCUMENT):
        assert (ROOT / "docs" / target).is_file(), target
