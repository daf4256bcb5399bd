"""`maca return-form` and `maca read-return`: a return on paper, for those who cannot or will not sign in."""

import re
from pathlib import Path

import click

from maca.config.site import Wrong, with_site

_CASE = re.compile(r"(?:case[\s-]*)?0*(\d{1,5})", re.IGNORECASE)


@click.command("return-form")
@click.argument("audit")
@click.argument("case")
@click.argument("agency")
@click.option("--output", type=click.Path(path_type=Path), required=True, help="File to write: .docx or .xlsx.")
@click.option("--partnership", help="Name of the partnership, where there are several.")
@with_site
def return_form(audit: str, case: str, agency: str, output: Path, partnership: str | None) -> None:
    """Write the empty form of what AGENCY is asked about CASE of AUDIT, in Word or Excel by the name of the file.

    AUDIT and AGENCY are a name or an address, such as neglect-2; CASE is a number, or “Case 1”.
    """
    from django.db.models import Q

    from maca.partnership.operations import operator_of
    from maca.returns.models import AgencyReturn
    from maca.returns.on_paper import as_excel, as_word
    from maca.returns.operations import note_form_made
    from maca.returns.paper import form_of

    writers = {".docx": as_word.write, ".xlsx": as_excel.write}
    kind = output.suffix.lower()
    if kind not in writers:
        raise Wrong(f"{output} is neither .docx nor .xlsx. Give the file one of these names.")
    number = _CASE.fullmatch(case.strip())
    if number is None:
        raise Wrong(f"“{case}” is no case. Give its number, such as 1 or “Case 1”.")
    found = AgencyReturn.objects.select_related("agency", "case__audit__partnership", "case__nomination").filter(
        Q(case__audit__slug=audit) | Q(case__audit__title__iexact=audit),
        Q(agency__slug=agency) | Q(agency__name__iexact=agency),
        case__number=int(number[1]),
    )
    if partnership:
        found = found.filter(case__audit__partnership__name__iexact=partnership)
    matches = list(found[:2])
    if not matches:
        raise Wrong(
            f"No agency “{agency}” was asked about Case {number[1]} of an audit “{audit}”. Check the three on the "
            "board of the audit; a form can be made once the case has been circulated."
        )
    if len(matches) > 1:
        raise Wrong("Several returns are called that. Use the addresses, or say --partnership NAME.")
    note_form_made(matches[0], form=kind[1:], by=operator_of(matches[0].case.audit.partnership))
    written = writers[kind](form_of(matches[0]))
    try:
        output.write_bytes(written)
    except OSError as problem:
        raise Wrong(f"{output} cannot be written ({problem.strerror}). Choose another place for it.") from problem
    click.echo(f"Wrote {output} ({len(written):,} bytes).")


@click.command("read-return")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print what was read as JSON.")
def read_return(file: Path, as_json: bool) -> None:
    """Read a return form that came back in Word or Excel, and print what stands in it. It needs no site.

    Nothing is dropped in silence: what stands in no box of the form is listed, with where it stood.
    """
    from maca.returns.on_paper import as_json as json_form
    from maca.returns.on_paper.reading import read_file
    from maca.returns.on_paper.value import NotAFormError

    try:
        read = read_file(file)
    except NotAFormError as problem:
        raise Wrong(problem.sentence if file.name in problem.sentence else f"{file}: {problem}") from problem
    if as_json:
        click.echo(json_form.write(read), nl=False)
        return
    click.echo(f"Form of {read.reference.agency}, Case {read.reference.case} of {read.reference.audit}")
    for box in read.boxes:
        click.echo(f"\n{box.heading or box.id}")
        click.echo("\n".join(words for words in (box.choice, box.words) if words.strip()) or "Not answered")
    for one in read.unplaced:
        click.echo(f"\nNot placed, {one.where}: {one.text}", err=True)
