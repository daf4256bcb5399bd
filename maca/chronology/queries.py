"""Reads for the chronology of a case. What is sealed in it is opened by operations."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q, QuerySet

from maca.audits.models import Audit
from maca.cases.models import Case, Involvement
from maca.cases.queries import find_case
from maca.chronology.agencies import AgencyList, with_own
from maca.chronology.choosing import Chosen
from maca.chronology.models import (
    Chronology,
    ChronologyEntry,
    EntryFile,
    PatternDecision,
    PracticePhrase,
    Source,
    Thresholds,
)
from maca.chronology.patterns.settings import Settings
from maca.chronology.suggesting import Vocabulary
from maca.chronology.suggesting import with_own as vocabulary_with
from maca.chronology.thresholds import settings_with
from maca.partnership.models import Agency, AgencyKind, Partnership, Person, Role

ENTRIES_ON_A_PAGE = 50
COUNTED = 5_000  # entries of a line that are counted for its first page
FURTHEST_PAGE = 100_000
ONE_DAY = dt.timedelta(days=1)


def find_involvement(person: Person, audit: str, case: int, agency: str) -> Involvement:
    """The place of an agency in a case: for that agency itself, and for the business manager who gives for it."""
    found = find_case(person, audit, case)
    one = Involvement.objects.select_related("agency").get(case=found, agency__slug=agency)
    if not (person.speaks_for(one.agency) or person.holds(Role.BUSINESS_MANAGER)):
        raise Involvement.DoesNotExist
    one.case = found
    return one


@dataclass(frozen=True)
class Names:
    """How the agencies of a partnership are called in its chronologies."""

    agencies: dict[int, Agency]  # by their keys, and so are the codes
    codes: dict[int, str]
    called: dict[str, str]  # by the code

    @cached_property
    def known(self) -> AgencyList:
        return with_own({code: (name,) for code, name in self.called.items()})

    def of(self, code: str) -> str:
        return self.called.get(code, code.replace("_", " "))


def names_of(partnership: Partnership) -> Names:
    """Of each kind the agency that was registered first goes by the code of its kind; others go by their own name.

    The patterns are about children's social care, and ask what kind an agency is by its code alone.
    """
    agencies = {agency.pk: agency for agency in Agency.objects.filter(partnership=partnership).order_by("pk")}
    codes: dict[int, str] = {}
    called: dict[str, str] = {}
    for agency in agencies.values():
        code = agency.kind
        if code == AgencyKind.OTHER or code in called:
            code = agency.slug.replace("-", "_")
        if code in called:
            code = f"{code}_{agency.pk}"
        codes[agency.pk], called[code] = code, agency.name
    return Names(agencies, codes, called)


def chronology_of(case: Case) -> Chronology | None:
    found = Chronology.objects.select_related("saved_by").filter(case=case).first()
    if found:
        found.case = case
    return found


def entries_of(case: Case, chosen: Chosen) -> QuerySet[ChronologyEntry]:
    """The entries of the whole line in order, as far as the database can tell which are chosen."""
    chosen_ones = Q()
    if chosen.agency:
        chosen_ones &= Q(agency__slug=chosen.agency)
    if chosen.event:
        chosen_ones &= Q(event=chosen.event) | Q(suggested=chosen.event)
    if chosen.first:
        chosen_ones &= Q(date__gte=chosen.first)
    if chosen.last:
        chosen_ones &= Q(date__lte=chosen.last)
    return ChronologyEntry.objects.filter(chosen_ones, case=case)


def whole_lines(cases: Collection[Case]) -> QuerySet[ChronologyEntry]:
    """Every entry of these cases, each case’s in the order of its line."""
    return ChronologyEntry.objects.filter(case__in=cases)


def own_entries(case: Case, agency: Agency) -> QuerySet[ChronologyEntry]:
    """What one agency has given, in order."""
    return ChronologyEntry.objects.filter(case=case, agency=agency)


def last_typed(case: Case, agency: Agency, person: Person) -> ChronologyEntry | None:
    """What this person typed last: the next entry is likely to be by the same worker."""
    return own_entries(case, agency).filter(source=Source.TYPED, added_by=person).order_by("pk").last()


def waiting_file(case: Case, agency: Agency) -> EntryFile | None:
    """What was sent and nobody has taken yet."""
    return EntryFile.objects.select_related("added_by").filter(case=case, agency=agency).first()


def around(case: Case, page: Sequence[ChronologyEntry]) -> list[ChronologyEntry]:
    """The entries beside a page, of its days and those either side, that could tell again what it tells."""
    if not page:
        return []
    events = {one.event for one in page if one.event}
    day = {"date__gte": page[0].date - ONE_DAY, "date__lte": page[-1].date + ONE_DAY}
    return list(
        ChronologyEntry.objects.filter(case=case, event__in=events, **day).exclude(pk__in=[one.pk for one in page])
    )


def standing_decisions(cases: Collection[Case]) -> dict[str, PatternDecision]:
    """The newest decision on each pattern of these cases, by its mark, which no two cases share."""
    found = PatternDecision.objects.filter(chronology__case__in=cases).select_related("decided_by")
    return {one.mark: one for one in found}


def thresholds_of(partnership: Partnership) -> Thresholds:
    """What a partnership has changed; a row that is not kept yet where it has changed nothing."""
    found = Thresholds.objects.select_related("saved_by").filter(partnership=partnership).first()
    return found or Thresholds(partnership=partnership)


def settings_of(audit: Audit) -> Settings:
    """When the patterns of an audit’s cases ask: by its partnership's thresholds, and by its theme's tool."""
    changed = Thresholds.objects.filter(partnership=audit.partnership_id).values_list("changed", flat=True).first()
    return settings_with(changed or {}, audit.tool)


def phrases_of(partnership: Partnership) -> list[PracticePhrase]:
    """The words by which this partnership tells of an event, besides those that everybody uses."""
    return list(PracticePhrase.objects.filter(partnership=partnership))


def vocabulary_of(partnership: Partnership) -> Vocabulary:
    """Which events the words of an entry suggest here."""
    return vocabulary_with(tuple((one.event, one.phrase) for one in phrases_of(partnership)))


def agencies_in(case: Case) -> list[Agency]:
    """The agencies that were asked about a case, by name."""
    return [one.agency for one in case.involvements.select_related("agency").order_by("agency__name")]
