"""Reminders of open actions, at the steps of the returns: to whoever is accountable; and when one is late, to the leads
of its agency and to the business managers too."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection

from maca.actions.messages import REMINDER
from maca.actions.models import Action, ActionReminder
from maca.actions.queries import business_managers_of, leads_to_warn
from maca.kernel.clock import LONDON
from maca.partnership.models import Person
from maca.returns.models import ReminderStep
from maca.returns.reminders import LONGEST_BEFORE, Claim, Sort, is_night, remind_each, step_due

ACTIONS = Sort(
    awaited=Action.objects.open, rows=ActionReminder, name="action", did="wrote about an action", called="actions"
)


def remind(now: dt.datetime) -> int:
    """Write to everybody about the actions that are due or late; answers how many messages were queued.

    A duty of the clock. What waits to be verified is not written about.
    """
    if is_night(now):
        return 0
    day = now.astimezone(LONDON).date()
    awaited = ACTIONS.awaited().filter(due_on__lte=day + LONGEST_BEFORE)
    claims = []
    for one in awaited.select_related("accountable__partnership", "audit"):
        if step := step_due(one.due_on, one.made_at.astimezone(LONDON).date(), day):
            claims.append(Claim(one, step, one.due_on))
    return remind_each(ACTIONS, _by_person(claims), REMINDER, awaited, now)


def _by_person(claims: Collection[Claim]) -> dict[Person, list[Claim]]:
    late = [one.thing for one in claims if one.step == ReminderStep.TWO_AFTER]
    leads = leads_to_warn(late) if late else {}
    managers = business_managers_of({one.audit.partnership_id for one in late}) if late else {}
    found: dict[Person, list[Claim]] = defaultdict(list)
    for claim in claims:
        action: Action = claim.thing
        # Whoever can no longer sign in is not written to; the others hear of it when it is late.
        told = [action.accountable] if action.accountable.may_sign_in() else []
        if claim.step == ReminderStep.TWO_AFTER:
            told += leads.get(action.agency_id, []) + managers.get(action.audit.partnership_id, [])
        for person in dict.fromkeys(told):
            found[person].append(claim)
    return found
