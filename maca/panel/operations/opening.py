import datetime as dt
from collections.abc import Collection, Mapping

from django.db import transaction
from django.utils import timezone

from maca.audits.models import Audit
from maca.audits.operations import enter
from maca.audits.stages import AuditStage
from maca.cases.models import Case
from maca.journal.operations import write
from maca.kernel.holding import hold
from maca.kernel.versions import save_changes
from maca.panel import rules
from maca.panel.models import Agenda, Hearing, Slot
from maca.panel.queries import returns_outstanding
from maca.partnership.models import Agency, Person


@transaction.atomic
def open_panel(audit: Audit, *, by: Person) -> None:
    """Open the panel: agencies’ returns close, and each case’s panel sees all of its case."""
    hold(audit)
    rules.may_open_panel(by, audit).insist()
    Hearing.objects.bulk_create(Hearing(case=case) for case in audit.cases.all())
    write("opened a panel", audit, by=by, returns_outstanding=returns_outstanding(audit))
    enter(audit, AuditStage.PANEL_OPENED, by=by)


@transaction.atomic
def set_agenda(
    audit: Audit,
    *,
    begins_at: dt.time,
    place: str,
    quorum: int | None,
    needed: Collection[Agency] = (),
    slots: Mapping[Case, tuple[int, int]],
    version: int | None,
    by: Person,
) -> Agenda:
    """Set when and where the panel meets, how many agencies and which have to be there, and the place and minutes of
    each case.

    Cases with the same place come in the order of their numbers.
    """
    hold(audit)
    rules.may_set_agenda(by, audit).insist()
    agenda, _ = Agenda.objects.get_or_create(audit=audit, defaults={"begins_at": begins_at})
    save_changes(
        agenda, version=version, begins_at=begins_at, place=place, quorum=quorum, saved_by=by, saved_at=timezone.now()
    )
    agenda.needed.set(needed)
    Slot.objects.filter(agenda=agenda).delete()
    order = sorted(slots, key=lambda case: (slots[case][0], case.number))
    Slot.objects.bulk_create(
        Slot(agenda=agenda, case=case, place=at, minutes=slots[case][1]) for at, case in enumerate(order, start=1)
    )
    minutes = {case.label: slots[case][1] for case in order}
    whom = sorted(agency.slug for agency in needed)
    write("set the agenda of a panel", agenda, by=by, audit=audit.slug, minutes=minutes, quorum=quorum, needed=whom)
    return agenda


@transaction.atomic
def close_panel(audit: Audit, *, by: Person) -> None:
    """Close the panel: its findings stand, and the briefing can be drafted."""
    hold(audit)
    # What is being written comes in before.
    list(Hearing.objects.select_for_update(of=("self",)).filter(case__audit=audit).order_by("pk"))
    rules.may_close_panel(by, audit).insist()
    enter(audit, AuditStage.PANEL_CLOSED, by=by)
    write("closed a panel", audit, by=by, findings=audit.findings.standing().count())
