import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Q

from maca.audits.models import AskedOf, Audit, Priority, Question, QuestionSet, Theme
from maca.audits.question_sets import Change, Questions, SetQuestion, differences, from_data, ready_made
from maca.audits.stages import AuditStage, QuestionSetStage
from maca.kernel.clock import months_after
from maca.partnership.models import Agency, Person


def find_audit(person: Person, audit: str) -> Audit:
    """The audit at this address, if this person may see it."""
    found = Audit.objects.visible_to(person).select_related("theme").get(slug=audit)
    found.partnership = person.partnership  # none other is visible, and it need not be read again
    return found


# What nobody has published, or taken a step in for so long, is not taken up again.
GIVEN_UP_MONTHS = 12


def given_up_on(audit: Audit) -> dt.date:
    """The day from which an audit that is not published counts as given up, if it takes no further step."""
    return months_after(audit.last_step_on, GIVEN_UP_MONTHS)


def find_priority(person: Person, priority: str) -> Priority:
    return Priority.objects.get(public_id=priority, partnership=person.partnership_id)


def find_theme(person: Person, theme: str) -> Theme:
    return Theme.objects.get(public_id=theme, partnership=person.partnership_id)


def agency_questions(audit: Audit, agency: Agency | None = None) -> list[Question]:
    """What the audit asks the agencies, or what it asks this one: the common core and the branch of its kind."""
    # `all`, so that a page which needs them several times fetches them once.
    asked = {question.pk: question for question in audit.questions.all() if question.asked_of == AskedOf.AGENCY}
    for question in asked.values():
        question.shown_if = asked[question.shown_if_id] if question.shown_if_id else None
    return [question for question in asked.values() if agency is None or question.is_for(agency)]


def find_agency_question(audit: Audit, agency: Agency, number: int) -> Question:
    """One question by its number, if it is asked of this agency."""
    # What it hangs on is fetched when it hangs on something: few do, and this is asked with every save.
    found = audit.questions.get(asked_of=AskedOf.AGENCY, number=number)
    if not found.is_for(agency):
        raise Question.DoesNotExist
    return found


def panel_questions(audit: Audit) -> list[Question]:
    return list(audit.questions.filter(asked_of=AskedOf.PANEL))


# ---- question sets


@dataclass(frozen=True)
class Placed:
    """A question at its place in a set, or the place for a new one."""

    question_set: QuestionSet
    asked_of: AskedOf
    question: SetQuestion | None = None


def find_question_set(person: Person, question_set: str) -> QuestionSet:
    return QuestionSet.objects.select_related("saved_by").get(public_id=question_set, partnership=person.partnership_id)


def find_ready_made(person: Person, code: str) -> Questions:
    if found := ready_made().get(code):
        return found
    raise QuestionSet.DoesNotExist


def find_place(person: Person, question_set: str, asked_of: str) -> Placed:
    """Where a new question goes."""
    if asked_of not in AskedOf:
        raise QuestionSet.DoesNotExist
    return Placed(find_question_set(person, question_set), AskedOf(asked_of))


def find_placed(person: Person, question_set: str, code: str) -> Placed:
    found = find_question_set(person, question_set)
    for asked_of in AskedOf:
        for question in questions_of(found).of(asked_of):
            if question.code == code:
                return Placed(found, asked_of, question)
    raise QuestionSet.DoesNotExist


def questions_of(question_set: QuestionSet) -> Questions:
    """The set as a value. Its code is its public id."""
    return from_data(question_set.questions, code=question_set.public_id, name=str(question_set))


def issued_sets(person: Person) -> dict[str, Questions]:
    """Every issued set of the partnership by its code, the newest first."""
    issued = QuestionSet.objects.filter(partnership=person.partnership_id, stage=QuestionSetStage.ISSUED)
    return {one.public_id: questions_of(one) for one in issued.order_by("-issued_at")}


def sets_to_begin_from(person: Person) -> dict[str, Questions]:
    """What a new draft can begin from, and what it is compared with: issued sets and ready-made ones."""
    return issued_sets(person) | ready_made()


def sets_to_ask(person: Person) -> dict[str, Questions]:
    """What an audit can be planned with: issued sets, then those ready-made ones that are whole."""
    return {code: one for code, one in sets_to_begin_from(person).items() if one.is_whole}


def changes_since(now: Questions, before: Questions) -> dict[str, list[Change]]:
    """What became of each question, of the agencies and of the panel."""
    return {str(of.label): differences(now.of(of), before.of(of)) for of in AskedOf}


def questions_as_asked(audit: Audit) -> Questions:
    """What an audit asked, as a set: the questions as they stand in it."""
    asked = list(audit.questions.select_related("shown_if"))

    def value(question: Question) -> SetQuestion:
        return SetQuestion(
            code=question.code,
            text=question.text,
            kind=question.kind,
            hint=question.hint,
            heading=question.heading,
            for_kinds=tuple(question.for_kinds),
            shown_if=question.shown_if.code if question.shown_if else "",
            shown_if_answers=tuple(question.shown_if_answers),
            told_by=question.told_by,
        )

    agency, panel = (tuple(value(one) for one in asked if one.asked_of == of) for of in AskedOf)
    return Questions(audit.question_set, audit.title, agency, panel)


# ---- the programme


@dataclass(frozen=True)
class Programme:
    """One year's audits by the priority they come from, and what is still to be looked at, or looked at again."""

    begins_on: dt.date
    ends_on: dt.date
    priorities: list[tuple[Priority | None, list[Audit]]]
    afterwards: list[Audit]
    not_audited: list[Theme]
    not_again: list[Audit]
    without_theme: list[Priority]


def year_of(day: dt.date) -> int:
    """The year, from April to March, in which a day lies, by the year it begins in."""
    return day.year if day >= dt.date(day.year, 4, 1) else day.year - 1


def programme(person: Person, year: int) -> Programme:
    """The programme from 1 April of `year`, in the same number of queries however much there is."""
    begins_on, ends_on = dt.date(year, 4, 1), dt.date(year + 1, 3, 31)
    audits = Audit.objects.visible_to(person)
    planned = audits.filter(panel_on__range=(begins_on, ends_on)).select_related("theme__priority", "earlier")
    by_priority: dict[Priority | None, list[Audit]] = {}
    for audit in planned.order_by("panel_on"):
        by_priority.setdefault(audit.theme.priority, []).append(audit)
    of_theme = Audit.objects.filter(partnership=person.partnership_id)  # whether there is one is no secret
    themes = Theme.objects.filter(partnership=person.partnership_id)
    priorities = Priority.objects.filter(partnership=person.partnership_id)
    on_theme = of_theme.filter(theme=OuterRef("theme"))
    later = Exists(on_theme.filter(panel_on__gt=OuterRef("panel_on"))) | Exists(of_theme.filter(earlier=OuterRef("pk")))
    # One recorded from its briefing has no day: what has one came later, or else what was recorded later.
    undated_and_later = Q(panel_on=None) & (
        Q(Exists(on_theme.filter(panel_on__isnull=False)))
        | Q(Exists(on_theme.filter(panel_on=None, planned_at__gt=OuterRef("planned_at"))))
    )
    return Programme(
        begins_on,
        ends_on,
        list(by_priority.items()),
        list(audits.filter(panel_on__gt=ends_on).exclude(stage=AuditStage.PUBLISHED).order_by("panel_on")),
        list(themes.filter(~Exists(of_theme.filter(theme=OuterRef("pk")))).select_related("priority")),
        list(
            audits.filter(~later, ~undated_and_later, stage=AuditStage.PUBLISHED)
            .select_related("theme__priority")
            .order_by(F("panel_on").asc(nulls_first=True), "theme__title")
        ),
        list(priorities.filter(~Exists(themes.filter(priority=OuterRef("pk"))))),
    )
