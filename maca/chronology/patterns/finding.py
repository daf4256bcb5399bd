"""Every rule over one case: what fires on the same evidence for every child is one pattern."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator

from maca.chronology.entries import Entry
from maca.chronology.patterns import between, care, health, meetings, told_twice, work
from maca.chronology.patterns.settings import Settings
from maca.chronology.patterns.value import Case, Found, Line, Pattern

OfCase = Callable[[Case, Settings], Iterator[Found]]
OfChild = Callable[[Line, Settings], Iterator[Found]]

# In the order in which they are shown.
RULES: dict[str, tuple[OfCase | None, OfChild | None]] = {
    "gap": (None, care.gap),
    "no_oversight": (None, care.no_oversight),
    "start_again": (None, care.start_again),
    "worker_changes": (care.worker_changes, None),
    "not_brought_series": (None, health.not_brought_series),
    "not_brought_closed": (None, health.not_brought_closed),
    "outside_core_group": (meetings.outside_core_group, None),
    "core_group_late": (None, meetings.core_group_late),
    "conference_late": (None, meetings.conference_late),
    "no_mid_point": (None, meetings.no_mid_point),
    "voice_missing": (work.voice_missing, None),
    "not_seen": (None, care.not_seen),
    "copied_assessment": (work.copied_assessment, None),
    "info_unanswered": (between.info_unanswered, None),
    "tool_not_used": (work.tool_not_used, None),
    "tool_not_reviewed": (work.tool_not_reviewed, None),
    "not_registered": (None, health.not_registered),
    "health_missed": (None, health.health_missed),
    "placement_moves": (None, health.placement_moves),
    "plan_drift": (None, care.plan_drift),
    "conflict": (None, between.conflict),
    "not_shared": (None, between.not_shared),
    "same_event": (None, told_twice.same_event),
}
CODES = tuple(RULES)

Evidence = tuple[str | None, tuple[Entry, ...], dt.date, dt.date]


def find_patterns(
    entries: Iterable[Entry],
    settings: Settings | None = None,
    *,
    to: dt.date | None = None,
    labels: Iterable[str] = (),
) -> list[Pattern]:
    """Every pattern in the entries of one case, up to the end date `to` (by default, the last entry's).

    `labels` are the children's, also of those whom no entry up to the end date names.
    """
    return patterns_of(Case(entries, to=to, labels=labels), settings)


def patterns_of(case: Case, settings: Settings | None = None) -> list[Pattern]:
    settings = settings or Settings()
    found: list[Pattern] = []
    if not case.entries:
        return found
    lines = [case.line_of(child) for child in case.children]
    for code, (of_case, of_child) in RULES.items():
        if of_case:
            once = {_evidence(one): one for one in of_case(case, settings)}
            of_code = [_pattern(code, None, one) for one in once.values()]
        else:
            assert of_child
            of_code = list(_of_children(code, of_child, lines, settings))
        of_code.sort(key=lambda one: (one.first, one.last))
        found += of_code
    return found


def _of_children(code: str, rule: OfChild, lines: list[Line], settings: Settings) -> Iterator[Pattern]:
    if len(lines) == 1:
        yield from (
            _pattern(code, None, one) for one in {_evidence(one): one for one in rule(lines[0], settings)}.values()
        )
        return
    fired: dict[Evidence, tuple[Found, dict[str | None, None]]] = {}
    for line in lines:
        for one in rule(line, settings):
            fired.setdefault(_evidence(one), (one, {}))[1][line.child] = None
    for one, children in fired.values():
        if len(children) == len(lines):
            yield _pattern(code, None, one)
        else:
            yield from (_pattern(code, child, one) for child in children)


def _evidence(one: Found) -> Evidence:
    return one.agency, one.entries, one.first, one.last


def _pattern(code: str, child: str | None, one: Found) -> Pattern:
    says = one.says
    about = [entry.approximate for entry in one.entries if entry.approximate]
    if about:
        says += f" An approximate date is among these: {', '.join(dict.fromkeys(about[:5]))}."
    return Pattern(code, one.agency, child, one.first, one.last, one.entries, says, one.passages)
