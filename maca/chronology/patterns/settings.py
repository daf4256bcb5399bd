"""Every threshold of the patterns, in one value. A partnership can change each."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """The defaults are England's statutory and usual local timescales. `tool` is the theme's, where there is one."""

    tool: str = ""
    gap_days: int = 60
    oversight_days: int = 90
    reopened_within_days: int = 365
    reopenings: int = 2
    worker_changes: int = 3
    worker_changes_within_days: int = 365
    not_brought: int = 2
    not_brought_within_days: int = 183
    closed_within_days: int = 60
    known_entries: int = 2
    known_within_days: int = 90
    first_core_group_working_days: int = 10
    core_group_days: int = 42
    conference_working_days: int = 15
    first_review_days: int = 91
    review_days: int = 183
    seen_entries: int = 3
    not_seen_days: int = 28
    copied_share: float = 0.6
    copied_words: int = 60
    shingle_words: int = 5
    answer_working_days: int = 20
    tool_review_days: int = 183
    immunisations_missed: int = 2
    dental_days: int = 365
    placement_moves: int = 2
    placement_moves_within_days: int = 365
    cp_days: int = 456
    cin_days: int = 365
    eh_days: int = 365
    conflict_within_days: int = 90
    same_event_days: int = 1
    same_event_share: float = 0.6
