import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from django.db.models import Count, Q
from django.urls import reverse

from maca.actions.queries import actions_waiting_for, waiting_for_those_who_run
from maca.audits.models import Audit
from maca.audits.stages import AuditStage
from maca.briefing.models import READS_DRAFTS, Briefing
from maca.briefing.rules import may_draft_briefing
from maca.briefing.stages import BriefingStage
from maca.cases.models import CONFLICTS, Case, Declaration, Presenter, Seat
from maca.cases.stages import NominationStage
from maca.feedback.models import FactCheck, FeedbackNote
from maca.feedback.queries import (
    disputes_waiting_for,
    facts_waiting_for,
    notes_waiting_for,
    replies_waiting_for,
    to_begin_after_the_panel,
    what_the_check_lacks,
)
from maca.feedback.rules import may_read_fact_check, may_see_fact_checks
from maca.kernel.clock import today, working_days_from
from maca.panel.queries import notes_to_deal_with, returns_outstanding, unheard
from maca.panel.rules import may_see_panel_page, what_the_panel_lacks
from maca.panel.stages import HearingStage
from maca.partnership.models import Person, Role
from maca.partnership.queries import to_attest
from maca.retention.queries import due_by
from maca.returns.models import AgencyReturn, Rung
from maca.returns.queries import Ladder, checks_waiting_for, given_to, unsettled, waiting_for
from maca.returns.rules import may_circulate_audit, may_read_board
from maca.returns.stages import ReturnStage

DONE, NOW, WAITS, LATER, NOT_DONE = "Done", "To do now", "Waits for returns", "Cannot start yet", "Not done"
# Working days before the pack is due, from which on the work list asks for its reports.
PACK_NOTICE = 5
ORGANISES = (Role.BUSINESS_MANAGER, Role.CHAIR, Role.SUB_GROUP_MEMBER)


@dataclass(frozen=True)
class Step:
    """One step of an audit: how it stands, what stands in its way, who does it, and where, for this person."""

    title: str
    status: str
    obstacle: str
    who: str
    url: str = ""


def steps(audit: Audit, person: Person) -> list[Step]:
    """The steps of an audit in order, as this person sees them."""
    address = {"audit": audit.slug}
    stage = AuditStage(audit.stage)
    order = list(AuditStage)
    reached = order.index(stage)
    briefing: Briefing | None = getattr(audit, "briefing", None)
    if audit.imported_from:
        return [
            Step(
                "Publish the briefing",
                DONE,
                f"Recorded from the published briefing “{audit.imported_from}”. It was run before this site.",
                "",
                reverse("briefing", kwargs=address),
            )
        ]
    nominated = audit.nominations.filter(stage=NominationStage.NOMINATED).count()
    selected = audit.cases.count()
    returns = AgencyReturn.objects.of(audit)
    asked, out, late = returns.count(), returns_outstanding(audit), returns.late().count()

    def status(done_from: AuditStage, ready: bool) -> str:
        if reached >= order.index(done_from):
            return DONE
        return NOW if ready else LATER

    def link(name: str, allowed: bool) -> str:
        return reverse(name, kwargs=address) if allowed else ""

    planned = stage == AuditStage.PLANNED
    reads_nominations = person.holds(Role.CHAIR, Role.SUB_GROUP_MEMBER, Role.BUSINESS_MANAGER, Role.SCRUTINEER)
    return [
        Step("Plan the audit", DONE, "", "Chair", link("plan", True)),
        Step(
            "Nominate cases",
            status(AuditStage.CIRCULATED, True),
            "" if not planned or nominated or selected else "No case has been nominated yet.",
            "Sub-group members",
            link("nominations", reads_nominations),
        ),
        Step(
            "Select cases",
            status(AuditStage.CIRCULATED, bool(nominated or selected)),
            _selecting(planned, nominated, selected),
            "Chair",
            link("nominations", reads_nominations),
        ),
        Step(
            "Circulate the cases to the agencies",
            status(AuditStage.CIRCULATED, bool(selected)),
            "" if not planned else _why(may_circulate_audit, person, audit, Role.BUSINESS_MANAGER, selected),
            "Business manager",
            link("circulate", bool(may_circulate_audit(person, audit))),
        ),
        Step(
            "Gather the returns",
            status(AuditStage.PANEL_OPENED, stage == AuditStage.CIRCULATED),
            _gathering(stage, asked, out, late),
            "Agencies",
            link("board", bool(may_read_board(person, audit)) and not planned),
        ),
        Step(
            "Hear the cases and agree the findings",
            WAITS
            if stage == AuditStage.CIRCULATED and out
            else status(AuditStage.PANEL_CLOSED, stage in (AuditStage.CIRCULATED, AuditStage.PANEL_OPENED)),
            _hearing(audit, stage),
            "Chair",
            link("panel", bool(may_see_panel_page(person, audit))),
        ),
        _checking(audit, stage, person),
        Step(
            "Draft the briefing",
            DONE
            if briefing and briefing.stage != BriefingStage.DRAFTED
            else (NOW if stage == AuditStage.PANEL_CLOSED else LATER),
            _drafting(stage, briefing),
            "Business manager",
            link("briefing", _reads_briefing(person, audit, briefing)),
        ),
        Step(
            "Approve the briefing",
            DONE
            if briefing and (briefing.was_published or briefing.stage == BriefingStage.APPROVED)
            else (NOW if briefing and briefing.stage == BriefingStage.SENT else LATER),
            "The briefing has not been sent for approval yet."
            if briefing and briefing.stage == BriefingStage.DRAFTED
            else "",
            "Chair or sub-group member, not its author",
            link("briefing", _reads_briefing(person, audit, briefing)),
        ),
        Step(
            "Publish the briefing",
            DONE
            if stage == AuditStage.PUBLISHED and not _held_back(briefing)
            else (NOW if (briefing and briefing.stage == BriefingStage.APPROVED) or _held_back(briefing) else LATER),
            _publishing(person, briefing),
            "Business manager",
            link("briefing", _reads_briefing(person, audit, briefing)),
        ),
    ]


def _why(rule: Callable[[Person, Audit], object], person: Person, audit: Audit, role: Role, ready: object) -> str:
    """The rule's own sentence to the one whose step it is; to others, what is missing."""
    if not ready:
        return "No case has been selected yet."
    return getattr(rule(person, audit), "sentence", "") if person.holds(role) else ""


def _selecting(planned: bool, nominated: int, selected: int) -> str:
    if not planned:
        return f"{selected} {'case' if selected == 1 else 'cases'} selected."
    if not nominated and not selected:
        return "There is no nomination to select from yet."
    parts = [f"{selected} selected"] if selected else []
    parts += [f"{nominated} waiting for the chair’s decision"] if nominated else []
    return ", ".join(parts).capitalize() + "."


def _gathering(stage: AuditStage, asked: int, out: int, late: int) -> str:
    if stage == AuditStage.PLANNED:
        return "The cases have not been circulated yet."
    words = f"{asked - out} of {asked} returns complete"
    if stage == AuditStage.CIRCULATED and late:
        words += f", {late} late"
    return words + "."


def _hearing(audit: Audit, stage: AuditStage) -> str:
    if stage == AuditStage.CIRCULATED:
        return what_the_panel_lacks(audit)
    if stage == AuditStage.PANEL_OPENED:
        waiting = unheard(audit)
        if waiting:
            return f"{waiting} {'case has' if waiting == 1 else 'cases have'} not been heard yet."
        return "Every case has been heard. The chair can close the panel."
    return ""


def _checking(audit: Audit, stage: AuditStage, person: Person) -> Step:
    """The factual accuracy check stands in nobody’s way; the lead of an agency goes from here to its own."""
    lacks, status = "", LATER
    if stage in (AuditStage.PANEL_CLOSED, AuditStage.PUBLISHED):
        lacks = what_the_check_lacks(audit)
        status = DONE if not lacks else NOW if stage == AuditStage.PANEL_CLOSED else NOT_DONE
    own = FactCheck.objects.visible_to(person).filter(audit=audit, agency=person.agency_id).select_related("agency")
    check = own.first() if person.holds(Role.AGENCY_LEAD) else None
    url = ""
    if may_see_fact_checks(person, audit):
        url = reverse("fact-checks", kwargs={"audit": audit.slug})
    elif check and may_read_fact_check(person, check):
        url = reverse("fact-check", kwargs={"audit": audit.slug, "agency": check.agency.slug})
    return Step("Check the facts with the agencies", status, lacks, "Agency leads, then the chair", url)


def _drafting(stage: AuditStage, briefing: Briefing | None) -> str:
    if briefing and briefing.stage == BriefingStage.DRAFTED and briefing.sent_back_because:
        return "Sent back by the approver."
    if briefing is None and stage == AuditStage.PANEL_OPENED:
        return "The panel has not closed yet."
    return ""


def _reads_briefing(person: Person, audit: Audit, briefing: Briefing | None) -> bool:
    if briefing is None:
        return bool(may_draft_briefing(person, audit))
    return briefing.has_reached_readers or person.holds(*READS_DRAFTS)


def _held_back(briefing: Briefing | None) -> bool:
    return briefing is not None and briefing.is_published and briefing.under_embargo


def stage_said(audit: Audit, person: Person) -> tuple[str, str]:
    """How far an audit is in words, and the colour of its tag: its stage, or what became of its briefing since.

    Whoever reads no drafts is not told of an embargo: to them, the briefing is not published yet.
    """
    briefing: Briefing | None = getattr(audit, "briefing", None)
    if briefing and briefing.was_published and not briefing.has_reached_readers:
        if not person.holds(*READS_DRAFTS):
            return str(AuditStage.PANEL_CLOSED.label), "blue"
        if briefing.is_published:
            return "Under embargo", "yellow"
    if briefing and briefing.is_withdrawn:
        return "Briefing withdrawn", "red"
    return str(audit.get_stage_display()), "green" if audit.stage == AuditStage.PUBLISHED else "blue"


def _publishing(person: Person, briefing: Briefing | None) -> str:
    """Whoever reads no drafts is not told of an embargo."""
    if briefing and briefing.is_withdrawn and (briefing.has_reached_readers or person.holds(*READS_DRAFTS)):
        return "The briefing has been withdrawn since."
    if briefing and _held_back(briefing) and person.holds(*READS_DRAFTS):
        return "The briefing is under an embargo."
    return ""


@dataclass(frozen=True)
class Task:
    """Something that waits for this person, with the day it is due if it has one, and what of it is theirs."""

    text: str
    about: str
    url: str
    share: str = ""
    due: dt.date | None = None
    late: bool = False


def tasks(person: Person) -> list[Task]:
    """What waits for this person, over every audit that is under way, in a fixed number of queries."""
    waiting_returns = waiting_for(person)
    given = given_to(person, waiting_returns) if waiting_returns else {}
    found = [
        Task(
            text={
                ReturnStage.STARTED: f"Finish your return for {one.agency}",
                ReturnStage.SENT_BACK: f"Answer what was sent back to {one.agency}",
            }.get(ReturnStage(one.stage), f"Answer for {one.agency}"),
            about=f"{one.case.audit}, {one.case}",
            share=f"given to you: {', '.join(given[one.pk])}" if one.pk in given else "",
            url=reverse("return", kwargs=_return_address(one)),
            due=one.due_on,
            late=one.is_late,
        )
        for one in waiting_returns
    ]
    found += [
        Task(
            text=f"Say whom {one.agency} knows",
            about=f"{one.case.audit}, {one.case}",
            url=reverse(
                "say-who-is-known",
                kwargs={"audit": one.case.audit.slug, "case": one.case.number, "agency": one.agency.slug},
            ),
        )
        for one in checks_waiting_for(person)
    ]
    found += [
        Task(
            text=f"{'Deal with' if one.read_at else 'Read'} a restricted note from the panel",
            about=f"{one.hearing.case.audit}, {one.hearing.case}",
            url=reverse(
                "restricted-note",
                kwargs={
                    "audit": one.hearing.case.audit.slug, "case": one.hearing.case.number, "note": one.public_id,
                },
            ),
        )
        for one in notes_to_deal_with(person)
    ]  # fmt: skip
    found += _after_the_panel(person)
    found += _actions(person)
    found += _retention(person)
    if waiting := to_attest(person):
        found.append(
            Task(
                text=f"Say who still needs their account: {len(waiting)} "
                f"{'person waits' if len(waiting) == 1 else 'people wait'} for your word",
                about="Whoever nobody speaks up for within 90 days can no longer sign in",
                url=reverse("attest-people"),
            )
        )
    if person.holds(*ORGANISES):
        # They may do nothing about these, so nothing about them is asked of them.
        declared = Declaration.objects.standing().filter(person=person.pk, interest__in=CONFLICTS)
        closed = set(declared.values_list("case", flat=True))
        not_heard = ~Q(cases__hearing__stage=HearingStage.HEARD)
        audits = (
            Audit.objects.visible_to(person)
            .exclude(stage=AuditStage.PUBLISHED)
            .select_related("briefing", "theme")
            .annotate(
                waiting=Count("nominations", filter=Q(nominations__stage=NominationStage.NOMINATED), distinct=True),
                chosen=Count("cases", distinct=True),
                not_heard=Count("cases__hearing", filter=not_heard, distinct=True),
                to_hear=Count("cases__hearing", filter=not_heard & ~Q(cases__in=closed), distinct=True),
            )
        )
        for audit in audits:
            found += _organising(audit, person)
        found += _unsettled(audits, person, closed)
        found += _packs(audits, person, closed)
    if person.holds(Role.PANEL_MEMBER):
        found += [
            Task(
                text=f"Hear {seat.case}",
                about=str(seat.case.audit),
                url=reverse("hearing", kwargs={"audit": seat.case.audit.slug, "case": seat.case.number}),
            )
            for seat in Seat.objects.filter(person=person, case__audit__stage=AuditStage.PANEL_OPENED)
            .exclude(case__hearing__stage=HearingStage.HEARD)
            .select_related("case__audit")
        ]
    if person.holds(Role.SOCIAL_WORKER, Role.PRACTICE_MANAGER):
        found += [
            Task(
                text=f"Prepare to introduce {presenter.case}",
                about=f"{presenter.case.audit}, panel on {presenter.case.audit.panel_on:%-d %B %Y}"
                if presenter.case.audit.panel_on
                else str(presenter.case.audit),
                url=reverse("case", kwargs={"audit": presenter.case.audit.slug, "case": presenter.case.number}),
            )
            for presenter in Presenter.objects.filter(
                person=person, case__audit__stage__in=[AuditStage.CIRCULATED, AuditStage.PANEL_OPENED]
            )
            .exclude(case__hearing__stage__in=[HearingStage.INTRODUCED, HearingStage.HEARD])
            .select_related("case__audit")
        ]
    return found


def _after_the_panel(person: Person) -> list[Task]:
    """Facts to check, disputes to decide on, notes to read, and what teams have answered."""
    found = [
        Task(
            text=f"Check the facts for {one.agency}",
            about=str(one.audit),
            url=reverse("fact-check", kwargs={"audit": one.audit.slug, "agency": one.agency.slug}),
            due=one.due_on,
            late=one.is_late,
        )
        for one in facts_waiting_for(person)
    ]
    disputed = Counter(one.fact_check.audit for one in disputes_waiting_for(person))
    found += [
        Task(
            text=f"Decide on {count} disputed {'finding' if count == 1 else 'findings'}",
            about=str(audit),
            url=reverse("fact-checks", kwargs={"audit": audit.slug}) + "#disputed",
        )
        for audit, count in disputed.items()
    ]

    for audit, is_to_ask, waiting in to_begin_after_the_panel(person):
        address = {"audit": audit.slug}
        if is_to_ask:
            found.append(
                Task("Ask the agencies to check the facts", str(audit), reverse("fact-checks", kwargs=address))
            )
        if waiting:
            text = f"Send {waiting} {'team its feedback note' if waiting == 1 else 'teams their feedback notes'}"
            found.append(Task(text, str(audit), reverse("feedback-notes", kwargs=address)))

    def note(text: str, one: FeedbackNote) -> Task:
        case = one.agency_return.case
        return Task(text, f"{case.audit}, {case}", reverse("feedback-note", kwargs=_return_address(one.agency_return)))

    found += [note(f"Read the feedback for {one.agency_return.agency}", one) for one in notes_waiting_for(person)]
    found += [note(f"Read what {one.agency_return.agency} answered", one) for one in replies_waiting_for(person)]
    return found


SHORT = 80  # letters of what will change, on the work list


def _actions(person: Person) -> list[Task]:
    """What this person is accountable for; and for whoever runs the audits, what waits to be verified, is late, or was
    never looked at again."""

    def cut(words: str) -> str:
        words = " ".join(words.split())
        return words if len(words) <= SHORT else words[: SHORT - 1].rstrip() + "…"

    found = [
        Task(
            text=f"Action: {cut(one.change)}",
            about=str(one.audit),
            url=reverse("action", kwargs={"action": one.public_id}),
            due=one.due_on,
            late=one.is_late,
        )
        for one in actions_waiting_for(person)
    ]
    waiting = waiting_for_those_who_run(person)
    found += [
        Task(
            f"Verify that it was done: {cut(one.change)}",
            str(one.audit),
            reverse("verify-action", kwargs={"action": one.public_id}),
        )
        for one in waiting.to_verify
    ]
    if count := waiting.late:
        late = f"Follow up {count} late {'action' if count == 1 else 'actions'}"
        found.append(Task(late, "Actions of every audit", reverse("actions") + "?show=late"))
    if count := waiting.unmeasured:
        worked = f"Say whether {count} {'action that is' if count == 1 else 'actions that are'} done worked"
        found.append(Task(worked, "Done is not worked", reverse("actions") + "?show=done"))
    found += [
        Task("Make the actions of the findings", str(one), reverse("audit-actions", kwargs={"audit": one.slug}))
        for one in waiting.without
    ]
    return found


def _retention(person: Person) -> list[Task]:
    """What the manager may destroy, since its time is over; and what waits for the chair to decide on its time."""
    if not person.holds(Role.BUSINESS_MANAGER, Role.CHAIR):
        return []
    due = due_by(person.partnership, today())
    found = []
    if person.holds(Role.BUSINESS_MANAGER) and (count := sum(one.may_go for one in due)):
        words = f"Destroy {count} {'record whose time is' if count == 1 else 'records whose time is'} over"
        found.append(Task(words, "By the retention schedule", reverse("retention")))
    if person.holds(Role.CHAIR) and (count := sum(not one.period.is_decided for one in due)):
        words = f"Decide how long records are kept: {count} {'waits' if count == 1 else 'wait'} for it"
        found.append(Task(words, "Nothing is destroyed before", reverse("schedule")))
    return found


def _return_address(one: AgencyReturn) -> dict[str, object]:
    return {"audit": one.case.audit.slug, "case": one.case.number, "agency": one.agency.slug}


def _unsettled(audits: Iterable[Audit], person: Person, closed: Collection[int]) -> list[Task]:
    """What agencies have asked for or refused, and nobody has answered or followed up to the end; but in no case that
    is closed to this person by a conflict of interest."""
    manager, chair = person.holds(Role.BUSINESS_MANAGER), person.holds(Role.CHAIR)

    def task(text: str, one: AgencyReturn, page: str) -> Task:
        return Task(text, f"{one.case.audit}, {one.case}", reverse(page, kwargs=_return_address(one)))

    if not (manager or chair):
        return []
    gathering = {audit.pk for audit in audits if audit.is_gathering}
    asking, refusing = [], []
    for one in unsettled(audit.pk for audit in audits):
        if one.case_id in closed:
            continue
        if one.stage != ReturnStage.DECLINED:
            if manager and one.case.audit_id in gathering:
                asking.append(task(f"Answer {one.agency}, which asks for more time", one, "extend-return"))
            continue
        rung = Ladder.of(one).next_rung
        # The head of the ladder is the chair's own to climb.
        if rung and (manager or rung in (Rung.CHAIR, Rung.STATUTORY_PARTNER)):
            refusing.append(task(f"Follow up that {one.agency} declined", one, "follow-up"))
    return asking + refusing


def _packs(audits: Iterable[Audit], person: Person, closed: Collection[int]) -> list[Task]:
    """The reports that the panel is to have, and that have not been issued, from a week before the pack is due; but of
    no case that is closed to this person by a conflict of interest, who may not issue its report."""
    if not person.holds(Role.BUSINESS_MANAGER):
        return []
    near = {
        audit.pk: (audit, audit.pack_on)
        for audit in audits
        if audit.stage == AuditStage.CIRCULATED
        and audit.pack_on
        and working_days_from(audit.pack_on, -PACK_NOTICE) <= today()
    }
    if not near:
        return []
    found = []
    waiting = Case.objects.filter(audit__in=near, report_versions=None).exclude(pk__in=closed)
    for case in waiting.order_by("audit", "number"):
        audit, pack_on = near[case.audit_id]
        address = reverse("report", kwargs={"audit": audit.slug, "case": case.number})
        words = f"Issue the report of {case.label} to the panel"
        found.append(Task(words, str(audit), address, due=pack_on, late=today() > pack_on))
    return found


def _organising(audit: Audit, person: Person) -> list[Task]:
    """What an audit asks of those who run it, by its stage. Reads only what `tasks` has fetched."""
    address = {"audit": audit.slug}

    def task(text: str, page: str) -> Task:
        return Task(text, str(audit), reverse(page, kwargs=address))

    stage, found = audit.stage, []
    chair, manager = person.holds(Role.CHAIR), person.holds(Role.BUSINESS_MANAGER)
    waiting, chosen, to_hear = audit.waiting, audit.chosen, audit.to_hear  # type: ignore[attr-defined]
    briefing: Briefing | None = getattr(audit, "briefing", None)
    if stage == AuditStage.PLANNED:
        if person.holds(Role.SUB_GROUP_MEMBER):
            found.append(task("Nominate cases", "nominations"))
        if chair and waiting:
            found.append(task(f"Decide on {waiting} {'nomination' if waiting == 1 else 'nominations'}", "nominations"))
        if manager and chosen:
            found.append(task("Ask which agencies know the families", "who-knows"))
            if not waiting:
                found.append(task("Circulate the cases", "circulate"))
    elif stage == AuditStage.CIRCULATED:
        if manager:
            found.append(task("Watch the returns come in", "board"))
        if chair and audit.panel_on and audit.panel_on <= today():
            found.append(task("Open the panel", "panel"))
    elif stage == AuditStage.PANEL_OPENED:
        waits = f"{to_hear} {'case' if to_hear == 1 else 'cases'}"
        if to_hear:
            found.append(task(f"Hear {waits}" if chair else f"Take notes of {waits} at the panel", "panel"))
        elif chair and not audit.not_heard:  # type: ignore[attr-defined]
            found.append(task("Close the panel", "panel"))
    elif stage == AuditStage.PANEL_CLOSED:
        if manager and (briefing is None or briefing.stage in (BriefingStage.DRAFTED, BriefingStage.APPROVED)):
            words = (
                "Publish the briefing"
                if briefing and briefing.stage == BriefingStage.APPROVED
                else "Draft the briefing"
            )
            found.append(task(words, "briefing"))
        if (
            person.holds(Role.CHAIR, Role.SUB_GROUP_MEMBER)
            and briefing
            and briefing.stage == BriefingStage.SENT
            and briefing.drafted_by_id != person.pk
        ):
            found.append(task("Approve the briefing", "briefing"))
    return found
