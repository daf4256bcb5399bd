"""Settings come from the environment; a missing or bad one says what to set.

| variable | what it is | default |
|---|---|---|
| `MACA_DATA` | the one directory that holds everything the site keeps | none: must be set |
| `DATABASE_URL` | a PostgreSQL database, `postgres://user:password@host:5432/name` | SQLite in `MACA_DATA` |
| `MACA_OWNER_URL` | the same, by the role that owns the tables, to bring them up to date | training: `DATABASE_URL` |
| `MACA_KEYSTORE_URL` | another PostgreSQL database, for the keys alone | SQLite in `MACA_DATA/keystore` |
| `MACA_MODE` | `training` (loopback only, one-click sign-in for invented people) or `production` | `training` |
| `MACA_HOSTS` | host names the site answers to, with commas between; needed in production | loopback |
| `MACA_PROXY` | `no` where no proxy in front sets `X-Forwarded-Proto` itself | `yes` |
| `MACA_IDLE_MINUTES` | how long a person may send nothing before they are signed out, 5 to 60 | 30 |
| `MACA_OIDC` | a TOML or JSON file of the agencies whose own sign-in people may use | none |
| `MACA_ROOT_KEY_FILE` | a file with the root key, or the key in `MACA_ROOT_KEY` | training: `root.key` in `MACA_DATA` |
| `MACA_MAIL` | the mail server, `smtp://user:password@host:587` (STARTTLS) or `smtps://…` | none: no mail |
| `MACA_MAIL_FROM` | the address that mail comes from; needed with `MACA_MAIL` | none |
| `MACA_KEYSTORE_BACKUP_DAYS` | for how many days backups of the keystore are kept, 1 to 366 | none: not known |
| `MACA_SECRET_KEY` | signs sessions | a file in `MACA_DATA`, made at first start |
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from maca.accounts.issuers import read_issuers
from maca.design.receiving import LARGEST_BODY


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
        "ENGINE": "maca.kernel.sqlite",
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


def mail_server(url: str, sender: str) -> dict[str, Any]:
    """Django's settings for a mail server. It is always spoken to under TLS."""
    problem = ImproperlyConfigured(
        "MACA_MAIL cannot be read. Write it as smtp://user:password@host:587 or smtps://user:password@host:465, "
        "with %40 for an @ in the user or the password."
    )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as wrong:
        raise problem from wrong
    named = bool(parts.username) and bool(parts.password)
    if (
        parts.scheme not in ("smtp", "smtps")
        or not parts.hostname
        or named != ("@" in parts.netloc)
        or port == 0
        or parts.path not in ("", "/")
        or "?" in url
        or "#" in url
    ):
        raise problem
    local, _, domain = sender.partition("@")
    if not local or not domain or "@" in domain or not sender.isprintable() or " " in sender:
        raise ImproperlyConfigured(
            "MACA_MAIL_FROM is not an e-mail address. With MACA_MAIL, set it to the address that mail comes from, "
            "for example: export MACA_MAIL_FROM=audits@example.gov.uk"
        )
    direct = parts.scheme == "smtps"
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or (465 if direct else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": direct,
        "EMAIL_USE_TLS": not direct,
        "DEFAULT_FROM_EMAIL": sender,
    }


def _idle_minutes() -> int:
    given = os.environ.get("MACA_IDLE_MINUTES", "").strip() or "30"
    if not (given.isascii() and given.isdigit() and 5 <= int(given) <= 60):
        raise ImproperlyConfigured(f"MACA_IDLE_MINUTES is “{given}”. Set it to a whole number from 5 to 60.")
    return int(given)


def _backup_days() -> int | None:
    given = os.environ.get("MACA_KEYSTORE_BACKUP_DAYS", "").strip()
    if given and not (given.isascii() and given.isdigit() and 1 <= int(given) <= 366):
        raise ImproperlyConfigured(
            f"MACA_KEYSTORE_BACKUP_DAYS is “{given}”. Set it to the number of days that backups of the keystore are "
            "kept, from 1 to 366, or leave it out."
        )
    return int(given) if given else None


MACA_DATA = _data_directory()
MACA_MODE = os.environ.get("MACA_MODE", "training").strip() or "training"
if MACA_MODE not in ("training", "production"):
    raise ImproperlyConfigured(f"MACA_MODE is “{MACA_MODE}”. Set it to training or production.")
# One click signs a person in without a password. It exists only in training mode.
MACA_TRAINING = MACA_MODE == "training"
MACA_PROXY = os.environ.get("MACA_PROXY", "yes").strip() or "yes"
if MACA_PROXY not in ("yes", "no"):
    raise ImproperlyConfigured(f"MACA_PROXY is “{MACA_PROXY}”. Set it to yes or no.")

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

# Where people find the site, for links in mail. In training it is wherever they are looking at it.
MACA_ADDRESS = "" if MACA_TRAINING else f"https://{ALLOWED_HOSTS[0].lstrip('.')}"

# Whoever waits for a page waits no longer than this for the mail server.
EMAIL_TIMEOUT = 10
_mail_url = os.environ.get("MACA_MAIL", "").strip()
MACA_CAN_MAIL = MACA_TRAINING or bool(_mail_url)
if MACA_TRAINING:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = MACA_DATA / "mail"
    DEFAULT_FROM_EMAIL = "training@localhost"
elif _mail_url:
    globals().update(mail_server(_mail_url, os.environ.get("MACA_MAIL_FROM", "").strip()))

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
    "voices",
    "chronology",
    "returns",
    "panel",
    "feedback",
    "actions",
    "briefing",
    "learning",
    "inspection",
    "retention",
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
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    *(f"maca.{room}" for room in ROOMS),
]

MIDDLEWARE = [
    "maca.design.middleware.Headers",
    "maca.design.middleware.StaticFiles",
    "maca.partnership.fence.Fence",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "maca.design.middleware.SignedIn",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "maca.accounts.middleware.TimeOuts",
    "maca.accounts.middleware.SecondFactorFirst",
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
            "context_processors": [
                "maca.design.context.site",
                "maca.accounts.context.time_out",
                "maca.accounts.context.help_with_second_steps",
            ],
        },
    }
]
FORM_RENDERER = "maca.design.forms.GovukRenderer"

# The keys live apart from what they open, so that they can be backed up apart, and for a shorter time.
DATABASES = {
    "default": _database(MACA_DATA, "DATABASE_URL", "maca"),
    "keystore": _database(MACA_DATA / "keystore", "MACA_KEYSTORE_URL", "keystore"),
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    # Every connection begins where nobody is known yet (maca.partnership.fence).
    _options = DATABASES["default"].setdefault("OPTIONS", {})
    _options["options"] = f"{_options.get('options', '')} -c maca.fence=sign-in".strip()
# The role that owns the tables. Only maca.config.site uses it, to bring them up to date; no page ever does.
MACA_OWNER = _database(MACA_DATA, "MACA_OWNER_URL", "maca") if os.environ.get("MACA_OWNER_URL", "").strip() else None
if MACA_OWNER and DATABASES["default"]["ENGINE"] != MACA_OWNER["ENGINE"]:
    raise ImproperlyConfigured(
        "MACA_OWNER_URL is set, but DATABASE_URL is not. Set DATABASE_URL to the same PostgreSQL database as the role "
        "that serves, or leave both out to keep everything in SQLite under MACA_DATA."
    )
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
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        # It compares which letters there are, in any order: at 0.7 it takes some words for others altogether.
        "OPTIONS": {"user_attributes": ("email", "name", "post"), "max_similarity": 0.8},
    },
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "work-list"
LOGOUT_REDIRECT_URL = "sign-in"

# ---- how a person comes in (maca.accounts, by django-allauth)

# The table is made by a migration of maca.accounts. It counts tries, for every process alike.
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_tries",
        # Django keeps 300 rows if not told: whoever made up more addresses would push the counters out.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

ACCOUNT_ADAPTER = "maca.accounts.adapters.Accounts"
ACCOUNT_FORMS = {"user_token": "maca.accounts.forms.LinkForm"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # there is no sign-up: Accounts.is_open_for_signup says no
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# A person's one address is Person.email, proved by the invitation sent to it.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if MACA_TRAINING else "https"
# Whoever proved who they are within five minutes is not asked again.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60
ACCOUNT_LOGIN_TIMEOUT = 15 * 60
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
PASSWORD_RESET_TIMEOUT = 60 * 60
# A whole hospital comes from one network address (“ip”), thousands of people: so a limit by address is high, and only
# slows down whoever tries one password on every account. What protects an account is “key”. A try that succeeds is
# given back, so that all of them can sign in at nine o'clock.
# “key” is the account, or the account from a browser that has signed in to it before: see maca.accounts.browsers.
ACCOUNT_RATE_LIMITS = {
    "login": "",  # only tries that fail are counted
    "login_failed": "1000/15m/ip,10/15m/key",
    "reset_password": "300/15m/ip,5/15m/key",
    "reset_password_from_key": "1000/15m/ip",
    "reauthenticate": "20/15m/user",
    "change_password": "10/15m/user",
}
MFA_ADAPTER = "maca.accounts.adapters.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_RATE_LIMITS = {"webauthn_login": "1000/15m/ip"}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "MACA"
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute out; no code works twice (forms.spend)
USERSESSIONS_TRACK_ACTIVITY = False  # it would write on every request; TimeOuts notes it once a minute

# Agencies' own sign-in, by OpenID Connect. Nothing is asked of an issuer before somebody signs in with it.
MACA_ISSUERS = read_issuers(os.environ.get("MACA_OIDC", "").strip())
SOCIALACCOUNT_ADAPTER = "maca.accounts.adapters.Issuers"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [issuer.as_app() for issuer in MACA_ISSUERS]}}
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_STORE_TOKENS = False
# A link, since the content security policy lets no form lead to another site.
SOCIALACCOUNT_LOGIN_ON_GET = True

# Asked by maca.chronology.rules: who reads a case's report reads its chronology.
MACA_MAY_READ_REPORT = "maca.returns.rules.may_read_summative_report"
# Asked by maca.design.pages.guarded(…, step_up=True).
MACA_STEP_UP = "maca.accounts.step_up.ask_again"

MACA_IDLE_SECONDS = _idle_minutes() * 60
# Certificates of destruction say when the last backup expires from which a key could be had.
MACA_KEYSTORE_BACKUP_DAYS = _backup_days()
SESSION_COOKIE_AGE = MACA_LONGEST_SECONDS = 8 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not MACA_TRAINING
if not MACA_TRAINING:
    # A browser takes a cookie of such a name from this host alone, over TLS alone.
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    # The proxy in front says whether a request came over TLS. Of all X-Forwarded headers only this one is
    # believed, and none where MACA_PROXY=no says that nothing stands in front which sets it.
    if MACA_PROXY == "yes":
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_FAILURE_VIEW = "maca.design.views.refused"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 60 * 60
WHITENOISE_ALLOW_ALL_ORIGINS = False

LANGUAGE_CODE = "en-gb"
USE_I18N = False
TIME_ZONE = "Europe/London"
USE_TZ = True

# Long narratives are normal here; a form is bounded, not tiny.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
# No file lies on the disk in clear, not even for a moment: what is sent is held in memory, up to LARGEST_BODY. Django
# would write a body to a temporary file once it were longer than the second of these.
FILE_UPLOAD_HANDLERS = ["maca.design.receiving.InMemory"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * LARGEST_BODY
DATA_UPLOAD_MAX_NUMBER_FILES = 1

# What people wrote never goes to a log: when, which page by its name, status and the kind of error do.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "maca.config.logs.Line"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        # Django would mail faults with everything in them to ADMINS.
        "django": {"handlers": [], "level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}

# A refusal that a person can mend: the rule's code, then the page that mends it and the words of its address.
MACA_MENDS = {"undeclared": "declare audit case"}
# A refusal that stands until something elsewhere has ended: the rule’s code, the page that shows it, and its words.
MACA_BECAUSE_OF = {"held": ("holds", "See the legal holds")}

MACA_NAVIGATION = [
    ("Your work", "work-list"),
    ("Audits", "audits"),
    ("Priorities and themes", "priorities"),
    ("Actions", "actions", "maca.actions.rules.may_list_actions"),
    ("Briefings", "briefings"),
    ("Learning", "learning", "maca.learning.rules.may_ask_what_was_said"),
    ("Concerns", "concerns", "maca.concerns.queries.answers_for_concerns"),
    ("People and roles", "people"),
    ("Who read ours", "who-read-ours", "maca.governance.rules.may_see_who_read_ours"),
    ("Retention", "retention", "maca.retention.rules.may_see_retention"),
    ("Journal", "journal", "maca.governance.rules.may_read_journal"),
]
# What stands on top of every page until this person has seen to it: functions from person to an alert or None.
MACA_ALERTS = ["maca.concerns.queries.waiting_for"]
# What keeps a case from being destroyed, in the rooms after that of the cases: functions from a case to a verdict.
MACA_KEEPS_CASE = ["maca.concerns.queries.keeps_case"]
# What rests on a finding in the rooms after the panel: functions from finding and person to sentences.
MACA_RESTS_ON_FINDING = [
    "maca.feedback.queries.resting_on",
    "maca.actions.queries.resting_on",
    "maca.briefing.queries.resting_on",
    "maca.learning.queries.resting_on",
]
# What the clock of “maca serve” does every half a minute, in this order: a name, and a function of the time.
MACA_DUTIES = [
    ("alert again about concerns", "maca.concerns.operations.alert_again"),
    ("send the journal’s head", "maca.governance.operations.daily_heads"),
    ("destroy cohorts that nobody finished drawing from", "maca.cases.operations.forget_cohorts"),
    ("remind agencies of their returns", "maca.returns.reminders.remind"),
    ("remind people of their actions", "maca.actions.reminders.remind"),
    ("forget who was writing in a return", "maca.returns.presence.forget_who_was_here"),
    ("send notices", "maca.notices.operations.send_due"),
    ("empty the logs of the databases", "maca.kernel.sqlite.base.empty_logs"),
]
