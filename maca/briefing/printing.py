"""The one door to the printed forms of a briefing."""

from collections.abc import Callable

from maca.briefing import as_html, as_json, as_pdf, as_text, as_word
from maca.briefing.models import Briefing

FORMATS = {
    "txt": "text/plain; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "json": "application/json",
}


def print_briefing(briefing: Briefing, wanted: str) -> bytes:
    """The briefing as a file. `wanted` is one of `FORMATS`; raises `KeyError` for any other."""
    value = briefing.value.without_refs()
    partnership, published_on = briefing.audit.partnership.name, briefing.published_on
    if briefing.audit.imported_from:
        # Published by whoever published it, and not by the partnership whose site this is.
        partnership = ""
    elif not briefing.is_published:
        # At the foot of every page, so that no draft is taken for what was published.
        partnership = f"Draft, not published: {partnership}"
    writers: dict[str, Callable[[], bytes]] = {
        "txt": lambda: as_text.write(value).encode(),
        "html": lambda: as_html.write_page(value).encode(),
        "docx": lambda: as_word.write(value, partnership=partnership, published_on=published_on),
        "pdf": lambda: as_pdf.write(value, partnership=partnership, published_on=published_on),
        "json": lambda: as_json.write(value).encode(),
    }
    return writers[wanted]()
