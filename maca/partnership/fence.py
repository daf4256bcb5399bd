"""The last fence between partnerships: PostgreSQL itself hands out the rows of one partnership only.

Rules and `visible_to` are the first fence. This one holds where a query of ours forgets its filter. Every
connection stands in one of four places, kept in a setting of the connection itself:

- nowhere: no row at all. Where anything stands that has not said who it is.
- `sign-in`: reads people and what proves who they are, so that somebody can be found by e-mail.
- a partnership: its rows, and no others. Where a request stands from the moment its person is known.
- `installation`: every row. Commands on the machine, and the clock of the site.

The policies are made from the models: each table leads to its partnership by its foreign keys. SQLite has
no such thing; there, everything here does nothing.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.db import connections, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import ForeignKey, Model
from django.http import HttpRequest, HttpResponse

from maca.partnership.models import Partnership, Person

NOWHERE, SIGN_IN, INSTALLATION = "", "sign-in", "installation"
# A connection is opened at the sign-in: the settings say so in the first message to the server, at no cost.
PLACE = "current_setting('maca.fence', true)"
STAND = "SELECT set_config('maca.fence', %s, false)"

# What may be done at the sign-in, before the person is known. An older hash of a password is made anew while
# it is checked, and a one-time code is marked as used, so these two are also changed there.
AT_SIGN_IN = {
    "partnership_partnership": ("SELECT",),
    "partnership_agency": ("SELECT",),
    "partnership_person": ("SELECT", "UPDATE"),
    "partnership_appointment": ("SELECT",),
    "account_emailaddress": ("SELECT",),
    "mfa_authenticator": ("SELECT", "UPDATE"),
    "socialaccount_socialaccount": ("SELECT",),
}

# Tables that hold nothing of any partnership, and why. A test fails for a table that is neither here nor fenced.
OPEN = {
    "django_migrations": "Names of migrations.",
    "django_content_type": "Names of tables.",
    "django_session": "Found only by the random key in a cookie, before anybody is known.",
    "django_site": "The site's own address.",
    "auth_permission": "Django's own list. Nobody here holds one.",
    "auth_group": "Django's own list. Nobody here is in one.",
    "auth_group_permissions": "Django's own list.",
    "notices_turn": "Which process of the installation does its duties now.",
    "kernel_formuse": "Found only by the hash of a whole sending, and holds no more than an address.",
    "socialaccount_socialapp": "The issuers of single sign-on are settings of the installation.",
    "socialaccount_socialapp_sites": "The issuers of single sign-on are settings of the installation.",
}


def is_open(table: str) -> bool:
    """Whether this table holds nothing of any partnership: listed above, or a cache, whose keys are hashes."""
    caches = [one["LOCATION"] for one in settings.CACHES.values() if str(one["BACKEND"]).endswith(".DatabaseCache")]
    return table in OPEN or table in caches


# Tables that only grow. The role that serves may not change or delete a row there.
ONLY_GROW = ("journal_entry", "briefing_publishedfile", "retention_certificate")


# ---- where a connection stands


class _Standing(NamedTuple):
    place: str
    # Said inside a transaction, it is taken back when that rolls back: then it has to be said again.
    for_good: bool


def _remembered(connection: BaseDatabaseWrapper) -> _Standing:
    """Kept with what is connected to the server, which may serve one request after another."""
    known: _Standing | None = getattr(connection.connection, "fence_standing", None)
    if known is None:
        return _Standing(SIGN_IN, for_good=True)
    if known.for_good or connection.in_atomic_block:
        return known
    return _Standing(SIGN_IN, for_good=False)


def stand(place: str, using: BaseDatabaseWrapper | None = None) -> None:
    """From here on the connection stands at `place`. No round trip when it stands there already."""
    connection = using or connections["default"]
    if connection.vendor != "postgresql":
        return
    known = _remembered(connection)
    if known.place == place and known.for_good:
        return
    with connection.cursor() as cursor:
        cursor.execute(STAND, [place])
    connection.connection.fence_standing = _Standing(place, for_good=not connection.in_atomic_block)


def go_back(session: Any) -> None:
    """A connection that waits for the next request stands at the sign-in, wherever the last one left it."""
    if getattr(session, "fence_standing", None) is not None:
        session.execute(STAND, [SIGN_IN])
        session.commit()
        session.fence_standing = _Standing(SIGN_IN, for_good=True)


@contextmanager
def standing(place: str) -> Iterator[None]:
    """Stand at `place` for a while, and afterwards where one stood before."""
    connection = connections["default"]
    if connection.vendor != "postgresql":
        yield
        return
    before = _remembered(connection).place
    stand(place)
    try:
        yield
    finally:
        if before == SIGN_IN and connection.settings_dict["CONN_MAX_AGE"] == 0 and not connection.in_atomic_block:
            # Django lets go of it a moment later in any case. A new one stands at the sign-in, and one that is kept
            # goes back there by itself: no round trip.
            connection.close()
        else:
            stand(before)


def let_in(person: Person) -> None:
    """Until the end of this request, only rows of this person's partnership are there."""
    stand(str(person.partnership_id))


@contextmanager
def installation() -> Iterator[None]:
    """For commands on the machine and the site's clock: every partnership's rows are there. Also a decorator."""
    with standing(INSTALLATION):
        yield


class Fence:
    """Every request begins at the sign-in, whatever its connection was used for before.

    A response that streams is made after this has ended, so it must have read what it needs by then.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with standing(SIGN_IN):
            return self.get_response(request)


# ---- how each table leads to its partnership


@dataclass(frozen=True)
class Link:
    """A column of a table that names a row of another."""

    column: str
    to: type[Model]
    to_column: str
    may_be_empty: bool


def fenced_models() -> list[type[Model]]:
    """Every model with a table in this database, those between two models included, but for the open ones."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
        and not model._meta.proxy
        and not is_open(model._meta.db_table)
        and router.allow_migrate_model("default", model)
    ]


def _links(model: type[Model]) -> list[Link]:
    found = []
    for field in model._meta.local_concrete_fields:
        if isinstance(field, ForeignKey):
            found.append(Link(str(field.column), field.related_model, str(field.target_field.column), field.null))
        elif field.name == "partnership":
            # A room that imports nobody keeps the public id of the partnership as text.
            found.append(Link(str(field.column), Partnership, "public_id", field.null))
    return found


@cache
def ways() -> dict[type[Model], Link | None]:
    """The link by which each table leads to its partnership: by columns never empty first, then the shortest."""
    cost: dict[type[Model], tuple[int, int]] = {Partnership: (0, 0)}
    way: dict[type[Model], Link | None] = {Partnership: None}
    models = fenced_models()
    for _ in models:
        for model in models:
            for link in _links(model):
                if link.to in cost and model is not Partnership:
                    empty, steps = cost[link.to]
                    price = (empty + link.may_be_empty, steps + 1)
                    if model not in cost or price < cost[model]:
                        cost[model], way[model] = price, link
    return way


def _above(model: type[Model]) -> list[type[Model]]:
    """The models between this one and its partnership."""
    found = [model]
    while link := ways()[found[-1]]:
        found.append(link.to)
    return found


def _leads(model: type[Model], link: Link) -> str:
    """SQL: the row that this column names is there.

    The policy of that row's own table applies inside, so that step by step it leads to the partnership. OFFSET 0
    keeps PostgreSQL from reading the whole of the other table into a hash first: it looks up one row by its key.
    """
    here, there = model._meta.db_table, link.to._meta.db_table
    # Names of our own tables and columns: nothing in it comes from anybody.
    same = f'above."{link.to_column}" = "{here}"."{link.column}"'
    return f'EXISTS (SELECT 1 FROM "{there}" AS above WHERE {same} OFFSET 0)'  # noqa: S608


def _belongs(model: type[Model]) -> str:
    """SQL: this row is of the partnership at which the connection stands."""
    link = ways()[model]
    if link is None:
        return f"id::text = {PLACE}"
    if link.to is Partnership and link.to_column == "id":
        return f'"{link.column}"::text = {PLACE}'
    # Some of the rows above are there at the sign-in; what hangs on them is not.
    return f"{PLACE} <> '{SIGN_IN}' AND {_leads(model, link)}"


def _joins_only_its_own(model: type[Model]) -> list[str]:
    """SQL: everything that this row names is of the same partnership, so that nothing is hung across."""
    return [
        (f'("{link.column}" IS NULL OR {_leads(model, link)})' if link.may_be_empty else _leads(model, link))
        for link in _links(model)
        # PostgreSQL refuses a policy that comes back to its own table.
        if link.to in ways() and link != ways()[model] and model not in _above(link.to)
    ]


def _policies(model: type[Model]) -> list[str]:
    table = model._meta.db_table
    made = [
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
        f"CREATE POLICY maca_installation ON \"{table}\" USING ({PLACE} = '{INSTALLATION}')",
    ]
    if model in ways():
        belongs = _belongs(model)
        check = " AND ".join([f"({belongs})", *_joins_only_its_own(model)])
        made.append(f'CREATE POLICY maca_partnership ON "{table}" USING ({belongs}) WITH CHECK ({check})')
    made += [
        f"CREATE POLICY maca_sign_in_{act.lower()} ON \"{table}\" FOR {act} USING ({PLACE} = '{SIGN_IN}')"
        for act in AT_SIGN_IN.get(table, ())
    ]
    return made


# ---- putting the fence up, and finding holes in it


def fence(connection: BaseDatabaseWrapper, *, served_by: str | None = None) -> None:
    """Put up the fence, as the owner of the tables; `served_by` is the role that serves, given what it needs.

    Doing it again changes nothing. Does nothing on SQLite.
    """
    if connection.vendor != "postgresql":
        return
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('maca.fence', 0))")
        if not stands(connection):
            cursor.execute("SELECT tablename, policyname FROM pg_policies WHERE schemaname = current_schema()")
            for table, policy in cursor.fetchall():
                cursor.execute(f'DROP POLICY "{policy}" ON "{table}"')
            for model in fenced_models():
                for statement in _policies(model):
                    cursor.execute(statement)
            mark = f"{_as_wanted()} {_as_found(connection)}"
            cursor.execute(f"COMMENT ON TABLE {Partnership._meta.db_table} IS '{mark}'")
        cursor.execute("SELECT current_user")
        if served_by and served_by != cursor.fetchone()[0]:
            _grant(connection, served_by)


def _grant(connection: BaseDatabaseWrapper, role: str) -> None:
    to = connection.ops.quote_name(role)
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {to}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {to}")
        for table in _tables(connection):
            cursor.execute(f'REVOKE ALL ON "{table}" FROM {to}')
            if table == "django_migrations":
                may = "SELECT"
            elif table in ONLY_GROW:
                may = "SELECT, INSERT"
            else:
                may = "SELECT, INSERT, UPDATE, DELETE"
            cursor.execute(f'GRANT {may} ON "{table}" TO {to}')


def _tables(connection: BaseDatabaseWrapper) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename")
        return [name for (name,) in cursor.fetchall()]


def _as_wanted() -> str:
    """A fingerprint of the policies as this version of the code writes them."""
    written = "\n".join(statement for model in fenced_models() for statement in _policies(model))
    return hashlib.sha256(written.encode()).hexdigest()


def _as_found(connection: BaseDatabaseWrapper) -> str:
    """A fingerprint of the policies as the database has them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename, policyname, permissive, roles::text, cmd, qual, with_check FROM pg_policies "
            "WHERE schemaname = current_schema() ORDER BY tablename, policyname"
        )
        policies = cursor.fetchall()
        cursor.execute(
            "SELECT relname, relforcerowsecurity FROM pg_class "
            "WHERE relrowsecurity AND relnamespace = current_schema()::regnamespace ORDER BY relname"
        )
        return hashlib.sha256(repr((policies, cursor.fetchall())).encode()).hexdigest()


def stands(connection: BaseDatabaseWrapper) -> bool:
    """Whether the policies are those of this version, and nobody has changed one since."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(to_regclass(%s), 'pg_class')", [Partnership._meta.db_table])
        mark = cursor.fetchone()[0]
    return bool(mark == f"{_as_wanted()} {_as_found(connection)}")


def weaknesses(connection: BaseDatabaseWrapper) -> list[str]:
    """Every hole in the fence as this connection's role meets it, each a sentence. None on SQLite."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        # Also the role that signed in to the database: it could go back to being itself.
        cursor.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles "
            "WHERE rolname IN (current_user, session_user) ORDER BY rolname"
        )
        roles = cursor.fetchall()
        cursor.execute(
            "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity, "
            "pg_has_role(current_user, c.relowner, 'MEMBER'), has_table_privilege(c.oid, 'TRUNCATE'), "
            "has_table_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'DELETE'), "
            "ARRAY(SELECT polname::text FROM pg_policy WHERE polrelid = c.oid) "
            "FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace "
            "ORDER BY c.relname"
        )
        tables = cursor.fetchall()
    found = []
    for role, superuser, bypasses, makes_roles in roles:
        for is_so, says in (
            (superuser, "is a superuser, for whom there is no fence between partnerships"),
            (bypasses, "has BYPASSRLS, so that there is no fence between partnerships for it"),
            (makes_roles, "has CREATEROLE, and could give itself what it was not given"),
        ):
            if is_so:
                found.append(f"The database role “{role}” {says}. {MEND_ROLES}")
                break
    owned = [name for name, _, owns, *_ in tables if owns]
    if owned and not found:
        found.append(f"The role in DATABASE_URL owns {_listed(owned)} and could take the fence down. {MEND_ROLES}")
    emptied = [name for name, _, _, truncates, *_ in tables if truncates]
    if emptied and not found:
        found.append(f"The role in DATABASE_URL could empty {_listed(emptied)} (TRUNCATE). {MEND}")
    changed = [name for name, *_, changes, _ in tables if changes and name in ONLY_GROW]
    if changed and not found:
        found.append(f"The role in DATABASE_URL could change or delete rows of {_listed(changed)}. {MEND}")
    wanted = {"maca_installation", "maca_partnership"}
    fenced = {model._meta.db_table for model in fenced_models()}
    for name, forced, *_, policies in tables:
        if is_open(name):
            continue
        if name not in fenced:
            found.append(f"The table “{name}” is not one of this software’s. Keep it in another database.")
            continue
        if not forced:
            found.append(f"Row-level security is not on and forced for the table “{name}”. {MEND}")
        if missing := wanted - set(policies):
            found.append(f"The table “{name}” lacks the policy {' and '.join(sorted(missing))}. {MEND}")
    if not stands(connection):
        found.append(f"The policies of row-level security are not those of this version of the software. {MEND}")
    return found


MEND_ROLES = (
    "Make one role that owns the tables (MACA_OWNER_URL) and another that serves (DATABASE_URL): "
    "the page “Two database roles” of the guide has the SQL."
)
MEND = "Run any “maca” command once with MACA_OWNER_URL set: it puts the fence up anew."


def _listed(tables: list[str]) -> str:
    more = f" and {len(tables) - 3} more tables" if len(tables) > 3 else ""
    return ", ".join(f"“{name}”" for name in tables[:3]) + more
