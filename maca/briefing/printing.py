"""The one door to the printed forms of a briefing, and of the sheets that are made of it.

Those of a draft are made anew; of what was published, the briefing itself is kept.
"""

import datetime as dt
import unicodedata
from collections.abc import Callable
from typing import Any

from maca.briefing import as_html, as_json, as_pdf, as_slides, as_text, as_word
from maca.briefing.models import Briefing, HouseStyle
from maca.briefing.overview import Counts, as_paper
from maca.briefing.sheets import SHEETS
from maca.briefing.value import SixSteps
from maca.kernel import paper_as_files
from maca.kernel.logo import Logo
from maca.kernel.look import PLAIN, Look
from maca.kernel.paper import Paper

FORMATS = {
    "txt": "text/plain; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "json": "application/json",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
SHEET_FORMATS = ("docx", "pdf", "html", "txt")


def print_briefing(briefing: Briefing, wanted: str) -> bytes:
    """The briefing as a file. `wanted` is one of `FORMATS`; raises `KeyError` for any other."""
    if wanted not in FORMATS:
        raise KeyError(wanted)
    if briefing.was_published:
        return bytes(briefing.files.get(format=wanted).content)
    return write_file(
        briefing.value,
        wanted,
        partnership=publisher_of(briefing),
        published_on=None,
        look=look_of(briefing),
        logo=logo_of(briefing),
    )


def write_file(
    value: SixSteps,
    wanted: str,
    *,
    partnership: str,
    published_on: dt.date | None,
    look: Look = PLAIN,
    logo: Logo | None = None,
) -> bytes:
    """A briefing in one of `FORMATS`, with whoever published it and when, as far as that is known."""
    value = value.without_refs()
    looks: Any = {"partnership": partnership, "published_on": published_on, "look": look, "logo": logo}
    writers: dict[str, Callable[[], bytes]] = {
        "txt": lambda: as_text.write(value).encode(),
        "html": lambda: as_html.write_page(value, look=look).encode(),
        "docx": lambda: as_word.write(value, **looks),
        "pdf": lambda: as_pdf.write(value, **looks),
        "json": lambda: as_json.write(value).encode(),
        "pptx": lambda: as_slides.write(value, **looks),
    }
    return writers[wanted]()


def as_searched(text: str) -> str:
    """A text as it is searched: in small letters, whatever the apostrophes, with single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("’", "'").split())


def print_sheet(briefing: Briefing, sheet: str, wanted: str) -> bytes:
    """One of `SHEETS`, made of the briefing, as one of `SHEET_FORMATS`; raises `KeyError` for any other.

    It has neither the partnership’s line nor its logo: it is made anew each time, also when they have been changed
    since the briefing was approved.
    """
    footer = as_word.footer_words(_as_it_stands(briefing, _name_of_publisher(briefing)), briefing.published_on)
    paper = SHEETS[sheet](briefing.value.without_refs(), footer=footer)
    return _write_paper(paper, wanted, small=True, look=look_of(briefing))


def print_overview(briefing: Briefing, counts: Counts, wanted: str) -> bytes:
    """The overview report of its audit, made anew, as one of `SHEET_FORMATS`; raises `KeyError` for any other."""
    paper = as_paper(briefing.value.without_refs(), counts, footer=_footer(briefing))
    return _write_paper(paper, wanted, small=False, look=look_of(briefing), logo=logo_of(briefing))


def overview_in(wanted: str) -> str:
    """By which name a form of the overview report is kept."""
    return f"overview-{wanted}"


def _footer(briefing: Briefing) -> str:
    return as_word.footer_words(publisher_of(briefing), briefing.published_on)


def look_of(briefing: Briefing) -> Look:
    """That of the partnership’s house style, with the colour of headings that is set by itself before any other. What
    was published elsewhere has none of this site’s."""
    if briefing.audit.imported_from:
        return PLAIN
    style = _house_style(briefing)
    return (style.look if style else PLAIN).inked(briefing.audit.partnership.colour)


def logo_of(briefing: Briefing) -> Logo | None:
    """That of the partnership’s house style. What was published elsewhere has none of this site’s."""
    audit = briefing.audit
    style = None if audit.imported_from else _house_style(briefing)
    if style is None or not style.logo:
        return None
    return Logo(bytes(style.logo), style.logo_width, style.logo_height, f"Logo of {audit.partnership.name}")


def _house_style(briefing: Briefing) -> HouseStyle | None:
    return HouseStyle.objects.filter(partnership=briefing.audit.partnership_id).first()


def _write_paper(paper: Paper, wanted: str, *, small: bool, look: Look, logo: Logo | None = None) -> bytes:
    writers: dict[str, Callable[[], bytes]] = {
        "docx": lambda: paper_as_files.as_word(paper, small=small, look=look, logo=logo),
        "pdf": lambda: paper_as_files.as_pdf(paper, small=small, look=look, logo=logo),
        "html": lambda: paper_as_files.as_html(paper, look=look),
        "txt": lambda: paper_as_files.as_text(paper),
    }
    return writers[wanted]()


def publisher_of(briefing: Briefing) -> str:
    """Who stands at the foot of every page, so that no draft is taken for what was published; and the partnership’s
    own line."""
    name = _name_of_publisher(briefing)
    style = _house_style(briefing) if name else None
    return _as_it_stands(briefing, f"{name} · {style.footer}" if style and style.footer else name)


def _name_of_publisher(briefing: Briefing) -> str:
    # What was imported was published by whoever published it, and not by the partnership whose site this is.
    return "" if briefing.audit.imported_from else briefing.audit.partnership.name


def _as_it_stands(briefing: Briefing, name: str) -> str:
    if not name or (briefing.was_published and not briefing.is_withdrawn):
        return name
    return f"Withdrawn: {name}" if briefing.is_withdrawn else f"Draft, not published: {name}"
