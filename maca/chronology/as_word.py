"""A merged chronology as a Word table on A4 across, on the package of our own."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Cm

from maca.chronology.as_html import HEADINGS, shown
from maca.chronology.entries import Entry, merged
from maca.kernel.text import closed, normalise
from maca.kernel.word import empty_document, with_fixed_dates

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_TITLE = "Combined chronology"
# In twentieths of a point, in the order of the headings; together the width between the margins.
_WIDTHS = (1050, 650, 1300, 1400, 4700, 750, 1000, 600, 1600, 1300, 1200)


def write(entries: Iterable[Entry], about: str = "") -> bytes:
    """The chronology as a .docx. `about` says of what, and which entries were chosen. The same gives the same bytes."""
    document = docx.Document(io.BytesIO(empty_document()))
    document.core_properties.title = normalise(f"{_TITLE}: {about}" if about else _TITLE)[0][:255]
    document.core_properties.language = "en-GB"
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = Cm(1.2)
    document.add_paragraph(_TITLE, style="Title")
    if about:
        document.add_paragraph(closed(normalise(about)[0]), style="Normal")
    end = document.element.body.sectPr
    end.addprevious(_table(end.makeelement, [shown(entry) for entry in merged(entries)]))
    document.add_paragraph("", style="Normal")
    saved = io.BytesIO()
    document.save(saved)
    return with_fixed_dates(saved)


def _table(make: Any, rows: Iterable[Sequence[str]]) -> Any:
    def part(name: str, *inside: Any, **attributes: object) -> Any:
        found = make(qn(f"w:{name}"), {qn(f"w:{key}"): str(value) for key, value in attributes.items()})
        for one in inside:
            found.append(one)
        return found

    def cell(width: int, text: str, bold: bool = False) -> Any:
        runs = []
        for number, line in enumerate(closed(normalise(text)[0]).split("\n")):
            run = part("r", part("rPr", *([part("b")] if bold else []), part("sz", val=16)))
            if number:
                run.append(part("br"))
            for at, piece in enumerate(line.split("\t")):
                if at:
                    run.append(part("tab"))
                words = make(qn("w:t"), {_SPACE: "preserve"})
                words.text = piece
                run.append(words)
            runs.append(run)
        return part(
            "tc", part("tcPr", part("tcW", w=width, type="dxa")),
            part("p", part("pPr", part("spacing", before=20, after=20)), *runs),
        )  # fmt: skip

    def row(cells: Sequence[str], heading: bool = False) -> Any:
        marks = [part("cantSplit"), part("tblHeader")] if heading else []
        return part(
            "tr", *([part("trPr", *marks)] if marks else []),
            *(cell(width, text, heading) for width, text in zip(_WIDTHS, cells, strict=True)),
        )  # fmt: skip

    lines = [part(side, val="single", sz=4, color="B1B4B6") for side in ("top", "bottom", "insideH")]
    return part(
        "tbl",
        part(
            "tblPr",
            part("tblW", w=sum(_WIDTHS), type="dxa"),
            part("tblBorders", *lines),
            part("tblLayout", type="fixed"),
        ),
        part("tblGrid", *(part("gridCol", w=width) for width in _WIDTHS)),
        row(HEADINGS, heading=True),
        *(row(cells) for cells in rows),
    )
