"""Plain text and Markdown, in the encodings that Windows and the web have left behind."""

import codecs

import puremagic

from maca.briefing.reading.lines import Line, NotABriefing, set_apart, typed_line
from maca.kernel.text import normalise

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(data: bytes, name: str) -> str:
    """The text of a file. Raises NotABriefing if it is not text."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding)
            except UnicodeDecodeError as error:
                raise NotABriefing(
                    f"{name} says it is {encoding.upper()} text but is damaged at byte {error.start}. "
                    "Open it in a text editor, save it again as UTF-8, and try that copy."
                ) from error
    if b"\0" not in data:
        for encoding in ("utf-8", "cp1252"):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise NotABriefing(
        f"{name} is {_kind_of(data)}, not a document we can read. "
        "Save the briefing as Word (.docx), PDF or plain text and try again."
    )


def _kind_of(data: bytes) -> str:
    try:
        return f"a file of another kind ({puremagic.from_string(data).lstrip('.')})"
    except (puremagic.PureError, ValueError):
        return "a file of a kind we do not know"


def lines_of(text: str) -> tuple[list[Line], list[str]]:
    """The lines of a text with their numbers, and the names of the characters that could not be kept."""
    kept, dropped = normalise(text)
    numbered = enumerate(kept.split("\n"), 1)
    return set_apart([typed_line(number, line) if line.strip() else None for number, line in numbered]), dropped
