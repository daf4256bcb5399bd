"""No count under five can be worked out, by whoever knows the total, the table and the code."""

from collections import defaultdict
from itertools import pairwise, product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maca.kernel.small_numbers import FEWEST, Hidden, added_up, together, without_small_numbers

FEW, HELD_BACK = Hidden.FEW, Hidden.HELD_BACK


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ([12, 7, 9], [12, 7, 9]),
        ([12, 3, 2], [12, FEW, FEW]),
        ([12, 3, 9], [12, HELD_BACK, HELD_BACK]),
        ([12, 0, 0, 7], [12, HELD_BACK, HELD_BACK, HELD_BACK]),
        ([12, 4, 4, 7], [12, HELD_BACK, HELD_BACK, HELD_BACK]),
        ([3, 9, 9, 12], [HELD_BACK, HELD_BACK, HELD_BACK, 12]),
        ([4, 1, 0], [FEW, FEW, FEW]),
        ([0, 5], [HELD_BACK, HELD_BACK]),
        ([0, 0], [0, 0]),
        ([5, 5], [5, 5]),
    ],
)
def test_what_is_shown(counts, shown):
    assert without_small_numbers(counts) == shown


@pytest.mark.parametrize(("rows", "largest"), [(2, 40), (3, 18), (4, 16), (5, 9)])
def test_nobody_who_knows_the_total_and_this_function_can_work_out_a_hidden_count(rows, largest):
    """Every table up to a size: those that look the same and have the same total differ in every hidden count.

    Tables whose counts go beyond `largest` could only add to what is possible, so they make nothing less safe.
    """
    looking_alike = defaultdict(list)
    for counts in product(range(largest + 1), repeat=rows):
        looking_alike[sum(counts), tuple(without_small_numbers(counts))].append(counts)
    hidden = 0
    for (total, shown), possible in looking_alike.items():
        if total > largest:  # where not every table of this total was tried
            continue
        for at, one in enumerate(shown):
            if isinstance(one, Hidden):
                hidden += 1
                assert len({counts[at] for counts in possible}) > 1, (total, shown, possible)
    assert hidden > 50


@given(st.lists(st.integers(0, 60), min_size=2, max_size=12))
def test_no_small_number_is_shown_and_no_shown_one_is_changed(counts):
    shown = without_small_numbers(counts)
    assert len(shown) == len(counts)
    for one, count in zip(shown, counts, strict=True):
        if isinstance(one, int):
            assert one == count
            assert count >= FEWEST or not any(counts)


@given(st.lists(st.integers(0, 60), min_size=2, max_size=12))
def test_the_bounds_that_the_shown_ones_leave_hold_more_than_one_number(counts):
    """What is left of the total for “fewer than five” could be shared out in more than one way, for each of them."""
    shown = without_small_numbers(counts)
    few = [at for at, one in enumerate(shown) if one is FEW]
    left = sum(counts) - sum(one for one in shown if isinstance(one, int))
    for _ in few:
        others = len(few) - 1
        assert max(0, left - (FEWEST - 1) * others) < min(FEWEST - 1, left)


@given(st.lists(st.integers(0, 60), min_size=2, max_size=12))
def test_what_is_held_back_could_be_any_of_those_held_back_with_it(counts):
    """Exchanged among each other they look the same; and they are not all alike, unless the whole table is."""
    shown = without_small_numbers(counts)
    held = [at for at, one in enumerate(shown) if one is HELD_BACK]
    for first, second in pairwise(held):
        exchanged = list(counts)
        exchanged[first], exchanged[second] = exchanged[second], exchanged[first]
        assert without_small_numbers(exchanged) == shown
    if held and len(held) < len(counts):
        assert len({counts[at] for at in held}) > 1


@pytest.mark.parametrize("rows", range(2, 14))
def test_a_table_of_nothing_but_fours_looks_like_another_with_the_same_total(rows):
    """The one table that has nothing to hold back for it."""
    fours = [FEWEST - 1] * rows
    assert without_small_numbers(fours) == [HELD_BACK] * rows
    # One small and the others alike, or none at all in a few: whichever comes to the same total.
    alike = [
        [small] * few + [(sum(fours) - small * few) // (rows - few)] * (rows - few)
        for few in range(1, rows)
        for small in ((0, 4) if few > 1 else range(FEWEST))
        if (sum(fours) - small * few) % (rows - few) == 0
    ]
    assert any(one[-1] >= FEWEST and without_small_numbers(one) == [HELD_BACK] * rows for one in alike)


TABLES = st.lists(st.lists(st.integers(0, 40), min_size=4, max_size=4), min_size=1, max_size=4)


@settings(suppress_health_check=[HealthCheck.too_slow])  # a machine that does other things is slow
@given(TABLES)
def test_a_sum_of_tables_is_shown_only_where_each_of_them_is(tables):
    shown = [without_small_numbers(one) for one in tables]
    for at, one in enumerate(added_up(shown)):
        parts = [table[at] for table in shown]
        assert one == (HELD_BACK if any(isinstance(part, Hidden) for part in parts) else sum(parts))


@settings(suppress_health_check=[HealthCheck.too_slow])  # a machine that does other things is slow
@given(TABLES)
def test_the_sum_of_this_month_less_that_of_last_month_tells_no_hidden_count(tables):
    """Whatever the newest table hides, the two sums cannot both be numbers."""
    shown = [without_small_numbers(one) for one in tables]
    then, now = added_up(shown[:-1]), added_up(shown)
    for before, after, newest in zip(then, now, shown[-1], strict=False):
        if isinstance(newest, Hidden):
            assert not (isinstance(before, int) and isinstance(after, int))


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=8))
def test_of_two_that_make_up_a_known_sum_both_are_hidden_or_none(pairs):
    for one, (first, rest) in zip(together(pairs), pairs, strict=True):
        if isinstance(one, int):
            assert one == first
            assert min(first, rest) >= FEWEST or not any(map(sum, pairs))
