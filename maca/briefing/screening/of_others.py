"""What one agency did or knew, in a finding about another: those who know one side of it learn the other."""

import re
from collections.abc import Collection, Iterator
from functools import cache

from maca.briefing.screening.spans import Span

OF_ANOTHER = "of_another"
# Each kind of agency: what it is called, and what findings call it.
_CALLED = {
    "children_social_care": ("social care", r"(?:children.s )?social care|social workers?|MASH|practice manager"),
    "police": ("the police", r"police(?: officers?)?"),
    "health_visiting": ("health visiting", r"health visit(?:ors?|ing)"),
    "school_nursing": ("school nursing", r"school nurs(?:es?|ing)"),
    "school": ("the school", r"schools?|DSL|(?:head)?teachers?"),
    "nursery": ("the nursery", r"nurser(?:y|ies)|pre-?school|childminder"),
    "gp": ("the GP", r"GPs?(?: practice| surgery)?"),
    "hospital": ("the hospital", r"hospitals?|midwi(?:fe|ves|fery)|A&E|paediatricians?"),
    "camhs": ("CAMHS", r"CAMHS"),
    "adult_mental_health": ("adult mental health", r"adult mental health|community psychiatric nurse"),
    "substance_misuse": ("substance misuse", r"(?:substance misuse|drug|alcohol) (?:services?|workers?|team)"),
    "early_help": ("early help", r"early help(?: team| worker| service)?"),
    "housing": ("housing", r"housing(?: officers?| team| association)?"),
    "probation": ("probation", r"probation(?: officers?)?"),
    "youth_justice": ("youth justice", r"youth (?:justice|offending)(?: service| team| worker)?|YOS|YOT|YJS"),
}
_DID = (
    r"(?:(?:had|has|have|also|already|then|never|did not|didn.t|was|were|is|are) )*"
    r"(?:knew|known|knows|aware|told|said|says|saw|seen|heard|held|holds?|noted|notes|noticed|recorded|received|"
    r"reported|visited|attended|arrested|treated|suspected|thought|believed|disclosed|shared|failed|refused|closed)\b"
)


@cache
def _pattern(called: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{called})(?:(?:[’']s?)? (?:records?|notes|files?)\b| {_DID})", re.IGNORECASE)


def of_another(text: str, about: Collection[str], agencies: Collection[tuple[str, str]] = ()) -> Iterator[Span]:
    """Where a finding says what another agency did or knew than the one it is about, by the kinds of agencies.

    `agencies` are those of the partnership by their own names, each with its kind. Of a finding that is about none or
    about several, nothing is asked: it is theirs together.
    """
    if len(about) != 1:
        return
    (own,) = about
    called = [(name, re.escape(name)) for name, kind in agencies if kind != own]
    called += [(label, words) for kind, (label, words) in _CALLED.items() if kind != own]
    end = 0
    for one, label in sorted(
        ((found, label) for label, words in called for found in _pattern(words).finditer(text)),
        key=lambda both: (both[0].start(), -both[0].end()),
    ):
        if one.start() < end:
            continue
        end = one.end()
        its = _CALLED[own][0] if own in _CALLED else "another agency"
        why = (
            f"what {label} did or knew, in a finding about {its}: whoever knows the family from one of them learns it "
            "from the other. Say only what the finding is about"
        )
        yield Span(one.start(), end, one[0], OF_ANOTHER, why, False)
