"""Reads for the voices of a case. What is sealed in them is opened by operations."""

from collections.abc import Collection

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from maca.cases.models import Case, MarkKind, Presenter
from maca.cases.queries import find_case, part_in
from maca.partnership.models import Agency, Person
from maca.voices.models import SHARED, FamilyView, Outcome, Reflection


def own_reflection(case: Case, person: Person) -> Reflection:
    """What this person has written of this case, or a blank one: at version 0, which nothing that was saved has."""
    found = case.reflections.filter(written_by=person).first() or Reflection(written_by=person, version=0)
    found.case = case
    return found


def shared_reflections(cases: Collection[Case]) -> QuerySet[Reflection]:
    """What has been shared. Of somebody who no longer introduces the case, and so could not take it back, nothing."""
    introduces = Presenter.objects.filter(case=OuterRef("case"), person=OuterRef("written_by"))
    return Reflection.objects.filter(Exists(introduces), case__in=cases, sharing__in=SHARED).select_related(
        "written_by"
    )


def views_of(*cases: Case) -> QuerySet[FamilyView]:
    return FamilyView.objects.filter(case__in=cases).select_related("agency", "recorded_by")


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


def children_of(cases: Collection[Case]) -> dict[int, int]:
    """How many children each household has by name, by the case’s primary key, unborn ones left out. The marks say
    it; no name is opened."""
    named = Count("nomination__marks", filter=Q(nomination__marks__kind=MarkKind.NAME))
    counted = Case.objects.filter(pk__in=[one.pk for one in cases]).annotate(named=named).order_by()
    return {pk: max(1, count) for pk, count in counted.values_list("pk", "named")}


def best_outcomes(views: list[FamilyView]) -> dict[str, str]:
    """What is on record of each of the family: a view given counts over one refused, and that over not asked."""
    order = list(Outcome.values)
    best: dict[str, str] = {}
    for one in views:
        best[one.whose] = min(one.outcome, best.get(one.whose, one.outcome), key=order.index)
    return best
