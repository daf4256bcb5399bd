import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils import timezone

from maca.journal.chain import links_of
from maca.journal.models import Entry, Head
from maca.journal.verify_export import FORMAT, canonical, follow, line_of


@dataclass(frozen=True)
class Checked:
    """What came of checking a partnership's journal: how much of it holds, and what is wrong with the first bad entry.

    `entries` hold, and `digest` is the last one's. `wrong` is empty when all is well. `kept` is the number that
    the head in the keystore had when the check began, 0 if there is none.
    """

    partnership: str
    entries: int
    digest: str
    wrong: str = ""
    at: int = 0
    kept: int = 0

    @property
    def head(self) -> str:
        """As it stands in a daily notice: NUMBER:DIGEST."""
        return f"{self.entries}:{self.digest}"


def verify(partnership: str, *, heads: Iterable[tuple[int, str]] = ()) -> Checked:
    """Check a whole chain against itself, the head in the keystore, and `heads` kept from an earlier day."""
    # Read first, so that what is written meanwhile can only be after it.
    kept = Head.objects.filter(partnership=partnership).first()
    known = [*heads, (kept.number, kept.digest)] if kept else list(heads)
    others = Entry.objects.exclude(partnership=partnership).order_by().values_list("partnership", flat=True).distinct()
    found = follow(links_of(partnership), heads=known, others=others)
    return Checked(partnership, found.entries, found.digest, found.wrong, found.at, kept.number if kept else 0)


def head_of(partnership: str) -> str:
    """The newest entry as NUMBER:DIGEST; empty if there is none."""
    last = Entry.objects.filter(partnership=partnership).order_by("-number").values_list("number", "digest").first()
    return f"{last[0]}:{last[1]}" if last else ""


def first_broken(partnership: str) -> int | None:
    """The number of the first entry that is missing, changed or out of its place; None if the chain holds."""
    return verify(partnership).at or None


def export_lines(partnership: str, name: str) -> Iterator[bytes]:
    """The journal of a partnership as JSON Lines, as `verify_export` reads it, a line at a time."""
    yield canonical({"format": FORMAT, "partnership": partnership, "name": name}) + b"\n"
    count, last = 0, ""
    for number, _, digest, content in links_of(partnership):
        yield line_of(digest, content) + b"\n"
        count, last = number, digest
    yield canonical({"count": count, "head": f"{count}:{last}"}) + b"\n"


def readings_in_last_hour(person: str) -> int:
    """How many distinct things a person, by public id, was shown within the hour."""
    an_hour_ago = timezone.now() - dt.timedelta(hours=1)
    read = Entry.objects.filter(by=person, at__gte=an_hour_ago, is_reading=True)
    return read.order_by().values("about").distinct().count()
