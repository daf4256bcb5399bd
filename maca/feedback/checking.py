"""What a factual accuracy check asks, case by case, and which of it is open to who asks."""

from dataclasses import dataclass

from maca.cases.models import CONFLICTS, Case
from maca.cases.queries import fetch_parts, part_in
from maca.cases.rules import may_work_on_case
from maca.feedback.models import FactCheck
from maca.feedback.queries import findings_for, past_of
from maca.kernel.verdict import YES, Verdict
from maca.panel.models import Finding
from maca.partnership.models import Person

USUAL_DAYS = 5  # working days in which an agency answers


@dataclass(frozen=True)
class Group:
    """What a check asks about one case, or about the audit as a whole, and whether it is open to who asks."""

    case: Case | None
    is_open: Verdict
    findings: list[Finding]
    past: list[Finding]  # withdrawn, or no longer about an agency that disputed them: shown, and not asked about

    @property
    def label(self) -> str:
        return self.case.label if self.case else "The audit as a whole"


def groups_of(check: FactCheck, person: Person) -> list[Group]:
    """What a check asks, case by case. A case of which this person has not declared that they have no conflict of
    interest is closed to them, if they see it at all."""
    found: dict[Case | None, tuple[list[Finding], list[Finding]]] = {}
    for finding in findings_for(check.agency, check.audit):
        found.setdefault(finding.case, ([], []))[0].append(finding)
    for finding in past_of(check):
        found.setdefault(finding.case, ([], []))[1].append(finding)
    cases = [one for one in found if one]
    seen = set(Case.objects.visible_to(person).filter(pk__in=[one.pk for one in cases]).values_list("pk", flat=True))
    fetch_parts(cases, person)

    def is_open(case: Case | None) -> Verdict:
        # Nobody declares an interest in a case that they do not see; the finding is about their agency all the same.
        # What they declared when they saw it stands.
        if case is None or not (case.pk in seen or case.destroyed_at or part_in(case, person).interest in CONFLICTS):
            return YES
        return may_work_on_case(person, case)

    return [Group(case, is_open(case), asked, past) for case, (asked, past) in found.items()]
