"""The arena as HTML: the duel, what comes out after a vote, the ranking. Escapes whatever it shows.

Before the vote nothing in it tells which engine is which: no name, no colour, no confidence, no time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from apps.demo.arena.duel import Duel
from apps.demo.engines import EngineChoice
from apps.demo.small_cards import engine_style
from apps.demo.wording.arena import say
from eval.arena.ranking import Rank, Verdict
from ocr_core.registry import colour_of
from ocr_core.scoring.metrics import edits, error_rate
from ocr_core.views.differences import marked_readings
from ocr_core.views.html import escaped
from ocr_core.views.image_uri import image_uri
from ocr_core.views.proof_marks import compared_proofs, judged_proofs, text_html
from ocr_core.views.truth import truth_marks
from ocr_core.views.wording import percent

_SHOWN_PX: Final = (1400, 240)

VERDICTS_SHOWN: Final[tuple[Verdict, ...]] = ("left", "both right", "both wrong", "right")
"""In the order of the buttons, which are also the keys 1 to 4."""


def duel_html(duel: Duel) -> str:
    """Returns the line, the two nameless readings with their differences marked, and the buttons."""
    left, right = marked_readings([list(duel.left_text), list(duel.right_text)])
    texts = (text_html(compared_proofs(marks)) if any(mark.text for mark in marks) else "" for marks in (left, right))
    buttons = "".join(
        f'<button type="button" class="zj-save" data-verdict="{verdict}" aria-keyshortcuts="{number}">'
        f"<kbd>{number}</kbd> {escaped(_said(verdict))}</button>"
        for number, verdict in enumerate(VERDICTS_SHOWN, 1)
    )
    return (
        f"{_line(duel)}<div class='zj-duel'>"
        + "".join(
            f'<section class="zj-side"><h2>{escaped(name)}</h2><p dir="ltr">{text or _nothing()}</p></section>'
            for name, text in zip((say("left"), say("right")), texts, strict=True)
        )
        + f'</div><div class="zj-votes" role="group" aria-label="{escaped(say("vote"))}">{buttons}</div>'
    )


def outcome_html(duel: Duel, verdict: Verdict, typed: str) -> str:
    """Returns the same after the vote: names, error rates by what is known of the truth, and what was voted."""
    truth = duel.picture.truth or typed
    sides = ((say("left"), duel.left, duel.left_text), (say("right"), duel.right, duel.right_text))
    vote = _said(verdict)
    facts = [(say("known"), duel.picture.truth), (say("typed"), typed)]
    said = "".join(
        f"<p class='zj-duel-truth'>{escaped(name)} <b dir='ltr'>{escaped(text)}</b></p>" for name, text in facts if text
    )
    said = said or f"<p class='zj-duel-truth'>{escaped(say('no_truth'))}</p>"
    return (
        f"{_line(duel)}<div class='zj-duel' role='status'>{''.join(_side(*side, truth) for side in sides)}</div>"
        f"<p class='zj-duel-truth'>{escaped(say('voted', vote=vote))}</p>{said}"
    )


def _said(verdict: Verdict) -> str:
    return say(f"vote.{verdict.replace(' ', '_')}")


def _side(name: str, engine: EngineChoice, text: str, truth: str) -> str:
    shown = text_html(judged_proofs(truth_marks(truth, list(text)))) if truth else escaped(text)
    rate = f'<span class="zj-duel-cer">CER {percent(error_rate(edits(truth, text)))}</span>' if truth else ""
    return (
        f'<section class="zj-side named" style="{engine_style(engine.colour)}"><h2><i class="zj-swatch"></i>'
        f"{escaped(engine.label)} <small>{escaped(name)}</small></h2>"
        f'<p dir="ltr">{shown or _nothing()}</p>{rate}</section>'
    )


def _line(duel: Duel) -> str:
    picture = image_uri(duel.pixels, *_SHOWN_PX)
    return f'<figure class="zj-duel-line"><img src="{picture}" alt="{escaped(say("line"))}"></figure>'


def _nothing() -> str:
    return f"<em>{escaped(say('nothing'))}</em>"


def ranking_html(ranks: Sequence[Rank], votes: int, names: Mapping[str, str]) -> str:
    """Returns the ranking of one kind of line; `names` are what to call the engines by their keys."""
    if not ranks:
        return f'<p class="zj-none">{escaped(say("no_votes"))}</p>'
    titles = (say("engine"), say("points"), say("interval"), say("count"))
    heads = "".join(f"<th>{escaped(title)}</th>" for title in titles)
    rows = "".join(_row(rank, names) for rank in ranks)
    return (
        f'<table class="zj-ranking"><caption>{escaped(say("votes", n=votes))}</caption><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table><p class='zj-ranking-method'>{escaped(say('method'))}</p>"
    )


def _row(rank: Rank, names: Mapping[str, str]) -> str:
    model = rank.engine.partition("@")[0]
    if rank.low is None or rank.high is None:
        between = f"<td class='none'>{escaped(say('no_interval'))}</td>"
    else:
        between = f"<td>{rank.low:.0f}\u2013{rank.high:.0f}</td>"
    return (
        f'<tr style="{engine_style(colour_of(model))}"><th scope="row"><i class="zj-swatch"></i>'
        f"{escaped(names.get(rank.engine, rank.engine))}</th><td>{rank.points:.0f}</td>{between}"
        f"<td>{rank.votes}</td></tr>"
    )
