"""What every kind of file is turned into before it is understood: lines, and what came of them."""

import re
from dataclasses import dataclass
from enum import StrEnum

from maca.briefing.value import SixSteps, Step


class NotABriefing(ValueError):
    """A file that cannot be read as a briefing. `sentence` says what, where, and how to mend it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Unread:
    """Words that had no place in the briefing, and the number of the line they stood on (from 1)."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A briefing as read, what could not be placed, and the names of characters that could not be kept."""

    value: SixSteps
    unread: tuple[Unread, ...] = ()
    dropped: tuple[str, ...] = ()


class Mark(StrEnum):
    """What stands before the words of a line."""

    NONE = ""
    BULLET = "bullet"
    NUMBER = "number"


@dataclass(slots=True)
class Line:
    """One line of a file, or one paragraph of a Word file.

    `text` is the whole line, `words` the line without its bullet or number, `ordinal` that number if it
    is one. `depth` says how far it is set in: only more or less matters. `blank_before` and `blank_after`
    say whether it stands apart. `styled` is True where the file itself says that this is a heading,
    `whole` where the file says that a line begins here, so that it cannot be the rest of the one before,
    and `furniture` for what is no part of the text, such as the number of a page or a note at its foot.
    `place` is where the column and the row of a table put it: a step, or None for nowhere, and a case.
    """

    number: int
    text: str
    words: str
    mark: Mark = Mark.NONE
    ordinal: int | None = None
    depth: float = 0
    blank_before: bool = False
    blank_after: bool = False
    styled: bool = False
    whole: bool = False
    furniture: bool = False
    place: tuple[Step | None, str | None] | None = None


# The signs that people and Word put before an item. Those of Symbol and Wingdings come as private characters.
_BULLETS = "–—•·*▪▫‣◦●○■□∙⁃✓✔➢➤>►▶▸→➔◆◇❖☐☑-"
_PRIVATE = r"\uf02d\uf06c\uf06e\uf06f\uf071\uf075\uf076\uf077\uf0a7\uf0a8\uf0b7\uf0d8\uf0e0\uf0e8\uf0fc\uf0fe"
# A letter alone is a number only with a bracket: "a) ...". "A. Smith" is a name.
_MARK = re.compile(
    rf"(?:(?P<bullet>[{_PRIVATE}{_BULLETS}]|o(?=\s))|\(?(?P<number>\d{{1,3}})[.)]|\(?[a-zA-Z]\))(?:\s+|$)"
)
_TAB = 4


def typed_line(number: int, text: str, *, depth: float | None = None) -> Line:
    """A line of plain text, told apart into its bullet or number, typed by hand, and its words."""
    bare = text.strip()
    if depth is None:
        expanded = text.expandtabs(_TAB) if text[:1].isspace() else text
        depth = len(expanded) - len(expanded.lstrip())
    line = Line(number, " ".join(bare.split()), "", depth=depth)
    found = _MARK.match(line.text)
    line.words = line.text[found.end() :] if found else line.text
    if found:
        line.mark = Mark.BULLET if found["bullet"] else Mark.NUMBER
        line.ordinal = int(found["number"]) if found["number"] else None
    return line


def set_apart(lines: list[Line | None]) -> list[Line]:
    """The lines that have words, each told whether a blank line (None) stands before and after it."""
    kept: list[Line] = []
    blank = True
    for line in lines:
        if line is None:
            if kept:
                kept[-1].blank_after = True
            blank = True
            continue
        line.blank_before = blank
        blank = False
        kept.append(line)
    if kept:
        kept[-1].blank_after = True
    return kept
