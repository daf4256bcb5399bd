"""The lists that a text is held against: names, places, ordinary words, and what the work itself writes.

Where they come from stands in `tools/vendor_names.py`.
"""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from maca.panel.related import stem

_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Form:
    """A pattern of what could tell of one family, and why it is shown. `group` is the part that is the span."""

    kind: str
    pattern: re.Pattern[str]
    why: str
    certain: bool
    group: int


def folded(word: str) -> str:
    """A word as the lists have it: lower-cased, without accents, with a straight apostrophe."""
    plain = unicodedata.normalize("NFKD", word.casefold().replace("’", "'"))
    return "".join(one for one in plain if not unicodedata.combining(one))


@cache
def _listed(name: str) -> frozenset[str]:
    return frozenset(map(folded, (_DATA / f"{name}.txt").read_text("utf-8").split("\n"))) - {""}


@cache
def _practice() -> dict[str, Any]:
    return tomllib.loads((_DATA / "practice.toml").read_text("utf-8"))


def given() -> frozenset[str]:
    return _listed("given")


def family() -> frozenset[str]:
    return _listed("family")


@cache
def places() -> frozenset[tuple[str, ...]]:
    """Each place as its words; a hyphen is a space, as people write them."""
    return frozenset(tuple(one.replace("-", " ").split()) for one in _listed("places"))


@cache
def words() -> frozenset[str]:
    return _listed("words") | frozenset(map(folded, _practice()["words"].split()))


@cache
def common() -> frozenset[str]:
    """The words that most people or the work itself use often, without their endings."""
    return frozenset(map(stem, _listed("common") | capitals() | frozenset(map(folded, _practice()["words"].split()))))


@cache
def letters() -> frozenset[str]:
    return frozenset(_practice()["letters"].split())


@cache
def capitals() -> frozenset[str]:
    """What the work writes with a capital, though it names nobody."""
    return frozenset(map(folded, _practice()["capitals"].split()))


@cache
def forms() -> tuple[Form, ...]:
    """What has a form of its own: an address, a date, an age, the name of a school."""
    return _forms("forms.toml", certain=True)


@cache
def telling() -> tuple[Form, ...]:
    """What tells of one family without a name."""
    return _forms("telling.toml", certain=False)


def _forms(name: str, *, certain: bool) -> tuple[Form, ...]:
    kinds = tomllib.loads((_DATA / name).read_text("utf-8"))
    parts = kinds.pop("parts", {})
    return tuple(
        Form(
            kind,
            re.compile(_whole(one["pattern"], parts), 0 if one.get("capitals") else re.IGNORECASE),
            one["why"],
            one.get("certain", certain),
            one.get("group", 0),
        )
        for kind, listed in kinds.items()
        for one in listed
    )


def _whole(pattern: str, parts: dict[str, str]) -> str:
    """With each part in its place. A part may use those before it."""
    for called, part in reversed(parts.items()):
        pattern = pattern.replace(f"«{called}»", part)
    return pattern.replace("\n", "")
