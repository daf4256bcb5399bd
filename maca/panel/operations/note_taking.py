from typing import Any

from django.db import transaction
from django.utils import timezone

from maca.audits.models import Question
from maca.cases.seal import case_key
from maca.journal.operations import note_reading, write
from maca.kernel.verdict import Refused
from maca.kernel.versions import save_changes
from maca.panel import rules
from maca.panel.lines import Line, opened, without_words
from maca.panel.models import Hearing, PanelLine
from maca.panel.operations.holding import hold_hearing, hold_line, next_change, where_of
from maca.panel.queries import find_hearing, lines_of
from maca.partnership.models import Agency, Person
from maca.sealing.cipher import digest


@transaction.atomic
def write_line(
    hearing: Hearing,
    heading: str,
    *,
    words: str,
    agency: Agency | None,
    in_own_record: bool,
    question: Question | None = None,
    asked: str = "",
    sent: str,
    by: Person,
) -> PanelLine:
    """Write down what somebody said, under one of the questions or as an action that is proposed. It may be taken from
    the answers to a `question` of the returns, or from what the chronology has `asked`, by the mark of its pattern.

    What was sent before, under the same number of the page, is not written again. Raises `Refused` where other words
    came under that number: they are no second sending, and are not lost in silence.
    """
    hold_hearing(hearing)
    rules.may_take_notes(by, hearing).insist()
    if before := PanelLine.objects.filter(hearing=hearing, sent=sent).first():
        # What is offered has one number on everybody's page. One's own line may have been put right since.
        is_again = case_key(hearing.case).text(before, "words") == words
        put_right = before.version > 1 and before.typed_by_id == by.pk
        if before.heading == heading and (is_again or put_right):
            return before
        raise Refused(
            "sent-before", "This box has been sent before, with other words. Copy yours, and load the page again."
        )
    return add_line(
        hearing, words, heading=heading, sent=sent, agency=agency, in_own_record=in_own_record, question=question,
        asked=asked, by=by,
    )  # fmt: skip


def add_line(hearing: Hearing, words: str, *, by: Person, **said: Any) -> PanelLine:
    number = next_change(hearing)
    line = PanelLine(hearing=hearing, place=number, changed=number, typed_by=by, **said)
    line.words = case_key(hearing.case).seal(line, "words", words)
    line.save(force_insert=True)
    write("wrote a line", line, by=by, **_said(line), sealed=digest({"words": line.words}))
    return line


@transaction.atomic
def change_line(
    line: PanelLine, *, words: str, agency: Agency | None, in_own_record: bool, version: int | None, by: Person
) -> None:
    """Put a line right."""
    hold_line(line)
    rules.may_change_line(by, line).insist()
    sealed = case_key(line.hearing.case).seal(line, "words", words)
    save_changes(
        line, version=version, changed=next_change(line.hearing), words=sealed, agency=agency,
        in_own_record=in_own_record, saved_by=by, saved_at=timezone.now(),
        # What another agency says is not what this one answered.
        question=line.question if agency == line.agency else None,
    )  # fmt: skip
    write("changed a line", line, by=by, **_said(line), version=line.version, sealed=digest({"words": sealed}))


@transaction.atomic
def take_out_line(line: PanelLine, *, by: Person) -> None:
    """Take a line out of the notes. It is kept, and can be put back until the panel closes."""
    hold_line(line)
    rules.may_change_line(by, line).insist()
    save_changes(line, version=None, changed=next_change(line.hearing), taken_out_at=timezone.now())
    write("took out a line", line, by=by, **_said(line))


@transaction.atomic
def put_back_line(line: PanelLine, *, by: Person) -> None:
    """Put a line back where it stood."""
    hold_line(line)
    rules.may_change_line(by, line).insist()
    save_changes(line, version=None, changed=next_change(line.hearing), taken_out_at=None)
    write("put back a line", line, by=by, **_said(line))


@transaction.atomic
def read_lines(hearing: Hearing, *, since: int = 0, by: Person) -> list[Line]:
    """Show the lines of a hearing that have changed since."""
    rules.may_attend_hearing(by, hearing).insist()
    rows = list(lines_of(hearing, since))
    if not rows:
        return []
    note_reading("read the lines of a panel", hearing.case, by=by, **where_of(hearing.case), lines=len(rows))
    lines = opened(rows, case_key(hearing.case))
    return lines if rules.may_take_notes(by, hearing) else [without_words(one) for one in lines]


@transaction.atomic
def read_line(line: PanelLine, *, by: Person) -> Line:
    """Show one line to whoever may change it."""
    rules.may_change_line(by, line).insist()
    note_reading("read a line of a panel", line, by=by, **_said(line))
    return opened([line], case_key(line.hearing.case))[0]


@transaction.atomic
def follow_lines(hearing: Hearing, *, again: bool = False, by: Person) -> None:
    """Put on record that somebody is shown each line of a hearing from here on as it is written; or `again`, that they
    still may be, since it is on record.

    They and the hearing are read anew, since what they may see may have changed while they waited. Raises
    `ObjectDoesNotExist` where it is no longer theirs to see.
    """
    by = Person.objects.get(pk=by.pk, is_active=True)
    hearing = find_hearing(by, hearing.case.audit.slug, hearing.case.number)
    rules.may_attend_hearing(by, hearing).insist()
    if not again:
        note_reading("followed the lines of a panel", hearing.case, by=by, **where_of(hearing.case))


def _said(line: PanelLine) -> dict[str, Any]:
    return {**where_of(line.hearing.case), "place": line.place, "heading": str(line.heading)}
