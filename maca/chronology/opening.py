"""The line of a case, opened, for an operation that has put the reading on record."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from maca.cases.models import Case
from maca.cases.seal import case_key
from maca.chronology.choosing import EVERYTHING, Chosen
from maca.chronology.entries import Entry
from maca.chronology.kept import unpacked
from maca.chronology.models import ChronologyEntry, PatternDecision
from maca.chronology.patterns import find_patterns
from maca.chronology.patterns.settings import Settings
from maca.chronology.patterns.value import Pattern
from maca.chronology.queries import Names, entries_of, names_of, settings_of, standing_decisions
from maca.chronology.reading import with_one_spelling
from maca.chronology.shown import Prompt, Shown
from maca.kernel.verdict import Refused
from maca.sealing.cipher import DataKey, MarkKey
from maca.sealing.operations import mark_key


def entry_of(row: ChronologyEntry, key: DataKey, names: Names) -> Entry:
    return unpacked(
        key.text(row, "words"),
        date=row.date,
        agency=names.codes[row.agency_id],
        event=row.event,
        approximate=row.approximate,
        time=row.time,
    )


def shown_of(row: ChronologyEntry, key: DataKey, names: Names) -> Shown:
    return Shown(row.public_id, names.agencies[row.agency_id], entry_of(row, key, names), row.suggested)


def open_line(rows: Iterable[ChronologyEntry], chosen: Chosen, key: DataKey, names: Names) -> list[Shown]:
    """These entries, opened, with one spelling of each child's label; of them those that are chosen by their words."""
    shown = [shown_of(row, key, names) for row in rows]
    spelt = with_one_spelling([one.entry for one in shown])
    return [
        one if one.entry is entry else replace(one, entry=entry)
        for one, entry in zip(shown, spelt, strict=True)
        if chosen.holds(entry)
    ]


def _mark_of(pattern: Pattern, ids: Mapping[Entry, str], key: MarkKey, *more: str) -> str:
    """The same for one rule on the same entries, also when others were added, and says nothing of them."""
    said = [pattern.code, pattern.agency or "", pattern.child or "", pattern.first.isoformat(), *more]
    return key.mark("pattern", "|".join([*said, *(ids[entry] for entry in pattern.entries)]))


def prompts_of(
    shown: Sequence[Shown],
    settings: Settings,
    key: DataKey,
    marks: MarkKey,
    decisions: Mapping[str, PatternDecision],
) -> list[Prompt]:
    """Every pattern of a whole line, as a question, with what was decided on it."""
    by_entry = {one.entry: one for one in shown}
    ids = {entry: one.public_id for entry, one in by_entry.items()}
    labels = sorted({child for entry in by_entry for child in entry.children})
    prompts: dict[str, Prompt] = {}
    for pattern in find_patterns(by_entry, settings, labels=labels):
        mark = _mark_of(pattern, ids, marks)
        if mark in prompts:  # the end of a span is in it only where nothing else tells two apart: it moves
            mark = _mark_of(pattern, ids, marks, pattern.last.isoformat())
        entries = tuple(by_entry[entry] for entry in pattern.entries)
        decision = key.open(decisions[mark]) if mark in decisions else None
        prompts[mark] = Prompt(mark, pattern, entries, decision)
    return list(prompts.values())


def prompts_of_case(case: Case, shown: Sequence[Shown], key: DataKey) -> list[Prompt]:
    """The same for one case, whose whole line this is."""
    marks = mark_key(case.audit.partnership.public_id)
    return prompts_of(shown, settings_of(case.audit), key, marks, standing_decisions([case]))


def question_of(case: Case, mark: str) -> Prompt:
    """One question that the chronology of a case asks, by its mark. Raises `Refused` where it asks it no more."""
    key, names = case_key(case), names_of(case.audit.partnership)
    line = open_line(entries_of(case, EVERYTHING), EVERYTHING, key, names)
    for one in prompts_of_case(case, line, key) if line else ():
        if one.mark == mark:
            return one
    raise Refused("no-such-question", "The chronology no longer asks this question. Look at its patterns again.")
