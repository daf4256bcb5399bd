"""The world that the table is tried in: one partnership with an audit in every situation, and another beside it.

Built by doing the steps. The policy table is tried at one situation after another, each built once for all its cells;
for the rest of this folder they stand side by side.
"""

import copy
import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, connections, transaction
from django.utils import timezone

from maca.accounts.session import BEGAN, SEEN
from maca.actions.models import Action
from maca.actions.operations import make_action, report_action_done, verify_action
from maca.audits.models import Audit, Heading, QuestionSet
from maca.audits.operations import draft_question_set, issue_question_set, plan_audit
from maca.audits.question_sets import ready_made
from maca.audits.timetable import timetable
from maca.briefing.house_style import logo_of
from maca.briefing.models import Briefing, WithdrawnBecause
from maca.briefing.operations import (
    approve_briefing,
    draft_briefing,
    edit_findings,
    edit_theme_and_cases,
    import_briefing,
    publish_briefing,
    send_briefing,
    set_house_style,
    withdraw_briefing,
)
from maca.briefing.reading import read_briefing
from maca.briefing.value import Heading as BriefingHeading
from maca.cases import rules as case_rules
from maca.cases.models import Case, DestructionReason, HoldReason, Interest, LegalHold, Nomination, Presenter
from maca.cases.operations import (
    declare_interest,
    destroy_case,
    finish_destroying,
    name_presenter,
    nominate_case,
    pass_over_case,
    seat_panel,
    select_case,
)
from maca.chronology.entries import Entry
from maca.chronology.operations import add_entry
from maca.concerns.models import Concern, Route, Telling
from maca.concerns.operations import acknowledge_concern, close_concern, raise_concern
from maca.concerns.stages import ConcernStage
from maca.demo.operations import DATA
from maca.feedback.models import Decision, Dispute, FactCheck
from maca.feedback.operations import answer_fact_check, ask_fact_checks, decide_dispute, send_feedback_note
from maca.inspection.children import ChosenChild
from maca.inspection.days import usual_days
from maca.inspection.operations import start_inspection
from maca.kernel.clock import today, working_days_from
from maca.kernel.ids import new_public_id
from maca.learning.models import Review, ReviewKind
from maca.learning.operations import record_review
from maca.panel.models import Came, Dissent, Finding, NamedTheme, PanelLine, RestrictedNote
from maca.panel.operations import (
    close_panel,
    finish_hearing,
    introduce_case,
    name_themes,
    open_panel,
    record_attendance,
    record_dissent,
    record_finding,
    send_restricted_note,
    set_agenda,
    withdraw_finding,
    write_line,
)
from maca.panel.queries import Column
from maca.partnership.models import AgencyKind, Appointment, EndReason, Person, Role
from maca.partnership.operations import add_person, end_account, register_agency, set_public_briefings
from maca.retention.models import Certificate, CountedFrom
from maca.retention.operations import begin_hold, change_period, destroy_by_hand, end_hold
from maca.retention.queries import find_period
from maca.returns.models import AgencyReturn, DeclineReason, Evidence, Familiarity, FamilyCheck, TimeReason, Upload
from maca.returns.operations import (
    ask_for_time,
    ask_who_knows,
    circulate_audit,
    cite_evidence,
    decline_return,
    describe_engagement,
    introduce_report,
    issue_report,
    save_answer,
    say_known,
    say_not_known,
    say_of_risk,
    say_who_is_known,
    send_back_questions,
    submit_return,
    supply_part,
)
from maca.returns.queries import find_asking
from maca.voices.models import FamilyView, Sharing
from maca.voices.operations import record_view, write_reflection
from tests.makers import A_VIEW, World, a_picture, keep_all, with_a_grade

# Who plays whom: the agency and the roles of each person in the table.
CAST: dict[str, tuple[str, list[Role]]] = {
    "left": ("health", [Role.AUDITOR, Role.CHAIR, Role.BUSINESS_MANAGER]),
    "no_role": ("health", [Role.PANEL_MEMBER]),  # who loses it
    "conflicted_manager": ("", [Role.BUSINESS_MANAGER]),
    "undeclared_manager": ("", [Role.BUSINESS_MANAGER]),
    "author": ("", [Role.BUSINESS_MANAGER, Role.SUB_GROUP_MEMBER]),
    "outside_member": ("gp", [Role.SUB_GROUP_MEMBER]),
    "conflicted_member": ("", [Role.SUB_GROUP_MEMBER]),
    "own_lead": ("health", [Role.AGENCY_LEAD]),
    "own_auditor": ("health", [Role.AUDITOR]),
    "conflicted_auditor": ("health", [Role.AUDITOR]),
    "undeclared_auditor": ("health", [Role.AUDITOR]),
    "other_lead": ("police", [Role.AGENCY_LEAD]),
    "other_auditor": ("police", [Role.AUDITOR]),
    "declined_lead": ("hospital", [Role.AGENCY_LEAD]),
    "unknown_lead": ("housing", [Role.AGENCY_LEAD]),
    "outside_lead": ("gp", [Role.AGENCY_LEAD]),
    "outside_auditor": ("gp", [Role.AUDITOR]),
    "absent_auditor": ("probation", [Role.AUDITOR]),
    "care_lead": ("care", [Role.AGENCY_LEAD]),
    "presenter": ("", [Role.SOCIAL_WORKER]),
    "presenting_manager": ("", [Role.PRACTICE_MANAGER]),
    # Both are of the agency whose return it is, without speaking for it.
    "other_presenter": ("health", [Role.SOCIAL_WORKER]),
    "other_presenting_manager": ("health", [Role.PRACTICE_MANAGER]),
    "unseated": ("", [Role.PANEL_MEMBER]),
}
# Nobody of the table, but whom its people have to do with: whose account it is, and whom a lead speaks for.
COLLEAGUES = [
    ("second_manager", "", Role.BUSINESS_MANAGER),
    ("second_chair", "", Role.CHAIR),
    ("second_lead", "health", Role.AGENCY_LEAD),
    ("second_outsider", "", Role.SOCIAL_WORKER),
    ("leaver", "health", Role.AUDITOR),
    ("invitee", "health", Role.AUDITOR),
    ("next_manager", "", Role.BUSINESS_MANAGER),
    ("of_hospital", "hospital", Role.AUDITOR),
    ("of_housing", "housing", Role.AUDITOR),
    ("of_care", "care", Role.AUDITOR),
]
# What each word after `shows` in the table looks like on a page.
WORDS = {
    "audits": "Quernstone",
    "people": "Conflicted Auditor",
    "rationale": "It would teach us about quoins.",
    "child": "Zebedee Quux",
    "locality": "Quarrington",
    "account": "Known since the spring of quinces.",
    "finding": "The plan was quilted together well.",
    "concern": "A quagga was seen.",
    "upload": "A kitchen in Quimper.",
    "reflection": "I was worried about the quarry.",
    "view": "The quilt helped.",
    "entry": "The quay was icy.",
    "note": "The visit was quick and quiet.",
    "dispute": "The quad bike was not theirs.",
    "feedback": "The quilters say thank you.",
}


@dataclass
class Standing:
    """An audit in a situation, and what the addresses of its pages name."""

    audit: Audit
    case: Case | None = None
    nomination: Nomination | None = None
    agency_return: AgencyReturn | None = None
    evidence: Evidence | None = None
    upload: Upload | None = None
    view: FamilyView | None = None
    finding: Finding | None = None
    line: PanelLine | None = None
    named: NamedTheme | None = None
    dissent: Dissent | None = None
    note: RestrictedNote | None = None
    briefing: Briefing | None = None
    good_practice: Finding | None = None
    dispute: Dispute | None = None
    action: Action | None = None
    other_action: Action | None = None  # one that does not rest on `finding`
    left_out: Finding | None = None
    concern: Concern | None = None
    subject: Person | None = None  # whose account the page is about
    question_set: QuestionSet | None = None
    hold: LegalHold | None = None
    certificate: Certificate | None = None


@dataclass
class Stand:
    """Everybody, every audit by its situation, and a live session for each person."""

    ours: World
    theirs: World
    people: dict[str, Person]
    review: Review
    standings: dict[str, Standing] = field(default_factory=dict)
    their_standing: Standing | None = None
    their_review: Review | None = None
    sessions: dict[str, str] = field(default_factory=dict)
    whole: "Stand | None" = None  # the same with every audit, once that has been built


def sign_in(person: Person) -> str:
    """A live session of this person, as the site's own sign-in leaves it. Answers with its key."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "maca.partnership.backend.WithRoles"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    # As somebody who has just proved who they are, and was noted as here.
    session["account_authentication_methods"] = [{"method": "one click", "at": time.time()}]
    session["account_authentication_methods_user"] = str(person.pk)
    session[BEGAN], session[SEEN] = int(time.time()), int(time.time()) + 60 * 60
    session.save()
    return str(session.session_key)


class Builder:
    """Does the steps of an audit, as far as a situation asks."""

    def __init__(self, world: World, people: dict[str, Person]) -> None:
        self.world, self.people = world, people
        self.theme = world.theme()
        self.still: Standing | None = None
        self.worrying: Standing | None = None
        self.born_on: dt.date | None = None  # without it, no family is found again

    def plan(self, situation: str, panel_in: int = 45) -> Standing:
        audit = plan_audit(
            self.theme,
            title=f"{WORDS['audits']} {situation}",
            terms_of_reference="What to find out.",
            questions=with_a_grade(),
            review_title="the Review of Child Z",
            dates=timetable(working_days_from(today(), panel_in)),
            earlier=None,
            by=self.people["chair"],
        )
        return Standing(audit)

    def nominate(self, audit: Audit) -> Nomination:
        return nominate_case(
            audit,
            rationale=WORDS["rationale"],
            level="child_protection",
            age_band="5_9",
            child=WORDS["child"],
            born_on=self.born_on,
            address="1 Quux Street",
            household="",
            record_number="",
            locality=WORDS["locality"],
            all_the_same=True,
            by=self.people["member"],
        )

    def selected(self, situation: str, panel_in: int = 45) -> Standing:
        """Two cases: the one the table is about, and another that other people have to do with."""
        standing, chair = self.plan(situation, panel_in), self.people["chair"]
        standing.nomination = self.nominate(standing.audit)
        standing.case, another = (
            select_case(nomination, by=chair) for nomination in (standing.nomination, self.nominate(standing.audit))
        )
        for who, person in self.people.items():
            interest = Interest.HELD if who.startswith("conflicted_") else Interest.NONE
            if who in DECLARING:
                declare_interest(standing.case, interest=interest, by=person)
        set_agenda(
            standing.audit, begins_at=dt.time(9, 30), place="", quorum=None,
            slots={standing.case: (1, 60), another: (2, 60)}, version=None, by=chair,
        )  # fmt: skip
        # The chair hears both.
        declare_interest(another, interest=Interest.NONE, by=chair)
        for case, presents, along, seated in (
            (standing.case, "presenter", "presenting_manager", "panel_member"),
            (another, "other_presenter", "other_presenting_manager", "unseated"),
        ):
            name_presenter(case, person=self.people[presents], version=None, by=chair)
            # One person introduces a case. Here two do, so that both kinds of guest are tried at once.
            Presenter.objects.create(case=case, person=self.people[along])
            seat_panel(case, people=[self.people[seated]], version=None, by=chair)
        if situation != "nominated":  # there a case is swapped, and one that somebody has written about is not
            write_reflection(
                standing.case, sharing=Sharing.NO, worried=WORDS["reflection"], helped="", obstacles=[], hindered="",
                differently="", version=1, by=self.people["presenter"],
            )  # fmt: skip
        return standing

    def circulated(self, situation: str) -> Standing:
        standing, agencies = self.selected(situation), self.world.agencies
        case, another = standing.audit.cases.order_by("number")
        asked = {
            case: [agencies[one] for one in ("health", "police", "hospital", "housing")],
            another: [agencies["gp"]],
        }
        circulate_audit(
            standing.audit, asked, purpose="To learn.", legal_basis="Section 16H.", version=None,
            by=self.people["manager"],
        )  # fmt: skip
        returns = {
            one.agency.slug: one
            for one in case.returns.select_related("agency", "case__audit__partnership", "case__nomination")
        }
        decline_return(
            returns["hospital"], reason=DeclineReason.CAPACITY, words="No.", version=None,
            by=self.people["declined_lead"],
        )  # fmt: skip
        say_not_known(returns["housing"], version=None, by=self.people["unknown_lead"])
        standing.agency_return = returns["health"]
        return standing

    def answer(self, standing: Standing, *, known: bool = True, describe: bool = True, answers: int = 8) -> Standing:
        """The agency says that it knows the family, describes its engagement, and answers so many questions."""
        agency_return, by = standing.agency_return, self.people["own_auditor"]
        assert agency_return
        if known:
            say_known(agency_return, version=None, by=by)
            say_of_risk(agency_return, is_unsafe=False, by=by)
            standing.evidence = cite_evidence(
                agency_return, question=None, record="R", reference="", dated_on=None, by=by
            )
            standing.upload = self.world.uploaded(agency_return, description=WORDS["upload"], by=by)
            standing.view = record_view(agency_return.case, {**A_VIEW, "helped": WORDS["view"]}, by=by)
            place = agency_return.case.involvements.select_related("agency").get(agency=agency_return.agency)
            place.case = agency_return.case
            for text in (WORDS["entry"], "And again."):
                entry = Entry(date=today(), agency="health_visiting", event="was_not_brought", text=text)
                add_entry(place, entry, by=by)
        if describe:
            describe_engagement(agency_return, before=WORDS["account"], now="Seen monthly.", version=None, by=by)
        for number in range(1, answers + 1):
            asking = find_asking(by, standing.audit.slug, 1, "health", number)
            points = asking.question.kind == "list"
            save_answer(
                asking,
                choice={"list": "", "grade": "good"}.get(asking.question.kind, "yes"),
                how_known="" if points else "In the record.",
                points="One point" if points else "",
                version=None,
                by=by,
            )
        return standing

    def submitted(self, situation: str) -> Standing:
        standing = self.answer(self.circulated(situation))
        assert standing.agency_return
        submit_return(standing.agency_return, delegated_by="The lead", version=None, by=self.people["own_auditor"])
        assert standing.case
        issue_report(standing.case, by=self.people["manager"])
        # Something has changed since, so that there is another version to issue.
        introduce_report(standing.case, words="Read the chronology first.", version=None, by=self.people["manager"])
        return standing

    def opened(self, situation: str) -> Standing:
        standing = self.submitted(situation)
        open_panel(standing.audit, by=self.people["chair"])
        return standing

    def introduced(self, situation: str, cases: int = 1) -> Standing:
        standing = self.opened(situation)
        for case in standing.audit.cases.select_related("audit", "hearing").order_by("number")[:cases]:
            introduce_case(
                case.hearing, introduced_by=self.people["presenter"], partners=[], version=None, by=self.people["chair"]
            )
            case.hearing.case = case
            write_line(
                case.hearing, Heading.WENT_WELL, words="It was quick.", agency=None, in_own_record=False,
                sent=new_public_id(), by=self.people["chair"],
            )  # fmt: skip
            if case.number == 1:
                send_restricted_note(
                    case.hearing, agency=self.world.health, words=WORDS["note"], by=self.people["chair"]
                )
        return standing

    def agreed(self, situation: str, cases: int = 1) -> Standing:
        standing, chair = self.introduced(situation, cases), self.people["chair"]
        for case in standing.audit.cases.select_related("audit", "hearing").order_by("number")[:cases]:
            column = Column(case.audit, case, Heading.WENT_WELL)
            finding = record_finding(column, text=WORDS["finding"], agencies=[], themes=["voice", "drift"], by=chair)
            standing.finding = standing.finding or finding
            record_dissent(finding, agency=self.world.health, words="It was not.", by=chair)
            record_attendance(case.hearing, {self.world.health: (Came.PRESENT, "")}, version=None, by=chair)
        standing.named = name_themes(standing.audit, called="Nothing moved", codes=["drift"], by=chair)
        return standing

    def heard(self, situation: str) -> Standing:
        standing = self.agreed(situation, cases=2)
        for case in standing.audit.cases.select_related("audit", "hearing"):
            nothing = [Heading.CAN_BE_IMPROVED, Heading.CHALLENGE_OR_THEME]
            finish_hearing(case.hearing, nothing_under=nothing, by=self.people["chair"])
        return standing

    def closed(self, situation: str) -> Standing:
        standing = self.heard(situation)
        close_panel(standing.audit, by=self.people["chair"])
        return standing

    def drafted(self, situation: str) -> Standing:
        standing = self.closed(situation)
        standing.briefing = draft_briefing(standing.audit, by=self.people["author"])
        edit_theme_and_cases(standing.briefing, lines=["A word: quoxel."], version=None, by=self.people["author"])
        keep_all(standing.briefing, by=self.people["author"])
        return standing

    def sent(self, situation: str) -> Standing:
        standing = self.drafted(situation)
        assert standing.briefing
        send_briefing(standing.briefing, version=None, by=self.people["manager"])
        return standing

    def approved(self, situation: str) -> Standing:
        standing = self.sent(situation)
        assert standing.briefing
        approve_briefing(standing.briefing, version=None, by=self.people["chair"])
        return standing

    def published(self, situation: str) -> Standing:
        standing = self.approved(situation)
        assert standing.briefing
        publish_briefing(standing.briefing, by=self.people["manager"])
        return standing

    def embargoed(self, situation: str) -> Standing:
        standing = self.approved(situation)
        assert standing.briefing
        tomorrow = timezone.now() + dt.timedelta(days=1)
        publish_briefing(standing.briefing, embargo_until=tomorrow, by=self.people["manager"])
        return standing

    def shown_publicly(self, situation: str) -> Standing:
        standing = self.approved(situation)
        assert standing.briefing
        publish_briefing(standing.briefing, is_public=True, by=self.people["manager"])
        return standing

    def withdrawn(self, situation: str) -> Standing:
        standing = self.published(situation)
        assert standing.briefing
        withdraw_briefing(standing.briefing, because=WithdrawnBecause.WRONG, note="N", by=self.people["manager"])
        return standing

    # ---- situations that are not a step on the way

    def make(self, situation: str) -> Standing:
        special = getattr(self, f"_{situation}", None)
        return special() if special else getattr(self, situation)(situation)

    def _empty(self) -> Standing:
        return self.plan("empty")

    def _nominated(self) -> Standing:
        standing = self.selected("nominated")
        standing.nomination = self.nominate(standing.audit)
        return standing

    def _passed_over(self) -> Standing:
        standing = self._nominated()
        Audit.objects.filter(pk=standing.audit.pk).update(title=f"{WORDS['audits']} passed over")
        assert standing.nomination
        pass_over_case(standing.nomination, reason="Too like the other.", by=self.people["chair"])
        return standing

    def _checked(self) -> Standing:
        standing, agencies = self.selected("checked"), self.world.agencies
        asked = [agencies[one] for one in ("health", "police", "housing")]
        ask_who_knows(standing.audit, asked, by=self.people["manager"])
        check = FamilyCheck.objects.select_related("agency").get(case=standing.case, agency=agencies["housing"])
        nobody = Familiarity.NOT_KNOWN
        say_who_is_known(
            check, index_child=nobody, siblings=nobody, parents=nobody, version=None, by=self.people["unknown_lead"]
        )
        return standing

    def _overdue(self) -> Standing:
        return self.selected("overdue", panel_in=5)

    def _asked(self) -> Standing:
        return self.circulated("asked")

    def _known(self) -> Standing:
        return self.answer(self.circulated("known"), answers=0)

    def _described(self) -> Standing:
        return self.answer(self.circulated("described"), answers=6)

    def _answered(self) -> Standing:
        return self.answer(self.circulated("answered"))

    def _audited_before(self) -> Standing:
        self.born_on = dt.date(2017, 4, 3)
        self.submitted("audited_then")
        standing = self.answer(self.circulated("audited_before"), answers=0)
        self.born_on = None
        return standing

    def _sent_back(self) -> Standing:
        standing = self.submitted("sent_back")
        assert standing.agency_return
        standing.agency_return.refresh_from_db()
        question = standing.audit.questions.get(number=1, asked_of="agency")
        send_back_questions(standing.agency_return, {question: "C"}, version=None, by=self.people["manager"])
        return standing

    def _time_asked(self) -> Standing:
        standing = self.circulated("time_asked")
        assert standing.agency_return
        day = working_days_from(today(), 40)
        ask_for_time(
            standing.agency_return, reason=TimeReason.WORKLOAD, words="W", wanted_on=day, by=self.people["own_auditor"]
        )
        return standing

    def _partly(self) -> Standing:
        standing = self.answer(self.circulated("partly"), answers=2)
        assert standing.agency_return
        supply_part(
            standing.agency_return, reason=DeclineReason.CAPACITY, left_out="L", delegated_by="D", version=None,
            by=self.people["own_auditor"],
        )  # fmt: skip
        return standing

    def _not_known(self) -> Standing:
        standing = self.answer(self.circulated("not_known"), describe=False, answers=0)
        assert standing.agency_return
        say_not_known(standing.agency_return, version=None, by=self.people["own_auditor"])
        return standing

    def _declined(self) -> Standing:
        standing = self.circulated("declined")
        assert standing.agency_return
        decline_return(
            standing.agency_return, reason=DeclineReason.CAPACITY, words="No.", version=None, by=self.people["own_lead"]
        )
        return standing

    def _opened(self) -> Standing:
        standing = self.answer(self.circulated("opened"))
        open_panel(standing.audit, by=self.people["chair"])
        return standing

    def _bare(self) -> Standing:
        standing = self.heard("bare")
        assert standing.finding
        withdraw_finding(standing.finding, by=self.people["chair"])
        return standing

    def _emptied(self) -> Standing:
        standing = self.drafted("emptied")
        assert standing.briefing
        edit_findings(
            standing.briefing, BriefingHeading.WENT_WELL, findings=[], version=None, by=self.people["manager"]
        )
        return standing

    def facts_asked(self, situation: str) -> Standing:
        standing = self.closed(situation)
        ask_fact_checks(standing.audit, due_on=working_days_from(today(), 5), by=self.people["manager"])
        return standing

    def disputed(self, situation: str) -> Standing:
        standing = self.facts_asked(situation)
        assert standing.finding
        check = FactCheck.objects.select_related("audit", "agency").get(audit=standing.audit, agency=self.world.health)
        answer_fact_check(check, wrong={standing.finding: WORDS["dispute"]}, version=None, by=self.people["own_lead"])
        return standing

    def fed_back(self, situation: str) -> Standing:
        return self.send_note(self.closed(situation))

    def send_note(self, standing: Standing) -> Standing:
        agency_return = AgencyReturn.objects.select_related("agency", "case__audit", "case__nomination").get(
            case=standing.case, agency=self.world.health
        )
        send_feedback_note(agency_return, opening=WORDS["feedback"], by=self.people["chair"])
        return standing

    def acted(self, situation: str) -> Standing:
        standing = self.closed(situation)
        findings = Finding.objects.filter(audit=standing.audit).select_related("audit", "case__nomination")
        standing.action, standing.other_action = (
            make_action(
                finding, change=f"Quorate meetings, {situation}.", accountable=self.people["own_auditor"],
                agency=self.world.health, due_on=working_days_from(today(), 20), success="S", measure="M",
                baseline="B", by=self.people["chair"],
            )
            for finding in findings
        )  # fmt: skip
        return standing

    def reported(self, situation: str) -> Standing:
        standing = self.acted(situation)
        assert standing.action
        report_action_done(standing.action, done="D", proof="P", version=None, by=self.people["own_auditor"])
        return standing

    def verified(self, situation: str) -> Standing:
        standing = self.reported(situation)
        assert standing.action
        verify_action(standing.action, verified=True, words="W", version=None, by=self.people["chair"])
        return standing

    def followed_up(self, situation: str) -> Standing:
        standing = self.send_note(self.disputed(situation))
        dispute = Dispute.objects.select_related(
            "fact_check__agency", "fact_check__audit", "finding__case__nomination", "finding__audit"
        ).get(fact_check__audit=standing.audit)
        decide_dispute(dispute, decision=Decision.STANDS, text="", reason="R", version=None, by=self.people["chair"])
        briefing = draft_briefing(standing.audit, by=self.people["author"])
        keep_all(briefing, by=self.people["author"])
        send_briefing(briefing, version=None, by=self.people["manager"])
        approve_briefing(briefing, version=None, by=self.people["chair"])
        publish_briefing(briefing, by=self.people["manager"])
        return standing

    def _destroyed(self) -> Standing:
        standing = self.published("destroyed")
        assert standing.case
        destroy_case(standing.case, reason=DestructionReason.ASKED, by=self.people["manager"])
        return standing

    # ---- accounts, and concerns

    def about(self, who: str) -> Standing:
        """An account. The audit beside it is of no account."""
        if self.still is None:
            self.still = self.plan("still")
        return Standing(self.still.audit, subject=self.world.people[who])

    def _joined(self) -> Standing:
        return self.about("auditor")

    def _joined_manager(self) -> Standing:
        return self.about("second_manager")

    def _joined_chair(self) -> Standing:
        return self.about("second_chair")

    def _joined_lead(self) -> Standing:
        return self.about("second_lead")

    def _joined_outsider(self) -> Standing:
        return self.about("second_outsider")

    def _ended(self) -> Standing:
        standing = self.about("leaver")
        assert standing.subject
        end_account(standing.subject, reason=EndReason.LEFT, version=None, by=self.people["chair"])
        return standing

    def invited(self, who: str) -> Standing:
        standing = self.about(who)
        assert standing.subject
        Person.objects.filter(pk=standing.subject.pk).update(joined_at=None)
        return standing

    def _invited(self) -> Standing:
        return self.invited("invitee")

    def _invited_manager(self) -> Standing:
        return self.invited("next_manager")

    def concern(self, *, raised_by: str = "own_auditor", told: bool = True, acknowledged: bool = False) -> Standing:
        if self.worrying is None:
            self.worrying = self.circulated("worrying")
        case, at = self.worrying.case, timezone.now() - dt.timedelta(hours=1)
        assert case
        telling = Telling("N", "A", Route.PHONE, at, None)
        concern = raise_concern(
            case, what=WORDS["concern"], found_at=at, told=telling if told else None, by=self.people[raised_by]
        )
        if acknowledged:
            acknowledge_concern(concern, by=self.people["manager"])
        return Standing(self.worrying.audit, concern=concern)

    def _raised(self) -> Standing:
        return self.concern(told=False)

    def _told(self) -> Standing:
        return self.concern()

    def _raised_by_manager(self) -> Standing:
        return self.concern(raised_by="manager")

    def _alerted_again(self) -> Standing:
        standing = self.concern()
        assert standing.concern
        Concern.objects.filter(pk=standing.concern.pk).update(chair_answers=True)
        return standing

    def _acknowledged(self) -> Standing:
        return self.concern(acknowledged=True)

    def _acknowledged_untold(self) -> Standing:
        return self.concern(told=False, acknowledged=True)

    def _acknowledged_of_manager(self) -> Standing:
        standing = self.concern(raised_by="manager")
        assert standing.concern
        acknowledge_concern(standing.concern, by=self.people["author"])
        return standing

    def _closed_concern(self) -> Standing:
        standing = self.concern(acknowledged=True)
        assert standing.concern
        close_concern(standing.concern, receipt="R", replied_at=timezone.now(), version=None, by=self.people["manager"])
        return standing

    def _closed_untold(self) -> Standing:
        """Closed before who was told had to be on the record."""
        standing = self.concern(told=False, acknowledged=True)
        assert standing.concern
        Concern.objects.filter(pk=standing.concern.pk).update(stage=ConcernStage.CLOSED)
        return standing

    # ---- question sets

    def _draft_set(self) -> Standing:
        if self.still is None:
            self.still = self.plan("still")
        drafted = draft_question_set(ready_made()["neglect"], name="Neglect", by=self.people["manager"])
        return Standing(self.still.audit, question_set=drafted)

    def _issued_set(self) -> Standing:
        standing = self._draft_set()
        assert standing.question_set
        issue_question_set(standing.question_set, version=None, by=self.people["chair"])
        return standing

    # ---- retention

    def _due(self) -> Standing:
        standing = self.published("due")
        at = timezone.now() - dt.timedelta(days=400)
        Audit.objects.filter(pk=standing.audit.pk).update(published_at=at)
        Briefing.objects.filter(audit=standing.audit).update(approved_at=at)
        period = find_period(self.people["chair"], "identity")
        change_period(
            period, months=6, counted_from=CountedFrom.PUBLISHED, reason="R", source="S", version=None,
            by=self.people["chair"],
        )  # fmt: skip
        return standing

    def _under_hold(self) -> Standing:
        standing = self.plan("under hold")
        standing.hold = begin_hold(
            audit=standing.audit, reason=HoldReason.COURT, asked_by="A court", by=self.people["manager"]
        )
        return standing

    def _hold_ended(self) -> Standing:
        standing = self._under_hold()
        assert standing.hold
        end_hold(standing.hold, because="Over.", by=self.people["chair"])
        return standing

    def _certified(self) -> Standing:
        standing = self.published("certified")
        case = standing.audit.cases.select_related("audit__partnership", "nomination").get(number=1)
        standing.certificate = certified(case, by=self.people["manager"])
        return standing

    def _inspected(self, called: str = "JTAI") -> Standing:
        days = usual_days(working_days_from(today(), -1))
        child = ChosenChild(
            name=WORDS["child"], born_on=self.born_on, level="child_protection", address="", household="",
            record_number="",
        )  # fmt: skip
        agencies = [self.world.agencies[one] for one in ("health", "police", "hospital", "housing")]
        audit = start_inspection(
            called=called, theme="Neglect", days=days, questions=ready_made()["inspection"], children=[child, child],
            agencies=agencies, by=self.people["manager"],
        ).audit  # fmt: skip
        case = audit.cases.get(number=1)
        for who, person in self.people.items():
            interest = Interest.HELD if who.startswith("conflicted_") else Interest.NONE
            if who in DECLARING and case_rules.may_declare_interest(person, case):
                declare_interest(case, interest=interest, by=person)
        return Standing(audit)

    def _handed_over(self) -> Standing:
        standing = self._inspected("JTAI, handed over")
        yesterday = today() - dt.timedelta(days=1)
        Audit.objects.filter(pk=standing.audit.pk).update(pack_on=yesterday, returns_due_on=yesterday)
        standing.audit.refresh_from_db()
        return standing

    def _recorded(self) -> Standing:
        value = read_briefing(DATA / "six-step-briefing-neglect-2.txt").value
        audit = import_briefing(
            value, partnership=self.world.partnership, imported_from="neglect-2", by=self.people["manager"]
        )
        return Standing(audit)


# Whoever may see the case, and has said something about it.
DECLARING = [
    "manager", "conflicted_manager", "author", "chair", "member", "outside_member", "conflicted_member", "own_lead",
    "own_auditor", "conflicted_auditor", "other_lead", "other_auditor", "declined_lead", "unknown_lead",
    "panel_member", "unseated",
]  # fmt: skip


def certified(case: Case, *, by: Person) -> Certificate:
    """Destroy a case, its keys too, although nothing of the matrix is ever committed."""
    made = destroy_by_hand(case, reason=DestructionReason.ASKED, by=by)
    finish_destroying()
    return made


def begin() -> Stand:
    """Everybody, and the other partnership with an audit; of ours none. Run it in a transaction that is rolled back."""
    ours, theirs = World("Quern Partnership"), World("Elsewhere Partnership")
    for name, kind in (
        ("hospital", AgencyKind.HOSPITAL), ("housing", AgencyKind.HOUSING),
        ("gp", AgencyKind.GP), ("probation", AgencyKind.PROBATION), ("care", AgencyKind.CHILDREN_SOCIAL_CARE),
    ):  # fmt: skip
        ours.agencies[name] = register_agency(
            partnership=ours.partnership, name=name.title(), kind=kind, by=ours.operator
        )
    people = {name: ours.people[name] for name in ("manager", "chair", "member", "panel_member", "scrutineer")}
    people["governance"] = ours.people["governance"]
    for who, (agency, roles) in CAST.items():
        people[who] = add_person(
            partnership=ours.partnership,
            name=who.replace("_", " ").title(),
            email=f"{who}@{ours.partnership.public_id}.example",
            post=f"Post of the {who}",
            roles=roles,
            agency=ours.agencies[agency] if agency else None,
            by=ours.operator,
        )
    Appointment.objects.filter(person=people["no_role"]).delete()
    vars(people["no_role"]).pop("roles", None)
    for who, agency, role in COLLEAGUES:
        ours.people[who] = add_person(
            partnership=ours.partnership,
            name=who.replace("_", " ").title(),
            email=f"{who}@{ours.partnership.public_id}.example",
            post=f"Post of the {who}",
            roles=[role],
            agency=ours.agencies[agency] if agency else None,
            by=ours.operator,
        )
    people["operator"] = ours.operator
    for who, played_by in (
        ("manager", "manager"), ("chair", "chair"), ("member", "member"), ("lead", "lead"), ("auditor", "auditor"),
        ("presenter", "social_worker"), ("panel_member", "panel_member"), ("scrutineer", "scrutineer"),
        ("governance", "governance"),
    ):  # fmt: skip
        people[f"b_{who}"] = theirs.people[played_by]
    review, their_review = (
        record_review(
            kind=ReviewKind.LCSPR, title="Review of Child Z", year=2024, published_by="Quern", link="",
            recommendations=["Ask each child."], by=manager,
        )
        for manager in (people["manager"], theirs.manager)
    )  # fmt: skip
    set_public_briefings(ours.partnership, public=True, by=people["manager"])
    for world in (ours, theirs):
        set_house_style(world.partnership, footer="", logo=logo_of(a_picture()), version=None, by=world.manager)
    stand = Stand(ours, theirs, people, review, their_review=their_review)
    audit = theirs.circulated(1)
    theirs.answer_all(theirs.return_of(audit))
    stand.their_standing = settle(Standing(audit, agency_return=theirs.return_of(audit)))
    case = stand.their_standing.case
    assert case
    closed = theirs.panel_closed(1)
    stand.their_standing.action = make_action(
        closed.findings.select_related("audit", "case__nomination").get(), change="C", accountable=theirs.auditor,
        agency=theirs.health, due_on=working_days_from(today(), 20), success="S", measure="M", baseline="B",
        by=theirs.chair,
    )  # fmt: skip
    stand.their_standing.question_set = draft_question_set(ready_made()["neglect"], name="Theirs", by=theirs.chair)
    stand.their_standing.concern = raise_concern(
        case, what=WORDS["concern"], found_at=timezone.now(), told=None, by=theirs.auditor
    )
    stand.their_standing.question_set = draft_question_set(ready_made()["neglect"], name="Theirs", by=theirs.chair)
    stand.their_standing.hold = begin_hold(reason=HoldReason.COURT, asked_by="A court", by=theirs.chair)
    end_hold(stand.their_standing.hold, because="Over.", by=theirs.chair)
    their_case = theirs.published().audit.cases.select_related("audit__partnership", "nomination").get(number=1)
    stand.their_standing.certificate = certified(their_case, by=theirs.manager)
    stand.sessions = {who: sign_in(person) for who, person in people.items()}
    Person.objects.filter(pk=people["left"].pk).update(is_active=False)
    return stand


def with_audits(begun: Stand, situations: list[str]) -> Stand:
    """The same world with an audit of ours in each of these situations."""
    stand = copy.deepcopy(begun)
    builder = Builder(stand.ours, stand.people)
    for situation in situations:
        stand.standings[situation] = settle(builder.make(situation))
    # The letters that building has promised are never sent, and would be gone through once more with every cell.
    connection.run_on_commit.clear()
    return stand


def build(situations: list[str]) -> Stand:
    """The whole world of the matrix. Run it inside a transaction that is rolled back."""
    stand = with_audits(begin(), situations)
    know_sizes()
    return stand


def know_sizes() -> None:
    """Nothing of this is committed, so PostgreSQL would plan for empty tables for ninety thousand requests."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Not the tables of the whole server, for which every other worker would wait until this one is done.
            cursor.execute(f"ANALYZE {', '.join(connection.introspection.django_table_names(only_existing=True))}")


def standing_of(situation: str) -> str:
    """The situation in which a page is tried that is always the same."""
    return "selected" if situation == "always" else situation


def settle(standing: Standing) -> Standing:
    """Read everything as it now is, so that versions and stages are those that a page would carry."""
    standing.audit = Audit.objects.select_related("theme__priority").get(pk=standing.audit.pk)
    standing.case = standing.audit.cases.filter(number=1).first()
    if standing.nomination is None:
        standing.nomination = standing.audit.nominations.first()
    if standing.case:
        standing.agency_return = standing.case.returns.filter(agency__slug="health").first()
    if standing.agency_return:
        standing.evidence = standing.agency_return.evidence.first()
        standing.upload = standing.agency_return.uploads.first()
        standing.view = FamilyView.objects.filter(case=standing.case).first()
    standing.finding = standing.audit.findings.first()
    standing.line = PanelLine.objects.filter(hearing__case=standing.case).first() if standing.case else None
    standing.dissent = Dissent.objects.filter(finding=standing.finding).first() if standing.finding else None
    standing.note = RestrictedNote.objects.filter(hearing__case=standing.case).first() if standing.case else None
    standing.dispute = Dispute.objects.filter(fact_check__audit=standing.audit).first()
    made = Action.objects.filter(audit=standing.audit).order_by("pk")
    standing.action, standing.other_action = (*made, None, None)[:2]
    standing.briefing = Briefing.objects.filter(audit=standing.audit).first()
    if standing.concern:
        standing.concern.refresh_from_db()
    if standing.question_set:
        standing.question_set.refresh_from_db()
    if standing.subject:
        standing.subject = Person.objects.get(pk=standing.subject.pk)
    return standing


@contextmanager
def rolled_back() -> Iterator[None]:
    """On both databases: whatever happens inside is undone at the end."""
    blocks = [transaction.atomic(using=alias) for alias in connections]
    for block in blocks:
        block.__enter__()
    try:
        yield
    finally:
        for alias, block in zip(reversed(list(connections)), reversed(blocks), strict=True):
            transaction.set_rollback(True, using=alias)
            block.__exit__(None, None, None)
