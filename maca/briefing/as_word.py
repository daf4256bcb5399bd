"""A briefing as a Word file with real headings, bullets and numbers, and nothing in it but the briefing.

The file is built on a package of our own (`data/word/`), because the template of python-docx brings its
author, its comments and its thumbnail along. The same briefing always gives the same bytes.
"""

import datetime
import io
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import docx
from docx.oxml.ns import qn

from maca.briefing.value import Heading, SixSteps, Step, clean

_DATA = Path(__file__).parent / "data" / "word"
_PARTS = {
    "[Content_Types].xml": "content-types.xml",
    "_rels/.rels": "package.rels",
    "docProps/core.xml": "core.xml",
    "word/document.xml": "document.xml",
    "word/_rels/document.xml.rels": "document.rels",
    "word/styles.xml": "styles.xml",
    "word/numbering.xml": "numbering.xml",
    "word/settings.xml": "settings.xml",
    "word/footer1.xml": "footer1.xml",
}
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
# A zip cannot hold a date before 1980, and a real one would make every export a different file.
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def write(value: SixSteps, *, partnership: str = "", published_on: datetime.date | None = None) -> bytes:
    """The briefing as a .docx. The partnership and the date stand in the footer, beside the page number."""
    document = docx.Document(io.BytesIO(_base()))
    properties = document.core_properties
    properties.title = _first_characters(value.title)
    properties.language = "en-GB"
    if published_on:
        properties.created = properties.modified = datetime.datetime.combine(published_on, datetime.time())
    section = document.element.body.sectPr
    make = section.makeelement
    for style, text in _paragraphs(value):
        section.addprevious(_paragraph(make, style, text))
    footer = document.sections[0].footer.paragraphs[0]
    footer.runs[0].text = footer_words(partnership, published_on)
    saved = io.BytesIO()
    document.save(saved)
    return _with_fixed_dates(saved)


def footer_words(partnership: str, published_on: datetime.date | None) -> str:
    """What stands at the foot of every page: who published the briefing, and when."""
    date = f"{published_on.day} {published_on:%B %Y}" if published_on else ""
    return " · ".join(part for part in (clean(partnership), date) if part)


def _first_characters(title: str) -> str:
    """A title as a document property, where Word allows no more than 255 characters."""
    return title if len(title) <= 255 else title[:254] + "…"


def _paragraphs(value: SixSteps) -> Iterator[tuple[str, str]]:
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


@cache
def _base() -> bytes:
    """An empty document in our styles."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, source in _PARTS.items():
            archive.writestr(name, (_DATA / source).read_bytes())
    return package.getvalue()


def _with_fixed_dates(saved: io.BytesIO) -> bytes:
    package = io.BytesIO()
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(package, "w") as target:
        for part in source.infolist():
            fixed = zipfile.ZipInfo(part.filename, _ZIP_DATE)
            fixed.compress_type = zipfile.ZIP_DEFLATED
            fixed.external_attr = 0o600 << 16
            target.writestr(fixed, source.read(part))
    return package.getvalue()
