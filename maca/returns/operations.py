import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from maca.audits.models import Audit, Question
from maca.audits.operations import enter
from maca.audits.stages import AuditStage
from maca.cases.models import Case
from maca.cases.operations import involve_agency
from maca.cases.seal import case_key
from maca.journal import operations as journal
from maca.journal.operations import note_reading
from maca.kernel.holding import hold
from maca.kernel.stages import move
from maca.kernel.verdict import Refused
from maca.kernel.versions import save_changes
from maca.partnership.models import Agency, Person
from maca.returns import rules
from maca.returns.models import AgencyReturn, Answer, Cause, DeclineReason, Evidence, can_be_chosen
from maca.returns.on_paper.value import ReturnForm
from maca.returns.paper import TakenAnswer, form_of, is_its_own, is_its_own_engagement
from maca.returns.queries import Asking, answers_of
from maca.returns.stages import ReturnStage
from maca.returns.summative import SummativeReport, summative_report
from maca.sealing.cipher import DataKey, digest
from maca.sealing.field import Sealed, holds_words


@transaction.atomic
def circulate_audit(
    audit: Audit,
    asked: Mapping[Case, Collection[Agency]],
    *,
    purpose: str,
    legal_basis: str,
    version: int | None,
    by: Person,
) -> None:
    """Ask each agency about each of its cases. Purpose and legal basis stand on every request.

    Raises `Refused` when a case would be circulated to nobody.
    """
    hold(audit)
    rules.may_circulate_audit(by, audit).insist()
    if audit.returns_due_on is None:
        raise Refused("no-timetable", "The audit has no day on which returns are due.")
    if any(case.audit_id != audit.pk for case in asked):
        raise Refused("another-audit", "Only cases of this audit can be circulated.")
    if any(agency.partnership_id != audit.partnership_id for agencies in asked.values() for agency in agencies):
        raise Refused("another-partnership", "Only agencies of this partnership can be asked.")
    for case in audit.cases.all():
        if not asked.get(case):
            raise Refused("nobody-asked", f"Choose at least one agency to ask about {case.label}.")
    save_changes(audit, version=version, purpose=purpose, legal_basis=legal_basis)
    for case, agencies in asked.items():
        for agency in agencies:
            involve_agency(case, agency)
            agency_return = AgencyReturn.objects.create(
                case=case,
                agency=agency,
                purpose=purpose,
                legal_basis=legal_basis,
                asked_by=by,
                due_on=audit.returns_due_on,
            )
            _write("asked an agency", agency_return, by=by, agency=agency.slug, case=case.label)
    enter(audit, AuditStage.CIRCULATED, by=by)


def _write(did: str, agency_return: AgencyReturn, *, by: Person, **details: Any) -> None:
    """Every entry about a return says which case of which audit it is."""
    case = agency_return.case
    journal.write(did, agency_return, by=by, **{"audit": case.audit.slug, "case": case.label, **details})


def _hold(agency_return: AgencyReturn) -> None:
    hold(agency_return, "case__audit", read=("agency", "case__nomination"))


def _stamp(by: Person) -> dict[str, object]:
    return {"saved_by": by, "saved_at": timezone.now()}


@transaction.atomic
def say_known(agency_return: AgencyReturn, *, version: int | None, on_behalf: bool = False, by: Person) -> None:
    """The family is known to the agency: the questions open. `on_behalf`: the form on paper says so."""
    _hold(agency_return)
    (rules.may_enter_from_paper if on_behalf else rules.may_answer_return)(by, agency_return).insist()
    save_changes(agency_return, version=version, decline_reason="", decline_words=Sealed(), **_stamp(by))
    if agency_return.stage != ReturnStage.STARTED:
        move(agency_return, to=ReturnStage.STARTED)
    _write("said a family is known", agency_return, by=by)


@transaction.atomic
def say_not_known(agency_return: AgencyReturn, *, version: int | None, on_behalf: bool = False, by: Person) -> None:
    """ "Not known to us" is a complete answer. It is never chased. What was written before is kept."""
    _hold(agency_return)
    (rules.may_enter_from_paper if on_behalf else rules.may_answer_return)(by, agency_return).insist()
    save_changes(agency_return, version=version, **_stamp(by))
    if agency_return.stage != ReturnStage.NOT_KNOWN:
        move(agency_return, to=ReturnStage.NOT_KNOWN)
    _write("said a family is not known", agency_return, by=by)


@transaction.atomic
def describe_engagement(
    agency_return: AgencyReturn,
    *,
    before: str | None,
    now: str | None,
    version: int | None,
    sitting: str = "",
    while_writing: bool = False,
    on_behalf: bool = False,
    by: Person,
) -> None:
    """Write down the agency's historic and current engagement with the family. `sitting` as in `save_answer`.

    What is None stays as it is.
    """
    _hold(agency_return)
    (rules.may_enter_answers_from_paper if on_behalf else rules.may_answer_questions)(by, agency_return).insist()
    if not while_writing and sitting and agency_return.sitting == sitting:
        version = agency_return.version
    said = {"engagement_before": before, "engagement_now": now}
    key = case_key(agency_return.case)
    sealed = key.seal_all(agency_return, **{name: text for name, text in said.items() if text is not None})
    save_changes(agency_return, version=version, **sealed, sitting=sitting, described_by=by, **_stamp(by))
    _write("described an engagement", agency_return, by=by, version=agency_return.version, sealed=digest(sealed))


@transaction.atomic
def save_answer(
    asking: Asking,
    *,
    choice: str | None,
    how_known: str | None,
    points: str | None,
    cause: str | None = None,
    version: int | None,
    sitting: str = "",
    while_writing: bool = False,
    on_behalf: bool = False,
    by: Person,
) -> Answer:
    """Save the answer to one question, whole or in part: nothing typed is refused for being unfinished.

    What is None stays as it is: half a date, say, is none to save yet.

    `sitting` names the open form. What that same form has saved since it was opened, `while_writing`, is the
    writer's own and no clash when the form is sent. A save made while writing has to match the version, so
    that a slow one never covers newer words.
    """
    _hold(asking.agency_return)
    may = rules.may_enter_answers_from_paper if on_behalf else rules.may_answer_questions
    may(by, asking.agency_return).insist()
    if not can_be_chosen(asking.question.kind, choice or "") or (cause and cause not in Cause.values):
        raise Refused("no-such-answer", "That is not one of the answers to this question. Reload the page and choose.")
    answer = asking.answer
    if not (while_writing and answer.pk):  # then its version alone decides, and it need not be read again
        answer, _ = Answer.objects.get_or_create(agency_return=asking.agency_return, question=asking.question)
    if not while_writing and sitting and answer.sitting == sitting:
        version = answer.version
    key = case_key(asking.agency_return.case)
    said = {"choice": choice, "how_known": how_known, "points": points, "cause": cause}
    sealed = key.seal_all(answer, **{name: text for name, text in said.items() if text is not None})
    save_changes(answer, version=version, **sealed, sitting=sitting, **_stamp(by))
    _write(
        "saved an answer",
        asking.agency_return,
        by=by,
        question=asking.question.number,
        version=answer.version,
        sealed=digest(sealed),
    )
    return answer


@transaction.atomic
def cite_evidence(
    agency_return: AgencyReturn,
    *,
    question: Question | None,
    record: str,
    reference: str,
    dated_on: dt.date | None,
    by: Person,
) -> Evidence:
    """Say where in the agency's own records an answer can be checked."""
    _hold(agency_return)
    rules.may_answer_questions(by, agency_return).insist()
    evidence = Evidence(agency_return=agency_return, question=question, added_by=by)
    sealed = case_key(agency_return.case).seal_all(
        evidence, record=record, reference=reference, dated_on=dated_on.isoformat() if dated_on else ""
    )
    for name, value in sealed.items():
        setattr(evidence, name, value)
    evidence.save(force_insert=True)
    _write("cited evidence", agency_return, by=by, evidence=evidence.public_id)
    return evidence


@transaction.atomic
def remove_evidence(evidence: Evidence, *, by: Person) -> None:
    """Take back a reference, before the return is submitted."""
    _hold(evidence.agency_return)
    rules.may_remove_evidence(by, evidence).insist()
    evidence.delete()
    _write("removed evidence", evidence.agency_return, by=by, evidence=evidence.public_id)


@transaction.atomic
def submit_return(agency_return: AgencyReturn, *, version: int | None, by: Person) -> None:
    """Hand in the return. Late is accepted and marked, never refused."""
    _hold(agency_return)
    rules.may_submit_return(by, agency_return).insist()
    save_changes(agency_return, version=version, submitted_by=by, **_stamp(by))
    move(agency_return, to=ReturnStage.SUBMITTED)
    _write("submitted a return", agency_return, by=by)


@transaction.atomic
def extend_return(agency_return: AgencyReturn, *, due_on: dt.date, version: int | None, by: Person) -> None:
    """Give an agency more time for one return."""
    _hold(agency_return)
    rules.may_extend_return(by, agency_return).insist()
    before = agency_return.due_on
    save_changes(agency_return, version=version, due_on=due_on, **_stamp(by))
    _write("extended a return", agency_return, by=by, before=before.isoformat(), now=due_on.isoformat())


@transaction.atomic
def decline_return(
    agency_return: AgencyReturn, *, reason: DeclineReason, words: str, version: int | None, by: Person
) -> None:
    """Decline, with a coded reason and in the agency's own words. It counts as declined, not as late."""
    _hold(agency_return)
    rules.may_decline_return(by, agency_return).insist()
    sealed = case_key(agency_return.case).seal(agency_return, "decline_words", words)
    save_changes(agency_return, version=version, decline_reason=reason, decline_words=sealed, **_stamp(by))
    move(agency_return, to=ReturnStage.DECLINED)
    _write("declined a return", agency_return, by=by, reason=str(reason))


@transaction.atomic
def note_form_made(agency_return: AgencyReturn, *, form: str, by: Person) -> None:
    """Put on record that an empty form of a return, to be filled in on paper, was made by a command on the machine."""
    _write("made a return form", agency_return, by=by, agency=agency_return.agency.slug, form=form)


# ---- on paper


@transaction.atomic
def fill_form(agency_return: AgencyReturn, *, form: str, by: Person) -> ReturnForm:
    """Make the form of a return, with what its own agency has written so far. For anybody else it is empty."""
    rules.may_return_on_paper(by, agency_return).insist()
    answers = _open_own(agency_return, by=by, part=f"form in {form}")
    _write("made a return form", agency_return, by=by, agency=agency_return.agency.slug, form=form)
    return form_of(agency_return, answers if by.speaks_for(agency_return.agency) else None)


@transaction.atomic
def look_at_form(agency_return: AgencyReturn, *, boxes: int, by: Person) -> dict[int, Answer]:
    """Show a form on paper beside what is there: its own words to the agency alone, which others get unopened."""
    rules.may_return_on_paper(by, agency_return).insist()
    _write("looked at a form on paper", agency_return, by=by, agency=agency_return.agency.slug, boxes=boxes)
    return _open_own(agency_return, by=by, part="beside a form on paper")


def _open_own(agency_return: AgencyReturn, *, by: Person, part: str) -> dict[int, Answer]:
    answers = answers_of(agency_return)
    rows = [agency_return, *answers.values()]
    if by.speaks_for(agency_return.agency) and any(holds_words(row) for row in rows):
        key = _note_reading("read a return", agency_return, by=by, part=part)
        for row in rows:
            key.open(row)
    return answers


@transaction.atomic
def take_form(
    agency_return: AgencyReturn,
    *,
    known: str = "",
    before: str | None = None,
    now: str | None = None,
    answers: Collection[TakenAnswer] = (),
    version: int | None,
    by: Person,
) -> None:
    """Take into a return what was kept of its form on paper, all of it or nothing. What is None stays as it is.

    The business manager does so on the agency's behalf, and then never over what the agency wrote itself.
    """
    _hold(agency_return)
    rules.may_return_on_paper(by, agency_return).insist()
    described = before is not None or now is not None
    if known == "no" and (described or answers):
        raise Refused("both", "The form cannot say “Not known to us” and hold answers too. Take the one or the other.")
    on_behalf = not by.speaks_for(agency_return.agency)
    if on_behalf:
        _leave_own_words(agency_return, known=known, before=before, now=now, answers=answers, by=by)
    if known == "no":
        say_not_known(agency_return, version=version, on_behalf=on_behalf, by=by)
    elif known and agency_return.stage != ReturnStage.STARTED:
        say_known(agency_return, version=version, on_behalf=on_behalf, by=by)
        version = agency_return.version
    if described:
        describe_engagement(agency_return, before=before, now=now, version=version, on_behalf=on_behalf, by=by)
    questions = tuple(taken.question for taken in answers)
    for taken in answers:
        asking = Asking(
            agency_return, taken.question, Answer(agency_return=agency_return, question=taken.question), questions
        )
        save_answer(asking, **taken.said, version=taken.version, on_behalf=on_behalf, by=by)
    if on_behalf:
        save_changes(agency_return, version=None, entered_by=by, entered_at=timezone.now())
    _write(
        "entered a form on behalf of an agency" if on_behalf else "took a form on paper",
        agency_return,
        by=by,
        agency=agency_return.agency.slug,
        known=known,
        engagement=described,
        questions=[taken.question.number for taken in answers],
    )


def _leave_own_words(
    agency_return: AgencyReturn,
    *,
    known: str,
    before: str | None,
    now: str | None,
    answers: Collection[TakenAnswer],
    by: Person,
) -> None:
    """What an agency wrote itself is its draft, which nobody else reads; so nobody else writes over it either."""
    there = answers_of(agency_return)
    described = is_its_own_engagement(agency_return, by)
    over = described and (before is not None or now is not None)
    hidden = known == "no" and (described or any(is_its_own(one, by) for one in there.values()))
    if over or hidden or any(is_its_own(there.get(taken.question.pk), by) for taken in answers):
        raise Refused(
            "its-own-words",
            f"{agency_return.agency} has written here itself, and its own words stay. Look at the form again, and "
            "leave out what it has answered.",
        )


# ---- reading: recorded before anything is shown


def _note_reading(did: str, agency_return: AgencyReturn, *, by: Person, **details: object) -> DataKey:
    case = agency_return.case
    note_reading(did, agency_return, by=by, audit=case.audit.slug, case=case.label, **details)
    return case_key(case)


@transaction.atomic
def read_return(agency_return: AgencyReturn, *, by: Person) -> tuple[dict[int, Answer], list[Evidence]]:
    """Show everything written in a return: the answers by the key of their question, and the evidence."""
    rules.may_read_answers(by, agency_return).insist()
    answers = answers_of(agency_return)
    evidence = list(agency_return.evidence.select_related("question"))
    rows = [agency_return, *answers.values(), *evidence]
    if any(holds_words(row) for row in rows):
        key = _note_reading("read a return", agency_return, by=by)
        for row in rows:
            key.open(row)
    return answers, evidence


@transaction.atomic
def read_engagement(agency_return: AgencyReturn, *, by: Person) -> AgencyReturn:
    """Show an agency its own account, or its own words of declining, to go on writing."""
    rules.may_answer_return(by, agency_return).insist()
    if holds_words(agency_return):
        _note_reading("read a return", agency_return, by=by, part="engagement").open(agency_return)
    return agency_return


@transaction.atomic
def read_answer(asking: Asking, answer: Answer, *, by: Person) -> Answer:
    """Show an agency its own answer to a question, to go on writing."""
    rules.may_answer_question(by, asking).insist()
    if holds_words(answer):
        key = _note_reading("read a return", asking.agency_return, by=by, part=f"question {asking.question.number}")
        key.open(answer)
    return answer


@transaction.atomic
def read_report(case: Case, *, did: str = "read a report", by: Person) -> SummativeReport:
    """Show every agency’s account of a case side by side."""
    rules.may_read_summative_report(by, case).insist()
    note_reading(did, case, by=by, audit=case.audit.slug, case=case.label)
    return summative_report(case, case_key(case))
