"""Which event the words of an entry suggest, by an editable vocabulary of practice (`data/practice.toml`).

It is a suggestion and no more: it counts in no pattern until a person has taken it.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from maca.chronology.entries import EVENTS

_DATA = Path(__file__).parent / "data"
_SPACE = re.compile(r"[\s\-–—/]+")


class Vocabulary:
    """The phrases that suggest each event, and those that forbid it.

    In a phrase “*” ends a word in any way, and “…” stands for a few words in between. Raises `ValueError` for an event
    that is none.
    """

    def __init__(self, phrases: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        if unknown := set(phrases) - EVENTS:
            raise ValueError(f"These are no events of a chronology: {', '.join(sorted(unknown))}.")
        self._events = [
            (event, _pattern(said.get("says", ())), _pattern(said.get("unless", ()))) for event, said in phrases.items()
        ]

    def suggest(self, text: str) -> str:
        """The event whose phrase says most of what is there, or an empty string. Of equals, the first in the file."""
        words = _SPACE.sub(" ", text.casefold().replace("’", "'"))
        best, most = "", 0
        for event, says, unless in self._events:
            longest = max((len(found[0]) for found in says.finditer(words)), default=0)
            if longest > most and not unless.search(words):
                best, most = event, longest
        return best


def _pattern(phrases: Sequence[str]) -> re.Pattern[str]:
    if not phrases:
        return re.compile(r"(?!)")
    return re.compile(rf"\b(?:{'|'.join(_phrase(one) for one in sorted(phrases, key=len, reverse=True))})(?!\w)")


def _phrase(written: str) -> str:
    said = re.escape(_SPACE.sub(" ", written.casefold().replace("’", "'")))
    return said.replace(r"\*", r"\w*").replace(r"\ …\ ", r" (?:[\w',]+ ){0,4}?").replace(" … ", r" (?:[\w',]+ ){0,4}?")


@cache
def _shipped() -> dict[str, Any]:
    return tomllib.loads((_DATA / "practice.toml").read_text("utf-8"))


@lru_cache(maxsize=64)
def with_own(own: tuple[tuple[str, str], ...]) -> Vocabulary:
    """The vocabulary that comes with the software, and these events with a phrase each. Of equals, the first in it."""
    phrases = {event: {**said, "says": [*said.get("says", ())]} for event, said in _shipped().items()}
    for event, phrase in own:
        phrases.setdefault(event, {"says": []})["says"].append(phrase)
    return Vocabulary(phrases)


def usual_phrases() -> dict[str, list[str]]:
    """What comes with the software: the phrases that suggest each event."""
    return {event: said["says"] for event, said in _shipped().items()}


def suggest(text: str) -> str:
    """The event that the words of an entry suggest by the usual vocabulary, or an empty string."""
    return with_own(()).suggest(text)
