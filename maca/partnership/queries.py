import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from maca.kernel.clock import today
from maca.partnership.models import (
    ATTESTED_FOR,
    FOR_AN_AGENCY,
    Agency,
    Partnership,
    Person,
    PersonQuerySet,
    Role,
    SchoolHoliday,
)

# How long before an attestation runs out it is asked for.
ASKED_BEFORE = dt.timedelta(days=14)
# An account that nobody has signed in with for so long is likely to belong to somebody who has left.
UNUSED_AFTER = dt.timedelta(days=60)


def _open_accounts(person: Person) -> PersonQuerySet:
    return (
        Person.objects.visible_to(person)
        .filter(is_active=True)
        .select_related("agency", "partnership")
        .prefetch_related("appointments")
    )


def people_of(person: Person) -> list[Person]:
    """Everybody in one's own partnership whose account is open, with agency and roles."""
    return list(_open_accounts(person).order_by("agency__name", "name"))


def find_person(asking: Person, person: str) -> Person:
    """Somebody of one's own partnership, whose account may have ended. Operators are on no page."""
    return (
        Person.objects.visible_to(asking)
        .exclude(appointments__role=Role.OPERATOR)
        .select_related("agency", "partnership", "attested_by")
        .prefetch_related("appointments")
        .get(public_id=person)
    )


def ended_accounts(person: Person) -> list[Person]:
    """People of one's own partnership whose account has ended, the latest first."""
    return list(Person.objects.visible_to(person).exclude(ended_at=None).order_by("-ended_at"))


def agencies_of(person: Person) -> list[Agency]:
    """The agencies on the register of one's own partnership."""
    return list(Agency.objects.filter(partnership=person.partnership_id))


def school_holidays_of(partnership: Partnership) -> list[SchoolHoliday]:
    """What a partnership has entered of its school holidays, the earliest first."""
    return list(SchoolHoliday.objects.filter(partnership=partnership))


def school_holiday_warning(partnership: Partnership, day: dt.date) -> str:
    """A sentence where a day falls in school holidays, both ends included; nothing where it does not."""
    holidays = SchoolHoliday.objects.filter(partnership=partnership, first_on__lte=day, last_on__gte=day)
    if not (holiday := holidays.first()):
        return ""
    return f"{day:%-d %B %Y} is in the school holidays ({holiday}). Schools may not be able to answer by then."


def find_agency(person: Person, body: str) -> Agency:
    """An agency on the register of one's own partnership."""
    return Agency.objects.select_related("contact", "deputy").get(partnership=person.partnership_id, public_id=body)


def answering_for(agency: Agency) -> list[Person]:
    """Those who answer for an agency: its leads and its auditors whose account is open, by name."""
    people = Person.objects.holding(*FOR_AN_AGENCY).filter(agency=agency, ended_at=None)
    return list(people.order_by("name").prefetch_related("appointments"))


def invented_people() -> list[Person]:
    """Everybody a training site can sign in as with one click, in the order an audit meets them."""
    people = (
        Person.objects.filter(partnership__training=True, is_active=True)
        .select_related("agency", "partnership")
        .prefetch_related("appointments")
    )
    order = list(Role)
    return sorted(people, key=lambda one: (min((order.index(role) for role in one.roles), default=99), one.name))


# ---- standing up for people, every 90 days


def stands_up_for(person: Person, subject: Person, *, has_lead: bool) -> bool:
    """Whether it is this person who says that the other still works here and still needs the account.

    The chair says it of the business manager; the business manager of the chair, of each agency's lead and of
    whoever has no agency; the lead of everybody else in the agency. For an agency without a lead who can sign
    in (`has_lead` is False) the business manager does, so that nobody is locked out for want of one.
    """
    if person.pk == subject.pk or person.partnership_id != subject.partnership_id:
        return False
    if subject.holds(Role.BUSINESS_MANAGER):
        return person.holds(Role.CHAIR)
    if subject.agency_id is None or subject.holds(Role.CHAIR, Role.AGENCY_LEAD):
        return person.holds(Role.BUSINESS_MANAGER)
    if person.holds(Role.AGENCY_LEAD) and person.agency_id == subject.agency_id:
        return True
    return person.holds(Role.BUSINESS_MANAGER) and not has_lead


def has_a_lead(agency: int | None) -> bool:
    """Whether an agency has a lead who can sign in."""
    return Person.objects.holding(Role.AGENCY_LEAD).attested().filter(agency=agency, ended_at=None).exists()


def attested_by(person: Person) -> list[Person]:
    """Everybody whose account waits upon this person's word, the most pressing first."""
    return _upon_the_word_of(person, _open_accounts(person))


def _upon_the_word_of(person: Person, accounts: PersonQuerySet) -> list[Person]:
    found = list(accounts.order_by("attested_on", "name"))
    if not found:
        return []
    leads = Person.objects.visible_to(person).holding(Role.AGENCY_LEAD).attested().filter(ended_at=None)
    led = set(leads.values_list("agency", flat=True))
    return [one for one in found if stands_up_for(person, one, has_lead=one.agency_id in led)]


def to_attest(person: Person) -> list[Person]:
    """Those of them whose attestation runs out within 14 days, or has run out. No query for anybody else."""
    if not person.holds(Role.BUSINESS_MANAGER, Role.CHAIR, Role.AGENCY_LEAD):
        return []
    last = today() + ASKED_BEFORE - ATTESTED_FOR
    return _upon_the_word_of(person, _open_accounts(person).filter(Q(attested_on=None) | Q(attested_on__lte=last)))


def is_due(person: Person) -> bool:
    return person.attested_until is None or person.attested_until <= today() + ASKED_BEFORE


# ---- who may have left


@dataclass(frozen=True)
class Leavers:
    """People whose account may have outlived its need."""

    never_joined: list[Person]
    unused: list[Person]
    lapsed: list[Person]


def leavers(people: Iterable[Person]) -> Leavers:
    """Of `people`: invited and never joined; not signed in for 60 days; no longer attested."""
    people = list(people)
    since = timezone.now() - UNUSED_AFTER
    return Leavers(
        never_joined=[one for one in people if one.joined_at is None],
        unused=[one for one in people if one.joined_at and (one.last_login or one.joined_at) < since],
        lapsed=[one for one in people if not one.is_attested()],
    )
