"""`maca chronology`: the agencies' chronologies of one case, merged into one line and looked through for patterns."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import click

from maca.chronology.entries import Entry, Reading
from maca.config.site import Wrong


@click.group()
def chronology() -> None:
    """The agencies' chronologies of one case: what cannot be read, and what to ask about. It needs no site."""


@chronology.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH…")
@click.option("--tool", default="", help="The theme's tool, for example “neglect toolkit”.")
@click.option("--to", "end", help="The last day of the period; the last entry's if left out.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def check(paths: tuple[Path, ...], tool: str, end: str | None, as_json: bool) -> None:
    """Read the files or folders at PATH, all about one case, and print what cannot be read and every pattern.

    A pattern is a question for the panel, with the entries it rests on; it is no judgement.
    """
    from maca.chronology import checking
    from maca.chronology.patterns import Settings

    to = _day(end) if end else None
    found = checking.check(_read(paths), Settings(tool=" ".join(tool.split())), to=to)
    if as_json:
        click.echo(checking.as_json(found), nl=False)
        return
    for line in checking.as_text(found):
        click.echo(line)


@chronology.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH…")
@click.option("--output", type=click.Path(path_type=Path), required=True, help="File: .xlsx, .csv, .html or .pdf.")
def merge(paths: tuple[Path, ...], output: Path) -> None:
    """Write the entries of the files or folders at PATH, all about one case, as one line in the order of time."""
    from maca.chronology import as_html, as_pdf, as_table

    writers: dict[str, Callable[[tuple[Entry, ...]], bytes]] = {
        ".xlsx": as_table.as_xlsx,
        ".csv": as_table.as_csv,
        ".html": lambda entries: as_html.write(entries).encode(),
        ".pdf": as_pdf.write,
    }
    if output.suffix.lower() not in writers:
        raise Wrong(f"{output} is neither .xlsx, .csv, .html nor .pdf. Give the file one of these names.")
    reading = _read(paths)
    try:
        written = writers[output.suffix.lower()](reading.entries)
    except ValueError as problem:
        raise Wrong(f"{output} was not written. {problem} Write it as .csv.") from problem
    try:
        output.write_bytes(written)
    except OSError as problem:
        raise Wrong(f"{output} cannot be written ({problem.strerror}). Choose another place for it.") from problem
    click.echo(f"Wrote {output}: {len(reading.entries):,} entries ({len(written):,} bytes).")
    for one in reading.unread:
        row = f", row {one.row}" if one.row else ""
        click.echo(f"Not read, {one.file}{row}: {one.why} {one.mend}", err=True)


def _read(paths: tuple[Path, ...]) -> Reading:
    from maca.chronology.reading import NotEntriesError, read_paths

    try:
        return read_paths(paths)
    except NotEntriesError as problem:
        raise Wrong(problem.sentence) from problem


def _day(written: str) -> dt.date:
    from maca.chronology.dates import read_day

    day = read_day(written)
    if isinstance(day, str) or day.approximate:
        raise Wrong(f"“{written}” is no day. Write it such as 2026-03-14 or 14/03/2026.")
    return day.date
