"""maca notices: the messages that wait to be sent."""

import click

from maca.config.site import Wrong, with_site


@click.group()
def notices() -> None:
    """Look after the messages that the site sends. “maca serve” sends them by itself."""


@notices.command()
@with_site
def send() -> None:
    """Send what is due now, once, and say how many went."""
    from django.conf import settings
    from django.utils import timezone

    from maca.notices.operations import send_due

    if not settings.MACA_CAN_MAIL:
        raise Wrong("No mail server is set, so nothing was sent. Set MACA_MAIL and MACA_MAIL_FROM.")
    done = send_due(timezone.now())
    click.echo(f"{done.sent} sent, {done.waiting} waiting, {done.given_up} given up.")
