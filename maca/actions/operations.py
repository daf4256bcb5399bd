import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from maca.actions import rules
from maca.actions.messages import ACCOUNTABLE, REPORTED, SENT_BACK, VERIFIED
from maca.actions.models import Action, Closing, EarlierDay, Impact, ImpactCheck, Progress, RestsOn
from maca.actions.proposed import repeated
from maca.actions.queries import Joining, cases_to_look_in, people_who_act, proposals_for, proposed_with, those_who_run
from maca.actions.stages import ActionStage
from maca.cases.models import Case
from maca.cases.queries import forget_parts
from maca.cases.seal import case_key
from maca.journal.operations import note_reading, write
from maca.kernel.clock import LONDON, is_working_day, today
from maca.kernel.holding import hold
from maca.kernel.stages import move
from maca.kernel.verdict import Refused
from maca.kernel.versions import save_changes
from maca.notices.kinds import Kind
from maca.notices.operations import queue_to_each
from maca.panel.lines import Line, opened
from maca.panel.models import Finding
from maca.partnership.models import Agency, Person

LONGEST = 2 * 366  # days
# What an action is not made without, and what is said where it is missing.
NEEDED = {
    "change": ("no-change", "Say what will change."),
    "accountable": ("no-accountable", "Choose one person who is accountable."),
    "agency": ("no-agency", "Choose the agency that is to do it."),
    "due_on": ("no-day", "Choose a day by which it is to be done."),
    "success": ("no-success", "Say what success looks like."),
    "measure": ("no-measure", "Say how its impact will be measured."),
    "baseline": ("no-baseline", "Say what the measure is today: the baseline."),
}


def _insist_whole(said: dict[str, Any]) -> None:
    for name, value in said.items():
        if not (value.strip() if isinstance(value, str) else value):
            raise Refused(*NEEDED[name])


def _insist_accountable(accountable: Person, agency: Agency, partnership: int) -> None:
    if not people_who_act(partnership).filter(pk=accountable.pk).exists():
        raise Refused("cannot-act", "Choose somebody who can sign in, and who is not there to look on from outside.")
    if agency.partnership_id != partnership:
        raise Refused("another-partnership", "Choose an agency of your own partnership.")
    if accountable.agency_id not in (None, agency.pk):
        raise Refused(
            "not-of-agency", f"{accountable.name} is not of {agency}. Choose their own agency, or somebody else."
        )


def _insist_day(due_on: dt.date) -> None:
    if due_on <= today() or not is_working_day(due_on):
        raise Refused("no-working-day", "Choose a working day that is still to come.")
    if due_on > today() + dt.timedelta(days=LONGEST):
        raise Refused("too-far", "Choose a day within two years.")


def _hold_finding(finding: Finding) -> None:
    hold(finding, read=("case__nomination",))
    finding.audit.refresh_from_db(fields=["stage"])
    if finding.case:
        forget_parts(finding.case)


def _hold(action: Action) -> None:
    hold(action, read=("audit", "agency", "accountable"))


def _tell(kind: Kind, *people: Person, page: str = "work-list") -> None:
    queue_to_each(kind, people, link=reverse(page))


def _of(action: Action, **details: Any) -> dict[str, Any]:
    return {"audit": action.audit.slug, "agency": action.agency.slug, **details}


@transaction.atomic
def read_proposals(finding: Finding, *, by: Person) -> list[Line]:
    """Show whoever makes an action of a finding what the panel proposed with it, and with the case."""
    rules.may_make_action(by, finding).insist()
    if not (rows := proposals_for(finding)) or finding.case is None:
        return []
    case = finding.case
    note_reading(
        "read what a panel proposed", case, by=by, audit=case.audit.slug, case=case.label, lines=len(rows)
    )  # fmt: skip
    return opened(rows, case_key(case))


@transaction.atomic
def make_action(
    finding: Finding,
    *,
    change: str,
    accountable: Person | None,
    agency: Agency | None,
    due_on: dt.date | None,
    success: str,
    measure: str,
    baseline: str,
    as_proposed: bool = False,
    by: Person,
) -> Action:
    """Make an action of a finding: what will change, one accountable person, an agency, a day, what success looks like,
    how its impact will be measured, and from what baseline. Refused without any of these.

    The words of an action lie open, and those of the panel’s notes sealed: where they repeat what was proposed there,
    it is refused, unless somebody says that they may stand so, `as_proposed`.
    """
    _hold_finding(finding)
    rules.may_make_action(by, finding).insist()
    said = {"change": change, "accountable": accountable, "agency": agency, "due_on": due_on}
    _insist_whole({**said, "success": success, "measure": measure, "baseline": baseline})
    assert accountable
    assert agency
    assert due_on
    _insist_accountable(accountable, agency, finding.audit.partnership_id)
    _insist_day(due_on)
    proposed = [one.words for one in read_proposals(finding, by=by)]
    is_repeated = bool(repeated(proposed, (change, success, measure, baseline)))
    if is_repeated and not as_proposed:
        raise Refused("sealed-words", "These are words of the panel’s notes, which are sealed. Say it in other words.")
    action = Action.objects.create(
        audit=finding.audit, change=change, accountable=accountable, agency=agency, due_on=due_on, success=success,
        measure=measure, baseline=baseline, made_by=by,
    )  # fmt: skip
    RestsOn.objects.create(action=action, finding=finding, joined_by=by)
    _tell(ACCOUNTABLE, accountable)
    write(
        "made an action", action, by=by,
        **_of(action, finding=finding.public_id, accountable=accountable.public_id, due_on=due_on.isoformat()),
        as_proposed=is_repeated,
    )  # fmt: skip
    return action


@transaction.atomic
def join_action(joining: Joining, *, by: Person) -> None:
    """Let an open action that is there already rest on a finding too, instead of making another."""
    finding, action = joining.finding, joining.action
    _hold_finding(finding)
    _hold(action)
    rules.may_join_action(by, joining).insist()
    RestsOn.objects.create(action=action, finding=finding, joined_by=by)
    save_changes(action, version=None)
    write("joined a finding to an action", action, by=by, **_of(action, finding=finding.public_id))


@transaction.atomic
def change_action(
    action: Action,
    *,
    change: str,
    accountable: Person | None,
    agency: Agency | None,
    success: str,
    measure: str,
    baseline: str,
    as_proposed: bool = False,
    version: int | None,
    by: Person,
) -> None:
    """Say anew what will change, who is accountable, and how it is measured. The day is moved by itself.

    Words of the panel's notes are refused as when an action is made, but for those that stand in it already.
    """
    _hold(action)
    rules.may_change_action(by, action).insist()
    said = {"change": change, "accountable": accountable, "agency": agency}
    said |= {"success": success, "measure": measure, "baseline": baseline}
    _insist_whole(said)
    assert accountable
    assert agency
    _insist_accountable(accountable, agency, action.audit.partnership_id)
    is_repeated = bool(repeated(proposed_with(action), (change, success, measure, baseline)))
    if is_repeated and not as_proposed:
        raise Refused("sealed-words", "These are words of the panel’s notes, which are sealed. Say it in other words.")
    before = action.accountable
    changed = sorted(name for name, value in said.items() if getattr(action, name) != value)
    save_changes(action, version=version, **said, saved_by=by, saved_at=timezone.now())
    if accountable != before:
        _tell(ACCOUNTABLE, accountable)
    write(
        "changed an action", action, by=by,
        **_of(action, changed=changed, before=before.public_id, accountable=accountable.public_id),
        as_proposed=is_repeated,
    )  # fmt: skip


@transaction.atomic
def move_action_day(action: Action, *, due_on: dt.date, reason: str, version: int | None, by: Person) -> None:
    """Move the day by which an action is to be done, with a reason. The earlier day is kept."""
    _hold(action)
    rules.may_move_action_day(by, action).insist()
    _insist_day(due_on)
    if not reason.strip():
        raise Refused("no-reason", "Say why the day is moved.")
    if due_on == action.due_on:
        raise Refused("same-day", "This is the day by which it is to be done already.")
    before = action.due_on
    save_changes(action, version=version, due_on=due_on, saved_by=by, saved_at=timezone.now())
    EarlierDay.objects.create(action=action, due_on=before, moved_to=due_on, reason=reason, moved_by=by)
    write("moved the day of an action", action, by=by, **_of(action, before=before.isoformat(), now=due_on.isoformat()))


@transaction.atomic
def stop_action(action: Action, *, reason: str, version: int | None, by: Person) -> None:
    """Stop an action that will not be done, and say why. It is kept."""
    _hold(action)
    rules.may_stop_action(by, action).insist()
    if not reason.strip():
        raise Refused("no-reason", "Say why it is stopped.")
    save_changes(action, version=version, stopped_because=reason, saved_by=by, saved_at=timezone.now())
    move(action, to=ActionStage.STOPPED)
    write("stopped an action", action, by=by, **_of(action))


@transaction.atomic
def note_progress(action: Action, *, words: str, by: Person) -> Progress:
    """Write how far an action is."""
    _hold(action)
    rules.may_note_progress(by, action).insist()
    progress = Progress.objects.create(action=action, words=words, written_by=by)
    write("wrote how far an action is", action, by=by, **_of(action))
    return progress


@transaction.atomic
def report_action_done(action: Action, *, done: str, proof: str, version: int | None, by: Person) -> Closing:
    """Say that an action is done: what was done, and where the proof is. It then waits to be verified."""
    _hold(action)
    rules.may_report_action_done(by, action).insist()
    if not done.strip():
        raise Refused("no-words", "Say what was done.")
    if not proof.strip():
        raise Refused("no-proof", "Say where the proof is.")
    save_changes(action, version=version, saved_by=by, saved_at=timezone.now())
    move(action, to=ActionStage.REPORTED)
    closing = Closing.objects.create(action=action, done=done, proof=proof, asked_by=by)
    run = those_who_run(action.audit.partnership_id)
    _tell(REPORTED, *(one for one in run if rules.may_verify_action(one, action)))
    write("said that an action is done", action, by=by, **_of(action))
    return closing


@transaction.atomic
def verify_action(action: Action, *, verified: bool, words: str, version: int | None, by: Person) -> None:
    """Say, having looked at the proof, that an action was done; or send it back, with a reason."""
    _hold(action)
    rules.may_verify_action(by, action).insist()
    if not words.strip():
        raise Refused("no-words", "Say what you looked at, or why you send it back.")
    closing = Closing.objects.get(action=action, verified=None)
    save_changes(action, version=version, saved_by=by, saved_at=timezone.now())
    move(action, to=ActionStage.DONE if verified else ActionStage.OPEN)
    now = timezone.now()
    Closing.objects.filter(pk=closing.pk).update(verified=verified, words=words, decided_by=by, decided_at=now)
    if verified:
        _tell(VERIFIED, action.accountable, page="actions")
    else:
        _tell(SENT_BACK, action.accountable)
    write("verified an action" if verified else "sent back an action", action, by=by, **_of(action))


@transaction.atomic
def record_impact(
    action: Action,
    *,
    impact: Impact,
    before: str,
    after: str,
    reason: str,
    seen_in: Collection[Case],
    seen_on: dt.date,
    version: int | None,
    by: Person,
) -> ImpactCheck:
    """Record whether what was done has worked: by the measure before and after, on named cases; or why that was not
    measured. An earlier look is kept."""
    _hold(action)
    rules.may_record_impact(by, action).insist()
    if seen_on > today():
        raise Refused("day-to-come", "The day on which it was looked at cannot be to come.")
    if action.done_at and seen_on < action.done_at.astimezone(LONDON).date():
        raise Refused("not-done-then", "It was not done on that day yet. Choose the day it was done, or a later one.")
    if impact == Impact.NOT_MEASURED:
        before, after, seen_in = "", "", ()
        if not reason.strip():
            raise Refused("no-reason", "Say why the impact was not measured.")
    elif not (before.strip() and after.strip()):
        raise Refused("no-measure", "Give the measure before and after.")
    elif not seen_in:
        raise Refused("no-cases", "Choose the cases in which it was seen.")
    if not set(seen_in) <= set(cases_to_look_in(action)):
        raise Refused("another-theme", "Choose cases of an audit on the theme of this action.")
    save_changes(action, version=version, impact=impact, saved_by=by, saved_at=timezone.now())
    check = ImpactCheck.objects.create(
        action=action, impact=impact, before=before, after=after, reason=reason, seen_on=seen_on, recorded_by=by
    )
    check.seen_in.set(seen_in)
    cases = sorted(f"{one.audit.slug}, {one.label}" for one in seen_in)
    write("recorded the impact of an action", action, by=by, **_of(action, impact=str(impact), cases=cases))
    return check
