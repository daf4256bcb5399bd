import datetime as dt
from typing import Any

import pytest

from maca.actions.models import Action
from maca.actions.operations import make_action, report_action_done, verify_action
from maca.audits.models import Audit
from maca.kernel.clock import today, working_days_from
from maca.panel.models import Finding
from maca.partnership.models import Person
from tests.feedback.conftest import closed
from tests.makers import World
from tests.steps import step

DAY = working_days_from(today(), 20)


def finding_of(audit: Audit, words: str) -> Finding:
    return Finding.objects.select_related("case__nomination", "case__audit", "audit").get(
        audit=audit, text__startswith=words
    )


def said(world: World, **other: Any) -> dict[str, Any]:
    """Everything that an action of Health is not made without."""
    whole = {
        "change": "Core group minutes reach everybody within five days.", "accountable": world.auditor,
        "agency": world.health, "due_on": DAY, "success": "Nobody comes to a core group without the last minutes.",
        "measure": "Minutes in the record within five days.", "baseline": "In 1 of 5 cases.",
    }  # fmt: skip
    return whole | other


def made(world: World, audit: Audit, words: str = "Health saw him alone in Case 1", **other: Any) -> Action:
    """An action of Health, for which its auditor is accountable."""
    by = other.pop("by", world.manager)
    return make_action(finding_of(audit, words), **said(world, **other), by=by)


def reported(world: World, audit: Audit, **other: Any) -> Action:
    action = made(world, audit, **other)
    report_action_done(
        action, done="A template was made.", proof="The minutes of 3 May.", version=None, by=action.accountable
    )
    return action


def done(world: World, audit: Audit, *, by: Person | None = None, **other: Any) -> Action:
    action = reported(world, audit, **other)
    verify_action(action, verified=True, words="Saw the minutes.", version=None, by=by or world.chair)
    return action


@pytest.fixture
@step
def audit(world: World) -> Audit:
    return closed(world)


@pytest.fixture
@step
def later(world: World, audit: Audit) -> Audit:
    """Another audit whose panel has closed."""
    return closed(world, 1)


def days(count: int) -> dt.date:
    return working_days_from(today(), count)
