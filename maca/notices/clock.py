"""What the site does by itself: every half a minute, and at once when somebody has queued a notice."""

import datetime as dt
import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

from django.conf import settings
from django.db import IntegrityError, connections, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from maca.kernel.ids import new_public_id
from maca.notices.models import Turn

log = logging.getLogger(__name__)
EVERY = 30.0
# Longer than any duty takes. Should it take longer still: each duty can bear to be done by two.
A_TURN = dt.timedelta(minutes=2)
Duty = tuple[str, Callable[[dt.datetime], object]]

_woken = threading.Event()


def wake() -> None:
    """Let the clock of this process, if it has one, do its duties now."""
    _woken.set()


def duties() -> list[Duty]:
    """The duties in `settings.MACA_DUTIES`: each a name, and the dotted path of a function of the time."""
    return [(name, import_string(path)) for name, path in settings.MACA_DUTIES]


class Clock:
    """A thread that does the duties, one process at a time. One that fails never stops the others."""

    def __init__(
        self,
        chosen: Sequence[Duty] | None = None,
        *,
        every: float = EVERY,
        within: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """`within` is where its thread does its duties: where it may see every partnership."""
        self.duties = duties() if chosen is None else list(chosen)
        self.every = every
        self.within = within
        self.holder = new_public_id()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="maca clock", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        wake()
        self._thread.join(timeout=20)

    def go_round(self, now: dt.datetime) -> list[str]:
        """Do each duty once, unless another process is at it; answers the names of those that were done well."""
        if not self._take_turn(now):
            return []
        done = []
        try:
            for name, duty in self.duties:
                try:
                    duty(now)
                    done.append(name)
                except Exception as problem:
                    # The kind of error only: its words may hold what somebody wrote, or an address.
                    log.error("the duty “%s” failed: %s", name, type(problem).__name__)
        finally:
            Turn.objects.filter(name="clock", holder=self.holder).update(until=now)
        return done

    def _take_turn(self, now: dt.datetime) -> bool:
        free = Turn.objects.filter(name="clock", until__lte=now)
        if free.update(holder=self.holder, until=now + A_TURN):
            return True
        try:
            with transaction.atomic():
                _, made = Turn.objects.get_or_create(
                    name="clock", defaults={"holder": self.holder, "until": now + A_TURN}
                )
        except IntegrityError:
            return False
        return made

    def _run(self) -> None:
        while not self._stopping:
            _woken.clear()
            try:
                with self.within():
                    self.go_round(timezone.now())
            except Exception as problem:
                log.error("the clock could not go round: %s", type(problem).__name__)
            finally:
                # Held open it would keep a connection that the database may meanwhile have closed.
                connections.close_all()
            _woken.wait(self.every)
