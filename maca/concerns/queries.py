import datetime as dt
from dataclasses import dataclass

from django.db.models import Case as When
from django.db.models import IntegerField, Q, Value
from django.db.models import When as Then
from django.urls import reverse

from maca.cases.models import Case
from maca.concerns.models import Concern, leads_social_care
from maca.concerns.stages import ConcernStage
from maca.kernel.verdict import YES, Verdict, no
from maca.partnership.models import AgencyKind, Person, Role


def find_concern(person: Person, concern: str) -> Concern:
    return (
        Concern.objects.visible_to(person)
        .select_related("case__audit__partnership", "agency", "raised_by", "acknowledged_by", "closed_by")
        .get(public_id=concern)
    )


def answers_for_concerns(person: Person) -> bool:
    """The business manager, the lead of children’s social care and the chair answer for concerns."""
    return person.holds(Role.BUSINESS_MANAGER, Role.CHAIR) or leads_social_care(person)


def all_concerns(person: Person) -> list[Concern]:
    """Every concern that this person answers for: open ones on top, then newest first."""
    closed_last = When(Then(stage=ConcernStage.CLOSED, then=Value(1)), default=Value(0), output_field=IntegerField())
    return list(
        Concern.objects.visible_to(person)
        .select_related("case__audit", "agency")
        .order_by(closed_last, "-raised_at", "-pk")
    )


def keeps_case(case: Case) -> Verdict:
    """While a concern is open, somebody may have to know who the child is, so its case is not destroyed."""
    if Concern.objects.filter(case=case).exclude(stage=ConcernStage.CLOSED).exists():
        return no(
            "concern-open",
            "A concern about this child is not closed, and whoever acts on it may need to know who the child is. Close "
            "the concern first.",
        )
    return YES


@dataclass(frozen=True)
class Standing:
    """A concern as somebody on the case sees it: that it stands, and how far it is. `href` is for its readers."""

    stage: str
    is_open: bool
    raised_at: dt.datetime
    href: str | None


def concerns_on(case: Case, person: Person) -> list[Standing]:
    """The concerns on a case: that they stand, for everybody on it; where to read them, for those who may."""
    readable = Concern.objects.visible_to(person).filter(case=case).values("public_id")
    rows = (
        Concern.objects.filter(case=case)
        .annotate(readable=When(Then(public_id__in=readable, then=Value(1)), default=Value(0)))
        .values_list("public_id", "stage", "raised_at", "readable")
    )
    return [
        Standing(
            ConcernStage(stage).label,
            stage != ConcernStage.CLOSED,
            raised_at,
            reverse("concern", kwargs={"concern": public_id}) if may_read else None,
        )
        for public_id, stage, raised_at, may_read in rows
    ]


def answerers(concern: Concern) -> list[Person]:
    """Who is alerted, and may acknowledge and close: never whoever raised it."""
    answering = Q(appointments__role=Role.BUSINESS_MANAGER) | Q(
        appointments__role=Role.AGENCY_LEAD, agency__kind=AgencyKind.CHILDREN_SOCIAL_CARE
    )
    if concern.chair_answers:
        answering |= Q(appointments__role=Role.CHAIR)
    return list(
        Person.objects.filter(answering, partnership=concern.case.audit.partnership_id, is_active=True)
        .attested()
        .exclude(pk=concern.raised_by_id)
        .select_related("partnership", "agency")
        .distinct()
    )


@dataclass(frozen=True)
class Alert:
    """What stands on top of every page until somebody has seen to it."""

    text: str
    link_text: str
    href: str


def waiting_for(person: Person) -> Alert | None:
    """The alert for whoever answers for concerns that nobody has acknowledged. For everybody else, no query."""
    first = person.holds(Role.BUSINESS_MANAGER) or leads_social_care(person)
    if not first and not person.holds(Role.CHAIR):
        return None
    waiting = (
        Concern.objects.unacknowledged()
        .filter(case__audit__partnership=person.partnership_id)
        .exclude(raised_by=person)
        .order_by("raised_at")
    )
    if not first:
        waiting = waiting.filter(chair_answers=True)
    ids = list(waiting.values_list("public_id", flat=True)[:100])
    if not ids:
        return None
    if len(ids) == 1:
        text = "A child may be at risk now. A concern has been raised, and nobody has acknowledged it."
        return Alert(text, "Read it and acknowledge it", reverse("concern", kwargs={"concern": ids[0]}))
    text = f"Children may be at risk now. {len(ids)} concerns have been raised, and nobody has acknowledged them."
    return Alert(text, "Read them and acknowledge them", reverse("concerns"))


def elapsed(start: dt.datetime, end: dt.datetime | None) -> str:
    """From one instant to another in words: “7 minutes”, “2 hours 5 minutes”; nothing while there is no end."""
    if end is None:
        return ""
    total = max(0, int((end - start).total_seconds() // 60))
    hours, minutes = divmod(total, 60)
    words = [f"{hours:,} hour{'' if hours == 1 else 's'}"] if hours else []
    if minutes or not hours:
        words.append(f"{minutes} minute{'' if minutes == 1 else 's'}")
    return " ".join(words)
