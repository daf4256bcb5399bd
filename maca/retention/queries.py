import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from maca.actions.models import Action
from maca.actions.stages import ActionStage
from maca.audits.models import LAST_STEP, Audit
from maca.audits.queries import given_up_on
from maca.audits.stages import AuditStage
from maca.cases.models import Case, LegalHold, Nomination
from maca.journal.models import Entry, Head
from maca.kernel.clock import LONDON, months_after, today
from maca.partnership.models import Partnership, Person
from maca.retention.models import Certificate, CountedFrom, Period, RecordClass
from maca.retention.usual import usual_period
from maca.sealing.queries import destroyed_on

# The due list looks so far ahead.
AHEAD_MONTHS = 12
# The daily head of the journal alone makes an entry a day. More between two is no clock that time was counted by.
LONGEST_SILENCE = dt.timedelta(days=30)


def schedule(partnership: Partnership) -> dict[RecordClass, Period]:
    """The period of each class of record, in their order; the usual one where nobody has decided."""
    kept = {one.record_class: one for one in partnership.periods.select_related("saved_by")}
    return {one: kept.get(one) or usual_period(partnership, one) for one in RecordClass}


def find_period(person: Person, record_class: str) -> Period:
    """The period of this class of record. Raises `Period.DoesNotExist` for a class that there is none of."""
    if record_class not in RecordClass.values:
        raise Period.DoesNotExist
    return schedule(person.partnership)[RecordClass(record_class)]


def holds_of(partnership: Partnership) -> list[LegalHold]:
    """Every hold there ever was, the standing ones first, each with what it is over."""
    found = partnership.holds.select_related("audit", "case__audit", "partnership", "begun_by", "ended_by")
    return sorted(found, key=lambda one: one.ended_at is not None)


def find_hold(person: Person, hold: str) -> LegalHold:
    return LegalHold.objects.visible_to(person).select_related("audit", "case", "partnership").get(public_id=hold)


def audits_to_hold(person: Person) -> list[Audit]:
    """Every audit of the partnership, the newest first: also for those who see no audit, who see these titles in the
    journal."""
    return list(Audit.objects.filter(partnership=person.partnership_id))


def case_to_hold(audit: Audit, number: int) -> Case | None:
    return audit.cases.filter(number=number).select_related("audit").first()


def certificates_of(person: Person) -> Any:
    """The certificates of destruction of the partnership, the newest first."""
    return Certificate.objects.visible_to(person).select_related("issued_by")


def find_certificate(person: Person, certificate: str) -> Certificate:
    found = certificates_of(person).select_related("partnership", "nomination__audit")
    one: Certificate = found.get(public_id=certificate)
    return one


def keys_destroyed_at(certificate: Certificate) -> dict[str, dt.datetime]:
    """When each key of a certificate was destroyed, as the keystore has it; a key that still stands is left out."""
    return destroyed_on(key for key, _ in certificate.content["keys"])


@dataclass(frozen=True)
class Due:
    """What falls due on a day: who the child of a case or a nomination is, or everything written about it."""

    nomination: Nomination
    case: Case | None
    period: Period
    counted_from: dt.date
    due_on: dt.date
    hold: LegalHold | None

    @property
    def record_class(self) -> RecordClass:
        return RecordClass(self.period.record_class)

    @property
    def is_identity_alone(self) -> bool:
        """Of a nomination that became no case everything goes with who the child is: nobody learned from it."""
        return self.record_class == RecordClass.IDENTITY and self.case is not None

    @property
    def code(self) -> str:
        return f"{self.nomination.public_id}-{self.record_class.value}"

    @property
    def label(self) -> str:
        return label_of(self.nomination, self.case)

    @property
    def what(self) -> str:
        """The class, in words that fit into a line."""
        if self.is_identity_alone:
            return "Who the child is"
        if self.nomination.identity_destroyed_at:
            return "Everything written about it"
        return "Everything written about it, and who the child is"

    @property
    def is_published(self) -> bool:
        return self.nomination.audit.stage == AuditStage.PUBLISHED

    @property
    def kept(self) -> str:
        """How long it is kept, and counted from what."""
        if self.is_published:
            return self.period.in_words()
        return f"{self.period.length} {NEVER_PUBLISHED}"

    @property
    def may_go(self) -> bool:
        """Its day has come, somebody has decided on its period, and no hold stands over it."""
        return self.due_on <= today() and self.period.is_decided and self.hold is None


NEVER_PUBLISHED = "from the last step of an audit that was not published, or the last day of its timetable"


def label_of(nomination: Nomination, case: Case | None) -> str:
    if case:
        return case.label
    return f"A nomination of {nomination.nominated_at.astimezone(LONDON):%-d %B %Y} that became no case"


def due_by(partnership: Partnership, day: dt.date) -> list[Due]:
    """What falls due up to this day, held or not, the longest due first."""
    periods = schedule(partnership)
    identity, case = periods[RecordClass.IDENTITY], periods[RecordClass.CASE]
    if not (perhaps := _perhaps_due(partnership, day, identity, case)):
        return []
    holds = list(partnership.holds.standing().select_related("case"))
    closed = _actions_closed(partnership)
    found = []
    for one in perhaps:
        its_case = getattr(one, "case", None)
        hold = next((hold for hold in holds if hold.is_over(one)), None)
        of_case, of_identity = _due_on(case, one.audit, closed), _due_on(identity, one.audit, closed)
        if its_case is None:
            period, days = (identity, of_identity) if of_identity else (case, of_case)
            if days and days[1] <= day:
                found.append(Due(one, None, period, *days, hold))
            continue
        if of_case and of_case[1] <= day:
            found.append(Due(one, its_case, case, *of_case, hold))
        if one.identity_destroyed_at or of_identity is None or of_identity[1] > day:
            continue
        # Who the child is goes with what is written at the latest, so it is a line of its own only before that.
        if not (of_case and case.is_decided and of_case[1] <= max(of_identity[1], today())):
            found.append(Due(one, its_case, identity, *of_identity, hold))
    return sorted(found, key=lambda one: (one.due_on, one.nomination.audit_id, one.label))


def due_ahead(partnership: Partnership) -> list[Due]:
    """What is due, and what will be within a year."""
    return due_by(partnership, months_after(today(), AHEAD_MONTHS))


def ready_to_go(partnership: Partnership) -> list[Due]:
    """What somebody may destroy today by the schedule."""
    return [one for one in due_by(partnership, today()) if one.may_go]


def _perhaps_due(partnership: Partnership, day: dt.date, identity: Period, case: Period) -> list[Nomination]:
    """Those not destroyed whose audit was approved, or planned and not published, long enough ago: no period is
    counted from an earlier day. Without what is sealed in them."""

    def begun_before(period: Period) -> Q:
        if period.months is None:
            return Q(pk__in=[])
        # A month may have no such day, and its last is counted instead.
        latest = months_after(day, -period.months) + dt.timedelta(days=4)
        at = dt.datetime.combine(latest, dt.time(), LONDON)
        published = Q(audit__stage=AuditStage.PUBLISHED)
        return published & Q(audit__briefing__approved_at__lt=at) | ~published & Q(audit__planned_at__lt=at)

    found = Nomination.objects.filter(
        Q(identity_destroyed_at=None) & begun_before(identity) | begun_before(case),
        audit__partnership=partnership, destroyed_at=None,
    )  # fmt: skip
    return list(
        found.select_related("audit__briefing", "case").only(
            "public_id", "nominated_at", "identity_destroyed_at", "case__number",
            "audit__partnership", "audit__title", "audit__slug", "audit__stage", "audit__is_inspection",
            *(f"audit__{name}" for name in LAST_STEP), "audit__briefing__approved_at",
        )
    )  # fmt: skip


def _actions_closed(partnership: Partnership) -> dict[int, tuple[int, dt.datetime | None]]:
    """Of each audit that has actions, by its key: how many are not closed, and when the last was."""
    closed = (ActionStage.DONE, ActionStage.STOPPED)
    rows = (
        Action.objects.filter(findings__audit__partnership=partnership)
        .order_by()
        .values("findings__audit")
        .annotate(left=Count("pk", filter=~Q(stage__in=closed)), last=Max(Coalesce("done_at", "stopped_at")))
    )
    return {row["findings__audit"]: (row["left"], row["last"]) for row in rows}


def _due_on(
    period: Period, audit: Audit, closed: dict[int, tuple[int, dt.datetime | None]]
) -> tuple[dt.date, dt.date] | None:
    """From which day the period of an audit is counted, and on which it is over; None where that has no day yet."""
    if period.months is None:
        return None
    left, last = closed.get(audit.pk, (0, None))
    if period.counted_from == CountedFrom.ACTIONS and left:
        return None
    if audit.stage != AuditStage.PUBLISHED:
        first = audit.last_step_on
        due_on = months_after(first, period.months)
        return first, due_on if audit.is_inspection else max(due_on, given_up_on(audit))
    briefing = getattr(audit, "briefing", None)
    if audit.published_at is None or briefing is None:
        return None
    at = audit.published_at
    if period.counted_from == CountedFrom.APPROVED and briefing.approved_at:
        at = briefing.approved_at
    elif period.counted_from == CountedFrom.ACTIONS:
        at = max(at, last or at)
    first = at.astimezone(LONDON).date()
    return first, months_after(first, period.months)


def clock_trouble(partnership: str) -> str:
    """Why time cannot be counted now, as a code; nothing if it can. Of a partnership by its public id.

    “behind”: the clock stands before the journal’s last entry. “leapt”: more than 30 days lie between two entries of
    which the later is less than 30 days old, or since the last. “restored”: the journal ends before the head that the
    keystore has of it, so that a hold may be missing too.
    """
    # Read first, so that what is written meanwhile can only be after it.
    head = Head.objects.filter(partnership=partnership).first()
    entries, now = Entry.objects.filter(partnership=partnership), timezone.now()
    last = entries.order_by("-number").first()
    if head and (last is None or last.number < head.number):
        return "restored"
    if last and now < last.at:
        return "behind"
    newer = entries.filter(at__gt=now - LONGEST_SILENCE).order_by("number").first()
    if newer is None:
        return "leapt"
    before = entries.filter(number=newer.number - 1).first()
    return "leapt" if before and newer.at - before.at > LONGEST_SILENCE else ""
