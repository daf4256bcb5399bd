import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from maca.audits.models import Audit, QuestionKind
from maca.audits.models import Heading as FindingHeading
from maca.audits.operations import enter, record_published_audit
from maca.audits.stages import AuditStage
from maca.briefing import rules
from maca.briefing.deciding import SEVERAL_AT_ONCE, TOGETHER, Hit, Stand, hits
from maca.briefing.drafting import draft_value
from maca.briefing.models import (
    OTHER,
    Briefing,
    ChangedBecause,
    Decision,
    DraftVersion,
    KeptBecause,
    PublishedFile,
    ScreenDecision,
    WithdrawnBecause,
)
from maca.briefing.overview import Counts, grades_as_shown, themes_as_shown
from maca.briefing.points import pooled, said
from maca.briefing.printing import (
    FORMATS,
    SHEET_FORMATS,
    as_searched,
    colour_of,
    overview_in,
    print_overview,
    write_file,
)
from maca.briefing.queries import OPENED, around
from maca.briefing.screening.identity import Known, known
from maca.briefing.stages import BriefingStage
from maca.briefing.value import Finding, Heading, ProcessLine, SixSteps, clean, to_dict
from maca.cases.operations import add_case
from maca.cases.seal import identity_keys, nomination_keys
from maca.cases.stages import DrawStage
from maca.journal.operations import note_reading, write
from maca.kernel.holding import hold
from maca.kernel.stages import move
from maca.kernel.verdict import Refused
from maca.kernel.versions import save_changes
from maca.panel.models import ACTION, PanelLine
from maca.panel.models import Finding as PanelFinding
from maca.panel.operations import record_published_findings
from maca.panel.queries import audit_asks_for_grades, grades_given
from maca.panel.related import themes as shipped_themes
from maca.partnership.models import Partnership, Person
from maca.returns.models import AgencyReturn, Answer, Grade
from maca.returns.operations import count_answers
from maca.returns.stages import AWAITED, HANDED_IN, ReturnStage
from maca.sealing.operations import mark_key


@transaction.atomic
def draft_briefing(audit: Audit, *, by: Person) -> Briefing:
    """Draft the six steps from the audit’s own record."""
    hold(audit)
    rules.may_draft_briefing(by, audit).insist()
    value = draft_value(audit)
    briefing = Briefing(audit=audit, content=to_dict(value), drafted_by=by)
    briefing.save(force_insert=True)
    briefing.authors.add(by)
    _keep_version(briefing, by=by)
    _count_undecided(briefing)
    write("drafted a briefing", briefing, by=by, findings=len(value.findings), undecided=briefing.undecided)
    return briefing


def _keep_version(briefing: Briefing, *, by: Person) -> None:
    """The draft as it stands. Its briefing is held, so two savers do not take one number."""
    newest = briefing.draft_versions.aggregate(newest=Max("number"))["newest"] or 0
    row = DraftVersion(
        briefing=briefing, number=newest + 1, content=briefing.content, saved_by=by, saved_at=timezone.now()
    )
    row.save(force_insert=True)


def _forget_earlier_versions(briefing: Briefing) -> None:
    """What screening took out still stands in the versions before, and is not to outlast the draft, nor its case."""
    if newest := briefing.draft_versions.last():
        briefing.draft_versions.exclude(pk=newest.pk).delete()


def _save_words(briefing: Briefing, value: SixSteps, *, version: int | None, by: Person) -> None:
    """Save the draft; whoever saves it is an author. Where a word has changed, a version is kept."""
    before, content = briefing.content, to_dict(value)
    save_changes(briefing, version=version, content=content, saved_by=by, saved_at=timezone.now())
    briefing.authors.add(by)
    if content != before:
        _keep_version(briefing, by=by)


def _save(briefing: Briefing, value: SixSteps, *, version: int | None, by: Person, part: str) -> None:
    _save_words(briefing, value, version=version, by=by)
    _count_undecided(briefing)
    write("edited a briefing", briefing, by=by, part=part, version=briefing.version, undecided=briefing.undecided)


@transaction.atomic
def edit_theme_and_cases(briefing: Briefing, *, lines: Sequence[str], version: int | None, by: Person) -> None:
    """Change the words of the first step, “Theme / Cases”."""
    hold(briefing, "audit")
    rules.may_edit_briefing(by, briefing).insist()
    _save(
        briefing,
        replace(briefing.value, theme_and_cases=tuple(lines)),
        version=version,
        by=by,
        part="theme_and_cases",
    )


@transaction.atomic
def edit_process(briefing: Briefing, *, lines: Sequence[ProcessLine], version: int | None, by: Person) -> None:
    """Change the words of the second step, “The Process”. The questions stand as they were asked."""
    hold(briefing, "audit")
    rules.may_edit_briefing(by, briefing).insist()
    _save(briefing, replace(briefing.value, process=tuple(lines)), version=version, by=by, part="process")


@transaction.atomic
def edit_findings(
    briefing: Briefing, heading: Heading, *, findings: Sequence[Finding], version: int | None, by: Person
) -> None:
    """Reword the findings under one heading, or leave some out. Each keeps its tie to what the panel agreed."""
    hold(briefing, "audit")
    rules.may_edit_briefing(by, briefing).insist()
    value = briefing.value
    before = {finding for finding in value.findings if finding.heading is heading}
    closed = rules.closed_findings(briefing, by)
    for ref in {finding.ref for finding in before ^ set(findings) if finding.ref}:
        if case := closed.get(ref):
            rules.may_change_points(by, case).insist()
    others = tuple(finding for finding in value.findings if finding.heading is not heading)
    _save(
        briefing,
        replace(value, findings=(*others, *findings)),
        version=version,
        by=by,
        part=heading.value,
    )


@transaction.atomic
def put_back_into_briefing(briefing: Briefing, finding: PanelFinding, *, version: int | None, by: Person) -> None:
    """Put a finding of the panel that was left out back into the draft, in its place and as it was agreed."""
    hold(briefing, "audit")
    rules.may_edit_briefing(by, briefing).insist()
    if finding.case:
        rules.may_change_points(by, finding.case).insist()
    wanted = {one.ref for one in briefing.value.findings} | {finding.public_id}
    now = {one.ref: one for one in briefing.value.findings}
    agreed = [one for one in draft_value(briefing.audit).findings if one.ref in wanted]
    value = replace(briefing.value, findings=tuple(now.get(one.ref, one) for one in agreed))
    _save(briefing, value, version=version, by=by, part="findings")


@transaction.atomic
def send_briefing(briefing: Briefing, *, version: int | None, by: Person) -> None:
    """Send the draft to be approved by somebody who wrote none of it."""
    hold(briefing, "audit")
    _count_undecided(briefing)  # the lists, or what is known of a family, may have grown since it was saved
    rules.may_send_briefing(by, briefing).insist()
    save_changes(briefing, version=version, sent_back_because="", counts=_counted(briefing).as_json())
    move(briefing, to=BriefingStage.SENT)
    write("sent a briefing for approval", briefing, by=by, version=briefing.version)


@transaction.atomic
def take_back_briefing(briefing: Briefing, *, by: Person) -> None:
    """Take the briefing back into draft. Any approval lapses: what is approved is what is published."""
    hold(briefing, "audit")
    rules.may_take_back_briefing(by, briefing).insist()
    move(briefing, to=BriefingStage.DRAFTED)
    save_changes(briefing, version=None, approved_by=None, approved_at=None, counts=None)
    write("took back a briefing", briefing, by=by)


@transaction.atomic
def approve_briefing(briefing: Briefing, *, version: int | None, by: Person) -> None:
    """Approve the briefing as it stands, as somebody who wrote none of it."""
    hold(briefing, "audit")
    _count_undecided(briefing)
    rules.may_approve_briefing(by, briefing).insist()
    save_changes(briefing, version=version, approved_by=by)
    move(briefing, to=BriefingStage.APPROVED)
    write("approved a briefing", briefing, by=by, version=briefing.version)


@transaction.atomic
def send_back_briefing(briefing: Briefing, *, because: str, by: Person) -> None:
    """Send the briefing back to its author, saying why."""
    hold(briefing, "audit")
    rules.may_approve_briefing(by, briefing).insist()
    move(briefing, to=BriefingStage.DRAFTED)
    save_changes(briefing, version=None, sent_back_because=because, counts=None)
    write("sent a briefing back", briefing, by=by)


@transaction.atomic
def publish_briefing(
    briefing: Briefing, *, embargo_until: dt.datetime | None = None, is_public: bool = False, by: Person
) -> None:
    """Publish the approved briefing to everybody who signs in, at once or after an embargo, and keep every form of it.

    `is_public` puts it on a page without a sign-in too, where the partnership has such pages.
    """
    hold(briefing, "audit", read=("audit__partnership",))
    rules.may_publish_briefing(by, briefing).insist()
    rules.may_end_embargo_at(embargo_until).insist()
    if is_public:
        briefing.audit.partnership.refresh_from_db(fields=["public_briefings"])  # it may have been told otherwise
        rules.may_have_public_page(by, briefing).insist()
    version = briefing.version
    save_changes(briefing, version=None, embargo_until=embargo_until, is_public=is_public)
    move(briefing, to=BriefingStage.PUBLISHED)
    enter(briefing.audit, AuditStage.PUBLISHED, by=by)
    _forget_earlier_versions(briefing)
    count_answers(briefing.audit, by=by)
    write(
        "published a briefing",
        briefing,
        by=by,
        version=version,
        embargo=_at(embargo_until),
        public=is_public,
        files=_keep(briefing),
    )


def _at(instant: dt.datetime | None) -> str:
    return instant.isoformat() if instant else ""


def _keep(briefing: Briefing) -> dict[str, str]:
    """Print a briefing that has just been published in every form, once, and keep that. Answers with the digests."""
    audit = briefing.audit
    # One that was published elsewhere bears the name of no partnership of this site.
    partnership = "" if audit.imported_from else audit.partnership.name
    printed = {
        wanted: write_file(
            briefing.value,
            wanted,
            partnership=partnership,
            published_on=briefing.published_on,
            colour=colour_of(briefing),
        )
        for wanted in FORMATS
    }
    if briefing.counts:  # one that was published elsewhere has no record to count
        counts = Counts.from_json(briefing.counts)
        printed |= {overview_in(wanted): print_overview(briefing, counts, wanted) for wanted in SHEET_FORMATS}
    digests = {wanted: hashlib.sha256(content).hexdigest() for wanted, content in printed.items()}
    PublishedFile.objects.bulk_create(
        PublishedFile(briefing=briefing, format=wanted, content=content, sha256=digests[wanted])
        for wanted, content in printed.items()
    )
    words = as_searched(f"{briefing.value.theme} {printed['txt'].decode()}")
    save_changes(briefing, version=None, searched=words)
    return digests


@transaction.atomic
def import_briefing(value: SixSteps, *, partnership: Partnership, imported_from: str, by: Person) -> Audit:
    """Record an audit, its questions, cases and findings from its published briefing, word for word."""
    rules.may_import_briefing(by).insist()
    if by.partnership_id != partnership.pk:
        raise Refused("another-partnership", "A briefing is imported into one’s own partnership.")
    if not value.title:
        raise Refused("no-title", "The briefing has no title above its first heading. Add one, such as “Neglect 2”.")
    audit = record_published_audit(
        partnership=partnership,
        kind=value.kind,
        title=value.title,
        theme=value.theme,
        agency_questions=value.agency_questions,
        panel_questions=value.panel_questions,
        imported_from=imported_from,
        by=by,
    )
    labels = list(dict.fromkeys(finding.case for finding in value.findings if finding.case))
    cases = {label: add_case(audit, number=int(label.removeprefix("Case "))) for label in labels}
    kept = record_published_findings(
        audit,
        (
            (FindingHeading(finding.heading), cases[finding.case] if finding.case else None, finding.text)
            for finding in value.findings
        ),
        by=by,
    )
    traced = replace(
        value,
        findings=tuple(
            replace(finding, ref=record.public_id) for finding, record in zip(value.findings, kept, strict=True)
        ),
    )
    briefing = Briefing.objects.create(
        audit=audit, content=to_dict(traced), drafted_by=by, stage=BriefingStage.PUBLISHED
    )
    files = _keep(briefing)
    _count_undecided(briefing)
    write("imported a briefing", briefing, by=by, cases=len(cases), findings=len(kept), files=files)
    return audit


@transaction.atomic
def note_draft_printed(briefing: Briefing, *, by: Person) -> None:
    """Put on record that a draft left the site by a command on the machine."""
    write("printed a draft", briefing, by=by, version=briefing.version)


# ---- the overview report


def _counted(briefing: Briefing) -> Counts:
    """What the audit’s own record counts. Grades are sealed: this takes the keys of its cases."""
    audit = briefing.audit
    returns = list(AgencyReturn.objects.of(audit).select_related("agency"))
    stages = Counter(one.stage for one in returns)
    agencies = Counter(str(one.get_kind_display()) for one in {row.agency for row in returns})
    in_it = {one.ref for one in briefing.value.findings if one.ref}
    found = audit.findings.filter(public_id__in=in_it).values_list("themes", flat=True)
    draws = audit.draws.filter(stage=DrawStage.NOMINATED)
    proposed = PanelLine.objects.filter(hearing__case__audit=audit, heading=ACTION, taken_out_at=None)
    return Counts(
        cases=audit.cases.count(),
        drawn_from=sum(one.counts.get("read", 0) for one in draws),
        agencies=tuple(sorted(agencies.items())),
        asked=len(returns),
        whole=stages[ReturnStage.SUBMITTED] + stages[ReturnStage.SENT_BACK],
        in_part=stages[ReturnStage.PARTLY_SUPPLIED],
        not_known=stages[ReturnStage.NOT_KNOWN],
        declined=stages[ReturnStage.DECLINED],
        no_reply=sum(stages[one] for one in AWAITED),
        late=sum(one.was_handed_in and one.handed_in_late for one in returns),
        grades=grades_as_shown(*_grades_given(audit)) if audit_asks_for_grades(audit) else (),
        themes=themes_as_shown(shipped_themes(), list(found)),
        proposed=proposed.count(),
        chosen_by_inspectors=audit.is_inspection,
    )


def _grades_given(audit: Audit) -> tuple[list[Grade], list[Grade]]:
    """What the agencies gave themselves in what they handed in, and what the panel gave."""
    cases = audit.cases.filter(nomination__isnull=False, destroyed_at=None).select_related("nomination")
    of_case = {one.pk: one for one in cases}
    found = nomination_keys(one.nomination for one in of_case.values() if one.nomination)
    keys = {pk: found[one.nomination.public_id] for pk, one in of_case.items() if one.nomination}
    answers = Answer.objects.filter(
        agency_return__case__in=keys, agency_return__stage__in=HANDED_IN,
        question__kind=QuestionKind.GRADE, carried_from="",
    ).select_related("agency_return")  # fmt: skip
    own = [keys[one.agency_return.case_id].text(one, "choice") for one in answers if one.choice]
    panel = [keys[one.hearing.case_id].text(one, "grade") for one in grades_given(list(of_case.values()))]
    return [Grade(one) for one in own], [Grade(one) for one in panel]


@transaction.atomic
def read_overview(briefing: Briefing, *, by: Person) -> Counts:
    """Show what the overview report of a draft counts. Before the draft is sent, grades are opened to be counted, and
    that is on record first."""
    rules.may_read_draft_overview(by, briefing).insist()
    if briefing.counts:
        return Counts.from_json(briefing.counts)
    note_reading("counted for the overview report", briefing, by=by)
    return _counted(briefing)


# ---- what could identify a family


def _known(audit: Audit) -> Known:
    """What is sealed of the families of an audit. Those whose keys were destroyed have nothing left to give away."""
    cases = audit.cases.filter(nomination__isnull=False, destroyed_at=None).select_related("nomination__identity")
    nominations = [one.nomination for one in cases if one.nomination]
    if not nominations:
        return Known()
    keys, case_keys = identity_keys(nominations), nomination_keys(nominations)
    found = Known()
    for one in nominations:
        if (key := keys.get(one.public_id)) is None:
            continue
        who = key.open(one.identity)
        names = [str(one) for one in (who.child, who.mother, who.father, who.partner, who.absent_parent)]
        names += [sibling.name for sibling in who.brothers_and_sisters if not sibling.is_unborn]
        places = [str(who.address), str(who.record_number)]
        if case_key := case_keys.get(one.public_id):
            places.append(case_key.text(one, "locality"))
        found |= known(names, [str(who.household)], places)
    return found


def _screened(briefing: Briefing) -> list[Hit]:
    key = mark_key(briefing.audit.partnership.public_id)
    kept: dict[str, list[str]] = {}
    # What was told together and is said of no one case is told together no more; said of the case again, it is.
    decided = briefing.screen_decisions.exclude(kind=TOGETHER, decision=Decision.POOLED)
    for one in decided.filter(decision__in=(Decision.KEPT, Decision.POOLED)):
        kept.setdefault(one.found, []).extend(one.points)
    return hits(
        briefing.value,
        _known(briefing.audit),
        published_by=briefing.audit.partnership.name,
        mark=lambda text: key.mark("screening", f"{briefing.public_id}|{text}")[:32],
        kept=kept,
        around=around(briefing),
    )


def _count_undecided(briefing: Briefing, found: Iterable[Hit] | None = None) -> None:
    """Count anew, from what was found in the words as they now are if that is at hand."""
    undecided = sum(bool(one.undecided) for one in (_screened(briefing) if found is None else found))
    if undecided != briefing.undecided:
        Briefing.objects.filter(pk=briefing.pk).update(undecided=undecided)
        briefing.undecided = undecided


@transaction.atomic
def read_screening(briefing: Briefing, *, by: Person) -> list[Hit]:
    """Show what in a briefing could identify a family, the sealed identities of its cases among it. Recorded before it
    is shown."""
    rules.may_see_screening(by, briefing).insist()
    found = _screened(briefing)
    note_reading("read what could identify", briefing, by=by, found=len(found))
    return found


@transaction.atomic
def read_hit(briefing: Briefing, hit: str, *, by: Person) -> Hit | None:
    """Show one thing that was found, to decide on it. Recorded before it is shown."""
    rules.may_decide_on_hit(by, briefing).insist()
    found = next((one for one in _screened(briefing) if one.public_id == hit), None)
    if found:
        note_reading("read what could identify", briefing, by=by, found=1)
    return found


def _open_stands(briefing: Briefing, hit: Hit, by: Person) -> tuple[Stand, ...]:
    """Where the words stand in what this person may change. Raises `Refused` where that is nowhere."""
    closed = rules.closed_findings(briefing, by)
    if not (found := hit.open_stands(closed)):
        case = next(closed[ref] for one in hit.stands if (ref := one.point.ref) in closed)
        rules.may_change_points(by, case).insist()
    return found


@transaction.atomic
def decide_on_hit(
    briefing: Briefing,
    hit: str,
    *,
    decision: Decision,
    reason: KeptBecause | ChangedBecause | None = None,
    because: str = "",
    words: Mapping[str, str] | None = None,
    version: int | None,
    by: Person,
) -> None:
    """Decide on one thing that could identify a family: keep it or say it otherwise, and say why.

    `words` has the new text of a point by its place.
    """
    hold(briefing, "audit")
    rules.may_decide_on_hit(by, briefing).insist()
    found = next((one for one in _screened(briefing) if one.public_id == hit), None)
    if found is None:
        raise Refused("gone", "These words are no longer in the briefing, so there is nothing to decide.")
    stands = _open_stands(briefing, found, by)
    places = {one.point.place for one in stands}
    is_kept = decision in (Decision.KEPT, Decision.POOLED)
    if not isinstance(reason, KeptBecause if is_kept else ChangedBecause) or (reason == OTHER and not because):
        raise Refused("no-reason", "Say why it is kept." if is_kept else "Say why it is not left as it is.")
    because = because if reason == OTHER else ""
    value, digests = briefing.value, [one.digest for one in stands]
    if decision == Decision.POOLED:
        if not found.may_be_pooled:
            raise Refused("no-case", "These words are said of no one case already.")
        value = pooled(value, places)
        digests = [replace(one, point=replace(one.point, case=None)).digest for one in stands]
    elif decision == Decision.REMOVED:
        if not found.may_go:
            raise Refused("has-to-stay", "This point cannot be left out. Say it in other words.")
        value, digests = said(value, dict.fromkeys(places, "")), []
    elif decision == Decision.REWORDED:
        value, digests = said(value, {place: text for place, text in (words or {}).items() if place in places}), []
    row = ScreenDecision(
        briefing=briefing, found=found.public_id, kind=found.kind, points=digests, decision=decision,
        reason=reason, because=because, decided_by=by,
    )  # fmt: skip
    row.save(force_insert=True)
    _save_words(briefing, value, version=version, by=by)
    left = _screened(briefing)
    if decision == Decision.REWORDED and (still := next((one for one in left if one.public_id == hit), None)):
        if found.kind == TOGETHER:
            raise Refused("still-there", f"{still.why} Say less of it.")
        if {clean(text) for text in (words or {}).values()} & {one.point.text for one in still.undecided}:
            raise Refused("still-there", f"“{found.phrase}” still stands there. Write the point without it.")
    _count_undecided(briefing, left)
    write(
        "decided on what could identify", briefing, by=by, kind=found.kind, decision=str(decision),
        reason=str(reason), points=len(stands), undecided=briefing.undecided, version=briefing.version,
    )  # fmt: skip


@transaction.atomic
def keep_words(briefing: Briefing, chosen: Collection[str], *, version: int | None, by: Person) -> None:
    """Keep several words that nobody knows, or few use, at once, as words of the work that tell of no family."""
    hold(briefing, "audit")
    rules.may_decide_on_hit(by, briefing).insist()
    closed = rules.closed_findings(briefing, by)
    found = [
        one for one in _screened(briefing)
        if one.public_id in set(chosen) and one.kind in SEVERAL_AT_ONCE and one.open_stands(closed)
    ]  # fmt: skip
    if not found:
        raise Refused("none-chosen", "Choose at least one word that tells of no family.")
    ScreenDecision.objects.bulk_create(
        ScreenDecision(
            briefing=briefing, found=one.public_id, kind=one.kind, decision=Decision.KEPT, decided_by=by,
            points=[stand.digest for stand in one.open_stands(closed)], reason=KeptBecause.PRACTICE,
        )
        for one in found
    )  # fmt: skip
    save_changes(briefing, version=version, saved_by=by, saved_at=timezone.now())
    briefing.authors.add(by)
    _count_undecided(briefing)
    write(
        "decided on what could identify", briefing, by=by, kind="|".join(sorted({one.kind for one in found})),
        decision=str(Decision.KEPT), words=len(found), undecided=briefing.undecided, version=briefing.version,
    )  # fmt: skip


@transaction.atomic
def set_embargo(briefing: Briefing, *, embargo_until: dt.datetime | None, version: int | None, by: Person) -> None:
    """Say before which hour nobody but those who read drafts is shown the briefing; none shows it once published."""
    hold(briefing, "audit")
    rules.may_set_embargo(by, briefing).insist()
    rules.may_end_embargo_at(embargo_until).insist()
    before = briefing.embargo_until
    save_changes(briefing, version=version, embargo_until=embargo_until)
    write("set an embargo", briefing, by=by, before=_at(before), now=_at(embargo_until))


@transaction.atomic
def set_public_page(briefing: Briefing, *, is_public: bool, by: Person) -> None:
    """Put a published briefing on a page that anybody reads without a sign-in, or take it off again."""
    hold(briefing, "audit", read=("audit__partnership",))
    if is_public:
        _count_undecided(briefing)  # one that was recorded before there was screening has never been counted
    rules.may_set_public_page(by, briefing).insist()
    save_changes(briefing, version=None, is_public=is_public)
    write("put a briefing on a public page" if is_public else "took a briefing off its public page", briefing, by=by)


@transaction.atomic
def withdraw_briefing(briefing: Briefing, *, because: WithdrawnBecause, note: str, by: Person) -> None:
    """Withdraw what was published, for good. A page stays that says so; what was published stays on record."""
    hold(briefing, "audit")
    rules.may_withdraw_briefing(by, briefing).insist()
    save_changes(briefing, version=None, withdrawn_by=by, withdrawn_because=because, withdrawal_note=note)
    move(briefing, to=BriefingStage.WITHDRAWN)
    write("withdrew a briefing", briefing, by=by, because=because.value)


@transaction.atomic
def note_opened(briefing: Briefing, wanted: str, *, by: Person) -> None:
    """Put on record that somebody opens what was published, as a page or as a file, before they are shown it."""
    rules.may_open_briefing(by, briefing).insist()
    write(OPENED, briefing, by=by, form=wanted)
