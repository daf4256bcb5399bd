"""The export inspector: opens a file again, lists its parts, and tells everything in it that none of our exports holds.

What may be in a file is listed; nobody has to think of what to forbid. It is meant for what this software wrote: a file
that somebody has saved again in Word fails, since Word puts in what nobody sees.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from maca.kernel.inspecting import packages, pages, pdfs, plain
from maca.kernel.inspecting.fault import Fault, Found

KINDS: dict[str, Callable[[bytes], Found]] = {
    **{kind: packages.reader(kind) for kind in packages.KINDS},
    "pdf": pdfs.read,
    "html": pages.read,
    "csv": plain.read_csv,
    "txt": plain.read_text,
    "json": plain.read_json,
}


@dataclass(frozen=True)
class Inspection:
    """The kind of a file (“docx”), its parts in order, and what is in it that should not be."""

    kind: str
    parts: tuple[str, ...]
    faults: tuple[Fault, ...]


def inspect(data: bytes, name: str) -> Inspection:
    """Open a file by the end of its name. Raises `KeyError` for a kind that is none of ours."""
    kind = PurePath(name).suffix.lower().removeprefix(".")
    parts, faults = KINDS[kind](data)
    return Inspection(kind, tuple(parts), tuple(dict.fromkeys(faults)))
