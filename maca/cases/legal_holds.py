"""The lock under which things are destroyed."""

from maca.partnership.models import Partnership


def freeze_legal_holds(partnership: int) -> None:
    """Keep legal holds of a partnership from beginning or ending until the transaction is over: a hold that was begun
    a moment ago is seen, and one that comes later comes after the destruction."""
    # Not the key: rows that only point at the partnership are written meanwhile.
    Partnership.objects.select_for_update(no_key=True).get(pk=partnership)
