"""Who is asked about a case is put right after circulation: one that was left out, and one that was asked in error."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from maca.cases.models import Case
from maca.chronology.entries import Entry as Line
from maca.chronology.models import ChronologyEntry, EntryFile, Source
from maca.chronology.operations import add_entry, keep_file
from maca.chronology.queries import find_involvement
from maca.concerns.models import Concern
from maca.concerns.operations import raise_concern
from maca.journal.models import Entry
from maca.kernel.clock import today, working_days_from
from maca.kernel.ids import new_public_id
from maca.kernel.verdict import Refused
from maca.notices.models import Notice
from maca.partnership.models import Role
from maca.returns import rules
from maca.returns.models import (
    AgencyReturn,
    Answer,
    Approach,
    DeclineReason,
    Evidence,
    ExtensionRequest,
    GivenPart,
    Outcome,
    RiskStatement,
    TimeReason,
    Upload,
)
from maca.returns.operations import (
    ask_for_time,
    ask_more_agencies,
    call_off_return,
    circulate_audit,
    cite_evidence,
    decline_return,
    open_return,
    record_approach,
    save_answer,
    say_known,
    say_not_known,
    say_of_risk,
    share_return,
)
from maca.returns.queries import find_asking
from maca.returns.stages import ReturnStage
from maca.voices.models import FamilyView
from maca.voices.operations import record_view
from tests.makers import A_VIEW, World

pytestmark = pytest.mark.django_db


def refused(code, do, *args, **kwargs):
    before = AgencyReturn.objects.count(), Notice.objects.count(), Entry.objects.count()
    with pytest.raises(Refused) as refusal:
        do(*args, **kwargs)
    assert refusal.value.code == code
    assert (AgencyReturn.objects.count(), Notice.objects.count(), Entry.objects.count()) == before


@pytest.fixture
def left_out(world):
    """A case about which health was not asked, with what the others were told."""
    audit = world.selected(1)
    case = audit.cases.get()
    others = [one for slug, one in world.agencies.items() if slug != "health"]
    circulate_audit(
        audit, {case: others}, purpose="To learn.", legal_basis="Section 16H.", contact="Priya", version=None,
        by=world.manager,
    )  # fmt: skip
    world.declared(audit)
    return Case.objects.select_related("audit").get(pk=case.pk)


def told(world, kind):
    return set(Notice.objects.filter(kind=kind).values_list("to_person", flat=True))


def test_an_agency_that_was_left_out_is_asked_as_the_others_were_and_sees_the_case(world, left_out):
    assert left_out not in Case.objects.visible_to(world.auditor)
    due_on = left_out.audit.returns_due_on
    ask_more_agencies(left_out, [world.health], due_on=due_on, by=world.manager)
    one = left_out.returns.get(agency=world.health)
    other = left_out.returns.exclude(pk=one.pk)[0]
    assert (one.purpose, one.legal_basis, one.contact, one.due_on) == (
        other.purpose, other.legal_basis, other.contact, due_on,
    )  # fmt: skip
    assert left_out in Case.objects.visible_to(world.auditor)
    assert world.lead.public_id in told(world, "returns/request")
    assert "health" in {entry.details["agency"] for entry in Entry.objects.filter(did="asked an agency")}
    say_known(one, version=None, by=world.auditor)


def test_who_may_ask_whom_and_until_when(world, left_out):
    due_on, ask = left_out.audit.returns_due_on, ask_more_agencies
    refused("not-the-manager", ask, left_out, [world.health], due_on=due_on, by=world.chair)
    refused("nobody-asked", ask, left_out, [], due_on=due_on, by=world.manager)
    refused("asked-already", ask, left_out, [world.agencies["police"]], due_on=due_on, by=world.manager)
    refused("not-to-come", ask, left_out, [world.health], due_on=today(), by=world.manager)
    with pytest.raises(Refused) as refusal:
        ask(left_out, [World("There").health], due_on=due_on, by=world.manager)
    assert refusal.value.code == "another-partnership"
    panel_on = left_out.audit.panel_on
    refused("not-before-the-panel", ask, left_out, [world.health], due_on=panel_on, by=world.manager)
    assert rules.may_ask_more_agencies(world.manager, left_out)
    left_out.audit.panel_on = left_out.audit.returns_due_on = working_days_from(today(), 1)
    left_out.audit.returns_due_on = today() - dt.timedelta(days=1)
    assert rules.may_ask_more_agencies(world.manager, left_out).code == "no-day-left"
    # Whoever answers today still may.
    left_out.audit.returns_due_on = today()
    assert rules.may_ask_more_agencies(world.manager, left_out)


def test_what_was_asked_in_error_is_called_off_and_whoever_was_told_is_told(world, left_out):
    ask_more_agencies(left_out, [world.health], due_on=left_out.audit.returns_due_on, by=world.manager)
    one = world.return_of(left_out.audit)
    open_return(one, by=world.auditor)
    asked = {reminder.recipient.public_id for reminder in one.reminders.all()}
    call_off_return(one, by=world.manager)
    assert not left_out.returns.filter(agency=world.health).exists()
    assert left_out not in Case.objects.visible_to(world.auditor)
    assert told(world, "returns/called-off") == asked != set()
    entry = Entry.objects.get(did="called off a return")
    assert (entry.details["agency"], entry.details["case"]) == ("health", left_out.label)
    # Asked in error, and called off in error.
    ask_more_agencies(left_out, [world.health], due_on=left_out.audit.returns_due_on, by=world.manager)
    assert left_out in Case.objects.visible_to(world.auditor)


def asks_for_time(world, one):
    later = working_days_from(one.due_on, 2)
    ask_for_time(one, reason=TimeReason.RECORDS, words="W", wanted_on=later, by=world.auditor)


def is_won_over(world, one):
    decline_return(one, reason=DeclineReason.PURPOSE, words="W", version=None, by=world.lead)
    record_approach(
        one, outcome=Outcome.SUPPLIES, approached="The practice manager", approached_on=today(), words="",
        due_on=one.due_on, version=None, by=world.manager,
    )  # fmt: skip


def answers(world, one):
    say_known(one, version=None, by=world.auditor)
    asking = find_asking(world.auditor, one.case.audit.slug, one.case.number, "health", 1)
    save_answer(asking, choice="yes", how_known="W", points="", version=None, by=world.auditor)


def cites_evidence(world, one):
    say_known(one, version=None, by=world.auditor)
    cite_evidence(one, question=None, record="W", reference="", dated_on=None, by=world.auditor)


def gives_a_part(world, one):
    say_known(one, version=None, by=world.auditor)
    world.add("second", "health", Role.AUDITOR)
    world.declared(one.case.audit, "second")
    share_return(one, [None], to=world.second, by=world.auditor)


def uploads(world, one):
    say_known(one, version=None, by=world.auditor)
    world.uploaded(one, by=world.auditor)


def involved(world, one):
    return find_involvement(world.auditor, one.case.audit.slug, one.case.number, "health")


def gives_an_entry(world, one):
    add_entry(involved(world, one), Line(date=today(), agency="health", text="W"), by=world.auditor)


def sends_a_file(world, one):
    table = b"date,text\n2026-01-05,Home visit.\n"
    keep_file(involved(world, one), table, name="w.csv", source=Source.UPLOADED, by=world.auditor)


def raises_a_concern(world, one):
    raise_concern(one.case, what="W", found_at=timezone.now(), told=None, by=world.auditor)


@pytest.mark.parametrize("say", [say_known, say_not_known])
def test_what_an_agency_has_said_is_not_dropped(world, say):
    one = world.return_of(world.circulated(1))
    assert rules.may_call_off_return(world.manager, one)
    say(one, version=None, by=world.auditor)
    refused("has-answered", call_off_return, world.return_of(one.case.audit), by=world.manager)


@pytest.mark.parametrize(
    ("gives", "table"),
    [
        (answers, Answer),
        (is_won_over, Approach),
        (cites_evidence, Evidence),
        (asks_for_time, ExtensionRequest),
        (gives_a_part, GivenPart),
        (lambda world, one: say_of_risk(one, is_unsafe=False, by=world.auditor), RiskStatement),
        (uploads, Upload),
        (gives_an_entry, ChronologyEntry),
        (sends_a_file, EntryFile),
        (raises_a_concern, Concern),
        (lambda world, one: record_view(one.case, A_VIEW, by=world.auditor), FamilyView),
    ],
    ids=lambda one: getattr(one, "_meta", None) and one._meta.verbose_name,
)
def test_nothing_that_an_agency_gave_in_is_dropped(world, gives, table):
    one = world.return_of(world.circulated(1))
    gives(world, one)
    # Asked anew, as after a refusal, so that the stage alone does not tell.
    AgencyReturn.objects.filter(pk=one.pk).update(stage=ReturnStage.ASKED)
    one = world.return_of(one.case.audit)
    refused("has-answered", call_off_return, one, by=world.manager)
    # Nothing else told.
    table.objects.all().delete()
    assert rules.may_call_off_return(world.manager, one)


def test_who_may_call_off_and_one_agency_stays(world):
    audit = world.circulated(1)
    one = world.return_of(audit)
    refused("not-the-manager", call_off_return, one, by=world.chair)
    for slug in [slug for slug in world.agencies if slug != "health"]:
        call_off_return(world.return_of(audit, slug), by=world.manager)
    refused("only-one", call_off_return, one, by=world.manager)


def test_once_the_panel_has_opened_nobody_is_asked_and_nothing_called_off(world):
    audit = world.panel_opened()
    case = Case.objects.select_related("audit").get(audit=audit, number=1)
    assert rules.may_ask_more_agencies(world.manager, case).code == "not-gathering"
    assert rules.may_call_off_return(world.manager, world.return_of(audit)).code == "not-gathering"


def test_the_pages_ask_and_call_off(world, sign_in, left_out):
    client, place = sign_in(world.manager), {"audit": left_out.audit.slug, "case": left_out.number}
    ask = reverse("ask-more-agencies", kwargs=place)
    assert ask in client.get(reverse("board", kwargs={"audit": left_out.audit.slug})).content.decode()
    page = client.get(ask).content.decode()
    assert 'value="health"' in page
    assert 'value="police"' not in page
    day = left_out.audit.returns_due_on
    sent = {"agencies": "health", "due_on-day": day.day, "due_on-month": day.month, "due_on-year": day.year}
    wrong = client.post(ask, sent | {"due_on-year": day.year - 1, "once": new_public_id()})
    assert (wrong.status_code, "Choose a day in the future" in wrong.content.decode()) == (422, True)
    assert client.post(ask, sent | {"once": new_public_id()}).status_code == 302
    assert "Every agency of the partnership is asked" in client.get(ask).content.decode()
    there = {**place, "agency": "health"}
    off = reverse("call-off-return", kwargs=there)
    assert off in client.get(reverse("return", kwargs=there)).content.decode()
    assert "It has not opened the request." in client.get(off).content.decode()
    assert client.post(off, {"once": new_public_id()}).status_code == 302
    assert client.get(off).status_code == 404


def test_words_sent_for_what_was_called_off_meanwhile_come_back_and_say_nothing_of_whether_it_exists(world, sign_in):
    audit = world.circulated(1)
    call_off_return(world.return_of(audit), by=world.manager)
    sent = {"do": "typed", "what": "A long account & <b>more</b>.", "once": new_public_id()}
    client, pages = sign_in(world.auditor), set()
    for agency in ("health", "police", "nobody"):
        there = reverse("own-chronology", kwargs={"audit": audit.slug, "case": 1, "agency": agency})
        answer = client.post(there, sent)
        assert answer.status_code == 404
        # Keys of forms, and how long the sign-in lasts, differ at each drawing.
        pages.add(re.sub(r'<input type="hidden"[^>]*>|data-(left|longest)="\d+"', "", answer.content.decode()))
    (page,) = pages
    assert "A long account &amp; &lt;b&gt;more&lt;/b&gt;." in page
    assert "It has not been saved" not in client.get(there).content.decode()


def test_whether_something_was_given_in_is_asked_in_one_query(world):
    one = world.return_of(world.circulated(1))
    with CaptureQueriesContext(connection) as asked:
        assert rules.may_call_off_return(world.manager, one)
    assert len(asked) == 2


def test_calling_off_holds_what_givers_hold_in_the_order_that_they_do(world):
    """An involvement comes last, as in `say_known` and `add_entry`: two orders would be a deadlock on PostgreSQL."""
    one = world.return_of(world.circulated(1))
    with CaptureQueriesContext(connection) as asked:
        call_off_return(one, by=world.manager)
    # SQLite drops the words of a lock, but the rows are read all the same.
    statements = [query["sql"] for query in asked if query["sql"].startswith(("SELECT ", "UPDATE ", "DELETE "))]
    assert 'FROM "returns_agencyreturn"' in statements[0]
    assert '"audits_audit"' in statements[0]
