import datetime as dt
import threading

import pytest
from django.core import mail
from django.db import DatabaseError, connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from maca.cases.models import DestructionReason
from maca.cases.operations import destroy_case
from maca.concerns import rules
from maca.concerns.forms import ConcernForm
from maca.concerns.models import Concern, ConcernNote, Route, Telling
from maca.concerns.operations import (
    acknowledge_concern,
    alert_again,
    close_concern,
    note_concern,
    raise_concern,
    read_concern,
    say_told,
)
from maca.concerns.queries import answerers, concerns_on, elapsed, find_concern, waiting_for
from maca.concerns.stages import ConcernStage
from maca.design.forms import time_of
from maca.journal.models import Entry
from maca.kernel.verdict import Refused
from maca.kernel.versions import Changed
from maca.notices.models import Notice
from maca.notices.operations import send_due
from maca.partnership.models import Person
from maca.sealing.models import Key, KeyKind
from tests.concerns.conftest import with_social_care
from tests.house.test_pages import form_values, queries
from tests.makers import World

WHAT = "Bruise CANARYWHAT on the arm"
READERS = {"manager", "chair", "care_lead", "auditor"}


def told(at=None):
    return Telling("CANARYNAME", "CANARYTEAM", Route.PHONE, at or timezone.now(), None)


def asked_about(world):
    """A case that was circulated so long ago that the requests have gone: no other message waits."""
    case = world.circulated(1).cases.get()
    Notice.objects.all().delete()
    return case


def raised(world, case=None, *, by=None, tell=None):
    return raise_concern(
        case or asked_about(world), what=WHAT, found_at=timezone.now(), told=tell, by=by or world.auditor
    )


def fresh(concern):
    return Concern.objects.select_related("case__audit__partnership").get(pk=concern.pk)


# ---- raising


def test_anybody_on_a_case_raises_a_concern_with_nothing_declared_first_and_nobody_else_finds_it(cared):
    case = cared.circulated(1).cases.get()
    for who in ("auditor", "lead", "police_auditor", "social_worker", "member", "scrutineer", "manager", "chair"):
        assert raised(cared, case, by=cared.people[who]).stage == "raised"
    assert rules.may_raise_concern(cared.auditor, case)
    case.destroyed_at = timezone.now()
    assert rules.may_raise_concern(cared.auditor, case).code == "destroyed"


def test_its_words_are_sealed_with_a_key_of_its_own(cared):
    concern = raised(cared, tell=told())
    with connection.cursor() as cursor:
        cursor.execute("SELECT what, told_name, told_agency FROM concerns_concern")
        kept = b"".join(bytes(one) for one in cursor.fetchone())
    assert len(kept) > 100
    assert b"CANARY" not in kept
    assert Key.objects.filter(kind=KeyKind.CONCERN, owner=concern.public_id).count() == 1
    opened, _ = read_concern(fresh(concern), by=cared.manager)
    assert (opened.what, opened.told_name, opened.told_agency) == (WHAT, "CANARYNAME", "CANARYTEAM")


def test_the_journal_and_the_notices_hold_none_of_its_words(cared):
    concern = raised(cared, tell=told())
    note_concern(concern, words="CANARYNOTE", by=cared.auditor)
    send_due(timezone.now())
    written = repr(list(Entry.objects.values())) + repr(list(Notice.objects.values()))
    written += "".join(str(one.message()) for one in mail.outbox)
    assert "CANARY" not in written
    assert "raised a concern" in written  # the control: it was looked for where it would be
    sent = "".join(str(one.message()) for one in mail.outbox)
    assert "concern" in sent
    assert "Case 1" not in sent
    assert "eglect" not in sent


def test_when_the_keystore_is_down_nothing_is_kept_in_clear(cared):
    case = asked_about(cared)
    Key.objects.all().delete()
    with pytest.raises(Refused) as refused:
        raised(cared, case)
    assert refused.value.code == "cannot-seal"
    assert not Concern.objects.exists()
    assert not Notice.objects.exists()


# ---- alerts


def test_the_manager_and_the_lead_of_social_care_are_alerted_each_in_a_message_of_their_own(cared):
    concern = raised(cared)
    send_due(timezone.now())
    assert sorted(one.to[0] for one in mail.outbox) == sorted([cared.manager.email, cared.care_lead.email])
    assert all(f"/concerns/{concern.public_id}/" in one.body for one in mail.outbox)
    bodies = {one.body.replace(concern.public_id, "") for one in mail.outbox}
    mail.outbox.clear()
    other = raised(cared, concern.case, by=cared.police_auditor, tell=told())
    send_due(timezone.now())
    assert {one.body.replace(other.public_id, "") for one in mail.outbox} == bodies


def test_the_alert_stands_on_every_page_of_those_who_answer_until_one_acknowledges(cared, sign_in):
    concern = raised(cared)
    clients = {who: sign_in(cared.people[who]) for who in ("manager", "care_lead", "chair", "auditor", "lead")}

    def alerted():
        words = "A child may be at risk now. A concern has been raised"
        return {who for who, one in clients.items() if words in one.get("/audits/").content.decode()}

    assert alerted() == {"manager", "care_lead"}
    acknowledge_concern(fresh(concern), by=cared.care_lead)
    assert alerted() == set()


def test_the_page_of_somebody_who_answers_for_no_concern_asks_nothing_about_them(cared):
    raised(cared)
    for who, asked in (("auditor", 0), ("manager", 1), ("lead", 0), ("care_lead", 1)):
        person = Person.objects.select_related("agency").get(pk=cared.people[who].pk)
        assert person.roles is not None
        with CaptureQueriesContext(connection) as captured:
            waiting_for(person)
        assert len(captured) == asked, who


def test_the_alert_comes_again_every_15_minutes_until_somebody_acknowledges_and_the_chair_joins(cared):
    concern = raised(cared)
    start = concern.raised_at
    assert alert_again(start + dt.timedelta(minutes=14)) == 0
    assert alert_again(start + dt.timedelta(minutes=15)) == 1
    assert alert_again(start + dt.timedelta(minutes=16)) == 0  # once in each quarter of an hour
    assert {one.name for one in answerers(fresh(concern))} == {"Manager", "Care Lead", "Chair"}
    assert waiting_for(cared.chair)
    assert alert_again(start + dt.timedelta(minutes=31)) == 1
    assert Notice.objects.filter(to_person=cared.manager.public_id).count() == 3
    assert Notice.objects.filter(to_person=cared.chair.public_id).count() == 2
    acknowledge_concern(fresh(concern), by=cared.chair)
    assert alert_again(start + dt.timedelta(hours=9)) == 0


@pytest.mark.django_db(transaction=True)
def test_two_processes_alert_once():
    world = with_social_care(World())
    concern = raised(world)
    now, together, counts = concern.raised_at + dt.timedelta(minutes=20), threading.Barrier(2), []

    def again():
        together.wait()
        try:
            counts.append(alert_again(now))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=again) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sum(counts) == 1
    assert fresh(concern).alerts == 2


def test_an_alert_that_fails_is_still_due(cared, monkeypatch):
    concern = raised(cared)
    now = concern.raised_at + dt.timedelta(minutes=20)

    def full(*_, **__):
        raise DatabaseError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr("maca.concerns.operations.queue", full)
        assert alert_again(now) == 0
    assert fresh(concern).alerts == 1
    assert alert_again(now) == 1


def test_without_a_manager_and_a_lead_the_chair_answers_and_without_anybody_the_page_says_so(world, sign_in):
    Person.objects.filter(pk=world.manager.pk).update(is_active=False)
    concern = raised(world)
    assert [one.name for one in answerers(concern)] == ["Chair"]
    assert rules.may_acknowledge_concern(world.chair, fresh(concern))
    Person.objects.filter(pk=world.chair.pk).update(is_active=False)
    alone = raised(world, concern.case)
    assert answerers(alone) == []
    page = sign_in(world.auditor).get(f"/concerns/{alone.public_id}/").content.decode()
    assert "Nobody could be alerted" in page


# ---- a mail outage

DOWN = "tests.notices.test_notices.Down"


def test_a_concern_survives_a_mail_outage_and_its_alert_goes_later(cared, sign_in, settings):
    settings.EMAIL_BACKEND = DOWN
    concern = raised(cared)
    send_due(timezone.now())
    assert fresh(concern).stage == "raised"
    assert "A child may be at risk now." in sign_in(cared.manager).get("/").content.decode()
    for minutes in range(1, 120):
        now = concern.raised_at + dt.timedelta(minutes=minutes)
        alert_again(now)
        send_due(now)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    now = concern.raised_at + dt.timedelta(minutes=135)
    alert_again(now)
    send_due(now)
    # One each for manager, lead and chair: not one for every quarter of an hour that was missed.
    assert sorted(one.to[0] for one in mail.outbox) == sorted(
        [cared.manager.email, cared.care_lead.email, cared.chair.email]
    )


def test_saving_a_concern_never_speaks_to_the_mail_server(cared, settings, django_capture_on_commit_callbacks):
    settings.EMAIL_BACKEND = "no.such.backend"
    with django_capture_on_commit_callbacks(execute=True):
        raised(cared)
    with pytest.raises(ImportError):  # the control: sending would have failed
        send_due(timezone.now())


# ---- who reads it


def test_its_words_are_for_whoever_raised_it_and_those_who_answer_and_the_others_see_that_it_stands(cared):
    concern = raised(cared)
    readers = {who for who, one in cared.people.items() if Concern.objects.visible_to(one).exists()}
    assert readers == READERS
    for who, person in cared.people.items():
        assert bool(rules.may_read_concern(person, concern)) == (who in READERS), who
        standing = concerns_on(concern.case, person)
        assert [one.stage for one in standing] == ["Raised"]
        assert bool(standing[0].href) == (who in READERS), who
    elsewhere = World("Elsewhere")
    assert not Concern.objects.visible_to(elsewhere.manager).exists()
    with pytest.raises(Concern.DoesNotExist):
        find_concern(elsewhere.manager, concern.public_id)


def test_each_reading_is_on_the_record_before_the_words_are_shown_and_without_the_record_there_are_none(
    cared, monkeypatch
):
    concern = fresh(raised(cared))
    read_concern(concern, by=cared.manager)
    assert Entry.objects.get(did="read a concern").is_reading

    def broken(*_, **__):
        raise DatabaseError("no journal")

    again = fresh(concern)
    monkeypatch.setattr("maca.concerns.operations.write", broken)
    with pytest.raises(DatabaseError):
        read_concern(again, by=cared.manager)
    assert isinstance(again.what, bytes)


def test_the_page_of_a_concern_writes_one_reading_and_shows_the_words(cared, sign_in):
    concern = raised(cared, tell=told())
    page = sign_in(cared.care_lead).get(f"/concerns/{concern.public_id}/").content.decode()
    assert WHAT in page
    assert "CANARYNAME" in page
    assert Entry.objects.filter(did="read a concern", by=cared.care_lead.public_id).count() == 1
    assert sign_in(cared.lead).get(f"/concerns/{concern.public_id}/").status_code == 404


# ---- telling, acknowledging, closing


def test_who_was_told_can_be_recorded_afterwards_and_once(cared):
    concern = raised(cared)
    say_told(concern, told=told(), version=1, by=cared.auditor)
    kept = fresh(concern)
    assert kept.told_at
    assert kept.route == "phone"
    with pytest.raises(Refused, match="told-already"):
        say_told(kept, told=told(), version=2, by=cared.auditor)


def test_whoever_raised_it_neither_acknowledges_nor_closes_it_even_the_manager(cared):
    for who in ("manager", "auditor", "care_lead"):
        concern = fresh(raised(cared, by=cared.people[who], tell=told()))
        assert rules.may_acknowledge_concern(cared.people[who], concern).code == "raised-it"
        other = cared.people["care_lead" if who == "manager" else "manager"]
        acknowledge_concern(concern, by=other)
        assert rules.may_close_concern(cared.people[who], fresh(concern)).code == "raised-it"
        with pytest.raises(Refused):
            close_concern(concern, receipt="R", replied_at=timezone.now(), version=None, by=cared.people[who])
        assert fresh(concern).stage == "acknowledged"
        close_concern(concern, receipt="R", replied_at=timezone.now(), version=None, by=other)
        assert fresh(concern).stage == "closed"


def test_it_is_closed_only_when_somebody_was_told_and_it_was_acknowledged(cared):
    concern = fresh(raised(cared))
    assert rules.may_close_concern(cared.manager, concern).code == "not-acknowledged"
    acknowledge_concern(concern, by=cared.manager)
    assert rules.may_close_concern(cared.manager, fresh(concern)).code == "nobody-told"
    say_told(concern, told=told(), version=None, by=cared.manager)
    close_concern(concern, receipt="Strategy CANARY meeting", replied_at=timezone.now(), version=None, by=cared.manager)
    opened, _ = read_concern(fresh(concern), by=cared.auditor)
    assert opened.receipt == "Strategy CANARY meeting"
    assert rules.may_close_concern(cared.manager, opened).code == "closed-already"


@pytest.mark.parametrize("who", ["lead", "police_lead", "member", "scrutineer", "chair", "governance"])
def test_nobody_else_acknowledges(cared, who):
    concern = fresh(raised(cared))
    with pytest.raises(Refused):
        acknowledge_concern(concern, by=cared.people[who])
    assert fresh(concern).stage == "raised"


def test_the_second_of_two_who_close_it_is_told(cared):
    concern = fresh(raised(cared, tell=told()))
    acknowledge_concern(concern, by=cared.manager)
    version = fresh(concern).version
    say = {"receipt": "R", "replied_at": timezone.now(), "version": version}
    note = fresh(concern)
    close_concern(fresh(concern), **say, by=cared.manager)
    with pytest.raises((Refused, Changed)):
        close_concern(note, **say, by=cared.care_lead)
    assert fresh(concern).closed_by == cared.manager


def test_a_correction_is_a_note_and_nothing_is_deleted(cared):
    concern = raised(cared)
    note_concern(concern, words="It was the left arm", by=cared.auditor)
    note_concern(concern, words="Rang back", by=cared.manager)
    opened, notes = read_concern(fresh(concern), by=cared.care_lead)
    assert opened.what == WHAT
    assert [note.words for note in notes] == ["It was the left arm", "Rang back"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM concerns_concernnote")
        assert all(b"arm" not in bytes(row[0]) for row in cursor.fetchall())
    with pytest.raises(Refused):
        note_concern(concern, words="X", by=cared.lead)
    assert ConcernNote.objects.count() == 2


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 minutes"), (1, "1 minute"), (59, "59 minutes"), (60, "1 hour"), (125, "2 hours 5 minutes")],
)
def test_minutes_are_counted_in_words(minutes, words):
    start = timezone.now()
    assert elapsed(start, start + dt.timedelta(minutes=minutes)) == words
    assert elapsed(start, None) == ""


# ---- the form


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("14:30", (14, 30)),
        ("2.30pm", (14, 30)),
        ("1430", (14, 30)),
        ("9am", (9, 0)),
        ("12am", (0, 0)),
        ("0:05", (0, 5)),
    ],
)
def test_a_time_is_read_however_it_is_written(text, time):
    assert time_of(text) == dt.time(*time)


@pytest.mark.parametrize("text", ["", "now", "25:00", "9", "14:60", "13pm", "-1:00", "٣:٠٠x"])
def test_what_is_no_time_is_none(text):
    assert time_of(text) is None


def values(**more):
    now = timezone.localtime()
    day = {"day": now.day, "month": now.month, "year": now.year}
    found = {f"found_on-{part}": value for part, value in day.items()}
    tell = {f"told_on-{part}": value for part, value in day.items()} | {"told_time": "00:00"}
    return {"what": WHAT, **found, "found_time": "00:00", **(tell if more["is_told"] == "yes" else {}), **more}


def test_who_was_told_is_asked_for_only_when_somebody_was():
    not_yet = ConcernForm(values(is_told="no"))
    assert not_yet.is_valid(), not_yet.errors
    assert not_yet.telling is None
    empty = ConcernForm(values(is_told="yes"))
    assert set(empty.errors) == {"told_name", "told_agency", "route"}
    whole = ConcernForm(values(is_told="yes", told_name="N", told_agency="A", route="phone"))
    assert whole.is_valid(), whole.errors
    assert whole.telling.name == "N"


def test_a_time_to_come_is_no_time_of_finding():
    now = timezone.localtime() + dt.timedelta(days=1)
    tomorrow = {"found_on-day": now.day, "found_on-month": now.month, "found_on-year": now.year}
    form = ConcernForm(values(is_told="no", **tomorrow))
    assert not form.is_valid()


def test_what_was_begun_about_telling_is_kept_in_no_silence():
    """Words typed about who was told, with “not yet” pressed by mistake, are asked about and not dropped."""
    form = ConcernForm(values(is_told="no", told_name="Somebody"))
    assert not form.is_valid()
    assert "is_told" in form.errors


def test_the_page_raises_it_once_and_says_first_that_this_is_no_referral(cared, sign_in):
    case = cared.circulated(1).cases.get()
    path, client = f"/audits/{case.audit.slug}/cases/1/concern/", sign_in(cared.auditor)
    page = client.get(path).content.decode()
    first_words = ("This does not make a referral", "ring <strong>999", "ring the front door", "What makes you")
    assert sorted(first_words, key=page.index) == list(first_words)
    sending = values(is_told="no", **form_values(page))
    first, second = client.post(path, sending), client.post(path, sending)
    assert first.status_code == second.status_code == 302
    assert Concern.objects.count() == 1
    shown = client.get(first.headers["Location"]).content.decode()
    assert "Nobody has been told yet" in shown
    assert sign_in(cared.lead).get(first.headers["Location"]).status_code == 404


def test_when_the_keystore_is_down_the_words_stay_on_the_page(cared, sign_in):
    case = cared.circulated(1).cases.get()
    path, client = f"/audits/{case.audit.slug}/cases/1/concern/", sign_in(cared.auditor)
    sending = values(is_told="no", **form_values(client.get(path).content.decode()))
    keys = list(Key.objects.all())
    Key.objects.all().delete()
    answer = client.post(path, sending)
    assert answer.status_code == 503
    assert WHAT in answer.content.decode()
    assert "This has NOT been saved" in answer.content.decode()
    Key.objects.bulk_create(keys)
    again = values(is_told="no", **form_values(answer.content.decode()))
    assert client.post(path, again).status_code == 302
    assert Concern.objects.count() == 1


def test_the_list_takes_the_same_queries_for_one_and_for_fifty_and_open_ones_stand_first(cared, sign_in):
    first = raised(cared, tell=told())
    client = sign_in(cared.manager)
    one = queries(client, "/concerns/")
    for _ in range(49):
        raised(cared, first.case)
    acknowledge_concern(fresh(first), by=cared.manager)
    last = raised(cared, first.case, tell=told())
    acknowledge_concern(fresh(last), by=cared.manager)
    close_concern(fresh(last), receipt="R", replied_at=timezone.now(), version=None, by=cared.manager)
    assert queries(client, "/concerns/") == one
    page = client.get("/concerns/").content.decode()
    assert page.index(first.public_id) < page.index(last.public_id)
    assert sign_in(cared.lead).get("/concerns/").status_code == 403


def test_a_case_with_an_open_concern_is_not_destroyed(world):
    audit = world.published().audit
    case = audit.cases.select_related("audit__partnership", "nomination").get(number=1)
    concern = raise_concern(case, what="W", found_at=timezone.now(), told=None, by=world.manager)
    with pytest.raises(Refused) as refused:
        destroy_case(case, reason=DestructionReason.ASKED, by=world.manager)
    assert refused.value.code == "concern-open"
    # The control: closed, it keeps nothing.
    Concern.objects.filter(pk=concern.pk).update(stage=ConcernStage.CLOSED)
    destroy_case(case, reason=DestructionReason.ASKED, by=world.manager)
    case.refresh_from_db()
    assert case.destroyed_at
