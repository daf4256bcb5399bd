from maca.audits.models import Audit
from maca.audits.queries import find_audit
from maca.cases.models import Case
from maca.cases.queries import fetch_parts
from maca.inspection.days import Days
from maca.inspection.models import Inspection
from maca.partnership.models import Person
from maca.returns.models import AgencyReturn


def find_inspected(person: Person, audit: str) -> Audit:
    """The audit of an inspection at this address."""
    found = find_audit(person, audit)
    if not found.is_inspection:
        raise Audit.DoesNotExist
    return found


def inspection_of(audit: Audit) -> Inspection:
    return Inspection.objects.get(audit=audit)


def named(person: Person, called: str) -> Audit | None:
    """The audit of an inspection of this name that there is already."""
    return Audit.objects.filter(
        partnership=person.partnership_id, is_inspection=True, title__iexact=called.strip()
    ).first()


def days_of(inspection: Inspection, audit: Audit) -> Days:
    assert audit.returns_due_on  # an inspection is started with both
    assert audit.pack_on
    return Days(
        inspection.notice_on, audit.returns_due_on, audit.pack_on, inspection.on_site_from, inspection.on_site_to
    )


def cases_of_packs(audit: Audit, person: Person) -> list[Case]:
    """The cases of an audit, each with what this person has to do with it."""
    cases = list(audit.cases.select_related("nomination"))
    fetch_parts(cases, person)
    for one in cases:
        one.audit = audit
    return cases


def returns_of(audit: Audit) -> list[AgencyReturn]:
    """What each agency was asked about each child, in the order of the children."""
    found = AgencyReturn.objects.of(audit).select_related("agency", "case").order_by("case__number", "agency__name")
    returns = list(found)
    for one in returns:
        one.case.audit = audit
    return returns
