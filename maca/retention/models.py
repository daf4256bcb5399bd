from typing import Self

from django.db import models

from maca.cases.models import Nomination
from maca.kernel.append_only import AppendOnly
from maca.kernel.ids import new_public_id
from maca.kernel.versions import Versioned
from maca.partnership.models import Partnership, Person


class RecordClass(models.TextChoices):
    """What a period of the schedule is for. What lies under one key is one class: it can only go together."""

    IDENTITY = "identity", "Who the child is"
    CASE = "case", "Returns, uploads, chronologies and all else that is written about a case"
    FINDINGS = "findings", "Findings and actions"
    BRIEFINGS = "briefings", "Briefings"
    JOURNAL = "journal", "The journal"


# Those that can be destroyed, each by destroying a key. The rest is the learning, and the record of what was done.
SHREDDED = (RecordClass.IDENTITY, RecordClass.CASE)


class CountedFrom(models.TextChoices):
    """The day from which a period is counted, for each audit."""

    APPROVED = "approved", "the day the briefing was approved, which signs the audit off"
    PUBLISHED = "published", "the day the briefing was published"
    ACTIONS = "actions", "the day the last action of the audit was closed, and not before the briefing was published"


class Period(Versioned):
    """How long a class of record is kept, counted from what, and why. A class without a row has its usual period,
    which nobody has decided on yet, and by which nothing is destroyed."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="periods")
    record_class = models.CharField(max_length=20, choices=RecordClass.choices)
    months = models.PositiveSmallIntegerField(null=True)  # None: without an end
    counted_from = models.CharField(max_length=20, choices=CountedFrom.choices, default=CountedFrom.PUBLISHED)
    reason = models.TextField()
    source = models.TextField()
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["partnership", "record_class"], name="a_class_of_record_has_one_period")
        ]

    def __str__(self) -> str:
        return f"period of {self.record_class}"

    @property
    def is_decided(self) -> bool:
        return self.saved_at is not None

    @property
    def is_shredded(self) -> bool:
        return self.record_class in SHREDDED

    @property
    def length(self) -> str:
        """How long, in years and months."""
        years, months = divmod(self.months or 0, 12)
        counted = [(years, "year"), (months, "month")]
        parts = [f"{number} {word}{'' if number == 1 else 's'}" for number, word in counted if number]
        return " and ".join(parts) or "No time"

    def in_words(self) -> str:
        """How long, and counted from what."""
        if self.months is None:
            return "Without an end"
        return f"{self.length} from {CountedFrom(self.counted_from).label}"


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def visible_to(self, person: Person) -> Self:
        """The certificates of one’s own partnership. Who may read them, the rules say."""
        return self.filter(partnership=person.partnership_id)


class Certificate(models.Model):
    """That something was destroyed: what, by whom, when, by which rule, and with which keys. It never changes.

    `content` is a `certificate.Facts` as JSON; the journal holds its SHA-256.
    """

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="certificates")
    number = models.PositiveIntegerField()
    nomination = models.ForeignKey(Nomination, on_delete=models.PROTECT, related_name="certificates")
    issued_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["partnership", "number"], name="certificates_are_numbered_once")]

    def __str__(self) -> str:
        return f"Certificate {self.number}"


CERTIFICATES_STAY = AppendOnly(
    "retention_certificate",
    name="certificates",
    refusal="a certificate of destruction is never changed or taken away",
    unique=(("public_id",), ("partnership_id", "number")),
)
