"""Draws who looks at a page, and when, across it: burnt into the picture, so that it goes wherever a copy goes."""

import io
import math
from pathlib import Path

# The briefing's own type: it has the letters of every European name.
FONT = Path(__file__).parents[1] / "briefing" / "data" / "fonts" / "DejaVuSans.ttf"


def across(picture: bytes, words: str) -> bytes:
    """The same picture, with `words` slanting across it over and over, dark and light, so that either can be read.

    They stand whole in it at least once wherever the letters can be as small as 8 pixels for that.
    """
    from PIL import Image, ImageDraw, ImageFont

    page = Image.open(io.BytesIO(picture), formats=("JPEG",)).convert("RGB")
    width, height = page.size
    size = max(8, min(width // 24, height // 12, 44))
    # At the slant of the line, and with the room around it, 0.8 of the width is what it may be long.
    length = ImageFont.truetype(str(FONT), size).getlength(words)
    size = max(8, min(size, int(size * width * 0.8 / max(length, 1))))
    letters = ImageFont.truetype(str(FONT), size)
    line = Image.new("LA", (int(letters.getlength(words)) + 2 * size, int(size * 1.6)), (0, 0))
    ImageDraw.Draw(line).text(
        (size // 2, size // 5), words, font=letters, fill=(40, 110), stroke_width=1, stroke_fill=(255, 110)
    )
    # As steep as the picture is high enough for.
    slant = min(20.0, math.degrees(math.atan2(max(height - line.height, 0), line.width)))
    line = line.rotate(slant, expand=True, resample=Image.Resampling.BICUBIC)
    down_by = max(line.height, min(size * 9, height // 3), 1)
    for row, top in enumerate(range(0, max(height - line.height // 2, 1), down_by)):
        for left in range(-(line.width // 2) * (row % 2), width, line.width):
            page.paste(line.convert("RGB"), (left, top), line.getchannel("A"))
    file = io.BytesIO()
    page.save(file, "JPEG", quality=80)
    return file.getvalue()
