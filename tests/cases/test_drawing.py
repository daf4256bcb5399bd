"""Drawing by lot: the same every time, everybody explained, and what was asked for reached where it can be."""

import datetime as dt
import hashlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maca.cases.cohort import Child
from maca.cases.drawing import Excluded, Lots, NobodyLeftError, Settings, in_line, why_excluded

DAY = dt.date(2026, 11, 25)
LEVELS = ("early_help", "child_in_need", "child_protection", "looked_after")
AGES = ("under_1", "1_4", "5_9", "10_15", "16_17")


def child(row: int, **facts) -> Child:
    usual = {
        "reference": f"R{row}", "name": "", "born_on": None, "age": "5_9", "level": "child_protection",
        "category": "", "sex": "", "ethnicity": "", "disability": "", "locality": "", "last_on": DAY,
    }  # fmt: skip
    return Child(row=row, **{**usual, **facts})


def a_cohort(size: int = 60) -> list[Child]:
    return [
        child(
            row, level=LEVELS[row % 4], age=AGES[row % 5], category=("neglect", "emotional")[row % 2],
            locality=("North", "South", "West")[row % 3],
        )
        for row in range(2, size + 2)
    ]  # fmt: skip


def rows(lots: Lots) -> list[int]:
    return [one.row for one in lots.drawn]


@pytest.mark.parametrize(
    ("seed", "expected"),
    [("s1", [59, 52, 49, 40, 17, 37, 42, 12, 18, 14, 15, 54]), ("s2", [13, 40, 34, 52, 20, 18, 47, 21, 9, 59, 54, 42])],
)
def test_a_broad_draw_is_the_same_wherever_it_is_made(seed, expected):
    """What was drawn is drawn anew from its list and seed whenever it is looked at, also by a later version."""
    levels = {"early_help": 3, "child_in_need": 3, "child_protection": 4, "looked_after": 2}
    ages, places = {"under_1": 2, "5_9": 3, "16_17": 4}, {"North": 5, "South": 4, "West": 3}
    settings = Settings(on=DAY, levels=levels, ages=ages, localities=places, categories={"neglect": 7})
    assert rows(Lots(a_cohort(), settings, seed)) == expected


EIGHT = Settings(on=DAY, levels={"early_help": 2, "child_in_need": 2, "child_protection": 4})


def test_the_line_is_the_order_of_sha_256_of_seed_and_reference():
    children = a_cohort()
    expected = sorted(children, key=lambda one: hashlib.sha256(f"s1\n{one.reference.lower()}".encode()).hexdigest())
    assert in_line(children, "s1") == expected
    spelled = [child(1, reference=" Ab  C "), child(2, reference="ab c")]
    assert [one.row for one in in_line(spelled, "s")] == [1, 2]  # equal lots: they are one child


def test_the_same_list_settings_and_seed_draw_the_same_cases_in_whatever_order_the_rows_come():
    """These very rows: another version, or another machine, that draws others has broken the promise."""
    children = a_cohort()
    assert rows(Lots(children, EIGHT, "3fa9")) == EXPECTED
    for at in range(5):
        mixed = [*children]
        random.Random(at).shuffle(mixed)
        assert rows(Lots(mixed, EIGHT, "3fa9")) == EXPECTED
        assert rows(Lots(mixed, SPREAD, "3fa9")) == EXPECTED_SPREAD
    assert rows(Lots(children, EIGHT, "3faa")) != EXPECTED


EXPECTED = [61, 14, 28, 57, 10, 38, 48, 42]
SPREAD = Settings(on=DAY, levels=EIGHT.levels, localities={"North": 6}, ages={"16_17": 3}, categories={"emotional": 4})
EXPECTED_SPREAD = [61, 14, 57, 48, 42, 54, 6, 24]


def test_two_early_help_two_in_need_and_four_on_a_plan():
    lots = Lots(a_cohort(), EIGHT, "x")
    levels = [one.level for one in lots.drawn]
    assert {level: levels.count(level) for level in LEVELS} == {
        "early_help": 2, "child_in_need": 2, "child_protection": 4, "looked_after": 0,
    }  # fmt: skip
    assert lots.unmet() == []
    assert set(lots.excluded.values()) == {Excluded.OTHER_LEVEL}


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({}, None),
        ({"last_on": dt.date(2026, 1, 1)}, None),
        ({"last_on": dt.date(2025, 12, 31)}, Excluded.LONG_AGO),
        ({"last_on": None}, Excluded.NO_DATE),
        ({"age": ""}, Excluded.GROWN_UP),
        ({"level": "looked_after"}, Excluded.OTHER_LEVEL),
    ],
)
def test_whoever_is_left_out_is_left_out_for_a_reason(facts, why):
    settings = Settings(on=DAY, since=dt.date(2026, 1, 1), levels={"child_protection": 1})
    one = child(2, **facts)
    assert why_excluded(one, settings) == why
    lots = Lots([one], settings, "s")
    assert lots.excluded == ({2: why} if why else {})
    assert rows(lots) == ([] if why else [2])


def test_without_a_day_nobody_is_left_out_for_their_last_activity_and_with_any_level_for_none():
    settings = Settings(on=DAY, any_level=1)
    assert why_excluded(child(2, last_on=None, level="looked_after"), settings) is None


def test_places_open_to_any_level_go_to_whoever_stands_first():
    lots = Lots(a_cohort(), Settings(on=DAY, any_level=5), "s")
    assert rows(lots) == [one.row for one in lots.line[:5]]


def test_what_is_asked_for_besides_levels_is_reached_by_as_few_exchanges_as_can_be():
    children = a_cohort()
    plain = Lots(children, EIGHT, "s")
    have = sum(one.locality == "North" for one in plain.drawn)
    wanted = Settings(on=DAY, levels=EIGHT.levels, localities={"North": have + 2}, ages={"16_17": 1})
    lots = Lots(children, wanted, "s")
    assert lots.unmet() == []
    assert sum(one.locality == "North" for one in lots.drawn) >= have + 2
    assert len(set(rows(lots)) - set(rows(plain))) <= 3
    assert [one.level for one in lots.drawn].count("child_protection") == 4


def test_what_cannot_be_reached_is_said_and_why():
    children = [*a_cohort(12), child(90, level="looked_after", locality="East")]
    lots = Lots(children, Settings(on=DAY, levels={"looked_after": 9}, localities={"East": 2, "North": 4}), "s")
    assert "2 of “East” were asked for and 1 drawn: no more can be drawn from." in lots.unmet()
    assert "9 of “Looked after” were asked for and 4 drawn: no more can be drawn from." in lots.unmet()
    tight = Lots(
        [child(2, locality="North"), child(3, locality="South"), child(4, locality="West")],
        Settings(on=DAY, any_level=2, localities={"North": 1, "South": 1, "West": 1}), "s",
    )  # fmt: skip
    (said,) = tight.unmet()
    assert said.endswith("were asked for and 0 drawn: with what else was asked for, the draw came no nearer.")
    few = Lots([child(2)], Settings(on=DAY, any_level=3), "s")
    assert few.unmet() == ["3 were asked for and 1 drawn: no more can be drawn from."]


def test_the_next_in_line_takes_the_place_and_nobody_else_moves():
    lots = Lots(a_cohort(), EIGHT, "s")
    before = rows(lots)
    out = before[3]
    level = next(one.level for one in lots.drawn if one.row == out)
    into = lots.next_for(out)
    waiting = [one for one in lots.line if one.row not in before and one.level == level]
    assert into == waiting[0]
    lots.swap(out, into.row)
    assert set(rows(lots)) == set(before) - {out} | {into.row}
    assert lots.next_for(into.row) == waiting[1]  # who was swapped out does not come back
    for wrong in ((out, waiting[1].row), (into.row, before[0]), (into.row, out), (into.row, 999)):
        with pytest.raises(KeyError):
            lots.swap(*wrong)


def test_the_next_in_line_is_one_by_whom_nothing_is_missed():
    children = [child(2, locality="North"), child(3, locality="South"), child(4, locality="North")]
    lots = Lots(children, Settings(on=DAY, any_level=1, localities={"North": 1}), "s")
    (drawn,) = rows(lots)
    assert lots.next_for(drawn).row == ({2, 4} - {drawn}).pop()


def test_somebody_of_another_level_is_next_only_when_nobody_else_is_left():
    settings = Settings(on=DAY, levels={"child_protection": 1, "early_help": 1})
    lots = Lots([child(2), child(3, level="early_help"), child(4, level="early_help")], settings, "s")
    assert lots.next_for(2).row in {3, 4}
    with pytest.raises(NobodyLeftError):
        Lots([child(2)], settings, "s").next_for(2)


def test_settings_are_kept_and_said_as_they_were():
    settings = Settings(
        on=DAY, since=dt.date(2026, 1, 1), levels={"early_help": 2}, any_level=1, ages={"5_9": 1},
        categories={"neglect": 2}, localities={"North": 1},
    )  # fmt: skip
    assert Settings.from_json(settings.as_json()) == settings
    assert Settings.from_json(EIGHT.as_json()) == EIGHT
    assert settings.sentences == [
        "2 of “Early help”", "1 of any level", "at least 1 of “5 to 9”", "at least 2 of “Neglect”",
        "at least 1 of “North”",
    ]  # fmt: skip


facts = st.fixed_dictionaries(
    {
        "level": st.sampled_from(LEVELS), "age": st.sampled_from(AGES), "locality": st.sampled_from("NSEW"),
        "category": st.sampled_from(["neglect", "sexual", ""]),
    }
)  # fmt: skip
few = st.integers(0, 4)


@given(st.lists(facts, max_size=25), st.dictionaries(st.sampled_from(LEVELS), few), few,
       st.dictionaries(st.sampled_from(AGES), few), st.dictionaries(st.sampled_from("NSEW"), few))  # fmt: skip
def test_however_it_is_asked_nobody_is_drawn_twice_and_levels_come_first(made, levels, any_level, ages, localities):
    children = [child(row, **one) for row, one in enumerate(made, 2)]
    settings = Settings(on=DAY, levels=levels, any_level=any_level, ages=ages, localities=localities)
    lots = Lots(children, settings, "s")
    drawn = lots.drawn
    assert len({one.row for one in drawn}) == len(drawn) <= settings.places
    assert {one.row for one in lots.line} | set(lots.excluded) == {one.row for one in children}
    plain = Lots(children, Settings(on=DAY, levels=levels, any_level=any_level), "s")
    assert len(drawn) == len(plain.drawn)
    for level in LEVELS:
        there = sum(one.level == level for one in lots.line)
        assert sum(one.level == level for one in drawn) >= min(levels.get(level, 0), there)
