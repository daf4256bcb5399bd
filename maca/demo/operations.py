"""Make the demo by doing the steps, as the person whose step each is."""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections, transaction

from maca.actions.models import Action, Closing, Impact
from maca.actions.operations import make_action, note_progress, record_impact, report_action_done, verify_action
from maca.audits.models import Audit, Heading, PrioritySource
from maca.audits.operations import adopt_theme, plan_audit, record_priority
from maca.audits.queries import agency_questions
from maca.audits.question_sets import ready_made
from maca.audits.timetable import Timetable, timetable
from maca.briefing.models import Briefing, Decision, KeptBecause
from maca.briefing.operations import (
    approve_briefing,
    decide_on_hit,
    draft_briefing,
    import_briefing,
    publish_briefing,
    read_screening,
    send_briefing,
)
from maca.briefing.reading import read_briefing
from maca.cases.facts import Level
from maca.cases.household import read_sibling
from maca.cases.models import READS_EVERY_CASE, Case, HoldReason, Interest
from maca.cases.operations import declare_interest, name_presenter, nominate_case, select_case
from maca.chronology.models import Source
from maca.chronology.operations import keep_file, take_file
from maca.feedback.models import Decision as AnswerToDispute
from maca.feedback.operations import answer_fact_check, ask_fact_checks, decide_dispute
from maca.feedback.queries import find_dispute, find_fact_check, findings_for
from maca.inspection.children import ChosenChild
from maca.inspection.days import usual_days
from maca.inspection.operations import start_inspection
from maca.kernel.clock import LONDON, today, working_days_from
from maca.kernel.verdict import Refused
from maca.learning.models import ReviewKind
from maca.learning.operations import compare_findings, link_finding, record_discussion, record_review
from maca.panel.models import Came, Finding
from maca.panel.operations import (
    close_panel,
    finish_hearing,
    introduce_case,
    open_panel,
    record_attendance,
    record_finding,
)
from maca.panel.queries import Column
from maca.partnership.fence import ONLY_GROW, fence
from maca.partnership.models import Agency, AgencyKind, Partnership, Person, Role
from maca.partnership.operations import (
    add_person,
    change_school_holidays,
    found_partnership,
    operator_of,
    register_agency,
)
from maca.retention.models import CountedFrom, RecordClass
from maca.retention.operations import begin_hold, change_period
from maca.retention.queries import find_period
from maca.returns.letter.value import USUAL_PERIOD, USUAL_RETENTION, USUAL_SECURITY
from maca.returns.models import AgencyReturn, DeclineReason
from maca.returns.operations import (
    circulate_audit,
    cite_evidence,
    decline_return,
    describe_engagement,
    extend_return,
    save_answer,
    say_known,
    say_not_known,
    say_of_risk,
    submit_return,
)
from maca.returns.queries import evidence_given, find_asking
from maca.sealing.keystore import ALIAS

DATA = Path(__file__).parent / "data"
NAME = "Fenbrook Safeguarding Children Partnership"

AGENCIES = [
    ("Children’s social care", AgencyKind.CHILDREN_SOCIAL_CARE),
    ("Fenbrook Police", AgencyKind.POLICE),
    ("Health visiting", AgencyKind.HEALTH_VISITING),
    ("Oakbank Primary School", AgencyKind.SCHOOL),
    ("Millside Surgery", AgencyKind.GP),
    ("Little Acorns Nursery", AgencyKind.NURSERY),
    ("Bridge Adult Substance Misuse", AgencyKind.SUBSTANCE_MISUSE),
]
CSC, POLICE, HV, SCHOOL, GP, NURSERY, BRIDGE = (name for name, _ in AGENCIES)

PEOPLE: list[tuple[str, str, str | None, tuple[Role, ...]]] = [
    ("Priya Nair", "Partnership business manager", None, (Role.BUSINESS_MANAGER,)),
    ("Margaret Osei", "Chair of the quality assurance sub-group", None, (Role.CHAIR,)),
    ("Helen Carter", "Head of safeguarding", CSC, (Role.SUB_GROUP_MEMBER, Role.AGENCY_LEAD)),
    ("Daniel Price", "Detective inspector", POLICE, (Role.SUB_GROUP_MEMBER, Role.AGENCY_LEAD)),
    ("Aisha Rahman", "Named nurse", HV, (Role.SUB_GROUP_MEMBER, Role.AGENCY_LEAD)),
    ("Ruth Bennett", "Designated safeguarding lead", SCHOOL, (Role.AGENCY_LEAD,)),
    ("Samuel Adeyemi", "Named GP", GP, (Role.AGENCY_LEAD,)),
    ("Joanne Ellis", "Nursery manager", NURSERY, (Role.AGENCY_LEAD,)),
    ("Callum Reid", "Service manager", BRIDGE, (Role.AGENCY_LEAD,)),
    ("Imran Shah", "Audit officer", CSC, (Role.AUDITOR,)),
    ("Kelly Watson", "Detective sergeant", POLICE, (Role.AUDITOR,)),
    ("Grace Lewis", "Specialist health visitor", HV, (Role.AUDITOR,)),
    ("Ben Harvey", "Deputy safeguarding lead", SCHOOL, (Role.AUDITOR,)),
    ("Leah Stone", "Practice nurse", GP, (Role.AUDITOR,)),
    ("Sophie Marsh", "Deputy nursery manager", NURSERY, (Role.AUDITOR,)),
    ("Nadia Ferreira", "Recovery worker", BRIDGE, (Role.AUDITOR,)),
    ("Marta Kowalska", "Social worker", CSC, (Role.SOCIAL_WORKER,)),
    ("Steven Boyd", "Practice manager", CSC, (Role.PRACTICE_MANAGER,)),
    ("Owen Davies", "Named doctor", HV, (Role.PANEL_MEMBER,)),
    ("Elizabeth Hart", "Independent scrutineer", None, (Role.SCRUTINEER,)),
    ("Farah Malik", "Information governance officer", None, (Role.INFORMATION_GOVERNANCE,)),
]


def make_demo(*, reset: bool = False, published: bool = False) -> str:
    """Make the demo and say what it holds; `published`, as it is once “Neglect 3” has been published too.

    Raises `Refused` where a reset would take real work with it.
    """
    if real := Partnership.objects.filter(training=False).first():
        raise Refused(
            "not-only-training",
            f"This database holds “{real}”, which is no training partnership. Nothing was changed. "
            "Set MACA_DATA to another directory for the demo.",
        )
    if reset:
        empty()
    if Partnership.objects.filter(name=NAME).exists():
        return "The demo is there already. To make it anew: maca demo --reset"
    with transaction.atomic():
        partnership = found_partnership(name=NAME, training=True)
        people = _people(partnership)
        _neglect_2(partnership, people["priya.nair"])
        audit = _neglect_3(partnership, people)
        _actions_of_neglect_2(audit, people)
        _a_review(people)
        _a_hold(audit, people)
        _an_inspection(people)
        if published:
            _publish(audit, people)
    stands = "published" if published else "gathering returns"
    return (
        f"Made “{partnership}”: {len(people)} people, “Neglect 2” published, “{audit}” {stands}. "
        "“JTAI, serious youth violence” is an inspection that has been announced. "
        "Everything but Neglect 2 is invented, and so are its actions: the published briefing has none."
    )


def empty() -> None:
    """Empty a site of training for good. Tables whose rows refuse to go, as the journal’s, are laid anew."""
    for room in {table.partition("_")[0]: None for table in ONLY_GROW}:
        call_command("migrate", room, "zero", verbosity=0, interactive=False)
    for alias in ("default", ALIAS):
        call_command("flush", verbosity=0, interactive=False, database=alias)
    call_command("migrate", verbosity=0, interactive=False)
    # The new tables have no fence yet.
    fence(connections[DEFAULT_DB_ALIAS], served_by=None)


def _login(name: str) -> str:
    return name.lower().replace(" ", ".")


def _people(partnership: Partnership) -> dict[str, Person]:
    operator = operator_of(partnership)
    agencies = {
        name: register_agency(partnership=partnership, name=name, kind=kind, by=operator) for name, kind in AGENCIES
    }
    return {
        _login(name): add_person(
            partnership=partnership,
            name=name,
            email=f"{_login(name)}@fenbrook.example",
            post=post,
            agency=agencies[agency] if agency else None,
            roles=roles,
            by=operator,
        )
        for name, post, agency, roles in PEOPLE
    }


def _neglect_2(partnership: Partnership, manager: Person) -> None:
    """The one real thing here: the published briefing that this software began from."""
    file = DATA / "six-step-briefing-neglect-2.txt"
    import_briefing(
        read_briefing(file).value,
        partnership=partnership,
        imported_from=file.name,
        by=operator_of(partnership),
    )


def _neglect_3(partnership: Partnership, people: dict[str, Person]) -> Audit:
    told = tomllib.loads((DATA / "neglect-3.toml").read_text(encoding="utf-8"))
    chair, manager = people["margaret.osei"], people["priya.nair"]
    priority = record_priority(
        title=told["priority_title"], source=PrioritySource.BOARD, reason=told["priority_reason"], by=chair
    )
    theme = adopt_theme(priority, title="Neglect", by=chair)
    for name, first_on, last_on in told["school_holidays"]:
        change_school_holidays(priority.partnership, add=(name, first_on, last_on), by=manager)
    audit = plan_audit(
        theme,
        title="Neglect 3",
        terms_of_reference=told["terms_of_reference"],
        questions=ready_made()["neglect"],
        review_title=told["review_title"],
        tool=told["tool"],
        dates=timetable(working_days_from(today(), 45)),
        earlier=Audit.objects.get(partnership=partnership, title="Neglect 2"),
        by=chair,
    )
    agencies = {agency.slug: agency for agency in Agency.objects.filter(partnership=partnership)}
    asked: dict[Case, list[Agency]] = {}
    for one in told["cases"]:
        nomination = nominate_case(
            audit,
            rationale=one["rationale"],
            level=one["level"],
            age_band=one["age_band"],
            child=one["child"],
            born_on=one.get("born_on"),
            address=one["address"],
            siblings=[read_sibling(line) for line in one.get("siblings", [])],
            mother=one.get("mother", ""),
            father=one.get("father", ""),
            partner=one.get("partner", ""),
            absent_parent=one.get("absent_parent", ""),
            household=one.get("household", ""),
            record_number=one["record_number"],
            by=people[one["nominated_by"]],
        )
        case = select_case(nomination, by=chair)
        name_presenter(case, person=people[one["presented_by"]], version=None, by=chair)
        asked[case] = [agencies[answer["agency"]] for answer in one["returns"]]
        for who in Person.objects.filter(partnership=audit.partnership).holding(*READS_EVERY_CASE):
            if not who.holds(Role.SCRUTINEER):
                declare_interest(case, interest=Interest.NONE, by=who)
    circulate_audit(
        audit,
        asked,
        purpose=audit.purpose,
        legal_basis=audit.legal_basis,
        period=USUAL_PERIOD,
        security=USUAL_SECURITY,
        retention=USUAL_RETENTION,
        contact=f"{manager.name}, {manager.post}, {manager.email}",
        version=None,
        by=manager,
    )
    for case, one in zip(asked, told["cases"], strict=True):
        for answer in one["returns"]:
            _answer(AgencyReturn.objects.get(case=case, agency__slug=answer["agency"]), answer)
        _chronologies(case)
    _as_if_planned_earlier(audit)
    for case, one in zip(asked, told["cases"], strict=True):
        for answer in one["returns"]:
            if answer["state"] in ("asked", "half_written"):
                agency_return = AgencyReturn.objects.get(case=case, agency__slug=answer["agency"])
                extend_return(
                    agency_return,
                    due_on=working_days_from(today(), 3),
                    version=agency_return.version,
                    by=manager,
                )
    return audit


def _a_review(people: dict[str, Person]) -> None:
    """A review that is invented, one of its recommendations seen in “Neglect 2”, and a team that used the briefing."""
    manager = people["priya.nair"]
    review = record_review(
        kind=ReviewKind.SCR, title="Child and Family R", year=2015, published_by=NAME, link="",
        recommendations=[
            "Use an assessment tool for neglect, and use it again to see whether anything has changed.",
            "Hear from each child what life at home is like.",
        ],
        by=manager,
    )  # fmt: skip
    first = review.recommendations.get(number=1)
    told = Finding.objects.filter(audit__title="Neglect 2", audit__partnership=manager.partnership_id)
    for finding in told.filter(text__icontains="graded care profile").select_related("audit", "case"):
        link_finding(first, finding, by=manager)
    briefing = Briefing.objects.get(audit__title="Neglect 2", audit__partnership=manager.partnership_id)
    record_discussion(
        briefing, team="Health visiting, east", discussed_on=today(), people=9,
        change="The neglect tool is on the agenda of every supervision.", by=people["aisha.rahman"],
    )  # fmt: skip


def _a_hold(audit: Audit, people: dict[str, Person]) -> None:
    """A coroner who has asked for one case, and the chair’s word on how long it is kept who a child is."""
    begin_hold(
        case=audit.cases.select_related("audit").get(number=2), reason=HoldReason.CORONER,
        asked_by="HM Senior Coroner for Fenbrook, by letter", by=people["farah.malik"],
    )  # fmt: skip
    usual = find_period(people["margaret.osei"], RecordClass.IDENTITY)
    change_period(
        usual, months=usual.months, counted_from=CountedFrom(usual.counted_from), reason=usual.reason,
        source=f"{usual.source} Agreed by the sub-group.", version=usual.version, by=people["margaret.osei"],
    )  # fmt: skip


def _an_inspection(people: dict[str, Person]) -> None:
    """Inspectors called this week and chose two children, of whom one agency knew one alone. One child’s pack can be
    taken: the manager has declared in it."""
    manager = people["priya.nair"]
    agencies = list(Agency.objects.filter(partnership=manager.partnership_id, name__in=[SCHOOL, BRIDGE]))
    audit = start_inspection(
        called="JTAI, serious youth violence",
        theme="Serious youth violence",
        days=usual_days(working_days_from(today(), -2)),
        questions=ready_made()["inspection"],
        children=[
            ChosenChild(name="Tyrell Marchbank", born_on=dt.date(2011, 2, 9), level=Level.CHILD_PROTECTION),
            ChosenChild(
                name="Jodie Fairweather", born_on=dt.date(2012, 10, 30), level=Level.CHILD_IN_NEED,
                not_asked=frozenset(one.slug for one in agencies if one.name == BRIDGE),
            ),
        ],
        agencies=agencies,
        by=manager,
    ).audit  # fmt: skip
    declare_interest(audit.cases.get(number=1), interest=Interest.NONE, by=manager)


def _answer(agency_return: AgencyReturn, answer: dict[str, Any]) -> None:
    team = Person.objects.filter(agency=agency_return.agency)
    auditor = team.holding(Role.AUDITOR).get()
    state = answer["state"]
    if state in ("asked", "late"):
        return
    for one in team.holding(Role.AUDITOR, Role.AGENCY_LEAD):
        declare_interest(agency_return.case, interest=Interest.NONE, by=one)
    if state == "not_known":
        say_not_known(agency_return, version=None, by=auditor)
        return
    if state == "declined":
        decline_return(
            agency_return,
            reason=DeclineReason(answer["reason"]),
            words=answer["words"],
            version=None,
            by=team.holding(Role.AGENCY_LEAD).get(),
        )
        return
    say_known(agency_return, version=None, by=auditor)
    say_of_risk(agency_return, is_unsafe=False, by=auditor)
    describe_engagement(
        agency_return,
        before=answer.get("before", "").strip(),
        now=answer.get("now", "").strip(),
        version=None,
        by=auditor,
    )
    address: dict[str, Any] = {
        "audit": agency_return.case.audit.slug,
        "case": agency_return.case.number,
        "agency": agency_return.agency.slug,
    }
    blank = {"choice": "", "how_known": "", "points": ""}
    said = {
        int(number): {**blank, "choice": choice, "how_known": how.strip()}
        for number, (choice, how) in answer.get("answers", {}).items()
    }
    for number, name in ((6, "worked_well"), (7, "could_improve")):
        if points := answer.get(name):
            said[number] = {**blank, "points": "\n".join(points)}
    for number in sorted(said):
        save_answer(find_asking(auditor, **address, question=number), **said[number], version=None, by=auditor)
    for record, reference, dated_on, number in answer.get("evidence", []):
        question = find_asking(auditor, **address, question=number).question if number else None
        cite_evidence(
            agency_return,
            question=question,
            record=record,
            reference=reference,
            dated_on=dated_on,
            by=auditor,
        )
    if state == "submitted":
        delegated_by = "; ".join(str(lead) for lead in team.holding(Role.AGENCY_LEAD))
        submit_return(agency_return, delegated_by=delegated_by, version=None, by=auditor)


def _chronologies(case: Case) -> None:
    """Each agency of the case that has one gives its chronology, as a file."""
    for file in sorted((DATA / "chronologies" / f"case-{case.number}").glob("*.csv")):
        involvement = case.involvements.select_related("agency").get(agency__slug=file.stem)
        involvement.case = case
        auditor = Person.objects.filter(agency=involvement.agency).holding(Role.AUDITOR).get()
        sent = keep_file(involvement, file.read_bytes(), name=file.name, source=Source.UPLOADED, by=auditor)
        take_file(sent, by=auditor)


def _actions_of_neglect_2(later: Audit, people: dict[str, Person]) -> None:
    """Two actions, as invented as the partnership: one that was done and did not work, and one that is open."""
    earlier = later.earlier
    assert earlier
    told = tomllib.loads((DATA / "actions-of-neglect-2.toml").read_text(encoding="utf-8"))
    chair, manager = people["margaret.osei"], people["priya.nair"]

    def made(one: dict[str, Any], by_day: int) -> Action:
        finding = earlier.findings.select_related("audit", "case__nomination").filter(text__startswith=one["of"])[0]
        who = people[one["accountable"]]
        return make_action(
            finding, change=one["change"], accountable=who, agency=who.agency,
            due_on=working_days_from(today(), by_day), success=one["success"], measure=one["measure"],
            baseline=one["baseline"], by=manager,
        )  # fmt: skip

    ready, still_open = made(told["done"], 1), made(told["open"], 15)
    note_progress(still_open, words=told["open"]["progress"], by=still_open.accountable)
    one = told["done"]
    report_action_done(ready, done=one["done"], proof=one["proof"], version=None, by=ready.accountable)
    verify_action(ready, verified=True, words=one["verified"], version=None, by=chair)
    record_impact(
        ready, impact=Impact.NOT_SHOWN, before=one["before"], after=one["after"], reason=one["notes"],
        seen_in=later.cases.all(), seen_on=today(), version=None, by=manager,
    )  # fmt: skip
    # As if it had been made and done before the audit that looked at it again.
    then = dt.datetime.combine(working_days_from(today(), -120), dt.time(11), LONDON)
    at = dt.datetime.combine(working_days_from(today(), -70), dt.time(11), LONDON)
    Action.objects.filter(pk=ready.pk).update(made_at=then, due_on=at.date(), done_at=at)
    Closing.objects.filter(action=ready).update(asked_at=at, decided_at=at)


def _publish(audit: Audit, people: dict[str, Person]) -> None:
    """The panel meets, finds what is invented for it, and the briefing goes out; its findings are then compared."""
    told = tomllib.loads((DATA / "findings-of-neglect-3.toml").read_text(encoding="utf-8"))
    chair, manager = people["margaret.osei"], people["priya.nair"]
    audit.refresh_from_db()
    open_panel(audit, by=chair)
    disputed: list[tuple[Finding, dict[str, str]]] = []
    asked = {one.number: one for one in agency_questions(audit)}
    for case in audit.cases.select_related("hearing").order_by("number"):
        case.audit = audit
        agencies = {one.agency.slug: one.agency for one in case.involvements.select_related("agency")}
        introduce_case(
            case.hearing, introduced_by=case.presenters.get().person, partners=agencies.values(), version=None, by=chair
        )
        given = {(one.agency.slug, one.called): one.row for one in evidence_given(case)}
        for one in (one for one in told["findings"] if one["case"] == case.number):
            finding = record_finding(
                Column(audit, case, Heading(one["heading"])), text=one["text"], by=chair,
                agencies=[agencies[slug] for slug in one["agencies"]],
                answers=[asked[number] for number in one.get("answers", [])],
                evidence=[given[slug, called] for slug, called in one.get("evidence", [])],
            )  # fmt: skip
            if "withdrawn" in one:
                disputed.append((finding, one))
        came = dict.fromkeys(agencies.values(), (Came.PRESENT, ""))
        record_attendance(case.hearing, came, version=None, by=chair)
        case.hearing.refresh_from_db()
        finish_hearing(case.hearing, voice=told["voice"], by=chair)
    close_panel(audit, by=chair)
    ask_fact_checks(audit, due_on=working_days_from(today(), 5), by=manager)
    for finding, told_of in disputed:
        _withdraw(audit, finding, told_of, by=chair)
    compare_findings(audit, by=chair)
    briefing = draft_briefing(audit, by=manager)
    for hit in read_screening(briefing, by=manager):
        decide_on_hit(
            briefing, hit.public_id, decision=Decision.KEPT, reason=KeptBecause.PRACTICE, version=None, by=manager
        )
    send_briefing(briefing, version=None, by=manager)
    approve_briefing(briefing, version=None, by=chair)
    publish_briefing(briefing, by=manager)


def _withdraw(audit: Audit, finding: Finding, told: dict[str, str], *, by: Person) -> None:
    """The lead of the agency that a finding is about disputes its facts, and the chair withdraws it."""
    agency = finding.agencies.get()
    lead = agency.people.holding(Role.AGENCY_LEAD)[0]
    for case in Case.objects.visible_to(lead).filter(audit=audit).exclude(declarations__person=lead):
        declare_interest(case, interest=Interest.NONE, by=lead)
    check = find_fact_check(lead, audit.slug, agency.slug)
    (its_own,) = (one for one in findings_for(agency, audit) if one.pk == finding.pk)
    answer_fact_check(check, wrong={its_own: told["disputed"]}, version=None, by=lead)
    dispute = find_dispute(by, audit.slug, check.disputes.get().public_id)
    decide_dispute(
        dispute, decision=AnswerToDispute.WITHDRAWN, text=finding.text, reason=told["withdrawn"], version=None, by=by
    )


def _as_if_planned_earlier(audit: Audit) -> None:
    """Move the dates back, so that the day for returns was two working days ago: some are late."""
    dates: Timetable = timetable(working_days_from(today(), 8))
    asked_at = dt.datetime.combine(dates.request_on, dt.time(10), LONDON)
    handed_in_at = dt.datetime.combine(working_days_from(dates.returns_due_on, -1), dt.time(15, 40), LONDON)
    Audit.objects.filter(pk=audit.pk).update(**vars(dates), planned_at=asked_at, circulated_at=asked_at)
    audit.nominations.update(nominated_at=asked_at)
    returns = AgencyReturn.objects.of(audit)
    returns.update(due_on=dates.returns_due_on, asked_at=asked_at)
    returns.exclude(submitted_at=None).update(first_submitted_at=handed_in_at, submitted_at=handed_in_at)
