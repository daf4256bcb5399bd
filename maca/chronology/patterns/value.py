"""A pattern with its evidence, and the line of entries in which it is looked for."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, count
from operator import attrgetter

from maca.chronology.entries import CSC, OTHER, Entry, merged


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule found. `passages` are the words that stand in both of two assessments."""

    agency: str | None
    entries: tuple[Entry, ...]
    first: dt.date
    last: dt.date
    says: str
    passages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern of the case, about one child or, with `child` None, about the case or every child alike.

    `code` is what programs exchange, `title` what people read.
    """

    code: str
    title: str
    agency: str | None
    child: str | None
    first: dt.date
    last: dt.date
    entries: tuple[Entry, ...]
    says: str
    passages: tuple[str, ...] = ()


def grouped(entries: Iterable[Entry], by: Callable[[Entry], str]) -> dict[str, list[Entry]]:
    """The entries by what each says, in their order."""
    found: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        found[by(entry)].append(entry)
    return dict(found)


def by_event(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """The entries by their events. Without one, and with one that is `other`, an entry counts in no rule on events."""
    found = grouped(entries, attrgetter("event"))
    return {event: those for event, those in found.items() if event and event != OTHER}


class Case:
    """The merged line of one case up to the end date, and in it the line of each child.

    `children` are the labels that are given and those in the entries, or one without a label.
    """

    def __init__(self, entries: Iterable[Entry], *, to: dt.date | None = None, labels: Iterable[str] = ()) -> None:
        line = merged(entries)
        self.end = to or (line[-1].date if line else dt.date.min)
        self.entries = [entry for entry in line if entry.date <= self.end] if to else line
        self.begin = self.entries[0].date if self.entries else self.end
        self.place: Mapping[Entry, int] = dict(zip(self.entries, count(), strict=False))
        named: set[str] = set().union(*map(attrgetter("children"), self.entries))
        self.children: tuple[str | None, ...] = tuple(dict.fromkeys((*labels, *sorted(named)))) or (None,)
        # The pairs that two agencies tell of one event, by the settings they were found with.
        self.told_twice: dict[object, list[tuple[Entry, Entry]]] = {}
        self.by_event = by_event(self.entries)
        self.of_csc = [entry for entry in self.entries if entry.agency == CSC]
        self.seen = [entry for entry in self.entries if entry.seen and entry.child_was_seen]
        self.with_facts = [entry for entry in self.entries if entry.facts]

    @cached_property
    def agencies(self) -> tuple[str, ...]:
        return tuple(sorted({entry.agency for entry in self.entries}))

    def of(self, *events: str, by: str | None = None) -> list[Entry]:
        """The entries of the whole case with one of these events, in their order; of one agency with `by`."""
        lists = [those for event in events if (those := self.by_event.get(event))]
        found = [entry for entry in chain.from_iterable(lists) if by is None or entry.agency == by]
        if len(lists) > 1:
            found.sort(key=self.place.__getitem__)
        return found

    def line_of(self, child: str | None) -> "Line":
        return Line(self, child)


class Line:
    """What stands in a case about one child: the entries about all children, and those that name this one."""

    def __init__(self, case: Case, child: str | None) -> None:
        self.case, self.child = case, child
        self.end = case.end

    def of(self, *events: str, by: str | None = None) -> list[Entry]:
        """The entries about the child with one of these events, in their order; of one agency with `by`."""
        return self._about(self.case.of(*events, by=by))

    def _about(self, entries: Iterable[Entry]) -> list[Entry]:
        return [entry for entry in entries if entry.is_about(self.child)]

    @cached_property
    def of_csc(self) -> list[Entry]:
        """Every entry of children's social care about the child."""
        return self._about(self.case.of_csc)

    @cached_property
    def seen_by_csc(self) -> list[Entry]:
        return self._about(entry for entry in self.case.seen if entry.agency == CSC)

    @cached_property
    def with_facts(self) -> list[Entry]:
        return self._about(self.case.with_facts)
