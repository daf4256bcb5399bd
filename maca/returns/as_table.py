"""The board as a table for a spreadsheet: how each return stands, and nothing that anybody wrote."""

import io

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from maca.kernel.clock import LONDON
from maca.kernel.spreadsheet import harmless
from maca.returns.models import AgencyReturn
from maca.returns.queries import Board, Cell, Ladder, Letters, letters, returns_of, shown_under

HEADINGS = (
    "Case", "Agency", "Status", "Late", "Due", "Request delivered", "First opened", "Reminders", "Handed in",
    "Reason for declining", "Last approached", "Reason for leaving out", "More time",
)  # fmt: skip


def rows(board: Board, show: str = "") -> list[tuple[str, ...]]:
    """Every cell of the board that is to be shown, as a row. Instants as they were in London."""
    returns = returns_of(board.cells)
    sent = letters(returns.values())
    found: list[tuple[str, ...]] = [HEADINGS]
    for case, cells in board.rows:
        for agency, one in zip(board.agencies, cells, strict=True):
            if show in shown_under(one):
                standing = _standing(one, returns[one.key], sent[one.key]) if one else _not_asked()
                found.append((case.label, agency.name, *standing))
    return [tuple(harmless(ILLEGAL_CHARACTERS_RE.sub("", cell)) for cell in row) for row in found]


def _not_asked() -> tuple[str, ...]:
    return ("Not asked", *([""] * (len(HEADINGS) - 3)))


def _standing(cell: Cell, one: AgencyReturn, letter: Letters) -> tuple[str, ...]:
    instants = (letter.delivered_at, one.first_opened_at, one.submitted_at)
    delivered, opened, handed_in = (f"{at.astimezone(LONDON):%Y-%m-%d %H:%M}" if at else "" for at in instants)
    return (
        cell.words,
        "Late" if cell.is_late else "",
        one.due_on.isoformat(),
        delivered,
        opened,
        str(letter.reminders),
        handed_in,
        one.get_decline_reason_display() if one.decline_reason else "",
        _last_approached(one),
        one.get_left_out_reason_display() if one.left_out_reason else "",
        request.in_words() if (request := one.newest_request()) else "",
    )


def _last_approached(one: AgencyReturn) -> str:
    """How far up the ladder it has gone since the agency declined, and what came of it."""
    if not (approaches := Ladder.of(one).approaches):
        return ""
    return f"{approaches[-1].get_rung_display()}: {approaches[-1].get_outcome_display()}"


def as_xlsx(table: list[tuple[str, ...]]) -> bytes:
    book = Workbook(write_only=True)
    book.properties.creator = None
    sheet = book.create_sheet("Returns")
    for row in table:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
