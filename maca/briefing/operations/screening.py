"""What in a briefing could identify a family, as it stands with what is sealed."""

from collections.abc import Iterable

from django.db import transaction

from maca.audits.models import Audit
from maca.briefing import rules
from maca.briefing.deciding import TOGETHER, Hit, hits
from maca.briefing.models import Briefing, Decision
from maca.briefing.queries import around
from maca.briefing.screening.identity import Known, known
from maca.cases.seal import identity_keys, nomination_keys
from maca.journal.operations import note_reading
from maca.partnership.models import Person
from maca.sealing.operations import mark_key


def _known(audit: Audit) -> Known:
    """What is sealed of the families of an audit. Those whose keys were destroyed have nothing left to give away."""
    cases = audit.cases.filter(nomination__isnull=False, destroyed_at=None).select_related("nomination__identity")
    nominations = [one.nomination for one in cases if one.nomination]
    if not nominations:
        return Known()
    keys, case_keys = identity_keys(nominations), nomination_keys(nominations)
    found = Known()
    for one in nominations:
        if (key := keys.get(one.public_id)) is None:
            continue
        who = key.open(one.identity)
        names = [str(one) for one in (who.child, who.mother, who.father, who.partner, who.absent_parent)]
        names += [sibling.name for sibling in who.brothers_and_sisters if not sibling.is_unborn]
        places = [str(who.address), str(who.record_number)]
        if case_key := case_keys.get(one.public_id):
            places.append(case_key.text(one, "locality"))
        found |= known(names, [str(who.household)], places)
    return found


def screened(briefing: Briefing) -> list[Hit]:
    key = mark_key(briefing.audit.partnership.public_id)
    kept: dict[str, list[str]] = {}
    # What was told together and is said of no one case is told together no more; said of the case again, it is.
    decided = briefing.screen_decisions.exclude(kind=TOGETHER, decision=Decision.POOLED)
    for one in decided.filter(decision__in=(Decision.KEPT, Decision.POOLED)):
        kept.setdefault(one.found, []).extend(one.points)
    return hits(
        briefing.value,
        _known(briefing.audit),
        published_by=briefing.audit.partnership.name,
        mark=lambda text: key.mark("screening", f"{briefing.public_id}|{text}")[:32],
        kept=kept,
        around=around(briefing),
    )


def count_undecided(briefing: Briefing, found: Iterable[Hit] | None = None) -> None:
    """Count anew, from what was found in the words as they now are if that is at hand."""
    undecided = sum(bool(one.undecided) for one in (screened(briefing) if found is None else found))
    if undecided != briefing.undecided:
        Briefing.objects.filter(pk=briefing.pk).update(undecided=undecided)
        briefing.undecided = undecided


@transaction.atomic
def read_screening(briefing: Briefing, *, by: Person) -> list[Hit]:
    """Show what in a briefing could identify a family, the sealed identities of its cases among it. Recorded before it
    is shown."""
    rules.may_see_screening(by, briefing).insist()
    found = screened(briefing)
    note_reading("read what could identify", briefing, by=by, found=len(found))
    return found


@transaction.atomic
def read_hit(briefing: Briefing, hit: str, *, by: Person) -> Hit | None:
    """Show one thing that was found, to decide on it. Recorded before it is shown."""
    rules.may_decide_on_hit(by, briefing).insist()
    found = next((one for one in screened(briefing) if one.public_id == hit), None)
    if found:
        note_reading("read what could identify", briefing, by=by, found=1)
    return found
