"""Tests alone lift what keeps some tables as they are: to empty them between tests, and to tamper as a superuser."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from maca.briefing.models import FILES_STAY
from maca.journal.models import ENTRIES_STAY
from maca.kernel.append_only import AppendOnly
from maca.retention.models import CERTIFICATES_STAY

KEPT = {one.table: one for one in (ENTRIES_STAY, FILES_STAY, CERTIFICATES_STAY)}


def is_laid(table: str = "journal_entry") -> bool:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
            return cursor.fetchone()[0] == len(KEPT[table].to_lay["sqlite"])
        cursor.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = to_regclass(%s) AND NOT tgisinternal AND tgenabled = 'A'",
            [table],
        )
        return cursor.fetchone()[0] == 1


def _run(statements: list[str]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextmanager
def journal_can_be_changed() -> Iterator[None]:
    """Lift the triggers, and lay them again. Where there are none, because the table is not there, do nothing."""
    with _lifted([ENTRIES_STAY] if is_laid() else []):
        yield


@contextmanager
def everything_can_be_emptied() -> Iterator[None]:
    """The same for every table that only grows."""
    with _lifted([kept for table, kept in KEPT.items() if is_laid(table)]):
        yield


@contextmanager
def _lifted(laid: list[AppendOnly]) -> Iterator[None]:
    for one in laid:
        _run(one.to_lift[connection.vendor])
    try:
        yield
    finally:
        if connection.vendor == "postgresql":
            connection.check_constraints()  # no table is altered while a foreign key waits to be looked at
        for one in laid:
            _run(one.to_lay[connection.vendor])
