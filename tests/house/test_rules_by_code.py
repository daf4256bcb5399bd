"""Refusals that a page cannot tell apart, since another no or another fence stands behind each: told by their code."""

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from maca.accounts.queries import find_passkey, public_id_of
from maca.audits.models import Audit, Heading, QuestionSet
from maca.audits.operations import draft_question_set
from maca.audits.queries import find_place, find_placed, find_question_set, find_ready_made, questions_of
from maca.audits.question_sets import AskedOf, ready_made
from maca.audits.rules import may_adopt_theme, may_change_plan, may_plan_audit
from maca.briefing.models import Briefing
from maca.briefing.operations import import_briefing
from maca.briefing.reading import read_briefing
from maca.briefing.rules import may_edit_briefing, may_import_briefing, may_publish_briefing
from maca.cases.models import Case, Interest
from maca.cases.operations import declare_interest
from maca.cases.rules import may_open_identity, may_select_case, may_sit_on_panel
from maca.concerns.operations import raise_concern
from maca.concerns.rules import may_say_told
from maca.demo.operations import DATA
from maca.panel.models import Came
from maca.panel.operations import introduce_case, record_attendance, record_finding, withdraw_finding
from maca.panel.queries import Column, find_column
from maca.panel.rules import may_close_panel, may_finish_hearing, may_open_panel, what_the_panel_lacks
from maca.partnership.models import Person, Role
from maca.partnership.rules import (
    grantable,
    may_be_contact,
    may_end_account,
    may_invite_again,
    may_invite_people,
    may_read_account,
)
from maca.returns.operations import describe_engagement, say_known, say_of_risk
from maca.returns.rules import may_circulate_audit, may_read_answers, may_read_return, may_submit_return
from tests.makers import World


@pytest.fixture
def recorded(world: World) -> Audit:
    value = read_briefing(DATA / "six-step-briefing-neglect-2.txt").value
    return import_briefing(value, partnership=world.partnership, imported_from="neglect-2", by=world.manager)


def test_a_theme_or_priority_of_another_partnership_is_not_the_chairs(world: World) -> None:
    theirs = World("Another Partnership").theme()
    assert may_plan_audit(world.chair, theirs).code == "not-the-chair"
    assert may_adopt_theme(world.chair, theirs.priority).code == "not-the-chair"
    assert may_plan_audit(world.chair, world.theme())


def test_an_audit_known_from_its_briefing_says_so(world: World, recorded: Audit) -> None:
    assert may_change_plan(world.chair, recorded).code == "recorded"
    assert may_open_identity(world.chair, recorded.cases.first()).code == "no-identity"


def test_the_operator_sees_no_audit_and_no_briefing(world: World, recorded: Audit) -> None:
    for shown in (Audit, Briefing):
        assert not shown.objects.visible_to(world.operator).exists()
        assert shown.objects.visible_to(world.chair).exists()


def test_only_the_manager_and_the_operator_import_a_briefing(world: World) -> None:
    assert may_import_briefing(world.manager)
    assert may_import_briefing(world.operator)
    assert may_import_briefing(world.chair).code == "not-the-manager"


def test_each_refusal_of_an_identity_says_its_own_reason(world: World) -> None:
    case = world.selected(1).cases.get()
    assert may_open_identity(world.scrutineer, case).code == "anonymised"
    assert may_open_identity(world.auditor, case).code == "not-asked"
    assert may_open_identity(world.member, case).code == "not-needed"
    case.destroyed_at = case.audit.planned_at
    assert may_open_identity(world.chair, case).code == "destroyed"


def test_somebody_with_a_conflict_does_not_sit_on_the_panel(world: World) -> None:
    case = world.selected(1).cases.get()
    assert may_sit_on_panel(world.panel_member, case)
    declare_interest(case, interest=Interest.HELD, by=world.panel_member)
    assert may_sit_on_panel(world.panel_member, case).code == "conflict"


def test_a_selection_is_closed_by_circulation_before_it_is_final(world: World) -> None:
    nomination = world.circulated(1).nominations.get()
    assert may_select_case(world.chair, nomination).code == "already-circulated"


def test_an_audit_without_a_day_for_returns_is_not_overdue(world: World) -> None:
    audit = world.selected(1)
    audit.returns_due_on = None
    assert may_circulate_audit(world.manager, audit)


def test_a_return_is_read_by_its_agency_and_by_those_who_run_the_audit(world: World) -> None:
    one = world.submitted(world.return_of(world.circulated(1)))
    assert may_read_return(world.police_lead, one).code == "not-your-agency"
    assert may_read_answers(world.police_lead, one).code == "not-your-agency"
    assert may_read_answers(world.manager, one)


def test_both_parts_of_the_engagement_are_wanted_before_the_questions_are_counted(world: World) -> None:
    one = world.return_of(world.circulated(1))
    say_known(one, version=None, by=world.auditor)
    say_of_risk(one, is_unsafe=False, by=world.auditor)
    for before, now in (("", ""), ("Known.", ""), ("", "Seen.")):
        describe_engagement(one, before=before, now=now, version=None, by=world.auditor)
        one = world.return_of(one.case.audit)
        assert may_submit_return(world.auditor, one).code == "no-engagement"
    describe_engagement(one, before="Known.", now="Seen.", version=None, by=world.auditor)
    assert may_submit_return(world.auditor, world.return_of(one.case.audit)).code == "unanswered"


def test_a_panel_opens_on_cases_that_have_been_circulated(world: World) -> None:
    assert may_open_panel(world.chair, world.selected(1)).code == "not-circulated"
    assert what_the_panel_lacks(world.selected(1)) == ""
    assert "3 returns are still out" in what_the_panel_lacks(world.circulated(1))


def test_a_hearing_is_finished_in_its_order(world: World) -> None:
    audit = world.panel_opened(1)
    case = audit.cases.select_related("audit", "hearing").get()
    hearing = case.hearing
    hearing.case = case
    assert may_finish_hearing(world.chair, hearing).code == "not-introduced"
    assert may_close_panel(world.chair, audit).code == "unheard"
    introduce_case(hearing, introduced_by=world.social_worker, partners=[], version=None, by=world.chair)
    finding = record_finding(Column(audit, case, Heading.WENT_WELL), text="X", agencies=[], by=world.chair)
    assert may_finish_hearing(world.chair, hearing).code == "no-attendance"
    record_attendance(hearing, {world.health: (Came.APOLOGIES, "")}, version=None, by=world.chair)
    assert may_finish_hearing(world.chair, hearing)
    withdraw_finding(finding, by=world.chair)
    assert may_finish_hearing(world.chair, hearing).code == "no-findings"


def test_a_finding_stands_only_under_a_heading_of_its_own_kind(world: World) -> None:
    audit = world.panel_opened(1)
    for heading, case in (("good_practice", 1), ("went_well", None), ("nothing", 1)):
        with pytest.raises(Case.DoesNotExist):
            find_column(world.chair, audit.slug, heading, case)
    assert find_column(world.chair, audit.slug, "went_well", 1).heading == Heading.WENT_WELL


def test_a_published_briefing_says_that_it_is_published(world: World) -> None:
    briefing = world.published()
    assert may_edit_briefing(world.manager, briefing).code == "published"
    assert may_publish_briefing(world.manager, briefing).code == "published"


def test_nobody_invites_or_ends_themselves(world: World) -> None:
    manager = world.manager
    manager.joined_at = None
    assert may_invite_again(manager, manager).code == "yourself"
    assert may_end_account(manager, manager).code == "yourself"
    assert may_end_account(world.chair, manager)


def test_whoever_cannot_read_an_account_cannot_invite_it_again(world: World) -> None:
    assert may_invite_again(world.auditor, world.police_auditor).code == "not-yours-to-read"
    stranger = World("Another Partnership").auditor
    assert may_invite_again(world.manager, stranger).code == "not-on-your-register"


def test_an_operator_is_on_no_register_even_with_a_partnership(world: World) -> None:
    world.operator.partnership = world.partnership
    assert may_read_account(world.chair, world.operator).code == "not-on-your-register"
    assert may_read_account(world.chair, world.member)


def test_a_lead_without_an_agency_leads_nobody(world: World) -> None:
    assert may_invite_people(world.lead)
    world.lead.agency = None
    assert may_invite_people(world.lead).code == "not-yours-to-invite"
    assert may_read_account(world.lead, world.social_worker).code == "not-yours-to-read"


def test_whoever_runs_no_register_and_leads_no_agency_grants_nothing(world: World) -> None:
    assert grantable(world.auditor) == frozenset()
    assert grantable(world.lead) == {Role.AUDITOR}


def test_a_contact_can_answer_for_the_agency_and_has_not_left(world: World) -> None:
    assert may_be_contact(world.auditor, world.agencies["health"])
    assert may_be_contact(world.member, world.agencies["health"]).code == "cannot-answer"
    world.auditor.ended_at = timezone.now()
    assert may_be_contact(world.auditor, world.agencies["health"]).code == "cannot-answer"


def test_a_passkey_is_found_among_ones_own(world: World) -> None:
    def passkey(person: Person, credential: str, kind: str = Authenticator.Type.WEBAUTHN) -> Authenticator:
        return Authenticator.objects.create(user=person, type=kind, data={"credential": {"id": credential}})

    other, own = passkey(world.auditor, "first"), passkey(world.auditor, "second")
    app = passkey(world.auditor, "third", Authenticator.Type.TOTP)
    assert find_passkey(world.auditor, public_id_of(own)) == own
    assert find_passkey(world.auditor, public_id_of(other)) == other
    for person, one in ((world.lead, own), (world.auditor, app)):
        with pytest.raises(Authenticator.DoesNotExist):
            find_passkey(person, public_id_of(one))


def test_no_question_is_found_under_a_name_that_is_none(world: World) -> None:
    drafted = draft_question_set(ready_made()["neglect"], name="Neglect", by=world.chair).public_id
    code = questions_of(find_question_set(world.chair, drafted)).of(AskedOf.AGENCY)[0].code
    assert find_ready_made(world.chair, "neglect").name
    assert find_place(world.chair, drafted, AskedOf.AGENCY).question is None
    assert find_placed(world.chair, drafted, code).question.code == code
    for find, words in (
        (find_ready_made, ["nothing"]), (find_place, [drafted, "nobody"]), (find_placed, [drafted, "nothing"])
    ):  # fmt: skip
        with pytest.raises(QuestionSet.DoesNotExist):
            find(world.chair, *words)


def test_whoever_cannot_read_a_concern_does_not_say_who_was_told(world: World) -> None:
    case = world.circulated(1).cases.get()
    concern = raise_concern(case, what="X", found_at=timezone.now(), told=None, by=world.auditor)
    assert may_say_told(world.auditor, concern)
    assert may_say_told(world.police_auditor, concern).code == "not-yours"
