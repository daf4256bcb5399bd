"""The text of a file that is to be screened: text, Word or PDF."""

import os
from pathlib import Path

from maca.briefing.reading import from_pdf, from_text, from_word, open_file
from maca.briefing.reading.lines import NotABriefing


def text_of(path: str | os.PathLike[str]) -> str:
    """The words of a file. Those of a text file are as they stand, so that places in it are places in the file; those
    of Word and PDF are its lines. Raises NotABriefing for what cannot be read.
    """
    data = open_file(path)
    name = Path(path).name
    if b"%PDF-" in data[:1024]:
        lines, _ = from_pdf.lines_of(data, name)
    elif data.startswith(b"PK\x03\x04"):
        lines, _ = from_word.lines_of(data, name)
    else:
        return from_text.decode(data, name)
    if not lines:
        raise NotABriefing(f"{name} holds no words.")
    return "\n".join(line.text for line in lines)
