import datetime as dt
from collections.abc import Callable, Mapping
from functools import partial
from itertools import groupby, pairwise
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from maca.audits.models import Audit
from maca.audits.queries import find_audit
from maca.cases import operations, rules
from maca.cases.cohort import Child, example
from maca.cases.coverage import NOT_RECORDED, Facts
from maca.cases.drawing import Excluded, Lots
from maca.cases.forms import (
    CohortForm,
    DrawForm,
    InterestForm,
    LiftForm,
    NominationForm,
    NothingForm,
    OpenIdentityForm,
    PassOverForm,
    PresenterForm,
    SeatsForm,
    SwapCaseForm,
    SwapDrawnForm,
)
from maca.cases.models import (
    CONFLICTS,
    READS_EVERY_CASE,
    Case,
    Declaration,
    Draw,
    IdentityReason,
    Interest,
    LiftReason,
    Nomination,
    SwapReason,
)
from maca.cases.queries import (
    cases_of,
    declarations_of,
    draws_over,
    fetch_parts,
    find_case,
    find_declaration,
    find_nomination,
    in_conflict,
    next_number,
    nominations_left,
    open_draw,
    part_in,
    possible_panel,
    possible_presenters,
)
from maca.cases.stages import NominationStage
from maca.design import dates
from maca.design.pages import do_once, form_page, guarded
from maca.kernel.ids import new_public_id
from maca.kernel.verdict import Refused
from maca.kernel.versions import Changed
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
    cases = cases_of(audit, person)
    fetch_parts(cases, person)
    return render(
        request,
        "cases/nominations.html",
        {
            "audit": audit,
            "nominations": [(one, rules.may_select_case(person, one), in_conflict(one, person)) for one in listed],
            "cases": [
                (
                    one,
                    rules.may_name_presenter(person, one),
                    rules.may_read_declarations(person, one),
                    rules.may_swap_case(person, one),
                )
                for one in cases
            ],
            "may_nominate": rules.may_nominate_case(person, audit),
            "waits": any(one.stage == NominationStage.NOMINATED for one in listed),
            "may_draw": rules.may_draw_cases(person, audit),
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


def _next_to_select(audit: Audit) -> str:
    """Whoever decides on one decides on the next that waits, until none does."""
    waits = [one for one in nominations_left(audit) if one.stage == NominationStage.NOMINATED]
    if not waits:
        return _nominations_page(audit)
    return reverse("select-case", kwargs={"audit": audit.slug, "nomination": waits[0].public_id})


@guarded(rules.may_select_case, find_nomination, writes=True)
def select_case(request: HttpRequest, nomination: Nomination) -> HttpResponse:
    if request.method == "POST":

        def do() -> str:
            operations.select_case(nomination, by=signed_in(request))
            return _next_to_select(nomination.audit)

        return do_once(request, do, saved="The case has been selected.")
    return render(
        request,
        "cases/select.html",
        {
            "nomination": operations.read_nomination(nomination, by=signed_in(request)),
            "kin": operations.read_kin(nomination, by=signed_in(request)),
            "next_number": next_number(nomination.audit),
            "left": sum(one.stage == NominationStage.NOMINATED for one in nominations_left(nomination.audit)),
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


@guarded(rules.may_swap_case, find_case, writes=True)
def swap_case(request: HttpRequest, case: Case) -> HttpResponse:
    """Put another nomination in the place of a case."""
    left = nominations_left(case.audit)
    choices = [
        (
            one.public_id,
            f"Nomination {one.place}: {one.get_level_display()}, {one.get_age_band_display().lower()}",  # type: ignore[attr-defined]
        )
        for one in left
    ]

    def do(form: SwapCaseForm, version: int | None) -> str:
        chosen = next(one for one in left if one.public_id == form.cleaned_data["nomination"])
        operations.swap_case(case, nomination=chosen, reason=form.cleaned_data["reason"], by=signed_in(request))
        return _nominations_page(case.audit)

    return form_page(
        request,
        "cases/swap.html",
        lambda data, _: SwapCaseForm(data, choices=choices),
        do=do,
        context={
            "case": case,
            "left": left,
            "next_number": next_number(case.audit),
            "heading": f"Put another case in the place of {case.label}",
            "caption": case.audit.title,
            "button_text": "Swap the case",
            "back": _nominations_page(case.audit),
        },
        saved=f"{case.label} has been swapped. Its number is not used again.",
    )


HOW_DRAWN = {
    "excluded": {one.name: one.value for one in Excluded},
    "swap_reasons": dict(SwapReason.choices),
}
EXAMPLES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@guarded(rules.may_draw_cases, find_audit, writes=True)
def draw(request: HttpRequest, audit: Audit) -> HttpResponse:
    """Draw cases from a cohort: it is sent, drawn from, swapped in, and nominated from, each by a form of this page."""
    if (kind := request.GET.get("example")) in EXAMPLES:
        return HttpResponse(
            example(kind),
            content_type=EXAMPLES[kind],
            headers={"Content-Disposition": f'attachment; filename="children-example.{kind}"'},
        )
    open_now = open_draw(audit)
    if open_now is None:
        return _take_in(request, audit)
    open_now.audit = audit
    if request.method == "POST" and "what" not in request.POST:
        raise Refused(
            "already-open", "Somebody has sent a list meanwhile. Go back and look at it before you send another."
        )
    return _draw_from(request, open_now)


def _child_words(child: Child, *, on: dt.date) -> list[str]:
    """What a row says of a child, without who it is."""
    facts = Facts(child.level, child.band(on), child.category).words
    last_on = dates.date(child.last_on) if child.last_on else NOT_RECORDED
    return [facts["level"], facts["age_band"], facts["category"], child.locality or NOT_RECORDED, last_on]


def _left_out(lots: Lots) -> list[tuple[str, int, str]]:
    """Why, how many, and which rows: “3 to 5, 8”."""
    found = []
    for why in Excluded:
        rows = sorted(row for row, reason in lots.excluded.items() if reason == why)
        runs = [[row for _, row in run] for _, run in groupby(enumerate(rows), lambda pair: pair[1] - pair[0])]
        words = ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs)
        if rows:
            found.append((why.value, len(rows), f"{'Row' if len(rows) == 1 else 'Rows'} {words}"))
    return found


def _draw_page(audit: Audit) -> str:
    return reverse("draw", kwargs={"audit": audit.slug})


def _take_in(request: HttpRequest, audit: Audit) -> HttpResponse:
    if request.method == "POST" and "what" in request.POST:
        raise Refused("over", "The draw that this page showed is over. Look at the nominations, or send a list anew.")

    def do(form: CohortForm, version: int | None) -> str:
        operations.take_in_cohort(audit, form.cleaned_data["file"], file_hash=form.file_hash, by=signed_in(request))
        return _draw_page(audit)

    return form_page(
        request,
        "cases/cohort.html",
        lambda data, _: CohortForm(data, request.FILES if data is not None else None),
        do=do,
        context={
            "audit": audit,
            "over": draws_over(audit),
            **HOW_DRAWN,
            "heading": "Draw cases from a list",
            "caption": audit.title,
            "button_text": "Read the list",
            "back": _nominations_page(audit),
        },
        saved="The list has been read. Now say how many cases you want.",
    )


DRAWN_ANEW = "The cases have been drawn anew meanwhile, by a colleague. Look at them, and then go on from there."


def _as_seen(do: Callable[[Any, int | None], str]) -> Callable[[Any, int | None], str]:
    """Nobody nominates, swaps or discards what they have not seen: there is no choice between two draws."""

    def doing(form: Any, version: int | None) -> str:
        try:
            return do(form, version)
        except Changed as changed:
            raise Refused("drawn-anew", DRAWN_ANEW) from changed

    return doing


def _draw_from(request: HttpRequest, one: Draw) -> HttpResponse:
    person = signed_in(request)
    if request.method == "POST" and request.POST.get("draw") != one.public_id:
        raise Refused("drawn-anew", DRAWN_ANEW)
    laid = operations.read_draw(one, by=person)
    what = request.POST.get("what", "draw")

    def drawing(data: Mapping[str, Any] | None) -> DrawForm:
        initial = DrawForm.initial_of(one.asked_for, laid.cohort, seed=one.seed or new_public_id()[:8])
        return DrawForm(data, cohort=laid.cohort, initial=initial)

    def do_draw(form: DrawForm, version: int | None) -> str:
        operations.draw_cases(one, settings=form.settings(), seed=form.cleaned_data["seed"], version=version, by=person)
        return f"{_draw_page(one.audit)}#drawn"

    def do_swap(form: SwapDrawnForm, version: int | None) -> str:
        given = form.cleaned_data
        operations.swap_drawn(
            one, row=int(given["row"]), why=SwapReason(given["why"]), words=given["words"], version=version, by=person
        )
        return f"{_draw_page(one.audit)}#drawn"

    def do_nominate(form: NothingForm, version: int | None) -> str:
        operations.nominate_drawn(one, version=version, by=person)
        return _nominations_page(one.audit)

    def do_discard(form: NothingForm, version: int | None) -> str:
        operations.discard_draw(one, version=version, by=person)
        return _draw_page(one.audit)

    ways: dict[str, tuple[Callable[[Any], Any], Callable[[Any, int | None], str], str]] = {
        "draw": (drawing, do_draw, "The cases have been drawn."),
        "swap": (lambda data: SwapDrawnForm(data, lots=laid.lots), do_swap, "The next in line has taken the place."),
        "nominate": (
            NothingForm,
            do_nominate,
            "The cases that were drawn have been nominated, and the list has been destroyed.",
        ),
        "discard": (NothingForm, do_discard, "The draw has been discarded, and the list destroyed."),
    }
    make_form, do, saved = ways[what if what in ways else "draw"]
    if what != "draw":
        do = _as_seen(do)
    return form_page(
        request,
        "cases/draw.html",
        lambda data, _: make_form(data),
        do=do,
        thing=one,
        context={
            "audit": one.audit,
            "draw": one,
            "laid": laid,
            "what": what,
            "draw_form": drawing(None),
            "swap_form": SwapDrawnForm(lots=laid.lots),
            "left_out": _left_out(laid.lots) if laid.lots else [],
            "child_words": partial(_child_words, on=laid.lots.settings.on) if laid.lots else None,
            "swap_reasons": dict(SwapReason.choices),
            "back": _nominations_page(one.audit),
        },
        saved=saved,
    )


@guarded(rules.may_read_coverage, find_audit)
def coverage(request: HttpRequest, audit: Audit) -> HttpResponse:
    person = signed_in(request)
    return render(
        request,
        "cases/coverage.html",
        {
            "audit": audit,
            "coverage": operations.read_coverage(audit, by=person),
            "draws": draws_over(audit) if person.holds(*READS_EVERY_CASE) else [],
            **HOW_DRAWN,
        },
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
    stand = [one for one in said if one.is_conflict and not one.lifted_at]
    # What somebody has said twice is one thing said, on the later day.
    again = {one for one, then in pairwise(said) if (one.person, one.interest) == (then.person, then.interest)}
    rest = [one for one in said if one not in stand and (one.lifted_at or one not in again)]
    listed = [*((one, rules.may_lift_conflict(person, one)) for one in stand), *((one, None) for one in rest)]
    return render(request, "cases/declarations.html", {"case": case, "declarations": listed, "conflicts": len(stand)})


@guarded(rules.may_lift_conflict, find_declaration, writes=True)
def lift_conflict(request: HttpRequest, declaration: Declaration) -> HttpResponse:
    case = declaration.of_case
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
            "introduction": (
                f"{declaration.person.name} declared “{declaration.get_interest_display()}” on "
                f"{dates.datetime(declaration.declared_at)}. Lift it only if that was a slip: they can then open "
                f"{case.label} again, once they have declared anew. Who lifted it, when and why stays on record."
            ),
            "caption": f"{case.audit.title}, {case.label}",
            "button_text": "Lift it",
            "back": back,
        },
        saved=f"Lifted. {declaration.person.name} declares anew before opening {case.label}.",
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
        "finds_record": signed_in(request).agency_id is not None,
        # Sent to its own page, which also says what is wrong with it.
        "declaration": InterestForm() if undeclared else None,
        "onward": _onward(request),
    }
    return render(request, "cases/identity.html", context)
