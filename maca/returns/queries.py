from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from maca.audits.models import Audit, Question
from maca.audits.queries import agency_questions
from maca.audits.stages import AuditStage
from maca.cases.models import Case
from maca.cases.seal import case_key
from maca.partnership.models import Agency, Person, Role
from maca.returns.models import AgencyReturn, Answer, Evidence


def _returns(person: Person, audit: str, case: int, agency: str) -> QuerySet[AgencyReturn]:
    return (
        AgencyReturn.objects.visible_to(person)
        .select_related("agency", "case__audit", "case__nomination")
        .filter(case__audit__slug=audit, case__number=case, agency__slug=agency)
    )


def find_return(person: Person, audit: str, case: int, agency: str) -> AgencyReturn:
    """The return at this address, if this person may see it."""
    return _returns(person, audit, case, agency).select_related("submitted_by", "saved_by", "entered_by").get()


@dataclass(frozen=True)
class Asking:
    """One question of one return, to be answered: with its answer, or a blank one."""

    agency_return: AgencyReturn
    question: Question
    answer: Answer
    questions: tuple[Question, ...]

    def next_after(self, choice: str) -> Question | None:
        """The question that comes next, which may hang on what has just been chosen."""
        choices = {**_choices(self.agency_return, self.questions), self.question.pk: choice}
        later = (one for one in shown(self.questions, choices) if one.number > self.question.number)
        return next(later, None)


def _choices(agency_return: AgencyReturn, questions: tuple[Question, ...]) -> dict[int, str]:
    deciding = {question.shown_if_id for question in questions} - {None}
    return choices_of(agency_return.case, questions, agency_return.answers.filter(question__in=deciding))


def _is_asked(agency_return: AgencyReturn, question: Question, questions: tuple[Question, ...]) -> bool:
    """Most questions hang on no other, and then nothing need be opened to see."""
    return not question.shown_if_id or question in shown(questions, _choices(agency_return, questions))


def find_asking(person: Person, audit: str, case: int, agency: str, question: int) -> Asking:
    agency_return = _returns(person, audit, case, agency).get()
    questions = tuple(agency_questions(agency_return.case.audit, agency_return.agency))
    one = next((one for one in questions if one.number == question), None)
    # Whether an earlier answer makes it out of place is for the agency alone to learn: only then is it looked up.
    if one is None or (person.speaks_for(agency_return.agency) and not _is_asked(agency_return, one, questions)):
        raise Question.DoesNotExist
    answer = agency_return.answers.filter(question=one).first() or Answer(agency_return=agency_return, question=one)
    return Asking(agency_return, one, answer, questions)


def find_evidence(person: Person, audit: str, case: int, agency: str, evidence: str) -> Evidence:
    agency_return = find_return(person, audit, case, agency)
    found = agency_return.evidence.get(public_id=evidence)
    found.agency_return = agency_return
    return found


def answers_of(agency_return: AgencyReturn) -> dict[int, Answer]:
    """The answers of a return by the key of their question."""
    return {answer.question_id: answer for answer in agency_return.answers.select_related("question")}


def choices_of(case: Case, questions: Iterable[Question], answers: Iterable[Answer]) -> dict[int, str]:
    """What was chosen in those questions that others hang on, by the key of the question.

    The site looks, nobody is shown anything: this is not a reading.
    """
    deciding = {question.shown_if_id for question in questions} - {None}
    made = [answer for answer in answers if answer.question_id in deciding and answer.choice]
    if not made:
        return {}
    key = case_key(case)
    return {answer.question_id: key.text(answer, "choice") for answer in made}


def shown(questions: Iterable[Question], choices: Mapping[int, str]) -> list[Question]:
    """The questions that make sense given what was chosen so far: "If so, …" only where the first says so."""
    return [
        question
        for question in questions
        if question.shown_if_id is None or choices.get(question.shown_if_id) in question.shown_if_answers
    ]


def unanswered(agency_return: AgencyReturn) -> list[Question]:
    """The questions shown to this agency that have no whole answer yet."""
    answers = answers_of(agency_return)
    questions = agency_questions(agency_return.case.audit, agency_return.agency)
    return [
        question
        for question in shown(questions, choices_of(agency_return.case, questions, answers.values()))
        if question.pk not in answers or not answers[question.pk].is_complete
    ]


@dataclass(frozen=True)
class Board:
    """Case by agency: who was asked what, and how each return stands."""

    agencies: list[Agency]
    rows: list[tuple[Case, list[AgencyReturn | None]]]

    @property
    def returns(self) -> list[AgencyReturn]:
        return [cell for _, cells in self.rows for cell in cells if cell]

    @property
    def complete(self) -> int:
        return sum(cell.is_complete for cell in self.returns)

    @property
    def late(self) -> int:
        return sum(cell.is_late for cell in self.returns)


def board(audit: Audit) -> Board:
    """The board of an audit, in the same number of queries however large it is."""
    cases = list(audit.cases.all())
    returns = list(AgencyReturn.objects.of(audit).select_related("agency", "submitted_by"))
    agencies = sorted({one.agency for one in returns}, key=lambda agency: agency.name)
    cells = {(one.case_id, one.agency_id): one for one in returns}
    for one in returns:
        one.case = next(case for case in cases if case.pk == one.case_id)
    return Board(
        agencies=agencies,
        rows=[(case, [cells.get((case.pk, agency.pk)) for agency in agencies]) for case in cases],
    )


def waiting_for(person: Person) -> list[AgencyReturn]:
    """The returns this person could be answering now: outstanding, of their agency, soonest first."""
    if not person.holds(Role.AGENCY_LEAD, Role.AUDITOR):
        return []
    return list(
        AgencyReturn.objects.visible_to(person)
        .outstanding()
        .filter(agency=person.agency, case__audit__stage=AuditStage.CIRCULATED)
        .select_related("agency", "case__audit")
        .order_by("due_on", "case__number")
    )
