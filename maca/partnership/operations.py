import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from maca.journal.operations import write
from maca.kernel.clock import today
from maca.kernel.holding import hold
from maca.kernel.verdict import Refused
from maca.kernel.versions import save_changes
from maca.partnership import rules
from maca.partnership.fence import SIGN_IN, standing
from maca.partnership.models import (
    NOT_AN_ADDRESS,
    Agency,
    AgencyKind,
    Appointment,
    EndReason,
    Partnership,
    Person,
    Role,
    SchoolHoliday,
    as_kept,
    first_free_slug,
)
from maca.partnership.register import choose_password, enter, hold_person
from maca.sealing.operations import make_partnership_key

USUAL_PURPOSE = (
    "To quality assure how agencies worked together in this case, as part of a multi-agency case audit. "
    "This is learning and assurance. It is not a response to a child at risk now, and it is not about the "
    "performance of any one person."
)
USUAL_LEGAL_BASIS = (
    "Children Act 2004, section 16H: the safeguarding partners ask for information to enable or assist their "
    "functions under section 16E. UK GDPR Article 6(1)(e) (public task) and Article 9(2)(g) with the Data "
    "Protection Act 2018, Schedule 1, paragraph 18 (safeguarding of children). Consent is not the basis."
)


@transaction.atomic
def found_partnership(*, name: str, training: bool = False) -> Partnership:
    """Set up a partnership, with an operator who stands for commands run on the machine."""
    partnership = Partnership.objects.create(
        name=name, training=training, usual_purpose=USUAL_PURPOSE, usual_legal_basis=USUAL_LEGAL_BASIS
    )
    make_partnership_key(partnership.public_id)
    operator = Person(
        partnership=partnership,
        email=f"operator+{partnership.public_id}@localhost.invalid",
        name="Command line",
        post="Operator of the machine",
        is_active=False,
    )
    operator.set_unusable_password()
    operator.save()
    Appointment.objects.create(person=operator, role=Role.OPERATOR)
    write("founded a partnership", partnership, by=operator)
    return partnership


@transaction.atomic
def set_uploads(partnership: Partnership, *, takes: bool, by: Person) -> None:
    """Take photographs and documents with returns from now on, or no longer. Those there are stay readable."""
    hold(partnership)
    rules.may_set_uploads(by).insist()
    partnership.takes_uploads = takes
    partnership.save(update_fields=["takes_uploads"])
    write("set whether uploads are taken", partnership, by=by, takes=takes)


@transaction.atomic
def set_public_briefings(partnership: Partnership, *, public: bool, by: Person) -> None:
    """Let briefings be put on pages that anybody reads without signing in, or show no such page any longer."""
    hold(partnership)
    rules.may_set_public_briefings(by).insist()
    partnership.public_briefings = public
    partnership.save(update_fields=["public_briefings"])
    write("set whether briefings may be public", partnership, by=by, public=public)


@transaction.atomic
def set_colour(partnership: Partnership, *, colour: str, by: Person) -> None:
    """Print headings in this colour from now on, or in the site’s own where it is empty. What is kept stays."""
    hold(partnership)
    rules.may_set_colour(by).insist()
    rules.may_print_in(colour).insist()
    partnership.colour = colour
    partnership.save(update_fields=["colour"])
    write("set the colour of headings", partnership, by=by, colour=colour)


@transaction.atomic
def change_school_holidays(
    partnership: Partnership,
    *,
    add: tuple[str, dt.date, dt.date] | None,
    take_out: Collection[SchoolHoliday] = (),
    by: Person,
) -> None:
    """Enter a school holiday, by its name, first and last day, and take others out.

    Raises `Refused` where the last day comes before the first.
    """
    hold(partnership)
    rules.may_set_school_holidays(by).insist()
    gone = SchoolHoliday.objects.filter(partnership=partnership, pk__in=[one.pk for one in take_out])
    days = []
    if add:
        name, first_on, last_on = add
        if last_on < first_on:
            raise Refused("ends-before-it-begins", "The last day of a school holiday cannot come before its first.")
        SchoolHoliday.objects.create(partnership=partnership, name=name, first_on=first_on, last_on=last_on)
        days = [first_on.isoformat(), last_on.isoformat()]
    write("changed the school holidays", partnership, by=by, added=days, taken_out=gone.count())
    gone.delete()


@transaction.atomic
def register_agency(*, partnership: Partnership, name: str, kind: AgencyKind, by: Person) -> Agency:
    """Put an agency on the register of the partnership."""
    taken = Agency.objects.filter(partnership=partnership).values_list("slug", flat=True)
    agency = Agency.objects.create(partnership=partnership, name=name, slug=first_free_slug(name, taken), kind=kind)
    write("registered an agency", agency, by=by, kind=kind.value)
    return agency


@transaction.atomic
def name_contacts(
    agency: Agency, *, contact: Person | None, deputy: Person | None, version: int | None, by: Person
) -> None:
    """Name whom an agency’s requests and reminders go to, and who is reminded too when no answer comes."""
    hold(agency)
    rules.may_name_contacts(by, agency).insist()
    for one in (contact, deputy):
        if one is not None:
            rules.may_be_contact(one, agency).insist()
    if contact is not None and contact == deputy:
        raise Refused("same-person", "Choose two people: the deputy is there for when the contact does not answer.")
    save_changes(agency, version=version, contact=contact, deputy=deputy)
    named = [one.public_id if one else "" for one in (contact, deputy)]
    write("named contacts", agency, by=by, contact=named[0], deputy=named[1])


@transaction.atomic
def add_person(
    *,
    partnership: Partnership,
    name: str,
    email: str,
    post: str,
    roles: Iterable[Role],
    agency: Agency | None = None,
    password: str | None = None,
    by: Person,
) -> Person:
    """Give a person an account and their roles. Without a password nobody can sign in by typing one.

    Raises `Refused` when the address has an account, when an agency role comes without an agency, and
    `django.core.exceptions.ValidationError` when the password is too weak.
    """
    roles = list(roles)
    if not (email := as_kept(email)):
        raise Refused("not-an-address", NOT_AN_ADDRESS)
    with standing(SIGN_IN):  # an address has one account on the whole installation
        taken = Person.objects.filter(email=email).exists()
    if taken:
        raise Refused("account-exists", f"{email} has an account already.")
    rules.go_together(roles, agency).insist()
    person = Person(partnership=partnership, agency=agency, email=email, name=name, post=post)
    person.joined_at = timezone.now()
    if password is None:
        person.set_unusable_password()
    else:
        choose_password(person, password)
    enter(person, roles, by=by)
    write("added a person", person, by=by, roles=[role.value for role in roles])
    return person


@transaction.atomic
def change_roles(person: Person, *, roles: Collection[Role], version: int | None, by: Person) -> None:
    """Change what somebody may do. It holds from their next request."""
    hold_person(person)
    rules.may_change_roles_to(by, person, roles).insist()
    before, now = person.roles, frozenset(roles)
    save_changes(person, version=version)
    person.appointments.filter(role__in=before - now).delete()
    Appointment.objects.bulk_create(Appointment(person=person, role=role) for role in Role if role in now - before)
    vars(person).pop("roles", None)
    write("changed roles", person, by=by, before=sorted(before), now=sorted(now))


@transaction.atomic
def end_account(person: Person, *, reason: EndReason, version: int | None, by: Person) -> None:
    """End somebody’s account, with a reason. They are nobody on their next request, wherever they are signed in."""
    hold_person(person)
    rules.may_end_account(by, person).insist()
    _end(person, reason, version=version)
    write("ended an account", person, by=by, reason=reason.value)


@transaction.atomic
def attest_people(answers: Mapping[Person, EndReason | None], *, by: Person) -> None:
    """Say of each person that they still work here and still need the account (None), or why it ends."""
    # All held first, and in one order: whoever has written waits for nobody, so no two wait for each other.
    people = sorted(answers, key=lambda one: one.pk)
    for person in people:
        hold_person(person)
    for person in people:
        reason = answers[person]
        rules.may_attest_person(by, person).insist()
        if reason is None:
            save_changes(person, version=None, attested_on=today(), attested_by=by)
            write("attested a person", person, by=by)
        else:
            _end(person, reason, version=None)
            write("ended an account", person, by=by, reason=reason.value)


@transaction.atomic
def attest_at_the_machine(person: Person, *, by: Person) -> None:
    """Bring somebody back from the command line, where whoever should attest them can no longer sign in either."""
    hold_person(person)
    if not by.holds(Role.OPERATOR) or person.ended_at is not None:
        raise Refused("not-to-be-attested", f"The account of {person.name} has ended, or you are not the operator.")
    save_changes(person, version=None, attested_on=today(), attested_by=by)
    write("attested a person", person, by=by)


@transaction.atomic
def attest_invented_people(partnership: Partnership, *, by: Person) -> None:
    """Keep the invented people of a training partnership from lapsing: nobody is there to stand up for them."""
    if not partnership.training or not by.holds(Role.OPERATOR):
        raise Refused("not-training", "Only the invented people of a training partnership are kept in this way.")
    lapsing = Person.objects.filter(partnership=partnership, is_active=True).exclude(attested_on=today())
    if count := lapsing.update(attested_on=today(), attested_by=by, version=F("version") + 1):
        write("attested invented people", partnership, by=by, count=count)


def _end(person: Person, reason: EndReason, *, version: int | None) -> None:
    save_changes(person, version=version, is_active=False, ended_at=timezone.now(), ended_reason=reason.value)


def operator_of(partnership: Partnership) -> Person:
    """The person in whose name commands on the machine act."""
    return Person.objects.get(partnership=partnership, appointments__role=Role.OPERATOR)


@transaction.atomic
def note_rotation(partnership: Partnership, *, keys: int) -> None:
    """Put on record that the keys of a partnership were wrapped anew."""
    write("rotated the keys", partnership, by=operator_of(partnership), keys=keys)


@transaction.atomic
def note_at_the_machine(did: str, **details: Any) -> int:
    """Put on record, for every partnership here, what was done with the keys at the machine; answers how many."""
    partnerships = list(Partnership.objects.order_by("pk"))
    for one in partnerships:
        write(did, one, by=operator_of(one), **details)
    return len(partnerships)
