from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from maca.audits import rules
from maca.audits.models import (
    AskedOf,
    Audit,
    Heading,
    Priority,
    PrioritySource,
    Question,
    QuestionKind,
    QuestionSet,
    Theme,
)
from maca.audits.queries import questions_of
from maca.audits.question_sets import REVIEW, Questions, SetQuestion
from maca.audits.stages import AuditStage, QuestionSetStage
from maca.audits.timetable import Timetable
from maca.journal.operations import write
from maca.kernel.holding import hold
from maca.kernel.ids import new_public_id
from maca.kernel.stages import move
from maca.kernel.verdict import Refused
from maca.kernel.versions import save_changes
from maca.partnership.models import Partnership, Person, first_free_slug


@transaction.atomic
def record_priority(*, title: str, source: PrioritySource, reason: str, by: Person) -> Priority:
    """Record what the partnership has decided matters, and how it came to know."""
    rules.may_record_priority(by).insist()
    priority = Priority.objects.create(
        partnership=by.partnership, title=title, source=source, reason=reason, recorded_by=by
    )
    write("recorded a priority", priority, by=by, source=str(source))
    return priority


@transaction.atomic
def adopt_theme(priority: Priority, *, title: str, by: Person) -> Theme:
    """Adopt a theme from a priority. Adopting the same theme again gives the one there is."""
    rules.may_adopt_theme(by, priority).insist()
    theme, new = Theme.objects.get_or_create(
        partnership=by.partnership, title=title, defaults={"priority": priority, "adopted_by": by}
    )
    if not new and theme.priority_id is None:
        # Known so far only from an earlier briefing.
        Theme.objects.filter(pk=theme.pk).update(priority=priority)
        theme.priority = priority
        new = True
    if new:
        write("adopted a theme", theme, by=by, priority=priority.public_id)
    return theme


def _free_slug(partnership: Partnership, title: str) -> str:
    taken = Audit.objects.filter(partnership=partnership).values_list("slug", flat=True)
    return first_free_slug(title, taken)


@transaction.atomic
def plan_audit(
    theme: Theme,
    *,
    title: str,
    terms_of_reference: str,
    questions: Questions,
    review_title: str,
    dates: Timetable,
    earlier: Audit | None,
    tool: str = "",
    by: Person,
) -> Audit:
    """Plan an audit: what it is to find out, what it asks, when things are due, and what it follows."""
    rules.may_plan_audit(by, theme).insist()
    audit = _plan(
        theme,
        title,
        questions,
        dates,
        by,
        earlier=earlier,
        terms_of_reference=terms_of_reference,
        review_title=review_title,
        tool=tool,
    )
    write("planned an audit", audit, by=by, theme=theme.public_id, questions=questions.code)
    return audit


def _plan(theme: Theme, title: str, questions: Questions, dates: Timetable, by: Person, **more: Any) -> Audit:
    audit = Audit.objects.create(
        partnership=by.partnership,
        theme=theme,
        kind=by.partnership.audit_kind,
        title=title,
        slug=_free_slug(by.partnership, title),
        question_set=questions.code,
        purpose=by.partnership.usual_purpose,
        legal_basis=by.partnership.usual_legal_basis,
        planned_by=by,
        **more,
        **vars(dates),
    )
    _ask(audit, questions)
    return audit


@transaction.atomic
def begin_inspected_audit(*, theme: str, title: str, questions: Questions, dates: Timetable, by: Person) -> Audit:
    """Begin the audit of an inspection. Its theme is the inspectors’, so no priority stands behind a new one."""
    rules.may_begin_inspected_audit(by).insist()
    its_theme, _ = Theme.objects.get_or_create(partnership=by.partnership, title=theme, defaults={"adopted_by": by})
    audit = _plan(its_theme, title, questions, dates, by, is_inspection=True)
    write("began the audit of an inspection", audit, by=by, theme=its_theme.public_id, questions=questions.code)
    return audit


def _ask(audit: Audit, questions: Questions) -> None:
    """Copy a question set into the audit. A question that needs a review is left out where none is named."""
    for asked_of in AskedOf:
        asked: dict[str, Question] = {}
        for question in questions.of(asked_of):
            if REVIEW in question.text and not audit.review_title:
                continue
            asked[question.code] = Question.objects.create(
                audit=audit,
                code=question.code,
                asked_of=asked_of,
                number=len(asked) + 1,
                text=question.text.replace(REVIEW, audit.review_title),
                hint=question.hint,
                kind=question.kind,
                heading=question.heading,
                for_kinds=list(question.for_kinds),
                shown_if=asked[question.shown_if] if question.shown_if else None,
                shown_if_answers=list(question.shown_if_answers),
                told_by=question.told_by,
            )


@transaction.atomic
def change_plan(
    audit: Audit,
    *,
    title: str,
    terms_of_reference: str,
    review_title: str,
    purpose: str,
    legal_basis: str,
    questions: Questions,
    dates: Timetable,
    earlier: Audit | None,
    version: int | None,
    tool: str = "",
    by: Person,
) -> None:
    """Change a plan that nobody has been asked to answer yet."""
    hold(audit)
    rules.may_change_plan(by, audit).insist()
    save_changes(
        audit,
        version=version,
        title=title,
        terms_of_reference=terms_of_reference,
        question_set=questions.code,
        review_title=review_title,
        tool=tool,
        purpose=purpose,
        legal_basis=legal_basis,
        earlier=earlier,
        **vars(dates),
    )
    audit.questions.all().delete()
    _ask(audit, questions)
    write("changed a plan", audit, by=by, version=audit.version)


@transaction.atomic
def record_published_audit(
    *,
    partnership: Partnership,
    kind: str,
    title: str,
    theme: str,
    agency_questions: tuple[str, ...],
    panel_questions: tuple[str, ...],
    imported_from: str,
    by: Person,
) -> Audit:
    """Record an audit that was run and published before this site, from its briefing. Invents no date."""
    its_theme, _ = Theme.objects.get_or_create(
        partnership=partnership, title=theme or title, defaults={"adopted_by": by}
    )
    audit = Audit.objects.create(
        partnership=partnership,
        theme=its_theme,
        kind=kind or partnership.audit_kind,
        title=title,
        slug=_free_slug(partnership, title),
        stage=AuditStage.PUBLISHED,
        imported_from=imported_from,
        planned_by=by,
    )
    headings = [Heading.WENT_WELL, Heading.CAN_BE_IMPROVED, Heading.CHALLENGE_OR_THEME]
    Question.objects.bulk_create(
        [
            Question(
                audit=audit,
                asked_of=AskedOf.AGENCY,
                number=number,
                text=text,
                kind=QuestionKind.LIST if text.startswith("What ") else QuestionKind.JUDGEMENT,
            )
            for number, text in enumerate(agency_questions, start=1)
        ]
        + [
            Question(
                audit=audit,
                asked_of=AskedOf.PANEL,
                number=number,
                text=text,
                kind=QuestionKind.LIST,
                heading=headings[number - 1] if number <= len(headings) else "",
            )
            for number, text in enumerate(panel_questions, start=1)
        ]
    )
    write("recorded a published audit", audit, by=by)
    return audit


@transaction.atomic
def enter(audit: Audit, stage: AuditStage, *, by: Person) -> None:
    """Move an audit on. Later rooms call this when their own rule has said yes."""
    move(audit, to=stage)
    write("moved an audit on", audit, by=by, to=stage.value)


# ---- question sets


@transaction.atomic
def draft_question_set(begin_from: Questions, *, name: str, by: Person) -> QuestionSet:
    """Begin a draft, empty or with every question of another set. Each question keeps its code, and so its history."""
    rules.may_draft_question_set(by).insist()
    question_set = QuestionSet.objects.create(
        partnership=by.partnership,
        name=name,
        questions=begin_from.as_data(),
        begun_from=begin_from.code,
        drafted_by=by,
        saved_by=by,
        saved_at=timezone.now(),
    )
    write("drafted a question set", question_set, by=by, begun_from=begin_from.code)
    return question_set


def _hold_draft(question_set: QuestionSet, by: Person) -> Questions:
    hold(question_set)
    rules.may_change_question_set(by, question_set).insist()
    return questions_of(question_set)


def _save(question_set: QuestionSet, questions: Questions, *, version: int | None, by: Person) -> None:
    save_changes(question_set, version=version, questions=questions.as_data(), saved_by=by, saved_at=timezone.now())


@transaction.atomic
def rename_question_set(question_set: QuestionSet, *, name: str, version: int | None, by: Person) -> None:
    """Give a draft another name."""
    _hold_draft(question_set, by)
    save_changes(question_set, version=version, name=name, saved_by=by, saved_at=timezone.now())
    write("renamed a question set", question_set, by=by, version=question_set.version)


@transaction.atomic
def add_question(
    question_set: QuestionSet, asked_of: AskedOf, *, question: SetQuestion, version: int | None, by: Person
) -> SetQuestion:
    """Add a question at the end of a draft. It gets a code of its own."""
    questions = _hold_draft(question_set, by)
    question = replace(question, code=f"q-{new_public_id()[:12]}")
    _save(
        question_set,
        _with(questions, asked_of, (*questions.of(asked_of), question)),
        version=version,
        by=by,
    )
    write("added a question", question_set, by=by, question=question.code, version=question_set.version)
    return question


@transaction.atomic
def change_question(question_set: QuestionSet, *, question: SetQuestion, version: int | None, by: Person) -> None:
    """Put a question of a draft in other words. It keeps its code: the differences say that its words have changed."""
    questions = _hold_draft(question_set, by)
    asked_of, at = _place(questions, question.code)
    rest = list(questions.of(asked_of))
    rest[at] = question
    _save(question_set, _with(questions, asked_of, rest), version=version, by=by)
    write("changed a question", question_set, by=by, question=question.code, version=question_set.version)


@transaction.atomic
def move_question(question_set: QuestionSet, *, code: str, by_places: int, version: int | None, by: Person) -> None:
    """Move a question of a draft up or down. At the end it stays where it is."""
    questions = _hold_draft(question_set, by)
    asked_of, at = _place(questions, code)
    rest = list(questions.of(asked_of))
    moved = rest.pop(at)
    rest.insert(max(0, at + by_places), moved)
    _save(question_set, _with(questions, asked_of, rest), version=version, by=by)
    write("moved a question", question_set, by=by, question=code, version=question_set.version)


@transaction.atomic
def remove_question(question_set: QuestionSet, *, code: str, version: int | None, by: Person) -> None:
    """Take a question out of a draft. What hangs on it has to be mended before the set is issued."""
    questions = _hold_draft(question_set, by)
    asked_of, at = _place(questions, code)
    rest = [one for place, one in enumerate(questions.of(asked_of)) if place != at]
    _save(question_set, _with(questions, asked_of, rest), version=version, by=by)
    write("removed a question", question_set, by=by, question=code, version=question_set.version)


@transaction.atomic
def add_questions_of(question_set: QuestionSet, more: Questions, *, version: int | None, by: Person) -> int:
    """Add the questions of another set to a draft, but for those it has already. Answers how many were added."""
    questions = _hold_draft(question_set, by)
    new = {of: [one for one in more.of(of) if questions.find(one.code) is None] for of in AskedOf}
    added = sum(len(one) for one in new.values())
    if not added:
        raise Refused("nothing-new", "This draft has every question of that set already.")
    for of, found in new.items():
        questions = _with(questions, of, (*questions.of(of), *found))
    _save(question_set, questions, version=version, by=by)
    write("added questions of a set", question_set, by=by, set=more.code, count=added, version=question_set.version)
    return added


def _with(questions: Questions, asked_of: AskedOf, asked: Sequence[SetQuestion]) -> Questions:
    if asked_of == AskedOf.AGENCY:
        return replace(questions, agency=tuple(asked))
    return replace(questions, panel=tuple(asked))


def _place(questions: Questions, code: str) -> tuple[AskedOf, int]:
    for asked_of in AskedOf:
        for at, question in enumerate(questions.of(asked_of)):
            if question.code == code:
                return asked_of, at
    raise Refused("gone", "Somebody has removed this question meanwhile. Look at the question set again.")


@transaction.atomic
def issue_question_set(question_set: QuestionSet, *, version: int | None, by: Person) -> None:
    """Issue a draft: it is numbered among the sets of its name, can be asked, and is never changed again."""
    same_name = QuestionSet.objects.filter(partnership=question_set.partnership_id, name=question_set.name)
    # All of one name are kept, always in this order, so that no two of them get the same number.
    list(same_name.select_for_update().order_by("pk"))
    hold(question_set)
    rules.may_issue_question_set(by, question_set).insist()
    edition = 1 + (same_name.aggregate(newest=Max("edition"))["newest"] or 0)
    save_changes(question_set, version=version, edition=edition, issued_by=by)
    move(question_set, to=QuestionSetStage.ISSUED)
    write("issued a question set", question_set, by=by, edition=edition)


@transaction.atomic
def discard_question_set(question_set: QuestionSet, *, version: int | None, by: Person) -> None:
    """Throw away a draft that is not wanted. Nothing was asked with it."""
    _hold_draft(question_set, by)
    # Whoever presses the button has seen what is thrown away.
    save_changes(question_set, version=version)
    write("discarded a question set", question_set, by=by, version=question_set.version)
    question_set.delete()
