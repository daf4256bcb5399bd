"""The package that slides are built on: ours, since that of python-pptx brings its author and a thumbnail along."""

import io
import zipfile
from functools import lru_cache
from pathlib import Path

from maca.kernel.colour import OURS

_DATA = Path(__file__).parent / "data" / "slides"
_PARTS = {
    "[Content_Types].xml": "content-types.xml",
    "_rels/.rels": "package.rels",
    "docProps/core.xml": "core.xml",
    "ppt/presentation.xml": "presentation.xml",
    "ppt/_rels/presentation.xml.rels": "presentation.rels",
    "ppt/slideMasters/slideMaster1.xml": "master.xml",
    "ppt/slideMasters/_rels/slideMaster1.xml.rels": "master.rels",
    "ppt/slideLayouts/slideLayout1.xml": "layout-title.xml",
    "ppt/slideLayouts/_rels/slideLayout1.xml.rels": "layout.rels",
    "ppt/slideLayouts/slideLayout2.xml": "layout-bullets.xml",
    "ppt/slideLayouts/_rels/slideLayout2.xml.rels": "layout.rels",
    "ppt/theme/theme1.xml": "theme.xml",
}


@lru_cache(maxsize=32)
def empty_slides(colour: str = OURS) -> bytes:
    """A presentation of no slides, with a layout for a title and one for a title with points below it. Its titles are
    in this colour."""
    ours, theirs = (one.removeprefix("#").upper().encode() for one in (OURS, colour))
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, source in _PARTS.items():
            archive.writestr(name, (_DATA / source).read_bytes().replace(ours, theirs))
    return package.getvalue()
