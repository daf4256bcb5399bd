"""What in a finding can be found again in another: its words, and what those words mean in practice.

Plain functions of plain texts. People say one thing in many words – the toolkit, the Graded Care Profile, a neglect
assessment – so each finding is known by its own words and by the concepts of an editable list (`data/practice.toml`).
"""

import math
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

_DATA = Path(__file__).parent / "data" / "practice.toml"
_WORD = re.compile(r"[a-z][a-z']*[a-z]|[a-z]")
# Words that say nothing of practice.
_IDLE_WORDS = (
    "a about after again all already also although an and any are as asked at be because been before being but by "
    "can case cases child children could did do does doing every for from good had has have he her here him his how if "
    "in into is it its just lack like made make may mentions more most much need needed needs never no nobody not "
    "nothing note noted now of on one only or other our out over own practice put record recorded records said "
    "see seen she should since so some still such take taken than that the their them then there these they this "
    "those through time to too two up use used very was way we were what when where which while whilst who whole "
    "why will with without would year years you"
)
_IDLE = frozenset(_IDLE_WORDS.split())
CONCEPT = "="  # begins what stands for a concept
EVERY = "*"  # what every finding is kept under, so that they can be counted as what holds a term is
WEIGHT = 2.5  # how much more a concept says than a word
LONGEST = 50  # letters of a word, as it is kept
K, B = 1.2, 0.6  # as BM25 has them


def _plain(text: str) -> str:
    return re.sub(r"[-–—/\s]+", " ", text.casefold().replace("’", "'"))


def stem(word: str) -> str:
    """A word without its ending, as far as English endings are plain: “visited” and “visits” are one."""
    for ending, least in (("'s", 2), ("ies", 3), ("ings", 4), ("ing", 4), ("ed", 4), ("es", 4), ("s", 3), ("e", 4)):
        if word.endswith(ending) and len(word) - len(ending) >= least:
            return word.removesuffix(ending) + ("y" if ending == "ies" else "")
    return word


@cache
def themes() -> dict[str, str]:
    """The code-book as it is shipped: each theme by its code, as it is called."""
    listed: dict[str, str] = _shipped()["themes"]
    return listed


def suggesting_words(code: str) -> tuple[str, ...]:
    """What suggests a theme that is shipped: the words of its concept, or those that stand for it alone."""
    listed = _shipped()
    return tuple(listed["concepts"].get(code) or listed["suggested_by"].get(code) or ())


def means(words: tuple[str, ...], text: str) -> bool:
    """Whether one of these phrases stands in a text."""
    return bool(words) and _pattern(words).search(_plain(text)) is not None


@dataclass(frozen=True)
class Within:
    """What stands within the wording of a strength: a sentence that asks for something, and one that takes it back."""

    still_to_do: str = ""
    against: str = ""


_SENTENCE = re.compile(r"[^.;!?\n]+[.;!?]*")


def within(strength: str) -> Within:
    """The first sentence of a strength that says what is still to be done, and the first that speaks against it."""
    sentences = [one.strip() for one in _SENTENCE.findall(strength) if one.strip()]
    words: dict[str, list[str]] = _shipped()["wording"]
    still_to_do = next((one for one in sentences if means(tuple(words["still_to_do"]), one)), "")
    against = next((one for one in sentences if one != still_to_do and means(tuple(words["against"]), one)), "")
    return Within(still_to_do, against)


@cache
def _shipped() -> dict[str, Any]:
    return tomllib.loads(_DATA.read_text("utf-8"))


@lru_cache(maxsize=1_000)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    def phrase(written: str) -> str:
        return re.escape(_plain(written)).replace(r"\*\ ", r"\w* ").replace(r"\*", r"\w*")

    return re.compile(rf"\b(?:{'|'.join(phrase(one) for one in sorted(words, key=len, reverse=True))})(?!\w)")


@cache
def _concepts() -> list[tuple[str, re.Pattern[str]]]:
    return [(name, _pattern(tuple(said))) for name, said in _shipped()["concepts"].items()]


def terms_of(text: str) -> Counter[str]:
    """What a finding is known by, each with how often it stands there."""
    plain = _plain(text)
    found = Counter(stem(word)[:LONGEST] for word in _WORD.findall(plain) if word not in _IDLE)
    for name, pattern in _concepts():
        if times := len(pattern.findall(plain)):
            found[CONCEPT + name] = times
    return found


def score(
    asked: Iterable[str], told: Mapping[str, int], length: float, mean: float, rarity: Mapping[str, float]
) -> float:
    """How much a finding says of what is asked: BM25, in which a concept weighs more than a word."""
    total = 0.0
    for term in asked:
        if times := told.get(term, 0):
            weight = WEIGHT if term.startswith(CONCEPT) else 1.0
            total += weight * rarity.get(term, 0.0) * times * (K + 1) / (times + K * (1 - B + B * length / mean))
    return total


def rarity(counts: Mapping[str, int], total: int) -> dict[str, float]:
    """How much each term tells apart, by how many findings of the total hold it."""
    return {term: math.log(1 + (total - count + 0.5) / (count + 0.5)) for term, count in counts.items()}
