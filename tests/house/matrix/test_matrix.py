"""The whole policy table: every address, method, person and stage, on every run."""

import sys

import pytest

from tests.house.matrix.sendings import PATTERNS
from tests.house.matrix.tries import METHODS, Site, cells_of, unserved_cells
from tools.permissions_table import table

pytestmark = [pytest.mark.django_db, pytest.mark.everybody, pytest.mark.matrix]

STAGES = {"planned", "circulated", "panel_opened", "panel_closed", "published"}


# What is at no stage of an audit is tried together, since much of it has to do with the same audit: a large part of the
# table, so it is begun with.
TOGETHER = {"at no stage": ["always", *(name for name, one in table().situations.items() if not one.stage)]}
TOGETHER |= {name: [name] for name, one in table().situations.items() if one.stage}


@pytest.mark.parametrize("situations", TOGETHER.values(), ids=TOGETHER)
def test_everybody_meets_what_the_table_says(site_at: Site, situations: list[str]) -> None:
    # First what no page serves: so it is known whose session is whose before the open pages, which may change that.
    cells = list(unserved_cells(table(), situations))
    cells += (cell for section in table().sections for cell in cells_of(section, table(), situations))
    wrong = [f"{cell}, was: {fault}" for cell in cells if (fault := site_at.attempt(cell))]
    assert cells, "no cell was tried, so this has shown nothing"
    assert not wrong, f"{len(wrong)} of {len(cells)} cells are not what the table says:\n" + "\n".join(wrong[:60])


def test_every_address_is_in_the_table_and_every_section_has_an_address() -> None:
    assert {name for section in table().sections for name in (section.url, *section.also)} == set(PATTERNS)
    for section in table().sections:
        for name in section.also:
            assert str(PATTERNS[name].pattern) == str(PATTERNS[section.url].pattern), f"{name} is another address"
    for name, pattern in PATTERNS.items():
        assert getattr(pattern.callback, "guard", None), f"the page “{name}” declares no rule"


def test_every_section_is_tried_at_every_stage_and_says_something_to_everybody() -> None:
    for section in table().sections:
        if section.at != ("always",):
            stages = {table().situations[one].stage for one in section.at}
            # An account or a concern is at no stage of an audit.
            assert stages in (STAGES, {""}), f"[{section.name}] is not tried at {STAGES - stages}"
        if not section.open:
            silent = {
                f"{who}, {one}"
                for who in table().people
                for one in section.at
                if who not in table().not_signed_in and (who, one) not in section.cells
            }
            assert not silent, f"[{section.name}] says nothing to {silent}"


def test_every_address_is_open_to_somebody_and_closed_to_somebody() -> None:
    """Those that need no rule are listed as open, each with its reason; tests/accounts tries what they do."""
    for url in PATTERNS:
        sections = [one for one in table().sections if url in (one.url, *one.also)]
        words = {word for one in sections for word in one.cells.values()}
        if not all(one.open for one in sections):
            assert words & {"yes", "part"}, f"{url} is open to nobody"
            assert words - {"yes", "part"} or not sections[0].open_to_nobody, f"{url} is closed to nobody"


def test_the_matrix_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    served = sum(len(list(cells_of(section, table()))) for section in table().sections)
    unserved = len(list(unserved_cells(table())))
    words = (
        f"matrix: {served + unserved} cells ({served} for methods that are served, {unserved} for others): "
        f"{len(PATTERNS)} addresses, {len(METHODS)} methods, {len(table().people)} kinds of people, "
        f"{len(table().situations)} situations at 5 stages"
    )
    with capsys.disabled():
        # A worker of several has no screen of its own, but its complaints reach it.
        print(f"\n{words}", file=sys.__stderr__)
    assert served + unserved > 70_000
    tried = {situation for section in table().sections for situation in section.at}
    assert tried == {name for names in TOGETHER.values() for name in names}
