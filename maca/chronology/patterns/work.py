"""Patterns in the work with the child: whether the child was heard, assessments copied, tools used and reviewed."""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from maca.chronology.agencies import called
from maca.chronology.entries import CSC, TOOL, Entry
from maca.chronology.facts import value_called
from maca.chronology.patterns.care import by_agency
from maca.chronology.patterns.days import days_between, said
from maca.chronology.patterns.settings import Settings
from maca.chronology.patterns.told_twice import words_of
from maca.chronology.patterns.value import Case, Found

ASSESSMENTS = ("assessment_start", "assessment_end", "parenting_assessment", "prebirth_assessment")


def voice_missing(case: Case, settings: Settings) -> Iterator[Found]:
    """An agency saw the child three times or more, and no entry of these has what the child said or showed."""
    for agency, entries in by_agency(case.seen).items():
        if len(entries) >= settings.seen_entries and not any(entry.voice for entry in entries):
            yield Found(
                agency, tuple(entries), entries[0].date, entries[-1].date,
                f"The child was seen in {len(entries)} entries of {called(agency)}, and none has what the child said "
                "or showed: was it heard and not written down?",
            )  # fmt: skip


def copied_assessment(case: Case, settings: Settings) -> Iterator[Found]:
    """0.6 or more of the five-word shingles of one assessment stand in a later one, both of 60 words or more."""
    size = settings.shingle_words
    earlier: list[tuple[Entry, set[tuple[str, ...]]]] = []
    holding: dict[tuple[str, ...], list[int]] = {}
    for entry in case.of(*ASSESSMENTS, by=CSC):
        words = words_of(entry.text)
        if len(words) < settings.copied_words:
            continue
        shingles = set(zip(*(words[at:] for at in range(size)), strict=False))
        common = Counter(at for shingle in shingles for at in holding.get(shingle, ()))
        for at in sorted(common):
            one, its = earlier[at]
            if common[at] / len(its) >= settings.copied_share:
                yield Found(
                    CSC, (one, entry), one.date, entry.date,
                    f"{common[at] * 100 // len(its)} in a hundred of the phrases in the assessment of {said(one.date)} "
                    f"stand again in that of {said(entry.date)}: what was assessed anew?",
                    tuple(_passages(words, its, size)),
                )  # fmt: skip
        for shingle in shingles:
            holding.setdefault(shingle, []).append(len(earlier))
        earlier.append((entry, shingles))


def _passages(words: list[str], its: set[tuple[str, ...]], size: int) -> Iterator[str]:
    """The longest runs of words of which every shingle stands in the other."""
    copied = [False] * len(words)
    for at in range(len(words) - size + 1):
        if tuple(words[at : at + size]) in its:
            copied[at : at + size] = [True] * size
    for is_copied, run in groupby(zip(copied, words, strict=True), key=lambda one: one[0]):
        if is_copied:
            yield " ".join(word for _, word in run)


def tool_not_used(case: Case, settings: Settings) -> Iterator[Found]:
    """The theme's tool was used by no agency in the period."""
    if not settings.tool or not case.entries:
        return
    if any(same_tool(settings.tool) in _tools(entry) for entry in case.of("tool_used")):
        return
    expected = ", ".join(called(agency) for agency in case.agencies)
    yield Found(
        None, (), case.begin, case.end,
        f"No agency used the {settings.tool} between {said(case.begin)} and {said(case.end)}: why not? Expected of: "
        f"{expected}.",
    )  # fmt: skip


def tool_not_reviewed(case: Case, settings: Settings) -> Iterator[Found]:
    """A tool was used, and neither reviewed nor used again within 183 days that have passed."""
    latest: dict[str, Entry] = {}
    for entry in reversed(case.of("tool_used", "tool_reviewed")):
        for tool in _tools(entry) or ("",):
            again = latest.get(tool)
            if entry.event == "tool_used" and _is_overdue(entry, again, case, settings):
                yield Found(
                    entry.agency, (entry,), entry.date, entry.date,
                    f"{called(entry.agency, begins=True)} used {value_called(tool) or 'a tool'} on "
                    f"{said(entry.date)}, and it was not reviewed in {settings.tool_review_days} days: what became of "
                    "its findings?",
                )  # fmt: skip
            latest[tool] = entry


def _is_overdue(use: Entry, again: Entry | None, case: Case, settings: Settings) -> bool:
    by = again.date if again else case.end
    return days_between(use.date, by) > settings.tool_review_days


def _tools(entry: Entry) -> tuple[str, ...]:
    return tuple(same_tool(value) for key, value in entry.facts if key == TOOL)


def same_tool(name: str) -> str:
    return " ".join(name.casefold().split())
