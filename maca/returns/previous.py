"""What an agency answered about the same family in an earlier audit, beside its return, and how it is carried over.

The family is found by the marks of its children: name and date of birth, never a name alone. What is carried over is
marked, and is no answer until somebody of the agency has confirmed that it is so today.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from maca.audits.models import Question, QuestionKind
from maca.audits.queries import agency_questions, questions_as_asked
from maca.audits.question_sets import differences as changes_of_questions
from maca.cases.models import FamilyMark, MarkKind
from maca.cases.seal import case_key
from maca.journal.operations import note_reading, write
from maca.kernel.holding import hold
from maca.kernel.verdict import Refused
from maca.kernel.versions import save_changes
from maca.partnership.models import Person
from maca.returns import rules
from maca.returns.differences import Part, differences, in_words
from maca.returns.models import AgencyReturn, Answer
from maca.returns.operations import read_return
from maca.returns.queries import answers_of, find_return
from maca.returns.stages import ReturnStage
from maca.sealing.field import sealed_fields


@dataclass(frozen=True)
class Previous:
    """A return, and what the same agency handed in about the same family before."""

    now: AgencyReturn
    before: AgencyReturn


@dataclass(frozen=True, repr=False)
class Line:
    """A question that stayed comparable: its answer then and now, word by word, and whether it can be carried over."""

    question: Question
    was: Answer
    now: Answer | None
    parts: tuple[Part, ...]
    can_be_carried: bool


def previous_of(person: Person, now: AgencyReturn) -> AgencyReturn | None:
    """The newest return of the same agency about the same family that this person may read, if there is one."""
    if not rules.may_read_previous_return(person, now):
        return None
    sure = FamilyMark.objects.filter(kind=MarkKind.NAME_AND_BIRTH)
    own = sure.filter(nomination=now.case.nomination_id).values("mark")
    # Most families come once, and then the rest need not be looked for.
    of_the_same = set(
        sure.filter(mark__in=own).exclude(nomination=now.case.nomination_id).values_list("nomination", flat=True)
    )
    if not of_the_same:
        return None
    earlier = (
        AgencyReturn.objects.visible_to(person)
        .filter(
            case__nomination__in=of_the_same,
            agency=now.agency_id,
            stage=ReturnStage.SUBMITTED,
            asked_at__lt=now.asked_at,
        )
        .exclude(case__audit=now.case.audit_id)
        .select_related("agency", "case__audit__partnership", "case__nomination")
        .order_by("-asked_at")
    )
    return next((one for one in earlier[:5] if rules.may_read_answers(person, one)), None)


def find_previous(person: Person, audit: str, case: int, agency: str) -> Previous:
    """Where this person may read none, nothing is there: that there was one says something of the family."""
    now = find_return(person, audit, case, agency)
    if before := previous_of(person, now):
        return Previous(now, before)
    raise AgencyReturn.DoesNotExist


@transaction.atomic
def read_beside(previous: Previous, *, by: Person) -> list[Line]:
    """Show an agency its earlier answers beside those of now, question by question, where they stayed comparable."""
    rules.may_read_previous_return(by, previous.now).insist()
    was, _ = read_return(previous.before, part="beside a later return", by=by)
    now, _ = read_return(previous.now, part="beside an earlier return", by=by)
    return [
        Line(question, was[before.pk], now.get(question.pk), _compared(was[before.pk], now.get(question.pk)), can)
        for question, before in _comparable(previous)
        if before.pk in was and was[before.pk].is_begun
        for can in [_can_be_carried(was[before.pk], now.get(question.pk))]
    ]


def _comparable(previous: Previous) -> list[tuple[Question, Question]]:
    """Each question of now that this agency was asked before in the same words, with the question as it was then."""
    asked, before = (
        {one.number: one for one in agency_questions(each.case.audit, each.agency)}
        for each in (previous.now, previous.before)
    )
    sets = (questions_as_asked(each.case.audit).agency for each in (previous.now, previous.before))
    return [
        (asked[one.number], before[one.number_before])
        for one in changes_of_questions(*sets)
        if one.is_comparable and one.number in asked and one.number_before in before
    ]


def _compared(was: Answer, now: Answer | None) -> tuple[Part, ...]:
    """Nothing is laid beside what has not been answered: there it is not the words that have changed."""
    return differences(in_words(was), in_words(now)) if now and now.is_begun else ()


def _can_be_carried(was: Answer, now: Answer | None) -> bool:
    """A whole answer, where there is none yet. A reference to a record is looked up anew: it is evidence of its day."""
    whole = was.is_complete and was.question.kind != QuestionKind.EVIDENCE
    return whole and not (now and now.is_begun)


@transaction.atomic
def carry_over(previous: Previous, questions: Collection[Question], *, by: Person) -> int:
    """Put earlier answers where there are none yet, marked. None of them counts before it is confirmed.

    Answers how many. Raises `Refused` where there is nothing to carry over.
    """
    now, before = previous.now, previous.before
    hold(now, "case__audit", read=("agency", "case__nomination"))
    rules.may_answer_questions(by, now).insist()
    rules.may_read_answers(by, before).insist()
    was, there = answers_of(before), answers_of(now)
    carried = [
        (question, was[then.pk])
        for question, then in _comparable(previous)
        if question in questions and then.pk in was and _can_be_carried(was[then.pk], there.get(question.pk))
    ]
    if not carried:
        raise Refused("nothing-carried", "Each of these questions has an answer by now. Look at the return again.")
    audit, case = before.case.audit.slug, before.case.label
    note_reading("read a return", before, by=by, audit=audit, case=case, part="carried over")
    then_key, key = case_key(before.case), case_key(now.case)
    for question, answer in carried:
        row = there.get(question.pk) or Answer.objects.create(agency_return=now, question=question)
        words = {name: then_key.text(answer, name) for name in sealed_fields(Answer)}
        save_changes(
            row,
            version=None,
            **key.seal_all(row, **words),
            carried_from=before.case.audit.title,
            saved_by=by,
            saved_at=timezone.now(),
        )
    numbers = [question.number for question, _ in carried]
    audit, case = now.case.audit.slug, now.case.label
    earlier = before.case.audit.slug
    write("carried answers over", now, by=by, audit=audit, case=case, questions=numbers, earlier=earlier)
    return len(carried)
