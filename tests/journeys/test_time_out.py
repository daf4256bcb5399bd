"""The warning before the sign-in ends, and the screen after it has. The browser’s clock is put forward."""

import pytest

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("phone", [False, True], ids=["laptop", "phone"])
def test_somebody_is_warned_stays_and_loses_no_words(visitor, phone):
    chair = visitor(phone=phone)
    chair.page.clock.install()
    chair.goto("/sign-in/")
    chair.page.locator("main form button", has_text="Sign in").first.click()
    chair.page.wait_for_url(chair.site.address + "/")
    chair.goto("/people/")
    warning = chair.page.get_by_role("dialog")
    chair.page.clock.fast_forward("27:00")
    assert not warning.is_visible()
    chair.page.clock.fast_forward("01:30")
    warning.wait_for()
    assert "You will be signed out in 2 minutes" in warning.inner_text()
    assert chair.page.evaluate("document.activeElement.id") == "time-out-title"
    chair.look(again=True)
    chair.picture("time-out")
    chair.page.keyboard.press("Tab")
    chair.page.keyboard.press("Enter")
    warning.wait_for(state="hidden")

    # Words that were typed and not sent stay on the page, out of sight, until the same person is back.
    chair.page.evaluate(
        """document.querySelector('main').insertAdjacentHTML(
            'beforeend', '<label for="w">Words</label><textarea id="w"></textarea>')"""
    )
    chair.page.locator("#w").fill("Half a sentence")
    chair.page.clock.fast_forward("31:00")
    warning.get_by_text("You have been signed out").wait_for()
    assert not chair.page.locator("main").is_visible()
    with chair.context.expect_page() as opened:
        warning.get_by_role("link", name="Sign in again").click()
    opened.value.wait_for_load_state()
    chair.page.locator("main").wait_for()
    assert chair.page.locator("#w").input_value() == "Half a sentence"
    opened.value.close()

    # With nothing typed there is nothing to keep.
    chair.goto("/people/")
    with chair.page.expect_navigation():
        chair.page.clock.fast_forward("31:00")
    chair.has_no_complaints()
