"""The ordinary thing that everybody in the street remembers: a word that few people use, said of one case and no other.

A ferret, a cello or a chapel is no name and no event of a list; it is what a neighbour knows a family by.
"""

import re
from collections.abc import Iterable, Iterator

from maca.briefing.screening import lists
from maca.briefing.screening.lists import folded
from maca.briefing.screening.spans import Span
from maca.panel.related import stem

RARE = "rare"
WHY = (
    "an uncommon word that is said of one case and no other: a neighbour may know them by it. Say in a common word "
    "what kind of thing it is, or leave it out"
)
_WORD = re.compile(r"(?<![\w’'])[^\W\d_]{3,40}(?![\w])")


def rare_words(text: str, taken: Iterable[Span]) -> Iterator[tuple[str, Span]]:
    """The ordinary words that few people use, each by its stem, but for what is a part of what was found already."""
    held = {at for one in taken for at in range(one.start, one.end)}
    for one in _WORD.finditer(text):
        word = folded(one[0])
        # “Promptly” says how, and is no thing; letters are known or not by another list.
        if one.start() in held or word.endswith("ly") or one[0].isupper():
            continue
        known_by = stem(word)
        if word in lists.words() and not ({known_by, *map(stem, _roots(word))} & lists.common()):
            yield known_by, Span(one.start(), one.end(), one[0], RARE, WHY, False)


def _roots(word: str) -> Iterator[str]:
    """What a word of doing may be a form of, where cutting its ending off is not enough: “cared” is of “care”,
    “planned” of “plan” and “denied” of “deny”. Of what is shorter nobody can tell: a shed is no form of “she”."""
    for ending in ("ed", "ing"):
        root = word.removesuffix(ending)
        if root == word:
            continue
        if len(root) >= 3:
            yield f"{root}e"
        if len(root) >= 5 and root[-1] == root[-2]:
            yield root[:-1]
        if len(root) >= 4 and ending == "ed" and root.endswith("i"):
            yield f"{root[:-1]}y"
