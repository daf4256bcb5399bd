"""A briefing is sent, approved, published, held back and withdrawn."""

import datetime as dt
import hashlib

from django.db import transaction

from maca.audits.operations import enter
from maca.audits.stages import AuditStage
from maca.briefing import rules
from maca.briefing.models import Briefing, PublishedFile, WithdrawnBecause
from maca.briefing.operations.counting import counted
from maca.briefing.operations.drafting import forget_earlier_versions
from maca.briefing.operations.screening import count_undecided
from maca.briefing.overview import Counts
from maca.briefing.printing import (
    FORMATS,
    SHEET_FORMATS,
    as_searched,
    logo_of,
    look_of,
    overview_in,
    print_overview,
    publisher_of,
    write_file,
)
from maca.briefing.queries import OPENED
from maca.briefing.stages import BriefingStage
from maca.journal.operations import write
from maca.kernel.holding import hold
from maca.kernel.stages import move
from maca.kernel.versions import save_changes
from maca.partnership.models import Partnership, Person
from maca.returns.operations import count_answers


@transaction.atomic
def send_briefing(briefing: Briefing, *, version: int | None, by: Person) -> None:
    """Send the draft to be approved by somebody who wrote none of it."""
    hold(briefing, "audit")
    count_undecided(briefing)  # the lists, or what is known of a family, may have grown since it was saved
    rules.may_send_briefing(by, briefing).insist()
    save_changes(briefing, version=version, sent_back_because="", counts=counted(briefing).as_json())
    move(briefing, to=BriefingStage.SENT)
    write("sent a briefing for approval", briefing, by=by, version=briefing.version)


@transaction.atomic
def take_back_briefing(briefing: Briefing, *, by: Person) -> None:
    """Take the briefing back into draft. Any approval lapses: what is approved is what is published."""
    hold(briefing, "audit")
    rules.may_take_back_briefing(by, briefing).insist()
    move(briefing, to=BriefingStage.DRAFTED)
    save_changes(briefing, version=None, approved_by=None, approved_at=None, counts=None)
    write("took back a briefing", briefing, by=by)


@transaction.atomic
def approve_briefing(briefing: Briefing, *, version: int | None, by: Person) -> None:
    """Approve the briefing as it stands, as somebody who wrote none of it."""
    _freeze_house_style(briefing)
    hold(briefing, "audit")
    count_undecided(briefing)
    rules.may_approve_briefing(by, briefing).insist()
    save_changes(briefing, version=version, approved_by=by)
    move(briefing, to=BriefingStage.APPROVED)
    write("approved a briefing", briefing, by=by, version=briefing.version)


@transaction.atomic
def send_back_briefing(briefing: Briefing, *, because: str, by: Person) -> None:
    """Send the briefing back to its author, saying why."""
    hold(briefing, "audit")
    rules.may_approve_briefing(by, briefing).insist()
    move(briefing, to=BriefingStage.DRAFTED)
    save_changes(briefing, version=None, sent_back_because=because, counts=None)
    write("sent a briefing back", briefing, by=by)


@transaction.atomic
def publish_briefing(
    briefing: Briefing, *, embargo_until: dt.datetime | None = None, is_public: bool = False, by: Person
) -> None:
    """Publish the approved briefing to everybody who signs in, at once or after an embargo, and keep every form of it.

    `is_public` puts it on a page without a sign-in too, where the partnership has such pages.
    """
    _freeze_house_style(briefing)
    hold(briefing, "audit", read=("audit__partnership",))
    rules.may_publish_briefing(by, briefing).insist()
    rules.may_end_embargo_at(embargo_until).insist()
    if is_public:
        briefing.audit.partnership.refresh_from_db(fields=["public_briefings"])  # it may have been told otherwise
        rules.may_have_public_page(by, briefing).insist()
    version = briefing.version
    save_changes(briefing, version=None, embargo_until=embargo_until, is_public=is_public)
    move(briefing, to=BriefingStage.PUBLISHED)
    enter(briefing.audit, AuditStage.PUBLISHED, by=by)
    forget_earlier_versions(briefing)
    count_answers(briefing.audit, by=by)
    write(
        "published a briefing",
        briefing,
        by=by,
        version=version,
        embargo=_at(embargo_until),
        public=is_public,
        files=keep_files(briefing),
    )


def _freeze_house_style(briefing: Briefing) -> None:
    """Keep the house style from being changed until the transaction is over: what is printed is what was approved.

    The partnership comes before the audit, as wherever both are held, and without its key, since rows that only point
    at it are written meanwhile.
    """
    Partnership.objects.select_for_update(no_key=True).get(pk=briefing.audit.partnership_id)


def _at(instant: dt.datetime | None) -> str:
    return instant.isoformat() if instant else ""


def keep_files(briefing: Briefing) -> dict[str, str]:
    """Print a briefing that has just been published in every form, once, and keep that. Answers with the digests."""
    printed = {
        wanted: write_file(
            briefing.value,
            wanted,
            partnership=publisher_of(briefing),
            published_on=briefing.published_on,
            look=look_of(briefing),
            logo=logo_of(briefing),
        )
        for wanted in FORMATS
    }
    if briefing.counts:  # one that was published elsewhere has no record to count
        counts = Counts.from_json(briefing.counts)
        printed |= {overview_in(wanted): print_overview(briefing, counts, wanted) for wanted in SHEET_FORMATS}
    digests = {wanted: hashlib.sha256(content).hexdigest() for wanted, content in printed.items()}
    PublishedFile.objects.bulk_create(
        PublishedFile(briefing=briefing, format=wanted, content=content, sha256=digests[wanted])
        for wanted, content in printed.items()
    )
    words = as_searched(f"{briefing.value.theme} {printed['txt'].decode()}")
    save_changes(briefing, version=None, searched=words)
    return digests


@transaction.atomic
def set_embargo(briefing: Briefing, *, embargo_until: dt.datetime | None, version: int | None, by: Person) -> None:
    """Say before which hour nobody but those who read drafts is shown the briefing; none shows it once published."""
    hold(briefing, "audit")
    rules.may_set_embargo(by, briefing).insist()
    rules.may_end_embargo_at(embargo_until).insist()
    before = briefing.embargo_until
    save_changes(briefing, version=version, embargo_until=embargo_until)
    write("set an embargo", briefing, by=by, before=_at(before), now=_at(embargo_until))


@transaction.atomic
def set_public_page(briefing: Briefing, *, is_public: bool, by: Person) -> None:
    """Put a published briefing on a page that anybody reads without a sign-in, or take it off again."""
    hold(briefing, "audit", read=("audit__partnership",))
    if is_public:
        count_undecided(briefing)  # one that was recorded before there was screening has never been counted
    rules.may_set_public_page(by, briefing).insist()
    save_changes(briefing, version=None, is_public=is_public)
    write("put a briefing on a public page" if is_public else "took a briefing off its public page", briefing, by=by)


@transaction.atomic
def withdraw_briefing(briefing: Briefing, *, because: WithdrawnBecause, note: str, by: Person) -> None:
    """Withdraw what was published, for good. A page stays that says so; what was published stays on record."""
    hold(briefing, "audit")
    rules.may_withdraw_briefing(by, briefing).insist()
    save_changes(briefing, version=None, withdrawn_by=by, withdrawn_because=because, withdrawal_note=note)
    move(briefing, to=BriefingStage.WITHDRAWN)
    write("withdrew a briefing", briefing, by=by, because=because.value)


@transaction.atomic
def note_opened(briefing: Briefing, wanted: str, *, by: Person) -> None:
    """Put on record that somebody opens what was published, as a page or as a file, before they are shown it."""
    rules.may_open_briefing(by, briefing).insist()
    write(OPENED, briefing, by=by, form=wanted)
