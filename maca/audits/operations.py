from django.db import transaction

from maca.audits import rules
from maca.audits.models import (
    AskedOf,
    Audit,
    Heading,
    Priority,
    PrioritySource,
    Question,
    QuestionKind,
    Theme,
)
from maca.audits.question_sets import QuestionSet, SetQuestion
from maca.audits.stages import AuditStage
from maca.audits.timetable import Timetable
from maca.journal.operations import write
from maca.kernel.holding import hold
from maca.kernel.stages import move
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
    questions: QuestionSet,
    review_title: str,
    dates: Timetable,
    earlier: Audit | None,
    by: Person,
) -> Audit:
    """Plan an audit: what it is to find out, what it asks, when things are due, and what it follows."""
    rules.may_plan_audit(by, theme).insist()
    audit = Audit.objects.create(
        partnership=by.partnership,
        theme=theme,
        earlier=earlier,
        kind=by.partnership.audit_kind,
        title=title,
        slug=_free_slug(by.partnership, title),
        terms_of_reference=terms_of_reference,
        question_set=questions.code,
        review_title=review_title,
        purpose=by.partnership.usual_purpose,
        legal_basis=by.partnership.usual_legal_basis,
        planned_by=by,
        **vars(dates),
    )
    _ask(audit, questions)
    write("planned an audit", audit, by=by, theme=theme.public_id, questions=questions.code)
    return audit


def _ask(audit: Audit, questions: QuestionSet) -> None:
    """Copy a question set into the audit. A question that needs a review is left out where none is named."""
    asked: dict[int, Question] = {}

    def add(asked_of: AskedOf, number: int, question: SetQuestion) -> Question:
        return Question.objects.create(
            audit=audit,
            asked_of=asked_of,
            number=number,
            text=question.text.replace("{review}", audit.review_title),
            hint=question.hint,
            kind=question.kind,
            heading=question.heading,
            shown_if=asked.get(question.shown_if_question or 0),
            shown_if_answers=list(question.shown_if_answers),
        )

    for position, question in enumerate(questions.agency, start=1):
        if "{review}" in question.text and not audit.review_title:
            continue
        asked[position] = add(AskedOf.AGENCY, len(asked) + 1, question)
    for number, question in enumerate(questions.panel, start=1):
        add(AskedOf.PANEL, number, question)


@transaction.atomic
def change_plan(
    audit: Audit,
    *,
    title: str,
    terms_of_reference: str,
    review_title: str,
    purpose: str,
    legal_basis: str,
    questions: QuestionSet,
    dates: Timetable,
    earlier: Audit | None,
    version: int | None,
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
