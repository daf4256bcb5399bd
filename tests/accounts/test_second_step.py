import base64
import re
import secrets
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.core import mail

from maca.accounts.adapters import SecondFactors
from maca.accounts.operations import forget_second_factors, remove_second_factor
from maca.accounts.rules import may_forget_second_factors, may_remove_second_factor
from maca.journal.models import Entry
from maca.kernel.verdict import Refused
from maca.partnership.operations import operator_of
from maca.sealing import queries, root
from maca.sealing.cipher import CannotOpenError
from maca.sealing.models import Key
from maca.sealing.operations import INSTALLATION, rewrap_under_root
from tests.accounts.conftest import PASSWORD

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


@pytest.fixture
def with_app(real):
    TOTP.activate(real, SECRET)
    return real


def secret_on(page: str) -> str:
    return re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")


def test_without_a_second_step_no_other_page_is_seen(production, real, browser, come_in):
    client = come_in(browser())
    for path in ("/", "/audits/", "/people/", "/your-sign-in/browsers/", "/your-sign-in/password/"):
        assert client.get(path).headers["Location"] == "/your-sign-in/", path
    page = client.get("/your-sign-in/").content.decode()
    assert "Add a second step" in page


def test_in_training_nobody_is_asked_for_one(real, browser, come_in):
    assert come_in(browser()).get("/audits/").status_code == 200


def test_setting_up_an_app_opens_the_site_and_shows_the_codes_once(production, real, browser, come_in):
    client = come_in(browser())
    before = client.session.session_key
    secret = secret_on(client.get("/your-sign-in/app/").content.decode())
    assert client.post("/your-sign-in/app/", {"code": "000000"}).status_code == 422
    added = client.post("/your-sign-in/app/", {"code": code_of(secret)})
    assert added.headers["Location"] == "/your-sign-in/recovery-codes/"
    assert client.session.session_key != before
    codes = re.findall(r"data-code>(\d+)<", client.get("/your-sign-in/recovery-codes/").content.decode())
    assert len(codes) == 10
    assert codes[0] not in client.get("/your-sign-in/recovery-codes/").content.decode()
    assert client.get("/audits/").status_code == 200
    assert Entry.objects.filter(did="added a second step").exists()
    assert secret not in str(Authenticator.objects.get(type="totp").data)


def test_the_password_alone_is_not_enough_once_there_is_a_second_step(production, with_app, browser, try_password):
    client = browser()
    answer = try_password(client, with_app.email, PASSWORD)
    assert answer.headers["Location"] == "/sign-in/second-step/"
    assert client.get("/").headers["Location"].startswith("/sign-in/")
    before = client.session.session_key
    assert client.post("/sign-in/second-step/", {"code": "000000"}).status_code == 422
    assert client.get("/").status_code == 302
    assert client.post("/sign-in/second-step/", {"code": code_of(SECRET)}).headers["Location"] == "/"
    assert client.get("/").status_code == 200
    assert client.session.session_key != before
    assert not client.session.exists(before)


def test_a_code_works_once(production, with_app, browser, try_password):
    code = code_of(SECRET)
    for expected in (302, 422):
        client = browser()
        try_password(client, with_app.email, PASSWORD)
        assert client.post("/sign-in/second-step/", {"code": code}).status_code == expected


def test_a_code_works_once_also_after_half_a_minute(production, with_app, browser, try_password, monkeypatch):
    began = (time.time() // 30) * 30
    monkeypatch.setattr(time, "time", lambda: began + 31)
    code = format_hotp_value(hotp_value(SECRET, int(began // 30) + 2))  # of a phone whose clock is half a minute fast
    for seconds, expected in ((31, 302), (62, 422), (80, 422)):
        monkeypatch.setattr(time, "time", lambda: began + seconds)  # noqa: B023
        client = browser()
        try_password(client, with_app.email, PASSWORD)
        assert client.post("/sign-in/second-step/", {"code": code}).status_code == expected
    # The control: the next code works.
    assert client.post("/sign-in/second-step/", {"code": code_of(SECRET)}).status_code in (302, 422)


def test_the_code_that_set_up_the_app_does_not_sign_in(production, real, browser, come_in, try_password):
    client = come_in(browser())
    secret = secret_on(client.get("/your-sign-in/app/").content.decode())
    code = code_of(secret)
    assert client.post("/your-sign-in/app/", {"code": code}).status_code == 302
    other = browser()
    try_password(other, real.email, PASSWORD)
    assert other.post("/sign-in/second-step/", {"code": code}).status_code == 422
    # The control: another code of the same app does.
    later = format_hotp_value(hotp_value(secret, int(time.time()) // 30 + 1))
    assert other.post("/sign-in/second-step/", {"code": later}).status_code == 302


def test_others_at_the_same_address_do_not_block_the_second_step_of_a_known_browser(
    production, with_app, browser, try_password, settings
):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": "5/15m/ip,10/15m/key"}
    code = iter(format_hotp_value(hotp_value(SECRET, int(time.time()) // 30 + step)) for step in (-1, 0, 1))
    own, stranger = browser(), browser()
    try_password(own, with_app.email, PASSWORD)
    assert own.post("/sign-in/second-step/", {"code": next(code)}).status_code == 302
    own.post("/sign-out/")
    try_password(own, with_app.email, PASSWORD)
    try_password(stranger, with_app.email, PASSWORD)
    for guess in range(6):
        try_password(browser(), f"{guess}@b.example")
    # The control: a browser that was never here waits.
    assert stranger.post("/sign-in/second-step/", {"code": next(code)}).status_code == 422
    assert own.post("/sign-in/second-step/", {"code": next(code)}).status_code == 302


def test_a_sign_in_from_before_the_second_step_ends(production, real, browser, come_in):
    early, other = come_in(browser()), come_in(browser())
    secret = secret_on(other.get("/your-sign-in/app/").content.decode())
    other.post("/your-sign-in/app/", {"code": code_of(secret)})
    assert early.get("/your-sign-in/").headers["Location"].startswith("/sign-in/")
    assert early.get("/your-sign-in/passkeys/add/").headers["Location"].startswith("/sign-in/")
    assert other.get("/").status_code == 200


def test_the_last_second_step_stays(production, with_app):
    app = Authenticator.objects.get(user=with_app, type="totp")
    assert may_remove_second_factor(with_app, app).code == "last-second-factor"
    with pytest.raises(Refused):
        remove_second_factor(app, by=with_app)
    assert Authenticator.objects.filter(pk=app.pk).exists()
    # The control: beside a passkey it goes.
    Authenticator.objects.create(user=with_app, type="webauthn", data={"name": "K", "credential": {"id": "k"}})
    remove_second_factor(app, by=with_app)
    assert not Authenticator.objects.filter(type="totp").exists()


def test_nobody_removes_anothers(production, with_app, world):
    app = Authenticator.objects.get(user=with_app, type="totp")
    assert may_remove_second_factor(world.chair, app).code == "not-yours"


def test_another_phone_takes_the_place_of_the_old_one(production, with_app, browser, try_password):
    client = browser()
    try_password(client, with_app.email, PASSWORD)
    client.post("/sign-in/second-step/", {"code": code_of(SECRET)})
    page = client.get("/your-sign-in/app/").content.decode()
    assert "Change to another phone" in page
    assert client.post("/your-sign-in/app/", {"code": code_of(secret_on(page))}).status_code == 302
    assert Authenticator.objects.filter(user=with_app, type="totp").count() == 1
    assert Authenticator.objects.get(user=with_app, type="totp").wrap().validate_code(code_of(SECRET)) is False


def test_somebody_who_lost_everything_sets_up_anew(production, with_app, browser, come_in):
    forget_second_factors(with_app, by=operator_of(with_app.partnership))
    assert come_in(browser()).get("/").headers["Location"] == "/your-sign-in/"


def told(person, subject: str) -> str:
    """The mail of this subject, which is sent beside the answer."""
    end = time.monotonic() + 5
    while not (found := [one for one in mail.outbox if one.subject == subject]) and time.monotonic() < end:
        time.sleep(0.02)
    assert [one.to for one in found] == [[person.email]]
    return found[0].body


def test_the_business_manager_helps_from_the_page_of_the_person(world, sign_in, django_capture_on_commit_callbacks):
    TOTP.activate(world.auditor, SECRET)
    address = f"/people/{world.auditor.public_id}/second-steps/forget/"
    client = sign_in(world.manager)
    assert address in client.get(f"/people/{world.auditor.public_id}/").content.decode()
    page = client.get(address).content.decode()
    once = re.search(r'name="once" value="([^"]+)"', page)[1]
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            answer = client.post(address, {"once": once})
            assert answer.headers["Location"] == f"/people/{world.auditor.public_id}/"
    assert not Authenticator.objects.filter(user=world.auditor).exists()
    assert Entry.objects.filter(did="forgot somebody’s second steps", by=world.manager.public_id).count() == 1
    assert "set one up" in told(world.auditor, "Your second steps were taken off your account")


def test_the_page_is_for_the_manager_alone_and_asks_again_who_they_are(world, sign_in):
    address = f"/people/{world.auditor.public_id}/second-steps/forget/"
    chair = sign_in(world.chair)
    assert chair.get(address).status_code == 403
    assert address not in chair.get(f"/people/{world.auditor.public_id}/").content.decode()
    assert sign_in(world.manager).get(f"/people/{world.manager.public_id}/second-steps/forget/").status_code == 403
    client = sign_in(world.manager)
    session = client.session
    session["account_authentication_methods"] = []
    session.save()
    assert client.get(address).headers["Location"].startswith("/prove-it-is-you/")


def test_removing_a_second_step_is_told(with_app, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        remove_second_factor(Authenticator.objects.get(user=with_app), by=with_app)
    assert "If it was not you" in told(with_app, "A second step was removed from your account")


def test_nobody_forgets_their_own_second_steps_or_those_of_another_partnership(with_app, world):
    world.manager.refresh_from_db()
    assert may_forget_second_factors(world.manager, world.auditor)
    assert may_forget_second_factors(world.manager, world.manager).code == "your-own"
    assert may_forget_second_factors(world.manager, with_app).code == "not-manager"
    assert may_forget_second_factors(world.chair, world.auditor).code == "not-manager"
    with pytest.raises(Refused):
        forget_second_factors(with_app, by=world.manager)


def test_a_secret_opens_after_the_sites_secret_key_and_the_root_are_changed(db, settings, monkeypatch):
    sealed = SecondFactors().encrypt(SECRET)
    assert SECRET not in base64.b64decode(sealed).decode(errors="replace")
    settings.SECRET_KEY = "n" * 50
    assert SecondFactors().decrypt(sealed) == SECRET
    new = secrets.token_bytes(32)
    rewrap_under_root(old=root.root_key(), new=new)
    monkeypatch.setenv("MACA_ROOT_KEY", root.encode(new))
    root.root_key.cache_clear()
    monkeypatch.setattr(queries, "_opened", {})
    assert SecondFactors().decrypt(sealed) == SECRET
    monkeypatch.undo()
    root.root_key.cache_clear()


def test_a_secret_does_not_open_without_the_key_of_the_installation(db):
    sealed = SecondFactors().encrypt(SECRET)
    assert SecondFactors().decrypt(sealed) == SECRET
    Key.objects.filter(owner=INSTALLATION).delete()
    with pytest.raises(CannotOpenError):
        SecondFactors().decrypt(sealed)


def test_signing_out_everywhere_else_ends_the_others_and_not_this_one(real, browser, come_in):
    here, there = come_in(browser()), come_in(browser())
    assert "(this one)" in here.get("/your-sign-in/browsers/").content.decode()
    assert here.post("/your-sign-in/browsers/").status_code == 302
    assert there.get("/").headers["Location"].startswith("/sign-in/")
    assert here.get("/").status_code == 200
    assert UserSession.objects.filter(user=real).count() == 1


def test_another_password_ends_the_sign_ins_made_with_the_old_one(real, browser, come_in, try_password):
    here, there = come_in(browser()), come_in(browser())
    values = {"oldpassword": PASSWORD, "password1": "otter saddle mirror"}
    assert here.post("/your-sign-in/password/", {**values, "oldpassword": "no no no no"}).status_code == 422
    assert here.post("/your-sign-in/password/", {**values, "password1": "short"}).status_code == 422
    assert here.post("/your-sign-in/password/", values).headers["Location"] == "/your-sign-in/"
    assert here.get("/").status_code == 200
    assert there.get("/").status_code == 302
    assert try_password(browser(), real.email, PASSWORD).status_code == 422
    assert Entry.objects.filter(did="changed their password").count() == 1


def sent_link(person) -> str:
    end = time.monotonic() + 5
    while not mail.outbox and time.monotonic() < end:
        time.sleep(0.02)
    assert mail.outbox[0].to == [person.email]
    return re.search(r"http://127.0.0.1(/\S+)", mail.outbox[0].body)[1]


def test_a_forgotten_password_is_replaced_by_a_link_that_works_once(real, browser, try_password):
    client = browser()
    client.post("/forgotten-password/", {"email": real.email.upper()})
    link = sent_link(real)
    assert f"/{real.public_id}-" in link
    page = client.get(link)
    assert page.status_code == 302
    assert page.headers["Location"].endswith("-set-password/")
    assert "Choose a new password" in client.get(page.headers["Location"]).content.decode()
    done = client.post(page.headers["Location"], {"password1": "otter saddle mirror"})
    assert done.headers["Location"] == "/sign-in/"
    assert "known" in done.cookies
    assert try_password(browser(), real.email, "otter saddle mirror").status_code == 302
    assert "This link cannot be used" in browser().get(link).content.decode()


def test_nobody_without_an_account_or_a_password_is_written_to(real, world, browser):
    for email in ("nobody@b.example", world.chair.email):
        browser().post("/forgotten-password/", {"email": email})
    browser().post("/forgotten-password/", {"email": real.email})
    sent_link(real)
    assert len(mail.outbox) == 1
