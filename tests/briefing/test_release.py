"""From approval to withdrawal: two people, an embargo, bytes that stay, a page for everybody, and a tombstone."""

import datetime as dt
import hashlib
from pathlib import Path

import pytest
import time_machine
from django.db import Error, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from maca.audits.models import Audit
from maca.briefing import as_html, as_text, rules
from maca.briefing.forms import EmbargoForm
from maca.briefing.models import Briefing, PublishedFile, WithdrawnBecause
from maca.briefing.operations import (
    approve_briefing,
    import_briefing,
    note_opened,
    publish_briefing,
    set_embargo,
    set_public_page,
    withdraw_briefing,
)
from maca.briefing.printing import FORMATS, SHEET_FORMATS, print_briefing
from maca.briefing.queries import find_briefing, published, readers_of
from maca.briefing.reading import read_briefing
from maca.journal.models import Entry
from maca.kernel.ids import new_public_id
from maca.kernel.verdict import Refused
from maca.partnership.models import Person, Role
from maca.partnership.operations import set_public_briefings
from maca.worklist.queries import stage_said
from tests.lifting import is_laid

SEED = Path(__file__).parents[2] / "maca/demo/data/six-step-briefing-neglect-2.txt"
UTC = dt.UTC


def approved(world):
    briefing = world.sent()
    approve_briefing(briefing, version=None, by=world.chair)
    return briefing


def embargoed(world, until):
    briefing = approved(world)
    publish_briefing(briefing, embargo_until=until, by=world.manager)
    return briefing


def public(world, **more):
    set_public_briefings(world.partnership, public=True, by=world.manager)
    briefing = approved(world)
    publish_briefing(briefing, is_public=True, by=world.manager, **more)
    return briefing


def withdrawn(world, briefing=None):
    briefing = briefing or world.published()
    withdraw_briefing(briefing, because=WithdrawnBecause.WRONG, note="It named a school.", by=world.chair)
    return briefing


def page_of(briefing, name="briefing", **more):
    return reverse(name, kwargs={"audit": briefing.audit.slug, **more})


def public_page_of(world, briefing):
    ids = {"partnership": world.partnership.public_id, "briefing": briefing.public_id}
    return reverse("public-briefing", kwargs=ids)


def refused(operation, *args, **more):
    before = (Entry.objects.count(), list(Briefing.objects.values("stage", "embargo_until", "is_public", "version")))
    with pytest.raises(Refused) as found:
        operation(*args, **more)
    after = (Entry.objects.count(), list(Briefing.objects.values("stage", "embargo_until", "is_public", "version")))
    assert before == after
    return found.value.code


def tomorrow():
    return dt.datetime.now(UTC) + dt.timedelta(days=1)


# ---- two people


def test_whoever_approved_a_briefing_does_not_publish_it(world):
    both = world.add("both", "health", Role.SUB_GROUP_MEMBER)
    both.appointments.create(role=Role.BUSINESS_MANAGER)
    vars(both).pop("roles", None)
    briefing = world.sent()
    approve_briefing(briefing, version=None, by=both)
    assert refused(publish_briefing, briefing, by=both) == "approved-it"
    publish_briefing(briefing, by=world.manager)


@pytest.mark.parametrize("name", ["approve-briefing", "publish-briefing"])
def test_approving_and_publishing_ask_for_a_proof(world, name):
    briefing = world.sent() if name == "approve-briefing" else approved(world)
    person = world.chair if name == "approve-briefing" else world.manager
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(person)
    sent = {"once": new_public_id(), "version": briefing.version}
    client.post(page_of(briefing, name), sent)
    assert Briefing.objects.get().stage == briefing.stage


# ---- the embargo


@pytest.mark.parametrize(
    ("day", "hour", "ends"),
    [
        ((2027, 3, 27), "1:30am", dt.datetime(2027, 3, 27, 1, 30, tzinfo=UTC)),
        ((2027, 3, 28), "2am", dt.datetime(2027, 3, 28, 1, tzinfo=UTC)),
        ((2027, 10, 30), "1:30am", dt.datetime(2027, 10, 30, 0, 30, tzinfo=UTC)),
        ((2027, 10, 31), "0:59", dt.datetime(2027, 10, 30, 23, 59, tzinfo=UTC)),
        ((2027, 10, 31), "1:30am", dt.datetime(2027, 10, 31, 1, 30, tzinfo=UTC)),
        ((2027, 10, 31), "2am", dt.datetime(2027, 10, 31, 2, tzinfo=UTC)),
    ],
)
def test_an_embargo_ends_when_a_clock_in_london_shows_it(day, hour, ends):
    with time_machine.travel("2027-02-01"):
        form = EmbargoForm(sent_day(day, hour))
        assert form.is_valid(), form.errors
        assert form.cleaned_data["embargo_until"] == ends
        twice = day == (2027, 10, 31) and hour == "1:30am"
        assert [one for one in form.notices if "the second" in one] == (form.notices if twice else [])
        assert bool(form.notices) is twice


def sent_day(day, hour):
    year, month, number = day
    return {"embargo_on-day": number, "embargo_on-month": month, "embargo_on-year": year, "embargo_time": hour}


@pytest.mark.parametrize(
    ("day", "hour", "sentence"),
    [
        ((2027, 3, 28), "1:00", "There is no 1:00am on 28 March 2027: the clocks go forward from 1am to 2am."),
        ((2027, 3, 28), "1:59", "Enter an hour before 1am, or 2am or later"),
        ((2027, 1, 31), "9:00", "This hour has passed already."),
        ((2029, 1, 31), "9:00", "An embargo lasts a year at most."),
        ((2027, 3, 29), "", "Enter the hour at which the embargo ends"),
        (("", "", ""), "9:00", "Enter the day on which the embargo ends"),
    ],
)
def test_an_hour_that_cannot_be_is_refused_with_a_sentence(day, hour, sentence):
    with time_machine.travel("2027-02-01"):
        form = EmbargoForm(sent_day(day, hour))
        assert not form.is_valid()
        assert sentence in str(form.errors)


@pytest.mark.parametrize("ends", ["2027-03-28T01:00:00+00:00", "2027-10-31T01:30:00+00:00"])
def test_nobody_but_those_who_read_drafts_sees_a_briefing_before_its_embargo_ends(world, sign_in, ends):
    until = dt.datetime.fromisoformat(ends)
    with time_machine.travel(until - dt.timedelta(days=1)):
        briefing = embargoed(world, until)
    Person.objects.update(attested_on=until.date())
    with time_machine.travel(until - dt.timedelta(seconds=1), tick=False):
        assert find_briefing(world.scrutineer, briefing.audit.slug) == briefing
        assert not published(world.auditor).exists()
        with pytest.raises(Briefing.DoesNotExist):
            find_briefing(world.auditor, briefing.audit.slug)
        client = sign_in(world.auditor)
        answer = client.get(page_of(briefing))
        assert answer.status_code == 403
        assert "has not been published yet" in answer.content.decode()
        assert "embargo" not in answer.content.decode()
        assert client.get(page_of(briefing, "download-briefing", format="pdf")).status_code == 404
    with time_machine.travel(until, tick=False):
        assert find_briefing(world.auditor, briefing.audit.slug) == briefing
        assert published(world.auditor).get() == briefing


def test_an_embargo_is_changed_until_it_has_passed_and_each_change_is_on_record(world):
    briefing = embargoed(world, tomorrow())
    later = tomorrow() + dt.timedelta(days=1)
    set_embargo(briefing, embargo_until=later, version=None, by=world.chair)
    entry = Entry.objects.filter(did="set an embargo").get()
    assert entry.details["now"] == later.isoformat()
    assert refused(set_embargo, briefing, embargo_until=None, version=None, by=world.member) == "not-the-manager"
    past = dt.datetime.now(UTC)
    assert refused(set_embargo, briefing, embargo_until=past, version=None, by=world.chair) == "embargo-passed"
    far = past + dt.timedelta(days=400)
    assert refused(set_embargo, briefing, embargo_until=far, version=None, by=world.chair) == "embargo-too-long"
    set_embargo(briefing, embargo_until=None, version=None, by=world.manager)
    assert find_briefing(world.auditor, briefing.audit.slug)
    assert refused(set_embargo, briefing, embargo_until=later, version=None, by=world.manager) == "passed"


def test_a_draft_has_no_embargo(world):
    assert rules.may_set_embargo(world.manager, world.drafted()).code == "not-sent"


def test_a_briefing_withdrawn_before_its_embargo_ended_never_reaches_readers(world):
    until = tomorrow()
    briefing = withdrawn(world, embargoed(world, until))
    with time_machine.travel(until + dt.timedelta(days=1)):
        with pytest.raises(Briefing.DoesNotExist):
            find_briefing(world.auditor, briefing.audit.slug)
        assert not Briefing.objects.get().has_reached_readers


# ---- bytes that stay


def test_what_is_published_stays_as_it_was_whatever_the_writers_become(world, sign_in, monkeypatch):
    briefing = world.published()
    before = {wanted: print_briefing(briefing, wanted) for wanted in FORMATS}
    for writer, name in ((as_text, "write"), (as_html, "write"), (as_html, "write_page")):
        monkeypatch.setattr(writer, name, lambda *args, **more: "Other words.")
    world.partnership.name = "Renamed"
    world.partnership.save()
    client = sign_in(world.auditor)
    for wanted, content in before.items():
        answer = client.get(page_of(briefing, "download-briefing", format=wanted))
        digest = hashlib.sha256(content).hexdigest()
        assert (answer.content, answer.headers["ETag"]) == (content, f'"{digest}"')
        assert PublishedFile.objects.get(format=wanted).sha256 == digest
    steps = as_html.steps_of(before["html"].decode())
    assert "The plan of Case 1 was good." in steps
    assert steps in client.get(page_of(briefing, "read-briefing")).content.decode()
    assert digest in client.get(page_of(briefing)).content.decode()


@pytest.mark.parametrize("change", [{"sha256": "x"}, {"content": b"x"}, None])
def test_the_database_refuses_to_change_or_take_away_what_was_published(world, as_the_owner, change):
    world.published()
    rows = PublishedFile.objects.all()
    with pytest.raises(Error), transaction.atomic():
        rows.update(**change) if change else rows._raw_delete("default")
    assert PublishedFile.objects.count() == len(FORMATS) + len(SHEET_FORMATS)


def test_its_triggers_are_there(db):
    assert is_laid("briefing_publishedfile")


def test_an_imported_briefing_is_kept_too(world):
    value = read_briefing(SEED).value
    audit = import_briefing(value, partnership=world.partnership, imported_from="x", by=world.manager)
    assert audit.briefing.files.count() == len(FORMATS)
    assert published(world.auditor, "neglect").get() == audit.briefing


# ---- who opened it, and withdrawing


def test_whoever_opens_what_was_published_is_on_record_once_in_an_hour(world, sign_in):
    briefing = world.published()
    client = sign_in(world.auditor)
    for _ in range(2):
        client.get(page_of(briefing, "read-briefing"))
        client.get(page_of(briefing, "download-briefing", format="pdf"))
    assert Entry.objects.filter(did="opened a published briefing").count() == 2
    (reader,) = readers_of(briefing)
    assert (reader.name, reader.agency, reader.forms) == ("Auditor", "Health", ["html", "pdf"])
    with time_machine.travel(tomorrow()):
        sign_in(world.auditor).get(page_of(briefing, "read-briefing"))
    assert Entry.objects.filter(did="opened a published briefing").count() == 3


def test_withdrawing_leaves_a_tombstone_and_says_who_had_opened_it(world, sign_in):
    briefing = world.published()
    sign_in(world.auditor).get(page_of(briefing, "read-briefing"))
    answer = sign_in(world.manager).get(page_of(briefing, "withdraw-briefing"))
    assert "Post of the auditor" in answer.content.decode()
    withdrawn(world, briefing)
    client = sign_in(world.auditor)
    for name in ("briefing", "read-briefing"):
        page = client.get(page_of(briefing, name)).content.decode()
        assert "This briefing has been withdrawn" in page
        assert "Something in it was not right" in page
        for hidden in ("The plan of Case 1", "It named a school.", "Who had opened it", "download"):
            assert hidden not in page
    assert client.get(page_of(briefing, "download-briefing", format="txt")).status_code == 403
    assert not published(world.auditor).exists()
    client = sign_in(world.chair)
    page = client.get(page_of(briefing)).content.decode()
    assert "It named a school." in page
    assert "Post of the auditor" in page
    assert "Withdrawn" in (page := client.get(page_of(briefing, "read-briefing")).content.decode())
    assert "The plan of Case 1 was good." in page
    answer = client.get(page_of(briefing, "download-briefing", format="txt"))
    assert b"The plan of Case 1 was good." in answer.content
    assert "-withdrawn.txt" in answer.headers["Content-Disposition"]
    assert "Post of the auditor" not in sign_in(world.scrutineer).get(page_of(briefing)).content.decode()


def test_only_the_manager_or_the_chair_withdraws_and_only_what_is_published(world):
    briefing = approved(world)
    more = {"because": WithdrawnBecause.WRONG, "note": "N"}
    assert refused(withdraw_briefing, briefing, by=world.manager, **more) == "not-published"
    publish_briefing(briefing, by=world.manager)
    for who in ("member", "auditor", "scrutineer"):
        assert refused(withdraw_briefing, briefing, by=world.people[who], **more) == "not-the-manager"
    withdrawn(world, briefing)
    assert refused(withdraw_briefing, briefing, by=world.manager, **more) == "withdrawn"
    assert refused(note_opened, briefing, "html", by=world.auditor) == "withdrawn"
    assert rules.may_set_embargo(world.manager, briefing).code == "withdrawn"
    assert rules.may_publish_briefing(world.manager, briefing).code == "published"
    assert rules.may_edit_briefing(world.manager, briefing).code == "published"
    assert rules.may_see_who_opened(world.member, briefing).code == "not-the-manager"


# ---- the public page


def test_a_public_page_is_read_by_anybody_and_leads_nowhere(world, sign_in):
    briefing = public(world)
    for client in (Client(HTTP_HOST="127.0.0.1"), sign_in(world.auditor)):
        answer = client.get(public_page_of(world, briefing))
        assert answer.status_code == 200
        assert answer.content == print_briefing(briefing, "html")
        assert not answer.cookies
        for way in (b"<a ", b"<form", b"<script", b"<link", b"href"):
            assert way not in answer.content
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "unsafe" not in policy


def test_what_is_not_public_is_not_there_as_what_does_not_exist(world):
    client = Client(HTTP_HOST="127.0.0.1")
    hidden = world.published()
    nowhere = client.get(public_page_of(world, hidden).replace(hidden.public_id, new_public_id()))
    assert nowhere.status_code == 404

    def is_nowhere(briefing):
        answer = client.get(public_page_of(world, briefing))
        return (answer.status_code, len(answer.content)) == (404, len(nowhere.content))

    assert is_nowhere(hidden)
    held = public(world, embargo_until=tomorrow())
    assert is_nowhere(held)
    assert is_nowhere(hidden)
    hidden = Briefing.objects.get(pk=hidden.pk)
    set_public_page(hidden, is_public=True, by=world.manager)
    assert client.get(public_page_of(world, hidden)).status_code == 200
    set_public_page(hidden, is_public=False, by=world.manager)
    assert is_nowhere(hidden)
    set_public_page(hidden, is_public=True, by=world.manager)
    set_public_briefings(world.partnership, public=False, by=world.manager)
    assert is_nowhere(hidden)


def test_a_public_page_that_was_withdrawn_says_so_and_nothing_more(world):
    briefing = withdrawn(world, public(world))
    answer = Client(HTTP_HOST="127.0.0.1").get(public_page_of(world, briefing))
    page = answer.content.decode()
    assert answer.status_code == 410
    assert "This briefing has been withdrawn." in page
    assert "Something in it was not right" in page
    for hidden in ("The plan of Case 1", "It named a school.", "href", "<form"):
        assert hidden not in page


def test_there_is_a_public_page_only_where_the_partnership_says_so(world):
    briefing = approved(world)
    assert refused(publish_briefing, briefing, is_public=True, by=world.manager) == "no-public-pages"
    publish_briefing(briefing, by=world.manager)
    assert refused(set_public_page, briefing, is_public=True, by=world.manager) == "no-public-pages"
    assert refused(set_public_page, briefing, is_public=True, by=world.chair) == "not-the-manager"
    assert refused(set_public_briefings, world.partnership, public=True, by=world.chair) == "not-the-manager"
    set_public_briefings(world.partnership, public=True, by=world.manager)
    briefing = Briefing.objects.get()
    withdrawn(world, briefing)
    assert refused(set_public_page, briefing, is_public=True, by=world.manager) == "not-published"


# ---- the archive


@pytest.mark.parametrize(
    ("words", "found"),
    [("PLAN case", 1), ("plan nonsense", 0), ("plan’s", 0), ("100%", 0), ("_", 0), ("Neglect", 1), ("", 1)],
)
def test_the_archive_finds_what_has_every_word(world, sign_in, words, found):
    world.published()
    assert published(world.auditor, words).count() == found
    page = sign_in(world.auditor).get(reverse("briefings"), {"q": words})
    assert page.status_code == 200
    assert page.content.decode().count("/briefing/read/") == found


def test_the_archive_takes_as_many_queries_for_one_as_for_fifty(world, sign_in):
    value = read_briefing(SEED).value
    import_briefing(value, partnership=world.partnership, imported_from="x", by=world.manager)
    client, path = sign_in(world.auditor), reverse("briefings") + "?q=neglect"
    client.get(path)
    with CaptureQueriesContext(connection) as one:
        client.get(path)
    first = Briefing.objects.get()
    for number in range(2, 51):
        audit = first.audit
        audit.pk, audit.public_id, audit.slug, audit._state.adding = None, new_public_id(), f"a-{number}", True
        audit.save()
        first.pk, first.public_id, first.audit, first._state.adding = None, new_public_id(), audit, True
        first.save()
    with CaptureQueriesContext(connection) as fifty:
        page = client.get(path).content.decode()
    assert page.count("/briefing/read/") == 50
    assert len(one) == len(fifty)


# ---- how far an audit is said to be


def test_an_audit_whose_briefing_is_held_back_or_withdrawn_is_not_called_published(world, sign_in):
    def said(person):
        audit = Audit.objects.get()
        page = sign_in(person).get(reverse("audit", kwargs={"audit": audit.slug})).content.decode()
        text, _ = stage_said(audit, person)
        assert text in page
        assert text in sign_in(person).get(reverse("work-list")).content.decode()
        return text

    briefing = embargoed(world, tomorrow())
    assert (said(world.manager), said(world.auditor)) == ("Under embargo", "Panel closed")
    set_embargo(briefing, embargo_until=None, version=None, by=world.manager)
    assert (said(world.manager), said(world.auditor)) == ("Published", "Published")
    withdrawn(world, briefing)
    assert (said(world.manager), said(world.auditor)) == ("Briefing withdrawn", "Briefing withdrawn")


def test_an_address_that_is_not_open_yet_is_no_link(world, sign_in):
    briefing = public(world, embargo_until=tomorrow())
    where = public_page_of(world, briefing)
    page = sign_in(world.manager).get(page_of(briefing)).content.decode()
    assert where in page
    assert f'{where}"' not in page


def test_a_reader_takes_it_away_from_its_page_and_says_that_the_team_talked_about_it(world, sign_in):
    briefing = world.published()
    page = sign_in(world.auditor).get(page_of(briefing, "read-briefing")).content.decode()
    for name, more in (
        ("download-briefing", {"format": "docx"}),
        ("download-sheet", {"sheet": "prompts", "format": "pdf"}),
        ("overview-report", {}),
        ("discussed", {}),
    ):
        assert f'href="{page_of(briefing, name, **more)}"' in page


def test_nobody_records_a_talk_about_a_draft_or_what_was_withdrawn(world, sign_in):
    briefing = world.sent()
    where = page_of(briefing, "discussed")
    assert where not in sign_in(world.manager).get(page_of(briefing, "read-briefing")).content.decode()
    approve_briefing(briefing, version=None, by=world.chair)
    publish_briefing(briefing, by=world.manager)
    withdrawn(world, briefing)
    assert where not in sign_in(world.manager).get(page_of(briefing, "read-briefing")).content.decode()
