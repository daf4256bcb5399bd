import datetime as dt
from dataclasses import dataclass
from typing import Self

from django.db import models
from django.db.models import Q

from maca.cases.models import Case
from maca.concerns.stages import ConcernStage
from maca.kernel.ids import new_public_id
from maca.kernel.versions import Versioned
from maca.partnership.models import Agency, AgencyKind, Person, Role
from maca.sealing.field import SealedField


class Route(models.TextChoices):
    PHONE = "phone", "By phone, to the front door of children’s social care (MASH)"
    EMERGENCY = "emergency", "999: the emergency services"
    IN_PERSON = "in_person", "In person"
    SECURE_MAIL = "secure_mail", "By secure e-mail"
    OTHER = "other", "In another way"


@dataclass(frozen=True)
class Telling:
    """Who was told, how and when, and by when they will answer."""

    name: str
    agency: str
    route: Route
    at: dt.datetime
    reply_by: dt.datetime | None


def leads_social_care(person: Person) -> bool:
    """Whether this is the lead of children’s social care."""
    return (
        person.holds(Role.AGENCY_LEAD)
        and person.agency is not None
        and person.agency.kind == AgencyKind.CHILDREN_SOCIAL_CARE
    )


class ConcernQuerySet(models.QuerySet["Concern"]):
    def visible_to(self, person: Person) -> Self:
        """One's own; the business manager, the chair and the lead of children’s social care see every one."""
        mine = self.filter(case__audit__partnership=person.partnership_id)
        if person.holds(Role.BUSINESS_MANAGER, Role.CHAIR) or leads_social_care(person):
            return mine
        return mine.filter(raised_by=person)

    def unacknowledged(self) -> Self:
        return self.filter(stage=ConcernStage.RAISED)


class Concern(Versioned):
    """A child may be at risk now: what was found, who was told and when, and what came of it.

    Its words are under a key of its own, so that it can be kept longer than the case.
    """

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="concerns")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    raised_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    found_at = models.DateTimeField()
    raised_at = models.DateTimeField()
    stage = models.CharField(max_length=20, choices=ConcernStage.choices, default=ConcernStage.RAISED)
    what = SealedField()
    # Nobody has been told as long as this is empty.
    told_at = models.DateTimeField(null=True)
    told_name = SealedField()
    told_agency = SealedField()
    route = models.CharField(max_length=20, choices=Route.choices, blank=True)
    reply_by = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    acknowledged_at = models.DateTimeField(null=True)
    receipt = SealedField()
    replied_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    last_alert_at = models.DateTimeField()
    alerts = models.PositiveIntegerField(default=1)
    # Nobody else answers for it, or nobody answered the first alert.
    chair_answers = models.BooleanField(default=False)

    objects = ConcernQuerySet.as_manager()

    class Meta:
        ordering = ["-raised_at", "-pk"]
        indexes = [
            models.Index(fields=["last_alert_at"], condition=Q(stage="raised"), name="concerns_unacknowledged"),
        ]

    def __str__(self) -> str:
        return f"concern {self.public_id[:6]}"


class ConcernNote(models.Model):
    """What somebody added to a concern. Nothing in a concern is changed or deleted: a correction is a note."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="notes")
    words = SealedField()
    written_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"note {self.public_id[:6]}"
