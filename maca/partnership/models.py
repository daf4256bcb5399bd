import datetime as dt
from collections.abc import Iterable
from functools import cached_property
from typing import ClassVar, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.text import slugify

from maca.kernel.clock import today
from maca.kernel.ids import new_public_id
from maca.kernel.versions import Versioned

# The commonest finding of access audits is an account that outlived its need. So each one lapses unless
# somebody who would know says, within this many days, that the person still works here and still needs it.
ATTESTED_FOR = dt.timedelta(days=90)


class Partnership(models.Model):
    """A safeguarding children partnership: its agencies audit cases together. (Children Act 2004, s.16E)"""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    name = models.CharField(max_length=200)
    # Training: invented families only, a banner on every page, one-click sign-in.
    training = models.BooleanField(default=False)
    # Partnerships call this MACA, MACFA, MAAP, MATA, deep dive … : the name is theirs.
    audit_kind = models.CharField(max_length=100, default="Multi Agency Case Audit")
    briefing_form = models.CharField(max_length=100, default="6 Step Briefing")
    # Printed on every request to an agency; each audit may change them.
    usual_purpose = models.TextField(default="")
    usual_legal_basis = models.TextField(default="")
    # Whether agencies may add photographs and documents to a return. Those added before stay readable.
    takes_uploads = models.BooleanField(default=True)
    # Whether briefings may be put on a page that anybody reads without signing in. Each has its own switch too.
    public_briefings = models.BooleanField(default=False)
    # Of headings on what is printed, as “#1d4e6f”. Empty: the site’s own.
    colour = models.CharField(max_length=7, blank=True, default="")

    def __str__(self) -> str:
        return self.name


class SchoolHoliday(models.Model):
    """Days on which the schools of a partnership are closed, as it has entered them: they differ by place."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="school_holidays")
    name = models.CharField(max_length=100)
    first_on = models.DateField()
    last_on = models.DateField()

    class Meta:
        ordering = ["first_on", "pk"]

    def __str__(self) -> str:
        return self.name


class AgencyKind(models.TextChoices):
    CHILDREN_SOCIAL_CARE = "children_social_care", "Children’s social care"
    POLICE = "police", "Police"
    HEALTH_VISITING = "health_visiting", "Health visiting"
    SCHOOL_NURSING = "school_nursing", "School nursing"
    SCHOOL = "school", "School"
    NURSERY = "nursery", "Nursery or early years"
    GP = "gp", "GP practice"
    HOSPITAL = "hospital", "Hospital or midwifery"
    CAMHS = "camhs", "Child and adolescent mental health"
    ADULT_MENTAL_HEALTH = "adult_mental_health", "Adult mental health"
    SUBSTANCE_MISUSE = "substance_misuse", "Adult substance misuse"
    EARLY_HELP = "early_help", "Early help"
    HOUSING = "housing", "Housing"
    PROBATION = "probation", "Probation"
    YOUTH_JUSTICE = "youth_justice", "Youth justice"
    OTHER = "other", "Another agency"


class Agency(Versioned):
    """A body that works with children or their families and answers for its own records."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="agencies")
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=130)
    kind = models.CharField(max_length=30, choices=AgencyKind.choices)
    # Who is written to when the agency is asked, and who else when no answer comes.
    contact = models.ForeignKey("Person", on_delete=models.SET_NULL, null=True, related_name="+")
    deputy = models.ForeignKey("Person", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["partnership", "slug"], name="an_agency_stands_once_in_a_partnership")
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    BUSINESS_MANAGER = "business_manager", "Business manager"
    CHAIR = "chair", "Sub-group chair"
    SUB_GROUP_MEMBER = "sub_group_member", "Sub-group member"
    AGENCY_LEAD = "agency_lead", "Agency lead"
    AUDITOR = "auditor", "Agency auditor"
    SOCIAL_WORKER = "social_worker", "Social worker"
    PRACTICE_MANAGER = "practice_manager", "Practice manager"
    PANEL_MEMBER = "panel_member", "Panel member"
    SCRUTINEER = "scrutineer", "Scrutineer"
    INFORMATION_GOVERNANCE = "information_governance", "Information governance officer"
    OPERATOR = "operator", "Operator"


# What each role is for, in the words shown where a role is granted and on the people page.
ROLES_IN_PROSE: dict[Role, str] = {
    Role.BUSINESS_MANAGER: (
        "Runs the audit: circulates the cases, watches the board, reads the summative reports, drafts and "
        "publishes the briefing. Cannot answer for an agency or approve a briefing of their own."
    ),
    Role.CHAIR: (
        "Chairs the quality assurance sub-group: records priorities, adopts themes, plans audits, selects the "
        "cases, opens the panel, records its findings and approves the briefing."
    ),
    Role.SUB_GROUP_MEMBER: (
        "Nominates cases with a rationale, hears the cases at the panel and may approve a briefing."
    ),
    Role.AGENCY_LEAD: (
        "Answers for one agency: reads and finishes its returns, or declines one with a reason. Sees no other "
        "agency’s return before the panel."
    ),
    Role.AUDITOR: (
        "Reads their own agency’s record of a case and writes its return. Sees no other agency’s return before "
        "the panel."
    ),
    Role.SOCIAL_WORKER: (
        "A guest from practice: introduces a case of their own to the panel, and sees the questions beforehand."
    ),
    Role.PRACTICE_MANAGER: (
        "A guest from practice: introduces a case of their team to the panel, and sees the questions beforehand."
    ),
    Role.PANEL_MEMBER: (
        "Hears the cases they have been given a seat for, and reads those cases’ reports from the day the panel "
        "opens. Sees no other case."
    ),
    Role.SCRUTINEER: (
        "Reads everything about the audit with the cases called “Case 1”, “Case 2” and so on; never a name. "
        "Changes nothing."
    ),
    Role.INFORMATION_GOVERNANCE: (
        "Reads the journal: who did and who saw what, and when. Reads no case, no return and no name of a child."
    ),
    Role.OPERATOR: (
        "Looks after the machine and runs commands on it. Reads no case and no return, and cannot sign in."
    ),
}


# Those who speak for an agency.
FOR_AN_AGENCY = (Role.AGENCY_LEAD, Role.AUDITOR)
# Their independence, or their keeping out of the content, is what they are there for.
HELD_ALONE = (Role.SCRUTINEER, Role.INFORMATION_GOVERNANCE, Role.OPERATOR)


class EndReason(models.TextChoices):
    LEFT = "left", "Has left"
    MOVED = "moved", "Has moved to other work"
    NOT_NEEDED = "not_needed", "No longer needs it"
    NEVER_JOINED = "never_joined", "Never joined"


def as_kept(address: str) -> str:
    """An e-mail address as the register keeps it, in small letters; nothing for one that no account can have.

    A database may hold a letter of another alphabet for one of ours (“ſ” for “s”), so only ASCII is looked up.
    """
    address = address.strip()
    return address.lower() if address.isascii() else ""


NOT_AN_ADDRESS = (
    "This e-mail address has a letter that is not plain English, such as an accent or one of another alphabet. Type it "
    "anew, or ask for an address without it."
)


class People(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.select_related("partnership", "agency").get(email=as_kept(username or ""))


class PersonQuerySet(models.QuerySet["Person"]):
    def holding(self, *roles: Role) -> Self:
        return self.filter(is_active=True, appointments__role__in=roles).distinct()

    def attested(self) -> Self:
        """Those whose attestation has not run out."""
        return self.filter(attested_on__gte=today() - ATTESTED_FOR)

    def visible_to(self, person: "Person") -> Self:
        """People of one's own partnership."""
        return self.filter(partnership=person.partnership_id)


class Person(AbstractBaseUser, Versioned):
    """Somebody who signs in, speaking for at most one agency of one partnership."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="people")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, blank=True, related_name="people")
    email = models.EmailField(unique=True)
    # Where they were invited, if that address signs in for another partnership: `email` is then one that nobody has.
    invited_as = models.EmailField(blank=True, default="")
    name = models.CharField(max_length=200)
    # By role on screen: "Health visitor lead". Never a worker's name in a finding.
    post = models.CharField(max_length=200)
    is_active = models.BooleanField(default=True)
    invited_at = models.DateTimeField(null=True, blank=True)
    # Empty while the message has not gone out: whoever invites is then told to send it again.
    invitation_sent_at = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField(null=True, blank=True)
    attested_on = models.DateField(null=True, blank=True)
    attested_by = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.CharField(max_length=20, choices=EndReason.choices, blank=True, default="")

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = People.from_queryset(PersonQuerySet)()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name}, {self.post}"

    @property
    def address(self) -> str:
        """Where they are written to, and by which they are known on the register."""
        return self.invited_as or self.email

    @property
    def partnership_public_id(self) -> str:
        return self.partnership.public_id

    @cached_property
    def roles(self) -> frozenset[Role]:
        return frozenset(Role(appointment.role) for appointment in self.appointments.all())

    @property
    def attested_until(self) -> dt.date | None:
        """The last day on which the latest attestation holds."""
        return self.attested_on + ATTESTED_FOR if self.attested_on else None

    def is_attested(self) -> bool:
        return self.attested_until is not None and today() <= self.attested_until

    def may_sign_in(self) -> bool:
        """An account that is open, and that somebody has stood up for in the last 90 days."""
        return self.is_active and self.ended_at is None and self.is_attested()

    def standing(self) -> tuple[str, str]:
        """How the account stands, in words, and the colour of its tag."""
        if self.ended_at is not None or not self.is_active:
            return "Ended", "grey"
        if not self.is_attested():
            return "Lapsed", "red"
        return ("Open", "green") if self.joined_at else ("Invited", "yellow")

    def holds(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)

    @property
    def sees_audits(self) -> bool:
        """The operator and the information governance officer see neither audits nor briefings."""
        return not self.holds(Role.OPERATOR, Role.INFORMATION_GOVERNANCE)

    def speaks_for(self, agency: Agency) -> bool:
        """An agency's lead and its auditors may answer for it; nobody else."""
        return self.agency_id == agency.pk and self.holds(Role.AGENCY_LEAD, Role.AUDITOR)

    def roles_in_words(self) -> str:
        return ", ".join(role.label for role in Role if role in self.roles)


class Appointment(models.Model):
    """A role that a person holds."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="appointments")
    role = models.CharField(max_length=30, choices=Role.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "role"], name="a_role_is_held_once")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.role}"


def first_free_slug(wanted: str, taken: Iterable[str]) -> str:
    """`wanted` as an address, with a number behind it when another has it already."""
    base = slugify(wanted)[:100] or "audit"
    used = set(taken)
    slug, count = base, 2
    while slug in used:
        slug, count = f"{base}-{count}", count + 1
    return slug
