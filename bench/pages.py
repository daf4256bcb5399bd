"""The pages that are measured: who asks for each, what they send, and what was promised of it."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from bench.data import World
from maca.audits.models import Audit
from maca.returns.models import Answer

HELLO, FIFTY = "hello", "50 plain rows"
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


def pages(world: World, audit: Audit, case_number: int = 1) -> list[Page]:
    """Every page, the two plain ones first. The agency whose auditor asks has its return of the case half-way."""
    agency = world.agencies[0]
    auditor = f"auditor.{agency.slug}"
    case = {"audit": audit.slug, "case": case_number}
    own = {**case, "agency": agency.slug}

    def form(question: int) -> Callable[[], dict[str, str]]:
        """What the open form of this question would send now, with something new in it."""
        answers = Answer.objects.filter(
            agency_return__case__audit=audit,
            agency_return__case__number=case_number,
            agency_return__agency=agency,
            question__number=question,
        )

        def filled() -> dict[str, str]:
            version = answers.values_list("version", flat=True).get()
            return {
                "once": secrets.token_hex(16),
                "version": str(version),
                "choice": "partly",
                "how_known": f"Seen in the record of the visit. {version}. " * 8,
            }

        return filled

    def question(number: int, page: str) -> str:
        return reverse(page, kwargs={**own, "question": number})

    return [
        Page(HELLO, "/bench/hello/"),
        Page(FIFTY, "/bench/fifty/", auditor),
        Page("work list, manager", reverse("work-list"), "manager", times=2, queries=12),
        Page("work list, auditor", reverse("work-list"), auditor, times=2, queries=12),
        Page("board", reverse("board", kwargs={"audit": audit.slug}), "manager"),
        Page("case", reverse("case", kwargs=case), auditor, times=3, queries=12, sealed=True),
        Page("return", reverse("return", kwargs=own), auditor, times=3, queries=12, sealed=True),
        Page("summative report", reverse("report", kwargs=case), "manager", times=5, queries=20, sealed=True),
        Page("save an answer", question(WHOLE, "answer"), auditor, form=form(WHOLE), status=302, sealed=True),
        Page(
            "autosave",
            question(AUTOSAVED, "autosave"),
            auditor,
            times=1.5,
            commits=2,
            form=form(AUTOSAVED),
            sealed=True,
        ),
    ]
