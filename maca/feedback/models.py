from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from maca.audits.models import Audit
from maca.audits.stages import AuditStage
from maca.cases.models import INTRODUCES_CASES, Presenter
from maca.kernel.clock import is_past
from maca.kernel.ids import new_public_id
from maca.kernel.versions import Versioned
from maca.panel.models import Finding
from maca.partnership.models import FOR_AN_AGENCY, Agency, AgencyKind, Person
from maca.returns.models import READS_EVERY_RETURN, AgencyReturn, came_after
from maca.sealing.field import SealedField


class Facts(models.TextChoices):
    """What an agency says of the facts in the findings that concern it."""

    RIGHT = "right", "The facts are right"
    WRONG = "wrong", "Some facts are wrong"


class Decision(models.TextChoices):
    """What the chair decides on a finding whose facts are disputed."""

    REWORDED = "reworded", "The finding is changed: its words, or what it is about"
    STANDS = "stands", "The finding stands as it is"
    WITHDRAWN = "withdrawn", "The finding is withdrawn"


class FactCheckQuerySet(models.QuerySet["FactCheck"]):
    def visible_to(self, person: Person) -> Self:
        """Those who run or scrutinise the audit see every check; an agency its own."""
        mine = self.filter(audit__partnership=person.partnership_id)
        if person.holds(*READS_EVERY_RETURN):
            return mine
        if person.agency_id and person.holds(*FOR_AN_AGENCY):
            return mine.filter(agency=person.agency_id)
        return self.none()


class FactCheck(Versioned):
    """One agency is asked, after the panel, whether the facts in the findings that concern it are right."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="fact_checks")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    answer = models.CharField(max_length=10, choices=Facts.choices, blank=True)
    # Whether it came late is decided by the first time; `saved_at` is the last.
    answered_at = models.DateTimeField(null=True)
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(null=True)

    objects = FactCheckQuerySet.as_manager()

    class Meta:
        ordering = ["audit", "agency__name"]
        constraints = [models.UniqueConstraint(fields=["audit", "agency"], name="an_agency_checks_an_audit_once")]

    def __str__(self) -> str:
        return f"{self.agency}: the facts of {self.audit}"

    @property
    def is_late(self) -> bool:
        """Whether an answer is owed and its day is over, or came after it. Late is accepted, and marked."""
        return came_after(self.due_on, self.answered_at) if self.answered_at else is_past(self.due_on)

    def standing(self) -> tuple[str, str]:
        """How it stands, in words and as a colour. No answer is never agreement."""
        if self.answer:
            return str(self.get_answer_display()), "green" if self.answer == Facts.RIGHT else "yellow"
        if is_past(self.due_on) or self.audit.stage == AuditStage.PUBLISHED:
            return "No reply", "red"
        return "No answer yet", "grey"


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def visible_to(self, person: Person) -> Self:
        """Those who run or scrutinise the audit see what is disputed; an agency sees its own with its check."""
        if not person.holds(*READS_EVERY_RETURN):
            return self.none()
        return self.standing().filter(fact_check__audit__partnership=person.partnership_id)

    def standing(self) -> Self:
        return self.filter(withdrawn_at=None)

    def undecided(self) -> Self:
        return self.standing().filter(decision="")


class Dispute(Versioned):
    """An agency says that the facts of a finding are wrong, and the chair has changed the finding or lets it stand."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    fact_check = models.ForeignKey(FactCheck, on_delete=models.CASCADE, related_name="disputes")
    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="disputes")
    words = SealedField()
    reason = SealedField()
    # Of a finding of the audit as a whole there is no case, and no key: it is asked for without a word of any.
    open_words = models.TextField(blank=True)
    open_reason = models.TextField(blank=True)
    raised_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    # The agency has taken it back, with an answer that no longer disputes this finding.
    withdrawn_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        ordering = ["fact_check", "finding__position"]
        constraints = [models.UniqueConstraint(fields=["fact_check", "finding"], name="a_finding_is_disputed_once")]

    def __str__(self) -> str:
        return f"dispute {self.public_id[:6]}"


class FeedbackNoteQuerySet(models.QuerySet["FeedbackNote"]):
    def visible_to(self, person: Person) -> Self:
        """Those who run or scrutinise the audit see every note; a team its own."""
        if person.holds(*READS_EVERY_RETURN):
            return self.filter(agency_return__case__audit__partnership=person.partnership_id)
        return self.for_the_team_of(person)

    def for_the_team_of(self, person: Person) -> Self:
        """The notes that are for this person: of the agency that they answer for, and of a case that they introduced
        for theirs. Whoever introduces a case and is of no agency is of children’s social care."""
        mine = self.filter(agency_return__case__audit__partnership=person.partnership_id)
        team = Q(pk__in=[])
        if person.agency_id and person.holds(*FOR_AN_AGENCY):
            team |= Q(agency_return__agency=person.agency_id)
        if person.holds(*INTRODUCES_CASES):
            introduced = Presenter.objects.filter(case=OuterRef("agency_return__case"), person=person.pk)
            own = (
                Q(agency_return__agency=person.agency_id)
                if person.agency_id
                else Q(agency_return__agency__kind=AgencyKind.CHILDREN_SOCIAL_CARE)
            )
            team |= own & Q(Exists(introduced))
        return mine.filter(team)


class FeedbackNote(models.Model):
    """What the panel found of one team’s work on one case, what went well first. It is made of the findings as they
    stand, below an opening of its own."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    # Of an agency that was asked about the case and answered.
    agency_return = models.OneToOneField(AgencyReturn, on_delete=models.CASCADE, related_name="feedback_note")
    opening = SealedField()
    sent_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(auto_now_add=True)

    objects = FeedbackNoteQuerySet.as_manager()

    class Meta:
        ordering = ["agency_return"]

    def __str__(self) -> str:
        return f"feedback note {self.public_id[:6]}"


class NoteReader(models.Model):
    """That somebody of the team has read its feedback note, and when they first did."""

    note = models.ForeignKey(FeedbackNote, on_delete=models.CASCADE, related_name="readers")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "person"], name="a_note_is_first_read_once")]

    def __str__(self) -> str:
        return f"reader {self.pk}"


class NoteReply(models.Model):
    """What somebody of the team answers to its feedback note, for the chair and the business manager."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    note = models.ForeignKey(FeedbackNote, on_delete=models.CASCADE, related_name="replies")
    words = SealedField()
    written_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)
    # When the chair or the business manager first read it.
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "note replies"

    def __str__(self) -> str:
        return f"reply {self.public_id[:6]}"
