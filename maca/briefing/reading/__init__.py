"""Reading a briefing that somebody wrote: text, Word or PDF, into the one value we know."""

import os
from pathlib import Path

from maca.briefing.reading import from_pdf, from_text, from_word
from maca.briefing.reading.grammar import read_lines
from maca.briefing.reading.lines import NotABriefing, Reading, Unread

__all__ = ["LARGEST", "NotABriefing", "Reading", "Unread", "open_file", "read_briefing", "read_bytes"]

LARGEST = 20 * 1024 * 1024
_OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def read_briefing(path: str | os.PathLike[str]) -> Reading:
    """The briefing in a file, whatever the file is called: its content says what it is.

    Raises NotABriefing if there is no such file, or it cannot be read as a briefing.
    """
    return read_bytes(open_file(path), Path(path).name)


def open_file(path: str | os.PathLike[str]) -> bytes:
    """What a file holds. Raises NotABriefing if there is none, or it is too large or of a kind that nobody reads."""
    path = Path(path)
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except IsADirectoryError:
        raise NotABriefing(f"{path} is a folder. Name the briefing file in it.") from None
    except FileNotFoundError:
        raise NotABriefing(f"There is no file {path}. Check the name and the folder.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise NotABriefing(f"{path} could not be opened: {reason}. Check that you may read it.") from None
    refuse_what_nobody_reads(data, path.name)
    return data


def read_bytes(data: bytes, name: str = "The file") -> Reading:
    """The briefing in the content of a file, for instance an upload; `name` is used in messages only.

    Raises NotABriefing if it cannot be read as a briefing.
    """
    refuse_what_nobody_reads(data, name)
    if b"%PDF-" in data[:1024]:
        return read_lines(*from_pdf.lines_of(data, name))
    if data.startswith(b"PK\x03\x04"):
        return read_lines(*from_word.lines_of(data, name))
    return read_lines(*from_text.lines_of(from_text.decode(data, name)))


def refuse_what_nobody_reads(data: bytes, name: str) -> None:
    """Raises NotABriefing for a file that is too large, empty, or neither text, Word nor PDF."""
    if len(data) > LARGEST:
        raise NotABriefing(f"{name} is larger than 20 MB. Save it without pictures and try again.")
    if not data.strip():
        raise NotABriefing(f"{name} is empty. Check that the briefing was saved to it.")
    if b"%PDF-" in data[:1024]:
        return
    if data.startswith(_OLD_OFFICE):
        if _ENCRYPTED in data:
            raise NotABriefing(f"{name} is protected with a password. Save a copy without one and try again.")
        raise NotABriefing(
            f"{name} is in the old Word format (.doc). Open it in Word, save it as .docx, and try again."
        )
    if data.startswith(b"{\\rtf"):
        raise NotABriefing(f"{name} is in Rich Text Format. Open it in Word, save it as .docx, and try again.")
