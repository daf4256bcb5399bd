from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from maca.design.pages import do_once, form_page, guarded
from maca.panel import operations, rules
from maca.panel.addresses import page_of
from maca.panel.forms import AcceptedForm, DissentForm
from maca.panel.models import Dissent, Finding
from maca.panel.queries import agencies_around, find_dissent, find_finding_of_case
from maca.partnership.requests import signed_in


@guarded(rules.may_record_dissent, find_finding_of_case, writes=True)
def record_dissent(request: HttpRequest, finding: Finding) -> HttpResponse:
    agencies = agencies_around(finding.audit)

    def do(form: DissentForm, version: int | None) -> str:
        operations.record_dissent(finding, agency=form.whose(), words=form.cleaned_data["words"], by=signed_in(request))
        return page_of(finding.audit, finding.case)

    return form_page(
        request,
        "panel/dissent.html",
        lambda data, _: DissentForm(data, agencies=agencies),
        do=do,
        context={**_about_finding(finding), "heading": "An agency does not agree"},
        saved="It has been recorded that the agency does not agree.",
    )


@guarded(rules.may_change_dissent, find_dissent, writes=True)
def change_dissent(request: HttpRequest, dissent: Dissent) -> HttpResponse:
    finding, person = dissent.finding, signed_in(request)

    def make_form(data: Mapping[str, Any] | None, now: Dissent) -> DissentForm:
        now.finding = finding
        return DissentForm(data, initial={"words": operations.read_dissent(now, by=person)})

    def do(form: DissentForm, version: int | None) -> str:
        operations.change_dissent(dissent, words=form.cleaned_data["words"], version=version, by=person)
        return page_of(finding.audit, finding.case)

    return form_page(
        request,
        "panel/dissent.html",
        make_form,
        do=do,
        thing=dissent,
        context={**_about_finding(finding), "heading": f"Not agreed by {dissent.agency}", "dissent": dissent},
        saved="What the agency said has been changed.",
    )


@require_POST
@guarded(rules.may_change_dissent, find_dissent, writes=True)
def withdraw_dissent(request: HttpRequest, dissent: Dissent) -> HttpResponse:
    def do() -> str:
        operations.withdraw_dissent(dissent, by=signed_in(request))
        return page_of(dissent.finding.audit, dissent.finding.case)

    return do_once(
        request, do, saved=f"{dissent.agency} now agrees. What it said can be put back until the panel closes."
    )


@require_POST
@guarded(rules.may_change_dissent, find_dissent, writes=True)
def put_back_dissent(request: HttpRequest, dissent: Dissent) -> HttpResponse:
    def do() -> str:
        operations.put_back_dissent(dissent, by=signed_in(request))
        return page_of(dissent.finding.audit, dissent.finding.case)

    return do_once(request, do, saved=f"It is on record again that {dissent.agency} does not agree.")


@guarded(rules.may_say_what_is_accepted, find_finding_of_case, writes=True)
def accepted(request: HttpRequest, finding: Finding) -> HttpResponse:
    """Where agencies do not agree, what the panel accepts and why."""
    case, person = finding.case, signed_in(request)

    def make_form(data: Mapping[str, Any] | None, now: Finding) -> AcceptedForm:
        now.case = case
        return AcceptedForm(data, initial={"words": operations.read_what_is_accepted(now, by=person)})

    def do(form: AcceptedForm, version: int | None) -> str:
        operations.say_what_is_accepted(finding, words=form.cleaned_data["words"], version=version, by=person)
        return page_of(finding.audit, finding.case)

    return form_page(
        request,
        "panel/dissent.html",
        make_form,
        do=do,
        thing=finding,
        context={**_about_finding(finding), "heading": "What the panel accepts, and why"},
        saved="What the panel accepts has been kept.",
    )


def _about_finding(finding: Finding) -> dict[str, Any]:
    case = finding.case
    where = case.label if case else "the whole audit"
    return {
        "finding": finding,
        "dissent": None,
        "caption": f"{finding.audit.title}, {where}: {finding.get_heading_display()}",
        "back": page_of(finding.audit, case),
    }
