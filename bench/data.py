"""One partnership. One audit gathering returns and one published are made by doing the steps; others are copies."""

import secrets
from dataclasses import dataclass
from typing import Any

from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.models import Max, Model

from maca.audits.models import Audit, Heading, PrioritySource, Question
from maca.audits.operations import adopt_theme, plan_audit, record_priority
from maca.audits.question_sets import Questions, SetQuestion, ready_made
from maca.audits.stages import AuditStage
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
from maca.cases.models import Case, Declaration, Identity, Interest, Involvement, Nomination, Presenter
from maca.cases.operations import declare_interest, name_presenter, nominate_case, select_case
from maca.demo.operations import empty
from maca.journal.models import Entry
from maca.kernel.clock import today, working_days_from
from maca.kernel.ids import new_public_id
from maca.panel.models import Came, Finding, Hearing
from maca.panel.operations import (
    close_panel,
    finish_hearing,
    introduce_case,
    open_panel,
    record_attendance,
    record_finding,
)
from maca.panel.queries import CASE_HEADINGS, Column
from maca.partnership.models import Agency, AgencyKind, Partnership, Person, Role
from maca.partnership.operations import add_person, found_partnership, operator_of, register_agency
from maca.returns.models import AgencyReturn, Answer, DeclineReason, Evidence
from maca.returns.operations import (
    circulate_audit,
    cite_evidence,
    decline_return,
    describe_engagement,
    save_answer,
    say_known,
    say_not_known,
    say_of_risk,
    submit_return,
)
from maca.returns.queries import find_asking
from maca.returns.stages import ReturnStage
from maca.sealing.keystore import ALIAS
from maca.sealing.models import Key, KeyKind

TITLE = "Neglect under test"
NAME = "Benchmark Safeguarding Children Partnership"
CASES = 5
AGENCIES = 8
PEOPLE = 60
# Questions of a long form, and returns of a broad audit.
SIXTY, BROAD = range(1, 61), 1_000
# Audits under way at once; all the others are history.
LIVE = 5
HOW_KNOWN = "Recorded at the visit in March and again at the review. The toolkit was used with both parents. " * 2
ENGAGEMENT = "Known since the birth of the eldest child. Seen monthly by the named worker, alone and with carers. " * 5
POINTS = "The plan was shared with the family\nThe school was told the same day\nThe record says what the child said"

# What an audit is made of, each below what it points to, with the way from it to its audit.
PARTS: dict[type[Model], str] = {
    Audit: "pk",
    Question: "audit",
    Nomination: "audit",
    Identity: "nomination__audit",
    Case: "audit",
    Involvement: "case__audit",
    Presenter: "case__audit",
    Declaration: "case__audit",
    AgencyReturn: "case__audit",
    Answer: "agency_return__case__audit",
    Evidence: "agency_return__case__audit",
    Hearing: "case__audit",
    Hearing.partners.through: "hearing__case__audit",
    Finding: "audit",
    Finding.agencies.through: "finding__audit",
    Briefing: "audit",
    Briefing.authors.through: "briefing__audit",
}


class NotOurs(Exception):
    """The database holds something that is not the benchmark's."""


@dataclass
class World:
    """The partnership: the manager, the chair, a member, a social worker, and an auditor and lead of each agency."""

    partnership: Partnership
    agencies: list[Agency]
    people: dict[str, Person]

    def auditor(self, agency: Agency) -> Person:
        return self.people[f"auditor.{agency.slug}"]


def start_anew() -> None:
    """Empty tables. Raises `NotOurs` where somebody else's work would go with them."""
    for alias in (DEFAULT_DB_ALIAS, ALIAS):
        call_command("migrate", verbosity=0, interactive=False, database=alias)
    if other := Partnership.objects.exclude(name=NAME).first():
        raise NotOurs(f"This database holds “{other}”. Set MACA_DATA or DATABASE_URL to one for the benchmark alone.")
    empty()


@transaction.atomic
def make_world() -> World:
    partnership = found_partnership(name=NAME, training=True)
    operator = operator_of(partnership)
    agencies = [
        register_agency(partnership=partnership, name=kind.label, kind=kind, by=operator)
        for kind in list(AgencyKind)[:AGENCIES]
    ]
    wanted: list[tuple[str, Agency | None, Role]] = [
        ("manager", None, Role.BUSINESS_MANAGER),
        ("chair", None, Role.CHAIR),
        ("member", agencies[0], Role.SUB_GROUP_MEMBER),
        ("worker", agencies[0], Role.SOCIAL_WORKER),
    ]
    for agency in agencies:
        wanted += [(f"lead.{agency.slug}", agency, Role.AGENCY_LEAD), (f"auditor.{agency.slug}", agency, Role.AUDITOR)]
    wanted += [(f"colleague.{n}", agencies[n % AGENCIES], Role.SOCIAL_WORKER) for n in range(PEOPLE - len(wanted))]
    people = {
        who: add_person(
            partnership=partnership,
            name=who.replace(".", " ").title(),
            email=f"{who}@bench.example",
            post=f"{role.label} of {agency or partnership}",
            roles=[role],
            agency=agency,
            by=operator,
        )
        for who, agency, role in wanted
    }
    return World(partnership, agencies, people)


def sixty_questions() -> Questions:
    """As many as the longest forms ask."""
    asked = (SetQuestion(f"step-{n}", f"Was step {n} of the plan carried out, and when?", "judgement") for n in SIXTY)
    return Questions("sixty", "Sixty questions", tuple(asked), ready_made()["neglect"].panel)


def _in_letters(number: int) -> str:
    """A name for each number: families are matched by the letters of first names and surnames alone."""
    return "".join(chr(ord("A") + int(digit)) for digit in str(number))


def _circulated(world: World, title: str, questions: Questions, *, cases: int = CASES) -> Audit:
    chair, manager, member = (world.people[who] for who in ("chair", "manager", "member"))
    priority = record_priority(title="Neglect", source=PrioritySource.BOARD, reason="It lasts.", by=chair)
    audit = plan_audit(
        adopt_theme(priority, title="Neglect", by=chair),
        title=title,
        terms_of_reference="How well did agencies work together where children were neglected?",
        questions=questions,
        review_title="the review of Child Z",
        dates=timetable(working_days_from(today(), 45)),
        earlier=None,
        by=chair,
    )
    for number in range(cases):
        nomination = nominate_case(
            audit,
            rationale="Several agencies knew the family for years and little changed.",
            level="child_protection",
            age_band="5_9",
            child=f"{_in_letters(number)} {title.replace(' ', '')}",
            born_on=None,
            address="1 Quux Street",
            household="A brother and a sister",
            record_number="Q1",
            by=member,
        )
        case = select_case(nomination, by=chair)
        name_presenter(case, person=world.people["worker"], version=None, by=chair)
    circulate_audit(
        audit,
        dict.fromkeys(audit.cases.all(), world.agencies),
        purpose=audit.purpose,
        legal_basis=audit.legal_basis,
        version=None,
        by=manager,
    )
    for case in audit.cases.select_related("audit"):
        for who, person in world.people.items():
            if who.split(".")[0] in ("manager", "chair", "member", "auditor", "lead"):
                declare_interest(case, interest=Interest.NONE, by=person)
    return audit


def _answer(agency_return: AgencyReturn, by: Person) -> None:
    """Answer every question of a return, without handing it in."""
    say_known(agency_return, version=None, by=by)
    say_of_risk(agency_return, is_unsafe=False, by=by)
    describe_engagement(agency_return, before=ENGAGEMENT, now=ENGAGEMENT, version=None, by=by)
    place = (agency_return.case.audit.slug, agency_return.case.number, agency_return.agency.slug)
    for question in agency_return.case.audit.questions.filter(asked_of="agency"):
        is_list = question.kind == "list"
        save_answer(
            find_asking(by, *place, question.number),
            choice="" if is_list else "yes",
            how_known="" if is_list else HOW_KNOWN,
            points=POINTS if is_list else "",
            version=None,
            by=by,
        )
    cite_evidence(
        agency_return, question=None, record="Child’s record", reference="Page 4", dated_on=today(), by=by
    )  # fmt: skip


@transaction.atomic
def make_live(world: World) -> Audit:
    """An audit gathering returns. The first agency has two half-way and three to begin; nearly all others are in."""
    audit = _circulated(world, TITLE, ready_made()["neglect"])
    returns = AgencyReturn.objects.of(audit).select_related("agency", "case__audit__partnership")
    for one in returns:
        place, by = (world.agencies.index(one.agency), one.case.number), world.auditor(one.agency)
        if place == (1, 2):
            say_not_known(one, version=None, by=by)
        elif place == (2, 3):
            lead = world.people[f"lead.{one.agency.slug}"]
            decline_return(one, reason=DeclineReason.CAPACITY, words="Nobody is free.", version=None, by=lead)
        elif place[0] or place[1] in (1, CASES):
            _answer(one, by)
            if place not in ((0, 1), (0, CASES)):
                submit_return(one, delegated_by="The lead", version=None, by=by)
    return audit


@transaction.atomic
def make_sixty(world: World) -> Audit:
    """An audit of sixty questions about one case, with no answer yet from the agency whose auditor answers them."""
    audit = _circulated(world, "Sixty questions under test", sixty_questions(), cases=1)
    agency = world.agencies[1]
    one = AgencyReturn.objects.of(audit).select_related("case__audit__partnership").get(agency=agency)
    say_known(one, version=None, by=world.auditor(agency))
    say_of_risk(one, is_unsafe=False, by=world.auditor(agency))
    return audit


@transaction.atomic
def make_broad(world: World) -> Audit:
    """An audit of a thousand returns, at every stage; nobody waits for them, so that no work list holds them."""
    audit = _circulated(world, "A thousand returns", ready_made()["neglect"], cases=BROAD // AGENCIES)
    stages = list(ReturnStage)
    for n, one in enumerate(AgencyReturn.objects.of(audit)):
        AgencyReturn.objects.filter(pk=one.pk).update(stage=stages[n % len(stages)])
    Audit.objects.filter(pk=audit.pk).update(stage=AuditStage.PUBLISHED)
    return audit


@transaction.atomic
def make_published(world: World) -> Audit:
    """An audit from its theme to its published briefing."""
    chair, manager = world.people["chair"], world.people["manager"]
    audit = _circulated(world, "Neglect of old", sixty_questions())
    for one in AgencyReturn.objects.of(audit).select_related("agency", "case__audit__partnership"):
        _answer(one, world.auditor(one.agency))
        submit_return(one, delegated_by="The lead", version=None, by=world.auditor(one.agency))
    open_panel(audit, by=chair)
    for case in audit.cases.select_related("hearing"):
        case.audit = audit
        introduce_case(
            case.hearing, introduced_by=world.people["worker"], partners=world.agencies, version=None, by=chair
        )
        for heading in CASE_HEADINGS:
            column = Column(audit, case, heading)
            record_finding(column, text=f"The plan of {case.label} was kept.", agencies=world.agencies[:2], by=chair)
        record_attendance(case.hearing, dict.fromkeys(world.agencies, (Came.PRESENT, "")), version=None, by=chair)
        finish_hearing(case.hearing, voice="What the child drew was kept.", by=chair)
    good = Column(audit, None, Heading.GOOD_PRACTICE)
    record_finding(good, text="Agencies spoke to each other.", agencies=world.agencies[:2], by=chair)
    close_panel(audit, by=chair)
    briefing = draft_briefing(audit, by=manager)
    for hit in read_screening(briefing, by=manager):
        decide_on_hit(
            briefing, hit.public_id, decision=Decision.KEPT, reason=KeptBecause.KNOWN, version=None, by=manager
        )
    send_briefing(briefing, version=None, by=manager)
    approve_briefing(briefing, version=None, by=chair)
    publish_briefing(briefing, by=manager)
    return audit


@transaction.atomic
def copy_audit(audit: Audit, count: int) -> None:
    """Copy an audit `count` times, with everything in it, and its share of the journal (whose chain is not kept).

    Rows go from table to table as they stand there: building objects of them takes three times as long.
    """
    fields = {part: part._meta.concrete_fields for part in PARTS}
    first = {part: (part._default_manager.aggregate(last=Max("pk"))["last"] or 0) + 1 for part in PARTS}
    slugs, titles = fields[Audit].index(Audit._meta.get_field("slug")), Audit.objects.count()
    rows: dict[type[Model], list[tuple[Any, ...]]] = {}
    position: dict[type[Model], dict[int, int]] = {}
    with connection.cursor() as cursor:
        for part, way in PARTS.items():
            wanted = part._default_manager.filter(**{way: audit.pk}).order_by("pk")
            cursor.execute(*wanted.values_list(*(one.attname for one in fields[part])).query.sql_with_params())
            rows[part] = cursor.fetchall()
            position[part] = {row[0]: n for n, row in enumerate(rows[part])}

        def copied(field: Any, value: Any, copy: int) -> Any:
            """Keys are given out here, so that one row can point to another before either is written."""
            owner = field.model if field.primary_key else field.related_model
            if value in position.get(owner, ()):
                return first[owner] + copy * len(rows[owner]) + position[owner][value]
            return new_public_id() if field.name == "public_id" else value

        for part, columns in fields.items():
            names = ", ".join(connection.ops.quote_name(one.column) for one in columns)
            cursor.executemany(
                f"INSERT INTO {part._meta.db_table} ({names}) VALUES ({', '.join(['%s'] * len(columns))})",
                (
                    [
                        f"neglect-{titles + copy}" if (part, n) == (Audit, slugs) else copied(field, value, copy)
                        for n, (field, value) in enumerate(zip(columns, row, strict=True))
                    ]
                    for copy in range(count)
                    for row in rows[part]
                ),
            )
        for statement in connection.ops.sequence_reset_sql(no_style(), list(PARTS)):
            cursor.execute(statement)
    _lengthen_journal(100 * count)
    _fill_keystore(count * CASES)


def _lengthen_journal(count: int) -> None:
    last = Entry.objects.order_by("-number")[0]
    values = {
        field.attname: getattr(last, field.attname) for field in Entry._meta.concrete_fields if field.name != "id"
    }
    Entry.objects.bulk_create(
        (Entry(**{**values, "number": last.number + n, "digest": secrets.token_hex(32)}) for n in range(1, count + 1)),
        batch_size=2_000,
    )


def _fill_keystore(count: int) -> None:
    """As many keys as the copied cases would have. None of them opens anything: history is not read here."""
    like = Key.objects.filter(kind=KeyKind.CASE).first()
    assert like is not None
    Key.objects.bulk_create(
        (
            Key(kind=kind, partnership=like.partnership, owner=owner, wrapped_by=like.wrapped_by, wrapped=like.wrapped)
            for owner in (new_public_id() for _ in range(count))
            for kind in (KeyKind.CASE, KeyKind.IDENTITY)
        ),
        batch_size=2_000,
    )


def put_under_way(count: int) -> None:
    """Have `count` audits under way at once, with every return of the later ones awaited. To be rolled back."""
    later = Audit.objects.filter(stage=AuditStage.PUBLISHED).order_by("pk").values("pk")[: count - LIVE]
    AgencyReturn.objects.filter(case__audit__in=later).update(stage=ReturnStage.ASKED)
    Audit.objects.filter(pk__in=later).update(stage=AuditStage.CIRCULATED)


def settle() -> None:
    """What PostgreSQL does by itself a little after so many rows, and SQLite when nobody is connected."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    connection.close()


def sizes() -> dict[str, int]:
    models = {"audits": Audit, "cases": Case, "returns": AgencyReturn, "answers": Answer, "journal entries": Entry}
    return {name: model._default_manager.count() for name, model in models.items()}
