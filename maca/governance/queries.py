import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.utils import timezone

from maca.audits.models import Audit
from maca.cases.models import Case, IdentityReason, Involvement, Nomination
from maca.concerns.models import Concern
from maca.feedback.models import FactCheck, FeedbackNote
from maca.journal.models import Entry
from maca.kernel.clock import LONDON, is_working_day
from maca.panel.models import Dissent
from maca.partnership.models import Person, Role
from maca.returns.models import AgencyReturn, Upload, UploadPage

A_PAGE = 50
# What shows a case as a whole, and with it what an agency handed in, or whose case it is.
SHOWS_A_CASE = (
    "read a report", "copied a report", "read a hearing", "opened an identity", "read what agencies do not agree with",
    "read the grades of a panel",
)  # fmt: skip
# What shows what an agency wrote when it nominated a case, or whom it nominated.
SHOWS_A_NOMINATION = ("read a case", "opened an identity")

# A reading is out of the ordinary past these. They are a start, to be set by what is usual: a panel that reads
# two cases side by side comes to about 20 an hour, and one audit has 3 to 9 cases.
MOST_READINGS_AN_HOUR = 30
MOST_CASES = 10
AN_HOUR = dt.timedelta(hours=1)
DAY_BEGINS, DAY_ENDS = 7, 20
LOOK_BACK = dt.timedelta(days=30)
# The report reads no more than this; where there is more, the newest.
MOST_READ = 20_000


@dataclass(frozen=True)
class Line:
    """An entry as it is shown: who, with post and agency as they are now, did what, about what, why."""

    number: int
    at: dt.datetime
    who: str
    post: str
    agency: str
    did: str
    about: str
    reason: str
    is_reading: bool


@dataclass(frozen=True)
class Page:
    """A page of lines, newest first, and the number to go on from if there are more."""

    lines: list[Line]
    more_before: int | None


def entries_visible_to(person: Person) -> QuerySet[Entry]:
    """The journal of one's own partnership. Who may read it, the rules say."""
    return Entry.objects.filter(partnership=person.partnership_public_id)


def journal_page(
    person: Person,
    *,
    before: int | None = None,
    by: str = "",
    day: dt.date | None = None,
    kind: str = "",
    case: str = "",
) -> Page:
    """The journal of one's partnership, newest first: of one person, one day in London, one kind, one case label."""
    found = entries_visible_to(person)
    if by:
        found = found.filter(by=by)
    if day:
        begins = dt.datetime.combine(day, dt.time(), LONDON)
        found = found.filter(at__gte=begins, at__lt=dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), LONDON))
    if kind:
        found = found.filter(is_reading=kind == "reading")
    if case:
        label = f"Case {case}" if case.isdigit() else case
        found = found.filter(Q(details__case=label) | Q(details__label=label))
    return _page(person, found, before)


def readings_of_ours(person: Person) -> QuerySet[Entry]:
    """Every reading of what one's own agency wrote: its returns, nominations and concerns, what it disputed after the
    panel and answered to its feedback; of the cases it was asked about, as a whole or by identity; and of the
    identities it nominated."""
    agency = person.agency_id
    nominated = Nomination.objects.filter(agency=agency)
    asked_about = Case.objects.filter(pk__in=Involvement.objects.filter(agency=agency).values("case"))
    read = entries_visible_to(person).filter(is_reading=True)
    return read.filter(
        Q(about__in=_named("AgencyReturn", AgencyReturn.objects.filter(agency=agency)))
        | Q(about__in=_named("Upload", Upload.objects.filter(agency_return__agency=agency)))
        | Q(about__in=_named("UploadPage", UploadPage.objects.filter(upload__agency_return__agency=agency)))
        | Q(about__in=_named("Dissent", Dissent.objects.filter(agency=agency)))
        | Q(about__in=_named("FactCheck", FactCheck.objects.filter(agency=agency)))
        | Q(about__in=_named("FeedbackNote", FeedbackNote.objects.filter(agency_return__agency=agency)))
        | Q(about__in=_named("Concern", Concern.objects.filter(agency=agency)))
        | Q(about__in=_named("Nomination", nominated))
        | Q(about__in=_named("Audit", Audit.objects.filter(nominations__in=nominated)), did="read nominations")
        | Q(about__in=_named("Case", Case.objects.filter(nomination__in=nominated)), did__in=SHOWS_A_NOMINATION)
        | Q(about__in=_named("Case", asked_about), did__in=SHOWS_A_CASE)
    )


def _named(kind: str, things: QuerySet[Any]) -> QuerySet[Any]:
    """These things as the journal names them."""
    return things.order_by().values_list(Concat(Value(f"{kind}:"), F("public_id")))


def who_read_ours(person: Person, *, before: int | None = None) -> Page:
    """Who read what one's own agency wrote, newest first."""
    return _page(person, readings_of_ours(person), before)


def _page(person: Person, found: QuerySet[Entry], before: int | None) -> Page:
    if before is not None:
        found = found.filter(number__lt=before)
    entries = list(found.order_by("-number")[: A_PAGE + 1])
    shown = entries[:A_PAGE]
    people = _people(person, {id_ for one in shown for id_ in (one.by, *_whom(one))})
    slugs = {str(one.details["audit"]) for one in shown if "audit" in one.details}
    ids = {one.about.removeprefix("Audit:") for one in shown if one.about.startswith("Audit:")}
    titles: dict[str, str] = {}
    found_audits = Audit.objects.filter(Q(slug__in=slugs) | Q(public_id__in=ids), partnership=person.partnership_id)
    for slug, public_id, title in found_audits.values_list("slug", "public_id", "title"):
        titles[slug] = titles[f"Audit:{public_id}"] = title
    return Page([_line(one, people, titles) for one in shown], shown[-1].number if len(entries) > A_PAGE else None)


def _whom(entry: Entry) -> list[str]:
    """The people, by public id, that an entry is about."""
    kind, _, public_id = entry.about.partition(":")
    about = [public_id] if kind == "Person" else []
    presenter = entry.details.get("presenter")
    return [*about, *([str(presenter)] if presenter else []), *map(str, entry.details.get("people") or ())]


def _people(person: Person, ids: Iterable[str]) -> dict[str, Person]:
    found = Person.objects.visible_to(person).filter(public_id__in=ids).select_related("agency")
    return {one.public_id: one for one in found}


def _line(entry: Entry, people: dict[str, Person], titles: dict[str, str]) -> Line:
    who = people.get(entry.by)
    return Line(
        number=entry.number,
        at=entry.at,
        who=entry.by_name,
        post=who.post if who else "",
        agency=str(who.agency) if who and who.agency else "",
        did=entry.did,
        about=_about(entry, people, titles),
        reason=_reason(entry.details.get("reason")),
        is_reading=entry.is_reading,
    )


def _about(entry: Entry, people: dict[str, Person], titles: dict[str, str]) -> str:
    """“Case 1 of Neglect 3”, the audit, or whom and as what, where the entry says so; else the kind of thing it was."""
    label = entry.details.get("case") or entry.details.get("label")
    slug = entry.details.get("audit")
    audit = titles.get(str(slug), slug)
    whom = ", ".join(people[one].name for one in _whom(entry) if one in people)
    roles = _roles(entry.details)
    if label:
        words = f"{label} of {audit}" if audit else str(label)
    elif whom and entry.about.startswith("Person:"):
        return f"{whom}: {roles}" if roles else whom
    elif entry.about in titles:
        words = titles[entry.about]
    else:
        kind = entry.about.partition(":")[0]
        words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in kind).strip().capitalize()
        words = f"{words}, {audit}" if audit else words
    return f"{words}: {whom}" if whom else words


def _roles(details: dict[str, Any]) -> str:
    """The roles that somebody was given, and those before where they changed."""

    def listed(name: str) -> str:
        labels = dict(Role.choices)
        return ", ".join(str(labels.get(one, one)) for one in details[name]) or "no role"

    if isinstance(details.get("before"), list) and isinstance(details.get("now"), list):
        return f"{listed('now')} (before: {listed('before')})"
    return listed("roles") if isinstance(details.get("roles"), list) else ""


def _reason(code: Any) -> str:
    return dict(IdentityReason.choices).get(str(code), "") if code else ""


@dataclass(frozen=True)
class Outlier:
    """Something one person did that is out of the ordinary: what, how often, and when last."""

    who: str
    post: str
    what: str
    count: int
    last_at: dt.datetime


@dataclass(frozen=True)
class Reading:
    by: str
    by_name: str
    at: dt.datetime
    about: str
    audit: str
    case: str


def _readings(found: QuerySet[Entry]) -> list[Reading]:
    """The newest readings of the last 30 days, bounded."""
    rows = (
        found.filter(is_reading=True, at__gte=timezone.now() - LOOK_BACK)
        .order_by("-at")
        .values_list("by", "by_name", "at", "about", "details")[:MOST_READ]
    )
    return [
        Reading(by, name, at, about, str(details.get("audit") or ""), str(details.get("case") or ""))
        for by, name, at, about, details in rows
    ]


def is_out_of_hours(at: dt.datetime) -> bool:
    """Before 7 in the morning or after 8 in the evening in London, at a weekend or on a bank holiday in England."""
    local = at.astimezone(LONDON)
    return not (DAY_BEGINS <= local.hour < DAY_ENDS and is_working_day(local.date()))


def too_many_at_once(times: list[dt.datetime]) -> set[int]:
    """Which of these, by place, are among more than 30 within an hour, whenever that hour begins."""
    order = sorted(range(len(times)), key=times.__getitem__)
    found: set[int] = set()
    first = marked = 0
    for last, place in enumerate(order):
        while times[place] - times[order[first]] >= AN_HOUR:
            first += 1
        if last - first + 1 > MOST_READINGS_AN_HOUR:
            found |= set(order[max(first, marked) : last + 1])
            marked = last + 1
    return found


def outliers(person: Person) -> list[Outlier]:
    """What is out of the ordinary among the readings of one's partnership in the last 30 days, newest first."""
    readings = _readings(entries_visible_to(person))
    published = dict(
        Audit.objects.filter(partnership=person.partnership_id, published_at__isnull=False).values_list(
            "slug", "published_at"
        )
    )
    found: dict[tuple[str, str], list[Reading]] = defaultdict(list)
    of_each: dict[str, list[Reading]] = defaultdict(list)
    for one in readings:
        of_each[one.by].append(one)
    for by, theirs in of_each.items():
        if crowded := too_many_at_once([one.at for one in theirs]):
            found[by, f"more than {MOST_READINGS_AN_HOUR} readings within an hour"] = [
                theirs[place] for place in crowded
            ]
    cases: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for one in readings:
        if one.case:
            cases[one.by].add((one.audit, one.case))
    for one in readings:
        if is_out_of_hours(one.at):
            found[one.by, "readings out of hours"].append(one)
        if (since := published.get(one.audit)) and one.at > since:
            found[one.by, "readings of audits that were published already"].append(one)
        if len(cases[one.by]) > MOST_CASES:
            found[one.by, f"readings of more than {MOST_CASES} cases"].append(one)
    people = _people(person, {by for by, _ in found})
    listed = [
        Outlier(of[0].by_name, people[by].post if by in people else "", what, len(of), max(one.at for one in of))
        for (by, what), of in found.items()
    ]
    return sorted(listed, key=lambda one: one.last_at, reverse=True)


def out_of_hours_of_ours(person: Person) -> int:
    """How many readings of one's own agency's records were out of hours in the last 30 days."""
    return sum(is_out_of_hours(one.at) for one in _readings(readings_of_ours(person)))
