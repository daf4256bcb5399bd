"""A merged chronology as a tagged PDF (PDF/UA-1) on A4 across."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from maca.chronology.as_html import HEADINGS, shown
from maca.chronology.entries import Entry, merged
from maca.kernel.pdf import UNDATED, boxes, printed

_TEMPLATE = Path(__file__).parent / "data" / "chronology.typ"
# Typst breaks no word by itself: between two boxes a line may end. A column is narrower than a page.
_LONG_WORD = re.compile(r"\S{13,}")
_BOX = 6


def write(entries: Iterable[Entry]) -> bytes:
    """The chronology as PDF. A character that no font of ours draws is printed by its number, “[U+4E2D]”."""
    rows = [shown(entry) for entry in merged(entries)]

    def data(can_print: Callable[[str], bool]) -> dict[str, Any]:
        return {
            "headings": HEADINGS,
            "rows": [[_pieces("".join(_drawn(c, can_print) for c in cell)) for cell in row] for row in rows],
        }

    return printed(_TEMPLATE.read_bytes(), data, UNDATED)


def _drawn(character: str, can_print: Callable[[str], bool]) -> str:
    return character if character in "\n\t" or can_print(character) else f"[U+{ord(character):04X}]"


def _pieces(text: str) -> list[list[Any]]:
    """The text in pieces: [text, whether it is one of the boxes of a word longer than its column may be]."""
    pieces: list[list[Any]] = []
    done = 0
    for word in _LONG_WORD.finditer(text):
        pieces.append([text[done : word.start()], False])
        pieces += [[part, True] for part in boxes(word[0], _BOX)]
        done = word.end()
    pieces.append([text[done:], False])
    return [piece for piece in pieces if piece[0]]
