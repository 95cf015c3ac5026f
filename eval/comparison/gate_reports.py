"""The checks of a release gate as other programs show them: JUnit XML for build servers, Markdown for a pull request.

Texts come from runs that may be anybody's: what would act as markup is escaped here and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree

from eval.comparison.gate import Check, Outcome
from eval.comparison.runs import RunComparison
from ocr_core.views.html import visible
from ocr_core.views.wording import counted, subset_name

_WORDS: Final[dict[Outcome, str]] = {
    "passed": "✅ within",
    "doubtful": "⚠️ beyond, could be luck",
    "failed": "❌ beyond",
    "untold": "❔ cannot be told",
}
_MARKUP: Final = re.compile(r"([\\`*_{}\[\]<>()#+!|~&])")


def junit(found: RunComparison, checks: Sequence[Check]) -> str:
    """Returns one test case a check; a doubt is a skipped one, and what could not be told is an error."""
    counts = {outcome: sum(check.outcome == outcome for check in checks) for outcome in _WORDS}
    suite = ElementTree.Element(
        "testsuite",
        name=visible(f"{found.run_b} against {found.run_a}"),
        tests=str(len(checks)),
        failures=str(counts["failed"]),
        errors=str(counts["untold"]),
        skipped=str(counts["doubtful"]),
    )
    elements: dict[Outcome, str] = {"failed": "failure", "untold": "error", "doubtful": "skipped"}
    for check in checks:
        name = f"{check.subject} on {subset_name(check.title)}"
        case = ElementTree.SubElement(suite, "testcase", classname=visible(check.engine), name=visible(name))
        if check.outcome in elements:
            ElementTree.SubElement(case, elements[check.outcome], message=visible(check.sentence))
        else:
            ElementTree.SubElement(case, "system-out").text = visible(check.sentence)
    suites = ElementTree.Element("testsuites")
    suites.append(suite)
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def markdown(found: RunComparison, checks: Sequence[Check]) -> str:
    """Returns a heading, the notes and one row a check."""
    lines = [
        f"### {_plain(found.run_b)} against {_plain(found.run_a)}",
        "",
        f"{counted(found.lines_common, 'line')}, normalised by {_plain(found.profile)}.",
        *(f"- {_plain(note)}" for note in found.notes),
        "",
        "| check | outcome | figures |",
        "|---|---|---|",
    ]
    lines += [f"| {check.subject} | {_WORDS[check.outcome]} | {_plain(check.sentence)} |" for check in checks]
    return "\n".join(lines)


def _plain(text: str) -> str:
    return _MARKUP.sub(r"\\\1", " ".join(visible(text).split()))
