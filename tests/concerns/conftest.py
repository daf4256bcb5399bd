import pytest

from maca.partnership.models import AgencyKind, Role
from maca.partnership.operations import add_person, register_agency
from tests.makers import World
from tests.steps import step


def with_social_care(world: World) -> World:
    """The world with children’s social care in it, and its lead."""
    care = register_agency(
        partnership=world.partnership,
        name="Social care",
        kind=AgencyKind.CHILDREN_SOCIAL_CARE,
        by=world.operator,
    )
    world.people["care_lead"] = add_person(
        partnership=world.partnership,
        name="Care Lead",
        email=f"care_lead@{world.partnership.public_id}.example",
        post="Head of safeguarding",
        roles=[Role.AGENCY_LEAD],
        agency=care,
        by=world.operator,
    )
    return world


@pytest.fixture
@step
def cared(world: World) -> World:
    return with_social_care(world)
