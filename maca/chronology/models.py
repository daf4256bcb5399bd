from django.db import models

from maca.cases.models import Case
from maca.kernel.ids import new_public_id
from maca.kernel.versions import Versioned
from maca.partnership.models import Agency, Partnership, Person
from maca.sealing.field import SealedField


class Chronology(Versioned):
    """The merged line of one case, and what was decided on its patterns."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="chronology")
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"chronology {self.public_id[:6]}"


class Thresholds(Versioned):
    """When the patterns of a partnership ask: the numbers that it has changed from the usual ones."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    partnership = models.OneToOneField(Partnership, on_delete=models.CASCADE, related_name="thresholds")
    changed = models.JSONField(default=dict)  # by their names in `patterns.settings.Settings`
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"thresholds {self.public_id[:6]}"


class PracticePhrase(models.Model):
    """Words by which a partnership's agencies tell of an event, besides those that everybody uses."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="practice_phrases")
    event = models.CharField(max_length=30)
    phrase = models.CharField(max_length=100)

    class Meta:
        ordering = ["event", "phrase"]
        constraints = [models.UniqueConstraint(fields=["partnership", "phrase"], name="a_phrase_suggests_one_event")]

    def __str__(self) -> str:
        return self.phrase


class Source(models.TextChoices):
    TYPED = "typed", "Typed on the page"
    PASTED = "pasted", "Pasted from a table"
    UPLOADED = "uploaded", "From a file"


class ChronologyEntry(models.Model):
    """One dated entry of one agency about a case.

    When it was and what kind of event stay outside the seal, so that the database puts the line in order and hands
    out one page of it. Whatever somebody wrote is in `words`.
    """

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="chronology_entries")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=10, choices=Source.choices)
    date = models.DateField()
    # How the date was written where it stands for a month or a year: “2026-03” or “2026”.
    approximate = models.CharField(max_length=7, blank=True)
    time = models.CharField(max_length=5, blank=True)  # “16:50”
    # A code of the vocabulary. What the words suggest counts for nothing until somebody has taken it as the event.
    event = models.CharField(max_length=30, blank=True)
    suggested = models.CharField(max_length=30, blank=True)
    words = SealedField()  # as `kept.packed` writes them
    added_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["date", "time", "pk"]
        indexes = [
            models.Index(fields=["case", "date", "time", "id"], name="the_line_in_order"),
            models.Index(fields=["case", "agency", "date", "time", "id"], name="an_agencys_line_in_order"),
        ]

    def __str__(self) -> str:
        return f"entry {self.public_id[:6]}"


class EntryFile(models.Model):
    """What an agency sent of its entries, sealed as it came, until somebody has looked at it and takes it."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="entry_files")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=10, choices=Source.choices)
    name = SealedField()
    content = SealedField()
    added_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "agency"], name="an_agency_has_one_file_waiting")]

    def __str__(self) -> str:
        return f"file {self.public_id[:6]}"


class Decided(models.TextChoices):
    """What is done with the question that a pattern asks."""

    TAKEN = "taken", "Take it to the panel"
    SET_ASIDE = "set_aside", "Set it aside"


class PatternDecision(models.Model):
    """What somebody decided on one pattern of a chronology, and why. The newest on a pattern stands."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    chronology = models.ForeignKey(Chronology, on_delete=models.CASCADE, related_name="decisions")
    code = models.CharField(max_length=30)
    # Which pattern: the same for the same rule on the same entries (`opening._mark_of`), and says no more.
    mark = models.CharField(max_length=64)
    decided = models.CharField(max_length=10, choices=Decided.choices)
    reason = SealedField()
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"decision {self.public_id[:6]}"
