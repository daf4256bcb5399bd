import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, Exists, Model, OuterRef, Prefetch, Q, QuerySet, Sum, prefetch_related_objects

from maca.audits.models import Audit, Question
from maca.audits.queries import agency_questions, find_agency_question
from maca.audits.stages import AuditStage
from maca.cases.models import Case
from maca.cases.queries import find_case
from maca.cases.seal import case_key
from maca.chronology.models import ChronologyEntry, EntryFile
from maca.concerns.models import Concern
from maca.kernel.clock import today
from maca.notices.models import Notice
from maca.partnership.models import FOR_AN_AGENCY, Agency, Partnership, Person, Role
from maca.returns.models import (
    READS_EVERY_RETURN,
    AgencyReturn,
    Answer,
    Approach,
    EarlierWords,
    Evidence,
    ExtensionRequest,
    FamilyCheck,
    GivenPart,
    Outcome,
    Reminder,
    ReminderStep,
    ReportVersion,
    RiskStatement,
    Rung,
    SentBack,
    Signature,
    Upload,
    UploadPage,
    came_after,
    is_owed,
    standing_of,
)
from maca.returns.stages import AWAITED, COMPLETE, HANDED_IN, ReturnStage
from maca.voices.models import FamilyView


def _returns(person: Person, audit: str, case: int, agency: str) -> QuerySet[AgencyReturn]:
    return (
        AgencyReturn.objects.visible_to(person)
        .select_related("agency", "case__audit", "case__nomination")
        .filter(case__audit__slug=audit, case__number=case, agency__slug=agency)
    )


def find_return(person: Person, audit: str, case: int, agency: str) -> AgencyReturn:
    """The return at this address, if this person may see it."""
    found = _returns(person, audit, case, agency).prefetch_related("extension_requests").get()
    found.case.audit.partnership = person.partnership  # none other is visible, and it need not be read again
    return found


def has_given_anything(agency_return: AgencyReturn) -> bool:
    """Whether an agency has said or given in anything about a case since it was asked, in its return or beside it."""
    if agency_return.stage != ReturnStage.ASKED:
        return True
    in_it: tuple[type[Model], ...] = (Answer, Approach, Evidence, ExtensionRequest, GivenPart, RiskStatement, Upload)
    beside: tuple[type[Model], ...] = (ChronologyEntry, Concern, EntryFile, FamilyView)
    given = Q()
    for model in in_it:
        given |= Q(Exists(model._default_manager.filter(agency_return=OuterRef("pk"))))
    for model in beside:
        given |= Q(Exists(model._default_manager.filter(case=OuterRef("case"), agency=OuterRef("agency"))))
    return AgencyReturn.objects.filter(given, pk=agency_return.pk).exists()


def fetch_for_its_page(agency_return: AgencyReturn) -> None:
    """Fetch at once what the page of a return and the many rules that it asks look at, some of it several times."""
    said_of_risk = Prefetch("risk_statements", RiskStatement.objects.select_related("said_by"))
    prefetch_related_objects([agency_return], "case__audit__questions", "answers", said_of_risk)


@dataclass(frozen=True)
class Asking:
    """One question of one return, to be answered: with its answer, or a blank one."""

    agency_return: AgencyReturn
    question: Question
    answer: Answer

    def next_after(self, choice: str) -> Question | None:
        """The question that comes next, which may hang on what has just been chosen."""
        questions = agency_questions(self.agency_return.case.audit, self.agency_return.agency)
        choices = {**_choices(self.agency_return, questions), self.question.pk: choice}
        later = (one for one in shown(questions, choices) if one.number > self.question.number)
        if self.agency_return.stage == ReturnStage.SENT_BACK:
            can_be_edited = sent_back(self.agency_return)
            later = (one for one in later if one.pk in can_be_edited)
        return next(later, None)


def _choices(agency_return: AgencyReturn, questions: Collection[Question]) -> dict[int, str]:
    deciding = {question.shown_if_id for question in questions} - {None}
    return choices_of(agency_return.case, questions, agency_return.answers.filter(question__in=deciding))


def _is_asked(agency_return: AgencyReturn, question: Question) -> bool:
    """Most questions hang on no other, and then nothing need be opened to see."""
    return not question.shown_if_id or bool(shown([question], _choices(agency_return, [question])))


def find_asking(person: Person, audit: str, case: int, agency: str, question: int) -> Asking:
    agency_return = _returns(person, audit, case, agency).get()
    # This one alone: a save would otherwise cost more the longer the form.
    one = find_agency_question(agency_return.case.audit, agency_return.agency, question)
    # Whether an earlier answer makes it out of place is for the agency alone to learn: only then is it looked up.
    if person.speaks_for(agency_return.agency) and not _is_asked(agency_return, one):
        raise Question.DoesNotExist
    answer = agency_return.answers.filter(question=one).first() or Answer(agency_return=agency_return, question=one)
    return Asking(agency_return, one, answer)


def find_evidence(person: Person, audit: str, case: int, agency: str, evidence: str) -> Evidence:
    agency_return = find_return(person, audit, case, agency)
    found = agency_return.evidence.get(public_id=evidence)
    found.agency_return = agency_return
    return found


def find_upload(person: Person, audit: str, case: int, agency: str, upload: str) -> Upload:
    """The upload at this address, if this person may see its case: the panel looks at it too, by a rule of its own."""
    one = find_case(person, audit, case)
    found = Upload.objects.select_related("agency_return__agency", "question", "added_by", "replaced_by").get(
        public_id=upload, agency_return__case=one, agency_return__agency__slug=agency
    )
    found.agency_return.case = one
    return found


def find_upload_page(person: Person, audit: str, case: int, agency: str, upload: str, number: int) -> UploadPage:
    """One page of an upload; its picture is not fetched before the reading is on record."""
    found = find_upload(person, audit, case, agency, upload)
    one = UploadPage.objects.defer("picture").get(upload=found, number=number)
    one.upload = found
    return one


def find_report_version(person: Person, audit: str, case: int, number: int) -> ReportVersion:
    """A version of the report of the case at this address, if this person may see the case."""
    one = find_case(person, audit, case)
    found = one.report_versions.select_related("issued_by").get(number=number)
    found.case = one
    return found


def uploads_of(agency_return: AgencyReturn) -> list[Upload]:
    """The photographs and documents of a return as they now stand, without the versions that were replaced."""
    return list(agency_return.uploads.filter(replaced_by=None).select_related("question"))


@dataclass(frozen=True)
class EvidenceGiven:
    """What an agency gave as evidence with a return that it handed in, by the name that the summative report gives it:
    “Photograph 1”, “Reference 2”. Nothing of it that is sealed has been fetched."""

    agency: Agency
    row: Evidence | Upload
    called: str

    @property
    def is_upload(self) -> bool:
        return isinstance(self.row, Upload)

    @property
    def question(self) -> int | None:
        return self.row.question.number if self.row.question else None


def evidence_given(case: Case) -> list[EvidenceGiven]:
    """The evidence that can be seen beside a case, agency by agency, in the order in which the report lists it."""
    without_words = ("public_id", "agency_return", "question")
    uploads = Upload.objects.filter(replaced_by=None).select_related("question").only(*without_words, "kind")
    references = Evidence.objects.select_related("question").only(*without_words)
    returns = AgencyReturn.objects.filter(case=case, stage__in=HANDED_IN).select_related("agency")
    found = []
    for one in returns.order_by("agency__name").prefetch_related(
        Prefetch("evidence", references), Prefetch("uploads", uploads)
    ):
        found += [
            EvidenceGiven(one.agency, row, f"Reference {at}") for at, row in enumerate(one.evidence.all(), start=1)
        ]
        found += [
            EvidenceGiven(one.agency, row, f"{row.get_kind_display()} {at}")
            for at, row in enumerate(one.uploads.all(), start=1)
        ]
    return found


def earlier_versions(upload: Upload) -> list[Upload]:
    """What this upload has replaced, the newest first."""
    found = {one.replaced_by_id: one for one in upload.agency_return.uploads.exclude(replaced_by=None)}
    versions: list[Upload] = []
    at = found.get(upload.pk)
    while at:
        versions.append(at)
        at = found.get(at.pk)
    return versions


def kept_in_return(agency_return: AgencyReturn) -> tuple[int, int]:
    """How many uploads a return has, every version counted, and how many bytes are kept of them."""
    kept = agency_return.uploads.aggregate(number=Count("pk"), size=Sum("size_kept"))
    return kept["number"], kept["size"] or 0


def kept_by_partnership(partnership: Partnership) -> int:
    """How many bytes are kept of every upload of a partnership."""
    return Upload.objects.filter(partnership=partnership).aggregate(size=Sum("size_kept"))["size"] or 0


def answers_of(agency_return: AgencyReturn) -> dict[int, Answer]:
    """The answers of a return by the key of their question."""
    questions = {question.pk: question for question in agency_return.case.audit.questions.all()}
    answers = {answer.question_id: answer for answer in agency_return.answers.all()}
    for key, answer in answers.items():
        answer.question = questions[key]
    return answers


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


def has_begun_an_answer(agency_return: AgencyReturn) -> bool:
    """Whether the agency has written anything in answer to any question."""
    return any(answer.is_begun for answer in agency_return.answers.all())


def unanswered(agency_return: AgencyReturn) -> list[Question]:
    """The questions shown to this agency that have no whole answer yet."""
    answers = answers_of(agency_return)
    questions = agency_questions(agency_return.case.audit, agency_return.agency)
    return [
        question
        for question in shown(questions, choices_of(agency_return.case, questions, answers.values()))
        if question.pk not in answers or not answers[question.pk].is_complete
    ]


def carried_over(agency_return: AgencyReturn) -> set[int]:
    """The keys of the questions in whose place an earlier answer stands that nobody has confirmed."""
    return set(agency_return.answers.exclude(carried_from="").values_list("question_id", flat=True))


def find_check(person: Person, audit: str, case: int, agency: str) -> FamilyCheck:
    """What an agency was asked before circulation: for itself, and for those who run or scrutinise the audit."""
    mine = FamilyCheck.objects.filter(case__audit__partnership=person.partnership_id)
    if not person.holds(*READS_EVERY_RETURN):
        mine = mine.filter(agency=person.agency_id) if person.holds(*FOR_AN_AGENCY) else mine.none()
    return mine.select_related("agency", "case__audit", "case__nomination").get(
        case__audit__slug=audit, case__number=case, agency__slug=agency
    )


def checks_of(audit: Audit) -> list[FamilyCheck]:
    return list(FamilyCheck.objects.filter(case__audit=audit).select_related("agency", "case"))


def checks_waiting_for(person: Person) -> list[FamilyCheck]:
    """What this person's agency has been asked before circulation and has not said yet."""
    if not person.agency_id or not person.holds(*FOR_AN_AGENCY):
        return []
    waiting = FamilyCheck.objects.filter(agency=person.agency_id, saved_at=None, case__audit__stage=AuditStage.PLANNED)
    return list(waiting.select_related("agency", "case__audit"))


FILTERS = {
    "": "All",
    "outstanding": "Outstanding",
    "late": "Late",
    "asks_for_time": "More time asked for",
    "not_asked": "Not asked",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """How one return stands. Worked out once, and no model: a board can have a thousand."""

    key: int
    case: Case
    agency: Agency
    stage: str
    standing: str
    words: str
    is_owed_late: bool
    is_late: bool  # owed, or handed in, after its day
    asks_for_time: bool

    @property
    def is_complete(self) -> bool:
        return self.stage in COMPLETE


def shown_under(cell: Cell | None) -> list[str]:
    """The filters under which a cell of the board is shown; None is an agency that was not asked."""
    if cell is None:
        return ["", "not_asked"]
    more = {"outstanding": not cell.is_complete, "late": cell.is_late, "asks_for_time": cell.asks_for_time}
    return ["", cell.standing, *(code for code, is_so in more.items() if is_so)]


@dataclass(frozen=True, repr=False)
class Dealings:
    """What went to and fro about a return: who signed it each time, and what was sent back."""

    signatures: tuple[Signature, ...]
    sent_back: tuple[SentBack, ...]

    @property
    def waiting(self) -> list[SentBack]:
        return [one for one in self.sent_back if one.answered_at is None]

    def about(self, question: Question) -> list[SentBack]:
        return [one for one in self.sent_back if one.question_id == question.pk]


@dataclass(frozen=True)
class Ladder:
    """Who has been approached since an agency declined, and who is next."""

    approaches: tuple[Approach, ...]

    @classmethod
    def of(cls, agency_return: AgencyReturn) -> "Ladder":
        return cls.among(agency_return.approaches.all())

    @classmethod
    def among(cls, approaches: Iterable[Approach]) -> "Ladder":
        """Of these, the ones since the agency last declined."""
        return cls(tuple(one for one in approaches if one.ended_at is None))

    @property
    def waiting(self) -> Approach | None:
        """The approach that has had no answer yet."""
        return next((one for one in self.approaches if one.outcome == Outcome.WAITING), None)

    @property
    def next_rung(self) -> Rung | None:
        """Whose turn it is: whoever waits for no answer yet; nobody once the head has been reached."""
        if self.waiting:
            return Rung(self.waiting.rung)
        climbed = {one.rung for one in self.approaches}
        return next((rung for rung in Rung if rung not in climbed), None)


def unsettled(audits: Iterable[int]) -> list[AgencyReturn]:
    """The returns of these audits that wait for those who run them: an agency declined, or asked for more time.

    Each comes with whom has been approached since, and otherwise with no more than names it and leads to it.
    """
    asked = ExtensionRequest.objects.filter(agency_return=OuterRef("pk"), decided_at=None)
    found = AgencyReturn.objects.filter(
        Q(stage=ReturnStage.DECLINED) | Q(Exists(asked), stage__in=AWAITED), case__audit__in=list(audits)
    )
    named = ("stage", "agency__name", "agency__slug", "case__number", "case__audit__title", "case__audit__slug")
    return list(found.select_related("agency", "case__audit").only(*named).prefetch_related("approaches"))


def sent_back(agency_return: AgencyReturn) -> set[int]:
    """The keys of those questions that have been sent back and can be edited until the return is handed in again."""
    waiting = agency_return.sent_back.filter(answered_at=None)
    return set(waiting.values_list("question_id", flat=True))


def has_earlier_words(agency_return: AgencyReturn) -> bool:
    """Whether anything stands that a colleague has written over."""
    return EarlierWords.objects.filter(agency_return=agency_return).exists()


def what_was_said_of_risk(agency_return: AgencyReturn) -> RiskStatement | None:
    """The newest answer to the first question of the return."""
    return max(agency_return.risk_statements.all(), key=lambda one: one.pk, default=None)


def colleagues(agency_return: AgencyReturn) -> list[Person]:
    """Those who answer for the agency, with an account that is open."""
    return list(
        Person.objects.filter(agency=agency_return.agency_id, is_active=True, ended_at=None)
        .holding(Role.AGENCY_LEAD, Role.AUDITOR)
        .prefetch_related("appointments")
    )


def given_parts(agency_return: AgencyReturn) -> dict[int | None, GivenPart]:
    """Which part of a return somebody has been given, by the key of its question; None is the engagement.

    What was given to somebody who has left is nobody's.
    """
    given = agency_return.given_parts.filter(given_to__is_active=True, given_to__ended_at=None)
    return {one.question_id: one for one in given.select_related("given_to", "given_by", "question")}


def given_to(person: Person, returns: Iterable[AgencyReturn]) -> dict[int, list[str]]:
    """What this person has been given in each of these returns, in words, by the key of the return."""
    engagement: set[int] = set()
    questions: dict[int, list[int]] = defaultdict(list)
    sent_back = SentBack.objects.filter(
        agency_return=OuterRef("agency_return"), question=OuterRef("question"), answered_at=None
    )
    open_now = Q(Exists(sent_back)) | ~Q(agency_return__stage=ReturnStage.SENT_BACK)
    given = person.given_parts.filter(open_now, agency_return__in=list(returns)).select_related("question")
    for one in given.order_by("question__number"):
        if one.question:
            questions[one.agency_return_id].append(one.question.number)
        else:
            engagement.add(one.agency_return_id)
    return {
        key: ["the engagement"] * (key in engagement) + ([_questions(questions[key])] if key in questions else [])
        for key in engagement | set(questions)
    }


def _questions(numbers: Sequence[int]) -> str:
    """“question 1”, or “questions 1, 2 and 4 to 7”. They come in order, each once."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    said = [
        words
        for run in runs
        for words in ([f"{run[0]} to {run[-1]}"] if len(run) > 2 else [str(number) for number in run])
    ]
    before, last = ", ".join(said[:-1]), said[-1]
    return f"{'question' if len(numbers) == 1 else 'questions'} {f'{before} and {last}' if before else last}"


CaseRow = tuple[Case, list[Cell | None]]


@dataclass(frozen=True)
class Board:
    """Case by agency: who was asked what, and how each return stands."""

    agencies: list[Agency]
    rows: list[CaseRow]

    @cached_property
    def cells(self) -> list[Cell]:
        return [cell for _, cells in self.rows for cell in cells if cell]

    @cached_property
    def complete(self) -> int:
        return sum(cell.is_complete for cell in self.cells)

    def counted(self) -> list[tuple[str, int]]:
        """How many of those that are complete are so in which way; a part and a refusal are counted apart."""
        stages = Counter(cell.stage for cell in self.cells)
        return [(str(stage.label), stages[stage]) for stage in COMPLETE if stages[stage]]

    @cached_property
    def overdue(self) -> int:
        """How many are owed, and late."""
        return sum(cell.is_owed_late for cell in self.cells)

    @cached_property
    def filters(self) -> list[tuple[str, str, int]]:
        """What can be shown, by its code and in words, and how many cells it is; only what there is."""
        named = FILTERS | dict(sorted({(cell.standing, cell.words) for cell in self.cells}))
        counts = Counter(code for _, cells in self.rows for cell in cells for code in shown_under(cell))
        return [(code, words, counts[code]) for code, words in named.items() if counts[code] or not code]

    def shown(self, show: str) -> list[CaseRow]:
        """The rows in which something is to be shown."""
        return [row for row in self.rows if any(show in shown_under(cell) for cell in row[1])]


def board(audit: Audit) -> Board:
    """The board of an audit, in the same number of queries however large it is."""
    cases = {case.pk: case for case in audit.cases.all()}
    for case in cases.values():
        case.audit = audit
    rows = list(
        AgencyReturn.objects.of(audit)
        .order_by()
        .values_list("pk", "case", "agency", "stage", "due_on", "first_opened_at", "first_submitted_at", "submitted_at")
    )
    agencies = Agency.objects.in_bulk({agency for _, _, agency, *_ in rows})
    waiting = ExtensionRequest.objects.filter(agency_return__case__audit=audit, decided_at=None)
    asking = set(waiting.values_list("agency_return", flat=True))
    panel_has_begun, now = audit.panel_has_begun, today()
    cells: dict[tuple[int, int], Cell] = {}
    for key, of_case, of_agency, stage, due_on, opened_at, first_at, last_at in rows:
        owed_late = is_owed(stage) and due_on < now
        cells[of_case, of_agency] = Cell(
            key,
            cases[of_case],
            agencies[of_agency],
            stage,
            *standing_of(stage, opened_at is not None, panel_has_begun),
            is_owed_late=owed_late,
            is_late=owed_late or came_after(due_on, first_at or last_at),
            asks_for_time=key in asking and stage in AWAITED,
        )
    in_order = sorted(agencies.values(), key=lambda agency: agency.name)
    return Board(in_order, [(case, [cells.get((case.pk, each.pk)) for each in in_order]) for case in cases.values()])


def returns_of(cells: Collection[Cell]) -> dict[int, AgencyReturn]:
    """The returns behind these cells by their key, with who asked for more time and who was approached."""
    found = AgencyReturn.objects.filter(pk__in=[cell.key for cell in cells])
    returns = {one.pk: one for one in found.prefetch_related("extension_requests", "approaches")}
    for cell in cells:
        returns[cell.key].case, returns[cell.key].agency = cell.case, cell.agency
    return returns


@dataclass
class Letters:
    """What was sent about one return: when the request was delivered, when it was last recalled, whether today."""

    delivered_at: dt.datetime | None = None
    reminded_at: dt.datetime | None = None
    reminders: int = 0
    chased_today: bool = False


def letters(returns: Collection[AgencyReturn]) -> dict[int, Letters]:
    """What was sent about each of these returns, by its key, in two queries."""
    found = {one.pk: Letters() for one in returns}
    sent = list(Reminder.objects.filter(agency_return__in=list(found)))
    went = dict(Notice.objects.filter(public_id__in={one.notice for one in sent}).values_list("public_id", "sent_at"))
    told: dict[int, set[str]] = defaultdict(set)
    for one in sent:
        letter, at = found[one.agency_return_id], went.get(one.notice)
        if one.step == ReminderStep.ASKED:
            letter.delivered_at = min(filter(None, (letter.delivered_at, at)), default=None)
        else:
            told[one.agency_return_id].add(one.notice)
            letter.reminded_at = max(filter(None, (letter.reminded_at, at)), default=None)
        letter.chased_today |= one.step == ReminderStep.CHASED and one.day == today()
    for key, notices in told.items():
        found[key].reminders = len(notices)
    return found


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
