import datetime as dt
import json
from functools import lru_cache
from typing import Self

from django.db import models

from maca.audits.models import Audit, Choice, Question, QuestionKind
from maca.cases.models import Case
from maca.kernel.clock import LONDON, is_past, today
from maca.kernel.ids import new_public_id
from maca.kernel.versions import Versioned
from maca.partnership.models import Agency, Partnership, Person, Role
from maca.returns.stages import AWAITED, COMPLETE, HANDED_IN, OUTSTANDING, ReturnStage
from maca.sealing.field import Opened, SealedField

READS_EVERY_RETURN = (Role.BUSINESS_MANAGER, Role.CHAIR, Role.SCRUTINEER)


class DeclineReason(models.TextChoices):
    PURPOSE = "purpose", "Not content with the reason for the request"
    LEGAL_BASIS = "legal_basis", "Not satisfied of the legal basis"
    CONSENT = "consent", "The family has not agreed and we hold that they must"
    CAPACITY = "capacity", "Nobody can do it in the time"
    RECORDS = "records", "The records cannot be reached"
    OTHER = "other", "Another reason"


class TimeReason(models.TextChoices):
    WORKLOAD = "workload", "Nobody can do it in the time"
    ABSENCE = "absence", "Whoever would answer is away"
    HOLIDAYS = "holidays", "We are closed for the school holidays"
    RECORDS = "records", "The records have to be sent for"
    ADVICE = "advice", "We are taking advice on what we may share"
    OTHER = "other", "Another reason"


class Rung(models.TextChoices):
    """The ladder after an agency has declined, from its foot: each is approached once the one before is done."""

    BASIS = "basis", "The agency itself, with purpose and legal basis stated again"
    SAFEGUARDING_LEAD = "safeguarding_lead", "The agency’s safeguarding lead"
    NAMED_PROFESSIONAL = "named_professional", "The named GP or designated doctor"
    CHAIR = "chair", "The chair of the sub-group"
    STATUTORY_PARTNER = "statutory_partner", "The statutory safeguarding partner"


class Outcome(models.TextChoices):
    WAITING = "waiting", "No answer yet"
    DECLINES = "declines", "Still declines, or did not answer"
    NOT_FOR_THEM = "not_for_them", "This step does not apply to this agency"
    SUPPLIES = "supplies", "Will supply, in whole or in part"


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


@lru_cache
def standing_of(stage: str, was_opened: bool, panel_has_begun: bool) -> tuple[str, str]:
    """How a return stands, as a code and in words: its stage, or only opened, or that no reply came."""
    if stage in AWAITED and panel_has_begun:
        return "no_reply", "No reply"
    if stage == ReturnStage.ASKED and was_opened:
        return "opened", "Opened"
    return stage, str(ReturnStage(stage).label)


def is_owed(stage: str) -> bool:
    """Whether something is still to come. What was sent back is read as it was handed in, and is not owed."""
    return stage not in COMPLETE and stage not in HANDED_IN


def came_after(due_on: dt.date, at: dt.datetime | None) -> bool:
    """Whether something came after the end of the day on which it was due, in London."""
    return at is not None and at.astimezone(LONDON).date() > due_on


# What stands on every request, and is the same for all agencies that are asked about a case.
REQUEST_SAYS = ("purpose", "legal_basis", "period", "security", "retention", "contact")


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
    period = models.TextField(blank=True, default="")
    security = models.TextField(blank=True, default="")
    retention = models.TextField(blank=True, default="")
    contact = models.TextField(blank=True, default="")
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    due_on = models.DateField()
    # When somebody of the agency first opened its page.
    first_opened_at = models.DateTimeField(null=True)
    # The open form that last saved the engagement; see `Answer.sitting`.
    sitting = models.CharField(max_length=32, blank=True)
    # The answer.
    engagement_before = SealedField()
    engagement_now = SealedField()
    decline_reason = models.CharField(max_length=20, choices=DeclineReason.choices, blank=True)
    decline_words = SealedField()
    # What can no longer be concluded about the case, since the agency declined.
    decline_effect = SealedField()
    # Of a return that was supplied in part: what was left out, and why.
    left_out_reason = models.CharField(max_length=20, choices=DeclineReason.choices, blank=True)
    left_out = SealedField()
    # Whether it came late is decided by the first time; `submitted_at` is the last.
    first_submitted_at = models.DateTimeField(null=True)
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

    def standing(self) -> tuple[str, str]:
        """How it stands, as a code and in words: its stage, or that it has only been opened, or that no reply came."""
        return standing_of(self.stage, self.first_opened_at is not None, self.case.audit.panel_has_begun)

    @property
    def is_late(self) -> bool:
        """Late only while something is still owed: a deadline closes at the end of its day in London."""
        return is_owed(self.stage) and is_past(self.due_on)

    @property
    def was_handed_in(self) -> bool:
        """Others have read it, and go on reading it as it was handed in, even when questions are sent back."""
        return self.stage in HANDED_IN

    @property
    def handed_in_late(self) -> bool:
        """Late is accepted, and marked, by the first time it was handed in."""
        return came_after(self.due_on, self.first_submitted_at or self.submitted_at)

    @property
    def asks_for_time(self) -> bool:
        """Whether the agency’s request for more time waits for an answer."""
        return self.stage in AWAITED and any(one.is_open for one in self.extension_requests.all())

    def newest_request(self) -> "ExtensionRequest | None":
        """The latest request for more time, decided or not."""
        return max(self.extension_requests.all(), key=lambda one: one.pk, default=None)


class ExtensionRequest(models.Model):
    """That an agency asked for more time for a return, why and until when, and what the business manager said."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    agency_return = models.ForeignKey(AgencyReturn, on_delete=models.CASCADE, related_name="extension_requests")
    reason = models.CharField(max_length=20, choices=TimeReason.choices)
    words = SealedField()
    wanted_on = models.DateField()
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    # The day that was granted; empty where it was refused, and then why.
    granted_on = models.DateField(null=True)
    refusal = SealedField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency_return"], condition=models.Q(decided_at=None), name="more_time_is_asked_once_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"extension request {self.public_id[:6]}"

    @property
    def is_open(self) -> bool:
        return self.decided_at is None

    def in_words(self) -> str:
        """How it stands, without anything that anybody wrote."""
        if self.is_open:
            return f"Asked for until {self.wanted_on:%-d %B %Y}: {self.get_reason_display()}"
        if self.granted_on:
            return f"Granted until {self.granted_on:%-d %B %Y}"
        if not self.refusal:
            return f"No longer needed: {self.wanted_on:%-d %B %Y} was asked for"
        return f"Refused: {self.wanted_on:%-d %B %Y} was asked for"


class Approach(models.Model):
    """One step up the ladder after an agency declined: who was approached, on which day, and what came of it."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    agency_return = models.ForeignKey(AgencyReturn, on_delete=models.CASCADE, related_name="approaches")
    rung = models.CharField(max_length=20, choices=Rung.choices)
    approached = SealedField()
    approached_on = models.DateField()
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    words = SealedField()
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    # When the agency took its refusal back. Should it decline again, the ladder begins anew.
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "approaches"
        constraints = [
            models.UniqueConstraint(
                fields=["agency_return", "rung"], condition=models.Q(ended_at=None), name="a_rung_is_climbed_once"
            )
        ]

    def __str__(self) -> str:
        return f"approach {self.public_id[:6]}"


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


class Familiarity(models.TextChoices):
    KNOWN = "known", "Known"
    NOTHING_IN_PERIOD = "nothing_in_period", "Known, nothing in the period"
    NOT_KNOWN = "not_known", "Not known to us"


class FamilyCheck(Versioned):
    """The question put to an agency before circulation: whom of this family does it know?"""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="family_checks")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="family_checks")
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    index_child = models.CharField(max_length=20, choices=Familiarity.choices, blank=True)
    siblings = models.CharField(max_length=20, choices=Familiarity.choices, blank=True)
    parents = models.CharField(max_length=20, choices=Familiarity.choices, blank=True)
    saved_at = models.DateTimeField(null=True)
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["case", "agency__name"]
        constraints = [models.UniqueConstraint(fields=["case", "agency"], name="an_agency_is_checked_once")]

    def __str__(self) -> str:
        return f"{self.agency}: who knows {self.case}?"

    @property
    def knows(self) -> bool:
        """Whether the agency knows anybody of the family."""
        return bool({self.index_child, self.siblings, self.parents} - {"", Familiarity.NOT_KNOWN})

    def in_words(self) -> str:
        if self.saved_at is None:
            return "No answer yet"
        roles = (("index child", self.index_child), ("siblings", self.siblings), ("parents", self.parents))
        known = [role for role, answer in roles if answer == Familiarity.KNOWN]
        if known:
            return f"Known: {', '.join(known)}"
        return str((Familiarity.NOTHING_IN_PERIOD if self.knows else Familiarity.NOT_KNOWN).label)


class ReminderStep(models.TextChoices):
    ASKED = "asked", "Asked"
    TEN_BEFORE = "ten_before", "Ten working days before"
    THREE_BEFORE = "three_before", "Three working days before"
    ON_THE_DAY = "on_the_day", "On the day"
    TWO_AFTER = "two_after", "Two working days after"
    CHASED = "chased", "Chased"


class Reminder(models.Model):
    """That one person was written to about one return at one step; it is what keeps them from hearing it twice."""

    agency_return = models.ForeignKey(AgencyReturn, on_delete=models.CASCADE, related_name="reminders")
    step = models.CharField(max_length=20, choices=ReminderStep.choices)
    # The day the return was due when it was counted from; of a chase, the day it was made.
    day = models.DateField()
    recipient = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    # The message that says it, by its public id; one message may say it of several returns.
    notice = models.CharField(max_length=32)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency_return", "step", "day", "recipient"], name="nobody_is_reminded_twice"
            )
        ]

    def __str__(self) -> str:
        return f"reminder {self.pk}"


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
    # The title of the earlier audit whose answer stands here, until somebody confirms that it is so today.
    carried_from = models.CharField(max_length=200, blank=True)
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
        """A judgement or a grade needs its words too. Words stand for a date where there is none. Sealed or opened.

        What was carried over from an earlier return is no answer before it is confirmed.
        """
        if self.carried_from:
            return False
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


class AnswerCount(models.Model):
    """How often each choice was the answer to a question, over all cases of an audit, when its briefing was published.

    It holds numbers only, and stays when what was written about the cases is destroyed.
    """

    question = models.OneToOneField(Question, on_delete=models.CASCADE, related_name="counted")
    # Returns whose agency was asked: one agency about one case.
    asked = models.PositiveIntegerField()
    counts = models.JSONField(default=dict)  # by the code of the choice

    class Meta:
        ordering = ["question__number"]

    def __str__(self) -> str:
        return f"answer count {self.pk}"

    @property
    def answered(self) -> int:
        return sum(self.counts.values())


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


class UploadKind(models.TextChoices):
    PHOTOGRAPH = "photograph", "Photograph"
    LETTER = "letter", "Letter or email"
    RECORD = "record", "Page of a record"
    DRAWING = "drawing", "Genogram, chart or drawing"
    OTHER = "other", "Another document"


class Sensitivity(models.TextChoices):
    USUAL = "usual", "As the rest of the return"
    OTHERS = "others", "Shows or names somebody outside the family"
    DISTRESSING = "distressing", "May distress whoever sees it"


class Upload(models.Model):
    """A photograph or document that an agency put with its return: its pages drawn anew, never the file itself."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    # Here too, so that what a partnership keeps is added up from one index.
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="+", db_index=False)
    agency_return = models.ForeignKey(AgencyReturn, on_delete=models.CASCADE, related_name="uploads")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=20, choices=UploadKind.choices)
    sensitivity = models.CharField(max_length=20, choices=Sensitivity.choices)
    # What it shows, in words, for those who cannot see it.
    description = SealedField()
    source = SealedField()
    dated_on = SealedField()
    file_name = SealedField()
    # SHA-256 of the file that came and of what is kept of it. Sealed: they would prove that somebody has the file.
    sha256_given = SealedField()
    sha256_kept = SealedField()
    page_count = models.PositiveSmallIntegerField()
    size_given = models.PositiveIntegerField()
    size_kept = models.PositiveIntegerField()
    # The newer version. Taking that back takes its earlier ones along.
    replaced_by = models.OneToOneField("self", on_delete=models.CASCADE, null=True, related_name="replaces")
    added_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["partnership", "size_kept"], name="kept_by_a_partnership")]

    def __str__(self) -> str:
        return f"upload {self.public_id[:6]}"

    @property
    def day(self) -> dt.date:
        """The date of an opened upload."""
        return dt.date.fromisoformat(str(self.dated_on))


class UploadPage(models.Model):
    """One page of an upload, as a sealed picture of bounded size."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="pages", db_index=False)
    number = models.PositiveSmallIntegerField()
    picture = SealedField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["upload", "number"], name="a_page_stands_once_in_an_upload")]

    def __str__(self) -> str:
        return f"page {self.number} of {self.upload_id}"


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


def statement_for(agency_return: AgencyReturn, *, is_part: bool = False) -> str:
    """What whoever hands in a return signs. It is kept with each signature, as it then was."""
    it_is = "a part, with what was left out and why," if is_part else "complete"
    return (
        f"I have checked this return. As far as I know it is {it_is} and says what our records say, and I have "
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


class EarlierWords(models.Model):
    """What somebody had written in a part of a return before a colleague wrote other words in its place."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    agency_return = models.ForeignKey(AgencyReturn, on_delete=models.CASCADE, related_name="earlier_words")
    # None: the account of the engagement.
    question = models.ForeignKey(Question, on_delete=models.PROTECT, null=True, related_name="+")
    # What stood in each sealed field, as JSON.
    words = SealedField()
    written_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    replaced_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    replaced_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "earlier words"

    def __str__(self) -> str:
        return f"earlier words {self.public_id[:6]}"

    @property
    def fields(self) -> dict[str, str]:
        """What was written, by the name of its field, of an opened row."""
        read: dict[str, str] = json.loads(str(self.words))
        return read

    @property
    def answer(self) -> Answer:
        """What had been answered to the question, of an opened row; it stands in no table."""
        return Answer(question=self.question, **{name: Opened(text) for name, text in self.fields.items()})


class GivenPart(models.Model):
    """A part of a return that a colleague has been given to write. Nobody else is kept out of it by that."""

    agency_return = models.ForeignKey(AgencyReturn, on_delete=models.CASCADE, related_name="given_parts")
    # None: the account of the engagement.
    question = models.ForeignKey(Question, on_delete=models.PROTECT, null=True, related_name="+")
    given_to = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="given_parts")
    given_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["question__number"]
        constraints = [
            models.UniqueConstraint(fields=["agency_return", "question"], name="a_question_is_given_to_one_person"),
            models.UniqueConstraint(
                fields=["agency_return"], condition=models.Q(question=None), name="the_account_is_given_to_one_person"
            ),
        ]

    def __str__(self) -> str:
        return f"given part {self.pk}"


class Presence(models.Model):
    """That somebody has a part of a return open to write in. It counts for a minute, and no journal knows of it."""

    agency_return = models.ForeignKey(AgencyReturn, on_delete=models.CASCADE, related_name="presences")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    # None: the account of the engagement.
    question = models.ForeignKey(Question, on_delete=models.CASCADE, null=True, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["agency_return", "person"], name="a_person_is_in_one_part_of_a_return")
        ]

    def __str__(self) -> str:
        return f"presence {self.pk}"


class ReportIntroduction(Versioned):
    """What the business manager or the chair wants the panel to know before it reads the report of a case."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="report_introduction")
    words = SealedField()
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"introduction {self.public_id[:6]}"


class ReportVersion(models.Model):
    """The summative report of a case as it was issued to the panel. It is never changed."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="report_versions")
    number = models.PositiveSmallIntegerField()
    paper = SealedField()  # as `report_versions.packed` writes it
    issued_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="report_versions_are_numbered_once")]

    def __str__(self) -> str:
        return f"version {self.number} of a report"
