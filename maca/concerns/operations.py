"""Raising a concern, alerting until it is acknowledged, and closing it. It waits for nothing but the disk."""

import datetime as dt
import logging

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from maca.cases.models import Case
from maca.concerns import rules
from maca.concerns.messages import ALERT
from maca.concerns.models import Concern, ConcernNote, Telling
from maca.concerns.queries import answerers
from maca.concerns.stages import ConcernStage
from maca.journal.operations import write
from maca.kernel.holding import hold
from maca.kernel.ids import new_public_id
from maca.kernel.stages import move
from maca.kernel.verdict import Refused
from maca.kernel.versions import save_changes
from maca.notices.operations import queue
from maca.partnership.models import Person
from maca.partnership.operations import operator_of
from maca.sealing.cipher import CannotOpenError, DataKey
from maca.sealing.models import KeyKind
from maca.sealing.operations import make_key
from maca.sealing.queries import KeyMissingError, key_for

log = logging.getLogger(__name__)
EVERY = dt.timedelta(minutes=15)
CANNOT_SEAL = (
    "This has NOT been saved: the keys that protect it cannot be reached. Do not wait for this site. Ring 999 if a "
    "child is in immediate danger, or the front door of children’s social care, and tell the business manager. "
    "Your words are still below: keep this page open, and try again."
)


@transaction.atomic
def raise_concern(case: Case, *, what: str, found_at: dt.datetime, told: Telling | None, by: Person) -> Concern:
    """Record that a child may be at risk now, and alert those who answer for it.

    Raises `Refused` with the code “cannot-seal” when the keystore cannot be reached: nothing is kept in clear.
    """
    hold(case, read=("audit__partnership",))
    rules.may_raise_concern(by, case).insist()
    now = timezone.now()
    concern = Concern(case=case, agency=by.agency, raised_by=by, found_at=found_at, raised_at=now, last_alert_at=now)
    key = _new_key(concern)
    concern.what = key.seal(concern, "what", what)
    if told:
        for name, value in _as_fields(concern, told, key).items():
            setattr(concern, name, value)
    concern.chair_answers = not answerers(concern)
    concern.save(force_insert=True)
    write("raised a concern", concern, by=by, audit=case.audit.slug, case=case.label, told=told is not None)
    _alert(concern, now)
    return concern


def _new_key(concern: Concern) -> DataKey:
    try:
        return make_key(KeyKind.CONCERN, owner=concern.public_id, partnership=concern.case.audit.partnership.public_id)
    except (DatabaseError, KeyMissingError, CannotOpenError, ImproperlyConfigured) as problem:
        raise Refused("cannot-seal", CANNOT_SEAL) from problem


def _as_fields(concern: Concern, told: Telling, key: DataKey) -> dict[str, object]:
    sealed = key.seal_all(concern, told_name=told.name, told_agency=told.agency)
    return {**sealed, "route": told.route, "told_at": told.at, "reply_by": told.reply_by}


def _alert(concern: Concern, now: dt.datetime) -> None:
    """One message to each who answers. One that could not be sent is dropped when the next alert takes its place."""
    link = reverse("concern", kwargs={"concern": concern.public_id})
    for person in answerers(concern):
        queue(ALERT, to=person, link=link, wants_by=now + EVERY)


def alert_again(now: dt.datetime) -> int:
    """Alert again about every concern that nobody has acknowledged for 15 minutes, and the chair from then on.

    A duty of the clock; answers how many. The new time of the alert is claimed with the notices in one
    transaction, so that neither a second process nor a crash makes two alerts of one, or none.
    """
    due = Concern.objects.unacknowledged().filter(last_alert_at__lte=now - EVERY)
    alerted = 0
    for one in due.select_related("case__audit__partnership"):
        try:
            alerted += _alert_once_more(one, now)
        except Exception as problem:  # one that fails keeps no other from being told
            log.error("a concern could not be alerted again: %s", type(problem).__name__)
    return alerted


@transaction.atomic
def _alert_once_more(concern: Concern, now: dt.datetime) -> bool:
    claimed = Concern.objects.unacknowledged().filter(pk=concern.pk, last_alert_at=concern.last_alert_at)
    if not claimed.update(last_alert_at=now, alerts=concern.alerts + 1, chair_answers=True):
        return False
    concern.chair_answers = True
    by = operator_of(concern.case.audit.partnership)
    write("alerted again about a concern", concern, by=by, alerts=concern.alerts + 1)
    _alert(concern, now)
    return True


@transaction.atomic
def read_concern(concern: Concern, *, by: Person) -> tuple[Concern, list[ConcernNote]]:
    """Show a concern and its notes to somebody who may read it. Recorded before it is shown."""
    rules.may_read_concern(by, concern).insist()
    write(
        "read a concern",
        concern,
        by=by,
        is_reading=True,
        audit=concern.case.audit.slug,
        case=concern.case.label,
    )
    key = key_for(KeyKind.CONCERN, concern.public_id)
    notes = [key.open(note) for note in concern.notes.select_related("written_by")]
    return key.open(concern), notes


def _hold(concern: Concern) -> None:
    hold(concern, read=("case__audit__partnership",))


@transaction.atomic
def say_told(concern: Concern, *, told: Telling, version: int | None, by: Person) -> None:
    """Record who was told about a concern that was raised before anybody had been."""
    _hold(concern)
    rules.may_say_told(by, concern).insist()
    key = key_for(KeyKind.CONCERN, concern.public_id)
    save_changes(concern, version=version, **_as_fields(concern, told, key))
    write("said who was told of a concern", concern, by=by, route=told.route.value)


@transaction.atomic
def acknowledge_concern(concern: Concern, *, by: Person) -> None:
    """Take a concern up: the alerts stop, and whoever raised it sees who has it."""
    _hold(concern)
    rules.may_acknowledge_concern(by, concern).insist()
    move(concern, to=ConcernStage.ACKNOWLEDGED)
    save_changes(concern, version=None, acknowledged_by=by)
    write("acknowledged a concern", concern, by=by)


@transaction.atomic
def close_concern(concern: Concern, *, receipt: str, replied_at: dt.datetime, version: int | None, by: Person) -> None:
    """Close a concern with the answer that was received, and when it came."""
    _hold(concern)
    rules.may_close_concern(by, concern).insist()
    sealed = key_for(KeyKind.CONCERN, concern.public_id).seal(concern, "receipt", receipt)
    save_changes(concern, version=version, receipt=sealed, replied_at=replied_at, closed_by=by)
    move(concern, to=ConcernStage.CLOSED)
    write("closed a concern", concern, by=by)


@transaction.atomic
def note_concern(concern: Concern, *, words: str, by: Person) -> ConcernNote:
    """Add a note to a concern. It stands beside what was written before, which nobody changes."""
    _hold(concern)
    rules.may_note_concern(by, concern).insist()
    note = ConcernNote(public_id=new_public_id(), concern=concern, written_by=by, written_at=timezone.now())
    note.words = key_for(KeyKind.CONCERN, concern.public_id).seal(note, "words", words)
    note.save(force_insert=True)
    write("added to a concern", concern, by=by, note=note.public_id)
    return note
