"""What will change after an audit: who is accountable, by when, and that somebody else says that it was done."""

import datetime as dt
import json

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from maca.actions import rules
from maca.actions.models import Action, Closing, EarlierDay, Impact, ImpactCheck, RestsOn
from maca.actions.operations import (
    NEEDED,
    change_action,
    join_action,
    make_action,
    move_action_day,
    note_progress,
    read_proposals,
    record_impact,
    report_action_done,
    stop_action,
    verify_action,
)
from maca.actions.proposed import repeated
from maca.actions.queries import Joining, actions_alike, actions_of, actions_shown_to, find_finding_to_act_on
from maca.cases.models import Interest
from maca.cases.operations import declare_interest
from maca.journal.models import Entry
from maca.kernel.clock import today
from maca.kernel.ids import new_public_id
from maca.kernel.verdict import Refused
from maca.kernel.versions import Changed
from maca.notices.models import Notice
from maca.panel.alike import keep_terms
from maca.panel.models import ACTION, PanelLine
from maca.panel.operations import close_panel, write_line
from maca.partnership.models import EndReason, Person, Role
from maca.partnership.operations import end_account
from maca.worklist.queries import tasks
from tests.actions.conftest import DAY, days, done, finding_of, made, reported, said
from tests.feedback.conftest import closed
from tests.makers import World


def refused(code, do, *args, **kwargs):
    with pytest.raises(Refused) as problem:
        do(*args, **kwargs)
    assert problem.value.code == code
    return problem.value.sentence


def texts(person):
    return [one.text for one in tasks(person)]


def told(kind):
    return sorted(Notice.objects.filter(kind=kind).values_list("to_person", flat=True))


def page_of(action, name="action"):
    return reverse(name, kwargs={"action": action.public_id})


# ---- made


def test_an_action_of_a_finding_stands_on_the_work_list_of_whoever_is_accountable_with_its_day(world, audit):
    action = made(world, audit)
    assert [one.text for one in action.findings.all()] == ["Health saw him alone in Case 1."]
    task = next(one for one in tasks(world.auditor) if one.text.startswith("Action: Core group minutes"))
    assert (task.due, task.late, task.url) == (DAY, False, page_of(action))
    assert told("actions/accountable") == [world.auditor.public_id]
    entry = Entry.objects.get(did="made an action")
    assert (entry.details["accountable"], entry.details["due_on"]) == (world.auditor.public_id, DAY.isoformat())


@pytest.mark.parametrize(("name", "code"), [(name, code) for name, (code, _) in NEEDED.items()])
def test_without_any_of_its_seven_parts_no_action_is_made(world, audit, name, code):
    nothing = None if name in ("accountable", "agency", "due_on") else " \n"
    assert refused(code, made, world, audit, **{name: nothing}) == NEEDED[name][1]
    assert not Action.objects.exists()
    assert not Entry.objects.filter(did="made an action").exists()


def test_the_form_says_of_each_part_that_is_missing_what_to_do(world, audit, sign_in):
    finding = finding_of(audit, "Health saw him alone in Case 1")
    address = reverse("make-action", kwargs={"audit": audit.slug, "finding": finding.public_id})
    answer = sign_in(world.manager).post(address, {"once": "a" * 32})
    page = answer.content.decode()
    assert answer.status_code == 422
    for sentence in (
        "Say what will change", "Choose one person who is accountable", "Choose the agency that is to do it",
        "Give the day by which it is to be done", "Say what success looks like", "Say how its impact will be measured",
        "Give the baseline: what the measure is today",
    ):  # fmt: skip
        assert f">{sentence}</a>" in page
    whole = {
        **{name: said(world)[name] for name in ("change", "success", "measure", "baseline")}, "agency": "health",
        "due_on-day": DAY.day, "due_on-month": DAY.month, "due_on-year": DAY.year, "once": "a" * 32,
    }  # fmt: skip
    two = {**whole, "accountable": [world.auditor.public_id, world.lead.public_id]}
    assert "and no more" in sign_in(world.manager).post(address, two).content.decode()
    assert not Action.objects.exists()
    answer = sign_in(world.manager).post(address, {**whole, "accountable": world.auditor.public_id})
    assert answer.headers["Location"] == page_of(Action.objects.get())


def test_the_day_is_a_working_day_to_come(world, audit):
    saturday = next(day for one in range(1, 8) if (day := today() + dt.timedelta(days=one)).weekday() == 5)
    for day in (today(), days(-3), saturday, dt.date(2030, 12, 25)):
        refused("no-working-day", made, world, audit, due_on=day)
    assert not Action.objects.exists()


def test_whoever_is_accountable_can_sign_in_and_is_of_the_agency(world, audit):
    end_account(world.lead, reason=EndReason.LEFT, version=None, by=world.chair)
    for who in (world.lead, world.scrutineer, world.governance, World("Elsewhere").auditor):
        refused("cannot-act", made, world, audit, accountable=who)
    assert "Police Auditor is not of Health" in refused(
        "not-of-agency", made, world, audit, accountable=world.police_auditor
    )
    assert made(world, audit, accountable=world.manager).accountable == world.manager  # of no agency
    refused("another-partnership", made, world, audit, agency=World("There").health, accountable=world.manager)


def test_who_makes_an_action_and_of_what(world, audit):
    finding = finding_of(audit, "Police came late in Case 1")
    assert rules.may_make_action(world.manager, finding)
    assert rules.may_make_action(world.chair, finding)
    for who in ("lead", "auditor", "member", "scrutineer", "social_worker"):
        assert rules.may_make_action(world.people[who], finding).code == "not-yours"
    finding.withdrawn_at = timezone.now()
    assert rules.may_make_action(world.chair, finding).code == "withdrawn"
    early = world.panel_opened(1)
    assert rules.may_see_actions(world.chair, early).code == "panel-not-closed"


def test_nobody_with_a_conflict_of_interest_in_a_findings_case_acts_on_it(world, audit):
    action = made(world, audit, "Police came late in Case 1")
    declare_interest(audit.cases.get(number=1), interest=Interest.SUPERVISED, by=world.manager)
    fresh = find_finding_to_act_on(world.manager, audit.slug, finding_of(audit, "Police came late in Case 1").public_id)
    assert rules.may_make_action(world.manager, fresh).code == "conflict"
    refused("conflict", made, world, audit, "Nobody had the whole picture in Case 1")
    refused("conflict", stop_action, action, reason="R", version=None, by=world.manager)
    assert made(world, audit, "Nobody had the whole picture in Case 2")
    new = world.people["new"] = Person.objects.get(pk=world.add("new", "health", Role.CHAIR).pk)
    assert rules.may_make_action(new, finding_of(audit, "Police came late in Case 1")).code == "undeclared"


# ---- what the panel proposed


def test_what_the_panel_proposed_is_offered_as_a_beginning_and_that_is_on_record(world, sign_in):
    audit = world.panel_opened(1)
    case = audit.cases.select_related("audit", "hearing", "nomination").get()
    world.hear(case)
    for words, agency in (("Zqsend the minutes.", world.health), ("Zqtaken out.", None)):
        write_line(
            case.hearing, ACTION, words=words, agency=agency, in_own_record=False, sent=new_public_id(),
            by=world.chair,
        )  # fmt: skip
    PanelLine.objects.filter(heading=ACTION, agency=None).update(taken_out_at=timezone.now())
    close_panel(audit, by=world.chair)
    finding = finding_of(audit, "The plan")
    assert [one.words for one in read_proposals(finding, by=world.manager)] == ["Zqsend the minutes."]
    assert Entry.objects.get(did="read what a panel proposed").is_reading
    address = reverse("make-action", kwargs={"audit": audit.slug, "finding": finding.public_id})
    offered = sign_in(world.manager).get(address).content.decode()
    assert "Zqsend the minutes." in offered
    assert "Zqtaken out." not in offered
    line = PanelLine.objects.get(heading=ACTION, agency=world.health).public_id
    begun = sign_in(world.manager).get(address, {"from": line}).content.decode()
    assert "Zqsend the minutes." in begun
    assert "Zqsend the minutes.</textarea>" not in begun  # it is to be said in other words
    assert '<option value="health" selected>' in begun


def kept_open(word):
    """The tables in which a word stands as anybody at the database would read it."""
    found = []
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows = cursor.fetchall()
        if any(word in str(value) for row in rows for value in row if not isinstance(value, bytes | memoryview)):
            found.append(table)
    return found


def test_what_was_proposed_under_the_seal_does_not_lie_open_in_an_action_unless_somebody_says_it_may(world, sign_in):
    audit = world.panel_opened(1)
    case = audit.cases.select_related("audit", "hearing", "nomination").get()
    world.hear(case)
    proposed = "Zqringing the school in Thorngate each Monday."
    write_line(
        case.hearing, ACTION, words=proposed, agency=world.health, in_own_record=False, sent=new_public_id(),
        by=world.chair,
    )  # fmt: skip
    close_panel(audit, by=world.chair)
    finding = finding_of(audit, "The plan")
    line = PanelLine.objects.get(heading=ACTION).public_id
    address = reverse("make-action", kwargs={"audit": audit.slug, "finding": finding.public_id}) + f"?from={line}"
    client = sign_in(world.manager)
    values = said(world)
    sent = {
        **{name: values[name] for name in ("success", "measure", "baseline")},
        "change": "From now on: ZQRINGING the school  in Thorngate each Monday!", "agency": "health",
        "accountable": world.auditor.public_id, "due_on-day": DAY.day, "due_on-month": DAY.month,
        "due_on-year": DAY.year, "once": "a" * 32,
    }  # fmt: skip
    answer = client.post(address, sent)
    assert answer.status_code == 422
    assert "This repeats the panel’s notes, which are sealed." in answer.content.decode()
    assert not Action.objects.exists()
    refused("sealed-words", make_action, finding, **{**values, "success": proposed}, by=world.manager)
    other = {**sent, "change": "A named person rings each school.", "once": "b" * 32}
    assert client.post(address, other).status_code == 302
    assert kept_open("Zqringing") == kept_open("ZQRINGING") == []
    assert kept_open("A named person rings") == ["actions_action"]  # the control
    stands = {**sent, "as_proposed": "on", "shown": Action.objects.get().public_id, "once": "c" * 32}
    assert client.post(address, stands).status_code == 302
    assert kept_open("ZQRINGING") == ["actions_action"]
    told = Entry.objects.filter(did="made an action").order_by("number")
    assert [one.details["as_proposed"] for one in told] == [False, True]

    # Nor does it come in by changing what was made in other words; what stands already is not asked about again.
    Action.objects.get(change__startswith="From").findings.clear()
    first = Action.objects.get(change__startswith="A named")
    change = reverse("change-action", kwargs={"action": first.public_id})
    changed = {**sent, "change": "Zqringing the school in Thorngate each Monday", "once": "d" * 32}
    answer = client.post(change, {**changed, "version": first.version})
    assert answer.status_code == 422
    assert "This repeats the panel’s notes, which are sealed." in answer.content.decode()
    assert kept_open("Zqringing") == []
    let = {**changed, "as_proposed": "on", "version": first.version, "once": "e" * 32}
    assert client.post(change, let).status_code == 302
    assert kept_open("Zqringing") == ["actions_action"]
    again = {**changed, "success": "Each school is rung.", "version": first.version + 1, "once": "f" * 32}
    assert client.post(change, again).status_code == 302


@pytest.mark.parametrize(
    ("sealed", "text", "is_repeated"),
    [
        ("Ring the school.", "ring  THE school", True),
        ("Ring the school. Each Monday, with mother.", "Somebody visits each Monday with mother.", True),
        ("Ring the school.", "Ring the schools.", False),
        ("Ring", "Ring the school.", True),
        ("Ring. Then wait.", "Ring the school.", False),
        ("", "Ring the school.", False),
        ("Don’t ring them", "We don't ring them again", True),
    ],
)
def test_words_are_known_again_by_sentences_whatever_their_capitals_and_stops(sealed, text, is_repeated):
    assert bool(repeated([sealed], [text])) is is_repeated


# ---- what is there already


MINUTES = "Core group minutes were not sent to anybody."


def of(world, audit, text):
    """A finding of the audit that says this."""
    finding = finding_of(audit, "Police came late in Case 1")
    type(finding).objects.filter(pk=finding.pk).update(text=text)
    keep_terms([finding_of(audit, text)])
    return finding_of(audit, text)


def test_an_open_action_of_another_audit_that_says_the_same_is_offered(world, audit, later, sign_in):
    there = made(world, audit, change="Minutes of core groups are sent within a week.")
    made(world, audit, change="Every officer knows the neglect toolkit.", success="It is used.")
    finding = of(world, later, MINUTES)
    assert actions_alike(finding.text, finding, world.manager) == [there]
    address = reverse("make-action", kwargs={"audit": later.slug, "finding": finding.public_id})
    assert "Already being done? Join it" in sign_in(world.manager).get(address).content.decode()


def test_an_action_is_found_by_the_findings_it_rests_on_but_not_by_those_that_are_closed_to_who_asks(
    world, audit, later
):
    of(world, audit, MINUTES)
    there = made(world, audit, MINUTES, change="A new template.", success="It is liked.")
    finding = of(world, later, "Nobody had the minutes of the core group.")
    assert actions_alike(finding.text, finding, world.manager) == [there]
    declare_interest(audit.cases.get(number=1), interest=Interest.HELD, by=world.manager)
    assert actions_alike(finding.text, finding, world.manager) == []


def test_what_is_no_longer_open_or_not_to_be_seen_is_not_offered(world, audit, later):
    action = made(world, audit, change="Minutes of core groups are sent within a week.")
    finding = of(world, later, MINUTES)
    elsewhere = World("Elsewhere")
    far = of(elsewhere, closed(elsewhere, 1), MINUTES)
    assert actions_alike(far.text, far, elsewhere.manager) == []
    stop_action(action, reason="The law has changed.", version=None, by=world.chair)
    assert actions_alike(finding.text, finding, world.manager) == []


def test_what_is_typed_and_is_being_done_is_shown_first_and_made_when_it_is_sent_again(world, audit, later, sign_in):
    there = made(world, audit, change="Minutes of core groups are sent within a week.")
    finding = finding_of(later, "Police came late in Case 1")
    address = reverse("make-action", kwargs={"audit": later.slug, "finding": finding.public_id})
    typed = {
        **{name: said(world)[name] for name in ("change", "success", "measure", "baseline")}, "agency": "health",
        "accountable": world.auditor.public_id, "once": "a" * 32,
        "due_on-day": DAY.day, "due_on-month": DAY.month, "due_on-year": DAY.year,
    }  # fmt: skip
    first = sign_in(world.manager).post(address, typed)
    assert first.status_code == 422
    assert f'name="shown" value="{there.public_id}"' in first.content.decode()
    assert Action.objects.count() == 1
    second = sign_in(world.manager).post(address, {**typed, "shown": there.public_id})
    assert second.status_code == 302
    assert Action.objects.count() == 2


def test_a_finding_joins_an_action_that_is_there_instead_of_making_another(world, audit, later, sign_in):
    action = made(world, audit)
    finding = finding_of(later, "Police came late in Case 1")
    joining = {"audit": later.slug, "finding": finding.public_id, "action": action.public_id}
    sign_in(world.manager).post(reverse("join-action", kwargs=joining), {"once": "b" * 32})
    assert [one.audit for one in action.findings.order_by("audit__pk")] == [audit, later]
    assert actions_of(audit, world.member) == actions_of(later, world.member) == [action]
    assert Entry.objects.get(did="joined a finding to an action").details["finding"] == finding.public_id
    refused("already-joined", join_action, Joining(finding, action), by=world.manager)
    other = finding_of(later, "Nobody had")
    stop_action(action, reason="R", version=None, by=world.chair)
    refused("not-open", join_action, Joining(other, action), by=world.manager)
    assert RestsOn.objects.filter(action=action).count() == 2


# ---- on the way


def test_whoever_is_accountable_writes_how_far_it_is_and_nobody_else(world, audit):
    action = made(world, audit)
    note_progress(action, words="The template is drafted.", by=world.auditor)
    assert action.progress.get().words == "The template is drafted."
    for who in (world.lead, world.manager):
        refused("not-accountable", note_progress, action, words="W", by=who)
    stop_action(action, reason="R", version=None, by=world.chair)
    refused("not-open", note_progress, action, words="W", by=world.auditor)


def test_moving_the_day_needs_a_reason_and_keeps_the_earlier_day(world, audit, sign_in):
    action = made(world, audit)
    refused("no-reason", move_action_day, action, due_on=days(30), reason=" ", version=None, by=world.manager)
    refused("same-day", move_action_day, action, due_on=DAY, reason="R", version=None, by=world.manager)
    refused("no-working-day", move_action_day, action, due_on=today(), reason="R", version=None, by=world.manager)
    refused("not-yours", move_action_day, action, due_on=days(30), reason="R", version=None, by=world.auditor)
    move_action_day(action, due_on=days(30), reason="The system comes in June.", version=None, by=world.manager)
    earlier = EarlierDay.objects.get()
    assert (earlier.due_on, earlier.moved_to, action.due_on) == (DAY, days(30), days(30))
    assert "The system comes in June." in sign_in(world.auditor).get(page_of(action)).content.decode()


def test_an_action_is_given_to_somebody_else_who_is_told(world, audit):
    action = made(world, audit)
    kept = {name: one for name, one in said(world).items() if name != "due_on"}
    change_action(action, **{**kept, "accountable": world.lead}, version=action.version, by=world.chair)
    assert (action.accountable, told("actions/accountable")) == (
        world.lead, sorted([world.auditor.public_id, world.lead.public_id]),
    )  # fmt: skip
    assert Entry.objects.get(did="changed an action").details["changed"] == ["accountable"]
    refused("no-baseline", change_action, action, **{**kept, "baseline": ""}, version=None, by=world.chair)
    with pytest.raises(Changed):
        change_action(action, **kept, version=1, by=world.chair)


def test_a_stopped_action_says_why_and_is_kept(world, audit, sign_in):
    action = made(world, audit)
    refused("no-reason", stop_action, action, reason="", version=None, by=world.manager)
    stop_action(action, reason="The service has closed.", version=None, by=world.manager)
    assert "The service has closed." in sign_in(world.scrutineer).get(page_of(action)).content.decode()
    assert not [one for one in texts(world.auditor) if one.startswith("Action")]
    refused("not-open", move_action_day, action, due_on=days(30), reason="R", version=None, by=world.manager)


# ---- done, and verified by somebody else


def test_it_is_said_to_be_done_with_the_proof_and_waits(world, audit):
    action = made(world, audit)
    refused("no-words", report_action_done, action, done="", proof="P", version=None, by=world.auditor)
    refused("no-proof", report_action_done, action, done="D", proof="\n", version=None, by=world.auditor)
    refused("not-accountable", report_action_done, action, done="D", proof="P", version=None, by=world.lead)
    report_action_done(action, done="D", proof="P", version=None, by=world.auditor)
    assert action.standing()[0] == "Waiting to be verified"
    refused("already-reported", note_progress, action, words="W", by=world.auditor)
    assert told("actions/reported") == sorted([world.manager.public_id, world.chair.public_id])
    assert any(one.startswith("Verify that it was done") for one in texts(world.chair))


def test_somebody_of_another_agency_verifies_and_never_who_is_accountable(world, audit):
    action = reported(world, audit)
    verdicts = {
        who: rules.may_verify_action(world.people[who], action).code
        for who in ("auditor", "member", "lead", "police_auditor", "scrutineer", "social_worker")
    }
    assert verdicts == {
        "auditor": "your-own", "member": "same-agency", "lead": "same-agency", "police_auditor": "not-a-verifier",
        "scrutineer": "not-a-verifier", "social_worker": "not-a-verifier",
    }  # fmt: skip
    for who in ("manager", "chair", "other_member", "police_lead"):
        assert rules.may_verify_action(world.people[who], action), who
    mine = made(world, audit, accountable=world.manager)
    report_action_done(mine, done="D", proof="P", version=None, by=world.manager)
    assert rules.may_verify_action(world.manager, mine).code == "your-own"
    assert page_of(mine, "verify-action") not in [one.url for one in tasks(world.manager)]
    refused("no-words", verify_action, action, verified=True, words="", version=None, by=world.police_lead)
    verify_action(action, verified=True, words="Saw the minutes.", version=None, by=world.police_lead)
    closing = Closing.objects.get(action=action)
    assert (action.stage, closing.verified, closing.decided_by) == ("done", True, world.police_lead)
    assert told("actions/verified") == [world.auditor.public_id]
    refused("not-reported", verify_action, action, verified=True, words="W", version=None, by=world.chair)


def test_what_is_sent_back_is_open_again_and_says_why(world, audit, sign_in):
    action = reported(world, audit)
    verify_action(action, verified=False, words="The minutes are of another group.", version=None, by=world.chair)
    assert action.stage == "open"
    assert told("actions/sent-back") == [world.auditor.public_id]
    assert "The minutes are of another group." in sign_in(world.auditor).get(page_of(action)).content.decode()
    report_action_done(action, done="D", proof="P", version=None, by=world.auditor)
    assert Closing.objects.filter(action=action).count() == 2


# ---- done is not worked


def impact(action, by, **other):
    given = {
        "impact": Impact.SHOWN, "before": "1 of 5", "after": "4 of 5", "reason": "",
        "seen_in": list(action.audit.cases.all()), "seen_on": today(), "version": None,
    } | other  # fmt: skip
    return record_impact(action, **given, by=by)


def test_done_is_not_worked_until_a_before_and_after_on_named_cases_shows_it(world, audit, later, sign_in):
    action = done(world, audit)
    assert action.impact_standing()[0] == "Impact not looked at yet"
    page = sign_in(world.member).get(page_of(action)).content.decode()
    assert "Done is not worked." in page
    assert "Nobody has looked yet" in page
    assert "Say whether 1 action that is done worked" in texts(world.manager)
    refused("no-measure", impact, action, world.chair, after="")
    refused("no-cases", impact, action, world.chair, seen_in=[])
    refused("no-reason", impact, action, world.chair, impact=Impact.NOT_MEASURED)
    refused("day-to-come", impact, action, world.chair, seen_on=days(1))
    assert not ImpactCheck.objects.exists()
    impact(action, world.chair, seen_in=[later.cases.get(number=1)])
    page = sign_in(world.member).get(page_of(action)).content.decode()
    assert f"{later.title}, Case 1" in page
    assert list(actions_shown_to(world.member, "worked")) == [action]
    assert "Say whether 1 action that is done worked" not in texts(world.manager)


def test_a_later_look_is_the_one_that_counts_and_the_earlier_is_kept(world, audit):
    action = done(world, audit)
    impact(action, world.other_member, impact=Impact.NOT_MEASURED, reason="No new case yet.")
    assert (action.impact, ImpactCheck.objects.get().seen_in.count()) == (Impact.NOT_MEASURED, 0)
    impact(action, world.manager, impact=Impact.NOT_SHOWN)
    assert (action.impact, action.impact_standing()[0]) == (Impact.NOT_SHOWN, "Impact not shown")
    assert [one.impact for one in action.impact_checks.all()] == ["not_measured", "not_shown"]
    assert not actions_shown_to(world.member, "worked").exists()


def test_who_says_whether_it_worked(world, audit):
    assert rules.may_record_impact(world.chair, made(world, audit)).code == "not-done"
    action = done(world, audit)
    for who, code in {
        "auditor": "your-own", "member": "same-agency", "police_lead": "not-yours", "scrutineer": "not-yours",
    }.items():  # fmt: skip
        assert rules.may_record_impact(world.people[who], action).code == code
    for who in ("manager", "chair", "other_member"):
        assert rules.may_record_impact(world.people[who], action)
    declare_interest(audit.cases.get(number=1), interest=Interest.HELD, by=world.chair)
    assert rules.may_record_impact(world.chair, action).code == "conflict"


def test_the_cases_are_of_an_audit_on_the_theme(world, audit):
    action = done(world, audit)
    elsewhere = World("Elsewhere")
    other = closed(elsewhere, 1)
    refused("another-theme", impact, action, world.chair, seen_in=list(other.cases.all()))


def test_the_form_asks_for_what_a_before_and_after_needs(world, audit, sign_in):
    action = done(world, audit)
    sent = {"version": action.version, "once": "a" * 32}
    sent |= {"seen_on-day": today().day, "seen_on-month": today().month, "seen_on-year": today().year}
    client = sign_in(world.manager)
    page = client.post(page_of(action, "record-impact"), {**sent, "impact": "not_shown"}).content.decode()
    assert "Give the measure after" in page
    assert "Choose the cases in which it was seen" in page
    page = client.post(page_of(action, "record-impact"), {**sent, "impact": "not_measured"}).content.decode()
    assert "Say why it was not measured" in page
    assert not ImpactCheck.objects.exists()


def test_no_word_of_an_action_stands_in_the_journal(world, audit):
    words = {"change": "Zqa", "success": "Zqb", "measure": "Zqc", "baseline": "Zqd"}
    action = done(world, audit, **words)
    impact(action, world.chair, before="Zqe", after="Zqf", reason="Zqg")
    assert "Zq" not in json.dumps([one.details for one in Entry.objects.all()])
    assert not [one for one in Notice.objects.all() if "Zq" in one.link]
