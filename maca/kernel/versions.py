"""Nobody's words overwrite anybody else's unseen: every editable row carries a version."""

from typing import Any

from django.db import models


class Changed(Exception):
    """The row was saved by somebody else since this form was opened. `latest` is the row as it is now."""

    def __init__(self, latest: "Versioned") -> None:
        super().__init__(f"{type(latest).__name__} is now at version {latest.version}")
        self.latest = latest


class Versioned(models.Model):
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True


def save_changes(thing: Versioned, *, version: int | None, **changes: Any) -> None:
    """Write `changes` to the row if it is still at `version`, and count the version up by one.

    `version=None` is for changes made by an operation on a row it has just read, not by a form.
    Raises `Changed` with the row as it stands when the version has moved on.
    """
    rows = type(thing)._default_manager.filter(pk=thing.pk)
    if version is not None:
        rows = rows.filter(version=version)
    if not rows.update(**changes, version=models.F("version") + 1):
        raise Changed(type(thing)._default_manager.get(pk=thing.pk))
    for name, value in changes.items():
        setattr(thing, name, value)
    thing.version = (version if version is not None else thing.version) + 1
