"""Proving again who you are before something grave: opening an identity, exporting, releasing, destroying.

`ask_again` is what `maca.design.pages.guarded(…, step_up=True)` calls, by `settings.MACA_STEP_UP`. What was
sent to a page is carried through the question in the page itself. It is never put in the session, where words
that are sealed elsewhere would lie open.
"""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import resume_request
from allauth.core import ratelimit
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import begin_authentication
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from maca.accounts.forms import CodeProof, PasskeyProof, ProofForm
from maca.accounts.operations import note_proof
from maca.accounts.rules import may_sign_in_with_one_click
from maca.accounts.session import proved_lately, rotate
from maca.partnership.models import Person
from maca.partnership.requests import signed_in

NOT_CARRIED = {"csrfmiddlewaretoken"}


def ask_again(request: HttpRequest) -> HttpResponse | None:
    """None when this person proved who they are within five minutes; otherwise the page that asks them to.

    A page that was only to be read is gone to afterwards. What was sent to one is sent again with the proof.
    """
    if proved_lately(request):
        return None
    if request.method != "POST":
        return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': request.get_full_path()})}")
    given: dict[str, str] = getattr(request, "proof", {})
    form = _form(request, given or None)
    if given and _proves(request, form):
        return None
    carried = [(name, value) for name, all_of in request.POST.lists() if name not in NOT_CARRIED for value in all_of]
    return _page(request, form, action=request.get_full_path(), carried=carried)


def prove(request: HttpRequest) -> HttpResponseBase:
    """The page that asks, for one that was only to be read, and for allauth's own pages."""
    onward = request.POST.get("next") or request.GET.get("next") or ""
    if not url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure()):
        onward = reverse("mfa_index")
    form = _form(request, request.POST if request.method == "POST" else None)
    if request.method == "POST" and _proves(request, form):
        return resume_request(request) or redirect(onward)
    return _page(request, form, action=request.path, carried=[("next", onward)])


def _ways(person: Person) -> set[str]:
    if may_sign_in_with_one_click(person):
        return set()
    ways = {"password"} if person.has_usable_password() else set()
    for kind in Authenticator.objects.filter(user=person).values_list("type", flat=True):
        ways.add("credential" if kind == Authenticator.Type.WEBAUTHN else "code")
    return ways


def _form(request: HttpRequest, data: Any) -> ProofForm:
    return ProofForm(data, ways=_ways(signed_in(request)))


def _page(request: HttpRequest, form: ProofForm, *, action: str, carried: list[tuple[str, str]]) -> HttpResponse:
    person = signed_in(request)
    options = begin_authentication(person) if "credential" in form.fields else None
    context = {
        "form": form,
        "action": action,
        "carried": carried,
        "one_click": bool(may_sign_in_with_one_click(person)),
        "options": options,
        "lost_file": bool(request.FILES),
        "has_once": any(name == "once" for name, _ in carried),
    }
    return render(request, "accounts/prove.html", context, status=422 if form.errors else 200)


def _proves(request: HttpRequest, form: ProofForm) -> bool:
    """Check whichever proof was given; if it holds, note it and give the session a new id."""
    person = signed_in(request)
    if not ratelimit.consume(request, action="reauthenticate", user=person):
        form.full_clean()
        form.add_error(None, "There have been too many tries. Wait 15 minutes, and try again.")
        return False
    if not form.is_valid():
        return False
    how = _proved_by(request, person, form)
    if how is None:
        return False
    rotate(request)
    note_proof(how=how, by=person)
    return True


def _proved_by(request: HttpRequest, person: Person, form: ProofForm) -> str | None:
    if may_sign_in_with_one_click(person):
        record_authentication(request, person, method="one click", reauthenticated=True)
        return "one click"
    given = form.cleaned_data
    checks: tuple[tuple[str, Any], ...] = (("credential", PasskeyProof), ("code", CodeProof))
    for name, check in checks:
        if not given.get(name):
            continue
        # allauth takes the credential as the JSON it was sent as.
        proof = check(data={name: form.data[f"prove-{name}"] if name == "credential" else given[name]}, user=person)
        if proof.is_valid():
            proof.save()
            return "passkey" if name == "credential" else "code"
        form.add_error(name if name == "code" else None, proof.errors[name][0])
        return None
    if given.get("password"):
        try:
            if get_adapter(request).reauthenticate(person, given["password"]):
                record_authentication(request, person, method="password", reauthenticated=True)
                return "password"
            form.add_error("password", "That is not your password")
        except ValidationError as limited:
            form.add_error("password", limited)
        return None
    form.add_error(None, "Give one proof that it is you: any one of those below")
    return None
