from maca.panel.views.agreeing import change_finding, put_back_finding, record_finding, withdraw_finding
from maca.panel.views.dissenting import accepted, change_dissent, put_back_dissent, record_dissent, withdraw_dissent
from maca.panel.views.grading import give_grade, panel_grades
from maca.panel.views.hearing_cases import attendance, finish_hearing, hearing, introduce_case, present
from maca.panel.views.naming_themes import (
    add_theme_tag,
    change_named_theme,
    change_theme_tag,
    codebook,
    name_themes,
    panel_themes,
    take_themes_apart,
)
from maca.panel.views.note_taking import change_line, findings, follow, lines, put_back_line, take_out_line, write_line
from maca.panel.views.opening import agenda, agenda_calendar, close_panel, open_panel, panel, set_agenda
from maca.panel.views.restricted_notes import deal_with_restricted_note, restricted_note, send_restricted_note

__all__ = [
    "accepted",
    "add_theme_tag",
    "agenda",
    "agenda_calendar",
    "attendance",
    "change_dissent",
    "change_finding",
    "change_line",
    "change_named_theme",
    "change_theme_tag",
    "close_panel",
    "codebook",
    "deal_with_restricted_note",
    "findings",
    "finish_hearing",
    "follow",
    "give_grade",
    "hearing",
    "introduce_case",
    "lines",
    "name_themes",
    "open_panel",
    "panel",
    "panel_grades",
    "panel_themes",
    "present",
    "put_back_dissent",
    "put_back_finding",
    "put_back_line",
    "record_dissent",
    "record_finding",
    "restricted_note",
    "send_restricted_note",
    "set_agenda",
    "take_out_line",
    "take_themes_apart",
    "withdraw_dissent",
    "withdraw_finding",
    "write_line",
]
