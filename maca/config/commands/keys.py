"""maca keys: the root key, its shares, rotation, and what the keystore holds."""

import secrets
from pathlib import Path

import click

from maca.config.commands.journal import one_partnership
from maca.config.site import Wrong, with_settings, with_site


@click.group()
def keys() -> None:
    """Look after the keys that cases are sealed with.

    The root key opens each partnership's key, and that opens the key of each case. The root is a small file, or
    the setting MACA_ROOT_KEY; it is never in a database. The other keys are in the keystore, a database of its
    own (MACA_DATA/keystore, or MACA_KEYSTORE_URL). Back the two up apart from the site's database and apart from
    each other, and keep the backups of the keystore for a shorter time (14 days is usual): a case that was
    destroyed can be read from a backup for as long as the keystore's backups live.

    First of all: maca keys make-root FILE, then maca keys shares, and give the three papers to three people.
    """


@keys.command("make-root")
@click.argument("file", type=click.Path(path_type=Path))
@with_settings
def make_root(file: Path) -> None:
    """Make a new root key in FILE, for a new site. Then set MACA_ROOT_KEY_FILE to it."""
    from maca.sealing.root import LENGTH, fingerprint, write_root

    key = secrets.token_bytes(LENGTH)
    try:
        write_root(file, key)
    except FileExistsError as problem:
        raise Wrong(f"{file} is there already, and a root key is never written over. Choose another name.") from problem
    except OSError as problem:
        raise Wrong(f"{file} cannot be written ({problem.strerror}). Choose another place for it.") from problem
    click.echo(f"Wrote a new root key to {file} (fingerprint {fingerprint(key)[:8]}), readable by this account alone.")
    click.echo(f"Now: export MACA_ROOT_KEY_FILE={file.resolve()}")
    click.echo("Then write down its shares with “maca keys shares”: without the root, no case can ever be opened.")


@keys.command()
@with_settings
def shares() -> None:
    """Print three shares of the root key in words, of which any two restore it.

    Print them one a page, and give them to three people of different bodies: for example the business manager,
    the council's IT and the information governance officer. One share alone says nothing. Each run makes a new
    set; shares of different sets do not go together.
    """
    from maca.sealing.root import fingerprint, root_key, shares_of

    key = root_key()
    if _database_is_here():
        # Before anything is shown, as every reading.
        _note_shares(fingerprint(key)[:8])
    else:
        click.echo("There is no database here yet, so no journal says that these were printed.", err=True)
    for number, share in enumerate(shares_of(key), start=1):
        click.echo(f"Share {number} of 3, of the root key {fingerprint(key)[:8]}. Any two restore it.\n\n  {share}\n")


def _database_is_here() -> bool:
    """Whether a database is named, or one in SQLite was made: the shares of a new site come before either."""
    from django.db import connection

    return connection.vendor != "sqlite" or Path(connection.settings_dict["NAME"]).exists()


@with_site
def _note_shares(root: str) -> None:
    from maca.partnership.operations import note_at_the_machine

    note_at_the_machine("printed shares of the root key", root=root)


@keys.command("restore-root")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--share", "given", multiple=True, help="A share. Asked for, unseen, when left out: rather so.")
@with_settings
def restore_root(file: Path, given: tuple[str, ...]) -> None:
    """Restore a lost root key from the shares of two people, into FILE."""
    from maca.sealing.root import fingerprint, from_shares, write_root

    shares = list(given)
    while len(shares) < 2:
        shares.append(click.prompt(f"Words of share {len(shares) + 1}", hide_input=True))
    try:
        key = from_shares(shares)
        write_root(file, key)
    except ValueError as problem:
        raise Wrong(str(problem)) from problem
    except FileExistsError as problem:
        raise Wrong(f"{file} is there already, and a root key is never written over. Choose another name.") from problem
    except OSError as problem:
        raise Wrong(f"{file} cannot be written ({problem.strerror}). Choose another place for it.") from problem
    click.echo(
        f"Restored the root key {fingerprint(key)[:8]} to {file}. Now: export MACA_ROOT_KEY_FILE={file.resolve()}"
    )
    click.echo("Then see with “maca keys check” whether it is the one this site was sealed with.")


@keys.command()
@with_site
def check() -> None:
    """Say whether the root key and the keystore open this site, and what they hold."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db.models import Count, Q

    from maca.partnership.models import Partnership
    from maca.sealing.models import Key, KeyKind
    from maca.sealing.queries import check_every_key, check_keys
    from maca.sealing.root import fingerprint, root_key

    try:
        check_keys(Partnership.objects.values_list("public_id", flat=True))
        click.echo(f"Root key {fingerprint(root_key())[:8]} opens the key of every partnership.")
        opened = check_every_key()
    except ImproperlyConfigured as problem:
        raise Wrong(str(problem)) from problem
    click.echo(f"{opened} keys open.")
    held = Key.objects.values("kind").annotate(
        live=Count("pk", filter=Q(destroyed_at=None)), gone=Count("pk", filter=~Q(destroyed_at=None))
    )
    for row in held.order_by("kind"):
        click.echo(f"  {KeyKind(row['kind']).label}: {row['live']} in use, {row['gone']} destroyed")


@keys.command("rotate-root")
@click.argument("file", type=click.Path(path_type=Path))
@with_site
def rotate_root(file: Path) -> None:
    """Wrap every partnership's key under the new root key in FILE, made with “maca keys make-root”.

    It takes a moment, and no case is touched. If it is stopped half way, run it again. Afterwards set
    MACA_ROOT_KEY_FILE to FILE, restart the site, print new shares, and destroy the old root and its shares.
    """
    from maca.partnership.operations import note_at_the_machine
    from maca.sealing.operations import rewrap_under_root
    from maca.sealing.root import fingerprint, read_root, root_key

    new = read_root(file)
    done = rewrap_under_root(old=root_key(), new=new)
    note_at_the_machine("wrapped the keys under a new root", root=fingerprint(new)[:8])
    click.echo(f"Wrapped {done} partnership keys under the root key {fingerprint(new)[:8]}.")
    click.echo(f"Now: export MACA_ROOT_KEY_FILE={file.resolve()} and restart the site.")


@keys.command()
@click.option("--partnership", help="Name of the partnership, where there are several.")
@with_site
def rotate(partnership: str | None) -> None:
    """Give a partnership a new key, and wrap the keys of all its cases under it.

    The site can go on running. If it is stopped half way, run it again: it goes on where it was.
    """
    from maca.partnership.operations import note_rotation
    from maca.sealing.operations import rotate_partnership_key

    its = one_partnership(partnership)
    done = rotate_partnership_key(its.public_id)
    note_rotation(its, keys=done)
    click.echo(f"“{its}” has a new key; {done} keys were wrapped anew under it.")


@keys.command()
@with_site
def sweep() -> None:
    """Finish destroying what was destroyed on the record, should a crash have come in between."""
    from maca.cases.operations import finish_destroying
    from maca.partnership.operations import note_at_the_machine

    done = finish_destroying()
    note_at_the_machine("finished destroying keys")
    click.echo(f"Destroyed the keys of {done} cases that were left.")
