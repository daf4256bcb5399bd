from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from maca.audits.models import Audit, Question
from maca.audits.queries import agency_questions, find_audit
from maca.audits.rules import may_read_plan
from maca.cases.models import Case, Involvement
from maca.cases.queries import find_case, nominations_in_conflict
from maca.cases.rules import may_open_identity, may_work_on_case
from maca.chronology.rules import may_read_entries
from maca.design.forms import Form
from maca.design.pages import as_file, do_once, form_page, guarded, unattended, version_sent
from maca.kernel import paper_as_files
from maca.kernel.clock import LONDON
from maca.kernel.ids import PUBLIC_ID
from maca.kernel.spreadsheet import as_csv
from maca.kernel.text import normalise
from maca.kernel.verdict import Refused
from maca.kernel.versions import Changed
from maca.partnership.models import Agency, AgencyKind, Role
from maca.partnership.queries import school_holiday_warning
from maca.partnership.requests import signed_in
from maca.returns import operations, presence, rules
from maca.returns.as_calendar import as_calendar
from maca.returns.as_table import as_xlsx, rows
from maca.returns.beside import beside, placed, taken_from
from maca.returns.differences import Part, differences, in_words
from maca.returns.forms import (
    AnswerForm,
    AskMoreForm,
    CarryForm,
    CirculationForm,
    DeclineForm,
    EngagementForm,
    EvidenceForm,
    ExtendForm,
    FamilyCheckForm,
    FollowUpForm,
    IntroductionForm,
    KnownForm,
    PaperForm,
    PartForm,
    RiskForm,
    SendBackForm,
    ShareForm,
    SignForm,
    TimeForm,
    UploadForm,
    WhoKnowsForm,
)
from maca.returns.letter import as_pdf as letter_as_pdf
from maca.returns.letter import as_word as letter_as_word
from maca.returns.letter.value import TITLE, letter_for
from maca.returns.models import (
    AgencyReturn,
    Answer,
    DeclineReason,
    EarlierWords,
    Evidence,
    ExtensionRequest,
    Familiarity,
    FamilyCheck,
    ReportIntroduction,
    ReportVersion,
    Sensitivity,
    SentBack,
    TimeReason,
    Upload,
    UploadKind,
    UploadPage,
    statement_for,
)
from maca.returns.on_paper import as_excel, as_word
from maca.returns.on_paper.value import FoundBox, Unplaced, order_of
from maca.returns.paper import form_of
from maca.returns.previous import Previous, carry_over, find_previous, previous_of, read_beside
from maca.returns.queries import (
    Asking,
    Board,
    Cell,
    Dealings,
    Ladder,
    answers_of,
    checks_of,
    colleagues,
    earlier_versions,
    fetch_for_its_page,
    find_asking,
    find_check,
    find_evidence,
    find_report_version,
    find_return,
    find_upload,
    find_upload_page,
    given_parts,
    has_earlier_words,
    letters,
    returns_of,
    sent_back,
    shown,
    shown_under,
    uploads_of,
    what_was_said_of_risk,
)
from maca.returns.queries import board as board_of
from maca.returns.report_on_paper import audit_on_paper, counted, on_paper
from maca.returns.stages import ReturnStage
from maca.returns.watermark import across


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

    checks = checks_of(audit)

    def make_form(data: Mapping[str, Any] | None, now: Audit) -> CirculationForm:
        return CirculationForm(
            data, audit=now, contact=signed_in(request), cases=cases, agencies=agencies, checks=checks
        )

    def do(form: CirculationForm, version: int | None) -> str:
        operations.circulate_audit(
            audit,
            form.asked(),
            **{name: form.cleaned_data[name] for name in form.STATED},
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
        context={
            "audit": audit,
            "back": reverse("audit", kwargs={"audit": audit.slug}),
            "school_holidays": _schools_closed(audit, agencies),
        },
        saved="The cases have been circulated. Each agency finds its requests on its work list.",
    )


def _schools_closed(audit: Audit, agencies: Sequence[Agency]) -> str:
    """A warning where returns are due in school holidays and there are schools to ask."""
    if audit.returns_due_on and any(one.kind == AgencyKind.SCHOOL for one in agencies):
        return school_holiday_warning(audit.partnership, audit.returns_due_on)
    return ""


@guarded(rules.may_read_board, find_audit)
def who_knows(request: HttpRequest, audit: Audit) -> HttpResponse:
    """Agency by case: who knows which family."""
    checks, cases = checks_of(audit), list(audit.cases.all())
    cells = {(one.agency_id, one.case_id): one for one in checks}
    agencies = sorted({one.agency for one in checks}, key=lambda agency: agency.name)
    grid = [(agency, [cells.get((agency.pk, case.pk)) for case in cases]) for agency in agencies]
    may_ask = rules.may_ask_who_knows(signed_in(request), audit)
    return render(request, "returns/who_knows.html", {"audit": audit, "cases": cases, "grid": grid, "may_ask": may_ask})


@guarded(rules.may_ask_who_knows, find_audit, writes=True)
def ask_who_knows(request: HttpRequest, audit: Audit) -> HttpResponse:
    agencies = list(Agency.objects.filter(partnership=audit.partnership_id))
    there = reverse("who-knows", kwargs={"audit": audit.slug})

    def do(form: WhoKnowsForm, version: int | None) -> str:
        operations.ask_who_knows(audit, form.chosen(), by=signed_in(request))
        return there

    return form_page(
        request,
        "design/form_page.html",
        lambda data, _: WhoKnowsForm(data, agencies=agencies),
        do=do,
        context={
            "heading": "Who knows these families?",
            "caption": audit.title,
            "button_text": "Ask these agencies",
            "back": there,
        },
        saved="The agencies have been asked. Each finds it on its work list.",
    )


@guarded(rules.may_say_who_is_known, find_check, writes=True)
def say_who_is_known(request: HttpRequest, check: FamilyCheck) -> HttpResponse:
    def do(form: FamilyCheckForm, version: int | None) -> str:
        said = {name: Familiarity(value) for name, value in form.cleaned_data.items()}
        operations.say_who_is_known(check, **said, version=version, by=signed_in(request))
        return reverse("work-list")

    def make_form(data: Mapping[str, Any] | None, now: FamilyCheck) -> FamilyCheckForm:
        said = {"index_child": now.index_child, "siblings": now.siblings, "parents": now.parents}
        return FamilyCheckForm(data, initial=said)

    return form_page(
        request,
        "returns/say_who_is_known.html",
        make_form,
        do=do,
        thing=check,
        context={
            "heading": "Whom of this family do you know?",
            "caption": f"{check.agency.name}, {check.case.audit.title}, {check.case.label}",
            "case": check.case,
            "back": reverse("work-list"),
        },
        saved="Thank you. Your answer has been kept.",
    )


# A board is seldom longer than this; one that is goes on over the page.
CASES_OF_A_PAGE, RETURNS_OF_A_PAGE = 25, 50


@guarded(rules.may_read_board, find_audit)
def board(request: HttpRequest, audit: Audit) -> HttpResponse:
    found = board_of(audit)
    show = _filter(request, found)
    listed = [cell for cell in found.cells if show in shown_under(cell)] if show else []
    pages = Paginator(listed, RETURNS_OF_A_PAGE) if listed else Paginator(found.shown(show), CASES_OF_A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    of_page = [cell for cell in page if isinstance(cell, Cell)]
    cases = {cell.case for cell in of_page}
    rows = [row for row in found.rows if row[0] in cases] if listed else list(page)
    returns = returns_of(of_page)
    sent = letters(returns.values())
    return render(
        request,
        "returns/board.html",
        {
            "audit": audit,
            "board": found,
            "show": show,
            "rows": rows,
            "shown_under": shown_under,
            "closed": nominations_in_conflict(audit, signed_in(request)),
            "page": page,
            "listed": [(cell, returns[cell.key], sent[cell.key]) for cell in of_page],
            "may_chase": rules.may_chase_returns(signed_in(request), audit),
            "may_follow_up": rules.may_follow_up_refusals(signed_in(request), audit),
        },
    )


def _filter(request: HttpRequest, found: Board) -> str:
    show = request.GET.get("show", "")
    return show if show in {code for code, _, _ in found.filters} else ""


def _table(request: HttpRequest, audit: Audit) -> list[tuple[str, ...]]:
    found = board_of(audit)
    return rows(found, _filter(request, found))


@guarded(rules.may_read_board, find_audit)
def board_as_csv(request: HttpRequest, audit: Audit) -> HttpResponse:
    return as_file(as_csv(_table(request, audit)), "text/csv; charset=utf-8", f"{audit.slug}-board.csv")


@guarded(rules.may_read_board, find_audit)
def board_as_xlsx(request: HttpRequest, audit: Audit) -> HttpResponse:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return as_file(as_xlsx(_table(request, audit)), kind, f"{audit.slug}-board.xlsx")


@guarded(may_read_plan, find_audit)
def calendar(request: HttpRequest, audit: Audit) -> HttpResponse:
    content = as_calendar(audit, signed_in(request), now=timezone.now())
    return as_file(content, "text/calendar; charset=utf-8", f"{audit.slug}-dates.ics")


@require_POST
@guarded(rules.may_chase_return, find_return, writes=True)
def chase(request: HttpRequest, agency_return: AgencyReturn) -> HttpResponse:
    def do() -> str:
        operations.chase_return(agency_return, by=signed_in(request))
        return reverse("board", kwargs={"audit": agency_return.case.audit.slug}) + "?show=outstanding"

    return do_once(request, do, saved=f"{agency_return.agency.name} has been reminded of its return.")


@guarded(rules.may_read_audit_report, find_audit)
def audit_report(request: HttpRequest, audit: Audit) -> HttpResponse:
    """The reports of every case of an audit as one."""
    report = operations.read_audit_report(audit, by=signed_in(request))
    return render(request, "returns/audit_report.html", {"audit": audit, "report": report, "counted": counted})


@guarded(
    lambda person, found: rules.may_read_audit_report(person, found[0]),
    lambda person, audit, kind: (find_audit(person, audit), kind),
    step_up=True,
)
def audit_report_copy(request: HttpRequest, found: tuple[Audit, str]) -> HttpResponse:
    """The report of an audit as a file."""
    audit, kind = found
    if kind not in paper_as_files.WRITERS:
        raise Http404
    write, content_type = paper_as_files.WRITERS[kind]
    paper = audit_on_paper(operations.copy_audit_report(audit, kind=kind, by=signed_in(request)))
    return as_file(write(paper), content_type, f"{audit.slug}-report.{kind}")


@guarded(rules.may_read_summative_report, find_case)
def report(request: HttpRequest, case: Case) -> HttpResponse:
    person = signed_in(request)
    report, issued, since = operations.read_report_since(case, by=person)
    may_issue = rules.may_issue_report(person, case)
    return render(
        request,
        "returns/report.html",
        {"case": case, "report": report, "issued": issued, "since": since, "may_issue": may_issue},
    )


@guarded(rules.may_issue_report, find_case, writes=True)
def introduction(request: HttpRequest, case: Case) -> HttpResponse:
    """Write what stands before the report of a case."""
    person = signed_in(request)
    address = reverse("report", kwargs={"audit": case.audit.slug, "case": case.number})
    found = ReportIntroduction.objects.select_related("saved_by").filter(case=case).first()

    def make_form(data: Mapping[str, Any] | None, _: Any) -> IntroductionForm:
        # What somebody else saved meanwhile is read here too, to be shown beside what was sent.
        words = operations.read_introduction(case, by=person) if data is None else ""
        return IntroductionForm(data, initial={"words": words})

    def do(form: IntroductionForm, version: int | None) -> str:
        operations.introduce_report(case, words=form.cleaned_data["words"], version=version, by=person)
        return address

    return form_page(
        request,
        "design/form_page.html",
        make_form,
        do=do,
        thing=found or ReportIntroduction(case=case),
        context={
            "heading": "Introduce the report",
            "caption": f"{case.audit.title}, {case.label}",
            "button_text": "Save the introduction",
            "back": address,
        },
        saved="The introduction has been saved.",
    )


@require_POST
@guarded(rules.may_issue_report, find_case, writes=True)
def issue(request: HttpRequest, case: Case) -> HttpResponse:
    """Keep the report as it stands as the next version for the panel."""

    def do() -> str:
        operations.issue_report(case, by=signed_in(request))
        return reverse("report", kwargs={"audit": case.audit.slug, "case": case.number})

    return do_once(request, do, saved="The report has been issued. Whoever may read it finds this version on its page.")


@guarded(rules.may_read_report_version, find_report_version)
def report_version(request: HttpRequest, issued: ReportVersion) -> HttpResponse:
    """The report of a case as it was issued to the panel."""
    paper = operations.read_report_version(issued, by=signed_in(request))
    return render(request, "returns/report_version.html", {"case": issued.case, "issued": issued, "paper": paper})


@guarded(
    lambda person, found: rules.may_read_summative_report(person, found[0]),
    lambda person, audit, case, kind: (find_case(person, audit, case), kind),
    step_up=True,
)
def report_copy(request: HttpRequest, found: tuple[Case, str]) -> HttpResponse:
    """The report of a case as a file. Its name says nothing that its address does not."""
    case, kind = found
    if kind not in paper_as_files.WRITERS:
        raise Http404
    write, content_type = paper_as_files.WRITERS[kind]
    paper = on_paper(operations.copy_report(case, kind=kind, by=signed_in(request)), title=case.audit.title)
    return as_file(write(paper), content_type, f"{case.audit.slug}-case-{case.number}-report.{kind}")


@guarded(rules.may_read_return, find_return)
def agency_return(request: HttpRequest, agency_return: AgencyReturn) -> HttpResponse:
    """The request, how the return stands, and everything answered so far."""
    person = signed_in(request)
    if request.method == "GET" and agency_return.first_opened_at is None and person.speaks_for(agency_return.agency):
        operations.open_return(agency_return, by=person)
    fetch_for_its_page(agency_return)
    is_own = person.speaks_for(agency_return.agency)
    may_read_answers = rules.may_read_answers(person, agency_return)
    may_work = may_work_on_case(person, agency_return.case)
    answers: dict[int, Answer] = {}
    evidence: list[Evidence] = []
    if may_read_answers:
        answers, evidence = operations.read_return(agency_return, by=person)
    follows = bool(rules.may_read_ladder(person, agency_return))
    approaches = operations.read_ladder(agency_return, by=person) if follows else []
    requests: list[ExtensionRequest] = []
    if agency_return.extension_requests.all() and rules.may_read_requests_for_time(person, agency_return):
        requests = operations.read_requests_for_time(agency_return, by=person)
    dealings = Dealings((), ())
    if may_read_answers and agency_return.first_submitted_at:  # nothing is signed or sent back before
        dealings = operations.read_dealings(agency_return, by=person)
    questions = shown(
        agency_questions(agency_return.case.audit, agency_return.agency),
        {pk: str(answer.choice) for pk, answer in answers.items()},
    )
    may_submit = rules.may_submit_return(person, agency_return)
    return render(
        request,
        "returns/return.html",
        {
            "agency_return": agency_return,
            "case": agency_return.case,
            "audit": agency_return.case.audit,
            "questions": [(question, answers.get(question.pk)) for question in questions],
            "dealings": dealings,
            "is_own": is_own,
            "may_read_entries": may_read_entries(
                person, Involvement(case=agency_return.case, agency=agency_return.agency)
            ),
            "earlier": {question.pk: _earlier(question, answers, dealings, is_own) for question in questions},
            "others": presence.in_words(presence.others_here(agency_return, person) if is_own else []),
            "given": given_parts(agency_return) if is_own else {},
            "may_share": rules.may_share_return(person, agency_return),
            "earlier_words": _earlier_words(request, agency_return),
            "said_of_risk": what_was_said_of_risk(agency_return),
            "may_say_of_risk": rules.may_say_of_risk(person, agency_return),
            "may_send_back": rules.may_send_back_questions(person, agency_return),
            "evidence": evidence,
            "uploads": uploads_of(agency_return) if may_read_answers else [],
            "takes_uploads": agency_return.case.audit.partnership.takes_uploads,
            "may_read_answers": may_read_answers,
            "may_work": may_work,
            "asked_now": {question.pk for question in questions},
            "may_open_identity": may_work.code == "undeclared" and may_open_identity(person, agency_return.case),
            "may_answer": rules.may_answer_return(person, agency_return),
            "may_answer_questions": rules.may_answer_questions(person, agency_return),
            "may_submit": may_submit,
            "may_extend": rules.may_extend_return(person, agency_return),
            "may_call_off": rules.may_call_off_return(person, agency_return),
            "previous": previous_of(person, agency_return),
            "may_take_copy": rules.may_take_copy(person, agency_return),
            "may_return_on_paper": rules.may_return_on_paper(person, agency_return),
            "may_decline": rules.may_decline_return(person, agency_return),
            # Whoever may hand in the whole may hand in a part.
            "may_supply_part": may_submit or rules.may_supply_part(person, agency_return),
            "may_ask_for_time": rules.may_ask_for_time(person, agency_return),
            "may_follow_up": rules.may_follow_up_refusal(person, agency_return),
            "follows": follows,
            "approaches": approaches,
            "requests_for_time": requests,
            "said_known": {
                ReturnStage.ASKED: "",
                ReturnStage.NOT_KNOWN: "Not known to us",
                ReturnStage.DECLINED: "",
            }.get(ReturnStage(agency_return.stage), "Yes, we know the family"),
        },
    )


def _earlier(
    question: Question, answers: Mapping[int, Answer], dealings: Dealings, is_own: bool
) -> list[tuple[SentBack, tuple[Part, ...]]]:
    """Each time a question was sent back, with what has changed in its answer since, word by word.

    What the agency has not handed in again yet is compared for itself alone.
    """
    rounds = dealings.about(question)
    texts = [in_words(one.answer) for one in rounds] + [in_words(answers.get(question.pk))]
    return [
        (one, differences(texts[at], texts[at + 1]) if one.answered_at or is_own else ())
        for at, one in enumerate(rounds)
    ]


@guarded(rules.may_answer_return, find_return, writes=True)
def known(request: HttpRequest, agency_return: AgencyReturn) -> HttpResponse:
    said = {ReturnStage.STARTED: "yes", ReturnStage.NOT_KNOWN: "no"}

    def do(form: KnownForm, version: int | None) -> str:
        if form.cleaned_data["known"] == "yes":
            operations.say_known(agency_return, version=version, by=signed_in(request))
            said = what_was_said_of_risk(agency_return)
            return _address(agency_return, "engagement" if said else "risk")
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
            "together": lambda: _writing_together(request, agency_return, None),
        },
        saved="",
    )


@require_POST
@guarded(rules.may_answer_questions, find_return, writes=True, repeats=True)
def autosave_engagement(request: HttpRequest, agency_return: AgencyReturn) -> HttpResponse:
    """Save the account of the engagement while it is being written, as `autosave` saves an answer."""
    form = EngagementForm(request.POST)
    if not form.is_valid():
        return _not_saved()
    try:
        operations.describe_engagement(
            agency_return,
            **form.cleaned_data,
            version=version_sent(request),
            sitting=_sitting(request),
            while_writing=True,
            by=signed_in(request),
        )
    except Changed as changed:
        return _clash(request, changed)
    return _saved(agency_return, form)


def _saved(row: AgencyReturn | Answer, form: Form) -> HttpResponse:
    """What the page of a form that saves itself is answered: when by the clock in London, what was left out of the
    text, and the version now."""
    assert row.saved_at
    words = ". ".join([f"Saved {row.saved_at.astimezone(LONDON):%H:%M}", *form.notices])
    return JsonResponse({"words": words, "version": row.version})


def _not_saved() -> HttpResponse:
    return JsonResponse({"words": "Not saved yet. Press “Save and continue” to see why."}, status=422)


def _clash(request: HttpRequest, changed: Changed) -> HttpResponse:
    """Somebody has saved since. Was it this very form, whose answer got lost on the way, it may send its newest words
    on the version that is there now; an older sending that comes late finds no version that it knows."""
    latest: Any = changed.latest
    if latest.sitting and latest.sitting == _sitting(request):
        return JsonResponse({"own": True, "version": latest.version}, status=409)
    who = latest.saved_by.name if latest.saved_by else "Somebody"
    when = f" at {latest.saved_at.astimezone(LONDON):%H:%M}" if latest.saved_at else ""
    words = (
        f"Not saved: {who} has saved this{when}, after you opened it. What you wrote stays on this page. Press “Save "
        "and continue” to see both texts and choose."
    )
    return JsonResponse({"words": words}, status=409)


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
            confirms=form.cleaned_data.get("confirmed", True),
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
            "carried_from": asking.answer.carried_from,
            "comment": operations.read_comment(asking, by=signed_in(request)),
            "back": _address(asking.agency_return),
            "autosave": _address(asking.agency_return, "autosave", question=asking.question.number),
            "together": lambda: _writing_together(request, asking.agency_return, asking.question),
        },
        saved="",
    )


def _writing_together(request: HttpRequest, agency_return: AgencyReturn, question: Question | None) -> dict[str, Any]:
    """Who else writes in this return, whose part this is, and what colleagues had written here before.

    Looked up while the page is drawn, so that a form that was saved and goes on costs none of it.
    """
    key, person = question.pk if question else None, signed_in(request)
    return {
        "here": _address(agency_return, "here"),
        "part": question.number if question else "engagement",
        "others": presence.in_words(presence.note_here(agency_return, question, by=person), question),
        "given": given_parts(agency_return).get(key),
        "earlier_words": _earlier_words(request, agency_return).get(key, []),
    }


def _earlier_words(request: HttpRequest, agency_return: AgencyReturn) -> dict[int | None, list[EarlierWords]]:
    person = signed_in(request)
    if not has_earlier_words(agency_return) or not rules.may_read_earlier_words(person, agency_return):
        return {}
    return operations.read_earlier_words(agency_return, by=person)


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
    # Half a date is not saved yet, but the words beside it are.
    if not form.is_valid() and set(form.errors) != {"choice"}:
        return _not_saved()
    values = _in_full(form.cleaned_data) | ({"choice": None} if form.errors else {})
    try:
        saved = operations.save_answer(
            asking,
            **values,
            version=version_sent(request),
            sitting=_sitting(request),
            while_writing=True,
            confirms=False,
            by=signed_in(request),
        )
    except Changed as changed:
        return _clash(request, changed)
    return _saved(saved, form)


@unattended
@require_POST
@guarded(rules.may_share_return, find_return, writes=True, repeats=True)
def here(request: HttpRequest, agency_return: AgencyReturn) -> HttpResponse:
    """A page that is open to write in says so now and then, and is told who else is writing in the return."""
    questions = agency_questions(agency_return.case.audit, agency_return.agency)
    question = next((one for one in questions if str(one.number) == request.POST.get("part")), None)
    others = presence.note_here(agency_return, question, by=signed_in(request))
    return JsonResponse({"words": presence.in_words(others, question)})


@guarded(rules.may_share_return, find_return, writes=True)
def share(request: HttpRequest, agency_return: AgencyReturn) -> HttpResponse:
    """Give parts of a return to colleagues, see who has what, and take parts back."""
    questions = agency_questions(agency_return.case.audit, agency_return.agency)
    is_sent_back = agency_return.stage == ReturnStage.SENT_BACK
    if is_sent_back:
        open_now = sent_back(agency_return)
        questions = [one for one in questions if one.pk in open_now]
    may_be_given = [one for one in colleagues(agency_return) if rules.may_be_given_parts(one, agency_return)]

    def do(form: ShareForm, version: int | None) -> str:
        operations.share_return(agency_return, form.chosen, to=form.colleague, by=signed_in(request))
        return _address(agency_return, "share-return")

    return form_page(
        request,
        "returns/share.html",
        lambda data, _: ShareForm(data, questions=questions, colleagues=may_be_given, with_engagement=not is_sent_back),
        do=do,
        context={
            "agency_return": agency_return,
            "given": given_parts(agency_return),
            "back": _address(agency_return),
        },
        saved="Who has which part has been noted.",
    )


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


@guarded(rules.may_add_upload, find_return, writes=True)
def uploads(request: HttpRequest, agency_return: AgencyReturn) -> HttpResponse:
    return _upload_page(request, agency_return, None)


@guarded(rules.may_replace_upload, find_upload, writes=True)
def replace_upload(request: HttpRequest, upload: Upload) -> HttpResponse:
    return _upload_page(request, upload.agency_return, upload)


def _upload_page(request: HttpRequest, agency_return: AgencyReturn, replaces: Upload | None) -> HttpResponse:
    questions = agency_questions(agency_return.case.audit, agency_return.agency)

    def do(form: UploadForm, version: int | None) -> str:
        given = form.cleaned_data
        added = operations.add_upload(
            agency_return,
            given["file"],
            file_name=form.file_name,
            kind=UploadKind(given["kind"]),
            sensitivity=Sensitivity(given["sensitivity"]),
            description=given["description"],
            source=given["source"],
            dated_on=given["dated_on"],
            question=next((one for one in questions if str(one.number) == given["question"]), None),
            replaces=replaces,
            by=signed_in(request),
        )
        return _address(agency_return, "upload", upload=added.public_id, number=1)

    return form_page(
        request,
        "returns/upload_form.html",
        lambda data, _: UploadForm(data, None if data is None else request.FILES, questions=questions),
        do=do,
        context={
            "agency_return": agency_return,
            "uploads": [] if replaces else uploads_of(agency_return),
            "replaces": replaces,
            "back": _address(agency_return),
        },
        saved="This is what is kept. Look whether every page can be read.",
    )


@require_POST
@guarded(rules.may_remove_upload, find_upload, writes=True)
def remove_upload(request: HttpRequest, upload: Upload) -> HttpResponse:
    def do() -> str:
        operations.remove_upload(upload, by=signed_in(request))
        return _address(upload.agency_return)

    return do_once(request, do, saved="It has been taken back, with its earlier versions.")


@guarded(rules.may_view_upload_page, find_upload_page)
def upload(request: HttpRequest, page: UploadPage) -> HttpResponse:
    """One page of a photograph or document, beside what was written about it."""
    person = signed_in(request)
    one = operations.read_upload(page.upload, by=person)
    agency_return = one.agency_return
    return render(
        request,
        "returns/upload.html",
        {
            "upload": one,
            "page": page,
            "agency_return": agency_return,
            "case": agency_return.case,
            "earlier": earlier_versions(one) if person.speaks_for(agency_return.agency) else [],
            "may_replace": rules.may_replace_upload(person, one),
            "may_remove": rules.may_remove_upload(person, one),
            "reads_return": rules.may_read_return(person, agency_return),
        },
    )


@guarded(rules.may_view_upload_page, find_upload_page)
def upload_picture(request: HttpRequest, page: UploadPage) -> HttpResponse:
    """The picture itself, with who looks at it and when drawn across."""
    person = signed_in(request)
    picture = operations.read_upload_page(page, by=person)
    now = timezone.now().astimezone(LONDON)
    who = ", ".join([person.name, str(person.agency or person.partnership), f"{now:%-d %B %Y, %H:%M}"])
    response = HttpResponse(across(picture, who), content_type="image/jpeg")
    response.headers["Content-Disposition"] = f'attachment; filename="page-{page.number}.jpg"'
    return response


@guarded(rules.may_submit_return, find_return, writes=True)
def submit(request: HttpRequest, agency_return: AgencyReturn) -> HttpResponse:
    person = signed_in(request)
    in_own_right = person.holds(Role.AGENCY_LEAD)

    def do(form: SignForm, version: int | None) -> str:
        operations.submit_return(
            agency_return, delegated_by=form.cleaned_data.get("delegated_by", ""), version=version, by=person
        )
        return _address(agency_return)

    return form_page(
        request,
        "returns/submit.html",
        lambda data, _: SignForm(data, in_own_right=in_own_right),
        do=do,
        thing=agency_return,
        context={
            "agency_return": agency_return,
            "back": _address(agency_return),
            "statement": statement_for(agency_return),
            "in_own_right": in_own_right,
        },
        saved="The return has been submitted. Thank you.",
    )


@guarded(rules.may_supply_part, find_return, writes=True)
def submit_part(request: HttpRequest, agency_return: AgencyReturn) -> HttpResponse:
    """Hand in a part, and say what is left out and why."""
    person = signed_in(request)
    in_own_right = person.holds(Role.AGENCY_LEAD)

    def make_form(data: Mapping[str, Any] | None, now: AgencyReturn) -> PartForm:
        if data is not None:
            return PartForm(data, in_own_right=in_own_right)
        said = {"reason": now.left_out_reason, "left_out": operations.read_left_out(now, by=person)}
        return PartForm(initial=said, in_own_right=in_own_right)

    def do(form: PartForm, version: int | None) -> str:
        operations.supply_part(
            agency_return,
            reason=DeclineReason(form.cleaned_data["reason"]),
            left_out=form.cleaned_data["left_out"],
            delegated_by=form.cleaned_data.get("delegated_by", ""),
            version=version,
            by=person,
        )
        return _address(agency_return)

    return form_page(
        request,
        "returns/submit_part.html",
        make_form,
        do=do,
        thing=agency_return,
        context={
            "agency_return": agency_return,
            "back": _address(agency_return),
            "statement": statement_for(agency_return, is_part=True),
            "in_own_right": in_own_right,
        },
        saved="What your agency supplies has been handed in, with what was left out. Thank you.",
    )


@guarded(rules.may_send_back_questions, find_return, writes=True)
def send_back(request: HttpRequest, agency_return: AgencyReturn) -> HttpResponse:
    """Send single questions back, each with a comment."""
    person = signed_in(request)
    questions = agency_questions(agency_return.case.audit, agency_return.agency)

    def do(form: SendBackForm, version: int | None) -> str:
        operations.send_back_questions(agency_return, form.comments(), version=version, by=person)
        return _address(agency_return)

    answers = operations.read_return(agency_return, by=person)[0]
    asked = shown(questions, {pk: str(answer.choice) for pk, answer in answers.items()})
    return form_page(
        request,
        "returns/send_back.html",
        lambda data, _: SendBackForm(data, questions=asked),
        do=do,
        thing=agency_return,
        context={
            "agency_return": agency_return,
            "back": _address(agency_return),
            "questions": [(question, answers.get(question.pk)) for question in asked],
        },
        saved="The questions have been sent back. The agency has been told, without their words.",
    )


@guarded(rules.may_say_of_risk, find_return, writes=True)
def risk(request: HttpRequest, agency_return: AgencyReturn) -> HttpResponse:
    """The first question of every return."""
    case = agency_return.case

    def do(form: RiskForm, version: int | None) -> str:
        is_unsafe = form.cleaned_data["is_unsafe"] == "yes"
        operations.say_of_risk(agency_return, is_unsafe=is_unsafe, by=signed_in(request))
        if is_unsafe:
            return reverse("raise-concern", kwargs={"audit": case.audit.slug, "case": case.number})
        if agency_return.stage == ReturnStage.STARTED and not agency_return.engagement_before:
            return _address(agency_return, "engagement")
        return _address(agency_return)

    return form_page(
        request,
        "returns/risk.html",
        lambda data, _: RiskForm(data),
        do=do,
        context={
            "agency_return": agency_return,
            "back": _address(agency_return),
            "said": what_was_said_of_risk(agency_return),
        },
        saved="",
    )


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


@guarded(rules.may_ask_more_agencies, find_case, writes=True)
def ask_more(request: HttpRequest, case: Case) -> HttpResponse:
    """Ask agencies about a case that were left out when it was circulated."""
    person, audit = signed_in(request), case.audit
    asked = case.returns.values("agency")
    agencies = list(Agency.objects.filter(partnership=audit.partnership_id).exclude(pk__in=asked))

    def do(form: AskMoreForm, version: int | None) -> str:
        operations.ask_more_agencies(case, form.asked(), due_on=form.cleaned_data["due_on"], by=person)
        return reverse("board", kwargs={"audit": audit.slug})

    return form_page(
        request,
        "returns/ask_more.html",
        lambda data, _: AskMoreForm(data, audit=audit, agencies=agencies),
        do=do,
        context={
            "heading": f"Ask another agency about {case.label}",
            "caption": audit.title,
            "agencies": agencies,
            "button_text": "Ask them",
            "back": reverse("board", kwargs={"audit": audit.slug}),
        },
        saved="They have been asked.",
    )


@guarded(rules.may_call_off_return, find_return, writes=True)
def call_off(request: HttpRequest, agency_return: AgencyReturn) -> HttpResponse:
    """Call off what an agency was asked in error."""
    case, agency = agency_return.case, agency_return.agency

    def do(form: Form, version: int | None) -> str:
        operations.call_off_return(agency_return, by=signed_in(request))
        return reverse("board", kwargs={"audit": case.audit.slug})

    return form_page(
        request,
        "returns/call_off.html",
        lambda data, _: Form(data),
        do=do,
        context={
            "heading": f"Call off what {agency.name} was asked",
            "caption": f"{case.audit.title}, {case.label}",
            "agency_return": agency_return,
            "back": _address(agency_return),
        },
        saved=f"{agency.name} is asked about {case.label} no longer.",
    )


@guarded(rules.may_follow_up_refusal, find_return, writes=True)
def follow_up(request: HttpRequest, agency_return: AgencyReturn) -> HttpResponse:
    """The ladder after a refusal: who was approached, who is next, and what the refusal means."""
    person = signed_in(request)
    approaches = operations.read_ladder(agency_return, by=person)

    def make_form(data: Mapping[str, Any] | None, now: AgencyReturn) -> FollowUpForm:
        found = approaches if now is agency_return else operations.read_ladder(now, by=person)
        return FollowUpForm(
            data, agency_return=agency_return, ladder=Ladder.among(found), effect=str(now.decline_effect)
        )

    def do(form: FollowUpForm, version: int | None) -> str:
        if form.cleaned_data["effect"] != form.initial["effect"]:
            operations.say_what_refusal_means(
                agency_return, effect=form.cleaned_data["effect"], version=version, by=person
            )
            version = agency_return.version
        if step := form.step():
            operations.record_approach(agency_return, **step, version=version, by=person)
        is_won = agency_return.stage != ReturnStage.DECLINED
        return _address(agency_return, "return" if is_won else "follow-up")

    return form_page(
        request,
        "returns/follow_up.html",
        make_form,
        do=do,
        thing=agency_return,
        context={
            "agency_return": agency_return,
            "back": _address(agency_return),
            "approaches": approaches,
            "ladder": Ladder.among(approaches),
        },
        saved="This has been put on record.",
    )


LETTERS = {
    "docx": (letter_as_word.write, letter_as_word.CONTENT_TYPE),
    "pdf": (letter_as_pdf.write, letter_as_pdf.CONTENT_TYPE),
}


@guarded(rules.may_read_return, find_return)
def request_letter(request: HttpRequest, agency_return: AgencyReturn) -> HttpResponse:
    """The letter of request, on the page or, with `as`, in Word or as PDF. It says nothing of who the child is."""
    letter, wanted = letter_for(agency_return), request.GET.get("as", "")
    if not wanted:
        context = {"agency_return": agency_return, "letter": letter, "title": TITLE}
        return render(request, "returns/letter.html", context)
    if wanted not in LETTERS:
        raise Http404
    write, kind = LETTERS[wanted]
    case = agency_return.case
    name = f"{case.audit.slug}-case-{case.number}-{agency_return.agency.slug}-letter.{wanted}"
    return as_file(write(letter), kind, name)


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
    return as_file(written, kind, name)


@guarded(
    lambda person, found: rules.may_take_copy(person, found[0]),
    lambda person, kind, **address: (find_return(person, **address), kind),
    step_up=True,
)
def copy(request: HttpRequest, found: tuple[AgencyReturn, str]) -> HttpResponse:
    """The finished return as a file. Its name says nothing that its address does not."""
    agency_return, kind = found
    if kind not in paper_as_files.WRITERS:
        raise Http404
    write, content_type = paper_as_files.WRITERS[kind]
    case = agency_return.case
    written = write(operations.read_finished(agency_return, form=kind, by=signed_in(request)))
    return as_file(
        written, content_type, f"{case.audit.slug}-case-{case.number}-{agency_return.agency.slug}-return.{kind}"
    )


@guarded(lambda person, found: rules.may_read_previous_return(person, found.now), find_previous, writes=True)
def previous(request: HttpRequest, found: Previous) -> HttpResponse:
    """What the agency answered about the same family before, beside what it answers now, to be carried over."""
    person = signed_in(request)
    may_answer = rules.may_answer_questions(person, found.now)
    if request.method == "POST":
        may_answer.insist()
    lines = read_beside(found, by=person)
    can_be_carried = [line.question for line in lines if may_answer and line.can_be_carried]

    def do(form: CarryForm, version: int | None) -> str:
        carry_over(found, form.chosen(), by=person)
        return _address(found.now)

    return form_page(
        request,
        "returns/previous.html",
        lambda data, _: CarryForm(data, can_be_carried),
        do=do,
        context={
            "agency_return": found.now,
            "before": found.before,
            "lines": lines,
            "back": _address(found.now),
        },
        saved="They have been carried over. Confirm each on its own page.",
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
    # An answer without its version is taken for one that was never looked at, so that nobody's words are covered.
    versions = {box: int(one) if (one := sent.get(f"{box}-version", "")[:9]).isdecimal() else 0 for box in boxes}

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
        if refused.code not in ("both", "known-first", "its-own-words", "not-asked", "nothing-taken"):
            raise
        return again(refused.sentence, 422)


@guarded(rules.may_extend_return, find_return, writes=True)
def extend(request: HttpRequest, agency_return: AgencyReturn) -> HttpResponse:
    person, case = signed_in(request), agency_return.case
    waiting = agency_return.newest_request() if agency_return.asks_for_time else None
    words = ""
    if waiting and rules.may_read_requests_for_time(person, agency_return):
        words = str(operations.read_requests_for_time(agency_return, by=person)[-1].words)

    def do(form: ExtendForm, version: int | None) -> str:
        if waiting is None and "decision" in request.POST:
            # Without the request the form has no “no” any more, and the day that stood beside it would be granted.
            raise Refused(
                "answered-already",
                f"{agency_return.agency.name} has had its answer meanwhile. Look at what a colleague decided.",
            )
        if form.is_refused:
            operations.refuse_time(agency_return, words=form.cleaned_data["refusal"], version=version, by=person)
        else:
            operations.extend_return(agency_return, due_on=form.cleaned_data["due_on"], version=version, by=person)
        return reverse("board", kwargs={"audit": case.audit.slug})

    return form_page(
        request,
        "returns/extend.html",
        lambda data, _: ExtendForm(data, agency_return=agency_return, request=waiting),
        do=do,
        thing=agency_return,
        context={
            "agency_return": agency_return,
            "heading": f"{agency_return.agency.name} asks for more time"
            if waiting
            else f"Give {agency_return.agency.name} more time",
            "caption": f"{case.audit.title}, {case.label}",
            "button_text": "Answer the request" if waiting else "Give more time",
            "back": _address(agency_return),
            "waiting": waiting,
            "words_of_request": words,
        },
        saved=f"{agency_return.agency.name} has been answered." if waiting else "There is more time.",
    )


@guarded(rules.may_ask_for_time, find_return, writes=True)
def ask_for_time(request: HttpRequest, agency_return: AgencyReturn) -> HttpResponse:
    def do(form: TimeForm, version: int | None) -> str:
        operations.ask_for_time(
            agency_return,
            reason=TimeReason(form.cleaned_data["reason"]),
            words=form.cleaned_data["words"],
            wanted_on=form.cleaned_data["wanted_on"],
            by=signed_in(request),
        )
        return _address(agency_return)

    return form_page(
        request,
        "returns/ask_for_time.html",
        lambda data, _: TimeForm(data, agency_return=agency_return),
        do=do,
        context={"agency_return": agency_return, "back": _address(agency_return)},
        saved="The business manager has been asked. Until you have an answer the return is due as before.",
    )
