"""What is asked for by its address is found there, and nowhere else, and by nobody elsewhere."""

import pytest

from maca.feedback import rules
from maca.feedback.models import Dispute, FactCheck, FeedbackNote
from maca.feedback.operations import ask_fact_checks
from maca.feedback.queries import find_dispute, find_note
from tests.feedback.conftest import DAY
from tests.feedback.test_fact_checks import dispute_of
from tests.feedback.test_notes import note
from tests.makers import World
from tests.steps import step

__all__ = ["note"]


@pytest.fixture
@step
def dispute(world, audit) -> Dispute:
    ask_fact_checks(audit, due_on=DAY, by=world.manager)
    return dispute_of(world, audit)


def test_whoever_runs_audits_elsewhere_sees_no_check_and_no_note(world, audit, dispute, note):
    other = World("Elsewhere Partnership")
    for objects in (FactCheck.objects, FeedbackNote.objects):
        assert objects.visible_to(world.manager).exists()
        assert not objects.visible_to(other.manager).exists()
        assert not objects.visible_to(other.lead).exists()


def test_a_dispute_is_found_in_its_own_audit(world, audit, dispute):
    assert find_dispute(world.chair, audit.slug, dispute.public_id) == dispute
    another = world.planned("Another")
    with pytest.raises(Dispute.DoesNotExist):
        find_dispute(world.chair, another.slug, dispute.public_id)


def test_a_note_is_found_at_its_own_case(world, audit, note):
    assert find_note(world.chair, audit.slug, 1, "health") == note
    with pytest.raises(FeedbackNote.DoesNotExist):
        find_note(world.chair, audit.slug, 2, "health")


def test_a_dispute_is_read_by_whoever_sees_the_checks_alone(world, audit, dispute):
    found = find_dispute(world.chair, audit.slug, dispute.public_id)
    assert rules.may_read_dispute(world.chair, found)
    for who in (world.governance, world.social_worker):
        assert rules.may_read_dispute(who, found).code == rules.may_see_fact_checks(who, audit).code
        assert not rules.may_read_dispute(who, found)
