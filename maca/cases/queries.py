from maca.audits.models import Audit
from maca.audits.queries import find_audit
from maca.cases.models import INTRODUCES_CASES, Case, Nomination
from maca.partnership.models import Person


def find_case(person: Person, audit: str, case: int) -> Case:
    """The case at this address, if this person may see it."""
    return (
        Case.objects.visible_to(person)
        .select_related("audit__theme", "audit__partnership", "nomination__agency")
        .get(audit__slug=audit, number=case)
    )


def find_nomination(person: Person, audit: str, nomination: str) -> Nomination:
    return Nomination.objects.select_related("audit", "agency", "nominated_by").get(
        audit=find_audit(person, audit), public_id=nomination
    )


def nominations(audit: Audit) -> list[Nomination]:
    """Every nomination of an audit, in the order they came, each with its case if it became one."""
    return list(audit.nominations.select_related("agency", "nominated_by", "case"))


def cases_of(audit: Audit, person: Person) -> list[Case]:
    """The cases of an audit that this person may see, in order."""
    return list(
        Case.objects.visible_to(person)
        .filter(audit=audit)
        .select_related("audit", "nomination")
        .prefetch_related("presenters__person")
    )


def possible_presenters(audit: Audit) -> list[Person]:
    """Social workers and practice managers of the partnership."""
    return list(
        Person.objects.filter(partnership=audit.partnership_id)
        .holding(*INTRODUCES_CASES)
        .prefetch_related("appointments")
    )
