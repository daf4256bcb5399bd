"""A briefing as a tagged PDF (PDF/UA-1) on A4. The same briefing always gives the same bytes."""

import datetime
from collections.abc import Iterator
from typing import Any

from maca.briefing.as_word import footer_words
from maca.briefing.value import Heading, SixSteps, Step
from maca.kernel.logo import Logo
from maca.kernel.look import PLAIN, Look
from maca.kernel.pdf import typeset


def write(
    value: SixSteps,
    *,
    partnership: str = "",
    published_on: datetime.date | None = None,
    look: Look = PLAIN,
    logo: Logo | None = None,
) -> bytes:
    """The briefing as PDF. The partnership and the date stand at the foot of each page."""
    said = _briefing(value, footer_words(partnership, published_on))
    return typeset(said, dated=published_on, look=look, logo=logo)


def _briefing(value: SixSteps, footer: str) -> dict[str, Any]:
    """What the template prints: the titles, and sections made of cases, paragraphs and lists."""
    return {
        "name": value.title or value.kind or value.form or "6 Step Briefing",
        "above": [text for text in (value.kind, value.form) if text],
        "title": value.title,
        "footer": footer,
        "sections": [
            {"heading": heading.text, "parts": list(_parts(value, heading.step))} for heading in value.headings
        ],
    }


def _parts(value: SixSteps, step: Step) -> Iterator[dict[str, Any]]:
    if step is Step.THEME_AND_CASES:
        if value.theme_and_cases:
            yield {"kind": "list", "items": [_item(text) for text in value.theme_and_cases]}
    elif step is Step.PROCESS:
        yield from _process(value)
    else:
        for case, findings in value.by_case(Heading(step)):
            if case:
                yield {"kind": "case", "text": case}
            yield {"kind": "list", "items": [_item(finding.text) for finding in findings]}


def _process(value: SixSteps) -> Iterator[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    for line in value.process:
        questions = value.questions(line.asks)
        if line.bullet:
            items.append(_item(line.text, questions, line.asks == "agency"))
            continue
        if items:
            yield {"kind": "list", "items": items}
            items = []
        yield {"kind": "paragraph", "text": line.text}
        if questions:
            kind = "numbers" if line.asks == "agency" else "list"
            yield {"kind": kind, "items": [_item(question) for question in questions]}
    if items:
        yield {"kind": "list", "items": items}


def _item(text: str, questions: tuple[str, ...] = (), numbered: bool = False) -> dict[str, Any]:
    return {"text": text, "questions": list(questions), "numbered": numbered}
