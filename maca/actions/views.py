from collections.abc import Mapping, Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from maca.actions import operations, rules
from maca.actions.forms import ActionForm, DayForm, DoneForm, ImpactForm, ProgressForm, StopForm, VerifyForm
from maca.actions.models import Action
from maca.actions.queries import (
    SHOWN,
    Joining,
    actions_alike,
    actions_of,
    actions_shown_to,
    agencies_to_choose,
    cases_seen,
    cases_to_look_in,
    find_action,
    find_finding_to_act_on,
    find_joining,
    findings_of_action,
    findings_to_act_on,
    people_to_choose,
    proposed_with,
    story_of,
    waiting_closing,
)
from maca.audits.models import Audit
from maca.audits.queries import find_audit
from maca.design.pages import do_once, form_page, guarded
from maca.kernel.verdict import Verdict
from maca.panel.models import Finding
from maca.partnership.requests import signed_in


def _page(action: Action) -> str:
    return reverse("action", kwargs={"action": action.public_id})


def _about(action: Action) -> str:
    return f"{action.audit.title}, {action.agency}"


@guarded(rules.may_list_actions)
def actions(request: HttpRequest) -> HttpResponse:
    """Every action of the partnership that this person may see, by how it stands."""
    person = signed_in(request)
    show = request.GET.get("show", "")
    if show not in SHOWN:
        show = "open"
    return render(
        request,
        "actions/list.html",
        {
            "page": Paginator(actions_shown_to(person, show), 50).get_page(request.GET.get("page")),
            "show": show,
            "shown": [(key, label) for key, (label, _) in SHOWN.items()],
            "nothing": SHOWN[show][1],
            "sees_all": rules.sees_every_action(person),
        },
    )


@guarded(rules.may_see_actions, find_audit)
def audit_actions(request: HttpRequest, audit: Audit) -> HttpResponse:
    """The actions of an audit; and for whoever makes them, the findings that they can rest on."""
    person = signed_in(request)
    makes = person.holds(*rules.RUNS)
    groups = [
        (one, rules.may_make_action(person, one.findings[0]))
        for one in (findings_to_act_on(audit, person) if makes else [])
    ]
    return render(
        request,
        "actions/of_audit.html",
        {
            "audit": audit,
            "actions": actions_of(audit, person),
            "groups": groups,
            "sees_all": rules.sees_every_action(person),
        },
    )


@guarded(rules.may_make_action, find_finding_to_act_on, writes=True)
def make_action(request: HttpRequest, finding: Finding) -> HttpResponse:
    """An action of a finding; first what is being done already, and what the panel proposed."""
    person, audit = signed_in(request), finding.audit
    proposals = operations.read_proposals(finding, by=person)
    begun = next((one for one in proposals if one.id == request.GET.get("from")), None)
    agencies = agencies_to_choose(audit.partnership_id)
    sent = request.method == "POST"
    was_shown = set(request.POST.getlist("shown")) if sent else set()
    text = "\n".join([finding.text, request.POST.get("change", "") if sent else begun.words if begun else ""])
    alike = actions_alike(text, finding, person)

    def not_shown_yet(change: str) -> Sequence[Action]:
        return [one for one in alike if one.public_id not in was_shown]

    def make_form(data: Mapping[str, Any] | None, _: Any) -> ActionForm:
        own = next((one.slug for one in agencies if begun and one.name == begun.agency), "")
        return ActionForm(
            data,
            people=people_to_choose(audit.partnership_id),
            agencies=agencies,
            not_shown_yet=not_shown_yet,
            proposed=[one.words for one in proposals],
            initial={"agency": own},
        )

    def do(form: ActionForm, version: int | None) -> str:
        return _page(operations.make_action(finding, **form.said(), by=person))

    return form_page(
        request,
        "actions/make.html",
        make_form,
        do=do,
        context={
            "heading": "Make an action",
            "caption": f"{audit.title}, {finding.case.label if finding.case else 'the whole audit'}",
            "button_text": "Make the action",
            "back": reverse("audit-actions", kwargs={"audit": audit.slug}),
            "finding": finding,
            "audit": audit,
            "alike": alike,
            "begun": begun,
            "proposals": [one for one in proposals if one != begun],
        },
        saved="The action has been made. Whoever is accountable is told.",
    )


@guarded(rules.may_join_action, find_joining, writes=True)
def join_action(request: HttpRequest, joining: Joining) -> HttpResponse:
    """One question: whether this action is to rest on the finding too."""
    person, finding, action = signed_in(request), joining.finding, joining.action
    if request.method == "POST":

        def do() -> str:
            operations.join_action(joining, by=person)
            return _page(action)

        return do_once(request, do, saved="The action rests on this finding too.")
    address = {"audit": finding.audit.slug, "finding": finding.public_id}
    return render(
        request,
        "actions/join.html",
        {"finding": finding, "action": action, "back": reverse("make-action", kwargs=address)},
    )


@guarded(rules.may_read_action, find_action)
def action(request: HttpRequest, action: Action) -> HttpResponse:
    """One action with its story, and what this person may do about it."""
    person = signed_in(request)
    findings = findings_of_action(action)
    seen = cases_seen(findings, person)
    # What is asked of one finding of a case holds of the others.
    may_read: dict[tuple[int, int | None], Verdict] = {}
    for one in findings:
        if (at := (one.audit_id, one.case_id)) not in may_read:
            may_read[at] = rules.may_read_finding(person, one, seen)
    story = story_of(action)
    return render(
        request,
        "actions/action.html",
        {
            "action": action,
            "findings": [(one, may_read[one.audit_id, one.case_id]) for one in findings],
            "story": story,
            "last_check": story.checks[-1] if story.checks else None,
            "may_note": rules.may_note_progress(person, action),
            "may_report": rules.may_report_action_done(person, action),
            "may_verify": rules.may_verify_action(person, action),
            "may_change": rules.may_change_action(person, action),
            "may_record_impact": rules.may_record_impact(person, action),
        },
    )


@guarded(rules.may_change_action, find_action, writes=True)
def change_action(request: HttpRequest, action: Action) -> HttpResponse:
    person = signed_in(request)
    partnership = action.audit.partnership_id

    def make_form(data: Mapping[str, Any] | None, now: Action) -> ActionForm:
        kept = {name: getattr(now, name) for name in ("change", "success", "measure", "baseline")}
        return ActionForm(
            data,
            people=people_to_choose(partnership),
            agencies=agencies_to_choose(partnership),
            proposed=proposed_with(now) if data else (),
            initial={**kept, "accountable": now.accountable.public_id, "agency": now.agency.slug},
        )

    def do(form: ActionForm, version: int | None) -> str:
        operations.change_action(action, **form.said(), version=version, by=person)
        return _page(action)

    return form_page(
        request, "design/form_page.html", make_form, do=do, thing=action,
        context={"heading": "Change the action", "caption": _about(action), "back": _page(action)},
        saved="The action has been changed.",
    )  # fmt: skip


@guarded(rules.may_move_action_day, find_action, writes=True)
def move_action_day(request: HttpRequest, action: Action) -> HttpResponse:
    def do(form: DayForm, version: int | None) -> str:
        operations.move_action_day(action, **form.cleaned_data, version=version, by=signed_in(request))
        return _page(action)

    return form_page(
        request, "design/form_page.html", lambda data, now: DayForm(data, now), do=do, thing=action,
        context={
            "heading": "Move the day", "caption": _about(action), "back": _page(action), "button_text": "Move the day",
        },
        saved="The day has been moved. The earlier one is kept.",
    )  # fmt: skip


@guarded(rules.may_stop_action, find_action, writes=True)
def stop_action(request: HttpRequest, action: Action) -> HttpResponse:
    def do(form: StopForm, version: int | None) -> str:
        operations.stop_action(action, **form.cleaned_data, version=version, by=signed_in(request))
        return _page(action)

    return form_page(
        request, "design/form_page.html", lambda data, _: StopForm(data), do=do, thing=action,
        context={
            "heading": "Stop the action", "caption": _about(action), "back": _page(action),
            "introduction": action.change, "button_text": "Stop the action",
        },
        saved="The action has been stopped.",
    )  # fmt: skip


@guarded(rules.may_note_progress, find_action, writes=True)
def note_progress(request: HttpRequest, action: Action) -> HttpResponse:
    def do(form: ProgressForm, version: int | None) -> str:
        operations.note_progress(action, **form.cleaned_data, by=signed_in(request))
        return _page(action)

    return form_page(
        request, "design/form_page.html", lambda data, _: ProgressForm(data), do=do,
        context={
            "heading": "Write how far it is", "caption": _about(action), "back": _page(action),
            "introduction": action.change,
        },
        saved="Kept.",
    )  # fmt: skip


@guarded(rules.may_report_action_done, find_action, writes=True)
def report_action_done(request: HttpRequest, action: Action) -> HttpResponse:
    def do(form: DoneForm, version: int | None) -> str:
        operations.report_action_done(action, **form.cleaned_data, version=version, by=signed_in(request))
        return _page(action)

    return form_page(
        request, "design/form_page.html", lambda data, _: DoneForm(data), do=do, thing=action,
        context={
            "heading": "Say that it is done", "caption": _about(action), "back": _page(action),
            "introduction": "Somebody of another agency looks at the proof. Until then the action is not closed.",
            "button_text": "Ask for it to be closed",
        },
        saved="It waits for somebody of another agency, who looks at the proof.",
    )  # fmt: skip


@guarded(rules.may_verify_action, find_action, writes=True)
def verify_action(request: HttpRequest, action: Action) -> HttpResponse:
    def do(form: VerifyForm, version: int | None) -> str:
        given = form.cleaned_data
        operations.verify_action(
            action, verified=given["verified"] == "yes", words=given["words"], version=version, by=signed_in(request)
        )
        return _page(action) if rules.sees_every_action(signed_in(request)) else reverse("actions")

    return form_page(
        request, "actions/verify.html", lambda data, _: VerifyForm(data), do=do, thing=action,
        context={
            "heading": "Was it done?", "caption": _about(action), "back": _page(action), "action": action,
            "closing": waiting_closing(action),
        },
        saved="Kept. Whoever is accountable is told.",
    )  # fmt: skip


@guarded(rules.may_record_impact, find_action, writes=True)
def record_impact(request: HttpRequest, action: Action) -> HttpResponse:
    cases = cases_to_look_in(action)

    def do(form: ImpactForm, version: int | None) -> str:
        operations.record_impact(action, **form.said(), version=version, by=signed_in(request))
        return _page(action)

    return form_page(
        request, "actions/impact.html", lambda data, now: ImpactForm(data, now, cases=cases), do=do, thing=action,
        context={"heading": "Did it work?", "caption": _about(action), "back": _page(action), "action": action},
        saved="What came of it has been recorded.",
    )  # fmt: skip
