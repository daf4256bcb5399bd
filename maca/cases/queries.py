from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection
from django.db.models import Max, OuterRef, Q, Subquery

from maca.audits.models import Audit
from maca.audits.queries import find_audit
from maca.cases.matching import Kin
from maca.cases.models import (
    CONFLICTS,
    INTRODUCES_CASES,
    READS_EVERY_CASE,
    Case,
    Declaration,
    Draw,
    FamilyMark,
    Interest,
    MarkKind,
    Nomination,
    Presenter,
    Seat,
)
from maca.cases.stages import DrawStage, NominationStage
from maca.partnership.models import Person, Role


def find_case(person: Person, audit: str, case: int) -> Case:
    """The case at this address, if this person may see it."""
    found = Case.objects.visible_to(person).select_related("audit__theme", "nomination")
    one = found.get(audit__slug=audit, number=case)
    one.audit.partnership = person.partnership  # none other is visible, and it need not be read again
    return one


def find_nomination(person: Person, audit: str, nomination: str) -> Nomination:
    return Nomination.objects.select_related("audit", "agency", "nominated_by").get(
        audit=find_audit(person, audit), public_id=nomination
    )


def nominations(audit: Audit) -> list[Nomination]:
    """Every nomination of an audit, in the order they came, each with its case if it became one."""
    return list(audit.nominations.select_related("agency", "nominated_by", "case"))


def nominations_left(audit: Audit) -> list[Nomination]:
    """Those that are no case of the audit, in the order they came, with their number among all (`place`)."""
    found = nominations(audit)
    for place, one in enumerate(found, 1):
        one.place = place  # type: ignore[attr-defined]
    return [one for one in found if one.stage != NominationStage.SELECTED]


def next_number(audit: Audit) -> int:
    """The number of the next case. One that was swapped out leaves its own behind, so that nobody mistakes it."""
    return (audit.cases.aggregate(last=Max("number"))["last"] or 0) + 1


def open_draw(audit: Audit) -> Draw | None:
    """The draw whose cohort is here."""
    return audit.draws.filter(stage=DrawStage.OPEN).select_related("audit__partnership").first()


def draws_over(audit: Audit) -> list[Draw]:
    """How cases of this audit were drawn, the newest first; the cohorts are gone."""
    return list(audit.draws.exclude(stage=DrawStage.OPEN).select_related("uploaded_by"))


def cases_covered(audit: Audit) -> list[Case]:
    """Every case of an audit with its nomination, in order: for counting them, whoever may see which."""
    return list(Case.objects.filter(audit=audit).select_related("nomination"))


def sees_each_case(audit: Audit, person: Person) -> bool:
    """Whether this person sees what is said of every case of the audit: all of them, and no conflict in any."""
    return person.holds(*READS_EVERY_CASE) and not nominations_in_conflict(audit, person)


def cases_of(audit: Audit, person: Person) -> list[Case]:
    """The cases of an audit that this person may see, in order."""
    return list(
        Case.objects.visible_to(person)
        .filter(audit=audit)
        .select_related("audit", "nomination")
        .prefetch_related("presenters__person")
    )


def cases_called(audit: Audit, labels: Collection[str]) -> list[Case]:
    """The cases of an audit with these labels, such as “Case 3”."""
    return [case for case in audit.cases.all() if case.label in labels] if labels else []


def possible_presenters(audit: Audit) -> list[Person]:
    """Social workers and practice managers of the partnership."""
    return list(
        Person.objects.filter(partnership=audit.partnership_id)
        .holding(*INTRODUCES_CASES)
        .prefetch_related("appointments")
    )


def possible_panel(audit: Audit) -> list[Person]:
    """Panel members of the partnership."""
    return list(
        Person.objects.filter(partnership=audit.partnership_id)
        .holding(Role.PANEL_MEMBER)
        .prefetch_related("appointments")
    )


@dataclass(frozen=True)
class Part:
    """What a person has to do with a case: do they introduce it, have they a seat, what did they last declare?

    Introducing and a seat count only as long as the role is held that they were given for.
    """

    introduces: bool
    is_seated: bool
    interest: Interest | None


def declarations_of(case: Case) -> list[Declaration]:
    """Everything declared of a case, person by person, the newest last."""
    return list(case.declarations.select_related("person", "lifted_by").order_by("person__name", "person", "pk"))


def find_declaration(person: Person, audit: str, case: int, declaration: str) -> Declaration:
    found = find_case(person, audit, case)
    one = found.declarations.select_related("person").get(public_id=declaration)
    one.case = found
    return one


# In words of its own, since every page of a case and every save asks it: put together anew from querysets each time,
# it took five times as long, a tenth of a save.
_PART = f"""
    SELECT EXISTS(SELECT 1 FROM {Presenter._meta.db_table} WHERE case_id = %(case)s AND person_id = %(person)s),
           EXISTS(SELECT 1 FROM {Seat._meta.db_table} WHERE case_id = %(case)s AND person_id = %(person)s),
           (SELECT interest FROM {Declaration._meta.db_table}
             WHERE case_id = %(case)s AND person_id = %(person)s AND lifted_at IS NULL ORDER BY id DESC LIMIT 1)
"""  # noqa: S608 (the names of our own tables)


def part_in(case: Case, person: Person) -> Part:
    """Asked several times for one page, so it is fetched once and kept with the case that was fetched."""
    kept: dict[int, Part] = case.__dict__.setdefault("_parts", {})
    if person.pk not in kept:
        with connection.cursor() as cursor:
            cursor.execute(_PART, {"case": case.pk, "person": person.pk})
            introduces, seated, interest = cursor.fetchone()
        kept[person.pk] = _part(person, bool(introduces), bool(seated), interest)
    return kept[person.pk]


def fetch_parts(cases: Collection[Case], person: Person) -> None:
    """Keep with each of these cases what a person has to do with it, as `part_in` does, in three queries for any."""
    introduced = set(Presenter.objects.filter(case__in=cases, person=person.pk).values_list("case", flat=True))
    seated = set(Seat.objects.filter(case__in=cases, person=person.pk).values_list("case", flat=True))
    declared = Declaration.objects.standing().filter(case__in=cases, person=person.pk).order_by("pk")
    interests = dict(declared.values_list("case", "interest"))
    for case in cases:
        case.__dict__.setdefault("_parts", {})[person.pk] = _part(
            person, case.pk in introduced, case.pk in seated, interests.get(case.pk)
        )


def _part(person: Person, introduces: bool, seated: bool, interest: str | None) -> Part:
    return Part(
        introduces and person.holds(*INTRODUCES_CASES),
        seated and person.holds(Role.PANEL_MEMBER),
        Interest(interest) if interest else None,
    )


def forget_parts(case: Case) -> None:
    """Somebody's part in this case has just changed."""
    case.__dict__.pop("_parts", None)


def in_conflict(nomination: Nomination, person: Person) -> bool:
    """Whether this person has declared a conflict of interest in it, when it was a case; fetched once, as `part_in`."""
    kept: dict[int, bool] = nomination.__dict__.setdefault("_conflicts", {})
    if person.pk not in kept:
        newest = nomination.declarations.standing().filter(person=person.pk).order_by("-pk").first()
        kept[person.pk] = newest is not None and newest.is_conflict
    return kept[person.pk]


def keep_conflicts(listed: Collection[Nomination], in_conflict: Collection[int], person: Person) -> None:
    """Keep with each of these nominations what `in_conflict` would ask for one by one."""
    for nomination in listed:
        nomination.__dict__.setdefault("_conflicts", {})[person.pk] = nomination.pk in in_conflict


def nominations_in_conflict(audit: Audit, person: Person) -> set[int]:
    """The keys of those nominations that this person has declared a conflict of interest in, when they were a case."""
    newest = Declaration.objects.standing().filter(nomination=OuterRef("pk"), person=person.pk).order_by("-pk")
    declared = Nomination.objects.filter(audit=audit).annotate(interest=Subquery(newest.values("interest")[:1]))
    return set(declared.filter(interest__in=CONFLICTS).values_list("pk", flat=True))


def kin_of(
    audit: Audit, marks: Collection[tuple[str, str]], person: Person, nomination: Nomination | None = None
) -> Kin:
    """Where children with these marks were nominated or audited before, in this partnership alone.

    Of other audits only what became a case counts; of this one every other nomination.
    """
    rows = FamilyMark.objects.filter(
        mark__in=[mark for _, mark in marks], nomination__audit__partnership=audit.partnership_id
    ).filter(Q(nomination__audit=audit) | Q(nomination__case__isnull=False))
    if nomination is not None:
        rows = rows.exclude(nomination=nomination)
    found = list(
        rows.order_by("nomination__audit", "pk").values_list(
            "kind", "nomination__audit", "nomination__audit__title", "nomination__case"
        )
    )
    sure = {MarkKind(kind) == MarkKind.NAME_AND_BIRTH for kind, which, _, _ in found if which == audit.pk}
    earlier = {title: None for kind, which, title, _ in found if which != audit.pk and kind == MarkKind.NAME_AND_BIRTH}
    by_name = {title: None for _, which, title, _ in found if which != audit.pk and title not in earlier}
    conflicts = Declaration.objects.filter(case__in={case for *_, case in found if case}, interest__in=CONFLICTS)
    mine = Q(person=person.pk) | (Q(person__agency=person.agency_id) if person.agency_id else Q(pk__in=[]))
    whose = set(conflicts.filter(mine).values_list("person", flat=True)) if found else set()
    return Kin(
        in_this_audit=bool(sure),
        surely=True in sure,
        earlier=tuple(earlier),
        same_name_in=tuple(by_name),
        own_conflict=person.pk in whose,
        agency_conflict=bool(whose - {person.pk}),
    )
