"""A briefing is sent, approved, published, held back and withdrawn."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from maca.briefing import operations, rules
from maca.briefing.forms import EmbargoForm, PublicPageForm, PublishForm, SendBackForm, WithdrawForm
from maca.briefing.models import Briefing, WithdrawnBecause
from maca.briefing.queries import find_briefing, readers_of
from maca.briefing.views.reading import page_of, public_address_of
from maca.design.pages import do_once, form_page, guarded, version_sent
from maca.partnership.requests import signed_in


def _act(
    request: HttpRequest, briefing: Briefing, operation: Callable[..., None], saved: str, *, versioned: bool
) -> HttpResponse:
    version = {"version": version_sent(request)} if versioned else {}

    def do() -> str:
        operation(briefing, **version, by=signed_in(request))
        return page_of(briefing.audit)

    return do_once(request, do, saved=saved)


@require_POST
@guarded(rules.may_send_briefing, find_briefing, writes=True)
def send(request: HttpRequest, briefing: Briefing) -> HttpResponse:
    return _act(
        request,
        briefing,
        operations.send_briefing,
        "The briefing has been sent for approval.",
        versioned=True,
    )


@require_POST
@guarded(rules.may_take_back_briefing, find_briefing, writes=True)
def take_back(request: HttpRequest, briefing: Briefing) -> HttpResponse:
    return _act(request, briefing, operations.take_back_briefing, "The briefing is a draft again.", versioned=False)


@require_POST
@guarded(rules.may_approve_briefing, find_briefing, writes=True, step_up=True)
def approve(request: HttpRequest, briefing: Briefing) -> HttpResponse:
    return _act(request, briefing, operations.approve_briefing, "You have approved the briefing.", versioned=True)


@guarded(rules.may_approve_briefing, find_briefing, writes=True)
def send_back(request: HttpRequest, briefing: Briefing) -> HttpResponse:
    def do(form: SendBackForm, version: int | None) -> str:
        operations.send_back_briefing(briefing, because=form.cleaned_data["because"], by=signed_in(request))
        return page_of(briefing.audit)

    return form_page(
        request,
        "design/form_page.html",
        lambda data, _: SendBackForm(data),
        do=do,
        context={
            "heading": "Send the briefing back",
            "caption": briefing.audit.title,
            "button_text": "Send it back",
            "back": page_of(briefing.audit),
        },
        saved="The briefing has been sent back to its author.",
    )


@guarded(rules.may_publish_briefing, find_briefing, writes=True, step_up=True)
def publish(request: HttpRequest, briefing: Briefing) -> HttpResponse:
    def make_form(data: Mapping[str, Any] | None, _: object) -> PublishForm:
        return PublishForm(
            data,
            initial=PublishForm.as_it_is(briefing),
            public_pages=briefing.audit.partnership.public_briefings,
        )

    def do(form: PublishForm, version: int | None) -> str:
        operations.publish_briefing(
            briefing,
            embargo_until=form.cleaned_data["embargo_until"],
            is_public=form.is_public(),
            by=signed_in(request),
        )
        return page_of(briefing.audit)

    return form_page(
        request,
        "design/form_page.html",
        make_form,
        do=do,
        context={
            "heading": "Publish the briefing",
            "caption": briefing.audit.title,
            "introduction": "Everybody in the partnership who signs in can read it, at once or after an embargo. "
            "What is published never changes.",
            "button_text": "Publish the briefing",
            "back": page_of(briefing.audit),
        },
        saved="The briefing has been published.",
    )


@guarded(rules.may_set_embargo, find_briefing, writes=True, step_up=True)
def embargo(request: HttpRequest, briefing: Briefing) -> HttpResponse:
    def do(form: EmbargoForm, version: int | None) -> str:
        operations.set_embargo(
            briefing, embargo_until=form.cleaned_data["embargo_until"], version=version, by=signed_in(request)
        )
        return page_of(briefing.audit)

    return form_page(
        request,
        "design/form_page.html",
        lambda data, now: EmbargoForm(data, initial=EmbargoForm.as_it_is(now)),
        do=do,
        thing=briefing,
        context={
            "heading": "Hold the briefing back",
            "caption": briefing.audit.title,
            "introduction": "Until the embargo ends, nobody is shown the briefing but those who read drafts. Others "
            "are told that it has not been published yet.",
            "back": page_of(briefing.audit),
        },
        saved="The embargo has been set as you see it here.",
    )


@guarded(rules.may_set_public_page, find_briefing, writes=True, step_up=True)
def public_page_switch(request: HttpRequest, briefing: Briefing) -> HttpResponse:
    def do(form: PublicPageForm, version: int | None) -> str:
        operations.set_public_page(briefing, is_public=form.cleaned_data["public"], by=signed_in(request))
        return page_of(briefing.audit)

    return form_page(
        request,
        "design/form_page.html",
        lambda data, _: PublicPageForm(data, initial={"public": briefing.is_public}),
        do=do,
        context={"heading": "The public page", "caption": briefing.audit.title, "back": page_of(briefing.audit)},
    )


@guarded(rules.may_withdraw_briefing, find_briefing, writes=True, step_up=True)
def withdraw(request: HttpRequest, briefing: Briefing) -> HttpResponse:
    def do(form: WithdrawForm, version: int | None) -> str:
        operations.withdraw_briefing(
            briefing,
            because=WithdrawnBecause(form.cleaned_data["because"]),
            note=form.cleaned_data["note"],
            by=signed_in(request),
        )
        return page_of(briefing.audit)

    return form_page(
        request,
        "briefing/withdraw.html",
        lambda data, _: WithdrawForm(data),
        do=do,
        context={
            "heading": "Withdraw the briefing",
            "caption": briefing.audit.title,
            "button_text": "Withdraw it for good",
            "back": page_of(briefing.audit),
            "readers": readers_of(briefing),
            "public_address": public_address_of(request, briefing),
        },
        saved="The briefing has been withdrawn.",
    )
