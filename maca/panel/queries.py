import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import F, Prefetch, Q, QuerySet, prefetch_related_objects
from django.utils.module_loading import import_string

from maca.audits.models import AskedOf, Audit, Heading, Question, QuestionKind
from maca.audits.queries import find_agency_question, find_audit
from maca.cases.models import CONFLICTS, Case, Declaration, Presenter
from maca.cases.queries import find_case, part_in
from maca.chronology.models import ChronologyEntry, Decided
from maca.chronology.queries import standing_decisions
from maca.panel.codebook import CodeBook, ThemeOf, codebook_with
from maca.panel.models import (
    Agenda,
    Cause,
    Dissent,
    Finding,
    FindingAnswer,
    FindingEvidence,
    Hearing,
    NamedTheme,
    PanelGrade,
    PanelLine,
    RestrictedNote,
    ThemeTag,
)
from maca.panel.stages import HearingStage
from maca.partnership.models import Agency, Person, Role
from maca.returns.models import AgencyReturn, Evidence, Upload
from maca.returns.queries import EvidenceGiven, evidence_given
from maca.returns.stages import HANDED_IN

CASE_HEADINGS = (Heading.WENT_WELL, Heading.CAN_BE_IMPROVED, Heading.CHALLENGE_OR_THEME)


def find_hearing(person: Person, audit: str, case: int) -> Hearing:
    """The hearing of a case this person may see, once the panel has opened."""
    found = find_case(person, audit, case)
    hearing = Hearing.objects.select_related("introduced_by").get(case=found)
    hearing.case = found
    return hearing


def asked_about(case: Case) -> list[Agency]:
    """The agencies that were asked about a case, by name."""
    return list(Agency.objects.filter(returns__case=case).order_by("name"))


def expected_at(case: Case) -> list[Agency]:
    """The agencies that were asked about a case, and those that have to be there for each, by name."""
    needed = Q(pk__in=Agenda.objects.filter(audit=case.audit_id).values("needed"))
    return list(Agency.objects.filter(Q(returns__case=case) | needed).order_by("name").distinct())


def empty_headings(case: Case) -> list[Heading]:
    """The headings of a case under which no finding stands."""
    filled = set(case.findings.standing().values_list("heading", flat=True))
    return [heading for heading in CASE_HEADINGS if heading not in filled]


def find_line(person: Person, audit: str, case: int, line: str) -> PanelLine:
    hearing = find_hearing(person, audit, case)
    rows = PanelLine.objects.select_related("agency", "saved_by", "typed_by", "finding", "question")
    found = rows.get(hearing=hearing, public_id=line)
    found.hearing = hearing
    return found


def lines_of(hearing: Hearing, since: int = 0) -> QuerySet[PanelLine]:
    """The lines of a hearing that have changed since, in the order of their last change."""
    found = PanelLine.objects.filter(hearing=hearing, changed__gt=since)
    return found.select_related("agency", "typed_by", "saved_by", "finding").order_by("changed")


def offered_question(case: Case, number: str, agency: Agency | None) -> Question | None:
    """The question of the returns that a point which they offer is from; none where this agency has not answered it,
    and for what somebody says of themselves."""
    if not (number.isascii() and number.isdigit() and len(number) < 5):
        return None
    asked = Question.objects.filter(audit=case.audit, asked_of=AskedOf.AGENCY, number=int(number))
    answered = asked.filter(answers__agency_return__case=case)
    return (answered.filter(answers__agency_return__agency=agency) if agency else answered).first()


def asked_mark(case: Case, mark: str) -> str:
    """The mark of a question that the chronology of a case asks and that was taken to its panel; else blank."""
    decision = standing_decisions([case]).get(mark) if mark else None
    return decision.mark if decision and decision.decided == Decided.TAKEN else ""


@dataclass(frozen=True)
class Column:
    """Where a finding is recorded: a heading of a case, or good practice of the whole audit."""

    audit: Audit
    case: Case | None
    heading: Heading


def find_column(person: Person, audit: str, heading: str, case: int | None = None) -> Column:
    """Raises `ObjectDoesNotExist` for a heading that does not stand there."""
    if case is None:
        if heading != Heading.GOOD_PRACTICE:
            raise Case.DoesNotExist
        return Column(find_audit(person, audit), None, Heading.GOOD_PRACTICE)
    if heading not in CASE_HEADINGS:
        raise Case.DoesNotExist
    found = find_case(person, audit, case)
    return Column(found.audit, found, Heading(heading))


def find_finding(person: Person, audit: str, finding: str) -> Finding:
    return (
        Finding.objects.select_related("audit", "case", "saved_by")
        .prefetch_related("agencies")
        .get(audit=find_audit(person, audit), public_id=finding)
    )


def under_other_headings(finding: Finding) -> QuerySet[Finding]:
    """A finding on a case may stand under two headings, as one: where else it does."""
    counted = finding.same_as_id or finding.pk
    those = Finding.objects.standing().filter(Q(pk=counted) | Q(same_as=counted)).exclude(pk=finding.pk)
    return those.select_related("case__audit").order_by("pk")


# ---- what agencies do not agree with


def find_finding_of_case(person: Person, audit: str, case: int, finding: str) -> Finding:
    """A finding on a case that this person may see, once the panel has opened."""
    hearing = find_hearing(person, audit, case)
    found = Finding.objects.select_related("audit", "saved_by").get(case=hearing.case, public_id=finding)
    found.case = hearing.case
    return found


def find_dissent(person: Person, audit: str, case: int, finding: str, dissent: str) -> Dissent:
    its_finding = find_finding_of_case(person, audit, case, finding)
    found = Dissent.objects.select_related("agency").get(finding=its_finding, public_id=dissent)
    found.finding = its_finding
    return found


def dissents_from(case: Case) -> list[Dissent]:
    """What was recorded of the standing findings of a case, withdrawn or not, by the names of the agencies."""
    found = Dissent.objects.filter(finding__case=case, finding__withdrawn_at=None)
    return list(found.select_related("finding", "agency", "recorded_by", "saved_by").order_by("agency__name"))


def not_agreed(audit: Audit) -> list[tuple[Finding, list[str]]]:
    """The findings of an audit with which an agency does not agree, and the names of those agencies: no words."""
    found: dict[int, tuple[Finding, list[str]]] = {}
    rows = Dissent.objects.standing().filter(finding__audit=audit).defer("words")
    rows = rows.select_related("finding__case", "agency")
    for one in rows.order_by("finding__case__number", "finding__position", "agency__name"):
        found.setdefault(one.finding_id, (one.finding, []))[1].append(one.agency.name)
    return list(found.values())


# ---- notes for one agency's lead


def find_restricted_note(person: Person, audit: str, case: int, note: str) -> RestrictedNote:
    found = find_case(person, audit, case)
    rows = RestrictedNote.objects.known_to(person).select_related("hearing", "agency", "sent_by", "dealt_with_by")
    one = rows.get(hearing__case=found, public_id=note)
    one.hearing.case = found
    return one


def notes_sent(hearing: Hearing) -> list[RestrictedNote]:
    """That notes were sent from a hearing, in their order: to whom, by whom and when, without what is sealed."""
    rows = RestrictedNote.objects.filter(hearing=hearing).defer("words", "outcome")
    return list(rows.select_related("agency", "sent_by"))


def notes_for(person: Person, case: Case) -> list[RestrictedNote]:
    """The notes on a case that somebody may read as the lead of their agency. No query for anybody else."""
    if not person.holds(Role.AGENCY_LEAD):
        return []
    part = part_in(case, person)
    if part.introduces or part.interest in CONFLICTS:
        return []
    return list(RestrictedNote.objects.for_lead(person).filter(hearing__case=case).defer("words", "outcome"))


def notes_to_deal_with(person: Person) -> list[RestrictedNote]:
    """The notes that no lead of this person's agency has dealt with, but on cases that are closed to this person."""
    if not person.holds(Role.AGENCY_LEAD):
        return []
    conflicts = Declaration.objects.standing().filter(person=person.pk, interest__in=CONFLICTS, case__isnull=False)
    waiting = RestrictedNote.objects.for_lead(person).filter(dealt_with_at=None, hearing__case__destroyed_at=None)
    introduced = Presenter.objects.filter(person=person.pk).values("case")
    rows = waiting.exclude(hearing__case__in=conflicts.values("case")).exclude(hearing__case__in=introduced)
    rows = rows.defer("words", "outcome")
    return list(rows.select_related("hearing__case__audit"))


def readers_of_notes(case: Case) -> dict[Agency, list[Person]]:
    """For each agency that was asked about a case, those of its leads who would read a note: they can sign in, and
    neither introduce the case nor have declared a conflict of interest in it."""
    asked = asked_about(case)
    leads = Person.objects.holding(Role.AGENCY_LEAD).attested().filter(agency__in=asked, ended_at=None)
    declared = Declaration.objects.standing().filter(case=case, person__agency__in=asked).order_by("pk")
    interests = dict(declared.values_list("person", "interest"))
    leads = leads.exclude(pk__in=Presenter.objects.filter(case=case).values("person"))
    readers: dict[Agency, list[Person]] = {agency: [] for agency in asked}
    for one in leads.select_related("agency", "partnership"):
        if one.agency and interests.get(one.pk) not in CONFLICTS:
            readers[one.agency].append(one)
    return readers


BEFORE = ("earlier_wordings", "earlier_tags__agencies")
RESTS_ON = Prefetch("answers", FindingAnswer.objects.select_related("question", "agency"))


def findings_of(case: Case) -> dict[Heading, list[Finding]]:
    """The standing findings of a case under the three headings, in the order they were recorded."""
    cited = Prefetch("entries", ChronologyEntry.objects.only("date", "time"))
    findings = list(case.findings.standing().prefetch_related("agencies", *BEFORE, cited, RESTS_ON))
    return {heading: [one for one in findings if one.heading == heading] for heading in CASE_HEADINGS}


def evidence_cited(case: Case) -> dict[int, list[EvidenceGiven]]:
    """What the findings of a case rest on of the evidence that the agencies gave, by the keys of the findings."""
    cited = FindingEvidence.objects.filter(finding__case=case)
    if not (rows := list(cited.values_list("finding", "reference", "upload"))):
        return {}
    given = {(type(one.row), one.row.pk): one for one in evidence_given(case)}
    found: dict[int, list[EvidenceGiven]] = {}
    for finding, reference, upload in rows:
        one = given[(Evidence, reference) if reference else (Upload, upload)]
        found.setdefault(finding, []).append(one)
    return found


def destroyed_with(findings: Iterable[Finding]) -> dict[int, str]:
    """Of those whose case has been destroyed, by the key of each, what it rested on in words: that is kept."""
    gone = [one for one in findings if one.case and one.case.destroyed_at]
    prefetch_related_objects(gone, Prefetch("entries", ChronologyEntry.objects.only("pk")), RESTS_ON, "evidence")
    return {one.pk: said for one in gone if (said := _in_words(one))}


def _in_words(finding: Finding) -> str:
    entries, answers, evidence = (len(those.all()) for those in (finding.entries, finding.answers, finding.evidence))
    said = []
    if entries:
        said.append(f"{entries} {'entry' if entries == 1 else 'entries'} of the chronology")
    if answers:
        numbers = ", ".join(str(one.question.number) for one in finding.answers.all())
        said.append(f"the answers to question{'' if answers == 1 else 's'} {numbers}")
    if evidence:
        said.append(f"{evidence} {'piece' if evidence == 1 else 'pieces'} of evidence")
    if finding.passages:
        said.append("words that stood in both of two assessments")
    return "; ".join(said)


def good_practice_of(audit: Audit) -> list[Finding]:
    found = audit.findings.standing().filter(heading=Heading.GOOD_PRACTICE)
    return list(found.prefetch_related("agencies", *BEFORE, RESTS_ON))


def withdrawn_from(audit: Audit, case: Case | None) -> list[Finding]:
    return list(audit.findings.exclude(withdrawn_at=None).filter(case=case))


def struck_from(audit: Audit, case: Case | None) -> list[Finding]:
    """The findings that were withdrawn after the panel had closed, since an agency disputed their facts."""
    if audit.panel_closed_at is None:
        return []
    return list(audit.findings.struck().filter(case=case).select_related("saved_by"))


@dataclass(frozen=True)
class Resting:
    """One thing that rests on a finding, as a sentence, and where it stands."""

    text: str
    href: str = ""


def what_rests_on(finding: Finding, person: Person) -> list[Resting]:
    """What would change if a finding were withdrawn: in this room, and in those that name it in the settings."""
    found = []
    too = list(under_other_headings(finding))
    others = finding.audit.findings.standing().exclude(pk__in=[finding.pk, *(one.pk for one in too)])
    alike = others.filter(case=finding.case_id, heading=finding.heading)
    if not alike.exists():
        where = finding.case.label if finding.case else "the whole audit"
        found.append(Resting(f"It is the only finding under “{finding.get_heading_display()}” of {where}."))
    found += [
        Resting(f"It stands under “{one.get_heading_display()}” too, and is withdrawn there with it.") for one in too
    ]
    book = codebook_of(finding.audit.partnership_id)
    elsewhere = {code for codes in others.values_list("themes", flat=True) for code in codes}
    found += [
        Resting(f"No other finding of the audit is about “{book.called(code)}”, so that is no theme of it any more.")
        for code in finding.themes
        if code not in elsewhere
    ]
    for function in settings.MACA_RESTS_ON_FINDING:
        for one in (finding, *too):
            found += import_string(function)(one, person)
    return found


def hearings_of(audit: Audit) -> list[Hearing]:
    """In the order of the agenda, where one has been set; otherwise in that of the numbers of the cases."""
    return list(
        Hearing.objects.filter(case__audit=audit)
        .select_related("case", "introduced_by")
        .order_by(F("case__slot__place").asc(nulls_last=True), "case__number")
    )


def unheard(audit: Audit) -> int:
    return Hearing.objects.filter(case__audit=audit).exclude(stage=HearingStage.HEARD).count()


def returns_outstanding(audit: Audit) -> int:
    """How many returns are neither in, declined nor "not known to us"."""
    return AgencyReturn.objects.of(audit).outstanding().count()


def agencies_around(audit: Audit) -> list[Agency]:
    """The agencies a finding of this audit may be about: every one of the partnership, by name."""
    return list(Agency.objects.filter(partnership=audit.partnership_id))


def days_of(case: Case | None) -> set[dt.date] | None:
    """The days of which the chronology of a case has entries. Of the whole audit there is no chronology: None."""
    return set(ChronologyEntry.objects.filter(case=case).values_list("date", flat=True)) if case else None


def codebook_of(partnership: int) -> CodeBook:
    """The code-book of a partnership, by its primary key."""
    return codebook_with(
        ThemeOf(one.code, one.called, tuple(one.words), one.used)
        for one in ThemeTag.objects.filter(partnership=partnership)
    )


def find_theme_tag(person: Person, code: str) -> ThemeTag:
    """A theme of the code-book of this person's partnership, as it would be saved."""
    known = codebook_of(person.partnership_id).themes.get(code)
    if known is None:
        raise ThemeTag.DoesNotExist
    found = ThemeTag.objects.select_related("saved_by").filter(partnership=person.partnership_id, code=code).first()
    return found or ThemeTag(partnership=person.partnership, code=code, called=known.called)


def find_named_theme(person: Person, audit: str, named: str) -> NamedTheme:
    its_audit = find_audit(person, audit)
    found = NamedTheme.objects.select_related("saved_by").get(audit=its_audit, public_id=named)
    found.audit = its_audit
    return found


@dataclass(frozen=True)
class ThemeAcross:
    """One theme over the cases of an audit, or several that the chair has `named` as one, of which these are `parts`.

    `cases` are labels, each once; `causes` are counted over its findings.
    """

    called: str
    cases: tuple[str, ...]
    findings: tuple[Finding, ...]
    causes: tuple[tuple[str, int], ...]
    codes: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    named: NamedTheme | None = None


def themes_of(audit: Audit, visible: Collection[int]) -> list[ThemeAcross]:
    """The themes of an audit's findings, those of most cases first. A theme without a finding under it is none.

    Only findings of the whole audit and of cases whose keys are `visible`. One text under two headings counts once.
    """
    book = codebook_of(audit.partnership_id)
    names = {code: one for one in NamedTheme.objects.filter(audit=audit) for code in one.codes}
    found: dict[NamedTheme | str, dict[tuple[int | None, str], Finding]] = {}
    codes: dict[NamedTheme | str, dict[str, None]] = {}
    for one in audit.findings.standing().select_related("case").order_by("position"):
        if one.case_id is None or one.case_id in visible:
            for code in one.themes:
                under = names.get(code, code)
                found.setdefault(under, {}).setdefault((one.case_id, one.text), one)
                codes.setdefault(under, {})[code] = None
    across = [_across(under, tuple(those.values()), tuple(codes[under]), book) for under, those in found.items()]
    return sorted(across, key=lambda one: (-len(one.cases), -len(one.findings), one.called))


def _across(
    under: NamedTheme | str, findings: tuple[Finding, ...], codes: tuple[str, ...], book: CodeBook
) -> ThemeAcross:
    cases = {one.case.number: one.case.label for one in findings if one.case}
    causes = Counter(cause for one in findings for cause in one.causes)
    named = under if isinstance(under, NamedTheme) else None
    return ThemeAcross(
        named.called if named else book.called(codes[0]),
        tuple(cases[number] for number in sorted(cases)),
        findings,
        tuple((str(Cause(cause).label), count) for cause, count in causes.most_common()),
        codes,
        tuple(map(book.called, codes)) if named else (),
        named,
    )


def named_presenter(case: Case) -> Person | None:
    """Who was named to introduce a case, if anybody was."""
    presenter = Presenter.objects.filter(case=case).select_related("person").first()
    return presenter.person if presenter else None


# ---- the panel's grades beside the agencies' own


@dataclass(frozen=True)
class GradePlace:
    """Where the panel gives a grade: one question that asks for one, beside what one agency gave itself."""

    hearing: Hearing
    question: Question
    agency: Agency

    @property
    def row(self) -> PanelGrade:
        """What the panel gave there; a new one, not kept, where it has given nothing yet."""
        at = {"hearing": self.hearing, "question": self.question, "agency": self.agency}
        return PanelGrade.objects.select_related("saved_by").filter(**at).first() or PanelGrade(**at)


def find_grade_place(person: Person, audit: str, case: int, question: int, agency: str) -> GradePlace:
    """Raises `ObjectDoesNotExist` where no grade was asked for, or where the agency has handed in no return."""
    hearing = find_hearing(person, audit, case)
    its = AgencyReturn.objects.select_related("agency").get(case=hearing.case, agency__slug=agency, stage__in=HANDED_IN)
    asked = find_agency_question(hearing.case.audit, its.agency, question)
    if asked.kind != QuestionKind.GRADE:
        raise Question.DoesNotExist
    return GradePlace(hearing, asked, its.agency)


def grades_given(cases: Collection[Case]) -> list[PanelGrade]:
    """What the panel gave in these cases, without what it took back."""
    rows = PanelGrade.objects.select_related("question", "agency", "hearing").filter(hearing__case__in=cases)
    return [one for one in rows if one.grade]


def audit_asks_for_grades(audit: Audit) -> bool:
    return audit.questions.filter(asked_of=AskedOf.AGENCY, kind=QuestionKind.GRADE).exists()
