from django.db import models


def hold(thing: models.Model, *around: str, read: tuple[str, ...] = ()) -> None:
    """Read a row, and those `around` it, as they are now, and keep them so until the transaction ends.

    What a page fetched before the transaction may have been changed meanwhile: a panel opened, a return
    handed in. So every operation first holds what it is about, and only then asks its rule. `read` names
    related rows that are fetched along and not held.
    """
    rows = type(thing)._default_manager.select_related(*around, *read)
    thing.refresh_from_db(from_queryset=rows.select_for_update(of=("self", *around)))
