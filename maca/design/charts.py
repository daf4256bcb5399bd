"""Bars as an SVG of the page’s own, beside a table of the same numbers: drawn here once for every page."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

COLOURS = ("#12436d", "#28a197", "#801650", "#f46a25", "#3d3d3d", "#a285d1")
# So many columns have a colour and a legend each; of more, each bar says its own name, all in one colour.
# Heights are pixels. Widths are percentages, so that bars fit a phone; the longest leaves room for its number.
LABEL, BAR, GAP, LEGEND, LONGEST, LONGEST_NAMED = 20, 18, 10, 22, 80, 60


@dataclass(frozen=True)
class Bar:
    """`width` in per cent of the picture; `says` is the number, or why it is not shown, and then there is no bar."""

    top: int
    width: float
    colour: str
    says: str


@dataclass(frozen=True)
class Chart:
    """What the template draws. `lines` are the rows: where each begins, what it is called, and its bars."""

    title: str
    first: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    lines: tuple[tuple[int, str, tuple[Bar, ...]], ...]
    legend: tuple[tuple[int, str, str], ...]
    height: int


def bar_chart(
    title: str, first: str, columns: Sequence[str], rows: Sequence[tuple[str, Sequence[int | Enum]]]
) -> Chart:
    """One bar for each number of each row. What is no number is said in its words and drawn as no bar."""
    most = max((one for _, counts in rows for one in counts if isinstance(one, int)), default=0) or 1
    named = len(columns) > len(COLOURS)
    coloured = columns if 1 < len(columns) <= len(COLOURS) else ()
    legend = tuple((at * LEGEND, COLOURS[at], one) for at, one in enumerate(coloured))
    top = len(legend) * LEGEND + (GAP if legend else 0)
    lines = []
    for called, counts in rows:
        bars = tuple(
            Bar(
                top + LABEL + at * BAR,
                round((LONGEST_NAMED if named else LONGEST) * one / most, 2) if isinstance(one, int) else 0,
                COLOURS[0 if named else at],
                f"{columns[at]}: {_says(one)}" if named else _says(one),
            )
            for at, one in enumerate(counts)
        )
        lines.append((top, called, bars))
        top += LABEL + len(counts) * BAR + GAP
    return Chart(
        title, first, tuple(columns), tuple((called, tuple(map(_says, counts))) for called, counts in rows),
        tuple(lines), legend, top,
    )  # fmt: skip


def _says(one: int | Enum) -> str:
    return str(one) if isinstance(one, int) else str(one.value)
