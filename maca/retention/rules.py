from maca.cases.models import Case, LegalHold
from maca.cases.rules import may_destroy_case
from maca.kernel.verdict import YES, Verdict, no
from maca.partnership.models import Person, Role
from maca.retention.models import Certificate, Period
from maca.retention.queries import clock_trouble, keys_destroyed_at, ready_to_go

SEES = (Role.BUSINESS_MANAGER, Role.CHAIR, Role.INFORMATION_GOVERNANCE)
DECIDES = (Role.CHAIR, Role.INFORMATION_GOVERNANCE)
TROUBLES = {
    "behind": "The clock of this site stands before the last entry of its journal, so nothing is destroyed. Ask "
    "whoever looks after the machine to set the clock right.",
    "leapt": "More than 30 days without any entry lie within, or just before, the last 30 days of the journal. Either "
    "the clock of this site has leapt, or the site stood still. Nothing is destroyed until 30 days have gone by with "
    "the clock right.",
    "restored": "The journal ends before its own seal, so this site may have been put back from an older backup, and a "
    "legal hold may be missing. Nothing is destroyed. Ask whoever looks after the machine to run “maca retention "
    "check”.",
}


def may_see_retention(person: Person) -> Verdict:
    """The business manager, the chair and the information governance officer see how long each record is kept, what
    is due, what is held, and every certificate."""
    if not person.holds(*SEES):
        return no(
            "not-yours",
            "How long records are kept is shown to the business manager, the chair and the information governance "
            "officer.",
        )
    return YES


def may_change_period(person: Person, period: Period) -> Verdict:
    """The chair or the information governance officer decides how long a class of record is kept. Whoever destroys
    does not decide when."""
    if not person.holds(*DECIDES):
        return no(
            "not-yours",
            "Only the chair and the information governance officer decide how long a record is kept.",
        )
    return YES


def may_begin_hold(person: Person) -> Verdict:
    """The business manager, the chair or the information governance officer begins a legal hold."""
    if not person.holds(*SEES):
        return no(
            "not-yours",
            "Only the business manager, the chair and the information governance officer begin a legal hold.",
        )
    return YES


def may_end_hold(person: Person, hold: LegalHold) -> Verdict:
    """The chair or the information governance officer ends a legal hold. Whoever destroys does not."""
    if not person.holds(*DECIDES):
        return no("not-yours", "Only the chair and the information governance officer end a legal hold.")
    if hold.ended_at:
        return no("ended", "This hold has been ended already.")
    return YES


def may_destroy_due(person: Person) -> Verdict:
    """The business manager destroys what is due by the schedule and not held, if the clock can be believed."""
    if not person.holds(Role.BUSINESS_MANAGER):
        return no("not-the-manager", "Only the business manager destroys what is due.")
    if not (verdict := _clock_can_be_believed(person)):
        return verdict
    if not ready_to_go(person.partnership):
        return no(
            "nothing-due",
            "Nothing can be destroyed by the schedule today: nothing is due, or a legal hold stands over it, or nobody "
            "has decided on its period.",
        )
    return YES


def may_destroy_by_hand(person: Person, case: Case) -> Verdict:
    """Before its time is over, the business manager destroys a case that should not be here, or that its agency has
    asked to have destroyed, once the briefing has been published."""
    return may_destroy_case(person, case) and _clock_can_be_believed(person)


def _clock_can_be_believed(person: Person) -> Verdict:
    if code := clock_trouble(person.partnership_public_id):
        return no(f"clock-{code}", TROUBLES[code])
    return YES


def may_read_certificate(person: Person, certificate: Certificate) -> Verdict:
    """Whoever sees how long records are kept reads each certificate of destruction."""
    return may_see_retention(person)


def may_print_certificate(person: Person, certificate: Certificate) -> Verdict:
    """A certificate is printed once every key that it names is gone from the keystore."""
    if not (verdict := may_read_certificate(person, certificate)):
        return verdict
    if len(keys_destroyed_at(certificate)) < len(certificate.content["keys"]):
        return no(
            "keys-left",
            "A key that this certificate names still stands in the keystore, so it cannot be printed yet. Ask whoever "
            "looks after the machine to run “maca keys sweep”; under a legal hold, that leaves the key.",
        )
    return YES
