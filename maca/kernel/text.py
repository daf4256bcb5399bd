"""Words people write, made safe to keep and to print in Word, PDF and HTML, with nothing lost unseen.

`python-docx` raises on a vertical tab; XML cannot hold most control characters at all. So text is put
in order once, on the way in, and the author is told what could not be kept.
"""

import re
import unicodedata

_NAMES = {
    "\x00": "null",
    "\x07": "bell",
    "\x08": "backspace",
    "\x1b": "escape",
    "\ufeff": "byte order mark",
    "\ufffe": "non-character",
    "\uffff": "non-character",
}
_LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_UNKEEPABLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff"
    + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 17))
    + "]"
)


def _name(character: str) -> str:
    if "\ud800" <= character <= "\udfff":
        return "half of a broken character"
    return _NAMES.get(character) or unicodedata.name(character, f"character U+{ord(character):04X}").lower()


def normalise(text: str) -> tuple[str, list[str]]:
    """The text as it is kept, and the names of the characters that could not be.

    Every way of ending a line (Windows, old Mac, Word's vertical tab, form feed, Unicode separators)
    becomes a line feed. Letters are composed (Unicode NFC), so that an "é" is the same "é" whoever
    typed it. Control characters and code points that no document may hold are dropped and named.
    """
    text = _LINE_BREAKS.sub("\n", text)
    dropped = [_name(character) for character in _UNKEEPABLE.findall(text)]
    if dropped:
        text = _UNKEEPABLE.sub("", text)
    return unicodedata.normalize("NFC", text), dropped


def keepable(text: str) -> str:
    """The text as any document can hold it, where nobody is there to be told what could not be kept."""
    return normalise(text)[0]
