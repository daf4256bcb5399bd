"""When the patterns of a partnership ask: what is set, by whom, and that every page asks by it at once."""

from dataclasses import fields, replace

import pytest
from django.urls import reverse

from maca.audits.models import Audit
from maca.chronology import operations, rules
from maca.chronology.choosing import EVERYTHING
from maca.chronology.models import Thresholds
from maca.chronology.patterns.settings import Settings
from maca.chronology.picture import picture_of
from maca.chronology.queries import settings_of
from maca.chronology.thresholds import EVERY, USUAL, changed_from_usual, settings_with
from maca.journal.models import Entry as JournalEntry
from maca.kernel.verdict import Refused
from maca.kernel.versions import Changed
from tests.chronology.test_room import HEADINGS, case_of, given
from tests.makers import World

NOT_BROUGHT = f"""{HEADINGS}
2026-01-01,was_not_brought,Not brought.,,,,,
2026-02-01,was_not_brought,Not brought again.,,,,,
2026-02-02,visit,Home visit.,,,,,
"""


def typed(**changed: int) -> dict[str, int]:
    return {one.name: one.typed(USUAL) for one in EVERY} | changed


def sent(**changed: int) -> dict[str, str]:
    return {name: str(value) for name, value in typed(**changed).items()} | {"version": "1", "once": "a" * 32}


def last_set() -> dict[str, int]:
    last = JournalEntry.objects.filter(did="set thresholds of patterns").order_by("number").last()
    return last.details["changed"]


def codes(world: World, audit: Audit) -> set[str]:
    return {one.pattern.code for one in operations.read_patterns(case_of(audit), by=world.manager)}


def test_every_number_that_a_pattern_asks_by_can_be_set():
    assert sorted(one.name for one in EVERY) == sorted(one.name for one in fields(Settings) if one.name != "tool")
    for one in EVERY:
        assert one.least <= one.typed(USUAL) <= one.most, one.name
        assert one.kept(one.typed(USUAL)) == getattr(USUAL, one.name), one.name


def test_only_what_is_not_as_usual_is_kept():
    assert changed_from_usual(typed()) == {}
    kept = changed_from_usual(typed(gap_days=30, copied_share=75))
    assert kept == {"gap_days": 30, "copied_share": 0.75}
    assert settings_with(kept, "toolkit") == replace(USUAL, gap_days=30, copied_share=0.75, tool="toolkit")
    # A number that a later version of the site no longer knows is passed over.
    assert settings_with({"gone_days": 3}) == USUAL


def test_the_patterns_ask_by_what_the_partnership_has_set(world):
    audit = world.circulated(1)
    given(world, audit, NOT_BROUGHT)
    assert codes(world, audit) == {"not_brought_series"}
    operations.set_thresholds(world.partnership, typed(not_brought=3), version=1, by=world.manager)
    assert codes(world, audit) == set()
    operations.set_thresholds(world.partnership, typed(not_brought_within_days=31), version=2, by=world.manager)
    assert codes(world, audit) == {"not_brought_series"}
    operations.set_thresholds(world.partnership, typed(not_brought_within_days=30), version=3, by=world.manager)
    assert codes(world, audit) == set()
    assert last_set() == {"not_brought_within_days": 30}


def test_a_share_is_kept_as_a_part_and_journalled_as_it_was_typed(world):
    operations.set_thresholds(world.partnership, typed(copied_share=75), version=1, by=world.manager)
    assert Thresholds.objects.get().changed == {"copied_share": 0.75}
    assert last_set() == {"copied_share": 75}


def test_the_picture_draws_gaps_by_them_too(world):
    audit = world.circulated(1)
    given(world, audit, NOT_BROUGHT)
    entries = [one.entry for one in operations.read_picture(case_of(audit), EVERYTHING, by=world.manager)]
    assert not picture_of(entries, settings=settings_of(audit)).lanes[0].gaps
    operations.set_thresholds(world.partnership, typed(gap_days=30), version=1, by=world.manager)
    assert len(picture_of(entries, settings=settings_of(audit)).lanes[0].gaps) == 1


def test_another_partnership_keeps_its_own(world):
    other = World("Elsewhere Partnership")
    audit = other.circulated(1)
    given(other, audit, NOT_BROUGHT)
    operations.set_thresholds(world.partnership, typed(not_brought=3), version=1, by=world.manager)
    assert codes(other, audit) == {"not_brought_series"}


def test_only_the_manager_sets_them(world, sign_in):
    for who, person in world.people.items():
        allowed = who == "manager"
        assert bool(rules.may_set_up_chronologies(person)) == allowed, who
        if not allowed:
            with pytest.raises(Refused):
                operations.set_thresholds(world.partnership, typed(), version=1, by=person)
    assert sign_in(world.chair).get(reverse("thresholds")).status_code == 403


def test_they_are_set_on_a_page_that_says_what_is_usual(world, sign_in):
    client, page = sign_in(world.manager), reverse("thresholds")
    assert "In days, usually 60" in client.get(page).content.decode()
    assert not Thresholds.objects.exists()  # looking keeps nothing
    assert client.post(page, sent(gap_days=45)).status_code == 302
    assert Thresholds.objects.get().changed == {"gap_days": 45}
    assert 'value="45"' in client.get(page).content.decode()


@pytest.mark.parametrize(("name", "value"), [("gap_days", 0), ("copied_share", 101), ("not_brought", 1)])
def test_a_number_that_makes_no_sense_is_refused_and_comes_back(world, sign_in, name, value):
    answer = sign_in(world.manager).post(reverse("thresholds"), sent(**{name: value}))
    assert (answer.status_code, Thresholds.objects.count()) == (422, 0)
    assert f'value="{value}"' in answer.content.decode()


def test_the_second_of_two_who_set_them_is_shown_both(world, sign_in):
    operations.set_thresholds(world.partnership, typed(gap_days=45), version=1, by=world.manager)
    with pytest.raises(Changed):
        operations.set_thresholds(world.partnership, typed(gap_days=50), version=1, by=world.manager)
    answer = sign_in(world.manager).post(reverse("thresholds"), sent(gap_days=50))
    assert answer.status_code == 409
    assert Thresholds.objects.get().changed == {"gap_days": 45}


def test_the_panel_is_asked_why_the_tool_of_the_theme_was_not_used(world):
    audit = world.circulated(1)
    given(world, audit, NOT_BROUGHT)
    assert "tool_not_used" not in codes(world, audit)
    Audit.objects.filter(pk=audit.pk).update(tool="neglect toolkit")
    assert "tool_not_used" in codes(world, audit)
    used = f"{HEADINGS}\n2026-02-05,tool_used,Scored at home.,,,,,tool=Neglect  Toolkit\n"
    given(world, audit, used)
    assert "tool_not_used" not in codes(world, audit)
