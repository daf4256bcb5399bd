"""What the voices of a case come to in its report: what was shared, what the family said, and who was not heard."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from maca.cases.models import Case
from maca.sealing.cipher import DataKey
from maca.voices.models import CHILDREN, FamilyView, Outcome, Reflection, Sharing
from maca.voices.queries import best_outcomes, children_of, shared_reflections, views_of


@dataclass(frozen=True, repr=False)
class SharedReflection:
    """A reflection as others read it: without a name where it was shared without one."""

    who: str
    worried: str
    helped: str
    obstacles: tuple[str, ...]
    hindered: str
    differently: str


@dataclass(frozen=True, repr=False)
class Voices:
    """The voices of a case. `children` is how many the household has by name."""

    children: int = 0
    outcomes: tuple[str, ...] = ()  # of each child of whom something is on record
    views: tuple[FamilyView, ...] = ()  # opened, save those that may not be used
    reflections: tuple[SharedReflection, ...] = ()

    @property
    def sentences(self) -> list[str]:
        """How many of the children were heard, and what is missing: no voice is never passed over."""
        counted = Counter(self.outcomes)
        gave, of = counted[Outcome.GAVE], max(self.children, len(self.outcomes))
        said = [f"Views of {gave} of {of} {'child' if of == 1 else 'children'}."]
        if declined := counted[Outcome.DID_NOT_WANT]:
            said.append(f"{declined} {'was' if declined == 1 else 'were'} asked and did not want to say anything.")
        if unasked := counted[Outcome.NOT_ASKED]:
            said.append(f"{unasked} {'was' if unasked == 1 else 'were'} not asked; why stands below.")
        if silent := of - len(self.outcomes):
            said.append(f"Of {silent} {'child' if silent == 1 else 'children'} nothing is on record.")
        if not any(not one.is_of_a_child for one in self.views):
            said.append("Nothing is on record of what a parent or carer says.")
        return said


def voices_of(cases: Sequence[Case], keys: Mapping[int, DataKey]) -> dict[int, Voices]:
    """Everything said for cases that others may read, opened, by their primary keys, as the `keys` are.

    As many queries for many cases as for one. The caller has written the journal.
    """
    views: dict[int, list[FamilyView]] = {one.pk: [] for one in cases}
    shared: dict[int, list[Reflection]] = {one.pk: [] for one in cases}
    for view in views_of(*cases):
        views[view.case_id].append(view)
    for reflection in shared_reflections(cases):
        shared[reflection.case_id].append(reflection)
    children = children_of(cases)

    def heard(pk: int) -> Voices:
        for row in (*(one for one in views[pk] if one.is_shown), *shared[pk]):
            keys[pk].open(row)
        best = best_outcomes(views[pk])
        return Voices(
            children=children[pk],
            outcomes=tuple(outcome for whose, outcome in best.items() if whose in CHILDREN),
            views=tuple(views[pk]),
            reflections=tuple(_as_shared(one) for one in shared[pk]),
        )

    return {one.pk: heard(one.pk) for one in cases}


def _as_shared(one: Reflection) -> SharedReflection:
    named = one.sharing == Sharing.YES
    return SharedReflection(
        who=f"{one.written_by.name}, {one.written_by.post}" if named else "A practitioner, who gave no name",
        worried=str(one.worried),
        helped=str(one.helped),
        obstacles=tuple(one.in_the_way),
        hindered=str(one.hindered),
        differently=str(one.differently),
    )
