"""What has changed between two versions of a draft: point by point, and in each point word by word.

Plain functions of the values. A finding is known by its reference, however it was reworded; what has none is put beside
what stands in its place.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from maca.briefing.points import Point, points
from maca.briefing.value import SixSteps, Step
from maca.returns.differences import Part, differences


@dataclass(frozen=True, repr=False)
class ChangedPoint:
    """One point that is not as it was: None where it was not there, or is there no more."""

    was: Point | None
    now: Point | None

    @property
    def says(self) -> str:
        """What was done with it, and of what it is said."""
        if self.was is None or self.now is None:
            one = self.was or self.now
            return f"{'Put in' if self.was is None else 'Left out'}, {_of(one)}"
        if self.was.case != self.now.case:
            return f"Said of {_of(self.was)}, now of {_of(self.now)}"
        return f"Reworded, {_of(self.now)}"

    @property
    def parts(self) -> tuple[Part, ...]:
        return differences(self.was.text if self.was else "", self.now.text if self.now else "")


@dataclass(frozen=True, repr=False)
class ChangedSection:
    heading: str
    points: tuple[ChangedPoint, ...]


def _of(point: Point | None) -> str:
    return (point.case if point else None) or "the whole audit"


def changed(before: SixSteps, now: SixSteps) -> list[ChangedSection]:
    """Every section in which a point is not as it was, in the order of the briefing."""
    were, are = _sections(before), _sections(now)
    found = []
    for name in dict.fromkeys([*are, *were]):
        those = tuple(_changed(were.get(name, []), are.get(name, [])))
        if those:
            found.append(ChangedSection(_called(name, now), those))
    return found


_TITLES = {"title": "Titles", "kind": "Titles", "form": "Titles", "theme": "Titles", "heading": "Headings"}
_QUESTIONS = {"agency_questions": "Questions to each agency", "panel_questions": "Questions to the panel"}


def _sections(value: SixSteps) -> dict[str, list[Point]]:
    """The points by the section in which they stand."""
    found: dict[str, list[Point]] = {}
    for point in points(value):
        name, _, at = point.place.rpartition("-")
        name = name or point.place
        if name == "finding":
            name = value.findings[int(at)].heading.value
        found.setdefault(_TITLES.get(name, name), []).append(point)
    return found


def _called(name: str, value: SixSteps) -> str:
    if name in set(Step):
        return next((one.text for one in value.headings if one.step == name), name)
    return _QUESTIONS.get(name, name)


def _changed(were: Sequence[Point], are: Sequence[Point]) -> Iterator[ChangedPoint]:
    by_ref = {one.ref: one for one in were if one.ref}
    kept = {one.ref for one in are if one.ref in by_ref}
    for now in are:
        if now.ref in kept and (was := by_ref[now.ref]) and (was.text, was.case) != (now.text, now.case):
            yield ChangedPoint(was, now)
    first = [one for one in were if one.ref not in kept]
    second = [one for one in are if one.ref not in kept]
    steps = SequenceMatcher(None, [one.text for one in first], [one.text for one in second], autojunk=False)
    for step, a, b, c, d in steps.get_opcodes():
        if step == "equal":
            continue
        if any(one.ref for one in [*first[a:b], *second[c:d]]):
            # Findings of their own: one that went is no earlier wording of one that came.
            yield from (ChangedPoint(one, None) for one in first[a:b])
            yield from (ChangedPoint(None, one) for one in second[c:d])
        else:
            yield from (ChangedPoint(was, now) for was, now in zip_longest(first[a:b], second[c:d]))
