import datetime as dt
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from maca.audits.models import Audit
from maca.audits.stages import AuditStage
from maca.cases import queries, rules
from maca.cases.cohort import Child, Cohort
from maca.cases.coverage import Facts, Table, absent, tables
from maca.cases.drawing import Lots, NobodyLeftError, Settings
from maca.cases.household import Sibling
from maca.cases.legal_holds import freeze_legal_holds
from maca.cases.matching import Kin, marks_of
from maca.cases.models import (
    CONFLICTS,
    INTRODUCES_CASES,
    Case,
    Declaration,
    DestructionReason,
    Draw,
    FamilyMark,
    Identity,
    IdentityReason,
    Interest,
    Involvement,
    LegalHold,
    LiftReason,
    Nomination,
    Presenter,
    Seat,
    SwapReason,
)
from maca.cases.seal import case_key, cohort_key, identity_key, nomination_keys
from maca.cases.stages import DrawStage, NominationStage
from maca.journal.operations import note_reading, write
from maca.kernel.holding import hold
from maca.kernel.stages import move
from maca.kernel.verdict import Refused
from maca.kernel.versions import save_changes
from maca.partnership.models import Agency, Person, Role
from maca.partnership.operations import operator_of
from maca.sealing.field import Sealed
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
    category: str = "",
    sex: str = "",
    ethnicity: str = "",
    disability: str = "",
    locality: str = "",
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
    nomination = _put_forward(
        audit,
        rationale=rationale,
        child=Facts(level, age_band, category, sex, ethnicity, disability, locality),
        marks=marks,
        by=by,
        who={
            "child": child,
            "born_on": born_on.isoformat() if born_on else "",
            "address": address,
            "siblings": "\n".join(one.line for one in siblings),
            "mother": mother,
            "father": father,
            "partner": partner,
            "absent_parent": absent_parent,
            "household": household,
            "record_number": record_number,
        },
    )
    known = {"all_the_same": True} if kin else {}
    write("nominated a case", nomination, by=by, audit=audit.slug, **known)
    return nomination


@transaction.atomic
def take_chosen_child(
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
    by: Person,
) -> Case:
    """Take a child whom inspectors have chosen into an audit, as the next "Case n". Nobody in the partnership chose.

    A family that was audited before is taken all the same; the journal says that it was known.
    """
    hold(audit)
    rules.may_take_chosen_child(by, audit).insist()
    marks = _marks(audit, child, born_on, ())
    kin = queries.kin_of(audit, marks, by)
    nomination = _put_forward(
        audit,
        rationale=rationale,
        child=Facts(level, age_band, "", "", "", "", ""),
        marks=marks,
        by=by,
        who={
            "child": child,
            "born_on": born_on.isoformat() if born_on else "",
            "address": address,
            "household": household,
            "record_number": record_number,
        },
    )
    move(nomination, to=NominationStage.SELECTED)
    case = add_case(audit, nomination=nomination)
    known = {"all_the_same": True} if kin else {}
    write("took a child chosen by inspectors", case, by=by, audit=audit.slug, label=case.label, **known)
    return case


def _put_forward(
    audit: Audit,
    *,
    rationale: str,
    child: Facts,
    who: Mapping[str, str],
    marks: Iterable[tuple[str, str]],
    by: Person,
) -> Nomination:
    """A nomination with its two keys: one for what is said of the case, one for who the child is."""
    nomination = Nomination(audit=audit, agency=by.agency, nominated_by=by, level=child.level, age_band=child.age_band)
    partnership, owner = audit.partnership.public_id, nomination.public_id
    said = make_key(KeyKind.CASE, owner=owner, partnership=partnership).seal_all(
        nomination,
        rationale=rationale,
        category=child.category,
        sex=child.sex,
        ethnicity=child.ethnicity,
        disability=child.disability,
        locality=child.locality,
    )
    for name, sealed in said.items():
        setattr(nomination, name, sealed)
    nomination.save(force_insert=True)
    identity = Identity(nomination=nomination)
    sealed_who = make_key(KeyKind.IDENTITY, owner=owner, partnership=partnership).seal_all(identity, **who)
    for name, sealed in sealed_who.items():
        setattr(identity, name, sealed)
    identity.save(force_insert=True)
    FamilyMark.objects.bulk_create(
        FamilyMark(nomination=nomination, kind=kind, mark=mark) for kind, mark in sorted(marks)
    )
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
        number = queries.next_number(audit)
    case = Case.objects.create(audit=audit, number=number, nomination=nomination)
    if nomination:  # which may have been a case before
        nomination.declarations.update(case=case)
    return case


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
def swap_case(case: Case, *, nomination: Nomination, reason: str, by: Person) -> Case:
    """Put another nomination in the place of a case, with the reason. It becomes a case with the next number.

    The number of the case that goes is not given again, so that nobody takes one child for the other; what was
    asked about it goes with it. Its nomination stays, left out, with the reason and with what was declared.
    """
    freeze_legal_holds(case.audit.partnership_id)
    _hold(case, "nomination")
    rules.may_part_with_case(by, case).insist()
    hold(nomination)
    if nomination.audit_id != case.audit_id or nomination.stage == NominationStage.SELECTED:
        raise Refused("not-to-be-had", "Choose a nomination of this audit that is not one of its cases.")
    assert case.nomination is not None  # a case that is planned was nominated
    move(nomination, to=NominationStage.SELECTED)
    taken = add_case(case.audit, nomination=nomination)
    write(
        "swapped a case", case, by=by, audit=case.audit.slug, case=case.label, now=taken.label,
        nomination=case.nomination.public_id,
    )  # fmt: skip
    move(case.nomination, to=NominationStage.NOT_SELECTED)
    sealed = case_key(case).seal(case.nomination, "decision", reason)
    Nomination.objects.filter(pk=case.nomination.pk).update(decision=sealed)
    case.declarations.update(case=None)
    try:
        case.delete()
    except ProtectedError:
        raise Refused(
            "written-about",
            f"Something has been written about {case.label}: a concern, a reflection, what the family says, or a legal "
            "hold. So it stays on the record as it is. You can select the other nomination beside it.",
        ) from None
    return taken


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


def part_with_agency(case: Case, agency: Agency) -> None:
    """Let an agency no longer see a case that it was asked about in error. Called by the operation that says so."""
    Involvement.objects.filter(case=case, agency=agency).delete()


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
    queries.keep_conflicts(listed, closed, by)
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
    declaration = Declaration.objects.create(case=case, nomination_id=case.nomination_id, person=by, interest=interest)
    if interest in CONFLICTS:
        Seat.objects.filter(case=case, person=by).delete()
    queries.forget_parts(case)
    write("declared an interest", case, by=by, audit=case.audit.slug, case=case.label, interest=interest.value)
    return declaration


@transaction.atomic
def lift_conflict(declaration: Declaration, *, reason: LiftReason, by: Person) -> None:
    """Lift a conflict of interest that somebody declared by a slip. They declare anew before they open the case."""
    case = declaration.of_case
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
def take_in_cohort(audit: Audit, cohort: Cohort, *, file_hash: str, by: Person) -> Draw:
    """Take in the children that cases will be drawn from, sealed under a key that goes when the draw is over."""
    hold(audit, "partnership")
    rules.may_draw_cases(by, audit).insist()
    if queries.open_draw(audit):
        raise Refused(
            "already-open", "There is a list to draw from already. Nominate from it or destroy it, then send another."
        )
    counts = {"read": len(cohort.children), "refused": cohort.refused}
    draw = Draw(audit=audit, uploaded_by=by, file_hash=file_hash, counts=counts)
    key = make_key(KeyKind.COHORT, owner=draw.public_id, partnership=audit.partnership.public_id)
    draw.cohort = key.seal(draw, "cohort", cohort.as_json())
    draw.save(force_insert=True)
    write(
        "took in a cohort", draw, by=by, audit=audit.slug, file=file_hash, read=counts["read"],
        refused=counts["refused"],
    )  # fmt: skip
    return draw


@dataclass(frozen=True)
class Laid:
    """A draw as it lies open: the cohort, who is drawn (None before the first time), and why some were swapped."""

    draw: Draw
    cohort: Cohort
    lots: Lots | None
    reasons: Mapping[str, str]  # by the row that came in


def _laid(draw: Draw) -> Laid:
    key = cohort_key(draw)
    cohort = Cohort.from_json(key.text(draw, "cohort"))
    lots = None
    if draw.asked_for:
        lots = Lots(cohort.children, draw.asked_for, draw.seed)
        for swap in draw.swaps:
            lots.swap(swap["out"], swap["into"])
    return Laid(draw, cohort, lots, json.loads(key.text(draw, "reasons") or "{}"))


def _held(draw: Draw, *, by: Person) -> Laid:
    """The draw as it is now, for somebody who may change it."""
    hold(draw, "audit", read=("audit__partnership",))
    rules.may_change_draw(by, draw).insist()
    return _laid(draw)


@transaction.atomic
def read_draw(draw: Draw, *, by: Person) -> Laid:
    """Show who is in the pool, who is drawn and who is not, row by row and by no name. Recorded before it is shown."""
    rules.may_change_draw(by, draw).insist()
    note_reading("read a cohort", draw, by=by, audit=draw.audit.slug)
    return _laid(draw)


@transaction.atomic
def draw_cases(draw: Draw, *, settings: Settings, seed: str, version: int | None, by: Person) -> Lots:
    """Draw cases by lot. Drawn again, with other settings or another seed, it is said how often."""
    lots = Lots(_held(draw, by=by).cohort.children, settings, seed)
    save_changes(
        draw, version=version, settings=settings.as_json(), seed=seed, times=draw.times + 1, swaps=[],
        reasons=Sealed(), counts=_counts(draw, lots),
    )  # fmt: skip
    write(
        "drew cases", draw, by=by, audit=draw.audit.slug, seed=seed, times=draw.times, pool=len(lots.line),
        drawn=len(lots.drawn),
    )  # fmt: skip
    return lots


def _counts(draw: Draw, lots: Lots) -> dict[str, Any]:
    """What stays of a draw in numbers."""
    why = Counter(one.name for one in lots.excluded.values())
    kept = {name: draw.counts[name] for name in ("read", "refused")}
    return {**kept, "excluded": dict(sorted(why.items())), "pool": len(lots.line), "drawn": len(lots.drawn)}


@transaction.atomic
def swap_drawn(draw: Draw, *, row: int, why: SwapReason, words: str, version: int | None, by: Person) -> int:
    """Give the place of somebody drawn to the next in line, with the reason. Answers with the row of who came in."""
    laid = _held(draw, by=by)
    if laid.lots is None or row not in {one.row for one in laid.lots.drawn}:
        raise Refused("not-drawn", "Choose one of the rows that are drawn now.")
    try:
        into = laid.lots.next_for(row).row
    except NobodyLeftError:
        raise Refused(
            "nobody-left",
            "There is nobody left in line. Draw again from an earlier day of last activity, or ask for fewer.",
        ) from None
    reasons = {**laid.reasons, str(into): words}
    save_changes(
        draw, version=version, swaps=[*draw.swaps, {"out": row, "into": into, "why": why.value}],
        reasons=cohort_key(draw).seal(draw, "reasons", json.dumps(reasons, ensure_ascii=False)),
    )  # fmt: skip
    write("swapped a drawn case", draw, by=by, audit=draw.audit.slug, out=row, into=into, reason=why.value)
    return into


@transaction.atomic
def nominate_drawn(draw: Draw, *, version: int | None, by: Person) -> list[Nomination]:
    """Nominate everybody who is drawn, and destroy the cohort. How it was drawn stays on the record.

    Whether a family was looked at before is told to the chair, who decides on each.
    """
    freeze_legal_holds(draw.audit.partnership_id)
    laid = _held(draw, by=by)
    rules.may_end_draw(by, draw).insist()
    if laid.lots is None or not laid.lots.drawn:
        raise Refused("nobody-drawn", "Nobody is drawn yet. Say how many cases you want, and draw them.")
    save_changes(draw, version=version, cohort=Sealed(), reasons=Sealed())
    made = [_nominate_child(laid, one, by=by) for one in laid.lots.drawn]
    for nomination in made:
        write("nominated a drawn case", nomination, by=by, audit=draw.audit.slug, draw=draw.public_id)
    _end_draw(draw, DrawStage.NOMINATED, by=by)
    return made


def _nominate_child(laid: Laid, child: Child, *, by: Person) -> Nomination:
    draw, lots = laid.draw, laid.lots
    assert lots is not None  # whoever calls has looked
    rationale = (
        f"Drawn: by lot, one of {len(lots.drawn)} from {len(lots.line):,} of the {len(laid.cohort.children):,} "
        f"children in a cohort, with the seed “{draw.seed}”."
    )
    for swap in draw.swaps:
        if swap["into"] == child.row:
            why, words = SwapReason(swap["why"]).label, laid.reasons.get(str(child.row), "")
            rationale += f"\nIn the place of another, because: {why}.{' ' + words if words else ''}"
    facts = Facts(
        child.level, child.band(lots.settings.on), child.category, child.sex, child.ethnicity, child.disability,
        child.locality,
    )  # fmt: skip
    born_on = child.born_on.isoformat() if child.born_on else ""
    return _put_forward(
        draw.audit,
        rationale=rationale,
        child=facts,
        who={"child": child.name, "born_on": born_on, "record_number": child.reference},
        marks=_marks(draw.audit, child.name, child.born_on, ()) if child.name else (),
        by=by,
    )


@transaction.atomic
def discard_draw(draw: Draw, *, version: int | None, by: Person) -> None:
    """Destroy a cohort without nominating from it. That there was one, and how it was drawn, stays on the record."""
    freeze_legal_holds(draw.audit.partnership_id)
    _held(draw, by=by)
    rules.may_end_draw(by, draw).insist()
    save_changes(draw, version=version, cohort=Sealed(), reasons=Sealed())
    write("discarded a draw", draw, by=by, audit=draw.audit.slug)
    _end_draw(draw, DrawStage.DISCARDED, by=by)


def _end_draw(draw: Draw, stage: DrawStage, *, by: Person) -> None:
    """The key goes last, when the rest is certain."""
    move(draw, to=stage)
    owner, whose = draw.public_id, by.public_id
    transaction.on_commit(lambda: destroy_key(KeyKind.COHORT, owner=owner, by=whose))


LONGEST_COHORT = dt.timedelta(days=14)


def forget_cohorts(now: dt.datetime) -> int:
    """Destroy the cohorts that nobody finished drawing from: of audits that were circulated, or a fortnight old.

    A duty of the clock, in the name of the partnership's operator; answers how many.
    """
    left = Draw.objects.filter(stage=DrawStage.OPEN).exclude(
        audit__stage=AuditStage.PLANNED, uploaded_at__gt=now - LONGEST_COHORT
    )
    done = 0
    for draw in left.select_related("audit__partnership"):
        with transaction.atomic():
            freeze_legal_holds(draw.audit.partnership_id)
            hold(draw, "audit", read=("audit__partnership",))
            held = LegalHold.objects.over_audit(draw.audit).exists()
            if draw.stage == DrawStage.OPEN and not held:
                operator = operator_of(draw.audit.partnership)
                save_changes(draw, version=None, cohort=Sealed(), reasons=Sealed())
                write("forgot a cohort", draw, by=operator, audit=draw.audit.slug)
                _end_draw(draw, DrawStage.DISCARDED, by=operator)
                done += 1
    return done


@dataclass(frozen=True)
class Coverage:
    """Whom the cases of an audit are about: counted for everybody, and case by case for those who see each."""

    tables: Sequence[Table]
    cases: Sequence[tuple[Case, Mapping[str, str]]] = ()
    absent: Sequence[str] = ()
    destroyed: int = 0
    is_open: bool = False


@transaction.atomic
def read_coverage(audit: Audit, *, by: Person) -> Coverage:
    """Show whom the cases of an audit are about, and whose voice is missing. Recorded before it is shown."""
    rules.may_read_coverage(by, audit).insist()
    is_open = queries.sees_each_case(audit, by)
    cases = [one for one in queries.cases_covered(audit) if one.nomination]
    if cases:
        note_reading("read whom the cases are about", audit, by=by, audit=audit.slug, each=is_open)
    keys = nomination_keys(one.nomination for one in cases if one.nomination)
    found = []
    for case in cases:
        nomination = case.nomination
        if nomination and nomination.public_id in keys:
            keys[nomination.public_id].open(nomination)
            found.append((case, Facts(
                nomination.level, nomination.age_band, str(nomination.category), str(nomination.sex),
                str(nomination.ethnicity), str(nomination.disability), str(nomination.locality),
            )))  # fmt: skip
    facts = [one for _, one in found]
    return Coverage(
        tables=tables(facts, suppressed=not is_open),
        cases=[(case, one.words) for case, one in found] if is_open else (),
        absent=absent(facts) if is_open else (),
        destroyed=len(cases) - len(found),
        is_open=is_open,
    )


@transaction.atomic
def destroy_case(case: Case, *, reason: DestructionReason, by: Person) -> None:
    """Destroy who the child is, the marks of the family and everything written about the case. What was learned stays.

    The keys go last, when the rest is certain: without the record of it nothing is destroyed. In the backups
    of the keystore they live until those expire.
    """
    freeze_legal_holds(case.audit.partnership_id)
    _hold(case, "nomination")
    rules.may_destroy_case(by, case).insist()
    assert case.nomination is not None  # the rule has looked
    Case.objects.filter(pk=case.pk).update(destroyed_at=timezone.now())
    _destroy(case.nomination, by=by)
    write("destroyed a case", case, by=by, audit=case.audit.slug, case=case.label, reason=reason.value)


@transaction.atomic
def destroy_identity(case: Case, *, reason: DestructionReason, by: Person) -> None:
    """Destroy who the child is and the marks of the family. What was written about the case by its label stays."""
    freeze_legal_holds(case.audit.partnership_id)
    _hold(case, "nomination")
    rules.may_destroy_identity(by, case).insist()
    assert case.nomination is not None  # the rule has looked
    _destroy(case.nomination, identity_alone=True, by=by)
    write("destroyed an identity", case, by=by, audit=case.audit.slug, case=case.label, reason=reason.value)


@transaction.atomic
def destroy_nomination(nomination: Nomination, *, reason: DestructionReason, by: Person) -> None:
    """Destroy who the child of a nomination that became no case is, the marks of the family, and why it was put
    forward."""
    freeze_legal_holds(nomination.audit.partnership_id)
    hold(nomination, "audit")
    rules.may_destroy_nomination(by, nomination).insist()
    _destroy(nomination, by=by)
    write("destroyed a nomination", nomination, by=by, audit=nomination.audit.slug, reason=reason.value)


def _destroy(nomination: Nomination, *, identity_alone: bool = False, by: Person) -> None:
    now = timezone.now()
    gone = {"identity_destroyed_at": nomination.identity_destroyed_at or now}
    if not identity_alone:
        gone["destroyed_at"] = now
    Nomination.objects.filter(pk=nomination.pk).update(**gone)
    for name, at in gone.items():
        setattr(nomination, name, at)
    # The family is found again by nothing that outlives who it is.
    nomination.marks.all().delete()
    kinds, owner, whose = (IDENTITY_ALONE if identity_alone else EVERY_KEY), nomination.public_id, by.public_id
    transaction.on_commit(lambda: _destroy_keys(owner, kinds, whose))


IDENTITY_ALONE, EVERY_KEY = (KeyKind.IDENTITY,), (KeyKind.IDENTITY, KeyKind.CASE)


def _destroy_keys(owner: str, kinds: Iterable[KeyKind], by: str) -> None:
    for kind in kinds:
        destroy_key(kind, owner=owner, by=by)


def finish_destroying() -> int:
    """Destroy the keys of cases and cohorts that were destroyed on the record, should a crash have come between.

    What a legal hold stands over by now keeps its keys until that has ended: a hold beats everything.
    """
    nominations = Nomination.objects.select_related("audit")
    done: set[str] = set()
    for on_record, kinds in (
        (nominations.exclude(identity_destroyed_at=None), IDENTITY_ALONE),
        (nominations.exclude(destroyed_at=None), EVERY_KEY),
        (Draw.objects.exclude(stage=DrawStage.OPEN).select_related("audit"), (KeyKind.COHORT,)),
    ):
        left = keys_left(on_record.values_list("public_id", flat=True), kinds)
        by_partnership: dict[int, list[Nomination | Draw]] = {}
        for one in on_record.filter(public_id__in=left):
            by_partnership.setdefault(one.audit.partnership_id, []).append(one)
        for partnership, found in by_partnership.items():
            with transaction.atomic():
                freeze_legal_holds(partnership)
                holds = list(LegalHold.objects.standing().filter(partnership=partnership).select_related("case"))
                free = [one.public_id for one in found if not any(hold.is_over(one) for hold in holds)]
                for owner in free:
                    _destroy_keys(owner, kinds, "")
                done.update(free)
    return len(done)
