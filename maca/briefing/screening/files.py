"""The text of a file that is to be screened: text, Word or PDF."""

import io
import os
from pathlib import Path

import docx
from docx.oxml.ns import qn

from maca.briefing.reading import from_pdf, from_text, from_word, open_file
from maca.briefing.reading.lines import Line, NotABriefing

MOST = 1_000_000  # characters: a briefing has some ten thousand


def text_of(path: str | os.PathLike[str]) -> str:
    """The words of a file. Those of a text file are as they stand, so that places in it are places in the file; those
    of Word and PDF are its lines, each where its number puts it, and for Word, after them, what was struck out and is
    still in the file. Comments in a Word file and what a file says of itself are not among them. Raises NotABriefing
    for what cannot be read.
    """
    data = open_file(path)
    name = Path(path).name
    if b"%PDF-" in data[:1024]:
        text = _lines(from_pdf.lines_of(data, name)[0])
    elif data.startswith(b"PK\x03\x04"):
        text = "\n".join([_lines(from_word.lines_of(data, name)[0]), *_struck_out(data)])
    else:
        text = from_text.decode(data, name)
    if len(text) > MOST:
        raise NotABriefing(f"{name} holds more than a million characters. Screen it in parts.")
    if not text.strip():
        raise NotABriefing(f"{name} holds no words. Check that it is the file you mean, and not a picture of one.")
    return text


def _struck_out(data: bytes) -> list[str]:
    """What changes that are tracked took out or moved away, in the body, headers, footers and notes, a paragraph a
    line: whoever opens the file reads it."""
    document, found = docx.Document(io.BytesIO(data)), []
    roots = [document.element.body, *from_word.beside_the_body(document)]
    for paragraph in (one for root in roots for one in root.iter(qn("w:p"))):
        words = [one.text or "" for one in paragraph.iter(qn("w:delText"))]
        words += [one.text or "" for moved in paragraph.iter(qn("w:moveFrom")) for one in moved.iter(qn("w:t"))]
        if text := " ".join("".join(words).split()):
            found.append(text)
    return found


def _lines(lines: list[Line]) -> str:
    placed: list[str] = []
    for line in lines:
        placed += [""] * (line.number - 1 - len(placed))
        placed.append(line.text)
    return "\n".join(placed)
