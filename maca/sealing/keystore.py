"""The keys live in a database of their own, with backups of their own."""

from typing import Any

ALIAS = "keystore"


class Router:
    """Sends this room's tables to the keystore, and every other room's away from it."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return ALIAS if model._meta.app_label == "sealing" else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return (app_label == "sealing") == (db == ALIAS)
