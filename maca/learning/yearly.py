"""The section of a partnership’s yearly report on its case audits, as one paper: for the page, Word and plain text."""

from collections.abc import Iterable, Sequence

from django.db.models import Count

from maca.actions.models import Action
from maca.audits.models import Audit
from maca.audits.queries import year_of
from maca.briefing.overview import LEFT_OUT, NONE_TOLD
from maca.cases.models import Case
from maca.kernel.clock import LONDON
from maca.kernel.paper import Paper, Part
from maca.kernel.small_numbers import Hidden, without_small_numbers
from maca.learning.figures import (
    Shown,
    findings_by_theme,
    how_returns_came,
    published_audits,
    recurrence_by_audit,
    year_of_audit,
    years,
)
from maca.learning.models import Discussion
from maca.partnership.models import Agency, Person


def yearly_report(person: Person, year: int) -> Paper:
    """What was audited in the year from 1 April, and what came of it. Only what is published; small numbers are not in
    it, whoever reads it here, since it is made to leave."""
    published = published_audits(person, newest=None)
    audits = [one for one in published if year_of_audit(one) == year]
    partnership = person.partnership
    parts = [
        Part("Audits, and why", *_audits(audits)),
        Part("Cases and agencies", (), tuple(_cases(audits))),
        Part("What was found", *_themes(audits, person)),
        Part("What changed", *_actions(person, year, published)),
        Part("What recurs", *_recurrence(audits)),
        Part("How the briefings were used", *_uses(person, year, published)),
    ]
    return Paper(f"Multi-agency case audits, {years(year)}", partnership.name, partnership.name, tuple(parts))


def said(count: Shown) -> str:
    """A number in the middle of a line."""
    return (count.value[0].lower() + count.value[1:]) if isinstance(count, Hidden) else str(count)


def _audits(audits: Sequence[Audit]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if not audits:
        return ("No audit of this year has been published.",), ()
    points = []
    for one in audits:
        after = f", after {one.earlier.title}" if one.earlier else ""
        priority = one.theme.priority
        why = f"{priority.get_source_display()}: {priority.title}" if priority else "why it was chosen is not on record"
        points.append(f"{one.title} (theme: {one.theme.title}){after}. {why[0].upper()}{why[1:]}.")
    return (f"{len(audits)} {'audit was' if len(audits) == 1 else 'audits were'} published.",), tuple(points)


def _cases(audits: Sequence[Audit]) -> Iterable[str]:
    returns = how_returns_came(audits)
    of_audit = dict(Case.objects.filter(audit__in=audits).values_list("audit").annotate(many=Count("pk")).order_by())
    for one in audits:
        cases = of_audit.get(one.pk, 0)
        line = f"{one.title}: {cases} {'case' if cases == 1 else 'cases'}"
        if counts := returns.get(one.pk):
            line += f". {_returns(counts)}"
        yield f"{line}."
    if not audits:
        yield "None."


def _returns(counts: Sequence[int]) -> str:
    """What became of the returns of one audit: what cannot be told is not said to be none."""
    said = ("came in time", "came late", "said that the family is not known", "were declined", "had no reply")
    shown = list(zip(without_small_numbers(counts), said, strict=True))
    told = [f"{count} {words}" for count, words in shown if isinstance(count, int)]
    if not told:
        return (
            f"Agencies were asked for {sum(counts)} returns. How many came in time, late or not at all cannot be said "
            "without telling a small number"
        )
    few = "; the other numbers are too small to be given" if len(told) < len(shown) else ""
    return f"Of {sum(counts)} returns that agencies were asked for, {', '.join(told)}{few}"


def _themes(audits: Sequence[Audit], person: Person) -> tuple[tuple[str, ...], tuple[str, ...]]:
    table = findings_by_theme(audits, person.partnership_id, suppressed=True)
    if not table.rows:
        return ("Nothing.",), ()
    shown = [(called, counts[0]) for called, counts in table.rows]
    told = [(called, count) for called, count in shown if isinstance(count, int)]
    told.sort(key=lambda one: -one[1])
    if not told:
        return (NONE_TOLD,), ()
    lines = ["Findings by theme, the most frequent first. A finding may be about several."]
    if len(told) < len(shown):
        lines.append(LEFT_OUT)
    return tuple(lines), tuple(f"{called}: {count}" for called, count in told)


def _actions(person: Person, year: int, published: Sequence[Audit]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    done = Action.objects.visible_to(person).done().filter(audit__in=published).order_by("done_at", "pk")
    actions = [
        one for one in done.select_related("agency")
        if one.done_at and year_of(one.done_at.astimezone(LONDON).date()) == year
    ]  # fmt: skip
    if not actions:
        return ("No action was done in the year.",), ()
    worked = sum(one.impact == "shown" for one in actions)
    line = (
        f"{len(actions)} {'action was' if len(actions) == 1 else 'actions were'} done. Impact was shown of "
        f"{worked or 'none'}: done is not the same as worked."
    )
    return (line,), tuple(
        f"{one.agency.name}: {one.change.rstrip('.')}. {one.impact_standing()[0]}." for one in actions
    )


def _recurrence(audits: Sequence[Audit]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    table = recurrence_by_audit(audits, suppressed=True)
    if not table.rows:
        return ("No audit of this year has been compared with earlier ones.",), ()
    return ("Findings that an earlier audit had said before, compared by their words:",), tuple(
        f"{called}: {_compared(before, new)}" for called, (before, new) in table.rows
    )


def _compared(before: Shown, new: Shown) -> str:
    if isinstance(before, Hidden) and isinstance(new, Hidden):
        return "the numbers are too small to be given"
    return f"{said(before)} said before, {said(new)} not said before"


def _uses(person: Person, year: int, published: Sequence[Audit]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    told: dict[str, list[int]] = {}
    talked = Discussion.objects.visible_to(person).filter(briefing__audit__in=published).select_related("agency")
    for one in talked:
        if year_of(one.discussed_on) == year:
            told.setdefault(one.agency.name if one.agency else "No agency", []).append(one.people)
    agencies = Agency.objects.filter(partnership=person.partnership_id).order_by("name").values_list("name", flat=True)
    never = [one for one in agencies if one not in told]
    points = [
        f"{called}: {len(people)} {'time' if len(people) == 1 else 'times'}, {sum(people)} people"
        for called, people in sorted(told.items())
    ]
    line = (
        "Teams recorded that they talked about a briefing:" if points else "No team recorded that it talked about one."
    )
    if never and points:
        points.append(f"Nothing was recorded by: {', '.join(never)}")
    return (line,), tuple(points)
