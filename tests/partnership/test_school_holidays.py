"""A partnership enters its school holidays, and is warned of what falls in them."""

import datetime as dt

import pytest
from django.urls import reverse

from maca.journal.models import Entry
from maca.kernel.clock import today
from maca.kernel.verdict import Refused
from maca.partnership import rules
from maca.partnership.models import SchoolHoliday
from maca.partnership.operations import change_school_holidays
from maca.partnership.queries import school_holiday_warning, school_holidays_of
from tests.house.test_pages import form_values
from tests.makers import World

FIRST, LAST = dt.date(2027, 2, 15), dt.date(2027, 2, 19)
DAY = dt.timedelta(days=1)


def days(**sent: dt.date) -> dict[str, str]:
    return {
        f"{name}-{part}": str(getattr(day, part)) for name, day in sent.items() for part in ("day", "month", "year")
    }


def test_both_ends_are_in_the_holiday_and_the_days_beside_them_are_not(world):
    change_school_holidays(world.partnership, add=("Half-term", FIRST, LAST), by=world.manager)
    warned = {day for day in (FIRST - DAY, FIRST, LAST, LAST + DAY) if school_holiday_warning(world.partnership, day)}
    assert warned == {FIRST, LAST}
    assert school_holiday_warning(world.partnership, FIRST) == (
        "15 February 2027 is in the school holidays (Half-term). Schools may not be able to answer by then."
    )
    assert not school_holiday_warning(World("Elsewhere Partnership").partnership, FIRST)


def test_they_are_listed_by_day_and_taken_out_by_their_own_partnership_alone(world):
    change_school_holidays(world.partnership, add=("Later", LAST, LAST), by=world.manager)
    change_school_holidays(world.partnership, add=("Sooner", FIRST, FIRST), by=world.manager)
    assert [one.name for one in school_holidays_of(world.partnership)] == ["Sooner", "Later"]
    elsewhere = World("Elsewhere Partnership")
    change_school_holidays(
        elsewhere.partnership, add=None, take_out=school_holidays_of(world.partnership), by=elsewhere.manager
    )
    assert len(school_holidays_of(world.partnership)) == 2
    change_school_holidays(
        world.partnership, add=None, take_out=school_holidays_of(world.partnership)[:1], by=world.manager
    )
    assert [one.name for one in school_holidays_of(world.partnership)] == ["Later"]
    assert school_holidays_of(elsewhere.partnership) == []
    assert Entry.objects.filter(did="changed the school holidays").count() == 4


def test_only_the_manager_enters_them_and_a_refusal_changes_nothing(world):
    assert {who for who, person in world.people.items() if rules.may_set_school_holidays(person)} == {"manager"}
    assert rules.may_set_school_holidays(world.chair).code == "not-the-manager"
    with pytest.raises(Refused):
        change_school_holidays(world.partnership, add=("H", FIRST, LAST), by=world.chair)
    with pytest.raises(Refused) as refused:
        change_school_holidays(world.partnership, add=("H", LAST, FIRST), by=world.manager)
    assert refused.value.code == "ends-before-it-begins"
    assert not SchoolHoliday.objects.exists()


def test_the_page_says_what_is_missing_and_takes_what_is_whole(world, sign_in):
    client, page = sign_in(world.manager), reverse("school-holidays")
    assert page in client.get(reverse("people")).content.decode()
    assert page not in sign_in(world.chair).get(reverse("people")).content.decode()
    whole = {"name": "Half-term", **days(first_on=FIRST, last_on=LAST)}
    for sent, sentence in (
        ({}, "Enter a holiday, or tick one to take out"),
        ({"name": "Half-term"}, "Enter the first day of the holiday"),
        (days(first_on=FIRST, last_on=LAST), "Enter a name of the holiday"),
        ({"name": "Half-term", **days(first_on=FIRST)}, "Enter the last day of the holiday"),
        ({**whole, **days(last_on=FIRST - DAY)}, "The last day must be 15 February 2027 or later"),
        ({**whole, **days(last_on=FIRST + 71 * DAY)}, "A holiday is ten weeks long at most"),
    ):
        response = client.post(page, {**form_values(client.get(page).content.decode()), **sent})
        assert response.status_code == 422, sent
        assert sentence in response.content.decode(), sent
    assert client.post(page, {**form_values(client.get(page).content.decode()), **whole}).status_code == 302
    longest = {"name": "Summer", **days(first_on=FIRST, last_on=FIRST + 70 * DAY)}
    assert client.post(page, {**form_values(client.get(page).content.decode()), **longest}).status_code == 302
    shown = client.get(page).content.decode()
    assert "Half-term, 15 February 2027 to 19 February 2027" in shown
    one = SchoolHoliday.objects.get(name="Half-term")
    assert client.post(page, {**form_values(shown), "take_out": [one.public_id]}).status_code == 302
    assert [left.name for left in SchoolHoliday.objects.all()] == ["Summer"]


def test_a_plan_whose_returns_fall_due_in_them_says_so(world, sign_in):
    audit = world.planned()
    client, page = sign_in(world.chair), reverse("plan", kwargs={"audit": audit.slug})
    assert "school holidays" not in client.get(page).content.decode()
    day = audit.returns_due_on
    change_school_holidays(world.partnership, add=("Half-term", day, day), by=world.manager)
    assert "is in the school holidays (Half-term)" in client.get(page).content.decode()
    assert day > today()
