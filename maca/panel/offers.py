"""What the returns and the chronology offer to the panel: to be taken as a line, and put in the panel's own words."""

import hashlib
from collections.abc import Container
from dataclasses import dataclass

from maca.audits.models import Heading
from maca.returns.summative import SummativeReport

CONFLICTS = ("Yes against no", "An answer against the chronology", "Grades apart")


@dataclass(frozen=True, repr=False)
class Offer:
    """One point, from the answers to the question with this number, or from the chronology where it is 0: then `asked`
    is the mark of its pattern. `agency` is the slug of who said it, blank where it is said of several. Taken twice it
    is one line, since `sent` follows from what it says."""

    question: int
    words: str
    agency: str
    called: str
    sent: str
    asked: str = ""


def _offer(
    case: str, heading: Heading, question: int, words: str, agency: str = "", called: str = "", asked: str = ""
) -> Offer:
    said = "\n".join((case, heading, agency, words))
    return Offer(question, words, agency, called, hashlib.sha256(said.encode()).hexdigest()[:32], asked)


def offers(
    report: SummativeReport, case: str, taken: Container[str], made: Container[str] = ()
) -> dict[Heading, list[Offer]]:
    """What is offered under each heading of a case, by its public id, but what has been taken.

    What agencies said went well, and what could be improved, under those questions; where they contradict one another
    or the chronology, and what the chronology asks and was taken to the panel, under challenges. Of what the chronology
    asks, no finding has been `made`: those are known by their marks.
    """
    slugs = {one.name: one.slug for one in report.accounts}
    found: dict[Heading, list[Offer]] = {}
    for row in report.rows:
        if row.is_list and row.heading:
            heading = Heading(row.heading)
            found.setdefault(heading, []).extend(
                _offer(case, heading, row.number, point, slugs.get(cell.agency, ""), cell.agency)
                for cell in row.cells
                for point in cell.words
            )
    between = dict(report.between())
    challenge = Heading.CHALLENGE_OR_THEME
    found.setdefault(challenge, []).extend(
        _offer(case, challenge, one.question, one.says) for name in CONFLICTS for one in between.get(name, ())
    )
    found[challenge].extend(
        _offer(case, challenge, 0, one.says, called="The chronology", asked=one.mark)
        for one in report.chronology.questions
        if one.is_taken and one.mark not in made
    )
    return {heading: [one for one in dict.fromkeys(those) if one.sent not in taken] for heading, those in found.items()}
