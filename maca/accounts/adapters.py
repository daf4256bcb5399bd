"""Where allauth asks the site: its words, its mails, who may come in, and how tries are counted."""

import base64
import math
import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from maca.accounts import browsers, mails, rules
from maca.accounts.operations import note_password_set, note_sign_in
from maca.accounts.queries import person_of_address
from maca.accounts.session import proofs, proved_lately
from maca.partnership.fence import let_in
from maca.partnership.models import Person
from maca.sealing.cipher import unwrap, wrap
from maca.sealing.operations import installation_key

NO_MATCH = "That e-mail address and password do not match an account."
KNOWN_BROWSER = {"login_failed": "10/15m/key"}
# What allauth would say in words of its own. What is not here needs no word: the page itself shows it.
SAID = {
    "account/messages/password_changed.txt": "Your password is changed. Every other browser is signed out.",
    "mfa/messages/totp_activated.txt": "Your authenticator app is set up.",
    "mfa/messages/webauthn_added.txt": "Your passkey is added.",
    "usersessions/messages/sessions_logged_out.txt": "You are signed out everywhere else.",
}
# What a mail tells a person has happened to their own account. The body is the same for all of them.
HAPPENED = {
    "account/email/password_changed": "Your password was changed",
    "account/email/password_reset": "Your password was changed",
    "mfa/email/totp_activated": "An authenticator app was added to your account",
    "mfa/email/webauthn_added": "A passkey was added to your account",
    "mfa/email/recovery_codes_generated": "New recovery codes were made for your account",
}


class Accounts(DefaultAccountAdapter):
    """By invitation only. The same words whether or not an account exists."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": NO_MATCH,
        "incorrect_password": "That is not your password",
        "enter_current_password": "That is not your password",
        "incorrect_code": "That code is not right, or has run out. Enter the one that is shown now",
        "invalid_password_reset": "This link has been used, or is more than an hour old.",
        "rate_limited": "There have been too many tries. Wait 15 minutes, and try again.",
        "too_many_login_attempts": "There have been too many tries. Wait 15 minutes, and try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str | None) -> bool:
        """What is no address at all is no safe one."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    # ---- coming in

    def pre_login(self, request: HttpRequest, user: Any, **how: Any) -> HttpResponse | None:
        """Also a passkey or an agency's own sign-in is no way round the end of an account."""
        if user.may_sign_in():
            return None
        messages.error(request, NO_MATCH)
        return redirect(settings.LOGIN_URL)

    def login(self, request: HttpRequest, user: Any) -> None:
        let_in(user)
        super().login(request, user)

    def post_login(self, request: HttpRequest, user: Any, **how: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **how)
        note_sign_in(how=[proof["method"] for proof in proofs(request)], by=user)
        browsers.remember(request, response, user.email)
        return response

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        if said := message or SAID.get(message_template or ""):
            messages.add_message(request, level, said, extra_tags=extra_tags)

    # ---- tries

    def get_client_ip(self, request: HttpRequest) -> str:
        """The network address by which a try is counted, unless it is counted by its browser."""
        return getattr(request, "counted_as", "") or str(super().get_client_ip(request))

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return browsers.count_of_tries(request, credentials.get("email", ""))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        key = self._get_login_attempts_cache_key(request, **credentials)
        # A browser known to this account stands and falls by its own tries, whatever others do at its address.
        rates = KNOWN_BROWSER if browsers.is_known(request, credentials.get("email", "")) else None
        self._login_failed_rl_usage = ratelimit.consume(
            request, app="allauth.account", action="login_failed", config=rates, key=key
        )
        if not self._login_failed_rl_usage:
            request.limited = True  # type: ignore[attr-defined]
            minutes = minutes_to_wait(request, key, rates)
            wait = "1 minute" if minutes == 1 else f"{minutes} minutes"
            error = self.validation_error("too_many_login_attempts")
            error.message = f"There have been too many tries. Wait {wait}, and try again."
            raise error

    # ---- proving again

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not of somebody who signed in this minute: setting up a second step follows the password at once."""
        return not proved_lately(context.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """One page of ours offers whichever ways this person has."""
        url = reverse("account_reauthenticate")
        return [{"id": "reauthenticate", "description": "", "url": url}] if user.is_authenticated else []

    def reauthenticate(self, user: Any, password: str) -> bool:
        found = self.authenticate(context.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    # ---- mails

    def set_password(self, user: Any, password: str) -> None:
        let_in(user)
        with transaction.atomic():
            super().set_password(user, password)
            note_password_set(by=Person.objects.select_related("partnership").get(pk=user.pk))

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        self.send_mail(template_prefix, user.email, {"user": user})

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Every mail of allauth’s comes by here: the link of a forgotten password, or what has happened."""
        if link := context.get("password_reset_url", ""):
            # allauth writes the number of the row; `LinkForm` takes the public id that stands there instead.
            link = link.replace(f"/{context['uid']}-", f"/{context['user'].public_id}-")
            mails.tell(context["user"], "Choose a new password", template="new_password", link=link)
        else:
            mails.tell(context["user"], HAPPENED.get(template_prefix, mails.CHANGED))


def minutes_to_wait(request: HttpRequest, key: str, rates: dict[str, str] | None) -> int:
    """Until the oldest of the tries that are counted is forgotten."""
    waits = [1.0]
    for rate in ratelimit.get_rates(app="allauth.account", action="login_failed", config=rates):
        name = ratelimit.get_cache_key(request, app="allauth.account", action="login_failed", rate=rate, key=key)
        tries: list[float] = cache.get(name, [])
        if len(tries) >= rate.amount:
            waits.append((tries[-1] + rate.duration - time.time()) / 60)
    return math.ceil(max(waits))


class SecondFactors(DefaultMFAAdapter):
    """The second step: an authenticator app or a passkey; recovery codes stand in for a lost one."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "That code is not right, or has run out. Enter the one that is shown now",
        "cannot_delete_authenticator": "This is your only second step.",
    }

    def _get_site_name(self) -> str:
        return "MACA"

    def encrypt(self, text: str) -> str:
        """Secrets in a stolen database are of no use without the keystore and the root key, which are kept elsewhere.

        They are not bound to their person: allauth hands over the text alone, and says not whose it is.
        """
        return base64.b64encode(wrap(text.encode(), under=_key(), bound_to=BOUND_TO)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Raises `CannotOpenError`."""
        return unwrap(base64.b64decode(encrypted_text), under=_key(), bound_to=BOUND_TO).decode()

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        return bool(rules.may_remove_second_factor(authenticator.user, authenticator))

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        return "My passkey"


BOUND_TO = "a second step"


def _key() -> bytes:
    return HKDF(SHA256(), 32, None, b"maca.accounts second step").derive(installation_key())


class Issuers(DefaultSocialAccountAdapter):
    """An agency's own sign-in opens an account that is there already, and never makes one."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def authenticate_by_email(self, sociallogin: Any) -> None:
        """allauth's own way would wipe the person's password here; `pre_social_login` finds them instead."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Found by an address that the issuer has proved and may speak for, or not at all."""
        issuer = next(one for one in settings.MACA_ISSUERS if one.id == sociallogin.account.provider)
        for address in sociallogin.email_addresses:
            proved = address.verified or issuer.proves_emails
            if proved and issuer.speaks_for(address.email) and (person := person_of_address(address.email)):
                sociallogin.user = person
                return
        messages.error(request, f"{issuer.name} signed you in, but there is no account here for the address it gave.")
        raise ImmediateHttpResponse(redirect(settings.LOGIN_URL))
