from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from maca.actions.rules import may_see_actions
from maca.audits.models import Audit
from maca.audits.queries import agency_questions, find_audit, panel_questions
from maca.audits.rules import may_record_priority
from maca.cases.models import Case
from maca.cases.operations import read_case
from maca.cases.queries import cases_of, find_case
from maca.cases.rules import may_open_identity, may_read_case, may_read_coverage
from maca.concerns.queries import concerns_on
from maca.design.pages import anyone_signed_in, guarded
from maca.feedback.queries import notes_on
from maca.feedback.rules import may_see_feedback_notes
from maca.inspection.rules import may_read_inspection
from maca.learning.rules import may_read_recurrence
from maca.panel.queries import notes_for
from maca.partnership.models import Person
from maca.partnership.requests import signed_in
from maca.retention.rules import may_destroy_by_hand
from maca.returns.models import AgencyReturn
from maca.returns.rules import may_read_audit_report, may_read_summative_report
from maca.voices.rules import may_read_own_reflection, may_read_own_views
from maca.worklist import rules
from maca.worklist.queries import stage_said, steps, tasks


@guarded(anyone_signed_in)
def work_list(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    return render(
        request,
        "worklist/work_list.html",
        {
            "tasks": tasks(person),
            "may_begin": may_record_priority(person),
            "recent": [(one, stage_said(one, person)) for one in _recent(person)],
        },
    )


def _recent(person: Person) -> QuerySet[Audit]:
    """With how their briefings stand, and without what those say."""
    found = Audit.objects.visible_to(person).select_related("theme", "briefing")
    return found.defer("briefing__content", "briefing__searched", "briefing__counts")[:5]


@guarded(rules.may_read_audit, find_audit)
def audit(request: HttpRequest, audit: Audit) -> HttpResponse:
    """The task list of an audit: which step it is at and what stands in its way."""
    person = signed_in(request)
    return render(
        request,
        "worklist/audit.html",
        {
            "audit": audit,
            "stage_said": stage_said(audit, person)[0],
            "steps": steps(audit, person),
            "cases": cases_of(audit, person),
            "may_read_inspection": may_read_inspection(person, audit),
            "may_read_coverage": may_read_coverage(person, audit),
            "may_read_report": may_read_audit_report(person, audit),
            "may_see_notes": may_see_feedback_notes(person, audit),
            "may_see_actions": may_see_actions(person, audit),
            "may_read_recurrence": may_read_recurrence(person, audit),
        },
    )


@guarded(may_read_case, find_case)
def case(request: HttpRequest, case: Case) -> HttpResponse:
    """Everything about a case that this person may go on to, and the questions it will be asked."""
    person = signed_in(request)
    own = person.agency if person.agency and person.speaks_for(person.agency) else None
    return render(
        request,
        "worklist/case.html",
        {
            "case": case,
            "nomination": read_case(case, by=person),
            "audit": case.audit,
            "concerns": concerns_on(case, person),
            "returns": AgencyReturn.objects.visible_to(person)
            .filter(case=case)
            .select_related("agency", "case__audit"),
            "presenters": case.presenters.select_related("person"),
            "agency_questions": agency_questions(case.audit, own),
            "own": own,
            "panel_questions": panel_questions(case.audit),
            "may_open_identity": may_open_identity(person, case),
            "may_destroy": may_destroy_by_hand(person, case),
            "may_read_report": may_read_summative_report(person, case),
            "restricted_notes": notes_for(person, case) if not case.destroyed_at else [],
            "may_reflect": may_read_own_reflection(person, case),
            "may_hear_family": may_read_own_views(person, case),
            "feedback_notes": notes_on(case, person) if not case.destroyed_at else [],
        },
    )
