"""Opening an Office file that somebody sent: weighed before it is unpacked, and refused when something could run.

A chronology may be long where a return form is not, so the limits are its own.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lxml import etree

from maca.kernel.word import DAMAGED, Limits, UnfitError, weigh

_MB = 1024 * 1024
_MENDS = "Save its entries as CSV, and send that."
EXCEL = Limits("chronology", mends=_MENDS, unpacked=250 * _MB, part=150 * _MB, xml=150 * _MB, parts=500)
WORD = Limits(
    "chronology", mends=_MENDS, unpacked=150 * _MB, part=80 * _MB, xml=80 * _MB, parts=1_000, paragraphs=300_000
)
_RUNS = re.compile(
    r"(?:^|/)(?:vbaProject|vbaData|activeX|embeddings|oleObject|afchunk|externalLinks|connections)", re.IGNORECASE
)
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


class NotEntriesError(ValueError):
    """A file that cannot be read at all. `sentence` says what, where, and how to mend it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@contextmanager
def opened(data: bytes, name: str, limits: Limits, *, folder: str, program: str) -> Iterator[zipfile.ZipFile]:
    """The parts of an Office file. Whatever goes wrong in it is a `NotEntriesError` with a sentence."""
    try:
        weigh(
            data,
            name,
            limits,
            folder=folder,
            another=f"not what {program} writes. Send the entries as CSV, .xlsx or .docx.",
            again=program,
        )
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _refuse_what_runs(archive, name)
            yield archive
    except UnfitError as unfit:
        raise NotEntriesError(unfit.sentence) from unfit
    except DAMAGED as error:
        if isinstance(error, NotEntriesError):
            raise
        raise NotEntriesError(
            f"{name} is damaged, or not what {program} writes, and cannot be opened. Open it in {program}, save it "
            "again, and try that copy."
        ) from error


def parsed(archive: zipfile.ZipFile, part: str) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    return etree.fromstring(archive.read(part), parser)


def _refuse_what_runs(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse macros, things embedded, and things fetched from elsewhere: a list of entries has none."""
    kinds = archive.read("[Content_Types].xml").lower()
    if b"macroenabled" in kinds or b"vbaproject" in kinds:
        raise NotEntriesError(f"{name} can hold macros. {_MENDS}")
    for part in archive.namelist():
        if _RUNS.search(part):
            raise NotEntriesError(f"{name} holds a macro, another file, or data from elsewhere. {_MENDS}")
        if part.endswith(".rels"):
            for relation in parsed(archive, part).iter(_RELATIONSHIP):
                if relation.get("TargetMode") == "External" and not relation.get("Type", "").endswith("/hyperlink"):
                    raise NotEntriesError(f"{name} fetches something from elsewhere. {_MENDS}")
