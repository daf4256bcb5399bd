import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, TimeoutError, sync_playwright

from tests.journeys.browser import FLAGS, LAPTOP, PHONE, Site, chromium, served_demo

PICTURES = os.environ.get("MACA_PICTURES")
# Which kinds of page have been looked at, at which width: another journey that comes by need not look again.
SEEN: set[tuple[bool, str]] = set()
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A journey that is walked once more, on a phone or with scripts off, has a command of its own."""
    for item in items:
        if Path(__file__).parent in item.path.parents and re.search("phone|scripts", item.name.partition("[")[2]):
            item.add_marker("again")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served_demo(tmp_path_factory.mktemp("site")) as served:
        yield served


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = chromium()
    if not found:
        pytest.skip("no Chromium is installed here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


class Visitor:
    """Somebody at a browser, who looks at every page they come to."""

    def __init__(self, browser: Browser, site: Site, *, scripts: bool = True, phone: bool = False) -> None:
        self.site = site
        self.scripts = scripts
        self.phone = phone
        self.pictured = scripts and not phone
        self.context = browser.new_context(
            java_script_enabled=scripts, viewport=PHONE if phone else LAPTOP, accept_downloads=True, locale="en-GB"
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.complaints: list[str] = []
        self.page.on("console", lambda message: message.type == "error" and self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def is_now(self, name: str) -> "Visitor":
        """Sign out, and in again as somebody else, with one click."""
        self.context.clear_cookies()
        self.goto("/sign-in/")
        row = self.page.locator(".govuk-summary-list__row", has_text=name)
        row.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(self.site.address + "/")
        self.look()
        return self

    def goto(self, path: str) -> int:
        response = self.page.goto(self.site.address + path)
        assert response is not None
        self.look()
        return response.status

    def refused(self, path: str, sentence: str) -> None:
        """The page says no, in a sentence."""
        already = len(self.complaints)
        assert self.goto(path) == 403, f"{path} was not refused"
        assert sentence in self.page.inner_text("main")
        # The browser itself remarks on a 403 in its console.
        del self.complaints[already:]

    def follow(self, name: str | re.Pattern[str]) -> None:
        # A link drawn as a button says it is one.
        wanted = self.page.get_by_role("link", name=name).or_(self.page.get_by_role("button", name=name)).first
        menu = self.page.get_by_role("button", name="Menu")
        if menu.is_visible() and not wanted.is_visible():
            menu.click()
        with self.page.expect_navigation():
            wanted.click()
        self.look()

    def press(self, name: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).first.click()
        self.look()

    def declares(self, interest: str = "Nothing: I know neither the family nor the work with them") -> None:
        """Whoever comes to a case for the first time is asked for their interest in it, and led on."""
        self.sees("Have you a conflict of interest")
        self.choose(interest)
        self.press("Declare")

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label).first.fill(text)

    def choose(self, label: str, within: str | None = None) -> None:
        scope = self.page.get_by_role("group", name=within) if within else self.page
        scope.get_by_label(label, exact=True).first.check()

    def sees(self, text: str) -> None:
        """The words are on the page, or come within a few seconds."""
        try:
            self.page.locator("main", has_text=text).wait_for(timeout=5_000)
        except TimeoutError:
            raise AssertionError(f"{text!r} is not in: {self.page.inner_text('main')[:2000]}") from None

    def look(self, *, again: bool = False) -> None:
        """Every page has one heading, no sideways scroll, and nothing axe finds; each kind is looked at once.

        `again`: the page has changed under the visitor's hands.
        """
        address = self.page.url.removeprefix(self.site.address)
        kind = self.phone, re.sub(r"[0-9a-f]{32}", "ID", address) + self.page.title()
        if self.scripts and kind in SEEN and not again:
            return
        assert self.page.locator("h1").count() >= 1, f"no heading at {self.page.url}"
        if not self.scripts:
            return
        SEEN.add(kind)
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{self.page.url} scrolls sideways by {wide} pixels"
        results = Axe().run(self.page, options=AXE)
        assert results.violations_count == 0, f"{self.page.url}\n{results.generate_report()}"

    def picture(self, name: str, *, whole: bool = True) -> None:
        """Keep a picture for the guide, when they are being taken: of the whole page, or of what is in view."""
        if PICTURES and self.pictured:
            Path(PICTURES).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=f"{PICTURES}/{name}.png", full_page=whole, caret="initial")

    def has_no_complaints(self) -> None:
        assert self.complaints == []


@pytest.fixture
def visitor(browser: Browser, site: Site) -> Iterator[Callable[..., Visitor]]:
    made: list[Visitor] = []

    def visit(**how: Any) -> Visitor:
        made.append(Visitor(browser, site, **how))
        return made[-1]

    yield visit
    for one in made:
        one.context.close()
