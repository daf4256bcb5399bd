import datetime as dt
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from maca.audits.models import Audit
from maca.briefing.stages import BriefingStage
from maca.briefing.value import SixSteps, from_dict
from maca.kernel.append_only import AppendOnly
from maca.kernel.clock import LONDON
from maca.kernel.ids import new_public_id
from maca.kernel.look import PLAIN, Look
from maca.kernel.versions import Versioned
from maca.partnership.models import Partnership, Person, Role

READS_DRAFTS = (Role.BUSINESS_MANAGER, Role.CHAIR, Role.SUB_GROUP_MEMBER, Role.SCRUTINEER)
# What was published once: what it says is kept, and never changes.
WAS_PUBLISHED = (BriefingStage.PUBLISHED, BriefingStage.WITHDRAWN)


class BriefingQuerySet(models.QuerySet["Briefing"]):
    def visible_to(self, person: Person) -> Self:
        """Everybody signed in sees what has reached its readers; those who run, approve or scrutinise it see drafts.

        The operator and the information governance officer see none.
        """
        if not person.sees_audits:
            return self.none()
        mine = self.filter(audit__partnership=person.partnership_id)
        return mine if person.holds(*READS_DRAFTS) else mine.reached_readers()

    def reached_readers(self) -> Self:
        """Published, and its embargo has passed; also if it has been withdrawn after that."""
        free = Q(embargo_until=None)
        return self.filter(
            Q(free | Q(embargo_until__lte=timezone.now()), stage=BriefingStage.PUBLISHED)
            | Q(free | Q(embargo_until__lte=F("withdrawn_at")), stage=BriefingStage.WITHDRAWN)
        )


class WithdrawnBecause(models.TextChoices):
    """Why a briefing was withdrawn, in words that everybody reads: so general that they point to nobody."""

    WRONG = "wrong", "Something in it was not right"
    LOOKED_AT = "looked_at", "It is being looked at again"
    REPLACED = "replaced", "Something newer has taken its place"
    DECIDED = "decided", "The partnership decided so"


class Briefing(Versioned):
    """The six-step briefing of an audit. `content` is its value as JSON; once published it never changes."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    audit = models.OneToOneField(Audit, on_delete=models.CASCADE, related_name="briefing")
    stage = models.CharField(max_length=20, choices=BriefingStage.choices, default=BriefingStage.DRAFTED)
    content = models.JSONField()
    drafted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(auto_now_add=True)
    # Everybody who drafted or edited it: none of them can approve it.
    authors = models.ManyToManyField(Person, related_name="+")
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    sent_back_because = models.TextField(blank=True)
    # How much of what screening found nobody has decided on. Counted with every change of the words.
    undecided = models.PositiveIntegerField(default=0)
    published_at = models.DateTimeField(null=True)
    # Until then nobody but those who read drafts is shown what is published.
    embargo_until = models.DateTimeField(null=True)
    # What its overview report counts (`overview.Counts`), from the day it is sent for approval.
    counts = models.JSONField(null=True)
    # Shown to everybody without a sign-in, where the partnership has public pages.
    is_public = models.BooleanField(default=False)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_because = models.CharField(max_length=20, choices=WithdrawnBecause.choices, blank=True)
    withdrawal_note = models.TextField(blank=True)
    # Title, theme and text as published, in the form in which they are searched.
    searched = models.TextField(blank=True)

    objects = BriefingQuerySet.as_manager()

    class Meta:
        ordering = ["-drafted_at"]

    def __str__(self) -> str:
        return f"briefing of {self.audit}"

    @property
    def value(self) -> SixSteps:
        return from_dict(self.content)

    @property
    def published_on(self) -> dt.date | None:
        return self.published_at.astimezone(LONDON).date() if self.published_at else None

    @property
    def is_published(self) -> bool:
        return self.stage == BriefingStage.PUBLISHED

    @property
    def was_published(self) -> bool:
        return self.stage in WAS_PUBLISHED

    @property
    def is_withdrawn(self) -> bool:
        return self.stage == BriefingStage.WITHDRAWN

    @property
    def under_embargo(self) -> bool:
        """Whether the day and hour set for it is still to come."""
        return self.embargo_until is not None and self.embargo_until > timezone.now()

    @property
    def embargo_zone(self) -> str:
        """By which clock the hour is meant: in October there are two of the same name."""
        return self.embargo_until.astimezone(LONDON).strftime("%Z") if self.embargo_until else ""

    @property
    def has_reached_readers(self) -> bool:
        """The same as the queryset says, of one row."""
        if self.is_withdrawn and self.withdrawn_at:
            return self.embargo_until is None or self.embargo_until <= self.withdrawn_at
        return self.is_published and not self.under_embargo


class HouseStyle(Versioned):
    """What a partnership prints on its papers besides the colour of headings: a logo on the first page of each, as it
    was drawn anew, a line at the foot of every page, and fonts, sizes and colours as values that were read from a Word
    file."""

    partnership = models.OneToOneField(Partnership, on_delete=models.CASCADE, related_name="house_style")
    footer = models.CharField(max_length=200, blank=True)
    logo = models.BinaryField(null=True)
    logo_width = models.PositiveSmallIntegerField(default=0)
    logo_height = models.PositiveSmallIntegerField(default=0)
    word_styles = models.JSONField(null=True)
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"house style of {self.partnership}"

    @property
    def look(self) -> Look:
        """How papers look, as far as it was read from a Word file; the colour of headings is apart from it."""
        return Look.from_json(self.word_styles) if self.word_styles else PLAIN


class PublishedFile(models.Model):
    """One form of a briefing, byte for byte as it was published.

    The database itself refuses to change a row or take one away: `FILES_STAY`.
    """

    briefing = models.ForeignKey(Briefing, on_delete=models.PROTECT, related_name="files")
    format = models.CharField(max_length=20)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["briefing", "format"], name="a_briefing_is_kept_once_in_each_form")
        ]

    def __str__(self) -> str:
        return f"{self.format}: {self.sha256}"


FILES_STAY = AppendOnly(
    "briefing_publishedfile",
    name="published_files",
    refusal="what was published is never changed or taken away",
    unique=(("briefing_id", "format"),),
)


class DraftVersion(models.Model):
    """The words of a draft as somebody left them, with its number. It is never changed."""

    briefing = models.ForeignKey(Briefing, on_delete=models.CASCADE, related_name="draft_versions", db_index=False)
    number = models.PositiveIntegerField()
    content = models.JSONField()
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["briefing", "number"]
        constraints = [
            models.UniqueConstraint(fields=["briefing", "number"], name="versions_of_a_draft_are_numbered_once")
        ]

    def __str__(self) -> str:
        return f"version {self.number}"

    @property
    def value(self) -> SixSteps:
        return from_dict(self.content)


class Decision(models.TextChoices):
    """What is done about words that could identify a family."""

    REWORDED = "reworded", "Say it in other words"
    POOLED = "pooled", "Keep the words, and say them of the whole audit instead of one case"
    REMOVED = "removed", "Leave the point out"
    KEPT = "kept", "Keep it as it is"


OTHER = "other"


class KeptBecause(models.TextChoices):
    PRACTICE = "practice", "It is a word of the work, or of the partnership, and tells of no family"
    KNOWN = "known", "Everybody knows it, and it tells of no family"
    LESSON = "lesson", "The lesson is lost without it, and it tells of no family by itself"
    OTHER = OTHER, "Something else, said below"


class ChangedBecause(models.TextChoices):
    """Why words were taken out: in general, since what they were is not kept."""

    NAMES = "names", "It names somebody, or a place or service by which a family could be found"
    ADDS_UP = "adds_up", "With what else is known or said, it could tell whose family it is"
    NOT_NEEDED = "not_needed", "The lesson is as clear without it"
    OTHER = OTHER, "Something else, said below"


class ScreenDecision(models.Model):
    """Somebody decided on one thing that screening found. What the words were is not kept: `found` is a keyed digest
    of them, and `points` are digests of the points in which they were kept."""

    briefing = models.ForeignKey(Briefing, on_delete=models.CASCADE, related_name="screen_decisions")
    found = models.CharField(max_length=32)
    kind = models.CharField(max_length=20)
    points = models.JSONField(default=list)
    decision = models.CharField(max_length=10, choices=Decision.choices)
    # Blank where words were changed before there was a reason to give.
    reason = models.CharField(
        max_length=10, choices=list(dict([*KeptBecause.choices, *ChangedBecause.choices]).items()), blank=True
    )
    because = models.TextField(blank=True)
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"screen decision {self.pk}"

    @property
    def is_kept(self) -> bool:
        """Whether the words still stand in the briefing."""
        return self.decision in (Decision.KEPT, Decision.POOLED)

    @property
    def why(self) -> str:
        """Why this was decided, as it was said."""
        return self.because if self.reason == OTHER else str(self.get_reason_display())
