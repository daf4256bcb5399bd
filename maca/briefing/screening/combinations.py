"""What tells of one case together, though none of it does alone."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import pairwise

from maca.briefing.screening.spans import UNKNOWN, Span

MANY = 3  # classes about one case: with three, those who know one family may know that it is theirs
_CASE = re.compile(r"^[ \t•*#–-]{0,12}(Case \d{1,2})\b", re.MULTILINE)
_HEADING = re.compile(
    r"^[ \t]{0,8}(?:\d[.)]? ?)?(?:what (?:went well|can be improved|challenges)[^.\n]{0,60}|good practice|"
    r"themes?(?: ?/ ?cases)?|(?:the )?process)[ :?]{0,3}$",
    re.MULTILINE | re.IGNORECASE,
)
CALLED = {
    "age": "an age",
    "ordinal": "a count or a place in a row",
    "household": "who lives there",
    "event": "a rare event",
    "characteristic": "a condition, a faith or an origin",
    "month": "a time",
    "date": "a date",
    "place": "a place",
    "school": "a school",
    "service": "a service",
    "person": "a name",
    "review": "a review",
    "sealed": "a sealed identity",
    "address": "an address",
    "email": "an e-mail address",
    "link": "an address on the web",
    "phone": "a telephone number",
    "postcode": "a postcode",
    "reference": "a reference number",
    "nino": "a National Insurance number",
    "upn": "a unique pupil number",
    "nhs_number": "an NHS number",
    "small": "a small number",
    "rare": "a rare thing of one case",
    "earlier": "a word of an earlier briefing",
    "of_another": "what another agency did or knew",
    "unknown": "a word to look at",
    "together": "several things about one case",
}


@dataclass(frozen=True)
class Combination:
    """`classes` are those of the spans about one case, as people call them."""

    case: str
    classes: tuple[str, ...]
    why: str


def combinations(text: str, spans: Iterable[Span]) -> list[Combination]:
    """The cases about which three or more classes of what could identify are told, wherever in the text."""
    of_case: defaultdict[str, set[str]] = defaultdict(set)
    found = sorted(spans)
    starts = [one.start for one in found]
    for case, start, end in _parts(text):
        of_case[case] |= {one.kind for one in found[bisect_left(starts, start) : bisect_left(starts, end)]}
    return together(of_case)


def together(of_case: Mapping[str, Set[str]]) -> list[Combination]:
    """The cases, by their labels, about which three or more of these classes are told."""
    return [
        Combination(case, told, f"{case} is told of with {_listed(told)}: together they may tell whose it is.")
        for case, kinds in sorted(of_case.items(), key=lambda one: int(one[0].split()[1]))
        if len(told := tuple(sorted(called(kind) for kind in kinds if kind != UNKNOWN))) >= MANY
    ]


def called(kind: str) -> str:
    """A class of spans as people call it."""
    return CALLED.get(kind, kind.replace("_", " "))


def _parts(text: str) -> Iterator[tuple[str, int, int]]:
    """From the label of a case to the next, or to the next heading."""
    marks = sorted(
        [(one.start(), one[1]) for one in _CASE.finditer(text)] + [(one.start(), "") for one in _HEADING.finditer(text)]
    )
    for (start, case), (end, _) in pairwise([*marks, (len(text), "")]):
        if case:
            yield case, start, end


def _listed(those: tuple[str, ...]) -> str:
    return f"{', '.join(those[:-1])} and {those[-1]}"
