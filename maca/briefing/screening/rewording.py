"""What a point could say instead: for each class of what could identify, plainer words that teach the same.

They are a beginning for a person, and never put in unseen.
"""

import re
from collections.abc import Iterable

from maca.briefing.screening.identity import NAME, SEALED
from maca.briefing.screening.spans import UNKNOWN, Span

_INSTEAD = {
    "place": "the area",
    "person": "the child",
    "school": "a school",
    "service": "a support service",
    "review": "an earlier review",
    "date": "that time",
    "month": "that time",
    "event": "an event in the family",
    "characteristic": "a need of the child",
    "household": "a relative",
}
# Up to which age in years, and what is said of all who are no older.
_AGES = ((4, "under five"), (10, "of primary school age"), (15, "of secondary school age"), (18, "nearly grown up"))
_NUMBERS = (
    "no one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
)
_IN_WORDS = {word: number for number, word in enumerate(_NUMBERS.split())}
# The fourth social worker is another one, and four of them are several.
_ORDINALS = "second third fourth fifth sixth seventh eighth ninth tenth"
_ANOTHER = re.compile(rf"(?:\b(?:a|an|the) )?\b(?:{'|'.join(_ORDINALS.split())}|\d+(?:nd|rd|th))\b", re.IGNORECASE)
_SEVERAL = re.compile(rf"\b(?:{'|'.join(_NUMBERS.split()[2:])}|\d+)\b", re.IGNORECASE)
_KINDS = "serious case child safeguarding practice local rapid thematic learning"
_A_REVIEW_OF = re.compile(
    rf"\b(?:the |an? )?(?:(?:{'|'.join(_KINDS.split())}) )*review (?:of|for|into)\s+$", re.IGNORECASE
)


def instead(span: Span) -> str:
    """Other words for one span; none where only a person can say."""
    if span.kind == "ordinal":
        words = _SEVERAL.sub("several", _ANOTHER.sub("another", span.text))
        return words if words != span.text else ""
    if span.kind == "age":
        return "" if "birthday" in span.text.lower() else _age(span.text)
    if span.kind == SEALED:
        return "the child" if span.why == NAME else ""
    return _INSTEAD.get(span.kind, "")


def _age(text: str) -> str:
    numbers = [one for one in re.findall(r"\d+|[a-z]+", text.lower()) if one.isdigit() or one in _IN_WORDS]
    if len(numbers) != 1:  # of several ages, one band would be false of some
        return ""
    number = numbers[0]
    if re.search(r"\b(?:month|week|day)s?\b", text.lower()):
        return "under five"
    years = int(number) if number.isdigit() else _IN_WORDS[number]
    return next((words for up_to, words in _AGES if years <= up_to), "grown up")


def suggested(text: str, spans: Iterable[Span]) -> str:
    """The text with other words for each span for which there are some. An article before it is not said twice."""
    for one in sorted(spans, reverse=True):
        if one.kind == UNKNOWN or not (words := instead(one)):
            continue
        before = text[: one.start]
        if one.kind == "review":  # “the Serious Case Review for Child A” is an earlier review, and no review of one
            before = _A_REVIEW_OF.sub("", before)
        if re.match(r"(?:the|a|an|several|another) ", words):
            before = re.sub(r"\b(?:the|a|an|her|his|their)\s+$", "", before, flags=re.IGNORECASE)
        if not before.strip() and text[one.start].isupper():
            words = words[0].upper() + words[1:]
        text = f"{before}{words}{text[one.end :]}"
    return text
