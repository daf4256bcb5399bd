"""The keys of a case. Pages never ask for one: an operation that a person reads with writes the journal first."""

from collections.abc import Iterable

from maca.cases.models import Case, Draw, Nomination
from maca.sealing.cipher import DataKey
from maca.sealing.models import KeyKind
from maca.sealing.queries import key_for, keys_for


def case_key(case: Case) -> DataKey:
    """The key of what is written about a case. Raises `KeyGoneError` once that has been destroyed.

    A case recorded from its briefing holds nothing sealed and has no key.
    """
    assert case.nomination is not None
    return key_for(KeyKind.CASE, case.nomination.public_id)


def nomination_keys(nominations: Iterable[Nomination]) -> dict[str, DataKey]:
    """The keys of several nominations in one query, by their public ids; those destroyed are left out."""
    return keys_for(KeyKind.CASE, [one.public_id for one in nominations])


def identity_key(nomination: Nomination) -> DataKey:
    """The key of who the child is. Raises `KeyGoneError` once it has been destroyed."""
    return key_for(KeyKind.IDENTITY, nomination.public_id)


def identity_keys(nominations: Iterable[Nomination]) -> dict[str, DataKey]:
    """The keys of who several children are, in one query, by the public ids of their nominations; those destroyed are
    left out."""
    return keys_for(KeyKind.IDENTITY, [one.public_id for one in nominations])


def cohort_key(draw: Draw) -> DataKey:
    """The key of the children that are drawn from. Raises `KeyGoneError` once the draw is over."""
    return key_for(KeyKind.COHORT, draw.public_id)
