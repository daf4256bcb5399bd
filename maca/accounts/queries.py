import hashlib

from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet

from maca.partnership.fence import SIGN_IN, standing
from maca.partnership.models import Person, as_kept


def second_factors(person: AbstractBaseUser) -> QuerySet[Authenticator]:
    """A person's authenticator app and passkeys. Recovery codes only stand in for these."""
    types = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return Authenticator.objects.filter(user_id=person.pk, type__in=types).order_by("created_at", "pk")


def public_id_of(passkey: Authenticator) -> str:
    """What stands for a passkey in an address: 32 hexadecimal characters out of its own random id."""
    return hashlib.sha256(passkey.data["credential"]["id"].encode()).hexdigest()[:32]


def find_passkey(person: Person, passkey: str) -> Authenticator:
    """One of a person's own passkeys. Raises `Authenticator.DoesNotExist`."""
    for one in second_factors(person).filter(type=Authenticator.Type.WEBAUTHN):
        if public_id_of(one) == passkey:
            return one
    raise Authenticator.DoesNotExist


def person_of_address(email: str) -> Person | None:
    """Who has this address and may sign in."""
    with standing(SIGN_IN):
        person = Person.objects.select_related("partnership", "agency").filter(email=as_kept(email)).first()
    return person if person and person.may_sign_in() else None
