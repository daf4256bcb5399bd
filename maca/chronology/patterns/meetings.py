"""Patterns in conferences and core groups: who was there, and when. They count as children's social care enters them.

Timescales: core group within 10 working days of the conference, then six-weekly; conference within 15 working days of
the strategy discussion; first review within three months, then six-monthly (Working Together; local procedures).
"""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise, zip_longest

from maca.chronology.agencies import called
from maca.chronology.entries import CSC, PRESENT, Entry
from maca.chronology.patterns.care import by_agency
from maca.chronology.patterns.days import day_of, days_between, said, working_days_between
from maca.chronology.patterns.settings import Settings
from maca.chronology.patterns.spans import Span, plans
from maca.chronology.patterns.value import Case, Found, Line


def outside_core_group(case: Case, settings: Settings) -> Iterator[Found]:
    """An agency with two or more entries in the 90 days before a core group, and not present at it."""
    of_agency = by_agency(case.entries)
    for meeting in case.of("core_group", by=CSC):
        present = meeting.named(PRESENT)
        if not present:
            continue
        since = meeting.date - dt.timedelta(days=settings.known_within_days)
        for agency, entries in of_agency.items():
            if agency == CSC or agency in present:
                continue
            known = entries[bisect_left(entries, since, key=day_of) : bisect_left(entries, meeting.date, key=day_of)]
            if len(known) >= settings.known_entries:
                yield Found(
                    agency, (*known, meeting), known[0].date, meeting.date,
                    f"{called(agency, begins=True)} had {len(known)} entries in the {settings.known_within_days} days "
                    f"before the core group of {said(meeting.date)} and was not at it: was it asked?",
                )  # fmt: skip


def core_group_late(line: Line, settings: Settings) -> Iterator[Found]:
    """The first core group more than 10 working days after the conference, or more than 42 days to the next."""
    groups = line.of("core_group", by=CSC)
    days = [group.date for group in groups]
    conferences = {entry.date: entry for entry in line.of("icpc", by=CSC)}
    for plan in plans(line, "cp_start"):
        last = plan.until(line.end)
        held = groups[bisect_left(days, plan.start.date) : bisect_right(days, last)]
        if conference := conferences.get(plan.start.date):
            first = held[0].date if held else last
            taken = working_days_between(conference.date, first)
            limit = settings.first_core_group_working_days
            if taken > limit:
                evidence = (conference, held[0]) if held else (conference, *_ending(plan))
                how = "The first core group came on" if held else "There was no core group by"
                yield Found(
                    CSC, evidence, conference.date, first,
                    f"{how} {said(first)}, {taken - limit} working days over the {limit} after the conference of "
                    f"{said(conference.date)}: who carried the plan?",
                )  # fmt: skip
        for one, after in zip_longest(held, held[1:]):
            until = after.date if after else last
            over = days_between(one.date, until) - settings.core_group_days
            if over > 0:
                yield Found(
                    CSC, (one, after) if after else (one, *_ending(plan)), one.date, until,
                    f"After the core group of {said(one.date)} {'the next came on' if after else 'there was none by'} "
                    f"{said(until)}, {over} days over {settings.core_group_days}: who carried the plan?",
                )  # fmt: skip


def _ending(plan: Span) -> tuple[Entry, ...]:
    return (plan.end,) if plan.end else ()


def conference_late(line: Line, settings: Settings) -> Iterator[Found]:
    """A first conference, or a review, later than the timescale allows."""
    strategies = line.of("strategy_discussion")
    before = [line.case.place[entry] for entry in strategies]
    conferences = line.of("icpc", "rcpc", by=CSC)
    of_plan = _plans_of(line, conferences)
    for at, conference in enumerate(conferences):
        if conference.event == "icpc" and (count := bisect_left(before, line.case.place[conference])):
            strategy = _latest(strategies[:count])
            over = working_days_between(strategy.date, conference.date) - settings.conference_working_days
            if over > 0:
                yield Found(
                    CSC, (strategy, conference), strategy.date, conference.date,
                    f"The conference of {said(conference.date)} came {over} working days over the "
                    f"{settings.conference_working_days} after the strategy discussion of {said(strategy.date)}: what "
                    "kept it?",
                )  # fmt: skip
        plan = of_plan[conference]
        limit = settings.first_review_days if conference.event == "icpc" else settings.review_days
        after = conferences[at + 1] if at + 1 < len(conferences) else None
        if after and (after.event == "icpc" or of_plan[after] not in (None, plan) or _is_over(plan, after)):
            after = None
        if after:
            until = after.date
        elif plan:
            until = plan.until(line.end)
        else:
            continue
        over = days_between(conference.date, until) - limit
        if over > 0:
            yield Found(
                CSC, (conference, after) if after else (conference, *(_ending(plan) if plan else ())),
                conference.date, until,
                f"{'The review' if after else 'No review'} after the conference of {said(conference.date)} "
                f"{'came on' if after else 'by'} {said(until)}, {over} days over {limit}: what kept it?",
            )  # fmt: skip


def _is_over(plan: Span | None, conference: Entry) -> bool:
    return plan is not None and plan.end is not None and plan.end.date < conference.date


def _latest(strategies: list[Entry]) -> Entry:
    """The last strategy discussion; of several that day, social care's own."""
    last = strategies[-1]
    for entry in reversed(strategies):
        if entry.date != last.date:
            break
        if entry.agency == CSC:
            return entry
    return last


def no_mid_point(line: Line, settings: Settings) -> Iterator[Found]:
    """No mid-point review between two conferences of one child protection plan."""
    place = line.case.place
    reviews = [place[entry] for entry in line.of("mid_point_review", by=CSC)]
    conferences = line.of("icpc", "rcpc", by=CSC)
    of_plan = _plans_of(line, conferences)
    for one, after in pairwise(conferences):
        if of_plan[one] is None or of_plan[one] != of_plan[after]:
            continue
        if bisect_left(reviews, place[one]) == bisect_left(reviews, place[after]):
            yield Found(
                CSC, (one, after), one.date, after.date,
                f"No mid-point review between the conferences of {said(one.date)} and {said(after.date)}: who saw "
                "whether the plan was moving?",
            )  # fmt: skip


def _plans_of(line: Line, conferences: list[Entry]) -> dict[Entry, Span | None]:
    """The child protection plan that each conference belongs to: it runs that day, or the conference begins it."""
    found: dict[Entry, Span | None] = {}
    spans = plans(line, "cp_start")
    starts = [span.start.date for span in spans]
    for at, conference in enumerate(conferences):
        count = bisect_right(starts, conference.date)
        running = [span for span in spans[max(0, count - 2) : count] if span.holds(conference.date)]
        if running:
            # On a day on which one plan ends and another starts, a review ends the one and the other begins anew.
            found[conference] = running[0] if conference.event == "rcpc" else running[-1]
            continue
        found[conference] = None
        if conference.event == "icpc" and count < len(spans):
            coming = conferences[at + 1].date if at + 1 < len(conferences) else line.end
            found[conference] = spans[count] if spans[count].start.date <= coming else None
    return found
