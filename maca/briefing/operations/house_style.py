"""A partnership says what is printed on its papers."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from maca.briefing import rules
from maca.briefing.models import HouseStyle
from maca.briefing.queries import house_style_of
from maca.journal.operations import write
from maca.kernel.holding import hold
from maca.kernel.look import Look
from maca.kernel.versions import Changed
from maca.partnership.models import Partnership, Person


@transaction.atomic
def set_house_style(
    partnership: Partnership,
    *,
    footer: str,
    logo: tuple[bytes, int, int] | None = None,
    without_logo: bool = False,
    look: Look | None = None,
    without_look: bool = False,
    kept: bool = False,
    version: int | None,
    by: Person,
) -> None:
    """Print this line, this logo and in these fonts, sizes and colours from now on. Without a new logo the one there
    stays, unless it is to go, and so do fonts, sizes and colours without a look that says some. What was published
    stays as it is. Where nothing would be printed otherwise, nothing is saved.

    `logo` is a picture drawn anew, with its width and height; `kept` says that the line tells of no family. Raises
    `Changed` when the version has moved on.
    """
    hold(partnership)
    rules.may_set_house_style(by).insist()
    rules.may_print_footer(footer, kept=kept).insist()
    there = house_style_of(partnership)
    if version not in (None, there.version):
        raise Changed(there)
    before = _printed(there)
    there.footer = footer
    if logo or without_logo:
        there.logo, there.logo_width, there.logo_height = logo or (None, 0, 0)
    if without_look:
        there.word_styles = None
    if look and look.says_something:
        there.word_styles = look.as_json()
    if _printed(there) == before:
        return
    there.version += 1
    there.saved_by, there.saved_at = by, timezone.now()
    there.save()
    write(
        "set the house style", partnership, by=by, footer=bool(footer), logo=bool(there.logo),
        styles=bool(there.word_styles), kept=kept,
    )  # fmt: skip


def _printed(style: HouseStyle) -> tuple[Any, ...]:
    return style.footer, bytes(style.logo) if style.logo else None, style.word_styles
