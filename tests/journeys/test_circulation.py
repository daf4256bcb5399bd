"""Who is written to, who has answered, and the one that is chased."""

import re

import pytest

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("how", [{}, {"phone": True}, {"scripts": False}], ids=["laptop", "phone", "no-scripts"])
def test_the_manager_names_a_contact_and_looks_over_the_board(visitor, how):
    manager = visitor(**how).is_now("Priya Nair")
    manager.follow("People and roles")
    manager.follow("Health visiting")
    manager.sees("Who answers for this agency")
    manager.follow("Change who is written to")
    manager.page.get_by_label("Contact").select_option(index=1)
    manager.press("Save")
    manager.sees("Contact")
    manager.goto("/audits/neglect-3/who-knows/")
    manager.sees("Who knows these families?")
    manager.goto("/audits/neglect-3/board/")
    manager.follow(re.compile("Outstanding"))
    manager.sees("Request delivered")
    chase = manager.page.get_by_role("button", name="Chase")
    before = chase.count()
    if before:
        with manager.page.expect_navigation():
            chase.first.click()
        manager.look()
        manager.sees("has been reminded of its return.")
        assert manager.page.get_by_role("button", name="Chase").count() == before - 1
    manager.has_no_complaints()
