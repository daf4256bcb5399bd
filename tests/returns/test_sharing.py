"""Several people of an agency write in one return: what is whose, who is there, and that nobody's words vanish."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from maca.cases.models import Declaration, Interest
from maca.cases.operations import declare_interest
from maca.journal.models import Entry
from maca.kernel.verdict import Refused
from maca.kernel.versions import Changed
from maca.notices.models import Notice
from maca.partnership.models import EndReason, Role
from maca.partnership.operations import end_account
from maca.returns import presence, rules
from maca.returns.models import Answer, EarlierWords, GivenPart, Presence
from maca.returns.operations import (
    describe_engagement,
    read_earlier_words,
    save_answer,
    say_known,
    send_back_questions,
    share_return,
    submit_return,
)
from maca.returns.queries import find_asking, find_return, given_parts, given_to, has_earlier_words
from maca.worklist.queries import tasks
from tests.makers import opened
from tests.returns.test_kinds_of_answer import keys
from tests.steps import step

BLANK = {"choice": "", "how_known": "", "points": ""}


@pytest.fixture
@step
def audit(world):
    """Circulated; the agency has begun, and has a second auditor."""
    audit = world.circulated(1)
    say_known(world.return_of(audit), version=None, by=world.auditor)
    world.add("second", "health", Role.AUDITOR)
    world.declared(audit, "second")
    return audit


def asking(world, audit, number=1, who=None):
    return find_asking(who or world.auditor, audit.slug, 1, "health", number)


def write(world, audit, text, *, by, number=1, version=None, **more):
    asked = asking(world, audit, number, by)
    return save_answer(asked, **{**BLANK, "how_known": text}, version=version, by=by, **more)


def question(audit, number=1):
    return audit.questions.get(asked_of="agency", number=number)


def page(audit, rest=""):
    return f"/audits/{audit.slug}/cases/1/returns/health/{rest}"


# ---- what colleagues had written


def test_what_a_colleague_had_written_is_kept_when_it_is_replaced(world, audit):
    write(world, audit, "The first words.", by=world.auditor)
    write(world, audit, "Other words.", by=world.second)
    (kept,) = read_earlier_words(world.return_of(audit), by=world.auditor)[question(audit).pk]
    assert kept.answer.how_known == "The first words."
    assert (kept.written_by, kept.replaced_by) == (world.auditor, world.second)
    assert "The first words." not in repr(EarlierWords.objects.values_list())


def test_ones_own_words_are_ones_own_to_change_and_adding_a_choice_replaces_none(world, audit):
    write(world, audit, "Mine.", by=world.auditor)
    write(world, audit, "Mine, better.", by=world.auditor)
    save_answer(asking(world, audit), choice="yes", how_known="Mine, better.", points="", version=None, by=world.second)
    save_answer(asking(world, audit), choice=None, how_known=None, points=None, version=None, by=world.auditor)
    assert not EarlierWords.objects.exists()


def test_the_account_of_the_engagement_is_kept_by_who_described_it(world, audit):
    one = world.return_of(audit)
    describe_engagement(one, before="Since birth.", now="Monthly.", version=None, by=world.auditor)
    describe_engagement(one, before="Since birth.", now=None, version=None, by=world.second)
    assert not EarlierWords.objects.exists()
    describe_engagement(one, before="Since last year.", now="Monthly.", version=None, by=world.second)
    (kept,) = read_earlier_words(one, by=world.second)[None]
    assert kept.fields == {"engagement_before": "Since birth.", "engagement_now": "Monthly."}
    assert kept.written_by == world.auditor


def test_whoever_sends_a_colleagues_words_on_has_not_written_them(world, audit):
    """Otherwise the colleague's would be their own to replace, and gone."""
    write(world, audit, "The first words.", by=world.auditor)
    write(world, audit, "The first words.", by=world.second)
    assert Answer.objects.get().saved_by == world.auditor
    write(world, audit, "Other words.", by=world.second)
    (kept,) = read_earlier_words(world.return_of(audit), by=world.auditor)[question(audit).pk]
    assert (kept.answer.how_known, kept.written_by) == ("The first words.", world.auditor)
    one = world.return_of(audit)
    describe_engagement(one, before="Since birth.", now="Monthly.", version=None, by=world.auditor)
    describe_engagement(one, before="Since birth.", now="Monthly.", version=None, by=world.second)
    describe_engagement(one, before="Since last year.", now="Monthly.", version=None, by=world.second)
    (kept,) = read_earlier_words(one, by=world.second)[None]
    assert kept.written_by == world.auditor


def test_a_save_that_clashes_keeps_nothing(world, audit):
    write(world, audit, "First.", by=world.auditor)
    with pytest.raises(Changed):
        write(world, audit, "Late.", by=world.second, version=1)
    assert not EarlierWords.objects.exists()


def test_earlier_words_are_shown_to_the_agency_alone_and_each_reading_is_recorded(world, audit, sign_in):
    one = world.answer_all(world.return_of(audit))
    save_answer(asking(world, audit), choice="no", how_known="Theirs.", points="", version=None, by=world.second)
    describe_engagement(one, before="Rewritten.", now="Rewritten too.", version=None, by=world.second)
    for path in ("questions/1/", "engagement/", ""):
        before = Entry.objects.filter(did="read a return", details__part="earlier words").count()
        shown = sign_in(world.auditor).get(page(audit, path)).content.decode()
        assert ("In the record." in shown) is (path != "engagement/")
        assert ("Known since birth." in shown) is (path != "questions/1/")
        assert Entry.objects.filter(did="read a return", details__part="earlier words").count() == before + 1
    assert "Auditor had written" not in sign_in(world.auditor).get(page(audit, "questions/2/")).content.decode()
    one.refresh_from_db()
    submit_return(one, delegated_by="The lead", version=None, by=world.second)
    for who, there in (("auditor", True), ("lead", True), ("manager", False), ("chair", False)):
        shown = sign_in(world.people[who]).get(page(audit)).content.decode()
        assert ("Known since birth." in shown) is there, who
        assert bool(rules.may_read_earlier_words(world.people[who], one)) is there, who
    assert rules.may_read_earlier_words(world.police_auditor, one).code == "not-your-agency"


def test_whoever_has_a_conflict_reads_no_earlier_words(world, audit):
    declare_interest(world.return_of(audit).case, interest=Interest.HELD, by=world.second)
    assert rules.may_read_earlier_words(world.second, world.return_of(audit)).code == "conflict"
    with pytest.raises(Refused):
        read_earlier_words(world.return_of(audit), by=world.second)


def test_a_page_without_earlier_words_records_no_reading_of_them(world, audit, sign_in):
    assert not has_earlier_words(find_return(world.auditor, audit.slug, 1, "health"))
    sign_in(world.auditor).get(page(audit))
    assert not Entry.objects.filter(details__part="earlier words").exists()


# ---- parts that are given to colleagues


def test_a_part_is_given_and_the_colleague_is_told_without_a_word_of_the_case(world, audit):
    one = world.return_of(audit)
    share_return(one, [None, question(audit, 3)], to=world.second, by=world.auditor)
    given = given_parts(one)
    assert {key: row.given_to for key, row in given.items()} == {
        None: world.second,
        question(audit, 3).pk: world.second,
    }
    notice = Notice.objects.get(kind="returns/given")
    assert notice.to_person == world.second.public_id
    assert notice.link == reverse("work-list")
    entry = Entry.objects.get(did="gave parts of a return")
    assert entry.details["parts"] == ["engagement", 3]
    assert entry.details["to"] == world.second.public_id
    assert any(task.share == "given to you: the engagement, question 3" for task in tasks(world.second))
    assert not any(task.share for task in tasks(world.auditor))


def test_giving_keeps_nobody_out(world, audit):
    share_return(world.return_of(audit), [question(audit)], to=world.second, by=world.auditor)
    write(world, audit, "Here all the same.", by=world.auditor)
    assert opened(Answer.objects.get()).how_known == "Here all the same."


def test_a_part_is_given_on_and_taken_back(world, audit):
    one = world.return_of(audit)
    for part in (None, question(audit)):
        share_return(one, [part], to=world.second, by=world.auditor)
        share_return(one, [part], to=world.lead, by=world.second)
        assert [row.given_to for row in given_parts(one).values()] == [world.lead]
        share_return(one, [part], to=None, by=world.auditor)
        assert not given_parts(one)
    assert Entry.objects.filter(did="took back parts of a return").count() == 2


def test_what_a_colleague_has_already_is_not_given_and_told_again(world, audit):
    one = world.return_of(audit)
    share_return(one, [question(audit)], to=world.second, by=world.auditor)
    share_return(one, [question(audit)], to=world.second, by=world.lead)
    assert Notice.objects.filter(kind="returns/given").count() == 1
    assert Entry.objects.filter(did="gave parts of a return").count() == 1
    assert GivenPart.objects.get().given_by == world.auditor
    share_return(one, [None], to=None, by=world.lead)
    assert not Entry.objects.filter(did="took back parts of a return").exists()


def test_who_takes_a_part_is_not_written_to(world, audit):
    share_return(world.return_of(audit), [question(audit)], to=world.auditor, by=world.auditor)
    assert not Notice.objects.filter(kind="returns/given").exists()


def test_what_was_given_to_somebody_who_has_left_is_nobodys(world, audit):
    one = world.return_of(audit)
    share_return(one, [question(audit)], to=world.second, by=world.auditor)
    end_account(world.second, reason=EndReason.LEFT, version=None, by=world.manager)
    assert not given_parts(one)
    world.second.ended_at, world.second.is_active = None, False
    world.second.save(update_fields=["ended_at", "is_active"])
    assert not given_parts(one)
    world.second.is_active = True
    world.second.save(update_fields=["is_active"])
    assert given_parts(one)


@pytest.mark.parametrize("who", ["police_auditor", "manager", "member", "social_worker"])
def test_a_part_goes_to_colleagues_alone(world, audit, who):
    one = world.return_of(audit)
    assert rules.may_be_given_parts(world.people[who], one).code == "no-colleague"
    with pytest.raises(Refused):
        share_return(one, [question(audit)], to=world.people[who], by=world.auditor)
    assert not GivenPart.objects.exists()


@pytest.mark.parametrize("gone", [{"is_active": False}, {"ended_at": timezone.now()}, {"joined_at": None}])
def test_a_part_does_not_go_to_whoever_has_left(world, audit, gone):
    assert rules.may_be_given_parts(world.second, world.return_of(audit))
    vars(world.second).update(gone)
    assert rules.may_be_given_parts(world.second, world.return_of(audit)).code == "no-colleague"


def test_a_part_does_not_go_to_whoever_has_a_conflict_but_to_whoever_has_declared_nothing(world, audit):
    one = world.return_of(audit)
    Declaration.objects.filter(person=world.second).delete()
    assert rules.may_be_given_parts(world.second, world.return_of(audit))
    declare_interest(one.case, interest=Interest.HELD, by=world.second)
    assert rules.may_be_given_parts(world.second, world.return_of(audit)).code == "conflict"


def test_nothing_and_questions_of_others_are_not_given(world, audit):
    one = world.return_of(audit)
    with pytest.raises(Refused) as refused:
        share_return(one, [], to=world.second, by=world.auditor)
    assert refused.value.code == "no-part"
    elsewhere = audit.questions.filter(asked_of="panel").first()
    with pytest.raises(Refused) as refused:
        share_return(one, [elsewhere], to=world.second, by=world.auditor)
    assert refused.value.code == "another-audit"


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((1,), "question 1"),
        ((1, 2), "questions 1 and 2"),
        ((1, 3, 4, 5, 6), "questions 1 and 3 to 6"),
        ((1, 2, 4, 6), "questions 1, 2, 4 and 6"),
        ((1, 2, 3, 4, 5, 6), "questions 1 to 6"),
    ],
)
def test_the_work_list_says_in_few_words_and_once_which_questions_are_whose(world, audit, sign_in, numbers, words):
    one = world.return_of(audit)
    share_return(one, [question(audit, number) for number in numbers], to=world.second, by=world.auditor)
    assert given_to(world.second, [one]) == {one.pk: [words]}
    shown = sign_in(world.second).get(reverse("work-list")).content.decode()
    assert shown.count(f"given to you: {words}") == shown.count("given to you") == 1


def test_who_may_share(world, audit):
    one = world.return_of(audit)
    assert rules.may_share_return(world.lead, one)
    assert rules.may_share_return(world.police_auditor, one).code == "not-your-agency"
    assert rules.may_share_return(world.auditor, world.submitted(world.return_of(audit))).code == "already-submitted"
    send_back_questions(world.return_of(audit), {question(audit): "Look."}, version=None, by=world.manager)
    one = world.return_of(audit)
    assert rules.may_share_return(world.auditor, one)
    assert rules.may_share_return(world.manager, one).code == "not-your-agency"
    share_return(one, [question(audit)], to=world.second, by=world.auditor)
    assert given_to(world.second, [one]) == {one.pk: ["question 1"]}


def test_the_page_gives_shows_and_takes_back(world, audit, sign_in):
    client = sign_in(world.auditor)
    path = page(audit, "share/")
    shown = client.get(path).content.decode()
    assert "Your engagement, historic and current" in shown
    assert "Second, Post of the second" in shown
    assert "Police Auditor" not in shown
    sent = client.post(path, {**keys(shown), "parts": ["engagement", "3"], "to": world.second.public_id})
    assert sent.status_code == 302
    shown = client.get(path).content.decode()
    assert "Given by Auditor" in shown
    assert client.get(page(audit)).content.decode().count("With Second") == 2
    own = sign_in(world.second).get(page(audit, "questions/3/")).content.decode()
    assert "Second has been given this part by Auditor" in own
    assert "You can write here all the same" not in own
    assert "You can write here all the same" in client.get(page(audit, "engagement/")).content.decode()
    client.post(path, {**keys(shown), "parts": ["3"], "to": "nobody"})
    assert [row.question for row in GivenPart.objects.all()] == [None]
    wrong = client.post(path, {**keys(shown), "to": ""})
    assert wrong.status_code == 422


def test_only_what_was_sent_back_can_be_given_then(world, audit, sign_in):
    world.submitted(world.return_of(audit))
    send_back_questions(world.return_of(audit), {question(audit, 3): "Look."}, version=None, by=world.manager)
    shown = sign_in(world.auditor).get(page(audit, "share/")).content.decode()
    assert re.findall(r'name="parts" type="checkbox" value="(\w+)"', shown) == ["3"]
    share_return(world.return_of(audit), [question(audit, 3)], to=world.second, by=world.auditor)
    # What was given before and not sent back cannot be edited now, and is not asked for.
    GivenPart.objects.create(
        agency_return=world.return_of(audit), question=question(audit), given_to=world.second, given_by=world.auditor
    )
    one = world.return_of(audit)
    assert given_to(world.second, [one]) == {one.pk: ["question 3"]}
    assert "With Second" in sign_in(world.lead).get(page(audit)).content.decode()


def test_the_work_list_takes_the_same_queries_for_one_part_and_for_many(world, audit, sign_in):
    def counted():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            tasks(world.second)
        return len(queries)

    one = world.return_of(audit)
    share_return(one, [None], to=world.second, by=world.auditor)
    first = counted()
    share_return(one, list(audit.questions.filter(asked_of="agency")), to=world.second, by=world.auditor)
    assert counted() == first


# ---- who is there


def at(seconds):
    return timezone.now() - dt.timedelta(seconds=seconds)


def test_who_writes_is_shown_for_a_minute(world, audit):
    one = world.return_of(audit)
    assert presence.note_here(one, question(audit, 2), by=world.auditor) == []
    (other,) = presence.note_here(one, None, by=world.second)
    assert presence.in_words([other], question(audit, 2)) == "Writing in this return now: Auditor (here too)."
    assert presence.in_words([other]) == "Writing in this return now: Auditor (question 2)."
    (other,) = presence.others_here(one, world.auditor)
    assert presence.in_words([other], question(audit)) == (
        "Writing in this return now: Second (the account of the engagement)."
    )
    Presence.objects.update(seen_at=at(61))
    assert presence.others_here(one, world.auditor) == []
    assert presence.note_here(one, None, by=world.auditor) == []
    assert presence.in_words([]) == ""


def test_it_is_written_once_in_twenty_seconds_and_not_in_the_journal(world, audit):
    one = world.return_of(audit)
    entries = Entry.objects.count()
    presence.note_here(one, question(audit, 2), by=world.auditor)
    Presence.objects.update(seen_at=at(19))
    before = Presence.objects.get().seen_at
    presence.note_here(one, question(audit, 2), by=world.auditor)
    assert Presence.objects.get().seen_at == before
    presence.note_here(one, question(audit, 3), by=world.auditor)
    assert Presence.objects.get().question == question(audit, 3), "who goes to another part is shown there at once"
    Presence.objects.update(seen_at=at(21))
    before = Presence.objects.get().seen_at
    presence.note_here(one, question(audit, 3), by=world.auditor)
    assert Presence.objects.get().seen_at > before
    assert Entry.objects.count() == entries


def test_it_is_forgotten_by_itself(world, audit):
    presence.note_here(world.return_of(audit), None, by=world.auditor)
    presence.note_here(world.return_of(audit), None, by=world.second)
    Presence.objects.filter(person=world.auditor).update(seen_at=at(61))
    presence.forget_who_was_here(timezone.now())
    assert Presence.objects.get().person == world.second


def test_presence_in_one_return_is_none_in_another(world, audit):
    presence.note_here(world.return_of(audit, "police"), None, by=world.police_auditor)
    assert presence.note_here(world.return_of(audit), None, by=world.auditor) == []
    assert presence.others_here(world.return_of(audit), world.auditor) == []


def test_the_pages_say_who_is_there(world, audit, sign_in):
    auditor, second = sign_in(world.auditor), sign_in(world.second)
    auditor.get(page(audit, "questions/1/"))
    assert "Auditor (here too)" in second.get(page(audit, "questions/1/")).content.decode()
    assert "Auditor (question 1)" in second.get(page(audit, "engagement/")).content.decode()
    answer = auditor.post(page(audit, "here/"), {"part": "1"})
    assert answer.json() == {"words": "Writing in this return now: Second (the account of the engagement)."}
    assert auditor.post(page(audit, "here/"), {"part": "engagement"}).json()["words"].endswith("Second (here too).")
    assert "Second (the account of the engagement)" in auditor.get(page(audit)).content.decode()
    assert "Second (the account of the engagement)" not in sign_in(world.manager).get(page(audit)).content.decode()


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(world, audit, sign_in):
    client = sign_in(world.auditor)
    client.get(page(audit, "questions/1/"))
    session = client.session
    session["maca_seen"] -= 600
    session.save()
    seen = session["maca_seen"]
    client.post(page(audit, "here/"), {"part": "1"})
    assert client.session["maca_seen"] == seen
    client.get(page(audit, "questions/1/"))
    assert client.session["maca_seen"] > seen


# ---- a form that saves itself


def autosave(client, audit, shown, where="questions/1/", **values):
    return client.post(
        page(audit, where + "autosave/"), {**keys(shown), **values}, headers={"Accept": "application/json"}
    )


@pytest.mark.parametrize(("where", "name"), [("questions/1/", "how_known"), ("engagement/", "now")])
def test_it_says_when_by_the_clock_in_london(world, audit, sign_in, monkeypatch, where, name):
    client = sign_in(world.auditor)
    shown = client.get(page(audit, where)).content.decode()
    summer = dt.datetime(2026, 7, 1, 13, 3, tzinfo=dt.UTC)
    with monkeypatch.context() as patched:
        patched.setattr("maca.returns.operations.timezone.now", lambda: summer)
        saved = autosave(client, audit, shown, where, **{name: "W"})
    assert saved.json()["words"] == "Saved 14:03"
    assert saved.json()["version"] == int(keys(shown)["version"]) + 1


@pytest.mark.parametrize(("where", "name"), [("questions/1/", "how_known"), ("engagement/", "now")])
def test_it_says_what_it_could_not_keep_of_the_text(world, audit, sign_in, where, name):
    client = sign_in(world.auditor)
    shown = client.get(page(audit, where)).content.decode()
    words = autosave(client, audit, shown, where, **{name: "A\x00B\x01"}).json()["words"]
    assert "We took out 2 characters that cannot be kept (character U+0001, null) from “" in words
    assert words.startswith("Saved ")


@pytest.mark.parametrize(("where", "name"), [("questions/1/", "how_known"), ("engagement/", "now")])
def test_a_clash_says_who_and_keeps_what_is_there(world, audit, sign_in, where, name):
    first, second = sign_in(world.auditor), sign_in(world.second)
    pages = [client.get(page(audit, where)).content.decode() for client in (first, second)]
    assert autosave(first, audit, pages[0], where, **{name: "First."}).status_code == 200
    clash = autosave(second, audit, pages[1], where, **{name: "Second."})
    assert clash.status_code == 409
    assert clash.json()["words"].startswith("Not saved: Auditor has saved this at ")
    assert "version" not in clash.json()
    # Then the whole form shows both.
    both = second.post(page(audit, where), {**keys(pages[1]), name: "Second."})
    assert both.status_code == 409
    assert "First." in both.content.decode()
    assert "Second." in both.content.decode()


@pytest.mark.parametrize(("where", "name"), [("questions/1/", "how_known"), ("engagement/", "now")])
def test_a_form_whose_answer_got_lost_on_the_way_goes_on(world, audit, sign_in, where, name):
    client = sign_in(world.auditor)
    shown = client.get(page(audit, where)).content.decode()
    assert autosave(client, audit, shown, where, **{name: "One"}).status_code == 200
    again = autosave(client, audit, shown, where, **{name: "One two"})
    assert again.status_code == 409
    assert again.json() == {"own": True, "version": int(keys(shown)["version"]) + 1}


def test_what_cannot_be_saved_yet_is_said(world, audit, sign_in):
    client = sign_in(world.auditor)
    for where, name in (("questions/1/", "how_known"), ("engagement/", "now")):
        shown = client.get(page(audit, where)).content.decode()
        refused = autosave(client, audit, shown, where, **{name: "x" * 2_000_000})
        assert refused.status_code == 422
        assert refused.json()["words"].startswith("Not saved yet.")


def test_a_refusal_reaches_the_script_as_a_sentence(world, audit, sign_in):
    client = sign_in(world.auditor)
    shown = client.get(page(audit, "questions/1/")).content.decode()
    world.submitted(world.return_of(audit))
    refused = autosave(client, audit, shown, how_known="Too late.")
    assert refused.status_code == 403
    assert refused.json()["words"].startswith("This return has been submitted")
