"""A document as a tagged PDF (PDF/UA-1) on A4, made by Typst with fonts of our own.

What people wrote goes to Typst as JSON, never as source, and Typst may read no file but the template. The same
document always gives the same bytes.
"""

import datetime
import json
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typst

from maca.kernel.logo import Logo
from maca.kernel.look import PLAIN, Look

_DATA = Path(__file__).parent / "data" / "pdf"
UNDATED = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
# Typst breaks no word by itself: what is longer than a line is cut into boxes, between which it may break.
# The space after it goes into its last box, because at the beginning of a line it would be lost.
_LONG_WORD = re.compile(r"\S{41,} ?")
_BOX = 8
# "two- and three-year-olds": readers of PDF take a hyphen at the end of a line for a word cut in two, and
# drop the space after it. A space that does not break keeps its place.
_HANGING_HYPHEN = re.compile(r"(?<=[^\s-])- ")
_JOINERS = "\u200b\u200c\u200d\u200e\u200f\u00ad"


def typeset(
    document: Mapping[str, Any],
    *,
    dated: datetime.date | None = None,
    look: Look = PLAIN,
    logo: Logo | None = None,
) -> bytes:
    """The document as PDF: its `name`, lines `above` and `below` its `title`, a `notice`, a `footer` and `sections`. Of
    the look it has sizes, colours, which headings are bold, and the margins; its fonts are ours, and none is slanted.

    A section has a `heading`, of a `level` (1 where none is given), and `parts`, each of a `kind`: "case" (a heading
    below it) and "paragraph" have a `text`, "list" and "numbers" have `items` of a `text` and `questions` below it,
    `numbered` or not. A character that no font of ours can draw, or that would draw others out of order, is printed by
    its number, for instance "[U+4E2D]".
    """
    made = datetime.datetime.combine(dated, datetime.time(), tzinfo=datetime.UTC) if dated else UNDATED
    template = (_DATA / "document.typ").read_bytes()
    # Typst may read no file, so a picture goes to it as numbers.
    picture = {"logo": {"bytes": list(logo.picture), "called": logo.called, "height": logo.printed[1]}} if logo else {}
    dress = {"ink": look.ink, "look": look.as_json()}
    return printed(template, lambda can_print: _printable(dict(document), can_print) | dress | picture, made)


def printed(template: bytes, data_of: Callable[[Callable[[str], bool]], Any], made: datetime.datetime) -> bytes:
    """A template of one’s own as PDF. `data_of` gives its data, once it knows which characters can be drawn."""
    try:
        return _compile(template, data_of(_can_print), made)
    except typst.TypstError as error:
        # A letter and an accent that are each in a font, but in no font together.
        if "could not be displayed" not in str(error):
            raise
        return _compile(template, data_of(_is_plain), made)


def _compile(template: bytes, data: Any, made: datetime.datetime) -> bytes:
    return typst.compile(
        template,
        sys_inputs={"data": json.dumps(data)},
        font_paths=_fonts(),
        pdf_standards=["ua-1"],
        timestamp=made,
    )


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(_DATA / "fonts")])


def _printable(data: Any, can_print: Any) -> Any:
    """The same data with every text that is printed made into pieces of printable characters."""
    if isinstance(data, str):
        return _pieces("".join(c if can_print(c) else f"[U+{ord(c):04X}]" for c in data))
    if isinstance(data, list):
        return [_printable(item, can_print) for item in data]
    if isinstance(data, dict):
        return {key: item if key in ("kind", "name") else _printable(item, can_print) for key, item in data.items()}
    return data


def _pieces(text: str) -> list[dict[str, Any]]:
    """The text in pieces. A line may end between two boxes, where there is no space to end it at."""
    text = _HANGING_HYPHEN.sub("-\u00a0", text)
    pieces = []
    done = 0
    for word in _LONG_WORD.finditer(text):
        pieces.append({"text": text[done : word.start()], "box": False})
        pieces += [{"text": part, "box": True} for part in boxes(word[0])]
        done = word.end()
    pieces.append({"text": text[done:], "box": False})
    return [piece for piece in pieces if piece["text"]]


def boxes(word: str, most: int = _BOX) -> Iterator[str]:
    """The word in parts of at most so many letters, no part beginning with an accent or a joiner."""
    part = ""
    for character in word:
        if len(part) >= most and not unicodedata.combining(character) and character not in _JOINERS:
            yield part
            part = ""
        part += character
    yield part


@cache
def _coverage() -> tuple[list[int], list[int]]:
    """The first and the last code point of each range that our fonts can draw."""
    lines = (_DATA / "fonts" / "coverage.txt").read_text("ascii").splitlines()
    ranges = [line.split("-") for line in lines if not line.startswith("#")]
    return [int(first, 16) for first, _ in ranges], [int(last, 16) for _, last in ranges]


def _can_print(character: str) -> bool:
    """Whether our fonts can draw it, and it does nothing but be drawn: overrides of direction are shown."""
    if unicodedata.category(character) == "Cf" and character not in _JOINERS:
        return False
    firsts, lasts = _coverage()
    place = bisect_right(firsts, ord(character)) - 1
    return character in _JOINERS or (place >= 0 and ord(character) <= lasts[place])


def _is_plain(character: str) -> bool:
    return _can_print(character) and not unicodedata.combining(character) and character not in _JOINERS
