"""A merged chronology as a tagged PDF (PDF/UA-1) on A4 across, made by Typst with fonts of our own.

The entries go to Typst as JSON, never as source, and Typst may read no file but the template.
"""

import datetime
import json
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import typst

from maca.chronology.as_html import HEADINGS, shown
from maca.chronology.entries import Entry, merged

_DATA = Path(__file__).parent / "data"
# The same fonts print the briefing, a later room, which keeps them. A room may look back only, so no code is shared.
_FONTS = Path(__file__).parents[1] / "briefing" / "data" / "fonts"
_UNDATED = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
# Typst breaks no word by itself: between two boxes a line may end.
_LONG_WORD = re.compile(r"\S{13,}")
_BOX = 6
_JOINERS = "\u200b\u200c\u200d\u200e\u200f\u00ad"


def write(entries: Iterable[Entry]) -> bytes:
    """The chronology as PDF. A character that no font of ours draws is printed by its number, “[U+4E2D]”."""
    rows = [shown(entry) for entry in merged(entries)]
    try:
        return _compile(rows, _can_print)
    except typst.TypstError as error:
        # A letter and an accent that are each in a font, but in no font together.
        if "could not be displayed" not in str(error):
            raise
        return _compile(rows, _is_plain)


def _compile(rows: list[tuple[str, ...]], can_print: Any) -> bytes:
    data = {
        "headings": HEADINGS,
        "rows": [[_pieces("".join(_drawn(c, can_print) for c in cell)) for cell in row] for row in rows],
    }
    return typst.compile(
        (_DATA / "chronology.typ").read_bytes(),
        sys_inputs={"data": json.dumps(data)},
        font_paths=_fonts(),
        pdf_standards=["ua-1"],
        timestamp=_UNDATED,
    )


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(_FONTS)])


def _drawn(character: str, can_print: Any) -> str:
    return character if character == "\n" or can_print(character) else f"[U+{ord(character):04X}]"


def _pieces(text: str) -> list[list[Any]]:
    """The text in pieces: [text, whether it is one of the boxes of a word longer than its column may be]."""
    pieces: list[list[Any]] = []
    done = 0
    for word in _LONG_WORD.finditer(text):
        if word.start() > done:
            pieces.append([text[done : word.start()], False])
        part = ""
        for character in word[0]:
            if len(part) >= _BOX and not unicodedata.combining(character) and character not in _JOINERS:
                pieces.append([part, True])
                part = ""
            part += character
        pieces.append([part, True])
        done = word.end()
    if done < len(text):
        pieces.append([text[done:], False])
    return pieces


@cache
def _coverage() -> tuple[list[int], list[int]]:
    """The first and the last code point of each range that our fonts can draw."""
    lines = (_FONTS / "coverage.txt").read_text("ascii").splitlines()
    ranges = [line.split("-") for line in lines if not line.startswith("#")]
    return [int(first, 16) for first, _ in ranges], [int(last, 16) for _, last in ranges]


@cache
def _can_print(character: str) -> bool:
    """Whether our fonts can draw it, and it does nothing but be drawn: overrides of direction are shown."""
    if character in _JOINERS or character == "\t":
        return True
    if unicodedata.category(character) == "Cf":
        return False
    firsts, lasts = _coverage()
    place = bisect_right(firsts, ord(character)) - 1
    return place >= 0 and ord(character) <= lasts[place]


def _is_plain(character: str) -> bool:
    return _can_print(character) and not unicodedata.combining(character) and character not in _JOINERS
