"""What the database answered, kept for the next cell that asks the same: no cell leaves a trace, so it would again.

Only until a cell's first change; from there to its end everything is asked.
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

Row = tuple[Any, ...]


class Memory:
    """The rows of every query, by who may see them: on PostgreSQL that depends on where the connection stands."""

    def __init__(self, place: Callable[[], str], untouched: Callable[[], bool]) -> None:
        self.place = place
        self.untouched = untouched
        self.rows: dict[tuple[str, str, str], list[Row]] = {}

    def cursor(self, of: BaseDatabaseWrapper) -> Callable[[Any], CursorWrapper]:
        return lambda cursor: Remembering(cursor, of, self)


class Remembering(CursorWrapper):
    """A cursor that asks the database only what has not been asked before."""

    def __init__(self, cursor: Any, db: BaseDatabaseWrapper, memory: Memory) -> None:
        super().__init__(cursor, db)
        self.memory = memory
        self.left: list[Row] | None = None
        self.at = 0

    def execute(self, sql: str, params: Any = None) -> Any:
        self.left, self.at = None, 0
        if not sql.startswith("SELECT ") or "FOR UPDATE" in sql or not self.memory.untouched():
            return super().execute(sql, params)
        key = (self.memory.place(), sql, repr(params))
        if key not in self.memory.rows:
            super().execute(sql, params)
            self.memory.rows[key] = self.cursor.fetchall()
        self.left = self.memory.rows[key]
        return self

    def fetchmany(self, size: int = 1) -> list[Row]:
        if self.left is None:
            return super().__getattr__("fetchmany")(size)  # type: ignore[no-any-return]
        found = self.left[self.at : self.at + size]
        self.at += len(found)
        return found

    def fetchone(self) -> Row | None:
        if self.left is None:
            return super().__getattr__("fetchone")()  # type: ignore[no-any-return]
        return found[0] if (found := self.fetchmany()) else None

    def fetchall(self) -> list[Row]:
        if self.left is None:
            return super().__getattr__("fetchall")()  # type: ignore[no-any-return]
        return self.fetchmany(len(self.left))

    def __iter__(self) -> Iterator[Row]:
        return super().__iter__() if self.left is None else iter(self.fetchall())
