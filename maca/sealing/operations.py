"""Making, re-wrapping and destroying keys. Whoever calls these writes the journal: the keystore has none."""

from contextlib import suppress

from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from maca.sealing.cipher import DataKey, MarkKey, data_key, new_key, unwrap, wrap
from maca.sealing.keystore import ALIAS
from maca.sealing.models import Key, KeyKind
from maca.sealing.queries import KeyMissingError, bound_to, mark_key_for, partnership_key
from maca.sealing.root import fingerprint, root_key


def _wrapped_under(row: Key, key: bytes, under: bytes, name: str) -> Key:
    row.wrapped_by = name
    row.wrapped = wrap(key, under=under, bound_to=bound_to(row))
    return row


def make_partnership_key(partnership: str) -> None:
    """Give a partnership, by its public id, the key that its cases' keys are wrapped under."""
    row = Key(kind=KeyKind.PARTNERSHIP, partnership=partnership, owner=partnership)
    _wrapped_under(row, new_key(), root_key(), fingerprint(root_key())).save(force_insert=True)


# In the place of a partnership’s public id: what belongs to the installation, and to no partnership.
INSTALLATION = "0" * 32


def installation_key() -> bytes:
    """The key of what belongs to no partnership, made when it is first needed. It is wrapped under the root."""
    live = Key.objects.filter(kind=KeyKind.PARTNERSHIP, owner=INSTALLATION, retired_at=None)
    if not live.exists():
        # Of two that need it first at once only one may make it.
        with suppress(IntegrityError), transaction.atomic(using=ALIAS):
            make_partnership_key(INSTALLATION)
    return partnership_key(live.get().public_id)


def make_key(kind: KeyKind, *, owner: str, partnership: str) -> DataKey:
    """Make and keep the key of one thing, by public ids, before anything is sealed with it.

    It is on the keystore's disk when this returns, whatever becomes of the transaction of the content: a key
    without content does no harm, content without its key is lost.
    """
    key = new_key()
    with transaction.atomic(using=ALIAS):
        # Held until the new key stands under it, so that a rotation finds every key that hangs on the old one.
        under = _live_key(partnership)
        row = Key(kind=kind, partnership=partnership, owner=owner)
        _wrapped_under(row, key, partnership_key(under.public_id), under.public_id).save(force_insert=True)
    return data_key(row.public_id, partnership, key)


def mark_key(partnership: str) -> MarkKey:
    """The key that a partnership, by its public id, marks names with, made when it is first needed.

    It is one of its own, wrapped under the partnership's: that one is renewed now and then, and marks must last.
    """
    if (found := mark_key_for(partnership)) is None:
        # Of two that need it first at once only one may make it.
        with suppress(IntegrityError), transaction.atomic(using=ALIAS):
            make_key(KeyKind.MARKS, owner=partnership, partnership=partnership)
        found = mark_key_for(partnership)
    assert found is not None
    return found


def _live_key(partnership: str) -> Key:
    """The key of a partnership that is in use, held until the transaction ends."""
    live = Key.objects.select_for_update().filter(kind=KeyKind.PARTNERSHIP, owner=partnership, retired_at=None).first()
    if live is None:
        raise KeyMissingError("the keystore has no key for this partnership")
    return live


def destroy_key(kind: KeyKind, *, owner: str, by: str) -> None:
    """Destroy the key of one thing. What it sealed can never be read again here; in the keystore's backups, and in
    PostgreSQL's own log until that is recycled, its key lives on. Doing it twice changes nothing."""
    Key.objects.filter(kind=kind, owner=owner, destroyed_at=None).update(
        wrapped=None, destroyed_at=timezone.now(), destroyed_by=by
    )
    _leave_no_trace()


def _leave_no_trace() -> None:
    """Have the database let go of the old page or row of a destroyed key at once, as far as it does."""
    connection = connections[ALIAS]
    if connection.in_atomic_block:
        transaction.on_commit(_leave_no_trace, using=ALIAS)
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            cursor.execute("VACUUM sealing_key")


def rewrap_under_root(*, old: bytes, new: bytes) -> int:
    """Wrap every partnership's key under a new root, one at a time; answers how many. Run again, it goes on."""
    done = 0
    for row in Key.objects.filter(kind=KeyKind.PARTNERSHIP, wrapped__isnull=False).exclude(wrapped_by=fingerprint(new)):
        key, before = unwrap(bytes(row.wrapped or b""), under=old, bound_to=bound_to(row)), row.wrapped_by
        _wrapped_under(row, key, new, fingerprint(new))
        # A key retired meanwhile stays retired, and one destroyed or wrapped anew stays so.
        done += Key.objects.filter(pk=row.pk, wrapped_by=before, destroyed_at=None).update(
            wrapped=row.wrapped, wrapped_by=row.wrapped_by
        )
    return done


def rotate_partnership_key(partnership: str) -> int:
    """Give a partnership a new key and wrap all its cases' keys under it; answers how many were wrapped anew.

    It can be killed at any point and run again: the old key stays until nothing hangs on it.
    """
    retired = Key.objects.filter(kind=KeyKind.PARTNERSHIP, owner=partnership).exclude(retired_at=None)
    if not retired.filter(wrapped__isnull=False).exists():
        with transaction.atomic(using=ALIAS):
            Key.objects.filter(pk=_live_key(partnership).pk).update(retired_at=timezone.now())
            make_partnership_key(partnership)
    live = Key.objects.get(kind=KeyKind.PARTNERSHIP, owner=partnership, retired_at=None)
    new, done = partnership_key(live.public_id), 0
    for old in retired.filter(wrapped__isnull=False):
        under = partnership_key(old.public_id)
        for row in Key.objects.filter(wrapped_by=old.public_id, wrapped__isnull=False).iterator():
            wrapped_before = row.wrapped
            key = unwrap(bytes(wrapped_before or b""), under=under, bound_to=bound_to(row))
            _wrapped_under(row, key, new, live.public_id)
            # A key destroyed meanwhile stays destroyed.
            done += Key.objects.filter(pk=row.pk, wrapped_by=old.public_id, destroyed_at=None).update(
                wrapped=row.wrapped, wrapped_by=row.wrapped_by
            )
        with transaction.atomic(using=ALIAS):
            Key.objects.select_for_update().get(pk=old.pk)
            if not Key.objects.filter(wrapped_by=old.public_id, wrapped__isnull=False).exists():
                Key.objects.filter(pk=old.pk).update(wrapped=None, destroyed_at=timezone.now())
    _leave_no_trace()
    return done
