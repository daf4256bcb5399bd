"""A briefing as a Word file with real headings, bullets and numbers, and nothing in it but the briefing.

The file is built on a package of our own (`kernel/word.py`). The same briefing always gives the same bytes.
"""

import datetime
import io
from collections.abc import Callable, Iterator
from typing import Any

import docx
from docx.oxml.ns import qn

from maca.briefing.value import Heading, SixSteps, Step, clean
from maca.kernel.logo import Logo
from maca.kernel.look import PLAIN, Look
from maca.kernel.word import empty_document, put_logo, with_fixed_dates

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def write(
    value: SixSteps,
    *,
    partnership: str = "",
    published_on: datetime.date | None = None,
    look: Look = PLAIN,
    logo: Logo | None = None,
) -> bytes:
    """The briefing as a .docx. The partnership and the date stand in the footer, beside the page number."""
    document = docx.Document(io.BytesIO(empty_document(look)))
    properties = document.core_properties
    properties.title = first_characters(value.title)
    properties.language = "en-GB"
    if published_on:
        properties.created = properties.modified = datetime.datetime.combine(published_on, datetime.time())
    section = document.element.body.sectPr
    make = section.makeelement
    for style, text in paragraphs(value):
        section.addprevious(_paragraph(make, style, text))
    if logo:
        put_logo(document, logo)
    footer = document.sections[0].footer.paragraphs[0]
    footer.runs[0].text = footer_words(partnership, published_on)
    saved = io.BytesIO()
    document.save(saved)
    return with_fixed_dates(saved)


def footer_words(partnership: str, published_on: datetime.date | None) -> str:
    """What stands at the foot of every page: who published the briefing, and when."""
    date = f"{published_on.day} {published_on:%B %Y}" if published_on else ""
    return " · ".join(part for part in (clean(partnership), date) if part)


def first_characters(title: str) -> str:
    """A title as a document property, where Word allows no more than 255 characters."""
    return title if len(title) <= 255 else title[:254] + "…"


def paragraphs(value: SixSteps) -> Iterator[tuple[str, str]]:
    """Each paragraph of the briefing: the id of its style and its words."""
    yield from (("Subtitle", text) for text in (value.kind, value.form) if text)
    if value.title:
        yield "Title", value.title
    for heading in value.headings:
        yield "Heading1", heading.text
        if heading.step is Step.THEME_AND_CASES:
            yield from (("ListBullet", text) for text in value.theme_and_cases)
        elif heading.step is Step.PROCESS:
            for line in value.process:
                yield "ListBullet" if line.bullet else "Normal", line.text
                style = "ListNumber" if line.asks == "agency" else "ListBullet2"
                yield from ((style, question) for question in value.questions(line.asks))
        else:
            for case, findings in value.by_case(Heading(heading.step)):
                if case:
                    yield "Heading2", case
                yield from (("ListBullet", finding.text) for finding in findings)


def _paragraph(make: Callable[..., Any], style: str, text: str) -> Any:
    """One paragraph, made by hand: python-docx looks a style up by name each time, which is slow."""
    paragraph = make(qn("w:p"))
    properties = make(qn("w:pPr"))
    properties.append(make(qn("w:pStyle"), {qn("w:val"): style}))
    words = make(qn("w:t"), {_SPACE: "preserve"})
    words.text = text
    run = make(qn("w:r"))
    run.append(words)
    paragraph.extend((properties, run))
    return paragraph
