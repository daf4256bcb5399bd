"""The summative report as it was issued, and what has changed since: papers compared, part by part."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from maca.kernel.paper import Paper, Part


@dataclass(frozen=True, repr=False)
class Change:
    """What stands under one heading now and did not before, and the other way round, each line by line.

    The heading is said with those above it, since an agency’s name heads several parts.
    """

    heading: str
    came: tuple[str, ...]
    gone: tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """What somebody looks at: the version that was issued last, what has changed since, or what was never issued.

    It is what the page, the Word file and the PDF say of it, so that two copies can be told apart.
    """

    seen_on: dt.date
    number: int = 0
    issued_on: dt.date | None = None  # the version of that number, the last; None where none was
    has_changed: bool = False

    @property
    def says(self) -> str:
        """In words, without a full stop."""
        if self.issued_on is None:
            return f"Not issued yet: {as_it_stood_on(self.seen_on)}"
        issued = f"{self.issued_on:%-d %B %Y}"
        if self.has_changed:
            return f"Changed since version {self.number} of {issued}: {as_it_stood_on(self.seen_on)}"
        return f"Version {self.number}, issued {issued}"


def as_it_stood_on(day: dt.date) -> str:
    """The words for what is drawn from living rows, and may be another tomorrow."""
    return f"as it stood on {day:%-d %B %Y}"


def packed(paper: Paper) -> str:
    """The paper as it is sealed."""
    return json.dumps(asdict(paper), ensure_ascii=False)


def unpacked(text: str) -> Paper:
    kept = json.loads(text)
    # What was kept before parts had levels, or papers a notice, has neither.
    parts = tuple(
        Part(one["heading"], tuple(one["lines"]), tuple(one["points"]), one.get("level", 1))
        for one in kept.pop("parts")
    )
    notice = tuple(kept.pop("notice", ()))
    return Paper(**kept, parts=parts, notice=notice)


def changes(before: Paper, now: Paper) -> list[Change]:
    """Every part that differs, in the order of the newer paper; then what has gone from it altogether.

    Lines are compared as they stand: one that was only moved within its part has not changed.
    """
    were, are = dict(_by_heading(before)), dict(_by_heading(now))
    found = []
    for heading in [*are, *(one for one in were if one not in are)]:
        is_now, was = are.get(heading, Counter()), were.get(heading, Counter())
        came, gone = tuple((is_now - was).elements()), tuple((was - is_now).elements())
        if came or gone or (heading in are) != (heading in were):
            found.append(Change(heading[0], came, gone))
    return found


def _by_heading(paper: Paper) -> Iterator[tuple[tuple[str, int], Counter[str]]]:
    """The lines of each part by its heading and those above. Parts headed alike are told apart by their order."""
    seen: Counter[str] = Counter()
    above: list[str] = []
    for part in paper.parts:
        above = [*above[: part.level - 1], part.heading]
        heading = ": ".join(above)
        yield (heading, seen[heading]), Counter(line for line in (*part.lines, *part.points) if line.strip())
        seen[heading] += 1
