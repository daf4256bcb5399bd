from collections.abc import Collection, Mapping

from django.db import transaction
from django.utils import timezone

from maca.audits.models import Heading
from maca.cases.seal import case_key
from maca.journal.operations import note_reading, write
from maca.kernel.stages import move
from maca.kernel.verdict import Refused
from maca.kernel.versions import save_changes
from maca.panel import rules
from maca.panel.models import Attendance, Came, Hearing
from maca.panel.operations.holding import hold_hearing, where_of
from maca.panel.queries import empty_headings
from maca.panel.stages import HearingStage
from maca.partnership.models import Agency, Person
from maca.sealing.cipher import digest


@transaction.atomic
def introduce_case(
    hearing: Hearing,
    *,
    introduced_by: Person,
    partners: Collection[Agency],
    version: int | None,
    by: Person,
) -> None:
    """Record who introduced the case and which partners then gave their account."""
    hold_hearing(hearing)
    rules.may_hear_case(by, hearing).insist()
    if introduced_by.partnership_id != hearing.case.audit.partnership_id:
        raise Refused("another-partnership", "Choose somebody of your own partnership.")
    save_changes(hearing, version=version, introduced_by=introduced_by)
    if hearing.stage == HearingStage.WAITING:
        move(hearing, to=HearingStage.INTRODUCED)
    hearing.partners.set(partners)
    write(
        "introduced a case",
        hearing.case,
        by=by,
        introduced_by=introduced_by.public_id,
        partners=sorted(agency.slug for agency in partners),
    )


@transaction.atomic
def record_attendance(
    hearing: Hearing, came: Mapping[Agency, tuple[Came, str]], *, version: int | None, by: Person
) -> None:
    """Record for each agency that was asked whether it was there, and who came for it, by their posts."""
    hold_hearing(hearing)
    rules.may_record_attendance(by, hearing).insist()
    now = timezone.now()
    save_changes(hearing, version=version, attendance_at=now, saved_by=by, saved_at=now)
    Attendance.objects.filter(hearing=hearing).delete()
    Attendance.objects.bulk_create(
        Attendance(hearing=hearing, agency=agency, came=said, posts=posts) for agency, (said, posts) in came.items()
    )
    there = sorted(agency.slug for agency, (said, _) in came.items() if said == Came.PRESENT)
    write("recorded who was at a hearing", hearing.case, by=by, present=there, asked=len(came))


@transaction.atomic
def finish_hearing(hearing: Hearing, *, nothing_under: Collection[Heading] = (), voice: str = "", by: Person) -> None:
    """The panel has heard the case: each of the three questions has an answer or none, and the child's voice is in.

    A blank `voice` records that nothing is known of it. Raises `Refused` where a heading has neither a finding nor
    stands in `nothing_under`.
    """
    hold_hearing(hearing)
    rules.may_finish_hearing(by, hearing).insist()
    empty = empty_headings(hearing.case)
    if unanswered := [heading for heading in empty if heading not in nothing_under]:
        raise Refused(
            "unanswered",
            f"No finding stands under “{unanswered[0].label}” Record one, or say that the panel found nothing there.",
        )
    sealed = case_key(hearing.case).seal(hearing, "voice", voice)
    save_changes(
        hearing, version=None, voice=sealed, voice_is_missing=not voice, nothing_under=[str(one) for one in empty]
    )
    move(hearing, to=HearingStage.HEARD)
    write(
        "heard a case", hearing.case, by=by, nothing_under=[str(one) for one in empty], voice_is_missing=not voice,
        sealed=digest({"voice": sealed}),
    )  # fmt: skip


@transaction.atomic
def read_voice(hearing: Hearing, *, by: Person) -> str:
    """Show what the panel said of the child's own voice."""
    rules.may_attend_hearing(by, hearing).insist()
    if not hearing.voice:
        return ""
    note_reading("read the child’s voice at a panel", hearing.case, by=by, **where_of(hearing.case))
    return case_key(hearing.case).text(hearing, "voice")
