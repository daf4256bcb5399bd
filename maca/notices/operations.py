"""Queueing notices with the change they tell of, and sending them afterwards, one recipient a message.

Nothing that a person waits for ever waits for the mail server: a save wakes the clock and is done.
"""

import datetime as dt
import re
import smtplib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import connection, transaction
from django.db.models import Case, F, When
from django.utils import timezone

from maca.notices.clock import wake
from maca.notices.kinds import Kind, body, kind_of, rather_twice
from maca.notices.models import Notice

REFERENCE = re.compile(r"[0-9a-f:]{0,90}")
# Minutes from one try to the next; after the last, always as long again.
GAPS = (1, 2, 5, 10, 30, 60)
# Two days of trying.
MOST_TRIES = 50
A_ROUND = 200
# Seconds that the mail server may take for each answer.
TIMEOUT = 10
# In training the site is looked at on the machine that serves it, which says on which port (maca serve).
TRAINING_ADDRESS = "http://127.0.0.1:8000"
# The mail server answered, and did not take the message.
NOT_TAKEN = (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused)


class Recipient(Protocol):
    """Whoever a notice is for: a person of one partnership."""

    @property
    def public_id(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def partnership_public_id(self) -> str: ...


@dataclass
class Sent:
    """What came of one round: how many went, how many will be tried again, how many never will."""

    sent: int = 0
    waiting: int = 0
    given_up: int = 0


def queue(kind: Kind, *, to: Recipient, link: str, reference: str = "", wants_by: dt.datetime | None = None) -> Notice:
    """Queue a notice in the transaction of the change it tells of; it goes when that is on the disk.

    `link` is the path of a page, and says nothing to whoever cannot sign in. `reference` is digits, letters a to f
    and colons, and nothing else. After `wants_by` it is dropped.
    Raises `RuntimeError` outside a transaction: a notice never tells of what did not happen.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a notice is queued in the same transaction as the change it tells of")
    if not REFERENCE.fullmatch(reference):
        raise ValueError("a reference is digits, letters a to f and colons, 90 at the most")
    now = timezone.now()
    notice = Notice.objects.create(
        partnership=to.partnership_public_id,
        to_person=to.public_id,
        to_address=to.address,
        kind=kind.code,
        link=link,
        reference=reference,
        queued_at=now,
        next_try_at=now,
        wants_by=wants_by,
    )
    transaction.on_commit(wake)
    return notice


def queue_to_each(kind: Kind, people: Iterable[Recipient], *, link: str) -> None:
    """One notice to each, and none to whom the same words are waiting to go: they say nothing of what it is about."""
    waits = set(
        Notice.objects.filter(kind=kind.code, sent_at=None, given_up_at=None).values_list("to_person", flat=True)
    )
    for person in people:
        if person.public_id not in waits:
            queue(kind, to=person, link=link)


def send_due(now: dt.datetime) -> Sent:
    """Send every notice that is due, those first that would rather come twice: a child may wait for them.

    Each is first claimed by one `UPDATE`, so that two processes never send the same one. A kind that would rather
    come twice is marked as sent afterwards; every other kind before, and unmarked when it certainly did not go.
    After a mail server that does not answer the rest waits for the next round.
    """
    done = Sent()
    waiting = Notice.objects.filter(sent_at=None, given_up_at=None)
    done.given_up = waiting.filter(wants_by__lte=now).update(given_up_at=now)
    if settings.MACA_CAN_MAIL:
        due = waiting.filter(next_try_at__lte=now)
        for notice in list(
            due.order_by(Case(When(kind__in=rather_twice(), then=0), default=1), "next_try_at", "pk")[:A_ROUND]
        ):
            kind = kind_of(notice.kind)
            if kind is None:
                # Queued by a version of the site that has this kind; another process may still send it.
                Notice.objects.filter(pk=notice.pk).update(next_try_at=now + dt.timedelta(hours=1))
            elif _claim(notice, kind, now) and not _send(notice, kind, now, done):
                break
    done.waiting = waiting.count()
    return done


def _claim(notice: Notice, kind: Kind, now: dt.datetime) -> bool:
    gap = dt.timedelta(minutes=GAPS[min(notice.tries, len(GAPS) - 1)])
    return bool(
        Notice.objects.filter(pk=notice.pk, tries=notice.tries, sent_at=None, given_up_at=None).update(
            tries=F("tries") + 1, next_try_at=now + gap, sent_at=None if kind.rather_twice else now
        )
    )


def _send(notice: Notice, kind: Kind, now: dt.datetime, done: Sent) -> bool:
    """Whether the mail server still answers, so that it is worth going on."""
    row = Notice.objects.filter(pk=notice.pk)
    server = get_connection(timeout=TIMEOUT)
    address = settings.MACA_ADDRESS or TRAINING_ADDRESS
    message = EmailMessage(
        kind.subject, body(kind, address + notice.link, notice.reference), to=[notice.to_address], connection=server
    )
    opened = False
    try:
        server.open()
        opened = True
        message.send()
    # What a mail library raises is not to be foreseen, and no failure of one message may stop the others.
    except Exception as problem:
        refused = opened and isinstance(problem, NOT_TAKEN)
        in_doubt = opened and not refused
        if (in_doubt and not kind.rather_twice) or notice.tries + 1 >= MOST_TRIES:
            done.given_up += row.update(sent_at=None, given_up_at=now)
        else:
            row.update(sent_at=None)
        return refused
    else:
        row.update(sent_at=now)
        done.sent += 1
        return True
    finally:
        with suppress(Exception):
            server.close()
