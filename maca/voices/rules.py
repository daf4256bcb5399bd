from maca.audits.stages import AuditStage
from maca.cases.models import Case
from maca.cases.queries import part_in
from maca.cases.rules import may_work_on_case
from maca.kernel.verdict import YES, Verdict, no
from maca.partnership.models import Person
from maca.voices.models import FamilyView
from maca.voices.queries import agency_of, knows_family


def _until_the_panel_closes(case: Case) -> Verdict:
    if case.audit.stage in (AuditStage.PANEL_CLOSED, AuditStage.PUBLISHED):
        return no("panel-closed", "The panel has closed, so what was said for it can no longer be changed.")
    return YES


def may_read_own_reflection(person: Person, case: Case) -> Verdict:
    """Whoever introduces a case reads what they wrote about their own work, until it is destroyed; nobody else does."""
    if not part_in(case, person).introduces:
        return no("not-introducing", "Only whoever introduces a case writes a reflection on it, for themselves.")
    return may_work_on_case(person, case)


def may_write_reflection(person: Person, case: Case) -> Verdict:
    """Whoever introduces a case writes a reflection, and says who may read it, until the panel closes."""
    if not (verdict := may_read_own_reflection(person, case)):
        return verdict
    return _until_the_panel_closes(case)


def may_read_own_views(person: Person, case: Case) -> Verdict:
    """Those who work with a family read what they, or their agency, recorded of its views."""
    if not knows_family(case, person):
        return no(
            "not-with-the-family",
            "The family’s views are recorded by those who work with it: whoever introduces the case, and the agencies "
            "that were asked and know the family.",
        )
    return may_work_on_case(person, case)


def may_record_view(person: Person, case: Case) -> Verdict:
    """Those who work with a family record what it says, or that it was not asked, until the panel closes."""
    if not (verdict := may_read_own_views(person, case)):
        return verdict
    return _until_the_panel_closes(case)


def may_change_view(person: Person, view: FamilyView) -> Verdict:
    """What was recorded is changed by whoever recorded it, or their agency, also when the family takes it back."""
    agency = agency_of(person)
    is_own = view.agency == agency if agency else (view.agency is None and view.recorded_by_id == person.pk)
    if not is_own:
        return no("not-yours", "Only whoever recorded a view, or their agency, changes it.")
    return may_record_view(person, view.case)
