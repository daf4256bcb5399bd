"""One event told twice, by two agencies in like words."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from maca.chronology.agencies import called
from maca.chronology.entries import Entry, merged
from maca.chronology.patterns.days import days_between, said
from maca.chronology.patterns.settings import Settings
from maca.chronology.patterns.value import Case, Found, Index, Line

_WORD = re.compile(r"[\w']+")


def words_of(text: str) -> list[str]:
    """Runs of letters, digits and apostrophes, lower-cased; a curled apostrophe is an apostrophe."""
    return _WORD.findall(text.lower().replace("’", "'").replace("_", " "))


def same_event(line: Line, settings: Settings) -> Iterator[Found]:
    """Two agencies' entries of one event on the same or the next day, alike by 0.6 or more."""
    for one, other in _pairs(line.case, settings):
        if one.is_about(line.child) and other.is_about(line.child):
            yield Found(
                None, (one, other), one.date, other.date,
                f"{called(one.agency, begins=True)} and {called(other.agency)} tell what seems to be one event "
                f"({one.event}) of {said(one.date)}: is it one?",
            )  # fmt: skip


def told_once(line: Line, entries: list[Entry], settings: Settings) -> list[Entry]:
    """The entries without those that tell again what another agency's tells."""
    if len(entries) < 2:
        return entries
    again = {
        other for one, other in _pairs(line.case, settings) if one.is_about(line.child) and other.is_about(line.child)
    }
    return [entry for entry in entries if entry not in again]


def told_twice(entries: Iterable[Entry], settings: Settings) -> list[tuple[Entry, Entry]]:
    """The pairs among these entries, whomever they are about: what comes first, and what tells it again."""
    index = Index()
    for entry in merged(entries):
        index.add(entry)
    return list(_find_pairs(index, settings))


def _pairs(case: Case, settings: Settings) -> list[tuple[Entry, Entry]]:
    """The pairs in the whole case, whomever they are about. Three rules ask for them, for every child."""
    if (known := case.told_twice.get(settings)) is None:
        known = case.told_twice[settings] = list(_find_pairs(case.whole, settings))
    return known


def _find_pairs(index: Index, settings: Settings) -> Iterator[tuple[Entry, Entry]]:
    for entries in index.by_event.values():
        words: dict[Entry, Counter[str]] = {}
        first = 0
        for at, entry in enumerate(entries):
            while days_between(entries[first].date, entry.date) > settings.same_event_days:
                words.pop(entries[first], None)
                first += 1
            for before in range(first, at):
                one = entries[before]
                if one.agency != entry.agency and _share_a_child(one, entry):
                    for either in (one, entry):
                        if either not in words:
                            words[either] = Counter(words_of(either.text))
                    if _alike(words[one], words[entry]) >= settings.same_event_share:
                        yield one, entry


def _share_a_child(one: Entry, other: Entry) -> bool:
    return not one.children or not other.children or not set(one.children).isdisjoint(other.children)


def _alike(one: Counter[str], other: Counter[str]) -> float:
    """Twice the words in common, each as often as both have it, over the words of both."""
    both = one.total() + other.total()
    if not both:
        return 0.0
    if len(other) < len(one):
        one, other = other, one
    return 2 * sum(min(count, other[word]) for word, count in one.items() if word in other) / both
