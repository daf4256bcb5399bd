"""What the summative report says of a chronology: who gave how much, plans, silences, and the questions it asks."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from maca.cases.models import Case
from maca.chronology.choosing import EVERYTHING
from maca.chronology.entries import FROM, OF, PRESENT, Entry
from maca.chronology.models import ChronologyEntry, Decided
from maca.chronology.opening import open_line, prompts_of
from maca.chronology.patterns.settings import Settings
from maca.chronology.picture import Lane, Picture, Span, picture_of
from maca.chronology.queries import Names, names_of, settings_of, standing_decisions, whole_lines
from maca.chronology.shown import Prompt, Shown
from maca.sealing.cipher import DataKey
from maca.sealing.operations import mark_key


@dataclass(frozen=True, repr=False)
class Asked:
    """A question that a pattern asks, and what was decided on it. `code`, `mark` and `title` are the pattern’s."""

    code: str
    mark: str
    title: str
    says: str
    decision: str
    is_taken: bool


@dataclass(frozen=True, repr=False)
class Brief:
    """A chronology in sentences. `met` are those agencies that the entries of another one say were there, or were
    asked, by name: whose entries, and on which day first. `told` says by the code of an event or a pattern who tells of
    it, and on which day."""

    sentences: tuple[str, ...] = ()
    questions: tuple[Asked, ...] = ()
    met: tuple[tuple[str, str], ...] = ()
    told: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


NOTHING_GIVEN = Brief()


def in_brief(cases: Sequence[Case], keys: Mapping[int, DataKey]) -> dict[int, Brief]:
    """What a report says of the chronologies of cases of one audit, by their primary keys, as the `keys` are.

    As many queries for many cases as for one. The caller has written the journal.
    """
    lines: dict[int, list[ChronologyEntry]] = {one.pk: [] for one in cases}
    for row in whole_lines(cases):
        lines[row.case_id].append(row)
    if not any(lines.values()):
        return dict.fromkeys(lines, NOTHING_GIVEN)
    partnership = cases[0].audit.partnership
    names, marks, decisions = names_of(partnership), mark_key(partnership.public_id), standing_decisions(cases)
    settings = settings_of(cases[0].audit)

    def brief(rows: Sequence[ChronologyEntry], key: DataKey) -> Brief:
        shown = open_line(rows, EVERYTHING, key, names)
        return _brief(shown, prompts_of(shown, settings, key, marks, decisions), names, settings)

    return {pk: brief(rows, keys[pk]) if rows else NOTHING_GIVEN for pk, rows in lines.items()}


def _brief(shown: Sequence[Shown], prompts: Iterable[Prompt], names: Names, settings: Settings) -> Brief:
    entries = [replace(one.entry, agency=names.of(one.entry.agency)) for one in shown]
    picture = picture_of([one.entry for one in shown], settings=settings)
    assert picture is not None
    prompts = list(prompts)
    return Brief(
        sentences=(*_given(entries), *_plans(picture), *_silences(picture, names.called)),
        questions=tuple(_asked(one) for one in prompts),
        met=tuple(_met(entries, names)),
        told=_told(entries, prompts),
    )


def _asked(prompt: Prompt) -> Asked:
    found = prompt.pattern
    is_taken = prompt.decision is not None and prompt.decision.decided == Decided.TAKEN
    return Asked(found.code, prompt.mark, found.title, found.says, _decision(prompt), is_taken)


def _given(entries: Sequence[Entry]) -> Iterable[str]:
    """How many entries each agency gave, and of which period."""
    days: dict[str, list[dt.date]] = {}
    for entry in entries:
        days.setdefault(entry.agency, []).append(entry.date)
    for agency, those in sorted(days.items()):
        count = f"{len(those):,} {'entry' if len(those) == 1 else 'entries'}"
        yield f"{agency}: {count}, {_day(min(those))} to {_day(max(those))}"


def _plans(picture: Picture) -> Iterable[str]:
    for name, spans in picture.plans:
        for span in spans:
            until = f"from {_day(span.first)}, with no end in the entries" if span.open else _between(span)
            yield f"{name}{f' ({span.says})' if span.says else ''}: {until}"


def _silences(picture: Picture, called: Mapping[str, str]) -> Iterable[str]:
    """For each agency how often its worker changed, and the longest time of which it gave no entry."""
    for lane in picture.lanes:
        agency = called.get(lane.agency, lane.agency)
        if changes := len(lane.changes):
            yield f"{agency}: {changes} {'change' if changes == 1 else 'changes'} of worker"
        if lane.gaps:
            yield f"{agency}: {_gaps(lane)}"


def _gaps(lane: Lane) -> str:
    longest = max(lane.gaps, key=lambda one: one.days)
    said = f"{longest.days} days without an entry, {_between(longest)}"
    return f"{len(lane.gaps)} long gaps, the longest {said}" if len(lane.gaps) > 1 else said


def _met(entries: Sequence[Entry], names: Names) -> Iterable[tuple[str, str]]:
    """Agencies that another one says were at a meeting or were asked, each once, with the first entry that says so."""
    told = set()
    for entry in entries:
        for said in (said for key in (PRESENT, OF, FROM) for said in entry.named(key)):
            agency = names.called.get(names.known.find(said) or "", "")
            if agency and agency != entry.agency and agency not in told:
                told.add(agency)
                yield agency, f"{entry.agency}, {_when(entry)}"


def _told(entries: Sequence[Entry], prompts: Iterable[Prompt]) -> Mapping[str, tuple[str, ...]]:
    told: dict[str, list[str]] = {}
    for entry in entries:
        if entry.event:
            told.setdefault(entry.event, []).append(f"{entry.agency}, {_when(entry)}")
    for one in prompts:
        if one.decision and one.decision.decided == Decided.SET_ASIDE:
            continue
        told.setdefault(one.pattern.code, []).append(f"{one.pattern.title}, from {_day(one.pattern.first)}")
    return {code: tuple(those) for code, those in told.items()}


def _decision(prompt: Prompt) -> str:
    if prompt.decision is None:
        return "(Not decided yet)"
    if prompt.decision.decided == Decided.TAKEN:
        return "(Taken to the panel)"
    return f"(Set aside: {prompt.decision.reason!s})"


def _between(span: Span) -> str:
    return f"{_day(span.first)} to {_day(span.last)}"


def _when(entry: Entry) -> str:
    if not entry.approximate:
        return _day(entry.date)
    return f"about {entry.date:%B %Y}" if "-" in entry.approximate else f"about {entry.approximate}"


def _day(day: dt.date) -> str:
    return f"{day:%-d %B %Y}"
