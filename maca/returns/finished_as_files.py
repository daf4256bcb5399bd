"""A finished return or a summative report as a Word file and as a tagged PDF. The same always gives the same bytes."""

import io
from collections.abc import Iterator
from typing import Any

import docx
from docx.oxml.ns import qn

from maca.kernel.pdf import typeset
from maca.kernel.text import keepable
from maca.kernel.word import empty_document, with_fixed_dates
from maca.returns.finished import Paper

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def as_word(value: Paper) -> bytes:
    """Real headings and lists, and no more in the file than the paper: no author, no comments, no dates."""
    document = docx.Document(io.BytesIO(empty_document()))
    properties = document.core_properties
    properties.title = keepable(f"{value.title}: {value.about}")[:255]
    properties.language = "en-GB"
    section = document.element.body.sectPr
    for style, text in _paragraphs(value):
        section.addprevious(_paragraph(section.makeelement, style, keepable(text)))
    document.sections[0].footer.paragraphs[0].runs[0].text = keepable(value.foot)
    saved = io.BytesIO()
    document.save(saved)
    return with_fixed_dates(saved)


def as_pdf(value: Paper) -> bytes:
    return typeset(
        {
            "name": keepable(f"{value.title}: {value.about}"),
            "above": [keepable(value.about)],
            "title": keepable(value.title),
            "below": [keepable(value.stands)] if value.stands else [],
            "notice": [keepable(line) for line in value.notice],
            "footer": keepable(value.foot),
            "sections": [
                {
                    "heading": keepable(part.heading),
                    "level": part.level,
                    "parts": [
                        *(
                            {"kind": "paragraph", "text": keepable(line)}
                            for line in part.lines
                            if keepable(line).strip()
                        ),
                        *_points(part.points),
                    ],
                }
                for part in value.parts
            ],
        }
    )


def _points(points: tuple[str, ...]) -> list[dict[str, Any]]:
    items = [{"text": keepable(point), "questions": [], "numbered": False} for point in points]
    return [{"kind": "list", "items": items}] if items else []


def _paragraphs(value: Paper) -> Iterator[tuple[str, str]]:
    """Each paragraph: the id of its style and its words."""
    yield "Subtitle", value.about
    yield "Title", value.title
    if value.stands:
        yield "Subtitle", value.stands
    yield from (("Notice", line) for line in value.notice)
    for part in value.parts:
        yield f"Heading{part.level}", part.heading
        yield from (("Normal", line) for line in part.lines)
        yield from (("ListBullet", point) for point in part.points)


def _paragraph(make: Any, style: str, text: str) -> Any:
    paragraph = make(qn("w:p"))
    properties = make(qn("w:pPr"))
    properties.append(make(qn("w:pStyle"), {qn("w:val"): style}))
    paragraph.append(properties)
    for number, line in enumerate(text.split("\n")):
        run = make(qn("w:r"))
        if number:
            run.append(make(qn("w:br")))
        for at, piece in enumerate(line.split("\t")):
            if at:
                run.append(make(qn("w:tab")))
            words = make(qn("w:t"), {_SPACE: "preserve"})
            words.text = piece
            run.append(words)
        paragraph.append(run)
    return paragraph


WORD, PDF = "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/pdf"
WRITERS = {"docx": (as_word, WORD), "pdf": (as_pdf, PDF)}
