"""The points of a briefing: each run of words that is published as one, where it stands, and whose it is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from maca.briefing.value import SixSteps

FINDING = "finding"
# Runs of words that are a tuple of the value, and whether one can be left out. A question stands where it was asked;
# it can be put in other words for those who read the briefing.
_LISTS = {"theme_and_cases": True, "agency_questions": False, "panel_questions": False}
_TITLES = ("title", "kind", "form", "theme")


@dataclass(frozen=True, slots=True)
class Point:
    """`place` is its own within one version of a briefing; `case` is the label of the case it is about, if any."""

    place: str
    text: str
    case: str | None = None
    may_go: bool = False
    ref: str | None = None


def points(value: SixSteps) -> list[Point]:
    """Every point in the order in which it is printed."""
    found = [Point(name, text) for name in _TITLES if (text := getattr(value, name))]
    for name, may_go in _LISTS.items():
        found += [Point(f"{name}-{at}", text, may_go=may_go) for at, text in enumerate(getattr(value, name))]
    found += [Point(f"process-{at}", line.text, may_go=line.asks is None) for at, line in enumerate(value.process)]
    found += [Point(f"heading-{one.step}", one.text) for one in value.headings]
    found += [
        Point(f"{FINDING}-{at}", one.text, case=one.case, may_go=True, ref=one.ref)
        for at, one in enumerate(value.findings)
    ]
    return found


def said(value: SixSteps, words: Mapping[str, str]) -> SixSteps:
    """The briefing with other words at these places; none leaves a point out."""
    changes: dict[str, Any] = {name: words[name] for name in _TITLES if words.get(name)}
    changes |= {
        name: tuple(text for at, old in enumerate(getattr(value, name)) if (text := words.get(f"{name}-{at}", old)))
        for name in _LISTS
    }
    return replace(
        value,
        **changes,
        process=tuple(
            replace(line, text=text)
            for at, line in enumerate(value.process)
            if (text := words.get(f"process-{at}", line.text))
        ),
        headings=tuple(replace(one, text=words.get(f"heading-{one.step}") or one.text) for one in value.headings),
        findings=tuple(
            replace(one, text=text)
            for at, one in enumerate(value.findings)
            if (text := words.get(f"{FINDING}-{at}", one.text))
        ),
    )


def pooled(value: SixSteps, places: set[str]) -> SixSteps:
    """The briefing with the findings at these places said of the whole audit, and of no case."""
    return replace(
        value,
        findings=tuple(
            replace(one, case=None) if f"{FINDING}-{at}" in places else one for at, one in enumerate(value.findings)
        ),
    )
