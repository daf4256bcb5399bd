"""`maca screen`: what in a text could tell which family it is about."""

import json
from bisect import bisect_left
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from maca.config.site import Wrong


@click.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def screen(file: Path, as_json: bool) -> None:
    """Print every span of FILE (text, Word or PDF) that could identify a family, with its class and why.

    It needs no site and asks nobody. What is certain has the form of an identifier or stands in a list; the rest is for
    a person to decide: a word with a capital, or one that nobody knows. What is struck out in a Word file and still in
    it is read too, after its lines. Comments in a Word file, and what a file says
    of itself, such as its author, are not read. Nothing found is no promise that nothing is there.
    """
    from maca.briefing.reading import NotABriefing
    from maca.briefing.screening import screen as spans_of
    from maca.briefing.screening.combinations import combinations
    from maca.briefing.screening.files import text_of

    try:
        text = text_of(file)
    except NotABriefing as problem:
        raise Wrong(problem.sentence) from problem
    spans = spans_of(text)
    together = combinations(text, spans)
    if as_json:
        told: dict[str, Any] = {
            "spans": [{**asdict(one), "class": one.kind} for one in spans],
            "combinations": [asdict(one) for one in together],
        }
        for one in told["spans"]:
            del one["kind"]
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    ends = [at for at, one in enumerate(text) if one == "\n"]
    for one in spans:
        line = bisect_left(ends, one.start) + 1
        what = "certain" if one.certain else "look at"
        click.echo(f"{what}  line {line:>4}  {one.kind}: “{_in_a_line(one.text)}” – {one.why}")
    for both in together:
        click.echo(both.why)
    certain = sum(one.certain for one in spans)
    click.echo(
        f"{len(spans)} to decide on, {certain} of them certain. What is not among them may tell too: read it as "
        "somebody who knows the family."
    )


def _in_a_line(text: str) -> str:
    """Without what would end the line, or command the terminal."""
    return "".join(one if one.isprintable() else " " for one in text)
