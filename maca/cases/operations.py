import datetime as dt
from collections.abc import Collection, Iterable, Sequence

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from maca.audits.models import Audit
from maca.cases import queries, rules
from maca.cases.household import Sibling
from maca.cases.matching import Kin, marks_of
from maca.cases.models import (
    CONFLICTS,
    INTRODUCES_CASES,
    Case,
    Declaration,
    DestructionReason,
    FamilyMark,
    Identity,
    IdentityReason,
    Interest,
    Involvement,
    LiftReason,
    Nomination,
    Presenter,
    Seat,
)
from maca.cases.seal import case_key, identity_key, nomination_keys
from maca.cases.stages import NominationStage
from maca.journal.operations import note_reading, write
from maca.kernel.holding import hold
from maca.kernel.stages import move
from maca.kernel.verdict import Refused
from maca.kernel.versions import save_changes
from maca.partnership.models import Agency, Person, Role
from maca.sealing.models import KeyKind
from maca.sealing.operations import destroy_key, make_key, mark_key
from maca.sealing.queries import keys_left

TOLD = "was told that a family was audited before"


def _hold(case: Case, *read: str) -> None:
    hold(case, "audit", read=read)
    queries.forget_parts(case)


@transaction.atomic
def nominate_case(
    audit: Audit,
    *,
    rationale: str,
    level: str,
    age_band: str,
    child: str,
    born_on: dt.date | None,
    address: str,
    household: str,
    record_number: str,
    siblings: Sequence[Sibling] = (),
    mother: str = "",
    father: str = "",
    partner: str = "",
    absent_parent: str = "",
    all_the_same: bool = False,
    by: Person,
) -> Nomination:
    """Nominate a case with a rationale. Who the child is goes into the identity and nowhere else.

    A family that was nominated or audited before is nominated only by somebody who was told so and says “all the same”.
    """
    hold(audit)
    rules.may_nominate_case(by, audit).insist()
    marks = _marks(audit, child, born_on, siblings)
    kin = queries.kin_of(audit, marks, by)
    if kin and not all_the_same:
        raise Refused(
            "family-known",
            "This family was nominated or audited before. Go back and send the form again: it will say where, and how "
            "to nominate the case all the same.",
        )
    nomination = Nomination(
        audit=audit,
        agency=by.agency,
        nominated_by=by,
        level=level,
        age_band=age_band,
    )
    partnership, owner = audit.partnership.public_id, nomination.public_id
    key = make_key(KeyKind.CASE, owner=owner, partnership=partnership)
    nomination.rationale = key.seal(nomination, "rationale", rationale)
    nomination.save(force_insert=True)
    identity = Identity(nomination=nomination)
    who = make_key(KeyKind.IDENTITY, owner=owner, partnership=partnership).seal_all(
        identity,
        child=child,
        born_on=born_on.isoformat() if born_on else "",
        address=address,
        siblings="\n".join(one.line for one in siblings),
        mother=mother,
        father=father,
        partner=partner,
        absent_parent=absent_parent,
        household=household,
        record_number=record_number,
    )
    for name, sealed in who.items():
        setattr(identity, name, sealed)
    identity.save(force_insert=True)
    FamilyMark.objects.bulk_create(
        FamilyMark(nomination=nomination, kind=kind, mark=mark) for kind, mark in sorted(marks)
    )
    known = {"all_the_same": True} if kin else {}
    write("nominated a case", nomination, by=by, audit=audit.slug, **known)
    return nomination


def _marks(audit: Audit, child: str, born_on: dt.date | None, siblings: Iterable[Sibling]) -> set[tuple[str, str]]:
    family = [(child, born_on), *((one.name, one.born_on) for one in siblings)]
    return marks_of(family, mark_key(audit.partnership.public_id).mark)


@transaction.atomic
def look_for_family(
    audit: Audit, *, child: str, born_on: dt.date | None, siblings: Sequence[Sibling], by: Person
) -> Kin:
    """Tell somebody who nominates whether the family was nominated or audited before, naming nobody.

    Recorded before it is told: it says something about whoever was named in asking.
    """
    rules.may_nominate_case(by, audit).insist()
    kin = queries.kin_of(audit, _marks(audit, child, born_on, siblings), by)
    if kin:
        note_reading(TOLD, audit, by=by, audits=kin.count)
    return kin


@transaction.atomic
def read_kin(nomination: Nomination, *, by: Person) -> Kin:
    """Tell whoever decides on a nomination whether the family was nominated or audited before, naming nobody."""
    rules.may_select_case(by, nomination).insist()
    marks = set(nomination.marks.values_list("kind", "mark"))
    kin = queries.kin_of(nomination.audit, marks, by, nomination)
    if kin:
        note_reading(TOLD, nomination, by=by, audits=kin.count)
    return kin


@transaction.atomic
def select_case(nomination: Nomination, *, by: Person) -> Case:
    """Take a nomination into the audit: it becomes the next "Case n"."""
    hold(nomination, "audit")
    rules.may_select_case(by, nomination).insist()
    move(nomination, to=NominationStage.SELECTED)
    case = add_case(nomination.audit, nomination=nomination)
    write("selected a case", case, by=by, audit=nomination.audit.slug, label=case.label)
    return case


def add_case(audit: Audit, *, number: int | None = None, nomination: Nomination | None = None) -> Case:
    """The case with this number, or with the next one free. Called by operations, which write the journal."""
    # The row of the audit is the lock: two cases selected at once get two numbers.
    Audit.objects.select_for_update().get(pk=audit.pk)
    if number is None:
        number = (Case.objects.filter(audit=audit).aggregate(last=Max("number"))["last"] or 0) + 1
    return Case.objects.create(audit=audit, number=number, nomination=nomination)


@transaction.atomic
def pass_over_case(nomination: Nomination, *, reason: str, by: Person) -> None:
    """Leave a nomination out of the audit, with the reason. It can still be selected later."""
    hold(nomination, "audit")
    rules.may_select_case(by, nomination).insist()
    move(nomination, to=NominationStage.NOT_SELECTED)
    key = nomination_keys([nomination])[nomination.public_id]
    nomination.decision = key.seal(nomination, "decision", reason)
    nomination.save(update_fields=["decision"])
    write("passed over a nomination", nomination, by=by, audit=nomination.audit.slug)


@transaction.atomic
def name_presenter(case: Case, *, person: Person, version: int | None, by: Person) -> None:
    """Name the social worker or practice manager who will introduce the case."""
    _hold(case)
    rules.may_name_presenter(by, case).insist()
    if person.partnership_id != case.audit.partnership_id or not person.holds(*INTRODUCES_CASES):
        raise Refused("not-a-presenter", "Choose a social worker or practice manager of your own partnership.")
    save_changes(case, version=version)
    Presenter.objects.filter(case=case).exclude(person=person).delete()
    Presenter.objects.get_or_create(case=case, person=person)
    queries.forget_parts(case)
    write("named a presenter", case, by=by, presenter=person.public_id)


def involve_agency(case: Case, agency: Agency) -> None:
    """Let an agency see a case that it is asked about. Called by the operation that asks it."""
    involvement, new = Involvement.objects.get_or_create(case=case, agency=agency)
    if not new and involvement.not_known_at:
        note_known(case, agency, known=True)  # asked anew, it has to look again


def involve_agencies(pairs: Collection[tuple[Case, Agency]]) -> None:
    """The same for many at once that have not been asked before. Called by the operation that asks them."""
    Involvement.objects.bulk_create(
        (Involvement(case=case, agency=agency) for case, agency in pairs), ignore_conflicts=True
    )


def note_known(case: Case, agency: Agency, *, known: bool) -> None:
    """Whether an agency knows the family, and so may learn its name. Called by the operation that it says so with."""
    Involvement.objects.filter(case=case, agency=agency).update(not_known_at=None if known else timezone.now())


@transaction.atomic
def open_identity(case: Case, *, reason: IdentityReason, by: Person) -> Identity:
    """Show who the child is, to somebody who needs it and says why. Recorded before it is shown."""
    _hold(case, "nomination__identity")
    rules.may_open_identity(by, case).insist()
    assert case.nomination is not None  # the rule has looked
    note_reading(
        "opened an identity",
        case,
        by=by,
        audit=case.audit.slug,
        case=case.label,
        reason=reason.value,
    )
    return identity_key(case.nomination).open(case.nomination.identity)


@transaction.atomic
def read_case(case: Case, *, by: Person) -> Nomination | None:
    """Show why a case was nominated. Recorded before it is shown; a case known from its briefing has nothing."""
    if case.nomination is None or case.destroyed_at:
        return None
    rules.may_read_case(by, case).insist()
    note_reading("read a case", case, by=by, audit=case.audit.slug, case=case.label)
    return case_key(case).open(case.nomination)


@transaction.atomic
def read_nominations(audit: Audit, *, by: Person) -> list[Nomination]:
    """Show the nominations of an audit with their rationales. Recorded before they are shown."""
    rules.may_read_nominations(by, audit).insist()
    listed = queries.nominations(audit)
    if listed:
        note_reading("read nominations", audit, by=by, audit=audit.slug)
    keys = nomination_keys(listed)
    closed = queries.nominations_in_conflict(audit, by)
    for one in listed:
        if one.public_id in keys and one.pk not in closed:
            keys[one.public_id].open(one)
        else:  # destroyed, or not for somebody with a conflict of interest
            one.rationale = one.decision = ""
    return listed


@transaction.atomic
def read_nomination(nomination: Nomination, *, by: Person) -> Nomination:
    """Show one nomination to whoever decides on it. Recorded before it is shown."""
    rules.may_select_case(by, nomination).insist()
    note_reading("read a nomination", nomination, by=by, audit=nomination.audit.slug)
    return nomination_keys([nomination])[nomination.public_id].open(nomination)


@transaction.atomic
def declare_interest(case: Case, *, interest: Interest, by: Person) -> Declaration:
    """Say what one has to do with the family of a case. Somebody who held or supervised it does not audit it."""
    _hold(case)
    rules.may_declare_interest(by, case).insist()
    declaration = Declaration.objects.create(case=case, person=by, interest=interest)
    if interest in CONFLICTS:
        Seat.objects.filter(case=case, person=by).delete()
    queries.forget_parts(case)
    write("declared an interest", case, by=by, audit=case.audit.slug, case=case.label, interest=interest.value)
    return declaration


@transaction.atomic
def lift_conflict(declaration: Declaration, *, reason: LiftReason, by: Person) -> None:
    """Lift a conflict of interest that somebody declared by a slip. They declare anew before they open the case."""
    case = declaration.case
    _hold(case)
    declaration.refresh_from_db(fields=["lifted_at"])
    rules.may_lift_conflict(by, declaration).insist()
    said = Declaration.objects.standing().filter(case=case, person=declaration.person_id)
    said.update(lifted_at=timezone.now(), lifted_by=by)
    queries.forget_parts(case)
    write(
        "lifted a conflict of interest",
        case,
        by=by,
        audit=case.audit.slug,
        case=case.label,
        of=declaration.person.public_id,
        interest=declaration.interest,
        reason=reason.value,
    )


@transaction.atomic
def seat_panel(case: Case, *, people: Collection[Person], version: int | None, by: Person) -> None:
    """Give panel members their seats for a case, and take back the seats of those left out."""
    _hold(case)
    rules.may_name_presenter(by, case).insist()
    if any(one.partnership_id != case.audit.partnership_id or not one.holds(Role.PANEL_MEMBER) for one in people):
        raise Refused("not-a-panel-member", "Choose panel members of your own partnership.")
    for one in people:
        rules.may_sit_on_panel(one, case).insist()
    save_changes(case, version=version)
    Seat.objects.filter(case=case).exclude(person__in=people).delete()
    for one in people:
        Seat.objects.get_or_create(case=case, person=one)
    queries.forget_parts(case)
    write("seated a panel", case, by=by, case=case.label, people=sorted(one.public_id for one in people))


@transaction.atomic
def destroy_case(case: Case, *, reason: DestructionReason, by: Person) -> None:
    """Destroy who the child is, the marks of the family and everything written about the case. What was learned stays.

    The keys go last, when the rest is certain: without the record of it nothing is destroyed. In the backups
    of the keystore they live until those expire.
    """
    _hold(case, "nomination")
    rules.may_destroy_case(by, case).insist()
    assert case.nomination is not None  # the rule has looked
    Case.objects.filter(pk=case.pk).update(destroyed_at=timezone.now())
    # The family is found again by nothing that outlives what was written about it.
    case.nomination.marks.all().delete()
    write("destroyed a case", case, by=by, audit=case.audit.slug, case=case.label, reason=reason.value)
    owner = case.nomination.public_id
    transaction.on_commit(lambda: _destroy_keys(owner, by.public_id))


def _destroy_keys(owner: str, by: str) -> None:
    for kind in (KeyKind.IDENTITY, KeyKind.CASE):
        destroy_key(kind, owner=owner, by=by)


def finish_destroying() -> int:
    """Destroy the keys of cases that were destroyed on the record, should a crash have come between the two."""
    owners = Case.objects.exclude(destroyed_at=None).values_list("nomination__public_id", flat=True)
    left = keys_left(owners)
    for owner in left:
        _destroy_keys(owner, "")
    return len(left)
