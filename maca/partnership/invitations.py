"""To be replaced by the people helper's: only enough for the accounts room to be tried against."""

from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction

from maca.journal.operations import write
from maca.kernel.holding import hold
from maca.kernel.text import normalise
from maca.partnership.models import Person


class InvitationTokens(PasswordResetTokenGenerator):
    key_salt = "maca.partnership.invitations"


tokens = InvitationTokens()


def invited_person(uid: str, token: str) -> Person | None:
    """Whoever this link was sent to; nobody for an unknown one, a spent one and a wrong one alike."""
    person = Person.objects.select_related("partnership", "agency").filter(public_id=uid).first()
    if person is None or not tokens.check_token(person, token) or person.has_usable_password():
        return None
    return person if person.may_sign_in() else None


@transaction.atomic
def join(person: Person, *, password: str) -> None:
    """Take up an invitation with a password of one's own."""
    hold(person, read=("partnership", "agency"))
    password, _ = normalise(password)
    validate_password(password, person)
    person.set_password(password)
    person.save()
    write("joined", person, by=person)
