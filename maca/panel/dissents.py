"""Why agencies do not agree with findings, opened, for an operation that has put the reading on record."""

from collections.abc import Iterable
from dataclasses import dataclass

from maca.kernel.clock import LONDON
from maca.panel.models import Dissent, Finding
from maca.sealing.cipher import DataKey


@dataclass(frozen=True, repr=False)
class Disagreement:
    """One agency's, as a page shows it. `is_older`: the finding has been reworded since."""

    id: str
    agency: str
    words: str
    by: str
    at: str
    is_out: bool
    is_older: bool


@dataclass(frozen=True, repr=False)
class Disagreements:
    """By the public id of a finding: who does not agree, and what the panel accepts and why."""

    dissents: dict[str, list[Disagreement]]
    accepted: dict[str, str]


def opened(rows: Iterable[Dissent], weighed: Iterable[Finding], key: DataKey) -> Disagreements:
    dissents: dict[str, list[Disagreement]] = {}
    for one in rows:
        dissents.setdefault(one.finding.public_id, []).append(_opened(one, key))
    return Disagreements(dissents, {one.public_id: key.text(one, "accepted") for one in weighed})


def _opened(one: Dissent, key: DataKey) -> Disagreement:
    at = one.saved_at or one.recorded_at
    return Disagreement(
        one.public_id,
        one.agency.name,
        key.text(one, "words"),
        (one.saved_by or one.recorded_by).name,
        f"{at.astimezone(LONDON):%-d %B, %H:%M}",
        one.withdrawn_at is not None,
        one.finding.saved_at is not None and one.finding.saved_at > at,
    )
