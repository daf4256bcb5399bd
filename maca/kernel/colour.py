"""The colour of headings and rules on what is printed, and whether a colour can be read on another."""

import re

OURS = "#1d4e6f"
# Of text and what is behind it: Web Content Accessibility Guidelines 2.2, success criterion 1.4.3.
LEAST_CONTRAST = 4.5
# Below this even large text is not seen (the same criterion).
LEAST_SEEN = 3.0
WHITE = "#ffffff"
_COLOUR = re.compile(r"#[0-9a-f]{6}")


def is_colour(text: str) -> bool:
    """Whether it is a number sign and six figures of base sixteen, in small letters: “#1d4e6f”."""
    return _COLOUR.fullmatch(text) is not None


def contrast(one: str, other: str) -> float:
    """From 1, where two colours are the same, to 21, which is black and white. Raises ValueError for what is no colour.

    As the Web Content Accessibility Guidelines 2.2 define relative luminance and contrast ratio.
    """
    darker, lighter = sorted(map(_luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def contrast_with_white(colour: str) -> float:
    """The contrast of a colour with white paper."""
    return contrast(colour, WHITE)


def _luminance(colour: str) -> float:
    if not is_colour(colour):
        raise ValueError(f"{colour} is no colour.")
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
