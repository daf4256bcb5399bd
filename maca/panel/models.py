from collections.abc import Iterable
from typing import Self

from django.db import models
from django.db.models import F

from maca.audits.models import Audit, Heading, Question
from maca.cases.models import Case
from maca.chronology.models import ChronologyEntry
from maca.kernel.ids import new_public_id
from maca.kernel.versions import Versioned
from maca.panel.stages import HearingStage
from maca.partnership.models import Agency, Partnership, Person, Role
from maca.returns.models import Evidence, Upload
from maca.sealing.field import SealedField

TAKES_NOTES = (Role.CHAIR, Role.BUSINESS_MANAGER, Role.SUB_GROUP_MEMBER)


class Hearing(Versioned):
    """One case before the panel: introduced by its social worker or practice manager, then the partners."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="hearing")
    stage = models.CharField(max_length=20, choices=HearingStage.choices, default=HearingStage.WAITING)
    introduced_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    introduced_at = models.DateTimeField(null=True)
    partners = models.ManyToManyField(Agency, related_name="+")
    heard_at = models.DateTimeField(null=True)
    # Who was there has been recorded, for each agency: without it no case is closed.
    attendance_at = models.DateTimeField(null=True)
    # What the panel said of the child's own voice, or that nothing of it is known, which is a finding in itself.
    voice = SealedField()
    voice_is_missing = models.BooleanField(default=False)
    nothing_under = models.JSONField(default=list)  # the headings under which the panel has found nothing
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(null=True)
    # How often its lines and findings were changed: each change takes the next number, so that whoever follows misses
    # none.
    changes = models.PositiveIntegerField(default=0)
    findings_changed = models.PositiveIntegerField(default=0)  # the last of these that was of its findings

    class Meta:
        ordering = ["case__number"]

    def __str__(self) -> str:
        return f"hearing of {self.case}"


class Agenda(Versioned):
    """When and where the panel of an audit meets, and how many agencies, or which, have to be there."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    audit = models.OneToOneField(Audit, on_delete=models.CASCADE, related_name="agenda")
    begins_at = models.TimeField()
    place = models.CharField(max_length=200, blank=True)
    quorum = models.PositiveSmallIntegerField(null=True)
    needed = models.ManyToManyField(Agency, related_name="+")  # those that have to be there for each case
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"agenda {self.public_id[:6]}"


class Slot(models.Model):
    """How long a case is heard, and at which place of the agenda."""

    agenda = models.ForeignKey(Agenda, on_delete=models.CASCADE, related_name="slots")
    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="slot")
    place = models.PositiveSmallIntegerField()
    minutes = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["agenda", "place"]

    def __str__(self) -> str:
        return f"slot {self.place}"


class Came(models.TextChoices):
    PRESENT = "present", "Was there"
    APOLOGIES = "apologies", "Sent apologies"
    ABSENT = "absent", "Was not there, and sent no word"


class Attendance(models.Model):
    """Whether an agency that was asked about a case was there when the panel heard it, and who came, by their post."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    hearing = models.ForeignKey(Hearing, on_delete=models.CASCADE, related_name="attendance")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    came = models.CharField(max_length=20, choices=Came.choices)
    posts = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["agency__name"]
        constraints = [models.UniqueConstraint(fields=["hearing", "agency"], name="an_agency_attends_once")]

    def __str__(self) -> str:
        return f"{self.agency}: {self.get_came_display()}"


class Cause(models.TextChoices):
    """Why something went as it did, as the panel sees it: about the system, never about a person."""

    WORKLOAD = "workload", "Workload and capacity"
    KNOWLEDGE = "knowledge", "Knowledge, training or confidence"
    TOOL = "tool", "A tool that does not fit the work"
    GUIDANCE = "guidance", "Process, guidance or thresholds unclear"
    SYSTEMS = "systems", "Records and systems"
    SUPERVISION = "supervision", "Supervision and management"
    LEADERSHIP = "leadership", "Leadership"
    CULTURE = "culture", "Culture and hierarchy"
    STAFFING = "staffing", "Turnover and vacancies"
    COMMUNICATION = "communication", "Communication between agencies"
    NOT_RECEIVED = "not_received", "Information not received"
    FAMILY = "family", "The family’s circumstances or wishes"
    RESOURCES = "resources", "A service that was not there, or a wait for it"


def in_words(causes: Iterable[str]) -> str:
    return "; ".join(str(Cause(one).label) for one in causes)


class FindingQuerySet(models.QuerySet["Finding"]):
    def standing(self) -> Self:
        return self.filter(withdrawn_at=None)

    def counted(self) -> Self:
        """Each of them once, though it stands under two headings."""
        return self.standing().filter(same_as=None)

    def struck(self) -> Self:
        """Those that were withdrawn after their panel had closed: kept in the record, and counted nowhere."""
        return self.filter(withdrawn_at__gte=F("audit__panel_closed_at"))


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
    # Where it stands under another heading of its case too: the one of them that is counted.
    same_as = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    # The words that stand in both of two assessments, one run of them on a line, as they stood when they were cited.
    passages = SealedField()
    # Codes of the code-book (`related.themes`), and of `Cause`: what it is about, and why it happened.
    themes = models.JSONField(default=list)
    causes = models.JSONField(default=list)
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    # Where agencies do not agree: what the panel accepts, and why. It stands beside the finding, in no briefing.
    accepted = SealedField()

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ["audit", "position"]
        constraints = [models.UniqueConstraint(fields=["audit", "position"], name="findings_stand_in_an_order")]

    def __str__(self) -> str:
        return f"finding {self.position}"

    @property
    def causes_in_words(self) -> str:
        return in_words(self.causes)


class ThemeTag(Versioned):
    """What a partnership has changed of a theme of the code-book, or one that it has added."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="themes_of_findings")
    code = models.CharField(max_length=40)  # that of the shipped theme, or of its own its `public_id`
    called = models.CharField(max_length=80)
    words = models.JSONField(default=list)  # what suggests it, besides what is shipped
    used = models.BooleanField(default=True)
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partnership", "code"], name="a_theme_is_changed_in_one_place")]

    def __str__(self) -> str:
        return self.called


class NamedTheme(Versioned):
    """Themes of an audit that the chair has put together under one name."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="named_themes")
    called = models.CharField(max_length=120)
    codes = models.JSONField(default=list)  # a code stands under one name
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["audit", "pk"]

    def __str__(self) -> str:
        return self.called


class FindingAnswer(models.Model):
    """What a finding rests on in the returns: what one agency answered to a question, or what all of them did."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="answers", db_index=False)
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["question__number"]
        constraints = [
            models.UniqueConstraint(fields=["finding", "question"], name="a_finding_rests_on_a_question_once")
        ]

    def __str__(self) -> str:
        return f"question {self.question.number}{f' ({self.agency})' if self.agency else ''}"


class FindingEvidence(models.Model):
    """What a finding rests on of the evidence that agencies gave with their returns: a reference to an agency's own
    record, or a photograph or document. What is cited cannot be deleted while the finding is kept."""

    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="evidence")
    reference = models.ForeignKey(Evidence, on_delete=models.PROTECT, null=True, related_name="+")
    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "evidence of findings"
        constraints = [
            models.UniqueConstraint(fields=["finding", "reference"], name="a_finding_rests_on_a_reference_once"),
            models.UniqueConstraint(fields=["finding", "upload"], name="a_finding_rests_on_an_upload_once"),
            models.CheckConstraint(
                condition=models.Q(reference=None) ^ models.Q(upload=None), name="evidence_is_one_of_the_two"
            ),
        ]

    def __str__(self) -> str:
        return str(self.row)

    @property
    def row(self) -> Evidence | Upload:
        found = self.reference or self.upload
        assert found  # by a constraint
        return found


class EarlierWording(models.Model):
    """What a finding said before the chair reworded it after the panel, since its facts were disputed."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="earlier_wordings")
    text = models.TextField()
    replaced_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    replaced_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"earlier wording {self.public_id[:6]}"


class EarlierTags(models.Model):
    """Which agencies a finding was about, its themes and causes, before the chair corrected them after the panel."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="earlier_tags")
    agencies = models.ManyToManyField(Agency, related_name="+")
    themes = models.JSONField(default=list)
    causes = models.JSONField(default=list)
    replaced_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    replaced_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "earlier tags"

    def __str__(self) -> str:
        return f"earlier tags {self.public_id[:6]}"

    @property
    def causes_in_words(self) -> str:
        return in_words(self.causes)


class FindingTerm(models.Model):
    """A word of a finding, or a concept of practice that stands in it, by which others that say the same are found."""

    # That of the finding, by which the newest of one partnership are found among those of all.
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="+", db_index=False)
    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="terms", db_index=False)
    term = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["finding", "term"], name="a_term_stands_once_with_its_number")]
        indexes = [models.Index(fields=["partnership", "term", "finding"], name="findings_by_their_terms")]

    def __str__(self) -> str:
        return self.term


class DissentQuerySet(models.QuerySet["Dissent"]):
    def standing(self) -> Self:
        """Those that have not been withdrawn, of findings that have not been either."""
        return self.filter(withdrawn_at=None, finding__withdrawn_at=None)


class Dissent(Versioned):
    """That an agency does not agree with a finding on a case, in its own words."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    finding = models.ForeignKey(Finding, on_delete=models.CASCADE, related_name="dissents")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    words = SealedField()
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = DissentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["finding", "agency"], name="an_agency_dissents_once_from_a_finding")
        ]

    def __str__(self) -> str:
        return f"dissent {self.public_id[:6]}"


class RestrictedNoteQuerySet(models.QuerySet["RestrictedNote"]):
    def known_to(self, person: Person) -> Self:
        """Those who take notes know that it was sent; of an agency only its lead does, who alone reads it."""
        if person.holds(*TAKES_NOTES):
            return self.filter(hearing__case__audit__partnership=person.partnership_id)
        return self.for_lead(person)

    def for_lead(self, person: Person) -> Self:
        """Those that were sent to the agency that somebody leads."""
        return self.filter(agency=person.agency_id) if person.holds(Role.AGENCY_LEAD) else self.none()


class RestrictedNote(Versioned):
    """What a panel has to tell one agency about a person's practice: its lead reads it, and nobody else.

    It is sent once and never changed.
    """

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    hearing = models.ForeignKey(Hearing, on_delete=models.CASCADE, related_name="restricted_notes")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    words = SealedField()
    sent_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)  # by the first of its leads
    outcome = SealedField()  # what was done about it, for the leads of the agency alone
    dealt_with_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    dealt_with_at = models.DateTimeField(null=True)

    objects = RestrictedNoteQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"restricted note {self.public_id[:6]}"


ACTION = "action"  # what a line is under that proposes what is to be done
STRENGTHS = (Heading.WENT_WELL, Heading.GOOD_PRACTICE)


class PanelLine(Versioned):
    """What somebody said at a panel, under one of its three questions or as an action that is proposed, as one of its
    note-takers typed it.

    Each is a row of its own, so that several hands write at once and none covers what another wrote.
    """

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    hearing = models.ForeignKey(Hearing, on_delete=models.CASCADE, related_name="lines")
    heading = models.CharField(max_length=30, choices=[*Heading.choices, (ACTION, "Proposed actions")])
    place = models.PositiveIntegerField()  # the order in which they came: the change that was their first
    changed = models.PositiveIntegerField()  # the change of the hearing that was the line's last
    # A number that the page made for it: a line that is sent again, because no answer came, is the same line.
    sent = models.CharField(max_length=32)
    words = SealedField()
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")  # who said it
    in_own_record = models.BooleanField(default=False)  # it stands in the record of the agency that said it
    # Of the returns, where it was taken from what they offer.
    question = models.ForeignKey(Question, on_delete=models.PROTECT, null=True, related_name="+")
    # Of the chronology, where it was taken from a question that it asks: the mark of its pattern.
    asked = models.CharField(max_length=64, blank=True)
    typed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    typed_at = models.DateTimeField(auto_now_add=True)
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(null=True)
    taken_out_at = models.DateTimeField(null=True)
    finding = models.OneToOneField(Finding, on_delete=models.SET_NULL, null=True, related_name="line")
    rests_on = models.ForeignKey(  # the finding with which an action was proposed
        Finding, on_delete=models.SET_NULL, null=True, related_name="proposed_actions"
    )

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["hearing", "place"], name="lines_stand_in_an_order"),
            models.UniqueConstraint(fields=["hearing", "sent"], name="a_line_is_sent_once"),
        ]
        indexes = [models.Index(fields=["hearing", "changed"], name="lines_by_their_last_change")]

    def __str__(self) -> str:
        return f"line {self.place}"


class PanelGrade(Versioned):
    """What the panel gives beside the grade that an agency gave its own work, on one question about one case.

    All of it is sealed, as the agency's own grade is. What was taken back stays as a row with nothing in it.
    """

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    hearing = models.ForeignKey(Hearing, on_delete=models.CASCADE, related_name="grades")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    grade = SealedField()
    reason = SealedField()
    follows = SealedField()  # what was decided because of it
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hearing", "question", "agency"], name="the_panel_grades_an_agency_once_on_a_question"
            )
        ]

    def __str__(self) -> str:
        return f"panel grade {self.public_id[:6]}"
