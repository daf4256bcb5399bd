"""What was found, what recurs, what was done and when returns came, in numbers: over audits that are published.

Findings are counted audit by audit, each a table whose rows are all themes or all agencies there are. Small numbers go
where the table is made, and a year is the sum of its tables as they are shown (`kernel/small_numbers.py`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from maca.actions.models import Action, Impact
from maca.actions.stages import ActionStage
from maca.audits.models import Audit
from maca.audits.queries import year_of
from maca.briefing import overview
from maca.briefing.models import Briefing
from maca.briefing.stages import BriefingStage
from maca.briefing.value import from_dict
from maca.kernel.clock import LONDON, today
from maca.kernel.small_numbers import Hidden, added_up, without_small_numbers
from maca.learning.models import ComparedFinding, Comparison
from maca.panel.models import Finding
from maca.panel.queries import codebook_of
from maca.partnership.models import Agency, Person
from maca.returns.models import AgencyReturn
from maca.returns.stages import AWAITED, HANDED_IN, ReturnStage

AUDITS = 12  # so many of the newest are counted on a page


class NotKnown(Enum):
    """In the place of a count where there was nothing to count. The value is what a page says."""

    NOT_ON_RECORD = "Not on record"


NOT_ON_RECORD = NotKnown.NOT_ON_RECORD
Shown = int | Hidden | NotKnown


@dataclass(frozen=True)
class Table:
    """Numbers of several kinds, `columns`, for each row."""

    title: str
    first: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Shown, ...]], ...]


def published_audits(person: Person, newest: int | None = AUDITS) -> list[Audit]:
    """The newest audits whose briefing has reached its readers and was not withdrawn, the newest last."""
    told = Briefing.objects.visible_to(person).reached_readers().filter(stage=BriefingStage.PUBLISHED)
    found = Audit.objects.filter(briefing__in=told).select_related("theme__priority", "earlier", "briefing")
    # Of the briefing only when it was published: its whole text would be fetched for every audit there is.
    found = found.defer("briefing__content", "briefing__searched", "briefing__counts")
    return list(found.order_by("-planned_at", "-pk")[:newest])[::-1]


def find_year(person: Person, year: int) -> int:
    """A year that has begun: of one to come there is nothing to say."""
    if not 1974 <= year <= year_of(today()):
        raise Audit.DoesNotExist
    return year


def years(begins: int) -> str:
    """A year from April to March: “2026–27”."""
    return f"{begins}–{(begins + 1) % 100:02}"


def year_of_audit(audit: Audit) -> int | None:
    """The year, from April to March, in which its panel met or else it was published; None where neither is known."""
    at = audit.published_at or audit.briefing.published_at
    day = audit.panel_on or (at.astimezone(LONDON).date() if at else None)
    return year_of(day) if day else None


def findings_by_theme(audits: Sequence[Audit], partnership: int, *, suppressed: bool) -> Table:
    book = codebook_of(partnership)
    given = dict(Finding.objects.filter(audit__in=audits).values_list("public_id", "themes"))
    # All at once: the audits come without the text of their briefings.
    contents = Briefing.objects.filter(audit__in=audits).values_list("audit", "content")
    told: dict[int, list[Shown]] = {
        audit: list(overview.findings_by_theme(from_dict(content), given, book, suppressed=suppressed).values())
        for audit, content in contents
    }
    return _by_year("Findings by theme", "Theme", audits, told, [one.called for one in book.used])


def findings_by_agency(audits: Sequence[Audit], partnership: int, *, suppressed: bool) -> Table:
    """An audit whose findings name no agency says nothing of any. Whoever reads every case is also told which agency
    was not asked: to others it could say where a child goes to school."""
    told: dict[int, Counter[str]] = {one.pk: Counter() for one in audits}
    rows = Finding.agencies.through.objects.filter(finding__in=Finding.objects.counted().filter(audit__in=audits))
    for audit, agency in rows.values_list("finding__audit", "agency__slug"):
        told[audit][agency] += 1
    names = dict(Agency.objects.filter(partnership=partnership).order_by("name").values_list("slug", "name"))
    asked = set(AgencyReturn.objects.filter(case__audit__in=audits).values_list("case__audit", "agency__slug"))
    shown: dict[int, list[Shown]] = {}
    for one in audits:
        counts = told[one.pk]
        if not counts:
            shown[one.pk] = [NOT_ON_RECORD] * len(names)
        elif suppressed:
            shown[one.pk] = list(without_small_numbers([counts[slug] for slug in names]))
        else:
            shown[one.pk] = [
                counts[slug] if counts[slug] or (one.pk, slug) in asked else NOT_ON_RECORD for slug in names
            ]
    return _by_year("Findings by agency", "Agency", audits, shown, list(names.values()))


def _by_year(
    title: str, first: str, audits: Sequence[Audit], told: Mapping[int, Sequence[Shown]], called: Sequence[str]
) -> Table:
    """The tables of the audits, one of each as it is shown, added up by year."""
    of_year: dict[int | None, list[Sequence[Shown]]] = {}
    for audit in audits:
        of_year.setdefault(year_of_audit(audit), []).append(told[audit.pk])
    ordered = sorted(of_year, key=lambda one: one or 0)
    columns = [[_added_up(row) for row in zip(*of_year[one], strict=True)] for one in ordered]
    rows = [(name, tuple(column[at] for column in columns)) for at, name in enumerate(called)]
    return Table(
        title, first, tuple(years(one) if one else "Year not on record" for one in ordered),
        tuple(one for one in rows if any(count and count is not NOT_ON_RECORD for count in one[1])),
    )  # fmt: skip


def _added_up(row: Sequence[Shown]) -> Shown:
    known = [one for one in row if not isinstance(one, NotKnown)]
    return added_up([[one] for one in known])[0] if known else NOT_ON_RECORD


def recurrence_by_audit(audits: Sequence[Audit], *, suppressed: bool) -> Table:
    """Of each audit that was held against earlier ones: how many of its findings were said before, and were not."""
    able = Comparison.objects.filter(audit__in=audits, against__isnull=False).values_list("audit", flat=True)
    told: dict[int, Counter[bool]] = {one: Counter() for one in able.distinct()}
    rows = ComparedFinding.objects.filter(comparison__audit__in=told, finding__withdrawn_at=None)
    for audit, earlier in rows.values_list("comparison__audit", "earlier"):
        told[audit][earlier is not None] += 1
    found = []
    for one in audits:
        if counts := told.get(one.pk):
            pair = [counts[True], counts[False]]
            found.append((one.title, tuple(without_small_numbers(pair) if suppressed else pair)))
    return Table("What recurs", "Audit", ("Said before", "Not said before"), tuple(found))


def actions_in_numbers(person: Person) -> Table:
    """The actions that somebody sees: how far each is and, of those that are done, whether it worked."""
    counts = Counter(_standing(one) for one in Action.objects.visible_to(person).only("stage", "due_on", "impact"))
    standings = (
        "Open", "Late", "Waits to be verified", "Done: impact shown", "Done: impact not shown",
        "Done: impact not measured", "Done: impact not looked at yet", "Stopped",
    )  # fmt: skip
    return Table("Actions", "How it stands", ("Actions",), tuple((one, (counts[one],)) for one in standings))


def _standing(action: Action) -> str:
    match action.stage:
        case ActionStage.OPEN:
            return "Late" if action.is_late else "Open"
        case ActionStage.REPORTED:
            return "Waits to be verified"
        case ActionStage.DONE:
            impact = str(Impact(action.impact).label).lower() if action.impact else "impact not looked at yet"
            return f"Done: {impact}"
        case _:
            return "Stopped"


CAME = ("In time", "Late", "Not known to the agency", "Declined", "No reply")


def how_returns_came(audits: Sequence[Audit]) -> dict[int, tuple[int, ...]]:
    """By the key of each audit that asked for returns, how many came in time, late, or did not come, as in `CAME`."""
    told: dict[int, Counter[str]] = {}
    returns = AgencyReturn.objects.filter(case__audit__in=audits).select_related("case")
    for one in returns.only("stage", "due_on", "first_submitted_at", "submitted_at", "case__audit"):
        told.setdefault(one.case.audit_id, Counter())[_came(one)] += 1
    return {audit: tuple(counts[each] for each in CAME) for audit, counts in told.items()}


def returns_in_time(audits: Sequence[Audit]) -> Table:
    """Of the returns that each audit asked for: in time, late, and what did not come."""
    told = how_returns_came(audits)
    return Table("Returns", "Audit", CAME, tuple((one.title, told[one.pk]) for one in audits if one.pk in told))


def _came(one: AgencyReturn) -> str:
    if one.stage in HANDED_IN:
        return "Late" if one.handed_in_late else "In time"
    if one.stage in AWAITED:
        return "No reply"
    return "Not known to the agency" if one.stage == ReturnStage.NOT_KNOWN else "Declined"
