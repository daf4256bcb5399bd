"""A finding that is reworded after the panel never stands in a published briefing as it stood before, unseen."""

import pytest
from django.urls import reverse

from maca.briefing.operations import (
    approve_briefing,
    draft_briefing,
    publish_briefing,
    send_briefing,
    take_back_briefing,
)
from maca.briefing.queries import reworded_since
from maca.briefing.rules import may_publish_briefing
from maca.feedback.models import Decision
from maca.feedback.operations import ask_fact_checks
from tests.feedback.conftest import DAY, closed
from tests.feedback.test_fact_checks import decided, dispute_of, refused
from tests.makers import keep_all
from tests.steps import step


@pytest.fixture
@step
def audit(world):
    return closed(world, 1)


@pytest.fixture
@step
def asked(world, audit):
    ask_fact_checks(audit, due_on=DAY, by=world.manager)
    return audit


def test_a_draft_says_what_is_out_and_what_was_reworded_since_and_is_not_published_with_an_old_wording(
    world, asked, sign_in
):
    dispute = dispute_of(world, asked)
    page = reverse("briefing", kwargs={"audit": asked.slug})
    shown = sign_in(world.manager).get(page).content.decode()
    assert "1 agency has not answered the factual accuracy check. 1 dispute waits for the chair." in shown
    briefing = draft_briefing(asked, by=world.manager)
    assert reworded_since(briefing) == []
    keep_all(briefing, by=world.manager)
    send_briefing(briefing, version=None, by=world.manager)
    approve_briefing(briefing, version=None, by=world.chair)
    assert may_publish_briefing(world.manager, briefing)
    decided(dispute, world, Decision.REWORDED, "Health saw him with his mother.", "")
    ((finding, said),) = reworded_since(briefing)
    assert (finding.text, said) == ("Health saw him with his mother.", "Health saw him alone in Case 1.")
    shown = sign_in(world.chair).get(page).content.decode()
    assert "This draft was made before the chair changed 1 finding" in shown
    refused("reworded-since", publish_briefing, briefing, by=world.manager)
    take_back_briefing(briefing, by=world.manager)
    send_briefing(briefing, version=None, by=world.manager)
    approve_briefing(briefing, version=None, by=world.chair)
    publish_briefing(briefing, by=world.manager)  # whoever approved it had read what was said of it


def test_a_draft_that_was_made_afterwards_says_nothing_of_it(world, asked):
    decided(dispute_of(world, asked), world, Decision.REWORDED, "Health saw him with his mother.", "")
    briefing = draft_briefing(asked, by=world.manager)
    assert "Health saw him with his mother." in [one.text for one in briefing.value.findings]
    assert reworded_since(briefing) == []


def test_without_a_check_the_draft_says_so_and_is_made_all_the_same(world, audit, sign_in):
    page = reverse("briefing", kwargs={"audit": audit.slug})
    shown = sign_in(world.manager).get(page).content.decode()
    assert "The agencies have not been asked to check the facts." in shown
    assert draft_briefing(audit, by=world.manager)
