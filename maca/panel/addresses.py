"""Where the pages of this room lead back to, and the three columns that several show."""

from django.urls import reverse

from maca.audits.models import Audit, Heading
from maca.audits.queries import panel_questions
from maca.cases.models import Case
from maca.panel.queries import CASE_HEADINGS


def panel_page(audit: Audit) -> str:
    return reverse("panel", kwargs={"audit": audit.slug})


def hearing_page(case: Case) -> str:
    return reverse("hearing", kwargs={"audit": case.audit.slug, "case": case.number})


def page_of(audit: Audit, case: Case | None) -> str:
    if case is None:
        return panel_page(audit) + "#good-practice"
    case.audit = audit
    return hearing_page(case)


def columns_of(case: Case) -> list[tuple[Heading, str]]:
    """The three headings, each with the question as this audit asks it."""
    asked = {question.heading: question.text for question in panel_questions(case.audit)}
    return [(heading, asked.get(heading) or str(heading.label)) for heading in CASE_HEADINGS]
