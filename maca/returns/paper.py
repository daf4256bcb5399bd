"""The form on paper of one return: what its agency was asked, and what is filled in where the reader may see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from maca.audits.models import Choice, Question, QuestionKind
from maca.audits.queries import agency_questions
from maca.partnership.models import Person
from maca.returns.models import AgencyReturn, Answer
from maca.returns.on_paper.value import (
    ANSWER,
    BEFORE_BOX,
    CAUSE_CHOICES,
    DATE,
    DATE_OF_ENTRY,
    GRADE_CHOICES,
    HOW_KNOWN,
    IN_WORDS,
    JUDGEMENT_CHOICES,
    KNOWN_BOX,
    NOW_BOX,
    POINTS,
    RECORD,
    WHY_GRADE,
    Box,
    ReturnForm,
    question_box,
)
from maca.returns.stages import ReturnStage


@dataclass(frozen=True)
class TakenAnswer:
    """What is taken from a form on paper in answer to one question, at the version it was looked at."""

    question: Question
    said: Mapping[str, Any] = field(repr=False)
    version: int


def is_its_own(answer: Answer | None, person: Person) -> bool:
    """Did somebody else write this than the person who would enter a form on the agency's behalf?"""
    return answer is not None and answer.is_begun and answer.saved_by_id != person.pk


def is_its_own_engagement(agency_return: AgencyReturn, person: Person) -> bool:
    """The same of the account of the engagement, of which the two parts are saved together."""
    written = agency_return.engagement_before or agency_return.engagement_now
    return bool(written) and agency_return.described_by_id != person.pk


def form_of(agency_return: AgencyReturn, answers: Mapping[int, Answer] | None = None) -> ReturnForm:
    """The form of a return. With `answers`, opened and by the key of their question, it is filled in so far."""
    case = agency_return.case
    opened = answers is not None
    known = {ReturnStage.STARTED: "yes", ReturnStage.SUBMITTED: "yes", ReturnStage.NOT_KNOWN: "no"}
    questions = agency_questions(case.audit, agency_return.agency)
    numbers = {question.pk: question.number for question in questions}
    return ReturnForm(
        audit=case.audit.slug,
        title=case.audit.title,
        case=case.number,
        agency=agency_return.agency.slug,
        agency_name=agency_return.agency.name,
        version=agency_return.version,
        due_on=agency_return.due_on,
        partnership=case.audit.partnership.name,
        purpose=agency_return.purpose,
        legal_basis=agency_return.legal_basis,
        questions=tuple(_box(question, numbers, (answers or {}).get(question.pk)) for question in questions),
        known=KNOWN_BOX.filled(choice=known.get(ReturnStage(agency_return.stage), "") if opened else ""),
        before=BEFORE_BOX.filled(words=str(agency_return.engagement_before) if opened else ""),
        now=NOW_BOX.filled(words=str(agency_return.engagement_now) if opened else ""),
    )


def _box(question: Question, numbers: Mapping[int, int], answer: Answer | None) -> Box:
    kind = QuestionKind(question.kind)
    guidance, parts = _asked(kind)
    lines = [question.hint, *guidance]
    if question.shown_if_id:
        wanted = " or ".join(f"“{Choice(code).label}”" for code in question.shown_if_answers)
        lines.insert(0, f"Answer this only if you chose {wanted} in question {numbers[question.shown_if_id]}.")
    box = question_box(question.number, question.text, guidance=tuple(lines), **parts)
    if answer is None:
        return box
    words = answer.points if kind == QuestionKind.LIST else answer.how_known
    return box.filled(choice=str(answer.choice), words=str(words), cause=str(answer.cause))


def _asked(kind: QuestionKind) -> tuple[tuple[str, ...], dict[str, Any]]:
    """How a question of this kind is asked on paper: what is said above its box, and what is in it."""
    match kind:
        case QuestionKind.JUDGEMENT:
            return (), {"choices": JUDGEMENT_CHOICES, "asks": HOW_KNOWN}
        case QuestionKind.GRADE:
            said = "Give the reason for the grade, or say why you give none. Tick a cause where the work falls short."
            return (said,), {"choices": GRADE_CHOICES, "asks": WHY_GRADE, "causes": CAUSE_CHOICES}
        case QuestionKind.DATE:
            return ("Say in words where the date stands, or why there is none.",), {"dated": DATE, "asks": IN_WORDS}
        case QuestionKind.EVIDENCE:
            said = "The system or file, and the page or number: “Child’s health record, entry 12”. Copy nothing out."
            return (said,), {"dated": DATE_OF_ENTRY, "asks": RECORD}
        case QuestionKind.TEXT:
            return (), {"asks": ANSWER}
        case _:
            return (), {"asks": POINTS}
