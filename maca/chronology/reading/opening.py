"""Opening an Office file that an agency sent. A chronology may be long where a form is not: the limits are its own."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lxml import etree

from maca.kernel import office
from maca.kernel.word import Limits, UnfitError

_MB = 1024 * 1024
LARGEST = 100 * _MB
_MENDS = "Save its entries as CSV, and send that."
EXCEL = Limits("chronology", mends=_MENDS, unpacked=250 * _MB, part=150 * _MB, xml=150 * _MB, parts=500)
WORD = Limits(
    "chronology", mends=_MENDS, unpacked=150 * _MB, part=80 * _MB, xml=80 * _MB, parts=1_000, paragraphs=300_000
)


class NotEntriesError(UnfitError):
    """A file that cannot be read at all, whatever it is. `sentence` says what, where, and how to mend it."""


@contextmanager
def opened(
    data: bytes, name: str, limits: Limits, *, folder: str, program: str, extension: str
) -> Iterator[zipfile.ZipFile]:
    """The parts of an Office file. Whatever goes wrong in it is a `NotEntriesError` with a sentence."""
    try:
        with office.opened(data, name, limits, folder=folder, program=program, extension=extension) as archive:
            yield archive
    except UnfitError as unfit:
        raise NotEntriesError(unfit.sentence) from unfit


def parsed(archive: zipfile.ZipFile, part: str) -> Any:
    """One part, which the limits above allow to be larger than lxml takes by itself."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    return etree.fromstring(archive.read(part), parser)
