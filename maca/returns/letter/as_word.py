"""A letter of request as a Word file, on the package of our own. The same letter always gives the same bytes."""

import io

import docx

from maca.kernel.text import closed, keepable
from maca.kernel.word import empty_document, with_fixed_dates
from maca.returns.letter.value import TITLE, RequestLetter

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def write(letter: RequestLetter) -> bytes:
    """The letter as a .docx, with headings to go by."""
    document = docx.Document(io.BytesIO(empty_document()))
    document.core_properties.title = keepable(f"{TITLE}: {letter.subject}")[:255]
    document.core_properties.language = "en-GB"

    def add(style: str, text: str) -> None:
        document.add_paragraph(closed(keepable(text)), style=style)

    for line in letter.above:
        add("Subtitle", line)
    add("Title", TITLE)
    for section in letter.sections:
        add("Heading 1", section.heading)
        for paragraph in section.paragraphs:
            add("Normal", paragraph)
        for item in section.entries:
            add("List Bullet", item)
    document.sections[0].footer.paragraphs[0].runs[0].text = keepable(letter.subject)
    saved = io.BytesIO()
    document.save(saved)
    return with_fixed_dates(saved)
