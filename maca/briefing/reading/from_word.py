"""Word files (.docx): the paragraphs of the body in order, with those in tables, boxes and notes."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import docx
from docx.oxml.ns import qn
from lxml import etree

from maca.briefing.reading.lines import Line, Mark, NotABriefing, set_apart, typed_line
from maca.kernel.text import normalise

# A Word file is a zip: what it unpacks to is weighed before anything is unpacked.
_LARGEST_UNPACKED = 150 * 1024 * 1024
_LARGEST_PART = 60 * 1024 * 1024
_MOST_PARTS = 2_000

_P, _R, _T, _TAB, _BREAKS = qn("w:p"), qn("w:r"), qn("w:t"), qn("w:tab"), (qn("w:br"), qn("w:cr"))
_NO_BREAK_HYPHEN, _TEXT_BOX, _DELETED = qn("w:noBreakHyphen"), qn("w:txbxContent"), qn("w:del")
_MOVED_AWAY = qn("w:moveFrom")
_VALUE, _STYLE_ID = qn("w:val"), qn("w:styleId")
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_NOTES = ("/word/footnotes.xml", "/word/endnotes.xml")
_LIST_STYLE = re.compile(r"^List (?P<kind>Bullet|Number)(?: (?P<level>[2-5]))?$", re.IGNORECASE)
_HEADING_STYLE = re.compile(r"^heading [1-9]$", re.IGNORECASE)
_UNNUMBERED = {"none"}
_LONGEST_BOLD = 80
# What a broken or forged file makes zipfile, lxml and python-docx raise.
_DAMAGED: tuple[type[Exception], ...] = (
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


def lines_of(data: bytes, name: str) -> tuple[list[Line], list[str]]:
    """The lines of a Word file, numbered by paragraph, and the names of characters that were dropped.

    Raises NotABriefing if the file is damaged, too large when unpacked, or no Word file.
    """
    _weigh(data, name)
    try:
        document = docx.Document(io.BytesIO(data))
        paragraphs = list(_Paragraphs(document))
    except _DAMAGED as error:
        raise NotABriefing(
            f"{name} is damaged or not a Word document, and cannot be opened. "
            "Open it in Word, save it again as .docx, and try that copy."
        ) from error
    dropped: list[str] = []
    lines: list[Line | None] = []
    # Where lists and headings are Word's own, paragraphs are too. Elsewhere the text was pasted in, and
    # one sentence may go on from paragraph to paragraph.
    made_in_word = any(looks.mark or looks.heading for _, looks in paragraphs)
    for number, (text, looks) in enumerate(paragraphs, 1):
        kept, lost = normalise(text)
        dropped += lost
        lines += _lines_of_paragraph(number, kept, looks, whole=made_in_word)
    return set_apart(lines), dropped


def _weigh(data: bytes, name: str) -> None:
    """Refuse what is not a Word file, or would fill the memory, from the table of contents alone."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            sizes = [part.file_size for part in parts]
            if len(parts) > _MOST_PARTS or sum(sizes) > _LARGEST_UNPACKED or max(sizes) > _LARGEST_PART:
                raise NotABriefing(
                    f"{name} unpacks to far more than a briefing can hold. "
                    "Copy its text to a new Word document and try that."
                )
            if any(part.flag_bits & 1 for part in parts):
                raise NotABriefing(f"{name} is protected with a password. Save a copy without one and try again.")
            names = {part.filename for part in parts}
            if "[Content_Types].xml" not in names or not any(part.startswith("word/") for part in names):
                raise NotABriefing(
                    f"{name} is a zip file or an Office file of another kind, not a Word document. "
                    "Save the briefing as Word (.docx), PDF or plain text and try again."
                )
            for part in parts:
                # Word never declares a document type; whoever does wants entities to be unfolded.
                if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.read(part)[:4096].upper():
                    raise NotABriefing(f"{name} holds XML that Word does not write. Save it again from Word.")
    except _DAMAGED as error:
        if isinstance(error, NotABriefing):
            raise
        raise NotABriefing(
            f"{name} is damaged: it cannot be unpacked. Open it in Word, save it again, and try that copy."
        ) from error


class _Looks:
    """What the file says of a paragraph: a heading, all bold, or an item of a list and at which level."""

    __slots__ = ("bold", "heading", "level", "mark")

    def __init__(self, *, heading: bool = False, bold: bool = False, mark: Mark = Mark.NONE, level: int = 0) -> None:
        self.heading, self.bold, self.mark, self.level = heading, bold, mark, level


class _Paragraphs:
    """All paragraphs of a document that a reader sees, each with its text and its looks."""

    def __init__(self, document: Any) -> None:
        self._body = document.element.body
        self._notes = [
            etree.fromstring(relation.target_part.blob, etree.XMLParser(resolve_entities=False, no_network=True))
            for relation in document.part.rels.values()
            if not relation.is_external and str(relation.target_part.partname) in _NOTES
        ]
        self._styles = {style.get(_STYLE_ID): style for style in document.styles.element.iter(qn("w:style"))}
        self._formats = self._number_formats(document)
        self._looks_of_style: dict[str | None, _Looks] = {}

    def __iter__(self) -> Iterator[tuple[str, _Looks]]:
        for root in [self._body, *self._notes]:
            for paragraph in root.iter(_P):
                if not _is_hidden(paragraph):
                    yield _text_of(paragraph), self._looks(paragraph)

    @staticmethod
    def _number_formats(document: Any) -> dict[tuple[str, int], str]:
        """The format ("bullet", "decimal" ...) of each (list, level)."""
        part = next((r.target_part for r in document.part.rels.values() if r.reltype.endswith("/numbering")), None)
        if part is None:
            return {}
        root = part.element
        abstract = {}
        for item in root.iter(qn("w:abstractNum")):
            abstract[item.get(qn("w:abstractNumId"))] = {
                int(level.get(qn("w:ilvl")) or 0): _value(level, "w:numFmt") or "decimal"
                for level in item.iter(qn("w:lvl"))
            }
        return {
            (number.get(qn("w:numId")), level): form
            for number in root.iter(qn("w:num"))
            for level, form in abstract.get(_value(number, "w:abstractNumId"), {}).items()
        }

    def _looks(self, paragraph: Any) -> _Looks:
        properties = paragraph.find(qn("w:pPr"))
        if properties is None:
            return _Looks(bold=_is_all_bold(paragraph))
        looks = self._of_style(_value(properties, "w:pStyle"))
        if looks.heading:
            return looks
        numbered = self._of_numbering(properties)
        if numbered is not None:
            return numbered
        return looks if looks.mark else _Looks(bold=_is_all_bold(paragraph))

    def _of_style(self, style_id: str | None) -> _Looks:
        if style_id not in self._looks_of_style:
            self._looks_of_style[style_id] = self._work_out_style(style_id)
        return self._looks_of_style[style_id]

    def _work_out_style(self, style_id: str | None) -> _Looks:
        """What a style and the styles it is based on say; a ring of styles ends where it began."""
        seen: set[str | None] = set()
        while style_id in self._styles and style_id not in seen:
            seen.add(style_id)
            style = self._styles[style_id]
            name = _value(style, "w:name") or ""
            if _HEADING_STYLE.match(name):
                return _Looks(heading=True)
            if listed := _LIST_STYLE.match(name):
                mark = Mark.BULLET if listed["kind"].lower() == "bullet" else Mark.NUMBER
                return _Looks(mark=mark, level=int(listed["level"] or 1) - 1)
            properties = style.find(qn("w:pPr"))
            if properties is not None and (looks := self._of_numbering(properties)):
                return looks
            style_id = _value(style, "w:basedOn")
        return _Looks()

    def _of_numbering(self, properties: Any) -> _Looks | None:
        numbering = properties.find(qn("w:numPr"))
        if numbering is None:
            return None
        level = _value(numbering, "w:ilvl") or "0"
        depth = int(level) if level.isdecimal() else 0
        form = self._formats.get((_value(numbering, "w:numId") or "", depth))
        if form is None or form in _UNNUMBERED:
            return _Looks()
        return _Looks(mark=Mark.BULLET if form == "bullet" else Mark.NUMBER, level=depth)


def _value(parent: Any, tag: str) -> str | None:
    child = parent.find(qn(tag))
    return None if child is None else child.get(_VALUE)


def _is_hidden(paragraph: Any) -> bool:
    """Whether this is the second copy of a text box, kept for old programs."""
    return any(above.tag == _FALLBACK for above in paragraph.iterancestors())


def _text_of(paragraph: Any) -> str:
    """The words of one paragraph: what was inserted counts, what was deleted does not."""
    pieces: list[str] = []

    def walk(element: Any) -> None:
        for child in element:
            tag = child.tag
            if tag == _T:
                pieces.append(child.text or "")
            elif tag == _TAB and element.tag == _R:
                pieces.append("\t")
            elif tag in _BREAKS:
                pieces.append("\n")
            elif tag == _NO_BREAK_HYPHEN:
                pieces.append("-")
            elif tag not in (_TEXT_BOX, _DELETED, _MOVED_AWAY, _FALLBACK):
                walk(child)

    walk(paragraph)
    return "".join(pieces)


def _is_all_bold(paragraph: Any) -> bool:
    runs = [run for run in paragraph.iter(_R) if "".join(t.text or "" for t in run.iter(_T)).strip()]
    return bool(runs) and all(_is_bold(run) for run in runs)


def _is_bold(run: Any) -> bool:
    properties = run.find(qn("w:rPr"))
    bold = None if properties is None else properties.find(qn("w:b"))
    return bold is not None and bold.get(_VALUE) not in ("0", "false", "off")


def _lines_of_paragraph(number: int, text: str, looks: _Looks, *, whole: bool) -> Iterator[Line | None]:
    """A paragraph is one line, unless somebody typed several bullets into it with soft line breaks."""
    if not text.strip():
        yield None
        return
    typed = [typed_line(number, line) for line in text.split("\n") if line.strip()]
    if looks.mark or looks.heading or not any(line.mark for line in typed):
        words = " ".join(text.split())
        line = typed_line(number, text.replace("\n", " "))
        # Many people make a heading by hand, with bold letters; a bold bullet or sentence is emphasis.
        by_hand = looks.bold and line.mark is Mark.NONE and len(words) <= _LONGEST_BOLD and words[-1] not in ".:;,"
        line.styled = by_hand or (looks.heading and line.mark is not Mark.BULLET)
        if looks.mark:
            # The sign is the file's own, so a sign at the start of the words belongs to the words.
            line = Line(number, words, words, looks.mark, depth=looks.level)
        line.whole = whole
        yield line
    else:
        yield from typed
