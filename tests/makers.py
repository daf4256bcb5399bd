"""How tests reach a state: by doing the steps, as the person whose step each is."""

import datetime as dt
import io
from dataclasses import replace
from typing import Any

from django.db.models import Model
from PIL import Image

from maca.audits.models import Audit, Heading, PrioritySource, Theme
from maca.audits.operations import adopt_theme, plan_audit, record_priority
from maca.audits.question_sets import Questions, SetQuestion, ready_made
from maca.audits.timetable import timetable
from maca.briefing.models import Briefing, Decision, KeptBecause
from maca.briefing.operations import (
    approve_briefing,
    decide_on_hit,
    draft_briefing,
    publish_briefing,
    read_screening,
    send_briefing,
)
from maca.cases.models import Case, Declaration, Interest
from maca.cases.operations import declare_interest, name_presenter, nominate_case, select_case
from maca.cases.seal import case_key
from maca.kernel.clock import today, working_days_from
from maca.panel.models import Came, Finding
from maca.panel.operations import (
    close_panel,
    finish_hearing,
    introduce_case,
    open_panel,
    record_attendance,
    record_finding,
)
from maca.panel.queries import CASE_HEADINGS, Column
from maca.partnership.models import Agency, AgencyKind, Person, Role
from maca.partnership.operations import add_person, found_partnership, operator_of, register_agency
from maca.returns.models import AgencyReturn, Sensitivity, Upload, UploadKind
from maca.returns.operations import (
    add_upload,
    circulate_audit,
    describe_engagement,
    save_answer,
    say_known,
    say_of_risk,
    submit_return,
)
from maca.returns.queries import find_asking
from maca.returns.redraw import redraw
from tests.steps import step

EVERY_ROLE = [
    ("manager", None, [Role.BUSINESS_MANAGER]),
    ("chair", None, [Role.CHAIR]),
    ("member", "health", [Role.SUB_GROUP_MEMBER]),
    ("other_member", "police", [Role.SUB_GROUP_MEMBER]),
    ("lead", "health", [Role.AGENCY_LEAD]),
    ("auditor", "health", [Role.AUDITOR]),
    ("police_lead", "police", [Role.AGENCY_LEAD]),
    ("police_auditor", "police", [Role.AUDITOR]),
    ("school_auditor", "school", [Role.AUDITOR]),
    ("social_worker", None, [Role.SOCIAL_WORKER]),
    ("scrutineer", None, [Role.SCRUTINEER]),
    ("panel_member", None, [Role.PANEL_MEMBER]),
    ("governance", None, [Role.INFORMATION_GOVERNANCE]),
]


# What somebody of a family says, as `record_view` takes it.
A_VIEW: dict[str, Any] = {
    "whose": "index_child", "outcome": "gave", "agreed": True, "age_band": "5_9", "method": "talk",
    "whose_words": "own", "asked_by": "The school nurse", "asked_on": "2026-01-12", "told": "What it is for.",
    "like": "Long.", "listened": "yes", "better": "partly", "helped": "My teacher.", "change": "Fewer people.",
    "why_not": "",
}  # fmt: skip


def with_a_grade(*, grades: int = 1) -> Questions:
    """The questions on neglect, and then so many that ask for a grade, from number 8 on."""
    usual = ready_made()["neglect"]
    asked = (f"How do you grade your own work, part {part}?" for part in range(1, grades + 1))
    graded = (SetQuestion(f"grade-{at}", text, "grade") for at, text in enumerate(asked, 1))
    return replace(usual, agency=(*usual.agency, *graded))


class World:
    """One partnership, its three agencies and its people, by name: `world.chair`, `world.health`."""

    questions = ready_made()["neglect"]  # what its audits ask

    @step
    def __init__(self, name: str = "Anywhere Partnership", *, training: bool = True) -> None:
        self.partnership = found_partnership(name=name, training=training)
        self.operator = operator_of(self.partnership)
        kinds = {"health": AgencyKind.HEALTH_VISITING, "police": AgencyKind.POLICE, "school": AgencyKind.SCHOOL}
        self.agencies: dict[str, Agency] = {
            one: register_agency(partnership=self.partnership, name=one.title(), kind=kind, by=self.operator)
            for one, kind in kinds.items()
        }
        self.people: dict[str, Person] = {
            who: add_person(
                partnership=self.partnership,
                name=who.replace("_", " ").title(),
                email=f"{who}@{self.partnership.public_id}.example",
                post=f"Post of the {who}",
                roles=roles,
                agency=self.agencies[agency] if agency else None,
                by=self.operator,
            )
            for who, agency, roles in EVERY_ROLE
        }

    @step
    def add(self, who: str, agency: str, role: Role = Role.AGENCY_LEAD) -> Person:
        """One more person of an agency."""
        self.people[who] = add_person(
            partnership=self.partnership,
            name=who.replace("_", " ").title(),
            email=f"{who}@{self.partnership.public_id}.example",
            post=f"Post of the {who}",
            roles=[role],
            agency=self.agencies[agency],
            by=self.operator,
        )
        return self.people[who]

    def __getattr__(self, name: str) -> Person:
        try:
            return vars(self)["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    def described(self) -> list[Any]:
        """What the steps of a world hang on."""
        return [self.questions, *((name, one.pk) for name, one in vars(self).get("people", {}).items())]

    @property
    def health(self) -> Agency:
        return self.agencies["health"]

    def theme(self) -> Theme:
        priority = record_priority(title="Neglect", source=PrioritySource.BOARD, reason="It lasts.", by=self.chair)
        return adopt_theme(priority, title="Neglect", by=self.chair)

    @step
    def planned(self, title: str = "Neglect 9") -> Audit:
        return plan_audit(
            self.theme(),
            title=title,
            terms_of_reference="What to find out.",
            questions=self.questions,
            review_title="the Review of Child Z",
            dates=timetable(working_days_from(today(), 45)),
            earlier=None,
            by=self.chair,
        )

    def nominate(self, audit: Audit, child: str = "Zebedee Quux", born_on: dt.date | None = None):
        return nominate_case(
            audit,
            rationale="It would teach us.",
            level="child_protection",
            age_band="5_9",
            child=child,
            born_on=born_on,
            address="1 Quux Street",
            household="A sibling",
            record_number="Q1",
            all_the_same=True,  # every child of a test is the same, unless it says otherwise
            by=self.member,
        )

    @step
    def selected(self, cases: int = 2) -> Audit:
        audit = self.planned()
        for _ in range(cases):
            select_case(self.nominate(audit), by=self.chair)
        self.declared(audit)
        return audit

    @step
    def circulated(self, cases: int = 2) -> Audit:
        audit = self.selected(cases)
        for case in audit.cases.all():
            name_presenter(case, person=self.social_worker, version=None, by=self.chair)
        circulate_audit(
            audit,
            {case: list(self.agencies.values()) for case in audit.cases.all()},
            purpose="To learn.",
            legal_basis="Section 16H.",
            version=None,
            by=self.manager,
        )
        self.declared(audit)
        return audit

    @step
    def declared(self, audit: Audit, *whose: str) -> None:
        """Everybody, or those named, declares that they have no conflict of interest in any case of the audit."""
        for case in audit.cases.select_related("audit", "nomination"):
            if case.nomination_id:
                for who in whose or self.people:
                    if not Declaration.objects.filter(case=case, person=self.people[who]).exists():
                        declare_interest(case, interest=Interest.NONE, by=self.people[who])

    def return_of(self, audit: Audit, agency: str = "health", case: int = 1) -> AgencyReturn:
        return AgencyReturn.objects.select_related("agency", "case__audit__partnership").get(
            case__audit=audit, case__number=case, agency__slug=agency
        )

    def uploaded(
        self,
        agency_return: AgencyReturn,
        *,
        by: Person,
        content: bytes = b"",
        description: str = "A kitchen.",
        **more: Any,
    ) -> Upload:
        """A photograph that an agency puts with its return."""
        given: dict[str, Any] = {
            "file_name": "kitchen.png", "kind": UploadKind.PHOTOGRAPH, "sensitivity": Sensitivity.USUAL,
            "source": "Taken on a visit", "dated_on": today(),
        }  # fmt: skip
        drawing = redraw(content or a_picture())
        return add_upload(agency_return, drawing, description=description, by=by, **{**given, **more})

    @step
    def answer_all(self, agency_return: AgencyReturn, grade: str = "good") -> AgencyReturn:
        """Answer everything: yes to each judgement, one point in each list, one grade for all."""
        by = self.people["auditor" if agency_return.agency == self.health else f"{agency_return.agency.slug}_auditor"]
        say_known(agency_return, version=None, by=by)
        say_of_risk(agency_return, is_unsafe=False, by=by)
        describe_engagement(agency_return, before="Known since birth.", now="Seen monthly.", version=None, by=by)
        for number in range(1, len(self.questions.agency) + 1):
            asking = find_asking(
                by,
                agency_return.case.audit.slug,
                agency_return.case.number,
                agency_return.agency.slug,
                number,
            )
            is_list = asking.question.kind == "list"
            save_answer(
                asking,
                choice="" if is_list else grade if asking.question.kind == "grade" else "yes",
                how_known="" if is_list else "In the record.",
                points="One point" if is_list else "",
                version=None,
                by=by,
            )
        agency_return.refresh_from_db()
        return agency_return

    @step
    def submitted(self, agency_return: AgencyReturn, grade: str = "good") -> AgencyReturn:
        self.answer_all(agency_return, grade)
        by = self.people["auditor" if agency_return.agency == self.health else f"{agency_return.agency.slug}_auditor"]
        submit_return(agency_return, delegated_by="The lead", version=None, by=by)
        return agency_return

    @step
    def panel_opened(self, cases: int = 2) -> Audit:
        audit = self.circulated(cases)
        open_panel(audit, by=self.chair)
        return audit

    def hear(self, case: Case, heading: Heading = Heading.WENT_WELL, text: str = "The plan was good.") -> Finding:
        """Introduce a case, record one finding on it and finish its hearing."""
        introduce_case(
            case.hearing, introduced_by=self.social_worker, partners=[self.health], version=None, by=self.chair
        )
        finding = record_finding(Column(case.audit, case, heading), text=text, agencies=[self.health], by=self.chair)
        record_attendance(case.hearing, {self.health: (Came.PRESENT, "")}, version=None, by=self.chair)
        nothing = [one for one in CASE_HEADINGS if one != heading]
        finish_hearing(case.hearing, nothing_under=nothing, voice="He drew his house.", by=self.chair)
        return finding

    @step
    def panel_closed(self, cases: int = 2) -> Audit:
        audit = self.panel_opened(cases)
        for case in audit.cases.select_related("hearing"):
            case.audit = audit
            self.hear(case, text=f"The plan of {case.label} was good.")
        close_panel(audit, by=self.chair)
        return audit

    @step
    def drafted(self) -> Briefing:
        return draft_briefing(self.panel_closed(), by=self.manager)

    @step
    def sent(self) -> Briefing:
        briefing = self.drafted()
        keep_all(briefing, by=self.manager)
        send_briefing(briefing, version=None, by=self.manager)
        return briefing

    @step
    def published(self) -> Briefing:
        briefing = self.sent()
        approve_briefing(briefing, version=None, by=self.chair)
        publish_briefing(briefing, by=self.manager)
        return briefing


def keep_all(briefing: Briefing, *, by: Person) -> None:
    """Decide on everything that could identify a family: it is kept, since everybody here is made up."""
    for hit in read_screening(briefing, by=by):
        decide_on_hit(briefing, hit.public_id, decision=Decision.KEPT, reason=KeptBecause.KNOWN, version=None, by=by)


def a_picture() -> bytes:
    """A small photograph, as a PNG."""
    file = io.BytesIO()
    Image.effect_noise((80, 60), 80).save(file, "PNG")
    return file.getvalue()


def opened(row: Model) -> Any:
    """What stands sealed in a row of a case, for a test to look at."""
    agency_return = getattr(row, "agency_return", row)
    return case_key(agency_return.case).open(row)
