"""The summative report of a case: every agency's answers side by side, and what is missing, as a value."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from maca.audits.models import TELLS_NO, Question, QuestionKind
from maca.audits.queries import agency_questions
from maca.cases.facts import Category
from maca.cases.models import Case
from maca.chronology.in_brief import NOTHING_GIVEN, Brief, in_brief
from maca.kernel.clock import LONDON
from maca.returns.between import (
    Between,
    Reply,
    Said,
    against_chronology,
    conflict,
    grades_apart,
    known_to_one,
    nobody_answered,
)
from maca.returns.models import GRADES, AgencyReturn, Answer, Evidence, ReportIntroduction, Upload
from maca.returns.queries import Ladder, shown
from maca.returns.report_versions import Standing
from maca.returns.stages import AWAITED, HANDED_IN, ReturnStage
from maca.sealing.cipher import DataKey
from maca.voices.heard import Voices, voices_of

NOT_ANSWERED = "Not answered"


@dataclass(frozen=True, repr=False)
class Cell:
    """What one agency said to one question. `gap` says why there is nothing, where there is nothing.

    "no" is an answer; "not answered" is a gap. They are never shown alike.
    """

    agency: str
    choice: str
    words: tuple[str, ...]
    gap: str = ""
    code: str = ""  # of a judgement or a grade, as `between` compares them

    @property
    def said(self) -> Said:
        reply = Reply.ANSWERED if not self.gap else Reply.NOT_ANSWERED if self.gap == NOT_ANSWERED else Reply.NOT_ASKED
        return Said(self.agency, reply, self.code)


@dataclass(frozen=True, repr=False)
class Row:
    number: int
    question: str
    cells: tuple[Cell, ...]
    is_list: bool = False  # the question asks for points: what went well, what can be improved
    grades: str = ""  # how often each grade was given, where one was asked for
    told_by: str = ""  # what in a chronology says the same as a yes or a no
    heading: str = ""  # under which question of the panel its points are offered

    @property
    def nobody_answered(self) -> bool:
        """Somebody was asked, and nobody answered."""
        return nobody_answered(self.said)

    @property
    def said(self) -> tuple[Said, ...]:
        return tuple(cell.said for cell in self.cells)


@dataclass(frozen=True, repr=False)
class AgencyAccount:
    """How one agency's return stands, and its account of its engagement."""

    name: str
    slug: str
    status: str
    stage: str
    late: bool
    came_back: str  # the day on which it was handed in last
    before: str
    now: str
    decline: str
    steps: tuple[str, ...]  # who was approached since, on which day, and with what outcome
    effect: str
    left_out: str
    evidence: tuple[Evidence, ...]
    uploads: tuple[Upload, ...]


@dataclass(frozen=True, repr=False)
class SummativeReport:
    case: str
    audit: str  # as it stands in addresses, with the number of the case
    number: int
    accounts: tuple[AgencyAccount, ...]
    rows: tuple[Row, ...]
    voices: Voices
    outline: tuple[tuple[str, str], ...] = ()  # what the case is, without anybody's name, each with its label
    chronology: Brief = NOTHING_GIVEN
    introduction: str = ""
    stands: Standing | None = None  # of which version or day it is, once the versions have been looked at

    def standing(self, *stages: str) -> list[AgencyAccount]:
        return [account for account in self.accounts if account.stage in stages]

    @property
    def submitted(self) -> list[AgencyAccount]:
        """What was handed in, also where questions have been sent back since."""
        return self.standing(*HANDED_IN)

    @property
    def sent_back(self) -> list[AgencyAccount]:
        return self.standing(ReturnStage.SENT_BACK)

    @property
    def declined(self) -> list[AgencyAccount]:
        return self.standing(ReturnStage.DECLINED)

    @property
    def partly(self) -> list[AgencyAccount]:
        """Who has handed in a part only, and said what it left out; also where questions have been sent back since."""
        return [account for account in self.accounts if account.left_out]

    @property
    def not_known(self) -> list[AgencyAccount]:
        return self.standing(ReturnStage.NOT_KNOWN)

    @property
    def awaited(self) -> list[AgencyAccount]:
        return self.standing(*AWAITED)

    @property
    def unanswered(self) -> list[Row]:
        return [row for row in self.rows if row.nobody_answered]

    @property
    def limits(self) -> list[str]:
        """What the report cannot rest on, and why, each in a sentence. There is always one."""
        said = [
            f"{one.name} declined, so nothing here rests on its records."
            + (f" What this means: {one.effect}" if one.effect else "")
            for one in self.declined
        ]
        said += [f"{one.name} supplied only a part. {one.left_out}" for one in self.partly]
        said += [f"{one.name} has not handed in its return." for one in self.awaited]
        said += [
            f"{one.name} has been asked to look again at some questions. What it handed in before stands below."
            for one in self.sent_back
        ]
        if self.not_known:
            said.append(f"{', '.join(one.name for one in self.not_known)} did not know the family.")
        met = dict(self.chronology.met)
        said += [
            f"{one.name} did not know the family, and yet the chronology names it first in an entry of {met[one.name]}."
            for one in self.not_known
            if one.name in met
        ]
        if self.submitted:
            said += [f"Nobody answered question {row.number}: {row.question}" for row in self.unanswered]
        if self.accounts and not said:
            said.append("Nothing: every agency asked has answered every question.")
        return said

    def between(self) -> list[tuple[str, list[Between]]]:
        """What shows between the agencies, under its heading, question by question."""
        found = [
            (heading, [found for row in self.rows if (found := look(row.number, row.said))])
            for heading, look in (
                ("Yes against no", conflict),
                ("Grades apart", grades_apart),
                ("Answered by one agency alone", known_to_one),
            )
        ]
        if self.chronology.sentences:
            found.insert(1, ("An answer against the chronology", list(self._against_chronology())))
        return found

    def _against_chronology(self) -> Iterable[Between]:
        for row in self.rows:
            shown = self.chronology.told.get(row.told_by, ())
            if row.told_by and (
                one := against_chronology(row.number, row.said, shown, tells_no=row.told_by in TELLS_NO)
            ):
                yield one

    def grid(self) -> list[tuple[Row, list[Said]]]:
        """Every question by every agency that was asked about the case, also where there is no return."""
        return [
            (row, [told.get(one.name, Said(one.name, Reply.NO_RETURN)) for one in self.accounts])
            for row in self.rows
            for told in ({said.agency: said for said in row.said},)
        ]


def _outline(case: Case, key: DataKey) -> Iterable[tuple[str, str]]:
    nomination = case.nomination
    if nomination is None:
        return
    yield "Level of help", nomination.get_level_display()
    yield "Age of the index child", nomination.get_age_band_display()
    if category := key.text(nomination, "category"):
        yield "Category", Category(category).label
    yield "Why this case", key.text(nomination, "rationale")


def _cell(agency_return: AgencyReturn, question: Question, answers: dict[int, Answer], asked: list[Question]) -> Cell:
    agency = agency_return.agency.name
    answer = answers.get(question.pk)
    if not question.is_for(agency_return.agency):
        return Cell(agency, "", (), gap="Not asked: the question is for other agencies")
    if question not in asked:
        return Cell(agency, "", (), gap="Not asked: an earlier answer makes it out of place")
    if answer is None or not answer.is_begun:
        return Cell(agency, "", (), gap=NOT_ANSWERED)
    words = answer.point_list() if question.kind == QuestionKind.LIST else [answer.how_known, answer.cause_in_words]
    compared = question.kind in (QuestionKind.JUDGEMENT, QuestionKind.GRADE)
    return Cell(
        agency, answer.chosen, tuple(str(word) for word in words if word), code=str(answer.choice) if compared else ""
    )


def _grades(question: Question, answers: Iterable[dict[int, Answer]]) -> str:
    """How many agencies gave each grade. “Not applicable” and “not enough information” are counted apart."""
    if question.kind != QuestionKind.GRADE:
        return ""
    given = [one[question.pk] for one in answers if question.pk in one and one[question.pk].choice]
    counted = Counter(answer.grade for answer in given)
    graded = ", ".join(f"{grade.label} {counted[grade]}" for grade in GRADES if counted[grade])
    without = f" {counted[None]} answered without a grade." if counted[None] else ""
    return f"{counted.total() - counted[None]} graded{f': {graded}' if graded else ''}.{without}"


def _day(agency_return: AgencyReturn) -> str:
    at = agency_return.submitted_at if agency_return.was_handed_in else None
    return f"{at.astimezone(LONDON):%-d %B %Y}" if at else ""


def _uploads() -> Prefetch:
    """Photographs and documents as they were handed in: what was replaced before stays with the agency."""
    return Prefetch("uploads", Upload.objects.filter(replaced_by=None).select_related("question"))


def summative_report(case: Case, key: DataKey) -> SummativeReport:
    """Everything the agencies were asked and said about a case. The caller has written the journal."""
    return summative_reports([case], {case.pk: key})[0]


def summative_reports(cases: Sequence[Case], keys: Mapping[int, DataKey]) -> list[SummativeReport]:
    """The reports of cases of one audit, with their keys by primary key, in the same number of queries for any number.

    What an agency has not handed in is its own draft; it is not opened. Where a question was sent back, its answer
    stands as it was handed in until the return is handed in again.
    """
    if not cases:
        return []
    returns = (
        AgencyReturn.objects.filter(case__in=cases)
        .select_related("agency", "case__audit", "case__report_introduction")
        .prefetch_related("answers", "evidence__question", "sent_back__question", "approaches", _uploads())
        .order_by("agency__name")
    )
    of_case: dict[int, list[AgencyReturn]] = {case.pk: [] for case in cases}
    for one in returns:
        of_case[one.case_id].append(one)
    questions = agency_questions(cases[0].audit)
    voices, chronologies = voices_of(cases, keys), in_brief(cases, keys)
    return [
        _report(case, of_case[case.pk], questions, keys[case.pk], voices[case.pk], chronologies[case.pk])
        for case in cases
    ]


def _report(
    case: Case,
    returns: Sequence[AgencyReturn],
    questions: list[Question],
    key: DataKey,
    voices: Voices,
    chronology: Brief,
) -> SummativeReport:
    by_key = {question.pk: question for question in questions}
    for answer in (answer for one in returns for answer in one.answers.all()):
        answer.question = by_key[answer.question_id]
    handed_in = [one for one in returns if one.was_handed_in]
    answers: dict[int, dict[int, Answer]] = {}
    for one in handed_in:
        waiting = [row for row in one.sent_back.all() if row.answered_at is None]
        drafts = {row.question_id for row in waiting}
        given = [answer for answer in one.answers.all() if answer.question_id not in drafts]
        for row in (one, *given, *one.evidence.all(), *one.uploads.all(), *waiting):
            key.open(row)
        answers[one.pk] = {answer.question_id: answer for answer in (*given, *(row.answer for row in waiting))}
    asked = {
        pk: shown(questions, {number: str(answer.choice) for number, answer in given.items()})
        for pk, given in answers.items()
    }
    introduction: ReportIntroduction | None = getattr(returns[0].case, "report_introduction", None) if returns else None
    return SummativeReport(
        case=case.label,
        audit=case.audit.slug,
        number=case.number,
        accounts=tuple(
            AgencyAccount(
                name=one.agency.name,
                slug=one.agency.slug,
                status=one.standing()[1],
                stage=one.stage,
                late=one.is_late or one.handed_in_late,
                came_back=_day(one),
                before=str(one.engagement_before) if one in handed_in else "",
                now=str(one.engagement_now) if one in handed_in else "",
                decline=(
                    f"{one.get_decline_reason_display()}. {key.text(one, 'decline_words')}"
                    if one.stage == ReturnStage.DECLINED
                    else ""
                ),
                steps=tuple(
                    f"{step.approached_on:%-d %B %Y}: {step.get_rung_display()}. {step.get_outcome_display()}."
                    for step in Ladder.of(one).approaches
                ),
                effect=key.text(one, "decline_effect") if one.stage == ReturnStage.DECLINED else "",
                left_out=(
                    f"{one.get_left_out_reason_display()}. {one.left_out!s}"
                    if one in handed_in and one.left_out_reason
                    else ""
                ),
                evidence=tuple(one.evidence.all()) if one in handed_in else (),
                uploads=tuple(one.uploads.all()) if one in handed_in else (),
            )
            for one in returns
        ),
        rows=tuple(
            Row(
                question.number,
                question.text,
                tuple(_cell(one, question, answers[one.pk], asked[one.pk]) for one in handed_in),
                question.kind == QuestionKind.LIST,
                _grades(question, (given for pk, given in answers.items() if question in asked[pk])),
                question.told_by,
                question.heading,
            )
            for question in questions
        ),
        voices=voices,
        outline=tuple(_outline(case, key)),
        chronology=chronology,
        introduction=key.text(introduction, "words") if introduction else "",
    )
