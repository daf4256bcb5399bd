"""Opening an Office file that somebody sent: weighed before it is unpacked, refused when something in it could run."""

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from posixpath import dirname, join, normpath
from typing import Any

from lxml import etree
from openpyxl.utils import range_boundaries

from maca.kernel.word import DAMAGED, Limits, UnfitError, weigh

RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
ZIP = b"PK\x03\x04"
_EMBEDDED = re.compile(
    r"(?:^|/)(?:vbaProject|vbaData|activeX|embeddings|oleObject|afchunk|externalLinks|connections)", re.IGNORECASE
)
_XML = (".xml", ".rels", ".vml")
# What no reader follows.
_BINARY = (
    *("/image", "/hdphoto", "/font", "/hyperlink", "/printerSettings", "/customProperty", "/thumbnail", "/origin"),
    *("/audio", "/video", "/media"),
)
_WIDEST = 1_048_576


def _is_weighed(relation: Any) -> bool:
    return relation.get("Target", "").partition("#")[0].lower().endswith(_XML)


def _disguised(name: str, limits: Limits) -> UnfitError:
    return UnfitError(
        f"{name} holds something under a name that is not its own, so it is not opened here. {limits.mends}"
    )


@contextmanager
def opened(
    data: bytes,
    name: str,
    limits: Limits,
    *,
    folder: str,
    program: str,
    extension: str,
    outside: tuple[str, ...] = ("/hyperlink",),
) -> Iterator[zipfile.ZipFile]:
    """The parts of an Office file. Whatever goes wrong in it is an `UnfitError` with a sentence.

    `outside` are the kinds of what it may name elsewhere, where whoever reads it follows none.
    """
    try:
        weigh(
            data,
            name,
            limits,
            folder=folder,
            another=f"not what {program} writes. Send the {limits.called} itself, as {extension}.",
            again=program,
        )
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _refuse_what_runs(archive, name, extension, limits, outside)
            yield archive
    except DAMAGED as error:
        if isinstance(error, UnfitError):
            raise
        raise UnfitError(
            f"{name} is damaged, or not what {program} writes, and cannot be opened. Open it in {program}, save it "
            f"again as {extension}, and try that copy."
        ) from error


def parsed(archive: zipfile.ZipFile, part: str) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(archive.read(part), parser)


def relations(archive: zipfile.ZipFile, part: str) -> list[tuple[str, str, str]]:
    """What a part leads to inside the file: the id and the kind of each relation, and the part."""
    folder = dirname(part)
    rels = join(folder, "_rels", f"{part.rpartition('/')[2]}.rels")
    if rels not in archive.namelist():
        return []
    return [
        (one.get("Id", ""), one.get("Type", ""), normpath(join("/", folder, one.get("Target", ""))).lstrip("/"))
        for one in parsed(archive, rels).iter(RELATIONSHIP)
        if one.get("TargetMode") != "External"
    ]


def refuse_wide_ranges(archive: zipfile.ZipFile, name: str, limits: Limits, *, most: int) -> None:
    """One line of a sheet can join a million cells or link them, and each is made when the sheet is opened."""
    cells = 0
    for part in archive.namelist():
        if part.endswith(".xml"):
            for one in parsed(archive, part).iter("{*}mergeCell", "{*}hyperlink"):
                left, top, right, bottom = (edge or _WIDEST for edge in range_boundaries(one.get("ref", "A1")))
                cells += (abs(right - left) + 1) * (abs(bottom - top) + 1)
    if cells > most:
        raise UnfitError(f"{name} joins or links far more cells than a {limits.called} can hold. {limits.mends}")


def _refuse_what_runs(
    archive: zipfile.ZipFile, name: str, extension: str, limits: Limits, may_name: tuple[str, ...]
) -> None:
    """Refuse what a sent file never has and an attack does: macros, things embedded, things fetched from outside."""
    kinds = archive.read("[Content_Types].xml").lower()
    if b"macroenabled" in kinds or b"vbaproject" in kinds:
        raise UnfitError(f"{name} can hold macros. Save it as {extension}, without them, and try that copy.")
    # What a reader follows is weighed before, and only what is called XML is.
    for kind in parsed(archive, "[Content_Types].xml"):
        part = kind.get("PartName") or f".{kind.get('Extension', '')}"
        what = kind.get("ContentType", "")
        if what.endswith("xml") and not what.startswith("image/") and not part.lower().endswith(_XML):
            raise _disguised(name, limits)
    for part in archive.namelist():
        if _EMBEDDED.search(part):
            raise UnfitError(
                f"{name} holds a macro, another file, or data from elsewhere, so it is not opened here. {limits.mends}"
            )
        if part.endswith(".rels"):
            for relation in parsed(archive, part).iter(RELATIONSHIP):
                outside = relation.get("TargetMode") == "External"
                if not outside and not (_is_weighed(relation) or relation.get("Type", "").endswith(_BINARY)):
                    raise _disguised(name, limits)
                if outside and not relation.get("Type", "").endswith(may_name):
                    raise UnfitError(
                        f"{name} fetches something from elsewhere (a template or a picture), so it is not opened "
                        f"here. {limits.mends}"
                    )
