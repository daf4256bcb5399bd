from maca.audits.models import Audit
from maca.audits.stages import AuditStage
from maca.cases.models import Case
from maca.cases.queries import part_in
from maca.cases.rules import may_work_on_case
from maca.cases.stages import NominationStage
from maca.kernel.clock import today
from maca.kernel.verdict import YES, Verdict, no
from maca.partnership.models import Person, Role
from maca.returns.models import READS_EVERY_RETURN, AgencyReturn, Evidence
from maca.returns.queries import Asking, unanswered
from maca.returns.stages import TOOK_NO_PART, ReturnStage


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


def may_read_board(person: Person, audit: Audit) -> Verdict:
    """The business manager, the chair and the scrutineer see who has returned what."""
    if not person.holds(*READS_EVERY_RETURN):
        return no(
            "not-yours", "The board is for the business manager, the chair and the scrutineer. Your own returns "
            "are on your work list.",
        )  # fmt: skip
    return YES


def may_read_return(person: Person, agency_return: AgencyReturn) -> Verdict:
    """An agency reads its own return at any time; those who run or scrutinise the audit read every one."""
    if person.speaks_for(agency_return.agency) or person.holds(*READS_EVERY_RETURN):
        return YES
    return no("not-your-agency", f"Only {agency_return.agency} can read this return before the panel.")


def may_read_answers(person: Person, agency_return: AgencyReturn) -> Verdict:
    """Until a return is handed in, what stands in it is the agency’s own draft; nobody else reads it."""
    if person.speaks_for(agency_return.agency) or agency_return.is_complete:
        if not (verdict := may_read_return(person, agency_return)):
            return verdict
        return may_work_on_case(person, agency_return.case)
    return no("a-draft", f"{agency_return.agency} has not handed this in, so its answers are its own draft.")


def may_answer_return(person: Person, agency_return: AgencyReturn) -> Verdict:
    """The auditor or the lead of the agency that was asked answers, until it is submitted or the panel opens."""
    if not person.speaks_for(agency_return.agency):
        return no("not-your-agency", f"Only {agency_return.agency} can answer this return.")
    if agency_return.stage == ReturnStage.SUBMITTED:
        return no(
            "already-submitted",
            "This return has been submitted, so it can no longer be changed.",
        )
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
    if agency_return.stage == ReturnStage.SUBMITTED:
        return no("already-submitted", "This return has been submitted, so it can no longer be changed.")
    if agency_return.stage == ReturnStage.DECLINED:
        return no("declined", f"{agency_return.agency} has declined this request. Only it can take that back.")
    if not agency_return.case.audit.is_gathering:
        return no("not-gathering", "The panel has opened, so returns can no longer be changed.")
    return may_work_on_case(person, agency_return.case)


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
    """The agency that was asked answers each of its questions while the return is its draft."""
    return may_answer_questions(person, asking.agency_return)


def may_remove_evidence(person: Person, evidence: Evidence) -> Verdict:
    """The agency takes back a reference while the return is its draft."""
    return may_answer_questions(person, evidence.agency_return)


def may_submit_return(person: Person, agency_return: AgencyReturn) -> Verdict:
    """An agency hands in its own return, once every question has an answer."""
    if not (verdict := may_answer_questions(person, agency_return)):
        return verdict
    if not (agency_return.engagement_before and agency_return.engagement_now):
        return no(
            "no-engagement",
            "Describe your engagement with the family, historic and current, before you submit.",
        )
    if missing := unanswered(agency_return):
        numbers = ", ".join(str(question.number) for question in missing)
        return no(
            "unanswered",
            f"Question {numbers} still needs an answer."
            if len(missing) == 1
            else f"{len(missing)} questions still need an answer: {numbers}.",
        )
    return YES


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
    if agency_return.is_complete:
        return no("complete", "This return is complete, so it needs no more time.")
    if not agency_return.case.audit.is_gathering:
        return no("not-gathering", "The panel has opened, so returns have closed.")
    return YES


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
