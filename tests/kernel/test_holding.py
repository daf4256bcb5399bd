import pytest

from maca.kernel.holding import hold
from maca.kernel.verdict import Refused


def test_what_was_taken_away_a_moment_ago_is_refused_with_a_sentence(world):
    case = world.circulated(1).cases.get()
    there = case.returns.first()
    hold(there, "case")
    case.returns.filter(pk=there.pk).delete()
    with pytest.raises(Refused) as refused:
        hold(there, "case")
    assert refused.value.code == "gone"
