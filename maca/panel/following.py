"""Whoever has the page of a hearing open is told of each line as it comes, and that its findings are others, by
server-sent events.

In each process the database is asked once for all who follow a hearing, and at once after a line that came through
this process. What was read is kept only for as long as somebody follows. A stream ends by itself within half a minute
and the browser asks again, so that no right outlives its end by more.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from random import uniform
from time import monotonic
from typing import Protocol

from django.core.exceptions import ObjectDoesNotExist
from django.db import Error as DatabaseError
from django.db import connections, transaction

from maca.cases.models import Case
from maca.cases.seal import case_key
from maca.kernel.verdict import Refused
from maca.panel.lines import Line, opened, told
from maca.panel.models import Hearing
from maca.panel.queries import lines_of
from maca.partnership.fence import standing
from maca.partnership.models import Person


class Note(Protocol):
    """Raises `Refused` or `ObjectDoesNotExist` where the reader may see no line; writes nothing `again`."""

    def __call__(self, *, again: bool) -> None: ...


REFUSED = b"event: refused\ndata: {}\n\n"
# Seconds; the last in milliseconds. Lines of one quarter of a second are told together. Streams that began at once do
# not end at once.
EVERY, TOGETHER, LASTS, RETRY = 0.3, 0.25, (20.0, 30.0), 500
# Seconds for which one entry in the journal holds: one for each stream would be a hundred an hour, and who reads two
# hundred things in an hour is asked to stop. Whether they may is asked for each stream.
NOTED_FOR = 600.0
_noted: dict[tuple[str, str], float] = {}  # by the case and the reader: when it was put on record

# One thread with its own connections asks for all of them, whatever the requests do. Several put readings on record, so
# that of many who come at once the last does not wait for each of those before.
_asking = ThreadPoolExecutor(1, thread_name_prefix="following")
_noting = ThreadPoolExecutor(8, thread_name_prefix="noting")


def _ask(hearing: Hearing, since: int) -> tuple[int, int, list[Line]]:
    """The last change, the last of the findings, and the lines that changed since, opened. Nobody is handed one before
    their own reading is on record."""
    case: Case = hearing.case
    try:
        with standing(str(case.audit.partnership_id)):
            last, of_findings = Hearing.objects.values_list("changes", "findings_changed").get(pk=hearing.pk)
            # What comes between the two questions is for the next time: it may be of the findings too.
            rows = list(lines_of(hearing, since).filter(changed__lte=last).order_by()) if last > since else []
            return last, of_findings, opened(rows, case_key(case)) if rows else []
    except DatabaseError:
        connections.close_all()
        raise


class Following:
    """One hearing, as it is followed in this process."""

    now: dict[int, "Following"] = {}

    def __init__(self, hearing: Hearing) -> None:
        self.hearing = hearing
        self.loop = asyncio.get_running_loop()
        # By the line: its last change, and the line as it goes to each reader, with names and without.
        self.events: dict[str, tuple[int, bytes, bytes]] = {}
        self.latest = 0
        self.readers = 0
        self.news = asyncio.Condition()
        self.poked = asyncio.Event()
        self.asking: asyncio.Task[None] | None = None

    async def ask(self) -> None:
        while True:
            self.poked.clear()
            try:
                last, of_findings, found = await self.loop.run_in_executor(_asking, _ask, self.hearing, self.latest)
            except (DatabaseError, ObjectDoesNotExist):  # one that is busy or away: the next time
                last, of_findings, found = 0, 0, []
            if last > self.latest:
                async with self.news:
                    if of_findings > self.latest:
                        news = f"id: {of_findings}\nevent: findings\ndata: {of_findings}\n\n".encode()
                        self.events["findings"] = of_findings, news, news
                    self.events |= {
                        one.id: (one.changed, event(one, names=True), event(one, names=False)) for one in found
                    }
                    self.latest = last
                    self.news.notify_all()
            await asyncio.sleep(TOGETHER)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.poked.wait(), EVERY)

    async def news_after(self, number: int) -> None:
        async with self.news:
            await self.news.wait_for(lambda: self.latest > number)

    def since(self, number: int) -> list[tuple[int, bytes, bytes]]:
        return sorted(one for one in self.events.values() if one[0] > number)


def poke(hearing: Hearing) -> None:
    """A line has been kept: whoever follows in this process is told at once."""
    if following := Following.now.get(hearing.pk):
        # Once it can be seen: a form may still be within its own transaction.
        transaction.on_commit(lambda: following.loop.call_soon_threadsafe(following.poked.set))


async def stream(
    hearing: Hearing, since: int, note: Note, *, reader: Person, names: bool = True
) -> AsyncIterator[bytes]:
    """The events of a hearing after the change `since`. `note` asks whether they may be shown, and puts it on record
    before the first is, but where it was within ten minutes; where it refuses, the stream says so and ends, and the
    page asks no more."""
    following = Following.now.setdefault(hearing.pk, Following(hearing))
    following.readers += 1
    if following.asking is None or following.asking.done():  # it ended by a fault that nobody foresaw
        following.asking = asyncio.create_task(following.ask())
    noted = False
    ends = following.loop.time() + uniform(*LASTS)  # noqa: S311 - no secret
    try:
        yield f"retry: {RETRY}\n\n".encode()
        while (left := ends - following.loop.time()) > 0:
            if events := following.since(since):
                if not noted:
                    try:
                        await following.loop.run_in_executor(_noting, _on_record, hearing, reader, note)
                    except (Refused, ObjectDoesNotExist):
                        yield REFUSED
                        return
                    except DatabaseError:  # one that is busy: the browser comes again
                        return
                    noted = True
                since = events[-1][0]
                yield b"".join(named if names else unnamed for _, named, unnamed in events)
                continue
            with suppress(TimeoutError):
                await asyncio.wait_for(following.news_after(since), left)
    finally:
        following.readers -= 1
        if not following.readers:
            following.asking.cancel()
            Following.now.pop(hearing.pk, None)
            if not Following.now:
                _asking.submit(connections.close_all)


def _on_record(hearing: Hearing, reader: Person, note: Note) -> None:
    now, who = monotonic(), (hearing.case.public_id, reader.public_id)
    for one in [one for one, since in list(_noted.items()) if since + NOTED_FOR < now]:
        _noted.pop(one, None)
    try:
        with standing(str(hearing.case.audit.partnership_id)):
            note(again=who in _noted)
    finally:
        connections.close_all()
    _noted.setdefault(who, now)


def event(line: Line, *, names: bool) -> bytes:
    return f"id: {line.changed}\nevent: line\ndata: {json.dumps(told(line, names=names))}\n\n".encode()
