"""Who has a part of a return open to write in, as others of the agency are shown it.

It counts for a minute and then is gone by itself. It is no act of anybody, so the journal knows nothing of it, and it
costs a person one small row, written when they go to another part, and otherwise every twenty seconds at most,
however often they are heard from.
"""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from maca.audits.models import Question
from maca.partnership.models import Person
from maca.returns.models import AgencyReturn, Presence

COUNTS_FOR = dt.timedelta(seconds=60)
WRITTEN_EVERY = dt.timedelta(seconds=20)


@transaction.atomic
def note_here(agency_return: AgencyReturn, question: Question | None, *, by: Person) -> list[Presence]:
    """Note that a person has this part open (None: the account of the engagement). Answers with the others there."""
    found = list(Presence.objects.filter(agency_return=agency_return).select_related("person", "question"))
    now = timezone.now()
    mine = next((one for one in found if one.person_id == by.pk), None)
    if mine is None or mine.question != question or mine.seen_at <= now - WRITTEN_EVERY:
        Presence.objects.update_or_create(
            agency_return=agency_return, person=by, defaults={"question": question, "seen_at": now}
        )
    return [one for one in found if one.person_id != by.pk and one.seen_at > now - COUNTS_FOR]


def others_here(agency_return: AgencyReturn, person: Person) -> list[Presence]:
    """Who else has a part of this return open."""
    there = Presence.objects.filter(agency_return=agency_return, seen_at__gt=timezone.now() - COUNTS_FOR)
    return list(there.exclude(person=person).select_related("person", "question"))


def in_words(others: list[Presence], *here: Question | None) -> str:
    """“Aisha Rahman is writing here too.” Nothing where nobody is. `here`: what the reader writes in."""
    said = []
    for one in others:
        part = f"question {one.question.number}" if one.question else "the account of the engagement"
        said.append(f"{one.person.name} ({'here too' if one.question in here else part})")
    return f"Writing in this return now: {', '.join(said)}." if said else ""


def forget_who_was_here(now: dt.datetime) -> None:
    """Take away what counts no longer; nobody keeps a list of who sat at which return when."""
    Presence.objects.filter(seen_at__lte=now - COUNTS_FOR).delete()
