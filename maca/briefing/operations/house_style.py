"""A partnership says what is printed on its papers."""

from django.db import transaction
from django.utils import timezone

from maca.briefing import rules
from maca.briefing.models import HouseStyle
from maca.journal.operations import write
from maca.kernel.holding import hold
from maca.partnership.models import Partnership, Person


@transaction.atomic
def set_house_style(
    partnership: Partnership,
    *,
    footer: str,
    logo: tuple[bytes, int, int] | None = None,
    without_logo: bool = False,
    kept: bool = False,
    by: Person,
) -> None:
    """Print this line and this logo from now on. Without a new logo the one there stays, unless it is to go. What was
    published stays as it is. Where nothing would be printed otherwise, nothing is saved.

    `logo` is a picture drawn anew, with its width and height; `kept` says that the line tells of no family.
    """
    hold(partnership)
    rules.may_set_house_style(by).insist()
    rules.may_print_footer(footer, kept=kept).insist()
    there = HouseStyle.objects.filter(partnership=partnership).first() or HouseStyle(partnership=partnership)
    picture, width, height = logo or (None, 0, 0)
    before = bytes(there.logo) if there.logo else None
    if footer == there.footer and (picture == before or not (logo or without_logo)):
        return
    changes = {"footer": footer, "saved_by": by, "saved_at": timezone.now()}
    if logo or without_logo:
        changes |= {"logo": picture, "logo_width": width, "logo_height": height}
    style, _ = HouseStyle.objects.update_or_create(partnership=partnership, defaults=changes)
    write("set the house style", partnership, by=by, footer=bool(footer), logo=bool(style.logo), kept=kept)
