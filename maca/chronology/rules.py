from django.conf import settings
from django.utils.module_loading import import_string

from maca.audits.stages import AuditStage
from maca.cases.models import Case, Involvement
from maca.cases.rules import may_work_on_case
from maca.chronology.models import Chronology, EntryFile
from maca.kernel.verdict import YES, Verdict, no
from maca.partnership.models import Person, Role


def may_read_entries(person: Person, involvement: Involvement) -> Verdict:
    """An agency reads the entries that it gave, and so does the business manager, who may give them for it."""
    if not (person.speaks_for(involvement.agency) or person.holds(Role.BUSINESS_MANAGER)):
        return no("not-your-agency", f"Only {involvement.agency} reads its own entries before the panel.")
    return may_work_on_case(person, involvement.case)


def may_add_entries(person: Person, involvement: Involvement) -> Verdict:
    """An agency that knows the family gives its entries while returns are gathered; they are its own until then."""
    if not (verdict := may_read_entries(person, involvement)):
        return verdict
    if not involvement.case.audit.is_gathering:
        return no(
            "not-gathering", "Chronologies are given from the day the cases are circulated until the panel opens."
        )
    if involvement.not_known_at:
        return no(
            "not-known",
            f"{involvement.agency} has said that it does not know this family. If that was a mistake, say so on the "
            "return first.",
        )
    return YES


def may_take_file(person: Person, file: EntryFile) -> Verdict:
    """What was sent is taken, or thrown away, by whoever may add entries."""
    involvement = file.case.involvements.select_related("agency").get(agency=file.agency_id)
    involvement.case = file.case
    return may_add_entries(person, involvement)


def may_set_up_chronologies(person: Person) -> Verdict:
    """The business manager sets when the patterns of a chronology ask, and which words suggest an event."""
    if person.holds(Role.BUSINESS_MANAGER):
        return YES
    return no(
        "not-the-manager",
        "Only the business manager sets when the patterns of a chronology ask, and which words suggest an event.",
    )


def may_read_chronology(person: Person, case: Case) -> Verdict:
    """The merged chronology of a case opens to whoever may read its summative report, on the same day."""
    # By a setting, since this room may not know the one that has the report.
    verdict: Verdict = import_string(settings.MACA_MAY_READ_REPORT)(person, case)
    return verdict


def may_decide_on_patterns(person: Person, chronology: Chronology) -> Verdict:
    """The chair or the business manager takes each question to the panel or sets it aside, until the panel closes."""
    if not (verdict := may_read_chronology(person, chronology.case)):
        return verdict
    if not person.holds(Role.CHAIR, Role.BUSINESS_MANAGER):
        return no("not-yours", "Only the chair and the business manager decide which questions the panel is asked.")
    if chronology.case.audit.stage in (AuditStage.PANEL_CLOSED, AuditStage.PUBLISHED):
        return no("panel-closed", "The panel has closed, so what it was asked stays as it is.")
    return YES
