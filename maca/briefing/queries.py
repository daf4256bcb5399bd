import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from maca.audits.models import Audit
from maca.audits.queries import find_audit
from maca.briefing.deciding import Around
from maca.briefing.models import WAS_PUBLISHED, Briefing, DraftVersion, HouseStyle, PublishedFile, ScreenDecision
from maca.briefing.printing import as_searched, overview_in
from maca.briefing.stages import BriefingStage
from maca.journal.models import Entry
from maca.panel.models import Finding
from maca.panel.queries import Resting
from maca.partnership.fence import standing
from maca.partnership.models import Agency, Partnership, Person

# What the journal says of whoever was shown what was published.
OPENED = "opened a published briefing"
# Within it, opening the same form again is no other reading.
NOTED_FOR = dt.timedelta(hours=1)


def find_briefing(person: Person, audit: str) -> Briefing:
    """The briefing of the audit at this address, if this person may see it."""
    return (
        Briefing.objects.visible_to(person)
        .select_related("audit__theme", "audit__partnership", "drafted_by", "saved_by", "approved_by", "withdrawn_by")
        .get(audit=find_audit(person, audit))
    )


def find_draft_or_audit(person: Person, audit: str) -> tuple[Audit, Briefing | None]:
    """The audit, and its briefing if there is one that this person may see."""
    found = find_audit(person, audit)
    try:
        briefing = find_briefing(person, audit)
    except Briefing.DoesNotExist:
        return found, None
    return briefing.audit, briefing


def find_left_out(person: Person, audit: str, finding: str) -> tuple[Briefing, Finding]:
    briefing = find_briefing(person, audit)
    return briefing, briefing.audit.findings.standing().select_related("case").get(public_id=finding)


def around(briefing: Briefing) -> Around:
    """What the screening of a briefing knows beside its words: the partnership's other publications, and the agencies
    that its findings are about."""
    partnership = briefing.audit.partnership_id
    others = Briefing.objects.filter(audit__partnership=partnership, stage__in=WAS_PUBLISHED).exclude(pk=briefing.pk)
    if briefing.published_at:  # what was published since is asked about there, and no more decided on here
        others = others.filter(published_at__lt=briefing.published_at)
    earlier: dict[str, str] = {}
    for title, text in others.values_list("audit__title", "searched"):
        earlier[title] = f"{earlier.get(title, '')} {text}"
    about: dict[str, set[str]] = {}
    tagged = briefing.audit.findings.filter(agencies__isnull=False)
    for ref, kind in tagged.values_list("public_id", "agencies__kind"):
        about.setdefault(ref, set()).add(kind)
    agencies = Agency.objects.filter(partnership=partnership).values_list("name", "kind")
    return Around(earlier=earlier, about=about, agencies=tuple(agencies))


def find_draft_versions(person: Person, audit: str) -> tuple[Briefing, list[DraftVersion]]:
    """The briefing, and the versions of its draft without their words, the newest first."""
    briefing = find_briefing(person, audit)
    rows = briefing.draft_versions.select_related("saved_by").defer("content").order_by("-number")
    return briefing, list(rows)


def find_draft_version(person: Person, audit: str, number: int) -> tuple[Briefing, DraftVersion]:
    briefing = find_briefing(person, audit)
    return briefing, briefing.draft_versions.select_related("saved_by").get(number=number)


def version_against(version: DraftVersion, number: str) -> DraftVersion | None:
    """The version that another is shown against: the one of this number, or else the one before it, if there is any."""
    others = version.briefing.draft_versions.select_related("saved_by").exclude(number=version.number)
    chosen = (
        others.filter(number=int(number)).first() if number.isascii() and number.isdigit() and len(number) < 6 else None
    )
    return chosen or others.filter(number__lt=version.number).last()


def decisions_on(briefing: Briefing) -> list[ScreenDecision]:
    """What was decided on what could identify a family, the first first."""
    return list(briefing.screen_decisions.select_related("decided_by"))


def left_out(briefing: Briefing) -> list[Finding]:
    """The panel's findings that do not stand in the briefing."""
    refs = {finding.ref for finding in briefing.value.findings}
    return [
        finding
        for finding in briefing.audit.findings.standing().select_related("case")
        if finding.public_id not in refs
    ]


def reworded_since(briefing: Briefing) -> list[tuple[Finding, str]]:
    """The findings that the chair has reworded since the draft was made, each with what the briefing says instead; and
    first those that the chair has withdrawn, and that the briefing still says."""
    said = {one.ref: one.text for one in briefing.value.findings}
    withdrawn = [(one, said[one.public_id]) for one in withdrawn_in(briefing)]
    reworded = briefing.audit.findings.standing().filter(earlier_wordings__replaced_at__gt=briefing.drafted_at)
    return withdrawn + [
        (one, said[one.public_id])
        for one in reworded.select_related("case").distinct()
        if one.public_id in said and said[one.public_id] != one.text
    ]


def withdrawn_in(briefing: Briefing) -> list[Finding]:
    """The findings that stand in a briefing, and that the chair has withdrawn."""
    said = [one.ref for one in briefing.value.findings if one.ref]
    withdrawn = briefing.audit.findings.exclude(withdrawn_at=None).filter(public_id__in=said)
    return list(withdrawn.select_related("case").order_by("position"))


def resting_on(finding: Finding, person: Person) -> list[Resting]:
    """For `panel.queries.what_rests_on`: the briefing that says a finding, as far as it is."""
    briefing = Briefing.objects.visible_to(person).filter(audit=finding.audit_id).first()
    if briefing is None or finding.public_id not in {one.ref for one in briefing.value.findings}:
        return []
    far = {BriefingStage.SENT: ", which has been sent for approval,", BriefingStage.APPROVED: ", which is approved,"}
    return [
        Resting(
            f"The briefing{far.get(BriefingStage(briefing.stage), '')} says it: it cannot go on until the business "
            "manager has left it out.",
            reverse("briefing", kwargs={"audit": finding.audit.slug}),
        )
    ]


def published(person: Person, words: str = "") -> QuerySet[Briefing]:
    """The published briefings this person may read, newest first: those in which each of the words stands."""
    found = Briefing.objects.visible_to(person).filter(stage=BriefingStage.PUBLISHED)
    for word in as_searched(words).split():
        found = found.filter(searched__contains=word)
    return (
        found.select_related("audit__theme")
        .defer("content", "searched")
        .order_by("-published_at", "-drafted_at", "-pk")
    )


def digests(briefing: Briefing) -> dict[str, str]:
    """The SHA-256 of each form of what was published, by its name; nothing for a draft."""
    return dict(briefing.files.values_list("format", "sha256"))


def house_style_of(partnership: Partnership) -> HouseStyle:
    """What it prints on its papers; of one that has said nothing yet a blank, at version 0."""
    return HouseStyle.objects.filter(partnership=partnership).first() or HouseStyle(partnership=partnership, version=0)


def find_overview(person: Person, audit: str) -> Briefing:
    """The briefing, where there is an overview report: one that was published without it, or elsewhere, has none."""
    briefing = find_briefing(person, audit)
    if briefing.was_published and not briefing.files.filter(format=overview_in("html")).exists():
        raise Briefing.DoesNotExist
    return briefing


def kept_file(briefing: Briefing, wanted: str) -> PublishedFile:
    return briefing.files.get(format=wanted)


def find_public_page(partnership: str, briefing: str) -> tuple[Briefing, PublishedFile]:
    """What anybody is shown at the public address of a briefing, by the ids of its partnership and its own.

    Raises `ObjectDoesNotExist` where nothing is public, whatever the cause.
    """
    its = Partnership.objects.get(public_id=partnership, public_briefings=True)
    # Nobody is signed in, so nothing else says which partnership's rows are there.
    with standing(str(its.pk)):
        found = (
            Briefing.objects.reached_readers()
            .select_related("audit")
            .get(public_id=briefing, audit__partnership=its, is_public=True)
        )
        return found, kept_file(found, "html")


def was_opened_lately(briefing: Briefing, wanted: str, person: Person) -> bool:
    """Whether it is on record already that this person opens this form of it."""
    return (
        _openings(briefing)
        .filter(by=person.public_id, at__gt=timezone.now() - NOTED_FOR, details__form=wanted)
        .exists()
    )


def _openings(briefing: Briefing) -> QuerySet[Entry]:
    return Entry.objects.filter(about=f"Briefing:{briefing.public_id}", did=OPENED)


@dataclass
class Reader:
    """Somebody who has opened what was published: when first, when last, and in which forms."""

    name: str
    post: str
    agency: str
    first_at: dt.datetime
    last_at: dt.datetime
    forms: list[str] = field(default_factory=list)


def readers_of(briefing: Briefing) -> list[Reader]:
    """Who has opened what was published until it was withdrawn, as the journal tells it, the last to open it first."""
    opened = _openings(briefing).order_by("number")
    if briefing.withdrawn_at:
        opened = opened.filter(at__lte=briefing.withdrawn_at)
    return _readers(opened.values_list("by", "by_name", "at", "details__form"))


def _readers(opened: Iterable[tuple[str, str, dt.datetime, str]]) -> list[Reader]:
    found: dict[str, Reader] = {}
    for by, name, at, form in opened:
        reader = found.setdefault(by, Reader(name, "", "", at, at))
        reader.last_at = at
        if form not in reader.forms:
            reader.forms.append(form)
    for person in Person.objects.filter(public_id__in=found).select_related("agency"):
        found[person.public_id].post = person.post
        found[person.public_id].agency = person.agency.name if person.agency else ""
    return sorted(found.values(), key=lambda one: one.last_at, reverse=True)
