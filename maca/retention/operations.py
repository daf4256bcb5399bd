import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from maca.audits.models import Audit
from maca.audits.stages import AuditStage
from maca.cases.legal_holds import freeze_legal_holds
from maca.cases.models import Case, DestructionReason, HoldReason, LegalHold, Nomination
from maca.cases.operations import (
    EVERY_KEY,
    IDENTITY_ALONE,
    destroy_case,
    destroy_identity,
    destroy_nomination,
)
from maca.journal.operations import write
from maca.kernel.clock import LONDON, today
from maca.kernel.holding import hold
from maca.kernel.verdict import Refused
from maca.kernel.versions import save_changes
from maca.partnership.models import Partnership, Person
from maca.retention import certificate as paper
from maca.retention import rules
from maca.retention.models import Certificate, CountedFrom, Period, RecordClass
from maca.retention.queries import Due, due_by, label_of
from maca.retention.usual import usual_period
from maca.sealing.models import KeyKind
from maca.sealing.queries import keys_of

BEGAN, ENDED = "began a legal hold", "ended a legal hold"


@transaction.atomic
def change_period(
    period: Period,
    *,
    months: int | None,
    counted_from: CountedFrom,
    reason: str,
    source: str,
    version: int | None,
    by: Person,
) -> None:
    """Decide how long a class of record is kept, counted from what, and why. None is without an end."""
    hold(by.partnership)
    rules.may_change_period(by, period).insist()
    record_class = RecordClass(period.record_class)
    usual = usual_period(by.partnership, record_class)
    begun_with = {name: getattr(usual, name) for name in ("months", "counted_from", "reason", "source", "version")}
    row, _ = Period.objects.get_or_create(partnership=by.partnership, record_class=record_class, defaults=begun_with)
    before = row.in_words() if row.is_decided else ""
    save_changes(
        row, version=version, months=months, counted_from=counted_from, reason=reason, source=source, saved_by=by,
        saved_at=timezone.now(),
    )  # fmt: skip
    write(
        "decided how long a record is kept", row, by=by, record_class=record_class.value, months=months,
        counted_from=str(counted_from), before=before,
    )  # fmt: skip


@transaction.atomic
def begin_hold(
    *, audit: Audit | None = None, case: Case | None = None, reason: HoldReason, asked_by: str, by: Person
) -> LegalHold:
    """Begin a legal hold over a case, over a whole audit, or with neither over everything of the partnership."""
    freeze_legal_holds(by.partnership_id)
    rules.may_begin_hold(by).insist()
    audit = case.audit if case else audit
    if audit and audit.partnership_id != by.partnership_id:
        raise Refused("not-yours", "Choose an audit of your own partnership.")
    made = LegalHold.objects.create(
        partnership=by.partnership, audit=audit, case=case, reason=reason, asked_by=asked_by, begun_by=by
    )
    write(BEGAN, made, by=by, **_over(audit, case), reason=reason.value)
    return made


def _over(audit: Audit | None, case: Case | None) -> dict[str, Any]:
    over: dict[str, Any] = {"over": "case" if case else "audit" if audit else "partnership"}
    if audit:
        over["audit"] = audit.slug
    if case:
        over["case"] = case.label
    return over


@transaction.atomic
def end_hold(found: LegalHold, *, because: str, by: Person) -> None:
    """End a legal hold, with the reason. From then on the schedule counts again."""
    freeze_legal_holds(by.partnership_id)
    hold(found, read=("audit", "case"))
    rules.may_end_hold(by, found).insist()
    LegalHold.objects.filter(pk=found.pk, ended_at=None).update(
        ended_at=timezone.now(), ended_by=by, ended_because=because
    )
    write(ENDED, found, by=by, **_over(found.audit, found.case))


PUT_BACK = "Put back from an exported journal. See the entry of this hold there for who began it."


@transaction.atomic
def put_back_hold(entry: Mapping[str, Any], *, partnership: Partnership, by: Person) -> LegalHold:
    """Put back a hold that an exported journal knows and a restored database does not, under its own id.

    Who had asked for it is not in the journal, and has to be found out. Raises `Refused` for an audit or a case that
    the restored database does not know either.
    """
    freeze_legal_holds(partnership.pk)
    details = entry["details"]
    audit = Audit.objects.filter(partnership=partnership, slug=details.get("audit", "")).first()
    number = str(details.get("case", "")).removeprefix("Case ")
    case = audit.cases.filter(number=int(number)).first() if audit and number.isdigit() else None
    if (details["over"] != "partnership" and audit is None) or (details["over"] == "case" and case is None):
        raise Refused("not-there", "What this hold is over is not in this database. Hold the whole partnership.")
    reason = details.get("reason") if details.get("reason") in HoldReason.values else HoldReason.OTHER
    made = LegalHold.objects.create(
        public_id=str(entry["about"]).partition(":")[2], partnership=partnership, audit=audit, case=case,
        reason=reason, asked_by=PUT_BACK, begun_by=by, begun_at=dt.datetime.fromisoformat(entry["at"]),
    )  # fmt: skip
    write(BEGAN, made, by=by, **_over(audit, case), reason=str(reason), put_back=True)
    return made


@transaction.atomic
def destroy_due(codes: Collection[str], *, by: Person) -> list[Certificate]:
    """Destroy what was chosen of what is due, each with a certificate. Nothing goes if one of them may not."""
    freeze_legal_holds(by.partnership_id)
    rules.may_destroy_due(by).insist()
    ready = {one.code: one for one in due_by(by.partnership, today()) if one.may_go}
    if not codes or not set(codes) <= set(ready):
        raise Refused(
            "not-due",
            "Something that you chose is not due any more: a hold was begun, a period was changed, or somebody has "
            "destroyed it. Nothing was destroyed. Look at the list again.",
        )
    return [_destroy_due(ready[code], by=by) for code in sorted(set(codes))]


def _destroy_due(due: Due, *, by: Person) -> Certificate:
    period = due.period
    assert period.saved_at  # it may go
    rule = (
        f"{period.get_record_class_display()}: kept {_begins_small(due.kept)}.",
        f"Counted from {due.counted_from:%-d %B %Y}, due on {due.due_on:%-d %B %Y}.",
        f"Decided by {period.saved_by} on {period.saved_at.astimezone(LONDON):%-d %B %Y}.",
        f"Reason: {period.reason}",
        f"Source: {period.source}",
    )
    # The list was read without what is sealed.
    nomination = Nomination.objects.select_related("audit", "case__audit").get(pk=due.nomination.pk)
    return _destroy(
        nomination, getattr(nomination, "case", None), identity_alone=due.is_identity_alone,
        reason=DestructionReason.RETENTION, rule=rule, by=by,
    )  # fmt: skip


def _begins_small(words: str) -> str:
    return words[:1].lower() + words[1:]


@transaction.atomic
def destroy_by_hand(case: Case, *, reason: DestructionReason, by: Person) -> Certificate:
    """Destroy everything of a case before its time is over, with a certificate."""
    freeze_legal_holds(by.partnership_id)
    rules.may_destroy_by_hand(by, case).insist()
    assert case.nomination is not None  # the rule has looked
    by_no_rule = ("Destroyed by hand, and by no period of the schedule.",)
    return _destroy(case.nomination, case, identity_alone=False, reason=reason, rule=by_no_rule, by=by)


def _destroy(
    nomination: Nomination,
    case: Case | None,
    *,
    identity_alone: bool,
    reason: DestructionReason,
    rule: Iterable[str],
    by: Person,
) -> Certificate:
    # Looked at before: afterwards the keystore tells a destroyed key from none no more by its kind alone.
    keys = keys_of(nomination.public_id, IDENTITY_ALONE if identity_alone else EVERY_KEY)
    had_identity = nomination.identity_destroyed_at is None
    if case is None:
        destroy_nomination(nomination, reason=reason, by=by)
    elif identity_alone:
        destroy_identity(case, reason=reason, by=by)
    else:
        destroy_case(case, reason=reason, by=by)
    destroyed = ([paper.IDENTITY] if had_identity else []) + ([] if identity_alone else [paper.CASE])
    return _certify(nomination, case, destroyed=destroyed, reason=reason, rule=rule, keys=keys, by=by)


def _certify(
    nomination: Nomination,
    case: Case | None,
    *,
    destroyed: Iterable[str],
    reason: DestructionReason,
    rule: Iterable[str],
    keys: Iterable[tuple[str, KeyKind]],
    by: Person,
) -> Certificate:
    """The certificate of what this transaction destroys. The keys go when it is over, and it says so itself."""
    audit, now = nomination.audit, timezone.now()
    destroyed = tuple(destroyed)
    facts = paper.Facts(
        partnership=by.partnership.name, audit=audit.title, label=label_of(nomination, case), destroyed=destroyed,
        reason=f"{reason.label}.", rule=tuple(rule), by=str(by), at=now.isoformat(),
        keys=tuple((key, str(kind.label)) for key, kind in keys),
        remains=paper.remains(
            destroyed, panel_met=audit.panel_has_begun, published=audit.stage == AuditStage.PUBLISHED
        ),
        backup_days=settings.MACA_KEYSTORE_BACKUP_DAYS,
    )  # fmt: skip
    content, digest = paper.packed(facts)
    last = Certificate.objects.filter(partnership=by.partnership).aggregate(last=Max("number"))["last"] or 0
    made = Certificate.objects.create(
        partnership=by.partnership, number=last + 1, nomination=nomination, issued_by=by, issued_at=now,
        content=content, sha256=digest,
    )  # fmt: skip
    write(
        "certified a destruction", made, by=by, audit=audit.slug, case=case.label if case else None,
        number=made.number, keys=[key for key, _ in facts.keys], sha256=digest,
    )  # fmt: skip
    return made
