"""The server is killed under load; whatever it said was saved is there, each with its entry in the journal."""

import pytest

from tests.drills.kill_nine import drill


@pytest.mark.browser  # it needs no browser, but a server of its own
def test_kill_minus_9_under_load_loses_nothing_that_was_acknowledged():
    """Four kills; `make kill` does a hundred."""
    assert drill(4, torn=False, seed=2) == []


@pytest.mark.browser
def test_the_control_without_transactions_loses_something():
    assert drill(12, torn=True, seed=2) != []
