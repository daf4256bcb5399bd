"""The one door to the printed forms of a briefing: those of a draft are made anew, those published are kept."""

import datetime as dt
import unicodedata
from collections.abc import Callable

from maca.briefing import as_html, as_json, as_pdf, as_text, as_word
from maca.briefing.models import Briefing
from maca.briefing.value import SixSteps

FORMATS = {
    "txt": "text/plain; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "json": "application/json",
}


def print_briefing(briefing: Briefing, wanted: str) -> bytes:
    """The briefing as a file. `wanted` is one of `FORMATS`; raises `KeyError` for any other."""
    if wanted not in FORMATS:
        raise KeyError(wanted)
    if briefing.was_published:
        return bytes(briefing.files.get(format=wanted).content)
    # At the foot of every page, so that no draft is taken for what was published.
    partnership = f"Draft, not published: {briefing.audit.partnership.name}"
    return write_file(briefing.value, wanted, partnership=partnership, published_on=None)


def write_file(value: SixSteps, wanted: str, *, partnership: str, published_on: dt.date | None) -> bytes:
    """A briefing in one of `FORMATS`, with whoever published it and when, as far as that is known."""
    value = value.without_refs()
    writers: dict[str, Callable[[], bytes]] = {
        "txt": lambda: as_text.write(value).encode(),
        "html": lambda: as_html.write_page(value).encode(),
        "docx": lambda: as_word.write(value, partnership=partnership, published_on=published_on),
        "pdf": lambda: as_pdf.write(value, partnership=partnership, published_on=published_on),
        "json": lambda: as_json.write(value).encode(),
    }
    return writers[wanted]()


def as_searched(text: str) -> str:
    """A text as it is searched: in small letters, whatever the apostrophes, with single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("’", "'").split())
