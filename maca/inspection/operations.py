from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction

from maca.audits.models import Audit
from maca.audits.operations import begin_inspected_audit
from maca.audits.question_sets import Questions
from maca.audits.timetable import DRAFT_AFTER, Timetable
from maca.cases.facts import band_of, years_between
from maca.cases.models import Case
from maca.cases.operations import take_chosen_child
from maca.inspection import rules
from maca.inspection.children import ChosenChild
from maca.inspection.days import Days, wrong_days
from maca.inspection.models import Inspection
from maca.inspection.packs import archive, pack
from maca.inspection.queries import cases_of_packs, days_of, inspection_of, named
from maca.journal.operations import write
from maca.kernel.clock import LONDON, today, working_days_from
from maca.kernel.holding import hold
from maca.kernel.paper import Paper
from maca.kernel.verdict import Refused
from maca.kernel.versions import save_changes
from maca.partnership.models import Agency, Person
from maca.partnership.operations import USUAL_LEGAL_BASIS, USUAL_PURPOSE
from maca.returns.letter.value import USUAL_PERIOD, USUAL_RETENTION, USUAL_SECURITY
from maca.returns.models import AgencyReturn
from maca.returns.operations import circulate_audit, copy_report, move_due_days

CHOSEN = "Chosen by the inspectors."


@transaction.atomic
def start_inspection(
    *,
    called: str,
    theme: str,
    days: Days,
    questions: Questions,
    children: Sequence[ChosenChild],
    agencies: Collection[Agency],
    by: Person,
) -> Inspection:
    """Start an inspection: its audit, its children as cases, and every agency asked about each, all at once or not at
    all. The messages to the agencies wait in the outbox when it is done."""
    hold(by.partnership)  # of two that start at the same moment, the second sees the name of the first
    rules.may_start_inspection(by).insist()
    if not children:
        raise Refused("no-children", "Name at least one child whom the inspectors have chosen.")
    if any(one.named_in(f"{called} {theme}") for one in children):
        raise Refused("names-a-child", "The name or the theme of the inspection names a child, and everybody reads it.")
    _insist_on(days)
    if (namesake := named(by, called)) is not None:
        begun = f"{namesake.planned_at.astimezone(LONDON):%-d %B %Y}"
        raise Refused(
            "same-name",
            f"There is an inspection of this name already, begun on {begun}. If this is another, give it another name",
        )
    audit = begin_inspected_audit(
        theme=theme,
        title=called,
        questions=questions,
        dates=Timetable(
            request_on=today(),
            returns_due_on=days.returns_due_on,
            pack_on=days.packs_on,
            panel_on=days.packs_on,
            draft_on=working_days_from(days.on_site_to, DRAFT_AFTER),
        ),
        by=by,
    )
    asked = {
        _take(audit, one, by): [agency for agency in agencies if agency.slug not in one.not_asked] for one in children
    }
    inspection = Inspection.objects.create(
        audit=audit, called=called, notice_on=days.notice_on, on_site_from=days.on_site_from,
        on_site_to=days.on_site_to, started_by=by,
    )  # fmt: skip
    circulate_audit(
        audit, asked, purpose=audit.purpose or USUAL_PURPOSE,
        legal_basis=audit.legal_basis or USUAL_LEGAL_BASIS, period=USUAL_PERIOD, security=USUAL_SECURITY,
        retention=USUAL_RETENTION, contact=f"{by.name}, {by.post}, {by.email}", version=audit.version, by=by,
    )  # fmt: skip
    write("started an inspection", inspection, by=by, audit=audit.slug, children=len(asked))
    return inspection


def _insist_on(days: Days, before: Days | None = None) -> None:
    if not days.are_near(today(), before):
        raise Refused("far-days", "A day of the inspection is far from today.")
    for _, sentence in wrong_days(vars(days), today(), before):
        raise Refused("wrong-days", f"{sentence}.")


@transaction.atomic
def change_days(audit: Audit, *, days: Days, version: int | None, by: Person) -> None:
    """Change the days of an inspection. Every return that is still open is due on the new day."""
    # The returns first, as whoever answers one holds it before its audit.
    list(AgencyReturn.objects.of(audit).order_by("pk").select_for_update(of=("self",)).values_list("pk"))
    hold(audit)
    inspection = inspection_of(audit)
    hold(inspection)
    rules.may_change_days(by, audit).insist()
    before = days_of(inspection, audit)
    _insist_on(days, before)
    save_changes(
        audit, version=version, returns_due_on=days.returns_due_on, pack_on=days.packs_on, panel_on=days.packs_on,
        draft_on=working_days_from(days.on_site_to, DRAFT_AFTER),
    )  # fmt: skip
    Inspection.objects.filter(pk=inspection.pk).update(
        notice_on=days.notice_on, on_site_from=days.on_site_from, on_site_to=days.on_site_to
    )
    if (days.returns_due_on, days.packs_on) != (before.returns_due_on, before.packs_on):
        move_due_days(audit, before=before.returns_due_on, by=by)
    changed: dict[str, Any] = {
        name: f"{getattr(before, name).isoformat()} to {day.isoformat()}"
        for name, day in vars(days).items()
        if getattr(before, name) != day
    }
    write("changed the days of an inspection", inspection, by=by, audit=audit.slug, **changed)


def _take(audit: Audit, one: ChosenChild, by: Person) -> Case:
    band = band_of(years_between(one.born_on, today()) if one.born_on else -1)
    if band is None:
        raise Refused("grown-up", "Somebody of 18 or more is no child. Look at the dates of birth.")
    return take_chosen_child(
        audit, rationale=CHOSEN, level=one.level, age_band=band, child=one.name, born_on=one.born_on,
        address=one.address, household=one.household, record_number=one.record_number, by=by,
    )  # fmt: skip


@transaction.atomic
def copy_pack(case: Case, *, kind: str, by: Person) -> Paper:
    """Hand out the pack of one child as a file for the inspectors. It is a reading of the report of its case."""
    rules.may_take_pack(by, case).insist()
    write("made an inspection pack", case, by=by, audit=case.audit.slug, case=case.label, kind=kind)
    inspection = inspection_of(case.audit)
    return pack(copy_report(case, kind=kind, by=by), days_of(inspection, case.audit), called=inspection.called)


@transaction.atomic
def copy_packs(audit: Audit, *, by: Person) -> bytes:
    """Hand out every pack that is open to this person, as one archive that says which are left out, and why."""
    rules.may_take_packs(by, audit).insist()
    verdicts = [(one, rules.may_take_pack(by, one)) for one in cases_of_packs(audit, by)]
    left_out = [f"Left out: child {one.number}. {verdict.sentence}" for one, verdict in verdicts if not verdict]
    packs = [(one.number, copy_pack(one, kind="zip", by=by)) for one, verdict in verdicts if verdict]
    if not packs:
        raise Refused(
            "no-packs",
            "No pack is open to you. Declare your interest in each child first, on the page of the inspection.",
        )
    write("took the inspection packs", audit, by=by, packs=len(packs), left_out=len(left_out))
    return archive(packs, left_out)
