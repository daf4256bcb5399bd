import datetime as dt

from django.db import transaction
from django.db.models import Max

from maca.audits.models import Audit
from maca.cases import rules
from maca.cases.models import INTRODUCES_CASES, Case, Identity, IdentityReason, Involvement, Nomination, Presenter
from maca.cases.stages import NominationStage
from maca.journal.operations import write
from maca.kernel.holding import hold
from maca.kernel.stages import move
from maca.kernel.verdict import Refused
from maca.kernel.versions import save_changes
from maca.partnership.models import Agency, Person


@transaction.atomic
def nominate_case(
    audit: Audit,
    *,
    rationale: str,
    level: str,
    age_band: str,
    child: str,
    born_on: dt.date | None,
    address: str,
    household: str,
    record_number: str,
    by: Person,
) -> Nomination:
    """Nominate a case with a rationale. Who the child is goes into the identity and nowhere else."""
    hold(audit)
    rules.may_nominate_case(by, audit).insist()
    nomination = Nomination.objects.create(
        audit=audit, agency=by.agency, nominated_by=by, rationale=rationale, level=level, age_band=age_band
    )
    Identity.objects.create(
        nomination=nomination,
        child=child,
        born_on=born_on,
        address=address,
        household=household,
        record_number=record_number,
    )
    write("nominated a case", nomination, by=by, audit=audit.slug)
    return nomination


@transaction.atomic
def select_case(nomination: Nomination, *, by: Person) -> Case:
    """Take a nomination into the audit: it becomes the next "Case n"."""
    hold(nomination, "audit")
    rules.may_select_case(by, nomination).insist()
    move(nomination, to=NominationStage.SELECTED)
    case = add_case(nomination.audit, nomination=nomination)
    write("selected a case", case, by=by, audit=nomination.audit.slug, label=case.label)
    return case


def add_case(audit: Audit, *, number: int | None = None, nomination: Nomination | None = None) -> Case:
    """The case with this number, or with the next one free. Called by operations, which write the journal."""
    # The row of the audit is the lock: two cases selected at once get two numbers.
    Audit.objects.select_for_update().get(pk=audit.pk)
    if number is None:
        number = (Case.objects.filter(audit=audit).aggregate(last=Max("number"))["last"] or 0) + 1
    return Case.objects.create(audit=audit, number=number, nomination=nomination)


@transaction.atomic
def pass_over_case(nomination: Nomination, *, reason: str, by: Person) -> None:
    """Leave a nomination out of the audit, with the reason. It can still be selected later."""
    hold(nomination, "audit")
    rules.may_select_case(by, nomination).insist()
    move(nomination, to=NominationStage.NOT_SELECTED)
    Nomination.objects.filter(pk=nomination.pk).update(decision=reason)
    nomination.decision = reason
    write("passed over a nomination", nomination, by=by, audit=nomination.audit.slug)


@transaction.atomic
def name_presenter(case: Case, *, person: Person, version: int | None, by: Person) -> None:
    """Name the social worker or practice manager who will introduce the case."""
    hold(case, "audit")
    rules.may_name_presenter(by, case).insist()
    if person.partnership_id != case.audit.partnership_id or not person.holds(*INTRODUCES_CASES):
        raise Refused("not-a-presenter", "Choose a social worker or practice manager of your own partnership.")
    save_changes(case, version=version)
    Presenter.objects.filter(case=case).exclude(person=person).delete()
    Presenter.objects.get_or_create(case=case, person=person)
    write("named a presenter", case, by=by, presenter=person.public_id)


def involve_agency(case: Case, agency: Agency) -> None:
    """Let an agency see a case that it is asked about. Called by the operation that asks it."""
    Involvement.objects.get_or_create(case=case, agency=agency)


@transaction.atomic
def open_identity(case: Case, *, reason: IdentityReason, by: Person) -> Identity:
    """Show who the child is, to somebody who needs it and says why. Recorded before it is shown."""
    hold(case, "audit")
    rules.may_open_identity(by, case).insist()
    assert case.nomination is not None  # the rule has looked
    write("opened an identity", case, by=by, audit=case.audit.slug, label=case.label, reason=reason.value)
    return case.nomination.identity
