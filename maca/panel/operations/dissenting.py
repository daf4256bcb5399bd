from typing import Any

from django.db import transaction
from django.utils import timezone

from maca.cases.queries import forget_parts
from maca.cases.seal import case_key
from maca.journal.operations import note_reading, write
from maca.kernel.holding import hold
from maca.kernel.verdict import Refused
from maca.kernel.versions import save_changes
from maca.panel import rules
from maca.panel.dissents import Disagreements
from maca.panel.dissents import opened as opened_dissents
from maca.panel.models import Dissent, Finding, Hearing
from maca.panel.operations.holding import hold_hearing, tell_of_findings, where_of
from maca.panel.queries import dissents_from
from maca.partnership.models import Agency, Person
from maca.sealing.cipher import DataKey, digest


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
    tell_of_findings(dissent.finding.case)
    write("recorded a dissent", dissent, by=by, **_of_dissent(dissent), sealed=digest({"words": dissent.words}))
    return dissent


@transaction.atomic
def change_dissent(dissent: Dissent, *, words: str, version: int | None, by: Person) -> None:
    """Put right why an agency does not agree."""
    _hold_dissent(dissent)
    rules.may_change_dissent(by, dissent).insist()
    sealed = _key_of(dissent.finding).seal(dissent, "words", words)
    save_changes(dissent, version=version, words=sealed, saved_by=by, saved_at=timezone.now())
    tell_of_findings(dissent.finding.case)
    write("changed a dissent", dissent, by=by, **_of_dissent(dissent), sealed=digest({"words": sealed}))


@transaction.atomic
def withdraw_dissent(dissent: Dissent, *, by: Person) -> None:
    """Record that an agency agrees after all. What it said is kept, and can be put back until the panel closes."""
    _hold_dissent(dissent)
    rules.may_change_dissent(by, dissent).insist()
    save_changes(dissent, version=None, withdrawn_at=timezone.now())
    tell_of_findings(dissent.finding.case)
    write("withdrew a dissent", dissent, by=by, **_of_dissent(dissent))


@transaction.atomic
def put_back_dissent(dissent: Dissent, *, by: Person) -> None:
    """Record that an agency still does not agree."""
    _hold_dissent(dissent)
    rules.may_change_dissent(by, dissent).insist()
    save_changes(dissent, version=None, withdrawn_at=None)
    tell_of_findings(dissent.finding.case)
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
    tell_of_findings(finding.case)
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
    note_reading("read what agencies do not agree with", hearing.case, by=by, **where_of(hearing.case), **counts)
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
        hold_hearing(finding.case.hearing)


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
    return {**where_of(dissent.finding.case), "finding": dissent.finding.position, "agency": dissent.agency.slug}
