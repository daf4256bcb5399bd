"""The summative report of a whole audit: the reports of its cases laid side by side, as a value.

It holds those cases alone whose own report the reader may read. Of the others it says that they are left out, and why.
"""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from maca.audits.models import Choice
from maca.chronology.patterns import CODES
from maca.returns.between import Reply, Said
from maca.returns.models import GRADES, Grade
from maca.returns.report_versions import as_it_stood_on
from maca.returns.summative import AgencyAccount, Row, SummativeReport

# As they are chosen from; what is no grade comes after the four that are.
ORDER = (*GRADES, *Choice.values, *Grade.values)


@dataclass(frozen=True, repr=False)
class Answered:
    """How many agencies answered one question of one case, of how many that were asked it and have handed in, and who
    of them left it blank."""

    answered: int
    asked: int
    silent: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class Counted:
    """How often each judgement or grade was given to one question, over all cases."""

    number: int
    question: str
    given: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class LeftOut:
    """A case that is not in the report. `why` is said to the reader, who is the one it is closed to.

    `because` is said in a copy, which others read: it speaks of whoever took it, and names nobody.
    """

    case: str
    why: str
    because: str

    @property
    def in_a_copy(self) -> str:
        """The sentence that stands in a copy, for everybody that it comes to."""
        return f"This copy leaves {self.case} out, because {self.because}."


@dataclass(frozen=True, repr=False)
class AuditReport:
    """The reports of those cases that the reader may read, and each case that is not among them."""

    title: str
    reports: tuple[SummativeReport, ...]
    seen_on: dt.date
    left_out: tuple[LeftOut, ...] = ()

    @property
    def stands(self) -> str:
        """Of which day it is, in words without a full stop. It has no versions of its own."""
        said = as_it_stood_on(self.seen_on)
        return said[0].upper() + said[1:]

    @property
    def agencies(self) -> list[str]:
        return sorted({account.name for report in self.reports for account in report.accounts})

    def response(self) -> list[tuple[str, list[AgencyAccount | None]]]:
        """Each agency with its account of each case, in the order of the cases; None where it was not asked."""
        accounts = [{account.name: account for account in report.accounts} for report in self.reports]
        return [(agency, [of_case.get(agency) for of_case in accounts]) for agency in self.agencies]

    def grid(self) -> list[tuple[Row, list[Answered]]]:
        """Each question with how many answered it in each case; who did not is named."""
        grids = [report.grid() for report in self.reports]
        return [(rows[0][0], [_answered(said) for _, said in rows]) for rows in zip(*grids, strict=True)]

    def counts(self) -> list[Counted]:
        """Judgements and grades question by question. Where none was given, the question is not among them."""
        found = []
        for rows in zip(*(report.rows for report in self.reports), strict=True):
            given = Counter((cell.code, cell.choice) for row in rows for cell in row.cells if cell.code)
            if given:
                found.append(
                    Counted(
                        rows[0].number,
                        rows[0].question,
                        tuple((choice, count) for (_, choice), count in sorted(given.items(), key=_best_first)),
                    )
                )
        return found

    def unanswered(self) -> list[tuple[Row, list[str]]]:
        """Questions that nobody answered, with the cases in which that is so."""
        found = []
        for rows in zip(*(report.rows for report in self.reports), strict=True):
            cases = [r.case for r, row in zip(self.reports, rows, strict=True) if r.submitted and row.nobody_answered]
            if cases:
                found.append((rows[0], cases))
        return found

    def between(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """What shows between the agencies, under its heading: the case, and the sentence."""
        found: dict[str, list[tuple[str, str]]] = {}
        for report in self.reports:
            for heading, between in report.between() if report.submitted else ():
                found.setdefault(heading, []).extend((report.case, one.says) for one in between)
        return list(found.items())

    def patterns(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """What the chronologies ask, by the pattern’s title: the case, and the question with what was decided on it.

        A pattern that shows in more cases comes first; of equals, the one that a chronology shows first.
        """
        found: dict[str, list[tuple[str, str]]] = {}
        titles = {}
        for report in self.reports:
            for one in report.chronology.questions:
                found.setdefault(one.code, []).append((report.case, f"{one.says} {one.decision}"))
                titles[one.code] = one.title
        shows = {code: len({case for case, _ in asked}) for code, asked in found.items()}
        return [(titles[code], found[code]) for code in sorted(found, key=lambda one: (-shows[one], CODES.index(one)))]

    def said(self) -> list[tuple[Row, list[tuple[str, str, tuple[str, ...]]]]]:
        """Each question that asks for points, such as what went well, with the case, the agency and its points."""
        found = []
        for rows in zip(*(report.rows for report in self.reports), strict=True):
            of_cases = zip(self.reports, rows, strict=True)
            points = [(one.case, cell.agency, cell.words) for one, row in of_cases for cell in row.cells if cell.words]
            if rows[0].is_list and points:
                found.append((rows[0], points))
        return found

    def limits(self) -> list[tuple[str, list[str]]]:
        """What the report cannot rest on, case by case. Of a case that is left out, page and copy say so themselves."""
        return [(report.case, report.limits) for report in self.reports]


def _best_first(given: tuple[tuple[str, str], int]) -> tuple[int, str]:
    """Grades and judgements in the order in which they are chosen from; what is in no such order comes last."""
    (code, choice), _ = given
    return (ORDER.index(code) if code in ORDER else len(ORDER), choice)


def _answered(said: Sequence[Said]) -> Answered:
    answered = [one.agency for one in said if one.reply is Reply.ANSWERED]
    silent = tuple(one.agency for one in said if one.reply is Reply.NOT_ANSWERED)
    return Answered(len(answered), len(answered) + len(silent), silent)
