"""An entry as it is hashed. The rest of the chain's rules are in `verify_export`, which stands alone."""

import json
from collections.abc import Iterator

from maca.journal.models import Entry
from maca.journal.verify_export import Link

FIELDS = ("partnership", "number", "at", "by", "by_name", "did", "about", "is_reading", "details", "before")
# As `verify_export.canonical` writes it; made once, since making it takes as long as using it.
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def canonical_entry(entry: Entry) -> bytes:
    """The bytes whose SHA-256 is the entry's digest."""
    content = {field: getattr(entry, field) for field in FIELDS}
    content["at"] = entry.at.isoformat()
    return _encode(content).encode()


def links_of(partnership: str) -> Iterator[Link]:
    """The chain of a partnership from the database, a few thousand entries at a time."""
    rows = Entry.objects.filter(partnership=partnership).order_by("number").values_list(*FIELDS, "digest")
    for *values, digest in rows.iterator(chunk_size=5_000):
        content = dict(zip(FIELDS, values, strict=True))
        content["at"] = content["at"].isoformat()
        yield content["number"], content["before"], digest, _encode(content).encode()
