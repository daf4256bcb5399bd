"""Reading a return form that comes back as Word, from Word itself, LibreOffice or anything else that writes .docx.

A box is found by its content control, else by the grey mark beside it, else by the heading above it. What was
inserted while changes were tracked counts, what was deleted does not. What could be
followed or run is refused before.
"""

import copy
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from docx.oxml.ns import qn

from maca.kernel.office import parsed, relations
from maca.kernel.word import text_of
from maca.returns.on_paper.opening import opened
from maca.returns.on_paper.placing import Placing, box_named
from maca.returns.on_paper.value import CAUSE, MARK, TICK_ONE, NotAFormError, ReadForm, called

_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_P, _R, _TABLE, _ROW, _CELL = qn("w:p"), qn("w:r"), qn("w:tbl"), qn("w:tr"), qn("w:tc")
_CONTROL, _CONTENT, _TEXT_BOX = qn("w:sdt"), qn("w:sdtContent"), qn("w:txbxContent")
_DELETED, _MOVED_AWAY, _VALUE = qn("w:del"), qn("w:moveFrom"), qn("w:val")
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_PICTURES = (qn("w:drawing"), qn("w:pict"), qn("w:object"))
_STRUCK, _STANDS_OUT = ("w:strike", "w:dstrike"), ("w:highlight", "w:u", "w:b", "w:shd")
# The styles of what is the form's own; LibreOffice writes some of their ids in its own way.
_OURS = re.compile(r"Title|Subtitle|Heading[12]|ListBullet|Form[ _]?(?:Text|Risk)", re.IGNORECASE)
_OFFICE_DOCUMENT = "/officeDocument"
_NOTES = {
    "/comments": "in a comment",
    "/footnotes": "in a footnote",
    "/endnotes": "in an endnote",
    "/header": "at the head of a page",
    "/footer": "at the foot of a page",
}
# Fields that fetch something from elsewhere when a file is opened.
_FETCHES = re.compile(r"^\s*(?:DDE|DDEAUTO|INCLUDE\w*|IMPORT|LINK|AUTOTEXT|DATABASE)\b", re.IGNORECASE)


def read(data: bytes, name: str) -> ReadForm:
    """The form in a Word file. Raises `NotAFormError` for what is none, or is not to be opened."""
    with opened(data, name, folder="word/", program="Word", extension=".docx") as archive:
        return _Reader(archive, name).read()


class _Reader:
    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self.archive, self.name = archive, name
        self.placing = Placing(name)

    def _parsed(self, part: str) -> Any:
        return parsed(self.archive, part)

    def read(self) -> ReadForm:
        main = next(target for _, kind, target in relations(self.archive, "") if kind.endswith(_OFFICE_DOCUMENT))
        root = self._parsed(main)
        for instruction in (*root.iter(qn("w:instrText")), *root.iter(qn("w:fldSimple"))):
            if _FETCHES.match(instruction.get(qn("w:instr")) or instruction.text or ""):
                raise NotAFormError(
                    f"{self.name} holds a field that fetches something from elsewhere, so it is not opened here. "
                    "Copy what was written into a fresh copy of the form, and use that."
                )
        body = root.find(qn("w:body"))
        for block in _blocks(body):
            if block.tag == _TABLE:
                self._table(block)
            else:
                self._loose(block)
        self._aside(root, main)
        return self.placing.finish()

    def _loose(self, paragraph: Any) -> None:
        """A paragraph that stands in no table. It may have a control of ours in it all the same."""
        for above in paragraph.iterancestors(_CONTROL):
            if (named := _name_of(above)) and not named[1]:
                box = named[0]
                self.placing.box(box)
                if next(above.iter(_P)) is paragraph:
                    self.placing.words(box, _text_of_blocks(above.find(_CONTENT)))
                return
        style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        ours = style is not None and bool(_OURS.fullmatch(style.get(_VALUE) or ""))
        for line in text_of(paragraph, exact=True).split("\n"):
            self.placing.line(line, ours=ours)

    def _table(self, table: Any) -> None:
        begun = False
        for row in _rows(table):
            cells = list(_cells(row))
            box, check, part = _named(row, cells)
            if box:
                begun = True
                self.placing.box(box, check)
                label, content = (cells[:1], cells[1:]) if len(cells) > 1 else ([], cells)
                if label and any(_name_of(control) for control in label[0].iter(_CONTROL)):
                    label, content = [], cells
                for cell in label:
                    self.placing.label(box, _text_of_blocks(cell))
                for cell in content:
                    if part == "date":
                        self.placing.day(box, _text_of_blocks(cell))
                    elif part:
                        self._choice(box, cell, cause=part == "cause")
                    else:
                        words = _text_of_blocks(cell)
                        self.placing.words(box, words if label else MARK.sub("", words))
            else:
                words = _row_text(row)
                if begun:
                    self.placing.goes_on(words)
                else:
                    self.placing.line(words, ours=False)

    def _choice(self, box: str, cell: Any, *, cause: bool) -> None:
        cell = copy.deepcopy(cell)
        marked, plain = [], False
        for control in cell.iter(_CONTROL):
            checked = control.find(f"{qn('w:sdtPr')}/{_W14}checkbox/{_W14}checked")
            words = control.find(f".//{qn('w:t')}")
            if checked is not None and words is not None and checked.get(f"{_W14}val") in ("1", "true"):
                words.text = "☒"
        for run in list(cell.iter(_R)):
            if _has(run, _STRUCK):
                run.getparent().remove(run)
            elif _has(run, _STANDS_OUT):
                marked.append(text_of(run))
            elif text_of(run).strip("☐☒ "):
                plain = True
        self.placing.choice(box, _text_of_blocks(cell), looks_marked=" ".join(marked) if plain else "", cause=cause)

    def _aside(self, root: Any, main: str) -> None:
        """What stands in boxes of text, pictures, comments, notes, and at the head and the foot of pages."""
        for box in root.iter(_TEXT_BOX):
            if not any(above.tag in (_FALLBACK, _DELETED, _TEXT_BOX) for above in box.iterancestors()):
                self.placing.lost(f"in a box of text{_beside(box)}", _text_of_blocks(box))
        for picture in root.iter(*_PICTURES):
            if picture.find(f".//{_TEXT_BOX}") is None and not _is_inside(picture, (_FALLBACK, _DELETED)):
                self.placing.lost(f"in a picture{_beside(picture)}", "A picture. What it shows cannot be read.")
        for _, kind, part in relations(self.archive, main):
            where = next((words for ending, words in _NOTES.items() if kind.endswith(ending)), None)
            if where is None or part not in self.archive.namelist():
                continue
            note = self._parsed(part)
            if kind.endswith(("/header", "/footer")):
                self.placing.page_edge(where, _text_of_blocks(note))
            else:
                for each in note:
                    self.placing.lost(where, _text_of_blocks(each))


def _blocks(parent: Any) -> Iterator[Any]:
    """The paragraphs and tables in a part of a file, whatever they are wrapped in."""
    for child in parent:
        if child.tag in (_P, _TABLE):
            yield child
        elif child.tag not in (_DELETED, _MOVED_AWAY, _FALLBACK):
            yield from _blocks(child)


def _rows(table: Any) -> Iterator[Any]:
    """The rows of a table itself that have not been deleted while changes were tracked."""
    for row in table.iter(_ROW):
        if next(row.iterancestors(_TABLE)) is table and row.find(f"{qn('w:trPr')}/{_DELETED}") is None:
            yield row


def _cells(row: Any) -> Iterator[Any]:
    for cell in row.iter(_CELL):
        if next(cell.iterancestors(_ROW)) is row:
            yield cell


def _row_text(row: Any) -> str:
    texts = [" ".join(_text_of_blocks(cell).split("\n")).strip(" ") for cell in _cells(row)]
    return "\t".join(texts).strip("\t") if any(texts) else ""


def _text_of_blocks(parent: Any) -> str:
    """The lines of a cell, a control or a note: a paragraph each, and a row each of a table that was pasted in."""
    lines: list[str] = []
    blocks = list(_blocks(parent))
    goes_on = False
    for block in blocks:
        if block.tag == _TABLE:
            lines += [_row_text(row) for row in _rows(block)]
            goes_on = False
            continue
        text = text_of(block, exact=True)
        if goes_on:
            lines[-1] += text
        else:
            lines.append(text)
        # Where the end of a paragraph was deleted, the next goes on in it.
        goes_on = block.find(f"{qn('w:pPr')}/{qn('w:rPr')}/{_DELETED}") is not None
    if len(blocks) > 1 and blocks[-2].tag == _TABLE and not lines[-1]:
        lines.pop()  # Word keeps an empty paragraph under a table
    return "\n".join(lines)


def _name_of(control: Any) -> tuple[str, str] | None:
    """What the tag of a content control names, or its alias."""
    for tag in ("w:tag", "w:alias"):
        name = control.find(f"{qn('w:sdtPr')}/{qn(tag)}")
        if name is not None and (named := box_named(name.get(_VALUE) or "")):
            return named
    return None


def _named(row: Any, cells: list[Any]) -> tuple[str, str, str]:
    """The box that a row belongs to, its check, and which part of it the row is: a tick, the date or the cause."""
    label = _text_of_blocks(cells[0]) if cells else ""
    mark = MARK.search(label)
    check = mark[2] if mark else ""
    inside = [control for control in row.iter(_CONTROL) if next(control.iterancestors(_ROW), row) is row]
    around = list(row.iterancestors(_CONTROL))
    for control in (*inside, *around):
        if named := _name_of(control):
            box, choice = named
            part = (
                "cause" if choice.startswith("cause_") else "date" if choice == "date" else "choice" if choice else ""
            )
            return box, check if mark and mark[1] == box else "", part
    if mark:
        return mark[1], check, mark[3] or ("cause" if CAUSE in label else "choice" if TICK_ONE in label else "")
    return "", "", ""


def _has(run: Any, properties: tuple[str, ...]) -> bool:
    found = run.find(qn("w:rPr"))
    if found is None:
        return False
    looks = [found.find(qn(one)) for one in properties]
    return any(one is not None and one.get(_VALUE) not in ("0", "false", "off", "none", "clear") for one in looks)


def _is_inside(element: Any, tags: tuple[str, ...]) -> bool:
    return any(above.tag in tags for above in element.iterancestors())


def _beside(element: Any) -> str:
    """In which box something stands, for a sentence."""
    row = next(element.iterancestors(_ROW), None)
    if row is None:
        return ""
    box = _named(row, list(_cells(row)))[0]
    return f" in {called(box)}" if box else ""
