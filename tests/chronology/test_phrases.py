"""The words by which a partnership tells of an event: added on a page, and suggested from then on."""

import html

import pytest
from django.urls import reverse

from maca.chronology import operations
from maca.chronology.models import ChronologyEntry, PracticePhrase
from maca.chronology.queries import phrases_of, vocabulary_of
from maca.chronology.suggesting import with_own
from maca.kernel.verdict import Refused
from tests.chronology.test_room import given
from tests.makers import World

TOLD = "date,text\n2026-01-01,Nurse quilt review at the clinic.\n"


def add(world: World, event: str, phrase: str) -> None:
    operations.change_phrases(world.partnership, add=(event, phrase), by=world.manager)


def suggested() -> list[str]:
    return list(ChronologyEntry.objects.order_by("pk").values_list("suggested", flat=True))


def test_a_phrase_of_ones_own_suggests_from_then_on(world):
    audit = world.circulated(1)
    given(world, audit, TOLD)
    add(world, "tool_reviewed", "quilt … clinic")
    given(world, audit, TOLD)
    assert suggested() == ["", "tool_reviewed"]
    operations.change_phrases(world.partnership, add=None, take_out=phrases_of(world.partnership), by=world.manager)
    given(world, audit, TOLD)
    assert suggested() == ["", "tool_reviewed", ""]


def test_the_words_that_everybody_uses_stay(world):
    add(world, "tool_reviewed", "quilt review")
    vocabulary = vocabulary_of(world.partnership)
    assert vocabulary.suggest("Not brought to the clinic") == "was_not_brought"
    assert vocabulary.suggest("A quilt review") == "tool_reviewed"
    assert with_own(()).suggest("A quilt review") == ""


def test_another_partnership_has_its_own(world):
    other = World("Elsewhere Partnership")
    add(world, "tool_reviewed", "quilt review")
    given(other, other.circulated(1), TOLD)
    assert suggested() == [""]


def test_a_phrase_suggests_one_event(world):
    add(world, "visit", "quilt review")
    with pytest.raises(Refused) as refused:
        add(world, "supervision", "quilt review")
    assert refused.value.code == "there-already"
    assert [one.event for one in phrases_of(world.partnership)] == ["visit"]


def test_they_are_added_and_taken_out_on_a_page(world, sign_in):
    client, page = sign_in(world.manager), reverse("phrases")
    assert "not brought" in client.get(page).content.decode()
    sent = {"phrase": "Quilt  REVIEW", "event": "visit", "once": "a" * 32}
    assert client.post(page, sent).status_code == 302
    one = PracticePhrase.objects.get()
    assert (one.phrase, one.event) == ("quilt review", "visit")
    assert "“quilt review”: Visit" in client.get(page).content.decode()
    gone = {"phrase": "", "event": "", "take_out": [one.public_id], "once": "b" * 32}
    assert client.post(page, gone).status_code == 302
    assert not PracticePhrase.objects.exists()


@pytest.mark.parametrize(
    ("phrase", "event", "says"),
    [
        ("quilt review", "", "Choose the event"),
        ("", "visit", "Enter the words"),
        ("", "", "Enter words, or tick some to take out"),
        ("*a…", "visit", "Enter words of 3 letters or more"),
        ("there already", "visit", "These words are in the list already"),
        ("a*b*c", "visit", "Put * at the end of a word only"),
        ("one* two* three* four*", "visit", "at most 3 times"),
        ("\N{LATIN SMALL LETTER SHARP S}" * 51, "visit", "Enter 100 characters or fewer"),
    ],
)
def test_what_cannot_be_added_is_said(world, sign_in, phrase, event, says):
    add(world, "visit", "there already")
    answer = sign_in(world.manager).post(reverse("phrases"), {"phrase": phrase, "event": event, "once": "a" * 32})
    assert answer.status_code == 422
    assert says in html.unescape(answer.content.decode())
    assert PracticePhrase.objects.count() == 1


def test_only_the_manager_changes_them(world, sign_in):
    for who, person in world.people.items():
        if who != "manager":
            with pytest.raises(Refused):
                operations.change_phrases(world.partnership, add=("visit", "quilt"), by=person)
    assert sign_in(world.chair).get(reverse("phrases")).status_code == 403
