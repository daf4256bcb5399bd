from functools import partial

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils import timezone

from maca.accounts import mails, rules
from maca.accounts.queries import second_factors
from maca.journal.operations import write
from maca.kernel.holding import hold
from maca.partnership.models import Person


def _held(person: Person) -> Person:
    """Who is signed in stands in the request as a promise; the journal names the class of what it is about."""
    held = Person(pk=person.pk)
    hold(held, read=("partnership", "agency"))
    return held


@transaction.atomic
def note_sign_in(*, how: list[str], by: Person) -> None:
    """Write down that somebody signed in, and with what."""
    by = _held(by)
    write("signed in", by, by=by, how=how)


@transaction.atomic
def note_proof(*, how: str, by: Person) -> None:
    """Write down that somebody signed in proved again who they are, before something grave."""
    by = _held(by)
    write("proved who they are", by, by=by, how=how)


@transaction.atomic
def note_password_set(*, by: Person) -> None:
    """Write down that a person has another password. Their other sign-ins end with the old one."""
    by = _held(by)
    write("changed their password", by, by=by)


@transaction.atomic
def note_second_factor_added(*, kind: str, by: Person) -> None:
    """Write down that a person has another second step."""
    by = _held(by)
    write("added a second step", by, by=by, kind=kind)


@transaction.atomic
def note_recovery_codes_made(*, by: Person) -> None:
    """Write down that a person has new recovery codes. The old ones no longer work."""
    by = _held(by)
    write("made recovery codes", by, by=by)


@transaction.atomic
def note_signed_out_elsewhere(*, by: Person) -> None:
    """Write down that a person ended their sign-ins in every other browser."""
    by = _held(by)
    write("signed out everywhere else", by, by=by)


@transaction.atomic
def remove_second_factor(factor: Authenticator, *, by: Person) -> None:
    """Take out an authenticator app or a passkey, as long as another is left."""
    by = _held(by)
    rules.may_remove_second_factor(by, factor).insist()
    factor.delete()
    if not second_factors(by).exists():
        Authenticator.objects.filter(user=by).delete()
    write("removed a second step", by, by=by, kind=factor.type)
    transaction.on_commit(partial(mails.tell, by, mails.REMOVED))


@transaction.atomic
def make_room_for_another_app(*, by: Person) -> None:
    """Take out a person's authenticator app, in the transaction in which its successor is put in."""
    by = _held(by)
    Authenticator.objects.filter(user=by, type=Authenticator.Type.TOTP).delete()


@transaction.atomic
def forget_second_factors(person: Person, *, by: Person) -> None:
    """Help somebody who has lost their phone, their passkeys and their recovery codes: at their next sign-in, after
    the password, they set up a second step anew. Their sign-ins end."""
    person = _held(person)
    rules.may_forget_second_factors(by, person).insist()
    Authenticator.objects.filter(user=person).delete()
    for one in UserSession.objects.filter(user=person):
        one.end()
    write("forgot somebody’s second steps", person, by=by)
    transaction.on_commit(partial(mails.tell, person, mails.FORGOTTEN, template="forgotten"))


def note_seen(session_key: str) -> None:
    """“Your sign-ins” says when each was last used. Once a minute is enough; it is no part of the record."""
    UserSession.objects.filter(session_key=session_key).update(last_seen_at=timezone.now())


def follow_session(before: str, now: str) -> None:
    """A session that was given a new id stays in the list of its person's sign-ins."""
    UserSession.objects.filter(session_key=before).update(session_key=now)
