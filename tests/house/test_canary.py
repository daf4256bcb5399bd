"""Every sealed field carries a word of its own; every page is fetched as everybody; each shows exactly its words.

`SHOWS` says by hand which page shows which words to whom. On every other page, in every header, cookie, mail, log
line, file and traceback, there must be none of them. (V4)
"""

import io
import logging
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.core import mail
from django.test import Client, override_settings
from django.utils import timezone

from maca.audits.models import Audit, Heading
from maca.briefing.operations import approve_briefing, draft_briefing, publish_briefing, send_briefing
from maca.cases.cohort import Child, Cohort
from maca.cases.drawing import Settings
from maca.cases.household import Sibling
from maca.cases.models import Case, Draw, Presenter, SwapReason
from maca.cases.operations import (
    draw_cases,
    name_presenter,
    nominate_case,
    nominate_drawn,
    pass_over_case,
    select_case,
    swap_drawn,
    take_in_cohort,
)
from maca.cases.queries import forget_parts
from maca.cases.seal import case_key
from maca.chronology.entries import Entry
from maca.chronology.models import Source
from maca.chronology.operations import add_entry, decide_on_patterns, keep_file, read_patterns
from maca.chronology.queries import chronology_of, find_involvement
from maca.concerns.models import Concern, Route, Telling
from maca.concerns.operations import acknowledge_concern, close_concern, note_concern, raise_concern
from maca.feedback.models import Decision, Dispute
from maca.feedback.operations import (
    answer_fact_check,
    answer_feedback_note,
    ask_fact_checks,
    decide_dispute,
    send_feedback_note,
)
from maca.feedback.queries import find_dispute, find_fact_check, find_note, findings_for
from maca.kernel.clock import today, working_days_from
from maca.kernel.ids import new_public_id
from maca.panel.models import Came, Dissent, PanelLine, RestrictedNote
from maca.panel.operations import (
    close_panel,
    deal_with_restricted_note,
    finish_hearing,
    give_grade,
    introduce_case,
    open_panel,
    record_attendance,
    record_dissent,
    record_finding,
    say_what_is_accepted,
    send_restricted_note,
    withdraw_dissent,
    write_line,
)
from maca.panel.queries import Column, find_grade_place
from maca.partnership.backend import WithRoles
from maca.partnership.fence import let_in
from maca.partnership.models import Person, Role
from maca.returns.models import DeclineReason, Grade, Outcome, TimeReason, Upload
from maca.returns.operations import (
    ask_for_time,
    circulate_audit,
    cite_evidence,
    decline_return,
    describe_engagement,
    introduce_report,
    issue_report,
    record_approach,
    refuse_time,
    save_answer,
    say_known,
    say_of_risk,
    say_what_refusal_means,
    send_back_questions,
    submit_return,
    supply_part,
)
from maca.returns.queries import find_asking, find_return
from maca.voices.models import FamilyView, Sharing
from maca.voices.operations import record_view, write_reflection
from tests.house.test_pages import PATTERNS, STAGES, address
from tests.makers import A_VIEW, World, keep_all, with_a_grade
from tools.permissions_table import table

# Whatever else is sent a form answers that it takes none, which the policy table tries with everybody.
TAKES_POST = {section.url for section in table().sections if "POST" in section.methods}
RUN_OR_HEAR = "manager chair member other_member scrutineer"
TAKE_NOTES = "manager chair member other_member"
READ_EVERY_RETURN = "manager chair scrutineer"
AGENCY_PEOPLE = "lead auditor police_lead police_auditor school_auditor"
INTRODUCE = "social_worker sharing_worker"
ON_CASE_1 = f"{RUN_OR_HEAR} {AGENCY_PEOPLE} {INTRODUCE} panel_member"
# The school declined, so it gave no account and is not on the panel.
ON_PANEL = " ".join(one for one in ON_CASE_1.split() if one != "school_auditor")
REFLECTION = "worried helped hindered differently"
VIEW = "view-asked-by view-told view-like view-helped view-change view-why-not"
ENTRY = "entry-child entry-worker entry-voice entry-fact entry-ref entry-note entry-file"
CHRONOLOGY = f"health-entry police-entry {ENTRY}"
VOICES = f"shared-worried {VIEW}"
HANDED_IN = (
    "police-before police-now police-answer-again police-points police-record police-reference police-shows "
    f"police-source declined left-out effect rationale set-aside {VOICES}"
)
INTRODUCED = f"introduction {HANDED_IN}"
GRADED = "grade-reason grade-follows"
OF_EVERY_CASE = "effect left-out police-points set-aside"
UPLOADED = "police-shows police-source police-file-name"
DRAFT = (
    "health-before health-now health-answer health-points health-record health-reference health-earlier "
    "health-earlier-account"
)
TIME = "time-asked time-refused time-refusal"
LADDER = "approached was-told effect"
CONCERN = "concern told-name told-agency"
ALL = "planned circulated panel_opened published"
LATER = "circulated panel_opened published"

# Page (and the agency whose return it is), stages, to whom, and the words it shows. Nobody else, nowhere else.
SHOWS: list[tuple[str, str, str, str]] = [
    ("nominations", ALL, RUN_OR_HEAR, "rationale left-out-rationale left-out-because"),
    ("nominations", LATER, RUN_OR_HEAR, "listed-because"),
    ("draw", "planned", "manager chair", "listed-first-locality listed-second-locality listed-because"),
    ("coverage", ALL, RUN_OR_HEAR, "locality"),
    ("select-case", "planned", "chair", "left-out-rationale"),
    ("case", "planned", f"{RUN_OR_HEAR} {INTRODUCE} panel_member", "rationale"),
    ("case", LATER, f"{ON_CASE_1} school_lead", "rationale"),
    ("return health", LATER, "lead auditor", f"{DRAFT} {TIME}"),
    ("return health", LATER, READ_EVERY_RETURN, TIME),
    ("extend-return health", "circulated", "manager", "time-asked"),
    ("return police", LATER, f"{READ_EVERY_RETURN} police_lead police_auditor",
     "police-before police-now police-answer police-answer-again police-comment police-delegated police-points "
     "police-record police-reference left-out"),
    ("return school", LATER, READ_EVERY_RETURN, LADDER),
    ("follow-up school", "circulated panel_opened", "manager chair", f"declined {LADDER}"),
    ("return school", LATER, f"{READ_EVERY_RETURN} school_auditor school_lead", "declined"),
    ("engagement health", "circulated", "lead auditor", "health-before health-now health-earlier-account"),
    ("answer health", "circulated", "lead auditor", "health-answer health-earlier"),
    ("return-form health", "circulated", "lead auditor", "health-before health-now health-answer health-points"),
    ("evidence health", "circulated", "lead auditor", "health-record health-reference"),
    ("own-chronology health", LATER, "lead auditor manager", f"health-entry {ENTRY}"),
    ("own-chronology health", "circulated", "lead auditor manager", "file-name file-entry"),
    ("own-chronology police", LATER, "police_lead police_auditor manager", "police-entry"),
    ("chronology", "circulated", READ_EVERY_RETURN, CHRONOLOGY),
    ("chronology", "panel_opened", ON_PANEL, CHRONOLOGY),
    ("chronology", "published", RUN_OR_HEAR, CHRONOLOGY),
    ("chronology-copy", "circulated", READ_EVERY_RETURN, CHRONOLOGY),
    ("chronology-copy", "panel_opened", ON_PANEL, CHRONOLOGY),
    ("chronology-copy", "published", RUN_OR_HEAR, CHRONOLOGY),
    ("reflection", ALL, "social_worker", REFLECTION),
    ("reflection", ALL, "sharing_worker", "shared-worried"),
    ("family-views", LATER, "lead auditor", f"{VIEW} view-kept"),
    ("upload health", LATER, "lead auditor", "health-shows health-source health-file-name"),
    ("upload police", "circulated", f"{READ_EVERY_RETURN} police_lead police_auditor", UPLOADED),
    ("upload police", "panel_opened", ON_PANEL, UPLOADED),
    ("upload police", "published", f"{RUN_OR_HEAR} police_lead police_auditor", UPLOADED),
    ("change-view", "circulated panel_opened", "lead auditor", VIEW),
    ("return-copy police", LATER, "manager police_lead police_auditor",
     "police-before police-now police-answer-again police-delegated police-points police-record police-reference "
     "police-shows police-source left-out"),
    ("send-back police", "circulated", "manager", "police-answer-again police-points"),
    # Whoever introduces a case may share what they think of it before anything has been asked.
    ("report", "planned", READ_EVERY_RETURN, "rationale shared-worried"),
    ("report", "circulated", READ_EVERY_RETURN, INTRODUCED),
    ("report-version", "circulated", READ_EVERY_RETURN, INTRODUCED),
    ("report", "panel_opened", ON_PANEL, INTRODUCED),
    ("report-version", "panel_opened", ON_PANEL, INTRODUCED),
    ("report", "published", RUN_OR_HEAR, INTRODUCED),
    ("report-version", "published", RUN_OR_HEAR, INTRODUCED),
    ("report-copy", "planned", READ_EVERY_RETURN, "rationale shared-worried"),
    ("report-copy", "circulated", READ_EVERY_RETURN, INTRODUCED),
    ("report-copy", "panel_opened", ON_PANEL, INTRODUCED),
    ("report-copy", "published", RUN_OR_HEAR, INTRODUCED),
    *(
        (page, stages, who, OF_EVERY_CASE)
        for page in ("audit-report", "audit-report-copy")
        for stages, who in (("circulated", READ_EVERY_RETURN), ("panel_opened published", RUN_OR_HEAR))
    ),
    ("report-introduction", "circulated panel_opened", "manager chair", "introduction"),
    ("hearing", "panel_opened", ON_PANEL, f"{INTRODUCED} line {GRADED} dissent accepted passage"),
    ("hearing", "panel_opened", TAKE_NOTES, "agreed-after-all"),
    ("hearing", "published", RUN_OR_HEAR, f"{INTRODUCED} line heard-voice {GRADED} dissent accepted passage"),
    ("give-grade police", "panel_opened", "chair", GRADED),
    ("panel-grades", "panel_opened", ON_PANEL, "grade-follows"),
    ("panel-grades", "published", RUN_OR_HEAR, "grade-follows"),
    ("panel-findings", "panel_opened", ON_PANEL, "dissent accepted passage"),
    ("panel-findings", "panel_opened", TAKE_NOTES, "agreed-after-all"),
    ("panel-findings", "published", RUN_OR_HEAR, "dissent accepted passage"),
    ("present", "panel_opened", ON_PANEL, "line dissent accepted"),
    ("present", "published", RUN_OR_HEAR, "line dissent accepted"),
    ("panel-lines", "panel_opened", ON_PANEL, "line"),
    ("panel-lines", "published", RUN_OR_HEAR, "line"),
    ("change-dissent", "panel_opened", TAKE_NOTES, "dissent"),
    ("accepted", "panel_opened", "chair", "accepted"),
    ("change-finding", "panel_opened", "chair", "passage"),
    # Nobody else, nowhere else: not the member who wrote it.
    ("restricted-note", "panel_opened published", "lead", "restricted dealt-with"),
    ("change-line", "panel_opened", TAKE_NOTES, "line"),
    ("fact-checks", "published", READ_EVERY_RETURN, "disputed dispute-reason"),
    ("fact-check health", "published", "lead", "disputed dispute-reason"),
    ("feedback-note police", "published", f"{READ_EVERY_RETURN} police_lead police_auditor", "feedback"),
    ("feedback-note police", "published", "manager chair police_auditor", "feedback-reply"),
    ("concern", "circulated panel_opened", "auditor manager chair", f"{CONCERN} note"),
    ("concern", "published", "auditor manager chair", f"{CONCERN} note receipt"),
]  # fmt: skip
# Whoever fetches these is somebody else, or nobody, afterwards.
LEAVES = {"sign-out", "sign-in-as"}
# Goes on for as long as somebody listens. tests/panel/test_lines.py reads it as those who may and those who may not.
GOES_ON = {"follow-panel"}
# What is shown in answer to the form that opens the identity, and to whom.
IDENTITY = "child address siblings mother father partner absent household record-number"
OPENS = {
    "planned": f"manager chair {INTRODUCE}",
    "circulated": f"manager chair {INTRODUCE} {AGENCY_PEOPLE} school_lead",
    "panel_opened": f"manager chair {INTRODUCE} {AGENCY_PEOPLE} school_lead",
    "published": "",
}


@dataclass
class Tokened:
    """A partnership at a stage, in which each sealed field of Case 1 holds a word that stands nowhere else."""

    world: World
    audit: Audit
    stage: str
    words: dict[str, str]
    sealed: dict[str, str] = field(default_factory=dict)


def tokened(name: str, stage: str) -> Tokened:
    world = World(name)
    words = {}

    def word(what: str) -> str:
        words[what] = "Zq" + re.sub(r"\d", lambda digit: "ghijklmnop"[int(digit[0])], new_public_id())[:20]
        return words[what]

    world.questions = with_a_grade()
    audit = world.planned()

    def nominated(prefix: str):
        return nominate_case(
            audit, rationale=word(prefix + "rationale"), level="child_protection", age_band="5_9",
            child=word(prefix + "child"), born_on=None, address=word(prefix + "address"),
            siblings=[Sibling(word(prefix + "siblings"))], mother=word(prefix + "mother"),
            father=word(prefix + "father"), partner=word(prefix + "partner"),
            absent_parent=word(prefix + "absent"), household=word(prefix + "household"),
            record_number=word(prefix + "record-number"), locality=word(prefix + "locality"), by=world.member,
        )  # fmt: skip

    case = select_case(nominated(""), by=world.chair)
    pass_over_case(nominated("left-out-"), reason=word("left-out-because"), by=world.chair)
    name_presenter(case, person=world.social_worker, version=None, by=world.chair)
    case.seats.create(person=world.panel_member)
    world.declared(audit)
    drawn = _listed(world, audit, word)
    _reflected(world, case, word)
    if stage != "planned":
        for one in nominate_drawn(drawn, version=None, by=world.manager):
            pass_over_case(one, reason="R", by=world.chair)
        _circulated(world, audit, word)
        concern = _worried(world, case, word)
    if stage in ("panel_opened", "published"):
        open_panel(audit, by=world.chair)
        case = audit.cases.select_related("audit", "hearing").get()
        introduce_case(case.hearing, introduced_by=world.social_worker, partners=[], version=None, by=world.chair)
        write_line(
            case.hearing, Heading.WENT_WELL, words=word("line"), agency=world.health, in_own_record=True,
            sent=new_public_id(), by=world.chair,
        )  # fmt: skip
        give_grade(
            find_grade_place(world.chair, audit.slug, 1, 8, "police"), grade=Grade.INADEQUATE,
            reason=word("grade-reason"), follows=word("grade-follows"), version=None, by=world.chair,
        )  # fmt: skip
        column = Column(audit, case, Heading.WENT_WELL)
        finding = record_finding(column, text="A finding.", agencies=[], by=world.chair)
        record_dissent(finding, agency=world.health, words=word("dissent"), by=world.chair)
        police = world.agencies["police"]
        withdraw_dissent(
            record_dissent(finding, agency=police, words=word("agreed-after-all"), by=world.chair), by=world.chair
        )
        say_what_is_accepted(finding, words=word("accepted"), version=None, by=world.chair)
        # Two assessments share words in small letters only.
        finding.passages = case_key(case).seal(finding, "passages", word("passage"))
        finding.save(update_fields=["passages"])
        note = send_restricted_note(case.hearing, agency=world.health, words=word("restricted"), by=world.member)
        deal_with_restricted_note(note, outcome=word("dealt-with"), version=None, by=world.lead)
    if stage == "published":
        record_attendance(case.hearing, {world.health: (Came.PRESENT, "")}, version=None, by=world.chair)
        nothing = [Heading.CAN_BE_IMPROVED, Heading.CHALLENGE_OR_THEME]
        finish_hearing(case.hearing, nothing_under=nothing, voice=word("heard-voice"), by=world.chair)
        close_panel(audit, by=world.chair)
        _followed_up(world, audit, word)
        briefing = draft_briefing(audit, by=world.manager)
        keep_all(briefing, by=world.manager)
        send_briefing(briefing, version=None, by=world.manager)
        approve_briefing(briefing, version=None, by=world.chair)
        publish_briefing(briefing, by=world.manager)
        acknowledge_concern(concern, by=world.manager)
        close_concern(concern, receipt=word("receipt"), replied_at=timezone.now(), version=None, by=world.manager)
    return Tokened(world, audit, stage, words)


def _listed(world: World, audit: Audit, word) -> Draw:
    """A list that a case is drawn from, and one that was swapped out; its localities are told to who draws."""
    rows = [
        Child(
            reference=word(f"listed-{one}-reference"), name=word(f"listed-{one}-name"), born_on=None, row=row,
            age="5_9", level="early_help", category="", sex="", ethnicity="", disability="",
            locality=word(f"listed-{one}-locality"), last_on=None,
        )
        for row, one in ((2, "first"), (3, "second"))
    ]  # fmt: skip
    draw = take_in_cohort(audit, Cohort(tuple(rows)), file_hash="0" * 64, by=world.manager)
    lots = draw_cases(draw, settings=Settings(on=today(), any_level=1), seed="s", version=None, by=world.manager)
    swap_drawn(
        draw, row=lots.drawn[0].row, why=SwapReason.OTHER, words=word("listed-because"), version=None,
        by=world.manager,
    )  # fmt: skip
    return draw


def _reflected(world: World, case: Case, word) -> None:
    """One that stays with its writer, and one that somebody else who introduces the case shares."""
    blank = dict.fromkeys(REFLECTION.split(), "")
    own = {what: word(what) for what in REFLECTION.split()}
    write_reflection(case, **own, obstacles=[], sharing=Sharing.NO, version=0, by=world.social_worker)
    sharing = world.add("sharing_worker", "health", Role.SOCIAL_WORKER)
    Presenter.objects.create(case=case, person=sharing)
    forget_parts(case)
    shared = {**blank, "worried": word("shared-worried")}
    write_reflection(case, **shared, obstacles=[], sharing=Sharing.UNNAMED, version=0, by=sharing)


def _dated(world: World, audit: Audit, word) -> None:
    """Entries of two agencies, a pattern that was set aside, and a file that nobody has taken."""
    health, police = (
        find_involvement(by, audit.slug, 1, agency)
        for agency, by in (("health", world.auditor), ("police", world.police_auditor))
    )
    day = today()
    for at, more in enumerate((
        {
            "children": (word("entry-child"),), "worker": word("entry-worker"), "voice": word("entry-voice"),
            "facts": (("known", word("entry-fact")),), "ref": word("entry-ref"),
            "notes": (("note", word("entry-note")),), "file": word("entry-file"),
        },
        {},
    )):  # fmt: skip
        text = word("health-entry") if at == 0 else "T"
        entry = Entry(date=day, agency="", text=text, event="was_not_brought", **more)
        add_entry(health, entry, by=world.auditor)
    add_entry(police, Entry(date=day, agency="", text=word("police-entry")), by=world.police_auditor)
    table = f"date,text\n2026-01-01,{word('file-entry')}\n".encode()
    keep_file(health, table, name=word("file-name"), source=Source.UPLOADED, by=world.auditor)
    case = health.case
    prompt = read_patterns(case, by=world.manager)[0]
    chronology = chronology_of(case)
    assert chronology
    decide_on_patterns(chronology, {prompt.mark: ("set_aside", word("set-aside"))}, version=None, by=world.manager)


def _worried(world: World, case: Case, word) -> Concern:
    now = timezone.now()
    told = Telling(word("told-name"), word("told-agency"), Route.PHONE, now, None)
    concern = raise_concern(case, what=word("concern"), found_at=now, told=told, by=world.auditor)
    note_concern(concern, words=word("note"), by=world.manager)
    return concern


def _circulated(world: World, audit: Audit, word) -> None:
    asked = {case: list(world.agencies.values()) for case in audit.cases.all()}
    circulate_audit(audit, asked, purpose="P", legal_basis="L", version=None, by=world.manager)
    blank = {"choice": "", "how_known": "", "points": ""}
    for agency, who in (("health", "auditor"), ("police", "police_auditor")):
        one, by = world.return_of(audit, agency), world.people[who]
        say_known(one, version=None, by=by)
        if agency == "health":  # a colleague had written there before
            colleague = {"version": None, "by": world.lead}
            describe_engagement(one, before=word("health-earlier-account"), now="N", **colleague)
            asking = find_asking(world.lead, audit.slug, 1, agency, 1)
            save_answer(asking, **{**blank, "choice": "yes", "how_known": word("health-earlier")}, **colleague)
        describe_engagement(one, before=word(f"{agency}-before"), now=word(f"{agency}-now"), version=None, by=by)
        for number in range(1, 9):
            asking = find_asking(by, audit.slug, 1, agency, number)
            said = {**blank, "choice": "good" if number == 8 else "yes", "how_known": "Seen."}
            if asking.question.kind == "list":
                said = {**blank, "points": word(f"{agency}-points") if number == 6 else "One"}
            elif number == 1:
                said["how_known"] = word(f"{agency}-answer")
            save_answer(asking, **said, version=None, by=by)
        cite_evidence(
            one, question=None, record=word(f"{agency}-record"), reference=word(f"{agency}-reference"),
            dated_on=None, by=by,
        )  # fmt: skip
        world.uploaded(
            one, description=word(f"{agency}-shows"), source=word(f"{agency}-source"),
            file_name=word(f"{agency}-file-name"), by=by,
        )  # fmt: skip
    case = audit.cases.get(number=1)
    said = {name: word(f"view-{name.replace('_', '-')}") for name in
            ("asked_by", "told", "like", "helped", "change", "why_not")}  # fmt: skip
    record_view(case, {**A_VIEW, **said}, by=world.auditor)
    # What they did not agree to stays with who recorded it.
    record_view(case, {**A_VIEW, "agreed": False, "like": word("view-kept")}, by=world.auditor)
    _dated(world, audit, word)
    one = world.return_of(audit, "police")
    say_of_risk(one, is_unsafe=False, by=world.police_auditor)
    delegated = word("police-delegated")
    submit_return(one, delegated_by=delegated, version=None, by=world.police_auditor)
    asking = find_asking(world.police_auditor, audit.slug, 1, "police", 1)
    send_back_questions(one, {asking.question: word("police-comment")}, version=None, by=world.manager)
    again = {**blank, "choice": "yes", "how_known": word("police-answer-again")}
    save_answer(asking, **again, version=None, by=world.police_auditor)
    supply_part(
        one, reason=DeclineReason.RECORDS, left_out=word("left-out"), delegated_by=delegated, version=None,
        by=world.police_auditor,
    )  # fmt: skip
    one = world.return_of(audit)
    for what in ("time-refused", "time-asked"):
        ask_for_time(
            one, reason=TimeReason.ADVICE, words=word(what), wanted_on=working_days_from(today(), 40), by=world.auditor
        )
        if what == "time-refused":
            refuse_time(one, words=word("time-refusal"), version=None, by=world.manager)
    lead = world.add("school_lead", "school")
    world.declared(audit, "school_lead")
    decline_return(
        world.return_of(audit, "school"),
        reason=DeclineReason.CAPACITY,
        words=word("declined"),
        version=None,
        by=lead,
    )
    one = world.return_of(audit, "school")
    record_approach(
        one, approached=word("approached"), approached_on=today(), outcome=Outcome.WAITING, words=word("was-told"),
        version=None, by=world.manager,
    )  # fmt: skip
    say_what_refusal_means(one, effect=word("effect"), version=None, by=world.chair)
    introduce_report(case, words=word("introduction"), version=None, by=world.chair)
    issue_report(case, by=world.manager)


def _followed_up(world: World, audit: Audit, word) -> None:
    """A finding is disputed and stands, and a team gets its note and answers it."""
    ask_fact_checks(audit, due_on=working_days_from(today(), 5), by=world.manager)
    check = find_fact_check(world.lead, audit.slug, "health")
    (finding,) = findings_for(world.health, check.audit)
    answer_fact_check(check, wrong={finding: word("disputed")}, version=None, by=world.lead)
    dispute = find_dispute(world.chair, audit.slug, check.disputes.get().public_id)
    decide_dispute(
        dispute, decision=Decision.STANDS, text="", reason=word("dispute-reason"), version=None, by=world.chair
    )
    send_feedback_note(find_return(world.chair, audit.slug, 1, "police"), opening=word("feedback"), by=world.chair)
    note = find_note(world.police_auditor, audit.slug, 1, "police")
    answer_feedback_note(note, words=word("feedback-reply"), by=world.police_auditor)


def places(one: Tokened) -> Iterator[tuple[str, str]]:
    """Each page as it is called in `SHOWS`, and its address: pages of a return once for each agency."""
    audit = one.audit
    finding, left_out = audit.findings.first(), audit.nominations.filter(stage="not_selected")[0]
    concern = Concern.objects.filter(case__audit=audit).first()
    view = FamilyView.objects.filter(case__audit=audit, agreed=True).first()
    line = PanelLine.objects.filter(hearing__case__audit=audit).first()
    dissent = Dissent.objects.filter(finding__audit=audit).first()
    note = RestrictedNote.objects.filter(hearing__case__audit=audit).first()
    words: dict[str, object] = {
        "audit": audit.slug, "case": 1, "question": 1, "heading": "went_well", "format": "txt", "office": "docx",
        "sheet": "prompts", "kind": "pdf",
        "nomination": left_out.public_id, "finding": finding.public_id if finding else "0" * 32,
        "evidence": "0" * 32, "upload": "0" * 32, "number": 1,
        "view": view.public_id if view else "0" * 32,
        "priority": audit.theme.priority.public_id, "theme": audit.theme.public_id,
        "person": one.world.auditor.public_id, "body": one.world.health.public_id,
        "concern": concern.public_id if concern else "0" * 32,
        "line": line.public_id if line else "0" * 32,
        "dissent": dissent.public_id if dissent else "0" * 32,
        "note": note.public_id if note else "0" * 32,
        "dispute": getattr(Dispute.objects.filter(fact_check__audit=audit).first(), "public_id", "0" * 32),
    }  # fmt: skip
    for name, pattern in PATTERNS.items():
        if name in LEAVES | GOES_ON:
            continue
        needed = set(pattern.pattern.converters)
        if needed - {*words, "agency"}:
            continue
        if "agency" in needed:
            words["question"] = 8 if name == "give-grade" else 1
            for agency in ("health", "police", "school"):
                put_with_it = Upload.objects.filter(
                    agency_return__case__audit=audit, agency_return__agency__slug=agency
                )
                words["upload"] = getattr(put_with_it.first(), "public_id", "0" * 32)
                yield f"{name} {agency}", address(name, {**words, "agency": agency})
        elif name in ("chronology-copy", "report-copy", "audit-report-copy"):  # in a PDF a long word may be broken
            yield name, address(name, {**words, "kind": "docx"})
        elif "format" in needed:
            for kind in ("txt", "docx", "pdf", "html", *(() if "sheet" in needed else ("json", "pptx"))):
                yield f"{name} {kind}", address(name, {**words, "format": kind})
        else:
            yield name, address(name, words)


def everything_in(response) -> str:
    """A response's headers, cookies and body, with what a document holds taken out of its wrapping."""
    body: bytes = b"".join(response.streaming_content) if response.streaming else response.content
    text = body.decode("utf-8", "replace")
    if body[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            text = "\n".join(parts.read(one).decode("utf-8", "replace") for one in parts.namelist())
    elif body[:4] == b"%PDF":
        pages = pypdfium2.PdfDocument(body)
        text += "\n".join(page.get_textpage().get_text_bounded() for page in pages)
    return f"{response.headers}\n{response.cookies}\n{text}"


@contextmanager
def listening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Every line that anybody logs, at any level, and every temporary file."""
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield heard
    finally:
        root.setLevel(before)
        root.removeHandler(handler)


def allowed(page: str, who: str, stage: str) -> set[str]:
    return {
        word
        for name, stages, people, words in SHOWS
        if name == page and stage in stages.split() and who in people.split()
        for word in words.split()
    }


def looked_up_once(look_up: Callable[..., Person | None]) -> Callable[..., Person | None]:
    """Nobody's account changes during a crawl: each is read once, and let through the fence with every request."""
    known: dict[Any, Person | None] = {}

    def get_user(backend: WithRoles, key: Any) -> Person | None:
        if key not in known:
            known[key] = look_up(backend, key)
        if person := known[key]:
            let_in(person)
        return person

    return get_user


@pytest.mark.everybody
@pytest.mark.parametrize("stage", STAGES)
def test_every_page_shows_everybody_exactly_the_sealed_words_that_are_theirs(db, stage, sign_in, tmp_path, monkeypatch):
    """People of both partnerships fetch every address of the first; some of these lead the second to its own audit."""
    here, elsewhere = tokened("Here Partnership", stage), tokened("Elsewhere Partnership", stage)
    meaning = {token: (one, what) for one in (here, elsewhere) for what, token in one.words.items()}
    any_token = re.compile("|".join(meaning))
    wrong, fetched = [], 0

    def shown(response, one: Tokened, what: str) -> set[str]:
        """Which of their own words somebody is shown. Whatever belongs to the other partnership is wrong."""
        found = [meaning[token] for token in set(any_token.findall(everything_in(response)))]
        if any(whose is not one for whose, _ in found):
            wrong.append(f"{what} shows what belongs to the other partnership")
        return {word for whose, word in found if whose is one}

    monkeypatch.setattr(WithRoles, "get_user", looked_up_once(WithRoles.get_user))
    # However long the crawl takes, everybody has proved who they are a moment ago.
    with override_settings(ACCOUNT_REAUTHENTICATION_TIMEOUT=8 * 60 * 60), listening(tmp_path, monkeypatch) as heard:
        clients = [(one, who, sign_in(person)) for one in (here, elsewhere) for who, person in one.world.people.items()]
        clients.append((here, "anonymous", Client(HTTP_HOST="127.0.0.1")))
        for page, path in places(here):
            for one, who, client in clients:
                what = f"{page} as {who}{'' if one is here else ' from elsewhere'}"
                # An address that names a thing by its id leads those from elsewhere nowhere.
                theirs = one is here or not re.search(r"[0-9a-f]{32}", path)
                may_see = allowed(page, who, stage) if theirs else set()
                got = shown(client.get(path), one, f"GET {what}")
                if got != may_see:
                    wrong.append(f"GET {what}: {sorted(got)}, not {sorted(may_see)}")
                fetched += 1
                if page.split()[0] not in TAKES_POST:
                    continue
                # The form comes back with what its page shows anyway.
                got = shown(client.post(path, {"reason": "x"}), one, f"POST {what}")
                if got - may_see:
                    wrong.append(f"POST {what}: {sorted(got - may_see)}")
                fetched += 1
        identity = address("identity", {"audit": here.audit.slug, "case": 1})
        for one, who, client in clients:
            response = client.post(identity, {"reason": "conflict", "once": new_public_id()})
            got = shown(response, one, f"opening the identity as {who}")
            may_see = set(IDENTITY.split()) if who in OPENS[stage].split() else set()
            if got != may_see:
                wrong.append(f"opening the identity as {who}: {sorted(got)}, not {sorted(may_see)}")
            fetched += 1
    assert not wrong, f"{len(wrong)} of {fetched}:\n" + "\n".join(wrong[:40])
    # Four stages: twenty thousand in all.
    assert fetched > 5_000, fetched
    assert not any_token.search(heard.getvalue()), "a log line holds a sealed word"
    for message in mail.outbox:
        assert not any_token.search(message.message().as_string()), "a mail holds a sealed word"
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or not any_token.search(file.read_bytes().decode("utf-8", "replace")), file
    print(f"CANARY {stage}: {fetched:,} responses, {len(meaning)} words, {len(SHOWS)} lines")


def test_the_search_itself_finds_a_word_wherever_it_is_hidden(world):
    """The control: a word in a header, a cookie, a page, a Word file and a PDF is found in each."""
    from django.http import HttpResponse

    from maca.briefing.printing import FORMATS, print_briefing

    token = "Zqcontrolword"
    response = HttpResponse("x", headers={"X-Where": token})
    assert token in everything_in(response)
    response = HttpResponse("x")
    response.set_cookie("where", token)
    assert token in everything_in(response)
    audit = world.panel_opened(1)
    world.hear(audit.cases.select_related("audit", "hearing").get(), text=f"It was {token}.")
    close_panel(audit, by=world.chair)
    briefing = draft_briefing(audit, by=world.manager)
    for kind in FORMATS:
        assert token in everything_in(HttpResponse(print_briefing(briefing, kind))), kind
