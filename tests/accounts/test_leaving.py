"""Whoever’s account ended is nobody on their next request, in every browser, and comes in by no door."""

import pytest
from django.db import connection

from maca.partnership.backend import WithRoles
from tests.accounts.conftest import PASSWORD


def test_three_open_browsers_are_out_on_the_very_next_request(real, browser, come_in):
    browsers = [come_in(browser()) for _ in range(3)]
    assert [one.get("/").status_code for one in browsers] == [200] * 3
    real.is_active = False
    real.save()
    assert [one.get("/").headers.get("Location", "")[:9] for one in browsers] == ["/sign-in/"] * 3


def test_they_cannot_sign_in_again(real, browser, try_password):
    real.is_active = False
    real.save()
    assert try_password(browser(), real.email, PASSWORD).status_code == 422


def test_fetching_who_is_signed_in_takes_two_queries(real, django_assert_num_queries):
    # On PostgreSQL one more, which says behind which fence the rest of the request stands.
    with django_assert_num_queries(3 if connection.vendor == "postgresql" else 2):
        person = WithRoles().get_user(real.pk)
        assert person.roles
        assert person.partnership.name


@pytest.mark.parametrize("path", ["/signup/", "/accounts/signup/", "/accounts/login/", "/accounts/email/", "/2fa/"])
def test_nothing_of_allauth_is_reachable_but_what_we_name(real, browser, come_in, path):
    assert come_in(browser()).get(path).status_code == 404
