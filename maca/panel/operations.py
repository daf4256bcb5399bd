import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from maca.audits.models import Audit, Heading, Question
from maca.audits.operations import enter
from maca.audits.stages import AuditStage
from maca.cases.models import Case
from maca.cases.queries import cases_of, fetch_parts, forget_parts
from maca.cases.seal import case_key, nomination_keys
from maca.chronology.models import ChronologyEntry
from maca.chronology.opening import question_of
from maca.journal.operations import note_reading, note_readings, write
from maca.kernel.holding import hold
from maca.kernel.ids import new_public_id
from maca.kernel.stages import move
from maca.kernel.verdict import Refused
from maca.kernel.versions import save_changes
from maca.notices.operations import queue
from maca.panel import rules
from maca.panel.alike import keep_terms
from maca.panel.dissents import Disagreements
from maca.panel.dissents import opened as opened_dissents
from maca.panel.grades import Across, Given, across, graded
from maca.panel.lines import Line, opened, without_words
from maca.panel.messages import NOTE_SENT
from maca.panel.models import (
    ACTION,
    Agenda,
    Attendance,
    Came,
    Cause,
    Dissent,
    EarlierWording,
    Finding,
    FindingAnswer,
    Hearing,
    NamedTheme,
    PanelGrade,
    PanelLine,
    RestrictedNote,
    Slot,
    ThemeTag,
)
from maca.panel.queries import (
    Column,
    GradePlace,
    codebook_of,
    dissents_from,
    empty_headings,
    find_hearing,
    grades_given,
    lines_of,
    readers_of_notes,
    returns_outstanding,
)
from maca.panel.stages import HearingStage
from maca.partnership.models import Agency, Partnership, Person
from maca.returns.models import Grade
from maca.returns.rules import may_read_summative_report
from maca.returns.summative import summative_reports
from maca.sealing.cipher import DataKey, digest
from maca.sealing.field import Sealed


@transaction.atomic
def open_panel(audit: Audit, *, by: Person) -> None:
    """Open the panel: agencies’ returns close, and each case’s panel sees all of its case."""
    hold(audit)
    rules.may_open_panel(by, audit).insist()
    Hearing.objects.bulk_create(Hearing(case=case) for case in audit.cases.all())
    write("opened a panel", audit, by=by, returns_outstanding=returns_outstanding(audit))
    enter(audit, AuditStage.PANEL_OPENED, by=by)


@transaction.atomic
def set_agenda(
    audit: Audit,
    *,
    begins_at: dt.time,
    place: str,
    quorum: int | None,
    needed: Collection[Agency] = (),
    slots: Mapping[Case, tuple[int, int]],
    version: int | None,
    by: Person,
) -> Agenda:
    """Set when and where the panel meets, how many agencies and which have to be there, and the place and minutes of
    each case.

    Cases with the same place come in the order of their numbers.
    """
    hold(audit)
    rules.may_set_agenda(by, audit).insist()
    agenda, _ = Agenda.objects.get_or_create(audit=audit, defaults={"begins_at": begins_at})
    save_changes(
        agenda, version=version, begins_at=begins_at, place=place, quorum=quorum, saved_by=by, saved_at=timezone.now()
    )
    agenda.needed.set(needed)
    Slot.objects.filter(agenda=agenda).delete()
    order = sorted(slots, key=lambda case: (slots[case][0], case.number))
    Slot.objects.bulk_create(
        Slot(agenda=agenda, case=case, place=at, minutes=slots[case][1]) for at, case in enumerate(order, start=1)
    )
    minutes = {case.label: slots[case][1] for case in order}
    whom = sorted(agency.slug for agency in needed)
    write("set the agenda of a panel", agenda, by=by, audit=audit.slug, minutes=minutes, quorum=quorum, needed=whom)
    return agenda


@transaction.atomic
def introduce_case(
    hearing: Hearing,
    *,
    introduced_by: Person,
    partners: Collection[Agency],
    version: int | None,
    by: Person,
) -> None:
    """Record who introduced the case and which partners then gave their account."""
    _hold(hearing)
    rules.may_hear_case(by, hearing).insist()
    if introduced_by.partnership_id != hearing.case.audit.partnership_id:
        raise Refused("another-partnership", "Choose somebody of your own partnership.")
    save_changes(hearing, version=version, introduced_by=introduced_by)
    if hearing.stage == HearingStage.WAITING:
        move(hearing, to=HearingStage.INTRODUCED)
    hearing.partners.set(partners)
    write(
        "introduced a case",
        hearing.case,
        by=by,
        introduced_by=introduced_by.public_id,
        partners=sorted(agency.slug for agency in partners),
    )


# ---- what is said, line by line


@transaction.atomic
def write_line(
    hearing: Hearing,
    heading: str,
    *,
    words: str,
    agency: Agency | None,
    in_own_record: bool,
    question: Question | None = None,
    sent: str,
    by: Person,
) -> PanelLine:
    """Write down what somebody said, under one of the questions or as an action that is proposed. It may be taken from
    the answers to a `question` of the returns.

    What was sent before, under the same number of the page, is not written again. Raises `Refused` where other words
    came under that number: they are no second sending, and are not lost in silence.
    """
    _hold(hearing)
    rules.may_take_notes(by, hearing).insist()
    if before := PanelLine.objects.filter(hearing=hearing, sent=sent).first():
        # What is offered has one number on everybody's page. One's own line may have been put right since.
        is_again = case_key(hearing.case).text(before, "words") == words
        put_right = before.version > 1 and before.typed_by_id == by.pk
        if before.heading == heading and (is_again or put_right):
            return before
        raise Refused(
            "sent-before", "This box has been sent before, with other words. Copy yours, and load the page again."
        )
    return _add_line(
        hearing, words, heading=heading, sent=sent, agency=agency, in_own_record=in_own_record, question=question, by=by
    )


def _add_line(hearing: Hearing, words: str, *, by: Person, **said: Any) -> PanelLine:
    number = _next_change(hearing)
    line = PanelLine(hearing=hearing, place=number, changed=number, typed_by=by, **said)
    line.words = case_key(hearing.case).seal(line, "words", words)
    line.save(force_insert=True)
    write("wrote a line", line, by=by, **_said(line), sealed=digest({"words": line.words}))
    return line


@transaction.atomic
def change_line(
    line: PanelLine, *, words: str, agency: Agency | None, in_own_record: bool, version: int | None, by: Person
) -> None:
    """Put a line right."""
    _hold_line(line)
    rules.may_change_line(by, line).insist()
    sealed = case_key(line.hearing.case).seal(line, "words", words)
    save_changes(
        line, version=version, changed=_next_change(line.hearing), words=sealed, agency=agency,
        in_own_record=in_own_record, saved_by=by, saved_at=timezone.now(),
        # What another agency says is not what this one answered.
        question=line.question if agency == line.agency else None,
    )  # fmt: skip
    write("changed a line", line, by=by, **_said(line), version=line.version, sealed=digest({"words": sealed}))


@transaction.atomic
def take_out_line(line: PanelLine, *, by: Person) -> None:
    """Take a line out of the notes. It is kept, and can be put back until the panel closes."""
    _hold_line(line)
    rules.may_change_line(by, line).insist()
    save_changes(line, version=None, changed=_next_change(line.hearing), taken_out_at=timezone.now())
    write("took out a line", line, by=by, **_said(line))


@transaction.atomic
def put_back_line(line: PanelLine, *, by: Person) -> None:
    """Put a line back where it stood."""
    _hold_line(line)
    rules.may_change_line(by, line).insist()
    save_changes(line, version=None, changed=_next_change(line.hearing), taken_out_at=None)
    write("put back a line", line, by=by, **_said(line))


@transaction.atomic
def read_lines(hearing: Hearing, *, since: int = 0, by: Person) -> list[Line]:
    """Show the lines of a hearing that have changed since."""
    rules.may_attend_hearing(by, hearing).insist()
    rows = list(lines_of(hearing, since))
    if not rows:
        return []
    note_reading("read the lines of a panel", hearing.case, by=by, **_where(hearing.case), lines=len(rows))
    lines = opened(rows, case_key(hearing.case))
    return lines if rules.may_take_notes(by, hearing) else [without_words(one) for one in lines]


@transaction.atomic
def read_line(line: PanelLine, *, by: Person) -> Line:
    """Show one line to whoever may change it."""
    rules.may_change_line(by, line).insist()
    note_reading("read a line of a panel", line, by=by, **_said(line))
    return opened([line], case_key(line.hearing.case))[0]


@transaction.atomic
def follow_lines(hearing: Hearing, *, again: bool = False, by: Person) -> None:
    """Put on record that somebody is shown each line of a hearing from here on as it is written; or `again`, that they
    still may be, since it is on record.

    They and the hearing are read anew, since what they may see may have changed while they waited. Raises
    `ObjectDoesNotExist` where it is no longer theirs to see.
    """
    by = Person.objects.get(pk=by.pk, is_active=True)
    hearing = find_hearing(by, hearing.case.audit.slug, hearing.case.number)
    rules.may_attend_hearing(by, hearing).insist()
    if not again:
        note_reading("followed the lines of a panel", hearing.case, by=by, **_where(hearing.case))


def _hold(hearing: Hearing) -> None:
    """Hold a hearing, and read how far its audit is. The audit is not held, or panels that sit at once would wait for
    one another: whoever closes the panel holds each hearing, and so waits for what is being written."""
    case = hearing.case
    hold(hearing, read=("case",))
    case.audit.refresh_from_db(fields=["stage"])
    forget_parts(case)


def _hold_line(line: PanelLine) -> None:
    hearing = line.hearing
    _hold(hearing)
    hold(line)
    line.hearing = hearing


def _next_change(hearing: Hearing) -> int:
    """The hearing is held, so the numbers come in the order in which they are kept, and whoever asks for what came
    after one misses none."""
    hearing.changes += 1
    hearing.save(update_fields=["changes"])
    return hearing.changes


def _tell_of_findings(case: Case | None, line: PanelLine | None = None) -> None:
    """Whoever follows is told that the findings of a case are others, and that this line is agreed, or again a line."""
    if case is None:
        return
    hearing = Hearing.objects.select_related("case__audit").get(case=case)
    _hold(hearing)
    hearing.findings_changed = _next_change(hearing)
    hearing.save(update_fields=["findings_changed"])
    if line:
        save_changes(line, version=None, changed=hearing.changes)


def _where(case: Case) -> dict[str, Any]:
    return {"audit": case.audit.slug, "case": case.label}


def _said(line: PanelLine) -> dict[str, Any]:
    return {**_where(line.hearing.case), "place": line.place, "heading": str(line.heading)}


# ---- what agencies do not agree with


@transaction.atomic
def record_dissent(finding: Finding, *, agency: Agency, words: str, by: Person) -> Dissent:
    """Record that an agency does not agree with a finding, in its own words."""
    _hold_finding(finding)
    rules.may_record_dissent(by, finding).insist()
    if Dissent.objects.filter(finding=finding, agency=agency).exists():
        raise Refused(
            "recorded", f"What {agency} does not agree with is on record already. Change what it said, or put it back."
        )
    dissent = Dissent(finding=finding, agency=agency, recorded_by=by)
    dissent.words = _key_of(finding).seal(dissent, "words", words)
    dissent.save(force_insert=True)
    _tell_of_findings(dissent.finding.case)
    write("recorded a dissent", dissent, by=by, **_of_dissent(dissent), sealed=digest({"words": dissent.words}))
    return dissent


@transaction.atomic
def change_dissent(dissent: Dissent, *, words: str, version: int | None, by: Person) -> None:
    """Put right why an agency does not agree."""
    _hold_dissent(dissent)
    rules.may_change_dissent(by, dissent).insist()
    sealed = _key_of(dissent.finding).seal(dissent, "words", words)
    save_changes(dissent, version=version, words=sealed, saved_by=by, saved_at=timezone.now())
    _tell_of_findings(dissent.finding.case)
    write("changed a dissent", dissent, by=by, **_of_dissent(dissent), sealed=digest({"words": sealed}))


@transaction.atomic
def withdraw_dissent(dissent: Dissent, *, by: Person) -> None:
    """Record that an agency agrees after all. What it said is kept, and can be put back until the panel closes."""
    _hold_dissent(dissent)
    rules.may_change_dissent(by, dissent).insist()
    save_changes(dissent, version=None, withdrawn_at=timezone.now())
    _tell_of_findings(dissent.finding.case)
    write("withdrew a dissent", dissent, by=by, **_of_dissent(dissent))


@transaction.atomic
def put_back_dissent(dissent: Dissent, *, by: Person) -> None:
    """Record that an agency still does not agree."""
    _hold_dissent(dissent)
    rules.may_change_dissent(by, dissent).insist()
    save_changes(dissent, version=None, withdrawn_at=None)
    _tell_of_findings(dissent.finding.case)
    write("put back a dissent", dissent, by=by, **_of_dissent(dissent))


@transaction.atomic
def say_what_is_accepted(finding: Finding, *, words: str, version: int | None, by: Person) -> None:
    """Say what the panel accepts where agencies do not agree, and why. Blank words take it out."""
    hold(finding, "audit", read=("case",))
    if finding.case:
        forget_parts(finding.case)
    rules.may_say_what_is_accepted(by, finding).insist()
    sealed = _key_of(finding).seal(finding, "accepted", words)
    save_changes(finding, version=version, accepted=sealed)
    _tell_of_findings(finding.case)
    write("said what a panel accepts", finding, by=by, sealed=digest({"accepted": sealed}))


@transaction.atomic
def read_disagreements(hearing: Hearing, *, by: Person) -> Disagreements:
    """Show which agencies do not agree with which finding of a case and why, and what the panel accepts."""
    rules.may_attend_hearing(by, hearing).insist()
    rows = dissents_from(hearing.case)
    if not rules.may_take_notes(by, hearing):
        rows = [one for one in rows if one.withdrawn_at is None]
    weighed = [one for one in hearing.case.findings.standing() if one.accepted]
    if not rows and not weighed:
        return Disagreements({}, {})
    counts = {"dissents": len(rows), "accepted": len(weighed)}
    note_reading("read what agencies do not agree with", hearing.case, by=by, **_where(hearing.case), **counts)
    return opened_dissents(rows, weighed, case_key(hearing.case))


@transaction.atomic
def read_dissent(dissent: Dissent, *, by: Person) -> str:
    """Show why an agency does not agree to whoever may change it."""
    rules.may_change_dissent(by, dissent).insist()
    note_reading("read a dissent", dissent, by=by, **_of_dissent(dissent))
    return _key_of(dissent.finding).text(dissent, "words")


@transaction.atomic
def read_what_is_accepted(finding: Finding, *, by: Person) -> str:
    """Show what the panel accepts, and why, to whoever may change it."""
    rules.may_say_what_is_accepted(by, finding).insist()
    if not finding.accepted:
        return ""
    note_reading("read what a panel accepts", finding, by=by)
    return _key_of(finding).text(finding, "accepted")


def _hold_finding(finding: Finding) -> None:
    hold(finding, read=("case",))
    if finding.case:
        _hold(finding.case.hearing)


def _hold_dissent(dissent: Dissent) -> None:
    finding = dissent.finding
    _hold_finding(finding)
    hold(dissent, read=("agency",))
    dissent.finding = finding


def _key_of(finding: Finding) -> DataKey:
    assert finding.case  # the rule has looked
    return case_key(finding.case)


def _of_dissent(dissent: Dissent) -> dict[str, Any]:
    assert dissent.finding.case
    return {**_where(dissent.finding.case), "finding": dissent.finding.position, "agency": dissent.agency.slug}


# ---- notes for one agency's lead


@transaction.atomic
def send_restricted_note(hearing: Hearing, *, agency: Agency, words: str, by: Person) -> RestrictedNote:
    """Send a note about a person’s practice to the lead of one agency. From then on only that lead reads it.

    Raises `Refused` where no lead of the agency would read it.
    """
    _hold(hearing)
    rules.may_send_restricted_note(by, hearing).insist()
    readers = readers_of_notes(hearing.case).get(agency)
    if not readers:
        raise Refused("no-lead", rules.why_nobody_reads(agency))
    note = RestrictedNote(hearing=hearing, agency=agency, sent_by=by)
    note.words = case_key(hearing.case).seal(note, "words", words)
    note.save(force_insert=True)
    write("sent a restricted note", note, by=by, **_of_note(note), sealed=digest({"words": note.words}))
    for person in readers:
        # It says nothing of which case to whoever sees the message.
        queue(NOTE_SENT, to=person, link=reverse("work-list"))
    return note


@transaction.atomic
def read_restricted_note(note: RestrictedNote, *, by: Person) -> RestrictedNote:
    """Show a note, and what was done about it, to the lead of the agency it was sent to."""
    rules.may_read_restricted_note(by, note).insist()
    note_reading("read a restricted note", note, by=by, **_of_note(note))
    RestrictedNote.objects.filter(pk=note.pk, read_at=None).update(read_at=timezone.now())
    return case_key(note.hearing.case).open(note)


@transaction.atomic
def deal_with_restricted_note(note: RestrictedNote, *, outcome: str, version: int | None, by: Person) -> None:
    """Mark a note as dealt with, and say for the leads of the agency what was done."""
    hold(note, read=("hearing", "agency"))
    forget_parts(note.hearing.case)
    rules.may_deal_with_restricted_note(by, note).insist()
    sealed = case_key(note.hearing.case).seal(note, "outcome", outcome)
    save_changes(note, version=version, outcome=sealed, dealt_with_by=by, dealt_with_at=timezone.now())
    write("dealt with a restricted note", note, by=by, **_of_note(note), sealed=digest({"outcome": sealed}))


def _of_note(note: RestrictedNote) -> dict[str, Any]:
    return {**_where(note.hearing.case), "agency": note.agency.slug}


@transaction.atomic
def record_attendance(
    hearing: Hearing, came: Mapping[Agency, tuple[Came, str]], *, version: int | None, by: Person
) -> None:
    """Record for each agency that was asked whether it was there, and who came for it, by their posts."""
    _hold(hearing)
    rules.may_record_attendance(by, hearing).insist()
    now = timezone.now()
    save_changes(hearing, version=version, attendance_at=now, saved_by=by, saved_at=now)
    Attendance.objects.filter(hearing=hearing).delete()
    Attendance.objects.bulk_create(
        Attendance(hearing=hearing, agency=agency, came=said, posts=posts) for agency, (said, posts) in came.items()
    )
    there = sorted(agency.slug for agency, (said, _) in came.items() if said == Came.PRESENT)
    write("recorded who was at a hearing", hearing.case, by=by, present=there, asked=len(came))


@transaction.atomic
def finish_hearing(hearing: Hearing, *, nothing_under: Collection[Heading] = (), voice: str = "", by: Person) -> None:
    """The panel has heard the case: each of the three questions has an answer or none, and the child's voice is in.

    A blank `voice` records that nothing is known of it. Raises `Refused` where a heading has neither a finding nor
    stands in `nothing_under`.
    """
    _hold(hearing)
    rules.may_finish_hearing(by, hearing).insist()
    empty = empty_headings(hearing.case)
    if unanswered := [heading for heading in empty if heading not in nothing_under]:
        raise Refused(
            "unanswered",
            f"No finding stands under “{unanswered[0].label}” Record one, or say that the panel found nothing there.",
        )
    sealed = case_key(hearing.case).seal(hearing, "voice", voice)
    save_changes(
        hearing, version=None, voice=sealed, voice_is_missing=not voice, nothing_under=[str(one) for one in empty]
    )
    move(hearing, to=HearingStage.HEARD)
    write(
        "heard a case", hearing.case, by=by, nothing_under=[str(one) for one in empty], voice_is_missing=not voice,
        sealed=digest({"voice": sealed}),
    )  # fmt: skip


@transaction.atomic
def read_voice(hearing: Hearing, *, by: Person) -> str:
    """Show what the panel said of the child's own voice."""
    rules.may_attend_hearing(by, hearing).insist()
    if not hearing.voice:
        return ""
    note_reading("read the child’s voice at a panel", hearing.case, by=by, **_where(hearing.case))
    return case_key(hearing.case).text(hearing, "voice")


@transaction.atomic
def record_finding(
    column: Column,
    *,
    text: str,
    agencies: Collection[Agency],
    question: str = "",
    line: PanelLine | None = None,
    themes: Collection[str] = (),
    causes: Collection[Cause] = (),
    answers: Collection[Question] = (),
    action: str = "",
    by: Person,
) -> Finding:
    """Record what the panel agreed, under a heading, tagged with the agencies it is about and with the questions of the
    returns on whose answers it rests.

    Made of a `question` that the chronology of the case asks, by its mark, it cites the entries of that. Made of a
    `line` of the notes, that line is agreed. An `action` is proposed with it, as a line of its own. Raises `Refused`
    where the chronology no longer asks the question, and where the line has become another finding.
    """
    hold(column.audit)
    rules.may_record_finding(by, column).insist()
    cited = [one.public_id for one in question_of(column.case, question).entries] if question and column.case else []
    finding = _add(
        column, text=text, question=question if column.case else "", themes=list(themes), causes=list(causes), by=by
    )
    finding.agencies.set(agencies)
    if line:
        _hold_line(line)
        rules.may_agree_line(by, line).insist()
        save_changes(line, version=None, finding=finding)
    _tell_of_findings(column.case, line)
    if action and column.case:
        hearing = Hearing.objects.select_related("case__audit").get(case=column.case)
        _hold(hearing)
        rules.may_take_notes(by, hearing).insist()
        _add_line(hearing, action, heading=ACTION, sent=new_public_id(), rests_on=finding, by=by)
    if cited:
        finding.entries.set(ChronologyEntry.objects.filter(case=column.case, public_id__in=cited))
    _rest_on(finding, answers, line)
    write(
        "recorded a finding",
        finding,
        by=by,
        heading=str(column.heading),
        case=column.case.label if column.case else None,
        agencies=sorted(agency.slug for agency in agencies),
        entries=len(cited),
        themes=list(themes),
        causes=[str(one) for one in causes],
        answers=[one.number for one in answers],
    )
    return finding


def _rest_on(finding: Finding, questions: Collection[Question], line: PanelLine | None = None) -> None:
    """Say which answers a finding rests on: of the question that its line was taken from, that agency's alone."""
    known = set(finding.answers.values_list("question", flat=True))
    finding.answers.exclude(question__in=questions).delete()
    FindingAnswer.objects.bulk_create(
        FindingAnswer(
            finding=finding,
            question=one,
            agency_id=line.agency_id if line and line.question_id == one.pk else None,
        )
        for one in questions
        if one.pk not in known
    )


def _add(column: Column, *, by: Person, **said: Any) -> Finding:
    last = Finding.objects.filter(audit=column.audit).aggregate(last=Max("position"))["last"] or 0
    finding = Finding.objects.create(**vars(column), **said, position=last + 1, recorded_by=by)
    keep_terms([finding])
    return finding


@transaction.atomic
def change_finding(
    finding: Finding,
    *,
    text: str,
    agencies: Collection[Agency],
    themes: Collection[str] = (),
    causes: Collection[Cause] = (),
    answers: Collection[Question] | None = None,
    version: int | None,
    by: Person,
) -> None:
    """Reword a finding, or correct the agencies it is about, its themes, why it happened and what it rests on: without
    `answers`, on what it did."""
    hold(finding, "audit")
    rules.may_change_finding(by, finding).insist()
    said = {"text": text, "themes": list(themes), "causes": list(causes)}
    save_changes(finding, version=version, **said, saved_by=by, saved_at=timezone.now())
    finding.agencies.set(agencies)
    if answers is not None:
        _rest_on(finding, answers)
    keep_terms([finding])
    _tell_of_findings(finding.case)
    write("changed a finding", finding, by=by, version=finding.version, answers=[one.number for one in answers or ()])


@transaction.atomic
def reword_disputed_finding(finding: Finding, *, text: str, by: Person) -> None:
    """Reword a finding after the panel, since an agency has disputed its facts. What it said before is kept."""
    hold(finding, "audit", read=("case",))
    if finding.case:
        forget_parts(finding.case)
    rules.may_reword_disputed_finding(by, finding).insist()
    EarlierWording.objects.create(finding=finding, text=finding.text, replaced_by=by)
    save_changes(finding, version=None, text=text, saved_by=by, saved_at=timezone.now())
    keep_terms([finding])
    write("reworded a finding", finding, by=by, version=finding.version)


@transaction.atomic
def withdraw_finding(finding: Finding, *, by: Person) -> None:
    """Take a finding out of the panel’s record. It is kept and can be put back until the panel closes."""
    hold(finding, "audit")
    rules.may_change_finding(by, finding).insist()
    save_changes(finding, version=None, withdrawn_at=timezone.now())
    _tell_of_findings(finding.case, PanelLine.objects.filter(finding=finding).first())
    write("withdrew a finding", finding, by=by)


@transaction.atomic
def put_back_finding(finding: Finding, *, by: Person) -> None:
    """Put a withdrawn finding back where it stood."""
    hold(finding, "audit")
    rules.may_change_finding(by, finding).insist()
    save_changes(finding, version=None, withdrawn_at=None)
    _tell_of_findings(finding.case, PanelLine.objects.filter(finding=finding).first())
    write("put back a finding", finding, by=by)


# ---- themes


@transaction.atomic
def add_theme_tag(partnership: Partnership, *, called: str, words: Iterable[str], by: Person) -> ThemeTag:
    """Add a theme to the code-book of a partnership, with the words that suggest it."""
    hold(partnership)
    rules.may_set_codebook(by).insist()
    _refuse_same_name(partnership, called, but="")
    theme = ThemeTag(partnership=partnership, called=called, words=list(words), saved_by=by, saved_at=timezone.now())
    theme.code = theme.public_id
    theme.save(force_insert=True)
    write("added a theme", theme, by=by, code=theme.code)
    return theme


@transaction.atomic
def change_theme_tag(
    theme: ThemeTag, *, called: str, words: Iterable[str], used: bool, version: int | None, by: Person
) -> None:
    """Rename a theme of the code-book, take it out of use, or say what else suggests it. Findings keep it."""
    hold(theme.partnership)
    rules.may_change_theme_tag(by, theme).insist()
    _refuse_same_name(theme.partnership, called, but=theme.code)
    kept, _ = ThemeTag.objects.get_or_create(
        partnership=theme.partnership, code=theme.code, defaults={"called": theme.called}
    )
    save_changes(
        kept, version=version, called=called, words=list(words), used=used, saved_by=by, saved_at=timezone.now()
    )
    write("changed a theme", kept, by=by, code=kept.code, used=used)


def _refuse_same_name(partnership: Partnership, called: str, *, but: str) -> None:
    for one in codebook_of(partnership.pk).themes.values():
        if one.code != but and one.called.casefold() == called.casefold():
            raise Refused("named-so", f"There is a theme called “{one.called}” already.")


@transaction.atomic
def name_themes(audit: Audit, *, called: str, codes: Collection[str], by: Person) -> NamedTheme:
    """Put themes of an audit together under one name. A theme stands under one name only."""
    hold(audit)
    rules.may_name_themes(by, audit).insist()
    named = NamedTheme(audit=audit, called=called, saved_by=by, saved_at=timezone.now())
    named.codes = _free(codes, named)
    named.save(force_insert=True)
    write("named themes", named, by=by, audit=audit.slug, codes=named.codes)
    return named


@transaction.atomic
def change_named_theme(
    named: NamedTheme, *, called: str, codes: Collection[str], version: int | None, by: Person
) -> None:
    """Change the name, or what stands under it."""
    hold(named, "audit")
    rules.may_change_named_theme(by, named).insist()
    codes = _free(codes, named)
    save_changes(named, version=version, called=called, codes=codes, saved_by=by, saved_at=timezone.now())
    write("named themes", named, by=by, audit=named.audit.slug, codes=codes)


@transaction.atomic
def take_themes_apart(named: NamedTheme, *, by: Person) -> None:
    """Take apart what was put together: each theme stands again under its own name."""
    hold(named, "audit")
    rules.may_change_named_theme(by, named).insist()
    write("took themes apart", named, by=by, audit=named.audit.slug, codes=named.codes)
    named.delete()


def _free(codes: Collection[str], named: NamedTheme) -> list[str]:
    """The codes, each of which stands under no other name."""
    for other in NamedTheme.objects.filter(audit=named.audit).exclude(public_id=named.public_id):
        if set(codes) & set(other.codes):
            raise Refused("named-already", f"One of these stands under “{other.called}” already. Change that one.")
    return list(codes)


@transaction.atomic
def close_panel(audit: Audit, *, by: Person) -> None:
    """Close the panel: its findings stand, and the briefing can be drafted."""
    hold(audit)
    # What is being written comes in before.
    list(Hearing.objects.select_for_update(of=("self",)).filter(case__audit=audit).order_by("pk"))
    rules.may_close_panel(by, audit).insist()
    enter(audit, AuditStage.PANEL_CLOSED, by=by)
    write("closed a panel", audit, by=by, findings=audit.findings.standing().count())


@transaction.atomic
def record_published_findings(
    audit: Audit, findings: Iterable[tuple[Heading, Case | None, str]], *, by: Person
) -> list[Finding]:
    """Record the findings of an audit known only from its briefing, in their order."""
    kept = Finding.objects.bulk_create(
        Finding(audit=audit, case=case, heading=heading, position=position, text=text, recorded_by=by)
        for position, (heading, case, text) in enumerate(findings, start=1)
    )
    keep_terms(kept)
    write("recorded published findings", audit, by=by, findings=len(kept))
    return kept


# ---- the panel's grades beside the agencies' own


@transaction.atomic
def give_grade(
    place: GradePlace, *, grade: Grade, reason: str, follows: str, version: int | None, by: Person
) -> PanelGrade:
    """Record what the panel gives beside an agency’s own grade, and why; for an inadequate, also what follows from it.

    Raises `Refused` for a grade without a reason, and for an inadequate that nothing follows from.
    """
    _hold(place.hearing)
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
    _hold(place.hearing)
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
    return {**_where(place.hearing.case), "question": place.question.number, "agency": place.agency.slug}


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
    note_reading("read the grades of a panel", hearing.case, by=by, **_where(hearing.case), grades=len(rows))
    key = case_key(hearing.case)
    return {(one.question.number, one.agency.slug): _given(one, key) for one in rows}


@transaction.atomic
def read_grades_across(audit: Audit, *, by: Person) -> Across:
    """Show the grades of the agencies and of the panel in all those cases of an audit that somebody hears."""
    rules.may_see_panel_page(by, audit).insist()
    cases = cases_of(audit, by)
    fetch_parts(cases, by)
    cases = [one for one in cases if may_read_summative_report(by, one)] if audit.panel_has_begun else []
    note_readings("read the grades of a panel", [(one, _where(one)) for one in cases], by=by)
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
