"""By invitation only: a link that works once, for 72 hours, and lets one person choose a password."""

import datetime as dt
import logging
from collections.abc import Iterable
from functools import partial
from smtplib import SMTPException

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.http import base36_to_int

from maca.journal.operations import write
from maca.kernel.clock import today
from maca.kernel.ids import PUBLIC_ID, new_public_id
from maca.kernel.verdict import Refused
from maca.kernel.versions import save_changes
from maca.partnership import rules
from maca.partnership.fence import SIGN_IN, standing
from maca.partnership.models import NOT_AN_ADDRESS, Agency, Partnership, Person, Role, as_kept
from maca.partnership.operations import add_person
from maca.partnership.register import choose_password, enter, hold_person

LASTS = dt.timedelta(hours=72)
# The page is the accounts room's, which stands above this one.
PAGE = "/invitation/{uid}/{token}/"
ON_THE_REGISTER = (
    "No account was made and no message was sent: somebody on your partnership’s register has this address already. "
    "Look for them there."
)
# An address that nobody can have, for an account whose own address signs in for another partnership.
NOBODYS = "{public_id}@elsewhere.invalid"
SUBJECT = "Your invitation to multi-agency case audits"
# The same for everybody: it names no case, no theme, no audit and nobody but the partnership.
MESSAGE = """{partnership} invites you to its site for multi-agency case audits.

To choose your password and sign in, open this link:

{link}

It works once, and for 72 hours. After that, ask whoever invited you to send it again.

Do not pass this message on: whoever opens the link can use your account.

If you did not expect this, do nothing, and tell your agency's safeguarding lead or the partnership's business manager.
"""
# The same subject, so that no list of messages tells it from the other.
ALREADY_ELSEWHERE = """{partnership} invites you to its site for multi-agency case audits.

You already sign in to this site with this address, for another partnership, and one address has one account. So there
is no link in this message. Ask whoever invited you to invite you at another work address of yours.

They have not been told that you have an account here.

If you did not expect this, do nothing, and tell your agency's safeguarding lead or the partnership's business manager.
"""
log = logging.getLogger(__name__)


class _Tokens(PasswordResetTokenGenerator):
    """Signed over the password and the instant of the invitation: when either changes, the token is void."""

    key_salt = "maca.partnership.invitations"

    def _make_hash_value(self, user: Person, timestamp: int) -> str:
        invited = user.invited_at.timestamp() if user.invited_at else ""
        return f"{user.public_id}|{user.password}|{user.email}|{invited}|{user.ended_at}|{timestamp}"

    def check_token(self, user: Person | None, token: str | None) -> bool:
        """Whether this is the token of the latest invitation. Django's own would ask how long a *reset* lasts."""
        token = token or ""
        stamp, _, _ = token.partition("-")
        try:
            made = base36_to_int(stamp)
        except ValueError:
            return False
        return user is not None and any(
            constant_time_compare(self._make_token_with_timestamp(user, made, secret), token)
            for secret in (self.secret, *self.secret_fallbacks)
        )


tokens = _Tokens()


def link_for(person: Person, site: str) -> str:
    """The link of somebody's latest invitation. It goes into their message and nowhere else.

    `site` is the address of the site, such as “https://audits.example.gov.uk”.
    """
    return site.rstrip("/") + PAGE.format(uid=person.public_id, token=tokens.make_token(person))


def _is_open(person: Person) -> bool:
    return (
        person.may_sign_in()
        and person.joined_at is None
        and person.invited_at is not None
        and timezone.now() - person.invited_at <= LASTS
    )


def invited_person(uid: str, token: str) -> Person | None:
    """Who may join with this link. Unknown, wrong, spent and run out are alike, and take the same work."""
    people = Person.objects.select_related("partnership", "agency").prefetch_related("appointments")
    found = people.filter(public_id=uid).first() if PUBLIC_ID.fullmatch(uid) else None
    fits = tokens.check_token(found or Person(public_id=new_public_id()), token)
    return found if found and fits and _is_open(found) else None


@transaction.atomic
def join(person: Person, *, password: str) -> None:
    """Take up an invitation with a password of one's own.

    Raises `Refused` when the invitation is no longer open, and `ValidationError` when the password is too weak.
    """
    hold_person(person)
    if not _is_open(person):
        raise Refused("not-open", "This invitation is no longer open. Ask whoever invited you to send it again.")
    choose_password(person, password)
    save_changes(person, version=None, password=person.password, joined_at=timezone.now())
    write("joined", person, by=person)


@transaction.atomic
def invite_person(
    *,
    partnership: Partnership,
    name: str,
    email: str,
    post: str,
    roles: Iterable[Role],
    agency: Agency | None = None,
    site: str,
    by: Person,
) -> Person | None:
    """Put a person on the register and send them a link to join by.

    Answers None, with nothing made and nothing sent, when somebody on the partnership's own register has the address.
    Whether another partnership has it nobody learns but whoever reads there: they are told to ask for another address,
    and whoever invites sees an invitation that nobody has taken up.
    """
    roles = frozenset(roles)
    if partnership.pk != by.partnership_id:
        raise Refused("not-your-partnership", "You can invite people to your own partnership only.")
    rules.may_invite_person(by, roles, agency).insist()
    if not (email := as_kept(email)):
        raise Refused("not-an-address", NOT_AN_ADDRESS)
    if Person.objects.filter(Q(email=email) | Q(invited_as=email), partnership=partnership).exists():
        write("could not invite a person", partnership, by=by, roles=sorted(roles))
        return None
    with standing(SIGN_IN):  # an address has one account on the whole installation
        elsewhere = Person.objects.filter(email=email).exists()
    person = Person(partnership=partnership, agency=agency, email=email, name=name, post=post)
    if elsewhere:
        person.email, person.invited_as = NOBODYS.format(public_id=person.public_id), email
    person.set_unusable_password()
    person.invited_at = timezone.now()
    enter(person, roles, by=by)
    write("invited a person", person, by=by, roles=sorted(roles), agency=agency.public_id if agency else "")
    transaction.on_commit(partial(send_invitation, person, site=site))
    return person


@transaction.atomic
def invite_again(person: Person, *, site: str, version: int | None, by: Person) -> None:
    """Send somebody a new link; the one before works no more. It also opens an account that had ended."""
    hold_person(person)
    rules.may_invite_again(by, person).insist()
    _renew(person, version=version, by=by)
    transaction.on_commit(partial(send_invitation, person, site=site))


@transaction.atomic
def invite_at_the_machine(
    *,
    partnership: Partnership,
    name: str,
    email: str,
    post: str,
    roles: Iterable[Role],
    agency: Agency | None = None,
    by: Person,
) -> Person:
    """Put a person on the register whose link the operator hands over, since nobody and no mail is there yet.

    For somebody who has not joined yet it is a new link, and the rest is left as it is.
    """
    waiting = Person.objects.filter(
        partnership=partnership, email=as_kept(email), joined_at=None, ended_at=None
    ).first()
    person = waiting or add_person(
        partnership=partnership, name=name, email=email, post=post, roles=roles, agency=agency, by=by
    )
    _renew(person, version=None, by=by)
    return person


def _renew(person: Person, *, version: int | None, by: Person) -> None:
    person.set_unusable_password()
    save_changes(
        person,
        version=version,
        password=person.password,
        invited_at=timezone.now(),
        invitation_sent_at=None,
        joined_at=None,
        is_active=True,
        ended_at=None,
        ended_reason="",
        attested_on=today(),
        attested_by=by,
    )
    write("invited a person again", person, by=by)


def send_invitation(person: Person, *, site: str) -> bool:
    """Send the link, to one person alone, after the account stands. Whether it went is kept on the account.

    Somebody who signs in for another partnership with this address is sent no link, but how to get one.
    """
    words = ALREADY_ELSEWHERE if person.invited_as else MESSAGE
    message = EmailMessage(
        SUBJECT,
        words.format(partnership=person.partnership.name, link=link_for(person, site)),
        to=[person.address],
        headers={"Auto-Submitted": "auto-generated"},
    )
    try:
        if not settings.MACA_CAN_MAIL:
            raise OSError("no mail server is set")
        message.send()
    except (SMTPException, OSError, ValueError) as problem:
        # The kind of error only: what a mail server answers may hold the address.
        log.error("An invitation could not be sent: %s", type(problem).__name__)
        return False
    # Only for the invitation that was sent: another may have been made meanwhile.
    Person.objects.filter(pk=person.pk, invited_at=person.invited_at).update(invitation_sent_at=timezone.now())
    return True
