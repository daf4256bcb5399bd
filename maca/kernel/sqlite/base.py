"""Django's SQLite, for a server of many threads: its writers stand in a queue, and its connections are kept open.

SQLite has one writer at a time. Whoever comes second asks again after a while, and the longer they have waited the
longer that while, so that under load the newest goes first and some wait for many seconds. Within this process they
wait for a lock instead, with or without a transaction. Other processes are waited for as SQLite does.

A connection reads the whole schema before its first answer, and the last that closes empties the write-ahead log, with
every wait for the disk. Django opens and closes one for each request, which took a quarter of a small one. Since the
log is then no longer emptied by the way, a duty of the clock does it.
"""

import datetime as dt
import os
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from weakref import WeakSet

from django.db import connections
from django.db.backends.sqlite3 import base

# Device and number, and not the path: another file may be put in its place, as when a backup is brought back.
File = tuple[int, int]

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")
_turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


class Kept:
    """Connections that nobody uses at the moment. None is kept until `most` says how many of each database."""

    most = 0

    def __init__(self) -> None:
        self._idle: defaultdict[File, list[sqlite3.Connection]] = defaultdict(list)

    def take(self, file: File) -> sqlite3.Connection | None:
        try:
            return self._idle[file].pop()
        except IndexError:
            return None

    def give_back(self, file: File, connection: sqlite3.Connection) -> bool:
        """False where it is not kept, and is to be closed."""
        if len(self._idle[file]) >= self.most or connection.in_transaction:
            return False
        self._idle[file].append(connection)
        return True


kept = Kept()


def _file(name: str) -> File:
    found = os.stat(name)
    return found.st_dev, found.st_ino


class Cursor(base.SQLiteCursorWrapper):
    """A cursor that waits for its turn where it writes without a transaction."""

    def __init__(self, connection: sqlite3.Connection, *, wrapper: "DatabaseWrapper") -> None:
        super().__init__(connection)
        self._wrapper = wrapper

    def execute(self, query: str, params: Any = None) -> Any:
        with self._wrapper.in_turn_to(query):
            return super().execute(query, params)

    def executemany(self, query: str, param_list: Any) -> Any:
        with self._wrapper.in_turn_to(query):
            return super().executemany(query, param_list)


class DatabaseWrapper(base.DatabaseWrapper):
    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._turn: threading.Lock | None = None
        self._file: File | None = None
        self._cursors: WeakSet[Cursor] = WeakSet()

    @property
    def _name(self) -> str:
        return str(self.settings_dict["NAME"])

    # ---- connections that are kept

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        self._file = _file(self._name) if kept.most and os.path.exists(self._name) else None
        return (self._file and kept.take(self._file)) or super().get_new_connection(conn_params)

    def create_cursor(self, name: str | None = None) -> Cursor:
        made: Cursor = self.connection.cursor(factory=partial(Cursor, wrapper=self))
        if kept.most:
            self._cursors.add(made)
        return made

    def is_usable(self) -> bool:
        """One that met a fault is not kept: Django asks this before it forgets that there was one."""
        return not self.errors_occurred

    def _close(self) -> None:
        try:
            for one in list(self._cursors):
                one.close()  # one that is not read to its end would keep what it saw for the next request
            as_it_was = not self.in_atomic_block and not self.errors_occurred
            if not (as_it_was and self._file and kept.give_back(self._file, self.connection)):
                super()._close()  # type: ignore[misc]
        finally:
            self._end_turn()

    # ---- turns

    @contextmanager
    def in_turn_to(self, query: str) -> Iterator[None]:
        """Wait for one's turn where the query writes and no transaction has it already."""
        if self._turn or not query.lstrip()[:7].upper().startswith(WRITES):
            yield
            return
        self._take_turn()
        try:
            yield
        finally:
            self._end_turn()

    def _start_transaction_under_autocommit(self) -> None:
        self._take_turn()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._end_turn()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # one that fails is rolled back
        self._end_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _take_turn(self) -> None:
        # Where it takes too long, SQLite is asked all the same: it says that it is locked, as it would have.
        turn = _turns[self._name]
        if turn.acquire(timeout=self.settings_dict["OPTIONS"].get("timeout", 5)):
            self._turn = turn

    def _end_turn(self) -> None:
        turn, self._turn = self._turn, None
        if turn:
            turn.release()


def empty_logs(now: dt.datetime) -> None:
    """Write what is in the write-ahead logs to the databases, so that nothing that was deleted stays in them. A log
    that somebody reads is left for the next time."""
    for connection in connections.all():
        if isinstance(connection, DatabaseWrapper) and not connection.in_atomic_block:
            timeout = round(connection.settings_dict["OPTIONS"].get("timeout", 5) * 1_000)
            connection._take_turn()
            try:
                with connection.cursor() as cursor:
                    cursor.execute("PRAGMA busy_timeout = 0")  # nobody waits for it
                    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                    cursor.execute(f"PRAGMA busy_timeout = {timeout}")
            finally:
                connection._end_turn()
