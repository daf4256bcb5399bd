"""What every Word file has in common: the package we build on, what is weighed before one is opened, and its words.

The template of python-docx brings its author, its comments and its thumbnail along, so files are built on a package
of our own (`data/word/`). What somebody sends is weighed from its table of contents before anything is unpacked.
"""

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import docx
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from lxml import etree

from maca.kernel.colour import OURS
from maca.kernel.logo import Logo
from maca.kernel.look import HEADS, PLAIN, Look, Margins, Style

DATA = Path(__file__).parent / "data" / "word"
_PARTS = {
    "[Content_Types].xml": "content-types.xml",
    "_rels/.rels": "package.rels",
    "docProps/core.xml": "core.xml",
    "word/document.xml": "document.xml",
    "word/_rels/document.xml.rels": "document.rels",
    "word/styles.xml": "styles.xml",
    "word/numbering.xml": "numbering.xml",
    "word/settings.xml": "settings.xml",
    "word/footer1.xml": "footer1.xml",
}
# A zip cannot hold a date before 1980, and a real one would make every export a different file.
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)

# The styles that look as another does, as far as it says.
_FOLLOW = {"List Bullet": ("List Bullet 2", "List Number")}

# What a broken or forged file makes zipfile, lxml and the libraries that read Office files raise.
DAMAGED: tuple[type[Exception], ...] = (
    zipfile.BadZipFile,
    etree.LxmlError,
    KeyError,
    ValueError,
    AttributeError,
    OSError,
    EOFError,
    IndexError,
    TypeError,
    RuntimeError,
    zlib.error,
)

_RUN, _TAB = qn("w:r"), qn("w:tab")
_TEXTS = (qn("w:t"), qn("a:t"), qn("m:t"))
_BREAKS = (qn("w:br"), qn("w:cr"))
_NO_BREAK_HYPHEN, _SOFT_HYPHEN, _TEXT_BOX = qn("w:noBreakHyphen"), qn("w:softHyphen"), qn("w:txbxContent")
_POSITIONED_TAB = qn("w:ptab")
_SYMBOL, _CHARACTER = qn("w:sym"), qn("w:char")
_DELETED, _MOVED_AWAY = qn("w:del"), qn("w:moveFrom")
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_ENCODING = re.compile(rb"""(?:\xef\xbb\xbf)?\s*<\?xml[^>]{0,200}?\bencoding\s*=\s*["']([^"']*)["']""")
_A_PARAGRAPH = re.compile(rb"<(?:\w{1,20}:)?p[\s/>]")


class UnfitError(ValueError):
    """A file that is not opened. `sentence` says what, where, and how to mend it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Limits:
    """How much a file may hold. `called` is what it should be: "briefing"."""

    called: str
    mends: str = "Copy its text to a new Word document and try that."
    unpacked: int = 150 * 1024 * 1024
    part: int = 60 * 1024 * 1024
    xml: int = 20 * 1024 * 1024
    parts: int = 2_000
    paragraphs: int = 20_000
    tags: int | None = None

    def too_long(self, name: str) -> UnfitError:
        return UnfitError(
            f"{name} has more than {self.paragraphs:,} paragraphs, far more than a {self.called} can hold. {self.mends}"
        )


def weigh(
    data: bytes, name: str, limits: Limits, *, folder: str = "word/", another: str = "", again: str = "Word"
) -> None:
    """Refuse what is no such Office file, or would fill the memory, from the table of contents alone.

    `folder` is where its parts are, `another` what to say of a zip file of another kind. Raises `UnfitError`.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            sizes = [part.file_size for part in parts]
            if len(parts) > limits.parts or sum(sizes) > limits.unpacked or max(sizes) > limits.part:
                raise UnfitError(f"{name} unpacks to far more than a {limits.called} can hold. {limits.mends}")
            if any(part.flag_bits & 1 for part in parts):
                raise UnfitError(f"{name} is protected with a password. Save a copy without one and try again.")
            names = {part.filename for part in parts}
            if "[Content_Types].xml" not in names or not any(part.startswith(folder) for part in names):
                raise UnfitError(f"{name} is a zip file or an Office file of another kind, {another}")
            for part in parts:
                if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise UnfitError(f"{name} is packed in a way that {again} does not. Save it again from {again}.")
                if part.filename.endswith((".xml", ".rels")):
                    _weigh_xml(archive, part, name, limits, folder=folder, again=again)
                else:
                    _unpacked(archive, part)
    except DAMAGED as error:
        if isinstance(error, UnfitError):
            raise
        raise UnfitError(
            f"{name} is damaged: it cannot be unpacked. Open it in {again}, save it again, and try that copy."
        ) from error


def _unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    """What a part holds. Raises `BadZipFile` where its size is not what the table of contents says.

    `ZipFile.read` would unpack it all before it looks, and so do the libraries that open the file afterwards.
    """
    with archive.open(part) as content:
        return content.read(part.file_size + 1)


def _weigh_xml(
    archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str, limits: Limits, *, folder: str, again: str
) -> None:
    if part.filename.startswith(folder) and part.file_size > limits.xml:
        raise UnfitError(
            f"{name} holds more than {limits.xml // 1024 // 1024} MB of text, far more than a {limits.called} can "
            f"hold. {limits.mends}"
        )
    content = _unpacked(archive, part)
    if sum(1 for _ in islice(_A_PARAGRAPH.finditer(content), limits.paragraphs + 1)) > limits.paragraphs:
        raise limits.too_long(name)
    if limits.tags and content.count(b"<") > limits.tags:
        raise UnfitError(f"{name} unpacks to far more than a {limits.called} can hold. {limits.mends}")
    # No Office program declares a document type; whoever does wants entities to be unfolded. In another encoding it
    # would not be seen here; what is kept beside a document, and read by nobody, may have any.
    declared = _ENCODING.match(content)
    other = b"\0" in content or (declared is not None and declared[1].lower() not in (b"utf-8", b"us-ascii", b"ascii"))
    if b"<!DOCTYPE" in content or (other and not part.filename.startswith("customXml/")):
        raise UnfitError(f"{name} holds XML that {again} does not write. Save it again from {again}.")


def text_of(paragraph: Any, *, exact: bool = False) -> str:
    """The words of one paragraph: what was inserted counts, what was deleted does not.

    With `exact`, every hyphen is the one that was typed; otherwise one that holds a line together is plain.
    """
    pieces: list[str] = []

    def walk(element: Any) -> None:
        for child in element:
            tag = child.tag
            if tag in _TEXTS:
                pieces.append(child.text or "")
            elif (tag == _TAB and element.tag == _RUN) or tag == _POSITIONED_TAB:
                pieces.append("\t")
            elif tag in _BREAKS:
                pieces.append("\n")
            elif tag == _SYMBOL:
                pieces.append(chr(int(child.get(_CHARACTER), 16)))
            elif tag == _NO_BREAK_HYPHEN:
                pieces.append("\u2011" if exact else "-")
            elif tag == _SOFT_HYPHEN:
                pieces.append("\u00ad" if exact else "")
            elif tag not in (_TEXT_BOX, _DELETED, _MOVED_AWAY, _FALLBACK):
                walk(child)

    walk(paragraph)
    return "".join(pieces)


@lru_cache(maxsize=32)
def empty_document(look: Look = PLAIN) -> bytes:
    """An empty document in our styles, with what this look says of them."""
    ours, theirs = (one.removeprefix("#").upper().encode() for one in (OURS, look.ink))
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, source in _PARTS.items():
            archive.writestr(name, (DATA / source).read_bytes().replace(ours, theirs))
    return _dressed(package, look) if look.styles or look.margins else package.getvalue()


def _dressed(package: io.BytesIO, look: Look) -> bytes:
    document = docx.Document(package)
    for kind, style in look.styles:
        for name in (kind, *_FOLLOW.get(kind, ())):
            _dress(document.styles[name], style, head=kind in HEADS)
    if look.margins:
        _set_margins(document, look.margins)
    saved = io.BytesIO()
    document.save(saved)
    return saved.getvalue()


def _dress(ours: Any, style: Style, *, head: bool) -> None:
    font, room = ours.font, ours.paragraph_format
    if style.font:
        font.name = style.font
    if style.size:
        font.size = Pt(style.size)
    if style.colour:
        font.color.rgb = RGBColor.from_string(style.colour.removeprefix("#").upper())
    if head and style.bold is not None:
        font.bold = style.bold or None  # ours begin with it, and what they build on has none
    if head and style.italic is not None:
        font.italic = style.italic or None
    if style.before is not None:
        room.space_before = Pt(style.before)
    if style.after is not None:
        room.space_after = Pt(style.after)
    if style.line is not None:
        room.line_spacing = float(style.line)


def _set_margins(document: Any, margins: Margins) -> None:
    section = document.sections[0]
    section.top_margin, section.right_margin = Cm(margins.top), Cm(margins.right)
    section.bottom_margin, section.left_margin = Cm(margins.bottom), Cm(margins.left)
    # The number of the page stands at the right edge of the words.
    (at,) = document.styles["footer"].paragraph_format.tab_stops
    at.position = section.page_width - section.left_margin - section.right_margin


def put_logo(document: Any, logo: Logo) -> None:
    """The logo as the first thing in a document."""
    run = document.add_paragraph(style="Normal").add_run()
    run.add_picture(io.BytesIO(logo.picture), height=Cm(logo.printed[1]))
    picture = run._r.find(f".//{qn('wp:docPr')}")
    for side in ("distT", "distB", "distL", "distR"):  # LibreOffice would set it in from the margin
        picture.getparent().set(side, "0")
    picture.set("name", "Logo")
    picture.set("descr", logo.called)
    for inside in run._r.iter(qn("pic:cNvPr")):  # it is named by its file
        inside.set("name", "Logo")
    document.element.body.insert(0, run._r.getparent())


def with_fixed_dates(saved: io.BytesIO) -> bytes:
    """The same package without the minute it was made at: the same content always gives the same bytes."""
    package = io.BytesIO()
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(package, "w") as target:
        for part in source.infolist():
            fixed = zipfile.ZipInfo(part.filename, _ZIP_DATE)
            fixed.compress_type = zipfile.ZIP_DEFLATED
            fixed.external_attr = 0o600 << 16
            target.writestr(fixed, source.read(part))
    return package.getvalue()
