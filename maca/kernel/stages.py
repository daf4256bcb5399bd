"""States as data: an enum with its table of legal moves, and the one way to make a move."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from maca.kernel.verdict import Refused


class Stages(models.TextChoices):
    """Base for a room's stages. A subclass is followed by `Subclass.moves = {old: {new, …}}`.

    The moves are kept as plain data so that `docs/workflow.md` is drawn from them and the tests can
    try every move that is not there.
    """

    _ignore_ = ["moves"]
    moves: ClassVar[dict[Any, frozenset[Any]]]

    def may_become(self, new: "Stages") -> bool:
        return new in type(self).moves.get(self, frozenset())


def move(thing: models.Model, *, to: Stages) -> None:
    """Move `thing.stage` on, once, even if two people press the button together.

    One `UPDATE … WHERE stage = old`: the second finds no row. Sets `<stage>_at` too where the model
    has such a field. Raises `Refused` for a move that is not in the table or that somebody else has
    already made.
    """
    old: Stages = type(to)(thing.stage)  # type: ignore[attr-defined]
    if not old.may_become(to):
        raise Refused("illegal-move", f"This is {old.label.lower()}, so it cannot become {to.label.lower()}.")
    changes: dict[str, Any] = {"stage": to}
    stamp = f"{to.value}_at"
    if any(field.name == stamp for field in thing._meta.fields):
        changes[stamp] = timezone.now()
    moved = type(thing)._default_manager.filter(pk=thing.pk, stage=old).update(**changes)
    if not moved:
        raise Refused(
            "moved-meanwhile",
            "Somebody else has just moved this on. Look at the page again before you go on.",
        )
    for name, value in changes.items():
        setattr(thing, name, value)
