"""What a partnership may change of when a pattern asks: each threshold in plain words, and between which bounds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from maca.chronology.patterns.settings import Settings

USUAL = Settings()


@dataclass(frozen=True)
class Threshold:
    """One number of `Settings`, by its name there. A share is typed as per cent and kept as a part."""

    name: str
    label: str
    unit: str = "days"
    least: int = 1
    most: int = 3_660
    is_share: bool = False

    def typed(self, settings: Settings) -> int:
        """The number as it stands in a form."""
        kept = getattr(settings, self.name)
        return round(kept * 100) if self.is_share else kept

    def kept(self, typed: int) -> int | float:
        return typed / 100 if self.is_share else typed


def _times(name: str, label: str, least: int = 1) -> Threshold:
    return Threshold(name, label, "times", least, 50)


def _share(name: str, label: str) -> Threshold:
    return Threshold(name, label, "per cent", 30, 100, is_share=True)


# By headings, in the order of the form. Each name of `Settings` but the theme's tool is here: a test says so.
GROUPS: dict[str, tuple[Threshold, ...]] = {
    "Silence and oversight": (
        Threshold("gap_days", "Nothing from children’s social care while on a plan, for more than"),
        Threshold("oversight_days", "No supervision while the case was open, for more than"),
        Threshold("not_seen_days", "Child not seen while on a child protection plan, for more than"),
    ),
    "Changes and moves": (
        _times("worker_changes", "Changes of worker", 2),
        Threshold("worker_changes_within_days", "Changes of worker, counted within"),
        _times("reopenings", "Closed and opened again", 1),
        Threshold("reopened_within_days", "Opened again after closing, within"),
        _times("placement_moves", "Moves of placement", 2),
        Threshold("placement_moves_within_days", "Moves of placement, counted within"),
    ),
    "Health": (
        _times("not_brought", "Not brought", 2),
        Threshold("not_brought_within_days", "Not brought, counted within"),
        Threshold("closed_within_days", "Discharged after not being brought, within"),
        _times("immunisations_missed", "Immunisations missed", 1),
        Threshold("dental_days", "No dental check, for at least"),
    ),
    "Meetings and plans": (
        Threshold("first_core_group_working_days", "First core group after the conference, within", "working days"),
        Threshold("core_group_days", "Next core group, within"),
        Threshold("conference_working_days", "Conference after the strategy discussion, within", "working days"),
        Threshold("first_review_days", "First review conference, within"),
        Threshold("review_days", "Next review conferences, within"),
        Threshold("cp_days", "Child protection plan that went on for more than"),
        Threshold("cin_days", "Child in need plan that went on for more than"),
        Threshold("eh_days", "Early help that went on for more than"),
        _times("known_entries", "Entries of an agency that knew the family and was in no core group", 1),
        Threshold("known_within_days", "Those entries, counted in the days before the core group"),
    ),
    "The child, and assessments": (
        _times("seen_entries", "Child seen, with nothing of what the child said", 1),
        _share("copied_share", "An assessment that repeats an earlier one, from"),
        Threshold("copied_words", "Assessments compared, from", "words", 10, 5_000),
        Threshold("shingle_words", "Words in a row that count as copied", "words", 3, 20),
        Threshold("tool_review_days", "A tool reviewed or used again, within"),
    ),
    "Between agencies": (
        Threshold("answer_working_days", "Information given that another agency asked for, within", "working days"),
        Threshold("conflict_within_days", "Agencies that say different things, within"),
        Threshold("same_event_days", "One event told twice, on days apart by at most", least=0, most=14),
        _share("same_event_share", "One event told twice, in words alike from"),
    ),
}
EVERY = tuple(one for group in GROUPS.values() for one in group)


def changed_from_usual(typed: Mapping[str, int]) -> dict[str, Any]:
    """What is kept of a whole form, by names: only what is not as usual, so that a better default reaches everybody."""
    kept = {one.name: one.kept(typed[one.name]) for one in EVERY}
    return {name: value for name, value in kept.items() if value != getattr(USUAL, name)}


def settings_with(changed: Mapping[str, Any], tool: str = "") -> Settings:
    """The thresholds of a partnership that has changed these."""
    known = {one.name for one in EVERY}
    return Settings(tool=tool, **{name: value for name, value in changed.items() if name in known})
