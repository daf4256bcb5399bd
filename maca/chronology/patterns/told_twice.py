"""One event told twice, by two agencies in like words."""

import re
from collections.abc import Iterable, Iterator, Mapping

from maca.chronology.agencies import called
from maca.chronology.entries import Entry, merged
from maca.chronology.events import event_in_a_sentence
from maca.chronology.patterns.days import days_between, said
from maca.chronology.patterns.settings import Settings
from maca.chronology.patterns.value import Case, Found, Line, by_event

_WORD = re.compile(r"[\w']+")
# The same for ASCII, which most texts are, in half the time: what stands between words becomes a space.
_PLAIN = bytes(ord(chr(at).lower()) if chr(at).isalnum() or chr(at) == "'" else 32 for at in range(128)).ljust(256)
Word = str | tuple[str, int]


def words_of(text: str) -> list[str]:
    """Runs of letters, digits and apostrophes, lower-cased; a curled apostrophe is an apostrophe."""
    if text.isascii():
        return text.encode().translate(_PLAIN).decode().split()
    return _WORD.findall(text.lower().replace("’", "'").replace("_", " "))


def same_event(line: Line, settings: Settings) -> Iterator[Found]:
    """Two agencies' entries of one event on the same or the next day, alike by 0.6 or more."""
    for one, other in _pairs(line.case, settings):
        if one.is_about(line.child) and other.is_about(line.child):
            yield Found(
                None, (one, other), one.date, other.date,
                f"{called(one.agency, begins=True)} and {called(other.agency)} tell what seems to be one event "
                f"({event_in_a_sentence(one.event)}) of {said(one.date)}: is it one?",
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
    return list(_find_pairs(by_event(merged(entries)), settings))


def _pairs(case: Case, settings: Settings) -> list[tuple[Entry, Entry]]:
    """The pairs in the whole case, whomever they are about. Three rules ask for them, for every child."""
    if (known := case.told_twice.get(settings)) is None:
        known = case.told_twice[settings] = list(_find_pairs(case.by_event, settings))
    return known


def _find_pairs(of_event: Mapping[str, list[Entry]], settings: Settings) -> Iterator[tuple[Entry, Entry]]:
    for entries in of_event.values():
        words: dict[Entry, set[Word]] = {}
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
                            words[either] = counted(words_of(either.text))
                    if _alike(words[one], words[entry]) >= settings.same_event_share:
                        yield one, entry


def _share_a_child(one: Entry, other: Entry) -> bool:
    return not one.children or not other.children or not set(one.children).isdisjoint(other.children)


def counted(words: list[str]) -> set[Word]:
    """The words as a set: one that stands again is in it again, with its number.

    So what two texts have in common, each word as often as both have it, is what their sets have in common.
    """
    found: set[Word] = set(words)
    if len(found) < len(words):
        met: dict[str, int] = {}
        for word in words:
            if at := met.get(word, 0):
                found.add((word, at))
            met[word] = at + 1
    return found


def _alike(one: set[Word], other: set[Word]) -> float:
    """Twice the words in common, each as often as both have it, over the words of both."""
    both = len(one) + len(other)
    return 2 * len(one & other) / both if both else 0.0
