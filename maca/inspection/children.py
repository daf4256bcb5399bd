import datetime as dt
import re
from dataclasses import dataclass

from maca.briefing.screening import lists
from maca.briefing.screening.lists import folded

_WORD = re.compile(r"[^\W_]{3,}")


@dataclass(frozen=True, repr=False)
class ChosenChild:
    """A child whom inspectors named. Without a date of birth it is unborn."""

    name: str
    born_on: dt.date | None
    level: str
    address: str = ""
    household: str = ""
    record_number: str = ""
    # The agencies that did not know the child, by their slugs. They are not asked.
    not_asked: frozenset[str] = frozenset()

    def named_in(self, text: str) -> bool:
        """Whether a text holds a word of the child's name, or one that few people use of the family or the address."""
        words = {folded(word) for word in _WORD.findall(text)}
        of_family = {folded(word) for word in _WORD.findall(f"{self.household} {self.address} {self.record_number}")}
        return not words.isdisjoint(
            {folded(word) for word in _WORD.findall(self.name)} | (of_family - lists.words() - lists.common())
        )
