from collections.abc import Mapping
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from maca.audits.models import Audit
from maca.audits.queries import find_audit
from maca.cases import operations, rules
from maca.cases.forms import (
    DestroyForm,
    InterestForm,
    LiftForm,
    NominationForm,
    OpenIdentityForm,
    PassOverForm,
    PresenterForm,
    SeatsForm,
)
from maca.cases.models import (
    CONFLICTS,
    Case,
    Declaration,
    DestructionReason,
    IdentityReason,
    Interest,
    LiftReason,
    Nomination,
)
from maca.cases.queries import (
    cases_of,
    declarations_of,
    find_case,
    find_declaration,
    find_nomination,
    part_in,
    possible_panel,
    possible_presenters,
)
from maca.design.pages import do_once, form_page, guarded
from maca.partnership.requests import signed_in

DECLARED = "Your declaration is on the record."
ASK_ANOTHER = " Somebody else works on this case: ask your lead to name them."


def _nominations_page(audit: Audit) -> str:
    return reverse("nominations", kwargs={"audit": audit.slug})


def _onward(request: HttpRequest) -> str:
    """Where somebody was going when another page had to come first; empty if they did not say."""
    onward = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure())
    return onward if safe else ""


@guarded(rules.may_read_nominations, find_audit)
def nominations(request: HttpRequest, audit: Audit) -> HttpResponse:
    person = signed_in(request)
    listed = operations.read_nominations(audit, by=person)
    for nomination in listed:
        nomination.audit = audit
    return render(
        request,
        "cases/nominations.html",
        {
            "audit": audit,
            "nominations": [(one, rules.may_select_case(person, one)) for one in listed],
            "cases": [(one, rules.may_name_presenter(person, one)) for one in cases_of(audit, person)],
            "may_nominate": rules.may_nominate_case(person, audit),
        },
    )


@guarded(rules.may_nominate_case, find_audit, writes=True)
def nominate_case(request: HttpRequest, audit: Audit) -> HttpResponse:
    def do(form: NominationForm, version: int | None) -> str:
        operations.nominate_case(audit, **form.cleaned_data, by=signed_in(request))
        return _nominations_page(audit)

    return form_page(
        request,
        "cases/nominate.html",
        lambda data, _: NominationForm(data, look=partial(operations.look_for_family, audit, by=signed_in(request))),
        do=do,
        context={"audit": audit, "back": _nominations_page(audit)},
        saved="The case has been nominated.",
    )


@guarded(rules.may_select_case, find_nomination, writes=True)
def select_case(request: HttpRequest, nomination: Nomination) -> HttpResponse:
    if request.method == "POST":

        def do() -> str:
            operations.select_case(nomination, by=signed_in(request))
            return _nominations_page(nomination.audit)

        return do_once(request, do, saved="The case has been selected.")
    return render(
        request,
        "cases/select.html",
        {
            "nomination": operations.read_nomination(nomination, by=signed_in(request)),
            "kin": operations.read_kin(nomination, by=signed_in(request)),
            "next_number": nomination.audit.cases.count() + 1,
            "back": _nominations_page(nomination.audit),
        },
    )


@guarded(rules.may_select_case, find_nomination, writes=True)
def pass_over_case(request: HttpRequest, nomination: Nomination) -> HttpResponse:
    def do(form: PassOverForm, version: int | None) -> str:
        operations.pass_over_case(nomination, reason=form.cleaned_data["reason"], by=signed_in(request))
        return _nominations_page(nomination.audit)

    return form_page(
        request,
        "design/form_page.html",
        lambda data, _: PassOverForm(data),
        do=do,
        context={
            "heading": "Leave a nomination out",
            "caption": nomination.audit.title,
            "button_text": "Leave it out",
            "back": _nominations_page(nomination.audit),
        },
        saved="The nomination has been left out. It can still be selected until the cases are circulated.",
    )


@guarded(rules.may_name_presenter, find_case, writes=True)
def name_presenter(request: HttpRequest, case: Case) -> HttpResponse:
    possible = possible_presenters(case.audit)

    def make_form(data: Mapping[str, Any] | None, now: Case) -> PresenterForm:
        named = now.presenters.select_related("person").first()
        form = PresenterForm(data, initial={"person": named.person.public_id if named else ""})
        form.fields["person"].choices = [("", "Choose one")] + [  # type: ignore[attr-defined]
            (one.public_id, str(one)) for one in possible
        ]
        return form

    def do(form: PresenterForm, version: int | None) -> str:
        chosen = next(one for one in possible if one.public_id == form.cleaned_data["person"])
        operations.name_presenter(case, person=chosen, version=version, by=signed_in(request))
        return _nominations_page(case.audit)

    return form_page(
        request,
        "design/form_page.html",
        make_form,
        do=do,
        thing=case,
        context={
            "heading": f"Who will introduce {case.label}?",
            "caption": case.audit.title,
            "button_text": "Save",
            "back": _nominations_page(case.audit),
        },
        saved="Saved. The person can now see the case and its questions.",
    )


@guarded(rules.may_name_presenter, find_case, writes=True)
def seats(request: HttpRequest, case: Case) -> HttpResponse:
    possible = possible_panel(case.audit)

    def make_form(data: Mapping[str, Any] | None, now: Case) -> SeatsForm:
        form = SeatsForm(
            data, initial={"people": [seat.person.public_id for seat in now.seats.select_related("person")]}
        )
        form.fields["people"].choices = [(one.public_id, str(one)) for one in possible]  # type: ignore[attr-defined]
        return form

    def do(form: SeatsForm, version: int | None) -> str:
        chosen = [one for one in possible if one.public_id in form.cleaned_data["people"]]
        operations.seat_panel(case, people=chosen, version=version, by=signed_in(request))
        return _nominations_page(case.audit)

    return form_page(
        request,
        "cases/seats.html",
        make_form,
        do=do,
        thing=case,
        context={
            "heading": f"Who sits on the panel of {case.label}?",
            "caption": case.audit.title,
            "button_text": "Save",
            "possible": possible,
            "back": _nominations_page(case.audit),
        },
        saved="Saved. They see the case, and its report from the day the panel opens.",
    )


@guarded(rules.may_declare_interest, find_case, writes=True)
def declare(request: HttpRequest, case: Case) -> HttpResponse:
    """Said before a case is first opened; afterwards one goes on to where one was going."""
    person = signed_in(request)
    onward = _onward(request) or reverse("case", kwargs={"audit": case.audit.slug, "case": case.number})
    declared = part_in(case, person).interest

    def do(form: InterestForm, version: int | None) -> str:
        interest = Interest(form.cleaned_data["interest"])
        operations.declare_interest(case, interest=interest, by=person)
        return onward if rules.may_work_on_case(person, case) else reverse("work-list")

    return form_page(
        request,
        "cases/declare.html",
        lambda data, _: InterestForm(data, initial={"interest": declared}),
        do=do,
        context={
            "case": case,
            "heading": f"Have you a conflict of interest in {case.label}?",
            "caption": case.audit.title,
            "button_text": "Declare",
            "may_open_identity": rules.may_open_identity(person, case),
            "onward": onward,
            "back": reverse("audit", kwargs={"audit": case.audit.slug}),
        },
        saved=DECLARED + (ASK_ANOTHER if request.POST.get("interest") in CONFLICTS else ""),
    )


@guarded(rules.may_read_declarations, find_case)
def declarations(request: HttpRequest, case: Case) -> HttpResponse:
    """Who has declared what, for those who can lift a conflict that was a slip."""
    person = signed_in(request)
    said = declarations_of(case)
    for one in said:
        one.case = case
    listed = [(one, one.is_conflict and not one.lifted_at and rules.may_lift_conflict(person, one)) for one in said]
    return render(request, "cases/declarations.html", {"case": case, "declarations": listed})


@guarded(rules.may_lift_conflict, find_declaration, writes=True)
def lift_conflict(request: HttpRequest, declaration: Declaration) -> HttpResponse:
    case = declaration.case
    back = reverse("declarations", kwargs={"audit": case.audit.slug, "case": case.number})

    def do(form: LiftForm, version: int | None) -> str:
        reason = LiftReason(form.cleaned_data["reason"])
        operations.lift_conflict(declaration, reason=reason, by=signed_in(request))
        return back

    return form_page(
        request,
        "design/form_page.html",
        lambda data, _: LiftForm(data),
        do=do,
        context={
            "heading": f"Lift the conflict of interest of {declaration.person.name}?",
            "caption": f"{case.audit.title}, {case.label}",
            "button_text": "Lift it",
            "back": back,
        },
        saved=f"Lifted. {declaration.person.name} declares anew before opening {case.label}.",
    )


@guarded(rules.may_destroy_case, find_case, writes=True, step_up=True)
def destroy_case(request: HttpRequest, case: Case) -> HttpResponse:
    back = reverse("case", kwargs={"audit": case.audit.slug, "case": case.number})

    def do(form: DestroyForm, version: int | None) -> str:
        operations.destroy_case(case, reason=DestructionReason(form.cleaned_data["reason"]), by=signed_in(request))
        return back

    return form_page(
        request,
        "cases/destroy.html",
        lambda data, _: DestroyForm(data, expected=case.label),
        do=do,
        context={
            "heading": f"Destroy what was written about {case.label}",
            "caption": case.audit.title,
            "button_text": "Destroy it for good",
            "back": back,
        },
        saved="It has been destroyed. In the backups of the keystore its keys live until those expire.",
    )


@guarded(rules.may_open_identity, find_case, writes=True, step_up=True)
def identity(request: HttpRequest, case: Case) -> HttpResponse:
    """Each opening is an act of its own, so it is shown in answer to the form and has no address."""
    form = OpenIdentityForm(request.POST if request.method == "POST" else None)
    opened = None
    if request.method == "POST" and form.is_valid():
        opened = operations.open_identity(
            case, reason=IdentityReason(form.cleaned_data["reason"]), by=signed_in(request)
        )
    undeclared = rules.may_work_on_case(signed_in(request), case).code == "undeclared"
    context = {
        "case": case,
        "form": form,
        "identity": opened,
        # Sent to its own page, which also says what is wrong with it.
        "declaration": InterestForm() if undeclared else None,
        "onward": _onward(request),
    }
    return render(request, "cases/identity.html", context)
