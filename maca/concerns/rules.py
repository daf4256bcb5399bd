from maca.cases.models import Case
from maca.concerns.models import Concern
from maca.concerns.queries import answerers, answers_for_concerns
from maca.concerns.stages import ConcernStage
from maca.kernel.verdict import YES, Verdict, no
from maca.partnership.models import Person


def may_raise_concern(person: Person, case: Case) -> Verdict:
    """Anybody who sees a case may raise a concern about it at any stage, and nothing has to be done first."""
    if case.destroyed_at:
        return no(
            "destroyed",
            "What was written about this case has been destroyed. If a child may be at risk, ring the front door of "
            "children’s social care, or 999 in immediate danger.",
        )
    return YES


def may_list_concerns(person: Person) -> Verdict:
    """The business manager, the chair and the lead of children’s social care see every concern."""
    if not answers_for_concerns(person):
        return no(
            "answers-for-none",
            "The list of concerns is for the business manager, the chair and the lead of children’s social care.",
        )
    return YES


def may_read_concern(person: Person, concern: Concern) -> Verdict:
    """Whoever raised a concern reads it; so do the business manager, the chair and the lead of social care."""
    if concern.raised_by_id != person.pk and not answers_for_concerns(person):
        return no("not-yours", "You can see that a concern stands, but its words are for those who answer for it.")
    return YES


def may_say_told(person: Person, concern: Concern) -> Verdict:
    """Those who read a concern record who was told, when it was raised before anybody had been."""
    if not (may := may_read_concern(person, concern)):
        return may
    if concern.told_at:
        return no("told-already", "Who was told is on the record already. A correction is written as a note.")
    if concern.stage == ConcernStage.CLOSED:
        return no("closed", "This concern has been closed.")
    return YES


def may_acknowledge_concern(person: Person, concern: Concern) -> Verdict:
    """The business manager or the lead of children’s social care acknowledges a concern, never whoever raised it.

    The chair does where there is nobody else, or when the first alert has gone unanswered.
    """
    if concern.stage != ConcernStage.RAISED:
        return no("acknowledged-already", "This concern has been acknowledged already.")
    return _answers(person, concern)


def may_close_concern(person: Person, concern: Concern) -> Verdict:
    """Somebody other than whoever raised a concern closes it, with the answer that was received."""
    if concern.stage == ConcernStage.CLOSED:
        return no("closed-already", "This concern has been closed already.")
    if not (may := _answers(person, concern)):
        return may
    if concern.stage == ConcernStage.RAISED:
        return no("not-acknowledged", "Acknowledge the concern first.")
    if concern.told_at is None:
        return no("nobody-told", "It is not on the record that anybody has been told. Record who was told first.")
    return YES


def may_note_concern(person: Person, concern: Concern) -> Verdict:
    """Those who read a concern may add a note to it at any time. Nothing in it is changed or deleted."""
    return may_read_concern(person, concern)


def _answers(person: Person, concern: Concern) -> Verdict:
    if concern.raised_by_id == person.pk:
        return no("raised-it", "You raised this concern, so somebody else acknowledges it and closes it.")
    if person not in answerers(concern):
        return no(
            "answers-for-none",
            "The business manager or the lead of children’s social care acknowledges a concern and closes it; the "
            "chair does when they have not answered the first alert.",
        )
    return YES
