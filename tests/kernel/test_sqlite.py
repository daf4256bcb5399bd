"""Who writes to SQLite at once takes turns, and a connection that is kept is one as good as new."""

import datetime as dt
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from django.db import OperationalError
from django.db.backends.sqlite3 import base

from maca.kernel.sqlite import base as sqlite
from maca.kernel.sqlite.base import DatabaseWrapper, kept

pytestmark = pytest.mark.django_db


def wrapper(path: Path, timeout: float = 20) -> DatabaseWrapper:
    settings = {
        "NAME": path,
        "ENGINE": "maca.kernel.sqlite",
        "OPTIONS": {
            "timeout": timeout,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON;",
        },
        "AUTOCOMMIT": True,
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
        "TIME_ZONE": None,
        "USER": "",
        "PASSWORD": "",
        "HOST": "",
        "PORT": "",
        "TEST": {},
    }
    return DatabaseWrapper(settings, alias="beside")


@pytest.fixture
def path(tmp_path):
    with closing(sqlite3.connect(tmp_path / "beside.sqlite3")) as made:
        made.execute("CREATE TABLE saved (who TEXT)")
    return tmp_path / "beside.sqlite3"


@pytest.fixture
def keeping(monkeypatch):
    monkeypatch.setattr(kept, "most", 2)
    monkeypatch.setattr(kept, "_idle", type(kept._idle)(list))


def begin(database: DatabaseWrapper) -> None:
    database.ensure_connection()
    database.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


def end(database: DatabaseWrapper, how: str) -> None:
    getattr(database, how)()
    if how != "close":
        database.set_autocommit(True)


@pytest.mark.parametrize("how", ["commit", "rollback", "close"])
@pytest.mark.parametrize("writes", ["in a transaction", "by itself"])
def test_the_next_writer_asks_sqlite_only_once_the_turn_has_ended_however_it_ends(path, monkeypatch, how, writes):
    asked = threading.Event()
    executed = base.SQLiteCursorWrapper.execute

    def noticed(self, query, params=None):
        if threading.current_thread() is not threading.main_thread() and query.startswith(("BEGIN", "INSERT")):
            asked.set()
        return executed(self, query, params)

    monkeypatch.setattr(base.SQLiteCursorWrapper, "execute", noticed)
    first = wrapper(path)
    begin(first)

    def write() -> None:
        second = wrapper(path)
        if writes == "by itself":
            second.ensure_connection()
        else:
            begin(second)
        with second.cursor() as cursor:
            cursor.execute("INSERT INTO saved VALUES ('second')")
        if writes != "by itself":
            end(second, "commit")
        second.close()

    waiting = threading.Thread(target=write)
    waiting.start()
    assert not asked.wait(0.3)
    end(first, how)
    assert asked.wait(10)
    waiting.join()
    first.close()
    with closing(sqlite3.connect(path)) as after:
        assert after.execute("SELECT who FROM saved").fetchall() == [("second",)]


def test_who_writes_within_their_own_transaction_does_not_wait_for_themselves(path):
    database = wrapper(path)
    begin(database)
    with database.cursor() as cursor:
        cursor.execute("INSERT INTO saved VALUES ('one')")
        cursor.executemany("INSERT INTO saved VALUES (%s)", [["two"], ["three"]])
    end(database, "commit")
    database.close()
    with closing(sqlite3.connect(path)) as after:
        assert after.execute("SELECT count(*) FROM saved").fetchone() == (3,)


def test_a_writer_of_another_process_is_waited_for_and_told_as_before(path):
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        here = wrapper(path, timeout=0.1)
        with pytest.raises(OperationalError, match="locked"):
            begin(here)
        other.execute("COMMIT")
    here.close()
    after = wrapper(path, timeout=0.1)
    begin(after)  # the turn that came to nothing is over
    end(after, "commit")
    after.close()


def test_who_waits_for_too_long_is_told_that_it_is_locked(path):
    first, second = wrapper(path), wrapper(path, timeout=0.1)
    begin(first)
    began = time.monotonic()
    with pytest.raises(OperationalError, match="locked"):
        begin(second)
    assert time.monotonic() - began < 10
    end(first, "rollback")
    first.close()
    second.close()


def test_a_connection_is_kept_and_taken_again_only_where_it_says_so(path, keeping, monkeypatch):
    first = wrapper(path)
    first.ensure_connection()
    raw = first.connection
    first.close()
    second = wrapper(path)
    second.ensure_connection()
    assert second.connection is raw
    assert second.connection.execute("PRAGMA foreign_keys").fetchone() == (1,)
    monkeypatch.setattr(kept, "most", 0)
    second.close()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        raw.execute("SELECT 1")


def test_one_that_is_in_the_middle_of_something_or_has_failed_is_closed(path, keeping):
    for spoil in (begin, lambda one: setattr(one, "errors_occurred", True)):
        database = wrapper(path)
        database.ensure_connection()
        raw = database.connection
        spoil(database)
        database.close()
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            raw.execute("SELECT 1")


def test_one_that_met_a_fault_is_closed_at_the_end_of_its_request(path, keeping):
    database = wrapper(path)
    database.ensure_connection()
    raw = database.connection
    database.errors_occurred = True
    database.close_if_unusable_or_obsolete()  # as Django does after each request
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        raw.execute("SELECT 1")


def test_what_was_not_read_to_its_end_is_not_kept_with_the_connection(path, keeping):
    with closing(sqlite3.connect(path)) as other:
        other.executemany("INSERT INTO saved VALUES (?)", [("a",), ("b",), ("c",)])
        other.commit()
        first = wrapper(path)
        half_read = first.cursor()
        half_read.execute("SELECT who FROM saved")
        assert half_read.fetchone() == ("a",)
        first.close()
        other.execute("INSERT INTO saved VALUES ('d')")
        other.commit()
    second = wrapper(path)
    with second.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM saved")
        assert cursor.fetchone() == (4,)
    begin(second)
    end(second, "commit")
    second.close()


def test_what_was_deleted_stays_in_no_log_while_connections_are_kept(path, keeping, monkeypatch):
    log = path.with_name(path.name + "-wal")
    database = wrapper(path)
    with database.cursor() as cursor:
        cursor.execute("INSERT INTO saved VALUES ('Zqdeleted')")
        cursor.execute("DELETE FROM saved")
    database.close()
    assert b"Zqdeleted" in log.read_bytes()  # the control
    monkeypatch.setattr(sqlite.connections, "all", lambda: [database])
    sqlite.empty_logs(dt.datetime.now(dt.UTC))
    assert log.read_bytes() == b""


def test_no_more_are_kept_than_it_says(path, keeping):
    several = [wrapper(path) for _ in range(3)]
    for one in several:
        one.ensure_connection()
    raw = [one.connection for one in several]
    for one in several:
        one.close()
    assert [one.execute("SELECT 1").fetchone() for one in raw[:2]] == [(1,), (1,)]
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        raw[2].execute("SELECT 1")


def test_another_file_in_its_place_is_opened_anew(path, keeping, tmp_path):
    first = wrapper(path)
    first.ensure_connection()
    first.close()
    path.rename(tmp_path / "away.sqlite3")
    with closing(sqlite3.connect(path)) as made:
        made.execute("CREATE TABLE brought_back (who TEXT)")
    second = wrapper(path)
    second.ensure_connection()
    assert second.connection.execute("SELECT name FROM sqlite_master").fetchall() == [("brought_back",)]
    second.close()
