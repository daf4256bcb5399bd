from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from maca.cases.queries import forget_parts
from maca.cases.seal import case_key
from maca.journal.operations import note_reading, write
from maca.kernel.holding import hold
from maca.kernel.verdict import Refused
from maca.kernel.versions import save_changes
from maca.notices.operations import queue
from maca.panel import rules
from maca.panel.messages import NOTE_SENT
from maca.panel.models import Hearing, RestrictedNote
from maca.panel.operations.holding import hold_hearing, where_of
from maca.panel.queries import readers_of_notes
from maca.partnership.models import Agency, Person
from maca.sealing.cipher import digest


@transaction.atomic
def send_restricted_note(hearing: Hearing, *, agency: Agency, words: str, by: Person) -> RestrictedNote:
    """Send a note about a person’s practice to the lead of one agency. From then on only that lead reads it.

    Raises `Refused` where no lead of the agency would read it.
    """
    hold_hearing(hearing)
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
    return {**where_of(note.hearing.case), "agency": note.agency.slug}
