"""The service as it is really run: beside the demo, asked as its documentation says, ended politely and not."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio_client
import httpx
import pytest

from apps.server.environment import address, settings_and_limits
from apps.server.running import LAST_ANSWERS_S
from apps.server.schemas import ReadingOptions
from ocr_core.client import Client, ClientError
from ocr_core.errors import OcrError
from ocr_core.settings import ServiceLimits, Settings, variable_of
from tests.apps.server.conftest import document, in_base64, png
from tests.apps.server.process import ROOT, Process

pytestmark = pytest.mark.slow

DOCUMENT = (ROOT / "docs" / "API.md").read_text(encoding="utf-8")
LONG = document("PDF", *[[f"Page {number}", *["More of it"] * 8] for number in range(8)])


@pytest.fixture(scope="module")
def service(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    folder = tmp_path_factory.mktemp("service")
    process = Process(settings, folder / "jobs", folder / "log")
    yield process
    process.terminate()
    process.ended()


def examples(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(ROOT / "sample_images", tmp_path / "sample_images")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("number", range(len(examples("sh"))))
@pytest.mark.skipif(shutil.which("curl") is None, reason="No curl on this machine.")
def test_every_example_for_curl_runs_as_it_stands(service: Process, workplace: Path, number: int) -> None:
    script = examples("sh")[number].replace("http://127.0.0.1:5000", service.address)
    done = subprocess.run(["bash", "-euc", script.replace("curl -", "curl -w '\\n' --fail-with-body -")],
                          capture_output=True, text=True, timeout=120)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines() if line]
    assert len(answers) >= script.count("curl")
    assert all(each.get("success") or "text" in each or "event" in each for each in answers)


@pytest.mark.parametrize("number", range(len(examples("python"))))
def test_every_example_for_python_runs_as_it_stands(service: Process, workplace: Path, number: int) -> None:
    script = examples("python")[number].replace("http://127.0.0.1:5000", service.address)
    done = subprocess.run([sys.executable, "-c", script], env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
                          timeout=120)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "not_an_image" in done.stdout


@pytest.mark.skipif(shutil.which("node") is None, reason="No node on this machine.")
def test_the_example_for_javascript_runs_as_it_stands(service: Process, workplace: Path) -> None:
    (script,) = examples("js")
    (workplace / "ask.mjs").write_text(script.replace("http://127.0.0.1:5000", service.address), encoding="utf-8")
    done = subprocess.run(["node", "ask.mjs"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    picture = (ROOT / "sample_images" / "print" / "heading.jpg").read_bytes()
    assert done.stdout.strip() == Client(service.address).read(picture).text.strip()


def test_the_document_names_every_address_option_and_code(service: Process) -> None:
    described = httpx.get(f"{service.address}/api/v1/openapi.json").json()
    for path in described["paths"]:
        assert path.replace("{job_id}", "ID").replace("ID/result", "ID").rstrip("/") in DOCUMENT, path
    for option in ReadingOptions.model_fields:
        assert f"`{option}`" in DOCUMENT, option
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "apps" / "server").glob("*.py"))
    used = set(re.findall(r'(?:ApiError\(\d+, |bad_request\([^)]*, )"(\w+)"', code)) - {"http_error"}
    assert len(used) > 10
    for each in used:
        assert f"`{each}`" in DOCUMENT, each


def test_the_limits_in_the_document_are_the_real_ones() -> None:
    usual, text = ServiceLimits(), " ".join(DOCUMENT.split())
    assert f"at most {usual.max_body_bytes // 2**20} MB" in text
    assert f"{usual.most_requests} requests are at work" in text and f"{usual.most_lines_waiting:,} lines wait" in text
    assert f"longer than {usual.longest_request_s} seconds" in text
    assert f"arrive within {usual.batch_wait_ms} ms" in text
    settings = Settings()
    assert f"pictures {settings.max_file_bytes // 2**20} MB and {settings.max_pixels // 10**6} million" in text


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^):#]+)\)", DOCUMENT):
        assert (ROOT / "docs" / target).is_file(), target


def test_the_demo_is_on_the_same_port_and_reads_with_the_same_networks(service: Process) -> None:
    page = httpx.get(service.address)
    assert page.status_code == 200 and "Zijian" in page.text
    client = gradio_client.Client(service.address, verbose=False, analytics_enabled=False)
    assert {"crnn", "convnext_tiny"} <= {model["model"] for model in client.predict(api_name="/models")}
    refused = httpx.get(f"{service.address}/gradio_api/file=https://elsewhere.example/x")
    assert refused.status_code == 403


@pytest.mark.browser
def test_the_documentation_page_asks_no_other_host(service: Process, browser: Any, artefacts: Path) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    elsewhere: list[str] = []
    page.on(
        "request",
        lambda asked: None if asked.url.startswith((service.address, "data:")) else elsewhere.append(asked.url),
    )
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{service.address}/docs")
    page.get_by_text("/api/v1/ocr", exact=True).first.click()
    page.get_by_role("button", name="Try it out").wait_for()
    page.screenshot(path=artefacts / "service-docs.png")
    assert elsewhere == [] and problems == []
    assert page.locator(".opblock").count() >= 9
    context.close()


def test_told_to_end_it_finishes_what_is_in_flight(settings: Settings, tmp_path: Path) -> None:
    service = Process(settings, tmp_path / "jobs", tmp_path / "log", **{variable_of("demo"): "0"})
    statuses: list[int] = []

    def ask() -> None:
        images = [{"image_base64": in_base64(png("BAC"))}] * 16
        statuses.append(httpx.post(f"{service.address}/api/v1/ocr", json={"images": images}, timeout=60).status_code)

    callers = [threading.Thread(target=ask) for _ in range(8)]
    for caller in callers:
        caller.start()
    until = time.monotonic() + 60
    while "zijian_requests_at_work 0.0" in httpx.get(f"{service.address}/metrics").text and time.monotonic() < until:
        time.sleep(0.001)
    service.terminate()
    for caller in callers:
        caller.join(60)
    assert service.ended() in (0, -15)
    assert 200 in statuses and set(statuses) <= {200}
    with pytest.raises(ClientError):
        Client(service.address).models()


def test_a_page_that_is_left_open_holds_up_no_end(settings: Settings, tmp_path: Path) -> None:
    service = Process(settings, tmp_path / "jobs", tmp_path / "log")
    with httpx.stream("GET", f"{service.address}/gradio_api/heartbeat/left-open", timeout=60) as page:
        assert page.status_code == 200
        started = time.monotonic()
        service.terminate()
        service.ended()
    assert time.monotonic() - started < LAST_ANSWERS_S / 2


def test_killed_in_the_middle_of_jobs_it_loses_none(settings: Settings, tmp_path: Path) -> None:
    service = Process(settings, tmp_path / "jobs", tmp_path / "log", **{variable_of("demo"): "0"})
    client = Client(service.address)
    ids = [client.submit(LONG, name=f"{number}.pdf").id for number in range(3)]
    until = time.monotonic() + 60
    while client.job(ids[0]).pages_read < 2 and time.monotonic() < until:
        time.sleep(0.01)
    service.kill()
    again = Process(settings, tmp_path / "jobs", tmp_path / "log", **{variable_of("demo"): "0"})
    client = Client(again.address)
    texts = set()
    for job_id in ids:
        job = client.wait(job_id, 120)
        assert (job.status, job.pages_read) == ("done", 8)
        events = client.job_events(job_id)
        assert [each["page"] for each in events if each["event"] == "page"] == list(range(1, 9))
        texts.add(json.dumps([each.get("text") for each in events]))
    assert len(texts) == 1, "what was read before and after is the same"
    assert not list((tmp_path / "jobs").glob("*.file"))
    again.terminate()
    assert again.ended() in (0, -15)


def test_the_short_names_of_before_are_honoured_and_the_long_ones_win() -> None:
    settings, _ = settings_and_limits({"DEVICE": "GPU", "MAX_IMAGE_WIDTH": "1200"})
    assert (settings.device, settings.max_width_px) == ("cuda", 1200)
    settings, _ = settings_and_limits({"DEVICE": "cpu", "MAX_IMAGE_WIDTH": "1200", "ZIJIAN_MAX_WIDTH_PX": "800"})
    assert (settings.device, settings.max_width_px) == ("cpu", 800)
    with pytest.raises(OcrError, match="ZIJIAN_DEVICE"):
        settings_and_limits({"DEVICE": "toaster"})
    assert address({}) == ("127.0.0.1", 5000) and address({"HOST": "0.0.0.0", "PORT": "80"}) == ("0.0.0.0", 80)
    with pytest.raises(OcrError, match="PORT"):
        address({"PORT": "99999"})
