"""“Who knows this family?”: six agencies are asked and answer, and nobody who does not know it is asked for more."""

import datetime as dt
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from maca.kernel.clock import LONDON, today, working_days_from
from tests.journeys.browser import Site, served_demo
from tests.journeys.conftest import Visitor
from tests.journeys.test_an_audit import CHAIR, MANAGER, NURSE, child_of, plan

pytestmark = pytest.mark.browser
KNOWN, NOTHING, NOT_KNOWN = "Known", "Known, nothing in the period", "Not known to us"
# Who answers for which agency, of the index child, the siblings and the parents; and what the grid then says.
SIX = {
    "Children’s social care": ("Imran Shah", (KNOWN, KNOWN, KNOWN), "Known: index child, siblings, parents"),
    "Fenbrook Police": ("Kelly Watson", (NOT_KNOWN, NOT_KNOWN, NOT_KNOWN), NOT_KNOWN),
    "Health visiting": ("Grace Lewis", (NOT_KNOWN, KNOWN, NOT_KNOWN), "Known: siblings"),
    "Oakbank Primary School": ("Ben Harvey", (KNOWN, NOT_KNOWN, NOT_KNOWN), "Known: index child"),
    "Millside Surgery": ("Leah Stone", (NOT_KNOWN, NOT_KNOWN, NOTHING), NOTHING),
    "Bridge Adult Substance Misuse": ("Nadia Ferreira", (NOT_KNOWN, NOT_KNOWN, NOT_KNOWN), NOT_KNOWN),
}
NOT_ASKED = "Little Acorns Nursery"
DO_NOT_KNOW = [agency for agency, (_, _, words) in SIX.items() if words == NOT_KNOWN]
# Everybody who was written to about this, by agency: of a check by its notices, of a return by its reminders.
WRITTEN = """
import json, sys
import django
django.setup()
from maca.notices.models import Notice
from maca.partnership.fence import installation
from maca.partnership.models import Person
from maca.returns.models import Reminder
with installation():
    checks = Notice.objects.filter(kind="returns/check").values_list("to_person", flat=True)
    checked = [Person.objects.get(public_id=one).agency.name for one in checks]
    steps = Reminder.objects.filter(agency_return__case__audit__slug=sys.argv[1])
    reminded = sorted(set(steps.values_list("agency_return__agency__name", "step")))
print(json.dumps({"checked": checked, "reminded": reminded}))
"""


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A demo for each walk, since its clock is put forward at the end."""
    with served_demo(tmp_path_factory.mktemp("site")) as served:
        yield served


def written(site: Site, audit: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", WRITTEN, audit],
        env={**site.environment, "DJANGO_SETTINGS_MODULE": "maca.config.settings"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout))


def has_been_chased(found: dict[str, Any]) -> list[str]:
    return sorted(agency for agency, step in found["reminded"] if step == "two_after")


def later(site: Site, day: dt.date) -> None:
    """The site stands still until the morning of that day."""
    site.stop()
    morning = dt.datetime.combine(day, dt.time(9), LONDON)
    site.environment["MACA_DRILL_HOUR"] = morning.isoformat()
    site.program = [sys.executable, "-m", "tests.drills.at_an_hour"]
    site.start()


def one_case(visitor: Visitor, audit: str) -> None:
    visitor.is_now(NURSE)
    visitor.goto(f"/audits/{audit}/nominations/new/")
    visitor.fill("Why this case?", "A child came to school hungry through two winters.")
    visitor.choose("Child in need")
    visitor.choose("5 to 9")
    visitor.fill("Name of the index child", child_of(audit, "Ottoline"))
    visitor.press("Nominate the case")
    visitor.is_now(CHAIR)
    visitor.goto(f"/audits/{audit}/nominations/")
    visitor.follow("Select nomination 1")
    visitor.press("Select the case")


def says_who_is_known(visitor: Visitor, audit: str, agency: str) -> None:
    """Somebody of the agency finds the question on the work list, looks the family up, and answers."""
    name, said, words = SIX[agency]
    visitor.is_now(name)
    visitor.follow(f"Say whom {agency} knows")
    visitor.declares()
    here = visitor.page.url.removeprefix(visitor.site.address)
    visitor.follow("open the identity of Case 1")
    visitor.choose("To find our record of this family")
    visitor.press("Open the identity")
    visitor.sees(child_of(audit, "Ottoline"))
    visitor.goto(here)
    for legend, answer in zip(("The index child", "Brothers and sisters", "Parents, partner"), said, strict=True):
        visitor.choose(answer, within=legend)
    visitor.picture("say-who-is-known")
    visitor.press("Save")
    visitor.sees("Thank you. Your answer has been kept.")
    assert f"Say whom {agency} knows" not in visitor.page.inner_text("main")
    if words == NOT_KNOWN:
        visitor.refused(f"/audits/{audit}/cases/1/identity/", "the name is closed to it")
    visitor.has_no_complaints()


def row(visitor: Visitor, agency: str) -> str:
    """What the grid says of the one case."""
    return visitor.page.get_by_role("row").filter(has_text=agency).get_by_role("cell").inner_text()


@pytest.mark.parametrize("how", [{}, {"phone": True}, {"scripts": False}], ids=["laptop", "phone", "scripts-off"])
def test_six_agencies_say_whether_they_know_a_family_and_not_known_is_never_chased(visitor, site, how):
    manager = visitor(**how)
    audit = plan(manager, "in six agencies")
    one_case(manager, audit)
    manager.complaints.clear()  # the browser remarks on the form that was sent empty while planning
    manager.is_now(MANAGER)
    manager.goto(f"/audits/{audit}/who-knows/")
    manager.sees("No agency has been asked yet.")
    manager.follow("Ask agencies")
    manager.page.get_by_label(NOT_ASKED).uncheck()
    manager.press("Ask these agencies")
    manager.sees("The agencies have been asked.")
    assert {agency: row(manager, agency) for agency in SIX} == dict.fromkeys(SIX, "No answer yet")

    six = {agency: visitor(**how) for agency in SIX}
    for agency, person in six.items():
        says_who_is_known(person, audit, agency)
    manager.goto(f"/audits/{audit}/who-knows/")
    assert {agency: row(manager, agency) for agency in SIX} == {agency: words for agency, (_, _, words) in SIX.items()}
    assert NOT_ASKED not in manager.page.inner_text("main table")
    manager.picture("who-knows")

    # The request is proposed for those that know the family. This manager asks all six, so that each says it again.
    manager.goto(f"/audits/{audit}/circulate/")
    proposed = {agency: manager.page.get_by_label(agency).is_checked() for agency in (*SIX, NOT_ASKED)}
    assert [agency for agency, is_checked in proposed.items() if not is_checked] == [*DO_NOT_KNOW, NOT_ASKED]
    for agency in DO_NOT_KNOW:
        manager.page.get_by_label(agency).check()
    manager.press("Circulate")
    for agency, person in six.items():
        slug = agency.lower().replace("’", "").replace(" ", "-")
        person.goto(f"/audits/{audit}/cases/1/returns/{slug}/known/")
        person.choose(NOT_KNOWN if agency in DO_NOT_KNOW else "Yes, we know the family")
        person.press("Save and continue")
        person.has_no_complaints()
    manager.goto(f"/audits/{audit}/board/")
    manager.sees("2 of 6 returns complete")
    for agency in SIX:
        cell = manager.page.get_by_role("link", name=f"Case 1, {agency}").first
        assert (NOT_KNOWN in cell.inner_text()) == (agency in DO_NOT_KNOW), cell.inner_text()
    manager.picture("board-of-six")
    manager.goto(f"/audits/{audit}/board/?show=outstanding")
    for agency in SIX:
        chased = manager.page.get_by_role("button", name=f"Chase {agency} about Case 1")
        assert chased.count() == (agency not in DO_NOT_KNOW)
    manager.has_no_complaints()

    # On the day of the last reminder, with half a minute for the site to send it.
    due_on = working_days_from(working_days_from(today(), 45), -10)
    before = written(site, audit)
    later(site, working_days_from(due_on, 2))
    end = time.monotonic() + 30
    chased = sorted(set(SIX) - set(DO_NOT_KNOW))
    while (sent := has_been_chased(written(site, audit))) != chased:
        assert time.monotonic() < end, f"reminded within half a minute: {sent}, not {chased}"
        time.sleep(0.5)
    time.sleep(3)  # a reminder that should not go out would go with the others, or just after them
    after = written(site, audit)
    assert has_been_chased(after) == chased
    assert {step for agency, step in after["reminded"] if agency in DO_NOT_KNOW} == {"asked"}
    assert sorted(set(after["checked"])) == sorted(SIX)
    assert after["checked"] == before["checked"]
