"""Counts of people, shown so that nobody can work out a small one: the one function for every page, chart and export.

A count under five is not shown. Where the total is known, as it always is, the rest of a table may still give it away;
then a second count goes too. Whoever knows all of this, and this code, still finds at least two numbers possible for
every count that is hidden (tests/kernel/test_small_numbers.py tries every table of some size).
"""

from collections.abc import Sequence
from enum import Enum

FEWEST = 5


class Hidden(Enum):
    """In the place of a count. The value is what a page says."""

    FEW = f"Fewer than {FEWEST}"
    HELD_BACK = "Not shown"


def without_small_numbers(counts: Sequence[int]) -> list[int | Hidden]:
    """The counts of one table, whose total is known, with those hidden that could be worked out.

    The table has two rows or more, and they are the same whatever was counted: a row that is there only because
    somebody was counted says that somebody was. Two tables may share a total, but not a part of it.

    Those that had to be held back for another's sake look like the others, and all of the same size go together:
    a hidden count could then be any of those that are hidden with it.
    """
    few = {at for at, count in enumerate(counts) if count < FEWEST}
    if not few or not any(counts):
        return list(counts)
    if not _is_given_away([counts[at] for at in few]):
        return [Hidden.FEW if at in few else count for at, count in enumerate(counts)]
    smallest = min((count for count in counts if count >= FEWEST), default=None)
    return [Hidden.HELD_BACK if at in few or count == smallest else count for at, count in enumerate(counts)]


def _is_given_away(few: Sequence[int]) -> bool:
    """Whether their sum, which is what the others leave of the total, allows of one answer only."""
    return len(few) == 1 or sum(few) in (0, (FEWEST - 1) * len(few))


def added_up(tables: Sequence[Sequence[int | Hidden]]) -> list[int | Hidden]:
    """Row by row, the sum of tables that may each be shown as they are: of the audits of a year, one table each.

    A row that is hidden in one of them is held back in the sum. So the sum tells nothing that they do not tell
    themselves, also to somebody who has kept the sum of last month and takes the one from the other.
    """
    return [
        Hidden.HELD_BACK
        if any(isinstance(one, Hidden) for one in row)
        else sum(one for one in row if isinstance(one, int))
        for row in zip(*tables, strict=True)
    ]


def together(parts: Sequence[tuple[int, int]]) -> list[int | Hidden]:
    """The first of each pair, the second being the rest of it: hidden where either would be, since the sum is known."""
    shown = without_small_numbers([count for pair in parts for count in pair]) if parts else []
    pairs = zip(shown[::2], shown[1::2], strict=True)
    return [rest if isinstance(rest, Hidden) else first for first, rest in pairs]
