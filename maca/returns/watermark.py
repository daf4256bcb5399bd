"""Draws who looks at a page, and when, across it: burnt into the picture, so that it goes wherever a copy goes."""

import io
from pathlib import Path

# The briefing's own type: it has the letters of every European name.
FONT = Path(__file__).parents[1] / "briefing" / "data" / "fonts" / "DejaVuSans.ttf"


def across(picture: bytes, words: str) -> bytes:
    """The same picture, with `words` slanting across it over and over, dark and light, so that either can be read."""
    from PIL import Image, ImageDraw, ImageFont

    page = Image.open(io.BytesIO(picture), formats=("JPEG",)).convert("RGB")
    width, height = page.size
    letters = ImageFont.truetype(str(FONT), max(8, min(width // 24, height // 12, 44)))
    size = letters.size
    line = Image.new("LA", (int(letters.getlength(words)) + 2 * int(size), int(size * 1.6)), (0, 0))
    ImageDraw.Draw(line).text(
        (size // 2, size // 5), words, font=letters, fill=(40, 110), stroke_width=1, stroke_fill=(255, 110)
    )
    line = line.rotate(20, expand=True, resample=Image.Resampling.BICUBIC)
    across_by, down_by = max(line.width, 1), max(line.height, int(size * 9))
    for row, top in enumerate(range(-line.height // 2, height, down_by)):
        for left in range(-(line.width // 2) * (row % 2) - line.width // 4, width, across_by):
            page.paste(line.convert("RGB"), (left, top), line.getchannel("A"))
    file = io.BytesIO()
    page.save(file, "JPEG", quality=80)
    return file.getvalue()
