"""Somebody decides on what could identify a family."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from maca.briefing import rules
from maca.briefing.deciding import SEVERAL_AT_ONCE, TOGETHER, Hit, Stand
from maca.briefing.models import OTHER, Briefing, ChangedBecause, Decision, KeptBecause, ScreenDecision
from maca.briefing.operations.drafting import save_words
from maca.briefing.operations.screening import count_undecided, screened
from maca.briefing.points import pooled, said
from maca.briefing.value import clean
from maca.journal.operations import write
from maca.kernel.holding import hold
from maca.kernel.verdict import Refused
from maca.kernel.versions import save_changes
from maca.partnership.models import Person


def _open_stands(briefing: Briefing, hit: Hit, by: Person) -> tuple[Stand, ...]:
    """Where the words stand in what this person may change. Raises `Refused` where that is nowhere."""
    closed = rules.closed_findings(briefing, by)
    if not (found := hit.open_stands(closed)):
        case = next(closed[ref] for one in hit.stands if (ref := one.point.ref) in closed)
        rules.may_change_points(by, case).insist()
    return found


@transaction.atomic
def decide_on_hit(
    briefing: Briefing,
    hit: str,
    *,
    decision: Decision,
    reason: KeptBecause | ChangedBecause | None = None,
    because: str = "",
    words: Mapping[str, str] | None = None,
    version: int | None,
    by: Person,
) -> None:
    """Decide on one thing that could identify a family: keep it or say it otherwise, and say why.

    `words` has the new text of a point by its place.
    """
    hold(briefing, "audit")
    rules.may_decide_on_hit(by, briefing).insist()
    found = next((one for one in screened(briefing) if one.public_id == hit), None)
    if found is None:
        raise Refused("gone", "These words are no longer in the briefing, so there is nothing to decide.")
    stands = _open_stands(briefing, found, by)
    places = {one.point.place for one in stands}
    is_kept = decision in (Decision.KEPT, Decision.POOLED)
    if not isinstance(reason, KeptBecause if is_kept else ChangedBecause) or (reason == OTHER and not because):
        raise Refused("no-reason", "Say why it is kept." if is_kept else "Say why it is not left as it is.")
    because = because if reason == OTHER else ""
    value, digests = briefing.value, [one.digest for one in stands]
    if decision == Decision.POOLED:
        if not found.may_be_pooled:
            raise Refused("no-case", "These words are said of no one case already.")
        value = pooled(value, places)
        digests = [replace(one, point=replace(one.point, case=None)).digest for one in stands]
    elif decision == Decision.REMOVED:
        if not found.may_go:
            raise Refused("has-to-stay", "This point cannot be left out. Say it in other words.")
        value, digests = said(value, dict.fromkeys(places, "")), []
    elif decision == Decision.REWORDED:
        value, digests = said(value, {place: text for place, text in (words or {}).items() if place in places}), []
    row = ScreenDecision(
        briefing=briefing, found=found.public_id, kind=found.kind, points=digests, decision=decision,
        reason=reason, because=because, decided_by=by,
    )  # fmt: skip
    row.save(force_insert=True)
    save_words(briefing, value, version=version, by=by)
    left = screened(briefing)
    if decision == Decision.REWORDED and (still := next((one for one in left if one.public_id == hit), None)):
        if found.kind == TOGETHER:
            raise Refused("still-there", f"{still.why} Say less of it.")
        if {clean(text) for text in (words or {}).values()} & {one.point.text for one in still.undecided}:
            raise Refused("still-there", f"“{found.phrase}” still stands there. Write the point without it.")
    count_undecided(briefing, left)
    write(
        "decided on what could identify", briefing, by=by, kind=found.kind, decision=str(decision),
        reason=str(reason), points=len(stands), undecided=briefing.undecided, version=briefing.version,
    )  # fmt: skip


@transaction.atomic
def keep_words(briefing: Briefing, chosen: Collection[str], *, version: int | None, by: Person) -> None:
    """Keep several words that nobody knows, or few use, at once, as words of the work that tell of no family."""
    hold(briefing, "audit")
    rules.may_decide_on_hit(by, briefing).insist()
    closed = rules.closed_findings(briefing, by)
    found = [
        one for one in screened(briefing)
        if one.public_id in set(chosen) and one.kind in SEVERAL_AT_ONCE and one.open_stands(closed)
    ]  # fmt: skip
    if not found:
        raise Refused("none-chosen", "Choose at least one word that tells of no family.")
    ScreenDecision.objects.bulk_create(
        ScreenDecision(
            briefing=briefing, found=one.public_id, kind=one.kind, decision=Decision.KEPT, decided_by=by,
            points=[stand.digest for stand in one.open_stands(closed)], reason=KeptBecause.PRACTICE,
        )
        for one in found
    )  # fmt: skip
    save_changes(briefing, version=version, saved_by=by, saved_at=timezone.now())
    briefing.authors.add(by)
    count_undecided(briefing)
    write(
        "decided on what could identify", briefing, by=by, kind="|".join(sorted({one.kind for one in found})),
        decision=str(Decision.KEPT), words=len(found), undecided=briefing.undecided, version=briefing.version,
    )  # fmt: skip
