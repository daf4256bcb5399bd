"""Every page that anybody may open, at every stage, in a browser: at a laptop's and a phone's width, with scripts off
and by keyboard. The pages are those of the policy table, so none can be forgotten."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.journeys.browser import LAPTOP, PHONE, Site, served_demo
from tests.journeys.conftest import AXE

pytestmark = [pytest.mark.browser, pytest.mark.again]
COOKIE = "sessionid"
# Each check is cut into as many tests: every core has its share, and a run that is cut short has told something.
SHARES = 4
# A part of a page, which a script puts in the place of the one that is there. It has no heading of its own.
PARTS = {"panel-findings"}
# What an element is, as far as a page's look and its order of focus depend on it.
ELEMENT = re.compile(r'<(\w+)(?:[^>]*?class="([^"]*)")?')
# What the key Tab is to reach, as the browser itself sees it: each thing by its place in the document. Radios of one
# name are one thing, of which it reaches one.
STOPS = """() => {
  const all = [...document.querySelectorAll('*')]
  const things = new Map()
  for (const one of document.querySelectorAll('a[href], button, input, select, textarea, summary')) {
    if (one.disabled || one.type === 'hidden' || one.tabIndex < 0 || !one.checkVisibility()) continue
    const thing = one.type === 'radio' ? [...document.forms].indexOf(one.form) + one.name : all.indexOf(one)
    things.set(thing, [...(things.get(thing) || []), all.indexOf(one)])
  }
  return [...things.values()].map(places => [places, all[places[0]].outerHTML.slice(0, 200)])
}"""
# The element that has the focus: which of the document's it is, and whether anything shows that it has it.
FOCUSED = """() => {
  const one = document.activeElement
  if (!one || one === document.body) return null
  const drawn = style => style.outlineStyle !== 'none' || style.boxShadow !== 'none'
  // GOV.UK draws the ring of a radio or a tick box around what stands beside it.
  const beside = one.nextElementSibling
  const seen = drawn(getComputedStyle(one)) || Boolean(beside && drawn(getComputedStyle(beside, '::before')))
  return [[...document.querySelectorAll('*')].indexOf(one), seen, one.outerHTML.slice(0, 200)]
}"""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served_demo(tmp_path_factory.mktemp("site")) as served:
        yield served


@pytest.fixture(scope="module")
def pages(site: Site) -> list[tuple[str, str, str]]:
    """Name, path and session of each page that looks unlike every other of the same name."""
    made = subprocess.run(
        [sys.executable, "-m", "tests.journeys.every_page"],
        env={**site.environment, "DJANGO_SETTINGS_MODULE": "maca.config.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr[-2000:]
    place = urlsplit(site.address)
    http = HTTPConnection(place.hostname or "", place.port, timeout=60)
    found, looks, away = [], set(), []
    for name, path, session in json.loads(made.stdout):
        http.request("GET", path, headers={"Cookie": f"{COOKIE}={session}"})
        answer = http.getresponse()
        body = answer.read().decode("utf-8", "replace")
        if answer.status != 200:
            away.append(f"{name} {answer.status} {answer.headers['Location']}")
        if answer.status != 200 or "html" not in answer.headers["Content-Type"] or name in PARTS:
            continue
        look = name, frozenset(ELEMENT.findall(body))
        if look not in looks:
            looks.add(look)
            found.append((name, path, session))
    http.close()
    assert not away, f"{len(away)}: {away[:40]}"
    return found


def show(page: Page, site: Site, session: str, path: str) -> None:
    page.context.clear_cookies()
    page.context.add_cookies([{"name": COOKIE, "value": session, "url": site.address}])
    answer = page.goto(site.address + path)
    assert answer is not None
    assert answer.status == 200, f"{path}: {answer.status}"


def faults(page: Page) -> list[str]:
    """What is wrong with the page as it looks."""
    wrong = [] if page.locator("h1").count() == 1 else ["it has not one heading"]
    wide = page.evaluate(SIDEWAYS)
    if wide > 0:
        wrong.append(f"it scrolls sideways by {wide} pixels")
    return wrong


def by_axe(page: Page) -> list[str]:
    found = Axe().run(page, options=AXE)
    return [found.generate_report()] if found.violations_count else []


def by_keyboard(page: Page) -> list[str]:
    """Whether the key Tab reaches whatever can be used, and it is always seen where one is."""
    wanted, reached, unseen = page.evaluate(STOPS), set(), []
    # Regions that scroll are stopped at too. Where a page begins in its list of faults, Tab comes round by the top.
    for _ in range(2 * len(wanted) + 20):
        page.keyboard.press("Tab")
        if (now := page.evaluate(FOCUSED)) is None:
            continue
        if not now[1] and now[0] not in reached:
            unseen.append(now[2])
        reached.add(now[0])
        if not any(reached.isdisjoint(places) for places, _ in wanted):
            break
    missed = [html for places, html in wanted if reached.isdisjoint(places)]
    return [f"nothing shows the focus on {one}" for one in unseen] + [f"Tab does not reach {one}" for one in missed]


def without_scripts(page: Page) -> list[str]:
    """Whether each form that can be filled in has a button to send it, and nothing of it is hidden."""
    wrong = []
    folded = "one => Boolean(one.closest('details:not([open])'))"  # what is folded is opened without a script too
    for form in page.locator("main form").all():
        if form.evaluate(folded):
            continue
        if not form.locator("button:visible, input[type=submit]:visible").count():
            wrong.append(f"a form without a button: {form.evaluate('one => one.outerHTML')[:200]}")
        closed = form.locator("input:not([type=hidden]), select, textarea").filter(visible=False).all()
        wrong += [f"hidden: {one.evaluate('one => one.outerHTML')[:200]}" for one in closed if not one.evaluate(folded)]
    return wrong


CHECKS = {
    "laptop": ({"viewport": LAPTOP}, (faults, by_axe, by_keyboard)),
    "phone": ({"viewport": PHONE}, (faults, by_axe)),
    "scripts off, on a phone": ({"viewport": PHONE, "java_script_enabled": False}, (faults, without_scripts)),
}


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("how", CHECKS)
def test_every_page_can_be_used(
    browser: Browser, site: Site, pages: list[tuple[str, str, str]], how: str, share: int
) -> None:
    settings, checks = CHECKS[how]
    page = browser.new_context(locale="en-GB", **settings).new_page()
    wrong = []
    for name, path, session in pages[share::SHARES]:
        show(page, site, session, path)
        wrong += [f"{name} {path}: {one}" for check in checks for one in check(page)]
    page.context.close()
    names = {name for name, _, _ in pages}
    told = f"{len(pages[share::SHARES])} of {len(pages)} pages that look unlike, of {len(names)} addresses, {how}"
    print(f"\n{told}", file=sys.__stderr__)
    assert len(names) > 100
    assert not wrong, f"{len(wrong)} faults:\n" + "\n".join(wrong[:40])
