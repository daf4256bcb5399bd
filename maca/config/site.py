"""What every command needs: a clear sentence when it cannot, and the site started when it can."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import click


class Wrong(click.ClickException):
    """A clear sentence and exit code 2: what is wrong, where, and how to mend it."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        click.echo(self.message, err=True)


def with_settings(command: Callable[..., Any]) -> Callable[..., Any]:
    """Start Django for a command that needs the settings and no database."""

    @wraps(command)
    def started(*args: Any, **options: Any) -> Any:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maca.config.settings")
        from django.core.exceptions import ImproperlyConfigured

        try:
            import django

            django.setup()
            return command(*args, **options)
        except ImproperlyConfigured as problem:
            raise Wrong(str(problem)) from problem

    return started


def with_site(command: Callable[..., Any]) -> Callable[..., Any]:
    """Start Django for a command that needs the database, and bring its tables up to date."""

    @wraps(command)
    def started(*args: Any, **options: Any) -> Any:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maca.config.settings")
        from django.core.exceptions import ImproperlyConfigured

        try:
            import django

            django.setup()
        except ImproperlyConfigured as problem:
            raise Wrong(str(problem)) from problem
        from maca.kernel.verdict import Refused
        from maca.partnership.fence import installation

        try:
            _bring_up_to_date()
            with installation():
                return command(*args, **options)
        except Refused as refused:
            raise Wrong(refused.sentence) from refused

    return started


def _bring_up_to_date() -> None:
    from django.core.management import call_command
    from django.db import connections
    from django.db.migrations.exceptions import MigrationSchemaMissing
    from django.db.migrations.executor import MigrationExecutor
    from django.db.utils import OperationalError, ProgrammingError

    from maca.partnership.fence import fence, installation
    from maca.sealing import keystore

    try:
        with _as_owner() as served_by, installation():
            executor = MigrationExecutor(connections["default"])
            if _half_way(executor.loader):
                raise Wrong(
                    "The tables are of a trial version that is too old for this one to bring up to date. Start the "
                    "last version before 28 November 2026 on them once, and then this one; or let this one begin "
                    "anew, with another MACA_DATA or DATABASE_URL. Nothing was changed."
                )
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                call_command("migrate", verbosity=0, interactive=False)
            fence(connections["default"], served_by=served_by)
            executor = MigrationExecutor(connections[keystore.ALIAS])
            wanted = [leaf for leaf in executor.loader.graph.leaf_nodes() if leaf[0] in keystore.APPS]
            if executor.migration_plan(wanted):
                executor.migrate(wanted)
        connections["default"].ensure_connection()
    except OperationalError as problem:
        raise Wrong(
            f"The database cannot be reached: {str(problem).strip()}. Check DATABASE_URL, and that the database "
            "is running; or leave DATABASE_URL out to keep everything in SQLite under MACA_DATA."
        ) from problem
    except (ProgrammingError, MigrationSchemaMissing) as problem:
        if isinstance(problem, ProgrammingError) and getattr(problem.__cause__, "sqlstate", "") != NOT_ALLOWED:
            raise
        raise Wrong(
            "The tables have to be brought up to date, and the role in DATABASE_URL may not do that. "
            "Run this command once with MACA_OWNER_URL set to the role that owns the tables."
        ) from problem


def _half_way(loader: Any) -> bool:
    """Whether some but not all of the migrations were made that one of ours stands for, and that are gone (ADR 61)."""
    for migration in loader.disk_migrations.values():
        made = [one in loader.applied_migrations for one in migration.replaces]
        if any(made) and not all(made):
            return True
    return False


# PostgreSQL's code for what a role may not do.
NOT_ALLOWED = "42501"


@contextmanager
def _as_owner() -> Iterator[str | None]:
    """Be the owner of the tables, where there is one apart; answers with the role that serves afterwards."""
    from django.conf import settings
    from django.db import connections

    if not settings.MACA_OWNER:
        yield None
        return
    serves = connections["default"]
    options = {**serves.settings_dict["OPTIONS"], **settings.MACA_OWNER.get("OPTIONS", {})}
    owns = type(serves)({**serves.settings_dict, **settings.MACA_OWNER, "OPTIONS": options}, "default")
    connections["default"] = owns
    try:
        yield serves.settings_dict["USER"]
    finally:
        owns.close()
        connections["default"] = serves
