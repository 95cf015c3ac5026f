"""Visitors in their own language: by address, by browser, by their own choice; programs get English."""

from __future__ import annotations

from collections.abc import Iterator

import gradio as gr
import httpx
import pytest
from gradio_client import Client
from playwright.sync_api import Browser

from apps.demo.server.languages import SpokenBlocks, answer_in_language, language_of
from apps.demo.wording.frame import say
from ocr_core.language import spoken

CHINESE = {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}


@pytest.mark.parametrize(
    ("asked", "accepted", "language"),
    [
        ("zh", "en-GB", "zh"),
        ("en", "zh-CN,zh;q=0.9", "en"),
        ("xx", "zh-CN,zh;q=0.9", "zh"),
        (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        (None, "en-US,en;q=0.9,zh;q=0.2", "en"),
        (None, "de-DE,fr;q=0.8", "en"),
        (None, "zh;q=0, en", "en"),
        (None, "", "en"),
        (None, ";;;,,=,*" * 400, "en"),
    ],
)
def test_the_address_decides_before_the_browser(asked: str | None, accepted: str, language: str) -> None:
    assert language_of({} if asked is None else {"lang": asked}, accepted) == language


def test_the_page_is_sent_in_the_language_asked_for(app_url: str) -> None:
    by_address = httpx.get(app_url, params={"lang": "zh"}).text
    by_browser = httpx.get(app_url, headers=CHINESE).text
    plain = httpx.get(app_url)
    for page in (by_address, by_browser):
        assert 'lang="zh-CN"' in page
        assert "手写" in page
    assert 'lang="en"' in plain.text
    assert "手写" not in plain.text
    assert "Accept-Language" in plain.headers["vary"]


def test_a_mean_address_puts_nothing_into_the_page(app_url: str) -> None:
    page = httpx.get(app_url, params={"lang": '"><script>alert(1)</script>'}).text
    assert "alert(1)" not in page


def test_a_program_is_told_of_endpoints_in_english(app_url: str) -> None:
    httpx.get(f"{app_url}gradio_api/info", params={"lang": "zh"}, headers=CHINESE)
    assert "手写" not in httpx.get(f"{app_url}gradio_api/info", headers=CHINESE).text


@pytest.fixture(scope="module")
def answering() -> Iterator[str]:
    """A page whose functions say in which language they answer, at once and step by step."""
    with SpokenBlocks() as demo:
        told = gr.Textbox()

        def steps():
            for _ in range(3):
                yield spoken()

        gr.Button(say("tab.write")).click(spoken, None, told, api_name="once")
        gr.Button().click(steps, None, told, api_name="steps")
    answer_in_language(demo)
    demo.launch(prevent_thread_lock=True, quiet=True, ssr_mode=False)
    yield str(demo.local_url)
    demo.close()


@pytest.mark.parametrize(("headers", "language"), [({}, "en"), (CHINESE, "zh")])
def test_functions_answer_in_the_callers_language(answering: str, headers: dict[str, str], language: str) -> None:
    client = Client(answering, headers=headers, verbose=False)
    assert client.predict(api_name="/once") == language
    assert list(client.submit(api_name="/steps")) == [language] * 3


@pytest.mark.browser
def test_a_visitor_switches_and_the_browser_remembers(browser: Browser, app_url: str) -> None:
    page = browser.new_context(locale="en-GB").new_page()
    page.goto(app_url)
    page.get_by_role("tab", name="Write").wait_for()
    page.locator("a.zj-language").click()
    page.get_by_role("tab", name="手写").click()
    page.get_by_text("提笔片刻之后").wait_for()
    assert "lang=zh" in page.url
    page.goto(app_url)
    page.get_by_role("tab", name="手写").wait_for()
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert "字鉴" in page.title()
