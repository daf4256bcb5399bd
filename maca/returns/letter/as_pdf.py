"""A letter of request as a tagged PDF on A4. The same letter always gives the same bytes."""

from typing import Any

from maca.kernel.pdf import typeset
from maca.returns.letter.value import TITLE, RequestLetter

CONTENT_TYPE = "application/pdf"


def write(letter: RequestLetter) -> bytes:
    """The letter as PDF, with its subject at the foot of each page."""
    sections = []
    for section in letter.sections:
        parts: list[dict[str, Any]] = [{"kind": "paragraph", "text": text} for text in section.paragraphs]
        if section.entries:
            items = [{"text": text, "questions": [], "numbered": False} for text in section.entries]
            parts.append({"kind": "list", "items": items})
        sections.append({"heading": section.heading, "parts": parts})
    return typeset(
        {
            "name": TITLE,
            "above": [*letter.above],
            "title": TITLE,
            "footer": letter.subject,
            "sections": sections,
        }
    )
