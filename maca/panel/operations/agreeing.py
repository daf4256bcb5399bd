import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from maca.audits.models import Audit, Heading, Question
from maca.cases.models import Case
from maca.cases.seal import case_key
from maca.chronology.models import ChronologyEntry
from maca.chronology.opening import question_of
from maca.journal.operations import note_reading, write
from maca.kernel.holding import hold
from maca.kernel.ids import new_public_id
from maca.kernel.verdict import Refused
from maca.kernel.versions import save_changes
from maca.panel import rules
from maca.panel.alike import keep_terms
from maca.panel.models import (
    ACTION,
    Cause,
    EarlierTags,
    EarlierWording,
    Finding,
    FindingAnswer,
    FindingEvidence,
    Hearing,
    PanelLine,
)
from maca.panel.operations.holding import hold_finding, hold_hearing, hold_line, tell_of_findings, where_of
from maca.panel.operations.note_taking import add_line
from maca.panel.queries import Column, under_other_headings
from maca.partnership.models import Agency, Person
from maca.returns.models import Evidence, Upload
from maca.sealing.cipher import digest
from maca.sealing.field import Sealed


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
    days: Collection[dt.date] = (),
    evidence: Collection[Evidence | Upload] = (),
    passages: Collection[str] | None = None,
    also: Collection[Heading] = (),
    action: str = "",
    by: Person,
) -> Finding:
    """Record what the panel agreed, under a heading, tagged with the agencies it is about and with the questions of the
    returns on whose answers it rests.

    It cites every entry that the chronology of the case has of these `days`, and of the `evidence` that the agencies
    gave what is named. Made of a `question` that the chronology asks, by its mark, it cites the entries of that, and
    where two assessments share words, those of these `passages`; all of them without it. Made of a `line` of the notes,
    that line is agreed. An `action` is proposed with it, as a line of its own. Under the headings of the case that
    are named in `also` it stands too. Raises `Refused` where the chronology no
    longer asks the question, and where the line has become another finding.
    """
    hold(column.audit)
    rules.may_record_finding(by, column).insist()
    asked = question_of(column.case, question) if question and column.case else None
    cited = [one.public_id for one in asked.entries] if asked else []
    shared = [one for one in asked.pattern.passages if passages is None or one in passages] if asked else []
    finding = _add(
        column, text=text, question=question if asked else "", passages=shared, themes=list(themes),
        causes=list(causes), by=by,
    )  # fmt: skip
    finding.agencies.set(agencies)
    if line:
        hold_line(line)
        rules.may_agree_line(by, line).insist()
        save_changes(line, version=None, finding=finding)
    tell_of_findings(column.case, line)
    if action and column.case:
        hearing = Hearing.objects.select_related("case__audit").get(case=column.case)
        hold_hearing(hearing)
        rules.may_take_notes(by, hearing).insist()
        add_line(hearing, action, heading=ACTION, sent=new_public_id(), rests_on=finding, by=by)
    if column.case and (cited or days):
        of_case = ChronologyEntry.objects.filter(case=column.case)
        finding.entries.set(of_case.filter(Q(public_id__in=cited) | Q(date__in=days)))
    _rest_on(finding, answers, line)
    _rest_on_evidence(finding, evidence)
    there = [
        _add(replace(column, heading=one), **_words_of(finding), same_as=finding, passages=shared, by=by)
        for one in also
    ]
    for one in there:
        _rest_as(one, finding)
    for one in (finding, *there):
        case = column.case.label if column.case else None
        write("recorded a finding", one, by=by, heading=str(one.heading), case=case, **_about(one))
    return finding


def _about(finding: Finding) -> dict[str, Any]:
    """What a finding is about and rests on, for the journal: of what is sealed, how much and its digest."""
    return {
        "agencies": _slugs(finding.agencies.all()),
        "entries": finding.entries.count(),
        "themes": finding.themes,
        "causes": [str(one) for one in finding.causes],
        "answers": sorted(set(finding.answers.values_list("question__number", flat=True))),
        "evidence": finding.evidence.count(),
    } | ({"sealed": digest({"passages": Sealed(finding.passages)})} if finding.passages else {})


def _words_of(finding: Finding) -> dict[str, Any]:
    return {name: getattr(finding, name) for name in ("text", "question", "themes", "causes")}


def _rest_as(finding: Finding, other: Finding) -> None:
    """Let a finding be about the same agencies as another one of its case, and rest on the same."""
    finding.agencies.set(other.agencies.all())
    finding.entries.set(other.entries.all())
    finding.answers.all().delete()
    FindingAnswer.objects.bulk_create(
        FindingAnswer(finding=finding, question_id=one.question_id, agency_id=one.agency_id)
        for one in other.answers.all()
    )
    finding.evidence.all().delete()
    FindingEvidence.objects.bulk_create(
        FindingEvidence(finding=finding, reference_id=one.reference_id, upload_id=one.upload_id)
        for one in other.evidence.all()
    )


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


def _rest_on_evidence(finding: Finding, rows: Collection[Evidence | Upload]) -> None:
    references = [one for one in rows if isinstance(one, Evidence)]
    uploads = [one for one in rows if isinstance(one, Upload)]
    finding.evidence.exclude(Q(reference__in=references) | Q(upload__in=uploads)).delete()
    known = set(finding.evidence.values_list("reference", "upload"))
    FindingEvidence.objects.bulk_create(
        [FindingEvidence(finding=finding, reference=one) for one in references if (one.pk, None) not in known]
        + [FindingEvidence(finding=finding, upload=one) for one in uploads if (None, one.pk) not in known]
    )


def _seal(finding: Finding, passages: Iterable[str]) -> Sealed:
    assert finding.case  # only its chronology has any
    return case_key(finding.case).seal(finding, "passages", "\n".join(passages))


def _add(column: Column, *, passages: Collection[str], by: Person, **said: Any) -> Finding:
    last = Finding.objects.filter(audit=column.audit).aggregate(last=Max("position"))["last"] or 0
    finding = Finding(**vars(column), **said, position=last + 1, recorded_by=by)
    if passages:
        finding.passages = _seal(finding, passages)
    finding.save(force_insert=True)
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
    days: Collection[dt.date] | None = None,
    evidence: Collection[Evidence | Upload] | None = None,
    passages: Collection[str] | None = None,
    version: int | None,
    by: Person,
) -> None:
    """Reword a finding, or correct the agencies it is about, its themes, why it happened and what it rests on: without
    `answers`, `days`, `evidence` or `passages`, on what it did. Of a day that stays, it cites what it did; of the
    passages it cites, those stay that are named. Where it stands under other headings too, it is changed there as well.
    """
    hold_finding(finding)
    rules.may_change_finding(by, finding).insist()
    elsewhere = list(under_other_headings(finding))
    said: dict[str, Any] = {"text": text, "themes": list(themes), "causes": list(causes)}
    stay = [one for one in _passages_of(finding) if passages is None or one in passages]
    if finding.passages:
        said["passages"] = _seal(finding, stay) if stay else Sealed()
    save_changes(finding, version=version, **said, saved_by=by, saved_at=timezone.now())
    finding.agencies.set(agencies)
    if answers is not None:
        _rest_on(finding, answers)
    if days is not None:
        before = set(finding.entries.values_list("date", flat=True))
        finding.entries.remove(*finding.entries.exclude(date__in=days))
        finding.entries.add(*ChronologyEntry.objects.filter(case=finding.case, date__in=set(days) - before))
    if evidence is not None:
        _rest_on_evidence(finding, evidence)
    for one in elsewhere:
        hold(one)
        words = {**_words_of(finding), "passages": _seal(one, stay) if stay else Sealed()}
        save_changes(one, version=None, **words, saved_by=by, saved_at=finding.saved_at)
        _rest_as(one, finding)
    keep_terms([finding, *elsewhere])
    tell_of_findings(finding.case)
    for one in (finding, *elsewhere):
        write("changed a finding", one, by=by, version=one.version, **_about(one))


def _passages_of(finding: Finding) -> list[str]:
    return case_key(finding.case).text(finding, "passages").splitlines() if finding.case and finding.passages else []


@transaction.atomic
def read_passages(hearing: Hearing, *, by: Person) -> dict[str, list[str]]:
    """Show the words that stand in both of two assessments, where a finding of a case rests on them, by the public ids
    of the findings."""
    rules.may_attend_hearing(by, hearing).insist()
    rows = [one for one in hearing.case.findings.standing() if one.passages]
    if not rows:
        return {}
    case = hearing.case
    note_reading("read passages that findings rest on", case, by=by, **where_of(case), findings=len(rows))
    key = case_key(case)
    return {one.public_id: key.text(one, "passages").splitlines() for one in rows}


@transaction.atomic
def read_passages_of(finding: Finding, *, by: Person) -> list[str]:
    """Show them to whoever may change the finding."""
    rules.may_change_finding(by, finding).insist()
    if not finding.passages:
        return []
    note_reading("read passages that a finding rests on", finding, by=by)
    return _passages_of(finding)


@transaction.atomic
def reword_disputed_finding(finding: Finding, *, text: str, by: Person) -> None:
    """Reword a finding after the panel, wherever it stands in its case, since an agency has disputed its facts. What it
    said before is kept."""
    hold_finding(finding)
    rules.may_change_disputed_finding(by, finding).insist()
    those = [finding, *under_other_headings(finding)]
    for one in those:
        EarlierWording.objects.create(finding=one, text=one.text, replaced_by=by)
        save_changes(one, version=None, text=text, saved_by=by, saved_at=timezone.now())
        write("reworded a finding", one, by=by, version=one.version)
    keep_terms(those)


@transaction.atomic
def correct_tags(
    finding: Finding,
    *,
    agencies: Collection[Agency],
    themes: Collection[str],
    causes: Collection[Cause],
    version: int | None,
    by: Person,
) -> None:
    """Correct after the panel which agencies a finding is about, its themes and causes. What they were is kept.

    Raises `Refused` where they are what they were.
    """
    hold_finding(finding)
    rules.may_correct_finding(by, finding).insist()
    were = list(finding.agencies.all())
    if (set(agencies), set(themes), set(causes)) == (set(were), set(finding.themes), set(finding.causes)):
        raise Refused("corrects-nothing", "This is what the finding is about already, so there is nothing to correct.")
    said = {"themes": list(themes), "causes": [str(one) for one in causes]}
    for one in (finding, *under_other_headings(finding)):
        before = EarlierTags.objects.create(finding=one, themes=one.themes, causes=one.causes, replaced_by=by)
        before.agencies.set(were)
        seen = version if one is finding else None
        save_changes(one, version=seen, **said, saved_by=by, saved_at=timezone.now())
        one.agencies.set(agencies)
        write(
            "corrected what a finding is about", one, by=by, version=one.version,
            before={"agencies": _slugs(were), "themes": before.themes, "causes": before.causes},
            now={"agencies": _slugs(agencies), **said},
        )  # fmt: skip


def _slugs(agencies: Iterable[Agency]) -> list[str]:
    return sorted(one.slug for one in agencies)


@transaction.atomic
def withdraw_disputed_finding(finding: Finding, *, by: Person) -> list[Finding]:
    """Withdraw a finding after the panel, wherever it stands in its case, since an agency has disputed its facts. It is
    kept, struck, and counts nowhere; it cannot be put back. Answers with all that are gone."""
    hold_finding(finding)
    rules.may_change_disputed_finding(by, finding).insist()
    now, those = timezone.now(), [finding, *under_other_headings(finding)]
    for one in those:
        save_changes(one, version=None, withdrawn_at=now, saved_by=by, saved_at=now)
        write("withdrew a disputed finding", one, by=by, version=one.version)
    return those


@transaction.atomic
def withdraw_finding(finding: Finding, *, by: Person) -> None:
    """Take a finding out of the panel’s record. It is kept and can be put back until the panel closes. Where it stands
    under another heading too, it is from now on counted there."""
    hold_finding(finding)
    rules.may_change_finding(by, finding).insist()
    elsewhere = under_other_headings(finding).first()
    if elsewhere and finding.same_as is None:
        Finding.objects.filter(Q(same_as=finding) | Q(pk=finding.pk)).update(same_as=elsewhere)
        Finding.objects.filter(pk=elsewhere.pk).update(same_as=None)
        finding.refresh_from_db(fields=["same_as"])
    save_changes(finding, version=None, withdrawn_at=timezone.now())
    tell_of_findings(finding.case, PanelLine.objects.filter(finding=finding).first())
    write("withdrew a finding", finding, by=by)


@transaction.atomic
def put_back_finding(finding: Finding, *, by: Person) -> None:
    """Put a withdrawn finding back where it stood: where it stands elsewhere too, as it is there by now."""
    hold_finding(finding)
    rules.may_change_finding(by, finding).insist()
    there = under_other_headings(finding).first()
    now: dict[str, Any] = {}
    if there:
        passages = _passages_of(there)
        now = {**_words_of(there), "passages": _seal(finding, passages) if passages else Sealed()}
        _rest_as(finding, there)
    save_changes(finding, version=None, withdrawn_at=None, **now)
    keep_terms([finding])
    tell_of_findings(finding.case, PanelLine.objects.filter(finding=finding).first())
    write("put back a finding", finding, by=by)


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
