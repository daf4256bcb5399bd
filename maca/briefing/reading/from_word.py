"""Word files (.docx): the paragraphs of the body in order, with those in tables, boxes and notes.

What stands in notes, headers, footers and diagrams comes after the paragraphs of the body, numbered on from
them, as furniture: it is handed back unread.
"""

import io
import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Any

import docx
from docx.oxml.ns import qn
from lxml import etree

from maca.briefing.reading.grammar import case_of, names_another_case, step_of
from maca.briefing.reading.lines import Line, Mark, NotABriefing, set_apart, typed_line
from maca.briefing.value import Step
from maca.kernel.text import normalise
from maca.kernel.word import DAMAGED, DATA, Limits, UnfitError, text_of, weigh

_LIMITS = Limits("briefing")

_P, _R, _T = qn("w:p"), qn("w:r"), (qn("w:t"), qn("a:t"), qn("m:t"))
_VALUE, _STYLE_ID = qn("w:val"), qn("w:styleId")
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_ROW, _CELL, _TABLE = qn("w:tr"), qn("w:tc"), qn("w:tbl")
_NOTES = ("/footnotes", "/endnotes", "/header", "/footer", "/diagramData")
_OUR_FOOTER = DATA / "footer1.xml"
Place = tuple[Step | None, str | None]
_NOWHERE: Place = (None, None)
_LIST_STYLE = re.compile(r"^List (?P<kind>Bullet|Number)(?: (?P<level>[2-5]))?$", re.IGNORECASE)
_HEADING_STYLE = re.compile(r"^heading [1-9]$", re.IGNORECASE)
_UNNUMBERED = {"none"}
_LONGEST_BOLD = 80


def lines_of(data: bytes, name: str) -> tuple[list[Line], list[str]]:
    """The lines of a Word file, numbered by paragraph, and the names of characters that were dropped.

    Raises NotABriefing if the file is damaged, too large when unpacked, or no Word file.
    """
    try:
        weigh(
            data,
            name,
            _LIMITS,
            another="not a Word document. Save the briefing as Word (.docx), PDF or plain text and try again.",
        )
    except UnfitError as unfit:
        raise NotABriefing(unfit.sentence) from unfit
    try:
        document = docx.Document(io.BytesIO(data))
        every = _Paragraphs(document)
        paragraphs = list(islice(every, _LIMITS.paragraphs + 1))
    except DAMAGED as error:
        raise NotABriefing(
            f"{name} is damaged or not a Word document, and cannot be opened. "
            "Open it in Word, save it again as .docx, and try that copy."
        ) from error
    if len(paragraphs) > _LIMITS.paragraphs:
        raise NotABriefing(_LIMITS.too_long(name).sentence)
    dropped: list[str] = []
    lines: list[Line | None] = []
    # Where lists and headings are Word's own, paragraphs are too. Elsewhere the text was pasted in, and
    # one sentence may go on from paragraph to paragraph.
    made_in_word = any(looks.mark or looks.heading for _, looks, _, _ in paragraphs)
    for number, (text, looks, place, aside) in enumerate(paragraphs, 1):
        kept, lost = normalise(text)
        dropped += lost
        if aside or place:
            lines += _fixed_lines(number, kept, looks, place)
        else:
            lines += _lines_of_paragraph(number, kept, looks, whole=made_in_word)
    return set_apart(lines), dropped


def beside_the_body(document: Any) -> list[Any]:
    """The XML of the headers, footers and notes of a document, and of its diagrams."""
    return [
        etree.fromstring(relation.target_part.blob, etree.XMLParser(resolve_entities=False, no_network=True))
        for relation in document.part.rels.values()
        if not relation.is_external and relation.reltype.endswith(_NOTES)
    ]


class _Looks:
    """What the file says of a paragraph: a heading, all bold, or an item of a list and at which level."""

    __slots__ = ("bold", "heading", "level", "mark")

    def __init__(self, *, heading: bool = False, bold: bool = False, mark: Mark = Mark.NONE, level: int = 0) -> None:
        self.heading, self.bold, self.mark, self.level = heading, bold, mark, level


class _Paragraphs:
    """All paragraphs of a document that a reader sees, each with its text and its looks."""

    def __init__(self, document: Any) -> None:
        self._tables: set[Any] = set()
        self._body = document.element.body
        self._notes = beside_the_body(document)
        self._places: dict[Any, Place] = {}
        for table in self._body.iter(_TABLE):
            if not any(above in self._tables for above in table.iterancestors(_TABLE)):
                placed = _places_in(table)
                if placed:
                    self._tables.add(table)
                    self._places |= placed
        self._styles = {style.get(_STYLE_ID): style for style in document.styles.element.iter(qn("w:style"))}
        self._formats = self._number_formats(document)
        self._looks_of_style: dict[str | None, _Looks] = {}

    def __iter__(self) -> Iterator[tuple[str, _Looks, Place | None, bool]]:
        """Its text, its looks, its place in a table by columns, and whether it stands outside the body."""
        for root in [self._body, *self._notes]:
            aside = root is not self._body
            if aside and _without_words(root) == _our_footer():
                continue
            kind = _P if next(root.iter(_P), None) is not None else qn("a:p")  # as diagrams have them
            for paragraph in root.iter(kind):
                if not _is_hidden(paragraph):
                    yield text_of(paragraph), self._looks(paragraph), self._places.get(paragraph), aside

    @staticmethod
    def _number_formats(document: Any) -> dict[tuple[str, int], str]:
        """The format ("bullet", "decimal" ...) of each (list, level)."""
        part = next((r.target_part for r in document.part.rels.values() if r.reltype.endswith("/numbering")), None)
        if part is None:
            return {}
        root = part.element
        abstract = {}
        for item in root.iter(qn("w:abstractNum")):
            abstract[item.get(qn("w:abstractNumId"))] = {
                int(level.get(qn("w:ilvl")) or 0): _value(level, "w:numFmt") or "decimal"
                for level in item.iter(qn("w:lvl"))
            }
        return {
            (number.get(qn("w:numId")), level): form
            for number in root.iter(qn("w:num"))
            for level, form in abstract.get(_value(number, "w:abstractNumId"), {}).items()
        }

    def _looks(self, paragraph: Any) -> _Looks:
        properties = paragraph.find(qn("w:pPr"))
        if properties is None:
            return _Looks(bold=_is_all_bold(paragraph))
        looks = self._of_style(_value(properties, "w:pStyle"))
        if looks.heading:
            return looks
        numbered = self._of_numbering(properties)
        if numbered is not None:
            return numbered
        return looks if looks.mark else _Looks(bold=_is_all_bold(paragraph))

    def _of_style(self, style_id: str | None) -> _Looks:
        if style_id not in self._looks_of_style:
            self._looks_of_style[style_id] = self._work_out_style(style_id)
        return self._looks_of_style[style_id]

    def _work_out_style(self, style_id: str | None) -> _Looks:
        """What a style and the styles it is based on say; a ring of styles ends where it began."""
        seen: set[str | None] = set()
        while style_id in self._styles and style_id not in seen:
            seen.add(style_id)
            style = self._styles[style_id]
            name = _value(style, "w:name") or ""
            if _HEADING_STYLE.match(name):
                return _Looks(heading=True)
            if listed := _LIST_STYLE.match(name):
                mark = Mark.BULLET if listed["kind"].lower() == "bullet" else Mark.NUMBER
                return _Looks(mark=mark, level=int(listed["level"] or 1) - 1)
            properties = style.find(qn("w:pPr"))
            if properties is not None and (looks := self._of_numbering(properties)):
                return looks
            style_id = _value(style, "w:basedOn")
        return _Looks()

    def _of_numbering(self, properties: Any) -> _Looks | None:
        numbering = properties.find(qn("w:numPr"))
        if numbering is None:
            return None
        level = _value(numbering, "w:ilvl") or "0"
        depth = int(level) if level.isdecimal() else 0
        form = self._formats.get((_value(numbering, "w:numId") or "", depth))
        if form is None or form in _UNNUMBERED:
            return _Looks()
        return _Looks(mark=Mark.BULLET if form == "bullet" else Mark.NUMBER, level=depth)


def _value(parent: Any, tag: str) -> str | None:
    child = parent.find(qn(tag))
    return None if child is None else child.get(_VALUE)


def _is_hidden(paragraph: Any) -> bool:
    """Whether this is the second copy of a text box, kept for old programs."""
    return any(above.tag == _FALLBACK for above in paragraph.iterancestors())


def _is_all_bold(paragraph: Any) -> bool:
    runs = [run for run in paragraph.iter(_R) if "".join(t.text or "" for t in run.iter(*_T)).strip()]
    return bool(runs) and all(_is_bold(run) for run in runs)


def _is_bold(run: Any) -> bool:
    properties = run.find(qn("w:rPr"))
    bold = None if properties is None else properties.find(qn("w:b"))
    return bold is not None and bold.get(_VALUE) not in ("0", "false", "off")


def _lines_of_paragraph(number: int, text: str, looks: _Looks, *, whole: bool) -> Iterator[Line | None]:
    """A paragraph is one line, unless somebody typed several bullets into it with soft line breaks."""
    if not text.strip():
        yield None
        return
    typed = [typed_line(number, line) for line in text.split("\n") if line.strip()]
    if looks.mark or looks.heading or not any(line.mark for line in typed):
        words = " ".join(text.split())
        line = typed_line(number, text.replace("\n", " "))
        # Many people make a heading by hand, with bold letters; a bold bullet or sentence is emphasis.
        by_hand = looks.bold and line.mark is Mark.NONE and len(words) <= _LONGEST_BOLD and words[-1] not in ".:;,"
        line.styled = by_hand or (looks.heading and line.mark is not Mark.BULLET)
        if looks.mark:
            # The sign is the file's own, so a sign at the start of the words belongs to the words.
            line = Line(number, words, words, looks.mark, depth=looks.level)
        line.whole = whole
        yield line
    else:
        yield from typed


def _fixed_lines(number: int, text: str, looks: _Looks, place: Place | None) -> Iterator[Line | None]:
    """The lines of a paragraph in a table by columns, or, with no place, of one outside the body."""
    for each in text.split("\n"):
        if each.strip():
            line = typed_line(number, each)
            if looks.mark:
                line.words = line.text
            line.place, line.furniture, line.whole = place, place is None, True
            yield line
    yield None


def _without_words(footer: Any) -> bytes:
    """The XML of a footer without its first run, where we write the partnership and the date."""
    copy = etree.fromstring(etree.tostring(footer), etree.XMLParser(remove_blank_text=True, resolve_entities=False))
    run = next(copy.iter(_R), None)
    if run is not None:
        run.getparent().remove(run)
    return etree.tostring(copy, method="c14n")


@cache
def _our_footer() -> bytes:
    """The footer of the files that we write. Word changes it when it saves one, and then it is not ours."""
    return _without_words(etree.fromstring(_OUR_FOOTER.read_bytes()))


def _places_in(table: Any) -> dict[Any, Place]:
    """Where the columns and rows of a table put its paragraphs, if two headings stand side by side in it.

    The first cell of a row may say its case. What has no clear place, and all of a table that has its
    cases side by side, is put nowhere. Empty for a table that only lays a page out.
    """
    rows = [list(_cells(row)) for row in table.iterchildren(_ROW)]
    steps = [{start: step for start, _, cell in row if (step := _first_step(cell))} for row in rows]
    cases = (sum(_case_in(cell) is not None for _, _, cell in row) for row in rows)
    by_column = any(len(found) > 1 for found in steps)
    if not by_column and not any(count > 1 for count in cases):
        return {}
    places: dict[Any, Place] = dict.fromkeys(table.iter(_P), _NOWHERE)
    columns: dict[int, Step] = {}
    case: str | None = None
    for row, found in zip(rows, steps, strict=True):
        if found:
            # One heading alone in a row, among columns that have others, leaves open what is whose.
            heads = {at: found[start] for start, end, _ in row if start in found for at in range(start, end)}
            columns = heads if len(found) > 1 else {}
            case = None
        if not columns:
            continue
        labelled = 0 not in columns
        if labelled and row and row[0][0] == 0:
            label = row[0][2]
            if not found and not _goes_down(label):
                case = _case_in(label)
                if case is not None:
                    places |= dict.fromkeys(label.iter(_P), (next(iter(columns.values())), case))
        for start, end, cell in row:
            under = {columns.get(at) for at in range(start, end)}
            step = under.pop()
            unclear = under or step is None or (labelled and case is None and start not in found)
            merged = start not in found and _is_merged_down(cell)
            if not unclear and not merged and cell.find(f".//{_TABLE}") is None:
                places |= _places_in_cell(cell, step, case)
    return places


def _places_in_cell(cell: Any, step: Step | None, case: str | None) -> dict[Any, Place]:
    """The paragraphs of one cell, up to one in bold or of a case that cannot be told."""
    places: dict[Any, Place] = {}
    for number, paragraph in enumerate(p for p in cell.iter(_P) if text_of(p).strip()):
        line, *more = (typed_line(0, each) for each in text_of(paragraph).split("\n") if each.strip())
        if any(step_of(each) or case_of(each) or names_another_case(each) for each in more):
            break
        named = case_of(line)
        if number == 0 and step_of(line) is step:
            pass
        elif named and case in (None, named[0]):
            case = named[0]
        elif named or step_of(line) or names_another_case(line) or _is_all_bold(paragraph):
            break
        places[paragraph] = step, case
    return places


def _cells(row: Any) -> Iterator[tuple[int, int, Any]]:
    """The cells of a row, each with the column it begins in and the one after its last."""
    properties = row.find(qn("w:trPr"))
    before = None if properties is None else _value(properties, "w:gridBefore")
    start = int(before or 0)
    for cell in row.iter(_CELL):
        if next(cell.iterancestors(_ROW)) is row:
            properties = cell.find(qn("w:tcPr"))
            span = None if properties is None else _value(properties, "w:gridSpan")
            end = start + min(max(int(span or 1), 1), 100)
            yield start, end, cell
            start = end


def _text_in(cell: Any) -> str:
    return " ".join(" ".join(text_of(paragraph) for paragraph in cell.iter(_P)).split())


def _first_step(cell: Any) -> Step | None:
    texts = (text for paragraph in cell.iter(_P) for text in text_of(paragraph).split("\n"))
    return step_of(typed_line(0, next((text for text in texts if text.strip()), "")))


def _case_in(cell: Any) -> str | None:
    found = case_of(typed_line(0, _text_in(cell)))
    return found[0] if found else None


def _is_merged_down(cell: Any) -> bool:
    return cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}") is not None


def _goes_down(cell: Any) -> bool:
    """Whether this cell is the rest of the one above it."""
    merge = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
    return merge is not None and merge.get(_VALUE) != "restart"
