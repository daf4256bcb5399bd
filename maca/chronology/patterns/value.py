"""A pattern with its evidence, and the line of entries in which it is looked for."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

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
    """One pattern of the case, about one child or, with `child` None, about the case or every child alike."""

    code: str
    agency: str | None
    child: str | None
    first: dt.date
    last: dt.date
    entries: tuple[Entry, ...]
    says: str
    passages: tuple[str, ...] = ()


class Index:
    """The entries of one line by what the rules ask for."""

    def __init__(self) -> None:
        self.by_event: dict[str, list[Entry]] = {}
        self.of_csc: list[Entry] = []
        self.seen_by_csc: list[Entry] = []
        self.with_facts: list[Entry] = []

    def add(self, entry: Entry) -> None:
        if entry.event and entry.event != OTHER:
            if (found := self.by_event.get(entry.event)) is None:
                self.by_event[entry.event] = [entry]
            else:
                found.append(entry)
        if entry.agency == CSC:
            self.of_csc.append(entry)
            if entry.child_was_seen:
                self.seen_by_csc.append(entry)
        if entry.facts:
            self.with_facts.append(entry)


class Case:
    """The merged line of one case up to the end date, and in it the line of each child.

    `children` are the labels in the files, or one without a label.
    """

    def __init__(self, entries: Iterable[Entry], *, to: dt.date | None = None, labels: Iterable[str] = ()) -> None:
        line = merged(entries)
        self.end = to or (line[-1].date if line else dt.date.min)
        self.entries = [entry for entry in line if entry.date <= self.end] if to else line
        self.begin = self.entries[0].date if self.entries else self.end
        self.place: Mapping[Entry, int] = {entry: at for at, entry in enumerate(self.entries)}
        self.children: tuple[str | None, ...] = tuple(labels) or (None,)
        # The pairs that two agencies tell of one event, by the settings they were found with.
        self.told_twice: dict[object, list[tuple[Entry, Entry]]] = {}
        self.whole = Index()
        self._of_all = Index()
        self._of_one: dict[str | None, Index] = {child: Index() for child in self.children}
        for entry in self.entries:
            self.whole.add(entry)
            if entry.children:
                for child in entry.children:
                    self._of_one[child].add(entry)
            else:
                self._of_all.add(entry)

    @cached_property
    def agencies(self) -> tuple[str, ...]:
        return tuple(sorted({entry.agency for entry in self.entries}))

    def of(self, *events: str, by: str | None = None) -> list[Entry]:
        """The entries of the whole case with one of these events, in their order."""
        return self.in_order([self.whole.by_event.get(event, ()) for event in events], by)

    def in_order(self, lists: list[Iterable[Entry]], by: str | None = None) -> list[Entry]:
        found = [entry for entry in chain.from_iterable(lists) if by is None or entry.agency == by]
        if len([one for one in lists if one]) > 1:
            found.sort(key=self.place.__getitem__)
        return found

    def line_of(self, child: str | None) -> "Line":
        return Line(self, child, self._of_all, self._of_one[child])


class Line:
    """What stands in a case about one child: the entries about all children, and those that name this one."""

    def __init__(self, case: Case, child: str | None, of_all: Index, of_one: Index) -> None:
        self.case, self.child = case, child
        self.end = case.end
        self._of_all, self._of_one = of_all, of_one

    def of(self, *events: str, by: str | None = None) -> list[Entry]:
        """The entries about the child with one of these events, in their order; of one agency with `by`."""
        lists: list[Iterable[Entry]] = []
        for event in events:
            lists += [self._of_all.by_event.get(event, ()), self._of_one.by_event.get(event, ())]
        return self.case.in_order(lists, by)

    @cached_property
    def of_csc(self) -> list[Entry]:
        """Every entry of children's social care about the child."""
        return self.case.in_order([self._of_all.of_csc, self._of_one.of_csc])

    @cached_property
    def seen_by_csc(self) -> list[Entry]:
        return self.case.in_order([self._of_all.seen_by_csc, self._of_one.seen_by_csc])

    @cached_property
    def with_facts(self) -> list[Entry]:
        return self.case.in_order([self._of_all.with_facts, self._of_one.with_facts])
