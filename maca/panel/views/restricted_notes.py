from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from maca.design.pages import form_page, guarded
from maca.panel import operations, rules
from maca.panel.addresses import hearing_page
from maca.panel.forms import DealtWithForm, RestrictedNoteForm
from maca.panel.models import Hearing, RestrictedNote
from maca.panel.queries import find_hearing, find_restricted_note, readers_of_notes
from maca.partnership.requests import signed_in


@guarded(rules.may_send_restricted_note, find_hearing, writes=True)
def send_restricted_note(request: HttpRequest, hearing: Hearing) -> HttpResponse:
    case, readers = hearing.case, readers_of_notes(hearing.case)
    agencies = [agency for agency, leads in readers.items() if leads]

    def do(form: RestrictedNoteForm, version: int | None) -> str:
        operations.send_restricted_note(
            hearing, agency=form.whose(), words=form.cleaned_data["words"], by=signed_in(request)
        )
        return hearing_page(case) + "#restricted-notes"

    return form_page(
        request,
        "panel/send_restricted_note.html",
        lambda data, _: RestrictedNoteForm(data, agencies=agencies),
        do=do,
        context={
            "heading": "Write a restricted note",
            "caption": f"{case.audit.title}, {case.label}",
            "back": hearing_page(case),
            "case": case,
            "unread": [rules.why_nobody_reads(agency) for agency, leads in readers.items() if not leads],
            "button_text": "Send the note",
        },
        saved="The note has been sent. Only the lead of that agency can read it.",
    )


@guarded(rules.may_read_restricted_note, find_restricted_note)
def restricted_note(request: HttpRequest, note: RestrictedNote) -> HttpResponse:
    """A note, for the lead of the agency it was sent to."""
    person = signed_in(request)
    return render(
        request,
        "panel/restricted_note.html",
        {
            "note": operations.read_restricted_note(note, by=person),
            "case": note.hearing.case,
            "audit": note.hearing.case.audit,
            "may_deal": rules.may_deal_with_restricted_note(person, note),
        },
    )


@guarded(rules.may_deal_with_restricted_note, find_restricted_note, writes=True)
def deal_with_restricted_note(request: HttpRequest, note: RestrictedNote) -> HttpResponse:
    case = note.hearing.case
    back = reverse("restricted-note", kwargs={"audit": case.audit.slug, "case": case.number, "note": note.public_id})

    def do(form: DealtWithForm, version: int | None) -> str:
        operations.deal_with_restricted_note(
            note, outcome=form.cleaned_data["outcome"], version=version, by=signed_in(request)
        )
        return back

    return form_page(
        request,
        "design/form_page.html",
        lambda data, _: DealtWithForm(data),
        do=do,
        thing=note,
        context={
            "heading": "Mark the note as dealt with",
            "caption": f"{case.audit.title}, {case.label}",
            "back": back,
            "introduction": "What you write stands below the note. It cannot be changed afterwards.",
            "button_text": "Mark as dealt with",
        },
        saved="The note has been marked as dealt with.",
    )
