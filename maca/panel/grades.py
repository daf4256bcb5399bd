"""The panel's grades beside the agencies' own, and how far they agree. Plain functions of plain values.

“Not applicable” and “not enough information” are no grades: they are counted apart, and stand in no percentage. The
cases of an audit are chosen and few, so there are counts, with percentages beside them, and no statistic that would
need a population.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from maca.returns.between import Reply
from maca.returns.models import GRADES, Grade
from maca.returns.summative import SummativeReport

NO_GRADES = (Grade.NOT_APPLICABLE, Grade.NOT_ENOUGH_INFORMATION)
GOOD_OR_BETTER = (Grade.OUTSTANDING, Grade.GOOD)
# As the panel says it: an agency says “not applicable to us”.
CALLED = {one: str(one.label) for one in GRADES} | {
    Grade.NOT_APPLICABLE: "Not applicable",
    Grade.NOT_ENOUGH_INFORMATION: "Not enough information to grade",
}


@dataclass(frozen=True, repr=False)
class Given:
    """What the panel gave. `follows` is what was decided because of it."""

    grade: Grade
    reason: str
    follows: str

    @property
    def called(self) -> str:
        return CALLED[self.grade]


@dataclass(frozen=True, repr=False)
class Beside:
    """What one agency gave itself, and what the panel gives beside it. `said` is the grade in words, or why there is
    none; `own` is None where the agency chose nothing."""

    case: str
    question: int
    agency: str
    slug: str
    own: Grade | None
    said: str
    words: tuple[str, ...]
    given: Given | None

    @property
    def panel(self) -> Grade | None:
        return self.given.grade if self.given else None

    @property
    def is_inadequate(self) -> bool:
        """As it stands: by the panel where it has graded, by the agency where it has not."""
        return (self.panel if self.panel in GRADES else self.own) == Grade.INADEQUATE

    @property
    def follows(self) -> str:
        return self.given.follows if self.given else ""


@dataclass(frozen=True, repr=False)
class Graded:
    """One question that asks for a grade, with each agency that was asked it and has handed in."""

    number: int
    question: str
    besides: tuple[Beside, ...]


def asks_for_grades(report: SummativeReport) -> bool:
    return any(row.grades for row in report.rows)


def graded(report: SummativeReport, given: Mapping[tuple[int, str], Given]) -> list[Graded]:
    """The graded questions of a case. `given` is by the number of the question and the slug of the agency.

    Whoever was not asked a question is not among them, unless the panel has graded them all the same.
    """
    slugs = {one.name: one.slug for one in report.accounts}
    return [
        Graded(
            row.number,
            row.question,
            tuple(
                Beside(
                    report.case,
                    row.number,
                    cell.agency,
                    slugs[cell.agency],
                    Grade(cell.code) if cell.code else None,
                    cell.choice or cell.gap,
                    cell.words,
                    given.get((row.number, slugs[cell.agency])),
                )
                for cell in row.cells
                if cell.said.reply is not Reply.NOT_ASKED or (row.number, slugs[cell.agency]) in given
            ),
        )
        for row in report.rows
        if row.grades
    ]


def percent(count: int, of: int) -> int:
    """Rounded, a half up. Of nothing there is no percentage: raises `ZeroDivisionError`."""
    return (200 * count + of) // (2 * of)


def share(count: int, of: int) -> str:
    """A count, with its percentage beside it: “6 of 12 (50%)”."""
    return f"{count} of {of} ({percent(count, of)}%)" if of else "None"


@dataclass(frozen=True)
class Spread:
    """How often each grade was given, best first, and how often what is none."""

    counts: tuple[int, ...]
    without: tuple[int, ...]

    @property
    def graded(self) -> int:
        return sum(self.counts)


def spread(given: Iterable[Grade | None]) -> Spread:
    counted = Counter(given)
    return Spread(tuple(counted[one] for one in GRADES), tuple(counted[one] for one in NO_GRADES))


@dataclass(frozen=True)
class Agreement:
    """How far those that both the agency and the panel graded agree, and which way the panel differs."""

    same: int = 0
    one_step: int = 0
    further: int = 0
    lower: int = 0
    higher: int = 0

    @property
    def both(self) -> int:
        return self.same + self.one_step + self.further

    @property
    def sentences(self) -> list[str]:
        if not self.both:
            return ["Nothing has been graded by both the agency and the panel yet."]
        said = [
            f"Graded by both: {self.both}. The same: {share(self.same, self.both)}. One step apart: "
            f"{share(self.one_step, self.both)}. Further apart: {share(self.further, self.both)}."
        ]
        if self.lower or self.higher:
            said.append(f"Where they differ, the panel is lower in {self.lower} and higher in {self.higher}.")
        return said


def agreement(pairs: Iterable[tuple[Grade | None, Grade | None]]) -> Agreement:
    """Of what the agency gave itself and what the panel gave it. Where one gave no grade, nothing is compared."""
    steps = [GRADES.index(panel) - GRADES.index(own) for own, panel in pairs if own in GRADES and panel in GRADES]
    return Agreement(
        same=sum(step == 0 for step in steps),
        one_step=sum(abs(step) == 1 for step in steps),
        further=sum(abs(step) > 1 for step in steps),
        lower=sum(step > 0 for step in steps),
        higher=sum(step < 0 for step in steps),
    )


@dataclass(frozen=True)
class Figures:
    """The agencies' own grades and the panel's, counted apart, and how far they agree."""

    own: Spread
    panel: Spread
    agreement: Agreement

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        """Each grade in words, as the agencies gave it and as the panel did: counts with percentages beside."""
        both = (self.own, self.panel)
        good = [sum(one.counts[GRADES.index(grade)] for grade in GOOD_OR_BETTER) for one in both]
        lines = [(CALLED[grade], [one.counts[at] for one in both]) for at, grade in enumerate(GRADES)]
        lines.append(("Good or better, together", good))
        return [
            (called, *(share(count, one.graded) for count, one in zip(counts, both, strict=True)))  # type: ignore[misc]
            for called, counts in lines
        ]

    @property
    def not_grades(self) -> list[tuple[str, int, int]]:
        """What is no grade: counted, and never in a percentage."""
        return [
            (CALLED[one], own, panel)
            for one, own, panel in zip(NO_GRADES, self.own.without, self.panel.without, strict=True)
        ]


def figures(besides: Iterable[Beside]) -> Figures:
    those = list(besides)
    return Figures(
        spread(one.own for one in those),
        spread(one.panel for one in those),
        agreement((one.own, one.panel) for one in those),
    )


def _all(questions: Iterable[Graded]) -> Figures:
    return figures(beside for one in questions for beside in one.besides)


@dataclass(frozen=True, repr=False)
class Across:
    """The grades of those cases of an audit that somebody may read, side by side."""

    cases: tuple[str, ...]
    questions: tuple[tuple[int, str, Figures], ...]
    agencies: tuple[tuple[str, Agreement], ...]
    all: Figures
    inadequate: tuple[Beside, ...]


def across(cases: Iterable[tuple[str, Iterable[Graded]]]) -> Across:
    """The cases, each by its label with its graded questions, as `graded` answers."""
    of_cases = [(label, list(those)) for label, those in cases]
    by_number = sorted((one for _, those in of_cases for one in those), key=lambda one: one.number)
    questions = [list(same) for _, same in groupby(by_number, key=lambda one: one.number)]
    besides = [beside for one in by_number for beside in one.besides]
    by_agency = sorted(besides, key=lambda one: one.agency)
    return Across(
        tuple(label for label, _ in of_cases),
        tuple((same[0].number, same[0].question, _all(same)) for same in questions),
        tuple(
            (agency, agreement((one.own, one.panel) for one in those))
            for agency, those in groupby(by_agency, key=lambda one: one.agency)
        ),
        figures(besides),
        tuple(one for one in besides if one.is_inadequate),
    )
