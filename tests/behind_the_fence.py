"""On PostgreSQL every test runs as the role that serves, which owns nothing; the makers stand at the installation."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from maca.partnership import fence
from maca.sealing import keystore

# The role that serves, in tests. They sign in to the database as whoever DATABASE_URL names, a superuser mostly.
SERVES = "maca_serves"
MAKE_ROLE = f"""
DO $$ BEGIN
    CREATE ROLE {SERVES} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""

on_postgres = pytest.mark.skipif(
    not os.environ.get("DATABASE_URL"), reason="SQLite has no row-level security; the rules alone stand there"
)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """The keystore is made from its models: it has no triggers, and every migration would run for two tables."""
    connections["keystore"].settings_dict["TEST"]["MIGRATE"] = False


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> None:
    with django_db_blocker.unblock():
        executor = MigrationExecutor(connections[keystore.ALIAS])
        executor.migrate([leaf for leaf in executor.loader.graph.leaf_nodes() if leaf[0] in keystore.APPS], fake=True)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(MAKE_ROLE)
            fence.fence(connection, served_by=SERVES)


@contextmanager
def as_owner() -> Iterator[None]:
    """For a while, be whoever the tables belong to, for whom there is no fence."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {SERVES}")


@pytest.fixture
def as_the_owner() -> None:
    """For a test that does what only somebody at the database itself could do."""


@pytest.fixture(autouse=True)
def as_the_role_that_serves(request: pytest.FixtureRequest, _django_db_marker: None) -> None:
    """Each test in a transaction; one that commits keeps the owner, since only an owner may empty the tables."""
    marker = request.node.get_closest_marker("django_db")
    on_postgres = connection.vendor == "postgresql"
    if marker is None or not on_postgres or not connection.in_atomic_block or "as_the_owner" in request.fixturenames:
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {SERVES}")
    fence.stand(fence.INSTALLATION)
