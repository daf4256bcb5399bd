"""What is in the addresses of a standing audit, and what is sent to them: sound values, as a page would send them."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from maca.actions.models import Action
from maca.audits.queries import year_of
from maca.briefing.queries import house_style_of
from maca.cases.cohort import example
from maca.chronology.operations import read_patterns
from maca.chronology.thresholds import EVERY, USUAL
from maca.feedback.forms import tags_of
from maca.feedback.models import FactCheck
from maca.inspection.days import usual_days
from maca.inspection.queries import days_of, inspection_of
from maca.kernel.clock import today, working_days_from
from maca.partnership.models import Agency
from maca.retention.queries import find_period, ready_to_go
from maca.returns.on_paper import as_word
from maca.returns.paper import form_of
from tests.house.matrix.stand import Stand, Standing
from tests.makers import a_picture

Values = dict[str, Any]
NOWHERE = "0" * 32


def every_pattern(resolver: URLResolver | None = None) -> list[URLPattern]:
    found: list[URLPattern] = []
    for one in (resolver or get_resolver()).url_patterns:
        found += every_pattern(one) if isinstance(one, URLResolver) else [one]
    return found


PATTERNS: dict[str, URLPattern] = {str(pattern.name): pattern for pattern in every_pattern()}


def words_of(url: str, stand: Stand, standing: Standing) -> Values:
    """What stands in the addresses of this audit's pages, by the name it has in the address."""
    return {
        "audit": standing.audit.slug,
        "case": 1,
        "agency": "health",
        "question": 8 if url == "give-grade" else 1,
        "heading": "good_practice" if url == "record-audit-finding" else "went_well",
        "format": "txt",
        "sheet": "seven-minutes",
        "office": "docx",
        "year": year_of(today()),
        "kind": "docx",
        "nomination": standing.nomination.public_id if standing.nomination else NOWHERE,
        "finding": standing.finding.public_id if standing.finding else NOWHERE,
        "dispute": standing.dispute.public_id if standing.dispute else NOWHERE,
        "action": _action_of(url, standing),
        "line": standing.line.public_id if standing.line else NOWHERE,
        "named": standing.named.public_id if standing.named else NOWHERE,
        "dissent": standing.dissent.public_id if standing.dissent else NOWHERE,
        "note": standing.note.public_id if standing.note else NOWHERE,
        "evidence": standing.evidence.public_id if standing.evidence else NOWHERE,
        "view": standing.view.public_id if standing.view else NOWHERE,
        "upload": standing.upload.public_id if standing.upload else NOWHERE,
        "hit": _found(standing),
        "number": _newest_version(standing) if url == "draft-version" else 1,
        "priority": standing.audit.theme.priority.public_id if standing.audit.theme.priority else NOWHERE,
        "theme": standing.audit.theme.public_id,
        "person": (standing.subject or stand.ours.auditor).public_id,
        "declaration": _conflict(stand, standing),
        "body": stand.ours.health.public_id,
        "concern": standing.concern.public_id if standing.concern else NOWHERE,
        "question_set": standing.question_set.public_id if standing.question_set else NOWHERE,
        "asked_of": "agency",
        "code": {"ready-made-set": "neglect", "change-theme-tag": "voice"}.get(url, "start-again"),
        "partnership": stand.ours.partnership.public_id,
        "briefing": standing.briefing.public_id if standing.briefing else NOWHERE,
        "review": stand.review.public_id,
        "record_class": "case",
        "hold": standing.hold.public_id if standing.hold else NOWHERE,
        "certificate": standing.certificate.public_id if standing.certificate else NOWHERE,
        "recommendation": stand.review.recommendations.get().public_id,
        "passkey": NOWHERE,
        "provider_id": "nobody",
        "uid": "x",
        "token": "x",
        "uidb36": "1",
        "key": "x",
    }


def _action_of(url: str, standing: Standing) -> str:
    action = standing.other_action if url == "join-action" else standing.action
    return action.public_id if action else NOWHERE


def _newest_version(standing: Standing) -> int:
    newest = standing.briefing and standing.briefing.draft_versions.last()
    return newest.number if newest else 1


def _conflict(stand: Stand, standing: Standing) -> str:
    declared = standing.case and standing.case.declarations.filter(person=stand.people["conflicted_auditor"]).first()
    return declared.public_id if declared else NOWHERE


def address(url: str, words: Values) -> str:
    return reverse(url, kwargs={word: words[word] for word in PATTERNS[url].pattern.converters})


def _plan(stand: Stand, standing: Standing) -> Values:
    day = working_days_from(today(), 60)
    return {
        "title": "Another title", "terms_of_reference": "T", "questions": "neglect", "review_title": "", "earlier": "",
        "request_before": "30", "returns_before": "10", "pack_before": "5", "draft_after": "10",
        "panel_on-day": day.day, "panel_on-month": day.month, "panel_on-year": day.year,
    }  # fmt: skip


def _changed_plan(stand: Stand, standing: Standing) -> Values:
    return {**_plan(stand, standing), "purpose": "P", "legal_basis": "L", "version": standing.audit.version}


def _of_case(standing: Standing, **values: Any) -> Values:
    return {**values, "version": standing.case.version if standing.case else 1}


def _of_return(standing: Standing, **values: Any) -> Values:
    return {**values, "version": standing.agency_return.version if standing.agency_return else 1}


def _action(stand: Stand, standing: Standing) -> Values:
    return {
        "change": "C", "accountable": stand.people["own_lead"].public_id, "agency": "health", "success": "S",
        "measure": "M", "baseline": "B",
    }  # fmt: skip


def _of_action(standing: Standing, **values: Any) -> Values:
    return {**values, "version": standing.action.version if standing.action else 1}


def _of_hearing(standing: Standing, **values: Any) -> Values:
    hearing = getattr(standing.case, "hearing", None)
    return {**values, "version": hearing.version if hearing else 1}


def _of_finding(standing: Standing, **values: Any) -> Values:
    return {**values, "version": standing.finding.version if standing.finding else 1}


def _of_briefing(standing: Standing, **values: Any) -> Values:
    return {**values, "version": standing.briefing.version if standing.briefing else 1}


def _found(standing: Standing) -> str:
    """A word that nobody knows, on which somebody has decided already and may decide again."""
    decisions = standing.briefing.screen_decisions.filter(kind="unknown") if standing.briefing else []
    return next((one.found for one in decisions), NOWHERE)


def _moment(name: str) -> Values:
    day = today() - dt.timedelta(days=1)
    return {f"{name}_on-day": day.day, f"{name}_on-month": day.month, f"{name}_on-year": day.year,
            f"{name}_time": "09:00"}  # fmt: skip


def _told(stand: Stand, standing: Standing) -> Values:
    return _of_concern(standing, told_name="N", told_agency="A", route="phone", **_moment("told"))


def _of_concern(standing: Standing, **values: Any) -> Values:
    return {**values, "version": standing.concern.version if standing.concern else 1}


def _of_subject(standing: Standing, **values: Any) -> Values:
    return {**values, "version": standing.subject.version if standing.subject else 1}


def _of_set(standing: Standing, **values: Any) -> Values:
    return {**values, "version": standing.question_set.version if standing.question_set else 1}


def _question(stand: Stand, standing: Standing) -> Values:
    return _of_set(standing, text="Another question?", hint="", kind="judgement", for_kinds=["police"], shown_if="")


def _everybody_stays(stand: Stand, standing: Standing) -> Values:
    everybody = [*stand.people.values(), *stand.ours.people.values(), *stand.theirs.people.values()]
    return {f"person-{person.public_id}": "yes" for person in everybody}


def _circulated(stand: Stand, standing: Standing) -> Values:
    cases = {f"case-{case.number}": ["health"] for case in standing.audit.cases.all()}
    said = dict.fromkeys(("purpose", "legal_basis", "period", "security", "retention", "contact"), "P")
    return {**said, "version": standing.audit.version, **cases}


def _day(name: str, day: dt.date) -> Values:
    return {f"{name}-day": day.day, f"{name}-month": day.month, f"{name}-year": day.year}


def _more_time(stand: Stand, standing: Standing) -> Values:
    asked = standing.agency_return and standing.agency_return.asks_for_time
    decision = {"decision": "grant"} if asked else {}
    return _of_return(standing, **decision, **_day("due_on", working_days_from(today(), 40)))


def _another_agency(stand: Stand, standing: Standing) -> Values:
    audit, case = standing.audit, standing.case
    others = Agency.objects.filter(partnership=stand.ours.partnership)
    left_out = others.exclude(returns__case=case).first() if case else others.first()
    day = audit.returns_due_on if audit and audit.returns_due_on else working_days_from(today(), 5)
    return {"agencies": left_out.slug if left_out else "", **_day("due_on", day)}


def _moved_days(stand: Stand, standing: Standing) -> Values:
    audit = standing.audit
    inspected = audit is not None and audit.is_inspection
    days = vars(days_of(inspection_of(audit), audit) if inspected else usual_days(working_days_from(today(), -1)))
    moved = {**days, "on_site_to": working_days_from(days["on_site_to"], 1)}
    sent = {part: value for name, day in moved.items() for part, value in _day(name, day).items()}
    return {**sent, "version": audit.version if audit else 1}


def _process(stand: Stand, standing: Standing) -> Values:
    from maca.briefing.forms import ProcessForm

    if standing.briefing is None:
        return {"version": 1}
    form = ProcessForm(value=standing.briefing.value)
    return _of_briefing(standing, **{name: f"{line.text} Reworded." for name, line in form.lines.items()})


def _answer(stand: Stand, standing: Standing) -> Values:
    kept = standing.agency_return and standing.agency_return.answers.filter(question__number=1).first()
    return {"choice": "no", "how_known": "Seen.", "version": kept.version if kept else 1}


class Picture(SimpleUploadedFile):
    """A sound picture, which can be sent as often as there are people to try."""

    def read(self, *size: int) -> bytes:
        self.seek(0)
        return bytes(super().read(*size))


def _upload(stand: Stand, standing: Standing) -> Values:
    day = today()
    return {
        "file": Picture("kitchen.png", a_picture()), "kind": "photograph", "description": "A kitchen.", "source": "S",
        "dated_on-day": day.day, "dated_on-month": day.month, "dated_on-year": day.year, "sensitivity": "usual",
    }  # fmt: skip


class Upload:
    """A file to send, as often as it is asked for."""

    def __init__(self, name: str, data: bytes) -> None:
        self.name, self.data = name, data

    def read(self) -> bytes:
        return self.data


def _form_on_paper(stand: Stand, standing: Standing) -> Values:
    if standing.agency_return is None:
        return {}
    form = form_of(standing.agency_return)
    return {"file": Upload("form.docx", as_word.write(replace(form, known=form.known.filled(choice="yes"))))}


def _view(stand: Stand, standing: Standing) -> Values:
    version = standing.view.version if standing.view else 1
    return {"whose": "index_child", "outcome": "not_asked", "why_not": "Too young.", "version": version}


def _decided_on_pattern(stand: Stand, standing: Standing) -> Values:
    """The first question of the chronology is taken to the panel. Where nothing is read any more, nothing is chosen."""
    case = standing.case
    if case is None or case.destroyed_at or (chronology := getattr(case, "chronology", None)) is None:
        return {"version": 1}
    with transaction.atomic():
        prompt = read_patterns(case, by=stand.ours.manager)[0]
        transaction.set_rollback(True)  # of the reading that this was, too
    return {f"decided-{prompt.mark}": "taken", "version": chronology.version}


def _reflection(stand: Stand, standing: Standing) -> Values:
    return {"worried": "W", "sharing": "no", "version": 1}


def _taken(stand: Stand, standing: Standing) -> Values:
    return _of_return(
        standing, **{"box": ["known", "q7"], "take": ["known", "q7"], "known-choice": "yes", "q7-words": "One.",
                     "q7-version": 1}
    )  # fmt: skip


def _another_nomination(stand: Stand, standing: Standing) -> Values:
    waits = standing.audit.nominations.filter(stage="nominated").first()
    return {"nomination": waits.public_id if waits else NOWHERE, "reason": "R"}


def _facts(stand: Stand, standing: Standing) -> Values:
    check = FactCheck.objects.filter(audit=standing.audit, agency=stand.ours.health).first()
    wrong = {f"wrong-{standing.finding.public_id}": "W"} if standing.finding else {}
    return {"answer": "wrong", **wrong, "version": check.version if check else 1}


def _decided_on_dispute(stand: Stand, standing: Standing) -> Values:
    text = standing.finding.text if standing.finding else "F"
    version = standing.dispute.version if standing.dispute else 1
    tags = tags_of(standing.finding) if standing.finding else {}
    return {"decision": "stands", "text": text, "reason": "R", "version": version, **tags}


SENT: dict[str, Callable[[Stand, Standing], Values]] = {
    "draft-question-set": lambda stand, it: {"name": "N", "begin_from": "neglect"},
    "rename-question-set": lambda stand, it: _of_set(it, name="N"),
    "add-question": _question,
    "change-question": _question,
    "move-question": lambda stand, it: _of_set(it, direction="up"),
    "remove-question": lambda stand, it: _of_set(it),
    "add-questions-of": lambda stand, it: _of_set(it, questions="agency-add-ons"),
    "issue-question-set": lambda stand, it: _of_set(it),
    "discard-question-set": lambda stand, it: _of_set(it),
    "sign-in": lambda stand, it: {"username": "nobody@example.org", "password": "wrong"},
    "invite-person": lambda stand, it: {
        "name": "New", "post": "P", "email": "new@anywhere.example", "agency": stand.ours.health.public_id,
        "roles": ["auditor"],
    },
    "name-contacts": lambda stand, it: {
        "contact": stand.people["own_auditor"].public_id, "deputy": "", "version": stand.ours.health.version,
    },
    "attest-people": _everybody_stays,
    "change-roles": lambda stand, it: _of_subject(it, roles=["panel_member", "sub_group_member"]),
    "end-account": lambda stand, it: _of_subject(it, reason="left"),
    "forget-second-steps": lambda stand, it: _of_subject(it),
    "invite-again": lambda stand, it: _of_subject(it),
    "chronology": _decided_on_pattern,
    "own-chronology": lambda stand, it: {"do": "typed", "date": "14/3/2026", "text": "W"},
    "reflection": _reflection,
    "family-views": _view,
    "change-view": _view,
    "raise-concern": lambda stand, it: {"what": "W", "is_told": "no", **_moment("found")},
    "say-told": _told,
    "close-concern": lambda stand, it: _of_concern(it, receipt="R", **_moment("replied")),
    "note-concern": lambda stand, it: {"words": "W"},
    "record-priority": lambda stand, it: {"title": "T", "source": "board", "reason": "R"},
    "adopt-theme": lambda stand, it: {"title": "Another theme"},
    "plan-audit": _plan,
    "change-plan": _changed_plan,
    "nominate-case": lambda stand, it: {
        "rationale": "R", "level": "child_protection", "age_band": "5_9", "child": "Child",
    },
    "draw": lambda stand, it: {"file": Upload("list.csv", example("csv"))},
    "swap-case": _another_nomination,
    "pass-over-case": lambda stand, it: {"reason": "Too like the other."},
    "lift-conflict": lambda stand, it: {"reason": "slip"},
    "declare": lambda stand, it: {"interest": "none"},
    "name-presenter": lambda stand, it: _of_case(it, person=stand.people["other_presenter"].public_id),
    "seats": lambda stand, it: _of_case(it, people=[stand.people["unseated"].public_id]),
    "identity": lambda stand, it: {"reason": "find_record"},
    "destroy-case": lambda stand, it: {"reason": "asked", "label": "Case 1"},
    "circulate": _circulated,
    "ask-who-knows": lambda stand, it: {"agencies": ["health"]},
    "say-who-is-known": lambda stand, it: {
        "index_child": "known", "siblings": "not_known", "parents": "not_known", "version": 1,
    },
    "known": lambda stand, it: _of_return(it, known="yes"),
    "engagement": lambda stand, it: _of_return(it, before="B", now="N"),
    "autosave-engagement": lambda stand, it: _of_return(it, before="B", now="N"),
    "answer": _answer,
    "autosave": _answer,
    "here": lambda stand, it: {"part": "1"},
    "share-return": lambda stand, it: {"parts": ["1"], "to": stand.ours.auditor.public_id},
    "evidence": lambda stand, it: {"record": "R"},
    "uploads": _upload,
    "replace-upload": _upload,
    "uploads-setting": lambda stand, it: {"takes": "yes"},
    "risk": lambda stand, it: {"is_unsafe": "no"},
    "submit": lambda stand, it: _of_return(it, delegated_by="D"),
    "send-back": lambda stand, it: _of_return(it, **{"comment-1": "C"}),
    "return-on-paper": _form_on_paper,
    "take-form": _taken,
    "previous-return": lambda stand, it: {"questions": ["1"]},
    "extend-return": _more_time,
    "phrases": lambda stand, it: {"phrase": "quiz night", "event": "visit"},
    "thresholds": lambda stand, it: {one.name: str(one.typed(USUAL)) for one in EVERY} | {"version": 1},
    "school-holidays": lambda stand, it: {"name": "N", **_day("first_on", today()), **_day("last_on", today())},
    "ask-for-time": lambda stand, it: {
        "reason": "workload", "words": "W", **_day("wanted_on", working_days_from(today(), 40)),
    },
    "report-introduction": lambda stand, it: {
        "words": "I", "version": it.case.report_introduction.version if hasattr(it.case, "report_introduction") else 1,
    },
    "submit-part": lambda stand, it: _of_return(it, reason="capacity", left_out="L", delegated_by="D"),
    "follow-up": lambda stand, it: _of_return(
        it, approached="A", outcome="declines", words="W", effect="E", **_day("approached_on", today())
    ),
    "ask-more-agencies": _another_agency,
    "decline": lambda stand, it: _of_return(it, reason="capacity", words="No."),
    "introduce-case": lambda stand, it: _of_hearing(it, introduced_by=stand.people["presenter"].public_id),
    "set-agenda": lambda stand, it: {
        "begins_at": "9:30", "place-1": "1", "minutes-1": "60", "place-2": "2", "minutes-2": "60",
        "version": it.audit.agenda.version if hasattr(it.audit, "agenda") else 1,
    },
    "attendance": lambda stand, it: _of_hearing(
        it, **{f"came-{one}": "present" for one in ("health", "police", "hospital", "housing")}
    ),
    "finish-hearing": lambda stand, it: {
        "nothing-can_be_improved": "on", "nothing-challenge_or_theme": "on", "voice_is_missing": "on",
    },
    "write-line": lambda stand, it: {"words": "W", "agency": "health", "sent": "a" * 32},
    "change-line": lambda stand, it: {"words": "W", "version": it.line.version if it.line else 1},
    "give-grade": lambda stand, it: {"grade": "good", "reason": "R", "version": 1},
    "record-dissent": lambda stand, it: {"agency": "police", "words": "W"},
    "change-dissent": lambda stand, it: {"words": "W", "version": it.dissent.version if it.dissent else 1},
    "accepted": lambda stand, it: _of_finding(it, words="W"),
    "send-restricted-note": lambda stand, it: {"agency": "health", "words": "W"},
    "deal-with-restricted-note": lambda stand, it: {"outcome": "O", "version": it.note.version if it.note else 1},
    "record-finding": lambda stand, it: {"text": "F"},
    "record-audit-finding": lambda stand, it: {"text": "F"},
    "change-finding": lambda stand, it: _of_finding(it, text="F"),
    "correct-finding": lambda stand, it: _of_finding(it, themes=["voice"]),
    "name-themes": lambda stand, it: {"codes": ["voice"], "called": "N"},
    "change-named-theme": lambda stand, it: {
        "codes": ["drift"], "called": "N", "version": it.named.version if it.named else 1,
    },
    "add-theme-tag": lambda stand, it: {"called": "T"},
    "change-theme-tag": lambda stand, it: {"called": "T", "used": "on", "version": 1},
    "ask-fact-checks": lambda stand, it: _day("due_on", working_days_from(today(), 5)),
    "fact-check": _facts,
    "decide-dispute": _decided_on_dispute,
    "send-feedback-note": lambda stand, it: {"opening": "O"},
    "feedback-note": lambda stand, it: {"words": "W"},
    "make-action": lambda stand, it: {
        **_action(stand, it), **_day("due_on", working_days_from(today(), 20)),
        "shown": list(Action.objects.values_list("public_id", flat=True)),
    },
    "change-action": lambda stand, it: _of_action(it, **_action(stand, it)),
    "move-action-day": lambda stand, it: _of_action(it, reason="R", **_day("due_on", working_days_from(today(), 30))),
    "stop-action": lambda stand, it: _of_action(it, reason="R"),
    "note-progress": lambda stand, it: {"words": "W"},
    "report-action-done": lambda stand, it: _of_action(it, done="D", proof="P"),
    "verify-action": lambda stand, it: _of_action(it, verified="yes", words="W"),
    "record-impact": lambda stand, it: _of_action(
        it, impact="not_measured", reason="R", **_day("seen_on", today())
    ),
    "learning": lambda stand, it: {"text": "The toolkit was not used."},
    "edit-review": lambda stand, it: {
        "kind": "scr", "title": "Another title", "year": "2023", "published_by": "P", "recommendations": "R",
        "version": stand.review.version,
    },
    "strike-review": lambda stand, it: {"because": "Twice on it.", "version": stand.review.version},
    "record-review": lambda stand, it: {
        "kind": "lcspr", "title": "T", "year": "2024", "published_by": "P", "recommendations": "R",
    },
    "start-inspection": lambda stand, it: {
        "called": "I", "theme": "T", "agencies": ["health", "police"], "name-1": "Zoe Example",
        "level-1": "child_in_need",
        **{part: value for name, day in vars(usual_days(working_days_from(working_days_from(today(), 1), -1))).items()
           for part, value in _day(name, day).items()},
    },
    "change-inspection-days": _moved_days,
    "discussed": lambda stand, it: {"team": "T", "people": "9", "change": "C", **_day("discussed_on", today())},
    "edit-theme-and-cases": lambda stand, it: _of_briefing(it, lines="One line"),
    "edit-process": _process,
    "edit-findings": lambda stand, it: _of_briefing(
        it, **{f"finding-{it.finding.public_id}": "Reworded."} if it.finding else {}
    ),
    "put-back-into-briefing": lambda stand, it: _of_briefing(it),
    "decide-on-hit": lambda stand, it: _of_briefing(it, decision="kept", reason="known"),
    "keep-words": lambda stand, it: _of_briefing(it, words=[_found(it)]),
    "send-briefing": lambda stand, it: _of_briefing(it),
    "approve-briefing": lambda stand, it: _of_briefing(it),
    "publish-briefing": lambda stand, it: {"public": "no"},
    "set-embargo": lambda stand, it: _of_briefing(
        it, **_day("embargo_on", working_days_from(today(), 5)), embargo_time="9:00"
    ),
    "set-public-page": lambda stand, it: {"public": "yes"},
    "withdraw-briefing": lambda stand, it: {"because": "wrong", "note": "N"},
    "destroy-due": lambda stand, it: {
        "chosen": [one.code for one in ready_to_go(stand.ours.partnership)][:1], "sure": "destroy",
    },
    "change-period": lambda stand, it: {
        "ends": "yes", "months": "24", "counted_from": "actions", "reason": "R", "source": "S",
        "version": find_period(stand.ours.chair, "case").version,
    },
    "begin-hold": lambda stand, it: {"audit": "everything", "reason": "court", "asked_by": "A court"},
    "end-hold": lambda stand, it: {"because": "Over."},
    "house-style": lambda stand, it: {
        "footer": "Working together for children.", "version": house_style_of(stand.ours.partnership).version,
    },
    "word-styles": lambda stand, it: {
        "styles": '{"styles": {"Normal": {"font": "Arial", "size": 12}}, "margins": null}', "footer": "",
        "version": house_style_of(stand.ours.partnership).version,
    },
    "colour-setting": lambda stand, it: {"colour": "#7a1f5c"},
    "public-briefings-setting": lambda stand, it: {"public": "yes"},
    "send-back-briefing": lambda stand, it: _of_briefing(it, because="Mend it."),
}  # fmt: skip


def sent_to(url: str, stand: Stand, standing: Standing) -> Values:
    """What a page would send to this address; nothing but its key where it is a bare button."""
    return SENT[url](stand, standing) if url in SENT else {}
