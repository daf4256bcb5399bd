from allauth.mfa.models import Authenticator
from django.conf import settings

from maca.accounts.queries import second_factors
from maca.kernel.verdict import YES, Verdict, no
from maca.partnership.models import Person, Role


def may_remove_second_factor(person: Person, factor: Authenticator) -> Verdict:
    """A person takes out their own authenticator app or passkey, but never the last one they have."""
    if factor.user_id != person.pk:
        return no("not-yours", "This belongs to somebody else’s account.")
    if not settings.MACA_TRAINING and second_factors(person).exclude(pk=factor.pk).count() == 0:
        return no(
            "last-second-factor",
            "This is your only second step, and everybody signs in with two. Before it can be removed, add another.",
        )
    return YES


def may_forget_second_factors(person: Person, other: Person) -> Verdict:
    """The business manager or the operator helps somebody of their own partnership who has lost every second step."""
    if not person.holds(Role.BUSINESS_MANAGER, Role.OPERATOR) or person.partnership_id != other.partnership_id:
        return no("not-manager", "Only the business manager of their partnership can let somebody set this up anew.")
    if person.pk == other.pk:
        return no("your-own", "Somebody else has to do this for you, so that a stolen password is not enough.")
    return YES


def may_sign_in_with_one_click(person: Person) -> Verdict:
    """On a training site, one click signs in an invented person. Nobody real is ever signed in so."""
    if not (settings.MACA_TRAINING and person.partnership.training):
        return no("not-training", "One click signs in invented people only, on a training site.")
    return YES
