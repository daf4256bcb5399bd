from django.core.exceptions import ObjectDoesNotExist
from django.db import models

from maca.kernel.verdict import Refused

GONE = "This was taken away a moment ago, so nothing was saved. Go back to your work to see what there is now."


def hold(thing: models.Model, *around: str, read: tuple[str, ...] = ()) -> None:
    """Read a row, and those `around` it, as they are now, and keep them so until the transaction ends.

    What a page fetched before the transaction may have been changed meanwhile: a panel opened, a return
    handed in. So every operation first holds what it is about, and only then asks its rule. `read` names
    related rows that are not held: those that were fetched already stay, and the others are fetched along.
    Raises `Refused` where the row is gone, such as a request that was called off a moment ago.
    """
    fetched = {path: row for path in read if (row := _fetched(thing, path))}
    along = [path for path in read if path not in fetched]
    # Without a name, Django would fetch every row around.
    rows = type(thing)._default_manager.all()
    if around or along:
        rows = rows.select_related(*around, *along)
    try:
        thing.refresh_from_db(from_queryset=rows.select_for_update(of=("self", *around)))
    except ObjectDoesNotExist as gone:
        raise Refused("gone", GONE) from gone
    for path, row in fetched.items():
        before, _, name = path.rpartition("__")
        parent = _fetched(thing, before) if before else thing
        # Another row may stand there by now: that one is then read when it is asked for.
        if parent and parent.serializable_value(name) == row.pk:
            setattr(parent, name, row)


def _fetched(thing: models.Model, path: str) -> models.Model | None:
    """The related row at the end of the path, where every row on the way there has been fetched."""
    row: models.Model | None = thing
    for name in path.split("__"):
        row = row and row._state.fields_cache.get(name)
    return row
