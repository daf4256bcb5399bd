from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef

from maca.audits.models import Audit
from maca.cases.stages import NominationStage
from maca.kernel.ids import new_public_id
from maca.kernel.versions import Versioned
from maca.partnership.models import Agency, Person, Role

INTRODUCES_CASES = (Role.SOCIAL_WORKER, Role.PRACTICE_MANAGER)
READS_EVERY_CASE = (Role.BUSINESS_MANAGER, Role.CHAIR, Role.SUB_GROUP_MEMBER, Role.SCRUTINEER)


class Level(models.TextChoices):
    EARLY_HELP = "early_help", "Early help"
    CHILD_IN_NEED = "child_in_need", "Child in need"
    CHILD_PROTECTION = "child_protection", "Child protection plan"
    LOOKED_AFTER = "looked_after", "Looked after"


class AgeBand(models.TextChoices):
    UNBORN = "unborn", "Unborn"
    UNDER_1 = "under_1", "Under 1"
    FROM_1 = "1_4", "1 to 4"
    FROM_5 = "5_9", "5 to 9"
    FROM_10 = "10_15", "10 to 15"
    FROM_16 = "16_17", "16 or 17"


class Nomination(models.Model):
    """A sub-group member's proposal that a case be audited, with a rationale that names nobody."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="nominations")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    nominated_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    nominated_at = models.DateTimeField(auto_now_add=True)
    rationale = models.TextField()
    level = models.CharField(max_length=20, choices=Level.choices)
    age_band = models.CharField(max_length=20, choices=AgeBand.choices)
    stage = models.CharField(max_length=20, choices=NominationStage.choices, default=NominationStage.NOMINATED)
    decision = models.TextField(blank=True)

    class Meta:
        ordering = ["nominated_at", "pk"]

    def __str__(self) -> str:
        return f"nomination {self.public_id[:6]}"


class Identity(models.Model):
    """Who the child is. Kept apart from the label, opened only for a reason, and each opening is recorded."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    nomination = models.OneToOneField(Nomination, on_delete=models.CASCADE, related_name="identity")
    child = models.CharField(max_length=500)
    born_on = models.DateField(null=True)
    address = models.TextField(blank=True)
    household = models.TextField(blank=True)
    record_number = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name_plural = "identities"

    def __str__(self) -> str:
        return "an identity"


class IdentityReason(models.TextChoices):
    """Why an identity is opened. Chosen, not typed: the journal must not repeat what it protects."""

    FIND_RECORD = "find_record", "To find our record of this family"
    CONFLICT = "conflict", "To check whether I, or someone here, has worked with this family"
    INTRODUCE = "introduce", "To prepare to introduce the case"
    INVITE = "invite", "To ask the right social worker or practice manager to introduce the case"
    CORRECT = "correct", "To check that the identity is right"


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, person: Person) -> Self:
        """Those who run, hear or scrutinise an audit see its cases; an agency those it was asked about;
        a social worker or practice manager those they introduce."""
        mine = self.filter(audit__partnership=person.partnership_id)
        if person.holds(*READS_EVERY_CASE):
            return mine
        involved = Exists(Involvement.objects.filter(case=OuterRef("pk"), agency=person.agency_id))
        introduces = Exists(Presenter.objects.filter(case=OuterRef("pk"), person=person.pk))
        if person.holds(Role.AGENCY_LEAD, Role.AUDITOR):
            return mine.filter(involved | introduces)
        return mine.filter(introduces)


class Case(Versioned):
    """A case of an audit. Everything a person reads calls it by its label: "Case 3"."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="cases")
    number = models.PositiveSmallIntegerField()
    # A case of an audit recorded from its briefing was never nominated here.
    nomination = models.OneToOneField(Nomination, on_delete=models.PROTECT, null=True, related_name="case")

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["audit", "number"]
        constraints = [models.UniqueConstraint(fields=["audit", "number"], name="cases_are_numbered_once")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"Case {self.number}"


class Involvement(models.Model):
    """An agency is asked about a case, and so may see it."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="involvements")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "agency"], name="an_agency_is_involved_once")]

    def __str__(self) -> str:
        return f"involvement {self.pk}"


class Presenter(models.Model):
    """The social worker or practice manager who will introduce a case to the panel."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="presenters")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "person"], name="a_presenter_stands_once")]

    def __str__(self) -> str:
        return f"presenter {self.pk}"
