import datetime as dt
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from maca.audits.models import Audit
from maca.cases.drawing import Settings
from maca.cases.facts import AgeBand, Level
from maca.cases.household import Sibling, read_siblings
from maca.cases.stages import DrawStage, NominationStage
from maca.kernel.ids import new_public_id
from maca.kernel.versions import Versioned
from maca.partnership.models import Agency, Partnership, Person, Role
from maca.sealing.field import SealedField

INTRODUCES_CASES = (Role.SOCIAL_WORKER, Role.PRACTICE_MANAGER)
READS_EVERY_CASE = (Role.BUSINESS_MANAGER, Role.CHAIR, Role.SUB_GROUP_MEMBER, Role.SCRUTINEER)


class Nomination(models.Model):
    """A sub-group member's proposal that a case be audited, with a rationale that names nobody.

    Two keys are made with it: one for what is written about the case, one for who the child is.
    """

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="nominations")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    nominated_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    nominated_at = models.DateTimeField(auto_now_add=True)
    rationale = SealedField()
    level = models.CharField(max_length=20, choices=Level.choices)
    age_band = models.CharField(max_length=20, choices=AgeBand.choices)
    stage = models.CharField(max_length=20, choices=NominationStage.choices, default=NominationStage.NOMINATED)
    decision = SealedField()
    # Codes and a place, by which an audit sees whom it looks at. Together they could tell who it is, so they are
    # sealed, and go when the case goes.
    category = SealedField()
    sex = SealedField()
    ethnicity = SealedField()
    disability = SealedField()
    locality = SealedField()
    # The keys are gone, or go next: of who the child is, and of everything that was written.
    identity_destroyed_at = models.DateTimeField(null=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["nominated_at", "pk"]

    def __str__(self) -> str:
        return f"nomination {self.public_id[:6]}"


class Draw(Versioned):
    """A cohort that cases are drawn from by lot. The cohort goes when the draw is over; how it was drawn stays."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="draws")
    uploaded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    file_hash = models.CharField(max_length=64)  # SHA-256 of the file as it was sent
    stage = models.CharField(max_length=20, choices=DrawStage.choices, default=DrawStage.OPEN)
    seed = models.CharField(max_length=40, blank=True)
    settings = models.JSONField(default=dict)  # as `drawing.Settings.as_json` writes them
    times = models.PositiveSmallIntegerField(default=0)  # how often it was drawn, with other settings or seeds
    # Row for row, with why as a code: {"out": 14, "into": 9, "why": "closed"}.
    swaps = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    # Under a key of its own: the `Cohort` as JSON, and what was said of each swap, by the row that came in.
    cohort = SealedField()
    reasons = SealedField()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["audit"], condition=Q(stage=DrawStage.OPEN), name="an_audit_is_drawn_for_once_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"draw {self.public_id[:6]}"

    @property
    def asked_for(self) -> Settings | None:
        """What was last drawn by; None before the first time."""
        return Settings.from_json(self.settings) if self.settings else None


class SwapReason(models.TextChoices):
    """Why somebody drawn gives their place to the next in line. Chosen, not typed: it outlives the cohort."""

    CLOSED = "closed", "The case has closed, or was passed to another area"
    TOO_LITTLE = "too_little", "There is too little on record to learn from"
    AUDITED = "audited", "The family was audited or reviewed lately"
    PROCEEDINGS = "proceedings", "Proceedings or a review are under way"
    SAME_FAMILY = "same_family", "Another child of the same family has been drawn"
    OTHER = "other", "Something else, said below"


class Identity(models.Model):
    """Who the child is. Kept apart from the label, under a key of its own, opened only for a reason."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    nomination = models.OneToOneField(Nomination, on_delete=models.CASCADE, related_name="identity")
    child = SealedField()
    born_on = SealedField()
    address = SealedField()
    siblings = SealedField()  # as `household.read_siblings` reads them
    mother = SealedField()
    father = SealedField()
    partner = SealedField()
    absent_parent = SealedField()
    # Other adults and anybody else; before there were places for each, the whole family.
    household = SealedField()
    record_number = SealedField()

    class Meta:
        verbose_name_plural = "identities"

    def __str__(self) -> str:
        return "an identity"

    @property
    def birthday(self) -> dt.date | None:
        """The date of birth of an opened identity."""
        return dt.date.fromisoformat(str(self.born_on)) if self.born_on else None

    @property
    def brothers_and_sisters(self) -> tuple[Sibling, ...]:
        """Of an opened identity."""
        return read_siblings(str(self.siblings))


class MarkKind(models.TextChoices):
    NAME_AND_BIRTH = "name_and_birth", "Name and date of birth"
    NAME = "name", "Name alone"


class FamilyMark(models.Model):
    """A keyed digest of the name of a child or sibling, by which the family is found again without a name."""

    nomination = models.ForeignKey(Nomination, on_delete=models.CASCADE, related_name="marks")
    kind = models.CharField(max_length=20, choices=MarkKind.choices)
    mark = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["nomination", "kind", "mark"], name="a_nomination_is_marked_once"),
        ]
        indexes = [models.Index(fields=["mark"], name="marks_of_a_family")]

    def __str__(self) -> str:
        return f"family mark {self.pk}"


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
        a social worker or practice manager those they introduce; a panel member those they have a seat for."""
        mine = self.filter(audit__partnership=person.partnership_id)
        if person.holds(*READS_EVERY_CASE):
            return mine
        involved = Exists(Involvement.objects.filter(case=OuterRef("pk"), agency=person.agency_id))
        part = Q(pk__in=[])
        if person.holds(*INTRODUCES_CASES):
            part |= Q(Exists(Presenter.objects.filter(case=OuterRef("pk"), person=person.pk)))
        if person.holds(Role.PANEL_MEMBER):
            part |= Q(Exists(Seat.objects.filter(case=OuterRef("pk"), person=person.pk)))
        if person.holds(Role.AGENCY_LEAD, Role.AUDITOR):
            part |= Q(involved)
        return mine.filter(part)


class Case(Versioned):
    """A case of an audit. Everything a person reads calls it by its label: "Case 3"."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="cases")
    number = models.PositiveSmallIntegerField()
    # A case of an audit recorded from its briefing was never nominated here.
    nomination = models.OneToOneField(Nomination, on_delete=models.PROTECT, null=True, related_name="case")
    # What was written about it has been destroyed; what was learned from it stays.
    destroyed_at = models.DateTimeField(null=True)

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
    # It has said that it does not know the family, so it needs the name no longer.
    not_known_at = models.DateTimeField(null=True)

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


class Seat(models.Model):
    """A panel member hears a case, and so may see it."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="seats")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "person"], name="a_seat_is_given_once")]

    def __str__(self) -> str:
        return f"seat {self.pk}"


class Interest(models.TextChoices):
    """What somebody has to do with a family, besides this audit."""

    NONE = "none", "Nothing: I know neither the family nor the work with them"
    MET = "met", "I have met the family in my work, but never held or supervised their case"
    HELD = "held", "I hold, or held, their case"
    SUPERVISED = "supervised", "I supervise, or supervised, somebody who held it"
    RELATED = "related", "I know them outside my work"


CONFLICTS = (Interest.HELD, Interest.SUPERVISED, Interest.RELATED)


class DeclarationQuerySet(models.QuerySet["Declaration"]):
    def standing(self) -> Self:
        """Those that nobody has lifted."""
        return self.filter(lifted_at=None)


class Declaration(models.Model):
    """What somebody said of their interest in a case before they first opened it. The newest one counts."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    # A case that is swapped goes, and its nomination may be selected anew: what was said of the family stays with it.
    case = models.ForeignKey(Case, on_delete=models.CASCADE, null=True, related_name="declarations")
    nomination = models.ForeignKey(Nomination, on_delete=models.CASCADE, null=True, related_name="declarations")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    interest = models.CharField(max_length=20, choices=Interest.choices)
    declared_at = models.DateTimeField(auto_now_add=True)
    # Somebody else has taken it off them again, so that they declare anew.
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")

    objects = DeclarationQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["case", "person"], name="declarations_of_a_person"),
            # A manager declares on every case there ever was, and a conflict on few.
            models.Index(fields=["person", "interest"], name="conflicts_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"declaration {self.public_id[:6]}"

    @property
    def is_conflict(self) -> bool:
        return self.interest in CONFLICTS

    @property
    def of_case(self) -> Case:
        """The case that it was found by. While that is swapped out, nothing leads to what was declared."""
        assert self.case is not None
        return self.case


class LiftReason(models.TextChoices):
    """Why a declared conflict of interest is taken off somebody again. Chosen, not typed."""

    SLIP = "slip", "They chose the wrong answer, and have said so"
    ANOTHER_FAMILY = "another_family", "It was about another family"


class DestructionReason(models.TextChoices):
    """Why what was written about a case is destroyed. Chosen, not typed."""

    RETENTION = "retention", "The time for keeping it is over"
    ASKED = "asked", "An agency that answers for it has asked for it, and the partnership agrees"
    MISTAKE = "mistake", "It should never have been recorded here"


class HoldReason(models.TextChoices):
    """Why nothing may be destroyed for now. Chosen, not typed: the journal repeats it."""

    COURT = "court", "Court proceedings, or an order of a court"
    POLICE = "police", "A request of the police or the Crown Prosecution Service"
    CORONER = "coroner", "A coroner’s investigation or inquest"
    INQUIRY = "inquiry", "A public inquiry"
    REVIEW = "review", "A safeguarding practice review"
    CLAIM = "claim", "A complaint, a claim, or somebody’s request to see what is held about them"
    OTHER = "other", "Something else"


class LegalHoldQuerySet(models.QuerySet["LegalHold"]):
    def visible_to(self, person: Person) -> Self:
        """The holds of one’s own partnership. Who may see them, the rules say."""
        return self.filter(partnership=person.partnership_id)

    def standing(self) -> Self:
        """Those that nobody has ended."""
        return self.filter(ended_at=None)

    def over_audit(self, audit: Audit) -> Self:
        """Those that stand over a whole audit, or over everything of its partnership."""
        everything = Q(partnership=audit.partnership_id, audit=None)
        return self.standing().filter(everything | Q(audit=audit, case=None))

    def over(self, nomination: Nomination) -> Self:
        """Those that stand over what was nominated: over its case, its audit, or everything of the partnership."""
        everything = Q(partnership=nomination.audit.partnership_id, audit=None)
        whole = Q(audit=nomination.audit_id, case=None)
        return self.standing().filter(everything | whole | Q(case__nomination=nomination))


class LegalHold(models.Model):
    """That nothing of a case, of an audit, or of the whole partnership may be destroyed, whatever the schedule says.

    Without an audit it is over the whole partnership, without a case over the whole audit.
    """

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="holds")
    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, null=True, related_name="holds")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="holds")
    reason = models.CharField(max_length=20, choices=HoldReason.choices)
    asked_by = models.CharField(max_length=300)  # the body that asked for it, and its reference
    begun_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(default=timezone.now)
    ended_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=300, blank=True)

    objects = LegalHoldQuerySet.as_manager()

    class Meta:
        ordering = ["-begun_at", "-pk"]
        indexes = [models.Index(fields=["partnership", "ended_at"], name="holds_that_stand")]
        constraints = [
            models.CheckConstraint(
                condition=Q(case=None) | Q(audit__isnull=False), name="a_hold_over_a_case_names_its_audit"
            )
        ]

    def __str__(self) -> str:
        return f"legal hold {self.public_id[:6]}"

    def is_over(self, thing: Nomination | Draw) -> bool:
        """The same as `over` and `over_audit` say, of a hold of the same partnership that was fetched with its case."""
        if self.audit_id is None:
            return True
        if self.case is None:
            return self.audit_id == thing.audit_id
        return isinstance(thing, Nomination) and self.case.nomination_id == thing.pk

    @property
    def over_what(self) -> str:
        """What it is over, in words."""
        if self.case:
            return f"{self.case.label} of {self.audit}"
        return f"Everything of {self.audit}" if self.audit else f"Everything of {self.partnership}"
