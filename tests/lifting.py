"""Tests alone lift what keeps the journal as it is: to empty tables between tests, and to tamper as a superuser."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from django.db import connection, transaction

stays = import_module("maca.journal.migrations.0003_unchangeable")


def is_laid() -> bool:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'journal_entry'")
            return cursor.fetchone()[0] == len(stays.LAY["sqlite"])
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgname = 'journal_entries_stay' AND tgenabled = 'A'")
        return cursor.fetchone()[0] == 1


def _run(statements: list[str]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextmanager
def journal_can_be_changed() -> Iterator[None]:
    """Lift the triggers, and lay them again. Where there are none, because the table is not there, do nothing."""
    laid = is_laid()
    if laid:
        _run(stays.LIFT[connection.vendor])
    try:
        yield
    finally:
        if laid:
            _run(stays.LAY[connection.vendor])
