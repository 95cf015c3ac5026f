"""What links say and what is made of links that say nonsense; no page, no browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.demo.address.address import TABS, Address, address_of, query_of
from apps.demo.address.links import arrival_of
from apps.demo.engines import Engines
from apps.demo.samples import find_samples
from eval.cases.store import CaseStore
from ocr_core.settings import DECODERS, Settings

TOKEN = "0123456789abcdef" * 2

shares = st.integers(0, 999).map(lambda n: n / 1000)
crops = st.tuples(shares, shares, shares, shares).filter(lambda crop: crop[0] < crop[2] and crop[1] < crop[3])
addresses = st.builds(
    Address,
    tab=st.sampled_from(["", *TABS]),
    sample=st.sampled_from(["", "print/book", "background/background_053"]),
    case=st.sampled_from(["", TOKEN]),
    crop=st.none() | crops,
    engines=st.lists(st.sampled_from(["crnn@onnx", "crnn@onnx+beam+zh", "my file.onnx@onnx"]), unique=True)
    .filter(lambda keys: "my file.onnx@onnx" not in keys)
    .map(tuple),
    decoder=st.sampled_from(["", *DECODERS]),
    enhance=st.sampled_from([None, True, False]),
    truth=st.text("字a &?=#%+,", max_size=20),
    page=st.integers(0, 300),
    frame=st.sampled_from(["", "13", "13-2"]),
    zoom=st.sampled_from(["", "2.5@340", "1@-4"]),
    line=st.sampled_from(["", "1", "25"]),
    damage=st.sampled_from(["", "blur:1.2", "blur:0.25,low_light:80@7"]),
    rail=st.sampled_from(["", "all", "cut,grey"]),
    theme=st.sampled_from(["", "light", "dark"]),
)


@given(addresses)
def test_a_link_says_again_what_it_was_made_of(address: Address) -> None:
    assert address_of(query_of(address)) == (address, ())


@given(st.dictionaries(st.sampled_from(list(Address.__slots__)), st.text(max_size=800)))
def test_nonsense_in_a_link_is_said_and_never_an_error(query: dict[str, str]) -> None:
    address, problems = address_of(query)
    assert all(problem.endswith(".") for problem in problems)
    assert address_of(query_of(address)) == (address, ())
    assert len(problems) + len(query_of(address)) <= len(query)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"tab": "kitchen"}, "no tab"),
        ({"crop": "0.5,0,0.2,1"}, "whole picture"),
        ({"crop": "nan,0,1,1"}, "whole picture"),
        ({"engines": "a,b,c,d,e"}, "the usual ones"),
        ({"case": "../../etc"}, "not belong to any case"),
        ({"frame": "<b>"}, "no frame"),
        ({"page": "-3"}, "no number of a page"),
        ({"truth": "x" * 9999}, "too long"),
    ],
)
def test_each_kind_of_nonsense_has_its_sentence(query: dict[str, str], words: str) -> None:
    address, (problem,) = address_of(query)
    assert words in problem
    assert address == Address()


def test_a_case_alone_is_shown_among_the_cases() -> None:
    assert address_of({"case": TOKEN})[0].leads_to == "cases"
    assert address_of({"case": TOKEN, "tab": "compare"})[0].leads_to == "compare"
    assert address_of({"lang": "zh", "tab": "models"})[0].has_picture is False


def test_what_a_link_names_and_is_not_here_is_said(settings: Settings, samples_folder: Path, tmp_path: Path) -> None:
    engines, samples = Engines(settings), find_samples(samples_folder)
    store = CaseStore(tmp_path, settings)
    asked = Address(sample="print/gone", engines=("tesseract9",), crop=(0, 0, 0.5, 1))
    arrival, problems = arrival_of(asked, engines, store, samples)
    assert (arrival.sample, arrival.crop) == (samples[0].name, None), "a part of one picture is no part of another"
    assert [words in problem for words, problem in zip(("no sample", "engines that are not"), problems, strict=True)]
    arrival, (problem,) = arrival_of(Address(tab="break", case=TOKEN), engines, store, samples)
    assert arrival.path is None
    assert "no such case" in problem
    arrival, problems = arrival_of(Address(sample=samples[1].name, engines=("crnn",)), engines, store, samples)
    assert (arrival.path, arrival.truth, arrival.engines, problems) == (
        samples[1].path,
        samples[1].text,
        ("crnn@onnx",),
        (),
    )
