"""What is said at a panel, line by line: written by several hands, shown as it comes, and nothing twice."""

import asyncio
import json
import re
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from maca.audits.models import Heading
from maca.cases.models import Case, Interest
from maca.cases.operations import declare_interest
from maca.journal.models import Entry
from maca.kernel.ids import new_public_id
from maca.kernel.verdict import Refused
from maca.kernel.versions import Changed
from maca.panel import following, rules
from maca.panel.models import Finding, Hearing, PanelLine
from maca.panel.operations import (
    change_line,
    follow_lines,
    introduce_case,
    open_panel,
    put_back_finding,
    put_back_line,
    read_lines,
    record_finding,
    take_out_line,
    withdraw_finding,
    write_line,
)
from maca.panel.queries import Column, find_hearing, find_line
from maca.partnership.models import Person
from maca.returns.operations import save_answer, submit_return
from tests.panel.test_panel import first_case
from tests.returns.test_returns import BLANK, asking
from tests.steps import step

WELL = Heading.WENT_WELL
PLAIN = {"agency": None, "in_own_record": False}
SOMEBODY = Person(pk=0)


@pytest.fixture
@step
def hearing(world):
    case = first_case(world.panel_opened(1))
    introduce_case(case.hearing, introduced_by=world.social_worker, partners=[], version=None, by=world.chair)
    return find_hearing(world.chair, case.audit.slug, 1)


def said(hearing, world, words, who="chair", sent="", heading=WELL, **more):
    return write_line(
        hearing, heading, words=words, sent=sent or new_public_id(), by=world.people[who], **{**PLAIN, **more}
    )


def words_in(hearing, world, since=0, who="chair"):
    return [one.words for one in read_lines(hearing, since=since, by=world.people[who])]


def address(name, hearing, **more):
    return reverse(name, kwargs={"audit": hearing.case.audit.slug, "case": 1, **more})


# ---- written


def test_lines_of_several_hands_stand_in_the_order_in_which_they_came_and_lie_sealed(world, hearing):
    said(hearing, world, "Zqfirst <b>")
    said(hearing, world, "Second", who="manager", agency=world.health, in_own_record=True)
    one, other = read_lines(hearing, by=world.chair)
    assert (one.words, one.by, one.place, one.agency, one.in_own_record) == ("Zqfirst <b>", "Chair", 1, "", False)
    assert (other.words, other.by, other.place, other.agency, other.in_own_record) == (
        "Second", "Manager", 2, "Health", True
    )  # fmt: skip
    assert b"Zqfirst" not in bytes(PanelLine.objects.get(place=1).words)


def test_a_line_that_is_sent_again_is_the_same_line(world, hearing):
    first = said(hearing, world, "Once", sent="a" * 32)
    again = said(hearing, world, "Once", sent="a" * 32)
    assert (first.pk, PanelLine.objects.count(), hearing.changes) == (again.pk, 1, 1)
    assert Entry.objects.filter(did="wrote a line").count() == 1
    by_another = {"who": "manager", "words": "Other"}
    for other in ({"words": "Other"}, by_another, {"heading": Heading.CAN_BE_IMPROVED}):
        with pytest.raises(Refused) as refused:
            said(hearing, world, **{"words": "Once", **other}, sent="a" * 32)
        assert refused.value.code == "sent-before"
    said(hearing, world, "Once", sent="b" * 32)  # the control: another number is another line
    assert words_in(hearing, world) == ["Once", "Once"]


def test_what_two_people_take_at_once_is_one_line_and_nothing_of_the_second_is_lost(world, hearing):
    first = said(hearing, world, "Offered", sent="a" * 32)
    assert said(hearing, world, "Offered", who="manager", sent="a" * 32).pk == first.pk
    line = find_line(world.chair, hearing.case.audit.slug, 1, first.public_id)
    change_line(line, words="Put right", version=1, by=world.chair, **PLAIN)
    assert said(hearing, world, "Offered", sent="a" * 32).pk == first.pk  # a late repeat of one's own
    with pytest.raises(Refused) as refused:
        said(hearing, world, "Offered", who="manager", sent="a" * 32)
    assert refused.value.code == "sent-before"
    assert words_in(hearing, world) == ["Put right"]


def test_who_asks_for_what_came_after_a_change_misses_none(world, hearing):
    one, other = said(hearing, world, "One"), said(hearing, world, "Other")
    assert words_in(hearing, world, since=1) == ["Other"]
    line = find_line(world.chair, hearing.case.audit.slug, 1, one.public_id)
    change_line(line, words="One, put right", version=1, by=world.manager, **PLAIN)
    assert words_in(hearing, world, since=2) == ["One, put right"]
    take_out_line(find_line(world.chair, hearing.case.audit.slug, 1, other.public_id), by=world.chair)
    (gone,) = read_lines(hearing, since=3, by=world.chair)
    assert (gone.is_out, gone.place) == (True, 2)
    put_back_line(find_line(world.chair, hearing.case.audit.slug, 1, other.public_id), by=world.chair)
    assert [one.is_out for one in read_lines(hearing, since=4, by=world.chair)] == [False]


def test_the_second_of_two_who_change_a_line_is_shown_both(world, hearing, sign_in):
    line = find_line(world.chair, hearing.case.audit.slug, 1, said(hearing, world, "One").public_id)
    change_line(line, words="Theirs", version=1, by=world.manager, **PLAIN)
    with pytest.raises(Changed):
        change_line(line, words="Mine", version=1, by=world.chair, **PLAIN)
    sent = {"words": "Mine", "version": "1", "once": "a" * 32}
    answer = sign_in(world.chair).post(address("change-line", hearing, line=line.public_id), sent)
    assert answer.status_code == 409
    assert "Theirs" in answer.content.decode()
    assert "Mine" in answer.content.decode()


def test_each_line_has_its_entry_in_the_journal_without_its_words(world, hearing):
    said(hearing, world, "Zqsecret")
    entry = Entry.objects.get(did="wrote a line")
    assert (entry.details["place"], entry.details["heading"]) == (1, "went_well")
    assert "Zqsecret" not in json.dumps(entry.details)
    words_in(hearing, world, who="panel_member") if hearing.case.seats.exists() else words_in(hearing, world)
    assert Entry.objects.get(did="read the lines of a panel").details["lines"] == 1


# ---- who


def test_who_takes_notes_and_until_when(world, hearing):
    takes = {who for who, person in world.people.items() if rules.may_take_notes(person, hearing)}
    assert {"chair", "manager", "member"} <= takes
    assert not takes & {"lead", "auditor", "social_worker", "scrutineer", "panel_member", "governance"}
    for who in ("scrutineer", "auditor"):
        with pytest.raises(Refused) as refused:
            said(hearing, world, "No", who=who)
        assert refused.value.code == "not-a-note-taker"
    declare_interest(hearing.case, interest=Interest.HELD, by=world.member)
    assert rules.may_take_notes(world.member, hearing).code == "conflict"
    hearing.case.audit.stage = "panel_closed"
    assert rules.may_take_notes(world.chair, hearing).code == "panel-closed"


def test_a_line_is_found_in_its_own_hearing_and_in_no_other(world, hearing):
    line = said(hearing, world, "Here")
    other = first_case(world.panel_opened(1)).audit
    assert find_line(world.chair, hearing.case.audit.slug, 1, line.public_id) == line
    with pytest.raises(PanelLine.DoesNotExist):
        find_line(world.chair, other.slug, 1, line.public_id)


def test_a_line_that_has_become_a_finding_is_changed_there(world, hearing, sign_in):
    line = find_line(
        world.chair, hearing.case.audit.slug, 1, said(hearing, world, "They met.", agency=world.health).public_id
    )
    client = sign_in(world.chair)
    path = f"{address('record-finding', hearing, heading='went_well')}?line={line.public_id}"
    page = client.get(path).content.decode()
    assert "They met." in page
    assert re.search(r'value="health"[^>]*checked', page)
    sent = {"text": "They met monthly.", "agencies": ["health"], "once": "a" * 32}
    assert client.post(path, sent).status_code == 302
    assert Finding.objects.get().line == line
    line.refresh_from_db()
    assert rules.may_change_line(world.chair, line).code == "a-finding"
    (shown,) = read_lines(hearing, since=1, by=world.chair)
    assert shown.is_finding
    # It becomes no second one.
    with pytest.raises(Refused):
        record_finding(
            Column(hearing.case.audit, hearing.case, WELL), text="Again", agencies=[], line=line, by=world.chair
        )
    assert Finding.objects.count() == 1


def test_what_was_taken_out_is_told_to_whoever_may_put_it_back_and_to_nobody_else(world, hearing, sign_in):
    line = said(hearing, world, "Zqmistake", agency=world.health)
    take_out_line(find_line(world.chair, hearing.case.audit.slug, 1, line.public_id), by=world.chair)
    (shown,) = read_lines(hearing, by=world.auditor)
    assert (shown.is_out, shown.words, shown.agency) == (True, "", "")
    assert words_in(hearing, world) == ["Zqmistake"]
    for page in ("hearing", "present", "panel-lines"):
        assert "Zqmistake" not in sign_in(world.auditor).get(address(page, hearing)).content.decode()
    assert "Zqmistake" in sign_in(world.manager).get(address("hearing", hearing)).content.decode()


def test_a_line_that_was_taken_out_becomes_no_finding_and_none_becomes_one_elsewhere(world, hearing, sign_in):
    line = find_line(world.chair, hearing.case.audit.slug, 1, said(hearing, world, "Out").public_id)
    client = sign_in(world.chair)
    other = f"{address('record-finding', hearing, heading='can_be_improved')}?line={line.public_id}"
    assert client.get(other).status_code == 404
    take_out_line(line, by=world.chair)
    assert rules.may_agree_line(world.chair, line).code == "taken-out"
    there = f"{address('record-finding', hearing, heading='went_well')}?line={line.public_id}"
    assert client.get(there).status_code == 403
    with pytest.raises(Refused):
        record_finding(Column(hearing.case.audit, hearing.case, WELL), text="F", agencies=[], line=line, by=world.chair)
    assert not Finding.objects.exists()


def test_a_finding_that_is_withdrawn_sets_its_line_free(world, hearing):
    line = find_line(world.chair, hearing.case.audit.slug, 1, said(hearing, world, "They met.").public_id)
    column = Column(hearing.case.audit, hearing.case, WELL)
    finding = record_finding(column, text="F", agencies=[], line=line, by=world.chair)
    withdraw_finding(finding, by=world.chair)
    (shown,) = read_lines(hearing, since=2, by=world.chair)
    assert (shown.is_finding, shown.changed) == (False, 3)
    line = find_line(world.chair, hearing.case.audit.slug, 1, line.public_id)
    assert rules.may_agree_line(world.chair, line)
    # Put back, it holds its line again, and whoever follows is told.
    put_back_finding(finding, by=world.chair)
    (shown,) = read_lines(hearing, since=3, by=world.chair)
    assert (shown.is_finding, shown.changed) == (True, 4)
    line = find_line(world.chair, hearing.case.audit.slug, 1, line.public_id)
    assert rules.may_change_line(world.chair, line).code == "a-finding"


# ---- pages


def test_a_plain_form_writes_a_line_once_however_often_it_is_sent(world, hearing, sign_in):
    client, page = sign_in(world.manager), address("hearing", hearing)
    number = re.search(r'name="sent" value="([0-9a-f]{32})"', client.get(page).content.decode())[1]
    path = address("write-line", hearing, heading="went_well")
    for _ in range(2):
        answer = client.post(path, {"words": "It went.", "agency": "police", "in_own_record": "on", "sent": number})
        assert answer.headers["Location"] == f"{page}#went_well"
    (line,) = read_lines(hearing, by=world.chair)
    assert (line.words, line.agency, line.in_own_record) == ("It went.", "Police", True)
    assert "It went." in client.get(page).content.decode()


def test_a_script_is_answered_in_its_own_way(world, hearing, sign_in):
    client, path = sign_in(world.manager), address("write-line", hearing, heading="challenge_or_theme")
    script = {"headers": {"Accept": "application/json"}}
    told = client.post(path, {"words": "A bell\x07 rang", "sent": "a" * 32}, **script).json()
    assert told["place"] == 1
    assert "cannot be kept (bell)" in told["notices"][0]
    empty = client.post(path, {"words": "  ", "sent": "b" * 32}, **script)
    assert (empty.status_code, empty.json()["words"]) == (422, "Enter the line")
    refused = sign_in(world.auditor).post(path, {"words": "No", "sent": "c" * 32}, **script)
    assert (refused.status_code, PanelLine.objects.count()) == (403, 1)
    lines = client.get(address("panel-lines", hearing) + "?since=0", **script).json()["lines"]
    assert [(one["words"], one["heading"]) for one in lines] == [("A bell rang", "challenge_or_theme")]
    assert client.get(address("panel-lines", hearing) + "?since=1", **script).json() == {"lines": [], "findings": 0}


def test_the_screen_in_the_room_shows_the_lines_and_no_name_of_who_typed_them(world, hearing, sign_in):
    said(hearing, world, "They <met>.", who="member", agency=world.health)
    page = sign_in(world.chair).get(address("present", hearing)).content.decode()
    shown = page.split("<main")[1].split("</main>")[0]
    assert "They &lt;met&gt;." in shown
    assert "Health" in shown
    assert "Member" not in shown
    assert "maca-signed-in" not in page
    assert "maca-signed-in" in sign_in(world.chair).get(address("hearing", hearing)).content.decode()  # the control
    there = address("panel-lines", hearing) + "?since=0"
    named, unnamed = (sign_in(world.chair).get(there + more).json()["lines"][0] for more in ("", "&screen=yes"))
    assert (named["by"], unnamed["by"], unnamed["at"]) == ("Member", "", "")
    assert unnamed["words"] == "They <met>."


@pytest.mark.django_db(transaction=True)
def test_the_screen_is_told_of_new_lines_without_a_name(world):
    case = first_case(world.panel_opened(1))
    hearing = find_hearing(world.chair, case.audit.slug, 1)
    said(hearing, world, "They met.", who="member")
    note = partial(follow_lines, hearing, by=world.chair)
    (named,) = heard(hearing, 0, note, until=1)
    (unnamed,) = heard(hearing, 0, note, until=1, names=False)
    assert (named["by"], unnamed["by"], unnamed["at"], unnamed["words"]) == ("Member", "", "", "They met.")


def test_who_changed_a_line_is_said_beside_who_wrote_it_and_what_turns_letters_is_shown(world, hearing, sign_in):
    line = find_line(world.chair, hearing.case.audit.slug, 1, said(hearing, world, "One").public_id)
    change_line(line, words="Not \u202edoog", version=1, by=world.manager, **PLAIN)
    (shown,) = sign_in(world.member).get(address("panel-lines", hearing) + "?since=0").json()["lines"]
    assert shown["by"] == "Chair, changed by Manager"
    assert "\u202e" not in shown["words"]
    assert shown["words"].startswith("Not ⟨")


def test_a_line_that_was_taken_out_is_put_back_on_its_own_page(world, hearing, sign_in):
    line = find_line(world.chair, hearing.case.audit.slug, 1, said(hearing, world, "Once").public_id)
    client, page = sign_in(world.chair), address("change-line", hearing, line=line.public_id)
    assert "Take this line out" in client.get(page).content.decode()
    take_out_line(line, by=world.chair)
    shown = client.get(page).content.decode()
    assert "This line has been taken out." in shown
    assert "Put this line back" in shown
    assert "Make a finding of it" not in shown
    back = re.search(r'action="([^"]+put-back[^"]*)"', shown)[1]
    assert client.post(back, {"once": "a" * 32}).status_code == 302
    assert words_in(hearing, world) == ["Once"]


def test_the_page_asks_as_often_for_fifty_lines_as_for_one(world, hearing, sign_in):
    client = sign_in(world.chair)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address("hearing", hearing)).status_code == 200
        return len(asked)

    said(hearing, world, "One", agency=world.health)
    queries()
    before = queries()
    for number in range(49):
        said(hearing, world, f"Line {number}", agency=world.agencies["police"])
    assert queries() == before


# ---- followed


def heard(hearing, since, note, *, until, while_going_on=None, names=True) -> list[dict]:
    """The lines that a reader is told of, until there are so many."""

    async def listen() -> list[dict]:
        found: list[dict] = []
        events = following.stream(hearing, since, note, reader=SOMEBODY, names=names)
        task = asyncio.get_running_loop().run_in_executor(None, while_going_on) if while_going_on else None
        try:
            async with asyncio.timeout(20):
                async for event in events:
                    told = event.decode().split("data: ")[1:]
                    found += [json.loads(one.split("\n\n")[0]) for one in told]
                    if len(found) >= until:
                        break
        finally:
            await events.aclose()
            if task:
                await task
        return found

    return asyncio.run(listen())


async def second_of(events) -> bytes:
    """What comes after the word that the stream has begun."""
    try:
        await anext(events)
        return await anext(events)
    finally:
        await events.aclose()


@pytest.mark.django_db(transaction=True)
def test_whoever_follows_is_told_of_each_line_once_and_it_is_on_record_first(world):
    case = first_case(world.panel_opened(1))
    hearing = find_hearing(world.chair, case.audit.slug, 1)
    said(hearing, world, "Before")
    noted = []

    def note(again: bool) -> None:
        noted.append(PanelLine.objects.count())
        follow_lines(hearing, again=again, by=world.chair)

    def write() -> None:
        try:
            for number in range(5):
                said(find_hearing(world.manager, case.audit.slug, 1), world, f"Line {number}", who="manager")
        finally:
            connection.close()

    told = heard(hearing, 1, note, until=5, while_going_on=write)
    assert [one["words"] for one in told] == [f"Line {number}" for number in range(5)]
    assert [one["changed"] for one in told] == [2, 3, 4, 5, 6]
    assert len(noted) == 1
    assert Entry.objects.filter(did="followed the lines of a panel", is_reading=True).count() == 1
    # Who comes back after the second of them is told of the rest.
    assert [one["words"] for one in heard(hearing, 3, note, until=3)] == ["Line 2", "Line 3", "Line 4"]
    assert following.Following.now == {}


@pytest.mark.django_db(transaction=True)
def test_who_comes_back_to_a_panel_is_put_on_record_once_in_ten_minutes(world, monkeypatch):
    case = first_case(world.panel_opened(1))
    hearing = find_hearing(world.chair, case.audit.slug, 1)
    said(hearing, world, "Before")
    noted: list[tuple[str, bool]] = []

    async def listen() -> None:
        def comes(who: Person):
            def note(again: bool) -> None:
                noted.append((who.name, again))

            return following.stream(hearing, 0, note, reader=who)

        async def is_shown(who: Person) -> None:
            assert b"Before" in await second_of(comes(who))

        # Each leaves before the next comes, and nobody else is there.
        for who in (world.chair, world.chair, world.manager, world.manager):
            await is_shown(who)
        monkeypatch.setattr(following, "NOTED_FOR", -1.0)
        await is_shown(world.chair)

    asyncio.run(listen())
    chair, manager = world.chair.name, world.manager.name
    assert noted == [(chair, False), (chair, True), (manager, False), (manager, True), (chair, False)]


def test_who_follows_again_is_asked_for_and_not_written_down(world, hearing):
    follow_lines(hearing, again=True, by=world.chair)
    assert not Entry.objects.filter(did="followed the lines of a panel").exists()
    world.chair.appointments.all().delete()
    with pytest.raises((Refused, Hearing.DoesNotExist, Case.DoesNotExist)):
        follow_lines(hearing, again=True, by=world.chair)


@pytest.mark.django_db(transaction=True)
def test_whoever_follows_is_told_that_the_findings_are_others_and_shown_them(world, sign_in):
    case = first_case(world.panel_opened(1))
    introduce_case(case.hearing, introduced_by=world.social_worker, partners=[], version=None, by=world.chair)
    hearing = find_hearing(world.chair, case.audit.slug, 1)
    said(hearing, world, "Before")
    before = hearing.changes
    finding = record_finding(Column(case.audit, case, WELL), text="They met.", agencies=[], by=world.chair)
    hearing.refresh_from_db()
    assert hearing.changes == hearing.findings_changed == before + 1
    assert heard(hearing, before, lambda again: None, until=1) == [before + 1]
    client = sign_in(world.chair)
    assert client.get(address("panel-lines", hearing)).json()["findings"] == before + 1
    shown = client.get(address("panel-findings", hearing)).content.decode()
    assert "They met." in shown.split('id="findings-can_be_improved"')[0]
    assert "Change" in shown
    screen = client.get(address("panel-findings", hearing) + "?screen=yes").content.decode()
    assert "<strong>They met.</strong>" in screen
    assert "Change" not in screen
    withdraw_finding(finding, by=world.chair)
    assert heard(hearing, before + 1, lambda again: None, until=1) == [before + 2]
    assert "They met." not in client.get(address("panel-findings", hearing)).content.decode()


@pytest.mark.django_db(transaction=True)
def test_who_comes_next_is_told_again_where_the_asking_has_died(world):
    case = first_case(world.panel_opened(1))
    hearing = find_hearing(world.chair, case.audit.slug, 1)
    said(hearing, world, "Before")

    async def listen() -> bytes:
        first = following.stream(hearing, 1, lambda again: None, reader=SOMEBODY)
        await anext(first)
        asking = following.Following.now[hearing.pk].asking
        asking.cancel()
        await asyncio.wait([asking])
        other = following.stream(hearing, 0, lambda again: None, reader=SOMEBODY)
        async with asyncio.timeout(10):
            await anext(other)
            told = await anext(other)
        await other.aclose()
        await first.aclose()
        return told

    assert b"Before" in asyncio.run(listen())


@pytest.mark.django_db(transaction=True)
def test_who_may_be_shown_no_more_is_told_so_and_of_no_line(world):
    case = first_case(world.panel_opened(1))
    hearing = find_hearing(world.chair, case.audit.slug, 1)
    said(hearing, world, "Before")
    note = partial(follow_lines, hearing, by=world.chair)
    assert heard(hearing, 0, note, until=1)[0]["words"] == "Before"  # the control
    shown = Entry.objects.filter(did="followed the lines of a panel").count()
    world.chair.appointments.all().delete()
    assert heard(hearing, 0, note, until=1) == [{}]
    assert asyncio.run(second_of(following.stream(hearing, 0, note, reader=world.chair))) == following.REFUSED
    assert Entry.objects.filter(did="followed the lines of a panel").count() == shown == 1


@pytest.mark.django_db(transaction=True)
def test_who_declares_a_conflict_while_they_follow_is_told_no_more(world):
    case = first_case(world.panel_opened(1))
    hearing = find_hearing(world.chair, case.audit.slug, 1)
    said(hearing, world, "Before")
    declare_interest(case, interest=Interest.HELD, by=world.chair)
    assert heard(hearing, 0, partial(follow_lines, hearing, by=world.chair), until=1) == [{}]


def test_the_stream_opens_to_whoever_attends_the_hearing_and_to_nobody_else(world, hearing, sign_in):
    path = address("follow-panel", hearing)
    answer = sign_in(world.chair).get(path)
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert answer.is_async
    assert sign_in(world.governance).get(path).status_code == 404


# ---- offered from the returns


def test_what_the_agencies_said_is_offered_and_taken_once(world, sign_in):
    audit = world.circulated(1)
    one = world.answer_all(world.return_of(audit))
    submit_return(one, delegated_by="The lead", version=None, by=world.auditor)
    open_panel(audit, by=world.chair)
    hearing = find_hearing(world.manager, audit.slug, 1)
    client, page = sign_in(world.manager), address("hearing", hearing)
    shown = client.get(page).content.decode()
    assert "1 point from the returns" in shown
    column = shown.split('id="went_well"')[1].split("</section>")[0]
    found = re.search(r"<form[^>]*data-offer.*?</form>", column, re.DOTALL)[0]
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', found))
    assert (sent["words"], sent["agency"]) == ("One point", "health")
    path = address("write-line", hearing, heading="went_well")
    for _ in range(2):
        assert client.post(path, {**sent, "in_own_record": "on"}).status_code == 302
    (line,) = read_lines(hearing, by=world.chair)
    assert (line.words, line.agency, line.in_own_record) == ("One point", "Health", True)
    column = client.get(page).content.decode().split('id="went_well"')[1].split("</section>")[0]
    assert "data-offer" not in column
    # Nothing is offered to who only follows.
    assert "data-offer" not in sign_in(world.auditor).get(page).content.decode()


def test_where_agencies_contradict_one_another_is_offered_under_challenges(world, sign_in):
    audit = world.circulated(1)
    for agency, by, choice in (("health", "auditor", "yes"), ("school", "school_auditor", "no")):
        one = world.answer_all(world.return_of(audit, agency))
        said_so = {**BLANK, "choice": choice, "how_known": "By the file."}
        save_answer(asking(world, audit, 4, agency, by=by), **said_so, version=None, by=world.people[by])
        submit_return(one, delegated_by="The lead", version=None, by=world.people[by])
    open_panel(audit, by=world.chair)
    page = sign_in(world.manager).get(address("hearing", find_hearing(world.manager, audit.slug, 1))).content.decode()
    column = page.split('id="challenge_or_theme"')[1].split("</section>")[0]
    assert "Question 4: Health said yes, School said no." in column
