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

# What turns the direction of the letters after it: nobody sees it, and it makes a line read as another one.
_TURNS = {
    "\u061c": "ALM",
    "\u200e": "LRM",
    "\u200f": "RLM",
    "\u202a": "LRE",
    "\u202b": "RLE",
    "\u202c": "PDF",
    "\u202d": "LRO",
    "\u202e": "RLO",
    "\u2066": "LRI",
    "\u2067": "RLI",
    "\u2068": "FSI",
    "\u2069": "PDI",
}
TURNS = re.compile(f"[{''.join(_TURNS)}]")
_EMBEDS, _ISOLATES = "\u202a\u202b\u202d\u202e", "\u2066\u2067\u2068"
_END_EMBEDDED, _END_ISOLATED = "\u202c", "\u2069"


def short_name(turn: str) -> str:
    """What Unicode calls a character that turns the direction, for short: “RLO”."""
    return _TURNS[turn]


def what_turns(text: str, it: str) -> str:
    """What, where and how to mend, where a line of text, called `it`, holds what turns the direction; else nothing."""
    found = TURNS.search(text)
    if not found:
        return ""
    before = text[: found.start()][-20:].strip()
    where = f"after “{before}”" if before else "at its beginning"
    return (
        f"{it} holds a character that nobody sees and that turns round the letters after it "
        f"({name_of(found[0])}), {where}. Type it afresh by hand, instead of pasting it"
    )


def closed(text: str) -> str:
    """The text with every turn of direction ended in the line that began it, so that it reaches nothing beside it."""
    if not TURNS.search(text):
        return text
    return "\n".join(line + _endings(line) for line in text.split("\n"))


def _endings(line: str) -> str:
    open_turns: list[str] = []
    for character in line:
        if character in _EMBEDS:
            open_turns.append(_END_EMBEDDED)
        elif character in _ISOLATES:
            open_turns.append(_END_ISOLATED)
        elif character == _END_EMBEDDED and open_turns[-1:] == [_END_EMBEDDED]:
            open_turns.pop()
        elif character == _END_ISOLATED and _END_ISOLATED in open_turns:
            # The end of an isolate ends whatever was begun within it.
            while open_turns.pop() != _END_ISOLATED:
                pass
    return "".join(reversed(open_turns))


def says_nothing(text: str) -> bool:
    """Whether nobody would see a letter of it: spaces, line breaks, and characters that only act on others."""
    return all(unicodedata.category(character)[0] in "ZC" for character in text)


def name_of(character: str) -> str:
    """What a character that nobody sees is called in words: “right-to-left override”."""
    if "\ud800" <= character <= "\udfff":
        return "half of a broken character"
    return _NAMES.get(character) or unicodedata.name(character, "").lower() or f"character U+{ord(character):04X}"


def normalise(text: str) -> tuple[str, list[str]]:
    """The text as it is kept, and the names of the characters that could not be.

    Every way of ending a line (Windows, old Mac, Word's vertical tab, form feed, Unicode separators)
    becomes a line feed. Letters are composed (Unicode NFC), so that an "é" is the same "é" whoever
    typed it. Control characters and code points that no document may hold are dropped and named.
    """
    text = _LINE_BREAKS.sub("\n", text)
    dropped = [name_of(character) for character in _UNKEEPABLE.findall(text)]
    if dropped:
        text = _UNKEEPABLE.sub("", text)
    return unicodedata.normalize("NFC", text), dropped


def keepable(text: str) -> str:
    """The text as any document can hold it, where nobody is there to be told what could not be kept."""
    return normalise(text)[0]
