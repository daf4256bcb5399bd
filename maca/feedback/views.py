from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from maca.audits.models import Audit, Heading
from maca.audits.queries import find_audit
from maca.design.pages import form_page, guarded, version_sent
from maca.feedback import operations, rules
from maca.feedback.checking import USUAL_DAYS
from maca.feedback.forms import AskForm, DecideForm, FactCheckForm, NoteForm, ReplyForm, tags_of
from maca.feedback.models import Decision, Dispute, FactCheck, Facts, FeedbackNote
from maca.feedback.queries import (
    agencies_to_ask,
    checks_of,
    find_dispute,
    find_fact_check,
    find_note,
    findings_of_note,
    returns_for_feedback,
    was_asked_for,
    what_the_check_lacks,
    who_disputes,
    without_a_lead,
)
from maca.kernel.clock import today, working_days_from
from maca.panel.addresses import page_of
from maca.panel.forms import CorrectionForm
from maca.panel.models import Finding
from maca.panel.queries import agencies_around, codebook_of, find_finding, what_rests_on
from maca.panel.rules import may_correct_finding
from maca.partnership.requests import signed_in
from maca.returns.models import AgencyReturn
from maca.returns.queries import find_return

USUAL_OPENING = (
    "Thank you for the time and care that you gave to this case. Below is what the panel found about your team’s work. "
    "You can answer it on this page."
)


def _checks_page(audit: Audit) -> str:
    return reverse("fact-checks", kwargs={"audit": audit.slug})


def _notes_page(audit: Audit) -> str:
    return reverse("feedback-notes", kwargs={"audit": audit.slug})


# ---- the factual accuracy check


@guarded(rules.may_see_fact_checks, find_audit)
def fact_checks(request: HttpRequest, audit: Audit) -> HttpResponse:
    """Which agency has answered, and what is disputed."""
    person = signed_in(request)
    disputes = [
        (one, rules.may_decide_dispute(person, one.dispute)) for one in operations.read_disputes(audit, by=person)
    ]
    return render(
        request,
        "feedback/fact_checks.html",
        {
            "audit": audit,
            "checks": checks_of(audit),
            "open": [(one, verdict) for one, verdict in disputes if not one.dispute.decision],
            "decided": [one for one, _ in disputes if one.dispute.decision],
            "may_ask": rules.may_ask_fact_checks(person, audit),
        },
    )


@guarded(rules.may_ask_fact_checks, find_audit, writes=True)
def ask_fact_checks(request: HttpRequest, audit: Audit) -> HttpResponse:
    silent = " and ".join(one.name for one in without_a_lead(agencies_to_ask(audit)))
    warning = f" Nobody can answer for {silent}: first give it a lead who can sign in." if silent else ""

    def do(form: AskForm, version: int | None) -> str:
        operations.ask_fact_checks(audit, due_on=form.cleaned_data["due_on"], by=signed_in(request))
        return _checks_page(audit)

    return form_page(
        request,
        "design/form_page.html",
        lambda data, _: AskForm(data, initial={"due_on": working_days_from(today(), USUAL_DAYS)}),
        do=do,
        context={
            "heading": "Ask the agencies to check the facts",
            "caption": audit.title,
            "introduction": "Each agency’s lead is shown the findings that concern the agency, and says whether the "
            f"facts are right. What they dispute comes back to the chair.{warning}",
            "button_text": "Ask the agencies",
            "back": _checks_page(audit),
        },
        saved="The agencies have been asked.",
    )


@guarded(rules.may_read_fact_check, find_fact_check, writes=True)
def fact_check(request: HttpRequest, check: FactCheck) -> HttpResponse:
    """What an agency is asked, its answer, and what was decided on what it disputed."""
    person = signed_in(request)
    audit = check.audit
    may_answer = rules.may_answer_fact_check(person, check)
    if request.method == "POST":
        may_answer.insist()
    asked = operations.read_fact_check(check, by=person)
    every = [one for group, _ in asked if group.is_open for one in group.findings]
    number_of = {one: number for number, one in enumerate(every, start=1)}
    decided = {key for _, those in asked for key, one in those.items() if one.dispute.decision}
    findings = {one: number for one, number in number_of.items() if one.pk not in decided}
    disputed = {key for _, those in asked for key in those}

    def make_form(data: Mapping[str, Any] | None, now: FactCheck) -> FactCheckForm:
        shown = asked if now is check else operations.read_fact_check(now, by=person)
        initial = {
            FactCheckForm.name_of(one.dispute.finding): one.words for _, those in shown for one in those.values()
        }
        return FactCheckForm(
            data,
            findings=findings,
            something_stands=bool(disputed - {one.pk for one in findings}),
            initial={**initial, "answer": now.answer},
        )

    def do(form: FactCheckForm, version: int | None) -> str:
        operations.answer_fact_check(check, wrong=form.wrong(), version=version, by=person)
        return request.path

    return form_page(
        request,
        "feedback/fact_check.html",
        make_form,
        do=do,
        thing=check,
        context={
            "audit": audit,
            "check": check,
            "asked": asked,
            "number_of": {one.pk: number for one, number in number_of.items()},
            "may_answer": may_answer,
            "back": reverse("audit", kwargs={"audit": audit.slug}),
            "WRONG": Facts.WRONG,
        },
        saved="Your answer has been kept. Thank you.",
    )


@guarded(rules.may_decide_dispute, find_dispute, writes=True)
def decide_dispute(request: HttpRequest, dispute: Dispute) -> HttpResponse:
    person = signed_in(request)
    finding, audit = dispute.finding, dispute.fact_check.audit

    agencies, book = agencies_around(audit), codebook_of(audit.partnership_id)
    disputing = who_disputes(finding)

    def make_form(data: Mapping[str, Any] | None, now: Dispute) -> DecideForm:
        is_current = data is None or version_sent(request) == now.version
        return DecideForm(data, now.finding, agencies=agencies, book=book, disputing=disputing, is_current=is_current)

    def do(form: DecideForm, version: int | None) -> str:
        given = form.cleaned_data
        operations.decide_dispute(
            dispute,
            decision=Decision(given["decision"]),
            text=given["text"],
            reason=given["reason"],
            about=form.tags() if form.corrects else None,
            version=version,
            by=person,
        )
        return _checks_page(audit)

    return form_page(
        request,
        "feedback/dispute.html",
        make_form,
        do=do,
        thing=dispute,
        context={
            "heading": f"What {dispute.fact_check.agency} disputes",
            "caption": f"{audit.title}, {finding.case.label if finding.case else 'the whole audit'}",
            "button_text": "Decide",
            "back": _checks_page(audit),
            "disputed": operations.read_dispute(dispute, by=person),
            "finding": finding,
            "resting": what_rests_on(finding, person),
            "disputing": disputing,
        },
        saved="You have decided. The agency sees your answer.",
    )


@guarded(may_correct_finding, find_finding, writes=True)
def correct_finding(request: HttpRequest, finding: Finding) -> HttpResponse:
    """Which agencies a finding is about, its themes and why it happened, put right after the panel."""
    audit, case = finding.audit, finding.case
    agencies, book = agencies_around(audit), codebook_of(audit.partnership_id)
    back = page_of(audit, case)

    def make_form(data: Mapping[str, Any] | None, now: Finding) -> CorrectionForm:
        return CorrectionForm(data, agencies=agencies, book=book, wording=now.text, initial=tags_of(now))

    def do(form: CorrectionForm, version: int | None) -> str:
        operations.correct_finding(finding, **form.tags(), version=version, by=signed_in(request))
        return back

    return form_page(
        request,
        "feedback/correct_finding.html",
        make_form,
        do=do,
        thing=finding,
        context={
            "heading": "Correct what a finding is about",
            "caption": f"{audit.title}, {case.label if case else 'the whole audit'}",
            "back": back,
            "finding": finding,
            "was_asked_for": was_asked_for(audit),
        },
        saved="What the finding is about has been corrected.",
        said_at={"corrects-nothing": "agencies"},
    )


# ---- feedback to the teams


@guarded(rules.may_see_feedback_notes, find_audit)
def feedback_notes(request: HttpRequest, audit: Audit) -> HttpResponse:
    person = signed_in(request)
    return render(
        request,
        "feedback/notes.html",
        {
            "audit": audit,
            "returns": returns_for_feedback(audit),
            "sends": person.holds(*rules.RUNS),
            "lacks": what_the_check_lacks(audit),
        },
    )


@guarded(rules.may_send_feedback_note, find_return, writes=True)
def send_feedback_note(request: HttpRequest, agency_return: AgencyReturn) -> HttpResponse:
    case = agency_return.case

    def do(form: NoteForm, version: int | None) -> str:
        operations.send_feedback_note(agency_return, opening=form.cleaned_data["opening"], by=signed_in(request))
        return _notes_page(case.audit)

    return form_page(
        request,
        "feedback/send_note.html",
        lambda data, _: NoteForm(data, initial={"opening": USUAL_OPENING}),
        do=do,
        context={
            "heading": f"A feedback note for {agency_return.agency}",
            "caption": f"{case.audit.title}, {case.label}",
            "button_text": "Send the note",
            "back": _notes_page(case.audit),
            "columns": (columns := findings_of_note(agency_return)),
            "nothing_went_well": not any(label == Heading.WENT_WELL.label for label, _ in columns),
        },
        saved="The note has been sent.",
    )


@guarded(rules.may_read_feedback_note, find_note, writes=True)
def feedback_note(request: HttpRequest, note: FeedbackNote) -> HttpResponse:
    """The note, and a form in which whoever it is for answers it."""
    person = signed_in(request)
    agency_return = note.agency_return
    case = agency_return.case
    may_answer = rules.may_answer_feedback_note(person, note)
    if request.method == "POST":
        may_answer.insist()

    def do(form: ReplyForm, version: int | None) -> str:
        operations.answer_feedback_note(note, words=form.cleaned_data["words"], by=person)
        return request.path

    return form_page(
        request,
        "feedback/note.html",
        lambda data, _: ReplyForm(data),
        do=do,
        context={
            "note": note,
            "agency": agency_return.agency,
            "case": case,
            "audit": case.audit,
            "read": operations.read_feedback_note(note, by=person),
            "may_answer": may_answer,
            "may_read_replies": rules.may_read_replies(person, note),
            "back": _notes_page(case.audit)
            if rules.may_see_feedback_notes(person, case.audit)
            else reverse("case", kwargs={"audit": case.audit.slug, "case": case.number}),
        },
        saved="Your answer has been sent. Thank you.",
    )
