from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from maca.cases.models import Case
from maca.cases.queries import forget_parts
from maca.cases.seal import case_key
from maca.journal.operations import note_reading, write
from maca.kernel.holding import hold
from maca.kernel.versions import save_changes
from maca.partnership.models import Person
from maca.sealing.cipher import digest
from maca.sealing.field import holds_words, sealed_fields
from maca.voices import rules
from maca.voices.models import FamilyView, Obstacle, Reflection, Sharing
from maca.voices.queries import agency_of, own_reflection, own_views


def _hold(case: Case) -> None:
    hold(case, "audit", read=("nomination",))
    forget_parts(case)


def _where(case: Case) -> dict[str, Any]:
    return {"audit": case.audit.slug, "case": case.label}


@transaction.atomic
def write_reflection(
    case: Case,
    *,
    sharing: Sharing,
    worried: str,
    helped: str,
    obstacles: Collection[Obstacle],
    hindered: str,
    differently: str,
    version: int,
    by: Person,
) -> Reflection:
    """Write down what one thinks of one's own work with the family, and say who may read it.

    The journal tells that it was written, never whether it is shared: of an unnamed one it would say whose it is.
    """
    _hold(case)
    rules.may_write_reflection(by, case).insist()
    found = own_reflection(case, by)
    sealed = case_key(case).seal_all(
        found,
        worried=worried,
        helped=helped,
        obstacles=" ".join(one.value for one in obstacles),
        hindered=hindered,
        differently=differently,
    )
    said = {**sealed, "sharing": sharing, "saved_at": timezone.now()}
    if found.pk:
        save_changes(found, version=version, **said)
    else:
        for name, value in {**said, "version": 1}.items():
            setattr(found, name, value)
        found.save(force_insert=True)
    write("wrote a reflection", found, by=by, **_where(case), version=found.version, sealed=digest(sealed))
    return found


@transaction.atomic
def read_own_reflection(case: Case, *, by: Person) -> Reflection:
    """Show somebody their own reflection, or a blank one."""
    rules.may_read_own_reflection(by, case).insist()
    found = own_reflection(case, by)
    if holds_words(found):
        note_reading("read their own reflection", found, by=by, **_where(case))
        case_key(case).open(found)
    return found


@transaction.atomic
def record_view(case: Case, said: Mapping[str, Any], *, by: Person) -> FamilyView:
    """Record what somebody of the family says, or why they were not asked. `said` holds the fields of a view."""
    _hold(case)
    rules.may_record_view(by, case).insist()
    view = FamilyView(case=case, agency=agency_of(by), recorded_by=by)
    _put(view, said)
    view.saved_by, view.saved_at = by, timezone.now()
    view.save(force_insert=True)
    write("recorded a view", view, by=by, **_said(view))
    return view


@transaction.atomic
def change_view(view: FamilyView, said: Mapping[str, Any], *, version: int | None, by: Person) -> None:
    """Put right what was recorded, or take back that it may be used."""
    case = view.case
    _hold(case)
    rules.may_change_view(by, view).insist()
    _put(view, said)
    changes = {name: getattr(view, name) for name in said}
    save_changes(view, version=version, **changes, saved_by=by, saved_at=timezone.now())
    write("changed a view", view, by=by, **_said(view))


def _put(view: FamilyView, said: Mapping[str, Any]) -> None:
    key, sealed = case_key(view.case), sealed_fields(FamilyView)
    for name, value in said.items():
        setattr(view, name, key.seal(view, name, value) if name in sealed else value)


def _said(view: FamilyView) -> dict[str, Any]:
    """What the journal tells of a view: codes, and the digest of what is sealed."""
    sealed = {name: getattr(view, name) for name in sealed_fields(FamilyView)}
    codes = {"whose": view.whose, "outcome": view.outcome, "agreed": view.agreed}
    return {**_where(view.case), **codes, "sealed": digest(sealed)}


@transaction.atomic
def read_own_views(case: Case, *, by: Person) -> list[FamilyView]:
    """Show those who work with a family what they, or their agency, recorded of its views."""
    rules.may_read_own_views(by, case).insist()
    found = list(own_views(case, by))
    if found:
        note_reading("read a family’s views", case, by=by, **_where(case), views=len(found))
        key = case_key(case)
        for one in found:
            key.open(one)
    return found


@transaction.atomic
def read_view(view: FamilyView, *, by: Person) -> FamilyView:
    """Show one view to whoever recorded it, to put it right."""
    rules.may_change_view(by, view).insist()
    note_reading("read a family’s view", view, by=by, **_where(view.case))
    return case_key(view.case).open(view)
