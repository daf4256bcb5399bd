from maca.audits.models import Audit
from maca.kernel.verdict import YES, Verdict
from maca.partnership.models import Person


def may_read_audit(person: Person, audit: Audit) -> Verdict:
    """Everybody signed in sees how far an audit of their partnership is, and what stands in its way."""
    return YES
