import datetime as dt

from django.db import models

from maca.cases.models import AgeBand, Case
from maca.kernel.ids import new_public_id
from maca.kernel.versions import Versioned
from maca.partnership.models import Agency, Person
from maca.sealing.field import SealedField


class Sharing(models.TextChoices):
    """Who reads a reflection besides whoever wrote it."""

    NO = "no", "No, it stays with me"
    UNNAMED = "unnamed", "Yes, without saying who wrote it"
    YES = "yes", "Yes, with my name and post"


SHARED = (Sharing.UNNAMED, Sharing.YES)


class Obstacle(models.TextChoices):
    """What got in the way of the work."""

    WORKLOAD = "workload", "Workload"
    SYSTEM = "system", "The system: rules, tools or procedures"
    INFORMATION = "information", "Information that I did not have"
    CONFIDENCE = "confidence", "My own confidence"
    OTHER_AGENCY = "other_agency", "Working with another agency"


class Reflection(Versioned):
    """What somebody who introduces a case thinks of their own work with the family. Theirs alone until shared."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reflections")
    written_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    sharing = models.CharField(max_length=10, choices=Sharing.choices, default=Sharing.NO)
    worried = SealedField()
    helped = SealedField()
    # The codes of `Obstacle`, with spaces between.
    obstacles = SealedField()
    hindered = SealedField()
    differently = SealedField()
    saved_at = models.DateTimeField(null=True)

    class Meta:
        # By an id made at random: an order of time would say something of who wrote which.
        ordering = ["public_id"]
        constraints = [models.UniqueConstraint(fields=["case", "written_by"], name="a_practitioner_reflects_once")]

    def __str__(self) -> str:
        return f"reflection {self.public_id[:6]}"

    @property
    def is_shared(self) -> bool:
        return self.sharing in SHARED

    @property
    def in_the_way(self) -> list[str]:
        """What got in the way, of an opened reflection, in words."""
        return [str(Obstacle(code).label) for code in str(self.obstacles).split()]


class Whose(models.TextChoices):
    """Whose view it is, by their place in the family and never by name. Siblings are counted from the oldest."""

    INDEX_CHILD = "index_child", "The index child"
    SIBLING_1 = "sibling_1", "Brother or sister 1, counted from the oldest"
    SIBLING_2 = "sibling_2", "Brother or sister 2"
    SIBLING_3 = "sibling_3", "Brother or sister 3"
    SIBLING_4 = "sibling_4", "Brother or sister 4"
    SIBLING_5 = "sibling_5", "Brother or sister 5"
    SIBLING_6 = "sibling_6", "Brother or sister 6"
    SIBLING_7 = "sibling_7", "Brother or sister 7"
    SIBLING_8 = "sibling_8", "Brother or sister 8"
    SIBLING_9 = "sibling_9", "Brother or sister 9"
    MOTHER = "mother", "Mother"
    FATHER = "father", "Father"
    PARTNER = "partner", "A parent’s partner"
    CARER = "carer", "Another carer"
    RELATIVE = "relative", "Another relative"


ADULTS = (Whose.MOTHER, Whose.FATHER, Whose.PARTNER, Whose.CARER, Whose.RELATIVE)
CHILDREN = tuple(one for one in Whose if one not in ADULTS)


class Outcome(models.TextChoices):
    """What came of it. That somebody was not asked is on record too."""

    GAVE = "gave", "They gave a view"
    DID_NOT_WANT = "did_not_want", "They were asked and did not want to"
    NOT_ASKED = "not_asked", "They were not asked"


class Method(models.TextChoices):
    TALK = "talk", "A talk"
    PLAY = "play", "Play or drawing"
    WRITTEN = "written", "A letter or a form"
    OBSERVED = "observed", "Watching a child who cannot say it"
    ADVOCATE = "advocate", "Through an advocate or interpreter"


class Words(models.TextChoices):
    OWN = "own", "Their own words"
    WORKER = "worker", "The worker’s words for it"
    BOTH = "both", "Some of each"


class Extent(models.TextChoices):
    YES = "yes", "Yes"
    PARTLY = "partly", "Partly"
    NO = "no", "No"
    NOT_SAID = "not_said", "They did not say"


class FamilyView(Versioned):
    """What somebody of the family says of the help they had, taken by a worker with them, or why nobody asked."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="family_views")
    # Whose worker recorded it; nothing where whoever introduces the case did so.
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    whose = models.CharField(max_length=20, choices=Whose.choices)
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    # Whether they agreed that it is used in the audit. What they did not agree to is counted and not shown.
    agreed = models.BooleanField(default=False)
    age_band = models.CharField(max_length=20, choices=AgeBand.choices, blank=True)
    method = models.CharField(max_length=20, choices=Method.choices, blank=True)
    whose_words = models.CharField(max_length=20, choices=Words.choices, blank=True)
    asked_by = SealedField()
    asked_on = SealedField()
    told = SealedField()
    like = SealedField()
    listened = SealedField()
    better = SealedField()
    helped = SealedField()
    change = SealedField()
    why_not = SealedField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["whose", "pk"]

    def __str__(self) -> str:
        return f"view {self.public_id[:6]}"

    @property
    def is_of_a_child(self) -> bool:
        return self.whose in CHILDREN

    @property
    def is_shown(self) -> bool:
        """Whether its words stand in the report."""
        return self.outcome != Outcome.GAVE or self.agreed

    @property
    def day(self) -> dt.date | None:
        """The date on which they were asked, of an opened view."""
        return dt.date.fromisoformat(str(self.asked_on)) if self.asked_on else None

    @property
    def did_listen(self) -> str:
        """Whether somebody listened, of an opened view, in words."""
        return str(Extent(str(self.listened)).label) if self.listened else ""

    @property
    def did_get_better(self) -> str:
        """Whether things got better, of an opened view, in words."""
        return str(Extent(str(self.better)).label) if self.better else ""
