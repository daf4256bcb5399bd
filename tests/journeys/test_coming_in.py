"""Somebody new comes in, in production: invitation, password, second step, recovery codes, and back again."""

import subprocess
import sys
import time
from uuid import uuid4

import pytest

from maca.sealing.cipher import new_key
from maca.sealing.root import encode
from tests.journeys.browser import Site, a_database
from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.browser
PASSWORD = "heron lantern gravel"
PRODUCTION = {
    "MACA_MODE": "production",
    "MACA_HOSTS": "localhost",
    "MACA_SECRET_KEY": "q8Zr2LwV0pXnT5kYb7HcJd3FsG9mAeUiRoQt",
    "MACA_MAIL": "smtp://user:password@localhost:587",
    "MACA_MAIL_FROM": "audits@localhost.example",
}
EMAIL = "new.gp@practice.example"

INVITE = f"""
import django; django.setup()
from maca.partnership.models import AgencyKind, Partnership, Role
from maca.partnership.operations import operator_of, register_agency
from maca.partnership.invitations import invite_at_the_machine, link_for
partnership = Partnership.objects.get()
by = operator_of(partnership)
agency = register_agency(partnership=partnership, name="High Street Surgery", kind=AgencyKind.GP, by=by)
person = invite_at_the_machine(partnership=partnership, name="Dr Amina Noor", email="{EMAIL}",
                    post="General practitioner", roles=[Role.AUDITOR], agency=agency, by=by)
print(link_for(person, ""))
"""


def production_settings() -> dict[str, str]:
    return {**PRODUCTION, "MACA_ROOT_KEY": encode(new_key())}


@pytest.fixture(scope="module")
def production(tmp_path_factory):
    """The site as it is served to others, on the one name for which a browser needs no TLS."""
    with a_database(f"production_{uuid4().hex[:12]}") as database:
        site = Site(tmp_path_factory.mktemp("production"), database, **production_settings())
        site.environment["DJANGO_SETTINGS_MODULE"] = "maca.config.settings"
        founded = site.maca("partnership", "Anywhere Safeguarding Children Partnership")
        assert founded.returncode == 0, founded.stderr
        site.start()
        site.address = site.address.replace("127.0.0.1", "localhost")
        yield site
        site.stop()


def in_site(site: Site, program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], env=site.environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def code_of(secret: str, later: int = 0) -> str:
    """What an authenticator app shows. A code is used once, so the next has to be of a later half minute."""
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


def virtual_authenticator(visitor: Visitor) -> None:
    devtools = visitor.context.new_cdp_session(visitor.page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


@pytest.mark.parametrize("phone", [False, True], ids=["laptop", "phone"])
def test_a_new_colleague_comes_in_and_comes_back(browser, production, phone):
    email = EMAIL.replace("new", "phone" if phone else "laptop")
    surgery = "Low Street Surgery" if phone else "High Street Surgery"
    link = in_site(production, INVITE.replace(EMAIL, email).replace("High Street Surgery", surgery))
    visitor = Visitor(browser, production, phone=phone)
    page = visitor.page
    began = time.monotonic()

    # The link's token leaves the address bar at once, and the password is asked for once.
    visitor.goto(link)
    assert page.url == production.address + "/invitation/"
    visitor.sees("Welcome, Dr Amina Noor")
    visitor.fill("Choose a password", "short")
    visitor.press("Continue")
    visitor.sees("There is a problem")
    page.get_by_label("Choose a password", exact=True).fill(PASSWORD)
    visitor.press("Continue")

    # No other page before a second step.
    visitor.sees("Add a second step")
    visitor.goto("/audits/")
    visitor.sees("Add a second step")
    visitor.follow("Use an app")
    secret = page.locator("main code").inner_text().replace(" ", "")
    visitor.fill("Code from the app", "000000")
    visitor.press("Continue")
    visitor.sees("That code is not right")
    assert page.locator("main code").inner_text().replace(" ", "") == secret
    visitor.fill("Code from the app", code_of(secret))
    visitor.press("Continue")
    visitor.sees("Keep these recovery codes")
    codes = page.locator("[data-code]").all_inner_texts()
    assert len(codes) == 10
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save as a file").click()
    assert codes[0] in saved.value.path().read_text()
    visitor.follow("I have kept them")
    visitor.sees("Your work")
    assert time.monotonic() - began < 180
    cookies = {cookie["name"]: cookie for cookie in visitor.context.cookies()}
    assert set(cookies) == {"__Host-session", "__Host-csrf", "__Host-known"}
    assert all(cookie["secure"] and cookie["httpOnly"] for cookie in cookies.values())

    # The codes are shown once, and the link works once.
    visitor.goto("/your-sign-in/recovery-codes/")
    assert codes[0] not in page.content()
    visitor.goto("/your-sign-in/")
    visitor.sees("10 left")
    visitor.sees("This is your only second step")
    visitor.picture("how-you-sign-in")

    # The next sign-in demands the code.
    visitor.press("Sign out")
    visitor.goto("/")
    assert "/sign-in/" in page.url
    visitor.picture("sign-in")
    sign_in(visitor, email)
    visitor.sees("Second step")
    visitor.picture("second-step")
    visitor.fill("Code", code_of(secret, later=1))
    visitor.press("Continue")
    visitor.sees("Your work")

    # A passkey is added and named, and is a sign-in of its own.
    virtual_authenticator(visitor)
    visitor.goto("/your-sign-in/passkeys/add/")
    visitor.fill("Name of this passkey", "Work laptop")
    visitor.press("Add the passkey")
    visitor.sees("Passkey “Work laptop”")
    visitor.press("Sign out")
    visitor.goto("/sign-in/")
    visitor.press("Sign in with a passkey")
    visitor.sees("Your work")
    visitor.press("Sign out")

    # It is the second step too, and a recovery code stands in when there is neither.
    sign_in(visitor, email)
    visitor.press("Use a passkey")
    visitor.sees("Your work")
    visitor.press("Sign out")
    sign_in(visitor, email)
    visitor.fill("Code", codes[3])
    visitor.press("Continue")
    visitor.sees("Your work")
    visitor.goto("/your-sign-in/")
    visitor.sees("9 left")
    visitor.goto("/your-sign-in/browsers/")
    visitor.sees("(this one)")
    visitor.picture("your-sign-ins")

    # Now that there are two, one of them can go.
    visitor.goto("/your-sign-in/")
    visitor.follow("Remove the passkey Work laptop")
    visitor.press("Remove it")
    visitor.sees("The passkey is removed.")
    visitor.complaints[:] = [one for one in visitor.complaints if "422" not in one and "404" not in one]
    visitor.has_no_complaints()

    # The invitation is spent.
    assert visitor.goto(link) == 404
    visitor.sees("This link cannot be used")
    visitor.context.close()


def sign_in(visitor: Visitor, email: str) -> None:
    visitor.goto("/sign-in/")
    visitor.fill("E-mail address", email)
    visitor.page.get_by_label("Password", exact=True).fill(PASSWORD)
    visitor.press("Sign in")
