import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from maca.audits.models import Audit
from maca.cases.models import Case
from maca.cases.queries import fetch_parts, forget_parts
from maca.cases.seal import case_key, nomination_keys
from maca.feedback import rules
from maca.feedback.checking import USUAL_DAYS, Group, groups_of
from maca.feedback.messages import ANSWERED, ASKED_AGAIN, CHECK, DECIDED, DISPUTED, NOTE, REWORDED, WITHDRAWN
from maca.feedback.models import Decision, Dispute, FactCheck, Facts, FeedbackNote, NoteReader, NoteReply
from maca.feedback.queries import (
    agencies_concerned,
    agencies_to_ask,
    disputes_of,
    findings_of_note,
    is_of_team,
    leads_of,
    struck_from_note,
    team_of,
    those_who_run,
    whose_facts_it_concerns,
)
from maca.journal.operations import note_reading, note_readings, write
from maca.kernel.clock import is_working_day, today, working_days_from
from maca.kernel.holding import hold
from maca.kernel.verdict import Refused, Verdict
from maca.kernel.versions import save_changes
from maca.notices.kinds import Kind
from maca.notices.operations import queue_to_each
from maca.panel.models import Cause, Finding
from maca.panel.operations import correct_tags, reword_disputed_finding, withdraw_disputed_finding
from maca.panel.queries import under_other_headings
from maca.partnership.models import Agency, Person, Role
from maca.returns.models import AgencyReturn
from maca.sealing.cipher import digest


def _tell(kind: Kind, people: Iterable[Person]) -> None:
    queue_to_each(kind, people, link=reverse("work-list"))


# ---- the factual accuracy check


@transaction.atomic
def ask_fact_checks(audit: Audit, *, due_on: dt.date, by: Person) -> None:
    """Ask every agency that a finding concerns whether its facts are right, by a working day that is still to come."""
    hold(audit)
    rules.may_ask_fact_checks(by, audit).insist()
    if due_on <= today() or not is_working_day(due_on):
        raise Refused("no-working-day", "Choose a working day that is still to come.")
    agencies = agencies_to_ask(audit)
    FactCheck.objects.bulk_create(FactCheck(audit=audit, agency=one, due_on=due_on, asked_by=by) for one in agencies)
    _tell(CHECK, leads_of(*agencies))
    slugs = [one.slug for one in agencies]
    write("asked for a factual accuracy check", audit, by=by, agencies=slugs, due_on=due_on.isoformat())


@transaction.atomic
def answer_fact_check(check: FactCheck, *, wrong: Mapping[Finding, str], version: int | None, by: Person) -> None:
    """Say for an agency that the facts are right; or, for each finding whose facts are wrong, what is and what the
    record says. A later answer takes the place of the one before it, but for what the agency is asked no longer: what
    it disputed of that stands until the chair has decided."""
    hold(check, "audit", read=("agency",))
    rules.may_answer_fact_check(by, check).insist()
    asked = [one for group in groups_of(check, by) if group.is_open for one in group.findings]
    if not set(wrong) <= set(asked):
        raise Refused("not-asked", "Your agency has not been asked about this finding.")
    before = {one.finding_id: one for one in check.disputes.all()}
    decided = [before.pop(one.finding_id) for one in list(before.values()) if one.decision]
    if {one.finding_id for one in decided} & {one.pk for one in wrong}:
        raise Refused("decided", "The chair has decided on this finding already.")
    asked_of = {one.pk for one in asked}
    gone = [before.pop(one.finding_id) for one in list(before.values()) if one.finding_id not in asked_of]
    stands = bool(wrong or decided or any(one.withdrawn_at is None for one in gone))
    now = timezone.now()
    save_changes(
        check, version=version, answer=Facts.WRONG if stands else Facts.RIGHT,
        answered_at=check.answered_at or now, saved_by=by, saved_at=now,
    )  # fmt: skip
    sealed = {}
    for finding, words in wrong.items():
        dispute = before.pop(finding.pk, None) or Dispute(
            fact_check=check, finding=finding, raised_by=by, raised_at=now
        )
        said = _said(dispute, finding, words=words)
        sealed[dispute.public_id] = digest({"words": said["words"]}) if "words" in said else ""
        if dispute.pk:
            save_changes(dispute, version=None, **said, raised_by=by, raised_at=now, withdrawn_at=None)
        else:
            for name, value in said.items():
                setattr(dispute, name, value)
            dispute.save(force_insert=True)
    for dispute in before.values():
        if dispute.withdrawn_at is None:
            save_changes(dispute, version=None, withdrawn_at=now)
    if wrong:
        cases = {one.case for one in wrong}
        # Once each, however many of the findings are about cases that are open to them.
        told = {one for case in cases for one in those_who_run(check.audit, case, Role.CHAIR)}
        _tell(DISPUTED, sorted(told, key=lambda one: one.pk))
    write(
        "answered a factual accuracy check", check, by=by, audit=check.audit.slug, agency=check.agency.slug,
        disputed=len(wrong), late=check.is_late, sealed=sealed,
    )  # fmt: skip


def _said(dispute: Dispute, finding: Finding, **texts: str) -> dict[str, Any]:
    """What is kept of these words: sealed, where the finding is about a case."""
    if finding.case:
        return dict(case_key(finding.case).seal_all(dispute, **texts))
    return {f"open_{name}": text for name, text in texts.items()}


@dataclass(frozen=True, repr=False)
class Disputed:
    """A dispute as it is read. `words` and `reason` are blank where it is closed to who asks; `is_open` says why."""

    dispute: Dispute
    is_open: Verdict
    words: str
    reason: str


def _opened(disputes: Iterable[tuple[Dispute, Verdict]]) -> list[Disputed]:
    """What stands in these disputes, where it is open: the keys of all their cases in one query."""
    disputes = list(disputes)
    nominations = {one.finding.case.nomination for one, is_open in disputes if is_open and one.finding.case}
    keys = nomination_keys(one for one in nominations if one)
    found = []
    for one, is_open in disputes:
        words, reason = one.open_words, one.open_reason
        if is_open and (case := one.finding.case) and case.nomination:
            key = keys[case.nomination.public_id]
            words, reason = key.text(one, "words"), key.text(one, "reason")
        found.append(Disputed(one, is_open, words if is_open else "", reason if is_open else ""))
    return found


@transaction.atomic
def read_fact_check(check: FactCheck, *, by: Person) -> list[tuple[Group, dict[int, Disputed]]]:
    """Show a lead what their agency is asked and, by the keys of the findings, what it disputes and was told."""
    rules.may_read_fact_check(by, check).insist()
    disputes = {one.finding_id: one for one in check.disputes.standing()}
    groups = groups_of(check, by)
    mine = []
    for group in groups:
        for finding in (*group.findings, *group.past):
            if dispute := disputes.get(finding.pk):
                dispute.finding = finding
                mine.append((dispute, group.is_open))
    if mine:
        note_reading("read a factual accuracy check", check, by=by, audit=check.audit.slug, disputes=len(mine))
    opened = {one.dispute.finding_id: one for one in _opened(mine)}
    return [
        (group, {one.pk: opened[one.pk] for one in (*group.findings, *group.past) if one.pk in opened})
        for group in groups
    ]


@transaction.atomic
def read_disputes(audit: Audit, *, by: Person) -> list[Disputed]:
    """Show those who run or scrutinise the audit everything that is disputed in it."""
    rules.may_see_fact_checks(by, audit).insist()
    disputes = disputes_of(audit)
    fetch_parts({one.finding.case for one in disputes if one.finding.case}, by)
    verdicts = [(one, rules.may_read_dispute(by, one)) for one in disputes]
    counted: dict[FactCheck, int] = {}
    for one, is_open in verdicts:
        if is_open:
            counted[one.fact_check] = counted.get(one.fact_check, 0) + 1
    if counted:
        about = ((check, {"audit": audit.slug, "disputes": number}) for check, number in counted.items())
        note_readings("read what an agency disputes", about, by=by)
    return _opened(verdicts)


@transaction.atomic
def read_dispute(dispute: Dispute, *, by: Person) -> Disputed:
    """Show the chair what an agency says is wrong, to decide on it."""
    rules.may_decide_dispute(by, dispute).insist()
    check = dispute.fact_check
    note_reading("read what an agency disputes", check, by=by, audit=check.audit.slug, disputes=1)
    return _opened([(dispute, rules.may_read_dispute(by, dispute))])[0]


@transaction.atomic
def decide_dispute(
    dispute: Dispute,
    *,
    decision: Decision,
    text: str,
    reason: str,
    about: Mapping[str, Any] | None = None,
    version: int | None,
    by: Person,
) -> None:
    """Reword or withdraw a finding whose facts are disputed, or let it stand. The agency sees which, and why.

    `about` has the `agencies`, `themes` and `causes` of a finding that is changed, where those are put right too.
    What is withdrawn is decided for every agency that disputes it. Raises `Refused` where it is withdrawn without a
    reason.
    """
    finding, audit = dispute.finding, dispute.finding.audit
    # The agency may be changing its answer, and its page holds its check first.
    _hold_checks(audit)
    hold(dispute.fact_check, "audit", read=("agency",))
    hold(dispute, read=("fact_check", "finding"))
    finding.refresh_from_db(fields=["version", "text", "withdrawn_at"])
    if finding.case:
        forget_parts(finding.case)
    audit.refresh_from_db(fields=["stage"])
    rules.may_decide_dispute(by, dispute).insist()
    if decision == Decision.WITHDRAWN and not reason.strip():
        raise Refused("no-reason", "Say why the finding is withdrawn. Each agency that disputes it reads it.")
    _decide(dispute, decision, reason, version=version, by=by)
    if decision == Decision.WITHDRAWN:
        _withdraw(dispute, reason, by=by)
    if decision == Decision.REWORDED:
        if text != finding.text:
            reword_disputed_finding(finding, text=text, by=by)
        if about:
            correct_finding(finding, **about, version=None, by=by)
        _renew_disputes(finding)
        mine = dispute.fact_check.agency
        _tell(REWORDED, leads_of(*(one for one in whose_facts_it_concerns(finding) if one != mine)))


def _renew_disputes(finding: Finding) -> None:
    """Whoever has a dispute of this finding open is shown what it says now."""
    those = [finding, *under_other_headings(finding)]
    Dispute.objects.undecided().filter(finding__in=those).update(version=F("version") + 1)


def _hold_checks(audit: Audit) -> None:
    """Every check of an audit, always in one order: what is decided on one may have to be said on all."""
    list(FactCheck.objects.select_for_update(of=("self",)).filter(audit=audit).order_by("pk"))


def _decide(dispute: Dispute, decision: Decision, reason: str, *, version: int | None, by: Person) -> None:
    finding = dispute.finding
    said = _said(dispute, finding, reason=reason)
    save_changes(dispute, version=version, **said, decision=decision, decided_by=by, decided_at=timezone.now())
    # Whoever is changing the agency's answer is shown what was decided, and what they wrote of it beside.
    save_changes(dispute.fact_check, version=None)
    _tell(DECIDED, leads_of(dispute.fact_check.agency))
    write(
        "decided on a dispute", dispute, by=by, audit=finding.audit.slug,
        case=finding.case.label if finding.case else None, agency=dispute.fact_check.agency.slug,
        decision=str(decision), sealed=digest({"reason": said["reason"]}) if "reason" in said else "",
    )  # fmt: skip


def _withdraw(dispute: Dispute, reason: str, *, by: Person) -> None:
    finding = dispute.finding
    concerned = whose_facts_it_concerns(finding)
    gone = {one.pk: one for one in withdraw_disputed_finding(finding, by=by)}
    disputing = {dispute.fact_check.agency}
    others = Dispute.objects.undecided().filter(finding__in=gone).exclude(pk=dispute.pk)
    for other in others.select_related("fact_check__agency"):
        other.finding = gone[other.finding_id]
        _decide(other, Decision.WITHDRAWN, reason, version=None, by=by)
        disputing.add(other.fact_check.agency)
    # Whoever is writing an answer is shown that it is gone, and what they wrote of it beside.
    FactCheck.objects.filter(audit=finding.audit).update(version=F("version") + 1)
    _tell(WITHDRAWN, leads_of(*(one for one in concerned if one not in disputing)))


@transaction.atomic
def correct_finding(
    finding: Finding,
    *,
    agencies: Collection[Agency],
    themes: Collection[str],
    causes: Collection[Cause],
    version: int | None,
    by: Person,
) -> None:
    """Correct which agencies a finding is about, its themes and why it happened, between the panel and the published
    briefing. Whoever it concerns only now is asked to check it."""
    _hold_checks(finding.audit)
    hold(finding, "audit", read=("case",))
    before = agencies_concerned(finding)
    correct_tags(finding, agencies=agencies, themes=themes, causes=causes, version=version, by=by)
    _renew_disputes(finding)
    now = agencies_concerned(finding)
    checks = {one.agency_id: one for one in FactCheck.objects.filter(audit=finding.audit).select_related("agency")}
    if before != now:
        # Whoever is writing an answer is shown what they are asked now, and what they wrote beside.
        FactCheck.objects.filter(audit=finding.audit).update(version=F("version") + 1)
    if not checks:
        return
    due_on = working_days_from(today(), USUAL_DAYS)
    added = sorted(now - before, key=lambda one: one.name)
    anew = [one for one in added if one.pk not in checks]
    again = [one for one in added if one.pk in checks]
    for one in again:
        check = checks[one.pk]
        hold(check)
        # What was answered before is no answer to it.
        save_changes(check, version=None, answer="", answered_at=None, due_on=max(check.due_on, due_on))
    FactCheck.objects.bulk_create(
        FactCheck(audit=finding.audit, agency=one, due_on=due_on, asked_by=by) for one in anew
    )
    _tell(CHECK, leads_of(*anew))
    _tell(ASKED_AGAIN, leads_of(*again))
    if added:
        write(
            "asked who else a finding concerns", finding, by=by, asked=[one.slug for one in anew],
            again=[one.slug for one in again], due_on=due_on.isoformat(),
        )  # fmt: skip


# ---- feedback to the teams


def _where(case: Case) -> dict[str, Any]:
    return {"audit": case.audit.slug, "case": case.label}


@transaction.atomic
def send_feedback_note(agency_return: AgencyReturn, *, opening: str, by: Person) -> FeedbackNote:
    """Send a team the note on what the panel found of its work on one case, below a sentence or two."""
    case = agency_return.case
    hold(agency_return, read=("agency", "case__audit", "case__nomination"))
    forget_parts(case)
    rules.may_send_feedback_note(by, agency_return).insist()
    note = FeedbackNote(agency_return=agency_return, sent_by=by)
    note.opening = case_key(case).seal(note, "opening", opening)
    note.save(force_insert=True)
    _tell(NOTE, team_of(agency_return))
    write(
        "sent a feedback note", note, by=by, **_where(case), agency=agency_return.agency.slug,
        sealed=digest({"opening": note.opening}),
    )  # fmt: skip
    return note


@dataclass(frozen=True, repr=False)
class ReadNote:
    """A note as it is read: its opening, what the panel found under each heading, and the answers that are shown."""

    opening: str
    columns: list[tuple[str, list[Finding]]]
    struck: list[Finding]  # withdrawn since it was sent
    replies: list[NoteReply]


@transaction.atomic
def read_feedback_note(note: FeedbackNote, *, by: Person) -> ReadNote:
    """Show a note, and the answers to it that this person may read. The first time that the team reads it is kept."""
    rules.may_read_feedback_note(by, note).insist()
    case = note.agency_return.case
    replies = note.replies.select_related("written_by")
    reads_all = bool(rules.may_read_replies(by, note))
    shown = list(replies if reads_all else replies.filter(written_by=by))
    agency = note.agency_return.agency.slug
    note_reading("read a feedback note", note, by=by, **_where(case), agency=agency, answers=len(shown))
    if is_of_team(by, note.agency_return):
        NoteReader.objects.get_or_create(note=note, person=by)
    if reads_all and any(one.read_at is None for one in shown):
        note.replies.filter(read_at=None, pk__in=[one.pk for one in shown]).update(read_at=timezone.now())
    key = case_key(case)
    return ReadNote(
        key.text(note, "opening"), findings_of_note(note.agency_return), struck_from_note(note),
        [key.open(one) for one in shown],
    )  # fmt: skip


@transaction.atomic
def answer_feedback_note(note: FeedbackNote, *, words: str, by: Person) -> NoteReply:
    """Answer a feedback note, for the chair and the business manager to read."""
    case = note.agency_return.case
    hold(note, read=("agency_return",))
    forget_parts(case)
    rules.may_answer_feedback_note(by, note).insist()
    reply = NoteReply(note=note, written_by=by)
    reply.words = case_key(case).seal(reply, "words", words)
    reply.save(force_insert=True)
    _tell(ANSWERED, those_who_run(case.audit, case, *rules.RUNS))
    write(
        "answered a feedback note", note, by=by, **_where(case), agency=note.agency_return.agency.slug,
        sealed=digest({"words": reply.words}),
    )  # fmt: skip
    return reply
