"""What in a text could tell which family it is about: before a briefing is released, a person decides on each.

It needs no site, no model and no network: rules with check digits, lists of names and places, and everything else that
nobody knows.
"""

from maca.briefing.screening.spans import Span, screen

__all__ = ["Span", "screen"]
