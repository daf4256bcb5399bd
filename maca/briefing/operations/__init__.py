"""Every change to a briefing, by sub-step: drafted, screened and decided on, released."""

from maca.briefing.operations.counting import read_overview
from maca.briefing.operations.deciding import decide_on_hit, keep_words
from maca.briefing.operations.drafting import (
    draft_briefing,
    edit_findings,
    edit_process,
    edit_theme_and_cases,
    note_draft_printed,
    put_back_into_briefing,
)
from maca.briefing.operations.house_style import set_house_style
from maca.briefing.operations.importing import import_briefing
from maca.briefing.operations.release import (
    approve_briefing,
    note_opened,
    publish_briefing,
    send_back_briefing,
    send_briefing,
    set_embargo,
    set_public_page,
    take_back_briefing,
    withdraw_briefing,
)
from maca.briefing.operations.screening import read_hit, read_screening

__all__ = [
    "approve_briefing",
    "decide_on_hit",
    "draft_briefing",
    "edit_findings",
    "edit_process",
    "edit_theme_and_cases",
    "import_briefing",
    "keep_words",
    "note_draft_printed",
    "note_opened",
    "publish_briefing",
    "put_back_into_briefing",
    "read_hit",
    "read_overview",
    "read_screening",
    "send_back_briefing",
    "send_briefing",
    "set_embargo",
    "set_house_style",
    "set_public_page",
    "take_back_briefing",
    "withdraw_briefing",
]
