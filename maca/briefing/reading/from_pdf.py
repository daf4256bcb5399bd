"""PDF files: the text put together again from the lines on the pages, by where those lines stand."""

import ctypes
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from threading import Lock
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from maca.briefing.reading.grammar import case_of, step_of
from maca.briefing.reading.lines import Line, Mark, NotABriefing, typed_line
from maca.kernel.text import normalise

# pdfium keeps global state, so two uploads must not be read at the same time.
_ONE_AT_A_TIME = Lock()
_MOST_PAGES = 300
_MOST_CHARACTERS = 3_000_000
_NEAR = 2.5
# In briefing.typ two lines of a paragraph are 1.31 apart (times the size of the letters), two items 1.6.
_TYPST_PITCH = 1.42
_PAGE_NUMBER = re.compile(r"^(?:page\s+)?\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?$", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_BREAKS = (0x0A, 0x0D)
_LONGEST_STYLED = 80


@dataclass(slots=True)
class _Printed:
    """One line as it stands on a page, in points. `text_left` is where its words begin after a bullet.

    pdfium joins lines at a hyphen, so a line can begin at the height `top` and end lower, at `base`. Its
    last word ends at `right`; `widest` is how far right it went before that.
    """

    number: int
    page: int
    text: str
    left: float
    text_left: float
    right: float
    widest: float
    top: float
    base: float
    size: float
    bold: bool
    first_word: float
    mark: Mark = Mark.NONE
    furniture: bool = False


@dataclass(slots=True)
class _Block:
    """A paragraph, a heading or an item: the lines that belong together, and whether they stand apart."""

    lines: list[_Printed]
    apart: bool


def lines_of(data: bytes, name: str) -> tuple[list[Line], list[str]]:
    """The lines of a PDF, wrapped lines joined, and the names of the characters that were dropped.

    A line is numbered as in the extracted text of all pages. What the PDF itself marks as decoration of
    the page ("Artifact"), such as a running foot, is furniture; on our own pages it is left out. Raises
    NotABriefing for a PDF that is damaged, protected, too long, or holds no text.
    """
    with _ONE_AT_A_TIME:
        printed, by_typst, dropped = _read(data, name)
    if all(line.furniture for line in printed):
        raise NotABriefing(
            f"{name} holds no text, only pictures of pages: it was probably scanned. "
            "Ask for the Word file, or type the briefing as text."
        )
    # Typst marks what stands at the foot of each page by itself.
    if not by_typst:
        _mark_furniture(printed)
    body = [line for line in printed if not line.furniture]
    blocks = _blocks(body, by_typst)
    usual = Counter(round(line.size, 1) for line in body for _ in line.text).most_common(1)[0][0] if body else 0
    depths = _depths(body)
    lines = [_line(block, by_typst, usual, depths) for block in blocks]
    lines += [
        Line(line.number, line.text.strip(), line.text.strip(), furniture=True) for line in printed if line.furniture
    ]
    return sorted(lines, key=lambda line: line.number), dropped


def _read(data: bytes, name: str) -> tuple[list[_Printed], bool, list[str]]:
    """The printed lines, whether Typst made the PDF, and what was dropped."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise NotABriefing(f"{name} is protected with a password. Save a copy without one and try again.") from None
        raise NotABriefing(f"{name} is damaged: it cannot be opened as a PDF. Ask for a new copy of it.") from None
    try:
        if len(document) > _MOST_PAGES:
            raise NotABriefing(f"{name} has {len(document)} pages, far more than a briefing. Check the file.")
        printed: list[_Printed] = []
        dropped: list[str] = []
        characters = 0
        by_typst = document.get_metadata_value("Creator").startswith("Typst")
        for index in range(len(document)):
            page = document[index]
            text = page.get_textpage()
            characters += text.count_chars()
            if characters > _MOST_CHARACTERS:
                raise NotABriefing(f"{name} holds far more text than a briefing. Check the file.")
            seen = (line for line in _printed(text, index) if not (by_typst and line.furniture))
            for number, line in enumerate(seen, len(printed) + 1):
                line.number = number
                line.text, lost = normalise(line.text)
                dropped += lost
                printed.append(line)
            text.close()
            page.close()
        return printed, by_typst, dropped
    except pypdfium2.PdfiumError as error:
        raise NotABriefing(f"{name} is damaged: a page of it cannot be read. Ask for a new copy of it.") from error
    finally:
        document.close()


def _printed(text: Any, page: int) -> Iterator[_Printed]:
    """The lines of one page that hold words."""
    start = 0
    codes = [pdfium.FPDFText_GetUnicode(text, index) for index in range(text.count_chars())]
    for end, code in enumerate([*codes, _BREAKS[0]]):
        if code in _BREAKS:
            if line := _one_line(text, page, codes, start, end):
                yield line
            start = end + 1


def _one_line(text: Any, page: int, codes: list[int], start: int, end: int) -> _Printed | None:
    shown = [index for index in range(start, end) if codes[index] and not chr(codes[index]).isspace()]
    if not shown:
        return None
    # pdfium writes a hyphen at the end of a line as U+0002 and goes on with the next line.
    words = "".join(
        "-" if codes[index] == 2 and pdfium.FPDFText_IsHyphen(text, index) == 1 else _character(codes[index])
        for index in range(start, end)
    )
    first, last = shown[0], shown[-1]
    read = typed_line(0, words)
    skipped = len("".join(read.text.split())) - len("".join(read.words.split()))
    after_mark = shown[min(skipped, len(shown) - 1)]
    word_end = next((index - 1 for index in range(first, end) if chr(codes[index]).isspace()), last)
    hyphens = [index for index in shown if codes[index] == 2]
    left, top = _origin(text, first)
    return _Printed(
        number=0,
        page=page,
        text=words,
        left=left,
        text_left=_origin(text, after_mark)[0],
        right=_right(text, last),
        widest=max(_right(text, index) for index in (last, *hyphens)),
        top=top,
        base=_origin(text, last)[1],
        size=pdfium.FPDFText_GetFontSize(text, first),
        bold=all(pdfium.FPDFText_GetFontWeight(text, index) >= 600 for index in (first, last)),
        first_word=_right(text, word_end) - left,
        mark=read.mark,
        furniture=_is_artifact(text, first),
    )


def _character(code: int) -> str:
    return chr(code) if code <= 0x10FFFF else ""


def _origin(text: Any, index: int) -> tuple[float, float]:
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetCharOrigin(text, index, x, y)
    return x.value, y.value


def _right(text: Any, index: int) -> float:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    pdfium.FPDFText_GetCharBox(text, index, left, right, bottom, top)
    return right.value


def _is_artifact(text: Any, index: int) -> bool:
    """Whether the PDF says that this character decorates the page and is no part of the text."""
    piece = pdfium.FPDFText_GetTextObject(text, index)
    if not piece:
        return False
    for number in range(pdfium.FPDFPageObj_CountMarks(piece)):
        mark = pdfium.FPDFPageObj_GetMark(piece, number)
        length = ctypes.c_ulong()
        name = (ctypes.c_ushort * 32)()
        pdfium.FPDFPageObjMark_GetName(mark, name, ctypes.sizeof(name), length)
        if bytes(name)[: max(length.value - 2, 0)].decode("utf-16-le", "replace") == "Artifact":
            return True
    return False


def _mark_furniture(printed: list[_Printed]) -> None:
    """Find the running heads and feet: first or last on their page, and the same on another but for numbers.

    The heading of a case can be the first line of two pages; it is a heading all the same.
    """
    pages: dict[int, list[_Printed]] = {}
    for line in printed:
        pages.setdefault(line.page, []).append(line)
    edges = [edge for lines in pages.values() for edge in {id(e): e for e in _edges(lines)}.values()]
    seen = Counter(_DIGITS.sub("0", line.text.strip()) for line in edges)
    for line in edges:
        text = line.text.strip()
        read = typed_line(0, text)
        repeated = seen[_DIGITS.sub("0", text)] > 1 and read.mark is not Mark.BULLET
        heading = step_of(read) or case_of(read)
        line.furniture |= bool(_PAGE_NUMBER.match(text)) or (repeated and not heading)


def _edges(lines: list[_Printed]) -> tuple[_Printed, _Printed]:
    return max(lines, key=lambda line: line.base), min(lines, key=lambda line: line.base)


def _blocks(body: list[_Printed], by_typst: bool) -> list[_Block]:
    """The lines that belong together, by their distance, their left edge, and what room there was."""
    blocks: list[_Block] = []
    if not body:
        return blocks
    edge = max(line.widest for line in body)
    widest_gap = _TYPST_PITCH if by_typst else _usual_pitch(body) * 1.15
    for line in body:
        if blocks and _goes_on(line, blocks[-1], edge, widest_gap, by_typst):
            blocks[-1].lines.append(line)
        else:
            above = blocks[-1].lines[-1] if blocks else None
            near = above and above.page == line.page and above.base - line.top <= widest_gap * line.size
            blocks.append(_Block([line], apart=not near))
    return blocks


def _usual_pitch(body: list[_Printed]) -> float:
    """How far apart two lines of one paragraph stand, as a multiple of the size of the letters."""
    pitches = sorted(
        (before.base - line.top) / line.size
        for before, line in pairwise(body)
        if before.page == line.page and line.size and before.base - line.top > 0.9 * line.size
    )
    return pitches[len(pitches) // 10] if pitches else 1.3


def _goes_on(line: _Printed, block: _Block, edge: float, widest_gap: float, by_typst: bool) -> bool:
    """Whether this line is the next of the block."""
    first, before = block.lines[0], block.lines[-1]
    if abs(line.size - before.size) > 0.6 or line.bold != before.bold:
        return False
    hangs = abs(line.left - first.text_left) < _NEAR
    falls_back = line.mark is Mark.NONE and (
        abs(line.left - first.left) < _NEAR or (line.left < first.left and line.text.lstrip()[:1].islower())
    )
    # Typst sets every bullet in, so a dash at the edge of a paragraph is one of its words.
    begins_a_list = line.mark is Mark.BULLET and first.mark is Mark.NONE and not by_typst
    if not (hangs or falls_back) or begins_a_list:
        return False
    near = 0 < before.base - line.top <= widest_gap * line.size
    if by_typst and line.page == before.page:
        return near  # our own pages leave more room between two items than between two lines
    if edge - before.right > line.first_word + _NEAR + 0.3 * line.size:
        return False  # there was room for the next word, so somebody ended the line here
    return near or line.page != before.page


def _depths(body: Iterable[_Printed]) -> dict[float, int]:
    """Left edges, as steps to the right: edges that differ by a hair are the same step."""
    depths: dict[float, int] = {}
    step, last = 0, None
    for left in sorted({line.left for line in body}):
        if last is not None and left - last > _NEAR:
            step += 1
        depths[left] = step
        last = left
    return depths


def _joined(block: _Block, by_typst: bool) -> str:
    """The words of a block. Typst keeps the space a line ended at; elsewhere only a hyphen does without."""
    text = ""
    for line in block.lines:
        wants_space = text and not by_typst and not (text[-1] == "-" and text[-2:-1].isalnum())
        text += f" {line.text}" if wants_space else line.text
    return text


def _line(block: _Block, by_typst: bool, usual: float, depths: dict[float, int]) -> Line:
    first = block.lines[0]
    text = _joined(block, by_typst)
    line = typed_line(first.number, text, depth=depths[first.left])
    short = len(line.text) <= _LONGEST_STYLED and not line.text.endswith((".", ":", ";", ","))
    line.styled = line.mark is Mark.NONE and short and (first.bold or first.size > usual * 1.1)
    line.whole = True
    line.blank_before = block.apart
    return line
