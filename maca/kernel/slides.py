"""The package that slides are built on: ours, since that of python-pptx brings its author and a thumbnail along."""

import io
import zipfile
from functools import cache
from pathlib import Path

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


@cache
def empty_slides() -> bytes:
    """A presentation of no slides, with a layout for a title and one for a title with points below it."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, source in _PARTS.items():
            archive.writestr(name, (_DATA / source).read_bytes())
    return package.getvalue()
