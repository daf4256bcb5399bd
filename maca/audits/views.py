from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from maca.audits import operations, rules
from maca.audits.forms import (
    QUESTION_FORMS,
    AddSetForm,
    AgencyQuestionForm,
    ChangePlanForm,
    DraftSetForm,
    PanelQuestionForm,
    PlanForm,
    PriorityForm,
    RenameSetForm,
    ThemeForm,
    plan_as_filled_in,
)
from maca.audits.models import AskedOf, Audit, Priority, QuestionSet, Theme
from maca.audits.queries import (
    Placed,
    agency_questions,
    changes_since,
    find_audit,
    find_place,
    find_placed,
    find_priority,
    find_question_set,
    find_ready_made,
    find_theme,
    panel_questions,
    questions_as_asked,
    questions_of,
    sets_to_ask,
    sets_to_begin_from,
    year_of,
)
from maca.audits.queries import programme as programme_of
from maca.audits.question_sets import Questions, ready_made
from maca.design.pages import anyone_signed_in, do_once, form_page, guarded, version_sent
from maca.kernel.clock import today
from maca.partnership.models import AgencyKind
from maca.partnership.queries import school_holiday_warning
from maca.partnership.requests import signed_in


@guarded(anyone_signed_in)
def audits(request: HttpRequest) -> HttpResponse:
    listed = Audit.objects.visible_to(signed_in(request)).select_related("theme")
    return render(
        request,
        "audits/audits.html",
        {
            "page": Paginator(listed, 50).get_page(request.GET.get("page")),
            "may_plan": rules.may_record_priority(signed_in(request)),
            "may_begin_inspected": rules.may_begin_inspected_audit(signed_in(request)),
        },
    )


@guarded(anyone_signed_in)
def priorities(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    audits = Audit.objects.visible_to(person)
    recorded = Priority.objects.filter(partnership=person.partnership_id).prefetch_related(
        Prefetch("themes__audits", audits)
    )
    return render(
        request,
        "audits/priorities.html",
        {
            "page": Paginator(recorded, 20).get_page(request.GET.get("page")),
            "other_themes": Theme.objects.filter(partnership=person.partnership_id, priority=None).prefetch_related(
                Prefetch("audits", audits)
            ),
            "may_record": rules.may_record_priority(person),
        },
    )


@guarded(rules.may_record_priority, writes=True)
def record_priority(request: HttpRequest) -> HttpResponse:
    def do(form: PriorityForm, version: int | None) -> str:
        recorded = operations.record_priority(**form.cleaned_data, by=signed_in(request))
        return reverse("adopt-theme", kwargs={"priority": recorded.public_id})

    return form_page(
        request,
        "design/form_page.html",
        lambda data, _: PriorityForm(data),
        do=do,
        context={
            "heading": "Record a priority",
            "button_text": "Record the priority",
            "back": reverse("priorities"),
        },
        saved="The priority has been recorded. Now adopt a theme from it, or do so another day.",
    )


@guarded(rules.may_adopt_theme, find_priority, writes=True)
def adopt_theme(request: HttpRequest, priority: Priority) -> HttpResponse:
    def do(form: ThemeForm, version: int | None) -> str:
        theme = operations.adopt_theme(priority, title=form.cleaned_data["title"], by=signed_in(request))
        return reverse("plan-audit", kwargs={"theme": theme.public_id})

    return form_page(
        request,
        "design/form_page.html",
        lambda data, _: ThemeForm(data),
        do=do,
        context={
            "heading": "Adopt a theme",
            "caption": f"From the priority: {priority.title}",
            "button_text": "Adopt the theme",
            "back": reverse("priorities"),
        },
        saved="The theme has been adopted. Now plan the audit.",
    )


def _earlier_audits(theme: Theme, but: Audit | None = None) -> list[Audit]:
    found = Audit.objects.filter(partnership=theme.partnership_id, theme=theme)
    return list(found.exclude(pk=but.pk) if but else found)


def _chosen(values: Mapping[str, Any], earlier: list[Audit]) -> Audit | None:
    return next((one for one in earlier if one.public_id == values["earlier"]), None)


@guarded(rules.may_plan_audit, find_theme, writes=True)
def plan_audit(request: HttpRequest, theme: Theme) -> HttpResponse:
    earlier, asks = _earlier_audits(theme), sets_to_ask(signed_in(request))

    called_so = [code for code, one in asks.items() if one.name.casefold() == theme.title.casefold()]

    def make_form(data: Mapping[str, Any] | None, _: Any) -> PlanForm:
        proposed = {
            "title": _next_title(earlier) if earlier else f"{theme.title} 1",
            "earlier": earlier[0].public_id if earlier else "",
            "tool": next((one.tool for one in earlier if one.tool), ""),
            "questions": next((one.question_set for one in earlier if one.question_set in asks), "")
            or next(iter([*called_so, *asks])),
        }
        return PlanForm(data, asks=asks, earlier=earlier, initial=proposed)

    def do(form: PlanForm, version: int | None) -> str:
        audit = operations.plan_audit(
            theme,
            title=form.cleaned_data["title"],
            terms_of_reference=form.cleaned_data["terms_of_reference"],
            questions=asks[form.cleaned_data["questions"]],
            review_title=form.cleaned_data["review_title"],
            tool=form.cleaned_data["tool"],
            dates=form.dates(),
            earlier=_chosen(form.cleaned_data, earlier),
            by=signed_in(request),
        )
        return reverse("plan", kwargs={"audit": audit.slug})

    return form_page(
        request,
        "audits/plan_form.html",
        make_form,
        do=do,
        context={
            "heading": "Plan an audit",
            "caption": f"Theme: {theme.title}",
            "button_text": "Plan the audit",
            "back": reverse("priorities"),
        },
        saved="The audit has been planned. Sub-group members can now nominate cases.",
    )


def _next_title(earlier: Sequence[Audit]) -> str:
    """“Neglect 3” after “Neglect 2”, and after whatever else is called so already."""
    words, _, number = earlier[0].title.rpartition(" ")
    if not (words and number.isdecimal()):
        words, number = earlier[0].title, "1"
    taken = {one.title for one in earlier}
    return next(title for at in count(int(number) + 1) if (title := f"{words} {at}") not in taken)


@guarded(rules.may_read_plan, find_audit)
def plan(request: HttpRequest, audit: Audit) -> HttpResponse:
    return render(
        request,
        "audits/plan.html",
        {
            "audit": audit,
            "agency_questions": agency_questions(audit),
            "panel_questions": panel_questions(audit),
            "asked_of": {question.pk: _asked_of(question.for_kinds) for question in agency_questions(audit)},
            "may_change": rules.may_change_plan(signed_in(request), audit),
            "school_holidays": audit.returns_due_on and school_holiday_warning(audit.partnership, audit.returns_due_on),
        },
    )


@guarded(rules.may_change_plan, find_audit, writes=True)
def change_plan(request: HttpRequest, audit: Audit) -> HttpResponse:
    earlier, asks = _earlier_audits(audit.theme, but=audit), sets_to_ask(signed_in(request))

    def make_form(data: Mapping[str, Any] | None, now: Audit) -> ChangePlanForm:
        return ChangePlanForm(data, asks=asks, earlier=earlier, initial=plan_as_filled_in(now))

    def do(form: ChangePlanForm, version: int | None) -> str:
        operations.change_plan(
            audit,
            title=form.cleaned_data["title"],
            terms_of_reference=form.cleaned_data["terms_of_reference"],
            review_title=form.cleaned_data["review_title"],
            tool=form.cleaned_data["tool"],
            purpose=form.cleaned_data["purpose"],
            legal_basis=form.cleaned_data["legal_basis"],
            questions=asks[form.cleaned_data["questions"]],
            dates=form.dates(),
            earlier=_chosen(form.cleaned_data, earlier),
            version=version,
            by=signed_in(request),
        )
        return reverse("plan", kwargs={"audit": audit.slug})

    return form_page(
        request,
        "audits/plan_form.html",
        make_form,
        do=do,
        thing=audit,
        context={
            "heading": "Change the plan",
            "caption": audit.title,
            "button_text": "Save the plan",
            "back": reverse("plan", kwargs={"audit": audit.slug}),
        },
        saved="The plan has been changed.",
    )


def _asked_of(for_kinds: list[str]) -> str:
    return ", ".join(str(AgencyKind(kind).label) for kind in for_kinds)


# ---- the programme


@guarded(anyone_signed_in)
def programme(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    this_year = year_of(today())
    asked = request.GET.get("year", "")
    is_year = asked.isascii() and asked.isdigit() and len(asked) == 4
    year = int(asked) if is_year and 2000 <= int(asked) <= this_year + 3 else this_year
    return render(
        request,
        "audits/programme.html",
        {
            "programme": programme_of(person, year),
            "year": year,
            "this_year": this_year,
            "may_record": rules.may_record_priority(person),
        },
    )


# ---- question sets


@guarded(anyone_signed_in)
def question_sets(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    kept = QuestionSet.objects.filter(partnership=person.partnership_id).select_related("drafted_by")
    return render(
        request,
        "audits/question_sets.html",
        {
            "page": Paginator(kept, 50).get_page(request.GET.get("page")),
            "ready_made": ready_made().values(),
            "may_draft": rules.may_draft_question_set(person),
        },
    )


@guarded(rules.may_draft_question_set, writes=True)
def draft_question_set(request: HttpRequest) -> HttpResponse:
    sets = sets_to_begin_from(signed_in(request))
    chosen = sets.get(request.GET.get("from", ""), Questions())

    def do(form: DraftSetForm, version: int | None) -> str:
        begin_from = sets.get(form.cleaned_data["begin_from"], Questions())
        drafted = operations.draft_question_set(begin_from, name=form.cleaned_data["name"], by=signed_in(request))
        return _set_page(drafted)

    return form_page(
        request,
        "design/form_page.html",
        lambda data, _: DraftSetForm(
            data, sets=sets, initial={"name": chosen.name.split(", version ")[0], "begin_from": chosen.code}
        ),
        do=do,
        context={"heading": "Draft a question set", "button_text": "Begin the draft", "back": reverse("question-sets")},
        saved="The draft has been begun. Nobody is asked anything before it is issued and an audit is planned with it.",
    )


def _set_page(question_set: QuestionSet, page: str = "question-set", **more: Any) -> str:
    return reverse(page, kwargs={"question_set": question_set.public_id, **more})


@guarded(rules.may_read_question_set, find_question_set)
def question_set(request: HttpRequest, question_set: QuestionSet) -> HttpResponse:
    person = signed_in(request)
    questions = questions_of(question_set)
    return render(
        request,
        "audits/question_set.html",
        {
            "question_set": question_set,
            "questions": questions,
            "version": question_set.version,
            "asked": [(of.value, of.label, questions.of(of)) for of in AskedOf],
            "faults": questions.faults() if question_set.is_draft else [],
            "may_change": rules.may_change_question_set(person, question_set),
            "may_draft": rules.may_draft_question_set(person),
        },
    )


@guarded(rules.may_read_ready_made_set, find_ready_made)
def ready_made_set(request: HttpRequest, questions: Questions) -> HttpResponse:
    return render(
        request,
        "audits/ready_made_set.html",
        {
            "questions": questions,
            "asked": [(of.value, of.label, questions.of(of)) for of in AskedOf],
            "may_draft": rules.may_draft_question_set(signed_in(request)),
        },
    )


@guarded(rules.may_change_question_set, find_question_set, writes=True)
def rename_question_set(request: HttpRequest, question_set: QuestionSet) -> HttpResponse:
    def do(form: RenameSetForm, version: int | None) -> str:
        operations.rename_question_set(
            question_set, name=form.cleaned_data["name"], version=version, by=signed_in(request)
        )
        return _set_page(question_set)

    return form_page(
        request,
        "design/form_page.html",
        lambda data, now: RenameSetForm(data, initial={"name": now.name}),
        do=do,
        thing=question_set,
        context={"heading": "Name the question set", "caption": str(question_set), "back": _set_page(question_set)},
        saved="The draft has its new name.",
    )


@guarded(rules.may_change_question, find_place, writes=True)
def add_question(request: HttpRequest, placed: Placed) -> HttpResponse:
    def do(form: AgencyQuestionForm | PanelQuestionForm, version: int | None) -> str:
        operations.add_question(
            placed.question_set, placed.asked_of, question=form.question(), version=version, by=signed_in(request)
        )
        return _set_page(placed.question_set)

    to_whom = "the panel" if placed.asked_of == AskedOf.PANEL else "the agencies"
    return _question_page(request, placed, do, heading=f"Add a question to {to_whom}", saved="The question is added.")


@guarded(rules.may_change_question, find_placed, writes=True)
def change_question(request: HttpRequest, placed: Placed) -> HttpResponse:
    def do(form: AgencyQuestionForm | PanelQuestionForm, version: int | None) -> str:
        operations.change_question(
            placed.question_set, question=form.question(), version=version, by=signed_in(request)
        )
        return _set_page(placed.question_set)

    return _question_page(request, placed, do, heading="Change a question", saved="The question has been changed.")


def _question_page(
    request: HttpRequest,
    placed: Placed,
    do: Callable[[AgencyQuestionForm | PanelQuestionForm, int | None], str],
    *,
    heading: str,
    saved: str,
) -> HttpResponse:
    code = placed.question.code if placed.question else ""

    def make_form(data: Mapping[str, Any] | None, now: QuestionSet) -> AgencyQuestionForm | PanelQuestionForm:
        questions = questions_of(now)
        question = (questions.find(code) or placed.question) if code else None
        return QUESTION_FORMS[placed.asked_of](data, questions, question)

    return form_page(
        request,
        "design/form_page.html",
        make_form,
        do=do,
        thing=placed.question_set,
        context={
            "heading": heading,
            "caption": str(placed.question_set),
            "button_text": "Save the question",
            "back": _set_page(placed.question_set),
        },
        saved=saved,
    )


@require_POST
@guarded(rules.may_change_question, find_placed, writes=True)
def move_question(request: HttpRequest, placed: Placed) -> HttpResponse:
    assert placed.question
    code, up = placed.question.code, request.POST.get("direction") == "up"

    def do() -> str:
        operations.move_question(
            placed.question_set,
            code=code,
            by_places=-1 if up else 1,
            version=version_sent(request),
            by=signed_in(request),
        )
        return _set_page(placed.question_set) + f"#{code}"

    return do_once(request, do)


@require_POST
@guarded(rules.may_change_question, find_placed, writes=True)
def remove_question(request: HttpRequest, placed: Placed) -> HttpResponse:
    assert placed.question
    code = placed.question.code

    def do() -> str:
        operations.remove_question(placed.question_set, code=code, version=version_sent(request), by=signed_in(request))
        return _set_page(placed.question_set)

    return do_once(request, do, saved="The question has been removed.")


@guarded(rules.may_change_question_set, find_question_set, writes=True)
def add_questions_of(request: HttpRequest, question_set: QuestionSet) -> HttpResponse:
    sets = sets_to_begin_from(signed_in(request))

    def do(form: AddSetForm, version: int | None) -> str:
        operations.add_questions_of(
            question_set, sets[form.cleaned_data["questions"]], version=version, by=signed_in(request)
        )
        return _set_page(question_set)

    return form_page(
        request,
        "design/form_page.html",
        lambda data, _: AddSetForm(data, sets=sets),
        do=do,
        thing=question_set,
        context={
            "heading": "Add the questions of another set",
            "caption": str(question_set),
            "button_text": "Add the questions",
            "back": _set_page(question_set),
        },
        saved="The questions have been added at the end.",
    )


@guarded(rules.may_read_question_set, find_question_set)
def preview_question_set(request: HttpRequest, question_set: QuestionSet) -> HttpResponse:
    """The questions as an agency of one kind is asked them."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in AgencyKind else AgencyKind.values[0]
    return render(
        request,
        "audits/question_set_preview.html",
        {
            "question_set": question_set,
            "questions": questions_of(question_set),
            "kind": kind,
            "kind_in_words": AgencyKind(kind).label,
            "kinds": [
                {"value": value, "text": label, "selected": value == kind} for value, label in AgencyKind.choices
            ],
        },
    )


@guarded(rules.may_read_question_set, find_question_set)
def question_set_differences(request: HttpRequest, question_set: QuestionSet) -> HttpResponse:
    before = sets_to_begin_from(signed_in(request)).get(question_set.begun_from)
    return render(
        request,
        "audits/differences.html",
        {
            "heading": f"What has changed in “{question_set}”",
            "back": _set_page(question_set),
            "before": before,
            "changes": changes_since(questions_of(question_set), before) if before else {},
        },
    )


@guarded(rules.may_read_plan, find_audit)
def plan_differences(request: HttpRequest, audit: Audit) -> HttpResponse:
    """The questions of an audit beside those of the earlier one: which answers can be compared."""
    before = questions_as_asked(audit.earlier) if audit.earlier else None
    return render(
        request,
        "audits/differences.html",
        {
            "heading": f"What “{audit.title}” asks that can be compared",
            "back": reverse("plan", kwargs={"audit": audit.slug}),
            "before": before,
            "changes": changes_since(questions_as_asked(audit), before) if before else {},
        },
    )


@guarded(rules.may_change_question_set, find_question_set, writes=True)
def issue_question_set(request: HttpRequest, question_set: QuestionSet) -> HttpResponse:
    if request.method == "POST":

        def do() -> str:
            operations.issue_question_set(question_set, version=version_sent(request), by=signed_in(request))
            return _set_page(question_set)

        return do_once(request, do, saved="The question set has been issued. Audits can be planned with it.")
    return render(
        request,
        "audits/issue_question_set.html",
        {
            "question_set": question_set,
            "questions": questions_of(question_set),
            "version": question_set.version,
            "faults": questions_of(question_set).faults(),
        },
    )


@require_POST
@guarded(rules.may_change_question_set, find_question_set, writes=True)
def discard_question_set(request: HttpRequest, question_set: QuestionSet) -> HttpResponse:
    def do() -> str:
        operations.discard_question_set(question_set, version=version_sent(request), by=signed_in(request))
        return reverse("question-sets")

    return do_once(request, do, saved="The draft has been thrown away.")
