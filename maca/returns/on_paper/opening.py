"""Opening a file that somebody sent: weighed before it is unpacked, and refused when something in it could run."""

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from lxml import etree

from maca.kernel.word import DAMAGED, Limits, UnfitError, weigh
from maca.returns.on_paper.value import NotAFormError

LARGEST = 10 * 1024 * 1024
RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_LIMITS = Limits(
    "return form",
    mends="Copy what was written into a fresh copy of the form, and use that.",
    unpacked=60 * 1024 * 1024,
    part=30 * 1024 * 1024,
    xml=8 * 1024 * 1024,
    parts=500,
    paragraphs=10_000,
)
_EMBEDDED = re.compile(
    r"(?:^|/)(?:vbaProject|vbaData|activeX|embeddings|oleObject|afchunk|externalLinks|connections)", re.IGNORECASE
)


_XML = (".xml", ".rels", ".vml")
# What no reader follows.
_BINARY = (
    *("/image", "/hdphoto", "/font", "/hyperlink", "/printerSettings", "/customProperty", "/thumbnail", "/origin"),
    *("/audio", "/video", "/media"),
)


def _is_weighed(relation: Any) -> bool:
    return relation.get("Target", "").partition("#")[0].lower().endswith(_XML)


def _disguised(name: str) -> NotAFormError:
    return NotAFormError(
        f"{name} holds something under a name that is not its own, so it is not opened here. Copy what was written "
        "into a fresh copy of the form, and use that."
    )


@contextmanager
def opened(
    data: bytes, name: str, *, folder: str, program: str, extension: str, tags: int = 400_000
) -> Iterator[zipfile.ZipFile]:
    """The parts of an Office file. Whatever goes wrong in it is a `NotAFormError` with a sentence."""
    try:
        weigh(
            data,
            name,
            replace(_LIMITS, tags=tags),
            folder=folder,
            another=f"not what {program} writes. Send the return form itself, as {extension}.",
            again=program,
        )
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _refuse_what_runs(archive, name, extension)
            yield archive
    except UnfitError as unfit:
        raise NotAFormError(unfit.sentence) from unfit
    except DAMAGED as error:
        if isinstance(error, NotAFormError):
            raise
        raise NotAFormError(
            f"{name} is damaged, or not what {program} writes, and cannot be opened. Open it in {program}, save it "
            f"again as {extension}, and try that copy."
        ) from error


def parsed(archive: zipfile.ZipFile, part: str) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(archive.read(part), parser)


def _refuse_what_runs(archive: zipfile.ZipFile, name: str, extension: str) -> None:
    """Refuse what a form never has and an attack does: macros, things embedded, and things fetched from outside."""
    kinds = archive.read("[Content_Types].xml").lower()
    if b"macroenabled" in kinds or b"vbaproject" in kinds:
        raise NotAFormError(f"{name} can hold macros. Save it as {extension}, without them, and try that copy.")
    # What a reader follows is weighed before, and only what is called XML is.
    for kind in parsed(archive, "[Content_Types].xml"):
        part = kind.get("PartName") or f".{kind.get('Extension', '')}"
        what = kind.get("ContentType", "")
        if what.endswith("xml") and not what.startswith("image/") and not part.lower().endswith(_XML):
            raise _disguised(name)
    for part in archive.namelist():
        if _EMBEDDED.search(part):
            raise NotAFormError(
                f"{name} holds a macro, another file, or data from elsewhere, so it is not opened here. Copy what was "
                "written into a fresh copy of the form, and use that."
            )
        if part.endswith(".rels"):
            for relation in parsed(archive, part).iter(RELATIONSHIP):
                outside = relation.get("TargetMode") == "External"
                if not outside and not (_is_weighed(relation) or relation.get("Type", "").endswith(_BINARY)):
                    raise _disguised(name)
                if outside and not relation.get("Type", "").endswith("/hyperlink"):
                    raise NotAFormError(
                        f"{name} fetches something from elsewhere (a template or a picture), so it is not opened "
                        "here. Copy what was written into a fresh copy of the form, and use that."
                    )
