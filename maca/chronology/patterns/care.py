"""Patterns in how children's social care kept hold of a case: gaps, oversight, plans, workers."""

from collections.abc import Iterator
from operator import attrgetter

from maca.chronology.agencies import called
from maca.chronology.entries import CSC, Entry
from maca.chronology.patterns.days import days_between, runs, said
from maca.chronology.patterns.settings import Settings
from maca.chronology.patterns.spans import longer, opened, plans, stretches, taken_referrals
from maca.chronology.patterns.value import Case, Found, Line, grouped


def gap(line: Line, settings: Settings) -> Iterator[Found]:
    """While on a CP or CIN plan, more than 60 days without an entry from children's social care."""
    for plan in plans(line, "cp_start") + plans(line, "cin_start"):
        for one in longer(stretches(plan, line.of_csc, line.end, ends_count=True), settings.gap_days):
            yield Found(
                CSC, one.either_side, one.first, one.last,
                f"Nothing from children’s social care for {one.days} days while on a plan, from {said(one.first)} to "
                f"{said(one.last)}: what was happening for the child in that time?",
            )  # fmt: skip


def no_oversight(line: Line, settings: Settings) -> Iterator[Found]:
    """While open, more than 90 days without supervision from children's social care."""
    supervised = line.of("supervision", by=CSC)
    for span in opened(line):
        for one in longer(stretches(span, supervised, line.end, ends_count=False), settings.oversight_days):
            yield Found(
                CSC, one.either_side, one.first, one.last,
                f"No supervision for {one.days} days while the case was open, from {said(one.first)} to "
                f"{said(one.last)}: who had oversight?",
            )  # fmt: skip


def not_seen(line: Line, settings: Settings) -> Iterator[Found]:
    """On a CP plan, more than 28 days with no entry in which children's social care saw the child."""
    for plan in plans(line, "cp_start"):
        for one in longer(stretches(plan, line.seen_by_csc, line.end, ends_count=False), settings.not_seen_days):
            yield Found(
                CSC, one.either_side, one.first, one.last,
                f"Children’s social care did not see the child for {one.days} days while on a child protection plan, "
                f"from {said(one.first)} to {said(one.last)}: who did?",
            )  # fmt: skip


def plan_drift(line: Line, settings: Settings) -> Iterator[Found]:
    """A CP plan over 456 days, a CIN plan or early help over 365, still running or at its end."""
    kinds = (
        ("cp_start", settings.cp_days, "A child protection plan"),
        ("cin_start", settings.cin_days, "A child in need plan"),
        ("eh_start", settings.eh_days, "Early help"),
    )
    for start, limit, kind in kinds:
        for plan in plans(line, start):
            last = plan.until(line.end)
            days = days_between(plan.start.date, last)
            if days > limit:
                yield Found(
                    plan.start.agency, (plan.start, plan.end) if plan.end else (plan.start,), plan.start.date, last,
                    f"{kind} ran for {days} days from {said(plan.start.date)}"
                    f"{'' if plan.end else ' and has not ended'}: what changed for the child?",
                )  # fmt: skip


def start_again(line: Line, settings: Settings) -> Iterator[Found]:
    """Two or more re-openings in the child's life.

    A re-opening is a referral after the case was closed, with its assessment begun within 365 days of that closure
    and before the next.
    """
    taken = taken_referrals(line)
    evidence: list[Entry] = []
    closure: Entry | None = None
    referral: Entry | None = None
    for entry in line.of("case_closed", "referral", "assessment_start", by=CSC):
        if entry.event == "case_closed":
            closure, referral = entry, None
        elif entry.event == "referral":
            if closure and referral is None and entry in taken:
                referral = entry
        elif closure and referral:
            if days_between(closure.date, entry.date) <= settings.reopened_within_days:
                evidence += [closure, referral]
            closure = None
    if len(evidence) >= 2 * settings.reopenings:
        yield Found(
            CSC, tuple(evidence), evidence[0].date, evidence[-1].date,
            f"The case was closed, opened again and assessed anew {len(evidence) // 2} times between "
            f"{said(evidence[0].date)} and {said(evidence[-1].date)}: what did each assessment make of the history?",
        )  # fmt: skip


def worker_changes(case: Case, settings: Settings) -> Iterator[Found]:
    """Three or more changes of worker by one agency within 365 days."""
    for agency, changes in by_agency(case.of("worker_change")).items():
        for run in runs(changes, within=settings.worker_changes_within_days, least=settings.worker_changes):
            yield Found(
                agency, run, run[0].date, run[-1].date,
                f"{len(run)} changes of worker in {called(agency)} between {said(run[0].date)} and "
                f"{said(run[-1].date)}: what did each handover carry?",
            )  # fmt: skip


def by_agency(entries: list[Entry]) -> dict[str, list[Entry]]:
    return grouped(entries, attrgetter("agency"))
