import datetime as dt
import logging

from django.db import transaction

from maca.journal import heads
from maca.journal.models import Entry
from maca.journal.operations import write
from maca.kernel.clock import LONDON
from maca.kernel.holding import hold
from maca.notices.kinds import Kind, register
from maca.notices.operations import queue
from maca.partnership.models import Partnership, Person, Role
from maca.partnership.operations import operator_of

log = logging.getLogger(__name__)

# Nobody is written to in the night.
EARLIEST = 7
SENT_HEADS = "sent the head of the journal"
HEAD = register(
    Kind(
        code="journal-head",
        subject="Today’s seal of the audit journal",
        lines=(
            "Below is today’s head of the journal of your partnership’s audits: a number and a digest. Please keep "
            "this message. With it anybody can check later that the journal has not been changed since.",
        ),
    )
)


def daily_heads(now: dt.datetime) -> int:
    """Send the head of each journal to every agency’s lead, once a day; answers how many notices were queued.

    An operator can write a chain anew, but not what lies in the agencies’ own mail.
    """
    heads.keep_waiting()
    if now.astimezone(LONDON).hour < EARLIEST:
        return 0
    queued = 0
    for one in Partnership.objects.order_by("pk"):
        try:
            queued += _send_head(one, now, by=operator_of(one))
        # Whatever is wrong with one partnership, the others' leads get theirs.
        except Exception as problem:
            # The kind of error only: its words may hold what somebody wrote, or an address.
            log.error("the head of one journal could not be sent: %s", type(problem).__name__)
    return queued


@transaction.atomic
def _send_head(partnership: Partnership, now: dt.datetime, *, by: Person) -> int:
    today = dt.datetime.combine(now.astimezone(LONDON).date(), dt.time(), LONDON)
    sent = Entry.objects.filter(partnership=partnership.public_id, by=by.public_id, did=SENT_HEADS, at__gte=today)
    if sent.exists():
        return 0
    hold(partnership)
    if sent.exists():  # by another process, a moment ago
        return 0
    people = Person.objects.filter(partnership=partnership).select_related("partnership")
    # Somebody who has left may still have the address, and nobody has said that they are here.
    leads = list(people.holding(Role.AGENCY_LEAD).attested())
    if not leads:
        return 0
    entry = write(SENT_HEADS, partnership, by=by, leads=len(leads))
    for lead in leads:
        queue(HEAD, to=lead, link="/who-read-ours/", reference=f"{entry.number}:{entry.digest}")
    return len(leads)
