"""Reminders: at their step, to whom they are for, never twice and never skipped. (V54)"""

import datetime as dt
import threading
from collections import Counter

import pytest
import time_machine
from django.core import mail
from django.db import connections, transaction
from django.utils import timezone

from maca.journal.models import Entry
from maca.kernel.clock import LONDON, today, working_days_from
from maca.notices.models import Notice
from maca.notices.operations import send_due
from maca.panel.operations import open_panel
from maca.partnership.operations import name_contacts
from maca.returns import reminders
from maca.returns.models import AgencyReturn, DeclineReason, Reminder
from maca.returns.operations import circulate_audit, decline_return, extend_return, say_known, say_not_known
from maca.returns.reminders import remind, step_due
from tests.makers import World
from tests.steps import step

STEPS = ["ten_before", "three_before", "on_the_day", "two_after"]
# Bank holidays in England that move or stand in for others, written down by hand; the rule of thumb has the rest.
CHRISTMAS = {
    2026: ["2026-12-25", "2026-12-28"], 2027: ["2027-12-27", "2027-12-28"], 2028: ["2028-12-25", "2028-12-26"],
    2029: ["2029-12-25", "2029-12-26"], 2030: ["2030-12-25", "2030-12-26"], 2031: ["2031-12-25", "2031-12-26"],
    2032: ["2032-12-27", "2032-12-28"], 2033: ["2033-12-26", "2033-12-27"], 2034: ["2034-12-25", "2034-12-26"],
    2035: ["2035-12-25", "2035-12-26"], 2036: ["2036-12-25", "2036-12-26"], 2037: ["2037-12-25", "2037-12-28"],
}  # fmt: skip
NEW_YEAR = {
    2026: "2026-01-01", 2027: "2027-01-01", 2028: "2028-01-03", 2029: "2029-01-01", 2030: "2030-01-01",
    2031: "2031-01-01", 2032: "2032-01-01", 2033: "2033-01-03", 2034: "2034-01-02", 2035: "2035-01-01",
    2036: "2036-01-01", 2037: "2037-01-01",
}  # fmt: skip
EASTER_SUNDAY = {
    2026: "2026-04-05", 2027: "2027-03-28", 2028: "2028-04-16", 2029: "2029-04-01", 2030: "2030-04-21",
    2031: "2031-04-13", 2032: "2032-03-28", 2033: "2033-04-17", 2034: "2034-04-09", 2035: "2035-03-25",
    2036: "2036-04-13", 2037: "2037-04-05",
}  # fmt: skip


def _monday(year: int, month: int, last: bool) -> dt.date:
    day = dt.date(year, month + 1, 1) - dt.timedelta(days=1) if last else dt.date(year, month, 1)
    while day.weekday():
        day += dt.timedelta(days=-1 if last else 1)
    return day


def bank_holidays() -> set[dt.date]:
    """By hand, and not from the library that the site asks."""
    days = {dt.date.fromisoformat(one) for year in CHRISTMAS.values() for one in year}
    days |= {dt.date.fromisoformat(one) for one in NEW_YEAR.values()}
    for year, easter in EASTER_SUNDAY.items():
        sunday = dt.date.fromisoformat(easter)
        days |= {sunday - dt.timedelta(days=2), sunday + dt.timedelta(days=1)}
        days |= {_monday(year, 5, last=False), _monday(year, 5, last=True), _monday(year, 8, last=True)}
    return days


def test_over_ten_years_of_due_dates_each_step_falls_on_the_working_day_a_hand_made_table_says():
    free = bank_holidays()
    first, last = dt.date(2026, 1, 1), dt.date(2037, 3, 1)
    everyday = [first + dt.timedelta(days=one) for one in range((last - first).days)]
    working = [day for day in everyday if day.weekday() < 5 and day not in free]
    asked_on, tried = dt.date(2025, 1, 1), 0
    for place, due_on in enumerate(working):
        if not dt.date(2026, 3, 1) <= due_on < dt.date(2036, 12, 31):
            continue
        falls = {days: working[place + days] for days in (-10, -3, 0, 2)}
        for days, wanted in zip(falls, STEPS, strict=True):
            assert step_due(due_on, asked_on, falls[days]) == wanted, (due_on, wanted)
        for (_, before), until in zip([(None, None), *zip(falls, STEPS, strict=True)], falls.values(), strict=False):
            assert step_due(due_on, asked_on, until - dt.timedelta(days=1)) == before, (due_on, until)
        tried += 1
    assert tried > 2_700


def test_a_step_before_the_agency_was_asked_is_not_made_good():
    due_on = dt.date(2026, 11, 25)
    assert step_due(due_on, dt.date(2026, 11, 16), dt.date(2026, 11, 18)) is None
    assert step_due(due_on, dt.date(2026, 11, 16), dt.date(2026, 11, 20)) == "three_before"


# ---- whole lives of returns, with the clock moved on


def at(day: dt.date, hour: int = 9) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, 30), LONDON)


def lived(world: World, day: dt.date, cases: int = 1):
    """An audit circulated on this day. Returns are due 35 working days later."""
    with time_machine.travel(at(day), tick=False):
        audit = world.circulated(cases)
        world.people["school_lead"] = world.people.get("school_lead") or world.add("school_lead", "school")
    send_due(at(day))
    mail.outbox.clear()
    return audit


def go(first: dt.date, last: dt.date, *, but: tuple[dt.date, ...] = ()) -> list[tuple[dt.date, str]]:
    """Let the clock go round four times on each day, but on those on which the site stood still; what was mailed."""
    mailed, day = [], first
    while day <= last:
        for hour in (0, 7, 8, 16) if day not in but else ():
            with time_machine.travel(at(day, hour), tick=False):
                remind(timezone.now())
                send_due(timezone.now())
            for message in mail.outbox:
                assert hour >= 8, "nobody is written to in the night"
                assert message.subject == reminders.REMINDER.subject
                mailed.append((day, message.to[0].split("@")[0]))
            mail.outbox.clear()
        day += dt.timedelta(days=1)
    return mailed


def alive(world: World, *days: dt.date) -> None:
    """Nobody lapses in the months that the test goes through."""
    for person in world.people.values():
        type(person).objects.filter(pk=person.pk).update(attested_on=days[0])


@pytest.mark.parametrize(
    ("circulated_on", "why"),
    [
        (dt.date(2026, 9, 7), "clocks go back on 25 October 2026"),
        (dt.date(2027, 2, 1), "clocks go forward on Easter Sunday, 28 March 2027"),
        (dt.date(2027, 11, 8), "substitute days at Christmas 2027"),
        (dt.date(2028, 1, 10), "29 February 2028"),
    ],
)
def test_each_step_comes_once_on_its_day_and_to_those_it_is_for(world, circulated_on, why):
    alive(world, circulated_on)
    with time_machine.travel(at(circulated_on), tick=False):
        name_contacts(world.health, contact=world.auditor, deputy=world.lead, version=None, by=world.manager)
    audit = lived(world, circulated_on)
    due_on = AgencyReturn.objects.of(audit).first().due_on
    alive(world, due_on - dt.timedelta(days=40))
    mailed = go(due_on - dt.timedelta(days=20), due_on + dt.timedelta(days=12))
    falls = [working_days_from(due_on, days) for days in (-10, -3, 0, 2)]
    health = [(day, who) for day, who in mailed if who in ("auditor", "lead")]
    assert health == [
        (falls[0], "auditor"), (falls[1], "auditor"), (falls[1], "lead"), (falls[2], "auditor"), (falls[2], "lead"),
        (falls[3], "auditor"), (falls[3], "lead"),
    ], why  # fmt: skip
    # Where nobody is named it goes to the lead.
    assert [day for day, who in mailed if who == "police_lead"] == falls
    assert not [one for one in mailed if one[1] == "police_auditor"]


def test_a_day_on_which_the_site_stood_still_is_made_good_and_only_the_latest_step_is_sent(world):
    start = dt.date(2026, 9, 7)
    alive(world, start)
    due_on = AgencyReturn.objects.of(lived(world, start)).first().due_on
    alive(world, due_on - dt.timedelta(days=40))
    ten, three = working_days_from(due_on, -10), working_days_from(due_on, -3)
    down = tuple(ten + dt.timedelta(days=one) for one in range((three - ten).days + 1))
    mailed = go(due_on - dt.timedelta(days=20), due_on - dt.timedelta(days=1), but=down)
    assert [one for one in mailed if one[1] == "police_lead"] == [(three + dt.timedelta(days=1), "police_lead")]
    assert set(Reminder.objects.exclude(step="asked").values_list("step", flat=True)) == {"three_before"}


def test_one_message_a_person_however_many_returns_are_due(world):
    start = dt.date(2026, 9, 7)
    alive(world, start)
    due_on = AgencyReturn.objects.of(lived(world, start, cases=5)).first().due_on
    alive(world, due_on - dt.timedelta(days=40))
    ten = working_days_from(due_on, -10)
    mailed = go(ten, ten)
    assert Counter(who for _, who in mailed) == {"lead": 1, "police_lead": 1, "school_lead": 1}
    assert Reminder.objects.filter(step="ten_before", recipient=world.lead).count() == 5
    assert Entry.objects.filter(did="wrote to an agency", by=world.operator.public_id).count() == len(mailed)


@pytest.fixture
@step
def due(world):
    """An audit whose returns are due in three working days, asked long ago."""
    audit = world.circulated(1)
    AgencyReturn.objects.of(audit).update(
        due_on=working_days_from(today(), 3), asked_at=timezone.now() - dt.timedelta(days=60)
    )
    Notice.objects.all().delete()
    return audit


def noon() -> dt.datetime:
    return dt.datetime.combine(today(), dt.time(12), LONDON)


def reminded() -> set[str]:
    return {one.split("@")[0] for one in Notice.objects.values_list("to_address", flat=True)}


def test_who_has_answered_is_never_chased(world, due):
    say_not_known(world.return_of(due), version=None, by=world.auditor)
    decline_return(
        world.return_of(due, "police"), reason=DeclineReason.CAPACITY, words="No.", version=None, by=world.police_lead
    )
    remind(noon())
    assert reminded() == {"school_auditor"}  # the control: nobody leads the school, so it goes to who answers for it


def test_a_return_that_is_handed_in_is_not_chased_and_one_begun_is(world, due):
    world.submitted(world.return_of(due))
    say_known(world.return_of(due, "police"), version=None, by=world.police_auditor)
    remind(noon())
    assert reminded() == {"police_lead", "school_auditor"}


def test_nobody_is_reminded_once_the_panel_has_opened(world, due):
    open_panel(due, by=world.chair)
    remind(noon())
    assert not Notice.objects.exists()


def test_more_time_counts_from_the_new_day(world, due):
    remind(noon())
    before = Reminder.objects.exclude(step="asked").count()
    one = world.return_of(due)
    extend_return(one, due_on=working_days_from(today(), 10), version=None, by=world.manager)
    remind(noon())
    assert Reminder.objects.exclude(step="asked").count() == before + 1
    assert Reminder.objects.filter(agency_return=one, step="ten_before").count() == 1


def test_whoever_can_no_longer_sign_in_is_passed_over(world, due):
    name_contacts(world.health, contact=world.auditor, deputy=None, version=None, by=world.lead)
    type(world.auditor).objects.filter(pk=world.auditor.pk).update(attested_on=today() - dt.timedelta(days=91))
    remind(noon())
    assert "lead" in reminded()
    assert "auditor" not in reminded()


@pytest.mark.django_db(transaction=True)
def test_a_crash_between_the_claim_and_the_message_leaves_neither_and_the_next_round_makes_it_good(monkeypatch):
    world = World()
    audit = world.circulated(1)
    AgencyReturn.objects.of(audit).update(
        due_on=working_days_from(today(), 3), asked_at=timezone.now() - dt.timedelta(days=60)
    )
    Notice.objects.all().delete()

    class Crash(BaseException):
        pass

    def dies(*args, **kwargs):
        raise Crash

    with monkeypatch.context() as broken:
        broken.setattr(reminders, "write", dies)  # the last thing it does: claim and message have been written
        with pytest.raises(Crash):
            remind(noon())
    assert not Notice.objects.exists()
    assert not Reminder.objects.exclude(step="asked").exists()
    for _ in range(3):
        remind(noon())
    send_due(timezone.now())
    assert sorted(one.to[0].split("@")[0] for one in mail.outbox) == ["lead", "police_lead", "school_auditor"]


@pytest.mark.django_db(transaction=True)
def test_two_processes_that_remind_at_once_remind_each_person_once():
    world = World()
    AgencyReturn.objects.of(world.circulated(3)).update(
        due_on=working_days_from(today(), 3), asked_at=timezone.now() - dt.timedelta(days=60)
    )
    Notice.objects.all().delete()
    together = threading.Barrier(4)

    def go_round():
        together.wait()
        try:
            remind(noon())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go_round) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(one.split("@")[0] for one in Notice.objects.values_list("to_address", flat=True)) == [
        "lead", "police_lead", "school_auditor",
    ]  # fmt: skip
    assert Reminder.objects.exclude(step="asked").count() == 9


@transaction.atomic
def with_a_fault_behind_it(audit, asked, by):
    circulate_audit(audit, asked, purpose="P", legal_basis="L", version=None, by=by)
    raise ZeroDivisionError


def test_the_request_goes_out_with_the_circulation_or_not_at_all(world):
    audit = world.selected(2)
    asked = {case: [world.health] for case in audit.cases.all()}
    with pytest.raises(ZeroDivisionError):
        with_a_fault_behind_it(audit, asked, world.manager)
    assert not Notice.objects.exists()
    audit.refresh_from_db()
    circulate_audit(audit, asked, purpose="P", legal_basis="L", version=None, by=world.manager)
    assert list(Notice.objects.values_list("to_address", "kind", "link")) == [
        (world.lead.email, "returns/request", "/")
    ]
    send_due(timezone.now())
    assert audit.title not in mail.outbox[0].body
    assert "Case 1" not in mail.outbox[0].body
