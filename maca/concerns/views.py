from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from maca.cases.models import Case
from maca.cases.queries import find_case
from maca.concerns import operations, rules
from maca.concerns.forms import CloseForm, ConcernForm, NoteForm, TellingForm
from maca.concerns.models import Concern
from maca.concerns.queries import all_concerns, answerers, elapsed, find_concern
from maca.design.pages import do_once, form_page, guarded
from maca.kernel.verdict import Refused
from maca.partnership.requests import signed_in


def _page(concern: Concern) -> str:
    return reverse("concern", kwargs={"concern": concern.public_id})


@guarded(rules.may_list_concerns)
def concerns(request: HttpRequest) -> HttpResponse:
    listed = [
        (one, elapsed(one.found_at, one.told_at), elapsed(one.raised_at, one.acknowledged_at))
        for one in all_concerns(signed_in(request))
    ]
    return render(request, "concerns/concerns.html", {"concerns": listed})


@guarded(rules.may_raise_concern, find_case, writes=True)
def raise_concern(request: HttpRequest, case: Case) -> HttpResponse:
    context = {"case": case, "back": reverse("case", kwargs={"audit": case.audit.slug, "case": case.number})}

    def do(form: ConcernForm, version: int | None) -> str:
        assert form.found_at is not None  # the form has looked
        raised = operations.raise_concern(
            case,
            what=form.cleaned_data["what"],
            found_at=form.found_at,
            told=form.telling,
            by=signed_in(request),
        )
        return _page(raised)

    try:
        return form_page(
            request,
            "concerns/raise_concern.html",
            lambda data, _: ConcernForm(data),
            do=do,
            context=context,
            saved="The concern is on the record. This has not made a referral.",
        )
    except Refused as refused:
        if refused.code != "cannot-seal":
            raise
        form = ConcernForm(request.POST)
        form.add_error(None, refused.sentence)
        return render(request, "concerns/raise_concern.html", {**context, "form": form, "version": None}, status=503)


@guarded(rules.may_read_concern, find_concern)
def concern(request: HttpRequest, concern: Concern) -> HttpResponse:
    person = signed_in(request)
    context = {
        "may_say_told": rules.may_say_told(person, concern),
        "may_acknowledge": rules.may_acknowledge_concern(person, concern),
        "may_close": rules.may_close_concern(person, concern),
        "answering": answerers(concern),
        "until_told": elapsed(concern.found_at, concern.told_at),
        "until_acknowledged": elapsed(concern.raised_at, concern.acknowledged_at),
        "found_until_acknowledged": elapsed(concern.found_at, concern.acknowledged_at),
    }
    opened, notes = operations.read_concern(concern, by=person)
    return render(request, "concerns/concern.html", {**context, "concern": opened, "notes": notes})


@guarded(rules.may_say_told, find_concern, writes=True)
def say_told(request: HttpRequest, concern: Concern) -> HttpResponse:
    def do(form: TellingForm, version: int | None) -> str:
        assert form.telling is not None  # the form has looked
        operations.say_told(concern, told=form.telling, version=version, by=signed_in(request))
        return _page(concern)

    return form_page(
        request,
        "concerns/say_told.html",
        lambda data, _: TellingForm(data),
        do=do,
        thing=concern,
        context={"case": concern.case, "back": _page(concern)},
        saved="Who was told is on the record.",
    )


@require_POST
@guarded(rules.may_acknowledge_concern, find_concern, writes=True)
def acknowledge_concern(request: HttpRequest, concern: Concern) -> HttpResponse:
    def do() -> str:
        operations.acknowledge_concern(concern, by=signed_in(request))
        return _page(concern)

    return do_once(request, do, saved="You have acknowledged this concern. The alerts have stopped.")


@guarded(rules.may_close_concern, find_concern, writes=True)
def close_concern(request: HttpRequest, concern: Concern) -> HttpResponse:
    def do(form: CloseForm, version: int | None) -> str:
        assert form.replied_at is not None  # the form has looked
        operations.close_concern(
            concern,
            receipt=form.cleaned_data["receipt"],
            replied_at=form.replied_at,
            version=version,
            by=signed_in(request),
        )
        return _page(concern)

    return form_page(
        request,
        "design/form_page.html",
        lambda data, _: CloseForm(data),
        do=do,
        thing=concern,
        context={
            "heading": "Close the concern",
            "caption": f"{concern.case.audit.title}, {concern.case.label}",
            "button_text": "Close the concern",
            "back": _page(concern),
        },
        saved="The concern is closed.",
    )


@guarded(rules.may_note_concern, find_concern, writes=True)
def note_concern(request: HttpRequest, concern: Concern) -> HttpResponse:
    def do(form: NoteForm, version: int | None) -> str:
        operations.note_concern(concern, words=form.cleaned_data["words"], by=signed_in(request))
        return _page(concern)

    return form_page(
        request,
        "design/form_page.html",
        lambda data, _: NoteForm(data),
        do=do,
        context={
            "heading": "Add a note",
            "caption": f"{concern.case.audit.title}, {concern.case.label}",
            "button_text": "Add the note",
            "back": _page(concern),
        },
        saved="Your note has been added.",
    )
