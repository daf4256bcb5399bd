"""The keys live in a database of their own, with backups of their own."""

from typing import Any

ALIAS = "keystore"
# Whose migrations make tables there; those of all others would be gone through for nothing, which takes seconds.
APPS = ("sealing", "journal")


class Router:
    """Sends this room's tables to the keystore, and the heads of the journal, which must not lie with their chains."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return ALIAS if _is_kept_here(model._meta.app_label, model._meta.model_name) else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool:
        return _is_kept_here(app_label, model_name) == (db == ALIAS)


def _is_kept_here(app_label: str, model_name: str | None) -> bool:
    return app_label == "sealing" or (app_label, model_name) == ("journal", "head")
