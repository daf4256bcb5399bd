"""How much room words take, measured with a font of ours that is wider than any in which they are read."""

from functools import cache
from pathlib import Path

from PIL import ImageFont

_FONT = Path(__file__).parent / "data" / "pdf" / "fonts" / "DejaVuSans.ttf"
_SIZE = 100


@cache
def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FONT), _SIZE, layout_engine=ImageFont.Layout.BASIC)


def width_of(text: str, size: float) -> float:
    """Points that the text takes on one line, in type of so many points. Chinese is as wide as it is high."""
    font = _font()
    return sum(max(font.getlength(one), 0 if ord(one) < 0x3000 else _SIZE) for one in text) * size / _SIZE


def lines_of(text: str, *, width: float, size: float) -> int:
    """How many lines the text takes at this width, in points. A word that is longer than a line is broken."""
    lines, used, space = 1, 0.0, width_of(" ", size)
    for word in text.split():
        needed = width_of(word, size)
        if used and used + space + needed > width:
            lines, used = lines + 1, 0.0
        if needed > width:
            lines += int(needed // width)
            needed %= width
        used += needed + (space if used else 0)
    return lines
