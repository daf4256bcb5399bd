"""Guessing is slow, and nobody can use it to lock a colleague out."""

import re
import statistics
import time

import pytest
from django.core.cache import cache

from tests.accounts.conftest import PASSWORD


def test_ten_wrong_passwords_from_strangers_and_then_no_more_from_any_stranger(real, browser, try_password):
    for guess in range(10):
        assert try_password(browser(f"10.0.0.{guess}"), real.email).status_code == 422
    eleventh = try_password(browser("10.0.1.1"), real.email)
    assert eleventh.status_code == 429
    assert re.search(r"Wait 1[45] minutes, and try again", eleventh.content.decode())
    # Even the right one: or guessing would go on.
    assert try_password(browser("10.0.1.2"), real.email, PASSWORD).status_code == 429
    # The control: another account is not touched by it.
    assert try_password(browser("10.0.1.3"), "somebody@else.example").status_code == 422


def test_a_stranger_cannot_lock_out_whoever_has_signed_in_from_this_browser_before(
    real, browser, try_password, come_in
):
    own = come_in(browser())
    own.post("/sign-out/")
    for guess in range(11):
        try_password(browser(f"10.0.0.{guess}"), real.email)
    assert try_password(own, real.email, PASSWORD).status_code == 302
    # The control: without its cookie the same browser is a stranger.
    own.post("/sign-out/")
    del own.cookies["known"]
    assert try_password(own, real.email, PASSWORD).status_code == 429


def test_a_known_browser_has_ten_tries_of_its_own_and_no_more(real, browser, try_password, come_in):
    own = come_in(browser())
    own.post("/sign-out/")
    answers = [try_password(own, real.email).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]
    # Strangers' tries are counted apart, both ways.
    assert try_password(browser(), real.email).status_code == 422


def test_a_browser_is_known_to_the_account_it_signed_in_to_and_to_no_other(real, browser, try_password, come_in, world):
    own = come_in(browser())
    own.post("/sign-out/")
    for _ in range(10):
        try_password(browser(), "other@b.example")
    assert try_password(own, "other@b.example").status_code == 429


@pytest.mark.parametrize("forged", ["", "x", "eyJicm93c2VyIjoiYSIsImFjY291bnRzIjpbXX0:1:x"])
def test_a_forged_cookie_makes_no_browser_known(real, browser, try_password, forged):
    for _ in range(10):
        try_password(browser(), real.email)
    liar = browser()
    liar.cookies["known"] = forged
    assert try_password(liar, real.email, PASSWORD).status_code == 429


def test_one_address_cannot_try_every_account(real, browser, try_password, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": "5/15m/ip,10/15m/key"}
    for guess in range(5):
        try_password(browser(), f"{guess}@b.example")
    assert try_password(browser(), real.email).status_code == 429
    assert try_password(browser("10.0.0.9"), real.email).status_code == 422


def test_nor_can_others_at_the_same_address(real, browser, try_password, come_in, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": "5/15m/ip,10/15m/key"}
    own = come_in(browser())
    own.post("/sign-out/")
    for guess in range(6):
        try_password(browser(), f"{guess}@b.example")
    assert try_password(browser(), real.email, PASSWORD).status_code == 429
    assert try_password(own, real.email, PASSWORD).status_code == 302


def test_signing_in_uses_no_try_up(real, browser, come_in):
    for _ in range(12):
        come_in(browser())


def kinds_of_account(real, world):
    world.auditor.is_active = False
    world.auditor.set_password(PASSWORD)
    world.auditor.save()
    return {
        "there": real.email,
        "not there": "nobody@nowhere.example",
        "inactive": world.auditor.email,
        "no password": world.chair.email,
    }


def shape(response) -> tuple[int, str]:
    """The answer without what is random in every page: the keys of its forms."""
    page = re.sub(r'value="[^"]*"', "", response.content.decode())
    return response.status_code, page


def test_the_answer_is_the_same_whoever_is_asked_for(real, world, browser, try_password):
    answers = {kind: shape(try_password(browser(), email)) for kind, email in kinds_of_account(real, world).items()}
    assert len(set(answers.values())) == 1, {kind: answer[0] for kind, answer in answers.items()}
    # The control: the right password is answered otherwise, or the comparison would prove nothing.
    assert shape(try_password(browser(), real.email, PASSWORD)) not in answers.values()


def test_an_inactive_person_with_the_right_password_is_told_the_same(real, world, browser, try_password):
    email = kinds_of_account(real, world)["inactive"]
    assert shape(try_password(browser(), email, PASSWORD)) == shape(try_password(browser(), "x@y.example", PASSWORD))


def test_a_forgotten_password_is_answered_alike(real, world, browser):
    answers = {
        shape(browser().post("/forgotten-password/", {"email": email}))
        for email in kinds_of_account(real, world).values()
    }
    assert len(answers) == 1


def test_a_password_is_hashed_whoever_is_asked_for(real, world, browser, try_password, settings):
    """Interleaved, in one run. Without a hash an answer takes a tenth; a busy machine makes it half as long again.

    The thousand samples of the promise are taken apart from this.
    """
    settings.ACCOUNT_RATE_LIMITS = False
    settings.MACA_TRAINING = False
    took: dict[str, list[float]] = {}
    kinds = kinds_of_account(real, world)
    client = browser()
    for _ in range(15):
        for kind, email in kinds.items():
            began = time.perf_counter()
            try_password(client, email)
            took.setdefault(kind, []).append(time.perf_counter() - began)
    medians = {kind: statistics.median(times) for kind, times in took.items()}
    assert max(medians.values()) < 3 * min(medians.values()), medians


def test_made_up_addresses_do_not_push_the_count_of_an_account_out(real, browser, try_password):
    for _ in range(10):
        try_password(browser(), real.email)
    for row in range(400):  # more than Django keeps if not told
        cache.set(f"filler-{row}", "x", timeout=900)
    assert try_password(browser("10.0.0.9"), real.email, PASSWORD).status_code == 429
