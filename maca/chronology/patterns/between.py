"""Patterns between the agencies: what was asked and not answered, told differently, or known to one alone."""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator

from maca.chronology.agencies import called
from maca.chronology.entries import CSC, FROM, NO_CLAIMS, OF, PRESENT, Entry
from maca.chronology.facts import fact_called, value_called
from maca.chronology.patterns.days import days_between, said, working_days_between
from maca.chronology.patterns.settings import Settings
from maca.chronology.patterns.value import Case, Found, Line


def info_unanswered(case: Case, settings: Settings) -> Iterator[Found]:
    """A request for information that was declined, or not answered in 20 working days by the agency asked."""
    answers: dict[str, list[Entry]] = {}
    for reply in case.of("info_received", "info_declined"):
        for agency in reply.named(FROM):
            answers.setdefault(agency, []).append(reply)
    places = {agency: [case.place[one] for one in entries] for agency, entries in answers.items()}
    answer: Entry | None
    for request in case.of("info_request"):
        for agency in request.named(OF):
            at = bisect_right(places.get(agency, ()), case.place[request])
            answer = answers[agency][at] if at < len(answers.get(agency, ())) else None
            until = answer.date if answer else case.end
            days = working_days_between(request.date, until)
            declined = answer is not None and answer.event == "info_declined"
            if declined or days > settings.answer_working_days:
                how = "declined on" if declined else "answered on" if answer else "had not answered by"
                yield Found(
                    agency, (request, answer) if answer else (request,), request.date, until,
                    f"Asked for information on {said(request.date)}, {called(agency)} {how} {said(until)}, {days} "
                    "working days later: what was missed for want of it?",
                )  # fmt: skip


def conflict(line: Line, settings: Settings) -> Iterator[Found]:
    """Two agencies state different values for one fact about the child within 90 days."""
    # By key, agency and value: whatever is met in another agency's and with another value is a pair.
    lately: dict[str, dict[str, dict[str, deque[Entry]]]] = {}
    for entry in line.with_facts:
        for key, value in entry.facts:
            if key in NO_CLAIMS:
                continue
            stated = value.casefold()
            of_key = lately.setdefault(key, {})
            for agency, by_value in of_key.items():
                if agency == entry.agency:
                    continue
                for other, entries in list(by_value.items()):
                    if other == stated:
                        continue
                    while entries and days_between(entries[0].date, entry.date) > settings.conflict_within_days:
                        entries.popleft()
                    if not entries:
                        del by_value[other]
                    for one in entries:
                        yield Found(
                            None, (one, entry), one.date, entry.date,
                            f"{fact_called(key)}: {value_called(other)} ({called(one.agency)}, {said(one.date)}) and "
                            f"{value_called(stated)} ({called(entry.agency)}, {said(entry.date)}): which is right, and "
                            "who knew?",
                        )  # fmt: skip
            of_key.setdefault(entry.agency, {}).setdefault(stated, deque()).append(entry)


def not_shared(line: Line, settings: Settings) -> Iterator[Found]:
    """A fact that one agency states as known, and no other agency of any core group states at all."""
    groups = line.case.of("core_group", by=CSC)
    present = {agency for group in groups for agency in group.named(PRESENT)}
    if not present:
        return
    present.add(CSC)
    stating: dict[str, set[str]] = {}
    known: dict[tuple[str, str], Entry] = {}
    for entry in line.with_facts:
        for key, value in entry.facts:
            if key in NO_CLAIMS:
                continue
            stating.setdefault(key, set()).add(entry.agency)
            if value.casefold() == "known":
                known.setdefault((key, entry.agency), entry)
    for (key, agency), entry in known.items():
        others = present - {agency}
        if others and not others & stating[key]:
            silent = ", ".join(called(one) for one in sorted(others))
            yield Found(
                agency, (entry,), entry.date, entry.date,
                f"“{fact_called(key)}” was known to {called(agency)} on {said(entry.date)}; no other agency at a core "
                f"group says anything of it ({silent}): was it shared?",
            )  # fmt: skip
