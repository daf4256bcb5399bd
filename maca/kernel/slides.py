"""The package that slides are built on: ours, since that of python-pptx brings its author and a thumbnail along."""

import io
import zipfile
from functools import lru_cache
from pathlib import Path

from maca.kernel.colour import OURS
from maca.kernel.look import INKED, PLAIN, Look, fonts_of

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
_HEADS, _WORDS = '<a:majorFont><a:latin typeface="%s"/>', '<a:minorFont><a:latin typeface="%s"/>'


@lru_cache(maxsize=32)
def empty_slides(look: Look = PLAIN) -> bytes:
    """A presentation of no slides, with a layout for a title and one for a title with points below it, in the fonts
    and the colour of headings of this look. Sizes are those at which a point fits its slide."""
    changes = {
        OURS.removeprefix("#").upper(): look.ink.removeprefix("#").upper(),
        _HEADS % "Arial": _HEADS % (fonts_of(look, (*INKED, "Normal")) or "Arial"),
        _WORDS % "Arial": _WORDS % (fonts_of(look, ("Normal",)) or "Arial"),
    }
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, source in _PARTS.items():
            part = (_DATA / source).read_text("utf-8")
            for ours, theirs in changes.items():
                part = part.replace(ours, theirs)
            archive.writestr(name, part)
    return package.getvalue()
