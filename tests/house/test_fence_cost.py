"""What the fence costs on a page with fifty rows: the same page, the same connection, with it and without it."""

import statistics
from time import perf_counter

import pytest
from django.db import connection
from django.test import Client

from maca.audits.models import Audit, Heading
from maca.kernel.ids import new_public_id
from maca.panel.operations import introduce_case, record_finding
from maca.panel.queries import Column
from maca.partnership import fence
from tests.behind_the_fence import SERVES, on_postgres
from tests.makers import World

ROWS, TIMES = 50, 25


@pytest.fixture
def fifty(world: World) -> Audit:
    """An audit whose case has fifty findings, in a partnership with fifty audits."""
    audit = world.panel_opened(1)
    case = audit.cases.select_related("hearing", "audit").get()
    introduce_case(
        case.hearing, introduced_by=world.social_worker, partners=[world.health], version=None, by=world.chair
    )
    for number in range(ROWS):
        record_finding(
            Column(audit, case, Heading.WENT_WELL), text=f"Point {number}", agencies=[world.health], by=world.chair
        )
    example = Audit.objects.filter(pk=audit.pk).values().get()
    Audit.objects.bulk_create(
        Audit(**{**example, "id": None, "public_id": new_public_id(), "slug": f"copy-{n}", "title": f"Copy {n}"})
        for n in range(ROWS)
    )
    return audit


def seconds(client: Client, path: str, role: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")
    began = perf_counter()
    assert client.get(path).status_code == 200
    return perf_counter() - began


@on_postgres
@pytest.mark.parametrize("page", ["/audits/", "/audits/{}/panel/cases/1/", "/audits/{}/cases/1/report/", "/people/"])
def test_a_page_of_fifty_rows_costs_little_more_behind_the_fence(world, sign_in, fifty, page):
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user, rolsuper FROM pg_roles WHERE rolname = session_user")
        without, superuser = cursor.fetchone()
    if not superuser:
        pytest.skip("nobody here goes without the fence")
    assert fence.stands(connection)
    client, path = sign_in(world.chair), page.format(fifty.slug)
    roles = {"with": SERVES, "without": without}
    taken: dict[str, list[float]] = {"with": [], "without": []}
    for _ in range(TIMES):
        for which, role in roles.items():
            taken[which].append(seconds(client, path, role))
    middle = {which: statistics.median(found[3:]) * 1_000 for which, found in taken.items()}
    ratio = middle["with"] / middle["without"]
    print(f"\n{page}: {middle['without']:.1f} ms without, {middle['with']:.1f} ms with the fence; ratio {ratio:.2f}")
    # Promised is 1.25; a busy machine is given room.
    assert ratio < 1.6
