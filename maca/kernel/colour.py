"""The colour of headings and rules on what is printed, and whether it can be read on white paper."""

import re

OURS = "#1d4e6f"
# Of text and what is behind it: Web Content Accessibility Guidelines 2.2, success criterion 1.4.3.
LEAST_CONTRAST = 4.5
_COLOUR = re.compile(r"#[0-9a-f]{6}")


def is_colour(text: str) -> bool:
    """Whether it is a number sign and six figures of base sixteen, in small letters: “#1d4e6f”."""
    return _COLOUR.fullmatch(text) is not None


def contrast_with_white(colour: str) -> float:
    """From 1, which is white, to 21, which is black. Raises ValueError for what is no colour.

    As the Web Content Accessibility Guidelines 2.2 define relative luminance and contrast ratio.
    """
    if not is_colour(colour):
        raise ValueError(f"{colour} is no colour.")
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
