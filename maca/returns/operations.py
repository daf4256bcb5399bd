import datetime as dt
import json
from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from maca.audits.models import Audit, Question
from maca.audits.operations import enter
from maca.audits.queries import agency_questions
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
from maca.notices.operations import queue
from maca.partnership.models import Agency, Person, Role
from maca.returns import rules
from maca.returns.messages import SENT_BACK
from maca.returns.models import (
    AgencyReturn,
    Answer,
    DeclineReason,
    Evidence,
    RiskStatement,
    SentBack,
    Signature,
    statement_for,
)
from maca.returns.queries import Asking, Dealings, answers_of, colleagues
from maca.returns.stages import ReturnStage
from maca.returns.summative import SummativeReport, summative_report
from maca.sealing.cipher import DataKey, digest
from maca.sealing.field import Sealed, holds_words, sealed_fields


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
def say_known(agency_return: AgencyReturn, *, version: int | None, by: Person) -> None:
    """The family is known to the agency: the questions open."""
    _hold(agency_return)
    rules.may_answer_return(by, agency_return).insist()
    save_changes(agency_return, version=version, decline_reason="", decline_words=Sealed(), **_stamp(by))
    if agency_return.stage != ReturnStage.STARTED:
        move(agency_return, to=ReturnStage.STARTED)
    _write("said a family is known", agency_return, by=by)


@transaction.atomic
def say_not_known(agency_return: AgencyReturn, *, version: int | None, by: Person) -> None:
    """ "Not known to us" is a complete answer. It is never chased. What was written before is kept."""
    _hold(agency_return)
    rules.may_answer_return(by, agency_return).insist()
    save_changes(agency_return, version=version, **_stamp(by))
    if agency_return.stage != ReturnStage.NOT_KNOWN:
        move(agency_return, to=ReturnStage.NOT_KNOWN)
    _write("said a family is not known", agency_return, by=by)


@transaction.atomic
def describe_engagement(
    agency_return: AgencyReturn,
    *,
    before: str,
    now: str,
    version: int | None,
    sitting: str = "",
    while_writing: bool = False,
    by: Person,
) -> None:
    """Write down the agency's historic and current engagement with the family. `sitting` as in `save_answer`."""
    _hold(agency_return)
    rules.may_answer_questions(by, agency_return).insist()
    if not while_writing and sitting and agency_return.sitting == sitting:
        version = agency_return.version
    sealed = case_key(agency_return.case).seal_all(agency_return, engagement_before=before, engagement_now=now)
    save_changes(agency_return, version=version, **sealed, sitting=sitting, **_stamp(by))
    _write("described an engagement", agency_return, by=by, version=agency_return.version, sealed=digest(sealed))


@transaction.atomic
def save_answer(
    asking: Asking,
    *,
    choice: str,
    how_known: str,
    points: str,
    version: int | None,
    sitting: str = "",
    while_writing: bool = False,
    by: Person,
) -> Answer:
    """Save the answer to one question, whole or in part: nothing typed is refused for being unfinished.

    `sitting` names the open form. What that same form has saved since it was opened, `while_writing`, is the
    writer's own and no clash when the form is sent. A save made while writing has to match the version, so
    that a slow one never covers newer words.
    """
    _hold(asking.agency_return)
    rules.may_answer_question(by, asking).insist()
    answer = asking.answer
    if not (while_writing and answer.pk):  # then its version alone decides, and it need not be read again
        answer, _ = Answer.objects.get_or_create(agency_return=asking.agency_return, question=asking.question)
    if not while_writing and sitting and answer.sitting == sitting:
        version = answer.version
    key = case_key(asking.agency_return.case)
    sealed = key.seal_all(answer, choice=choice, how_known=how_known, points=points)
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
def say_of_risk(agency_return: AgencyReturn, *, is_unsafe: bool, by: Person) -> RiskStatement:
    """Answer whether any child is unsafe now, or possibly. Every answer is kept; “yes” leads to raising a concern."""
    _hold(agency_return)
    rules.may_say_of_risk(by, agency_return).insist()
    said = agency_return.risk_statements.create(is_unsafe=is_unsafe, said_by=by)
    _write("answered the question of immediate risk", agency_return, by=by, answer="yes" if is_unsafe else "no")
    return said


@transaction.atomic
def submit_return(agency_return: AgencyReturn, *, delegated_by: str = "", version: int | None, by: Person) -> Signature:
    """Sign the return and hand it in, for the first time or again. Late is accepted and marked, never refused.

    The lead signs in their own right, so `delegated_by` may be empty for them alone.
    """
    _hold(agency_return)
    rules.may_submit_return(by, agency_return).insist()
    rules.may_sign_return(by, agency_return, delegated_by=delegated_by).insist()
    now = timezone.now()
    first = agency_return.first_submitted_at or now
    save_changes(agency_return, version=version, submitted_by=by, first_submitted_at=first, **_stamp(by))
    signature = Signature(
        agency_return=agency_return,
        signed_by=by,
        name=by.name,
        post=by.post,
        statement=statement_for(agency_return),
        is_delegated=bool(delegated_by),
    )
    signature.delegated_by = case_key(agency_return.case).seal(signature, "delegated_by", delegated_by)
    signature.save(force_insert=True)
    mended = agency_return.sent_back.filter(answered_at=None).update(answered_at=now)
    move(agency_return, to=ReturnStage.SUBMITTED)
    _write("submitted a return", agency_return, by=by, signature=signature.public_id, sent_back=mended)
    return signature


@transaction.atomic
def send_back_questions(
    agency_return: AgencyReturn, comments: Mapping[Question, str], *, version: int | None, by: Person
) -> None:
    """Send single questions back to the agency, each with a comment. Their answers are kept as they were handed in.

    A question that hangs on one of them goes back with it. Raises `Refused` when there is no comment.
    """
    _hold(agency_return)
    rules.may_send_back_questions(by, agency_return).insist()
    if not comments or not all(comments.values()):
        raise Refused("no-comment", "Write a comment on each question that you send back.")
    questions = agency_questions(agency_return.case.audit)
    if not set(comments) <= set(questions):
        raise Refused("another-audit", "Only questions that this agency was asked can be sent back.")
    save_changes(agency_return, version=version)
    answers, key = answers_of(agency_return), case_key(agency_return.case)
    going: dict[int, Question] = {}
    for question in questions:
        if question in comments or question.shown_if_id in going:
            going[question.pk] = question
            row = SentBack(agency_return=agency_return, question=question, sent_back_by=by)
            row.comment = key.seal(row, "comment", comments.get(question, ""))
            if answer := answers.get(question.pk):
                words = {name: key.text(answer, name) for name in sealed_fields(Answer)}
                row.handed_in = key.seal(row, "handed_in", json.dumps(words, ensure_ascii=False))
            row.save(force_insert=True)
    move(agency_return, to=ReturnStage.SENT_BACK)
    link = reverse("return", kwargs=_in_address(agency_return))
    for person in colleagues(agency_return):
        if person.holds(Role.AGENCY_LEAD) or person.pk == agency_return.submitted_by_id:
            queue(SENT_BACK, to=person, link=link)
    numbers = ", ".join(str(question.number) for question in going.values())
    _write("sent questions back", agency_return, by=by, questions=numbers)


def _in_address(agency_return: AgencyReturn) -> dict[str, object]:
    case = agency_return.case
    return {"audit": case.audit.slug, "case": case.number, "agency": agency_return.agency.slug}


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


# ---- reading: recorded before anything is shown


def _note_reading(did: str, agency_return: AgencyReturn, *, by: Person, **details: object) -> DataKey:
    case = agency_return.case
    note_reading(did, agency_return, by=by, audit=case.audit.slug, case=case.label, **details)
    return case_key(case)


@transaction.atomic
def read_return(agency_return: AgencyReturn, *, by: Person) -> tuple[dict[int, Answer], list[Evidence]]:
    """Show everything written in a return: the answers by the key of their question, and the evidence.

    Of what was sent back, others than the agency go on seeing what had been handed in: the rest is its draft.
    """
    rules.may_read_answers(by, agency_return).insist()
    answers = answers_of(agency_return)
    evidence = list(agency_return.evidence.select_related("question"))
    as_handed_in: list[SentBack] = []
    if agency_return.stage == ReturnStage.SENT_BACK and not by.speaks_for(agency_return.agency):
        as_handed_in = list(agency_return.sent_back.filter(answered_at=None).select_related("question"))
        for one in as_handed_in:
            answers.pop(one.question_id, None)
    rows = [agency_return, *answers.values(), *evidence, *as_handed_in]
    if any(holds_words(row) for row in rows):
        key = _note_reading("read a return", agency_return, by=by)
        for row in rows:
            key.open(row)
    return {**answers, **{one.question_id: one.answer for one in as_handed_in}}, evidence


@transaction.atomic
def read_dealings(agency_return: AgencyReturn, *, by: Person) -> Dealings:
    """Show who signed a return, what was sent back with which comments, and how it had been answered before."""
    rules.may_read_answers(by, agency_return).insist()
    dealings = Dealings(
        tuple(agency_return.signatures.all()),
        tuple(agency_return.sent_back.select_related("question", "sent_back_by")),
    )
    rows = [*dealings.signatures, *dealings.sent_back]
    if any(holds_words(row) for row in rows):
        key = _note_reading("read a return", agency_return, by=by, part="signatures and what was sent back")
        for row in rows:
            key.open(row)
    return dealings


@transaction.atomic
def read_comment(asking: Asking, *, by: Person) -> SentBack | None:
    """Show an agency the comment with which a question was sent back, beside the question."""
    rules.may_answer_question(by, asking).insist()
    row = asking.agency_return.sent_back.filter(question=asking.question, answered_at=None).first()
    if row:
        part = f"comment on question {asking.question.number}"
        _note_reading("read a return", asking.agency_return, by=by, part=part).open(row)
        row.question = asking.question
    return row


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
