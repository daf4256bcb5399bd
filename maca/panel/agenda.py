"""The agenda of a panel as it is read: each case with the time at which it comes."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from maca.audits.models import Audit
from maca.cases.models import CONFLICTS, Case, Declaration, Presenter
from maca.panel.models import Agenda, Attendance, Came, Hearing, Slot
from maca.partnership.models import Agency
from maca.returns.models import ReportVersion

USUAL_MINUTES = 60


@dataclass(frozen=True)
class Turn:
    """One case of the agenda. `begins` and `ends` are None where no agenda has been set."""

    case: Case
    minutes: int
    begins: dt.time | None
    ends: dt.time | None
    introduced_by: str
    pack: str
    pack_is_late: bool


def agenda_of(audit: Audit) -> Agenda | None:
    return Agenda.objects.select_related("saved_by").prefetch_related("needed").filter(audit=audit).first()


def quorum_of(audit: Audit) -> int | None:
    """How many agencies have to be there for each case, where the partnership has said so."""
    return Agenda.objects.filter(audit=audit).values_list("quorum", flat=True).first()


def missing_from(hearing: Hearing) -> str:
    """A sentence on the agencies that have to be there for each case and were not there for this one; empty where all
    were, or where who was there is not known yet. The chair decides what it means."""
    if hearing.attendance_at is None:
        return ""
    there = Attendance.objects.filter(hearing=hearing, came=Came.PRESENT).values("agency")
    needed = Agency.objects.filter(pk__in=Agenda.objects.filter(audit=hearing.case.audit_id).values("needed"))
    *others, last = needed.exclude(pk__in=there).order_by("name").values_list("name", flat=True) or [""]
    if not last:
        return ""
    if not others:
        return f"{last} had to be there, and was not."
    return f"{', '.join(others)} and {last} had to be there, and were not."


def interests_in(audit: Audit) -> dict[int, str]:
    """How many have said what they have to do with each case, and of how many that is a conflict, by its key."""
    rows = Declaration.objects.standing().filter(case__audit=audit).order_by("pk")
    said: dict[int, dict[int, str]] = {}
    for case, person, interest in rows.values_list("case", "person", "interest"):
        said.setdefault(case, {})[person] = interest
    found = {}
    for case, by_person in said.items():
        conflicts = sum(one in CONFLICTS for one in by_person.values())
        those = f"; {conflicts} with a conflict of interest" if conflicts else ""
        found[case] = f"{len(by_person)} {'has' if len(by_person) == 1 else 'have'} declared{those}"
    return found


def turns(audit: Audit, agenda: Agenda | None, *, today: dt.date, named: Collection[int] = ()) -> list[Turn]:
    """The cases in the order in which they are heard. Who introduces is said of the cases whose keys are `named`."""
    slots = {one.case_id: one for one in Slot.objects.filter(case__audit=audit)} if agenda else {}
    cases = sorted(audit.cases.all(), key=lambda one: (slots[one.pk].place if one.pk in slots else 1_000, one.number))
    presenters: dict[int, list[str]] = {}
    for one in Presenter.objects.filter(case__audit=audit).select_related("person").order_by("pk"):
        presenters.setdefault(one.case_id, []).append(f"{one.person.name}, {one.person.post}")
    issued = {one.case_id: one for one in ReportVersion.objects.filter(case__audit=audit).defer("paper")}
    at = dt.datetime.combine(audit.panel_on or today, agenda.begins_at) if agenda else None
    found = []
    for case in cases:
        minutes = slots[case.pk].minutes if case.pk in slots else USUAL_MINUTES
        ends = at + dt.timedelta(minutes=minutes) if at else None
        version = issued.get(case.pk)
        late = version is None and audit.pack_on is not None and today > audit.pack_on
        pack = f"Report issued, version {version.number}" if version else "Report not issued yet"
        found.append(
            Turn(
                case,
                minutes,
                at.time() if at else None,
                ends.time() if ends else None,
                "; ".join(presenters.get(case.pk, [])) if case.pk in named else "",
                pack,
                late,
            )
        )
        at = ends
    return found
