"""What stops the site from starting in production: each weakness, and beside it the setting that is good."""

import datetime as dt
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.hashers import get_hashers
from django.db import connections
from django.test import override_settings
from django.urls import path
from django.utils import timezone

from maca.config import refusals
from maca.design.pages import open_to_all
from maca.journal.models import Entry
from maca.partnership.operations import found_partnership
from maca.sealing.root import encode, root_key
from tests.lifting import journal_can_be_changed
from tests.makers import World

ROOT = Path(__file__).parents[2]


def nowhere(request):
    raise AssertionError


urlpatterns = [
    path("sign-in/as/", open_to_all("For the test.")(nowhere), name="sign-in-as"),
    path("gallery/", open_to_all("For the test.")(nowhere), name="gallery"),
]

ARGON = "maca.partnership.passwords.Argon2"
LENGTH = "django.contrib.auth.password_validation.MinimumLengthValidator"
COMMON = "django.contrib.auth.password_validation.CommonPasswordValidator"

# Of settings: the check, what is bad, what is good.
SETTINGS = [
    ("debug_is_on", {"DEBUG": True}, {"DEBUG": False}),
    ("training_is_on", {"MACA_TRAINING": True}, {"MACA_TRAINING": False}),
    ("secret_key_is_weak", {"SECRET_KEY": "short"}, {"SECRET_KEY": "kX9_qL2mZ8vR4tY7wB3nC6dF1gH5jP0sUeAoIiQz"}),
    ("secret_key_is_weak", {"SECRET_KEY": "a" * 64}, {}),
    ("secret_key_is_weak", {"SECRET_KEY": "django-insecure-kX9_qL2mZ8vR4tY7wB3nC6dF1gH5"}, {}),
    ("any_host_is_answered", {"ALLOWED_HOSTS": []}, {"ALLOWED_HOSTS": ["audits.example.gov.uk"]}),
    ("any_host_is_answered", {"ALLOWED_HOSTS": ["*"]}, {"ALLOWED_HOSTS": ["10.1.2.3"]}),
    ("any_host_is_answered", {"ALLOWED_HOSTS": ["a.example", ".example.gov.uk"]}, {"ALLOWED_HOSTS": ["a.b", "c.d"]}),
    ("any_host_is_answered", {"ALLOWED_HOSTS": ["0.0.0.0"]}, {"ALLOWED_HOSTS": ["localhost"]}),
    ("any_host_is_answered", {"ALLOWED_HOSTS": ["[::]"]}, {"ALLOWED_HOSTS": ["[::1]"]}),
    ("any_host_is_answered", {"ALLOWED_HOSTS": ["10.0.0.*"]}, {"ALLOWED_HOSTS": ["10.0.0.1"]}),
    ("session_cookie_is_open", {"SESSION_COOKIE_SECURE": False}, {"SESSION_COOKIE_SECURE": True}),
    (
        "session_cookie_is_open",
        {"SESSION_COOKIE_SECURE": True, "SESSION_COOKIE_HTTPONLY": False},
        {"SESSION_COOKIE_SECURE": True},
    ),
    (
        "session_cookie_is_open",
        {"SESSION_COOKIE_SECURE": True, "SESSION_COOKIE_SAMESITE": "None"},
        {"SESSION_COOKIE_SECURE": True, "SESSION_COOKIE_SAMESITE": "Strict"},
    ),
    ("csrf_cookie_is_open", {"CSRF_COOKIE_SECURE": False}, {"CSRF_COOKIE_SECURE": True}),
    ("csrf_cookie_is_open", {"CSRF_COOKIE_SECURE": True, "CSRF_COOKIE_HTTPONLY": False}, {"CSRF_COOKIE_SECURE": True}),
    ("session_is_too_long", {"SESSION_COOKIE_AGE": 8 * 3600 + 1}, {"SESSION_COOKIE_AGE": 8 * 3600}),
    ("browsers_may_come_without_tls", {"SECURE_HSTS_SECONDS": 0}, {"SECURE_HSTS_SECONDS": 31536000}),
    ("headers_are_missing", {"MIDDLEWARE": settings.MIDDLEWARE[1:]}, {}),
    ("headers_are_missing", {"MIDDLEWARE": settings.MIDDLEWARE[::-1]}, {}),
    ("a_guard_is_missing", {"MIDDLEWARE": [one for one in settings.MIDDLEWARE if "Csrf" not in one]}, {}),
    ("a_guard_is_missing", {"MIDDLEWARE": [one for one in settings.MIDDLEWARE if "SignedIn" not in one]}, {}),
    ("password_hashes_are_weak", {"PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"]}, {}),
    ("password_hashes_are_weak", {"PASSWORD_HASHERS": [ARGON, "django.contrib.auth.hashers.PBKDF2PasswordHasher"]}, {}),
    ("password_hashes_are_weak", {"PASSWORD_HASHERS": ["tests.config.test_refusals.Thin"]}, {}),
    ("weak_passwords_are_taken", {"AUTH_PASSWORD_VALIDATORS": []}, {}),
    ("weak_passwords_are_taken", {"AUTH_PASSWORD_VALIDATORS": [{"NAME": LENGTH, "OPTIONS": {"min_length": 12}}]}, {}),
    ("weak_passwords_are_taken", {"AUTH_PASSWORD_VALIDATORS": [{"NAME": LENGTH}, {"NAME": COMMON}]}, {}),
    ("second_factor_is_off", {"MFA_SUPPORTED_TYPES": ["recovery_codes"]}, {"MFA_SUPPORTED_TYPES": ["totp"]}),
    *(
        ("second_factor_is_off", {"MIDDLEWARE": [other for other in settings.MIDDLEWARE if other != one]}, {})
        for one in settings.MIDDLEWARE
        if one == refusals.SECOND_FACTOR
    ),
    *(
        (
            "mail_goes_nowhere",
            {"EMAIL_BACKEND": f"django.core.mail.backends.{kind}.EmailBackend"},
            {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend"},
        )
        for kind in ("console", "dummy", "filebased", "locmem")
    ),
    ("one_click_signs_in", {"ROOT_URLCONF": __name__}, {"ROOT_URLCONF": "maca.worklist.urls"}),
    ("gallery_is_there", {"ROOT_URLCONF": __name__}, {"ROOT_URLCONF": "maca.worklist.urls"}),
]


def Thin():
    from maca.partnership.passwords import Argon2

    thin = Argon2()
    thin.memory_cost = 1024
    return thin


def is_plain(sentence: str | None) -> bool:
    """What, where and how to mend: whole sentences, of which one says what to do."""
    return bool(
        (sentence and sentence.endswith((".", ".uk", ":587")))
        or (sentence and re.search(r"(chmod \d+ \S+|export \S+)$", sentence))
    ) and bool(re.search(r"\b(Set|Put|Name|Close|Move|Give|Change|Correct|Delete|undo|In production, set)\b", sentence))


@pytest.mark.parametrize(("named", "bad", "good"), SETTINGS)
def test_a_bad_setting_is_refused_in_a_plain_sentence_and_a_good_one_is_not(named, bad, good):
    check = getattr(refusals, named)
    get_hashers.cache_clear()
    with override_settings(**bad):
        assert is_plain(check()), check()
    with override_settings(**good):
        assert check() is None


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A directory as the site keeps its things in, with a root key of its own elsewhere."""
    data, keys = tmp_path / "data", tmp_path / "keys"
    for one in (data, keys):
        one.mkdir(mode=0o700)
    (keys / "root.key").write_text(encode(root_key()))
    (data / "secret.key").write_text("s" * 48)
    for file in (keys / "root.key", data / "secret.key"):
        file.chmod(0o600)
    monkeypatch.delenv("MACA_ROOT_KEY", raising=False)
    monkeypatch.delenv("MACA_SECRET_KEY", raising=False)
    with override_settings(MACA_DATA=data, MACA_ROOT_KEY_FILE=keys / "root.key", MACA_TRAINING=False):
        yield tmp_path


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o666])
def test_a_key_or_a_directory_open_to_others_is_refused(kept, db, mode):
    for check, place in (
        (refusals.secret_key_is_open_to_others, kept / "data/secret.key"),
        (refusals.root_key_is_open_to_others, kept / "keys/root.key"),
        (refusals.root_key_is_missing_or_wrong, kept / "keys/root.key"),
        (refusals.data_is_open_to_others, kept / "data"),
    ):
        assert check() is None
        before = place.stat().st_mode
        place.chmod(mode | (before & 0o700))
        assert is_plain(check()), check()
        place.chmod(before)


@pytest.mark.parametrize("content", ["", "short", "!" * 43, "a" * 44, None, b"\xff\xfe"])
def test_a_root_key_that_is_missing_or_none_is_refused(kept, db, content):
    file = kept / "keys/root.key"
    assert refusals.root_key_is_missing_or_wrong() is None
    file.unlink()
    if content is not None:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        file.chmod(0o600)
    assert is_plain(refusals.root_key_is_missing_or_wrong()) or "Put" in (refusals.root_key_is_missing_or_wrong() or "")


def test_a_root_key_of_another_site_is_refused(kept, db, monkeypatch):
    found_partnership(name="Here")
    assert refusals.root_key_is_missing_or_wrong() is None
    monkeypatch.setenv("MACA_ROOT_KEY", encode(b"another root key, of 32 letters."))
    assert is_plain(refusals.root_key_is_missing_or_wrong())


def test_a_root_key_beside_what_it_opens_is_refused(kept, monkeypatch):
    assert refusals.root_key_lies_with_what_it_opens() is None
    for place in ("data", "data/keystore", "data/deep/down"):
        with override_settings(MACA_ROOT_KEY_FILE=kept / place / "root.key"):
            assert is_plain(refusals.root_key_lies_with_what_it_opens())
            monkeypatch.setenv("MACA_ROOT_KEY", encode(root_key()))
            assert refusals.root_key_lies_with_what_it_opens() is None
            monkeypatch.delenv("MACA_ROOT_KEY")


def test_keys_in_the_database_of_the_content_are_refused(db, monkeypatch):
    assert refusals.keys_are_in_the_same_database() is None
    monkeypatch.setattr(connections["keystore"], "settings_dict", connections["default"].settings_dict)
    monkeypatch.setattr(connections["keystore"], "vendor", connections["default"].vendor)
    assert is_plain(refusals.keys_are_in_the_same_database())


GOOD_SQLITE = {
    "journal_mode": "wal",
    "synchronous": "2",
    "foreign_keys": "1",
    "secure_delete": "1",
    "transaction_mode": "IMMEDIATE",
}


@pytest.mark.parametrize(
    "bad",
    [
        {"journal_mode": "delete"},
        {"synchronous": "1"},
        {"synchronous": "0"},
        {"foreign_keys": "0"},
        {"secure_delete": "0"},
        {"transaction_mode": "DEFERRED"},
        {"transaction_mode": "None"},
    ],
)
def test_a_weak_sqlite_is_refused(bad):
    assert refusals.weak_sqlite(GOOD_SQLITE, "x") is None
    sentence = refusals.weak_sqlite({**GOOD_SQLITE, **bad}, "x")
    assert is_plain(sentence)
    assert next(iter(bad)) in sentence


GOOD_POSTGRES = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
}


@pytest.mark.parametrize(
    "bad",
    [
        {"fsync": "off"},
        {"full_page_writes": "off"},
        {"synchronous_commit": "off"},
        {"synchronous_commit": "local"},
        {"log_statement": "all"},
        {"log_statement": "mod"},
        {"log_min_duration_statement": "0"},
    ],
)
def test_a_weak_postgres_is_refused(bad):
    for good in ({}, {"synchronous_commit": "remote_apply"}, {"log_statement": "ddl"}):
        assert refusals.weak_postgres({**GOOD_POSTGRES, **good}, "x") is None
    sentence = refusals.weak_postgres({**GOOD_POSTGRES, **bad}, "x")
    assert is_plain(sentence)
    assert next(iter(bad)) in sentence


@pytest.mark.parametrize("alias", ["default", "keystore"])
def test_the_settings_are_read_from_the_database_itself(transactional_db, alias):
    connection = connections[alias]
    check = {"default": refusals.database_is_weak, "keystore": refusals.keystore_is_weak}[alias]
    if connection.vendor == "postgresql":
        weaken, mend = "SET synchronous_commit = off", "RESET synchronous_commit"
        assert "synchronous_commit" not in (check() or "")
    else:
        weaken, mend = "PRAGMA synchronous=NORMAL", "PRAGMA synchronous=FULL"
        assert check() is None
    with connection.cursor() as cursor:
        cursor.execute(weaken)
    try:
        assert is_plain(check())
        assert "synchronous" in check()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(mend)


def test_a_role_that_may_do_anything_is_refused(db):
    connection = connections["default"]
    if connection.vendor == "sqlite":
        assert refusals.database_role_may_do_anything() is None
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        (superuser,) = cursor.fetchone()
        if not superuser:
            pytest.skip("the role of this PostgreSQL is weak already")
        assert is_plain(refusals.database_role_may_do_anything())
        cursor.execute("CREATE ROLE maca_plain_for_a_test")
        cursor.execute("SET LOCAL ROLE maca_plain_for_a_test")
        assert refusals.database_role_may_do_anything() is None
        cursor.execute("RESET ROLE")


ON = "CREATE TRIGGER {} {} ON journal_entry BEGIN {}; END"
RAISES = "SELECT RAISE(ABORT, 'entries of the journal are never changed or taken away')"
STAYS = "journal_entries_stay"
REMADE = (
    f"DROP TRIGGER {STAYS} ON journal_entry",
    "ALTER TABLE journal_entry ENABLE ALWAYS TRIGGER journal_entries_stay",
)
MADE = f"CREATE TRIGGER {STAYS} BEFORE {{}} ON journal_entry FOR EACH {{}} EXECUTE FUNCTION {STAYS}()"
OPENED = {
    "sqlite": {
        "update": [f"DROP TRIGGER {STAYS}_as_they_are"],
        "delete": [f"DROP TRIGGER {STAYS}"],
        "replace": ["DROP TRIGGER journal_entries_are_not_replaced"],
        "an empty one": [f"DROP TRIGGER {STAYS}", ON.format(STAYS, "BEFORE DELETE", "SELECT 1")],
        "never asked": [f"DROP TRIGGER {STAYS}", ON.format(STAYS, "BEFORE DELETE", f"{RAISES} WHERE 0")],
        "too late": [f"DROP TRIGGER {STAYS}", ON.format(STAYS, "AFTER DELETE", "SELECT 1")],
        "one more": [ON.format("more", "BEFORE INSERT", "SELECT RAISE(IGNORE)")],
    },
    "postgresql": {
        "all": [REMADE[0]],
        "truncate": [REMADE[0], MADE.format("UPDATE OR DELETE", "STATEMENT"), REMADE[1]],
        "a column": [REMADE[0], MADE.format("UPDATE OF id OR DELETE OR TRUNCATE", "STATEMENT"), REMADE[1]],
        "disabled": ["ALTER TABLE journal_entry DISABLE TRIGGER USER"],
        "a replica": [f"ALTER TABLE journal_entry ENABLE TRIGGER {STAYS}"],
        "an empty one": [
            f"CREATE OR REPLACE FUNCTION {STAYS}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$"
        ],
        "never asked": [
            REMADE[0],
            MADE.format("UPDATE OR DELETE OR TRUNCATE", "STATEMENT WHEN (false)"),
            REMADE[1],
        ],
        "one more": [MADE.replace(STAYS, "more", 1).format("INSERT", "ROW")],
    },
}


@pytest.mark.parametrize(("vendor", "how"), [(vendor, how) for vendor, all_ in OPENED.items() for how in all_])
def test_a_journal_that_can_be_changed_is_refused(db, as_the_owner, vendor, how):
    """In the test's own transaction, which takes back what it does to the triggers."""
    connection = connections["default"]
    if connection.vendor != vendor:
        pytest.skip("triggers of the other database")
    assert refusals.journal_can_be_changed() is None
    with connection.cursor() as cursor:
        for statement in OPENED[vendor][how]:
            cursor.execute(statement)
    assert "triggers are missing" in refusals.journal_can_be_changed()


def test_triggers_laid_anew_are_no_refusal(db, as_the_owner):
    with journal_can_be_changed():
        assert refusals.journal_can_be_changed()
    assert refusals.journal_can_be_changed() is None


def test_a_training_partnership_is_refused(db):
    found_partnership(name="Real")
    assert refusals.training_partnership_is_here() is None
    World()
    assert is_plain(refusals.training_partnership_is_here())


def test_a_clock_before_the_last_entry_or_before_the_site_was_put_here_is_refused(db, monkeypatch):
    assert refusals.clock_is_wrong() is None
    Entry.objects.create(
        partnership="p", number=1, at=timezone.now(), by="b", by_name="B", did="d", about="a", digest="d"
    )
    assert refusals.clock_is_wrong() is None
    for then in (timezone.now() - dt.timedelta(hours=1), dt.datetime(1970, 1, 2, tzinfo=dt.UTC)):
        monkeypatch.setattr(timezone, "now", lambda then=then: then)
        assert "Set it" in refusals.clock_is_wrong()
        monkeypatch.undo()


def test_a_misspelt_setting_is_refused(monkeypatch):
    for name in [one for one in os.environ if one.startswith("MACA_")]:
        if name != "MACA_DATA":
            monkeypatch.delenv(name)
    monkeypatch.setenv("MACA_HOSTS", "audits.example")
    assert refusals.a_setting_is_unknown() is None
    monkeypatch.setenv("MACA_HOST", "audits.example")
    assert is_plain(refusals.a_setting_is_unknown())
    assert "MACA_HOST," in refusals.a_setting_is_unknown()


def test_no_mail_is_refused_where_mail_can_be_set(monkeypatch):
    monkeypatch.setenv("MACA_MAIL", "smtp://user:password@mail.example:587")
    assert refusals.no_mail_is_sent() is None
    monkeypatch.setenv("MACA_MAIL", " ")
    if "MACA_MAIL" in refusals.known_settings():
        assert "MACA_MAIL is not set" in refusals.no_mail_is_sent()


def test_every_setting_is_in_the_table_at_the_top_of_the_settings():
    read = set()
    for file in (ROOT / "maca").rglob("*.py"):
        if file.name == "refusals.py":
            continue
        read |= set(re.findall(r"environ(?:\.get\(|\[)\"(MACA_\w+)\"", file.read_text(encoding="utf-8")))
    assert "MACA_PROXY" in read
    assert read <= refusals.known_settings()


def test_every_check_is_tried_here():
    text = Path(__file__).read_text(encoding="utf-8")
    untried = [
        one.__name__ for one in refusals.CHECKS if one.__name__ not in text and one.__name__ != "rows_are_not_fenced"
    ]
    assert not untried
    assert len(refusals.CHECKS) >= 25


def test_all_that_is_wrong_is_said_at_once(db):
    with override_settings(DEBUG=True, SECURE_HSTS_SECONDS=0, SESSION_COOKIE_AGE=10**6):
        said = refusals.refusals()
    assert {one.split()[0] for one in said} >= {"DEBUG", "Browsers", "A"}


LOADED = """
import asyncio, uvicorn
async def load():
    uvicorn.Config("maca.config.asgi:application", lifespan="off", log_config=None).load()
    print("loaded")
asyncio.run(load())
"""


@pytest.mark.process
def test_another_server_is_refused_what_the_command_is_refused(tmp_path):
    """As `uvicorn maca.config.asgi:application` loads it, within its event loop."""
    data, keys = tmp_path / "data", tmp_path / "keys"
    keys.mkdir(mode=0o700)
    (keys / "root.key").write_text(encode(b"a root key for a test, 32 bytes."))
    (keys / "root.key").chmod(0o600)
    good = {name: value for name, value in os.environ.items() if not name.startswith(("MACA_", "DATABASE_URL"))} | {
        "MACA_DATA": str(data), "MACA_MODE": "production", "MACA_HOSTS": "audits.example",
        "MACA_ROOT_KEY_FILE": str(keys / "root.key"), "MACA_MAIL": "smtp://u:p@mail.example:587",
        "MACA_MAIL_FROM": "audits@audits.example", "DJANGO_SETTINGS_MODULE": "maca.config.settings",
    }  # fmt: skip

    def run(*command: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *command], env=good | settings, cwd=ROOT, capture_output=True, text=True, check=False
        )

    assert "brings its tables up to date" in run("-c", LOADED).stderr
    assert run("-m", "maca", "partnership", "A Real One").returncode == 0
    refused = run("-c", LOADED, MACA_HOST="a slip", MACA_MAIL="", MACA_MAIL_FROM="")
    assert "loaded" not in refused.stdout
    assert "ImproperlyConfigured: The site is not safe to serve like this" in refused.stderr
    assert "- MACA_MAIL is not set" in refused.stderr
    assert "- The environment sets MACA_HOST, which" in refused.stderr
    assert run("-c", LOADED).stdout == "loaded\n"
