"""Why the site will not start in production: each weakness as a sentence of what, where and how to mend.

Every check is a function that answers with its sentence, or with None. All are asked, so that whoever sets
the site up sees everything at once.
"""

import datetime as dt
import importlib
import importlib.util
import os
import re
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, get_hashers
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.urls import get_resolver
from django.utils import timezone

Check = Callable[[], str | None]
CHECKS: list[Check] = []

LONGEST_SESSION = 8 * 60 * 60
SHORTEST_HSTS = 180 * 24 * 60 * 60
# Below these an attacker with the table of hashes tries passwords too fast (OWASP's first choice).
LEAST_MEMORY, LEAST_PASSES = 19 * 1024, 2
SECOND_FACTOR = "maca.accounts.middleware.SecondFactorFirst"
# Clocks of two machines are never quite the same.
CLOCKS_DIFFER = dt.timedelta(minutes=5)


def check(one: Check) -> Check:
    CHECKS.append(one)
    return one


def refusals() -> list[str]:
    """Every reason there is not to start, as sentences; empty when the site may start."""
    return [sentence for one in CHECKS if (sentence := one())]


def refuse() -> None:
    """Raise `ImproperlyConfigured` with every reason there is not to start. For a thread of its own: it hangs up."""
    from maca.partnership.fence import installation

    try:
        with installation():
            found = refusals()
    except DatabaseError as problem:
        raise ImproperlyConfigured(
            f"The site cannot see whether it is safe to serve ({type(problem).__name__}), and does not start. Run any "
            "“maca” command once: it says what is wrong with the database, and brings its tables up to date."
        ) from problem
    finally:
        connections.close_all()
    if found:
        listed = "\n".join(f"- {one}" for one in found)
        raise ImproperlyConfigured(f"The site is not safe to serve like this, and does not start:\n{listed}")


def _open_to_others(path: Path) -> bool:
    return path.exists() and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


# ---- keys


@check
def secret_key_is_weak() -> str | None:
    key = str(settings.SECRET_KEY)
    if len(key) >= 32 and len(set(key)) >= 12 and not key.startswith("django-insecure"):
        return None
    return (
        "The secret key that signs sessions is too easy to guess. Set MACA_SECRET_KEY to 32 random characters or "
        "more, or leave it out and one is made."
    )


@check
def secret_key_is_open_to_others() -> str | None:
    path = Path(settings.MACA_DATA) / "secret.key"
    if os.environ.get("MACA_SECRET_KEY") or not _open_to_others(path):
        return None
    return (
        f"The secret key in {path} can be read by other accounts of this machine. Delete the file, so that a new "
        "one is made and everybody signs in again; then close the directory it is in."
    )


def _root_file() -> Path | None:
    return None if os.environ.get("MACA_ROOT_KEY", "").strip() else Path(settings.MACA_ROOT_KEY_FILE)


def _read_root() -> bytes:
    from maca.sealing.root import decode, read_root

    path = _root_file()
    return read_root(path) if path else decode(os.environ["MACA_ROOT_KEY"], "MACA_ROOT_KEY")


@check
def root_key_is_missing_or_wrong() -> str | None:
    from maca.sealing.models import Key, KeyKind
    from maca.sealing.root import fingerprint

    try:
        key = _read_root()
    except ImproperlyConfigured as problem:
        return str(problem)
    partnerships = Key.objects.filter(kind=KeyKind.PARTNERSHIP, wrapped__isnull=False)
    if not partnerships.exclude(wrapped_by=fingerprint(key)).exists():
        return None
    where = _root_file() or "MACA_ROOT_KEY"
    return (
        f"The root key in {where} is not the one that this site’s cases are locked with. Put the right one back; if "
        "the root key was being changed, finish that with the “maca keys” command that was begun."
    )


@check
def root_key_is_open_to_others() -> str | None:
    path = _root_file()
    if path is None or not _open_to_others(path):
        return None
    return f"The root key in {path} can be read by other accounts of this machine. Close it: chmod 600 {path}"


@check
def root_key_lies_with_what_it_opens() -> str | None:
    path = _root_file()
    if path is None:
        return None
    beside = [Path(settings.MACA_DATA)]
    for alias in ("default", "keystore"):
        if connections[alias].vendor == "sqlite":
            beside.append(Path(connections[alias].settings_dict["NAME"]).parent)
    if not any(path.resolve().is_relative_to(one.resolve()) for one in beside):
        return None
    return (
        f"The root key is in {path}, with the databases that it opens, so whoever takes a copy or a backup of them "
        "has the key too. Move it to a directory of its own and name it in MACA_ROOT_KEY_FILE, or put the key in "
        "MACA_ROOT_KEY."
    )


# ---- databases


def _place(connection: BaseDatabaseWrapper) -> tuple[str, ...]:
    named = connection.settings_dict
    if connection.vendor == "sqlite":
        return (str(named["NAME"]),)
    return (str(named["HOST"]), str(named["PORT"] or 5432), str(named["NAME"]))


@check
def keys_are_in_the_same_database() -> str | None:
    if _place(connections["default"]) != _place(connections["keystore"]):
        return None
    return (
        "The keys are in the same database as what they open. Set MACA_KEYSTORE_URL to a database of its own, with "
        "backups of its own."
    )


def weak_sqlite(read: Mapping[str, Any], name: str) -> str | None:
    """What is weak in the settings of an SQLite database, by the names of its PRAGMAs."""
    wanted = {
        "journal_mode": ({"wal"}, "saves block readers, and a crash can damage it"),
        "synchronous": ({"2", "3"}, "a power cut loses saves that people were told had been made"),
        "foreign_keys": ({"1"}, "rows can lose what they belong to"),
        "secure_delete": ({"1"}, "what was deleted stays in the file"),
        "transaction_mode": ({"IMMEDIATE", "EXCLUSIVE"}, "two people who save at once get an error"),
    }
    weak = [
        f"{setting} is {read.get(setting)}, so {harm}"
        for setting, (good, harm) in wanted.items()
        if str(read.get(setting)) not in good
    ]
    if not weak:
        return None
    return (
        f"The SQLite database {name} is not set up safely: {'; '.join(weak)}. The site sets these itself: undo what "
        "was changed in its settings, and keep MACA_DATA on a disk of this machine, not on a network drive."
    )


def weak_postgres(read: Mapping[str, str], name: str) -> str | None:
    """What is weak in the settings of a PostgreSQL server, by their names there."""
    weak = [f"{one} is off, so a crash can damage it" for one in ("fsync", "full_page_writes") if read[one] != "on"]
    if read["synchronous_commit"] in ("off", "local"):
        weak.append(f"synchronous_commit is {read['synchronous_commit']}, so acknowledged saves can be lost")
    if read["log_statement"] in ("mod", "all") or int(read["log_min_duration_statement"]) >= 0:
        weak.append("it logs whole statements (log_statement, log_min_duration_statement), and with them what is saved")
    if not weak:
        return None
    return (
        f"The PostgreSQL database {name} is not set up safely: {'; '.join(weak)}. Change it in "
        "postgresql.conf, or with ALTER SYSTEM, and reload the server."
    )


def read_settings(connection: BaseDatabaseWrapper) -> dict[str, str]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT name, setting FROM pg_settings")
            return dict(cursor.fetchall())
        found = {"transaction_mode": str(connection.transaction_mode)}  # type: ignore[attr-defined]
        for one in ("journal_mode", "synchronous", "foreign_keys", "secure_delete"):
            cursor.execute(f"PRAGMA {one}")
            found[one] = str(cursor.fetchone()[0])
        return found


def _weak(alias: str) -> str | None:
    connection = connections[alias]
    judge = weak_postgres if connection.vendor == "postgresql" else weak_sqlite
    return judge(read_settings(connection), str(connection.settings_dict["NAME"]))


@check
def database_is_weak() -> str | None:
    return _weak("default")


@check
def keystore_is_weak() -> str | None:
    return _weak("keystore")


@check
def database_role_may_do_anything() -> str | None:
    connection = connections["default"]
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        role, anything = cursor.fetchone()
    if not anything:
        return None
    return (
        f"The site signs in to PostgreSQL as “{role}”, which may read every row whatever the database says. Give it a "
        "role without SUPERUSER and BYPASSRLS in DATABASE_URL."
    )


@check
def rows_are_not_fenced() -> str | None:
    if connections["default"].vendor != "postgresql" or not importlib.util.find_spec("maca.partnership.fence"):
        return None
    fence = importlib.import_module("maca.partnership.fence")
    return " ".join(fence.weaknesses(connections["default"])) or None


def _triggers_in(connection: BaseDatabaseWrapper) -> list[Any]:
    """Every trigger on the journal’s entries, whole: one of the right name that does nothing is no guard."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT t.tgname, t.tgtype, t.tgenabled::text, t.tgqual IS NULL AND cardinality(t.tgattr::int2[]) = 0, "
                "l.lanname, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
                "JOIN pg_language l ON l.oid = p.prolang "
                "WHERE t.tgrelid = 'journal_entry'::regclass AND NOT t.tgisinternal"
            )
            return list(cursor.fetchall())
        cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'journal_entry'")
        return sorted(sql for (sql,) in cursor.fetchall())


def _triggers_laid(vendor: str) -> list[Any]:
    """What `_triggers_in` finds in a database that is as the migration left it."""
    lay: list[str] = importlib.import_module("maca.journal.models").ENTRIES_STAY.to_lay[vendor]
    if vendor == "sqlite":
        return sorted(lay)
    # The bits of tgtype: 2 is BEFORE, 8 DELETE, 16 UPDATE, 32 TRUNCATE; without 1, for the statement and not a row.
    # Enabled “A”, also in a session that passes for a replica; of every column, and under no condition.
    return [("journal_entries_stay", 2 | 8 | 16 | 32, "A", True, "plpgsql", lay[0].split("$$")[1])]


@check
def journal_can_be_changed() -> str | None:
    connection = connections["default"]
    if _triggers_in(connection) == _triggers_laid(connection.vendor):
        return None
    return (
        "The database lets entries of the journal be changed or deleted: its triggers are missing, or not as this site "
        "lays them. Compare the journal with its last export (maca journal verify), find out who changed them, and "
        "restore the database."
    )


@check
def training_partnership_is_here() -> str | None:
    from maca.partnership.models import Partnership

    training = Partnership.objects.filter(training=True).first()
    if training is None:
        return None
    return (
        f"This database holds the training partnership “{training}”, whose people are invented. In production, set "
        "MACA_DATA or DATABASE_URL to a database without it."
    )


@check
def clock_is_wrong() -> str | None:
    from maca.journal.models import Entry

    now = timezone.now()
    newest = Entry.objects.order_by("-at").values_list("at", flat=True).first()
    put_here = dt.datetime.fromtimestamp(Path(__file__).stat().st_mtime, tz=dt.UTC)
    if not any(then and now + CLOCKS_DIFFER < then for then in (newest, put_here)):
        return None
    return (
        f"The clock of this machine says {now:%d %B %Y %H:%M} UTC, which is before the last thing recorded here. Set "
        "it, and let it be kept right (NTP): deadlines and the journal go by it."
    )


# ---- where it is kept and who is answered


@check
def data_is_open_to_others() -> str | None:
    path = Path(settings.MACA_DATA)
    if not _open_to_others(path):
        return None
    return f"MACA_DATA ({path}) can be read by other accounts of this machine. Close it: chmod 700 {path}"


@check
def any_host_is_answered() -> str | None:
    hosts = list(settings.ALLOWED_HOSTS)
    loose = [one for one in hosts if "*" in one or one.startswith(".") or one.strip("[]") in ("0.0.0.0", "::")]  # noqa: S104
    if hosts and not loose:
        return None
    return (
        f"MACA_HOSTS ({', '.join(hosts) or 'empty'}) does not say which names the site answers to. Name each host in "
        "full, for example: export MACA_HOSTS=audits.example.gov.uk"
    )


@check
def a_setting_is_unknown() -> str | None:
    unknown = sorted(name for name in os.environ if name.startswith("MACA_") and name not in known_settings())
    if not unknown:
        return None
    return (
        f"The environment sets {', '.join(unknown)}, which this site does not know. It may be a slip of the pen for "
        f"one of these: {', '.join(sorted(known_settings()))}. Correct it or take it out."
    )


def known_settings() -> set[str]:
    """Those in the table at the top of the settings: a test keeps that table whole."""
    return set(re.findall(r"\bMACA_[A-Z_]+\b", importlib.import_module("maca.config.settings").__doc__ or ""))


# ---- what Django is told


@check
def debug_is_on() -> str | None:
    if not settings.DEBUG:
        return None
    return "DEBUG is on, so a fault would show everybody what people wrote. Set it to False in the settings."


def _cookie(which: str, name: str) -> str | None:
    weak = [one for one in ("SECURE", "HTTPONLY") if not getattr(settings, f"{which}_COOKIE_{one}")]
    if getattr(settings, f"{which}_COOKIE_SAMESITE") not in ("Lax", "Strict"):
        weak.append("SAMESITE")
    if not weak:
        return None
    missing = ", ".join(f"{which}_COOKIE_{one}" for one in weak)
    return f"The {name} cookie could be read or sent where it must not ({missing}). Put that setting back."


@check
def session_cookie_is_open() -> str | None:
    return _cookie("SESSION", "session")


@check
def csrf_cookie_is_open() -> str | None:
    return _cookie("CSRF", "form")


@check
def session_is_too_long() -> str | None:
    if settings.SESSION_COOKIE_AGE <= LONGEST_SESSION:
        return None
    return "A sign-in would last longer than 8 hours. Set SESSION_COOKIE_AGE to 28800 seconds or fewer."


@check
def browsers_may_come_without_tls() -> str | None:
    if settings.SECURE_HSTS_SECONDS >= SHORTEST_HSTS:
        return None
    return (
        "Browsers are not told to come by https only. Set SECURE_HSTS_SECONDS to 31536000, a year, and never below "
        "180 days."
    )


@check
def headers_are_missing() -> str | None:
    if settings.MIDDLEWARE and settings.MIDDLEWARE[0] == "maca.design.middleware.Headers":
        return None
    return "Pages would go out without their security headers. Put maca.design.middleware.Headers first in MIDDLEWARE."


@check
def a_guard_is_missing() -> str | None:
    needed = {
        "django.middleware.csrf.CsrfViewMiddleware": "forged forms",
        "maca.design.middleware.SignedIn": "people who are not signed in",
    }
    missing = [
        f"{middleware} ({against})" for middleware, against in needed.items() if middleware not in settings.MIDDLEWARE
    ]
    if not missing:
        return None
    return f"Nothing stands against what these keep out: {', '.join(missing)}. Put them back in MIDDLEWARE."


@check
def one_click_signs_in() -> str | None:
    if "sign-in-as" not in get_resolver().reverse_dict:
        return None
    return "The address that signs people in with one click is there. It is for training. Set MACA_MODE=production."


@check
def gallery_is_there() -> str | None:
    if "gallery" not in get_resolver().reverse_dict:
        return None
    return "The gallery of parts is there, which is for training only. Set MACA_MODE=production."


@check
def training_is_on() -> str | None:
    if not settings.MACA_TRAINING:
        return None
    return "Training mode is on, which signs anybody in without a password. Set MACA_MODE=production."


@check
def password_hashes_are_weak() -> str | None:
    weak = [
        type(one).__name__
        for one in get_hashers()
        if not isinstance(one, Argon2PasswordHasher) or one.memory_cost < LEAST_MEMORY or one.time_cost < LEAST_PASSES
    ]
    if not weak:
        return None
    return f"Passwords would be kept too weakly ({', '.join(weak)}). Put PASSWORD_HASHERS back to Argon2 alone."


@check
def weak_passwords_are_taken() -> str | None:
    validators: Any = settings.AUTH_PASSWORD_VALIDATORS
    found = {one["NAME"].rsplit(".", 1)[-1]: one.get("OPTIONS", {}) for one in validators}
    long_enough = found.get("MinimumLengthValidator", {}).get("min_length", 0) >= 12
    if long_enough and "CommonPasswordValidator" in found:
        return None
    return (
        "Weak passwords would be taken. Put back AUTH_PASSWORD_VALIDATORS: 12 characters or more, and none of those "
        "that everybody uses."
    )


@check
def second_factor_is_off() -> str | None:
    asked = not importlib.util.find_spec("maca.accounts.middleware") or SECOND_FACTOR in settings.MIDDLEWARE
    if asked and {"totp", "webauthn"} & set(getattr(settings, "MFA_SUPPORTED_TYPES", ["totp"])):
        return None
    return (
        f"Nobody is asked for a second factor. Put {SECOND_FACTOR} back in MIDDLEWARE, and codes (totp) or passkeys "
        "(webauthn) in MFA_SUPPORTED_TYPES: it may not be off in production."
    )


@check
def no_mail_is_sent() -> str | None:
    if "MACA_MAIL" not in known_settings() or os.environ.get("MACA_MAIL", "").strip():
        return None
    return (
        "MACA_MAIL is not set, so nobody could be invited or alerted. Set it to the mail server, for example: "
        "export MACA_MAIL=smtp://user:password@mail.example.gov.uk:587"
    )


@check
def mail_goes_nowhere() -> str | None:
    kind = settings.EMAIL_BACKEND.split(".")[-2]
    if kind not in ("console", "dummy", "filebased", "locmem"):
        return None
    return f"Mail would not leave this machine (EMAIL_BACKEND is “{kind}”). Set MACA_MAIL to a mail server."
