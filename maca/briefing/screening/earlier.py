"""What links one publication to another: a rare word or a name that stands in an earlier briefing, and in no other.

Whoever finds the family in one of the two has found it in both, and adds up what they tell.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from maca.briefing.screening.lists import folded
from maca.briefing.screening.rare import RARE
from maca.briefing.screening.spans import UNKNOWN, Span
from maca.panel.related import stem

EARLIER = "earlier"
# What names something, so that its standing in two places is no chance. An age or a month is in many.
_NAMES = {"place", "person", "school", "service", "review", "characteristic", "event", "household"}


# A publication never changes: what is looked for in it is made once.
@lru_cache(maxsize=500)
def _plain(text: str) -> str:
    return folded(text)


@lru_cache(maxsize=500)
def _stems(text: str) -> frozenset[str]:
    return frozenset(map(stem, re.findall(r"[^\W\d_][\w']+", _plain(text))))


def linking(spans: Iterable[Span], earlier: Mapping[str, str], *, keep: Collection[Span]) -> list[Span]:
    """The spans, with what links them to an earlier publication said in their reason; an unknown or a rare word becomes
    one that links. Of the rare ones that do not, those to `keep` stay."""
    found = []
    for one in spans:
        titles = _where(one, earlier)
        if len(titles) == 1:
            why = (
                f"it stands in “{titles[0]}” too, and in no other briefing of the partnership: whoever reads both may "
                "tell that it is the same family"
            )
            if one.kind in (UNKNOWN, RARE):
                found.append(replace(one, kind=EARLIER, why=why))
                continue
            if one.kind in _NAMES:
                found.append(replace(one, why=f"{one.why}; {why}"))
                continue
        if one.kind != RARE or one in keep:
            found.append(one)
    return found


def _where(span: Span, earlier: Mapping[str, str]) -> list[str]:
    """The titles of the publications in which the words of a span stand."""
    said = re.findall(r"[^\W\d_][\w']+|\d+", folded(span.text))
    if len(said) == 1:
        return [title for title, text in earlier.items() if stem(said[0]) in _stems(text)]
    phrase = folded(span.text)
    pattern = re.compile(rf"(?<!\w){re.escape(phrase)}(?!\w)")
    return [title for title, text in earlier.items() if phrase in _plain(text) and pattern.search(_plain(text))]
