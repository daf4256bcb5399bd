from typing import Any

from allauth.account import forms as account
from allauth.core import context
from allauth.mfa import app_settings
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.cache import cache

from maca.accounts.browsers import counted_apart, one_spelling
from maca.accounts.queries import person_of_address
from maca.design.forms import Form, PasswordField, TextField
from maca.partnership.fence import SIGN_IN, standing
from maca.partnership.models import Person

HELP = (
    "12 characters or more. Three or four words that only you would put together are easier to remember, and harder "
    "to guess, than a short password full of signs. You may paste it from a password manager."
)


class NewPasswordField(PasswordField):
    """A password being chosen, typed once: it can be shown, so typing it twice proves nothing."""

    user: Any = None

    def __init__(self, **kwargs: Any) -> None:
        usual: dict[str, Any] = {"autocomplete": "new-password", "help_text": HELP}
        super().__init__(**usual | kwargs)

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        validate_password(value, self.user)
        return value


class CodeField(TextField):
    """Six digits from an app, or one of the recovery codes; spaces between them do not matter."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(width=10, autocomplete="one-time-code", called="the code", **kwargs)
        self.widget.attrs |= {"inputmode": "numeric", "spellcheck": False}

    def to_python(self, value: Any) -> Any:
        return "".join(str(super().to_python(value)).split())


class SignInForm(account.LoginForm, Form):
    """E-mail address and password. The same sentence whether or not the account exists."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {
            "login": TextField(label="E-mail address", called="your e-mail address", autocomplete="username"),
            "password": PasswordField(label="Password"),
        }
        self.fields["login"].widget.attrs["spellcheck"] = False


class ByBrowser(forms.Form):
    """A proof whose tries are counted apart from the colleagues' at the same network address."""

    user: Any

    def full_clean(self) -> None:
        with counted_apart(context.request, self.user.email):
            super().full_clean()


class OneUse(ByBrowser):
    """A code that works once."""

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        spend(self.user, code)
        return code


def spend(person: Any, code: str) -> None:
    """A code works for a minute and a half, since clocks differ; allauth itself would refuse it again for only half
    a minute, and not at all after it was used to set up the app."""
    steps = 2 * app_settings.TOTP_TOLERANCE + 1
    spent = TOTP(Authenticator(user_id=person.pk))._get_used_cache_key(code)
    cache.set(spent, "y", timeout=steps * app_settings.TOTP_PERIOD)


class CodeForm(OneUse, mfa.AuthenticateForm, Form):
    """The second step, by a code."""

    code = CodeField(label="Code", help_text="The 6 digits that your authenticator app shows now, or a recovery code.")


class PasskeyForm(ByBrowser, webauthn.AuthenticateWebAuthnForm, Form):
    """The second step, by a passkey."""


class CodeProof(OneUse, mfa.ReauthenticateForm):
    """A code as proof that it is still the same person."""


class PasskeyProof(ByBrowser, webauthn.ReauthenticateWebAuthnForm):
    """A passkey as proof that it is still the same person."""


class PasskeySignInForm(webauthn.LoginWebAuthnForm, Form):
    """A passkey alone: it is two steps in itself, the device and whatever unlocks it."""


class ForgottenPasswordForm(account.ResetPasswordForm, Form):
    """Any address gets the same answer. A mail goes to people with an account and a password, and nobody else."""

    email = TextField(label="E-mail address", called="your e-mail address", autocomplete="username")

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"])
        person = person_of_address(email)
        self.users = [person] if person and person.has_usable_password() else []
        return one_spelling(email)  # under which the asking is counted; the mail goes to the address that is kept


class LinkForm(account.UserTokenForm):
    """The link of a forgotten password, which allauth checks as a form."""

    token_generator = default_token_generator

    def _get_user(self, uidb36: str) -> Person | None:
        with standing(SIGN_IN):
            return Person.objects.select_related("partnership", "agency").filter(public_id=uidb36).first()

    def clean(self) -> Any:
        cleaned = super().clean()
        if self.reset_user is not None and not self.reset_user.may_sign_in():
            raise forms.ValidationError("This link has been used, or is more than an hour old.")
        return cleaned


class NewPasswordForm(account.ResetPasswordKeyForm, Form):
    """A password in place of a forgotten one."""

    password1 = NewPasswordField(label="New password")
    password2 = None


class ChangePasswordForm(account.ChangePasswordForm, Form):
    """A password in place of one that is known."""

    oldpassword = PasswordField(label="Password you have now")
    password1 = NewPasswordField(label="New password")
    password2 = None


class JoinForm(Form):
    """The password of somebody who was invited."""

    password = NewPasswordField(label="Choose a password")


class AppForm(OneUse, totp.ActivateTOTPForm, Form):
    """The first code of an authenticator app, which proves that it is set up."""

    code = CodeField(label="Code from the app", help_text="6 digits. They change every 30 seconds.")


class NewPasskeyForm(webauthn.AddWebAuthnForm, Form):
    """A passkey, named so that its owner knows it again."""

    name = TextField(
        label="Name of this passkey",
        called="a name",
        help_text="Where it lives, for example “Work laptop” or “My phone”.",
        max_length=60,
        required=False,
    )
    credential = forms.JSONField(widget=forms.HiddenInput)
    passwordless = forms.BooleanField(widget=forms.HiddenInput, initial=True, required=False)


class RenamePasskeyForm(webauthn.EditWebAuthnForm, Form):
    """Another name for a passkey."""

    name = TextField(label="Name of this passkey", called="a name", max_length=60)


class ProofForm(Form):
    """Any one way of proving that it is still the same person. `person` and `ways` say which are offered."""

    password = PasswordField(label="Password", required=False)
    code = CodeField(label="Code from your authenticator app, or a recovery code", required=False)
    credential = forms.JSONField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, ways: set[str]) -> None:
        super().__init__(data, prefix="prove")
        for name in set(self.fields) - ways:
            del self.fields[name]
