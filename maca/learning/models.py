from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from maca.audits.models import Audit
from maca.briefing.models import Briefing
from maca.cases.models import READS_EVERY_CASE
from maca.kernel.ids import new_public_id
from maca.kernel.versions import Versioned
from maca.panel.models import Finding
from maca.partnership.models import Agency, Partnership, Person


class ReviewKind(models.TextChoices):
    SCR = "scr", "Serious case review (SCR)"
    LCSPR = "lcspr", "Local child safeguarding practice review (LCSPR)"
    RAPID_REVIEW = "rapid_review", "Rapid review"
    INSPECTION = "inspection", "Inspection"


class ReviewQuerySet(models.QuerySet["Review"]):
    def visible_to(self, person: Person) -> Self:
        """The business manager, the chair, the sub-group and the scrutineer read the register of reviews."""
        if not person.holds(*READS_EVERY_CASE):
            return self.none()
        return self.filter(partnership=person.partnership_id)


class Review(Versioned):
    """A review or inspection on the register of a partnership, whose recommendations are looked for in practice."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="reviews")
    kind = models.CharField(max_length=20, choices=ReviewKind.choices)
    title = models.CharField(max_length=300)
    year = models.PositiveSmallIntegerField(validators=[MinValueValidator(1974), MaxValueValidator(2100)])
    published_by = models.CharField(max_length=200)  # the partnership or body, in words: often another's
    link = models.URLField(max_length=500, blank=True)
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(null=True)
    struck_at = models.DateTimeField(null=True)
    struck_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    struck_because = models.TextField(blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "title"]

    def __str__(self) -> str:
        return f"{self.title} ({self.year})"


class Recommendation(Versioned):
    """What a review recommends, numbered as it stands there."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="recommendations")
    number = models.PositiveSmallIntegerField()
    words = models.TextField()
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["review", "number"]
        constraints = [models.UniqueConstraint(fields=["review", "number"], name="recommendations_are_numbered_once")]

    def __str__(self) -> str:
        return f"recommendation {self.number}"


class SeenInPractice(models.Model):
    """That a finding of an audit shows what a recommendation is about."""

    recommendation = models.ForeignKey(Recommendation, on_delete=models.CASCADE, related_name="seen", db_index=False)
    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="seen_for")
    linked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "seen in practice"
        constraints = [models.UniqueConstraint(fields=["recommendation", "finding"], name="a_finding_is_linked_once")]

    def __str__(self) -> str:
        return f"link {self.pk}"


class Comparison(models.Model):
    """When the findings of an audit were held against those of every audit published before it."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    audit = models.OneToOneField(Audit, on_delete=models.CASCADE, related_name="comparison")
    against = models.ManyToManyField(Audit, related_name="+")
    # Codes of the themes that the earlier findings were about: of another, nobody can tell whether it recurs.
    themes_before = models.JSONField(default=list)
    compared_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    compared_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"comparison {self.public_id[:6]}"


class ComparedFinding(models.Model):
    """A finding as it was compared, and the nearest of those that said the same before; none where nothing did."""

    comparison = models.ForeignKey(Comparison, on_delete=models.CASCADE, related_name="findings", db_index=False)
    finding = models.OneToOneField(Finding, on_delete=models.CASCADE, related_name="compared")
    earlier = models.ForeignKey(Finding, on_delete=models.SET_NULL, null=True, related_name="+")
    themes = models.JSONField(default=list)

    class Meta:
        ordering = ["comparison", "finding__position"]
        constraints = [models.UniqueConstraint(fields=["comparison", "finding"], name="a_finding_is_compared_once")]

    def __str__(self) -> str:
        return f"compared finding {self.pk}"


class DiscussionQuerySet(models.QuerySet["Discussion"]):
    def visible_to(self, person: Person) -> Self:
        """Those who run or scrutinise audits see what every team recorded; others what they recorded themselves."""
        mine = self.filter(briefing__audit__partnership=person.partnership_id)
        return mine if person.holds(*READS_EVERY_CASE) else mine.filter(recorded_by=person.pk)


class Discussion(models.Model):
    """That a team talked about a published briefing: when, how many were there, and one thing that will change."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    briefing = models.ForeignKey(Briefing, on_delete=models.CASCADE, related_name="discussions")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    team = models.CharField(max_length=120)
    discussed_on = models.DateField()
    people = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(500)])
    change = models.TextField()
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = DiscussionQuerySet.as_manager()

    class Meta:
        ordering = ["-discussed_on", "-pk"]

    def __str__(self) -> str:
        return f"discussion {self.public_id[:6]}"
