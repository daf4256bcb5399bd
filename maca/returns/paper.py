"""The form on paper of one return: what its agency was asked, and what is filled in where the reader may see it."""

from collections.abc import Mapping

from maca.audits.models import Choice, Question, QuestionKind
from maca.audits.queries import agency_questions
from maca.returns.models import AgencyReturn, Answer
from maca.returns.on_paper.value import BEFORE_BOX, HOW_KNOWN, KNOWN_BOX, NOW_BOX, POINTS, Box, ReturnForm, question_box
from maca.returns.stages import ReturnStage


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
    is_list = question.kind == QuestionKind.LIST
    guidance = [question.hint]
    if question.shown_if_id:
        wanted = " or ".join(f"“{Choice(code).label}”" for code in question.shown_if_answers)
        guidance.insert(0, f"Answer this only if you chose {wanted} in question {numbers[question.shown_if_id]}.")
    box = question_box(
        question.number,
        question.text,
        guidance=tuple(guidance),
        choices=() if is_list else tuple((str(code), str(words)) for code, words in Choice.choices),
        asks=POINTS if is_list else HOW_KNOWN,
    )
    if answer is None:
        return box
    return box.filled(choice=str(answer.choice), words=str(answer.points if is_list else answer.how_known))
