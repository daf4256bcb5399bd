from collections.abc import Iterable

from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from maca.journal.operations import write
from maca.kernel.text import normalise
from maca.kernel.verdict import Refused
from maca.partnership.fence import SIGN_IN, standing
from maca.partnership.models import (
    Agency,
    AgencyKind,
    Appointment,
    Partnership,
    Person,
    Role,
    first_free_slug,
)
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
def register_agency(*, partnership: Partnership, name: str, kind: AgencyKind, by: Person) -> Agency:
    """Put an agency on the register of the partnership."""
    taken = Agency.objects.filter(partnership=partnership).values_list("slug", flat=True)
    agency = Agency.objects.create(partnership=partnership, name=name, slug=first_free_slug(name, taken), kind=kind)
    write("registered an agency", agency, by=by, kind=kind.value)
    return agency


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
    with standing(SIGN_IN):  # an address has one account on the whole installation
        taken = Person.objects.filter(email__iexact=email).exists()
    if taken:
        raise Refused("account-exists", f"{email} has an account already.")
    if not agency and {Role.AGENCY_LEAD, Role.AUDITOR} & set(roles):
        raise Refused("no-agency", "An agency lead or auditor needs an agency to speak for.")
    person = Person(partnership=partnership, agency=agency, email=email.lower(), name=name, post=post)
    if password is None:
        person.set_unusable_password()
    else:
        # Composed as the sign-in page composes it, so that an accent typed either way is the same.
        password, _ = normalise(password)
        validate_password(password, person)
        person.set_password(password)
    person.save()
    Appointment.objects.bulk_create(Appointment(person=person, role=role) for role in roles)
    write("added a person", person, by=by, roles=[role.value for role in roles])
    return person


def operator_of(partnership: Partnership) -> Person:
    """The person in whose name commands on the machine act."""
    return Person.objects.get(partnership=partnership, appointments__role=Role.OPERATOR)
