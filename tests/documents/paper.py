"""Return forms to test with, and ways of writing in them as people do."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from typing import Any

from docx.oxml.ns import qn
from lxml import etree

from maca.returns.on_paper import as_word
from maca.returns.on_paper.value import HOW_KNOWN, JUDGEMENT_CHOICES, POINTS, ReturnForm, question_box

FIRST = question_box(
    1,
    "Has the neglect toolkit been used?",
    guidance=("Any tool counts.\nSay when.",),
    choices=JUDGEMENT_CHOICES,
    asks=HOW_KNOWN,
)
SECOND = question_box(2, "Can you see evidence?", choices=JUDGEMENT_CHOICES, asks=HOW_KNOWN)
SIXTH = question_box(6, "What has worked well?", guidance=("Say what.",), asks=POINTS)


def a_form(**changed: Any) -> ReturnForm:
    values: dict[str, Any] = {
        "audit": "neglect-2",
        "title": "Neglect 2",
        "case": 1,
        "agency": "health",
        "agency_name": "Health",
        "version": 3,
        "due_on": dt.date(2026, 12, 3),
        "partnership": "Anywhere Partnership",
        "purpose": "To learn.\n\nFor the children.",
        "legal_basis": "Section 16H.",
        "questions": (FIRST, SECOND, SIXTH),
    }
    return ReturnForm(**{**values, **changed})


def repacked(data: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """The same package with its parts changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def edited(data: bytes, edit: Callable[[Any], None]) -> bytes:
    """The same Word file with its body edited."""

    def change(parts: dict[str, bytes]) -> None:
        root = etree.fromstring(parts["word/document.xml"])
        edit(root.find(qn("w:body")))
        parts["word/document.xml"] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)

    return repacked(data, change)


def written(edit: Callable[[Any], None], **changed: Any) -> bytes:
    """A form to which somebody has done this in Word."""
    return edited(as_word.write(a_form(**changed)), edit)


def xml(text: str) -> Any:
    """WordprocessingML, without the namespace."""
    return etree.fromstring(f'<x xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">{text}</x>')


def paragraphs(*texts: str) -> list[Any]:
    """Paragraphs as Word writes them: a run for each stretch of text, tabs and soft line breaks as elements."""
    made = []
    for text in texts:
        paragraph = etree.Element(qn("w:p"))
        for piece in text.split("\t"):
            if paragraph.find(qn("w:r")) is not None:
                run = etree.SubElement(paragraph, qn("w:r"))
                etree.SubElement(run, qn("w:tab"))
            for at, line in enumerate(piece.split("\v")):
                run = etree.SubElement(paragraph, qn("w:r"))
                if at:
                    etree.SubElement(run, qn("w:br"))
                words = etree.SubElement(run, qn("w:t"))
                words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
                words.text = line
        made.append(paragraph)
    return made


def control(body: Any, box: str) -> Any:
    """What stands inside the content control of a box."""
    for each in body.iter(qn("w:sdt")):
        if each.find(f"{qn('w:sdtPr')}/{qn('w:tag')}").get(qn("w:val")) == box:
            return each.find(qn("w:sdtContent"))
    raise AssertionError(f"no control {box}")


def fill(body: Any, box: str, *texts: str) -> None:
    """Write in a box."""
    content = control(body, box)
    content[:] = paragraphs(*texts)


def tick(body: Any, box: str, choice: str) -> None:
    """Click on a box to tick."""
    content = control(body, f"{box} {choice}")
    next(content.iter(qn("w:t"))).text = "☒"


def heading(body: Any, starts: str) -> Any:
    """The paragraph that starts with these words."""
    return next(p for p in body.iter(qn("w:p")) if "".join(t.text for t in p.iter(qn("w:t"))).startswith(starts))


def row_of(body: Any, box: str) -> Any:
    return next(control(body, box).iterancestors(qn("w:tr")))
