"""An agency that declined is followed up, step by step, and what its refusal means is said to the panel."""

import datetime as dt

import pytest
from django.urls import reverse

from maca.cases.models import Interest
from maca.cases.operations import declare_interest
from maca.journal.models import Entry
from maca.kernel.clock import today, working_days_from
from maca.kernel.verdict import Refused
from maca.notices.models import Notice
from maca.panel.operations import open_panel
from maca.returns import rules
from maca.returns.as_table import rows
from maca.returns.models import AgencyReturn, Approach, DeclineReason, Outcome, Rung, TimeReason
from maca.returns.operations import (
    ask_for_time,
    decline_return,
    read_ladder,
    record_approach,
    say_known,
    say_not_known,
    say_what_refusal_means,
)
from maca.returns.queries import Ladder, board, shown_under
from maca.worklist.queries import tasks
from tests.house.test_pages import form_values, queries
from tests.makers import World
from tests.returns.test_returns import report_of

YESTERDAY = dt.timedelta(days=1)


def declined(world: World, agency: str = "police") -> AgencyReturn:
    one = world.return_of(world.circulated(1), agency)
    decline_return(
        one, reason=DeclineReason.PURPOSE, words="Not happy with the reason.", version=None, by=world.police_lead
    )
    return one


def climb(world: World, one: AgencyReturn, outcome: Outcome = Outcome.DECLINES, **more: object) -> Approach:
    given = {"approached": "The practice manager", "approached_on": today(), "words": "", "by": world.manager, **more}
    return record_approach(one, outcome=outcome, version=None, **given)


def there(one: AgencyReturn, page: str = "follow-up") -> str:
    return reverse(page, kwargs={"audit": one.case.audit.slug, "case": 1, "agency": one.agency.slug})


def chores(world: World, who: str) -> list[str]:
    return [task.text for task in tasks(world.people[who]) if "declined" in task.text]


def test_the_ladder_is_climbed_from_its_foot_to_its_head(world):
    one = declined(world)
    for rung in Rung:
        assert Ladder.of(one).next_rung == rung
        climb(world, one, approached=f"Who is on {rung}")
    assert [step.rung for step in Ladder.of(one).approaches] == list(Rung)
    assert Ladder.of(one).next_rung is None
    assert rules.may_approach(world.manager, one).code == "at-the-head"
    assert rules.may_approach(world.chair, one).code == "at-the-head"
    with pytest.raises(Refused):
        climb(world, one)
    assert one.approaches.count() == len(Rung)
    read = read_ladder(world.return_of(one.case.audit, "police"), by=world.scrutineer)
    assert [step.approached for step in read] == [f"Who is on {rung}" for rung in Rung]
    assert Entry.objects.filter(did="followed up a refusal").count() == len(Rung)


def test_whoever_has_not_answered_is_waited_for_and_their_answer_is_kept_in_its_place(world):
    one = declined(world)
    first = climb(world, one, Outcome.WAITING, approached="The lead", approached_on=today() - YESTERDAY, words="Rang.")
    assert Ladder.of(one).next_rung == Rung.BASIS
    again = climb(world, one, Outcome.DECLINES, approached="Somebody else", approached_on=today(), words="Says no.")
    assert again.pk == first.pk
    assert Ladder.of(one).next_rung == Rung.SAFEGUARDING_LEAD
    kept = read_ladder(one, by=world.chair)[0]
    assert (kept.approached, kept.words, kept.approached_on) == ("The lead", "Says no.", today() - YESTERDAY)
    assert b"lead" not in bytes(one.approaches.get().approached)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"approached": ""}, "nobody-named"),
        ({"approached_on": None}, "no-day"),
        ({"approached_on": today() + dt.timedelta(days=2)}, "no-day"),
    ],
)
def test_a_step_says_who_and_when_and_a_refusal_changes_nothing(world, given, code):
    one = declined(world)
    with pytest.raises(Refused) as refused:
        climb(world, one, **given)
    assert refused.value.code == code
    assert not one.approaches.exists()
    assert not Entry.objects.filter(did="followed up a refusal").exists()


def test_a_step_that_is_not_for_this_agency_names_nobody(world):
    one = declined(world)
    climb(world, one, Outcome.NOT_FOR_THEM, approached="")
    assert Ladder.of(one).next_rung == Rung.SAFEGUARDING_LEAD


def test_who_follows_up_and_who_reads_it(world):
    one = declined(world)
    may = {who for who, person in world.people.items() if rules.may_follow_up_refusal(person, one)}
    assert may == {"manager", "chair"}
    assert rules.may_follow_up_refusal(world.scrutineer, one).code == "not-yours-to-follow-up"
    assert {who for who, person in world.people.items() if rules.may_read_ladder(person, one)} == {
        "manager", "chair", "scrutineer",
    }  # fmt: skip
    assert rules.may_read_ladder(world.police_lead, one).code == "not-yours"
    other = world.return_of(one.case.audit)
    assert rules.may_follow_up_refusal(world.manager, other).code == "not-declined"
    declare_interest(one.case, interest=Interest.HELD, by=world.manager)
    assert rules.may_follow_up_refusal(world.manager, one).code == "conflict"
    assert rules.may_read_ladder(world.manager, one).code == "conflict"
    for act in (lambda: climb(world, one), lambda: read_ladder(one, by=world.manager)):
        with pytest.raises(Refused):
            act()


def test_it_goes_on_after_the_panel_has_opened_and_ends_when_the_briefing_is_published(world):
    one = declined(world)
    open_panel(one.case.audit, by=world.chair)
    one = world.return_of(one.case.audit, "police")
    climb(world, one)
    assert rules.may_win_over(world.manager, one, working_days_from(today(), 5)).code == "not-gathering"
    with pytest.raises(Refused):
        climb(world, one, Outcome.SUPPLIES, due_on=working_days_from(today(), 5))
    assert one.approaches.count() == 1
    published = world.published().audit
    assert rules.may_follow_up_refusals(world.manager, published).code == "published"
    assert rules.may_follow_up_refusal(world.manager, world.return_of(published)).code == "published"


def test_an_agency_that_is_won_over_is_asked_again_and_told(world):
    one = declined(world)
    climb(world, one)
    say_what_refusal_means(one, effect="Nothing on bail.", version=None, by=world.chair)
    Notice.objects.all().delete()
    day = working_days_from(today(), 12)
    climb(world, one, Outcome.SUPPLIES, approached="The safeguarding lead", due_on=day)
    one = world.return_of(one.case.audit, "police")
    assert (one.stage, one.due_on, one.decline_reason) == ("asked", day, "")
    assert not one.decline_words
    assert not one.decline_effect
    assert world.police_lead.email in [notice.to_address for notice in Notice.objects.all()]
    assert not Notice.objects.exclude(to_person__in=[world.police_lead.public_id, world.police_auditor.public_id])
    # What was done stays on the record; a new refusal begins at the foot.
    assert [step.outcome for step in read_ladder(one, by=world.manager)] == ["declines", "supplies"]
    assert Ladder.of(one).approaches == ()
    say_known(one, version=None, by=world.police_auditor)
    decline_return(one, reason=DeclineReason.OTHER, words="No.", version=None, by=world.police_lead)
    assert Ladder.of(one).next_rung == Rung.BASIS
    assert climb(world, one).rung == Rung.BASIS


def test_who_is_won_over_gets_a_day_that_a_return_may_be_due_on(world):
    one = declined(world)
    panel_on = one.case.audit.panel_on
    for day, code in (
        (None, "no-day"),
        (today(), "not-to-come"),
        (panel_on, "not-before-the-panel"),
    ):
        assert rules.may_win_over(world.manager, one, day).code == code
        with pytest.raises(Refused) as refused:
            climb(world, one, Outcome.SUPPLIES, due_on=day)
        assert refused.value.code == code
    # The day it was due on is as good as a later one.
    assert rules.may_win_over(world.manager, one, one.due_on)
    assert rules.may_win_over(world.scrutineer, one, one.due_on).code == "not-yours-to-follow-up"
    assert world.return_of(one.case.audit, "police").stage == "declined"


@pytest.mark.parametrize("take_back", [say_known, say_not_known])
def test_an_agency_that_takes_its_refusal_back_itself_ends_the_ladder(world, take_back):
    one = declined(world)
    climb(world, one)
    say_what_refusal_means(one, effect="Nothing on bail.", version=None, by=world.manager)
    take_back(one, version=None, by=world.police_lead)
    one = world.return_of(one.case.audit, "police")
    assert Ladder.of(one).approaches == ()
    assert not one.decline_effect
    assert one.approaches.get().ended_at


def test_the_report_says_who_declined_how_it_was_followed_up_and_what_cannot_be_concluded(world):
    one = declined(world)
    audit = one.case.audit
    climb(world, one, Outcome.WAITING)
    (account,) = report_of(audit).declined
    assert account.steps == (f"{today():%-d %B %Y}: {Rung.BASIS.label}. No answer yet.",)
    assert (account.effect, account.late) == ("", False)
    say_what_refusal_means(one, effect="Nothing on bail.", version=None, by=world.manager)
    (account,) = report_of(audit).declined
    assert (account.name, account.effect) == ("Police", "Nothing on bail.")
    assert "Not happy with the reason." in account.decline
    health = next(other for other in report_of(audit).accounts if other.slug == "health")
    assert (health.steps, health.effect) == ((), "")
    assert Entry.objects.filter(did="said what a refusal means").count() == 1


def test_it_counts_as_declined_and_never_as_late(world):
    one = declined(world)
    AgencyReturn.objects.filter(pk=one.pk).update(due_on=working_days_from(today(), -5))
    climb(world, one, Outcome.NOT_FOR_THEM, approached="")
    found = board(one.case.audit)
    assert (found.overdue, found.complete, found.counted()) == (0, 1, [("Declined", 1)])
    cell = next(cell for cell in found.cells if cell.key == one.pk)
    assert "late" not in shown_under(cell)
    table = rows(found)
    row = dict(zip(table[0], next(row for row in table if row[2] == "Declined"), strict=True))
    assert (row["Late"], row["Reason for declining"]) == ("", DeclineReason.PURPOSE.label)
    assert row["Last approached"] == f"{Rung.BASIS.label}: {Outcome.NOT_FOR_THEM.label}"
    assert {row[10] for row in table[1:] if row[2] != "Declined"} == {""}


def test_it_waits_on_the_managers_list_until_the_head_and_on_the_chairs_from_their_own_rung(world):
    one = declined(world)
    for rung in Rung:
        assert chores(world, "manager") == ["Follow up that Police declined"], rung
        own = rung in (Rung.CHAIR, Rung.STATUTORY_PARTNER)
        assert bool(chores(world, "chair")) is own, rung
        climb(world, one)
    assert chores(world, "manager") == chores(world, "chair") == chores(world, "scrutineer") == []
    assert chores(World("Another Partnership"), "manager") == []


# ---- the page


def test_the_page_says_what_is_missing_and_keeps_what_was_written(world, sign_in):
    one = declined(world)
    client, page = sign_in(world.manager), there(one)
    day = {"approached_on-day": str(today().day), "approached_on-month": str(today().month),
           "approached_on-year": str(today().year)}  # fmt: skip
    late = {"due_on-day": "1", "due_on-month": "1", "due_on-year": "2020"}
    for sent, sentence in (
        ({}, "Record a step, or say what the refusal means"),
        ({"approached": "The lead"}, "Say what came of it"),
        ({"outcome": "declines", **day}, "Say who was approached"),
        ({"outcome": "declines", "approached": "The lead"}, "Enter the day on which they were approached"),
        ({"outcome": "supplies", "approached": "The lead", **day}, "Enter the day by which the return is due now"),
        ({"outcome": "supplies", "approached": "The lead", **day, **late}, "Choose a day in the future"),
    ):
        keys = form_values(client.get(page).content.decode())
        response = client.post(page, {**keys, **sent})
        assert response.status_code == 422
        assert sentence in response.content.decode()
        assert sent.get("approached", "") in response.content.decode()
    assert not one.approaches.exists()
    keys = form_values(client.get(page).content.decode())
    assert client.post(page, {**keys, "outcome": "not_for_them", "effect": "Little."}).status_code == 302
    shown = client.get(page).content.decode()
    assert Outcome.NOT_FOR_THEM.label in shown
    assert "Next: The agency’s safeguarding lead" in shown
    assert "Little." in shown
    keys = form_values(shown)
    sent = {**keys, "outcome": "waiting", "approached": "The lead", "words": "Rang.", "effect": "Little.", **day}
    assert client.post(page, sent).status_code == 302
    waiting = client.get(page).content.decode()
    assert "Awaited: The agency’s safeguarding lead" in waiting
    assert 'name="approached"' not in waiting
    # What was said stands in the form: the effect alone can be written beside it.
    alone = client.post(page, {**form_values(waiting), "words": "Rang.", "effect": "Nothing on bail."})
    assert alone.status_code == 302
    waiting = client.get(page).content.decode()
    last = {**form_values(waiting), "outcome": "declines", "words": "No.", "effect": "Nothing on bail."}
    assert client.post(page, last).status_code == 302
    assert [step.outcome for step in Ladder.of(one).approaches] == ["not_for_them", "declines"]
    assert Entry.objects.filter(did="said what a refusal means").count() == 2


def test_at_the_head_and_after_the_panel_the_page_asks_for_no_more_than_can_be_done(world, sign_in):
    one = declined(world)
    open_panel(one.case.audit, by=world.chair)
    page = sign_in(world.chair).get(there(one)).content.decode()
    assert Outcome.SUPPLIES.label not in page
    assert 'name="due_on-day"' not in page
    one = world.return_of(one.case.audit, "police")
    for _ in Rung:
        climb(world, one)
    page = sign_in(world.chair).get(there(one)).content.decode()
    assert "Everybody on the ladder has been approached." in page
    assert 'name="outcome"' not in page
    assert 'name="effect"' in page


def test_two_who_follow_up_at_once_see_each_other(world, sign_in):
    one = declined(world)
    client, page = sign_in(world.manager), there(one)
    keys = form_values(client.get(page).content.decode())
    say_what_refusal_means(one, effect="The chair’s words.", version=None, by=world.chair)
    clash = client.post(page, {**keys, "effect": "The manager’s words."})
    assert clash.status_code == 409
    assert "The chair’s words." in clash.content.decode()
    assert "The manager’s words." in clash.content.decode()


def test_those_who_run_the_audit_see_the_ladder_on_the_return_and_the_agency_does_not(world, sign_in):
    one = declined(world)
    climb(world, one, approached="The named GP")
    for who, sees in (("manager", True), ("scrutineer", True), ("police_lead", False)):
        page = sign_in(world.people[who]).get(there(one, "return")).content.decode()
        assert ("The named GP" in page) is sees, who
        assert ("Follow up this refusal" in page) is (who == "manager")
    listed = sign_in(world.manager).get(f"/audits/{one.case.audit.slug}/board/?show=declined").content.decode()
    assert there(one) in listed
    listed = sign_in(world.scrutineer).get(f"/audits/{one.case.audit.slug}/board/?show=declined").content.decode()
    assert there(one) not in listed
    assert there(one, "request-letter") in listed


def test_lists_take_the_same_queries_for_one_refusal_and_for_many(world, sign_in):
    counted = []
    for cases in (1, 5):
        audit = world.circulated(cases)
        for case in range(1, cases + 1):
            one = world.return_of(audit, "police", case)
            decline_return(one, reason=DeclineReason.OTHER, words="No.", version=None, by=world.police_lead)
            climb(world, one)
            other = world.return_of(audit, case=case)
            ask_for_time(
                other, reason=TimeReason.OTHER, words="W", wanted_on=working_days_from(other.due_on, 2),
                by=world.auditor,
            )  # fmt: skip
        here = f"/audits/{audit.slug}/"
        pages = ("/", f"{here}board/?show=declined", f"{here}board/?show=asks_for_time", f"{here}board/board.csv")
        counted.append([queries(sign_in(world.manager), page) for page in pages])
    assert counted[0] == counted[1]
