"""Turns, time limits and errors in users' words, without a server."""

from __future__ import annotations

import contextvars
import itertools
import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import cv2
import gradio as gr
import pytest

from apps.demo.address.arrival import Arrival
from apps.demo.break_it import robustness_session
from apps.demo.engines import Engines
from apps.demo.server.fair_lock import LONG_LANE, ONE_AT_A_TIME, BusyError, FairLock
from apps.demo.server.latency_tracker import LatencyTracker
from apps.demo.server.public_limits import MOST_LEFT_BEHIND, MOST_SESSIONS, UNEXPECTED, TimeLimit, TooSlowError, protect
from ocr_core.corruption import CORRUPTIONS
from ocr_core.errors import ImageError
from ocr_core.settings import Settings
from tests.ocr_core.tiny_model import stripes


def until(true: object, patience_s: float = 60.0) -> None:
    for _ in range(int(patience_s / 0.002)):
        if true():  # type: ignore[operator]
            return
        time.sleep(0.002)
    raise AssertionError("never came true")


def test_turns_are_given_in_the_order_in_which_they_were_asked_for() -> None:
    turns, served = FairLock(), []

    def take(name: int) -> None:
        with turns.turn():
            served.append(name)

    with turns.turn():
        threads = []
        for name in range(6):
            threads.append(threading.Thread(target=take, args=(name,)))
            threads[-1].start()
            until(lambda: turns.waiting == len(threads))
    for thread in threads:
        thread.join(60)
    assert served == list(range(6))


def test_who_had_a_turn_just_now_waits_behind_those_who_had_none() -> None:
    """A plain lock would be taken again at once by a loop that lets it go for a moment."""
    turns, served = FairLock(), []
    begun, may_go_on = threading.Event(), threading.Event()

    def long_work() -> None:
        for _ in range(3):
            with turns.turn():
                served.append("step")
                begun.set()
                may_go_on.wait(60)

    def short_work() -> None:
        with turns.turn():
            served.append("visitor")

    long_thread, short_thread = threading.Thread(target=long_work), threading.Thread(target=short_work)
    long_thread.start()
    begun.wait(60)
    short_thread.start()
    until(lambda: turns.waiting == 1)
    may_go_on.set()
    long_thread.join(60)
    short_thread.join(60)
    assert served == ["step", "visitor", "step", "step"]


def test_who_waits_too_long_is_told_so_and_leaves_the_line() -> None:
    turns = FairLock(patience_s=0.02)
    with turns.turn():
        with pytest.raises(BusyError, match="try again"), turns.turn():
            pass
        assert turns.waiting == 0
    with turns.turn():
        pass


def test_a_turn_is_given_back_when_work_fails() -> None:
    turns = FairLock(patience_s=0.02)
    with pytest.raises(ZeroDivisionError), turns.turn():
        _ = 1 / 0
    with turns.turn():
        pass


def test_work_that_takes_too_long_is_given_up_kindly() -> None:
    over = threading.Event()
    with pytest.raises(TooSlowError, match="takes too long"):
        TimeLimit(0.02).run(lambda: over.wait(60))
    over.set()


def test_work_left_behind_does_not_pile_up() -> None:
    limit, over = TimeLimit(0.01), threading.Event()
    for _ in range(MOST_LEFT_BEHIND):
        with pytest.raises(TooSlowError):
            limit.run(lambda: over.wait(60))
    with pytest.raises(BusyError):
        limit.run(lambda: "never begun")
    over.set()

    def runs_again() -> bool:
        try:
            return limit.run(lambda: "again") == "again"
        except (BusyError, TooSlowError):  # a busy machine may take longer than the limit to say "again"
            return False

    until(runs_again)


def test_results_errors_and_the_request_itself_pass_through_a_time_limit() -> None:
    whose = contextvars.ContextVar("whose", default="nobody's")
    whose.set("mine")
    assert TimeLimit(60).run(whose.get) == "mine"
    with pytest.raises(ImageError, match="damaged"):
        TimeLimit(60).run(lambda: (_ for _ in ()).throw(ImageError("damaged")))


def protected(
    function: object, turns: FairLock | None = None, limit: TimeLimit | None = None, **event: object
) -> object:
    """Returns a function as the page calls it."""
    with gr.Blocks() as demo:
        gr.Button().click(function, None, gr.Textbox(), **event)  # type: ignore[arg-type]
    protect(demo, turns or FairLock(), limit)
    (only,) = demo.fns.values()
    return only.fn


def failing(error: Exception) -> object:
    def fails() -> str:
        raise error

    return fails


def test_errors_on_purpose_keep_their_words_and_others_tell_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(gr.Error) as known:
        protected(failing(ImageError("The file is empty.")))()  # type: ignore[operator]
    assert known.value.message == "The file is empty."
    with caplog.at_level(logging.ERROR), pytest.raises(gr.Error) as unknown:
        protected(failing(RuntimeError("/secret/place")))()  # type: ignore[operator]
    assert unknown.value.message == UNEXPECTED
    assert "/secret/place" in caplog.text


def test_a_message_shown_on_the_page_holds_no_markup() -> None:
    """Gradio's page takes the text of an error for HTML."""
    with pytest.raises(gr.Error) as shown:
        protected(failing(ImageError("no <img onerror=x>")), api_visibility="private")()  # type: ignore[operator]
    assert shown.value.message == "no &lt;img onerror=x&gt;"


def test_generators_fail_kindly_too() -> None:
    def grows() -> Iterator[str]:
        yield "one"
        raise RuntimeError("/secret/place")

    steps = protected(grows)()  # type: ignore[operator]
    assert next(steps) == "one"
    with pytest.raises(gr.Error) as unknown:
        next(steps)
    assert unknown.value.message == UNEXPECTED


def test_the_lane_for_short_work_has_turns_and_a_time_limit() -> None:
    turns, over = FairLock(patience_s=0.02), threading.Event()
    lane = {"concurrency_id": ONE_AT_A_TIME, "concurrency_limit": 1}
    slow = protected(lambda: over.wait(60), turns, TimeLimit(0.02), **lane)
    with pytest.raises(gr.Error, match="takes too long"):
        slow()  # type: ignore[operator]
    with turns.turn(), pytest.raises(gr.Error, match="try again"):
        slow()  # type: ignore[operator]
    over.set()


def test_a_curve_lets_others_in_after_every_severity(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "line.png"
    cv2.imwrite(str(path), stripes("BAC", frames_each=6))
    engines = Engines(settings)
    session = robustness_session.open_session(engines, Arrival(path, "line.png"))
    steps = 0
    for _ in robustness_session.run_sweep(engines, session, CORRUPTIONS["contrast"], "BAC", steps=3):
        with engines.fair_lock.turn():  # would wait for ever if the curve held on to its turn
            steps += 1
    assert steps == 4


def test_waiting_for_a_turn_is_not_counted_as_reading(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "line.png"
    cv2.imwrite(str(path), stripes("BAC", frames_each=6))
    engines = Engines(settings)
    session = robustness_session.open_session(engines, Arrival(path, "line.png"))
    # Every look at the clock finds it 50 s later: 50 s of reading a severity, so the second is the last.
    # A clock of its own: threads of other tests look at the real one too.
    monkeypatch.setattr(robustness_session, "time", SimpleNamespace(monotonic=itertools.count(0.0, 50.0).__next__))
    sweeps = list(robustness_session.run_sweep(engines, session, CORRUPTIONS["contrast"], "BAC", steps=3))
    assert [sweep.ended for sweep in sweeps] == ["", "time was up"]


def test_long_work_has_a_lane_of_its_own(settings: Settings, samples_folder: Path) -> None:
    from apps.gradio_app import build_demo

    demo = build_demo(settings, samples_folder)
    lanes = {f.api_name: f.concurrency_id for f in demo.fns.values() if f.api_name}
    assert demo.state_session_capacity == MOST_SESSIONS
    assert lanes["break_curve"] == lanes["page"] == LONG_LANE
    assert lanes["recognize"] == lanes["write"] == lanes["break_live"] == lanes["save_case"] == ONE_AT_A_TIME


def test_the_pace_is_a_median_and_says_of_how_many() -> None:
    pace = LatencyTracker()
    assert pace.in_words() == ""
    for ms in (100.0, 900.0, 210.0):
        pace.note(ms)
    assert "about 210 ms" in pace.in_words() and "last 3" in pace.in_words()
