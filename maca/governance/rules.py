from maca.kernel.verdict import YES, Verdict, no
from maca.partnership.models import Person, Role


def may_read_journal(person: Person) -> Verdict:
    """The information governance officer reads the journal of their own partnership, which holds no content."""
    if not person.holds(Role.INFORMATION_GOVERNANCE):
        return no("not-governance", "The journal is read by the information governance officer.")
    return YES


def may_read_outliers(person: Person) -> Verdict:
    """The information governance officer sees which readings are out of the ordinary."""
    if not person.holds(Role.INFORMATION_GOVERNANCE):
        return no("not-governance", "Readings out of the ordinary are shown to the information governance officer.")
    return YES


def may_see_who_read_ours(person: Person) -> Verdict:
    """An agency’s lead sees everybody who read what their own agency wrote, or a child’s identity with it."""
    if not person.holds(Role.AGENCY_LEAD):
        return no("not-a-lead", "Who has read an agency’s records is shown to the lead of that agency.")
    return YES
