from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from maca.audits.models import Audit
from maca.audits.queries import find_audit
from maca.audits.stages import AuditStage
from maca.cases.models import CONFLICTS, INTRODUCES_CASES, Case, Declaration
from maca.cases.queries import find_case
from maca.feedback.models import Dispute, FactCheck, FeedbackNote, NoteReply
from maca.panel.models import Finding
from maca.panel.queries import CASE_HEADINGS, Resting
from maca.partnership.models import FOR_AN_AGENCY, Agency, AgencyKind, Person, PersonQuerySet, Role
from maca.returns.models import AgencyReturn
from maca.returns.stages import HANDED_IN, TOOK_NO_PART


def find_fact_check(person: Person, audit: str, agency: str) -> FactCheck:
    """The check of an agency at this address, if this person may see it."""
    found = FactCheck.objects.visible_to(person).select_related("agency", "saved_by")
    one = found.get(audit__slug=audit, agency__slug=agency)
    one.audit = find_audit(person, audit)
    return one


def find_dispute(person: Person, audit: str, dispute: str) -> Dispute:
    found = Dispute.objects.visible_to(person).select_related("fact_check__agency", "finding__case__nomination")
    one = found.get(fact_check__audit__slug=audit, public_id=dispute)
    one.fact_check.audit = find_audit(person, audit)
    _with_their_cases([one.finding], one.fact_check.audit)
    return one


def find_note(person: Person, audit: str, case: int, agency: str) -> FeedbackNote:
    """The feedback note at this address, if this person may see it. Its case is seen by whoever the note is for."""
    found = FeedbackNote.objects.visible_to(person).select_related("agency_return__agency")
    one = found.get(
        agency_return__case__audit__slug=audit, agency_return__case__number=case, agency_return__agency__slug=agency
    )
    one.agency_return.case = find_case(person, audit, case)
    return one


# ---- whom a check concerns, and what it is about


def _concerns(agency: Any) -> Q:
    """Findings about an agency, and those that name none in a case that it gave an account of, or still owes one.

    `agency` is one, its key, or a reference to that of an outer query.
    """
    its_own = OuterRef(agency) if isinstance(agency, OuterRef) else agency
    took_part = AgencyReturn.objects.filter(agency=its_own).exclude(stage__in=TOOK_NO_PART)
    return Q(agencies=agency) | Q(agencies=None, case__in=took_part.values("case"))


def findings_for(agency: Agency, audit: Audit) -> list[Finding]:
    """The standing findings of an audit that concern an agency, case by case, each once; those of the whole audit come
    last."""
    found = audit.findings.counted().filter(_concerns(agency)).select_related("case__nomination")
    findings = sorted(found.prefetch_related("earlier_wordings"), key=_by_case)
    _with_their_cases(findings, audit)
    return findings


def past_of(check: FactCheck) -> list[Finding]:
    """The findings that an agency is asked about no longer, case by case: those that concerned it and were withdrawn
    after the panel, and those that it disputed and that have been put right to be about others."""
    agency, audit = check.agency, check.audit
    struck = audit.findings.struck().filter(_concerns(agency))
    mine = audit.findings.filter(disputes__in=check.disputes.standing())
    its_own = audit.findings.standing().filter(_concerns(agency))
    found = audit.findings.filter(Q(pk__in=struck.values("pk")) | Q(pk__in=mine.values("pk")))
    found = found.exclude(pk__in=its_own.values("pk")).select_related("case__nomination")
    findings = sorted(found.prefetch_related("earlier_wordings"), key=_by_case)
    _with_their_cases(findings, audit)
    return findings


def _with_their_cases(findings: Iterable[Finding], audit: Audit) -> None:
    """Each case stands there once, so that what is kept with it is found again, and the audit is not read anew."""
    cases: dict[int, Case] = {}
    for one in findings:
        one.audit = audit
        if one.case:
            one.case = cases.setdefault(one.case.pk, one.case)
            one.case.audit = audit


def _by_case(finding: Finding) -> tuple[int, int, int]:
    headings = [str(one) for one in CASE_HEADINGS]
    heading = headings.index(finding.heading) if finding.heading in headings else len(headings)
    return finding.case.number if finding.case else 10_000, heading, finding.position


def agencies_to_ask(audit: Audit) -> list[Agency]:
    """The agencies that were asked about a case of the audit, and that a finding concerns, by name.

    Of those that declined or do not know the family, only whom a finding is about.
    """
    asked = AgencyReturn.objects.of(audit).values_list("agency", "case", "stage")
    about: set[int] = set()
    names_none: set[int] = set()
    for finding in audit.findings.standing().prefetch_related("agencies"):
        those = {one.pk for one in finding.agencies.all()}
        about |= those
        if not those and finding.case_id:
            names_none.add(finding.case_id)
    wanted = {
        agency for agency, case, stage in asked if agency in about or (stage not in TOOK_NO_PART and case in names_none)
    }
    return list(Agency.objects.filter(pk__in=wanted).order_by("name"))


def was_asked_for(audit: Audit) -> bool:
    return FactCheck.objects.filter(audit=audit).exists()


def checks_of(audit: Audit) -> list[FactCheck]:
    reworded = Finding.objects.standing().filter(
        _concerns(OuterRef("agency")), audit=audit, earlier_wordings__replaced_at__gt=OuterRef("saved_at")
    )
    found = FactCheck.objects.filter(audit=audit).annotate(reworded_after=Exists(reworded))
    checks: list[FactCheck] = list(found.select_related("agency", "saved_by"))
    for one in checks:
        one.audit = audit
    return checks


def agencies_concerned(finding: Finding) -> set[Agency]:
    """The agencies that were asked about a case of the audit, and that a finding concerns."""
    its_own = Finding.objects.standing().filter(_concerns(OuterRef("pk")), pk=finding.pk)
    asked = AgencyReturn.objects.of(finding.audit).values("agency")
    return set(Agency.objects.filter(Exists(its_own), pk__in=asked))


def resting_on(finding: Finding, person: Person) -> list[Resting]:
    """For `what_rests_on`: the feedback notes that show a finding."""
    notes = FeedbackNote.objects.visible_to(person).filter(agency_return__case=finding.case_id)
    about = finding.agencies.all()
    shown = notes.filter(agency_return__agency__in=about) if about.exists() else notes
    return [
        Resting(f"The feedback note to {one.agency_return.agency} shows it, and will show it struck.")
        for one in shown.select_related("agency_return__agency").order_by("agency_return__agency__name")
    ]


def whose_facts_it_concerns(finding: Finding) -> list[Agency]:
    """The agencies that were asked about a finding, and have answered."""
    its_own = Finding.objects.filter(_concerns(OuterRef("agency")), pk=finding.pk)
    checks = FactCheck.objects.filter(Exists(its_own), audit=finding.audit_id).exclude(answer="")
    return [one.agency for one in checks.select_related("agency")]


def who_disputes(finding: Finding) -> list[Agency]:
    """The agencies with an open dispute of a finding, by name."""
    checks = FactCheck.objects.filter(disputes__in=finding.disputes.undecided()).select_related("agency")
    return [one.agency for one in checks.order_by("agency__name")]


def disputes_of(audit: Audit) -> list[Dispute]:
    """What stands disputed, by the cases, the oldest answer first."""
    found = list(
        Dispute.objects.standing()
        .filter(fact_check__audit=audit)
        .select_related("fact_check__agency", "finding__case__nomination")
        .prefetch_related("finding__earlier_wordings")
    )
    for one in found:
        one.fact_check.audit = audit
    _with_their_cases([one.finding for one in found], audit)
    return sorted(found, key=lambda one: (_by_case(one.finding), one.raised_at))


def what_the_check_lacks(audit: Audit) -> str:
    """A sentence on answers that are out and disputes that are open; empty when none are. Of an agency that no standing
    finding concerns any more no answer is out."""
    concerning = Finding.objects.standing().filter(_concerns(OuterRef("agency")), audit=audit)
    is_out = Q(Exists(concerning), answer="")
    counted = FactCheck.objects.filter(audit=audit).aggregate(asked=Count("pk"), out=Count("pk", filter=is_out))
    if not counted["asked"]:
        return "The agencies have not been asked to check the facts."
    said = []
    if out := counted["out"]:
        said.append(f"{out} {'agency has' if out == 1 else 'agencies have'} not answered the factual accuracy check.")
    if undecided := Dispute.objects.undecided().filter(fact_check__audit=audit).count():
        said.append(f"{undecided} {'dispute waits' if undecided == 1 else 'disputes wait'} for the chair.")
    return " ".join(said)


# ---- feedback notes


def returns_for_feedback(audit: Audit) -> list[AgencyReturn]:
    """The returns whose teams are sent a note, each with it where it was, how many read it, and how many answered."""
    found = (
        AgencyReturn.objects.of(audit)
        .filter(stage__in=HANDED_IN)
        .select_related("agency", "case__nomination", "feedback_note")
        .annotate(
            read_by=Count("feedback_note__readers", distinct=True),
            replies=Count("feedback_note__replies", distinct=True),
        )
        .order_by("case__number", "agency__name")
    )
    return list(found)


def findings_of_note(agency_return: AgencyReturn) -> list[tuple[str, list[Finding]]]:
    """The standing findings of a case about an agency, and those that name none: what went well first."""
    case = agency_return.case
    about = case.findings.standing().filter(Q(agencies=agency_return.agency_id) | Q(agencies=None))
    findings = list(about.prefetch_related("earlier_wordings"))
    columns = [(str(one.label), [it for it in findings if it.heading == one]) for one in CASE_HEADINGS]
    return [(label, those) for label, those in columns if those]


def struck_from_note(note: FeedbackNote) -> list[Finding]:
    """The findings about a team that were withdrawn after it had been sent its note."""
    agency_return = note.agency_return
    about = Q(agencies=agency_return.agency_id) | Q(agencies=None)
    return list(agency_return.case.findings.struck().filter(about, withdrawn_at__gt=note.sent_at))


def is_of_team(person: Person, agency_return: AgencyReturn) -> bool:
    """Whether this person is of the team that a note on this return is for."""
    return FeedbackNote.objects.for_the_team_of(person).filter(agency_return=agency_return).exists()


# ---- what waits


def _closed_to(person: Person) -> QuerySet[Declaration]:
    """The conflicts of interest that this person has declared: nothing of those cases is asked of them. Whoever
    introduces a case held it, and is there because of that."""
    declared = Declaration.objects.standing().filter(person=person.pk, interest__in=CONFLICTS)
    return declared.exclude(case__presenters__person=person.pk)


def facts_waiting_for(person: Person) -> list[FactCheck]:
    """The checks that this lead has not answered, but for a case in which they have a conflict of interest."""
    if not (person.agency_id and person.holds(Role.AGENCY_LEAD)):
        return []
    concerning = Finding.objects.standing().filter(_concerns(person.agency_id), audit=OuterRef("audit"))
    closed = concerning.filter(case__in=_cases(_closed_to(person)))
    found = FactCheck.objects.filter(agency=person.agency_id, answer="", audit__stage=AuditStage.PANEL_CLOSED)
    return list(
        found.filter(Exists(concerning))
        .exclude(Exists(closed))
        .select_related("agency", "audit")
        .order_by("due_on", "pk")
    )


def _cases(declared: QuerySet[Declaration]) -> QuerySet[Declaration, int | None]:
    return declared.filter(case__isnull=False).values_list("case", flat=True)


def disputes_waiting_for(person: Person) -> list[Dispute]:
    """What this chair has to decide."""
    if not person.holds(Role.CHAIR):
        return []
    found = Dispute.objects.visible_to(person).undecided().filter(fact_check__audit__stage=AuditStage.PANEL_CLOSED)
    # A dispute on the whole audit has no case, and is not to be lost with those of a case that is closed.
    closed = Q(finding__case__isnull=False, finding__case__in=_cases(_closed_to(person)))
    return list(found.exclude(closed).select_related("fact_check__audit").order_by("pk"))


def to_begin_after_the_panel(person: Person) -> list[tuple[Audit, bool, int]]:
    """For whoever runs the audits, of each whose panel has closed: whether the agencies are still to be asked, and how
    many teams still wait for their note."""
    if not person.holds(Role.CHAIR, Role.BUSINESS_MANAGER):
        return []
    names_none = Finding.objects.standing().filter(agencies=None, case=OuterRef("case"))
    to_ask = AgencyReturn.objects.filter(case__audit=OuterRef("pk")).filter(
        Q(agency__findings__audit=OuterRef("pk"), agency__findings__withdrawn_at=None)
        | Q(~Q(stage__in=TOOK_NO_PART), Exists(names_none))
    )
    open_cases = Q(cases__destroyed_at=None, cases__returns__stage__in=HANDED_IN)
    audits = Audit.objects.filter(partnership=person.partnership_id, stage=AuditStage.PANEL_CLOSED).annotate(
        is_to_ask=Q(~Exists(FactCheck.objects.filter(audit=OuterRef("pk"))), Exists(to_ask)),
        waiting=Count("cases__returns", filter=open_cases & Q(cases__returns__feedback_note=None), distinct=True),
    )
    return [(one, one.is_to_ask, one.waiting) for one in audits.order_by("pk") if one.is_to_ask or one.waiting]


def notes_waiting_for(person: Person) -> list[FeedbackNote]:
    """The notes for this person's team that they have not read."""
    found = FeedbackNote.objects.for_the_team_of(person).exclude(readers__person=person.pk)
    return _about_open_cases(found, person)


def replies_waiting_for(person: Person) -> list[FeedbackNote]:
    """The notes with an answer that neither the chair nor the business manager has read."""
    if not person.holds(Role.CHAIR, Role.BUSINESS_MANAGER):
        return []
    unread = NoteReply.objects.filter(note=OuterRef("pk"), read_at=None)
    return _about_open_cases(FeedbackNote.objects.visible_to(person).filter(Exists(unread)), person)


def _about_open_cases(notes: QuerySet[FeedbackNote], person: Person) -> list[FeedbackNote]:
    """Of the audits that are under way, which are few: of the rest a note stands on the page of its case."""
    audits = Audit.objects.filter(partnership=person.partnership_id, stage=AuditStage.PANEL_CLOSED)
    # Their keys, and no query within the query: for that each database looks at every return of the agency first.
    if not (under_way := list(audits.values_list("pk", flat=True))):
        return []
    found = notes.filter(agency_return__case__audit__in=under_way, agency_return__case__destroyed_at=None).exclude(
        agency_return__case__in=_cases(_closed_to(person))
    )
    return list(found.select_related("agency_return__agency", "agency_return__case__audit").order_by("pk"))


def notes_on(case: Case, person: Person) -> list[FeedbackNote]:
    """The notes on a case that this person may read, by the agencies."""
    found = FeedbackNote.objects.visible_to(person).filter(agency_return__case=case)
    return list(found.select_related("agency_return__agency").order_by("agency_return__agency__name"))


# ---- who is written to


def leads_of(*agencies: Agency) -> list[Person]:
    return _with_account(Person.objects.filter(agency__in=agencies).holding(Role.AGENCY_LEAD))


def without_a_lead(agencies: Iterable[Agency]) -> list[Agency]:
    """Those of these agencies that nobody can answer for."""
    answered_for = {one.agency_id for one in leads_of(*agencies)}
    return [one for one in agencies if one.pk not in answered_for]


def those_who_run(audit: Audit, case: Case | None, *roles: Role) -> list[Person]:
    """Those in these roles, but for whoever has declared a conflict of interest in this case."""
    found = Person.objects.filter(partnership=audit.partnership_id).holding(*roles)
    if case:
        declared = Declaration.objects.standing().filter(case=case, interest__in=CONFLICTS)
        found = found.exclude(pk__in=declared.values("person"))
    return _with_account(found)


def team_of(agency_return: AgencyReturn) -> list[Person]:
    """Those of the team who may open its note: whoever answers for the agency and has declared no conflict of interest
    in the case, and whoever introduced it for the agency."""
    agency, case = agency_return.agency, agency_return.case
    declared = Declaration.objects.standing().filter(case=case, interest__in=CONFLICTS)
    answering = Person.objects.filter(agency=agency).holding(*FOR_AN_AGENCY).exclude(pk__in=declared.values("person"))
    introduced = Person.objects.filter(pk__in=case.presenters.values("person")).holding(*INTRODUCES_CASES)
    of_none = Q(agency=None) if agency.kind == AgencyKind.CHILDREN_SOCIAL_CARE else Q(pk__in=[])
    introducing = introduced.filter(Q(agency=agency) | of_none)
    either = Q(pk__in=answering.values("pk")) | Q(pk__in=introducing.values("pk"))
    return _with_account(Person.objects.filter(either, partnership=agency.partnership_id))


def _with_account(people: PersonQuerySet) -> list[Person]:
    """Those who can sign in, in an order of their own."""
    return list(people.attested().filter(ended_at=None).select_related("partnership").order_by("pk"))
