"""A form that came back on paper, beside what is in the return now: box by box, with what fits in none of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from maca.audits.models import Choice, Question, QuestionKind
from maca.audits.queries import agency_questions
from maca.kernel.versions import Versioned
from maca.partnership.models import Person
from maca.returns.forms import EngagementForm, as_answer
from maca.returns.models import AgencyReturn, Answer, Cause
from maca.returns.on_paper.value import (
    BEFORE,
    KNOWN,
    KNOWN_CHOICES,
    NOW,
    VOCABULARIES,
    Box,
    FoundBox,
    ReadForm,
    ReturnForm,
    Unplaced,
    called,
    day_in,
    day_in_words,
)
from maca.returns.paper import TakenAnswer, form_of, is_its_own, is_its_own_engagement
from maca.returns.stages import ReturnStage

_IN_WORDS = {code: words for vocabulary in VOCABULARIES for words, code in vocabulary.items()}
_SAID_KNOWN = {ReturnStage.STARTED: "yes", ReturnStage.NOT_KNOWN: "no"}


@dataclass(frozen=True)
class Row:
    """One box of the form beside what is there now, and whether it can be taken."""

    found: FoundBox
    heading: str
    said: str = field(repr=False)
    there: str = field(repr=False)
    version: int
    question: Question | None = None
    # What it would change, by the name of the field. Nothing that is empty on paper is among it.
    changes: Mapping[str, str] = field(default_factory=dict, repr=False)
    note: str = ""
    can_be_taken: bool = True
    is_ticked: bool = True

    @property
    def called(self) -> str:
        return called(self.found.id)


@dataclass(frozen=True)
class Beside:
    """What a form holds for a return, and what of it could not be placed."""

    rows: tuple[Row, ...]
    unplaced: tuple[Unplaced, ...]
    same: int
    empty: int


def beside(
    agency_return: AgencyReturn,
    answers: Mapping[int, Answer],
    found: Sequence[FoundBox],
    unplaced: Iterable[Unplaced],
    *,
    opened: bool,
    by: Person,
) -> Beside:
    """Lay what was found on paper beside what is there, of which the words are shown only if they have been opened."""
    left = list(unplaced)
    questions = {
        f"q{question.number}": question for question in agency_questions(agency_return.case.audit, agency_return.agency)
    }
    chosen = {question.pk: str(answers[question.pk].choice) for question in questions.values()
              if opened and question.pk in answers}  # fmt: skip
    for one in found:
        if one.choice and one.id in questions:
            chosen[questions[one.id].pk] = one.choice
    its_own = not by.speaks_for(agency_return.agency) and (
        is_its_own_engagement(agency_return, by) or any(is_its_own(one, by) for one in answers.values())
    )
    holds_more = any(not one.is_empty for one in found if one.id != KNOWN)
    rows: list[Row] = []
    same = empty = 0
    for one in found:
        if one.id == KNOWN:
            row = _known(agency_return, one, holds_more=holds_more, its_own=its_own)
        elif one.is_empty:
            row, empty = None, empty + 1
        elif one.id in (BEFORE, NOW):
            row = _engagement(agency_return, one, left, opened=opened, by=by)
        else:
            question = questions[one.id]
            row = _answer(agency_return, question, answers.get(question.pk), one, left, chosen, opened=opened, by=by)
        if row and opened and row.said == row.there:
            same += 1
        elif row:
            rows.append(row)
    return Beside(tuple(rows), tuple(left), same, empty)


def placed(agency_return: AgencyReturn, read: ReadForm) -> tuple[list[FoundBox], list[Unplaced]]:
    """The boxes of a form whose words are still those of a question that is asked, and what stood in the others.

    A form of an older issue may ask something else under the same number.
    """
    form = form_of(agency_return)
    boxes = {box.id: box for box in form.boxes}
    kept, left = [], list(read.unplaced)
    for found in read.boxes:
        if found.id in boxes and _is_still_asked(found, boxes[found.id], read, form):
            kept.append(found)
        elif not found.is_empty:
            asked = f"“{found.heading}”" if found.heading else called(found.id)
            where = f"in the box of {asked}, which is not asked like this any more"
            left.append(Unplaced(where, "\n".join(filter(None, (_worded(found), found.words)))))
    return kept, left


def _is_still_asked(found: FoundBox, box: Box, read: ReadForm, form: ReturnForm) -> bool:
    if found.check:
        return found.check == box.check
    # The grey mark is gone: then its heading tells, or that the whole form is the one that is asked now.
    return found.heading == box.heading or read.reference.questions == form.reference.questions


def _as_words(code: str) -> str:
    """A code as it stood on paper."""
    day = day_in(code)
    return day_in_words(day) if day else _IN_WORDS.get(code, code).capitalize()


def _worded(found: FoundBox) -> str:
    return ". ".join(_as_words(code) for code in (found.choice, found.cause) if code)


def _known(agency_return: AgencyReturn, found: FoundBox, *, holds_more: bool, its_own: bool) -> Row | None:
    now = _SAID_KNOWN.get(ReturnStage(agency_return.stage), "")
    words = dict(KNOWN_CHOICES)
    note = ""
    if found.choice not in words:
        if not holds_more or now == "yes":
            return None
        found, note = replace(found, choice="yes"), "Nothing is ticked here, but the form holds answers."
    if found.choice == now:
        return None
    over = found.choice == "no" and its_own
    both = found.choice == "no" and holds_more
    if over:
        note = "The agency has written in its return itself, so only it can say this."
    elif both:
        note = "The form holds answers too. Take the one or the other."
    return Row(
        found,
        "Is this family known to your agency?",
        words[found.choice],
        words.get(now, ""),
        agency_return.version,
        changes={"known": found.choice},
        note=note,
        can_be_taken=not over,
        is_ticked=not (both or over),
    )


def _engagement(
    agency_return: AgencyReturn, found: FoundBox, left: list[Unplaced], *, opened: bool, by: Person
) -> Row | None:
    name = "before" if found.id == BEFORE else "now"
    there = agency_return.engagement_before if found.id == BEFORE else agency_return.engagement_now
    form = EngagementForm({name: found.words})
    if not form.is_valid():
        left.append(_not_taken(found, found.words, str(form.errors[name][0])))
        return None
    if not form.cleaned_data[name]:
        return None  # an empty box blanks nothing
    return _row(
        found,
        str(form.fields[name].label),
        form.cleaned_data[name],
        str(there) if opened else "",
        agency_return,
        None,
        {name: form.cleaned_data[name]},
        its_own=not by.speaks_for(agency_return.agency) and is_its_own_engagement(agency_return, by),
    )


def _answer(
    agency_return: AgencyReturn,
    question: Question,
    answer: Answer | None,
    found: FoundBox,
    left: list[Unplaced],
    chosen: Mapping[int, str],
    *,
    opened: bool,
    by: Person,
) -> Row | None:
    form = as_answer(question, choice=found.choice, words=found.words, cause=found.cause)
    form.is_valid()
    raw = {"choice": found.choice, "cause": found.cause}
    for name, errors in form.errors.items():
        words = found.words if name in ("how_known", "points") else _as_words(raw[name])
        left.append(_not_taken(found, words, str(errors[0])))
    if found.choice and "choice" not in form.fields:
        left.append(_not_taken(found, _as_words(found.choice), "Nothing is chosen here"))
    changes = {name: value for name, value in form.cleaned_data.items() if value}
    if not changes:
        return None
    now = answer or Answer(agency_return=agency_return, question=question)
    after = Answer(agency_return=agency_return, question=question)
    for name in ("choice", "how_known", "points", "cause"):
        setattr(after, name, changes.get(name) or (str(getattr(now, name)) if opened else ""))
    row = _row(
        found,
        str(question),
        _said(after),
        _said(now) if opened else "",
        now,
        question,
        changes,
        its_own=not by.speaks_for(agency_return.agency) and is_its_own(answer, by),
    )
    if question.shown_if_id and chosen.get(question.shown_if_id, "") not in (*question.shown_if_answers, ""):
        wanted = " or ".join(f"“{Choice(code).label}”" for code in question.shown_if_answers)
        before = question.shown_if.number if question.shown_if else ""
        return replace(row, note=f"It is asked only where question {before} is answered {wanted}.", is_ticked=False)
    return row


def _row(
    found: FoundBox,
    heading: str,
    said: str,
    there: str,
    thing: Versioned,
    question: Question | None,
    changes: Mapping[str, str],
    *,
    its_own: bool,
) -> Row:
    note = "The agency has written here itself. Its own words stay, and are not shown to you." if its_own else ""
    return Row(
        found, heading, said, there, thing.version, question, changes, note,
        can_be_taken=not its_own, is_ticked=not its_own,
    )  # fmt: skip


def _said(answer: Answer) -> str:
    """An answer in words, as they are laid beside others."""
    cause = f"The cause lies with: {Cause(str(answer.cause)).label}" if answer.cause else ""
    words = answer.points if answer.question.kind == QuestionKind.LIST else answer.how_known
    return "\n".join(filter(None, (answer.chosen, str(words), cause)))


def _not_taken(found: FoundBox, text: str, why: str) -> Unplaced:
    return Unplaced(f"in the box of {called(found.id)} ({why[:1].lower() + why[1:]})", text)


def taken_from(rows: Iterable[Row], versions: Mapping[str, int]) -> dict[str, Any]:
    """What `take_form` is to do with these rows, each at the version it was looked at."""
    asked: dict[str, Any] = {}
    answers = []
    for row in rows:
        if row.question is None:
            asked |= row.changes
            continue
        said = {name: row.changes.get(name) for name in ("choice", "how_known", "points", "cause")}
        answers.append(TakenAnswer(row.question, said, versions[row.found.id]))
    return {**asked, "answers": answers}
