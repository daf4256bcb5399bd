"""What a partnership gives in for its house style, before any of it is printed: a logo drawn anew, a line looked at."""

import io
import re

from PIL import Image

from maca.briefing.screening import Span, screen
from maca.kernel.word import UnfitError
from maca.returns.redraw import CannotKeepError, redraw

LARGEST = 2 * 1024 * 1024
SMALLEST = 40
LONGEST_FOOTER = 200
MOST = (640, 200)  # pixels that are kept
_BROKEN = "The logo is broken or cut off, or cannot be drawn. Save it again as PNG and choose that"
_SENTENCES = {
    "too-many-pixels": "The logo has too many pixels. Make the picture smaller, such as 640 pixels wide",
    "moving": "The logo is a moving picture. Only a still one can be printed. Save it as PNG and choose that",
}
_OF_THE_HOUSE = re.compile(r"(?:©|\(c\)|\bcopyright|\bsince|\bestablished(?: in)?|\best\.)\s*$", re.IGNORECASE)
_BEGINS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


def logo_of(content: bytes) -> tuple[bytes, int, int]:
    """A PNG or JPEG decoded in a program apart and written anew as a small JPEG on white, with its width and height.

    Raises `UnfitError`, which says what is wrong and how to mend it.
    """
    if not content.startswith(_BEGINS):
        raise UnfitError("The logo is neither PNG nor JPEG, whatever its name says. Save it as PNG and choose that")
    if len(content) > LARGEST:
        raise UnfitError("The logo is more than 2 MB. Make the picture smaller, such as 640 pixels wide")
    try:
        drawn = redraw(content).pages[0]
    except CannotKeepError as problem:
        raise UnfitError(_SENTENCES.get(problem.code, _BROKEN)) from problem
    picture = Image.open(io.BytesIO(drawn), formats=("JPEG",))
    width, height = picture.size
    if min(width, height) < SMALLEST or not height / 2 <= width <= height * 8:
        raise UnfitError(
            f"The logo is {width} by {height} pixels. It must be {SMALLEST} or more each way, at most eight times as "
            "wide as it is high, and twice as high as wide. Cut it, or choose another form of it"
        )
    picture.thumbnail(MOST)
    file = io.BytesIO()
    picture.info = {}
    picture.save(file, "JPEG", quality=90)
    return file.getvalue(), *picture.size


def could_identify(footer: str) -> list[str]:
    """What in the line at the foot could tell of a family, as screening of a briefing finds it, each with its why.

    A year that is said of the house itself (“© 2026”, “since 2019”) tells of none.
    """
    found = (one for one in screen(footer) if not _is_of_the_house(footer, one))
    return [f"“{one.text}”: {one.why}" for one in found]


def _is_of_the_house(footer: str, one: Span) -> bool:
    return re.fullmatch(r"\d{4}", one.text) is not None and _OF_THE_HOUSE.search(footer[: one.start]) is not None
