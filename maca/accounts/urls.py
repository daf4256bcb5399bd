"""Names with an underscore are allauth's: by these it finds its own pages. What is not here is not reachable."""

from collections.abc import Callable
from typing import Any

from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.conf import settings
from django.urls import path, register_converter
from django.urls.converters import StringConverter

from maca.accounts import step_up, views
from maca.design.pages import anyone_signed_in, open_to_all


class Code(StringConverter):
    """Letters and digits, so that what comes before a hyphen is told from what comes after it."""

    regex = "[0-9A-Za-z]+"


register_converter(Code, "code")

Page = Callable[..., Any]


def _open(view: Page, why: str = "Nobody is signed in yet.") -> Page:
    return open_to_all(why)(view)


def _own(view: Page, *, before_second_factor: bool = False) -> Page:
    """A page about one's own account: there is no address by which to come to another's."""
    view.guard = anyone_signed_in  # type: ignore[attr-defined]
    view.before_second_factor = before_second_factor  # type: ignore[attr-defined]
    return view


sign_in = _open(views.SignIn.as_view())
own = "your-sign-in/"

urlpatterns = [
    path("sign-in/", sign_in, name="sign-in"),
    path("sign-in/", sign_in, name="account_login"),
    path("sign-in/", sign_in, name="account_inactive"),
    path("sign-in/second-step/", _open(views.SecondStep.as_view()), name="mfa_authenticate"),
    path("sign-in/passkey/", _open(views.PasskeySignIn.as_view()), name="mfa_login_webauthn"),
    path("sign-in/with/<slug:provider_id>/", _open(openid_connect.login), name="openid_connect_login"),
    path("sign-in/with/<slug:provider_id>/back/", _open(openid_connect.callback), name="openid_connect_callback"),
    path("sign-out/", _open(views.SignOut.as_view(), "Whoever is signed in may sign out."), name="sign-out"),
    path("invitation/<str:uid>/<str:token>/", _open(views.invitation_link), name="accept-invitation"),
    path("invitation/", _open(views.join_page), name="join"),
    path("forgotten-password/", _open(views.ForgottenPassword.as_view()), name="account_reset_password"),
    path("forgotten-password/sent/", _open(views.ForgottenPasswordSent.as_view()), name="account_reset_password_done"),
    path(
        "forgotten-password/<code:uidb36>-<str:key>/",
        _open(views.NewPassword.as_view()),
        name="account_reset_password_from_key",
    ),
    path("sign-in/", sign_in, name="account_reset_password_from_key_done"),
    path("prove-it-is-you/", _own(step_up.prove, before_second_factor=True), name="account_reauthenticate"),
    path("stay-signed-in/", _own(views.stay_signed_in, before_second_factor=True), name="stay-signed-in"),
    path(own, _own(views.HowYouSignIn.as_view(), before_second_factor=True), name="mfa_index"),
    path(own + "password/", _own(views.ChangePassword.as_view()), name="account_change_password"),
    path(own + "app/", _own(views.SetUpApp.as_view(), before_second_factor=True), name="mfa_activate_totp"),
    path(own + "app/remove/", _own(views.RemoveApp.as_view()), name="mfa_deactivate_totp"),
    path(own + "passkeys/add/", _own(views.AddPasskey.as_view(), before_second_factor=True), name="mfa_add_webauthn"),
    path(own + "passkeys/<id:passkey>/name/", _own(views.RenamePasskey.as_view()), name="mfa_edit_webauthn"),
    path(own + "passkeys/<id:passkey>/remove/", _own(views.RemovePasskey.as_view()), name="mfa_remove_webauthn"),
    path(own, _own(views.HowYouSignIn.as_view(), before_second_factor=True), name="mfa_list_webauthn"),
    path(own + "recovery-codes/", _own(views.RecoveryCodes.as_view()), name="mfa_view_recovery_codes"),
    path(own + "recovery-codes/new/", _own(views.NewRecoveryCodes.as_view()), name="mfa_generate_recovery_codes"),
    path("people/<id:person>/second-steps/forget/", views.forget_second_steps, name="forget-second-steps"),
    path(own + "browsers/", _own(views.YourSignIns.as_view()), name="usersessions_list"),
]
if settings.MACA_TRAINING:
    one_click = _open(views.sign_in_as, "One click signs in an invented person. It exists only in training mode.")
    urlpatterns.append(path("sign-in/as/<id:person>/", one_click, name="sign-in-as"))
