from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from maca.actions.stages import ActionStage
from maca.audits.models import Audit
from maca.cases.models import Case
from maca.kernel.clock import is_past, today
from maca.kernel.ids import new_public_id
from maca.kernel.versions import Versioned
from maca.panel.models import Finding
from maca.partnership.models import Agency, Person, Role
from maca.returns.models import ReminderStep

RUNS = (Role.CHAIR, Role.BUSINESS_MANAGER)
SEES_EVERY_ACTION = (*RUNS, Role.SUB_GROUP_MEMBER, Role.SCRUTINEER)
VERIFIES = (*RUNS, Role.SUB_GROUP_MEMBER, Role.AGENCY_LEAD)


class Impact(models.TextChoices):
    """Whether what was done has changed anything, as somebody else than who did it has measured."""

    SHOWN = "shown", "Impact shown"
    NOT_SHOWN = "not_shown", "Impact not shown"
    NOT_MEASURED = "not_measured", "Impact not measured"


class ActionQuerySet(models.QuerySet["Action"]):
    def visible_to(self, person: Person) -> Self:
        """The sub-group, those who run the audits and the scrutineer see every action of their partnership. The lead of
        an agency sees its own, and of others what waits to be verified or was verified by them; everybody what they
        are accountable for."""
        mine = self.filter(audit__partnership=person.partnership_id)
        if not person.sees_audits:
            return self.none()
        if person.holds(*SEES_EVERY_ACTION):
            return mine
        theirs = Q(accountable=person.pk)
        if person.holds(Role.AGENCY_LEAD):
            decided = Closing.objects.filter(action=OuterRef("pk"), decided_by=person.pk)
            theirs |= Q(agency=person.agency_id) | Q(stage=ActionStage.REPORTED) | Q(Exists(decided))
        return mine.filter(theirs)

    def open(self) -> Self:
        return self.filter(stage=ActionStage.OPEN)

    def late(self) -> Self:
        return self.open().filter(due_on__lt=today())

    def reported(self) -> Self:
        return self.filter(stage=ActionStage.REPORTED)

    def done(self) -> Self:
        return self.filter(stage=ActionStage.DONE)

    def worked(self) -> Self:
        return self.done().filter(impact=Impact.SHOWN)

    def of(self, audit: Audit) -> Self:
        """Those that belong to an audit, and those of others that were joined to one of its findings."""
        joined = RestsOn.objects.filter(action=OuterRef("pk"), finding__audit=audit)
        return self.filter(Q(audit=audit) | Q(Exists(joined)))


class Action(Versioned):
    """What will change because of findings: one accountable person, an agency, a day, what success looks like, and how
    its impact will be measured, from what baseline."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="actions")
    findings = models.ManyToManyField(Finding, through="RestsOn", related_name="actions")
    change = models.TextField()
    accountable = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    success = models.TextField()
    measure = models.TextField()
    baseline = models.TextField()
    stage = models.CharField(max_length=20, choices=ActionStage.choices, default=ActionStage.OPEN)
    # What the last look at it said; blank until somebody has looked.
    impact = models.CharField(max_length=20, choices=Impact.choices, blank=True)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    saved_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    stopped_because = models.TextField(blank=True)

    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        indexes = [models.Index(fields=["stage", "due_on"], name="actions_by_their_day")]

    def __str__(self) -> str:
        return f"action {self.public_id[:6]}"

    @property
    def is_late(self) -> bool:
        """What waits to be verified is not late: whoever is accountable has done their part."""
        return self.stage == ActionStage.OPEN and is_past(self.due_on)

    def standing(self) -> tuple[str, str]:
        """How it stands, in words and as a colour. What is done has not worked until that is shown."""
        if self.is_late:
            return "Late", "red"
        colours = {ActionStage.OPEN: "blue", ActionStage.REPORTED: "yellow", ActionStage.DONE: "turquoise"}
        return str(self.get_stage_display()), colours.get(ActionStage(self.stage), "grey")

    def impact_standing(self) -> tuple[str, str]:
        """Whether it worked, in words and as a colour; nothing before it is done."""
        if self.stage != ActionStage.DONE:
            return "", ""
        colours = {Impact.SHOWN: "green", Impact.NOT_SHOWN: "red", Impact.NOT_MEASURED: "grey"}
        if not self.impact:
            return "Impact not looked at yet", "grey"
        return str(self.get_impact_display()), colours[Impact(self.impact)]


class RestsOn(models.Model):
    """That an action rests on a finding: it was made of it, or the finding joined an action that was there."""

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="rests_on")
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="acted_on")
    joined_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "rests on"
        constraints = [models.UniqueConstraint(fields=["action", "finding"], name="an_action_rests_on_a_finding_once")]

    def __str__(self) -> str:
        return f"rests on {self.pk}"


class Progress(models.Model):
    """What the accountable person says of how far an action is."""

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="progress")
    words = models.TextField()
    written_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "progress"

    def __str__(self) -> str:
        return f"progress {self.pk}"


class EarlierDay(models.Model):
    """The day by which an action was to be done before it was moved, and why it was."""

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="earlier_days")
    due_on = models.DateField()
    moved_to = models.DateField()
    reason = models.TextField()
    moved_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    moved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"earlier day {self.pk}"


class Closing(models.Model):
    """That the accountable person says that an action is done, and where the proof is; and what somebody of another
    agency decided who looked at the proof."""

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="closings")
    done = models.TextField()
    proof = models.TextField()
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    verified = models.BooleanField(null=True)
    words = models.TextField(blank=True)  # what the verifier saw, or why it was sent back
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["action"], condition=Q(verified=None), name="an_action_waits_once_to_be_verified"
            )
        ]

    def __str__(self) -> str:
        return f"closing {self.pk}"


class ImpactCheck(models.Model):
    """A look at whether what was done has worked: the measure before and after, the cases it was seen in, and the day;
    or why it was not measured."""

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="impact_checks")
    impact = models.CharField(max_length=20, choices=Impact.choices)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    seen_in = models.ManyToManyField(Case, related_name="+")
    seen_on = models.DateField()
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"impact check {self.pk}"


class ActionReminder(models.Model):
    """That one person was written to about one action at one step; it is what keeps them from hearing it twice."""

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="reminders")
    step = models.CharField(max_length=20, choices=ReminderStep.choices)
    day = models.DateField()
    recipient = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    notice = models.CharField(max_length=32)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "step", "day", "recipient"], name="nobody_is_reminded_twice_of_an_action"
            )
        ]

    def __str__(self) -> str:
        return f"reminder of an action {self.pk}"
