import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from maca.audits.models import Audit, Heading
from maca.audits.queries import find_audit
from maca.cases.queries import cases_of
from maca.design.pages import as_file, do_once, form_page, guarded
from maca.kernel.clock import today
from maca.kernel.verdict import Refused
from maca.panel import operations, rules
from maca.panel.addresses import panel_page
from maca.panel.agenda import USUAL_MINUTES, agenda_of, interests_in, turns
from maca.panel.as_calendar import as_calendar
from maca.panel.forms import AgendaForm
from maca.panel.models import Agenda
from maca.panel.queries import (
    Column,
    agencies_around,
    audit_asks_for_grades,
    codebook_of,
    good_practice_of,
    hearings_of,
    not_agreed,
    struck_from,
    withdrawn_from,
)
from maca.partnership.requests import signed_in
from maca.returns.models import READS_EVERY_RETURN

USUAL_BEGIN = dt.time(9, 30)


@guarded(rules.may_see_panel_page, find_audit)
def panel(request: HttpRequest, audit: Audit) -> HttpResponse:
    person = signed_in(request)
    visible = {case.pk for case in cases_of(audit, person)}
    may_record = rules.may_record_finding(person, Column(audit, None, Heading.GOOD_PRACTICE))
    return render(
        request,
        "panel/panel.html",
        {
            "audit": audit,
            "hearings": [(hearing, hearing.case_id in visible) for hearing in hearings_of(audit)],
            "good_practice": good_practice_of(audit),
            "theme_called": codebook_of(audit.partnership_id).called,
            "not_agreed": Counter(finding.case_id for finding, _ in not_agreed(audit)),
            "withdrawn": withdrawn_from(audit, None) if may_record else [],
            "may_correct": rules.may_correct_findings(person, Column(audit, None, Heading.GOOD_PRACTICE)),
            "struck": struck_from(audit, None),
            "asks_for_grades": audit_asks_for_grades(audit),
            "lacks": rules.what_the_panel_lacks(audit) if not audit.panel_has_begun else "",
            "may_open": rules.may_open_panel(person, audit),
            "may_close": rules.may_close_panel(person, audit),
            "may_record": may_record,
            "follows_up": bool(audit.panel_closed_at) and person.holds(*READS_EVERY_RETURN),
        },
    )


@guarded(rules.may_read_agenda, find_audit)
def agenda(request: HttpRequest, audit: Audit) -> HttpResponse:
    person = signed_in(request)
    visible = {case.pk for case in cases_of(audit, person)}
    found = agenda_of(audit)
    return render(
        request,
        "panel/agenda.html",
        {
            "audit": audit,
            "agenda": found,
            "interests": interests_in(audit) if person.holds(*rules.SETS_AGENDA) else None,
            "turns": [(one, one.case.pk in visible) for one in turns(audit, found, today=today(), named=visible)],
            "may_set": rules.may_set_agenda(person, audit),
        },
    )


@guarded(rules.may_set_agenda, find_audit, writes=True)
def set_agenda(request: HttpRequest, audit: Audit) -> HttpResponse:
    cases, agencies = list(audit.cases.order_by("number")), agencies_around(audit)
    back = reverse("agenda", kwargs={"audit": audit.slug})

    def make_form(data: Mapping[str, Any] | None, now: Agenda) -> AgendaForm:
        kept = {one.case_id: one for one in now.slots.all()} if now.pk else {}
        initial: dict[str, Any] = {"begins_at": now.begins_at, "place": now.place, "quorum": now.quorum}
        initial["needed"] = [one.slug for one in now.needed.all()] if now.pk else []
        for number, case in enumerate(cases, start=1):
            slot = kept.get(case.pk)
            initial[f"place-{case.number}"] = slot.place if slot else number
            initial[f"minutes-{case.number}"] = slot.minutes if slot else USUAL_MINUTES
        return AgendaForm(data, cases=cases, agencies=agencies, initial=initial)

    def do(form: AgendaForm, version: int | None) -> str:
        given = form.cleaned_data
        operations.set_agenda(
            audit,
            begins_at=given["begins_at"],
            place=given["place"],
            quorum=given["quorum"],
            needed=form.has_to_be_there(),
            slots=form.slots(),
            version=version,
            by=signed_in(request),
        )
        return back

    return form_page(
        request,
        "design/form_page.html",
        make_form,
        do=do,
        thing=agenda_of(audit) or Agenda(audit=audit, begins_at=USUAL_BEGIN),
        context={"heading": "The agenda of the panel", "caption": audit.title, "back": back},
        saved="The agenda has been kept. Whoever took it into a calendar takes it again.",
    )


@guarded(rules.may_read_agenda, find_audit)
def agenda_calendar(request: HttpRequest, audit: Audit) -> HttpResponse:
    visible = {case.pk for case in cases_of(audit, signed_in(request))}
    found = agenda_of(audit)
    mine = [one for one in turns(audit, found, today=today()) if one.case.pk in visible]
    if found is None:
        raise Refused("no-agenda", "No agenda has been set yet, so there is nothing to put into a calendar.")
    calendar = as_calendar(audit, found, mine, now=timezone.now())
    return as_file(calendar, "text/calendar; charset=utf-8", f"{audit.slug}-panel.ics")


@require_POST
@guarded(rules.may_open_panel, find_audit, writes=True)
def open_panel(request: HttpRequest, audit: Audit) -> HttpResponse:
    def do() -> str:
        operations.open_panel(audit, by=signed_in(request))
        return panel_page(audit)

    return do_once(request, do, saved="The panel is open. Returns have closed.")


@require_POST
@guarded(rules.may_close_panel, find_audit, writes=True)
def close_panel(request: HttpRequest, audit: Audit) -> HttpResponse:
    def do() -> str:
        operations.close_panel(audit, by=signed_in(request))
        return panel_page(audit)

    return do_once(request, do, saved="The panel is closed. The briefing can be drafted.")
