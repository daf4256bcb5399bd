import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.text import Truncator

from maca.actions.models import RUNS, Action, Closing, ImpactCheck, RestsOn
from maca.actions.proposed import repeated
from maca.audits.models import Audit
from maca.audits.queries import find_audit
from maca.audits.stages import AuditStage
from maca.cases.models import CONFLICTS, Case, Declaration
from maca.cases.queries import fetch_parts
from maca.cases.seal import case_key
from maca.panel.alike import LEAST, MEAN, MOST, how_often, looked_at
from maca.panel.lines import opened
from maca.panel.models import ACTION, Finding, PanelLine
from maca.panel.queries import CASE_HEADINGS, Resting
from maca.panel.related import CONCEPT, rarity, score, terms_of
from maca.partnership.models import HELD_ALONE, Agency, Person, PersonQuerySet, Role


def find_action(person: Person, action: str) -> Action:
    """The action at this address, if this person may see it."""
    found = Action.objects.visible_to(person).select_related("audit", "agency", "accountable", "made_by", "saved_by")
    return found.get(public_id=action)


def find_finding_to_act_on(person: Person, audit: str, finding: str) -> Finding:
    """A finding of an audit. Whether this person may read it, the rule says."""
    found = Finding.objects.select_related("case__nomination").get(
        audit=(its_audit := find_audit(person, audit)), public_id=finding
    )
    found.audit = its_audit
    if found.case:
        found.case.audit = its_audit
    return found


@dataclass(frozen=True)
class Joining:
    """A finding, and the action that is there already and would rest on it too."""

    finding: Finding
    action: Action


def find_joining(person: Person, audit: str, finding: str, action: str) -> Joining:
    return Joining(find_finding_to_act_on(person, audit, finding), find_action(person, action))


# ---- lists of actions

SHOWN: dict[str, tuple[str, str]] = {
    "open": ("Open", "No action is open."),
    "late": ("Late", "No action is late."),
    "reported": ("Waiting to be verified", "No action waits to be verified."),
    "done": ("Done", "No action has been done yet."),
    "worked": ("Worked", "Of no action it has been shown that it worked."),
    "all": ("All", "There is no action yet."),
}


def actions_shown_to(person: Person, show: str) -> QuerySet[Action]:
    """The actions of the partnership that this person may see, the earliest day first; `show` is a key of `SHOWN`."""
    mine = Action.objects.visible_to(person)
    chosen = mine if show == "all" else getattr(mine, show)()
    return _for_a_list(chosen)


def actions_of(audit: Audit, person: Person) -> list[Action]:
    """The actions of an audit, and those of others that one of its findings joined, as far as this person sees them."""
    return list(_for_a_list(Action.objects.visible_to(person).of(audit)))


def _for_a_list(actions: QuerySet[Action]) -> QuerySet[Action]:
    found = actions.select_related("audit", "agency", "accountable").annotate(
        resting=Count("rests_on", filter=Q(rests_on__finding__withdrawn_at=None))
    )
    return found.order_by("due_on", "pk")


def findings_of_action(action: Action) -> list[Finding]:
    """What an action rests on, in the order in which it came to."""
    found = Finding.objects.filter(acted_on__action=action).select_related("case__nomination", "audit")
    return _with_their_audits(found.prefetch_related("earlier_wordings").order_by("acted_on__pk"))


def resting_on(finding: Finding, person: Person) -> list[Resting]:
    """For `panel.queries.what_rests_on`: the actions that rest on a finding, and whether on it alone."""
    others = RestsOn.objects.filter(action=OuterRef("pk"), finding__withdrawn_at=None).exclude(finding=finding)
    found = Action.objects.visible_to(person).filter(rests_on__finding=finding).annotate(has_others=Exists(others))
    return [
        Resting(
            f"The action of {one.agency} to be done by {one.due_on:%-d %B %Y} rests on "
            f"{'it and on others' if one.has_others else 'it alone'}: “{Truncator(one.change).chars(100)}”",
            reverse("action", kwargs={"action": one.public_id}),
        )
        for one in found.select_related("agency").order_by("due_on", "pk")
    ]


def _with_their_audits(findings: Iterable[Finding], audit: Audit | None = None) -> list[Finding]:
    """Each case and audit stands there once, so that what is kept with it is found again."""
    listed = list(findings)
    cases: dict[int, Case] = {}
    audits: dict[int, Audit] = {audit.pk: audit} if audit else {}
    for one in listed:
        one.audit = audits.get(one.audit_id) or audits.setdefault(one.audit_id, one.audit)
        if one.case:
            one.case = cases.setdefault(one.case.pk, one.case)
            one.case.audit = one.audit
    return listed


def cases_seen(findings: Iterable[Finding], person: Person) -> set[int]:
    """The keys of the cases of these findings that this person sees; what they have to do with each is kept with it."""
    cases = {one.case for one in findings if one.case}
    fetch_parts(cases, person)
    return set(Case.objects.visible_to(person).filter(pk__in=[one.pk for one in cases]).values_list("pk", flat=True))


@dataclass(frozen=True)
class FindingsOfCase:
    """The standing findings of a case, or of the whole audit: those first of which no action was made."""

    case: Case | None
    findings: list[Finding]

    @property
    def label(self) -> str:
        return self.case.label if self.case else "The audit as a whole"

    @property
    def untouched(self) -> int:
        return sum(not one.acted for one in self.findings)  # type: ignore[attr-defined]


def findings_to_act_on(audit: Audit, person: Person) -> list[FindingsOfCase]:
    """What actions of an audit can rest on, case by case, with how many rest on each."""
    found = audit.findings.standing().select_related("case__nomination").annotate(acted=Count("acted_on"))
    grouped: dict[Case | None, list[Finding]] = {}
    for one in _with_their_audits(found.order_by("position"), audit):
        grouped.setdefault(one.case, []).append(one)
    fetch_parts([one for one in grouped if one], person)
    # What can be improved asks most for an action, what went well least.
    first = [str(one) for one in (*CASE_HEADINGS[1:], CASE_HEADINGS[0])]

    def place(finding: Finding) -> tuple[bool, int, int]:
        heading = first.index(finding.heading) if finding.heading in first else len(first)
        return bool(finding.acted), heading, finding.position  # type: ignore[attr-defined]

    return [
        FindingsOfCase(case, sorted(those, key=place))
        for case, those in sorted(grouped.items(), key=lambda one: one[0].number if one[0] else 10_000)
    ]


# ---- what is there already


def actions_alike(text: str, finding: Finding, person: Person) -> list[Action]:
    """The open actions of the partnership that this person may see and that say much the same as a text, or rest on a
    finding that does: the nearest first, and none that rests on this finding already."""
    partnership = finding.audit.partnership_id
    seen = Action.objects.visible_to(person).open().exclude(rests_on__finding=finding)
    told = {one.pk: terms_of(f"{one.change}\n{one.success}") for one in seen.only("change", "success")}
    resting = defaultdict(set)
    on_these = RestsOn.objects.filter(action__in=seen.order_by().values("pk"))
    for action, its in on_these.values_list("action", "finding"):
        resting[its].add(action)
    asked = terms_of(text)
    # What another finding says tells nothing of itself to whoever may not look at it.
    rows = looked_at(partnership, person).filter(finding__in=on_these.order_by().values("finding"), term__in=asked)
    for its, term in rows.values_list("finding", "term"):
        for action in resting[its]:
            told[action][term] = max(told[action][term], 1)
    counts, total = how_often(asked, partnership)
    rare = rarity({one: counts.get(one, 0) for one in asked}, total)
    scores = {
        one: score(asked, terms, MEAN, MEAN, rare)
        for one, terms in told.items()
        if _have_enough_in_common(asked, terms)
    }
    nearest = sorted((one for one in scores if scores[one] >= LEAST), key=lambda one: (-scores[one], one))[:MOST]
    found = Action.objects.select_related("audit", "agency", "accountable").in_bulk(nearest)
    return [found[one] for one in nearest]


def _have_enough_in_common(asked: Counter[str], told: Counter[str]) -> bool:
    """One word in common is chance; one concept is not."""
    common = asked.keys() & told.keys()
    return len(common) > 1 or any(one.startswith(CONCEPT) for one in common)


def proposals_for(finding: Finding) -> list[PanelLine]:
    """The actions that the panel proposed with a finding, and those of its case that it proposed with none."""
    if finding.case is None or finding.case.nomination_id is None:
        return []
    rows = PanelLine.objects.filter(hearing__case=finding.case, heading=ACTION, taken_out_at=None)
    rows = rows.filter(Q(rests_on=finding) | Q(rests_on=None))
    return sorted(rows.select_related("agency"), key=lambda one: (one.rests_on_id is None, one.place))


def proposed_with(action: Action) -> list[str]:
    """What the panel's notes propose with the findings of an action, and what does not lie open in it already.

    To be compared with what is typed, and shown to nobody: so it is no reading.
    """
    known = (action.change, action.success, action.measure, action.baseline)
    words: list[str] = []
    for finding in action.findings.select_related("case__nomination", "case__audit__partnership"):
        if finding.case and (rows := proposals_for(finding)):
            words += [one.words for one in opened(rows, case_key(finding.case))]
    return [one for one in words if not repeated([one], known)]


# ---- people


def people_who_act(partnership: int) -> PersonQuerySet:
    """Whoever can be accountable for an action: somebody who can sign in, and whose role is not to stay outside."""
    found = Person.objects.filter(partnership=partnership).attested().filter(is_active=True, ended_at=None)
    return found.exclude(appointments__role__in=HELD_ALONE).filter(appointments__isnull=False).distinct()


def people_to_choose(partnership: int) -> list[Person]:
    return list(people_who_act(partnership).select_related("agency").order_by("name", "pk"))


def agencies_to_choose(partnership: int) -> list[Agency]:
    return list(Agency.objects.filter(partnership=partnership))


def those_who_run(partnership: int) -> list[Person]:
    found = Person.objects.filter(partnership=partnership).holding(*RUNS).attested().filter(ended_at=None)
    return list(found.select_related("partnership").order_by("pk"))


def is_in_conflict(action: Action, person: Person) -> bool:
    """Whether this person has declared a conflict of interest in the case of a finding that an action rests on."""
    declared = Declaration.objects.standing().filter(person=person.pk, interest__in=CONFLICTS)
    return declared.filter(case__findings__acted_on__action=action).exists()


# ---- the story of one action


@dataclass(frozen=True)
class Story:
    """What has happened to an action, each part in its order."""

    events: list[tuple[str, dt.datetime, str, str]]  # a title, when, by whom, and what was said
    closing: Closing | None  # what waits to be verified, or was the last
    checks: list[ImpactCheck]


def story_of(action: Action) -> Story:
    """Everything that was said of an action, the oldest first."""
    events = [("Made", action.made_at, str(action.made_by), "")]
    for said in action.progress.select_related("written_by"):
        events.append(("Progress", said.written_at, str(said.written_by), said.words))
    for day in action.earlier_days.select_related("moved_by"):
        title = f"Day moved from {day.due_on:%-d %B %Y} to {day.moved_to:%-d %B %Y}"
        events.append((title, day.moved_at, str(day.moved_by), day.reason))
    closings = list(action.closings.select_related("asked_by", "decided_by"))
    for one in closings:
        events.append(("Said to be done", one.asked_at, str(one.asked_by), f"{one.done}\n\nProof: {one.proof}"))
        if one.decided_at:
            title = "Verified" if one.verified else "Sent back"
            events.append((title, one.decided_at, str(one.decided_by), one.words))
    if action.stopped_at:
        events.append(("Stopped", action.stopped_at, str(action.saved_by), action.stopped_because))
    checks = list(action.impact_checks.select_related("recorded_by").prefetch_related("seen_in__audit"))
    for check in checks:
        events.append((str(check.get_impact_display()), check.recorded_at, str(check.recorded_by), ""))
    return Story(sorted(events, key=lambda one: one[1]), closings[-1] if closings else None, checks)


def waiting_closing(action: Action) -> Closing | None:
    return action.closings.filter(verified=None).select_related("asked_by").first()


def cases_to_look_in(action: Action) -> list[Case]:
    """The cases in which an impact can be seen: of the audits that an action rests on, of those on the same themes, and
    of those that followed them, the latest audit first."""
    own = Audit.objects.filter(Q(pk=action.audit_id) | Q(findings__acted_on__action=action))
    themes, keys = set(own.values_list("theme", flat=True)), set(own.values_list("pk", flat=True))
    found = Case.objects.filter(audit__partnership=action.audit.partnership_id).exclude(audit__stage=AuditStage.PLANNED)
    found = found.filter(Q(audit__theme__in=themes) | Q(audit__in=keys) | Q(audit__earlier__in=keys))
    return list(found.select_related("audit").order_by("-audit__planned_at", "audit", "number"))


# ---- what waits


def actions_waiting_for(person: Person) -> list[Action]:
    """The open actions that this person is accountable for."""
    found = Action.objects.open().filter(accountable=person.pk, audit__partnership=person.partnership_id)
    return list(found.select_related("audit"))


@dataclass(frozen=True)
class Waiting:
    """For whoever runs the audits: what waits to be verified by them, and how many actions are late, or done and of
    which nobody has looked whether they worked; and the audits whose findings no action was made of."""

    to_verify: list[Action]
    late: int
    unmeasured: int
    without: list[Audit]


def waiting_for_those_who_run(person: Person) -> Waiting:
    if not person.holds(*RUNS):
        return Waiting([], 0, 0, [])
    mine = Action.objects.visible_to(person)
    to_verify = mine.reported().exclude(accountable=person.pk).select_related("audit")
    if person.agency_id:
        to_verify = to_verify.exclude(agency=person.agency_id)
    else:
        to_verify = to_verify.exclude(accountable__agency=None)
    closed = Declaration.objects.standing().filter(person=person.pk, interest__in=CONFLICTS).exclude(case=None)
    to_verify = to_verify.exclude(rests_on__finding__case__in=closed.values("case"))
    counted = mine.aggregate(
        late=Count("pk", filter=Q(pk__in=Action.objects.late())),
        unmeasured=Count("pk", filter=Q(pk__in=Action.objects.done().filter(impact=""))),
    )
    acted = RestsOn.objects.filter(finding__audit=OuterRef("pk"), finding__withdrawn_at=None)
    without = Audit.objects.filter(
        ~Exists(acted), partnership=person.partnership_id, stage=AuditStage.PANEL_CLOSED
    ).filter(Exists(Finding.objects.standing().filter(audit=OuterRef("pk"))))
    return Waiting(list(to_verify), counted["late"], counted["unmeasured"], list(without.order_by("pk")))


def leads_to_warn(actions: Collection[Action]) -> dict[int, list[Person]]:
    """For each agency of these actions, by its key, its leads who can sign in."""
    found: dict[int, list[Person]] = defaultdict(list)
    leads = Person.objects.filter(agency__in={one.agency_id for one in actions}).holding(Role.AGENCY_LEAD)
    for person in leads.attested().filter(ended_at=None).select_related("partnership").order_by("pk"):
        if person.agency_id:
            found[person.agency_id].append(person)
    return found


def business_managers_of(partnerships: Collection[int]) -> dict[int, list[Person]]:
    """For each of these partnerships, by its key, its business managers who can sign in."""
    found: dict[int, list[Person]] = defaultdict(list)
    managers = Person.objects.filter(partnership__in=partnerships).holding(Role.BUSINESS_MANAGER)
    for person in managers.attested().filter(ended_at=None).select_related("partnership").order_by("pk"):
        found[person.partnership_id].append(person)
    return found
