import re

import pytest

from maca.audits.models import Heading
from maca.cases import rules
from maca.cases.models import Case, IdentityReason, Interest, LiftReason, Nomination
from maca.cases.operations import (
    declare_interest,
    lift_conflict,
    name_presenter,
    open_identity,
    pass_over_case,
    read_nominations,
    seat_panel,
    select_case,
    swap_case,
)
from maca.cases.queries import declarations_of, find_case, find_declaration, forget_parts
from maca.journal.models import Entry
from maca.kernel.verdict import Refused
from maca.panel import rules as panel_rules
from maca.panel.queries import Column
from maca.partnership.models import Appointment, Person, Role
from maca.returns.rules import may_read_summative_report
from tests.makers import World


def test_only_members_of_the_sub_group_nominate(world):
    audit = world.planned()
    allowed = {who for who, person in world.people.items() if rules.may_nominate_case(person, audit)}
    assert allowed == {"member", "other_member"}


def test_the_page_of_nominations_says_what_can_be_done_there(world, sign_in):
    audit = world.planned()
    select_case(world.nominate(audit), by=world.chair)
    page = f"/audits/{audit.slug}/nominations/"
    shown = sign_in(world.chair).get(page).content.decode()
    assert "Name who introduces it<" in shown
    assert "Only members of the sub-group nominate cases." not in shown
    name_presenter(Case.objects.get(), person=world.social_worker, version=None, by=world.chair)
    assert "Change who introduces it<" in sign_in(world.chair).get(page).content.decode()


def test_each_selected_nomination_becomes_the_next_case(world):
    audit = world.planned()
    nominations = [world.nominate(audit) for _ in range(3)]
    pass_over_case(nominations[0], reason="Audited last year.", by=world.chair)
    labels = [select_case(one, by=world.chair).label for one in (nominations[2], nominations[1])]
    assert labels == ["Case 1", "Case 2"]
    assert select_case(nominations[0], by=world.chair).label == "Case 3"


def test_only_the_chair_selects_and_a_refusal_changes_nothing(world):
    nomination = world.nominate(world.planned())
    for who, person in world.people.items():
        if who != "chair":
            with pytest.raises(Refused):
                select_case(nomination, by=person)
    assert Nomination.objects.get().stage == "nominated"
    assert not Case.objects.exists()


def test_an_identity_is_opened_for_a_reason_and_each_opening_is_on_the_record(world):
    case = world.circulated(1).cases.get()
    identity = open_identity(case, reason=IdentityReason.FIND_RECORD, by=world.auditor)
    assert identity.child == "Zebedee Quux"
    entry = Entry.objects.get(did="opened an identity")
    assert entry.by == world.auditor.public_id
    assert entry.details == {"audit": "neglect-9", "case": "Case 1", "reason": "find_record"}
    assert entry.is_reading


@pytest.mark.parametrize(("who", "code"), [("scrutineer", "anonymised"), ("member", "not-needed")])
def test_those_who_need_no_name_are_refused_one(world, who, code):
    case = world.circulated(1).cases.get()
    assert rules.may_open_identity(world.people[who], case).code == code


def test_an_agency_sees_only_the_cases_it_was_asked_about(world):
    audit = world.circulated(2)
    case = audit.cases.get(number=2)
    case.involvements.filter(agency=world.agencies["police"]).delete()
    assert set(Case.objects.visible_to(world.police_auditor).values_list("number", flat=True)) == {1}
    assert Case.objects.visible_to(world.auditor).count() == 2
    with pytest.raises(Case.DoesNotExist):
        find_case(world.police_auditor, audit.slug, 2)


def test_nothing_of_another_partnership_is_there(world):
    audit = world.circulated(1)
    elsewhere = World("Elsewhere Partnership")
    for person in elsewhere.people.values():
        assert not Case.objects.visible_to(person).exists()
        with pytest.raises(Exception, match="does not exist"):
            find_case(person, audit.slug, 1)


def test_an_agency_opens_only_the_identities_it_was_asked_about(world):
    """Somebody of the sub-group who also leads an agency sees every case, but needs a name only when asked."""
    Appointment.objects.create(person=world.other_member, role=Role.AGENCY_LEAD)
    both = Person.objects.get(pk=world.other_member.pk)
    case = world.selected(1).cases.get()
    assert rules.may_open_identity(both, case).code == "not-asked"
    case.involvements.create(agency=both.agency)
    assert rules.may_open_identity(both, case)


# ---- interests and seats


def declare(case, who, interest=Interest.NONE):
    return declare_interest(case, interest=interest, by=who)


@pytest.mark.parametrize("interest", [Interest.HELD, Interest.SUPERVISED, Interest.RELATED])
def test_whoever_has_a_conflict_is_kept_out_of_the_case_and_cannot_take_it_back(world, interest):
    audit = world.panel_opened(1)
    case = audit.cases.select_related("audit", "nomination", "hearing").get()
    assert rules.may_work_on_case(world.chair, case)
    declare(case, world.chair, interest)
    for verdict in (
        rules.may_work_on_case(world.chair, case),
        rules.may_open_identity(world.chair, case),
        rules.may_declare_interest(world.chair, case),
        panel_rules.may_hear_case(world.chair, case.hearing),
        panel_rules.may_record_finding(world.chair, Column(audit, case, Heading.WENT_WELL)),
    ):
        assert verdict.code in ("conflict", "not-introduced"), verdict
    with pytest.raises(Refused):
        declare(case, world.chair, Interest.NONE)
    assert not read_nominations(audit, by=world.chair)[0].rationale
    assert read_nominations(audit, by=world.manager)[0].rationale == "It would teach us."


def test_a_conflict_declared_by_a_slip_is_lifted_by_somebody_else_and_declared_anew(world):
    case = world.selected(1).cases.select_related("audit", "nomination").get()
    declare(case, world.auditor, Interest.MET)
    slip = declare(case, world.auditor, Interest.HELD)
    assert rules.may_lift_conflict(world.manager, slip)
    for who, code in ((world.auditor, "not-yours"), (world.member, "not-yours"), (world.scrutineer, "not-yours")):
        assert rules.may_lift_conflict(who, slip).code == code
    lift_conflict(slip, reason=LiftReason.SLIP, by=world.manager)
    # What was declared before the slip does not count either.
    assert rules.may_work_on_case(world.auditor, case).code == "undeclared"
    said = [one for one in declarations_of(case) if one.person == world.auditor]
    assert len(said) > 1
    assert all(one.lifted_at for one in said)
    assert not any(one.lifted_at for one in declarations_of(case) if one.person != world.auditor)
    lifted = Entry.objects.get(did="lifted a conflict of interest").details
    assert (lifted["of"], lifted["interest"], lifted["reason"]) == (world.auditor.public_id, "held", "slip")
    with pytest.raises(Refused) as refused:
        lift_conflict(slip, reason=LiftReason.SLIP, by=world.manager)
    assert refused.value.code == "no-conflict"
    declare(case, world.auditor, Interest.NONE)
    assert rules.may_work_on_case(world.auditor, case)


def test_nobody_lifts_their_own_conflict_nor_anybodys_while_they_have_one(world):
    case = world.selected(1).cases.select_related("audit", "nomination").get()
    own, anothers = declare(case, world.chair, Interest.HELD), declare(case, world.auditor, Interest.HELD)
    assert rules.may_lift_conflict(world.chair, own).code == "your-own"
    assert rules.may_lift_conflict(world.chair, anothers).code == "conflict"
    assert rules.may_lift_conflict(world.manager, declare(case, world.member, Interest.MET)).code == "no-conflict"
    lift_conflict(own, reason=LiftReason.SLIP, by=world.manager)
    assert rules.may_work_on_case(world.chair, case).code == "undeclared"


def test_having_met_the_family_is_no_conflict_and_goes_on_record(world):
    case = world.selected(1).cases.select_related("audit", "nomination").get()
    declare(case, world.auditor, Interest.MET)
    assert rules.may_work_on_case(world.auditor, case)
    assert Entry.objects.filter(did="declared an interest", details__interest="met").count() == 1


def test_a_seat_shows_one_case_and_ends_with_the_role_or_a_conflict(world):
    audit = world.panel_opened(2)
    first, second = audit.cases.select_related("audit", "nomination")
    seat_panel(first, people=[world.panel_member], version=None, by=world.chair)
    assert set(Case.objects.visible_to(world.panel_member)) == {first}
    assert may_read_summative_report(world.panel_member, first)
    assert not may_read_summative_report(world.panel_member, second)
    world.panel_member.appointments.all().delete()
    now = Person.objects.get(pk=world.panel_member.pk)
    forget_parts(first)
    assert not Case.objects.visible_to(now).exists()
    assert not may_read_summative_report(now, first)


def test_somebody_with_a_conflict_is_given_no_seat_and_loses_the_one_they_have(world):
    case = world.selected(1).cases.select_related("audit", "nomination").get()
    seat_panel(case, people=[world.panel_member], version=None, by=world.chair)
    declare(case, world.panel_member, Interest.HELD)
    assert not case.seats.exists()
    with pytest.raises(Refused):
        seat_panel(case, people=[world.panel_member], version=None, by=world.chair)


def test_somebody_with_a_conflict_chooses_neither_who_introduces_the_case_nor_its_panel(world, sign_in):
    case = world.selected(1).cases.select_related("audit", "nomination").get()
    assert rules.may_name_presenter(world.chair, case)
    assert rules.may_swap_case(world.chair, case)
    declare(case, world.chair, Interest.SUPERVISED)
    assert rules.may_name_presenter(world.chair, case).code == "conflict"
    assert rules.may_swap_case(world.chair, case).code == "conflict"
    with pytest.raises(Refused):
        seat_panel(case, people=[world.panel_member], version=None, by=world.chair)
    seat_panel(case, people=[world.panel_member], version=None, by=world.manager)
    for who, offered in ((world.chair, False), (world.manager, True)):
        page = sign_in(who).get(f"/audits/{case.audit.slug}/nominations/").content.decode()
        assert ("Panel seats" in page) == offered
        assert "/swap/" not in page
        assert "Interests" in page


def test_what_was_declared_outlives_a_swap(world, sign_in):
    """Another chair swaps the case of a chair with a conflict: it stays theirs not to read, and not to select."""
    audit = world.selected(1)
    case, other = audit.cases.get(), world.nominate(audit, child="Other Child")
    nomination = case.nomination
    declare(case, world.chair, Interest.HELD)
    declare(case, world.member, Interest.NONE)
    second = world.add("second_chair", "health", Role.CHAIR)
    taken = swap_case(case, nomination=other, reason="R", by=second)
    client, page = sign_in(world.chair), f"/audits/{audit.slug}/nominations/"
    shown = client.get(page).content.decode()
    assert "You have declared a conflict of interest in this case" in shown
    assert shown.count("It would teach us.") == 1  # the other
    for step in ("select", "pass-over"):
        address = f"{page}{nomination.public_id}/{step}/"
        assert sign_in(second).get(address).status_code == 200
        assert client.get(address).status_code == 403
    nomination.refresh_from_db()
    for act in (
        lambda by: pass_over_case(nomination, reason="R", by=by),
        lambda by: select_case(nomination, by=by),
    ):
        with pytest.raises(Refused) as refused:
            act(world.chair)
        assert refused.value.code == "conflict"
    again = select_case(Nomination.objects.get(pk=nomination.pk), by=second)
    assert rules.may_work_on_case(world.chair, again).code == "conflict"
    assert rules.may_work_on_case(world.member, again)
    assert rules.may_work_on_case(world.member, taken).code == "undeclared"
    # It is lifted as any other.
    conflict = next(one for one in declarations_of(again) if one.is_conflict)
    lift_conflict(
        find_declaration(second, audit.slug, again.number, conflict.public_id), reason=LiftReason.SLIP, by=second
    )
    assert rules.may_work_on_case(world.chair, Case.objects.get(pk=again.pk)).code == "undeclared"


def test_somebody_with_a_conflict_stays_out_as_scrutineer_too(world):
    audit = world.panel_opened(1)
    case = audit.cases.select_related("audit", "nomination", "hearing").get()
    assert rules.may_work_on_case(world.scrutineer, case)  # who has declared nothing, and never learns who it is
    declare(case, world.auditor, Interest.HELD)
    Appointment.objects.filter(person=world.auditor).update(role=Role.SCRUTINEER)
    now = Person.objects.get(pk=world.auditor.pk)
    assert rules.may_work_on_case(now, Case.objects.get(pk=case.pk)).code == "conflict"


def test_a_presenter_who_is_no_longer_in_practice_sees_the_case_no_more(world):
    case = world.panel_opened(1).cases.select_related("audit", "nomination").get()
    assert may_read_summative_report(world.social_worker, case)
    world.social_worker.appointments.all().delete()
    now = Person.objects.get(pk=world.social_worker.pk)
    forget_parts(case)
    assert not Case.objects.visible_to(now).exists()
    assert not may_read_summative_report(now, case)


def test_the_conflicts_of_a_case_stand_first_and_nobody_twice_with_the_same_words(world, sign_in):
    case = world.selected(1).cases.select_related("audit", "nomination").get()
    case.declarations.all().delete()
    for who in (world.auditor, world.auditor, world.manager, world.lead):
        declare(case, who)
    declare(case, world.manager, Interest.HELD)
    page = f"/audits/{case.audit.slug}/cases/1/interests/"
    shown = sign_in(world.chair).get(page).content.decode()
    assert "1 conflict of interest, shown first." in shown
    listed = re.findall(r'summary-list__key">([^<]*)<', shown)
    assert listed == ["Manager", "Auditor", "Lead", "Manager"]
    lift_conflict(declarations_of(case)[-1], reason=LiftReason.SLIP, by=world.chair)
    assert "Nobody has a conflict of interest." in sign_in(world.chair).get(page).content.decode()
