from typing import Self

from django.db import models

from maca.audits.models import Audit, Heading
from maca.cases.models import Case
from maca.chronology.models import ChronologyEntry
from maca.kernel.ids import new_public_id
from maca.kernel.versions import Versioned
from maca.panel.stages import HearingStage
from maca.partnership.models import Agency, Person


class Hearing(Versioned):
    """One case before the panel: introduced by its social worker or practice manager, then the partners."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="hearing")
    stage = models.CharField(max_length=20, choices=HearingStage.choices, default=HearingStage.WAITING)
    introduced_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    introduced_at = models.DateTimeField(null=True)
    partners = models.ManyToManyField(Agency, related_name="+")
    heard_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["case__number"]

    def __str__(self) -> str:
        return f"hearing of {self.case}"


class FindingQuerySet(models.QuerySet["Finding"]):
    def standing(self) -> Self:
        return self.filter(withdrawn_at=None)


class Finding(Versioned):
    """What the panel found, under one of four headings, about a case or about the audit as a whole."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="findings")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, null=True, related_name="findings")
    heading = models.CharField(max_length=30, choices=Heading.choices)
    position = models.PositiveIntegerField()
    text = models.TextField()
    agencies = models.ManyToManyField(Agency, related_name="findings")
    # What it rests on, where the panel made it of a question that the chronology asks: by the mark of its pattern.
    question = models.CharField(max_length=64, blank=True)
    entries = models.ManyToManyField(ChronologyEntry, related_name="+")
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ["audit", "position"]
        constraints = [models.UniqueConstraint(fields=["audit", "position"], name="findings_stand_in_an_order")]

    def __str__(self) -> str:
        return f"finding {self.position}"
