import pytest

from maca.audits.models import Audit, Heading
from maca.feedback.operations import ask_fact_checks
from maca.kernel.clock import today, working_days_from
from maca.panel.models import Came
from maca.panel.operations import (
    close_panel,
    finish_hearing,
    introduce_case,
    open_panel,
    record_attendance,
    record_finding,
)
from maca.panel.queries import CASE_HEADINGS, Column
from maca.returns.operations import say_not_known
from tests.makers import World
from tests.steps import step

DAY = working_days_from(today(), 5)


@step
def closed(world: World, cases: int = 2) -> Audit:
    """An audit whose panel has closed. Health and police answered on Case 1, the school does not know the family.

    On each case: one finding about health, one about police, one that names nobody. One of the whole audit is about
    police, and another names nobody.
    """
    audit = world.circulated(cases)
    world.submitted(world.return_of(audit))
    world.submitted(world.return_of(audit, "police"))
    for case in range(1, cases + 1):
        say_not_known(world.return_of(audit, "school", case), version=None, by=world.school_auditor)
    open_panel(audit, by=world.chair)
    police = world.agencies["police"]
    for case in audit.cases.select_related("audit", "hearing", "nomination").order_by("number"):
        introduce_case(case.hearing, introduced_by=world.social_worker, partners=[], version=None, by=world.chair)
        for heading, words, agencies in (
            (Heading.CAN_BE_IMPROVED, "Police came late", [police]),
            (Heading.WENT_WELL, "Health saw him alone", [world.health]),
            (Heading.CHALLENGE_OR_THEME, "Nobody had the whole picture", []),
        ):
            record_finding(
                Column(case.audit, case, heading), text=f"{words} in {case.label}.", agencies=agencies, by=world.chair
            )
        record_attendance(case.hearing, {world.health: (Came.PRESENT, "")}, version=None, by=world.chair)
        finish_hearing(case.hearing, nothing_under=CASE_HEADINGS, by=world.chair)
    for words, agencies in (("Police led the strategy meetings.", [police]), ("Everybody came.", [])):
        record_finding(Column(audit, None, Heading.GOOD_PRACTICE), text=words, agencies=agencies, by=world.chair)
    close_panel(audit, by=world.chair)
    audit.refresh_from_db()
    return audit


@pytest.fixture
@step
def audit(world: World) -> Audit:
    return closed(world)


@pytest.fixture
@step
def asked(world: World, audit: Audit) -> Audit:
    """The same, and the agencies have been asked to check the facts."""
    ask_fact_checks(audit, due_on=DAY, by=world.manager)
    return audit
