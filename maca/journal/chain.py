"""An entry as it is hashed. The rest of the chain's rules are in `verify_export`, which stands alone."""

import json
from collections.abc import Iterator

from django.db import connection

from maca.journal.models import Entry
from maca.journal.verify_export import Link

FIELDS = ("partnership", "number", "at", "by", "by_name", "did", "about", "is_reading", "details", "before")
A_FEW_THOUSAND = 5_000
# As `verify_export.canonical` writes it; made once, since making it takes as long as using it.
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def canonical_entry(entry: Entry) -> bytes:
    """The bytes whose SHA-256 is the entry's digest."""
    content = {field: getattr(entry, field) for field in FIELDS}
    content["at"] = entry.at.isoformat()
    return _encode(content).encode()


def links_of(partnership: str) -> Iterator[Link]:
    """The chain of a partnership from the database, a few thousand entries at a time.

    By cursor, since Django's own turning of each value takes longer than the rest of a check together.
    """
    columns = ", ".join(connection.ops.quote_name(one) for one in (*FIELDS, "digest"))
    with connection.chunked_cursor() as cursor:
        # Names of our own columns: nothing in it comes from anybody.
        cursor.execute(f"SELECT {columns} FROM journal_entry WHERE partnership = %s ORDER BY number", [partnership])  # noqa: S608
        while rows := cursor.fetchmany(A_FEW_THOUSAND):
            for *values, digest in rows:
                content = dict(zip(FIELDS, values, strict=True))
                at = content["at"]
                # SQLite keeps UTC without saying so.
                content["at"] = at.isoformat() if at.tzinfo else at.isoformat() + "+00:00"
                content["details"] = json.loads(content["details"])
                yield content["number"], content["before"], digest, _encode(content).encode()
