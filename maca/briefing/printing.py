"""The one door to the printed forms of a briefing."""

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
    front = {"partnership": briefing.audit.partnership.name, "published_on": briefing.published_on}
    writers = {
        "txt": lambda: as_text.write(value).encode(),
        "html": lambda: as_html.write_page(value).encode(),
        "docx": lambda: as_word.write(value, **front),
        "pdf": lambda: as_pdf.write(value, **front),
        "json": lambda: as_json.write(value).encode(),
    }
    return writers[wanted]()
