"""Brothers and sisters as they are written: one a line, with the date of birth or “unborn” after a comma."""

import datetime as dt
from dataclasses import dataclass

from maca.cases.written_dates import read_date
from maca.kernel.clock import today

UNBORN = "unborn"


@dataclass(frozen=True)
class Sibling:
    """A brother or sister of the index child: a name, and a date of birth or “unborn” if that is known."""

    name: str
    born_on: dt.date | None = None
    is_unborn: bool = False

    @property
    def line(self) -> str:
        """As it is kept, and read again by `read_sibling`."""
        when = UNBORN if self.is_unborn else self.born_on.isoformat() if self.born_on else ""
        return f"{self.name}, {when}" if when else self.name


class NotASibling(ValueError):
    """What is wrong with a line, in a sentence that goes on after its number."""


def read_sibling(line: str) -> Sibling:
    """One line. Raises `NotASibling`."""
    line = " ".join(line.split())
    name, comma, after = (part.strip() for part in line.rpartition(","))
    if line.casefold() == UNBORN or (not name and after.casefold() == UNBORN):
        return Sibling("Unborn baby", is_unborn=True)
    if not comma:
        name, after = line, ""
    if not name:
        raise NotASibling("has no name before the comma. Write the name first, or “unborn” alone")
    if after.casefold() == UNBORN:
        return Sibling(name, is_unborn=True)
    if not any(character.isdigit() for character in after):
        return Sibling(line)  # a comma within the name
    born_on = read_date(after.casefold().removeprefix("born ").removeprefix("on "))
    if born_on is None:
        raise NotASibling("has no real date after the comma. Write it like 4 May 2019, or leave it out")
    if born_on > today():
        raise NotASibling("has a date of birth that is still to come. Write “unborn” for a child not yet born")
    return Sibling(name, born_on)


def read_siblings(text: str) -> tuple[Sibling, ...]:
    """What was kept, one a line."""
    return tuple(read_sibling(line) for line in text.splitlines())
