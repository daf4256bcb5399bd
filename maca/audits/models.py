import datetime as dt
from typing import Self

from django.db import models

from maca.audits.stages import AuditStage, QuestionSetStage
from maca.kernel.clock import LONDON
from maca.kernel.ids import new_public_id
from maca.kernel.versions import Versioned
from maca.partnership.models import Agency, Partnership, Person


class PrioritySource(models.TextChoices):
    BOARD = "board", "A priority of the partnership"
    REVIEW = "review", "A review: SCR, LCSPR or rapid review"
    INSPECTION = "inspection", "An inspection"
    DATA = "data", "Data"
    EARLIER_AUDIT = "earlier_audit", "An earlier audit"


class Priority(models.Model):
    """What the partnership has decided matters, and how it came to know."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="priorities")
    title = models.CharField(max_length=500)
    source = models.CharField(max_length=20, choices=PrioritySource.choices)
    reason = models.TextField()
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-recorded_at"]
        verbose_name_plural = "priorities"

    def __str__(self) -> str:
        return self.title


class Theme(models.Model):
    """A subject that cases are audited for, adopted from a priority. An imported one may have none."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="themes")
    priority = models.ForeignKey(Priority, on_delete=models.PROTECT, null=True, related_name="themes")
    title = models.CharField(max_length=500)
    adopted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    adopted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["title"]
        constraints = [models.UniqueConstraint(fields=["partnership", "title"], name="a_theme_is_adopted_once")]

    def __str__(self) -> str:
        return self.title


class AuditQuerySet(models.QuerySet["Audit"]):
    def visible_to(self, person: Person) -> Self:
        """Everyone signed in sees the audits of their own partnership: title, theme and how far each is.

        The operator and the information governance officer see none.
        """
        if not person.sees_audits:
            return self.none()
        return self.filter(partnership=person.partnership_id)


# The instants of its steps and the days of its timetable.
LAST_STEP = (
    "planned_at", "circulated_at", "panel_opened_at", "panel_closed_at", "published_at",
    "request_on", "returns_due_on", "pack_on", "panel_on", "draft_on",
)  # fmt: skip


class Audit(Versioned):
    """One round of multi-agency case audit on a theme: "Neglect 2"."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="audits")
    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="audits")
    earlier = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="later")
    kind = models.CharField(max_length=500)
    title = models.CharField(max_length=500)
    slug = models.SlugField(max_length=120)
    stage = models.CharField(max_length=20, choices=AuditStage.choices, default=AuditStage.PLANNED)
    terms_of_reference = models.TextField(blank=True)
    question_set = models.CharField(max_length=60, blank=True)
    review_title = models.CharField(max_length=500, blank=True)
    # The assessment tool that agencies are expected to use where the theme bears on a child: “neglect toolkit”.
    tool = models.CharField(max_length=500, blank=True)
    purpose = models.TextField(blank=True)
    legal_basis = models.TextField(blank=True)
    imported_from = models.CharField(max_length=500, blank=True)
    # Inspectors announced it, and choose its children: nobody in the partnership does.
    is_inspection = models.BooleanField(default=False)
    request_on = models.DateField(null=True)
    returns_due_on = models.DateField(null=True)
    pack_on = models.DateField(null=True)
    panel_on = models.DateField(null=True)
    draft_on = models.DateField(null=True)
    planned_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField(auto_now_add=True)
    circulated_at = models.DateTimeField(null=True)
    panel_opened_at = models.DateTimeField(null=True)
    panel_closed_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-planned_at"]
        constraints = [models.UniqueConstraint(fields=["partnership", "slug"], name="an_audit_has_its_own_address")]
        indexes = [models.Index(fields=["partnership", "-planned_at"], name="audits_newest_first")]

    def __str__(self) -> str:
        return self.title

    @property
    def last_step_on(self) -> dt.date:
        """The day of its last step, or the last day of its timetable where that is later."""
        found = [getattr(self, name) for name in LAST_STEP]
        return max(one.astimezone(LONDON).date() if isinstance(one, dt.datetime) else one for one in found if one)

    @property
    def is_gathering(self) -> bool:
        return self.stage == AuditStage.CIRCULATED

    @property
    def panel_has_begun(self) -> bool:
        return self.stage not in (AuditStage.PLANNED, AuditStage.CIRCULATED)


class AskedOf(models.TextChoices):
    AGENCY = "agency", "Each agency"
    PANEL = "panel", "The panel"


class QuestionKind(models.TextChoices):
    JUDGEMENT = "judgement", "Yes, no, partly, not applicable or cannot tell, with how you know"
    GRADE = "grade", "A grade from outstanding to inadequate, with the reason and where the cause lies"
    LIST = "list", "A list of points"
    TEXT = "text", "Words"
    DATE = "date", "A date, with words"
    EVIDENCE = "evidence", "Where it stands in the agency’s own record"


class Choice(models.TextChoices):
    """The answers to a judgement. Others of its questions can hang on them."""

    YES = "yes", "Yes"
    NO = "no", "No"
    PARTLY = "partly", "Partly"
    NOT_APPLICABLE = "not_applicable", "Not applicable"
    CANNOT_TELL = "cannot_tell", "Cannot tell"


class Heading(models.TextChoices):
    """The four headings under which a panel's findings stand."""

    WENT_WELL = "went_well", "What went well?"
    CAN_BE_IMPROVED = "can_be_improved", "What can be improved?"
    CHALLENGE_OR_THEME = "challenge_or_theme", "What challenges / themes can be identified?"
    GOOD_PRACTICE = "good_practice", "Good practice"


class ToldBy(models.TextChoices):
    """What in the chronology of a case says the same as an answer, so that the two can be held against each other.

    The codes are those of an event, or of a pattern.
    """

    TOOL_USED = "tool_used", "Yes where an entry says that a tool was used"
    TOOL_REVIEWED = "tool_reviewed", "Yes where an entry says that a tool was reviewed"
    START_AGAIN = "start_again", "Yes where a case was closed, opened again and assessed anew"
    SUPERVISION = "supervision", "Yes where an entry tells of supervision"
    CORE_GROUP = "core_group", "Yes where an entry tells of a core group"
    MID_POINT_REVIEW = "mid_point_review", "Yes where an entry tells of a mid-point review"
    STRATEGY_DISCUSSION = "strategy_discussion", "Yes where an entry tells of a strategy discussion"
    ESCALATION = "escalation", "Yes where an entry tells of an escalation"
    HANDOVER = "handover", "Yes where an entry tells of a handover"
    DISCLOSURE = "disclosure", "Yes where an entry tells of something that the child disclosed"
    FGC_OFFERED = "fgc_offered", "Yes where a family group conference was offered"
    DENTAL_CHECK = "dental_check", "Yes where an entry tells of a dental check"
    IMMUNISATION_MISSED = "immunisation_missed", "No where an immunisation was missed"
    NOT_REGISTERED = "not_registered", "No where a child is not registered with a GP"
    COPIED_ASSESSMENT = "copied_assessment", "Yes where an assessment repeats an earlier one"


# Where the chronology tells of one of these, it says “no”; of any other, “yes”.
TELLS_NO = (ToldBy.IMMUNISATION_MISSED, ToldBy.NOT_REGISTERED)


class QuestionSet(Versioned):
    """What an audit is to ask, of each agency and of the panel: edited as a draft, then issued and never changed.

    `questions` is the value of `question_sets.Questions`, edited and compared as a whole. `edition` is the number
    of an issued set among those of its name.
    """

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="question_sets")
    name = models.CharField(max_length=200)
    stage = models.CharField(max_length=20, choices=QuestionSetStage.choices, default=QuestionSetStage.DRAFT)
    edition = models.PositiveSmallIntegerField(null=True)
    questions = models.JSONField(default=dict)
    # The ready-made or issued set that it was begun from: its code or its public id.
    begun_from = models.CharField(max_length=60, blank=True)
    drafted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(auto_now_add=True)
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(null=True)
    issued_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-drafted_at"]
        constraints = [
            models.UniqueConstraint(fields=["partnership", "name", "edition"], name="an_edition_is_issued_once")
        ]

    def __str__(self) -> str:
        return f"{self.name}, version {self.edition}" if self.edition else f"{self.name}, draft"

    @property
    def is_draft(self) -> bool:
        return self.stage == QuestionSetStage.DRAFT


class Question(models.Model):
    """A question of an audit, as it was asked."""

    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="questions")
    # Stays with the question from one set to the next, so that answers can be laid side by side.
    code = models.CharField(max_length=60, blank=True)
    asked_of = models.CharField(max_length=10, choices=AskedOf.choices)
    number = models.PositiveSmallIntegerField()
    text = models.TextField()
    hint = models.TextField(blank=True)
    kind = models.CharField(max_length=20, choices=QuestionKind.choices)
    heading = models.CharField(max_length=30, choices=Heading.choices, blank=True)
    shown_if = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="+")
    shown_if_answers = models.JSONField(default=list, blank=True)
    # The kinds of agency that are asked. Empty: every agency, the common core.
    for_kinds = models.JSONField(default=list, blank=True)
    told_by = models.CharField(max_length=30, choices=ToldBy.choices, blank=True)  # of a judgement

    class Meta:
        ordering = ["asked_of", "number"]
        constraints = [
            models.UniqueConstraint(fields=["audit", "asked_of", "number"], name="questions_are_numbered_once")
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.text}"

    @property
    def is_counted(self) -> bool:
        """Whether it is answered by choosing, so that the answers of all cases can be counted."""
        return self.kind in (QuestionKind.JUDGEMENT, QuestionKind.GRADE)

    def is_for(self, agency: Agency) -> bool:
        return not self.for_kinds or agency.kind in self.for_kinds
