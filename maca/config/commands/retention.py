"""maca retention: what is due, and whether a restored site still knows every legal hold."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from maca.config.commands.journal import one_partnership, partnerships_here
from maca.config.site import Wrong, with_site


@click.group()
def retention() -> None:
    """See which records’ time for keeping is over, and check the legal holds after a restore.

    Nothing here destroys anything. What is due is destroyed on the site, by the business manager, under “Retention”.
    """


@retention.command()
@click.option("--partnership", "named", help="Name of the partnership; all of them when it is left out.")
@click.option("--ahead", is_flag=True, help="Also what falls due within a year.")
@with_site
def due(named: str | None, ahead: bool) -> None:
    """Print what is due by the schedule, a line each: the day, the audit, of what, what, and how it stands.

    It reads only: run it from cron, once a month for instance, to remind the business manager. “held” is under a legal
    hold; “not decided” waits for the chair or the information governance officer to decide on the period.
    """
    from maca.kernel.clock import today
    from maca.retention.queries import clock_trouble, due_ahead, due_by
    from maca.retention.rules import TROUBLES

    for one in partnerships_here(named):
        listed = due_ahead(one) if ahead else due_by(one, today())
        click.echo(f"{one}: {sum(line.may_go for line in listed)} to destroy, {len(listed)} listed")
        for line in listed:
            held = f"held: {line.hold.get_reason_display().lower()}" if line.hold else ""
            waits = "" if line.period.is_decided else "not decided"
            stands = held or waits or ("due" if line.due_on <= today() else "to come")
            audit = line.nomination.audit
            click.echo(f"  {line.due_on.isoformat()}  {audit}, {line.label}: {line.what.lower()} ({stands})")
        if trouble := clock_trouble(one.public_id):
            click.echo(f"  {TROUBLES[trouble]}")


@retention.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--put-back", is_flag=True, help="Begin every hold that is missing again.")
@click.option("--partnership", "named", help="Name of the partnership, where there are several.")
@with_site
def check(file: Path, put_back: bool, named: str | None) -> None:
    """After a restore: is every legal hold of an exported journal in FILE still in the database?

    Take the newest file that “maca journal export” wrote before the restore. The answer is 0 if every hold that stood
    when the file was written is known here, and 1 if one is missing. A hold that was begun after the file was written
    cannot be found by it: ask the chair and the information governance officer as well.
    """
    from maca.cases.models import LegalHold
    from maca.kernel.verdict import Refused
    from maca.partnership.operations import operator_of
    from maca.retention.operations import put_back_hold

    one = one_partnership(named)
    stood = _holds_in(file, one.public_id)
    known = set(LegalHold.objects.filter(partnership=one).values_list("public_id", flat=True))
    missing = {public_id: entry for public_id, entry in stood.items() if public_id not in known}
    click.echo(f"{one}: {len(stood)} holds stood when the journal was exported, {len(missing)} of them missing here.")
    left = 0
    for entry in missing.values():
        details = entry["details"]
        over = ", ".join(filter(None, (details.get("audit"), details.get("case")))) or "the whole partnership"
        why = details.get("reason", "other")
        click.echo(f"MISSING: over {over}, begun on {entry['at'][:10]} by {entry['by_name']} ({why})")
        if not put_back:
            left += 1
            continue
        try:
            put_back_hold(entry, partnership=one, by=operator_of(one))
            click.echo("  put back")
        except Refused as problem:
            left += 1
            click.echo(f"  NOT put back: {problem.sentence}")
    if left:
        if not put_back:
            click.echo("To put them back: maca retention check FILE --put-back")
        sys.exit(1)


def _holds_in(file: Path, partnership: str) -> dict[str, dict[str, Any]]:
    """The entries that began holds which stood at the end of an exported journal, by the ids of the holds."""
    from maca.journal.verify_export import FORMAT, BadLine, follow, links_in
    from maca.retention.operations import BEGAN, ENDED

    stood: dict[str, dict[str, Any]] = {}
    ending: dict[str, Any] = {}

    def noting(links: Any) -> Any:
        for link in links:
            entry = json.loads(link[3])
            hold = entry["about"].partition(":")[2]
            if entry["did"] == BEGAN:
                stood[hold] = entry
            elif entry["did"] == ENDED:
                stood.pop(hold, None)
            yield link

    try:
        with file.open("rb") as lines:
            header = json.loads(lines.readline(10_000))
            if not isinstance(header, dict) or header.get("format") != FORMAT:
                raise Wrong(f"{file} is no exported journal. Write one with “maca journal export FILE”.")
            found = follow(noting(links_in(lines, partnership, ending)))
    except BadLine as problem:
        raise Wrong(f"{file} cannot be believed: {problem}.") from problem
    except (OSError, ValueError) as problem:
        raise Wrong(f"{file} cannot be read. Write one with “maca journal export FILE”.") from problem
    if found.wrong:
        raise Wrong(f"{file} cannot be believed: {found.wrong}.")
    return stood
