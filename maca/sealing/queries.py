import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import ImproperlyConfigured

from maca.kernel.verdict import Refused
from maca.sealing.cipher import CannotOpenError, DataKey, MarkKey, data_key, unwrap
from maca.sealing.models import Key, KeyKind
from maca.sealing.root import fingerprint, root_key

# Keys of partnerships, opened once a process. A partnership's key never changes under its id.
_opened: dict[str, bytes] = {}


class KeyGoneError(Refused):
    """What this key opened has been destroyed, for good."""

    def __init__(self) -> None:
        super().__init__("destroyed", "What was written here has been destroyed. Nobody can read it any more.")


class KeyMissingError(RuntimeError):
    """The keystore does not hold a key that it should hold."""


def bound_to(key: Key) -> str:
    """What a wrapped key is bound to, so that it cannot be put in the place of another."""
    return f"{key.kind}|{key.partnership}|{key.owner}|{key.public_id}"


def partnership_key(public_id: str) -> bytes:
    """The opened key of a partnership, by the id of the key. Raises `CannotOpenError`, `KeyMissingError`."""
    if public_id not in _opened:
        row = Key.objects.filter(public_id=public_id, kind=KeyKind.PARTNERSHIP).first()
        if row is None or row.wrapped is None:
            raise KeyMissingError(f"the keystore has no partnership key {public_id}")
        _opened[public_id] = unwrap(bytes(row.wrapped), under=root_key(), bound_to=bound_to(row))
    return _opened[public_id]


def keys_for(kind: KeyKind, owners: Iterable[str]) -> dict[str, DataKey]:
    """The keys of several things, by their public ids, in one query. Those destroyed are left out.

    Raises `KeyMissingError` for one that was never made.
    """
    wanted = set(owners)
    rows = list(Key.objects.filter(kind=kind, owner__in=wanted, retired_at=None))
    if missing := wanted - {row.owner for row in rows}:
        raise KeyMissingError(f"the keystore has no {kind} key for {len(missing)} of {len(wanted)}")
    return {row.owner: _opened_key(row) for row in rows if row.wrapped is not None}


def key_for(kind: KeyKind, owner: str) -> DataKey:
    """The key of one thing, by its public id. Raises `KeyGoneError` once destroyed, `KeyMissingError` if never made."""
    found = keys_for(kind, [owner])
    if owner not in found:
        raise KeyGoneError
    return found[owner]


def _opened_key(row: Key) -> DataKey:
    return data_key(row.public_id, row.partnership, _unwrapped(row))


def _unwrapped(row: Key) -> bytes:
    assert row.wrapped is not None
    return unwrap(bytes(row.wrapped), under=partnership_key(row.wrapped_by), bound_to=bound_to(row))


def mark_key_for(partnership: str) -> MarkKey | None:
    """The key that a partnership, by its public id, marks names with; None if it has marked none yet."""
    row = Key.objects.filter(kind=KeyKind.MARKS, owner=partnership, retired_at=None).first()
    return MarkKey(partnership, _unwrapped(row)) if row else None


def check_keys(partnerships: Iterable[str]) -> None:
    """Raises `ImproperlyConfigured`, with a sentence, when the root or the keystore is not this site's own."""
    root = root_key()
    rows = {row.owner: row for row in Key.objects.filter(kind=KeyKind.PARTNERSHIP, retired_at=None)}
    for row in Key.objects.filter(kind=KeyKind.PARTNERSHIP, wrapped__isnull=False):
        try:
            unwrap(bytes(row.wrapped or b""), under=root, bound_to=bound_to(row))
        except CannotOpenError as problem:
            raise ImproperlyConfigured(
                f"The root key is not the one this site’s keys were sealed with (it is {fingerprint(root)[:8]}, and "
                f"{row.wrapped_by[:8]} is wanted). No case can be opened with it. Put back the right one, or restore "
                "it from two of its shares with “maca keys restore-root FILE”."
            ) from problem
    if missing := [one for one in partnerships if one not in rows]:
        raise ImproperlyConfigured(
            f"The keystore holds no key for {len(missing)} of this site’s partnerships. Without it no case can be "
            "opened. Restore the keystore from its newest backup, or check MACA_KEYSTORE_URL."
        )


def check_every_key() -> int:
    """Open every key in use; answers how many. Raises `ImproperlyConfigured` naming the first that does not open."""
    opened = 0
    for row in Key.objects.exclude(kind=KeyKind.PARTNERSHIP).filter(destroyed_at=None).iterator():
        try:
            _opened_key(row)
        except (CannotOpenError, KeyMissingError) as problem:
            raise ImproperlyConfigured(
                f"The key {row.public_id} ({row.get_kind_display().lower()}) does not open: {problem}. Restore the "
                "keystore from a backup in which it does."
            ) from problem
        opened += 1
    return opened


def keys_left(owners: Iterable[str], kinds: Iterable[KeyKind]) -> set[str]:
    """Those of `owners` of whose keys one, of these kinds, has not been destroyed."""
    left = Key.objects.filter(owner__in=list(owners), kind__in=list(kinds), destroyed_at=None)
    return set(left.values_list("owner", flat=True))


def keys_of(owner: str, kinds: Iterable[KeyKind]) -> list[tuple[str, KeyKind]]:
    """The ids of the keys of one thing that are in use, each with its kind."""
    found = Key.objects.filter(owner=owner, kind__in=list(kinds), destroyed_at=None).order_by("pk")
    return [(row.public_id, KeyKind(row.kind)) for row in found]


def destroyed_on(ids: Iterable[str]) -> dict[str, dt.datetime]:
    """When each of these keys was destroyed, by its id; those that have not been are left out."""
    found = Key.objects.filter(public_id__in=list(ids)).exclude(destroyed_at=None)
    return {row.public_id: row.destroyed_at for row in found if row.destroyed_at}
