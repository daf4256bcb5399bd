from maca.audits.models import AskedOf, Audit, Priority, Question, Theme
from maca.partnership.models import Person


def find_audit(person: Person, audit: str) -> Audit:
    """The audit at this address, if this person may see it."""
    return Audit.objects.visible_to(person).select_related("theme", "partnership", "earlier").get(slug=audit)


def find_priority(person: Person, priority: str) -> Priority:
    return Priority.objects.get(public_id=priority, partnership=person.partnership_id)


def find_theme(person: Person, theme: str) -> Theme:
    return Theme.objects.get(public_id=theme, partnership=person.partnership_id)


def agency_questions(audit: Audit) -> list[Question]:
    return list(audit.questions.filter(asked_of=AskedOf.AGENCY))


def panel_questions(audit: Audit) -> list[Question]:
    return list(audit.questions.filter(asked_of=AskedOf.PANEL))
