"""Things that somebody might type, always the same ones: a thousand, and ten thousand with `make test-words`."""

import os
import random
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator

import pypdfium2

from maca.kernel.pdf import _can_print

STRINGS = int(os.environ.get("MACA_STRINGS", "1000"))
SEEN = ("Lu", "Ll", "Lo", "Nd", "Nl", "No", "Po", "Sc", "Sm", "So")
NOT_READ = "\u2800\ufffd"
LEADS = (
    *"=+-@\t＝＋－＠'\"",
    *(" =", "'=", "' +", "=cmd|' /C calc'!A0", "@SUM(1+1)*", "-2+3+", '=HYPERLINK("', ";=", ",="),
)
PIECES = (
    *("Mum said", "“not today”", "Łódź ŵy ŷ", "اردو پنجابی", "עברית", "中文 日本", "👩‍👧 😀 🏳️‍🌈"),
    *("e\u0301\u0323\u0301", "na\u00efve", "\u202eoverride\u202c", "\u2066isolate\u2069", "\u200d\u200c\u00ad\u2011"),
    *("\ufeff", "\ufffe\uffff", "\ud800", "\udfff", "\ud7ff\ue000", "\ufdd0", "\U0001fffe", "\U0010ffff", "\U0010fffd"),
    *("\ufffd", "\u00a0\u2003\u3000", "\x00", "\x07\x08\x1b\x7f", "\x0b", "\x0c", "\x85", "\u2028\u2029", "\x80\x9f"),
    *("\r\n", "\r", "\n", "\n\n", "\t", "  ", "_x0041_ _x005F_x000D_", "<b>&amp;</b>", "]]>", "<!--", "<script>"),
    *("&#0;", "{{ 7*7 }}", "${7}", "#set $x$ *b* _e_ `c` @ref", "\\u0041", "%s", "a" * 70, "1.", "- ", "C1; C2"),
    *("a=b", "x" * 300, "fi ffl ﬁ", "\u1100\u1161\u11a8", "\U0001d49c", "Ａ", "ẞß"),
)


def typed(count: int = STRINGS) -> Iterator[str]:
    """In turns: what begins as a formula does, pieces that are awkward in some file, and any characters at all."""
    chance = random.Random(27)
    for at in range(count):
        if at == 7:
            yield "wörd 😀 =" * 25_000
        elif at % 4 == 0:
            yield chance.choice(LEADS) + chance.choice(("1+1", "")) + " ".join(chance.sample(PIECES, 2))
        elif at % 4 == 3:
            yield "".join(chr(chance.randrange(0x110000 if chance.random() < 0.3 else 0x3000)) for _ in range(12))
        else:
            yield chance.choice(("", " ")).join(chance.choices(PIECES, k=chance.randrange(1, 6)))


def text_of_pdf(data: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data))


def letters(text: str) -> Counter[str]:
    """What is printed, whatever the order: lines are broken, and readers of PDF turn what runs from right to left.

    They also take ligatures apart, a hyphen for a sign that a word goes on, the blank of Braille for a space and, after
    Hebrew, a digit in a ring for a digit, turn brackets, and drop U+FFFD, which is drawn, before a joiner.
    """
    plain = "".join(str(unicodedata.digit(c, c)) for c in unicodedata.normalize("NFKD", text) if c not in NOT_READ)
    return Counter(c for c in plain if unicodedata.category(c) in SEEN and not unicodedata.mirrored(c))


def drawn(texts: Iterable[str]) -> Counter[str]:
    """The letters of texts as they are to be printed: what no font draws by its number."""
    return letters("".join(c if c.isspace() or _can_print(c) else f"[U+{ord(c):04X}]" for text in texts for c in text))
