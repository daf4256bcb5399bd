from collections.abc import Mapping
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from maca.cases.models import Case, DestructionReason, HoldReason, LegalHold
from maca.cases.queries import find_case
from maca.design.pages import as_file, form_page, guarded
from maca.kernel.clock import today
from maca.kernel.paper_as_files import WRITERS
from maca.partnership.models import Person
from maca.partnership.requests import signed_in
from maca.retention import operations, queries, rules
from maca.retention.certificate import as_paper, file_name, written
from maca.retention.forms import DestroyCaseForm, DestroyDueForm, EndHoldForm, HoldForm, PeriodForm
from maca.retention.models import Certificate, CountedFrom, Period, RecordClass
from maca.retention.usual import COVERS

A_PAGE = 50


@guarded(rules.may_see_retention)
def retention(request: HttpRequest) -> HttpResponse:
    """What is due, what will be, and what is held."""
    person = signed_in(request)
    listed = queries.due_ahead(person.partnership)
    return render(
        request,
        "retention/due.html",
        {
            "due": [one for one in listed if one.due_on <= today()],
            "page": Paginator([one for one in listed if one.due_on > today()], A_PAGE).get_page(
                request.GET.get("page")
            ),
            "may_destroy": rules.may_destroy_due(person),
        },
    )


@guarded(rules.may_destroy_due, writes=True, step_up=True)
def destroy_due(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    ready = queries.ready_to_go(person.partnership)

    def do(form: DestroyDueForm, version: int | None) -> str:
        made = operations.destroy_due(form.cleaned_data["chosen"], by=person)
        if len(made) == 1:
            return reverse("certificate", kwargs={"certificate": made[0].public_id})
        return reverse("certificates")

    return form_page(
        request,
        "retention/destroy_due.html",
        lambda data, _: DestroyDueForm(data, ready=ready),
        do=do,
        context={"back": reverse("retention")},
        saved="It has been destroyed. Each destruction has its certificate.",
    )


@guarded(rules.may_destroy_by_hand, find_case, writes=True, step_up=True)
def destroy_case(request: HttpRequest, case: Case) -> HttpResponse:
    back = reverse("case", kwargs={"audit": case.audit.slug, "case": case.number})

    def do(form: DestroyCaseForm, version: int | None) -> str:
        reason = DestructionReason(form.cleaned_data["reason"])
        made = operations.destroy_by_hand(case, reason=reason, by=signed_in(request))
        return reverse("certificate", kwargs={"certificate": made.public_id})

    return form_page(
        request,
        "retention/destroy_case.html",
        lambda data, _: DestroyCaseForm(data, expected=case.label),
        do=do,
        context={
            "heading": f"Destroy what was written about {case.label}",
            "caption": case.audit.title,
            "button_text": "Destroy it for good",
            "back": back,
        },
        saved="It has been destroyed. In the backups of the keystore its keys live until those expire.",
    )


# ---- the schedule


@guarded(rules.may_see_retention)
def schedule(request: HttpRequest) -> HttpResponse:
    """How long each class of record is kept, who decided so, and why."""
    person = signed_in(request)
    periods = queries.schedule(person.partnership)
    return render(
        request,
        "retention/schedule.html",
        {"periods": [(one, COVERS[name], rules.may_change_period(person, one)) for name, one in periods.items()]},
    )


@guarded(rules.may_change_period, queries.find_period, writes=True)
def change_period(request: HttpRequest, period: Period) -> HttpResponse:
    def do(form: PeriodForm, version: int | None) -> str:
        given = form.cleaned_data
        operations.change_period(
            period,
            months=given["months"],
            counted_from=CountedFrom(given["counted_from"]),
            reason=given["reason"],
            source=given["source"],
            version=version,
            by=signed_in(request),
        )
        return reverse("schedule")

    def make_form(data: Mapping[str, Any] | None, now: Period) -> PeriodForm:
        return PeriodForm(data, initial=PeriodForm.initial_of(now))

    return form_page(
        request,
        "design/form_page.html",
        make_form,
        do=do,
        thing=period,
        context={
            "heading": "How long is it kept?",
            "caption": period.get_record_class_display(),
            "introduction": COVERS[RecordClass(period.record_class)],
            "back": reverse("schedule"),
        },
        saved="The schedule has been changed.",
    )


# ---- legal holds


@guarded(rules.may_see_retention)
def holds(request: HttpRequest) -> HttpResponse:
    """Every legal hold, those that stand first."""
    person = signed_in(request)
    page = Paginator(queries.holds_of(person.partnership), A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "retention/holds.html",
        {"page": page, "holds": [(one, rules.may_end_hold(person, one)) for one in page.object_list]},
    )


@guarded(rules.may_begin_hold, writes=True)
def begin_hold(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    audits = queries.audits_to_hold(person)

    def do(form: HoldForm, version: int | None) -> str:
        given = form.cleaned_data
        operations.begin_hold(
            **given["over"], reason=HoldReason(given["reason"]), asked_by=given["asked_by"], by=person
        )
        return reverse("holds")

    return form_page(
        request,
        "design/form_page.html",
        lambda data, _: HoldForm(data, audits=audits),
        do=do,
        context={
            "heading": "Begin a legal hold",
            "introduction": "While the hold stands, nothing that it covers is destroyed: not by the schedule, and not "
            "by hand. The chair or the information governance officer ends it.",
            "button_text": "Begin the hold",
            "back": reverse("holds"),
        },
        saved="The hold stands. Nothing that it covers can be destroyed.",
    )


@guarded(rules.may_end_hold, queries.find_hold, writes=True, step_up=True)
def end_hold(request: HttpRequest, hold: LegalHold) -> HttpResponse:
    def do(form: EndHoldForm, version: int | None) -> str:
        operations.end_hold(hold, because=form.cleaned_data["because"], by=signed_in(request))
        return reverse("holds")

    return form_page(
        request,
        "design/form_page.html",
        lambda data, _: EndHoldForm(data),
        do=do,
        context={
            "heading": "End a legal hold",
            "caption": hold.over_what,
            "introduction": f"{hold.get_reason_display()}. Asked for by: {hold.asked_by}. Once it has ended, what it "
            "was over can be destroyed again, by the schedule and by hand.",
            "button_text": "End the hold",
            "back": reverse("holds"),
        },
        saved="The hold has ended.",
    )


# ---- certificates


@guarded(rules.may_see_retention)
def certificates(request: HttpRequest) -> HttpResponse:
    """Every certificate of destruction, the newest first."""
    found = queries.certificates_of(signed_in(request))
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "retention/certificates.html", {"page": page})


@guarded(rules.may_read_certificate, queries.find_certificate)
def certificate(request: HttpRequest, found: Certificate) -> HttpResponse:
    """One certificate, as a page."""
    return render(
        request,
        "retention/certificate.html",
        {
            "certificate": found,
            "paper": as_paper(found, queries.keys_destroyed_at(found)),
            "may_print": rules.may_print_certificate(signed_in(request), found),
        },
    )


def _certificate_as(person: Person, certificate: str, kind: str) -> tuple[Certificate, str]:
    return queries.find_certificate(person, certificate), kind


@guarded(lambda person, found: rules.may_print_certificate(person, found[0]), _certificate_as)
def certificate_file(request: HttpRequest, found: tuple[Certificate, str]) -> HttpResponse:
    """One certificate, as a Word file, a PDF, or the very bytes whose digest stands in the journal."""
    one, kind = found
    if kind == "json":
        content, content_type = written(one.content), "application/json"
    elif kind in WRITERS:
        write, content_type = WRITERS[kind]
        content = write(as_paper(one, queries.keys_destroyed_at(one)))
    else:
        raise Http404
    return as_file(content, content_type, file_name(one, kind))
