"""A return form as a Word file: headings to go by, and for each question boxes to tick and a place to write.

What is written is found again by three things that do not all get lost at once: the content control round it (Word
keeps its tag, LibreOffice its alias, so both say the same), the grey mark in the cell beside it, and the heading
above it. A heading stands between any two tables, since LibreOffice makes one of two that touch. The same form
always gives the same bytes.
"""

import io
from typing import Any

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from lxml import etree

from maca.kernel.text import keepable
from maca.kernel.word import empty_document, with_fixed_dates
from maca.returns.on_paper.value import (
    CAUSE,
    FIRST,
    KNOWN,
    LAST,
    QUESTIONS,
    SEND_BACK,
    TICK_ONE,
    Box,
    ReturnForm,
)

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
TICKED, OPEN = "☒", "☐"
# A style of our own for each thing that is the form's, so that it looks alike and is told from what people write.
_STYLES = """
<w:styles {w}>
  <w:style w:type="paragraph" w:customStyle="1" w:styleId="FormText"><w:name w:val="Form Text"/>
    <w:basedOn w:val="Normal"/><w:next w:val="Normal"/><w:qFormat/><w:pPr><w:keepNext/></w:pPr></w:style>
  <w:style w:type="paragraph" w:customStyle="1" w:styleId="FormRisk"><w:name w:val="Form Risk"/>
    <w:basedOn w:val="Normal"/><w:next w:val="Normal"/><w:qFormat/>
    <w:pPr><w:pBdr><w:left w:val="single" w:sz="48" w:space="8" w:color="942514"/></w:pBdr>
    <w:spacing w:before="120" w:after="200"/><w:ind w:left="227"/></w:pPr><w:rPr><w:b/><w:bCs/></w:rPr></w:style>
  <w:style w:type="paragraph" w:customStyle="1" w:styleId="FormLabel"><w:name w:val="Form Label"/>
    <w:basedOn w:val="Normal"/><w:next w:val="FormLabel"/><w:qFormat/>
    <w:pPr><w:spacing w:before="60" w:after="20"/></w:pPr><w:rPr><w:b/><w:bCs/></w:rPr></w:style>
  <w:style w:type="paragraph" w:customStyle="1" w:styleId="FormMark"><w:name w:val="Form Mark"/>
    <w:basedOn w:val="Normal"/><w:next w:val="FormMark"/><w:qFormat/>
    <w:pPr><w:spacing w:before="0" w:after="60"/></w:pPr>
    <w:rPr><w:color w:val="595959"/><w:sz w:val="16"/><w:szCs w:val="16"/><w:lang w:val="zxx"/></w:rPr></w:style>
  <w:style w:type="paragraph" w:customStyle="1" w:styleId="FormAnswer"><w:name w:val="Form Answer"/>
    <w:basedOn w:val="Normal"/><w:qFormat/><w:pPr><w:spacing w:before="60" w:after="60"/></w:pPr></w:style>
</w:styles>
"""
_STYLE_OF = {
    "title": "Title",
    "subtitle": "Subtitle",
    "heading": "Heading1",
    "line": "FormText",
    "risk": "FormRisk",
    "bullet": "ListBullet",
}
_LABELS, _BOXES = 2600, 6698
_LOWEST = 1100


def write(form: ReturnForm) -> bytes:
    """The form as a .docx, with what is filled in so far."""
    document = docx.Document(io.BytesIO(empty_document()))
    properties = document.core_properties
    properties.title = keepable(f"Return form: {form.title}, Case {form.case}")[:255]
    properties.language = "en-GB"
    for style in parse_xml(_STYLES.replace("{w}", nsdecls("w"))):
        document.styles.element.append(style)
    section = document.element.body.sectPr
    blocks = [_paragraph(_STYLE_OF[kind], words) for kind, words in form.front]
    for box in form.boxes:
        if box.id == KNOWN:
            blocks.append(_paragraph("Heading1", FIRST))
        elif box in form.questions[:1]:
            blocks.append(_paragraph("Heading1", QUESTIONS))
        blocks.append(_paragraph("Heading2", box.heading))
        blocks += [_paragraph("FormText", line) for line in box.guidance]
        blocks.append(_table(box))
    blocks.append(_paragraph("Heading1", LAST))
    blocks += [_paragraph("FormText", line) for line in SEND_BACK]
    blocks.append(_paragraph("FormText", form.reference_line))
    for block in blocks:
        section.addprevious(block)
    document.sections[0].footer.paragraphs[0].runs[0].text = f"Form reference: {form.reference}"
    saved = io.BytesIO()
    document.save(saved)
    return with_fixed_dates(saved)


def _make(tag: str, *children: Any, **attributes: str) -> Any:
    element = etree.Element(qn(f"w:{tag}"), {qn(f"w:{name}"): value for name, value in attributes.items()})
    element.extend(children)
    return element


def _run(text: str) -> Any:
    """A run of words on one line, tabs and all."""
    run = _make("r")
    for number, piece in enumerate(text.split("\t")):
        if number:
            run.append(_make("tab"))
        if piece:
            words = _make("t")
            words.set(_SPACE, "preserve")
            words.text = piece
            run.append(words)
    return run


def _paragraph(style: str, text: str, *more: Any) -> Any:
    paragraph = _make("p", _make("pPr", _make("pStyle", val=style)))
    if text:
        paragraph.append(_run(keepable(text)))
    paragraph.extend(more)
    return paragraph


def _table(box: Box) -> Any:
    border = {"val": "single", "sz": "6", "space": "0", "color": "505A5F"}
    edges = [_make(edge, **border) for edge in ("top", "left", "bottom", "right", "insideH", "insideV")]
    table = _make(
        "tbl",
        _make(
            "tblPr",
            _make("tblW", w=str(_LABELS + _BOXES), type="dxa"),
            _make("tblBorders", *edges),
            _make("tblLayout", type="fixed"),
            _make("tblLook", val="0080", firstColumn="1"),
            _make("tblCaption", val=keepable(box.heading)[:250]),
        ),
        _make("tblGrid", _make("gridCol", w=str(_LABELS)), _make("gridCol", w=str(_BOXES))),
    )
    if box.choices:
        ticks = [_tick(f"{box.id} {code}", words, is_ticked=box.choice == code) for code, words in box.choices]
        table.append(_row(TICK_ONE, box.mark, ticks))
    if box.dated:
        table.append(_row(box.dated, f"{box.mark} date", [_control(f"{box.id} date", box.day)]))
    if box.asks:
        table.append(_row(box.asks, box.mark, [_control(box.id, box.words)], lowest=_LOWEST))
    if box.causes:
        ticks = [_tick(f"{box.id} cause_{code}", words, is_ticked=box.cause == code) for code, words in box.causes]
        table.append(_row(CAUSE, f"{box.mark} cause", ticks))
    return table


def _row(label: str, mark: str, content: list[Any], *, lowest: int = 0) -> Any:
    labels = [_paragraph("FormLabel", label), _paragraph("FormMark", mark)]
    shaded = _make("shd", val="clear", color="auto", fill="F3F2F1")
    height = [_make("trPr", _make("trHeight", val=str(lowest), hRule="atLeast"))] if lowest else []
    return _make(
        "tr",
        *height,
        _make("tc", _make("tcPr", _make("tcW", w=str(_LABELS), type="dxa"), shaded), *labels),
        _make("tc", _make("tcPr", _make("tcW", w=str(_BOXES), type="dxa")), *content),
    )


def _control(called: str, words: str) -> Any:
    """The place to write: a control round as many paragraphs as there are lines."""
    lines = [_paragraph("FormAnswer", line) for line in keepable(words).split("\n")]
    return _make(
        "sdt", _make("sdtPr", _make("alias", val=called), _make("tag", val=called)), _make("sdtContent", *lines)
    )


def _tick(called: str, words: str, *, is_ticked: bool) -> Any:
    """A box to click on in Word and LibreOffice, and to write over anywhere."""
    checkbox = etree.Element(f"{{{_W14}}}checkbox", nsmap={"w14": _W14})
    for name, value in (("checked", str(int(is_ticked))), ("checkedState", "2612"), ("uncheckedState", "2610")):
        state = etree.SubElement(checkbox, f"{{{_W14}}}{name}")
        state.set(f"{{{_W14}}}val", value)
        if name != "checked":
            state.set(f"{{{_W14}}}font", "Segoe UI Symbol")
    control = _make(
        "sdt",
        _make("sdtPr", _make("alias", val=called), _make("tag", val=called), checkbox),
        _make("sdtContent", _run(TICKED if is_ticked else OPEN)),
    )
    return _paragraph("FormAnswer", "", control, _run(f" {words}"))
