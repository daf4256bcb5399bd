"""allauth's pages, with our templates, our forms and our words. It does the authentication; we show it."""

from typing import Any

from allauth.account import views as account
from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import perform_password_login, record_authentication
from allauth.account.internal.flows.logout import logout
from allauth.account.models import Login
from allauth.mfa.base import views as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.usersessions import views as usersessions
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django.views.generic.edit import FormView
from markupsafe import Markup

from maca.accounts import browsers, forms
from maca.accounts.browsers import in_words
from maca.accounts.operations import (
    forget_second_factors,
    make_room_for_another_app,
    note_recovery_codes_made,
    note_second_factor_added,
    note_signed_out_elsewhere,
    remove_second_factor,
)
from maca.accounts.queries import find_passkey, public_id_of, second_factors
from maca.accounts.rules import may_forget_second_factors, may_remove_second_factor, may_sign_in_with_one_click
from maca.accounts.session import has_second_factor, rotate, seconds_left
from maca.design.forms import Form
from maca.design.pages import form_page, guarded
from maca.partnership.fence import SIGN_IN, let_in, standing
from maca.partnership.invitations import invited_person, join
from maca.partnership.models import Person
from maca.partnership.queries import find_person, invented_people
from maca.partnership.requests import signed_in

INVITATION = "maca_invitation"


class Wrong:
    """A form with something wrong in it is answered with 422, and with 429 when there were too many tries."""

    request: HttpRequest

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        response.status_code = 429 if getattr(self.request, "limited", False) else 422
        return response


# ---- signing in


class SignIn(Wrong, account.LoginView):
    """Sign in; on a training site, with one click as any of the invented people."""

    template_name = "accounts/sign_in.html"
    form_class = forms.SignInForm

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(
            **context,
            people=invented_people() if settings.MACA_TRAINING else [],
            next=self.get_next_url() or "",
            issuers=settings.MACA_ISSUERS,
        )


@require_POST
def sign_in_as(request: HttpRequest, person: str) -> HttpResponse:
    """Sign in as an invented person of a training partnership. Not there at all in production."""
    with standing(SIGN_IN):  # also from one partnership to another
        invented = Person.objects.select_related("partnership").filter(public_id=person, is_active=True).first()
    if invented is None or not may_sign_in_with_one_click(invented):
        raise Http404
    onward = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure()):
        onward = ""
    adapter = get_adapter(request)
    adapter.login(request, invented)
    record_authentication(request, invented, method="one click")
    response: HttpResponse = adapter.post_login(
        request,
        invented,
        email_verification="none",
        signal_kwargs=None,
        email=invented.email,
        signup=False,
        redirect_url=onward,
    )
    return response


class SecondStep(Wrong, mfa.AuthenticateView):
    """After the password: a code or a passkey."""

    template_name = "accounts/second_step.html"
    form_class = forms.CodeForm
    webauthn_form_class = forms.PasskeyForm

    def form_invalid(self, form: Any) -> HttpResponse:
        response: HttpResponse = mfa.AuthenticateView.form_invalid(self, form)
        response.status_code = 422
        return response

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        found = super().get_context_data(**context)
        kinds = set(second_factors(self.stage.login.user).values_list("type", flat=True))
        return {
            **found,
            "has_app": Authenticator.Type.TOTP in kinds,
            "options": found["js_data"]["request_options"] if Authenticator.Type.WEBAUTHN in kinds else None,
        }


class PasskeySignIn(webauthn.LoginWebAuthnView):
    form_class = forms.PasskeySignInForm


class SignOut(account.LogoutView):
    """Also tells the browser to drop what it keeps of this site."""

    http_method_names = ["post"]

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post(*args, **kwargs)
        # Not “cookies”: the session's is void already, and the browser should stay known to this account.
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


def stay_signed_in(request: HttpRequest) -> HttpResponse:
    """Answers the warning's button. That something was sent is all it takes."""
    left, longest = seconds_left(request)
    return JsonResponse({"left": left, "longest": longest})


# ---- an invitation


def invitation_link(request: HttpRequest, uid: str, token: str) -> HttpResponseBase:
    """The link from the mail. The token goes into the session, so that no address bar and no history keeps it.

    A link that fits nobody does nothing: it signs nobody out, and takes no try from whoever was invited.
    """
    with standing(SIGN_IN):
        fits = invited_person(uid, token) is not None
    if not fits:
        return _void(request)
    if request.user.is_authenticated:
        logout(request, show_message=False)
    request.session[INVITATION] = [uid, token]
    return redirect("join")


def _void(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/link_is_void.html", {"invitation": True}, status=404)


def join_page(request: HttpRequest) -> HttpResponseBase:
    """Choose a password; then the second step follows, and then the work list."""
    uid, token = request.session.get(INVITATION, ["", ""])
    with standing(SIGN_IN):
        person = invited_person(uid, token)
    if person is None:
        return _void(request)
    form = forms.JoinForm(request.POST if request.method == "POST" else None)
    form.fields["password"].user = person  # type: ignore[attr-defined]
    if form.is_valid():
        try:
            let_in(person)
            join(person, password=form.cleaned_data["password"])
        except ValidationError as problem:
            form.add_error("password", problem)
        else:
            del request.session[INVITATION]
            joined = Person.objects.select_related("partnership", "agency").get(pk=person.pk)
            onward = perform_password_login(request, {"email": joined.email}, Login(user=joined, email=joined.email))
            browsers.remember(request, onward, joined.email)
            return onward
    context = {"form": form, "invited": person}
    return render(request, "accounts/join.html", context, status=422 if form.errors else 200)


# ---- passwords


class ForgottenPassword(Wrong, account.PasswordResetView):
    template_name = "accounts/forgotten_password.html"
    form_class = forms.ForgottenPasswordForm


class ForgottenPasswordSent(account.PasswordResetDoneView):
    template_name = "accounts/forgotten_password_sent.html"


class NewPassword(Wrong, account.PasswordResetFromKeyView):
    """The link from the mail, whose key goes into the session; then the form."""

    template_name = "accounts/new_password.html"
    form_class = forms.NewPasswordForm

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return {"token_fail": False, "form": None, **super().get_context_data(**context)}

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        # Whoever reads the mail of the account is no stranger, even where strangers have used its tries up.
        browsers.remember(self.request, response, self.reset_user.email)
        return response


class ChangePassword(Wrong, account.PasswordChangeView):
    template_name = "accounts/change_password.html"
    form_class = forms.ChangePasswordForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # Whoever comes in by their agency's own sign-in has no password here.
        if request.user.is_authenticated and not request.user.has_usable_password():
            return redirect("mfa_index")
        return super().dispatch(request, *args, **kwargs)

    def get_default_success_url(self) -> str:
        return reverse("mfa_index")


# ---- the second step


class HowYouSignIn(mfa.IndexView):
    """Everything with which a person signs in; for somebody without a second step, where they choose one."""

    template_name = "accounts/how_you_sign_in.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        found = super().get_context_data(**context)
        person = signed_in(self.request)
        passkeys = found["authenticators"].get("webauthn", [])
        codes = found["authenticators"].get("recovery_codes")
        factors = [one.instance for one in passkeys]
        if app := found["authenticators"].get("totp"):
            factors.append(app.instance)
        may_remove = may_remove_second_factor(person, factors[0]) if factors else None
        return {
            **found,
            "app": app,
            "passkeys": [
                {"id": public_id_of(one.instance), "name": one.name, "about": one.instance} for one in passkeys
            ],
            "may_remove": may_remove,
            "codes_left": len(codes.get_unused_codes()) if codes else 0,
            "has_any": bool(factors),
            "must_set_up": not settings.MACA_TRAINING and not has_second_factor(self.request),
        }


class Added:
    """A second step that was just set up has been used: the sign-in counts as made with it from here on."""

    request: HttpRequest

    def count(self, kind: str) -> None:
        person = signed_in(self.request)
        first = second_factors(person).count() == 1
        record_authentication(self.request, person, "mfa", type=kind)
        note_second_factor_added(kind=kind, by=person)
        rotate(self.request)
        if first:
            # Those were signed in with the password alone.
            end_other_sessions(self.request, person)


class SetUpApp(Wrong, Added, totp.ActivateTOTPView):
    """An authenticator app, or another in place of it: a new phone never leaves anybody without a second step."""

    template_name = "accounts/set_up_app.html"
    form_class = forms.AppForm

    @method_decorator(reauthentication_required(app="allauth.mfa"))
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # allauth’s own would have the old app removed first, which leaves nothing where it is the only one.
        return FormView.dispatch(self, request, *args, **kwargs)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        found = super().get_context_data(**context)
        drawn = found["totp_svg"].partition("?>")[2] or found["totp_svg"]
        secret = found["form"].secret
        return {
            **found,
            "picture": Markup(drawn),  # noqa: S704  drawn by the qrcode library, out of a key of ours
            "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
            "another": second_factors(signed_in(self.request)).filter(type=Authenticator.Type.TOTP).exists(),
        }

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            make_room_for_another_app(by=signed_in(self.request))
            response: HttpResponse = super().form_valid(form)
            self.count("totp")
        return response


class RemoveApp(Wrong, totp.DeactivateTOTPView):
    template_name = "accounts/remove_second_step.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        may_remove = may_remove_second_factor(signed_in(self.request), self.authenticator)
        return {**super().get_context_data(**context), "what": "your authenticator app", "may_remove": may_remove}

    def form_valid(self, form: Any) -> HttpResponse:
        remove_second_factor(self.authenticator, by=signed_in(self.request))
        messages.success(self.request, "Your authenticator app is removed.")
        return redirect("mfa_index")


class AddPasskey(Wrong, Added, webauthn.AddWebAuthnView):
    template_name = "accounts/add_passkey.html"
    form_class = forms.NewPasskeyForm

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        found = super().get_context_data(**context)
        form = context.get("form") or self.get_form()
        return {**found, "form": form, "options": found["js_data"]["creation_options"]}

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
            self.count("passkey")
        return response


class OwnPasskey:
    """One of a person's own passkeys, by what stands for it in the address."""

    request: HttpRequest
    kwargs: dict[str, Any]

    def get_object(self, queryset: Any = None) -> Authenticator:
        try:
            return find_passkey(signed_in(self.request), self.kwargs["passkey"])
        except Authenticator.DoesNotExist as nothing:
            raise Http404 from nothing


class RenamePasskey(OwnPasskey, Wrong, webauthn.EditWebAuthnView):
    template_name = "accounts/rename_passkey.html"
    form_class = forms.RenamePasskeyForm


class RemovePasskey(OwnPasskey, Wrong, webauthn.RemoveWebAuthnView):
    template_name = "accounts/remove_second_step.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        factor = self.get_object()
        may_remove = may_remove_second_factor(signed_in(self.request), factor)
        what = f"the passkey “{factor.wrap().name}”"
        return {**super().get_context_data(**context), "what": what, "may_remove": may_remove}

    def form_valid(self, form: Any) -> HttpResponse:
        remove_second_factor(self.get_object(), by=signed_in(self.request))
        messages.success(self.request, "The passkey is removed.")
        return redirect("mfa_index")


@guarded(may_forget_second_factors, find_person, writes=True, step_up=True)
def forget_second_steps(request: HttpRequest, subject: Person) -> HttpResponse:
    page_of = reverse("person", kwargs={"person": subject.public_id})

    def do(form: Form, version: int | None) -> str:
        forget_second_factors(subject, by=signed_in(request))
        return page_of

    return form_page(
        request,
        "accounts/forget_second_steps.html",
        lambda data, _: Form(data),
        do=do,
        context={
            "heading": "Let them set up a second step anew?",
            "caption": subject.name,
            "button_text": "Forget their second steps",
            "subject": subject,
            "back": page_of,
        },
        saved="Their second steps are forgotten. They sign in with their password, and then set one up anew.",
    )


class RecoveryCodes(recovery_codes.ViewRecoveryCodesView):
    template_name = "accounts/recovery_codes.html"


class NewRecoveryCodes(Wrong, recovery_codes.GenerateRecoveryCodesView):
    template_name = "accounts/new_recovery_codes.html"

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        note_recovery_codes_made(by=signed_in(self.request))
        return response


class YourSignIns(Wrong, usersessions.ListUserSessionsView):
    """In which browsers a person is signed in, and a way out of all the others."""

    template_name = "accounts/your_sign_ins.html"
    extra_context = {"in_words": in_words}

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        note_signed_out_elsewhere(by=signed_in(self.request))
        return response
