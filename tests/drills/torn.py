"""The control of the drill `kill_nine`: the site with its transactions taken away, so that a change and its entry
in the journal no longer stand or fall together. Serves like `maca serve`."""

import os
import time
from typing import Any

import django
from django.db import transaction
from django.db.transaction import Atomic


def enter(self: Atomic) -> None:
    connection: Any = transaction.get_connection(self.using)
    # Outside a transaction PostgreSQL is asked for no locks.
    type(connection.features).has_select_for_update = False
    connection.torn = getattr(connection, "torn", 0) + 1
    connection.in_atomic_block = True


def leave(self: Atomic, *problem: Any) -> None:
    connection: Any = transaction.get_connection(self.using)
    connection.torn -= 1
    if not connection.torn:
        connection.in_atomic_block = False
        connection.run_and_clear_commit_hooks()


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "maca.config.settings"
    django.setup()
    from maca.config.command import main as maca
    from maca.journal import operations

    Atomic.__enter__, Atomic.__exit__ = enter, leave  # type: ignore[method-assign]
    write = operations.write
    operations.later = lambda: time.sleep(0.02)  # type: ignore[attr-defined]
    code = write.__code__

    def slowly(did: Any, about: Any, *, by: Any, is_reading: bool = False, **details: Any) -> Any:
        later()  # type: ignore[name-defined]  # noqa: F821  (it runs as journal.operations.write)
        return whole(did, about, by=by, is_reading=is_reading, **details)  # type: ignore[name-defined]  # noqa: F821

    operations.whole = type(write)(code, write.__globals__, "whole", write.__defaults__)  # type: ignore[attr-defined]
    operations.whole.__kwdefaults__ = write.__kwdefaults__  # type: ignore[attr-defined]
    write.__code__ = slowly.__code__
    maca(["serve", "--port", "0"])


if __name__ == "__main__":
    main()
