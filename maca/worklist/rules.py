from maca.audits.models import Audit
from maca.cases.models import Case
from maca.kernel.verdict import YES, Verdict
from maca.partnership.models import Person


def may_read_audit(person: Person, audit: Audit) -> Verdict:
    """Everybody signed in sees how far an audit of their partnership is, and what stands in its way."""
    return YES


def may_read_case(person: Person, case: Case) -> Verdict:
    """Those on a case, and those who run, hear or scrutinise its audit, see its page."""
    return YES
