"""maca forget-second-steps: for somebody who has lost every second step, where nobody else can help them."""

import click

from maca.config.site import Wrong, with_site


@click.command("forget-second-steps")
@click.argument("email")
@with_site
def forget_second_steps(email: str) -> None:
    """Let somebody who has lost phone, passkeys and recovery codes set up a second step anew.

    First make sure that it is they who ask. Their sign-ins end, and a message tells them.
    """
    from maca.accounts.operations import forget_second_factors
    from maca.partnership.models import Person, as_kept
    from maca.partnership.operations import operator_of

    found = Person.objects.filter(email=as_kept(email)).select_related("partnership").first()
    if found is None:
        raise Wrong(f"Nobody has an account with {email}.")
    forget_second_factors(found, by=operator_of(found.partnership))
    click.echo(f"{found.name} signs in with their password, and is then asked to set up a second step.")
