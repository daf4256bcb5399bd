"""How a page is guarded and how a form has its effect: once, on the version it was opened at, by rule.

`guarded` is the second fence: every address declares the thing it is about and the rule that opens it.
A test fails for an address that declares none.
"""

import hashlib
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ObjectDoesNotExist
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.module_loading import import_string
from django.views.decorators.http import require_http_methods, require_safe

from maca.design.forms import DATE_PARTS, Form
from maca.design.middleware import NOT_CONTENT
from maca.kernel.once import already_used, name_of_sending, once
from maca.kernel.verdict import YES, Refused, Verdict
from maca.kernel.versions import Changed, Versioned

F = TypeVar("F", bound=Form)
Page = Callable[..., HttpResponseBase]


def anyone_signed_in(person: Any) -> Verdict:
    """Anybody with an account reads this page; what it lists is what they may see."""
    return YES


def guarded(
    rule: Callable[..., Verdict],
    find: Callable[..., Any] | None = None,
    *,
    writes: bool = False,
    repeats: bool = False,
    step_up: bool | Callable[[Any], bool] = False,
) -> Callable[[Page], Page]:
    """Open a page by `rule(person, thing)`, where `thing = find(person, **address)`.

    The page is called with the request and, if there is one, the thing. What a person may not see is
    not there (404); what they see but may not do is refused with the rule's sentence (403). Pages
    answer GET and HEAD only, unless `writes`. A form sent twice goes where it went the first time,
    before the rule is asked: the rule may well say no to doing it again. Of two that come at the same time, the
    second may look too early and be refused for what the first has done since: so it looks again before it is
    refused. What `repeats` saves an open form over and over, and is not looked up.

    With `step_up`, or for those things of which it says so, whoever the rule lets in must have proved who they are
    within five minutes, or is asked to now; what they sent goes on as soon as they have.
    """

    def decorate(view: Page) -> Page:
        @wraps(view)
        def page(request: HttpRequest, **address: Any) -> HttpResponseBase:
            if step_up:
                _set_proof_apart(request)
            if request.method != "POST" or repeats or "once" not in request.POST:
                return opened(request, **address)
            sending = _sending(request)
            if earlier := already_used(sending):
                return redirect(earlier)
            try:
                response = opened(request, **address)
            except (Http404, Refused):
                if earlier := already_used(sending):
                    return redirect(earlier)
                raise
            if response.status_code >= 400 and (earlier := already_used(sending)):
                return redirect(earlier)
            return response

        def opened(request: HttpRequest, **address: Any) -> HttpResponseBase:
            if find is None:
                rule(request.user).insist()
                return (bool(step_up) and _ask_again(request)) or page.show(request)  # type: ignore[attr-defined]
            try:
                thing = page.find(request.user, **address)  # type: ignore[attr-defined]
            except ObjectDoesNotExist as nothing:
                raise Http404 from nothing
            rule(request.user, thing).insist()
            grave = step_up(thing) if callable(step_up) else step_up
            return (grave and _ask_again(request)) or page.show(request, thing)  # type: ignore[attr-defined]

        methods = require_http_methods(["GET", "HEAD", "POST"]) if writes else require_safe
        page.guard = rule  # type: ignore[attr-defined]
        page.find = find  # type: ignore[attr-defined]
        page.show = view  # type: ignore[attr-defined]
        page.step_up = step_up  # type: ignore[attr-defined]
        return methods(page)

    return decorate


def unattended(view: Page) -> Page:
    """Declare that a page asks here by itself: no sign that anybody sits before it, so no sign-in lasts longer."""
    view.unattended = True  # type: ignore[attr-defined]
    return view


def _ask_again(request: HttpRequest) -> HttpResponse | None:
    """By a setting, since this room may not know the one in which people come in."""
    ask: Callable[[HttpRequest], HttpResponse | None] = import_string(settings.MACA_STEP_UP)
    return ask(request)


def _set_proof_apart(request: HttpRequest) -> None:
    """A password sent along as proof is no part of the form: it is neither kept, nor shown, nor counted as words."""
    request.proof = {}  # type: ignore[attr-defined]
    if request.method != "POST":
        return
    sent = QueryDict(mutable=True, encoding=request.POST.encoding)
    for name, values in request.POST.lists():
        if name.startswith("prove-"):
            request.proof[name] = values[-1]  # type: ignore[attr-defined]
        else:
            sent.setlist(name, values)
    sent._mutable = False
    request.POST = sent  # type: ignore[assignment]


def open_to_all(why: str) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Declare that a page needs nobody signed in, and why."""

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        view.guard = why  # type: ignore[attr-defined]
        return login_not_required(view)

    return decorate


def _sending(request: HttpRequest) -> str:
    content = [(name, values) for name, values in request.POST.lists() if name not in ("csrfmiddlewaretoken", "once")]
    # Another file from the same open form is another sending.
    content += [(name, [_digest(one) for one in files]) for name, files in request.FILES.lists()]
    return name_of_sending(
        request.POST.get("once", ""),
        person=str(getattr(request.user, "public_id", "nobody")),
        address=request.path,
        content=content,
    )


def _digest(file: UploadedFile) -> str:
    digest = hashlib.sha256(b"".join(file.chunks())).hexdigest()
    file.seek(0)
    return f"{digest} {file.size}"


def version_sent(request: HttpRequest) -> int:
    """The version that a form was opened at. Raises `Refused` for a form that has lost it."""
    sent = request.POST.get("version", "")
    if sent.isascii() and sent.isdigit() and len(sent) < 10:
        return int(sent)
    raise Refused("no-version", "This form has lost its version. Go back, reload the page and send it again.")


def do_once(request: HttpRequest, do: Callable[[], str], *, saved: str = "") -> HttpResponse:
    """Run an operation once for the form that asked for it, and go to the address it answers with."""
    done: list[bool] = []

    def doing() -> str:
        location = do()
        done.append(True)
        return location

    location = once(_sending(request), doing)
    if done and saved:
        messages.success(request, saved)
    return redirect(location)


def as_file(content: bytes, kind: str, name: str) -> HttpResponse:
    """Something to keep, of this content type and under this name."""
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def form_page(
    request: HttpRequest,
    template: str,
    make_form: Callable[[Mapping[str, Any] | None, Any], F],
    *,
    do: Callable[[F, int | None], str],
    context: Mapping[str, Any],
    thing: Any = None,
    saved: str = "Saved",
    said_at: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Show a form; when it is sent and sound, do the operation once and go on.

    `make_form(data, thing)` builds the form, `do(form, version)` acts and returns the address to go
    to. `version` is the one the form was opened at. If somebody else has saved since, the sender is
    shown both texts and chooses: nobody's words vanish. A refusal whose code is in `said_at` is said at that field of
    the form, with what was typed still in it.
    """
    sent = request.method == "POST"
    version = None
    if isinstance(thing, Versioned):
        version = version_sent(request) if sent else thing.version
    form = make_form(request.POST if sent else None, thing)
    if sent and form.is_valid():
        try:
            response = do_once(request, lambda: do(form, version), saved=saved)
        except Changed as changed:
            return _show_both(request, form, make_form(None, changed.latest), changed.latest, context)
        except Refused as refusal:
            if refusal.code not in (said_at or {}):
                raise
            form.add_error((said_at or {})[refusal.code], refusal.sentence)
            again = {**context, "form": form, "version": version}
            return render(request, template, again, status=422)
        for notice in form.notices:
            messages.warning(request, notice)
        return response
    return render(request, template, {**context, "form": form, "version": version}, status=422 if form.errors else 200)


def _show_both(
    request: HttpRequest, mine: Form, theirs: Form, latest: Versioned, context: Mapping[str, Any]
) -> HttpResponse:
    fields = [
        (field.label, theirs.in_words(field.name), mine.in_words(field.name))
        for field in mine
        if theirs.in_words(field.name) != mine.in_words(field.name)
    ]
    known = {field.html_name for field in mine} | {f"{field.html_name}-{part}" for field in mine for part in DATE_PARTS}
    hidden = [(name, value) for name, values in request.POST.lists() if name not in NOT_CONTENT for value in values]
    # A colleague may have taken out what these words were about: they are shown all the same.
    fields += [("No longer there", "", value) for name, value in hidden if name not in known and value]
    return render(
        request,
        "design/changed.html",
        {
            **context,
            "fields": fields,
            "hidden": hidden,
            "version": latest.version,
            "action_url": request.path,
            "back_url": request.path,
            "saved_by": getattr(latest, "saved_by", None),
            "saved_at": getattr(latest, "saved_at", None),
        },
        status=409,
    )
