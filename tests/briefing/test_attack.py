"""A neighbour who has kept the local paper does not find out from a briefing whose case it is."""

import pytest

from bench.attack.__main__ import AFTER, BEFORE, attacked, briefings, floor, matched, stories
from bench.attack.gate import decided, without_names
from bench.attack.neighbour import Neighbour, knows

TOLD = briefings()


@pytest.fixture(scope="module")
def neighbour():
    return Neighbour(stories(), floor=floor(TOLD))


@pytest.mark.parametrize("told", TOLD, ids=lambda one: one.title)
def test_the_neighbour_matches_a_briefing_that_nobody_screened(told, neighbour):
    assert matched(attacked(told, told.value, neighbour)) >= BEFORE


@pytest.mark.parametrize("told", TOLD, ids=lambda one: one.title)
def test_to_take_names_and_places_out_is_not_enough(told, neighbour):
    assert matched(attacked(told, without_names(told.value), neighbour)) >= 1


@pytest.mark.parametrize("hasty", [False, True])
@pytest.mark.parametrize("told", TOLD, ids=lambda one: one.title)
def test_after_the_gate_no_case_is_matched_and_something_is_left_to_learn_from(told, hasty, neighbour):
    after = decided(told.value, hasty=hasty)
    assert matched(attacked(told, after, neighbour)) <= AFTER
    assert len(after.findings) >= len(told.value.findings) / 3


def test_there_are_forty_stories_and_each_case_is_in_one():
    assert len(stories()) == 40
    assert all(set(told.stories.values()) <= stories().keys() and len(told.stories) >= 5 for told in TOLD)


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("A three-year-old boy", "age:3"),
        ("He was seven and hungry", "age:7"),
        ("a baby ten months old", "age:10m"),
        ("reported fourteen times", "count:14 times"),
        ("in July", "when:july"),
        ("her gran", "grandmother"),
    ],
)
def test_a_neighbour_knows_a_fact_in_whatever_words(text, fact):
    assert fact in knows(text)
