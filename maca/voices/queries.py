"""Reads for the voices of a case. What is sealed in them is opened by operations."""

from django.db.models import QuerySet

from maca.cases.models import Case, MarkKind, Presenter
from maca.cases.queries import find_case, part_in
from maca.partnership.models import Agency, Person
from maca.voices.models import SHARED, FamilyView, Outcome, Reflection


def own_reflection(case: Case, person: Person) -> Reflection:
    """What this person has written of this case, or a blank one: at version 0, which nothing that was saved has."""
    found = case.reflections.filter(written_by=person).first() or Reflection(written_by=person, version=0)
    found.case = case
    return found


def shared_reflections(case: Case) -> QuerySet[Reflection]:
    """What has been shared. Of somebody who no longer introduces the case, and so could not take it back, nothing."""
    introducing = Presenter.objects.filter(case=case).values("person")
    return Reflection.objects.filter(case=case, sharing__in=SHARED, written_by__in=introducing).select_related(
        "written_by"
    )


def views_of(case: Case) -> QuerySet[FamilyView]:
    return FamilyView.objects.filter(case=case).select_related("agency", "recorded_by")


def agency_of(person: Person) -> Agency | None:
    """The agency that this person speaks for. Whoever only introduces a case may be of one, and speaks for none."""
    return person.agency if person.agency and person.speaks_for(person.agency) else None


def own_views(case: Case, person: Person) -> QuerySet[FamilyView]:
    """What this person has recorded, or their agency: before the panel, others’ are not theirs to read."""
    mine = views_of(case)
    if agency := agency_of(person):
        return mine.filter(agency=agency)
    return mine.filter(agency=None, recorded_by=person)


def find_view(person: Person, audit: str, case: int, view: str) -> FamilyView:
    one = find_case(person, audit, case)
    found = own_views(one, person).get(public_id=view)
    found.case = one
    return found


def knows_family(case: Case, person: Person) -> bool:
    """Whether this person works with the family: introduces it, or speaks for an agency that may know it."""
    if part_in(case, person).introduces:
        return True
    agency = agency_of(person)
    return agency is not None and case.involvements.filter(agency=agency, not_known_at=None).exists()


def children_of(case: Case) -> int:
    """How many children the household has by name, unborn ones left out. The marks say it; no name is opened."""
    assert case.nomination is not None  # a recorded case is nobody's to write about
    return max(1, case.nomination.marks.filter(kind=MarkKind.NAME).count())


def best_outcomes(views: list[FamilyView]) -> dict[str, str]:
    """What is on record of each of the family: a view given counts over one refused, and that over not asked."""
    order = list(Outcome.values)
    best: dict[str, str] = {}
    for one in views:
        best[one.whose] = min(one.outcome, best.get(one.whose, one.outcome), key=order.index)
    return best
