"""An agency asks for more time and the manager answers; a day is one on which a return may be due."""

import datetime as dt

import pytest
from django.urls import reverse

from maca.cases.models import Interest
from maca.cases.operations import declare_interest
from maca.journal.models import Entry
from maca.kernel.clock import is_working_day, today, working_days_from
from maca.kernel.verdict import Refused
from maca.notices.kinds import body, kind_of
from maca.notices.models import Notice
from maca.panel.operations import open_panel
from maca.partnership.operations import change_school_holidays
from maca.returns import rules
from maca.returns.as_table import rows
from maca.returns.models import AgencyReturn, DeclineReason, TimeReason
from maca.returns.operations import (
    ask_for_time,
    decline_return,
    extend_return,
    read_requests_for_time,
    refuse_time,
    say_known,
    say_not_known,
    send_back_questions,
)
from maca.returns.queries import board, shown_under
from maca.worklist.queries import tasks
from tests.house.test_pages import form_values
from tests.makers import World


def later(one: AgencyReturn, days: int = 2) -> dt.date:
    return working_days_from(one.due_on, days)


def asked(world: World, one: AgencyReturn | None = None, days: int = 2) -> AgencyReturn:
    one = one or world.return_of(world.circulated(1))
    ask_for_time(
        one, reason=TimeReason.RECORDS, words="They are at the other site.", wanted_on=later(one, days),
        by=world.auditor,
    )  # fmt: skip
    return world.return_of(one.case.audit)


def there(one: AgencyReturn, page: str) -> str:
    return reverse(page, kwargs={"audit": one.case.audit.slug, "case": 1, "agency": one.agency.slug})


def days(name: str, day: dt.date) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def chores(world: World, who: str = "manager") -> list[str]:
    return [task.text for task in tasks(world.people[who]) if "more time" in task.text]


def test_asking_moves_nothing_and_everybody_who_has_to_sees_it(world):
    one = world.return_of(world.circulated(1))
    due = one.due_on
    assert chores(world) == []
    one = asked(world, one)
    assert one.due_on == due
    assert chores(world) == ["Answer Health, which asks for more time"]
    assert chores(world, "chair") == []
    found = board(one.case.audit)
    assert [cell.agency.slug for cell in found.cells if "asks_for_time" in shown_under(cell)] == ["health"]
    assert ("asks_for_time", "More time asked for", 1) in found.filters
    table = rows(found)
    said = {row[1]: row[-1] for row in table[1:]}
    assert said == {
        "Health": f"Asked for until {later(one):%-d %B %Y}: {TimeReason.RECORDS.label}", "Police": "", "School": "",
    }  # fmt: skip
    assert b"site" not in bytes(one.extension_requests.get().words)
    assert Entry.objects.get(did="asked for more time").by == world.auditor.public_id


def test_it_is_granted_until_that_day_or_another_and_whoever_asked_is_told(world):
    one = asked(world)
    Notice.objects.all().delete()
    day = later(one, 1)
    extend_return(one, due_on=day, version=one.version, by=world.manager)
    one = world.return_of(one.case.audit)
    assert one.due_on == day
    request = one.newest_request()
    assert request.in_words() == f"Granted until {day:%-d %B %Y}"
    assert request.decided_by == world.manager
    notice = Notice.objects.get()
    assert notice.to_address == world.auditor.email
    assert "other site" not in body(kind_of(notice.kind), "")
    assert chores(world) == []
    assert asked(world, one, 2).asks_for_time


def test_refused_it_keeps_the_old_day_with_the_reason(world):
    one = asked(world)
    due, wanted = one.due_on, later(one)
    refuse_time(one, words="The panel cannot wait.", version=one.version, by=world.manager)
    one = world.return_of(one.case.audit)
    assert (one.due_on, one.asks_for_time) == (due, False)
    assert one.newest_request().in_words() == f"Refused: {wanted:%-d %B %Y} was asked for"
    assert read_requests_for_time(one, by=world.auditor)[0].refusal == "The panel cannot wait."
    assert Entry.objects.filter(did="refused more time", by=world.manager.public_id).count() == 1
    assert rules.may_refuse_time(world.manager, one).code == "not-asked-for"
    with pytest.raises(Refused):
        refuse_time(one, words="Again.", version=None, by=world.manager)
    asked(world, one, 3)
    assert world.return_of(one.case.audit).newest_request().is_open


def test_more_time_is_given_also_where_nobody_asked(world):
    one = world.return_of(world.circulated(1))
    extend_return(one, due_on=later(one), version=None, by=world.manager)
    assert world.return_of(one.case.audit).newest_request() is None


def test_who_asks_and_when(world):
    audit = world.circulated(1)
    one = world.return_of(audit)
    assert {who for who, person in world.people.items() if rules.may_ask_for_time(person, one)} == {"lead", "auditor"}
    assert rules.may_ask_for_time(world.police_lead, one).code == "not-your-agency"
    assert rules.may_ask_for_time(world.auditor, asked(world, one)).code == "asked-already"
    other = world.return_of(audit, "police")
    declare_interest(other.case, interest=Interest.HELD, by=world.police_auditor)
    assert rules.may_ask_for_time(world.police_auditor, other).code == "conflict"
    say_not_known(other, version=None, by=world.police_lead)
    assert rules.may_ask_for_time(world.police_lead, other).code == "complete"
    open_panel(audit, by=world.chair)
    assert rules.may_ask_for_time(world.school_auditor, world.return_of(audit, "school")).code == "not-gathering"


def test_what_was_handed_in_needs_no_more_time_also_when_it_is_sent_back(world):
    one = asked(world)
    world.submitted(one)
    assert not world.return_of(one.case.audit).asks_for_time
    assert chores(world) == []
    one = world.return_of(one.case.audit)
    question = one.case.audit.questions.get(asked_of="agency", number=1)
    send_back_questions(one, {question: "Again."}, version=None, by=world.manager)
    assert rules.may_ask_for_time(world.auditor, one).code == "complete"
    assert rules.may_refuse_time(world.manager, one).code == "complete"


def test_only_the_manager_answers(world):
    one = asked(world)
    assert rules.may_refuse_time(world.manager, one)
    assert rules.may_refuse_time(world.chair, one).code == "not-the-manager"
    with pytest.raises(Refused):
        refuse_time(one, words="No.", version=None, by=world.lead)
    assert world.return_of(one.case.audit).asks_for_time


def test_who_reads_why(world):
    one = asked(world)
    may = {who for who, person in world.people.items() if rules.may_read_requests_for_time(person, one)}
    assert may == {"lead", "auditor", "manager", "chair", "scrutineer"}
    declare_interest(one.case, interest=Interest.HELD, by=world.manager)
    assert rules.may_read_requests_for_time(world.manager, one).code == "conflict"
    with pytest.raises(Refused):
        read_requests_for_time(one, by=world.police_lead)


@pytest.mark.parametrize("act", ["declines", "does not know", "hands in"])
def test_whoever_has_answered_needs_no_more_time_and_can_ask_anew(world, act):
    one = asked(world)
    if act == "declines":
        decline_return(one, reason=DeclineReason.OTHER, words="No.", version=None, by=world.lead)
    elif act == "does not know":
        say_not_known(one, version=None, by=world.auditor)
    else:
        world.submitted(one)
    one = world.return_of(one.case.audit)
    assert one.newest_request().in_words().startswith("No longer needed: ")
    assert not one.asks_for_time
    if act == "declines":
        say_known(one, version=None, by=world.lead)
        again = asked(world, world.return_of(one.case.audit))
        assert again.asks_for_time


def test_on_which_day_a_return_may_be_due(world):
    one = world.return_of(world.circulated(1))
    panel_on = one.case.audit.panel_on
    free = next(
        day for day in (one.due_on + dt.timedelta(days=ahead) for ahead in range(1, 9)) if not is_working_day(day)
    )
    for day, code in (
        (one.due_on, "not-later"),
        (today(), "not-later"),
        (free, "not-a-working-day"),
        (panel_on, "not-before-the-panel"),
        (working_days_from(panel_on, 1), "not-before-the-panel"),
    ):
        assert rules.may_move_due_day(one, day).code == code
        for act in (
            lambda: extend_return(one, due_on=day, version=None, by=world.manager),  # noqa: B023
            lambda: ask_for_time(one, reason=TimeReason.OTHER, words="W", wanted_on=day, by=world.auditor),  # noqa: B023
        ):
            with pytest.raises(Refused) as refused:
                act()
            assert refused.value.code == code
    assert rules.may_move_due_day(one, working_days_from(panel_on, -1))
    assert rules.may_be_due_on(one, today()).code == "not-to-come"
    assert rules.may_be_due_on(one, one.due_on)
    one.due_on = today() - dt.timedelta(days=20)
    assert rules.may_move_due_day(one, today()).code == "not-later"
    one.case.audit.panel_on = None
    assert rules.may_be_due_on(one, panel_on)
    assert not world.return_of(one.case.audit).extension_requests.exists()


# ---- the pages


def test_the_agency_asks_on_its_page_and_the_manager_answers_on_theirs(world, sign_in):
    one = world.return_of(world.circulated(1))
    agency, manager = sign_in(world.auditor), sign_in(world.manager)
    page = there(one, "ask-for-time")
    keys = form_values(agency.get(page).content.decode())
    wrong = agency.post(page, {**keys, "reason": "records", "words": "A long reason.", **days("wanted_on", one.due_on)})
    assert wrong.status_code == 422
    assert "Choose a day in the future, after" in wrong.content.decode()
    assert "A long reason." in wrong.content.decode()
    sent = {**keys, "reason": "records", "words": "A long reason.", **days("wanted_on", later(one))}
    for _ in range(2):  # a double click
        assert agency.post(page, sent).status_code == 302
    assert one.extension_requests.count() == 1
    assert "Ask for more time" not in agency.get(there(one, "return")).content.decode()
    answer = there(one, "extend-return")
    assert answer in manager.get(f"/audits/{one.case.audit.slug}/board/?show=asks_for_time").content.decode()
    form = manager.get(answer).content.decode()
    assert "A long reason." in form
    assert TimeReason.RECORDS.label in form
    for said, sentence in (
        ({}, "Select"),
        ({"decision": "refuse"}, "Say why you give no more time"),
        ({"decision": "grant"}, "Enter the new day by which the return is due"),
        ({"decision": "grant", **days("due_on", one.due_on)}, "Choose a day in the future, after"),
    ):
        response = manager.post(answer, {**form_values(form), **said})
        assert response.status_code == 422, said
        assert sentence in response.content.decode(), said
    assert world.return_of(one.case.audit).asks_for_time
    refused = {"decision": "refuse", "refusal": "The panel cannot wait.", **days("due_on", later(one))}
    assert manager.post(answer, {**form_values(form), **refused}).status_code == 302
    assert "The panel cannot wait." in agency.get(there(one, "return")).content.decode()
    assert world.return_of(one.case.audit).due_on == one.due_on


def test_a_manager_with_a_conflict_sees_the_coded_reason_and_not_the_words(world, sign_in):
    one = asked(world)
    declare_interest(one.case, interest=Interest.HELD, by=world.manager)
    page = sign_in(world.manager).get(there(one, "extend-return")).content.decode()
    assert TimeReason.RECORDS.label in page
    assert "other site" not in page


def test_without_a_request_the_page_asks_for_a_day_alone(world, sign_in):
    one = world.return_of(world.circulated(1))
    client, page = sign_in(world.manager), there(one, "extend-return")
    form = client.get(page).content.decode()
    assert 'name="decision"' not in form
    assert client.post(page, form_values(form)).status_code == 422
    assert client.post(page, {**form_values(form), **days("due_on", later(one))}).status_code == 302
    assert world.return_of(one.case.audit).due_on == later(one)


def test_a_no_that_comes_after_a_colleagues_grants_nothing(world, sign_in):
    one = asked(world)
    client, path = sign_in(world.manager), there(one, "extend-return")
    keys = form_values(client.get(path).content.decode())
    refuse_time(one, words="The panel cannot wait.", version=None, by=world.manager)
    refused = {"decision": "refuse", "refusal": "Nor can the family.", **days("due_on", later(one))}
    late = client.post(path, {**keys, **refused})
    assert late.status_code == 403
    assert "has had its answer meanwhile" in late.content.decode()
    assert world.return_of(one.case.audit).due_on == one.due_on


@pytest.mark.parametrize(("agency", "warned"), [("school", True), ("health", False)])
def test_a_school_that_gets_more_time_into_its_holidays_is_warned_about_and_not_refused(world, sign_in, agency, warned):
    one = world.return_of(world.circulated(1), agency)
    day = later(one)
    change_school_holidays(world.partnership, add=("Half-term", day, day), by=world.manager)
    client, page = sign_in(world.manager), there(one, "extend-return")
    sent = {**form_values(client.get(page).content.decode()), **days("due_on", day)}
    shown = client.post(page, sent, follow=True).content.decode()
    assert ("is in the school holidays (Half-term)" in shown) is warned
    assert world.return_of(one.case.audit, agency).due_on == day
    who = world.school_auditor if agency == "school" else world.auditor
    say_known(world.return_of(one.case.audit, agency), version=None, by=who)
    change_school_holidays(world.partnership, add=("Inset", later(one, 4), later(one, 4)), by=world.manager)
    page = there(one, "ask-for-time")
    client = sign_in(who)
    sent = {**form_values(client.get(page).content.decode()), "reason": "holidays", "words": "W"}
    shown = client.post(page, {**sent, **days("wanted_on", later(one, 4))}, follow=True).content.decode()
    assert ("is in the school holidays (Inset)" in shown) is warned
