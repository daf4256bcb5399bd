"""The pages that are measured: who asks for each, what they send, and what was promised of it."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

from django.urls import reverse

from bench.data import World
from maca.audits.models import Audit
from maca.partnership.models import Agency
from maca.returns.models import Answer

HELLO, FIFTY, AUTOSAVE = "hello", "50 plain rows", "autosave"
WHOLE, AUTOSAVED = 3, 4


@dataclass(frozen=True)
class Page:
    """`times` is the most that its median may be of the plain page's, and `commits` what is allowed on top."""

    name: str
    address: str
    who: str | None = None
    times: float | None = None
    commits: int = 0
    queries: int | None = None
    form: Callable[[], dict[str, str]] | None = None
    status: int = 200
    # It shows or saves sealed words and writes in the journal: measured against the same page without.
    sealed: bool = False


def saving(audit: Audit, case: int, agency: Agency, question: int) -> Callable[[], dict[str, str]]:
    """What the open form of this question would send now, with something new in it."""
    answers = Answer.objects.filter(
        agency_return__case__audit=audit,
        agency_return__case__number=case,
        agency_return__agency=agency,
        question__number=question,
    )

    def filled() -> dict[str, str]:
        version = answers.values_list("version", flat=True).first() or 1
        return {
            "once": secrets.token_hex(16),
            "version": str(version),
            "choice": "partly",
            "how_known": f"Seen in the record of the visit. {version}. " * 8,
        }

    return filled


def autosaving(audit: Audit, case: int, agency: Agency, question: int, name: str = AUTOSAVE) -> Page:
    where = {"audit": audit.slug, "case": case, "agency": agency.slug, "question": question}
    return Page(
        name,
        reverse("autosave", kwargs=where),
        f"auditor.{agency.slug}",
        times=1.5,
        commits=2,
        form=saving(audit, case, agency, question),
        sealed=True,
    )


def of_long_and_broad(world: World, sixty: Audit, broad: Audit) -> list[Page]:
    """An answer of a long form, and the board of a broad audit."""
    address = reverse("board", kwargs={"audit": broad.slug})
    return [
        replace(autosaving(sixty, 1, world.agencies[1], AUTOSAVED, f"{AUTOSAVE}, 1 of 60"), sealed=False),
        Page("board, 1,000 returns", address, "manager", times=5, queries=20),
    ]


def pages(world: World, audit: Audit, case_number: int = 1) -> list[Page]:
    """Every page, the two plain ones first. The agency whose auditor asks has its return of the case half-way."""
    agency = world.agencies[0]
    auditor = f"auditor.{agency.slug}"
    case = {"audit": audit.slug, "case": case_number}
    own = {**case, "agency": agency.slug}
    whole = reverse("answer", kwargs={**own, "question": WHOLE})
    return [
        Page(HELLO, "/bench/hello/"),
        Page(FIFTY, "/bench/fifty/", auditor),
        Page("work list, manager", reverse("work-list"), "manager", times=2, queries=12),
        Page("work list, auditor", reverse("work-list"), auditor, times=2, queries=12),
        Page("board", reverse("board", kwargs={"audit": audit.slug}), "manager"),
        Page("case", reverse("case", kwargs=case), auditor, times=3, queries=12, sealed=True),
        Page("return", reverse("return", kwargs=own), auditor, times=3, queries=12, sealed=True),
        Page("summative report", reverse("report", kwargs=case), "manager", times=5, queries=20, sealed=True),
        Page(
            "save an answer",
            whole,
            auditor,
            form=saving(audit, case_number, agency, WHOLE),
            status=302,
            sealed=True,
        ),
        autosaving(audit, case_number, agency, AUTOSAVED),
    ]
