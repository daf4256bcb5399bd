"""`maca inspect`: whether a file that leaves the site holds anything that its pages do not show."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from maca.config.site import Wrong


@click.command("inspect")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--json", "as_json", is_flag=True, help="Print the parts and what is wrong as JSON.")
def inspect(file: Path, as_json: bool) -> None:
    """Open an export (docx, pptx, xlsx, pdf, html, csv, txt, json) again, and list its parts.

    It ends with 1, and a sentence for each, when there is anything in FILE that no export of this software holds:
    comments, tracked changes, what is hidden, an author, an older state, what runs or leads elsewhere. It needs no
    site. What the words themselves give away is found by “maca screen”.
    """
    from maca.kernel.inspecting import KINDS
    from maca.kernel.inspecting import inspect as look_into

    if file.suffix.lower().removeprefix(".") not in KINDS:
        raise Wrong(f"{file.name} is none of {', '.join(KINDS)}. Give the file one of these names.")
    try:
        found = look_into(file.read_bytes(), file.name)
    except OSError as problem:
        raise Wrong(f"{file} cannot be read ({problem.strerror}). Check its name.") from problem
    if as_json:
        click.echo(json.dumps({"file": file.name, **asdict(found)}, ensure_ascii=False, indent=2))
    else:
        for part in found.parts:
            click.echo("".join(one if one.isprintable() else " " for one in part))
        for fault in found.faults:
            click.echo("".join(one if one.isprintable() else " " for one in f"{fault.where}: {fault.says}"), err=True)
        click.echo("There is nothing in it that should not be." if not found.faults else f"{len(found.faults)} found.")
    sys.exit(bool(found.faults))
