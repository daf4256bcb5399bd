import datetime as dt

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from maca.cases.models import IdentityReason
from maca.concerns.operations import raise_concern
from maca.governance import queries
from maca.journal.models import Entry
from maca.journal.operations import note_readings, write
from maca.journal.queries import readings_in_last_hour
from maca.journal.rules import MOST_AN_HOUR, may_read_more
from maca.kernel.verdict import Refused
from maca.partnership.models import Appointment, Person, Role
from tests.lifting import journal_can_be_changed
from tests.makers import World
from tests.steps import step

# They lift the triggers, which only the owner of the tables can.
pytestmark = pytest.mark.usefixtures("as_the_owner")


@pytest.fixture
@step
def officer(world):
    return world.governance


@transaction.atomic
def read(what, by, did="read a return", audit="neglect-9", case="Case 1", **details):
    return write(did, what, by=by, is_reading=True, audit=audit, case=case, **details)


def set_back(at: dt.datetime, **which) -> None:
    with journal_can_be_changed():
        Entry.objects.filter(**which).update(at=at)


def test_the_officer_reads_the_journal_and_nobody_else_does(world, officer, sign_in):
    world.planned()
    page = sign_in(officer).get("/journal/")
    assert page.status_code == 200
    assert "Planned an audit" in page.content.decode()
    for who in [one for one in world.people.values() if not one.holds(Role.INFORMATION_GOVERNANCE)]:
        client = sign_in(who)
        assert client.get("/journal/").status_code in (302, 403)
        assert client.get("/journal/out-of-the-ordinary/").status_code in (302, 403)
        assert 'href="/journal/"' not in client.get("/").content.decode()
    assert 'href="/journal/"' in sign_in(officer).get("/").content.decode()
    assert sign_in(officer).get("/who-read-ours/").status_code == 403


def test_the_journal_names_no_child_and_nothing_of_another_partnership(world, officer, sign_in):
    world.selected()
    elsewhere = World("Elsewhere Partnership")
    text = sign_in(officer).get("/journal/").content.decode()
    assert "Zebedee" not in text
    ours = queries.journal_page(officer).lines
    assert len(ours) == min(50, Entry.objects.filter(partnership=world.partnership.public_id).count())
    theirs = queries.journal_page(elsewhere.chair).lines
    assert len(theirs) == Entry.objects.filter(partnership=elsewhere.partnership.public_id).count()


def test_the_journal_is_read_a_page_at_a_time_without_a_gap(world, officer, sign_in):
    world.circulated()
    for _ in range(70):
        read(world.health, world.auditor)
    seen, before = [], None
    while True:
        page = queries.journal_page(officer, before=before)
        seen += [line.number for line in page.lines]
        if page.more_before is None:
            break
        before = page.more_before
    assert seen == list(range(Entry.objects.count(), 0, -1))
    first = sign_in(officer).get("/journal/?kind=reading").content.decode()
    assert "?kind=reading&amp;before=" in first


def test_the_journal_is_filtered_by_person_day_kind_and_case(world, officer):
    world.planned()
    read(world.health, world.auditor, case="Case 3")
    read(world.health, world.lead, case="Case 1")
    one = queries.journal_page(officer, kind="reading", by=world.auditor.public_id).lines
    assert [(line.who, line.about) for line in one] == [(world.auditor.name, "Case 3 of Neglect 9")]
    assert [line.who for line in queries.journal_page(officer, case="3").lines] == [world.auditor.name]
    assert not any(line.is_reading for line in queries.journal_page(officer, kind="change").lines)
    today = dt.datetime.now(queries.LONDON).date()
    assert queries.journal_page(officer, day=today).lines
    assert not queries.journal_page(officer, day=today - dt.timedelta(days=2)).lines


@pytest.mark.parametrize("asked", ["day-day=40&day-month=1&day-year=2026", "by=nobody", "kind=x"])
def test_a_filter_that_makes_no_sense_is_answered_with_a_sentence(officer, sign_in, asked):
    page = sign_in(officer).get(f"/journal/?{asked}")
    assert page.status_code == 422
    assert "There is a problem" in page.content.decode()
    assert sign_in(officer).get("/journal/?before=%00").status_code == 200


def test_a_lead_sees_who_read_their_own_agencys_records_and_no_others(world, sign_in):
    audit = world.circulated(1)
    ours, theirs = world.return_of(audit), world.return_of(audit, "police")
    case = ours.case
    with journal_can_be_changed():
        # What the story itself read is none of this test's.
        Entry.objects.filter(is_reading=True).delete()
    read(ours, world.manager)
    read(theirs, world.scrutineer)
    read(case, world.chair, "opened an identity", reason=IdentityReason.CORRECT.value)
    read(case, world.social_worker, "read a case")
    seen = queries.who_read_ours(world.lead).lines
    assert [(line.who, line.did) for line in seen] == [
        ("Social Worker", "read a case"),  # which their agency nominated
        ("Chair", "opened an identity"),
        ("Manager", "read a return"),
    ]
    assert seen[1].reason == IdentityReason.CORRECT.label
    text = sign_in(world.lead).get("/who-read-ours/").content.decode()
    assert "Post of the manager" in text
    assert "Post of the scrutineer" not in text
    other = [(line.who, line.did) for line in queries.who_read_ours(world.police_lead).lines]
    assert other == [("Chair", "opened an identity"), ("Scrutineer", "read a return")]


def test_a_lead_sees_no_reading_of_a_case_their_agency_was_not_asked_about(world):
    audit = world.selected(1)
    read(audit.cases.get(), world.chair, "opened an identity")
    assert not queries.who_read_ours(world.police_lead).lines
    assert queries.who_read_ours(world.lead).lines, "the control: theirs nominated it"


def test_a_lead_sees_who_read_what_their_agency_nominated_and_raised(world):
    audit = world.circulated(1)
    case = audit.cases.get()
    ours = raise_concern(case, what="A bruise.", found_at=queries.timezone.now(), told=None, by=world.auditor)
    theirs = raise_concern(case, what="A fall.", found_at=queries.timezone.now(), told=None, by=world.police_lead)
    with journal_can_be_changed():
        Entry.objects.filter(is_reading=True).delete()
    for what, did in (
        (case.nomination, "read a nomination"),
        (audit, "read nominations"),
        (audit, "read something else"),
        (case, "read a case"),
        (ours, "read a concern"),
    ):
        read(what, world.chair, did)
    read(theirs, world.manager, "read a concern")
    seen = [(line.who, line.did) for line in reversed(queries.who_read_ours(world.lead).lines)]
    assert seen == [
        ("Chair", did) for did in ("read a nomination", "read nominations", "read a case", "read a concern")
    ]
    other = [(line.who, line.did) for line in queries.who_read_ours(world.police_lead).lines]
    assert other == [("Manager", "read a concern")]


def test_the_journal_says_whom_and_which_audit(world, officer):
    audit = world.circulated(1)
    abouts = {(line.did, line.about) for line in queries.journal_page(officer, kind="change").lines}
    assert ("planned an audit", "Neglect 9") in abouts
    assert ("selected a case", "Case 1 of Neglect 9") in abouts
    assert not any(audit.slug in about for _, about in abouts)
    with transaction.atomic():
        write("added a person", world.lead, by=world.chair, roles=["agency_lead", "auditor"])
        write("changed roles", world.lead, by=world.chair, before=["auditor"], now=[])
        write("named a presenter", audit.cases.get(), by=world.chair, presenter=world.auditor.public_id)
        write("ended an account", world.lead, by=world.chair, reason="left")
    elsewhere = World("Elsewhere Partnership")
    with transaction.atomic():
        write("ended an account", elsewhere.lead, by=world.chair, reason="left")
    lead, auditor = (str(Role(one).label) for one in ("agency_lead", "auditor"))
    assert [line.about for line in queries.journal_page(officer).lines[:5]] == [
        "Person", "Lead", "Case: Auditor", f"Lead: no role (before: {auditor})", f"Lead: {lead}, {auditor}",
    ]  # fmt: skip


NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("at", "out"),
    [
        (NOON, False),
        (NOON.replace(hour=7), False),
        (NOON.replace(hour=6, minute=59), True),
        (NOON.replace(hour=19, minute=59), False),
        (NOON.replace(hour=20), True),
        (NOON.replace(day=22), True),  # a Sunday
        (dt.datetime(2026, 12, 25, 12, tzinfo=dt.UTC), True),  # a bank holiday, and a Friday
        (dt.datetime(2026, 7, 1, 6, 30, tzinfo=dt.UTC), False),  # half past seven, in summer time
    ],
)
def test_out_of_hours_is_as_london_has_it(at, out):
    assert queries.is_out_of_hours(at) is out


def test_each_kind_of_reading_out_of_the_ordinary_is_reported_and_an_ordinary_one_is_not(world, officer, sign_in):
    audit = world.published().audit
    noon = _last_working_noon()
    for number in range(31):
        read(world.health, world.auditor, audit="x", case="Case 1", part=f"{number}")
    for number in range(11):
        read(world.health, world.lead, audit="x", case=f"Case {number}")
    read(world.health, world.police_lead, audit=audit.slug)
    read(world.health, world.chair, audit="x")
    set_back(noon, is_reading=True)
    read(world.health, world.scrutineer, audit="x")
    set_back(noon.replace(hour=3), by=world.scrutineer.public_id)
    type(audit).objects.filter(pk=audit.pk).update(published_at=noon - dt.timedelta(hours=1))
    with journal_can_be_changed():
        # What the story itself read is none of this test's.
        Entry.objects.filter(is_reading=True, number__lte=_before_ours()).delete()
    found = {(one.who, one.what) for one in queries.outliers(officer)}
    assert found == {
        ("Auditor", "more than 30 readings within an hour"),
        ("Lead", "readings of more than 10 cases"),
        ("Police Lead", "readings of audits that were published already"),
        ("Scrutineer", "readings out of hours"),
    }
    assert "readings within an hour" in sign_in(officer).get("/journal/out-of-the-ordinary/").content.decode()


@pytest.mark.parametrize(
    ("minutes", "found"),
    [
        ([50] * 15 + [70] * 16, 31),  # across the hour
        ([0] * 15 + [59] * 16, 31),
        ([0] * 15 + [60] * 16, 0),
        ([0] * 30, 0),
        ([0] * 31 + [200] * 30, 31),
        ([minute * 2 for minute in range(100)], 0),  # 30 an hour, on and on
        ([minute * 1.9 for minute in range(100)], 100),
    ],
)
def test_an_hour_begins_whenever_the_first_of_the_readings_was(minutes, found):
    times = [NOON + dt.timedelta(minutes=one) for one in minutes]
    assert len(queries.too_many_at_once(times)) == found
    assert len(queries.too_many_at_once(times[::-1])) == found


def _before_ours() -> int:
    return Entry.objects.filter(did="published a briefing").latest("number").number


def _last_working_noon() -> dt.datetime:
    day = queries.timezone.now().astimezone(queries.LONDON).replace(hour=12, minute=0, second=0, microsecond=0)
    while not queries.is_working_day(day.date()) or day > queries.timezone.now():
        day -= dt.timedelta(days=1)
    return day.astimezone(dt.UTC)


def test_a_lead_is_told_how_many_readings_of_theirs_were_out_of_hours(world, sign_in):
    one = world.return_of(world.circulated(1))
    read(one, world.manager)
    set_back(_last_working_noon(), is_reading=True)
    assert "of the last" not in sign_in(world.lead).get("/who-read-ours/").content.decode()
    assert queries.out_of_hours_of_ours(world.lead) == 0
    set_back(_last_working_noon().replace(hour=2), is_reading=True)
    assert "1 reading in the last 30 days" in sign_in(world.lead).get("/who-read-ours/").content.decode()


def test_the_pages_take_the_same_queries_for_one_entry_and_for_fifty(world, officer, sign_in):
    one = world.return_of(world.circulated(1))
    pages = [(officer, "/journal/"), (officer, "/journal/out-of-the-ordinary/"), (world.lead, "/who-read-ours/")]

    def counted() -> list[int]:
        counts = []
        for person, page in pages:
            client = sign_in(person)
            client.get(page)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(page).status_code == 200
            counts.append(len(captured))
        return counts

    read(one, world.manager)
    first = counted()
    for who in (world.chair, world.scrutineer, world.lead, world.police_lead, world.auditor):
        for number in range(10):
            read(one, who, part=f"{number}")
    assert counted() == first


def test_nobody_is_shown_more_than_the_limit_within_an_hour(world):
    class Thing:
        def __init__(self, number: int) -> None:
            self.public_id = f"{number:032x}"

    for number in range(MOST_AN_HOUR - 1):
        read(Thing(number), world.auditor)
    read(Thing(1), world.auditor)
    assert readings_in_last_hour(world.auditor.public_id) == MOST_AN_HOUR - 1
    assert may_read_more(world.auditor), "the same thing twice counts once"
    assert not may_read_more(world.auditor, 2), "two at once would be one too many"
    with pytest.raises(Refused):
        note_readings("read a report", [(Thing(number), {}) for number in (2, 3)], by=world.auditor)
    read(Thing(MOST_AN_HOUR), world.auditor)
    verdict = may_read_more(world.auditor)
    assert verdict.code == "read-too-much"
    assert "Wait an hour" in verdict.sentence
    assert may_read_more(world.lead)
    set_back(queries.timezone.now() - dt.timedelta(minutes=61), is_reading=True)
    assert may_read_more(world.auditor)


def test_the_head_goes_to_every_lead_once_a_day_and_says_nothing_else(world):
    pytest.importorskip("maca.notices.kinds")
    from maca.governance.operations import daily_heads
    from maca.journal.queries import head_of, verify
    from maca.journal.verify_export import head_in
    from maca.notices.models import Notice

    # At night none go, and this test may run at night.
    now = queries.timezone.now().astimezone(queries.LONDON).replace(hour=12)
    assert daily_heads(now) == 2
    sent = set(Notice.objects.filter(kind="journal-head").values_list("to_address", "reference"))
    head = head_of(world.partnership.public_id)
    assert sent == {(world.lead.email, head), (world.police_lead.email, head)}
    assert daily_heads(now) == 0
    world.planned()
    assert not verify(world.partnership.public_id, heads=[head_in(head)]).wrong


def test_no_head_goes_to_a_lead_whom_nobody_attests_any_longer(world):
    from maca.governance.operations import daily_heads
    from maca.notices.models import Notice

    Person.objects.filter(pk=world.police_lead.pk).update(attested_on=dt.date(2020, 1, 1))
    assert daily_heads(_last_working_noon()) == 1
    assert [one.to_address for one in Notice.objects.filter(kind="journal-head")] == [world.lead.email]


def test_a_partnership_whose_head_cannot_be_sent_stops_no_other(world, caplog):
    from maca.governance.operations import daily_heads
    from maca.notices.models import Notice

    other = World("Elsewhere Partnership")
    # Founded first, so that it would stop the one after it.
    Appointment.objects.filter(person=world.operator, role=Role.OPERATOR).delete()
    assert daily_heads(_last_working_noon()) == 2
    told = set(Notice.objects.filter(kind="journal-head").values_list("partnership", flat=True))
    assert told == {other.partnership.public_id}
    (said,) = [one.getMessage() for one in caplog.records if one.name == "maca.governance.operations"]
    assert said == "the head of one journal could not be sent: DoesNotExist"
