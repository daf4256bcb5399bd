from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from maca.audits.models import Audit
from maca.audits.queries import agency_questions, find_audit
from maca.cases.models import Case
from maca.cases.queries import find_case
from maca.cases.rules import may_open_identity, may_work_on_case
from maca.design.pages import do_once, form_page, guarded, version_sent
from maca.kernel.ids import PUBLIC_ID
from maca.kernel.text import normalise
from maca.kernel.verdict import Refused
from maca.kernel.versions import Changed
from maca.partnership.models import Agency
from maca.partnership.requests import signed_in
from maca.returns import operations, rules
from maca.returns.beside import beside, placed, taken_from
from maca.returns.forms import (
    AnswerForm,
    CirculationForm,
    DeclineForm,
    EngagementForm,
    EvidenceForm,
    ExtendForm,
    KnownForm,
    PaperForm,
)
from maca.returns.models import AgencyReturn, Answer, DeclineReason, Evidence
from maca.returns.on_paper import as_excel, as_word
from maca.returns.on_paper.value import FoundBox, Unplaced, order_of
from maca.returns.paper import form_of
from maca.returns.queries import Asking, answers_of, find_asking, find_evidence, find_return, shown
from maca.returns.queries import board as board_of
from maca.returns.stages import ReturnStage


def _address(agency_return: AgencyReturn, page: str = "return", **more: Any) -> str:
    case = agency_return.case
    return reverse(
        page,
        kwargs={"audit": case.audit.slug, "case": case.number, "agency": agency_return.agency.slug, **more},
    )


@guarded(rules.may_circulate_audit, find_audit, writes=True)
def circulate(request: HttpRequest, audit: Audit) -> HttpResponse:
    cases = list(audit.cases.select_related("nomination"))
    agencies = list(Agency.objects.filter(partnership=audit.partnership_id))

    def make_form(data: Mapping[str, Any] | None, now: Audit) -> CirculationForm:
        return CirculationForm(data, audit=now, cases=cases, agencies=agencies)

    def do(form: CirculationForm, version: int | None) -> str:
        operations.circulate_audit(
            audit,
            form.asked(),
            purpose=form.cleaned_data["purpose"],
            legal_basis=form.cleaned_data["legal_basis"],
            version=version,
            by=signed_in(request),
        )
        return reverse("board", kwargs={"audit": audit.slug})

    return form_page(
        request,
        "returns/circulate.html",
        make_form,
        do=do,
        thing=audit,
        context={"audit": audit, "back": reverse("audit", kwargs={"audit": audit.slug})},
        saved="The cases have been circulated. Each agency finds its requests on its work list.",
    )


@guarded(rules.may_read_board, find_audit)
def board(request: HttpRequest, audit: Audit) -> HttpResponse:
    return render(request, "returns/board.html", {"audit": audit, "board": board_of(audit)})


@guarded(rules.may_read_summative_report, find_case)
def report(request: HttpRequest, case: Case) -> HttpResponse:
    report = operations.read_report(case, by=signed_in(request))
    return render(request, "returns/report.html", {"case": case, "report": report})


@guarded(rules.may_read_return, find_return)
def agency_return(request: HttpRequest, agency_return: AgencyReturn) -> HttpResponse:
    """The request, how the return stands, and everything answered so far."""
    person = signed_in(request)
    may_read_answers = rules.may_read_answers(person, agency_return)
    may_work = may_work_on_case(person, agency_return.case)
    answers: dict[int, Answer] = {}
    evidence: list[Evidence] = []
    if may_read_answers:
        answers, evidence = operations.read_return(agency_return, by=person)
    questions = shown(
        agency_questions(agency_return.case.audit, agency_return.agency),
        {pk: str(answer.choice) for pk, answer in answers.items()},
    )
    return render(
        request,
        "returns/return.html",
        {
            "agency_return": agency_return,
            "case": agency_return.case,
            "audit": agency_return.case.audit,
            "questions": [(question, answers.get(question.pk)) for question in questions],
            "evidence": evidence,
            "may_read_answers": may_read_answers,
            "may_work": may_work,
            "may_open_identity": may_work.code == "undeclared" and may_open_identity(person, agency_return.case),
            "may_answer": rules.may_answer_return(person, agency_return),
            "may_answer_questions": rules.may_answer_questions(person, agency_return),
            "may_submit": rules.may_submit_return(person, agency_return),
            "may_extend": rules.may_extend_return(person, agency_return),
            "may_return_on_paper": rules.may_return_on_paper(person, agency_return),
            "may_decline": rules.may_decline_return(person, agency_return),
            "said_known": {
                ReturnStage.ASKED: "",
                ReturnStage.NOT_KNOWN: "Not known to us",
                ReturnStage.DECLINED: "",
            }.get(ReturnStage(agency_return.stage), "Yes, we know the family"),
        },
    )


@guarded(rules.may_answer_return, find_return, writes=True)
def known(request: HttpRequest, agency_return: AgencyReturn) -> HttpResponse:
    said = {ReturnStage.STARTED: "yes", ReturnStage.NOT_KNOWN: "no"}

    def do(form: KnownForm, version: int | None) -> str:
        if form.cleaned_data["known"] == "yes":
            operations.say_known(agency_return, version=version, by=signed_in(request))
            return _address(agency_return, "engagement")
        operations.say_not_known(agency_return, version=version, by=signed_in(request))
        return _address(agency_return)

    return form_page(
        request,
        "returns/known.html",
        lambda data, now: KnownForm(data, initial={"known": said.get(ReturnStage(now.stage))}),
        do=do,
        thing=agency_return,
        context={"agency_return": agency_return, "back": _address(agency_return)},
        saved="",
    )


@guarded(rules.may_answer_questions, find_return, writes=True)
def engagement(request: HttpRequest, agency_return: AgencyReturn) -> HttpResponse:
    def make_form(data: Mapping[str, Any] | None, now: AgencyReturn) -> EngagementForm:
        if data is not None:
            return EngagementForm(data)
        now = operations.read_engagement(now, by=signed_in(request))
        return EngagementForm(initial={"before": now.engagement_before, "now": now.engagement_now})

    def do(form: EngagementForm, version: int | None) -> str:
        operations.describe_engagement(
            agency_return,
            **form.cleaned_data,
            version=version,
            sitting=_sitting(request),
            by=signed_in(request),
        )
        first = next(iter(agency_questions(agency_return.case.audit, agency_return.agency)), None)
        return _address(agency_return, "answer", question=first.number) if first else _address(agency_return)

    return form_page(
        request,
        "returns/engagement.html",
        make_form,
        do=do,
        thing=agency_return,
        context={
            "agency_return": agency_return,
            "back": _address(agency_return),
            "autosave": _address(agency_return, "autosave-engagement"),
        },
        saved="",
    )


@require_POST
@guarded(rules.may_answer_questions, find_return, writes=True, repeats=True)
def autosave_engagement(request: HttpRequest, agency_return: AgencyReturn) -> HttpResponse:
    """Save the account of the engagement while it is being written, as `autosave` saves an answer."""
    form = EngagementForm(request.POST)
    saved = None
    if form.is_valid():
        with suppress(Changed):
            operations.describe_engagement(
                agency_return,
                **form.cleaned_data,
                version=version_sent(request),
                sitting=_sitting(request),
                while_writing=True,
                by=signed_in(request),
            )
            saved = agency_return
    return render(request, "returns/saved.html", {"saved": saved})


@guarded(rules.may_answer_question, find_asking, writes=True)
def answer(request: HttpRequest, asking: Asking) -> HttpResponse:
    def make_form(data: Mapping[str, Any] | None, now: Answer) -> AnswerForm:
        if data is None:
            now = operations.read_answer(asking, now, by=signed_in(request))
        return AnswerForm(data, now, asking.question)

    def do(form: AnswerForm, version: int | None) -> str:
        operations.save_answer(
            asking,
            **_in_full(form.cleaned_data),
            version=version,
            sitting=_sitting(request),
            by=signed_in(request),
        )
        following = asking.next_after(form.cleaned_data.get("choice", ""))
        if following:
            return _address(asking.agency_return, "answer", question=following.number)
        return _address(asking.agency_return)

    return form_page(
        request,
        "returns/answer.html",
        make_form,
        do=do,
        thing=asking.answer,
        context={
            "agency_return": asking.agency_return,
            "question": asking.question,
            "back": _address(asking.agency_return),
            "autosave": _address(asking.agency_return, "autosave", question=asking.question.number),
        },
        saved="",
    )


def _sitting(request: HttpRequest) -> str:
    """The open form that a save comes from: the key that it will be sent with."""
    key = request.POST.get("once", "")
    return key if PUBLIC_ID.fullmatch(key) else ""


def _in_full(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values.get(name, "") for name in ("choice", "how_known", "points", "cause")}


@require_POST
@guarded(rules.may_answer_question, find_asking, writes=True, repeats=True)
def autosave(request: HttpRequest, asking: Asking) -> HttpResponse:
    """Save what stands in the form while it is being written. The version keeps a retry from doing harm."""
    form = AnswerForm(request.POST, asking.answer, asking.question)
    saved = None
    # Half a date is not saved yet, but the words beside it are.
    if form.is_valid() or set(form.errors) == {"choice"}:
        values = _in_full(form.cleaned_data) | ({"choice": None} if form.errors else {})
        with suppress(Changed):
            saved = operations.save_answer(
                asking,
                **values,
                version=version_sent(request),
                sitting=_sitting(request),
                while_writing=True,
                by=signed_in(request),
            )
    return render(request, "returns/saved.html", {"saved": saved})


@guarded(rules.may_answer_questions, find_return, writes=True)
def evidence(request: HttpRequest, agency_return: AgencyReturn) -> HttpResponse:
    questions = agency_questions(agency_return.case.audit, agency_return.agency)

    def do(form: EvidenceForm, version: int | None) -> str:
        chosen = next((one for one in questions if str(one.number) == form.cleaned_data["question"]), None)
        operations.cite_evidence(agency_return, **{**form.cleaned_data, "question": chosen}, by=signed_in(request))
        return _address(agency_return, "evidence")

    return form_page(
        request,
        "returns/evidence.html",
        lambda data, _: EvidenceForm(data, questions=questions),
        do=do,
        context={
            "agency_return": agency_return,
            "evidence": operations.read_return(agency_return, by=signed_in(request))[1],
            "back": _address(agency_return),
        },
        saved="The evidence has been added.",
    )


@require_POST
@guarded(rules.may_remove_evidence, find_evidence, writes=True)
def remove_evidence(request: HttpRequest, evidence: Evidence) -> HttpResponse:
    def do() -> str:
        operations.remove_evidence(evidence, by=signed_in(request))
        return _address(evidence.agency_return, "evidence")

    return do_once(request, do, saved="The evidence has been removed.")


@guarded(rules.may_submit_return, find_return, writes=True)
def submit(request: HttpRequest, agency_return: AgencyReturn) -> HttpResponse:
    if request.method == "POST":

        def do() -> str:
            operations.submit_return(agency_return, version=version_sent(request), by=signed_in(request))
            return _address(agency_return)

        return do_once(request, do, saved="The return has been submitted. Thank you.")
    return render(request, "returns/submit.html", {"agency_return": agency_return, "back": _address(agency_return)})


@guarded(rules.may_decline_return, find_return, writes=True)
def decline(request: HttpRequest, agency_return: AgencyReturn) -> HttpResponse:
    def make_form(data: Mapping[str, Any] | None, now: AgencyReturn) -> DeclineForm:
        if data is not None:
            return DeclineForm(data)
        now = operations.read_engagement(now, by=signed_in(request))
        return DeclineForm(initial={"reason": now.decline_reason, "words": now.decline_words})

    def do(form: DeclineForm, version: int | None) -> str:
        operations.decline_return(
            agency_return,
            reason=DeclineReason(form.cleaned_data["reason"]),
            words=form.cleaned_data["words"],
            version=version,
            by=signed_in(request),
        )
        return _address(agency_return)

    return form_page(
        request,
        "returns/decline.html",
        make_form,
        do=do,
        thing=agency_return,
        context={"agency_return": agency_return, "back": _address(agency_return)},
        saved="Your agency has declined. The reason is on the record.",
    )


WRITERS = {"docx": (as_word.write, as_word.CONTENT_TYPE), "xlsx": (as_excel.write, as_excel.CONTENT_TYPE)}


@guarded(
    lambda person, found: rules.may_return_on_paper(person, found[0]),
    lambda person, office, **address: (find_return(person, **address), office),
)
def form(request: HttpRequest, found: tuple[AgencyReturn, str]) -> HttpResponse:
    """The form of one return, to fill in without signing in. Its name says nothing that its address does not."""
    agency_return, office = found
    if office not in WRITERS:
        raise Http404
    write, kind = WRITERS[office]
    written = write(operations.fill_form(agency_return, form=office, by=signed_in(request)))
    case = agency_return.case
    name = f"{case.audit.slug}-case-{case.number}-{agency_return.agency.slug}.{office}"
    return HttpResponse(
        written,
        content_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@guarded(rules.may_return_on_paper, find_return, writes=True)
def paper(request: HttpRequest, agency_return: AgencyReturn) -> HttpResponse:
    """Send a form that was filled in; what was read of it is shown, and nothing is taken yet."""
    sent = request.method == "POST"
    form = PaperForm(request.POST if sent else None, request.FILES if sent else None, agency_return=agency_return)
    if sent and form.is_valid() and form.read:
        found, unplaced = placed(agency_return, form.read)
        return _beside(request, agency_return, found, unplaced, dropped=form.read.dropped)
    return render(
        request,
        "returns/paper.html",
        _paper_context(request, agency_return) | {"form": form, "back": _address(agency_return)},
        status=422 if form.errors else 200,
    )


def _paper_context(request: HttpRequest, agency_return: AgencyReturn) -> dict[str, Any]:
    return {
        "agency_return": agency_return,
        "case": agency_return.case,
        "own": signed_in(request).speaks_for(agency_return.agency),
    }


def _beside(
    request: HttpRequest,
    agency_return: AgencyReturn,
    found: list[FoundBox],
    unplaced: list[Unplaced],
    *,
    dropped: Sequence[str] = (),
    problem: str = "",
    ticked: Collection[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """What was read, box by box. It goes back to the browser, which had the file anyway, in hidden fields of the form
    that confirms it: so nothing of it stands on disk or in the session in clear, and there is nothing to clear away
    when nobody confirms. Whatever comes back is looked at anew, as if it had been typed."""
    person = signed_in(request)
    answers = operations.look_at_form(agency_return, boxes=sum(not one.is_empty for one in found), by=person)
    laid = beside(agency_return, answers, found, unplaced, opened=person.speaks_for(agency_return.agency), by=person)
    return render(
        request,
        "returns/beside.html",
        _paper_context(request, agency_return)
        | {
            "beside": laid,
            "ticked": {row.found.id for row in laid.rows if row.is_ticked} if ticked is None else ticked,
            "dropped": dropped,
            "problem": problem,
            "back": _address(agency_return, "return-on-paper"),
        },
        status=status,
    )


@require_POST
@guarded(rules.may_return_on_paper, find_return, writes=True)
def take(request: HttpRequest, agency_return: AgencyReturn) -> HttpResponse:
    """Take what was kept of a form. What somebody saved meanwhile is shown beside it again."""
    person = signed_in(request)
    sent = request.POST
    boxes = {box.id for box in form_of(agency_return).boxes}
    found = [
        FoundBox(box, choice=sent.get(f"{box}-choice", ""), words=normalise(sent.get(f"{box}-words", ""))[0],
                 cause=sent.get(f"{box}-cause", ""))
        for box in sorted(boxes & set(sent.getlist("box")), key=order_of)
    ]  # fmt: skip
    unplaced = [Unplaced(*one) for one in zip(sent.getlist("where"), sent.getlist("left"), strict=False)]
    ticked = set(sent.getlist("take"))

    def again(problem: str, status: int) -> HttpResponse:
        now = find_return(person, agency_return.case.audit.slug, agency_return.case.number, agency_return.agency.slug)
        return _beside(request, now, found, unplaced, problem=problem, ticked=ticked, status=status)

    if not ticked:
        return again("Tick what is to be taken into the return.", 422)
    versions = {box: int(sent[f"{box}-version"]) for box in boxes if sent.get(f"{box}-version", "").isdecimal()}

    def do() -> str:
        # Unopened: what it says is not looked at, only what would change.
        laid = beside(agency_return, answers_of(agency_return), found, (), opened=False, by=person)
        rows = [row for row in laid.rows if row.found.id in ticked]
        if not rows:
            raise Refused("nothing-taken", "Nothing of the form can be taken as it is. Send it again and look at it.")
        operations.take_form(agency_return, **taken_from(rows, versions), version=version_sent(request), by=person)
        return _address(agency_return)

    try:
        return do_once(request, do, saved="What you kept of the form has been taken into the return.")
    except Changed:
        return again("Somebody else has saved this return since you looked. Look at both again before you go on.", 409)
    except Refused as refused:
        if refused.code not in ("both", "known-first", "its-own-words", "nothing-taken"):
            raise
        return again(refused.sentence, 422)


@guarded(rules.may_extend_return, find_return, writes=True)
def extend(request: HttpRequest, agency_return: AgencyReturn) -> HttpResponse:
    def do(form: ExtendForm, version: int | None) -> str:
        operations.extend_return(
            agency_return, due_on=form.cleaned_data["due_on"], version=version, by=signed_in(request)
        )
        return reverse("board", kwargs={"audit": agency_return.case.audit.slug})

    case = agency_return.case
    return form_page(
        request,
        "design/form_page.html",
        lambda data, now: ExtendForm(data, now=now.due_on, panel_on=case.audit.panel_on),
        do=do,
        thing=agency_return,
        context={
            "heading": f"Give {agency_return.agency.name} more time",
            "caption": f"{case.audit.title}, {case.label}",
            "button_text": "Give more time",
            "back": _address(agency_return),
        },
        saved=f"{agency_return.agency.name} has more time.",
    )
