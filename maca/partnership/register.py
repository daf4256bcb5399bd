"""Parts of the operations on the register of people, each called inside the transaction of one."""

from collections.abc import Iterable

from django.contrib.auth.password_validation import validate_password

from maca.kernel.clock import today
from maca.kernel.holding import hold
from maca.kernel.text import normalise
from maca.partnership.models import Appointment, Person, Role


def choose_password(person: Person, password: str) -> None:
    """Give a person a password, not yet saved. Raises `ValidationError` when it is too weak."""
    # Composed as the sign-in page composes it, so that an accent typed either way is the same.
    password, _ = normalise(password)
    validate_password(password, person)
    person.set_password(password)


def enter(person: Person, roles: Iterable[Role], *, by: Person) -> None:
    """Put a new person on the register with their roles. Whoever enters them stands up for them."""
    person.attested_on, person.attested_by = today(), by
    person.save()
    Appointment.objects.bulk_create(Appointment(person=person, role=role) for role in roles)


def hold_person(person: Person) -> None:
    """Hold somebody's account, and forget which roles they were read with."""
    hold(person, read=("partnership", "agency"))
    vars(person).pop("roles", None)
