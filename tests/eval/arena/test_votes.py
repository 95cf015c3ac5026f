"""Ballots count once, for whom they were made and for an hour; limits hold; what is exported is read by `eval run`."""

from __future__ import annotations

import threading
from pathlib import Path

import cv2
import pytest

from eval.arena import votes as votes_module
from eval.arena.command import export
from eval.arena.votes import Ballot, Picture, VoteError, VoteStore
from eval.cli import main
from eval.datasets import read_dataset
from tests.ocr_core.tiny_model import stripes


@pytest.fixture
def store(tmp_path: Path) -> VoteStore:
    return VoteStore(tmp_path / "votes" / "arena.sqlite")


def picture(text: str = "ABC", **more: str) -> Picture:
    content = cv2.imencode(".png", stripes(text, frames_each=6))[1].tobytes()
    return Picture(
        content, f"{text}.png", more.get("scenario", "print"), more.get("source", "sample"), more.get("truth", "")
    )


def ask(store: VoteStore, who: str = "me", text: str = "ABC") -> Ballot:
    return store.ask(picture(text), ("crnn", "convnext_tiny"), ("ABC", "ABD"), store.hidden(who), store.hidden("here"))


def test_a_ballot_counts_once_and_for_its_visitor_alone(store: VoteStore) -> None:
    me, other, here = store.hidden("me"), store.hidden("other"), store.hidden("here")
    ballot = ask(store)
    for forged in ("", "x.y", ballot.id[:-1] + "0", ballot.id.split(".")[0], "'; DROP TABLE votes; --"):
        with pytest.raises(VoteError, match="belongs to no pair"):
            store.vote(forged if forged != ballot.id else "x", me, here, "left")
    with pytest.raises(VoteError, match="belongs to no pair"):
        store.vote(ballot.id, other, here, "left")
    with pytest.raises(VoteError, match="no such vote"):
        store.vote(ballot.id, me, here, "best")  # type: ignore[arg-type]
    assert store.vote(ballot.id, me, here, "left").left == "crnn"
    with pytest.raises(VoteError, match="voted on this picture"):
        store.vote(ballot.id, me, here, "right")
    assert [vote.verdict for vote in store.votes()["print"]] == ["left"]


def test_a_visitor_votes_once_on_a_picture(store: VoteStore) -> None:
    first, second = ask(store), ask(store)
    store.vote(first.id, store.hidden("me"), store.hidden("here"), "left")
    with pytest.raises(VoteError, match="voted on this picture"):
        store.vote(second.id, store.hidden("me"), store.hidden("here"), "left")
    with pytest.raises(VoteError, match="voted on this picture"):
        ask(store)
    assert ask(store, "somebody else").left == "crnn"
    assert store.voted_on(store.hidden("me")) == {first.picture}


def test_of_two_votes_at_once_one_counts(store: VoteStore) -> None:
    ballot, outcomes = ask(store), []

    def vote() -> None:
        try:
            store.vote(ballot.id, store.hidden("me"), store.hidden("here"), "left")
            outcomes.append("counted")
        except VoteError:
            outcomes.append("refused")

    threads = [threading.Thread(target=vote) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["counted", *["refused"] * 5]


def test_ballots_grow_old(store: VoteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    ballot = ask(store)
    monkeypatch.setattr(votes_module, "BALLOT_LASTS_S", -1.0)
    with pytest.raises(VoteError, match="too late"):
        store.vote(ballot.id, store.hidden("me"), store.hidden("here"), "left")


def test_visitors_and_addresses_have_had_enough_at_some_point(
    store: VoteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(votes_module, "VOTES_A_VISITOR", 2)
    monkeypatch.setattr(votes_module, "VOTES_AN_ADDRESS", 3)
    here = store.hidden("here")
    for who, text in (("a", "ABC"), ("a", "CAB"), ("b", "ABC")):
        store.vote(ask(store, who, text).id, store.hidden(who), here, "left")
    with pytest.raises(VoteError, match="enough for now"):
        ask(store, "a", "BBB")
    with pytest.raises(VoteError, match="enough for now"):
        ask(store, "c", "ABC")
    elsewhere = store.hidden("elsewhere")
    assert store.ask(picture(), ("crnn", "x"), ("A", "B"), store.hidden("c"), elsewhere).right == "x"


def test_who_votes_is_kept_as_a_hash_alone(store: VoteStore, tmp_path: Path) -> None:
    ballot = store.ask(picture(), ("a", "b"), ("", ""), store.hidden("my token"), store.hidden("192.0.2.7"))
    store.vote(ballot.id, store.hidden("my token"), store.hidden("192.0.2.7"), "left")
    kept = b"".join(path.read_bytes() for path in (tmp_path / "votes").iterdir())
    assert b"my token" not in kept
    assert b"192.0.2.7" not in kept
    assert VoteStore(tmp_path / "other.sqlite").hidden("my token") != store.hidden("my token")


def test_what_may_not_be_kept_is_not(store: VoteStore, tmp_path: Path) -> None:
    mine = Picture(picture("CBA").content, "mine.png", "own", "upload", may_be_kept=False)
    ballot = store.ask(mine, ("a", "b"), ("", ""), store.hidden("me"), store.hidden("here"))
    store.vote(ballot.id, store.hidden("me"), store.hidden("here"), "left", "CBA")
    assert list(store.labelled()) == []
    assert mine.content not in b"".join(path.read_bytes() for path in (tmp_path / "votes").iterdir())


def test_typed_truths_become_a_labelled_set(
    store: VoteStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for who, text, truth in (
        ("a", "ABC", "ABC"), ("b", "ABC", "ABC"), ("c", "ABC", "ABD"), ("a", "CAB", "CAB"), ("a", "BAC", ""),
        ("a", "CCC", "CCC"), ("b", "CCC", "CC"),
    ):  # fmt: skip
        store.vote(ask(store, who, text).id, store.hidden(who), store.hidden("here"), "left", truth)
    assert export(store, tmp_path / "set") == 2, "none was typed for BAC, and CCC is disputed"
    lines = {line.text: line for line in read_dataset(tmp_path / "set").lines}
    assert set(lines) == {"ABC", "CAB"}
    assert lines["ABC"].certainty == "2 of 3 visitors"
    assert dict(lines["ABC"].extra)["picture_source"] == "sample"
    assert lines["ABC"].scenario is not None
    assert lines["CAB"].path.is_file()
    with pytest.raises(Exception, match="not empty"):
        export(store, tmp_path / "set")
    file = tmp_path / "votes" / "arena.sqlite"
    assert main(["arena", "ranking", "--votes", str(file)]) == 0
    assert "crnn" in capsys.readouterr().out
    assert main(["arena", "export", "--votes", str(tmp_path / "none"), "-o", str(tmp_path / "x")]) == 1
