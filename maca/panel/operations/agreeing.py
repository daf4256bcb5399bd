import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from maca.audits.models import Audit, Heading, Question
from maca.cases.models import Case
from maca.cases.queries import forget_parts
from maca.chronology.models import ChronologyEntry
from maca.chronology.opening import question_of
from maca.journal.operations import write
from maca.kernel.holding import hold
from maca.kernel.ids import new_public_id
from maca.kernel.verdict import Refused
from maca.kernel.versions import save_changes
from maca.panel import rules
from maca.panel.alike import keep_terms
from maca.panel.models import ACTION, Cause, EarlierTags, EarlierWording, Finding, FindingAnswer, Hearing, PanelLine
from maca.panel.operations.holding import hold_hearing, hold_line, tell_of_findings
from maca.panel.operations.note_taking import add_line
from maca.panel.queries import Column
from maca.partnership.models import Agency, Person


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
    action: str = "",
    by: Person,
) -> Finding:
    """Record what the panel agreed, under a heading, tagged with the agencies it is about and with the questions of the
    returns on whose answers it rests.

    It cites every entry that the chronology of the case has of these `days`. Made of a `question` that the chronology
    asks, by its mark, it cites the entries of that. Made of a `line` of the notes, that line is agreed. An `action` is
    proposed with it, as a line of its own. Raises `Refused` where the chronology no longer asks the question, and where
    the line has become another finding.
    """
    hold(column.audit)
    rules.may_record_finding(by, column).insist()
    cited = [one.public_id for one in question_of(column.case, question).entries] if question and column.case else []
    finding = _add(
        column, text=text, question=question if column.case else "", themes=list(themes), causes=list(causes), by=by
    )
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
    write(
        "recorded a finding",
        finding,
        by=by,
        heading=str(column.heading),
        case=column.case.label if column.case else None,
        agencies=sorted(agency.slug for agency in agencies),
        entries=finding.entries.count(),
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
    days: Collection[dt.date] | None = None,
    version: int | None,
    by: Person,
) -> None:
    """Reword a finding, or correct the agencies it is about, its themes, why it happened and what it rests on: without
    `answers` and `days`, on what it did. Of a day that stays, it cites what it did."""
    hold(finding, "audit")
    rules.may_change_finding(by, finding).insist()
    said = {"text": text, "themes": list(themes), "causes": list(causes)}
    save_changes(finding, version=version, **said, saved_by=by, saved_at=timezone.now())
    finding.agencies.set(agencies)
    if answers is not None:
        _rest_on(finding, answers)
    if days is not None:
        before = set(finding.entries.values_list("date", flat=True))
        finding.entries.remove(*finding.entries.exclude(date__in=days))
        finding.entries.add(*ChronologyEntry.objects.filter(case=finding.case, date__in=set(days) - before))
    keep_terms([finding])
    tell_of_findings(finding.case)
    write("changed a finding", finding, by=by, version=finding.version, answers=[one.number for one in answers or ()])


@transaction.atomic
def reword_disputed_finding(finding: Finding, *, text: str, by: Person) -> None:
    """Reword a finding after the panel, since an agency has disputed its facts. What it said before is kept."""
    hold(finding, "audit", read=("case",))
    if finding.case:
        forget_parts(finding.case)
    rules.may_change_disputed_finding(by, finding).insist()
    EarlierWording.objects.create(finding=finding, text=finding.text, replaced_by=by)
    save_changes(finding, version=None, text=text, saved_by=by, saved_at=timezone.now())
    keep_terms([finding])
    write("reworded a finding", finding, by=by, version=finding.version)


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
    hold(finding, "audit", read=("case",))
    if finding.case:
        forget_parts(finding.case)
    rules.may_correct_finding(by, finding).insist()
    were = list(finding.agencies.all())
    if (set(agencies), set(themes), set(causes)) == (set(were), set(finding.themes), set(finding.causes)):
        raise Refused("corrects-nothing", "This is what the finding is about already, so there is nothing to correct.")
    before = EarlierTags.objects.create(finding=finding, themes=finding.themes, causes=finding.causes, replaced_by=by)
    before.agencies.set(were)
    said = {"themes": list(themes), "causes": [str(one) for one in causes]}
    save_changes(finding, version=version, **said, saved_by=by, saved_at=timezone.now())
    finding.agencies.set(agencies)
    write(
        "corrected what a finding is about", finding, by=by, version=finding.version,
        before={"agencies": _slugs(were), "themes": before.themes, "causes": before.causes},
        now={"agencies": _slugs(agencies), **said},
    )  # fmt: skip


def _slugs(agencies: Iterable[Agency]) -> list[str]:
    return sorted(one.slug for one in agencies)


@transaction.atomic
def withdraw_disputed_finding(finding: Finding, *, by: Person) -> None:
    """Withdraw a finding after the panel, since an agency has disputed its facts. It is kept, struck, and counts
    nowhere; it cannot be put back."""
    hold(finding, "audit", read=("case",))
    if finding.case:
        forget_parts(finding.case)
    rules.may_change_disputed_finding(by, finding).insist()
    now = timezone.now()
    save_changes(finding, version=None, withdrawn_at=now, saved_by=by, saved_at=now)
    write("withdrew a disputed finding", finding, by=by, version=finding.version)


@transaction.atomic
def withdraw_finding(finding: Finding, *, by: Person) -> None:
    """Take a finding out of the panel’s record. It is kept and can be put back until the panel closes."""
    hold(finding, "audit")
    rules.may_change_finding(by, finding).insist()
    save_changes(finding, version=None, withdrawn_at=timezone.now())
    tell_of_findings(finding.case, PanelLine.objects.filter(finding=finding).first())
    write("withdrew a finding", finding, by=by)


@transaction.atomic
def put_back_finding(finding: Finding, *, by: Person) -> None:
    """Put a withdrawn finding back where it stood."""
    hold(finding, "audit")
    rules.may_change_finding(by, finding).insist()
    save_changes(finding, version=None, withdrawn_at=None)
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
