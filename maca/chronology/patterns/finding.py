"""Every rule over one case: what fires on the same evidence for every child is one pattern."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from maca.chronology.entries import Entry
from maca.chronology.patterns import between, care, health, meetings, told_twice, work
from maca.chronology.patterns.settings import Settings
from maca.chronology.patterns.value import Case, Found, Line, Pattern

OfCase = Callable[[Case, Settings], Iterator[Found]]
OfChild = Callable[[Line, Settings], Iterator[Found]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern that is looked for, in the case or for each child, and what it is called in plain words."""

    title: str
    of_case: OfCase | None = None
    of_child: OfChild | None = None


# By the codes that programs exchange, in the order in which they are shown.
RULES: dict[str, Rule] = {
    "gap": Rule("Nothing from children’s social care while on a plan", of_child=care.gap),
    "no_oversight": Rule("No supervision while the case was open", of_child=care.no_oversight),
    "start_again": Rule("Closed, opened again and assessed anew", of_child=care.start_again),
    "worker_changes": Rule("Changes of worker", of_case=care.worker_changes),
    "not_brought_series": Rule("Not brought several times", of_child=health.not_brought_series),
    "not_brought_closed": Rule("Discharged after not being brought", of_child=health.not_brought_closed),
    "outside_core_group": Rule("An agency outside the core group", of_case=meetings.outside_core_group),
    "core_group_late": Rule("Core group late, or not held", of_child=meetings.core_group_late),
    "conference_late": Rule("Conference or review late, or not held", of_child=meetings.conference_late),
    "no_mid_point": Rule("No mid-point review between conferences", of_child=meetings.no_mid_point),
    "voice_missing": Rule("Child seen, and nothing of what the child said", of_case=work.voice_missing),
    "not_seen": Rule("Child not seen while on a child protection plan", of_child=care.not_seen),
    "copied_assessment": Rule("An assessment that repeats an earlier one", of_case=work.copied_assessment),
    "info_unanswered": Rule("Information asked for and not given, or late", of_case=between.info_unanswered),
    "tool_not_used": Rule("The theme’s tool not used", of_case=work.tool_not_used),
    "tool_not_reviewed": Rule("A tool used and not reviewed", of_case=work.tool_not_reviewed),
    "not_registered": Rule("Not registered with a GP", of_child=health.not_registered),
    "health_missed": Rule("Immunisations or dental checks missed", of_child=health.health_missed),
    "placement_moves": Rule("Moves of placement", of_child=health.placement_moves),
    "plan_drift": Rule("A plan or early help that went on for long", of_child=care.plan_drift),
    "conflict": Rule("Agencies that say different things", of_child=between.conflict),
    "not_shared": Rule("Known to one agency and not shared", of_child=between.not_shared),
    "same_event": Rule("One event told twice", of_child=told_twice.same_event),
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
    for code, rule in RULES.items():
        if rule.of_case:
            once = {_evidence(one): one for one in rule.of_case(case, settings)}
            of_code = [_pattern(code, None, one) for one in once.values()]
        else:
            assert rule.of_child
            of_code = list(_of_children(code, rule.of_child, lines, settings))
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
    # Two children may have the same days between the same visits: the sentence itself says whose they are.
    says = f"About {child}: {one.says}" if child else one.says
    about = [_roughly(entry) for entry in one.entries if entry.approximate]
    if about:
        says += f" An approximate date is among these: {', '.join(dict.fromkeys(about[:5]))}."
    return Pattern(code, RULES[code].title, one.agency, child, one.first, one.last, one.entries, says, one.passages)


def _roughly(entry: Entry) -> str:
    """The month or the year that an approximate entry is of."""
    return f"{entry.date:%B %Y}" if "-" in entry.approximate else entry.approximate
