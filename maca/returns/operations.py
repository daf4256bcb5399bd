import datetime as dt
import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from maca.audits.models import Audit, Choice, Question
from maca.audits.operations import enter
from maca.audits.queries import agency_questions
from maca.audits.stages import AuditStage
from maca.cases.models import Case
from maca.cases.operations import involve_agencies, involve_agency, note_known, part_with_agency
from maca.cases.queries import cases_of, fetch_parts, forget_parts
from maca.cases.seal import case_key, nomination_keys
from maca.journal import operations as journal
from maca.journal.operations import note_reading, note_readings
from maca.kernel.clock import LONDON, today
from maca.kernel.holding import hold
from maca.kernel.paper import Paper
from maca.kernel.stages import move
from maca.kernel.verdict import Refused
from maca.kernel.versions import save_changes
from maca.notices.operations import queue
from maca.partnership.models import Agency, Person, Role
from maca.returns import rules
from maca.returns.audit_report import AuditReport, LeftOut
from maca.returns.finished import finished_return
from maca.returns.messages import CALLED_OFF, GIVEN, MOVED, SENT_BACK, TIME_DECIDED
from maca.returns.models import (
    REQUEST_SAYS,
    AgencyReturn,
    Answer,
    AnswerCount,
    Approach,
    Cause,
    DeclineReason,
    EarlierWords,
    Evidence,
    ExtensionRequest,
    Familiarity,
    FamilyCheck,
    Outcome,
    ReminderStep,
    ReportIntroduction,
    ReportVersion,
    RiskStatement,
    Sensitivity,
    SentBack,
    Signature,
    TimeReason,
    Upload,
    UploadKind,
    UploadPage,
    can_be_chosen,
    statement_for,
)
from maca.returns.on_paper.value import ReturnForm
from maca.returns.paper import TakenAnswer, form_of, is_its_own, is_its_own_engagement
from maca.returns.queries import (
    Asking,
    Dealings,
    Ladder,
    answers_of,
    choices_of,
    colleagues,
    shown,
    uploads_of,
    what_was_said_of_risk,
)
from maca.returns.redraw import Drawing
from maca.returns.reminders import CHECK, LINK, REMINDER, REQUEST, Answering, Claim, tell
from maca.returns.report_on_paper import on_paper
from maca.returns.report_versions import Change, Standing, changes, packed, unpacked
from maca.returns.stages import AWAITED, HANDED_IN, TOOK_NO_PART, ReturnStage
from maca.returns.summative import SummativeReport, summative_report, summative_reports
from maca.sealing.cipher import DataKey, digest
from maca.sealing.field import Sealed, holds_words, sealed_fields


@transaction.atomic
def circulate_audit(
    audit: Audit,
    asked: Mapping[Case, Collection[Agency]],
    *,
    purpose: str,
    legal_basis: str,
    period: str = "",
    security: str = "",
    retention: str = "",
    contact: str = "",
    version: int | None,
    by: Person,
) -> None:
    """Ask each agency about each of its cases. Purpose, legal basis and all the rest stand on every request.

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
    made = []
    request = {
        "purpose": purpose, "legal_basis": legal_basis, "period": period, "security": security,
        "retention": retention, "contact": contact, "due_on": audit.returns_due_on,
    }  # fmt: skip
    for case, agencies in asked.items():
        made += [_ask(case, agency, by=by, **request) for agency in agencies]
    enter(audit, AuditStage.CIRCULATED, by=by)
    tell(made, REQUEST, by=by)


def _ask(case: Case, agency: Agency, *, by: Person, **request: Any) -> Claim:
    involve_agency(case, agency)
    agency_return = AgencyReturn.objects.create(case=case, agency=agency, asked_by=by, **request)
    _write("asked an agency", agency_return, by=by, agency=agency.slug, case=case.label)
    return Claim(agency_return, ReminderStep.ASKED, agency_return.due_on)


@transaction.atomic
def ask_more_agencies(case: Case, agencies: Collection[Agency], *, due_on: dt.date, by: Person) -> None:
    """Ask agencies that were left out about a case, with the request that the others had."""
    hold(case, "audit", read=("audit__partnership",))
    rules.may_ask_more_agencies(by, case).insist()
    rules.may_be_asked_for(case.audit, due_on).insist()
    if not agencies:
        raise Refused("nobody-asked", "Choose at least one agency to ask.")
    if any(agency.partnership_id != case.audit.partnership_id for agency in agencies):
        raise Refused("another-partnership", "Only agencies of this partnership can be asked.")
    if case.returns.filter(agency__in=agencies).exists():
        raise Refused("asked-already", "An agency of these has been asked about this case already.")
    first = case.returns.order_by("pk")[0]
    request = {name: getattr(first, name) for name in REQUEST_SAYS}
    tell([_ask(case, agency, by=by, due_on=due_on, **request) for agency in agencies], REQUEST, by=by)


@transaction.atomic
def call_off_return(agency_return: AgencyReturn, *, by: Person) -> None:
    """Call off what an agency was asked in error, while nothing of it has come in. Whoever was told of the request is
    told of this, and the agency sees the case no more. That it was asked stays in the journal."""
    case, agency = agency_return.case, agency_return.agency
    _hold(agency_return)  # with the audit, which whoever gives something in holds as well
    rules.may_call_off_return(by, agency_return).insist()
    told = {one.recipient for one in agency_return.reminders.select_related("recipient")}
    _write("called off a return", agency_return, by=by, agency=agency.slug, told=len(told))
    agency_return.delete()
    part_with_agency(case, agency)
    for person in sorted(told, key=lambda one: one.pk):
        queue(CALLED_OFF, to=person, link=reverse(LINK))


@transaction.atomic
def ask_who_knows(audit: Audit, agencies: Collection[Agency], *, by: Person) -> None:
    """Ask agencies whether they know the family of each selected case. Who has been asked is not asked again."""
    hold(audit)
    rules.may_ask_who_knows(by, audit).insist()
    if any(agency.partnership_id != audit.partnership_id for agency in agencies):
        raise Refused("another-partnership", "Only agencies of this partnership can be asked.")
    before = set(FamilyCheck.objects.filter(case__audit=audit).values_list("case", "agency"))
    pairs = [(case, one) for case in audit.cases.all() for one in agencies if (case.pk, one.pk) not in before]
    FamilyCheck.objects.bulk_create(FamilyCheck(case=case, agency=one, asked_by=by) for case, one in pairs)
    involve_agencies(pairs)
    asked = {agency for _, agency in pairs}
    answering = Answering(asked)
    for person in {one for agency in asked for one in answering.to_write_to(agency, ReminderStep.ASKED)}:
        queue(CHECK, to=person, link=reverse(LINK))
    journal.write("asked who knows the families", audit, by=by, agencies=sorted(one.slug for one in asked))


@transaction.atomic
def say_who_is_known(
    check: FamilyCheck,
    *,
    index_child: Familiarity,
    siblings: Familiarity,
    parents: Familiarity,
    version: int | None,
    by: Person,
) -> None:
    """Say whom of a family the agency knows. “Not known to us” is a complete answer, and closes the name to it."""
    hold(check, "case__audit", read=("agency", "case__nomination"))
    rules.may_say_who_is_known(by, check).insist()
    said = {"index_child": index_child, "siblings": siblings, "parents": parents}
    save_changes(check, version=version, **said, **_stamp(by))
    note_known(check.case, check.agency, known=check.knows)
    codes = {name: str(value) for name, value in said.items()}
    journal.write("said who is known", check, by=by, audit=check.case.audit.slug, case=check.case.label, said=codes)


def _write(did: str, agency_return: AgencyReturn, *, by: Person, **details: Any) -> None:
    """Every entry about a return says which case of which audit it is."""
    case = agency_return.case
    journal.write(did, agency_return, by=by, **{"audit": case.audit.slug, "case": case.label, **details})


def _hold(agency_return: AgencyReturn) -> None:
    hold(agency_return, "case__audit", read=("agency", "case__nomination"))


def _stamp(by: Person) -> dict[str, object]:
    return {"saved_by": by, "saved_at": timezone.now()}


def _no_request_for_time(agency_return: AgencyReturn, *, by: Person) -> None:
    """Whoever has answered needs no more time: the request is over, and another can be made if it comes to that."""
    agency_return.extension_requests.filter(decided_at=None).update(decided_at=timezone.now(), decided_by=by)


def _no_refusal(agency_return: AgencyReturn) -> dict[str, object]:
    """What a return holds once a refusal has been taken back. Who was approached meanwhile stays on the record."""
    agency_return.approaches.filter(ended_at=None).update(ended_at=timezone.now())
    return {"decline_reason": "", "decline_words": Sealed(), "decline_effect": Sealed()}


@transaction.atomic
def say_known(agency_return: AgencyReturn, *, version: int | None, on_behalf: bool = False, by: Person) -> None:
    """The family is known to the agency: the questions open. `on_behalf`: the form on paper says so."""
    _hold(agency_return)
    (rules.may_enter_from_paper if on_behalf else rules.may_answer_return)(by, agency_return).insist()
    save_changes(agency_return, version=version, **_no_refusal(agency_return), **_stamp(by))
    if agency_return.stage != ReturnStage.STARTED:
        move(agency_return, to=ReturnStage.STARTED)
    note_known(agency_return.case, agency_return.agency, known=True)
    _write("said a family is known", agency_return, by=by)


@transaction.atomic
def say_not_known(agency_return: AgencyReturn, *, version: int | None, on_behalf: bool = False, by: Person) -> None:
    """ "Not known to us" is a complete answer, never chased. What was written is kept; a refusal is taken back."""
    _hold(agency_return)
    (rules.may_enter_from_paper if on_behalf else rules.may_answer_return)(by, agency_return).insist()
    _no_request_for_time(agency_return, by=by)
    save_changes(agency_return, version=version, **_no_refusal(agency_return), **_stamp(by))
    if agency_return.stage != ReturnStage.NOT_KNOWN:
        move(agency_return, to=ReturnStage.NOT_KNOWN)
    note_known(agency_return.case, agency_return.agency, known=False)
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
    _keep_earlier_words(agency_return, None, agency_return, said, agency_return.described_by_id, by=by)
    described = {"described_by": by} if _says_more(key, agency_return, said) else {}
    sealed = key.seal_all(agency_return, **{name: text for name, text in said.items() if text is not None})
    save_changes(agency_return, version=version, **sealed, sitting=sitting, **described, **_stamp(by))
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
    confirms: bool = True,
    on_behalf: bool = False,
    by: Person,
) -> Answer:
    """Save the answer to one question, whole or in part: nothing typed is refused for being unfinished.

    What is None stays as it is: half a date, say, is none to save yet.

    `sitting` names the open form. What that same form has saved since it was opened, `while_writing`, is the
    writer's own and no clash when the form is sent. A save made while writing has to match the version, so
    that a slow one never covers newer words.

    What was carried over from an earlier return stays marked, and no answer, until a save `confirms` it.
    """
    _hold(asking.agency_return)
    if on_behalf:
        rules.may_enter_answers_from_paper(by, asking.agency_return).insist()
    else:
        rules.may_answer_question(by, asking).insist()
    if not can_be_chosen(asking.question.kind, choice or "") or (cause and cause not in Cause.values):
        raise Refused("no-such-answer", "That is not one of the answers to this question. Reload the page and choose.")
    answer = asking.answer
    if not (while_writing and answer.pk):  # then its version alone decides, and it need not be read again
        answer, _ = Answer.objects.get_or_create(agency_return=asking.agency_return, question=asking.question)
    if not while_writing and sitting and answer.sitting == sitting:
        version = answer.version
    key = case_key(asking.agency_return.case)
    said = {"choice": choice, "how_known": how_known, "points": points, "cause": cause}
    _keep_earlier_words(asking.agency_return, asking.question, answer, said, answer.saved_by_id, by=by)
    sealed = key.seal_all(answer, **{name: text for name, text in said.items() if text is not None})
    confirmed = {"carried_from": ""} if answer.carried_from and confirms else {}
    saved = _stamp(by) if confirmed or _says_more(key, answer, said) else {}
    save_changes(answer, version=version, **sealed, **confirmed, sitting=sitting, **saved)
    _write(
        "saved an answer",
        asking.agency_return,
        by=by,
        question=asking.question.number,
        version=answer.version,
        sealed=digest(sealed),
        **({"confirmed": True} if confirmed else {}),
    )
    return answer


def _says_more(key: DataKey, row: AgencyReturn | Answer, said: Mapping[str, str | None]) -> bool:
    """Whether anything differs from what is there. Whoever sends a colleague’s words on has not written them."""
    return any(text is not None and text != key.text(row, name) for name, text in said.items())


def _keep_earlier_words(
    agency_return: AgencyReturn,
    question: Question | None,
    row: AgencyReturn | Answer,
    said: Mapping[str, str | None],
    written_by: int | None,
    *,
    by: Person,
) -> None:
    """Keep what a colleague had written, where other words are about to stand in its place.

    They were acknowledged as saved, and whoever replaces them may choose wrongly. One's own are one's own to change.
    """
    if written_by in (None, by.pk):
        return
    key = case_key(agency_return.case)
    before = {name: key.text(row, name) for name in said}
    if any(text and said[name] not in (None, text) for name, text in before.items()):
        kept = EarlierWords(agency_return=agency_return, question=question, written_by_id=written_by, replaced_by=by)
        kept.words = key.seal(kept, "words", json.dumps(before, ensure_ascii=False))
        kept.save(force_insert=True)


@transaction.atomic
def share_return(
    agency_return: AgencyReturn, parts: Collection[Question | None], *, to: Person | None, by: Person
) -> None:
    """Give parts of a return to a colleague, or take them back (`to` is None). None among `parts`: the engagement.

    It keeps nobody out: it says who is at it. Raises `Refused` when there is nothing to give.
    """
    _hold(agency_return)
    rules.may_share_return(by, agency_return).insist()
    if not parts:
        raise Refused("no-part", "Choose at least one part of the return.")
    asked = agency_questions(agency_return.case.audit, agency_return.agency)
    if not {part for part in parts if part} <= set(asked):
        raise Refused("another-audit", "Only questions that this agency was asked can be given to somebody.")
    if to:
        rules.may_be_given_parts(to, agency_return).insist()
    now = {one.question: one.given_to for one in agency_return.given_parts.select_related("question", "given_to")}
    parts = [part for part in parts if now.get(part) != to]
    if not parts:  # it is so already
        return
    for part in parts:
        agency_return.given_parts.filter(question=part).delete()
        if to:
            agency_return.given_parts.create(question=part, given_to=to, given_by=by)
    if to and to.pk != by.pk:
        queue(GIVEN, to=to, link=reverse("work-list"))
    _write(
        "gave parts of a return" if to else "took back parts of a return",
        agency_return,
        by=by,
        parts=[part.number if part else "engagement" for part in parts],
        **({"to": to.public_id} if to else {}),
    )


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
def add_upload(
    agency_return: AgencyReturn,
    drawing: Drawing,
    *,
    file_name: str,
    kind: UploadKind,
    sensitivity: Sensitivity,
    description: str,
    source: str,
    dated_on: dt.date,
    question: Question | None = None,
    replaces: Upload | None = None,
    by: Person,
) -> Upload:
    """Keep the pages of a photograph or document, drawn anew, with a return. With `replaces`, as its next version."""
    _hold(agency_return)
    rules.may_add_upload(by, agency_return).insist()
    rules.may_keep_more(agency_return, drawing.size_kept).insist()
    if replaces:
        replaces.refresh_from_db(fields=["replaced_by"])
        replaces.agency_return = agency_return
        rules.may_replace_upload(by, replaces).insist()
    upload = Upload(
        partnership=agency_return.case.audit.partnership,
        agency_return=agency_return,
        question=question,
        kind=kind,
        sensitivity=sensitivity,
        page_count=len(drawing.pages),
        size_given=drawing.size_given,
        size_kept=drawing.size_kept,
        added_by=by,
    )
    key = case_key(agency_return.case)
    sealed = key.seal_all(
        upload,
        description=description,
        source=source,
        dated_on=dated_on.isoformat(),
        file_name=file_name,
        sha256_given=drawing.sha256_given,
        sha256_kept=drawing.sha256_kept,
    )
    for name, value in sealed.items():
        setattr(upload, name, value)
    upload.save(force_insert=True)
    for number, picture in enumerate(drawing.pages, start=1):
        page = UploadPage(upload=upload, number=number)
        page.picture = key.seal_bytes(page, "picture", picture)
        page.save(force_insert=True)
        sealed[f"page {number}"] = page.picture
    if replaces:
        replaces.replaced_by = upload
        replaces.save(update_fields=["replaced_by"])
    _write(
        "replaced an upload" if replaces else "added an upload",
        agency_return,
        by=by,
        upload=upload.public_id,
        pages=upload.page_count,
        sealed=digest(sealed),
        **({"replaces": replaces.public_id} if replaces else {}),
    )
    return upload


@transaction.atomic
def remove_upload(upload: Upload, *, by: Person) -> None:
    """Take a photograph or document back, with its earlier versions, before the return is submitted."""
    _hold(upload.agency_return)
    rules.may_remove_upload(by, upload).insist()
    _write("removed an upload", upload.agency_return, by=by, upload=upload.public_id, pages=upload.page_count)
    upload.delete()


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
    nothing = {"left_out_reason": "", "left_out": Sealed()}
    signature, mended = _hand_in(
        agency_return, ReturnStage.SUBMITTED, nothing, delegated_by=delegated_by, version=version, by=by
    )
    _write("submitted a return", agency_return, by=by, signature=signature.public_id, sent_back=mended)
    return signature


@transaction.atomic
def supply_part(
    agency_return: AgencyReturn,
    *,
    reason: DeclineReason,
    left_out: str,
    delegated_by: str = "",
    version: int | None,
    by: Person,
) -> Signature:
    """Sign the return and hand it in although something is left out, saying what and why. `delegated_by` as above."""
    _hold(agency_return)
    rules.may_supply_part(by, agency_return).insist()
    sealed = case_key(agency_return.case).seal(agency_return, "left_out", left_out)
    part = {"left_out_reason": reason, "left_out": sealed}
    signature, mended = _hand_in(
        agency_return, ReturnStage.PARTLY_SUPPLIED, part, delegated_by=delegated_by, version=version, by=by
    )
    _write("supplied a part of a return", agency_return, by=by, signature=signature.public_id, sent_back=mended)
    return signature


def _hand_in(
    agency_return: AgencyReturn,
    to: ReturnStage,
    part: Mapping[str, Any],
    *,
    delegated_by: str,
    version: int | None,
    by: Person,
) -> tuple[Signature, int]:
    """Sign, and move on; answers also how many questions that were sent back have been mended."""
    rules.may_sign_return(by, agency_return, delegated_by=delegated_by).insist()
    now = timezone.now()
    handed_in = {
        "submitted_by": by,
        "submitted_at": now,
        "first_submitted_at": agency_return.first_submitted_at or now,
    }
    _no_request_for_time(agency_return, by=by)
    save_changes(agency_return, version=version, **handed_in, **part, **_stamp(by))
    signature = Signature(
        agency_return=agency_return,
        signed_by=by,
        name=by.name,
        post=by.post,
        statement=statement_for(agency_return, is_part=to == ReturnStage.PARTLY_SUPPLIED),
        is_delegated=bool(delegated_by),
    )
    signature.delegated_by = case_key(agency_return.case).seal(signature, "delegated_by", delegated_by)
    signature.save(force_insert=True)
    mended = agency_return.sent_back.filter(answered_at=None).update(answered_at=now)
    move(agency_return, to=to)
    return signature, mended


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
    questions = agency_questions(agency_return.case.audit, agency_return.agency)
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
    link = reverse("work-list")  # says nothing of which case to whoever sees the message
    for person in colleagues(agency_return):
        if person.holds(Role.AGENCY_LEAD) or person.pk == agency_return.submitted_by_id:
            queue(SENT_BACK, to=person, link=link)
    _write("sent questions back", agency_return, by=by, questions=[one.number for one in going.values()])


@transaction.atomic
def extend_return(agency_return: AgencyReturn, *, due_on: dt.date, version: int | None, by: Person) -> None:
    """Give an agency more time for one return, whether it has asked for it or not."""
    _hold(agency_return)
    rules.may_extend_return(by, agency_return).insist()
    rules.may_move_due_day(agency_return, due_on).insist()
    before = agency_return.due_on
    save_changes(agency_return, version=version, due_on=due_on, **_stamp(by))
    _decide(agency_return, by=by, granted_on=due_on)
    _write("extended a return", agency_return, by=by, before=before.isoformat(), now=due_on.isoformat())


@transaction.atomic
def move_due_days(audit: Audit, *, before: dt.date, by: Person) -> None:
    """Let every return that is not handed in be due on the day that the audit has now, and tell its agency. More time
    that an agency was given beyond both days is left to it, while it ends before the panel or the handing over.

    Called by the operation that changes the day of the audit, with the day `before`.
    """
    due_on, panel_on = audit.returns_due_on, audit.panel_on
    assert due_on  # whoever calls has set it
    moved = []
    waiting = AgencyReturn.objects.of(audit).filter(stage__in=AWAITED).exclude(due_on=due_on).order_by("pk")
    for one in waiting.select_related("case__audit", "agency"):
        _hold(one)
        was = one.due_on
        has_more_time = was > max(before, due_on) and (panel_on is None or was < panel_on)
        if has_more_time or one.stage not in AWAITED:
            continue
        save_changes(one, version=None, due_on=due_on, **_stamp(by))
        _write("moved the day of a return", one, by=by, before=was.isoformat(), now=due_on.isoformat())
        moved.append(Claim(one, ReminderStep.ASKED, due_on))
    tell(moved, MOVED, by=by)


def _decide(agency_return: AgencyReturn, *, by: Person, **decision: Any) -> None:
    """Answer the request for more time that waits, if one does, and tell whoever asked."""
    if not (request := agency_return.extension_requests.select_related("asked_by").filter(decided_at=None).first()):
        return
    for name, value in {"decided_by": by, "decided_at": timezone.now(), **decision}.items():
        setattr(request, name, value)
    request.save(update_fields=["decided_by", "decided_at", *decision])
    queue(TIME_DECIDED, to=request.asked_by, link=reverse("work-list"))


@transaction.atomic
def ask_for_time(
    agency_return: AgencyReturn, *, reason: TimeReason, words: str, wanted_on: dt.date, by: Person
) -> ExtensionRequest:
    """Ask for more time, with a coded reason and in words. Until it is granted the return is due as before."""
    _hold(agency_return)
    rules.may_ask_for_time(by, agency_return).insist()
    rules.may_move_due_day(agency_return, wanted_on).insist()
    request = ExtensionRequest(agency_return=agency_return, reason=reason, wanted_on=wanted_on, asked_by=by)
    request.words = case_key(agency_return.case).seal(request, "words", words)
    request.save(force_insert=True)
    _write("asked for more time", agency_return, by=by, reason=str(reason), wanted=wanted_on.isoformat())
    return request


@transaction.atomic
def refuse_time(agency_return: AgencyReturn, *, words: str, version: int | None, by: Person) -> None:
    """Refuse more time, with the reason. The return stays due on the day it was."""
    _hold(agency_return)
    rules.may_refuse_time(by, agency_return).insist()
    request = agency_return.extension_requests.get(decided_at=None)
    save_changes(agency_return, version=version, **_stamp(by))
    _decide(agency_return, by=by, refusal=case_key(agency_return.case).seal(request, "refusal", words))
    _write("refused more time", agency_return, by=by, due=agency_return.due_on.isoformat())


@transaction.atomic
def chase_return(agency_return: AgencyReturn, *, by: Person) -> None:
    """Remind an agency of one return now, over and above the reminders that go by themselves."""
    _hold(agency_return)
    rules.may_chase_return(by, agency_return).insist()
    people = tell([Claim(agency_return, ReminderStep.CHASED, today())], REMINDER, by=by)
    if not people:
        raise Refused(
            "nobody-to-chase",
            f"Nobody of {agency_return.agency} can sign in. See who answers for it on “People and roles”.",
        )
    _write("chased a return", agency_return, by=by, people=people)


@transaction.atomic
def decline_return(
    agency_return: AgencyReturn, *, reason: DeclineReason, words: str, version: int | None, by: Person
) -> None:
    """Decline, with a coded reason and in the agency's own words. It counts as declined, not as late."""
    _hold(agency_return)
    rules.may_decline_return(by, agency_return).insist()
    sealed = case_key(agency_return.case).seal(agency_return, "decline_words", words)
    _no_request_for_time(agency_return, by=by)
    save_changes(agency_return, version=version, decline_reason=reason, decline_words=sealed, **_stamp(by))
    move(agency_return, to=ReturnStage.DECLINED)
    _write("declined a return", agency_return, by=by, reason=str(reason))


@transaction.atomic
def record_approach(
    agency_return: AgencyReturn,
    *,
    outcome: Outcome,
    approached: str = "",
    approached_on: dt.date | None = None,
    words: str,
    due_on: dt.date | None = None,
    version: int | None,
    by: Person,
) -> Approach:
    """Put on record who was approached next after an agency declined, and what came of it.

    Of an approach that waits for an answer, only its outcome and words are recorded. Where the agency will supply
    after all, its return is opened again, due on `due_on`. Raises `Refused` where nobody or no day is named.
    """
    _hold(agency_return)
    rules.may_approach(by, agency_return).insist()
    if outcome == Outcome.SUPPLIES:
        rules.may_win_over(by, agency_return, due_on).insist()
    ladder, key = Ladder.of(agency_return), case_key(agency_return.case)
    if (one := ladder.waiting) is None:
        if not approached and outcome != Outcome.NOT_FOR_THEM:
            raise Refused("nobody-named", "Say who was approached.")
        if approached_on is None or approached_on > today():
            raise Refused("no-day", "Say on which day they were approached. It cannot be in the future.")
        one = Approach(agency_return=agency_return, rung=str(ladder.next_rung), approached_on=approached_on)
        one.approached = key.seal(one, "approached", approached)
    one.outcome, one.recorded_by = outcome, by
    one.words = key.seal(one, "words", words)
    one.save()
    changes = _stamp(by)
    if outcome == Outcome.SUPPLIES:
        changes |= {**_no_refusal(agency_return), "due_on": due_on}
    save_changes(agency_return, version=version, **changes)
    _write("followed up a refusal", agency_return, by=by, rung=str(one.rung), outcome=str(outcome))
    if outcome == Outcome.SUPPLIES:
        move(agency_return, to=ReturnStage.ASKED)
        tell([Claim(agency_return, ReminderStep.CHASED, today())], REQUEST, by=by)
    return one


@transaction.atomic
def say_what_refusal_means(agency_return: AgencyReturn, *, effect: str, version: int | None, by: Person) -> None:
    """Say what cannot be concluded about the case since an agency declined. The report says it to the panel."""
    _hold(agency_return)
    rules.may_follow_up_refusal(by, agency_return).insist()
    sealed = case_key(agency_return.case).seal(agency_return, "decline_effect", effect)
    save_changes(agency_return, version=version, decline_effect=sealed, **_stamp(by))
    _write("said what a refusal means", agency_return, by=by, sealed=digest({"decline_effect": sealed}))


@transaction.atomic
def note_form_made(agency_return: AgencyReturn, *, form: str, by: Person) -> None:
    """Put on record that an empty form of a return, to be filled in on paper, was made by a command on the machine."""
    _write("made a return form", agency_return, by=by, agency=agency_return.agency.slug, form=form)


@transaction.atomic
def open_return(agency_return: AgencyReturn, *, by: Person) -> None:
    """Note when an agency first opened its return, so that the board tells “not seen yet” from “seen”."""
    _hold(agency_return)
    rules.may_read_return(by, agency_return).insist()
    if agency_return.first_opened_at is None and by.speaks_for(agency_return.agency):
        # Its version stays: nothing has changed that anybody wrote.
        agency_return.first_opened_at = timezone.now()
        agency_return.save(update_fields=["first_opened_at"])
        _write("first opened a return", agency_return, by=by)


# ---- on paper


@transaction.atomic
def fill_form(agency_return: AgencyReturn, *, form: str, by: Person) -> ReturnForm:
    """Make the form of a return, with what its own agency has written so far. For anybody else it is empty."""
    rules.may_return_on_paper(by, agency_return).insist()
    answers = _open_own(agency_return, by=by, part=f"form in {form}")
    # Nothing on paper would say that it was only carried over, and it would come back as if it were an answer.
    answers = {pk: one for pk, one in answers.items() if not one.carried_from}
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
    _leave_what_is_not_asked(agency_return, answers, on_behalf=on_behalf, by=by)
    if known == "no":
        say_not_known(agency_return, version=version, on_behalf=on_behalf, by=by)
    elif known and agency_return.stage != ReturnStage.STARTED:
        say_known(agency_return, version=version, on_behalf=on_behalf, by=by)
        version = agency_return.version
    if described:
        describe_engagement(agency_return, before=before, now=now, version=version, on_behalf=on_behalf, by=by)
    for taken in answers:
        blank = Answer(agency_return=agency_return, question=taken.question)
        asking = Asking(agency_return, taken.question, blank)
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


def _leave_what_is_not_asked(
    agency_return: AgencyReturn, answers: Collection[TakenAnswer], *, on_behalf: bool, by: Person
) -> None:
    """An answer to a question that another answer makes out of place would stand nowhere, and so is not taken.

    What the agency has chosen itself is for it alone to learn, so it hides nothing from whoever enters its form.
    """
    if not any(taken.question.shown_if_id for taken in answers):
        return
    questions = agency_questions(agency_return.case.audit, agency_return.agency)
    kept = [one for one in answers_of(agency_return).values() if not (on_behalf and is_its_own(one, by))]
    choices = choices_of(agency_return.case, questions, kept)
    choices |= {taken.question.pk: taken.said["choice"] for taken in answers if taken.said.get("choice")}
    for taken in answers:
        hangs_on = taken.question.shown_if
        chosen = choices.get(hangs_on.pk) if hangs_on else None
        if hangs_on and chosen and chosen not in taken.question.shown_if_answers:
            raise Refused(
                "not-asked",
                f"Question {taken.question.number} is not asked, since question {hangs_on.number} is answered "
                f"“{Choice(chosen).label}”. Leave it out, or take the other answer to question {hangs_on.number}.",
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
    referred = agency_return.evidence.exists() or agency_return.uploads.exists()
    hidden = known == "no" and (described or referred or any(is_its_own(one, by) for one in there.values()))
    if over or hidden or any(is_its_own(there.get(taken.question.pk), by) for taken in answers):
        raise Refused(
            "its-own-words",
            f"{agency_return.agency} has written here itself, and its own words stay. Look at the form again, and "
            "leave out what it has answered.",
        )


# ---- reading: recorded before anything is shown


def _note_reading(
    did: str, agency_return: AgencyReturn, *, by: Person, about: Upload | UploadPage | None = None, **details: object
) -> DataKey:
    case = agency_return.case
    note_reading(did, about or agency_return, by=by, audit=case.audit.slug, case=case.label, **details)
    return case_key(case)


@transaction.atomic
def read_return(
    agency_return: AgencyReturn, *, part: str = "", as_handed_in: bool = False, by: Person
) -> tuple[dict[int, Answer], list[Evidence]]:
    """Show everything written in a return: the answers by the key of their question, and the evidence.

    Of what was sent back, others than the agency go on seeing what had been handed in: the rest is its draft, which
    `as_handed_in` leaves out for the agency too. So is what it wrote before it declined, or said that it does not
    know the family: of that they read why it declined.
    """
    rules.may_read_answers(by, agency_return).insist()
    of_part: dict[str, Any] = {"part": part} if part else {}
    if agency_return.stage in TOOK_NO_PART and not by.speaks_for(agency_return.agency):
        if agency_return.decline_words:
            key = _note_reading("read a return", agency_return, by=by, **of_part)
            agency_return.decline_words = key.text(agency_return, "decline_words")
        return {}, []
    answers = answers_of(agency_return)
    evidence = list(agency_return.evidence.select_related("question"))
    handed_in: list[SentBack] = []
    if agency_return.stage == ReturnStage.SENT_BACK and (as_handed_in or not by.speaks_for(agency_return.agency)):
        handed_in = list(agency_return.sent_back.filter(answered_at=None).select_related("question"))
        for one in handed_in:
            answers.pop(one.question_id, None)
    rows = [agency_return, *answers.values(), *evidence, *handed_in]
    if any(holds_words(row) for row in rows):
        key = _note_reading("read a return", agency_return, by=by, **of_part)
        for row in rows:
            key.open(row)
    return {**answers, **{one.question_id: one.answer for one in handed_in}}, evidence


@transaction.atomic
def read_finished(agency_return: AgencyReturn, *, form: str, by: Person) -> Paper:
    """Let an agency take its return away as it was handed in, in full; `form` says as what kind of file."""
    rules.may_take_copy(by, agency_return).insist()
    answers, evidence = read_return(agency_return, part=f"copy in {form}", as_handed_in=True, by=by)
    uploads, signatures = uploads_of(agency_return), list(agency_return.signatures.all())
    key = case_key(agency_return.case)  # the reading is on record
    for row in (*uploads, *signatures):
        key.open(row)
    questions = agency_questions(agency_return.case.audit, agency_return.agency)
    return finished_return(
        agency_return,
        questions,
        shown(questions, {pk: str(answer.choice) for pk, answer in answers.items()}),
        answers,
        evidence=evidence,
        uploads=uploads,
        signatures=signatures,
        said_of_risk=what_was_said_of_risk(agency_return),
    )


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
def read_left_out(agency_return: AgencyReturn, *, by: Person) -> str:
    """Show an agency what it said it left out, to go on writing."""
    rules.may_supply_part(by, agency_return).insist()
    if not agency_return.left_out:
        return ""
    return _note_reading("read a return", agency_return, by=by, part="left out").text(agency_return, "left_out")


@transaction.atomic
def read_ladder(agency_return: AgencyReturn, *, by: Person) -> list[Approach]:
    """Show who was approached since an agency declined, also before it was won over, and what the refusal means."""
    rules.may_read_ladder(by, agency_return).insist()
    approaches = list(agency_return.approaches.select_related("recorded_by"))
    rows: list[Approach | AgencyReturn] = [*approaches]
    if isinstance(agency_return.decline_effect, Sealed):  # and not opened with the rest of the return
        rows.append(agency_return)
    if any(holds_words(row) for row in rows):
        key = _note_reading("read a return", agency_return, by=by, part="who was approached")
        for row in rows:
            key.open(row)
    return approaches


@transaction.atomic
def read_requests_for_time(agency_return: AgencyReturn, *, by: Person) -> list[ExtensionRequest]:
    """Show an agency and those who run the audit its requests for more time, with their reasons and the answers."""
    rules.may_read_requests_for_time(by, agency_return).insist()
    requests = list(agency_return.extension_requests.select_related("asked_by", "decided_by"))
    if requests:
        key = _note_reading("read a return", agency_return, by=by, part="more time")
        for one in requests:
            key.open(one)
    return requests


@transaction.atomic
def read_earlier_words(agency_return: AgencyReturn, *, by: Person) -> dict[int | None, list[EarlierWords]]:
    """Show an agency what its people had written before a colleague wrote something else, by the key of the question.

    None is the key of the account of the engagement.
    """
    rules.may_read_earlier_words(by, agency_return).insist()
    rows = list(agency_return.earlier_words.select_related("question", "written_by", "replaced_by"))
    found: dict[int | None, list[EarlierWords]] = {}
    if rows:
        key = _note_reading("read a return", agency_return, by=by, part="earlier words")
        for row in rows:
            found.setdefault(row.question_id, []).append(key.open(row))
    return found


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
def read_upload(upload: Upload, *, by: Person) -> Upload:
    """Show what was written about a photograph or document: what it shows, where from, its name and its hashes."""
    rules.may_view_upload(by, upload).insist()
    return _note_reading("read an upload", upload.agency_return, about=upload, by=by).open(upload)


@transaction.atomic
def read_upload_page(page: UploadPage, *, by: Person) -> bytes:
    """The picture of one page, to somebody whose name is then drawn across it."""
    rules.may_view_upload_page(by, page).insist()
    upload = page.upload
    key = _note_reading(
        "saw a page", upload.agency_return, about=page, by=by, upload=upload.public_id, page=page.number
    )
    return key.content(page, "picture")


@transaction.atomic
def read_report(case: Case, *, did: str = "read a report", by: Person) -> SummativeReport:
    """Show every agency’s account of a case side by side."""
    rules.may_read_summative_report(by, case).insist()
    note_reading(did, case, by=by, audit=case.audit.slug, case=case.label)
    return summative_report(case, case_key(case))


@transaction.atomic
def read_report_since(case: Case, *, by: Person) -> tuple[SummativeReport, list[ReportVersion], list[Change]]:
    """Show the report with the versions that were issued, the newest last, and what has changed since that one."""
    rules.may_read_summative_report(by, case).insist()
    note_reading("read a report", case, by=by, audit=case.audit.slug, case=case.label)
    return _report_since(case)


def _report_since(case: Case) -> tuple[SummativeReport, list[ReportVersion], list[Change]]:
    report = summative_report(case, case_key(case))
    # Of the papers only the newest is compared, so the others are not fetched.
    issued = list(case.report_versions.select_related("issued_by").defer("paper"))
    if not issued:
        return replace(report, stands=Standing(today())), [], []
    last = issued[-1]
    since = changes(_paper_of(last, case_key(case)), on_paper(report, title=case.audit.title))
    stands = Standing(today(), last.number, last.issued_at.astimezone(LONDON).date(), has_changed=bool(since))
    return replace(report, stands=stands), issued, since


@transaction.atomic
def read_report_version(issued: ReportVersion, *, by: Person) -> Paper:
    """Show the report as it was issued."""
    rules.may_read_report_version(by, issued).insist()
    case = issued.case
    about: dict[str, Any] = {"audit": case.audit.slug, "case": case.label, "version": issued.number}
    note_reading("read a report", case, by=by, **about)
    return _paper_of(issued, case_key(case))


@transaction.atomic
def introduce_report(case: Case, *, words: str, version: int | None, by: Person) -> ReportIntroduction:
    """Say what the panel should know before it reads the report of a case."""
    _hold_case(case)
    rules.may_issue_report(by, case).insist()
    introduction, _ = ReportIntroduction.objects.get_or_create(case=case)
    sealed = case_key(case).seal_all(introduction, words=words)
    save_changes(introduction, version=version, **sealed, **_stamp(by))
    about: dict[str, Any] = {"audit": case.audit.slug, "case": case.label, "sealed": digest(sealed)}
    journal.write("introduced a report", introduction, by=by, version=introduction.version, **about)
    return introduction


@transaction.atomic
def read_introduction(case: Case, *, by: Person) -> str:
    """Show the introduction of a report to whoever is about to change it."""
    rules.may_issue_report(by, case).insist()
    note_reading("read a report", case, by=by, audit=case.audit.slug, case=case.label, part="introduction")
    found = ReportIntroduction.objects.filter(case=case).first()
    return case_key(case).text(found, "words") if found else ""


@transaction.atomic
def issue_report(case: Case, *, by: Person) -> ReportVersion:
    """Keep the report as it now stands as the next version for the panel."""
    _hold_case(case)
    rules.may_issue_report(by, case).insist()
    key = case_key(case)
    paper = on_paper(summative_report(case, key), title=case.audit.title)
    last = case.report_versions.last()
    if last and _paper_of(last, key) == paper:
        raise Refused("nothing-new", f"Nothing in the report has changed since version {last.number}.")
    issued = ReportVersion(case=case, number=last.number + 1 if last else 1, issued_by=by)
    issued.paper = key.seal(issued, "paper", packed(paper))
    issued.save(force_insert=True)
    about: dict[str, Any] = {"audit": case.audit.slug, "case": case.label, "sealed": digest({"paper": issued.paper})}
    journal.write("issued a report", issued, by=by, version=issued.number, **about)
    return issued


def _hold_case(case: Case) -> None:
    hold(case, "audit", read=("nomination",))
    forget_parts(case)


def _paper_of(issued: ReportVersion, key: DataKey) -> Paper:
    return unpacked(key.text(issued, "paper"))


@transaction.atomic
def copy_report(case: Case, *, kind: str, by: Person) -> SummativeReport:
    """Hand out the report of a case as a file that leaves the site."""
    rules.may_read_summative_report(by, case).insist()
    note_reading("copied a report", case, by=by, audit=case.audit.slug, case=case.label, kind=kind)
    return _report_since(case)[0]


@transaction.atomic
def read_audit_report(audit: Audit, *, by: Person) -> AuditReport:
    """Show the reports of an audit’s cases as one."""
    rules.may_read_audit_report(by, audit).insist()
    cases, left_out = _reports_open_to(audit, by)
    note_readings("read a report", [(one, {"audit": audit.slug, "case": one.label}) for one in cases], by=by)
    return _audit_report(audit, cases, left_out)


@transaction.atomic
def copy_audit_report(audit: Audit, *, kind: str, by: Person) -> AuditReport:
    """Hand out the reports of an audit’s cases as one file that leaves the site."""
    rules.may_read_audit_report(by, audit).insist()
    cases, left_out = _reports_open_to(audit, by)
    about = {"audit": audit.slug, "kind": kind}
    note_readings("copied a report", [(one, {**about, "case": one.label}) for one in cases], by=by)
    return _audit_report(audit, cases, left_out)


# Why a case is left out of a copy, by the code of the rule that says no. The rule’s own sentence speaks to the reader.
_LEFT_OUT_BECAUSE = {
    "conflict": "whoever took it has declared a conflict of interest in it",
    "undeclared": "whoever took it had not said yet whether they have a conflict of interest in it",
    "destroyed": "what was written about it has been destroyed",
}


def _reports_open_to(audit: Audit, by: Person) -> tuple[list[Case], list[LeftOut]]:
    """The cases whose own report this person may read, and the others, each with why not."""
    cases = cases_of(audit, by)
    fetch_parts(cases, by)
    for one in cases:
        one.audit = audit
    verdicts = [(one, rules.may_read_summative_report(by, one)) for one in cases]
    return [one for one, verdict in verdicts if verdict], [
        LeftOut(one.label, verdict.sentence, _LEFT_OUT_BECAUSE.get(verdict.code, "it is not open to whoever took it"))
        for one, verdict in verdicts
        if not verdict
    ]


def _audit_report(audit: Audit, cases: list[Case], left_out: list[LeftOut]) -> AuditReport:
    keys = nomination_keys(one.nomination for one in cases if one.nomination)
    by_case = {one.pk: keys[one.nomination.public_id] for one in cases if one.nomination}
    return AuditReport(audit.title, tuple(summative_reports(cases, by_case)), today(), tuple(left_out))


# ---- what outlives the cases


@transaction.atomic
def count_answers(audit: Audit, *, by: Person) -> None:
    """Count the choices in what the agencies handed in, question by question; part of publishing a briefing.

    Nobody is shown an answer. What can no longer be opened is not counted.
    """
    cases = audit.cases.filter(nomination__isnull=False, destroyed_at=None).select_related("nomination")
    by_case = {one.pk: one.nomination for one in cases if one.nomination}
    if not by_case:
        return
    keys = nomination_keys(by_case.values())
    questions = {one.pk: one for one in agency_questions(audit) if one.is_counted}
    asked = list(AgencyReturn.objects.filter(case__in=by_case).select_related("agency"))
    chosen: dict[int, dict[int, str]] = {one.pk: {} for one in asked}
    answers = Answer.objects.filter(question__in=questions, carried_from="", agency_return__stage__in=HANDED_IN)
    for answer in answers.filter(agency_return__case__in=by_case).select_related("agency_return"):
        nomination = by_case[answer.agency_return.case_id]
        if (key := keys.get(nomination.public_id)) and (choice := key.text(answer, "choice")):
            chosen[answer.agency_return_id][answer.question_id] = str(choice)
    counts: dict[int, Counter[str]] = {one: Counter() for one in questions}
    times: Counter[int] = Counter()
    for each in asked:
        # What hangs on another answer was asked only where that was given.
        for question in shown((one for one in questions.values() if one.is_for(each.agency)), chosen[each.pk]):
            times[question.pk] += 1
            if made := chosen[each.pk].get(question.pk):
                counts[question.pk][made] += 1
    AnswerCount.objects.bulk_create(
        AnswerCount(question=one, asked=times[one.pk], counts=counts[one.pk]) for one in questions.values()
    )
    journal.write("counted answers", audit, by=by, questions=len(questions), returns=len(asked))
