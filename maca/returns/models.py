import datetime as dt
from typing import Self

from django.db import models

from maca.audits.models import Audit, Choice, Question, QuestionKind
from maca.cases.models import Case
from maca.kernel.clock import LONDON, is_past, today
from maca.kernel.ids import new_public_id
from maca.kernel.versions import Versioned
from maca.partnership.models import Agency, Person, Role
from maca.returns.stages import COMPLETE, OUTSTANDING, ReturnStage
from maca.sealing.field import SealedField

READS_EVERY_RETURN = (Role.BUSINESS_MANAGER, Role.CHAIR, Role.SCRUTINEER)


class DeclineReason(models.TextChoices):
    PURPOSE = "purpose", "Not content with the reason for the request"
    LEGAL_BASIS = "legal_basis", "Not satisfied of the legal basis"
    CONSENT = "consent", "The family has not agreed and we hold that they must"
    CAPACITY = "capacity", "Nobody can do it in the time"
    RECORDS = "records", "The records cannot be reached"
    OTHER = "other", "Another reason"


class AgencyReturnQuerySet(models.QuerySet["AgencyReturn"]):
    def visible_to(self, person: Person) -> Self:
        """Those who run or scrutinise the audit see every return; an agency sees only its own."""
        mine = self.filter(case__audit__partnership=person.partnership_id)
        if person.holds(*READS_EVERY_RETURN):
            return mine
        if person.agency_id and person.holds(Role.AGENCY_LEAD, Role.AUDITOR):
            return mine.filter(agency=person.agency_id)
        return self.none()

    def outstanding(self) -> Self:
        return self.filter(stage__in=OUTSTANDING)

    def late(self) -> Self:
        return self.outstanding().filter(due_on__lt=today())

    def of(self, audit: Audit) -> Self:
        return self.filter(case__audit=audit)


class AgencyReturn(Versioned):
    """What one agency was asked about one case, and how it stands."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="returns")
    # Its index is the one with the stage, below: with one of its own, SQLite reads an agency's whole history.
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="returns", db_index=False)
    stage = models.CharField(max_length=20, choices=ReturnStage.choices, default=ReturnStage.ASKED)
    # The request, as it was made.
    purpose = models.TextField()
    legal_basis = models.TextField()
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    due_on = models.DateField()
    # The open form that last saved the engagement; see `Answer.sitting`.
    sitting = models.CharField(max_length=32, blank=True)
    # The answer.
    engagement_before = SealedField()
    engagement_now = SealedField()
    decline_reason = models.CharField(max_length=20, choices=DeclineReason.choices, blank=True)
    decline_words = SealedField()
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(null=True)
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    # Who last described the engagement; others can have saved the return since.
    described_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    # Who last entered a form on paper on the agency's behalf.
    entered_at = models.DateTimeField(null=True)
    entered_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    objects = AgencyReturnQuerySet.as_manager()

    class Meta:
        ordering = ["case", "agency__name"]
        constraints = [models.UniqueConstraint(fields=["case", "agency"], name="an_agency_is_asked_once")]
        indexes = [models.Index(fields=["agency", "stage"], name="returns_by_agency")]

    def __str__(self) -> str:
        return f"{self.agency}: {self.case}"

    @property
    def is_complete(self) -> bool:
        return self.stage in COMPLETE

    @property
    def is_late(self) -> bool:
        """Late only while something is still owed: a deadline closes at the end of its day in London."""
        return not self.is_complete and is_past(self.due_on)

    @property
    def handed_in_late(self) -> bool:
        """Late is accepted, and marked."""
        return bool(self.submitted_at and self.submitted_at.astimezone(LONDON).date() > self.due_on)


class Grade(models.TextChoices):
    """The four grades, and two answers that are none: they never count among the grades."""

    OUTSTANDING = "outstanding", "Outstanding"
    GOOD = "good", "Good"
    REQUIRES_IMPROVEMENT = "requires_improvement", "Requires improvement"
    INADEQUATE = "inadequate", "Inadequate"
    NOT_APPLICABLE = "not_applicable", "Not applicable to us"
    NOT_ENOUGH_INFORMATION = "not_enough_information", "Not enough information to grade"


GRADES = (Grade.OUTSTANDING, Grade.GOOD, Grade.REQUIRES_IMPROVEMENT, Grade.INADEQUATE)


class Cause(models.TextChoices):
    """A grade may describe the system and not the agency that gives it."""

    OWN = "own", "Our own agency"
    OTHER = "other", "Another agency"
    SYSTEM = "system", "The way agencies work together, or the system"


def can_be_chosen(kind: str, code: str) -> bool:
    """Is this code an answer to a question of this kind: a judgement, a grade or a date? Nothing always is."""
    match kind if code else "":
        case "":
            return True
        case QuestionKind.JUDGEMENT:
            return code in Choice.values
        case QuestionKind.GRADE:
            return code in Grade.values
        case QuestionKind.DATE | QuestionKind.EVIDENCE:
            try:
                return dt.date.fromisoformat(code).isoformat() == code
            except ValueError:
                return False
        case _:
            return False


class Answer(Versioned):
    """One agency's answer to one question about one case, as the kind of the question asks for it.

    `choice` is the code of a judgement or a grade, or a date; `how_known` the words that go with it.
    """

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    agency_return = models.ForeignKey(AgencyReturn, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    choice = SealedField()
    how_known = SealedField()
    cause = SealedField(choices=Cause.choices)
    points = SealedField()
    # The open form that last saved it, so that a person's own autosave is not taken for somebody else's.
    sitting = models.CharField(max_length=32, blank=True)
    saved_at = models.DateTimeField(null=True)
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["question__number"]
        constraints = [
            models.UniqueConstraint(fields=["agency_return", "question"], name="a_question_is_answered_once")
        ]

    def __str__(self) -> str:
        return f"answer {self.pk}"

    @property
    def is_complete(self) -> bool:
        """A judgement or a grade needs its words too. Words stand for a date where there is none. Sealed or opened."""
        match self.question.kind:
            case QuestionKind.JUDGEMENT | QuestionKind.GRADE:
                return bool(self.choice and self.how_known)
            case QuestionKind.DATE:
                return bool(self.choice or self.how_known)
            case QuestionKind.TEXT | QuestionKind.EVIDENCE:
                return bool(self.how_known)
            case _:
                return bool(self.points)

    @property
    def is_begun(self) -> bool:
        return bool(self.choice or self.how_known or self.points or self.cause)

    @property
    def chosen(self) -> str:
        """What was chosen in an opened answer, in words: a judgement, a grade or a date."""
        code = str(self.choice)
        match self.question.kind if code else "":
            case QuestionKind.JUDGEMENT:
                return str(Choice(code).label)
            case QuestionKind.GRADE:
                return str(Grade(code).label)
            case QuestionKind.DATE:
                return f"{dt.date.fromisoformat(code):%-d %B %Y}"
            case QuestionKind.EVIDENCE:
                return f"Entry of {dt.date.fromisoformat(code):%-d %B %Y}"
            case _:
                return ""

    @property
    def cause_in_words(self) -> str:
        """Where the cause of an opened grade lies, so far as it was said."""
        return f"The cause lies with: {str(Cause(str(self.cause)).label).lower()}" if self.cause else ""

    @property
    def grade(self) -> Grade | None:
        """The grade of an opened answer. “Not applicable” and “not enough information” are none."""
        code = str(self.choice)
        return Grade(code) if self.question.kind == QuestionKind.GRADE and code in GRADES else None

    def point_list(self) -> list[str]:
        """The points of an opened answer, without the dashes and dots that come along when a list is pasted."""
        lines = (line.strip().lstrip("-–•·*▪◦ ").strip() for line in str(self.points).split("\n"))
        return [line for line in lines if line]


class Evidence(models.Model):
    """Where in the agency's own records the answer can be checked. A reference, never an extract."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    agency_return = models.ForeignKey(AgencyReturn, on_delete=models.CASCADE, related_name="evidence")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, null=True, related_name="+")
    record = SealedField()
    reference = SealedField()
    dated_on = SealedField()
    added_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "evidence"

    def __str__(self) -> str:
        return f"evidence {self.public_id[:6]}"

    @property
    def day(self) -> dt.date | None:
        """The date of the entry, of opened evidence."""
        return dt.date.fromisoformat(str(self.dated_on)) if self.dated_on else None
