"""The layer of the cases' own sealed identities: what no list can know, and what gives a family away most surely.

Names and places are held against every word of the briefing, exact and near: “Jayden” finds “Jaydon”. What an ordinary
word is too (“Rose”, “Church”) is found where it is written with a capital.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from maca.briefing.screening import lists
from maca.briefing.screening.lists import folded
from maca.briefing.screening.spans import Span

SEALED = "sealed"
NAME = "a name that is sealed with a case of this audit"
# What is written where a name is not known.
_NOT_KNOWN = "not known unknown none unnamed unborn baby child mother father mum dad parent"
_NO_NAME = frozenset(_NOT_KNOWN.split())
NEAR = 80  # of 100, as rapidfuzz counts: another letter in a word of five
_WORD = re.compile(r"[^\W\d_](?:[\w’'-]*\w)?|\w*\d\w*")
_LEAST = 3  # letters of a word, and of a number
# What an address has whoever lives there.
_STREETS = (
    "avenue close court crescent drive estate flat floor gardens green grove hill house lane mews park place rise road "
    "row square street terrace the upper lower view walk way yard north south east west"
)
_ADDRESS = frozenset(_STREETS.split())


@dataclass(frozen=True, repr=False)
class Known:
    """What is sealed of the families of an audit: their names, and where they live or are known by a number."""

    names: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()

    def __or__(self, other: "Known") -> "Known":
        return Known(self.names | other.names, self.places | other.places)


def known(names: Iterable[str], others: Iterable[str] = (), places: Iterable[str] = ()) -> Known:
    """From the words of an opened identity. `others` is free text, in which names stand among ordinary words."""
    named = {folded(word) for text in names for word in _WORD.findall(text)}
    named |= {
        folded(word) for text in others for word in _WORD.findall(text)
        if word[0].isupper() and folded(word) not in lists.words() and folded(word) not in lists.capitals()
    }  # fmt: skip
    there = {folded(word) for text in places for word in _WORD.findall(text)} - _ADDRESS
    words, capitals = lists.words(), lists.capitals()
    return Known(
        frozenset(word for word in named - _NO_NAME if len(word) >= _LEAST and word not in capitals),
        frozenset(word for word in there if len(word) >= _LEAST and word not in words and word not in capitals),
    )


def sealed_spans(text: str, those: Known) -> list[Span]:
    """Where the text says what is sealed, or nearly."""
    found = []
    for one in _WORD.finditer(text):
        word = folded(one[0]).removesuffix("'s")
        is_word = word in lists.words() or word in lists.capitals()
        if is_word and not one[0][0].isupper():
            continue
        if word in those.names:
            why = NAME
        elif word in those.places:
            why = "a word of an address, a place or a number that is sealed with a case of this audit"
        elif not is_word and len(word) > _LEAST and _near(word, those):
            why = "nearly a word that is sealed with a case of this audit"
        else:
            continue
        end = one.end() - (2 if one[0].endswith(("’s", "'s")) else 0)
        found.append(Span(one.start(), end, text[one.start() : end], SEALED, why, not why.startswith("nearly")))
    return found


def _near(word: str, those: Known) -> bool:
    return bool(process.extractOne(word, those.names | those.places, scorer=fuzz.ratio, score_cutoff=NEAR))
