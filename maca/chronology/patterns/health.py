"""Patterns in what a child was taken to, registered for and moved between."""

from collections.abc import Iterator

from maca.chronology.agencies import called
from maca.chronology.entries import Entry
from maca.chronology.patterns.care import by_agency
from maca.chronology.patterns.days import days_between, runs, said
from maca.chronology.patterns.settings import Settings
from maca.chronology.patterns.spans import opened, stretches
from maca.chronology.patterns.told_twice import told_once
from maca.chronology.patterns.value import Found, Line


def not_brought_series(line: Line, settings: Settings) -> Iterator[Found]:
    """Two or more times not brought, with one agency, within 183 days."""
    for agency, times in by_agency(line.of("was_not_brought")).items():
        for run in runs(times, within=settings.not_brought_within_days, least=settings.not_brought):
            yield Found(
                agency, run, run[0].date, run[-1].date,
                f"Not brought to {called(agency)} {len(run)} times between {said(run[0].date)} and "
                f"{said(run[-1].date)}: who put these together, and who was told?",
            )  # fmt: skip


def not_brought_closed(line: Line, settings: Settings) -> Iterator[Found]:
    """Discharged by an agency within 60 days of not being brought to it, not seen nor escalated by it in between."""
    missed: dict[str, Entry] = {}
    for entry in line.of("was_not_brought", "appointment", "escalation", "discharge"):
        if entry.event == "was_not_brought":
            missed[entry.agency] = entry
        elif entry.event != "discharge":
            missed.pop(entry.agency, None)
        elif (last := missed.get(entry.agency)) and days_between(last.date, entry.date) <= settings.closed_within_days:
            yield Found(
                entry.agency, (last, entry), last.date, entry.date,
                f"Discharged by {called(entry.agency)} on {said(entry.date)}, after not being brought on "
                f"{said(last.date)}: what did the discharge rest on, and who was told?",
            )  # fmt: skip


def not_registered(line: Line, settings: Settings) -> Iterator[Found]:
    """The latest that is said of the child's registration with a GP is that there is none."""
    stated = [entry for entry in line.with_facts if _registered(entry)]
    about = line.of("gp_registered", "gp_deregistered") + stated
    latest = max(about, key=line.case.place.__getitem__, default=None)
    if latest and (latest.event == "gp_deregistered" or "no" in _registered(latest)):
        yield Found(
            None, (latest,), latest.date, latest.date,
            f"The latest entry on it, of {said(latest.date)}, says that the child is not registered with a GP: who is "
            "seeing to it?",
        )  # fmt: skip


def _registered(entry: Entry) -> list[str]:
    return [value.casefold() for key, value in entry.facts if key == "gp_registered"]


def health_missed(line: Line, settings: Settings) -> Iterator[Found]:
    """Two or more immunisations missed, or 365 days or more open without a dental check."""
    missed = told_once(line, line.of("immunisation_missed"), settings)
    if len(missed) >= settings.immunisations_missed:
        yield Found(
            None, tuple(missed), missed[0].date, missed[-1].date,
            f"{len(missed)} immunisations missed between {said(missed[0].date)} and {said(missed[-1].date)}: was this "
            "read as neglect of health?",
        )  # fmt: skip
    for span in opened(line):
        for one in stretches(span, line.of("dental_check"), line.end, ends_count=False):
            if one.days >= settings.dental_days:
                yield Found(
                    None, one.either_side, one.first, one.last,
                    f"No dental check in {one.days} days while the case was open, from {said(one.first)} to "
                    f"{said(one.last)}: who asked about it?",
                )  # fmt: skip


def placement_moves(line: Line, settings: Settings) -> Iterator[Found]:
    """Two or more moves of placement within 365 days."""
    moves = told_once(line, line.of("placement_move"), settings)
    for run in runs(moves, within=settings.placement_moves_within_days, least=settings.placement_moves):
        yield Found(
            None, run, run[0].date, run[-1].date,
            f"{len(run)} moves of placement between {said(run[0].date)} and {said(run[-1].date)}: what led to each, "
            "and what did the child say of it?",
        )  # fmt: skip
