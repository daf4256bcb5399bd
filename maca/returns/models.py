import datetime as dt
import json
from typing import Self

from django.db import models

from maca.audits.models import Audit, Question, QuestionKind
from maca.cases.models import Case
from maca.kernel.clock import LONDON, is_past, today
from maca.kernel.ids import new_public_id
from maca.kernel.versions import Versioned
from maca.partnership.models import Agency, Person, Role
from maca.returns.stages import COMPLETE, HANDED_IN, OUTSTANDING, ReturnStage
from maca.sealing.field import Opened, SealedField

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
        return self.outstanding().exclude(stage=ReturnStage.SENT_BACK).filter(due_on__lt=today())

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
    # Whether it came late is decided by the first time; `submitted_at` is the last.
    first_submitted_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(null=True)
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

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
        return not self.is_complete and not self.was_handed_in and is_past(self.due_on)

    @property
    def was_handed_in(self) -> bool:
        """Others have read it, and go on reading it as it was handed in, even when questions are sent back."""
        return self.stage in HANDED_IN

    @property
    def handed_in_late(self) -> bool:
        """Late is accepted, and marked, by the first time it was handed in."""
        first = self.first_submitted_at or self.submitted_at
        return bool(first and first.astimezone(LONDON).date() > self.due_on)


class Choice(models.TextChoices):
    YES = "yes", "Yes"
    NO = "no", "No"
    PARTLY = "partly", "Partly"
    NOT_APPLICABLE = "not_applicable", "Not applicable"
    CANNOT_TELL = "cannot_tell", "Cannot tell"


class Answer(Versioned):
    """One agency's answer to one question about one case: the choice and how they know, or the points."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    agency_return = models.ForeignKey(AgencyReturn, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    choice = SealedField(choices=Choice.choices)
    how_known = SealedField()
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
        """A judgement needs its choice and how they know; a list needs a point."""
        if self.question.kind == QuestionKind.JUDGEMENT:
            return bool(self.choice and self.how_known)
        return bool(self.points)

    @property
    def is_begun(self) -> bool:
        return bool(self.choice or self.how_known or self.points)

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


class Signature(models.Model):
    """Who signed a return when it was handed in, in what capacity, and the statement they signed."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    agency_return = models.ForeignKey(AgencyReturn, on_delete=models.CASCADE, related_name="signatures")
    signed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    # As they were on the day: people change their names and posts.
    name = models.CharField(max_length=200)
    post = models.CharField(max_length=200)
    statement = models.TextField()
    is_delegated = models.BooleanField(default=False)
    # Who gave them the authority; nothing where they signed in their own right.
    delegated_by = SealedField()
    signed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"signature {self.public_id[:6]}"


def statement_for(agency_return: AgencyReturn) -> str:
    """What whoever hands in a return signs. It is kept with each signature, as it then was."""
    return (
        f"I have checked this return. As far as I know it is complete and says what our records say, and I have "
        f"authority to sign it for {agency_return.agency}."
    )


class SentBack(models.Model):
    """A question that the business manager has sent back, with a comment, and the answer as it had been handed in."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    agency_return = models.ForeignKey(AgencyReturn, on_delete=models.CASCADE, related_name="sent_back")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="+")
    # Empty where only the question that this one hangs on was commented on.
    comment = SealedField()
    # What stood in each sealed field of the answer, as JSON.
    handed_in = SealedField()
    sent_back_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    sent_back_at = models.DateTimeField(auto_now_add=True)
    # When the return was handed in again. The question can be edited until then.
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "sent back"
        constraints = [
            models.UniqueConstraint(
                fields=["agency_return", "question"],
                condition=models.Q(answered_at=None),
                name="a_question_is_sent_back_once_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"question sent back {self.public_id[:6]}"

    @property
    def answer(self) -> Answer:
        """The answer as it had been handed in, of an opened row; it stands in no table."""
        fields = json.loads(str(self.handed_in)) if self.handed_in else {}
        return Answer(question=self.question, **{name: Opened(text) for name, text in fields.items()})


class RiskStatement(models.Model):
    """What somebody of an agency said to the first question of a return: is any child unsafe now, or possibly?"""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    agency_return = models.ForeignKey(AgencyReturn, on_delete=models.CASCADE, related_name="risk_statements")
    is_unsafe = models.BooleanField()
    said_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"risk statement {self.public_id[:6]}"


class Share(models.Model):
    """A question of a return that was given to a colleague of the same agency. It is no lock: anybody may answer."""

    agency_return = models.ForeignKey(AgencyReturn, on_delete=models.CASCADE, related_name="shares")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency_return", "question"], name="a_question_has_one_owner")]

    def __str__(self) -> str:
        return f"share {self.pk}"


class Presence(models.Model):
    """Somebody has a page of a return open and was heard from a moment ago; forgotten within minutes."""

    agency_return = models.ForeignKey(AgencyReturn, on_delete=models.CASCADE, related_name="presences")
    # Nothing where the page is that of the engagement.
    question = models.ForeignKey(Question, on_delete=models.CASCADE, null=True, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency_return", "person"], name="somebody_is_on_one_page_of_a_return"),
        ]

    def __str__(self) -> str:
        return f"presence {self.pk}"
