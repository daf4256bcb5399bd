import pytest

from maca.actions.models import Action, Impact
from maca.audits.models import Audit
from maca.briefing.models import Briefing
from maca.cases.models import Case, DestructionReason, LegalHold
from maca.cases.operations import destroy_case
from maca.chronology.models import ChronologyEntry
from maca.chronology.operations import read_patterns
from maca.demo.operations import make_demo
from maca.inspection.models import Inspection
from maca.journal.queries import first_broken
from maca.kernel.clock import today
from maca.learning.again import against_the_earlier
from maca.learning.queries import recurrence_of
from maca.partnership.models import AgencyKind, Partnership, Person, Role
from maca.retention.models import RecordClass
from maca.retention.operations import end_hold
from maca.retention.queries import schedule
from maca.returns.models import AgencyReturn, AnswerCount
from maca.returns.queries import board
from tests.steps import step


@pytest.fixture
def demo(walk):
    return made()


@step
def made():
    make_demo()
    return Partnership.objects.get()


def test_the_demo_holds_what_a_newcomer_needs(demo):
    assert demo.training
    held = {role for person in Person.objects.prefetch_related("appointments") for role in person.roles}
    assert held == set(Role)
    kinds = set(demo.agencies.values_list("kind", flat=True))
    assert {
        AgencyKind.CHILDREN_SOCIAL_CARE, AgencyKind.POLICE, AgencyKind.HEALTH_VISITING, AgencyKind.SCHOOL,
        AgencyKind.GP, AgencyKind.NURSERY, AgencyKind.SUBSTANCE_MISUSE,
    } <= kinds  # fmt: skip
    for agency in demo.agencies.all():
        assert agency.people.holding(Role.AGENCY_LEAD).exists()
        assert agency.people.holding(Role.AUDITOR).exists()


def test_neglect_2_is_published_whole(demo):
    audit = Audit.objects.get(title="Neglect 2")
    assert (audit.cases.count(), audit.findings.count()) == (5, 68)
    assert Briefing.objects.get(audit=audit).is_published


def test_neglect_3_is_gathering_with_one_of_each(demo):
    audit = Audit.objects.get(title="Neglect 3")
    assert audit.is_gathering
    assert audit.earlier.title == "Neglect 2"
    returns = AgencyReturn.objects.of(audit)
    stages = list(returns.values_list("stage", flat=True))
    assert stages.count("submitted") >= 3
    assert stages.count("started") == 1
    assert stages.count("not_known") == 1
    assert returns.get(stage="declined").decline_words
    assert board(audit).overdue == returns.late().count() == 2


def test_neglect_2_has_an_action_that_was_done_and_did_not_work_and_one_that_is_open(demo):
    found = {action.stage: action for action in Action.objects.filter(audit__title="Neglect 2")}
    assert set(found) == {"done", "open"}
    assert found["done"].impact == Impact.NOT_SHOWN
    assert {one.audit.title for one in found["done"].impact_checks.get().seen_in.all()} == {"Neglect 3"}
    assert not found["open"].is_late
    # The published briefing has none, so each says that it is invented.
    assert all(one.change.startswith("Invented for the demo: ") for one in found.values())


def test_neglect_2_against_neglect_3_and_a_case_that_is_shredded_keeps_what_was_compared(db):
    make_demo(published=True)
    audit = Audit.objects.select_related("earlier").get(title="Neglect 3")
    chair = Person.objects.get(name="Margaret Osei")
    manager = Person.objects.get(name="Priya Nair")
    assert Briefing.objects.get(audit=audit).is_published
    struck = audit.findings.struck().get()  # an agency disputed it, and no briefing says it
    assert struck.text not in [one.text for one in Briefing.objects.get(audit=audit).value.findings]

    def compared():
        found = recurrence_of(audit, chair, suppressed=False)
        again = against_the_earlier(audit, chair, suppressed=False)
        action = Action.objects.get(audit__title="Neglect 2", stage="done")
        check = action.impact_checks.get()
        counts = list(AnswerCount.objects.filter(question__audit=audit).values_list("asked", "counts"))
        return found.whole, found.recurring, again, check.before, check.after, check.seen_in.count(), counts

    before = compared()
    whole, recurring, again, *_ = before
    assert 3 <= whole.before < whole.of == 13
    assert any("toolkit not used" in one.finding.text.lower() for one in recurring)
    tools = next(one for one in again.areas if one.called.startswith("Assessment tools"))
    assert tools.standing == "Still to do"
    assert [one.impact for one in tools.actions] == [Impact.NOT_SHOWN]
    assert {one.why for one in again.pairs if one.number == 1} == {
        "Its answers were not counted the last time: the audit was recorded from its briefing, or is older."
    }
    end_hold(LegalHold.objects.get(), because="The inquest is over.", by=chair)
    for case in audit.cases.select_related("audit", "nomination"):
        destroy_case(case, reason=DestructionReason.ASKED, by=manager)
    assert compared() == before


def test_the_journal_of_the_demo_holds(demo):
    assert first_broken(demo.public_id) is None


def test_the_chronologies_of_neglect_3_show_what_to_ask(demo):
    case = Case.objects.select_related("audit__partnership", "nomination").get(audit__title="Neglect 3", number=1)
    manager = demo.people.holding(Role.BUSINESS_MANAGER).get()
    prompts = read_patterns(case, by=manager)
    assert {one.pattern.code for one in prompts} == {
        "gap", "no_oversight", "worker_changes", "not_brought_series", "not_brought_closed", "outside_core_group",
        "core_group_late", "no_mid_point", "voice_missing", "not_seen", "copied_assessment", "info_unanswered",
        "tool_not_used", "tool_not_reviewed", "health_missed", "conflict", "not_shared", "same_event",
    }  # fmt: skip
    # The nursery gave no events, and none of those that its words suggest counts yet.
    nursery = ChronologyEntry.objects.filter(agency__kind=AgencyKind.NURSERY)
    assert not nursery.exclude(event="").exists()
    assert nursery.exclude(suggested="").exists()


def test_a_legal_hold_and_a_period_that_somebody_decided_are_there_to_be_seen(demo):
    hold = LegalHold.objects.get()
    assert (str(hold.case), hold.audit.title, hold.ended_at) == ("Case 2", "Neglect 3", None)
    assert [name for name, one in schedule(demo).items() if one.is_decided] == [RecordClass.IDENTITY]


def test_an_inspection_that_was_announced_is_there_to_be_seen(demo):
    audit = Audit.objects.get(is_inspection=True)
    asked = AgencyReturn.objects.of(audit).order_by("case__number", "agency__slug")
    assert list(asked.values_list("case__number", "agency__slug")) == [
        (1, "bridge-adult-substance-misuse"), (1, "oakbank-primary-school"), (2, "oakbank-primary-school"),
    ]  # fmt: skip
    assert Inspection.objects.get(audit=audit).notice_on < today()
