"""Read `maca/partnership/data/permissions.toml`: who may see and do what, cell by cell."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent.parent / "maca" / "partnership" / "data" / "permissions.toml"
CELLS = ("yes", "part", "403", "404", "declare")
NOT_ROWS = ("url", "also", "says", "methods", "at", "shows", "open", "signed_in", "answers")
PARTS = ("who", "groups", "together", "situations", "always")


@dataclass(frozen=True)
class Situation:
    """How things stand with an audit, at one of its stages."""

    name: str
    stage: str
    says: str


@dataclass(frozen=True)
class Section:
    """One action: an address, its methods, and what each person meets in each situation."""

    name: str
    url: str
    says: str
    methods: tuple[str, ...]
    at: tuple[str, ...]
    shows: str
    also: tuple[str, ...]  # other names of the same address
    open: str  # why it needs no rule
    answers: tuple[int, ...]  # with what an open page also answers when what it is asked for is not there
    open_to_nobody: bool  # and nobody signed in either
    cells: dict[tuple[str, str], str]  # (person, situation): cell


@dataclass(frozen=True)
class Table:
    people: dict[str, str]
    groups: dict[str, tuple[str, ...]]
    together: dict[str, str]
    situations: dict[str, Situation]
    sections: tuple[Section, ...]

    def in_words(self, people: list[str]) -> str:
        """These people, those who stand together by one name."""
        words, left = [], list(people)
        for group, name in self.together.items():
            if set(self.groups[group]) <= set(left):
                words.append(name)
                left = [one for one in left if one not in self.groups[group]]
        return "; ".join([*(self.people[one] for one in left), *words])

    @property
    def not_signed_in(self) -> tuple[str, ...]:
        return self.groups["not_signed_in"]


def _spread(names: str, people: dict[str, str], groups: dict[str, str]) -> list[str]:
    """The people whom names of people and of groups stand for. Raises `KeyError` for a name nobody has."""
    found: list[str] = []
    for name in names.split():
        if name in people:
            found.append(name)
        elif name == "everyone":
            but = {"governance", *_spread("not_signed_in b", people, groups)}
            found += [one for one in people if one not in but]
        else:
            found += _spread(groups[name], people, groups)
    return found


def _section(name: str, given: dict[str, Any], raw: dict[str, Any]) -> Section:
    at = ("always",) if given["at"] == "always" else tuple(given["at"].split())
    cells: dict[tuple[str, str], str] = {}
    rows = {} if "open" in given else {key: words for key, words in given.items() if key not in NOT_ROWS}
    for who, words in [*(raw["always"].items() if rows else ()), *rows.items()]:
        values = words.split()
        values = values * len(at) if len(values) == 1 else values
        if len(values) != len(at):
            raise ValueError(f"[{name}] {who}: {len(values)} words for {len(at)} situations")
        if strange := set(values) - set(CELLS):
            raise ValueError(f"[{name}] {who}: {', '.join(sorted(strange))} is no answer")
        for person in _spread(who, raw["who"], raw["groups"]):
            cells |= {(person, situation): value for situation, value in zip(at, values, strict=True)}
    return Section(
        name=name,
        url=given.get("url", name),
        says=given["says"],
        methods=tuple(given.get("methods", "GET").split()),
        at=at,
        shows=given.get("shows", ""),
        also=tuple(given.get("also", "").split()),
        open=given.get("open", ""),
        answers=tuple(int(one) for one in given.get("answers", "").split()),
        open_to_nobody="open" in given and not given.get("signed_in", False),
        cells=cells,
    )


@cache
def table() -> Table:
    """The whole table. Raises `ValueError` or `KeyError` where it does not hold together."""
    raw = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return Table(
        people=raw["who"],
        groups={name: tuple(_spread(names, raw["who"], raw["groups"])) for name, names in raw["groups"].items()},
        together=raw["together"],
        situations={name: Situation(name, *words) for name, words in raw["situations"].items()},
        sections=tuple(_section(name, given, raw) for name, given in raw.items() if name not in PARTS),
    )
