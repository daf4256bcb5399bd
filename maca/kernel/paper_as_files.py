"""A paper as Word, tagged PDF, a page by itself and plain text. The same paper always gives the same bytes."""

import io
from collections.abc import Iterator
from typing import Any

import docx
from docx.oxml.ns import qn
from docx.shared import Pt
from markupsafe import Markup

from maca.kernel.html import page_by_itself
from maca.kernel.logo import Logo
from maca.kernel.look import PLAIN, Look
from maca.kernel.paper import Paper
from maca.kernel.pdf import typeset
from maca.kernel.text import keepable
from maca.kernel.word import empty_document, put_logo, with_fixed_dates

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
# For what has to go on one sheet, in points: the size of each style, and the room above and below it.
_SMALL = {
    "Normal": (10, 0, 3),
    "Title": (20, 0, 6),
    "Subtitle": (10, 0, 2),
    "Heading 1": (12.5, 8, 3),
    "List Bullet": (10, 0, 2),
}


def as_word(value: Paper, *, small: bool = False, look: Look = PLAIN, logo: Logo | None = None) -> bytes:
    """Real headings and lists, and no more in the file than the paper: no author, no comments, no dates.

    `small` is for what has to go on one sheet; of the look it has what makes it no longer.
    """
    document = docx.Document(io.BytesIO(empty_document(look.for_one_sheet() if small else look)))
    properties = document.core_properties
    properties.title = keepable(f"{value.title}: {value.about}")[:255]
    properties.language = "en-GB"
    if small:
        _shrink(document)
    section = document.element.body.sectPr
    for style, text in _paragraphs(value):
        section.addprevious(_paragraph(section.makeelement, style, keepable(text)))
    if logo:
        put_logo(document, logo)
    document.sections[0].footer.paragraphs[0].runs[0].text = keepable(value.foot)
    saved = io.BytesIO()
    document.save(saved)
    return with_fixed_dates(saved)


def as_pdf(value: Paper, *, small: bool = False, look: Look = PLAIN, logo: Logo | None = None) -> bytes:
    return typeset(
        {
            "name": keepable(f"{value.title}: {value.about}"),
            "above": [keepable(value.about)],
            "title": keepable(value.title),
            "below": [keepable(value.stands)] if value.stands else [],
            "notice": [keepable(line) for line in value.notice],
            "footer": keepable(value.foot),
            "small": small,
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
        },
        look=look.for_one_sheet() if small else look,
        logo=logo,
    )


def as_html(value: Paper, *, look: Look = PLAIN) -> bytes:
    """A page by itself. What stands at the foot of each page of the others is at the end of it."""
    lines = [Markup('<p class="above">{}</p>').format(keepable(value.about))]
    lines.append(Markup("<h1>{}</h1>").format(keepable(value.title)))
    lines += [Markup("<p>{}</p>").format(keepable(line)) for line in (value.stands, *value.notice) if line]
    for part in value.parts:
        # The title is the first.
        heading = Markup(f"h{part.level + 1}")  # noqa: S704 - a number
        lines.append(Markup("<{0}>{1}</{0}>").format(heading, keepable(part.heading)))
        lines += [Markup("<p>{}</p>").format(keepable(line)) for line in part.lines]
        points = Markup("").join(Markup("<li>{}</li>").format(keepable(point)) for point in part.points)
        lines += [Markup("<ul>{}</ul>").format(points)] if points else []
    lines.append(Markup('<p class="above">{}</p>').format(keepable(value.foot)))
    title = keepable(f"{value.title}: {value.about}")
    return page_by_itself(title, Markup("\n").join(lines) + Markup("\n"), look=look).encode()


def as_text(value: Paper) -> bytes:
    """A line for each title, heading, paragraph and point; what stands at the foot of a page is the last."""
    blocks = [[value.about], [value.title], [value.stands], list(value.notice)]
    for part in value.parts:
        blocks += [[part.heading], list(part.lines), [f"- {point}" for point in part.points]]
    blocks.append([value.foot])
    texts = ("\n".join(filter(None, block)) for block in blocks)
    return (keepable("\n\n".join(text for text in texts if text)) + "\n").encode()


def _points(points: tuple[str, ...]) -> list[dict[str, Any]]:
    items = [{"text": keepable(point), "questions": [], "numbered": False} for point in points]
    return [{"kind": "list", "items": items}] if items else []


def _shrink(document: Any) -> None:
    for name, (size, before, after) in _SMALL.items():
        style = document.styles[name]
        style.font.size = Pt(size)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
        style.paragraph_format.line_spacing = 1.0


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
