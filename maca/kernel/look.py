"""How what is printed looks: fonts, sizes, colours and spacing of a few kinds of paragraph, and the margins of a page.

All of it is plain values within limits, so nothing else of the file that they were read from can come along.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from maca.kernel.colour import LEAST_CONTRAST, OURS, contrast_with_white, is_colour

# By their names in Word. What numbers and the second level of bullets look like follows the bullets.
KINDS = ("Normal", "Title", "Subtitle", "Heading 1", "Heading 2", "Heading 3", "List Bullet")
HEADS = KINDS[1:6]
INKED = ("Title", "Heading 1")  # what is printed in the colour of headings
FEWEST_POINTS, MOST_POINTS = 6, 40
MOST_SPACE = 60  # points above or below a paragraph
LINES = (1, 2)  # from one line to the next, as a multiple of a single one
MARGINS = (1.5, 5.1)  # centimetres
LEAST_BELOW = 2.0  # centimetres below the words, where the foot of the page stands
_FONT = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[ -][A-Za-z0-9]+)*")
_LONGEST_FONT = 40


@dataclass(frozen=True)
class Style:
    """One kind of paragraph: a font by its name, sizes and room in points, a colour such as “#1d4e6f”, `line` as a
    multiple of a single one. What is None is as the site prints it.

    Raises ValueError, with the sentence of `problem_of`, for a value outside its limits.
    """

    font: str | None = None
    size: float | None = None
    colour: str | None = None
    bold: bool | None = None
    italic: bool | None = None
    before: float | None = None
    after: float | None = None
    line: float | None = None

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value is not None and (problem := problem_of(name, value)):
                raise ValueError(problem)

    def as_json(self) -> dict[str, Any]:
        """What it says, without what it leaves to the site."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def in_words(self) -> str:
        """What it says, and nothing of what it leaves to the site."""
        said = (
            (self.font, "{}"),
            (self.size, "{:g} points"),
            (self.colour, "{}"),
            (self.bold or None, "bold"),
            (self.italic or None, "italic"),
            (self.before, "{:g} points above"),
            (self.after, "{:g} points below"),
            (self.line, "lines of {:g}"),
        )
        return ", ".join(words.format(value) for value, words in said if value is not None)


@dataclass(frozen=True)
class Margins:
    """The room round the words of a page, in centimetres. Raises ValueError for what leaves too little or too much."""

    top: float
    right: float
    bottom: float
    left: float

    def __post_init__(self) -> None:
        if problem := problem_of_margins(vars(self)):
            raise ValueError(problem)

    def in_words(self) -> str:
        return f"{self.top:g} cm above, {self.bottom:g} below, {self.left:g} on the left, {self.right:g} on the right"


@dataclass(frozen=True)
class Look:
    """What headings and rules are printed in, each kind of paragraph of which something is said, and the margins."""

    ink: str = OURS
    styles: tuple[tuple[str, Style], ...] = ()
    margins: Margins | None = None

    @property
    def says_something(self) -> bool:
        """Whether anything in it is other than as the site prints it, besides the colour of headings."""
        return bool(self.margins) or any(style.as_json() for _, style in self.styles)

    def of(self, kind: str) -> Style:
        """How one of `KINDS` looks."""
        return dict(self.styles).get(kind, Style())

    def in_words(self) -> str:
        """A line for each kind of paragraph, and one for the margins."""
        lines = [f"{kind}: {style.in_words()}" for kind, style in self.styles]
        return "\n".join(lines + ([f"Margins: {self.margins.in_words()}"] if self.margins else []))

    def inked(self, colour: str) -> "Look":
        """The same with this as the colour of headings, whatever its own styles say; where it is empty, with the
        colour of the first heading or the title, and else with the site’s."""
        if not colour:
            return replace(self, ink=next(filter(None, (self.of(kind).colour for kind in reversed(INKED))), OURS))
        styles = tuple((kind, replace(style, colour=None) if kind in INKED else style) for kind, style in self.styles)
        return replace(self, ink=colour, styles=styles)

    def for_one_sheet(self) -> "Look":
        """Without what would make it longer: fonts and colours alone."""
        styles = tuple((kind, Style(font=style.font, colour=style.colour)) for kind, style in self.styles)
        return Look(ink=self.ink, styles=styles)

    def as_json(self) -> dict[str, Any]:
        """What was read, to be kept. The colour of headings follows from it."""
        margins = asdict(self.margins) if self.margins else None
        return {"styles": {kind: style.as_json() for kind, style in self.styles}, "margins": margins}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Look":
        """What `as_json` wrote. Raises ValueError for anything else, whoever wrote it."""
        try:
            styles, margins = kept["styles"], kept["margins"]
            if kept.keys() != {"styles", "margins"} or not styles.keys() <= set(KINDS):
                raise ValueError("This is no look that was kept.")
            return cls(
                styles=tuple((kind, Style(**styles[kind])) for kind in KINDS if kind in styles),
                margins=Margins(**margins) if margins else None,
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("This is no look that was kept.") from error


PLAIN = Look()


def problem_of(name: str, value: Any) -> str:
    """Why a value of a `Style` cannot be printed, as the end of a sentence, or nothing."""
    check = _CHECKS[name]
    return check(value)


def problem_of_margins(margins: Mapping[str, Any]) -> str:
    """The same of margins, in centimetres by side."""
    low, high = MARGINS
    if not all(_is_number(one) and low <= one <= high for one in margins.values()):
        return f"are not all from {low:g} to {high:g} cm"
    if margins["bottom"] < LEAST_BELOW:
        return f"leave less than {LEAST_BELOW:g} cm for the foot of the page"
    return ""


def _font(value: Any) -> str:
    if isinstance(value, str) and len(value) <= _LONGEST_FONT and _FONT.fullmatch(value):
        return ""
    return "has other characters in its name than letters, figures, spaces and hyphens, or is longer than 40"


def _size(value: Any) -> str:
    if _is_number(value) and FEWEST_POINTS <= value <= MOST_POINTS:
        return ""
    return f"is not from {FEWEST_POINTS} to {MOST_POINTS} points"


def _colour(value: Any) -> str:
    if not isinstance(value, str) or not is_colour(value):
        return "is no colour"
    if (contrast := contrast_with_white(value)) < LEAST_CONTRAST:
        return (
            f"is too light to be read on white: its contrast is {int(contrast * 10) / 10:g} to 1, and at least "
            f"{LEAST_CONTRAST} to 1 is needed"
        )
    return ""


def _space(value: Any) -> str:
    return "" if _is_number(value) and 0 <= value <= MOST_SPACE else f"is not from 0 to {MOST_SPACE} points"


def _line(value: Any) -> str:
    low, high = LINES
    return "" if _is_number(value) and low <= value <= high else f"is not from {low} to {high} lines"


def _flag(value: Any) -> str:
    return "" if isinstance(value, bool) else "is neither yes nor no"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_CHECKS = {
    "font": _font, "size": _size, "colour": _colour, "bold": _flag, "italic": _flag, "before": _space, "after": _space,
    "line": _line,
}  # fmt: skip


def fonts_of(look: Look, kinds: Iterable[str]) -> str | None:
    """The font of the first of these kinds that says one."""
    return next(filter(None, (look.of(kind).font for kind in kinds)), None)
