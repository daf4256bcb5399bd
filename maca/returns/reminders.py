"""Whom an agency's requests and reminders go to, and when: one message a person, and nothing of a case in it.

What a later room waits for is reminded of by the same steps. Each is claimed, for each thing and each person, in the
transaction that queues the message. A crash between the two leaves neither; a second process finds the claim; a day on
which the site stood still is made good on the next.
"""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.urls import reverse

from maca.audits.stages import AuditStage
from maca.journal.operations import write
from maca.kernel.clock import LONDON, working_days_from
from maca.kernel.holding import hold
from maca.notices.kinds import Kind, register
from maca.notices.models import Notice
from maca.notices.operations import queue
from maca.partnership.models import FOR_AN_AGENCY, Agency, Person, Role
from maca.partnership.operations import operator_of
from maca.returns.models import AgencyReturn, Reminder, ReminderStep
from maca.returns.stages import ReturnStage

log = logging.getLogger(__name__)

# Nobody is written to in the night.
EARLIEST = 8
# Working days before or after the day a return is due.
TIMETABLE = (
    (ReminderStep.TEN_BEFORE, -10),
    (ReminderStep.THREE_BEFORE, -3),
    (ReminderStep.ON_THE_DAY, 0),
    (ReminderStep.TWO_AFTER, 2),
)
# No step falls so long before the day a return is due, whatever holidays there are.
LONGEST_BEFORE = dt.timedelta(days=30)
# Its list of what waits, which says more to whoever signs in and nothing to anybody else.
LINK = "work-list"

REQUEST = register(
    Kind(
        "returns/request",
        "Your agency has been asked to take part in a case audit",
        (
            "The safeguarding children partnership has asked your agency about one case or more. What is asked, for "
            "what purpose, on what legal basis and by when is on your work list.",
            "This message says nothing of any case, and neither should an answer to it.",
        ),
    )
)
REMINDER = register(
    Kind(
        "returns/reminder",
        "A return for a case audit is still awaited from your agency",
        (
            "Something is still awaited from your agency about one case or more. What it is, and when it is due, is on "
            "your work list.",
            "“Not known to us” is a complete answer. If your agency needs more time, or has to decline, you can say "
            "so there too. This message says nothing of any case, and neither should an answer to it.",
        ),
    )
)
CHECK = register(
    Kind(
        "returns/check",
        "Does your agency know a family?",
        (
            "Before a case audit begins, the safeguarding children partnership asks which agencies know the family. "
            "It takes a few minutes, and is on your work list.",
            "“Not known to us” is a complete answer. This message says nothing of any case, and neither should an "
            "answer to it.",
        ),
    )
)


def step_due(due_on: dt.date, asked_on: dt.date, day: dt.date) -> ReminderStep | None:
    """The latest step that has come by `day`. What fell before the agency was asked has been said by the request."""
    come = [step for step, days in TIMETABLE if asked_on < working_days_from(due_on, days) <= day]
    return come[-1] if come else None


class Answering:
    """Those who answer for some agencies and can sign in, in two queries however many agencies there are."""

    def __init__(self, agencies: Iterable[Agency]) -> None:
        self._people: dict[int, list[Person]] = defaultdict(list)
        people = Person.objects.filter(agency__in={one.pk for one in agencies}, ended_at=None)
        listed = people.holding(*FOR_AN_AGENCY).attested().select_related("partnership")
        for person in listed.order_by("pk").prefetch_related("appointments"):
            if person.agency_id:
                self._people[person.agency_id].append(person)

    def to_write_to(self, agency: Agency, step: ReminderStep) -> list[Person]:
        """The contact; from three days before, the deputy too; when it is late, the leads as well.

        Where the one a step is for has not been named or cannot sign in, it goes to the next who can.
        """
        people = self._people[agency.pk]
        contact = [one for one in people if one.pk == agency.contact_id]
        deputy = [one for one in people if one.pk == agency.deputy_id]
        leads = [one for one in people if one.holds(Role.AGENCY_LEAD)]
        chosen = list(contact)
        if step not in (ReminderStep.ASKED, ReminderStep.TEN_BEFORE):
            chosen += deputy
        if step in (ReminderStep.TWO_AFTER, ReminderStep.CHASED):
            chosen += leads
        return list(dict.fromkeys(chosen)) or deputy or leads or people


@dataclass(frozen=True)
class Claim:
    """That somebody is to be written to about a return, or something else with a day, and which day it counts from."""

    thing: Any
    step: ReminderStep
    day: dt.date


@dataclass(frozen=True)
class Sort:
    """A sort of thing that is reminded of: which of them are still awaited, with a `due_on` each; the rows in which it
    is kept who was written to, and the name of their field for it; and what the journal says."""

    awaited: Callable[[], QuerySet[Any]]
    rows: type[Model]
    name: str
    did: str
    called: str


RETURNS = Sort(
    awaited=lambda: AgencyReturn.objects.outstanding().filter(case__audit__stage=AuditStage.CIRCULATED),
    rows=Reminder,
    name="agency_return",
    did="wrote to an agency",
    called="returns",
)


def remind(now: dt.datetime) -> int:
    """Write to everybody about the returns awaited from their agency; answers how many messages were queued.

    A duty of the clock. Who has answered is never written to: not known, declined and handed in are answers.
    """
    if is_night(now):
        return 0
    day = now.astimezone(LONDON).date()
    # What was sent back has been answered once: it is never late, and its agency was told when it was sent back.
    awaited = RETURNS.awaited().exclude(stage=ReturnStage.SENT_BACK).filter(due_on__lte=day + LONGEST_BEFORE)
    claims = []
    for one in awaited.select_related("agency"):
        if step := step_due(one.due_on, one.asked_at.astimezone(LONDON).date(), day):
            claims.append(Claim(one, step, one.due_on))
    return remind_each(RETURNS, _by_person(claims), REMINDER, awaited, now)


def is_night(now: dt.datetime) -> bool:
    return now.astimezone(LONDON).hour < EARLIEST


def remind_each(
    sort: Sort, people: Mapping[Person, list[Claim]], kind: Kind, awaited: QuerySet[Any], now: dt.datetime
) -> int:
    """Write to each person about what of theirs among `awaited` has come to a step of which they have not heard."""
    had = set(
        sort.rows._default_manager.filter(**{f"{sort.name}__in": awaited}).values_list(
            sort.name, "step", "day", "recipient"
        )
    )
    queued = 0
    for person, theirs in people.items():
        new = [one for one in theirs if (one.thing.pk, one.step, one.day, person.pk) not in had]
        if not new:
            continue
        try:
            queued += _claim(sort, person, new, kind, since=_morning(now), by=operator_of(person.partnership))
        except Exception as problem:  # one that fails keeps no other from being reminded
            log.error("somebody could not be reminded: %s", type(problem).__name__)
    return queued


def tell(claims: Collection[Claim], kind: Kind, *, by: Person) -> int:
    """Write at once, in the transaction of the change it tells of; answers how many people it goes to."""
    people = _by_person(claims)
    for person, theirs in people.items():
        _claim(RETURNS, person, theirs, kind, since=None, by=by)
    return len(people)


def _by_person(claims: Collection[Claim]) -> dict[Person, list[Claim]]:
    answering = Answering(one.thing.agency for one in claims)
    found: dict[Person, list[Claim]] = defaultdict(list)
    for one in claims:
        for person in answering.to_write_to(one.thing.agency, one.step):
            found[person].append(one)
    return found


def _morning(now: dt.datetime) -> dt.datetime:
    return dt.datetime.combine(now.astimezone(LONDON).date(), dt.time(), LONDON)


@transaction.atomic
def _claim(
    sort: Sort, person: Person, claims: list[Claim], kind: Kind, *, since: dt.datetime | None, by: Person
) -> bool:
    """Claim each step for this person and queue one message for all of them; False when nothing is left to claim.

    A message of this kind that has not gone yet says it as well, and `since` one that has gone since then.
    """
    # The things first, and in one order: what answers a return holds it before it touches any person.
    keys = sorted(one.thing.pk for one in claims)
    held = sort.awaited().filter(pk__in=keys)
    awaited = dict(held.order_by("pk").select_for_update(of=("self",)).values_list("pk", "due_on"))
    hold(person, read=("partnership",))
    rows = sort.rows._default_manager
    had = set(rows.filter(recipient=person, **{f"{sort.name}__in": keys}).values_list(sort.name, "step", "day"))
    new = [
        one
        for one in claims
        if awaited.get(one.thing.pk) == one.thing.due_on and (one.thing.pk, one.step, one.day) not in had
    ]
    if not new:
        return False
    said = Notice.objects.filter(to_person=person.public_id, kind=kind.code, given_up_at=None)
    said = said.filter(queued_at__gte=since) if since else said.filter(sent_at=None, tries=0)
    notice = said.first()
    queued = notice is None
    if notice is None:
        notice = queue(kind, to=person, link=reverse(LINK))
    rows.bulk_create(
        sort.rows(step=one.step, day=one.day, recipient=person, notice=notice.public_id, **{sort.name: one.thing})
        for one in new
    )
    about: dict[str, Any] = {sort.called: sorted(one.thing.public_id for one in new)}
    steps = sorted({str(one.step) for one in new})
    write(sort.did, person, by=by, notice=notice.public_id, steps=steps, **about)
    return queued
