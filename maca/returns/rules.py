import datetime as dt
from collections.abc import Iterable

from maca.audits.models import Audit, Question
from maca.audits.stages import AuditStage
from maca.cases.models import Case
from maca.cases.queries import part_in
from maca.cases.rules import may_work_on_case
from maca.cases.stages import NominationStage
from maca.kernel.clock import is_working_day, today, working_days_from
from maca.kernel.verdict import YES, Verdict, no
from maca.partnership.models import Person, Role
from maca.returns.models import (
    READS_EVERY_RETURN,
    AgencyReturn,
    Evidence,
    FamilyCheck,
    ReminderStep,
    ReportVersion,
    Upload,
    UploadPage,
)
from maca.returns.queries import (
    Asking,
    Ladder,
    carried_over,
    has_begun_an_answer,
    has_given_anything,
    kept_by_partnership,
    kept_in_return,
    sent_back,
    unanswered,
    what_was_said_of_risk,
)
from maca.returns.stages import HANDED_IN, TOOK_NO_PART, ReturnStage

MiB = 1024 * 1024
MOST_UPLOADS, LARGEST_RETURN, LARGEST_PARTNERSHIP = 20, 60 * MiB, 5 * 1024 * MiB


def may_circulate_audit(person: Person, audit: Audit) -> Verdict:
    """The business manager circulates the selected cases, once, with the purpose and legal basis stated."""
    if not person.holds(Role.BUSINESS_MANAGER):
        return no("not-the-manager", "Only the business manager circulates the cases.")
    if audit.stage != AuditStage.PLANNED:
        return no("already-circulated", "The cases have been circulated already.")
    if undecided := audit.nominations.filter(stage=NominationStage.NOMINATED).count():
        return no(
            "undecided",
            f"{undecided} {'nomination waits' if undecided == 1 else 'nominations wait'} for the chair’s decision.",
        )
    if not audit.cases.exists():
        return no("no-cases", "No case has been selected yet. The chair selects from the nominations.")
    if audit.returns_due_on and audit.returns_due_on < today():
        return no(
            "due-in-the-past",
            "The day returns are due has passed. Ask the chair to move the panel before you circulate.",
        )
    return YES


def may_ask_who_knows(person: Person, audit: Audit) -> Verdict:
    """Before circulation the business manager may ask the agencies which of them know the families."""
    if not person.holds(Role.BUSINESS_MANAGER):
        return no("not-the-manager", "Only the business manager asks which agencies know a family.")
    if audit.stage != AuditStage.PLANNED:
        return no("already-circulated", "The cases have been circulated, and each agency says so on its return.")
    if not audit.cases.exists():
        return no("no-cases", "No case has been selected yet. The chair selects from the nominations.")
    return YES


def may_ask_more_agencies(person: Person, case: Case) -> Verdict:
    """The business manager asks an agency that was left out about a case, while returns are gathered and a working day
    is left before the panel."""
    if not person.holds(Role.BUSINESS_MANAGER):
        return no("not-the-manager", "Only the business manager asks another agency about a case.")
    audit = case.audit
    if not audit.is_gathering:
        return no("not-gathering", "Agencies are asked from circulation until the panel opens.")
    tomorrow = working_days_from(today(), 1)
    if audit.panel_on and tomorrow >= audit.panel_on and not may_be_asked_for(audit, audit.returns_due_on or tomorrow):
        return no("no-day-left", f"{_panel_meets(audit)}, and no working day is left before it.")
    return YES


def may_be_asked_for(audit: Audit, day: dt.date) -> Verdict:
    """Who is asked later has until the day of the others, or a working day that is still to come before the panel."""
    if day == audit.returns_due_on and day >= today():
        return YES
    return _may_be_due(audit, day)


def may_call_off_return(person: Person, agency_return: AgencyReturn) -> Verdict:
    """The business manager calls off what an agency was asked in error, while nothing of it has come in and another
    agency is still asked about the case."""
    if not person.holds(Role.BUSINESS_MANAGER):
        return no("not-the-manager", "Only the business manager calls off what an agency was asked.")
    if not agency_return.case.audit.is_gathering:
        return no("not-gathering", "The panel has opened, so what was asked stays on the record.")
    if has_given_anything(agency_return):
        return no(
            "has-answered",
            f"{agency_return.agency} has begun to answer, or given something in, and none of that is dropped. It can "
            "say that it does not know the family, or decline.",
        )
    if not agency_return.case.returns.exclude(pk=agency_return.pk).exists():
        return no("only-one", "No other agency is asked about this case. Ask another first, and then call this off.")
    return YES


def may_say_who_is_known(person: Person, check: FamilyCheck) -> Verdict:
    """The lead or an auditor of the agency that was asked says whom it knows, until the cases are circulated."""
    if not person.speaks_for(check.agency):
        return no("not-your-agency", f"Only {check.agency} can say whom it knows.")
    if check.case.audit.stage != AuditStage.PLANNED:
        return no("already-circulated", "The cases have been circulated. Say it on your return instead.")
    return may_work_on_case(person, check.case)


def may_read_board(person: Person, audit: Audit) -> Verdict:
    """The business manager, the chair and the scrutineer see who has returned what."""
    if not person.holds(*READS_EVERY_RETURN):
        return no(
            "not-yours", "The board is for the business manager, the chair and the scrutineer. Your own returns "
            "are on your work list.",
        )  # fmt: skip
    return YES


def may_read_audit_report(person: Person, audit: Audit) -> Verdict:
    """Those who run or scrutinise the audit read the reports of its cases as one at any time, the sub-group from
    panel day on. Which cases are in it, the rule of each case’s own report says."""
    if audit.imported_from:
        return no("recorded", "This audit was recorded from its briefing. No returns are on record.")
    if person.holds(*READS_EVERY_RETURN):
        return YES
    if not person.holds(Role.SUB_GROUP_MEMBER):
        return no("not-yours", "The report of the whole audit is for the sub-group and those who run or scrutinise it.")
    if not audit.panel_has_begun:
        return no(
            "before-the-panel", "Until the panel opens, agencies answer independently. The report opens that day."
        )
    return YES


def may_read_return(person: Person, agency_return: AgencyReturn) -> Verdict:
    """An agency reads its own return at any time; those who run or scrutinise the audit read every one."""
    if person.speaks_for(agency_return.agency) or person.holds(*READS_EVERY_RETURN):
        return YES
    return no("not-your-agency", f"Only {agency_return.agency} can read this return before the panel.")


def may_read_answers(person: Person, agency_return: AgencyReturn) -> Verdict:
    """Until a return is handed in, what stands in it is the agency’s own draft; nobody else reads it."""
    if person.speaks_for(agency_return.agency) or agency_return.is_complete or agency_return.was_handed_in:
        if not (verdict := may_read_return(person, agency_return)):
            return verdict
        return may_work_on_case(person, agency_return.case)
    return no("a-draft", f"{agency_return.agency} has not handed this in, so its answers are its own draft.")


def may_read_earlier_words(person: Person, agency_return: AgencyReturn) -> Verdict:
    """What its people wrote and replaced is for the agency alone, also after the return has been handed in."""
    if not person.speaks_for(agency_return.agency):
        return no("not-your-agency", f"Only {agency_return.agency} can read what it wrote before.")
    return may_work_on_case(person, agency_return.case)


def may_read_previous_return(person: Person, agency_return: AgencyReturn) -> Verdict:
    """An agency that knows a family sees, beside its return, what it handed in about the same family before."""
    if not person.speaks_for(agency_return.agency):
        return no("not-your-agency", f"Only {agency_return.agency} sees what it answered about a family before.")
    if agency_return.stage not in (ReturnStage.STARTED, *HANDED_IN):
        return no("known-first", "First say whether this family is known to your agency.")
    return may_read_answers(person, agency_return)


def may_take_copy(person: Person, agency_return: AgencyReturn) -> Verdict:
    """An agency takes away the return that it handed in, for as long as it is kept; so does the business manager."""
    if not (person.speaks_for(agency_return.agency) or person.holds(Role.BUSINESS_MANAGER)):
        return no("not-your-agency", f"Only {agency_return.agency} and the business manager take this return away.")
    if not agency_return.was_handed_in:
        return no("not-handed-in", f"{agency_return.agency} has not handed in a return, so there is none to take away.")
    return may_read_answers(person, agency_return)


def may_answer_return(person: Person, agency_return: AgencyReturn) -> Verdict:
    """The auditor or the lead of the agency that was asked answers, until it is submitted or the panel opens."""
    if not person.speaks_for(agency_return.agency):
        return no("not-your-agency", f"Only {agency_return.agency} can answer this return.")
    if not (verdict := _not_handed_in(agency_return)):
        return verdict
    return _may_write(person, agency_return)


def _not_handed_in(agency_return: AgencyReturn) -> Verdict:
    if agency_return.stage == ReturnStage.SUBMITTED:
        return no(
            "already-submitted",
            "This return has been submitted, so it can no longer be changed.",
        )
    if agency_return.stage == ReturnStage.SENT_BACK:
        return no("sent-back", "Only the questions that were sent back can be changed.")
    if agency_return.stage == ReturnStage.PARTLY_SUPPLIED:
        return no(
            "already-supplied",
            "This return has been supplied in part. To supply more, ask the business manager to send questions back.",
        )
    return YES


def _may_write(person: Person, agency_return: AgencyReturn) -> Verdict:
    if not agency_return.case.audit.is_gathering:
        return no("not-gathering", "The panel has opened, so returns can no longer be changed.")
    return may_work_on_case(person, agency_return.case)


def may_enter_from_paper(person: Person, agency_return: AgencyReturn) -> Verdict:
    """The business manager enters, on the agency’s behalf, a form that it filled in on paper, while it is its draft."""
    if not person.holds(Role.BUSINESS_MANAGER):
        return no(
            "not-the-manager",
            f"Only {agency_return.agency} itself, or the business manager on its behalf, enters its form.",
        )
    if not (verdict := _not_handed_in(agency_return)):
        return verdict
    if agency_return.stage == ReturnStage.DECLINED:
        return no("declined", f"{agency_return.agency} has declined this request. Only it can take that back.")
    if agency_return.stage == ReturnStage.NOT_KNOWN and not agency_return.entered_by_id:
        return no(
            "not-known",
            f"{agency_return.agency} has said that it does not know the family. Only it can take that back.",
        )
    return _may_write(person, agency_return)


def may_return_on_paper(person: Person, agency_return: AgencyReturn) -> Verdict:
    """The agency uses its own form on paper as long as it may answer; for it, the business manager may."""
    if person.speaks_for(agency_return.agency):
        return may_answer_return(person, agency_return)
    return may_enter_from_paper(person, agency_return)


def may_enter_answers_from_paper(person: Person, agency_return: AgencyReturn) -> Verdict:
    """The answers of a form on paper follow its saying that the agency knows the family."""
    if not (verdict := may_enter_from_paper(person, agency_return)):
        return verdict
    if agency_return.stage != ReturnStage.STARTED:
        return no("known-first", "First take from the form that this family is known to the agency.")
    return YES


def may_answer_questions(person: Person, agency_return: AgencyReturn) -> Verdict:
    """The questions open once the agency has said that it knows the family."""
    if not (verdict := may_answer_return(person, agency_return)):
        return verdict
    if agency_return.stage != ReturnStage.STARTED:
        return no("known-first", "First say whether this family is known to your agency.")
    return YES


def may_answer_question(person: Person, asking: Asking) -> Verdict:
    """The agency answers its questions while the return is its draft, and then those that were sent back."""
    agency_return = asking.agency_return
    if agency_return.stage != ReturnStage.SENT_BACK or not person.speaks_for(agency_return.agency):
        return may_answer_questions(person, agency_return)
    if asking.question.pk not in sent_back(agency_return):
        return no("not-sent-back", f"Question {asking.question.number} was not sent back, so it stands as handed in.")
    return _may_write(person, agency_return)


def may_share_return(person: Person, agency_return: AgencyReturn) -> Verdict:
    """The agency gives parts of its return to colleagues while it may write in it, also when it was sent back."""
    if _is_sent_back_to(person, agency_return):
        return _may_write(person, agency_return)
    return may_answer_questions(person, agency_return)


def may_be_given_parts(colleague: Person, agency_return: AgencyReturn) -> Verdict:
    """A part is given to a lead or an auditor of the agency who has joined and has declared no conflict of interest.

    Who has declared nothing yet is asked when they open it.
    """
    is_here = colleague.is_active and colleague.ended_at is None and colleague.joined_at is not None
    if not (is_here and colleague.speaks_for(agency_return.agency)):
        return no("no-colleague", f"A part is given to somebody who has joined and answers for {agency_return.agency}.")
    verdict = may_work_on_case(colleague, agency_return.case)
    return YES if verdict.code == "undeclared" else verdict


def may_say_of_risk(person: Person, agency_return: AgencyReturn) -> Verdict:
    """The agency says whether any child is unsafe now, and says it anew at any time, also after the panel."""
    if not person.speaks_for(agency_return.agency):
        return no("not-your-agency", f"Only {agency_return.agency} can answer this return.")
    return may_work_on_case(person, agency_return.case)


def may_remove_evidence(person: Person, evidence: Evidence) -> Verdict:
    """The agency takes back a reference while the return is its draft."""
    return may_answer_questions(person, evidence.agency_return)


def may_add_upload(person: Person, agency_return: AgencyReturn) -> Verdict:
    """The agency puts photographs and documents with its draft, where the partnership takes them and has room."""
    if not (verdict := may_answer_questions(person, agency_return)):
        return verdict
    partnership = agency_return.case.audit.partnership
    if not partnership.takes_uploads:
        return no(
            "uploads-off",
            "Your partnership takes no photographs or documents. Say where in your records it can be seen instead.",
        )
    return may_keep_more(agency_return)


def may_keep_more(agency_return: AgencyReturn, size: int = 0) -> Verdict:
    """A return holds 20 photographs and documents and 60 MB of them at most, and a partnership 5 GB."""
    number, kept = kept_in_return(agency_return)
    if number >= MOST_UPLOADS or kept + size > LARGEST_RETURN:
        return no(
            "return-full",
            f"A return holds {MOST_UPLOADS} photographs and documents, or {LARGEST_RETURN // MiB} MB of them, at most, "
            "with every earlier version. Take one back first, or say where in your records it can be seen.",
        )
    if kept_by_partnership(agency_return.case.audit.partnership) + size > LARGEST_PARTNERSHIP:
        return no(
            "partnership-full",
            "Your partnership has no room for more photographs and documents. Tell the business manager.",
        )
    return YES


def may_replace_upload(person: Person, upload: Upload) -> Verdict:
    """While the return is its draft the agency puts a better version in the place of a photograph or document."""
    if upload.replaced_by_id:
        return no("replaced", "This has been replaced already. Replace the newest version.")
    return may_add_upload(person, upload.agency_return)


def may_remove_upload(person: Person, upload: Upload) -> Verdict:
    """While the return is its draft the agency takes a photograph or document back, with its earlier versions."""
    return may_answer_questions(person, upload.agency_return)


def may_view_upload(person: Person, upload: Upload) -> Verdict:
    """Whoever may read the answers of a return sees what was put with it, and so does the panel of the case.

    The panel sees what was handed in, for as long as it may read the report. A version that was replaced is for the
    agency alone.
    """
    agency_return = upload.agency_return
    if person.speaks_for(agency_return.agency):
        return may_read_answers(person, agency_return)
    if not agency_return.was_handed_in:
        return no("a-draft", f"{agency_return.agency} has not handed this in, so it is its own draft.")
    if upload.replaced_by_id:
        return no("replaced", f"This version has been replaced. Only {agency_return.agency} can see it.")
    return may_read_summative_report(person, agency_return.case)


def may_view_upload_page(person: Person, page: UploadPage) -> Verdict:
    """Each page is for whoever may see the upload."""
    return may_view_upload(person, page.upload)


def may_submit_return(person: Person, agency_return: AgencyReturn) -> Verdict:
    """An agency hands in its own return, once every question has an answer, that of immediate risk before all."""
    if not (verdict := _may_hand_in(person, agency_return)):
        return verdict
    if not (agency_return.engagement_before and agency_return.engagement_now):
        return no(
            "no-engagement",
            "Describe your engagement with the family, historic and current, before you submit.",
        )
    if missing := unanswered(agency_return):
        if not (verdict := _all_confirmed(agency_return, missing)):
            return verdict
        numbers = ", ".join(str(question.number) for question in missing)
        return no(
            "unanswered",
            f"Question {numbers} still needs an answer."
            if len(missing) == 1
            else f"{len(missing)} questions still need an answer: {numbers}.",
        )
    return YES


def _may_hand_in(person: Person, agency_return: AgencyReturn) -> Verdict:
    """What comes before any answer is handed in: that a child who may be unsafe is spoken of."""
    may_write = _may_write if _is_sent_back_to(person, agency_return) else may_answer_questions
    if not (verdict := may_write(person, agency_return)):
        return verdict
    if (said := what_was_said_of_risk(agency_return)) is None:
        return no("no-risk-answer", "First answer whether any child is unsafe now, or possibly unsafe.")
    if said.is_unsafe and not agency_return.case.concerns.filter(agency=agency_return.agency_id).exists():
        return no(
            "no-concern",
            "Your agency has said that a child may be unsafe, and has raised no concern. Raise it now, or answer anew.",
        )
    return YES


def may_supply_part(person: Person, agency_return: AgencyReturn) -> Verdict:
    """An agency hands in a part, and says what it left out and why; what it gives may be its engagement alone."""
    if not (verdict := _may_hand_in(person, agency_return)):
        return verdict
    described = agency_return.engagement_before or agency_return.engagement_now
    if not described and not has_begun_an_answer(agency_return):
        return no(
            "nothing-supplied",
            "Nothing has been written yet, so there is no part to hand in. If your agency supplies nothing, its lead "
            "declines.",
        )
    return _all_confirmed(agency_return, unanswered(agency_return))


def _all_confirmed(agency_return: AgencyReturn, missing: Iterable[Question]) -> Verdict:
    """What was carried over from an earlier return is no answer of today before somebody has looked."""
    if carried := [one for one in missing if one.pk in carried_over(agency_return)]:
        numbers = ", ".join(str(one.number) for one in carried)
        return no(
            "unconfirmed",
            f"Carried over and not confirmed yet: {numbers}. Look at your records, and confirm each on its page, or "
            "empty it there.",
        )
    return YES


def _is_sent_back_to(person: Person, agency_return: AgencyReturn) -> bool:
    return agency_return.stage == ReturnStage.SENT_BACK and person.speaks_for(agency_return.agency)


def may_sign_return(person: Person, agency_return: AgencyReturn, *, delegated_by: str) -> Verdict:
    """The lead of an agency signs in their own right; anybody else says who gave them the authority."""
    if not person.holds(Role.AGENCY_LEAD) and not delegated_by:
        return no("no-authority", f"Say who gave you authority to sign for {agency_return.agency}: name and post.")
    return YES


def may_send_back_questions(person: Person, agency_return: AgencyReturn) -> Verdict:
    """The business manager sends back single questions of a return that was handed in, until the panel opens."""
    if not person.holds(Role.BUSINESS_MANAGER):
        return no("not-the-manager", "Only the business manager sends questions back.")
    if agency_return.stage not in (ReturnStage.SUBMITTED, ReturnStage.PARTLY_SUPPLIED):
        return no("not-handed-in", "Questions can be sent back once the return has been handed in.")
    if not agency_return.case.audit.is_gathering:
        return no("not-gathering", "The panel has opened, so returns can no longer be changed.")
    return may_work_on_case(person, agency_return.case)


def may_decline_return(person: Person, agency_return: AgencyReturn) -> Verdict:
    """Only the agency’s lead declines a request, with a reason; an auditor asks their lead."""
    if not (verdict := may_answer_return(person, agency_return)):
        return verdict
    if not person.holds(Role.AGENCY_LEAD):
        return no("not-the-lead", f"Only the lead of {agency_return.agency} can decline. Ask your lead.")
    if agency_return.stage == ReturnStage.DECLINED:
        return no("already-declined", "Your agency has declined this request already.")
    return YES


def may_extend_return(person: Person, agency_return: AgencyReturn) -> Verdict:
    """The business manager gives an agency more time while its return is awaited."""
    if not person.holds(Role.BUSINESS_MANAGER):
        return no("not-the-manager", "Only the business manager gives more time.")
    if agency_return.is_complete or agency_return.was_handed_in:
        return no("complete", "This return is complete, so it needs no more time.")
    if not agency_return.case.audit.is_gathering:
        return no("not-gathering", "The panel has opened, so returns have closed.")
    return YES


def may_be_due_on(agency_return: AgencyReturn, day: dt.date) -> Verdict:
    """A return is due on a working day in England that is still to come, and before the panel meets."""
    return _may_be_due(agency_return.case.audit, day)


def _panel_meets(audit: Audit) -> str:
    return f"The panel meets on {audit.panel_on:%-d %B %Y}"


def _may_be_due(audit: Audit, day: dt.date) -> Verdict:
    if day <= today():
        return no("not-to-come", "Choose a day in the future")
    if not is_working_day(day):
        return no("not-a-working-day", "The new day must be a working day in England")
    if audit.panel_on and day >= audit.panel_on:
        return no("not-before-the-panel", f"{_panel_meets(audit)}, so choose a day before it")
    return YES


def may_move_due_day(agency_return: AgencyReturn, day: dt.date) -> Verdict:
    """More time means a later day than the one there is."""
    if day <= max(today(), agency_return.due_on):
        return no("not-later", f"Choose a day in the future, after {agency_return.due_on:%-d %B %Y}")
    return may_be_due_on(agency_return, day)


def may_ask_for_time(person: Person, agency_return: AgencyReturn) -> Verdict:
    """An agency asks for more time while its return is awaited, once at a time."""
    if not person.speaks_for(agency_return.agency):
        return no("not-your-agency", f"Only {agency_return.agency} asks for more time for its return.")
    if agency_return.is_complete or agency_return.was_handed_in:
        return no("complete", "This return is complete, so it needs no more time.")
    if agency_return.asks_for_time:
        return no("asked-already", "Your agency has asked for more time already. The business manager will answer.")
    return _may_write(person, agency_return)


def may_refuse_time(person: Person, agency_return: AgencyReturn) -> Verdict:
    """The business manager refuses a request for more time, with a reason; the day stays as it was."""
    if not (verdict := may_extend_return(person, agency_return)):
        return verdict
    if not agency_return.asks_for_time:
        return no("not-asked-for", f"{agency_return.agency} has not asked for more time.")
    return YES


def may_read_requests_for_time(person: Person, agency_return: AgencyReturn) -> Verdict:
    """Whoever may read the return and may work on its case reads why more time was asked for, and what was said."""
    if not (verdict := may_read_return(person, agency_return)):
        return verdict
    return may_work_on_case(person, agency_return.case)


def may_read_ladder(person: Person, agency_return: AgencyReturn) -> Verdict:
    """Those who run or scrutinise the audit read who was approached after an agency declined, and what came of it."""
    if not person.holds(*READS_EVERY_RETURN):
        return no("not-yours", "Who was approached is for the business manager, the chair and the scrutineer.")
    return may_work_on_case(person, agency_return.case)


def may_follow_up_refusals(person: Person, audit: Audit) -> Verdict:
    """The business manager and the chair follow up refusals until the briefing is published."""
    if not person.holds(Role.BUSINESS_MANAGER, Role.CHAIR):
        return no("not-yours-to-follow-up", "Only the business manager and the chair follow up a refusal.")
    if audit.stage == AuditStage.PUBLISHED:
        return no("published", "The briefing has been published, so what the refusal means for it stands as it is.")
    return YES


def may_follow_up_refusal(person: Person, agency_return: AgencyReturn) -> Verdict:
    """A refusal is followed up step by step, for as long as the agency declines."""
    if not (verdict := may_follow_up_refusals(person, agency_return.case.audit)):
        return verdict
    if agency_return.stage != ReturnStage.DECLINED:
        return no("not-declined", f"{agency_return.agency} has not declined, so there is nothing to follow up.")
    return may_work_on_case(person, agency_return.case)


def may_approach(person: Person, agency_return: AgencyReturn) -> Verdict:
    """Whoever is next on the ladder is approached, until its head is reached."""
    if not (verdict := may_follow_up_refusal(person, agency_return)):
        return verdict
    if Ladder.of(agency_return).next_rung is None:
        return no("at-the-head", "Everybody on the ladder has been approached. Say what the refusal means.")
    return YES


def may_win_over(person: Person, agency_return: AgencyReturn, due_on: dt.date | None) -> Verdict:
    """An agency that will supply after all is asked again, with a day, until the panel opens."""
    if not (verdict := may_follow_up_refusal(person, agency_return)):
        return verdict
    if not agency_return.case.audit.is_gathering:
        return no("not-gathering", "The panel has opened, so the return cannot be opened again. Say so in words.")
    if due_on is None:
        return no("no-day", "Enter the day by which the return is due now")
    return may_be_due_on(agency_return, due_on)


def may_chase_returns(person: Person, audit: Audit) -> Verdict:
    """The business manager chases the agencies that have not answered, while returns are gathered."""
    if not person.holds(Role.BUSINESS_MANAGER):
        return no("not-the-manager", "Only the business manager chases returns.")
    if not audit.is_gathering:
        return no("not-gathering", "The panel has opened, so returns have closed.")
    return YES


def may_chase_return(person: Person, agency_return: AgencyReturn) -> Verdict:
    """An agency is chased once a day at most, and never when it has answered."""
    if not (verdict := may_chase_returns(person, agency_return.case.audit)):
        return verdict
    if agency_return.is_complete:
        return no("complete", f"{agency_return.agency} has answered, so there is nothing to chase.")
    if agency_return.reminders.filter(step=ReminderStep.CHASED, day=today()).exists():
        return no("chased-today", f"{agency_return.agency} has been chased about this case today. Try again tomorrow.")
    return YES


def may_issue_report(person: Person, case: Case) -> Verdict:
    """The business manager and the chair introduce the report of a case and issue it, until the panel closes."""
    if not (verdict := may_read_summative_report(person, case)):
        return verdict
    if not person.holds(Role.BUSINESS_MANAGER, Role.CHAIR):
        return no("not-yours-to-issue", "Only the business manager and the chair introduce and issue the report.")
    if case.audit.stage == AuditStage.PLANNED:
        return no("not-circulated", "The case has not been circulated yet, so there is no report to issue.")
    if case.audit.stage not in (AuditStage.CIRCULATED, AuditStage.PANEL_OPENED):
        return no("panel-closed", "The panel has closed. The report stands as it was issued.")
    return YES


def may_read_report_version(person: Person, issued: ReportVersion) -> Verdict:
    """Whoever may read the report reads each version of it."""
    return may_read_summative_report(person, issued.case)


def may_read_summative_report(person: Person, case: Case) -> Verdict:
    """Those who run or scrutinise the audit read the report at any time; the panel of the case from panel day on.

    The panel of a case are the sub-group, whoever introduces it, and the agencies that gave or still owe an
    account of it. For the agencies and the presenter it closes when the briefing is published.
    """
    if case.nomination_id is None:
        return no("recorded", "This audit was recorded from its briefing. No returns are on record.")
    if not (verdict := may_work_on_case(person, case)):
        return verdict
    if person.holds(*READS_EVERY_RETURN):
        return YES
    if not case.audit.panel_has_begun:
        return no(
            "before-the-panel",
            "Until the panel opens, agencies answer independently. The report opens to the panel that day.",
        )
    if person.holds(Role.SUB_GROUP_MEMBER):
        return YES
    if case.audit.stage == AuditStage.PUBLISHED:
        return no(
            "published",
            "The briefing has been published, so the panel’s papers are closed. Your own return stays open to you.",
        )
    part = part_in(case, person)
    if part.introduces or part.is_seated:
        return YES
    if not case.returns.filter(agency=person.agency_id).exclude(stage__in=TOOK_NO_PART).exists():
        return no("took-no-part", "Your agency gave no account of this case, so it is not on its panel.")
    return YES
