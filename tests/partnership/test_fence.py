"""Row-level security: what the database itself hands out, asked without any rule or filter of ours."""

import datetime as dt
import json
import os
import re
import secrets
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit
from urllib.request import HTTPCookieProcessor, Request, build_opener

import dj_database_url
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, connections, models, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from maca.audits.models import Audit, Heading
from maca.config.command import connections_kept
from maca.kernel.ids import new_public_id
from maca.kernel.verdict import Refused
from maca.panel.operations import introduce_case
from maca.partnership import fence
from maca.partnership.backend import WithRoles
from maca.partnership.models import Partnership, Person, Role
from maca.partnership.operations import add_person
from maca.returns.operations import cite_evidence
from tests.behind_the_fence import SERVES, as_owner, on_postgres
from tests.journeys.browser import Site
from tests.makers import World

TABLES = sorted(fence.fenced_models(), key=lambda model: model._meta.db_table)
# PostgreSQL's code for what a role may not do, a policy's no included.
NOT_ALLOWED = "42501"
Rows = dict[type[models.Model], set[Any]]


def sql(statement: str, *values: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def changed(statement: str, *values: object) -> int | str:
    """How many rows a statement touched, or “refused”, or what stopped it after the fence; then undone."""
    with connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(statement, values)
                raise Undo(cursor.rowcount)
        except Undo as done:
            return int(done.args[0])
        except DatabaseError as problem:
            code = getattr(problem.__cause__, "sqlstate", "")
            return "refused" if code == NOT_ALLOWED else f"stopped by {code}"


class Undo(Exception):
    pass


def there(model: type[models.Model]) -> set[Any]:
    pk = model._meta.pk.column
    return {value for (value,) in sql(f'SELECT "{pk}" FROM "{model._meta.db_table}"')}


def everything() -> Rows:
    return {model: there(model) for model in TABLES}


def lived_in(name: str) -> World:
    """A partnership with something in every table that the steps of an audit fill."""
    world = World(name)
    audit = world.published().audit
    cite_evidence(
        world.answer_all(world.return_of(world.circulated(1), "police")),
        question=None, record="R", reference="", dated_on=None, by=world.police_auditor,
    )  # fmt: skip
    opened = world.panel_opened(1)
    introduce_case(
        opened.cases.select_related("hearing", "audit").get().hearing,
        introduced_by=world.social_worker, partners=[world.health], version=None, by=world.chair,
    )  # fmt: skip
    assert audit.findings.filter(heading=Heading.WENT_WELL).exists()
    return world


def a_row(model: type[models.Model], of: Rows, world: World) -> None:
    """Something in a table that the steps left empty: sign-ins, keys to them, messages."""
    values: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey):
            own = of.get(field.related_model)
            values[field.attname] = min(own) if own else None
        elif field.name == "partnership":
            values[field.name] = world.partnership.public_id
        elif (field.primary_key and isinstance(field, models.AutoField)) or field.null or field.has_default():
            continue
        elif isinstance(field, models.DateTimeField):
            values[field.name] = dt.datetime.now(dt.UTC)
        elif isinstance(field, models.DateField):
            values[field.name] = dt.datetime.now(dt.UTC).date()
        elif isinstance(field, models.TimeField):
            values[field.name] = dt.time(9, 30)
        elif isinstance(field, models.EmailField):
            values[field.name] = f"{new_public_id()}@x.example"
        elif isinstance(field, models.GenericIPAddressField):
            values[field.name] = "127.0.0.1"
        elif isinstance(field, models.JSONField):
            values[field.name] = {}
        elif isinstance(field, models.BinaryField):
            values[field.name] = b"x"
        elif isinstance(field, models.IntegerField):
            values[field.name] = 1
        elif isinstance(field, models.BooleanField):
            values[field.name] = False
        else:
            values[field.name] = new_public_id()[: field.max_length or 32]
    model._base_manager.create(**values)


def what_it_needs(model: type[models.Model]) -> int:
    """How many tables, one above the other, must have a row before this one can."""
    needed = {
        field.related_model
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and not field.null and field.related_model is not model
    }
    return 1 + max((what_it_needs(one) for one in needed), default=0)


class Two:
    """Two partnerships. Which rows are whose is known from when they came, not from any column."""

    def __init__(self) -> None:
        before = everything()
        self.here, self.ours = self._made("Here", before)
        self.elsewhere, self.theirs = self._made("Elsewhere", everything())

    @staticmethod
    def _made(name: str, before: Rows) -> tuple[World, Rows]:
        world = lived_in(name)
        rows: Rows = {model: there(model) - before[model] for model in TABLES}
        # From the partnership outwards, so that what a row names is there first.
        for model in sorted(TABLES, key=what_it_needs):
            if not rows[model]:
                a_row(model, rows, world)
                rows[model] = there(model) - before[model]
        return world, rows


@pytest.fixture
def two(db: None) -> Two:
    return Two()


def at(world: World) -> None:
    fence.stand(str(world.partnership.pk))


# ---- every table is behind it


def test_every_model_leads_to_a_partnership_or_says_why_it_need_not():
    for model in TABLES:
        assert model in fence.ways(), f"{model} leads to no partnership; say in fence.OPEN why, or give it a way"


def test_a_way_takes_columns_that_are_never_empty():
    for model, link in fence.ways().items():
        assert link is None or not link.may_be_empty, model


def test_no_fenced_table_is_open_too():
    assert not {model._meta.db_table for model in fence.ways()} & set(fence.OPEN)
    assert all(reason.endswith(".") for reason in fence.OPEN.values())


@on_postgres
def test_every_table_of_the_database_is_fenced_or_open_for_a_reason(db):
    fenced = {model._meta.db_table for model in TABLES}
    assert {table for table in fence._tables(connection) if not fence.is_open(table)} == fenced


@on_postgres
def test_there_is_no_view_and_no_function_that_runs_as_somebody_else(db):
    assert not sql("SELECT viewname FROM pg_views WHERE schemaname = current_schema()")
    assert not sql("SELECT matviewname FROM pg_matviews WHERE schemaname = current_schema()")
    assert not sql("SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = current_schema()::regnamespace")


@on_postgres
def test_the_role_that_serves_owns_nothing_and_stands_above_nothing(db):
    assert sql("SELECT current_user") == [(SERVES,)]
    found = sql("SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user")
    assert found == [(False, False, False, False)]
    assert not sql("SELECT relname FROM pg_class WHERE relowner = current_user::regrole")
    assert not sql("SELECT 1 FROM pg_auth_members WHERE member = current_user::regrole")
    states = sql(
        "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = ANY(%s) AND relkind = 'r'",
        [model._meta.db_table for model in TABLES],
    )
    assert len(states) == len(TABLES)
    assert all(on and forced for _, on, forced in states)


# ---- all tables, four acts


def holes(two: Two) -> list[str]:
    """What of the other partnership can be read, changed, deleted or put in, standing at ours."""
    found = []
    copies = {}
    fence.stand(fence.INSTALLATION)
    for model in TABLES:
        table, pk = model._meta.db_table, model._meta.pk.column
        [(copy,)] = sql(f'SELECT to_jsonb("{table}") FROM "{table}" WHERE "{pk}" = %s', min(two.theirs[model]))
        copies[model] = json.loads(copy) if isinstance(copy, str) else copy
    at(two.here)
    for model in TABLES:
        table, pk, theirs = model._meta.db_table, model._meta.pk.column, list(two.theirs[model])
        if (seen := there(model)) != two.ours[model]:
            found.append(f"{table}: SELECT {len(seen & two.theirs[model])} of theirs, {len(seen)} in all")
        refused = (0, "refused")
        if changed(f'UPDATE "{table}" SET "{pk}" = "{pk}" WHERE "{pk}" = ANY(%s)', theirs) not in refused:
            found.append(f"{table}: UPDATE")
        if changed(f'DELETE FROM "{table}" WHERE "{pk}" = ANY(%s)', theirs) not in refused:
            found.append(f"{table}: DELETE")
        row = json.dumps({**copies[model], pk: max(theirs) + 1_000_000})
        put_in = f'INSERT INTO "{table}" SELECT * FROM jsonb_populate_record(NULL::"{table}", %s::jsonb)'
        if changed(put_in, row) != "refused":
            found.append(f"{table}: INSERT")
    fence.stand(fence.INSTALLATION)
    return found


@on_postgres
def test_nothing_of_another_partnership_is_read_changed_deleted_or_put_in(two):
    assert all(two.ours[model] and two.theirs[model] for model in TABLES)
    assert holes(two) == []
    print(f"\n{len(TABLES)} tables x 4 acts")


@on_postgres
@pytest.mark.parametrize("model", [Audit, Audit.briefing.related.related_model.authors.through])
def test_a_policy_taken_away_is_a_hole_that_is_found(two, model):
    """The control."""
    table = model._meta.db_table
    with as_owner():
        sql(f'DROP POLICY maca_partnership ON "{table}"')
        sql(f'CREATE POLICY maca_partnership ON "{table}" USING (true)')
    found = [hole.split()[:2] for hole in holes(two)]
    assert [act for at, act in found if at == f"{table}:"] == ["SELECT", "UPDATE", "DELETE", "INSERT"]


@on_postgres
def test_nowhere_no_row_is_there_and_none_can_be_put_in(two):
    fence.stand(fence.NOWHERE)
    assert {model for model, rows in everything().items() if rows} == set()
    with pytest.raises(DatabaseError, match="row-level security"):
        Partnership.objects.create(name="X")


@on_postgres
def test_a_connection_that_has_said_nothing_is_nowhere(two):
    sql("RESET maca.fence")  # back to what the connection was opened with
    assert sql("SELECT current_setting('maca.fence', true)") == [(fence.SIGN_IN,)]
    fence.stand("no such place")
    assert not any(everything().values())


@on_postgres
def test_at_the_sign_in_only_people_and_what_proves_them_are_there(two):
    fence.stand(fence.SIGN_IN)
    for model, rows in everything().items():
        table, pk = model._meta.db_table, model._meta.pk.column
        may = fence.AT_SIGN_IN.get(table, ())
        assert bool(rows) == ("SELECT" in may), table
        if "UPDATE" not in may:
            assert changed(f'UPDATE "{table}" SET "{pk}" = "{pk}"') in (0, "refused"), table
        assert changed(f'DELETE FROM "{table}"') in (0, "refused"), table


@on_postgres
def test_at_the_installation_everything_is_there(two):
    for model in TABLES:
        assert there(model) >= two.ours[model] | two.theirs[model]


@on_postgres
def test_nothing_of_ours_is_hung_on_something_of_theirs(two):
    at(two.here)
    tried = 0
    for model in TABLES:
        for link in fence._links(model):
            if link.to not in fence.ways() or link.to is model or link.to_column != "id":
                continue
            table, pk = model._meta.db_table, model._meta.pk.column
            answer = changed(
                f'UPDATE "{table}" SET "{link.column}" = %s WHERE "{pk}" = %s',
                min(two.theirs[link.to]), min(two.ours[model]),
            )  # fmt: skip
            assert answer == "refused", f"{table}.{link.column}"
            tried += 1
    assert tried > len(TABLES)


@on_postgres
def test_the_journal_only_grows(two):
    at(two.here)
    assert changed("UPDATE journal_entry SET did = 'x'") == "refused"
    assert changed("DELETE FROM journal_entry") == "refused"
    assert changed("TRUNCATE journal_entry") == "refused"


# ---- where a request stands


def place() -> str:
    return sql("SELECT current_setting('maca.fence', true)")[0][0]


def asked(view: Callable[[HttpRequest], Any]) -> Any:
    """What a page answers that asks the database without any filter."""
    answers = []

    def page(request: HttpRequest) -> HttpResponse:
        answers.append(view(request))
        return HttpResponse()

    fence.Fence(page)(RequestFactory().get("/"))
    return answers[0]


@on_postgres
def test_a_page_that_forgets_its_filter_shows_one_partnership_only(two):
    def forgetful(person: Person) -> Callable[[HttpRequest], set[int]]:
        def view(request: HttpRequest) -> set[int]:
            assert WithRoles().get_user(person.pk) == person
            return set(Audit.objects.values_list("pk", flat=True))

        return view

    assert asked(forgetful(two.here.chair)) == two.ours[Audit]
    assert asked(forgetful(two.elsewhere.chair)) == two.theirs[Audit]
    assert asked(lambda request: Audit.objects.count()) == 0
    assert place() == fence.INSTALLATION


@on_postgres
def test_a_deactivated_person_is_let_in_nowhere(world):
    world.chair.is_active = False
    world.chair.save()
    assert asked(lambda request: (WithRoles().get_user(world.chair.pk), place())) == (None, fence.SIGN_IN)


@on_postgres
def test_an_older_hash_of_a_password_is_made_anew_while_it_is_checked(world):
    fence.stand(fence.SIGN_IN)
    found = Person.objects.get(pk=world.chair.pk)
    found.set_password("correct horse battery")
    found.save(update_fields=["password"])
    assert found.check_password("correct horse battery")
    assert Person.objects.get(pk=found.pk).password == found.password


@on_postgres
def test_a_right_password_lets_in_and_a_wrong_one_does_not(world):
    world.chair.set_password("correct horse battery")
    world.chair.save()

    def tried(word: str) -> tuple[bool, str]:
        return asked(lambda request: (bool(WithRoles().authenticate(request, world.chair.email, word)), place()))

    assert tried("wrong wrong wrong") == (False, fence.SIGN_IN)
    assert tried("correct horse battery") == (True, str(world.partnership.pk))


@on_postgres
def test_an_address_of_another_partnership_is_taken_though_nobody_here_sees_whose(world):
    theirs = World("Elsewhere").chair.email
    at(world)
    with pytest.raises(Refused) as refused:
        add_person(
            partnership=world.partnership, name="N", email=theirs.upper(), post="P", roles=[Role.CHAIR], by=world.chair
        )  # fmt: skip
    assert refused.value.code == "account-exists"
    assert place() == str(world.partnership.pk)


@on_postgres
def test_a_request_that_breaks_leaves_no_place_behind(world):
    def breaks(request: HttpRequest) -> None:
        fence.let_in(world.chair)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        asked(breaks)
    assert place() == fence.INSTALLATION


@on_postgres
def test_a_place_that_was_rolled_back_is_said_again(world):
    fence.stand(fence.SIGN_IN)
    with transaction.atomic():
        fence.let_in(world.chair)
        transaction.set_rollback(True)
    assert place() == fence.SIGN_IN
    fence.let_in(world.chair)
    assert place() == str(world.partnership.pk)


@on_postgres
@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_kept_begins_every_request_at_the_sign_in(monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", None)
    world = World()
    seen = []

    def page(request: HttpRequest) -> HttpResponse:
        seen.append((place(), connection.connection))
        fence.let_in(world.chair)
        return HttpResponse()

    for _ in range(2):
        fence.Fence(page)(RequestFactory().get("/"))
    connection.close()
    assert [where for where, _ in seen] == [fence.SIGN_IN] * 2
    assert seen[0][1] is seen[1][1]


@on_postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("goes_back", [True, False])
def test_a_connection_kept_for_the_next_request_goes_back_to_the_sign_in(goes_back):
    """Also where nothing asks it to, as a page does. The control, which does not go back, stands where it stood."""
    world = World()
    seen = []
    with connections_kept():
        if not goes_back:
            connection.settings_dict["OPTIONS"]["pool"]["reset"] = None
        for _ in range(6):
            seen.append((place(), connection.connection))
            fence.let_in(world.chair)
            connection.close()
    assert len({id(session) for _, session in seen}) < 6, "none was kept"
    places = {where for where, _ in seen}
    assert places == ({fence.SIGN_IN} if goes_back else {fence.SIGN_IN, str(world.partnership.pk)})
    connection.ensure_connection()
    assert not hasattr(connection.connection, "_pool") or connection.connection._pool is None


@on_postgres
@pytest.mark.django_db(transaction=True)
def test_a_place_is_known_of_the_connection_and_not_of_who_used_it_last():
    world = World()
    fence.let_in(world.chair)
    fence.go_back(connection.connection)
    assert place() == fence.SIGN_IN
    fence.let_in(world.chair)
    assert place() == str(world.partnership.pk)


@on_postgres
@pytest.mark.django_db(transaction=True)
def test_a_request_says_where_it_stands_once():
    world = World()
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(world.chair)
    connection.close()
    with CaptureQueriesContext(connection) as captured:
        assert client.get("/").status_code == 200
    assert sum("set_config" in query["sql"] for query in captured) == 1


def test_on_sqlite_nothing_of_this_happens(world):
    if connection.vendor == "postgresql":
        pytest.skip("for SQLite")
    with CaptureQueriesContext(connection) as captured, fence.installation():
        fence.let_in(world.chair)
        fence.fence(connection)
        assert fence.weaknesses(connection) == []
    assert not len(captured)


# ---- it says what is wrong with it


@on_postgres
@pytest.mark.parametrize(
    ("done", "says"),
    [
        ("ALTER TABLE audits_audit NO FORCE ROW LEVEL SECURITY", "not on and forced for the table “audits_audit”"),
        ("ALTER TABLE audits_audit DISABLE ROW LEVEL SECURITY", "not on and forced for the table “audits_audit”"),
        ("DROP POLICY maca_partnership ON audits_audit", "“audits_audit” lacks the policy maca_partnership"),
        ("ALTER POLICY maca_partnership ON audits_audit USING (true)", "not those of this version"),
        ("CREATE POLICY another ON audits_audit USING (true)", "not those of this version"),
        ("CREATE TABLE put_in_by_hand (id int)", "“put_in_by_hand” is not one of this software"),
    ],
)  # fmt: skip
def test_a_hole_is_said_in_a_sentence_and_mended_by_fencing_again(db, done, says):
    with as_owner():
        assert fence.stands(connection)
        sql(done)
        assert any(says in sentence for sentence in fence.weaknesses(connection))
        fence.fence(connection)
        mended = not any(says in sentence for sentence in fence.weaknesses(connection))
        assert mended == ("put_in_by_hand" not in done)


@on_postgres
def test_a_superuser_is_told_that_there_is_no_fence_for_it(db):
    with as_owner():
        if not sql("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")[0][0]:
            pytest.skip("the tests do not run as a superuser here")
        [sentence] = fence.weaknesses(connection)
        assert "is a superuser" in sentence


@on_postgres
def test_fencing_twice_changes_nothing(db):
    with as_owner():
        before = fence._as_found(connection)
        # Without the role: what is granted is written on each table with no lock, for which an autovacuum waits that
        # holds one, and to drop a policy after that in the same transaction would wait for it in turn.
        fence.fence(connection)
        assert fence._as_found(connection) == before
        sql(f"COMMENT ON TABLE {Partnership._meta.db_table} IS NULL")
        fence.fence(connection, served_by=SERVES)
        assert fence._as_found(connection) == before
        assert fence.stands(connection)


def test_what_is_open_or_read_at_the_sign_in_has_no_partnership_by_mistake():
    known = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    ours = {name for name in fence.AT_SIGN_IN if name.startswith("partnership_")}
    assert ours <= known
    assert all(router.allow_migrate_model("default", model) for model in TABLES)


# ---- two roles, signed in as themselves


class TwoRoles:
    """A database of its own, a role that owns its tables and another that serves."""

    def __init__(self, directory: Path) -> None:
        tag = secrets.token_hex(4)
        self.owns, self.serves, self.database = f"owns_{tag}", f"serves_{tag}", f"maca_{tag}"
        self.word = secrets.token_hex(16)
        self.directory = directory
        for role in (self.owns, self.serves):
            sql(f"CREATE ROLE {role} LOGIN PASSWORD '{self.word}'")
        sql(f"CREATE DATABASE {self.database} OWNER {self.owns}")

    def address(self, role: str) -> str:
        given = urlsplit(os.environ["DATABASE_URL"])
        place = given.netloc.rpartition("@")[2]
        return urlunsplit(given._replace(netloc=f"{role}:{self.word}@{place}", path=f"/{self.database}"))

    def site(self, *, serves: str, owns: str = "") -> Site:
        return Site(self.directory, self.address(serves), MACA_OWNER_URL=self.address(owns) if owns else "")

    def maca(self, *command: str, serves: str, owns: str = "") -> subprocess.CompletedProcess[str]:
        return self.site(serves=serves, owns=owns).maca(*command)

    @contextmanager
    def signed_in(self, role: str) -> Iterator[BaseDatabaseWrapper]:
        parsed = dj_database_url.parse(self.address(role))
        wrapper = type(connections["default"])({**connections["default"].settings_dict, **parsed}, "default")
        wrapper.inc_thread_sharing()
        try:
            yield wrapper
        finally:
            wrapper.close()

    def clear(self) -> None:
        sql(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")
        for role in (self.owns, self.serves):
            sql(f"DROP ROLE {role}")


@pytest.fixture
def two_roles(transactional_db: None, tmp_path: Path) -> Iterator[TwoRoles]:
    if not sql("SELECT rolsuper OR (rolcreaterole AND rolcreatedb) FROM pg_roles WHERE rolname = current_user")[0][0]:
        pytest.skip("the tests may not make roles here")
    roles = TwoRoles(tmp_path)
    yield roles
    roles.clear()


@on_postgres
def test_one_role_owns_the_tables_and_another_serves(two_roles):
    behind = two_roles.maca("partnership", "Here", serves=two_roles.serves)
    assert behind.returncode == 2, behind.stderr
    assert "Run this command once with MACA_OWNER_URL set" in behind.stderr
    for command, owns in (("Here", two_roles.owns), ("Elsewhere", "")):
        done = two_roles.maca("partnership", command, serves=two_roles.serves, owns=owns)
        assert done.returncode == 0, done.stderr
    with two_roles.signed_in(two_roles.serves) as wrapper, wrapper.cursor() as cursor:
        assert fence.weaknesses(wrapper) == []
        cursor.execute("SELECT count(*) FROM audits_audit")
        with pytest.raises(DatabaseError, match="permission denied"):
            cursor.execute("TRUNCATE audits_audit")
        fence.stand(fence.INSTALLATION, wrapper)
        cursor.execute("SELECT id FROM partnership_partnership ORDER BY name")
        elsewhere, here = (pk for (pk,) in cursor.fetchall())
        fence.stand(str(here), wrapper)
        cursor.execute("SELECT id FROM partnership_partnership")
        assert cursor.fetchall() == [(here,)]
        cursor.execute("SELECT count(*) FROM journal_entry WHERE about LIKE 'Partnership:%'")
        assert cursor.fetchall() == [(1,)]
        cursor.execute("UPDATE partnership_partnership SET name = 'X' WHERE id = %s", [elsewhere])
        assert cursor.rowcount == 0


@on_postgres
def test_the_site_is_served_by_the_role_that_serves(two_roles):
    made = two_roles.maca("demo", serves=two_roles.serves, owns=two_roles.owns)
    assert made.returncode == 0, made.stderr
    site = two_roles.site(serves=two_roles.serves)
    site.start()
    browser = build_opener(HTTPCookieProcessor())

    def get(path: str) -> str:
        return browser.open(site.address + path).read().decode()

    try:
        page = get("/sign-in/")
        [one] = re.findall(r"/sign-in/as/\w+/(?=.{0,900} as Margaret Osei)", page, flags=re.DOTALL)[-1:]
        token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[0]
        signed_in = Request(
            site.address + one, urlencode({"csrfmiddlewaretoken": token}).encode(), {"Origin": site.address}
        )
        assert "Your work" in browser.open(signed_in).read().decode()
        for path in ("/audits/", "/people/", "/priorities/", "/briefings/", "/audits/neglect-3/"):
            assert "Margaret" in get(path), path
        with two_roles.signed_in(two_roles.owns) as wrapper, wrapper.cursor() as cursor:
            fence.stand(fence.INSTALLATION, wrapper)
            cursor.execute("SELECT count(*) FROM partnership_person WHERE last_login IS NOT NULL")
            assert cursor.fetchall() == [(1,)]
    finally:
        site.stop()


@on_postgres
def test_one_role_for_both_is_fenced_too_but_is_told_to_become_two(two_roles):
    done = two_roles.maca("demo", serves=two_roles.owns)
    assert done.returncode == 0, done.stderr
    again = two_roles.maca("demo", "--reset", serves=two_roles.owns)
    assert again.returncode == 0, again.stderr
    with two_roles.signed_in(two_roles.owns) as wrapper, wrapper.cursor() as cursor:
        [sentence] = fence.weaknesses(wrapper)
        assert "owns “" in sentence
        assert "could take the fence down" in sentence
        fence.stand("0", wrapper)
        cursor.execute("SELECT count(*) FROM partnership_person")
        assert cursor.fetchall() == [(0,)]


# ---- and costs little


def blocks_read(statement: str, *values: object) -> int:
    [(plan,)] = sql(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", *values)
    plan = json.loads(plan) if isinstance(plan, str) else plan
    return plan[0]["Plan"]["Shared Hit Blocks"] + plan[0]["Plan"]["Shared Read Blocks"]


@on_postgres
def test_no_table_is_read_whole_to_find_whose_a_row_is(two):
    at(two.here)
    for model in TABLES:
        plan = "\n".join(line for (line,) in sql(f'EXPLAIN SELECT * FROM "{model._meta.db_table}" LIMIT 50'))
        assert "hashed" not in plan, plan


@on_postgres
def test_reading_a_return_costs_the_same_with_a_thousand_audits_more(two):
    mine = min(Audit.objects.filter(pk__in=two.ours[Audit]).values_list("pk", flat=True))
    statement = (
        "SELECT a.* FROM returns_answer a JOIN returns_agencyreturn r ON r.id = a.agency_return_id "
        "JOIN cases_case c ON c.id = r.case_id WHERE c.audit_id = %s"
    )
    counted = []
    for more in (0, 1000):
        with as_owner():
            for world in (two.here, two.elsewhere):
                example = Audit.objects.filter(partnership=world.partnership).values().first()
                Audit.objects.bulk_create(
                    Audit(**{**example, "id": None, "public_id": new_public_id(), "slug": f"more-{number}"})
                    for number in range(more)
                )
            sql("ANALYZE")
        at(two.here)
        blocks_read(statement, mine)
        counted.append(blocks_read(statement, mine))
        fence.stand(fence.INSTALLATION)
    print(f"\nblocks read: {counted[0]} with few audits, {counted[1]} with 2,000 more")
    assert counted[1] <= counted[0] * 1.25
