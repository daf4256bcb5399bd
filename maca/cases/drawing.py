"""Drawing cases from a cohort by lot: the same file, settings and seed draw the same cases, on any machine.

How it goes, so that it can be done again by hand or by another program:

1. Whoever is excluded is left out (`why_excluded`).
2. The others stand in line by SHA-256 of the seed, a line feed and their reference, with its spaces put in order and
   in small letters; as UTF-8, compared as hexadecimal.
3. Down the line, each takes a place of their level, or else one that is open to any level, while there is one.
4. While a number asked for by age, category or locality is not reached: of all exchanges of somebody drawn for
   somebody in line that leave no level shorter, the one that comes nearest is made; of equal ones that which takes the
   place of who stands last in line, and gives it to who stands first. Nobody else moves.

Whoever is swapped out gives their place to the one in line by whom as few numbers as possible are missed, the first
of equal ones.
"""

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from maca.cases.cohort import Child
from maca.cases.facts import AgeBand, Category, Level

MOST_PLACES = 60
Fact = tuple[str, str]
# More than all numbers besides levels can come to.
_LEVEL = 1_000_000


@dataclass(frozen=True)
class Settings:
    """What is asked for: how many of each level and of any, at least how many of each age, category and locality."""

    on: dt.date  # the day that ages are counted on
    since: dt.date | None = None  # nobody with no activity from this day on
    levels: Mapping[str, int] = field(default_factory=dict)
    any_level: int = 0
    ages: Mapping[str, int] = field(default_factory=dict)
    categories: Mapping[str, int] = field(default_factory=dict)
    localities: Mapping[str, int] = field(default_factory=dict)

    @property
    def places(self) -> int:
        return sum(self.levels.values()) + self.any_level

    @property
    def wanted(self) -> dict[Fact, int]:
        """At least how many of what, besides levels."""
        named = (("age", self.ages), ("category", self.categories), ("locality", self.localities))
        return {(name, value): number for name, numbers in named for value, number in numbers.items()}

    def as_json(self) -> dict[str, Any]:
        return {
            "on": self.on.isoformat(), "since": self.since.isoformat() if self.since else "",
            "levels": dict(self.levels), "any_level": self.any_level, "ages": dict(self.ages),
            "categories": dict(self.categories), "localities": dict(self.localities),
        }  # fmt: skip

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Settings":
        days = {name: dt.date.fromisoformat(kept[name]) if kept[name] else None for name in ("on", "since")}
        return cls(**{**kept, **days})

    @property
    def sentences(self) -> list[str]:
        """In words, for whoever asks later how it was drawn."""
        said = [f"{number} of “{Level(level).label}”" for level, number in self.levels.items()]
        said += [f"{self.any_level} of any level"] if self.any_level else []
        said += [f"at least {number} of {called(fact)}" for fact, number in self.wanted.items()]
        return said


class Excluded(Enum):
    """Why somebody is not in the pool. The value is said beside the number of how many."""

    NO_DATE = "No date of last activity"
    LONG_AGO = "No activity since the day that was asked for"
    GROWN_UP = "18 or over"
    OTHER_LEVEL = "Of a level that nobody is drawn from"


class NobodyLeftError(ValueError):
    """There is nobody in line who could take a place."""


def called(fact: Fact) -> str:
    """“Neglect”, “10 to 15”, “North”."""
    name, value = fact
    kinds: dict[str, Any] = {"age": AgeBand, "category": Category, "level": Level}
    label = kinds[name](value).label if name in kinds else value
    return f"“{label}”"


def why_excluded(child: Child, settings: Settings) -> Excluded | None:
    if settings.since and child.last_on is None:
        return Excluded.NO_DATE
    if settings.since and child.last_on and child.last_on < settings.since:
        return Excluded.LONG_AGO
    if not child.band(settings.on):
        return Excluded.GROWN_UP
    if not settings.any_level and not settings.levels.get(child.level):
        return Excluded.OTHER_LEVEL
    return None


def in_line(children: Iterable[Child], seed: str) -> list[Child]:
    """In the order of the lot."""

    def lot(child: Child) -> str:
        reference = " ".join(child.reference.casefold().split())
        return hashlib.sha256(f"{seed}\n{reference}".encode()).hexdigest()

    return sorted(children, key=lot)


class Lots:
    """A draw: `line` is the pool in the order of the lot, `drawn` those who have a place, in that order too."""

    def __init__(self, children: Sequence[Child], settings: Settings, seed: str) -> None:
        self.settings = settings
        self.excluded = {one.row: why for one in children if (why := why_excluded(one, settings))}
        self.line = in_line((one for one in children if one.row not in self.excluded), seed)
        self._at = {one.row: at for at, one in enumerate(self.line)}
        self._gone: set[int] = set()  # who was swapped out is not drawn again
        self._drawn: set[int] = set()
        self._fill()
        while self._exchange():
            pass

    @property
    def drawn(self) -> list[Child]:
        return [one for one in self.line if one.row in self._drawn]

    def facts(self, child: Child) -> tuple[Fact, ...]:
        """What of a child counts."""
        return (
            ("level", child.level),
            ("age", child.band(self.settings.on)),
            ("category", child.category),
            ("locality", child.locality),
        )

    def next_for(self, row: int) -> Child:
        """Who would take the place of the one in this row. Raises `NobodyLeftError`."""
        have = self._counted(but=row)
        waiting = [one for one in self.line if one.row not in self._drawn | self._gone]
        if not waiting:
            raise NobodyLeftError
        return min(waiting, key=lambda one: (self._missed(have + Counter(self.facts(one))), self._at[one.row]))

    def swap(self, out: int, into: int) -> None:
        """Give the place of one row to another. Raises `KeyError` where they do not stand in this draw so."""
        if out not in self._drawn or into in self._drawn | self._gone or into not in self._at:
            raise KeyError(out)
        self._drawn = self._drawn - {out} | {into}
        self._gone.add(out)

    def unmet(self) -> list[str]:
        """A sentence for each number asked for that could not be reached."""
        have, pool = self._counted(), Counter(fact for one in self.line for fact in self.facts(one))
        said = []
        levels = {("level", level): number for level, number in self.settings.levels.items()}
        for fact, number in {**levels, **self.settings.wanted}.items():
            if have[fact] < number:
                why = (
                    "no more can be drawn from"
                    if pool[fact] <= have[fact]
                    else "with what else was asked for, the draw came no nearer"
                )
                said.append(f"{number} of {called(fact)} were asked for and {have[fact]} drawn: {why}.")
        if len(self._drawn) < self.settings.places and not said:
            said.append(
                f"{self.settings.places} were asked for and {len(self._drawn)} drawn: no more can be drawn from."
            )
        return said

    def _fill(self) -> None:
        left, free = Counter(self.settings.levels), self.settings.any_level
        for one in self.line:
            if left[one.level] > 0:
                left[one.level] -= 1
            elif free > 0:
                free -= 1
            else:
                continue
            self._drawn.add(one.row)

    def _counted(self, but: int | None = None) -> Counter[Fact]:
        return Counter(fact for one in self.drawn if one.row != but for fact in self.facts(one))

    def _missed(self, have: Mapping[Fact, int]) -> tuple[int, int]:
        """By how many levels, and then the rest, fall short."""
        levels = sum(max(0, number - have[("level", level)]) for level, number in self.settings.levels.items())
        return levels, sum(max(0, number - have[fact]) for fact, number in self.settings.wanted.items())

    def _kind(self, child: Child) -> tuple[Fact | None, ...]:
        """Those of one kind can stand for each other."""
        counts = self.settings.wanted
        return tuple(fact if fact[0] == "level" or fact in counts else None for fact in self.facts(child))

    def _short(self, fact: Fact, have: int) -> int:
        """By how much one number falls short: any level weighs more than all the rest together."""
        level = self.settings.levels.get(fact[1], 0) if fact[0] == "level" else 0
        return _LEVEL * max(0, level - have) + max(0, self.settings.wanted.get(fact, 0) - have)

    def _changes(self, child: Child, have: Mapping[Fact, int], by: int) -> tuple[int, dict[Fact, int]]:
        """What it means for the numbers that a child comes (`by` 1) or goes (-1): in all, and for each fact."""
        each = {fact: self._short(fact, have[fact] + by) - self._short(fact, have[fact]) for fact in self.facts(child)}
        return sum(each.values()), each

    def _exchange(self) -> bool:
        """Make the best exchange that brings the draw nearer to what was asked for, if there is one."""
        have = self._counted()
        lacking = {fact for fact, number in self.settings.wanted.items() if have[fact] < number}
        if not lacking:
            return False
        give = {self._kind(one): one for one in self.drawn}  # the last of each kind
        take: dict[tuple[Fact | None, ...], Child] = {}  # the first
        for one in self.line:
            if one.row not in self._drawn and lacking.intersection(self.facts(one)):
                take.setdefault(self._kind(one), one)
        gives = [(*self._changes(out, have, -1), -self._at[out.row], out.row) for out in give.values()]
        takes = [(*self._changes(into, have, 1), self._at[into.row], into.row) for into in take.values()]
        best = (0, 0, 0, 0, 0)  # nothing gained: only what comes nearer is an exchange
        for gained, brings, at, into_row in sorted(takes, key=lambda one: (one[0], one[2])):
            if gained > best[0]:
                break  # none of those that follow can come to more, whoever goes
            for lost, costs, before, out_row in gives:
                missed = gained + lost
                for fact, cost in costs.items():
                    if fact in brings:  # one goes and one comes, and this number stays
                        missed -= cost + brings[fact]
                if missed < 0:
                    best = min(best, (missed, before, at, out_row, into_row))
        if not best[0]:
            return False
        *_, gone, came = best
        self._drawn = self._drawn - {gone} | {came}
        return True
