"""The server is killed under load, colleagues clash, buttons are pressed twice; whatever it said was saved is there."""

import pytest

from tests.drills import clashes, double_click, kill_uploads
from tests.drills.kill_nine import drill
from tests.house.matrix.test_sent_again import FORMS


@pytest.mark.browser  # it needs no browser, but a server of its own
def test_kill_minus_9_under_load_loses_nothing_that_was_acknowledged():
    """Four kills; `make kill` does a hundred."""
    assert drill(4, torn=False, seed=2) == []


@pytest.mark.browser
def test_the_control_without_transactions_loses_something():
    assert drill(12, torn=True, seed=2) != []


@pytest.mark.browser
def test_an_upload_is_there_whole_or_not_at_all():
    """Three cuts; `make kill` makes fifty."""
    assert kill_uploads.drill(3, seed=2) == []


@pytest.mark.browser
def test_nobodys_words_vanish_when_colleagues_write_in_one_return():
    """Twice each; `make clashes` does it a hundred times."""
    found = clashes.drill(2, seed=2)
    assert found.wrong == []
    assert found.acknowledged


@pytest.mark.browser
def test_the_control_without_the_check_of_versions_loses_words():
    assert clashes.drill(3, unversioned=True, seed=2).wrong


@pytest.mark.browser
def test_a_double_click_on_a_form_has_one_effect():
    """Once on each form of an audit that has begun; `make clashes` tries every form, twenty times."""
    begun = ("always", "selected", "asked", "known", "answered")
    found = double_click.drill(1, seed=2, only=[name for name, (_, _, at) in FORMS.items() if at in begun])
    assert found.wrong == []
    assert found.forms > 40


@pytest.mark.browser
def test_the_control_without_the_keys_of_forms_has_two_effects():
    assert double_click.drill(1, ignored=True, seed=2, only=["record-priority", "nominate-case", "evidence"]).wrong
