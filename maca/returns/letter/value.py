"""What a letter of request says. It names the case by its label: who the child is stands in no letter."""

from collections.abc import Iterator
from dataclasses import dataclass

from maca.audits.models import Choice
from maca.audits.queries import agency_questions
from maca.kernel.clock import LONDON
from maca.returns.models import AgencyReturn

TITLE = "Request for information"
USUAL_PERIOD = (
    "The twelve months before the day of this request in detail, and what came before only as far as it helps to "
    "understand them."
)
USUAL_SECURITY = (
    "Answer on the partnership’s site, or on its form sent by a secure way that your agency has agreed with us. Do not "
    "send names or records by ordinary e-mail. On the site, answers are encrypted with a key of this case alone, and "
    "everybody who reads them is recorded."
)
USUAL_RETENTION = (
    "The child’s identity is destroyed once the action plan of this audit has been signed off, and what agencies "
    "return when the partnership’s retention schedule says so. The findings, which are to name nobody, are kept."
)

ASKED = (
    "Say first whether the family is known to your agency. “Not known to us” is a complete answer. If it is known, say "
    "whether any child may be unsafe now, describe your historic and your current engagement, and answer these "
    "questions. We ask for no more than they need, and for no copies of records."
)
IN_TIME = "If you need longer, ask for it before then, with your reason."
IN_DOUBT = (
    "If you doubt the purpose or the legal basis, ask before you decide. You can also supply a part, and say what you "
    "left out and why. A refusal is recorded as a refusal, with your reason and what it means for the findings."
)
USE = (
    "Your answers are laid beside those of the other agencies for the panel of this case. What is published is a "
    "briefing of the panel’s findings, which is to name no child, no family and no worker."
)


@dataclass(frozen=True)
class Section:
    heading: str
    paragraphs: tuple[str, ...]
    entries: tuple[str, ...] = ()


@dataclass(frozen=True)
class RequestLetter:
    above: tuple[str, ...]  # from whom, about what, to whom
    subject: str
    sections: tuple[Section, ...]

    def texts(self) -> Iterator[str]:
        """Everything the letter says, in order."""
        yield from (*self.above, TITLE)
        for section in self.sections:
            yield from (section.heading, *section.paragraphs, *section.entries)


def letter_for(agency_return: AgencyReturn) -> RequestLetter:
    """The letter of one request, as it was made. Parts that an older request did not state are left out."""
    case, agency = agency_return.case, agency_return.agency
    subject = f"{case.audit.title}, {case.label}"
    asked_on = agency_return.asked_at.astimezone(LONDON)
    sections = (
        _section("Purpose", agency_return.purpose),
        _section("Legal basis", agency_return.legal_basis),
        Section("What is asked", (ASKED,), tuple(_questions(agency_return))),
        _section("The period we ask about", agency_return.period),
        _section("When", f"By the end of {agency_return.due_on:%-d %B %Y}.\n{IN_TIME}\n{IN_DOUBT}"),
        _section("Security", agency_return.security),
        _section("What happens to it", USE),
        _section("How long it is kept", agency_return.retention),
        _section("Whom to ask", agency_return.contact),
    )
    return RequestLetter(
        above=(
            case.audit.partnership.name,
            f"{case.audit.kind}: {subject}",
            f"To {agency.name}, asked on {asked_on:%-d %B %Y}",
        ),
        subject=subject,
        sections=tuple(one for one in sections if one.paragraphs),
    )


def _section(heading: str, words: str) -> Section:
    return Section(heading, tuple(line.strip() for line in words.split("\n") if line.strip()))


def _questions(agency_return: AgencyReturn) -> Iterator[str]:
    questions = list(agency_questions(agency_return.case.audit, agency_return.agency))
    numbers = {question.pk: question.number for question in questions}
    for question in questions:
        condition = ""
        if question.shown_if_id:
            wanted = " or ".join(f"“{Choice(code).label}”" for code in question.shown_if_answers)
            condition = f" (only if you answer {wanted} to question {numbers[question.shown_if_id]})"
        yield f"Question {question.number}: {question.text}{condition}"
