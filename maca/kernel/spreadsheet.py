"""Words in the cells of a spreadsheet: text stays text, also when it begins as a formula does."""

import codecs
import csv
import io
import re
from collections.abc import Iterable

# What makes a spreadsheet take a cell for a formula, also in the wide signs of East Asian keyboards.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_GUARDED = re.compile(r"'+ *[=+\-@\t\r\n＝＋－＠]")
# Five bytes mean nothing in Windows-1252. They become control characters, and are reported where they stand.
_WINDOWS = [bytes([byte]).decode("cp1252", errors="ignore") or chr(byte) for byte in range(256)]


def harmless(text: str) -> str:
    """The text, so that no spreadsheet runs it: a formula has an apostrophe before it.

    So has a text that begins so by itself: to take one apostrophe away from what begins so gives what was written.
    """
    if text.lstrip(" ").startswith(FORMULA) or (text.startswith("'") and _GUARDED.match(text)):
        return f"'{text}"
    return text


def as_csv(rows: Iterable[Iterable[str]]) -> bytes:
    """The rows as CSV, with the mark at the front by which Excel knows UTF-8."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def text_of_csv(data: bytes) -> str:
    """The text of a CSV as it comes: UTF-8 with or without its mark, UTF-16 with one, or Windows-1252.

    Raises `UnicodeDecodeError` where it begins as UTF-16 and does not go on so, and `ValueError` where it is no text.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16")
    if b"\0" in data[:4096]:
        raise ValueError("there are zeros in it")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "".join(_WINDOWS[byte] for byte in data.removeprefix(codecs.BOM_UTF8))
