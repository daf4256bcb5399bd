"""The `maca` command."""

import os
import resource
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from maca import __version__
from maca.config.commands.chronology import chronology
from maca.config.commands.inspecting import inspect
from maca.config.commands.journal import journal
from maca.config.commands.keys import keys
from maca.config.commands.notices import notices
from maca.config.commands.paper import read_return, return_form
from maca.config.commands.retention import retention
from maca.config.commands.screening import screen
from maca.config.logs import tell_nothing_raised
from maca.config.site import Wrong, with_site
from maca.kernel.text import what_turns

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
KEPT_OPEN = 32  # connections to a database that wait for the next request: what a panel with its note-takers uses
LONGEST_WAIT = 5  # seconds for one of them, before somebody is told that nothing was saved


@click.group(
    epilog="Settings come from the environment: MACA_DATA (the one directory that holds everything the site "
    "keeps), DATABASE_URL (PostgreSQL instead of SQLite), MACA_MODE (training or production), MACA_HOSTS and "
    "MACA_SECRET_KEY (production)."
)
@click.version_option(__version__, prog_name="maca")
def main() -> None:
    """Multi-agency case audits for safeguarding children partnerships: from a theme to the six-step briefing.

    To try it: set MACA_DATA to a directory, run “maca demo” and then “maca serve”.
    """
    # Whatever this makes, the database above all, is for this account alone.
    os.umask(0o077)
    tell_nothing_raised()


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port to listen on; 0 takes any free one.",
)
@with_site
def serve(host: str, port: int) -> None:
    """Serve the site, and print its address."""
    import uvicorn
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured

    from maca.cases.operations import finish_destroying
    from maca.config.refusals import refusals
    from maca.kernel.once import forget_old_forms
    from maca.kernel.sqlite.base import kept
    from maca.notices.clock import Clock
    from maca.partnership.fence import installation
    from maca.partnership.models import Partnership
    from maca.partnership.operations import attest_invented_people, operator_of
    from maca.sealing.queries import check_keys

    if settings.MACA_TRAINING and host not in LOOPBACK:
        raise Wrong(
            f"In training mode anybody can sign in with one click, so the site is served on this machine only, "
            f"not on {host}. Set MACA_MODE=production to serve it to others."
        )
    if not settings.MACA_TRAINING and (found := refusals()):
        listed = "\n".join(f"- {one}" for one in found)
        raise Wrong(f"The site is not safe to serve like this, and does not start:\n{listed}")
    # A crash leaves no copy of the memory, with keys and open cases in it, on the disk.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        check_keys(Partnership.objects.values_list("public_id", flat=True))
    except ImproperlyConfigured as problem:
        raise Wrong(str(problem)) from problem
    finish_destroying()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, the event loop turns Nagle's delay off. Left unnamed, every page waits 40 ms.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)  # so that the address answers from the moment it is printed
    except OSError as problem:
        raise Wrong(
            f"Port {port} on {host} cannot be used ({problem.strerror}). Choose another: maca serve --port 8001"
        ) from problem
    forget_old_forms()
    for invented in Partnership.objects.filter(training=True):
        attest_invented_people(invented, by=operator_of(invented))
    if not Partnership.objects.exists():
        click.echo("There is nobody to sign in yet. Stop this, and run “maca demo” or “maca partnership NAME”.")
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{listening.getsockname()[1]}"
    if settings.MACA_TRAINING:
        settings.MACA_ADDRESS = address  # the links in its mail lead here, whatever the port
    click.echo(f"{address}/")
    server = uvicorn.Server(
        uvicorn.Config(
            "maca.config.asgi:application",
            log_level="warning",
            access_log=False,
            server_header=False,
            # Our own, which quote nobody.
            log_config=None,
            # Whose address a request came from matters only to how often it may try to sign in.
            proxy_headers=not settings.MACA_TRAINING and settings.MACA_PROXY == "yes",
            lifespan="off",
            # Whoever follows a panel is told of its lines for as long as half a minute; what is saved takes no second.
            timeout_graceful_shutdown=5,
        )
    )
    kept.most = KEPT_OPEN
    with connections_kept():
        clock = Clock(within=installation)
        clock.start()
        server.run(sockets=[listening])
        clock.stop()


@contextmanager
def connections_kept() -> Iterator[None]:
    """Keep connections to PostgreSQL open from one request to the next.

    Each new one is a new process there, which has yet to read what each table is: that took longer than a whole save.
    """
    from django.db import connections

    from maca.partnership.fence import go_back

    served = [one for one in connections.all() if one.vendor == "postgresql"]
    for one in served:
        one.close()
        one.settings_dict["OPTIONS"]["pool"] = {
            "min_size": 2, "max_size": KEPT_OPEN, "timeout": LONGEST_WAIT, "reset": go_back
        }  # fmt: skip
        one.settings_dict["CONN_HEALTH_CHECKS"] = True  # a server that was restarted has none of them
    try:
        yield
    finally:
        for one in served:
            one.close()
            one.close_pool()  # type: ignore[attr-defined]
            del one.settings_dict["OPTIONS"]["pool"]
            one.settings_dict["CONN_HEALTH_CHECKS"] = False


@main.command()
@click.option("--reset", is_flag=True, help="Throw the demo away and make it anew.")
@click.option("--published", is_flag=True, help="With “Neglect 3” published, to compare it with “Neglect 2”.")
@with_site
def demo(reset: bool, published: bool) -> None:
    """Make the demo: a fictional partnership in training mode, with one audit published and one under way."""
    from django.conf import settings

    from maca.demo.operations import make_demo

    if not settings.MACA_TRAINING:
        raise Wrong("The demo is for training mode. It is never made in production, where it would lock the site.")
    click.echo(make_demo(reset=reset, published=published))


@main.command("import-briefing")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Only read the file, and print what was read as JSON.")
@click.option("--partnership", help="Name of the partnership, where there are several.")
def import_briefing(file: Path, as_json: bool, partnership: str | None) -> None:
    """Read a six-step briefing (text, Word or PDF) into an audit.

    Nothing is dropped in silence: what does not fit the six steps is listed as unread, with its line.
    """
    from maca.briefing import as_json as json_form
    from maca.briefing.reading import NotABriefing, read_briefing

    try:
        reading = read_briefing(file)
    except NotABriefing as problem:
        said = str(problem)
        raise Wrong(said if file.name in said else f"{file}: {said}") from problem
    if as_json:
        click.echo(json_form.write(reading.value, reading.unread), nl=False)
        return
    _record(file, reading, partnership)


@with_site
def _record(file: Path, reading: Any, partnership: str | None) -> None:
    from maca.audits.models import Audit
    from maca.briefing.operations import import_briefing as record
    from maca.partnership.operations import operator_of

    its_partnership = the_partnership(partnership)
    value = reading.value
    namesake = Audit.objects.filter(partnership=its_partnership, title__iexact=value.title).first()
    audit = record(value, partnership=its_partnership, imported_from=file.name, by=operator_of(its_partnership))
    click.echo(
        f"Recorded the audit “{audit.title}” ({audit.slug}) for {its_partnership}: "
        f"{audit.cases.count()} cases, {len(value.findings)} findings, "
        f"{len(value.agency_questions)} questions to each agency, {len(value.panel_questions)} to the panel."
    )
    if namesake:
        click.echo(f"There was an audit “{namesake.title}” ({namesake.slug}) already. This is another one.", err=True)
    if pairs := value.duplicates():
        click.echo(f"{len(pairs)} findings repeat another word for word. They were kept.")
    if reading.dropped:
        click.echo(f"Left out, because no document can hold them: {', '.join(reading.dropped)}.", err=True)
    for line in reading.unread:
        click.echo(f"Not read, line {line.line}: {line.text}", err=True)


def the_partnership(name: str | None) -> Any:
    """The partnership of this name, or the only one there is; made if there is none."""
    from django.conf import settings

    from maca.partnership.models import Partnership
    from maca.partnership.operations import found_partnership

    found = list(Partnership.objects.filter(name__iexact=name) if name else Partnership.objects.all()[:2])
    if len(found) == 1:
        return found[0]
    if name:
        raise Wrong(f"There is no partnership called “{name}”. Make it with: maca partnership “{name}”")
    if found:
        raise Wrong("There are several partnerships here. Say which one with --partnership NAME.")
    made = found_partnership(name="Safeguarding Children Partnership", training=settings.MACA_TRAINING)
    click.echo(f"There was no partnership yet, so “{made}” was made.")
    return made


@main.command()
@click.argument("audit")
@click.option(
    "--format",
    "wanted",
    type=click.Choice(["txt", "html", "docx", "pdf", "pptx", "json"]),
    default="txt",
    show_default=True,
    help="Form of the file.",
)
@click.option(
    "--sheet", type=click.Choice(["seven-minutes", "prompts"]), help="A sheet of one page that is made of it, instead."
)
@click.option("--output", type=click.Path(path_type=Path), required=True, help="File to write; - for the screen.")
@click.option(
    "--draft", is_flag=True, help="Also one that is not published yet, or withdrawn; this goes into the journal."
)
@click.option("--partnership", help="Name of the partnership, where there are several.")
@with_site
def briefing(audit: str, wanted: str, sheet: str | None, output: Path, draft: bool, partnership: str | None) -> None:
    """Write the six-step briefing of AUDIT (its title or its address, such as neglect-2) to a file."""
    from django.db.models import Q

    from maca.briefing.models import Briefing
    from maca.briefing.operations import note_draft_printed, note_opened
    from maca.briefing.printing import SHEET_FORMATS, print_briefing, print_sheet
    from maca.briefing.stages import BriefingStage
    from maca.partnership.operations import operator_of

    if sheet and wanted not in SHEET_FORMATS:
        raise Wrong(f"A sheet is not written as {wanted}. Choose one of {', '.join(SHEET_FORMATS)}.")
    out = Briefing.objects.reached_readers().filter(stage=BriefingStage.PUBLISHED)
    found = Briefing.objects.select_related("audit__partnership").filter(
        Q(audit__slug=audit) | Q(audit__title__iexact=audit)
    )
    if not draft:
        found = found.filter(pk__in=out)
    if partnership:
        found = found.filter(audit__partnership__name__iexact=partnership)
    matches = list(found[:2])
    if not matches:
        published = out.values_list("audit__slug", flat=True)
        known = ", ".join(published[:20]) or "none yet"
        raise Wrong(f"No audit “{audit}” has a published briefing. Those that have one: {known}.")
    if len(matches) > 1:
        raise Wrong(f"Several audits are called “{audit}”. Use the address of one, or say --partnership NAME.")
    operator = operator_of(matches[0].audit.partnership)
    if matches[0].is_published and matches[0].has_reached_readers:
        note_opened(matches[0], wanted, by=operator)
    else:
        note_draft_printed(matches[0], by=operator)
    written = print_sheet(matches[0], sheet, wanted) if sheet else print_briefing(matches[0], wanted)
    if str(output) == "-":
        sys.stdout.buffer.write(written)
        return
    try:
        output.write_bytes(written)
    except OSError as problem:
        raise Wrong(f"{output} cannot be written ({problem.strerror}). Choose another place for it.") from problem
    click.echo(f"Wrote {output} ({len(written):,} bytes).")


@main.command()
@click.argument("name")
@with_site
def partnership(name: str) -> None:
    """Set up a safeguarding children partnership called NAME."""
    from maca.partnership.models import Partnership
    from maca.partnership.operations import found_partnership

    _refuse_what_turns("The name", name)
    if Partnership.objects.filter(name__iexact=name).exists():
        raise Wrong(f"There is a partnership called “{name}” already.")
    click.echo(f"Made the partnership “{found_partnership(name=name)}”.")


def _refuse_what_turns(it: str, text: str) -> None:
    if sentence := what_turns(text, it):
        raise Wrong(f"{sentence}.")


@main.command()
@click.argument("email")
@click.option("--name", required=True, help="The person’s name.")
@click.option("--post", required=True, help="Their post, for example “Named nurse”.")
@click.option("--role", "roles", multiple=True, required=True, help="What they may do, such as chair. May be repeated.")
@click.option("--agency", help="The agency they speak for; made if it is not on the register.")
@click.option("--agency-kind", default="other", show_default=True, help="Kind of agency, when it is made.")
@click.option("--partnership", "named", help="Name of the partnership, where there are several.")
@click.option("--password", help="For scripts; 12 characters or more. Asked for when this and --invite are left out.")
@click.option("--invite", is_flag=True, help="Print a link by which they choose their own password, once, in 72 hours.")
@with_site
def person(
    email: str,
    name: str,
    post: str,
    roles: tuple[str, ...],
    agency: str | None,
    agency_kind: str,
    named: str | None,
    password: str | None,
    invite: bool,
) -> None:
    """Give somebody an account, with their roles.

    The first person of a partnership, usually its chair, comes in this way; people invite each other from there.
    """
    from django.core.exceptions import ValidationError

    from maca.partnership.invitations import invite_at_the_machine, link_for
    from maca.partnership.models import Agency, AgencyKind, Role
    from maca.partnership.operations import add_person, operator_of, register_agency

    if invite and password:
        raise Wrong("Give --invite or --password, not both: with --invite they choose a password themselves.")
    for it, text in (("The name", name), ("The post", post), ("The name of the agency", agency)):
        _refuse_what_turns(it, text or "")
    to_grant = [role.value for role in Role if role != Role.OPERATOR]
    if unknown := sorted(set(roles) - set(to_grant)):
        raise Wrong(f"There is no role “{unknown[0]}”. The roles: {', '.join(to_grant)}.")
    its_partnership = the_partnership(named)
    operator = operator_of(its_partnership)
    if agency_kind not in AgencyKind.values:
        raise Wrong(f"There is no kind of agency “{agency_kind}”. The kinds: {', '.join(AgencyKind.values)}.")
    if not invite and not password:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    its_agency = None
    if agency:
        its_agency = Agency.objects.filter(partnership=its_partnership, name__iexact=agency).first() or register_agency(
            partnership=its_partnership, name=agency, kind=AgencyKind(agency_kind), by=operator
        )
    account: dict[str, Any] = {
        "partnership": its_partnership,
        "name": name,
        "email": email,
        "post": post,
        "roles": [Role(role) for role in dict.fromkeys(roles)],
        "agency": its_agency,
        "by": operator,
    }
    if invite:
        click.echo(link_for(invite_at_the_machine(**account), _site_address()))
        click.echo(
            f"Give this link to {name} alone, by a way that nobody else reads. It works once, for 72 hours.", err=True
        )
        return
    try:
        made = add_person(**account, password=password)
    except ValidationError as problem:
        raise Wrong(" ".join(problem.messages)) from problem
    click.echo(f"{made.name} can sign in with {made.email}.")


@main.command()
@click.argument("email")
@with_site
def attest(email: str) -> None:
    """Say that somebody still needs their account, when whoever should say so cannot sign in either."""
    from maca.partnership.models import Person, as_kept
    from maca.partnership.operations import attest_at_the_machine, operator_of

    found = Person.objects.filter(email=as_kept(email)).select_related("partnership").first()
    if found is None:
        raise Wrong(f"Nobody has an account with {email}.")
    attest_at_the_machine(found, by=operator_of(found.partnership))
    click.echo(f"{found.name} can sign in for another 90 days.")


@main.command("forget-second-step")
@click.argument("email")
@with_site
def forget_second_step(email: str) -> None:
    """Let somebody set up their second step anew, when their phone, passkeys and recovery codes are all lost.

    Be sure that it is them who asks, by ringing a number you knew before. They keep their password.
    """
    from maca.accounts.operations import forget_second_factors
    from maca.partnership.models import Person
    from maca.partnership.operations import operator_of

    found = Person.objects.filter(email__iexact=email).select_related("partnership").first()
    if found is None:
        raise Wrong(f"Nobody has an account with {email}.")
    forget_second_factors(found, by=operator_of(found.partnership))
    click.echo(f"{found.name} is signed out everywhere, and sets up a second step at the next sign-in.")


def _site_address() -> str:
    from django.conf import settings

    return settings.MACA_ADDRESS or "http://127.0.0.1:8000"


main.add_command(return_form)
main.add_command(read_return)
main.add_command(chronology)
main.add_command(screen)
main.add_command(inspect)
main.add_command(keys)
main.add_command(notices)
main.add_command(journal)
main.add_command(retention)


if __name__ == "__main__":
    main()
