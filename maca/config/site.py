"""What every command needs: a clear sentence when it cannot, and the site started when it can."""

import os
from collections.abc import Callable
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

        try:
            _bring_up_to_date()
            return command(*args, **options)
        except Refused as refused:
            raise Wrong(refused.sentence) from refused

    return started


def _bring_up_to_date() -> None:
    from django.core.management import call_command
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor
    from django.db.utils import OperationalError

    try:
        for alias in ("default", "keystore"):
            executor = MigrationExecutor(connections[alias])
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                call_command("migrate", verbosity=0, interactive=False, database=alias)
    except OperationalError as problem:
        raise Wrong(
            f"The database cannot be reached: {str(problem).strip()}. Check DATABASE_URL, and that the database "
            "is running; or leave DATABASE_URL out to keep everything in SQLite under MACA_DATA."
        ) from problem
