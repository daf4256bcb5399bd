from typing import Any

from django.db import transaction
from django.utils import timezone

from maca.audits.models import Audit
from maca.cases.queries import cases_of, fetch_parts
from maca.cases.seal import case_key, nomination_keys
from maca.journal.operations import note_reading, note_readings, write
from maca.kernel.verdict import Refused
from maca.kernel.versions import save_changes
from maca.panel import rules
from maca.panel.grades import Across, Given, across, graded
from maca.panel.models import Hearing, PanelGrade
from maca.panel.operations.holding import hold_hearing, where_of
from maca.panel.queries import GradePlace, grades_given
from maca.partnership.models import Person
from maca.returns.models import Grade
from maca.returns.rules import may_read_summative_report
from maca.returns.summative import summative_reports
from maca.sealing.cipher import DataKey, digest
from maca.sealing.field import Sealed


@transaction.atomic
def give_grade(
    place: GradePlace, *, grade: Grade, reason: str, follows: str, version: int | None, by: Person
) -> PanelGrade:
    """Record what the panel gives beside an agency’s own grade, and why; for an inadequate, also what follows from it.

    Raises `Refused` for a grade without a reason, and for an inadequate that nothing follows from.
    """
    hold_hearing(place.hearing)
    rules.may_give_grade(by, place.hearing).insist()
    if not reason:
        raise Refused("no-reason", "Say why the panel gives it.")
    if grade == Grade.INADEQUATE and not follows:
        raise Refused("nothing-follows", "An inadequate needs a decision. Say what follows from it.")
    row, sealed = _keep_grade(place, version=version, by=by, grade=grade, reason=reason, follows=follows)
    write("gave a grade of the panel", row, by=by, **_graded(place), version=row.version, sealed=digest(sealed))
    return row


@transaction.atomic
def take_back_grade(place: GradePlace, *, version: int | None, by: Person) -> None:
    """Take the panel’s grade back, as if it had given none; it can be given anew until the panel closes."""
    hold_hearing(place.hearing)
    rules.may_give_grade(by, place.hearing).insist()
    row, _ = _keep_grade(place, version=version, by=by, grade="", reason="", follows="")
    write("took back a grade of the panel", row, by=by, **_graded(place), version=row.version)


def _keep_grade(
    place: GradePlace, *, version: int | None, by: Person, **words: str
) -> tuple[PanelGrade, dict[str, Sealed]]:
    row, _ = PanelGrade.objects.get_or_create(hearing=place.hearing, question=place.question, agency=place.agency)
    sealed = case_key(place.hearing.case).seal_all(row, **words)
    save_changes(row, version=version, **sealed, saved_by=by, saved_at=timezone.now())
    return row, sealed


def _graded(place: GradePlace) -> dict[str, Any]:
    return {**where_of(place.hearing.case), "question": place.question.number, "agency": place.agency.slug}


@transaction.atomic
def read_grade(place: GradePlace, row: PanelGrade, *, by: Person) -> Given | None:
    """Show the panel’s grade to whoever may change it."""
    rules.may_give_grade(by, place.hearing).insist()
    if not row.grade:
        return None
    note_reading("read a grade of the panel", row, by=by, **_graded(place))
    return _given(row, case_key(place.hearing.case))


@transaction.atomic
def read_grades(hearing: Hearing, *, by: Person) -> dict[tuple[int, str], Given]:
    """Show what the panel gave in a case, by the number of the question and the slug of the agency."""
    rules.may_attend_hearing(by, hearing).insist()
    rows = grades_given([hearing.case])
    if not rows:
        return {}
    note_reading("read the grades of a panel", hearing.case, by=by, **where_of(hearing.case), grades=len(rows))
    key = case_key(hearing.case)
    return {(one.question.number, one.agency.slug): _given(one, key) for one in rows}


@transaction.atomic
def read_grades_across(audit: Audit, *, by: Person) -> Across:
    """Show the grades of the agencies and of the panel in all those cases of an audit that somebody hears."""
    rules.may_see_panel_page(by, audit).insist()
    cases = cases_of(audit, by)
    fetch_parts(cases, by)
    cases = [one for one in cases if may_read_summative_report(by, one)] if audit.panel_has_begun else []
    note_readings("read the grades of a panel", [(one, where_of(one)) for one in cases], by=by)
    found = nomination_keys(one.nomination for one in cases if one.nomination)
    keys = {one.pk: found[one.nomination.public_id] for one in cases if one.nomination}
    given: dict[int, dict[tuple[int, str], Given]] = {one.pk: {} for one in cases}
    for row in grades_given(cases):
        of_case = row.hearing.case_id
        given[of_case][row.question.number, row.agency.slug] = _given(row, keys[of_case])
    reports = summative_reports(cases, keys)
    return across((case.label, graded(report, given[case.pk])) for case, report in zip(cases, reports, strict=True))


def _given(row: PanelGrade, key: DataKey) -> Given:
    return Given(Grade(key.text(row, "grade")), key.text(row, "reason"), key.text(row, "follows"))
