from maca.cases.models import Interest, LiftReason
from maca.cases.operations import declare_interest, lift_conflict, pass_over_case
from maca.kernel.clock import working_days_from
from maca.panel.operations import close_panel, introduce_case
from maca.returns.models import DeclineReason
from maca.returns.operations import decline_return, issue_report
from maca.worklist.queries import steps, tasks


def texts(person):
    return [task.text for task in tasks(person)]


def statuses(audit, person):
    audit.refresh_from_db()
    return [step.status for step in steps(audit, person)]


def test_what_waits_is_what_each_person_can_do_now(world):
    audit = world.planned()
    assert texts(world.member) == ["Nominate cases"]
    assert texts(world.chair) == texts(world.manager) == texts(world.auditor) == []
    world.nominate(audit)
    assert texts(world.chair) == ["Decide on 1 nomination"]


def test_an_agency_is_told_of_its_own_returns_until_they_are_complete(world):
    audit = world.circulated(2)
    assert texts(world.auditor) == texts(world.lead) == ["Answer for Health", "Answer for Health"]
    world.submitted(world.return_of(audit))
    assert texts(world.auditor) == ["Answer for Health"]
    assert texts(world.police_auditor) == ["Answer for Police"] * 2


def test_the_manager_is_asked_for_the_reports_of_a_pack_until_they_are_issued(world, monkeypatch):
    audit = world.circulated(2)

    def asked(days):
        day = working_days_from(audit.pack_on, days)
        monkeypatch.setattr("maca.worklist.queries.today", lambda: day)
        return [(one.text, one.due, one.late) for one in tasks(world.manager) if one.text.startswith("Issue")]

    of_one, of_two = (f"Issue the report of Case {number} to the panel" for number in (1, 2))
    assert asked(-6) == []
    assert asked(-5) == [(of_one, audit.pack_on, False), (of_two, audit.pack_on, False)]
    assert asked(0) == asked(-5)
    conflict = declare_interest(audit.cases.get(number=1), interest=Interest.SUPERVISED, by=world.manager)
    assert asked(0) == [(of_two, audit.pack_on, False)]
    lift_conflict(conflict, reason=LiftReason.SLIP, by=world.chair)
    declare_interest(audit.cases.get(number=1), interest=Interest.NONE, by=world.manager)
    issue_report(audit.cases.get(number=1), by=world.manager)
    assert asked(1) == [(of_two, audit.pack_on, True)]
    assert not [one for one in tasks(world.member) if one.text.startswith("Issue")]


def test_nobody_is_asked_to_do_what_they_may_not(world):
    audit = world.selected(1)
    assert "Circulate the cases" in texts(world.manager)
    waits = world.nominate(audit)
    assert "Circulate the cases" not in texts(world.manager)
    pass_over_case(waits, reason="R", by=world.chair)
    audit = world.circulated(1)
    decline_return(
        world.return_of(audit), reason=DeclineReason.CAPACITY, words="No.", version=None, by=world.lead
    )  # fmt: skip
    assert "Follow up that Health declined" in texts(world.manager)
    declare_interest(audit.cases.get(), interest=Interest.HELD, by=world.manager)
    assert "Follow up that Health declined" not in texts(world.manager)


def test_an_audit_says_which_step_it_is_at_and_what_stands_in_its_way(world):
    audit = world.circulated(1)
    gathering = {step.title: (step.status, step.obstacle) for step in steps(audit, world.scrutineer)}
    assert gathering["Gather the returns"] == ("To do now", "0 of 3 returns complete.")
    assert gathering["Hear the cases and agree the findings"][0] == "Waits for returns"
    assert gathering["Draft the briefing"][0] == "Cannot start yet"


def test_each_step_is_done_in_its_turn(world):
    audit = world.panel_opened(1)
    assert statuses(audit, world.chair)[5] == "To do now"
    world.hear(audit.cases.select_related("hearing", "audit").get())
    close_panel(audit, by=world.chair)
    assert statuses(audit, world.chair)[:6] == ["Done"] * 6
    after = ["Ask the agencies to check the facts", "Make the actions of the findings"]
    assert texts(world.manager) == [*after, "Draft the briefing"]


def test_a_published_audit_asks_nothing_of_anybody(world):
    audit = world.published().audit
    # The agencies were not asked to check the facts, and will not be any more.
    assert statuses(audit, world.auditor) == ["Done"] * 6 + ["Not done"] + ["Done"] * 3
    assert all(not texts(person) for person in world.people.values())


def test_the_approver_is_never_the_author(world):
    world.sent()
    after = ["Ask the agencies to check the facts", "Make the actions of the findings"]
    assert texts(world.chair) == [*after, "Approve the briefing"]
    assert texts(world.member) == ["Approve the briefing"]
    assert texts(world.manager) == after


def test_nobody_is_asked_to_hear_a_case_that_a_conflict_of_interest_closes_to_them(world):
    audit = world.panel_opened(2)
    one, other = audit.cases.select_related("audit", "hearing").order_by("number")
    declare_interest(one, interest=Interest.HELD, by=world.member)
    declare_interest(one, interest=Interest.HELD, by=world.chair)
    assert (texts(world.chair), texts(world.member)) == (["Hear 1 case"], ["Take notes of 1 case at the panel"])
    assert "Take notes of 2 cases at the panel" in texts(world.manager)
    declare_interest(other, interest=Interest.HELD, by=world.member)
    assert texts(world.member) == []
    introduce_case(other.hearing, introduced_by=world.social_worker, partners=[], version=None, by=world.chair)
    world.hear(other)
    # The case that somebody else is to hear keeps the panel open.
    assert texts(world.chair) == []


def test_on_the_day_of_the_panel_each_is_asked_for_their_part_until_it_is_done(world):
    audit = world.panel_opened(2)
    whole = ["Prepare to introduce Case 1", "Prepare to introduce Case 2"]
    assert texts(world.social_worker) == whole
    assert (texts(world.chair), texts(world.member)) == (["Hear 2 cases"], ["Take notes of 2 cases at the panel"])
    assert "Take notes of 2 cases at the panel" in texts(world.manager)
    case = audit.cases.select_related("audit", "hearing").get(number=1)
    case.seats.create(person=world.panel_member)
    introduce_case(case.hearing, introduced_by=world.social_worker, partners=[], version=None, by=world.chair)
    assert texts(world.social_worker) == whole[1:]
    assert texts(world.panel_member) == ["Hear Case 1"]
    world.hear(case)
    assert texts(world.panel_member) == []
    assert texts(world.member) == ["Take notes of 1 case at the panel"]
