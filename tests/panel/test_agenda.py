"""The agenda of a panel: set, read by whoever has a part in it, and taken into a calendar with nothing of a case."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from maca.audits.models import Audit, Heading
from maca.cases.models import Interest
from maca.cases.operations import declare_interest
from maca.kernel.clock import LONDON, today
from maca.kernel.verdict import Refused
from maca.kernel.versions import Changed
from maca.panel import rules
from maca.panel.agenda import agenda_of, interests_in, turns
from maca.panel.models import Agenda, Came
from maca.panel.operations import (
    close_panel,
    introduce_case,
    open_panel,
    record_attendance,
    record_finding,
    set_agenda,
)
from maca.panel.queries import Column, asked_about, expected_at
from maca.partnership.models import AgencyKind
from maca.partnership.operations import register_agency
from maca.returns.operations import issue_report

NINE = dt.time(9, 0)


def given(world, audit, who="chair", version=None, **minutes):
    cases = audit.cases.order_by("number")
    slots = {case: minutes.get(f"case_{case.number}", (case.number, 60)) for case in cases}
    return set_agenda(
        audit, begins_at=NINE, place="Room 4, or by video", quorum=3, slots=slots, version=version, by=world.people[who]
    )


def read(audit, **more):
    audit = Audit.objects.get(pk=audit.pk)
    return turns(audit, agenda_of(audit), today=today(), **more)


def test_the_cases_come_in_the_order_and_for_as_long_as_is_said(world):
    audit = world.selected(3)
    given(world, audit, case_1=(3, 90), case_2=(1, 45), case_3=(2, 30))
    assert [(one.case.number, f"{one.begins:%H:%M}", f"{one.ends:%H:%M}") for one in read(audit)] == [
        (2, "09:00", "09:45"), (3, "09:45", "10:15"), (1, "10:15", "11:45"),
    ]  # fmt: skip


def test_without_an_agenda_the_cases_come_by_number_and_without_a_time(world):
    audit = world.selected(2)
    assert [(one.case.number, one.begins) for one in read(audit)] == [(1, None), (2, None)]


def test_who_introduces_is_said_of_ones_own_cases_and_the_pack_with_its_lateness(world):
    audit = world.circulated(2)
    one = audit.cases.get(number=1)
    issue_report(one, by=world.manager)
    Audit.objects.filter(pk=audit.pk).update(pack_on=today() - dt.timedelta(days=1))
    first, second = read(audit, named={one.pk})
    assert (first.introduced_by, first.pack, first.pack_is_late) == (
        "Social Worker, Post of the social_worker", "Report issued, version 1", False
    )  # fmt: skip
    assert (second.introduced_by, second.pack, second.pack_is_late) == ("", "Report not issued yet", True)


def test_who_sets_it_and_until_when(world):
    assert rules.may_set_agenda(world.chair, world.planned("Empty")).code == "no-cases"
    audit = world.circulated(1)
    for who, person in world.people.items():
        assert bool(rules.may_set_agenda(person, audit)) == (who in ("chair", "manager")), who
    with pytest.raises(Refused):
        given(world, audit, who="member")
    open_panel(audit, by=world.chair)
    assert rules.may_set_agenda(world.manager, audit)
    case = audit.cases.select_related("audit", "hearing").get()
    world.hear(case)
    close_panel(audit, by=world.chair)
    assert rules.may_set_agenda(world.chair, audit).code == "panel-closed"


def test_the_second_of_two_who_set_it_is_shown_both(world, sign_in):
    audit = world.selected(1)
    given(world, audit)
    with pytest.raises(Changed):
        given(world, audit, version=1)
    page = reverse("set-agenda", kwargs={"audit": audit.slug})
    sent = {"begins_at": "10:00", "place-1": "1", "minutes-1": "60", "version": "1", "once": "a" * 32}
    answer = sign_in(world.manager).post(page, sent)
    assert answer.status_code == 409
    assert "Room 4, or by video" in answer.content.decode()


def test_it_is_set_on_a_page_and_read_by_whoever_has_a_part(world, sign_in):
    audit = world.circulated(2)
    client, page = sign_in(world.chair), reverse("set-agenda", kwargs={"audit": audit.slug})
    version = re.search(r'name="version" value="(\d+)"', client.get(page).content.decode())[1]
    sent = {"begins_at": "9.30am", "place": "Room <4>", "version": version, "place-1": "2", "place-2": "1"}
    late = client.post(page, {**sent, "minutes-1": "2", "minutes-2": "45", "once": "a" * 32})
    assert late.status_code == 422
    same = client.post(page, {**sent, "place-2": "2", "minutes-1": "50", "minutes-2": "45", "once": "c" * 32})
    assert (same.status_code, "Case 1 has this number already" in same.content.decode()) == (422, True)
    night = {**sent, "begins_at": "10.30pm", "minutes-1": "50", "minutes-2": "45", "once": "d" * 32}
    gone_on = client.post(page, night)
    assert (gone_on.status_code, "goes on past midnight" in gone_on.content.decode()) == (422, True)
    assert client.post(page, {**sent, "minutes-1": "50", "minutes-2": "45", "once": "b" * 32}).status_code == 302
    there = reverse("agenda", kwargs={"audit": audit.slug})
    shown = sign_in(world.auditor).get(there).content.decode()
    assert "Room &lt;4&gt;" in shown
    assert shown.index("Case 2") < shown.index("Case 1")
    assert "9:30am to 10:15am" in shown
    assert sign_in(world.governance).get(there).status_code in (403, 404)


def test_the_invitations_hold_times_and_labels_and_nothing_of_a_case(world, sign_in):
    audit = world.circulated(2)
    page = reverse("agenda-calendar", kwargs={"audit": audit.slug})
    client = sign_in(world.chair)
    assert "No agenda has been set yet" in client.get(page).content.decode()
    given(world, audit)
    calendar = Calendar.from_ical(client.get(page).content)
    events = calendar.walk("VEVENT")
    assert [str(one["summary"]) for one in events] == [f"{audit.title}, the panel: Case {at}" for at in (1, 2)]
    assert events[0].decoded("dtstart") == dt.datetime.combine(audit.panel_on, NINE, LONDON)
    assert events[0].decoded("dtend") - events[0].decoded("dtstart") == dt.timedelta(minutes=60)
    text = client.get(page).content.decode()
    assert "Zebedee" not in text
    assert "Quux" not in text
    assert "It would teach us" not in text


def test_how_many_have_declared_an_interest_is_said_to_those_who_set_the_agenda(world, sign_in):
    audit = world.circulated(2)
    first = audit.cases.get(number=1)
    declare_interest(first, interest=Interest.NONE, by=world.member)
    declare_interest(first, interest=Interest.MET, by=world.chair)
    declare_interest(first, interest=Interest.HELD, by=world.chair)  # the newest word counts, and once
    found = interests_in(audit)
    several, conflict = re.fullmatch(r"(\d+) have declared; (\d) with a conflict of interest", found[first.pk]).groups()
    assert (int(several) > 1, conflict) == (True, "1")
    page = reverse("agenda", kwargs={"audit": audit.slug})
    assert "with a conflict of interest" in sign_in(world.manager).get(page).content.decode()
    shown = sign_in(world.member).get(page).content.decode()
    assert "have declared" not in shown
    assert "Interests" not in shown


def test_the_agenda_asks_as_often_for_five_cases_as_for_one(world, sign_in):
    client = sign_in(world.chair)

    def queries(audit) -> int:
        given(world, audit)
        page = reverse("agenda", kwargs={"audit": audit.slug})
        client.get(page)
        with CaptureQueriesContext(connection) as asked:
            client.get(page)
        return len(asked)

    assert queries(world.circulated(5)) == queries(world.circulated(1))


def test_who_had_to_be_there_and_was_not_is_said_and_bars_nothing(world, sign_in):
    audit = world.circulated(1)
    client, page = sign_in(world.chair), reverse("set-agenda", kwargs={"audit": audit.slug})
    sent = {"begins_at": "9am", "place-1": "1", "minutes-1": "60", "version": "1", "needed": ["health", "police"]}
    assert client.post(page, {**sent, "once": "a" * 32}).status_code == 302
    agenda = reverse("agenda", kwargs={"audit": audit.slug})
    assert "Health, Police" in client.get(agenda).content.decode()
    open_panel(audit, by=world.chair)
    case = audit.cases.select_related("audit", "hearing").get()
    hearing = reverse("hearing", kwargs={"audit": audit.slug, "case": 1})
    assert "had to be there" not in client.get(hearing).content.decode()
    introduce_case(case.hearing, introduced_by=world.social_worker, partners=[], version=None, by=world.chair)
    record_finding(Column(audit, case, Heading.WENT_WELL), text="F", agencies=[], by=world.chair)
    came = dict.fromkeys(world.agencies.values(), (Came.APOLOGIES, ""))
    record_attendance(case.hearing, {**came, world.health: (Came.PRESENT, "")}, version=None, by=world.chair)
    closing = reverse("finish-hearing", kwargs={"audit": audit.slug, "case": 1})
    for one in (hearing, closing):
        assert "Police had to be there, and was not." in client.get(one).content.decode()
    record_attendance(case.hearing, came, version=None, by=world.chair)
    assert "Health and Police had to be there, and were not." in client.get(closing).content.decode()
    assert rules.may_finish_hearing(world.chair, case.hearing)


def test_an_agency_that_has_to_be_there_can_be_recorded_as_there_though_it_was_not_asked(world, sign_in):
    audit = world.panel_opened(1)
    case = audit.cases.get()
    elsewhere = register_agency(partnership=world.partnership, name="Courts", kind=AgencyKind.OTHER, by=world.manager)
    agenda = Agenda.objects.create(audit=audit, begins_at=dt.time(9))
    agenda.needed.add(elsewhere)
    assert elsewhere not in asked_about(case)
    assert elsewhere in expected_at(case)
    page = sign_in(world.chair).get(reverse("attendance", kwargs={"audit": audit.slug, "case": 1})).content.decode()
    assert f"came-{elsewhere.slug}" in page


def test_the_page_of_the_panel_lists_the_cases_in_the_order_of_the_agenda(world, sign_in):
    audit = world.panel_opened(3)
    page, client = reverse("panel", kwargs={"audit": audit.slug}), sign_in(world.chair)

    def listed() -> list[str]:
        return re.findall(r"cases/(\d)/\">Case", client.get(page).content.decode())

    assert listed() == ["1", "2", "3"]
    given(world, audit, case_1=(3, 90), case_2=(1, 45), case_3=(2, 30))
    assert listed() == ["2", "3", "1"]
