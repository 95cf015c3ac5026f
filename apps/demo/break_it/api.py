"""The endpoints `/break_live` and `/break_curve`: the Break it tab for programs. Knows nothing of pages."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

import gradio as gr

from apps.demo.address.arrival import Arrival
from apps.demo.break_it.robustness_session import (
    corrupt_and_read,
    model_of,
    open_session,
    parse_corruption,
    parse_severities,
    parse_truth,
    parse_whole_number,
    run_sweep,
)
from apps.demo.comparison import LONGEST_TRUTH
from apps.demo.engines import Engines
from apps.demo.image_box import given_picture, image_box
from apps.demo.line_reading import Outcome, UnreadLine
from apps.demo.server.fair_lock import LONG_AT_ONCE, LONG_LANE, ONE_AT_A_TIME
from eval.breaking import DEFINITION, FEWEST_SEEDS, USUAL_STEPS, Curve, accuracy, breaking_point
from ocr_core.views.image_uri import image_uri

MOST_STEPS: Final = 24
MOST_SEEDS: Final = 10
LARGEST_SEED: Final = 999_999


def add_break_endpoints(engines: Engines) -> None:
    """Adds `/break_live` and `/break_curve` for `gradio_client`."""

    def break_live(image: str | None, damages: Any, seed: float, truth: str) -> dict[str, Any]:
        """Corrupts one picture of one line and reads it with the two default engines.

        `damages` is an object of corruptions and their severities, such as {"blur": 1.2, "jpeg": 80}; names, units and
        ranges are in ocr_core/corruption.py, what is not named stays clean. `seed` (0 to 999999) decides blots, grain
        and directions. With a `truth` accuracy is measured against it, else against each engine's own clean reading.
        Returns the corrupted picture as a data URI and, one entry an engine, text, clean text, accuracy and confidence.
        """
        session = open_session(engines, Arrival(given_picture(image)))
        severities, known = parse_severities(damages), parse_truth(truth)
        number = parse_whole_number(seed, "The seed", 0, LARGEST_SEED)
        damaged = corrupt_and_read(engines, session, severities, number, known)
        return {
            "corruptions": severities,
            "damages": severities,  # its name before
            "against": "truth" if known else "clean reading",
            "picture": image_uri(damaged.picture),
            "notes": list(session.notes),
            "models": [_reading_data(*pair, known) for pair in zip(damaged.readings, session.clean, strict=True)],
        }

    def break_curve(image: str | None, damage: str, truth: str, steps: float, seeds: float) -> dict[str, Any]:
        """Sweeps one corruption over its whole range and finds where each of the two default engines breaks.

        `damage` is the name of a corruption in ocr_core/corruption.py, such as "blur". `steps` (2 to 24) severities
        beyond the clean picture are read, `seeds` (5 to 10) pictures at each. Returns the definition of breaking, and
        one curve an engine: its points with every seed's reading and accuracy, and its breaking point. After 90 seconds
        of reading the curves end where they are and `cut_short` is true.
        """
        wanted, known = parse_corruption(damage), parse_truth(truth)
        count = parse_whole_number(steps, "The number of steps", 2, MOST_STEPS)
        many = parse_whole_number(seeds, "The number of seeds", FEWEST_SEEDS, MOST_SEEDS)
        with engines.fair_lock.turn():
            session = open_session(engines, Arrival(given_picture(image)))
        *_, last = run_sweep(engines, session, wanted, known, count, tuple(range(many)))
        return {
            "corruption": wanted.name,
            "damage": wanted.name,  # its name before
            "unit": wanted.unit,
            "definition": DEFINITION,
            "cut_short": bool(last.ended),
            "curves": [_curve_data(curve) for curve in last.curves],
        }

    with gr.Row(visible=False):
        image, known = image_box("Picture", ""), gr.Textbox("", label="Truth", max_length=LONGEST_TRUTH)
        damages, seed = gr.JSON({}, label="Corruptions"), gr.Number(0, label="Seed")
        damage = gr.Textbox("blur", label="Corruption")
        steps, seeds = gr.Number(USUAL_STEPS, label="Steps"), gr.Number(FEWEST_SEEDS, label="Seeds")
        answer = gr.JSON()
        lane: dict[str, Any] = {"concurrency_limit": 1, "concurrency_id": ONE_AT_A_TIME}
        gr.Button().click(break_live, [image, damages, seed, known], answer, api_name="break_live", **lane)
        lane.update(concurrency_limit=LONG_AT_ONCE, concurrency_id=LONG_LANE)
        gr.Button().click(break_curve, [image, damage, known, steps, seeds], answer, api_name="break_curve", **lane)


def _reading_data(reading: Outcome, clean: Outcome, truth: str) -> dict[str, Any]:
    named = {"engine": reading.engine.key, "model": reading.engine.model.name}
    if isinstance(reading, UnreadLine):
        return {**named, "error": reading.message}
    return {
        **named,
        "text": reading.text,
        "prediction": reading.text,
        "clean_text": clean.text,
        "accuracy": accuracy(truth or clean.text, reading.text),
        "confidence": reading.recognition.confidence,
        "cost_time_ms": reading.recognition.timings_ms.total,
    }


def _curve_data(curve: Curve) -> dict[str, Any]:
    return {
        "engine": curve.engine,
        "model": model_of(curve),
        "against": curve.against,
        "reference": curve.reference,
        "clean": curve.clean,
        "points": [
            asdict(point) | {"mean": point.mean, "low": point.low, "high": point.high} for point in curve.points
        ],
        "breaking": asdict(breaking_point(curve)),
    }
