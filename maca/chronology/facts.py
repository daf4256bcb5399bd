"""The facts of an entry as a person reads them: agencies exchange them as `key=value`."""

import re
from collections.abc import Iterable

_INITIALS = {"gp": "GP", "cp": "CP", "cin": "CIN", "camhs": "CAMHS"}
_COMMA = re.compile(r"\s*,\s*")


def fact_called(key: str) -> str:
    """What is claimed: “Father in home”, “GP registered”."""
    said = " ".join(_INITIALS.get(word.casefold(), word) for word in key.replace("_", " ").split())
    return said[:1].upper() + said[1:]


def value_called(value: str) -> str:
    """What is claimed of it: “maternal grandfather”; of a list, each with a space between."""
    return _COMMA.sub(", ", value.replace("_", " "))


def in_words(facts: Iterable[tuple[str, str]]) -> str:
    """All of them: “Present: police, health visiting; GP registered: no”."""
    return "; ".join(f"{fact_called(key)}: {value_called(value)}" for key, value in facts)
