"""What a link leads to on this server: the samples, cases and engines that it names, and in words what is not here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import gradio as gr

from apps.demo.address.address import Address, address_of
from apps.demo.address.arrival import Arrival
from apps.demo.engines import Engines
from apps.demo.samples import Sample
from apps.demo.wording.address import say
from eval.cases.store import IMAGE_FILE, CaseStore
from ocr_core.errors import OcrError


def comes_by_link(request: gr.Request | None, tab: str) -> bool:
    """Tells whether the address line says what a tab is to show, so that it need not show what it does to everybody."""
    address, _ = address_of(dict(request.query_params) if request else {})
    return address.leads_to == tab and address.has_picture


def arrival_of(
    address: Address, engines: Engines, store: CaseStore, samples: Sequence[Sample]
) -> tuple[Arrival, tuple[str, ...]]:
    """Returns what a link brings, and a sentence for everything that it names and that is not here.

    In Compare something stands in for a picture that is not here, elsewhere nothing arrives.
    """
    arrival, problems = _picture(address, store, samples)
    if arrival.path is None and address.leads_to == "compare" and samples:
        arrival = _sample(samples[0])
    elif address.crop and arrival.path is not None:
        arrival = replace(arrival, crop=address.crop)
    asked, more = _known_engines(address, engines)
    arrival = replace(
        arrival,
        truth=address.truth or arrival.known_truth,
        engines=asked or engines_here(arrival.engines, engines),
        decoder=address.decoder,
        enhance=arrival.enhance if address.enhance is None else address.enhance,
        page=address.page or 1,
        by_link=True,
    )
    return arrival, (*problems, *more)


def _picture(address: Address, store: CaseStore, samples: Sequence[Sample]) -> tuple[Arrival, tuple[str, ...]]:
    if address.case:
        try:
            return case_arrival(store, address.case), ()
        except OcrError as error:
            return Arrival(None, case=address.case), (str(error),)
    if not address.sample:
        return Arrival(None), ()
    found = next((sample for sample in samples if sample.name == address.sample), None)
    if found is None:
        return Arrival(None), (say("gone.sample", told=address.sample),)
    return _sample(found), ()


def _sample(sample: Sample) -> Arrival:
    name = sample.path.name
    return Arrival(sample.path, name, sample.text, sample.text, sample=sample.name, engines=sample.engines)


def case_arrival(store: CaseStore, token: str) -> Arrival:
    """Returns the picture of a case with what is known of it.

    Raises:
        CaseError: there is no such case, or it cannot be believed.
    """
    case = store.facts(token)
    enhance = case.settings.get("enhance")
    return Arrival(
        store.folder / case.token / IMAGE_FILE,
        case.source or "case.png",
        case.truth,
        case.truth,
        case=case.token,
        engines=tuple(reading.key for reading in case.readings),
        enhance=enhance if isinstance(enhance, bool) else None,
    )


def engines_here(keys: tuple[str, ...], engines: Engines) -> tuple[str, ...]:
    """Returns the keys of a case's engines that can read here, none where one of them cannot be understood."""
    here = {choice.model for choice in engines.choices()}
    try:
        return tuple(choice.key for choice in engines.chosen(keys) if choice.model in here) if keys else ()
    except OcrError:  # a case may come from another server
        return ()


def _known_engines(address: Address, engines: Engines) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Returns the whole keys of the engines that a link names, none where they cannot be had, and why."""
    if not address.engines:
        return (), ()
    try:
        return tuple(choice.key for choice in engines.chosen(address.engines)), ()
    except OcrError:
        named = ", ".join(address.engines)
        return (), (say("gone.engines", told=named),)
