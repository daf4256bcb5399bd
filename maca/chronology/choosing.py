"""Which entries of a line somebody wants to see. A plain value, which a page, a copy and the picture share."""

import datetime as dt
from dataclasses import dataclass

from maca.chronology.entries import Entry


@dataclass(frozen=True, slots=True)
class Chosen:
    """Every part narrows; an empty one does not. `agency` is a slug, `event` a code; the days are both included.

    `suggested` events are chosen by what they suggest too. `child` is a label, and entries about all children are
    about this one; `worker` is a part of how a worker is called.
    """

    agency: str = ""
    event: str = ""
    first: dt.date | None = None
    last: dt.date | None = None
    child: str = ""
    worker: str = ""

    @property
    def needs_words(self) -> bool:
        """Whether entries have to be opened to know which are chosen: labels and workers are under the seal."""
        return bool(self.child or self.worker)

    def holds(self, entry: Entry) -> bool:
        """Whether an opened entry is one of them, as far as its words say."""
        children = {label.casefold() for label in entry.children}
        if self.child and children and self.child.casefold() not in children:
            return False
        return self.worker.casefold() in entry.worker.casefold()


EVERYTHING = Chosen()


def numbered(count: int, *, most: int) -> int:
    """How many pages so many entries fill; one where there are none."""
    return max(1, -(-count // most))
