"""maca journal: check that nobody has changed it, and let anybody else check."""

import sys
from pathlib import Path
from typing import Any

import click

from maca.config.site import Wrong, with_site


@click.group()
def journal() -> None:
    """Check the journal, and write it out for an agency to check.

    The journal says who did and who saw what, each entry chained to the one before it. Every agency's lead gets
    its head, as NUMBER:DIGEST, in a notice once a day. With a head from an earlier day nobody can have written
    the journal anew since without its showing.
    """


def partnerships_here(name: str | None) -> list[Any]:
    """Those of this name, or all. Never makes one: what is checked or rotated must be there."""
    from maca.partnership.models import Partnership

    found = list(Partnership.objects.filter(name__iexact=name) if name else Partnership.objects.order_by("name"))
    if not found:
        raise Wrong(f"There is no partnership called “{name}”." if name else "There is no partnership here yet.")
    return found


def one_partnership(name: str | None) -> Any:
    found = partnerships_here(name)
    if len(found) > 1:
        raise Wrong("There are several partnerships here. Say which one with --partnership NAME.")
    return found[0]


def _head(text: str) -> tuple[int, str]:
    from argparse import ArgumentTypeError

    from maca.journal.verify_export import head_in

    try:
        return head_in(text)
    except ArgumentTypeError as problem:
        raise Wrong(f"“{text}” is no head: {problem}.") from problem


@journal.command()
@click.option("--partnership", "named", help="Name of the partnership; all of them when it is left out.")
@click.option("--head", "heads", multiple=True, metavar="NUMBER:DIGEST", help="As in an earlier notice; can repeat.")
@with_site
def verify(named: str | None, heads: tuple[str, ...]) -> None:
    """Check every entry. The answer is 0 if all is well, 1 if something was changed."""
    from maca.journal.queries import verify as check

    known = [_head(text) for text in heads]
    partnerships = [one_partnership(named)] if known else partnerships_here(named)
    bad = False
    for one in partnerships:
        checked = check(one.public_id, heads=known)
        click.echo(f"{one}: {checked.entries:,} entries hold, head {checked.head}")
        if checked.wrong:
            click.echo(f"NOT AS IT WAS WRITTEN: {checked.wrong}.")
        elif not checked.kept and checked.entries:
            click.echo("As it was written, as far as the chain shows: the keystore has no head of it yet.")
        else:
            click.echo(f"The journal is as it was written. The keystore knows it up to entry {checked.kept:,}.")
        bad = bad or bool(checked.wrong)
    if bad:
        sys.exit(1)


@journal.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--partnership", "named", help="Name of the partnership, where there are several.")
@with_site
def export(file: Path, named: str | None) -> None:
    """Write the journal to FILE, for somebody else to check with the verifier."""
    from maca.journal.queries import export_lines

    one = one_partnership(named)
    try:
        with file.open("xb") as out:
            for line in export_lines(one.public_id, one.name):
                out.write(line)
    except FileExistsError as problem:
        raise Wrong(f"{file} is there already. Choose another name.") from problem
    except OSError as problem:
        raise Wrong(f"{file} cannot be written ({problem.strerror}). Choose another place for it.") from problem
    click.echo(f"Wrote the journal of {one} to {file} ({file.stat().st_size:,} bytes).")
    click.echo("To check it anywhere: maca journal verifier verify_export.py, then python3 verify_export.py FILE")


@journal.command()
@click.argument("file", type=click.Path(path_type=Path))
def verifier(file: Path) -> None:
    """Write to FILE the program that checks an export; it needs Python 3.9 and nothing else."""
    from maca.journal import verify_export

    try:
        file.write_bytes(Path(verify_export.__file__).read_bytes())
    except OSError as problem:
        raise Wrong(f"{file} cannot be written ({problem.strerror}). Choose another place for it.") from problem
    click.echo(f"Wrote {file}. To check an export: python3 {file} EXPORT --head NUMBER:DIGEST")
