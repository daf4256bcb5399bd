"""Settings come from the environment; a missing or bad one says what to set.

| variable | what it is | default |
|---|---|---|
| `MACA_DATA` | the one directory that holds everything the site keeps | none: must be set |
| `DATABASE_URL` | a PostgreSQL database, `postgres://user:password@host:5432/name` | SQLite in `MACA_DATA` |
| `MACA_KEYSTORE_URL` | another PostgreSQL database, for the keys alone | SQLite in `MACA_DATA/keystore` |
| `MACA_MODE` | `training` (loopback only, one-click sign-in for invented people) or `production` | `training` |
| `MACA_HOSTS` | host names the site answers to, with commas between; needed in production | loopback |
| `MACA_ROOT_KEY_FILE` | a file with the root key, or the key in `MACA_ROOT_KEY` | training: `root.key` in `MACA_DATA` |
| `MACA_SECRET_KEY` | signs sessions | a file in `MACA_DATA`, made at first start |
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured


def _data_directory() -> Path:
    named = os.environ.get("MACA_DATA", "").strip()
    if not named:
        raise ImproperlyConfigured(
            "MACA_DATA is not set. Set it to a directory where the site may keep everything it has, "
            'for example: export MACA_DATA="$HOME/maca-data"'
        )
    directory = Path(named).expanduser().resolve()
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise ImproperlyConfigured(
            f"MACA_DATA is {directory}, which cannot be made or used ({problem.strerror}). "
            "Set it to a directory that this account may write to."
        ) from problem
    return directory


def _secret_key(data: Path) -> str:
    if key := os.environ.get("MACA_SECRET_KEY", ""):
        if len(key) < 32:
            raise ImproperlyConfigured("MACA_SECRET_KEY is too short. Set it to at least 32 random characters.")
        return key
    kept = data / "secret.key"
    if not kept.exists():
        # Of two first starts at once only one may make it, so it is put in place whole.
        made = data / f"secret.{os.getpid()}"
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(made, kept)
        made.unlink()
    return kept.read_text().strip()


def _database(directory: Path, variable: str, name: str) -> dict[str, Any]:
    url = os.environ.get(variable, "").strip()
    if url:
        try:
            database = dict(dj_database_url.parse(url))
        except (ValueError, KeyError) as problem:
            raise ImproperlyConfigured(
                f"{variable} cannot be read. Write it as postgres://user:password@host:5432/name"
            ) from problem
        if database["ENGINE"] != "django.db.backends.postgresql":
            raise ImproperlyConfigured(
                f"{variable} must name a PostgreSQL database (postgres://…). "
                "Leave it out to keep everything in SQLite under MACA_DATA."
            )
        return database
    directory.mkdir(mode=0o700, exist_ok=True)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": directory / f"{name}.sqlite3",
        "OPTIONS": {
            "timeout": 20,
            # Without IMMEDIATE, two people saving at once fail with "locked"; with synchronous below
            # FULL, a power cut loses saves that people were told had been made. Both were measured.
            "transaction_mode": "IMMEDIATE",
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
            ),
        },
        # A file, as in use: a database in memory locks differently.
        "TEST": {"NAME": directory / f"test-{name}.sqlite3"},
    }


MACA_DATA = _data_directory()
MACA_MODE = os.environ.get("MACA_MODE", "training").strip() or "training"
if MACA_MODE not in ("training", "production"):
    raise ImproperlyConfigured(f"MACA_MODE is “{MACA_MODE}”. Set it to training or production.")
# One click signs a person in without a password. It exists only in training mode.
MACA_TRAINING = MACA_MODE == "training"

SECRET_KEY = _secret_key(MACA_DATA)
# Read by maca.sealing.root when it is first needed; MACA_ROOT_KEY in the environment comes before it.
MACA_ROOT_KEY_FILE = os.environ.get("MACA_ROOT_KEY_FILE", "").strip() or MACA_DATA / "root.key"
DEBUG = False
LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]
ALLOWED_HOSTS = [host.strip() for host in os.environ.get("MACA_HOSTS", "").split(",") if host.strip()]
if MACA_TRAINING:
    ALLOWED_HOSTS = LOOPBACK
elif not ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "MACA_HOSTS is not set. In production, set it to the host name people use, "
        "for example: export MACA_HOSTS=audits.example.gov.uk"
    )
elif "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("MACA_HOSTS may not be “*”. Name the hosts the site answers to.")

# By step of the audit; a room imports only those above it in this list (import-linter holds it).
ROOMS = [
    "kernel",
    "journal",
    "sealing",
    "notices",
    "design",
    "partnership",
    "accounts",
    "audits",
    "cases",
    "concerns",
    "returns",
    "panel",
    "briefing",
    "worklist",
    "governance",
    "demo",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    *(f"maca.{room}" for room in ROOMS),
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "maca.design.middleware.StaticFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "maca.design.middleware.SignedIn",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "maca.design.middleware.NeverStored",
    "maca.design.middleware.Refusals",
]

ROOT_URLCONF = "maca.config.urls"
ASGI_APPLICATION = "maca.config.asgi.application"

PACKAGE = Path(__file__).resolve().parent.parent
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [PACKAGE / room / "templates" for room in ROOMS],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "maca.design.jinja.environment",
            "context_processors": ["maca.design.context.site"],
        },
    }
]
FORM_RENDERER = "maca.design.forms.GovukRenderer"

# The keys live apart from what they open, so that they can be backed up apart, and for a shorter time.
DATABASES = {
    "default": _database(MACA_DATA, "DATABASE_URL", "maca"),
    "keystore": _database(MACA_DATA / "keystore", "MACA_KEYSTORE_URL", "keystore"),
}
DATABASE_ROUTERS = ["maca.sealing.keystore.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "partnership.Person"
AUTHENTICATION_BACKENDS = ["maca.partnership.backend.WithRoles"]
PASSWORD_HASHERS = ["maca.partnership.passwords.Argon2"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "work-list"
LOGOUT_REDIRECT_URL = "sign-in"

SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not MACA_TRAINING
if not MACA_TRAINING:
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# "no-referrer" would make browsers send "Origin: null", which the forgery check must refuse.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "maca.design.views.refused"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 60 * 60

LANGUAGE_CODE = "en-gb"
USE_I18N = False
TIME_ZONE = "Europe/London"
USE_TZ = True

# Long narratives are normal here; a form is bounded, not tiny.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

# What people wrote never goes to a log: addresses, status and the kind of error do.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}

# A refusal that a person can mend: the rule's code, then the page that mends it and the words of its address.
MACA_MENDS = {"undeclared": "declare audit case"}

MACA_NAVIGATION = [
    ("Your work", "work-list"),
    ("Audits", "audits"),
    ("Priorities and themes", "priorities"),
    ("Briefings", "briefings"),
    ("People and roles", "people"),
    ("Who read ours", "who-read-ours", "maca.governance.rules.may_see_who_read_ours"),
    ("Journal", "journal", "maca.governance.rules.may_read_journal"),
]
