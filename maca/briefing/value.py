"""A six-step briefing as a plain, frozen value: what is read from a file and what every writer writes.

Nothing here knows of a database or of a file format. The value keeps itself in order: its texts have
single spaces and no control characters, and its findings stand in the order in which they are printed.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby
from typing import Any, Literal, get_args

from maca.kernel.text import normalise

Asks = Literal["agency", "panel"]


class Step(StrEnum):
    """The six headings that give the 6 Step Briefing its name."""

    THEME_AND_CASES = "theme_and_cases"
    PROCESS = "process"
    WENT_WELL = "went_well"
    CAN_BE_IMPROVED = "can_be_improved"
    CHALLENGE_OR_THEME = "challenge_or_theme"
    GOOD_PRACTICE = "good_practice"


class Heading(StrEnum):
    """The four of the six headings that findings stand under."""

    WENT_WELL = Step.WENT_WELL.value
    CAN_BE_IMPROVED = Step.CAN_BE_IMPROVED.value
    CHALLENGE_OR_THEME = Step.CHALLENGE_OR_THEME.value
    GOOD_PRACTICE = Step.GOOD_PRACTICE.value


def clean(text: str) -> str:
    """The text on one line: normalised, trimmed, every run of white space one space."""
    return " ".join(normalise(text)[0].split())


_ROUND_NUMBER = re.compile(r"\s+\d{1,2}$")


def theme_of(title: str) -> str:
    """The theme of an audit: its title without the number of the round ("Neglect 2" -> "Neglect")."""
    return _ROUND_NUMBER.sub("", clean(title))


@dataclass(frozen=True, slots=True)
class SectionHeading:
    """One of the six headings in the words of the source, for instance "Theme / Cases"."""

    step: Step
    text: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", clean(self.text))
        if not self.text:
            raise ValueError(f"The heading of the section {self.step.value} has no words.")


STANDARD_HEADINGS: tuple[SectionHeading, ...] = (
    SectionHeading(Step.THEME_AND_CASES, "Theme / Cases"),
    SectionHeading(Step.PROCESS, "The Process"),
    SectionHeading(Step.WENT_WELL, "What went well?"),
    SectionHeading(Step.CAN_BE_IMPROVED, "What can be improved?"),
    SectionHeading(Step.CHALLENGE_OR_THEME, "What challenges/themes can be identified?"),
    SectionHeading(Step.GOOD_PRACTICE, "Good practice"),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: the heading it stands under, its case ("Case 1") or None, and its words.

    `ref` is the public id of the finding in the database, if it has one. It is not printed.
    """

    heading: Heading
    case: str | None
    text: str
    ref: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", clean(self.text))
        object.__setattr__(self, "case", clean(self.case or "") or None)
        if not self.text:
            raise ValueError("A finding has no words.")


@dataclass(frozen=True, slots=True)
class ProcessLine:
    """One line of "The Process". `asks` says whose questions are printed under it."""

    text: str
    bullet: bool = False
    asks: Asks | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", clean(self.text))
        if not self.text:
            raise ValueError("A line of the process has no words.")


@dataclass(frozen=True, slots=True)
class SixSteps:
    """A whole briefing.

    `headings` are the sections there are, in the order they are printed; a section that is not there is
    not printed. Findings are kept in the order of printing: by section, in a section first those of no
    case, otherwise as given. Raises ValueError where words would have no place to be printed: a finding
    or a line whose section has no heading, or questions that no line of the process asks.
    """

    title: str
    kind: str = ""
    form: str = ""
    theme: str = ""
    theme_and_cases: tuple[str, ...] = ()
    process: tuple[ProcessLine, ...] = ()
    agency_questions: tuple[str, ...] = ()
    panel_questions: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    headings: tuple[SectionHeading, ...] = STANDARD_HEADINGS

    def __post_init__(self) -> None:
        for name in ("title", "kind", "form", "theme"):
            object.__setattr__(self, name, clean(getattr(self, name)))
        for name in ("theme_and_cases", "agency_questions", "panel_questions"):
            texts = tuple(clean(text) for text in getattr(self, name))
            if not all(texts):
                raise ValueError(f"One of the texts of {name} has no words.")
            object.__setattr__(self, name, texts)
        object.__setattr__(self, "theme", self.theme or theme_of(self.title))
        place = {heading.step: index for index, heading in enumerate(self.headings)}
        if len(place) != len(self.headings):
            raise ValueError("A section has two headings.")
        self._refuse_words_without_a_place(place)
        ordered = sorted(self.findings, key=lambda f: (place[Step(f.heading)], f.case is not None))
        object.__setattr__(self, "findings", tuple(ordered))

    def _refuse_words_without_a_place(self, place: Mapping[Step, int]) -> None:
        used = {Step(finding.heading) for finding in self.findings}
        used |= {Step.THEME_AND_CASES} if self.theme_and_cases else set()
        used |= {Step.PROCESS} if self.process else set()
        for step in used - place.keys():
            raise ValueError(f"There are words for the section {step.value}, but it has no heading.")
        for asks in get_args(Asks):
            lines = sum(line.asks == asks for line in self.process)
            if lines > 1 or (self.questions(asks) and not lines):
                raise ValueError(f"The {asks} questions need one line of the process that asks them.")

    def questions(self, asks: Asks | None) -> tuple[str, ...]:
        """The questions that are printed under a process line with this `asks`."""
        return {"agency": self.agency_questions, "panel": self.panel_questions}.get(asks or "", ())

    def by_case(self, heading: Heading) -> Iterator[tuple[str | None, tuple[Finding, ...]]]:
        """The findings under one heading, in runs of the same case, as they are printed."""
        under = (finding for finding in self.findings if finding.heading is heading)
        for case, findings in groupby(under, key=lambda finding: finding.case):
            yield case, tuple(findings)

    def duplicates(self) -> list[list[int]]:
        """Pairs [i, j], i < j: finding j says word for word what finding i was the first to say."""
        first: dict[str, int] = {}
        pairs = []
        for index, finding in enumerate(self.findings):
            if first.setdefault(finding.text, index) != index:
                pairs.append([first[finding.text], index])
        return pairs

    def without_refs(self) -> "SixSteps":
        """The same briefing as a reader of the printed one would see it: with no database ids."""
        return replace(self, findings=tuple(replace(finding, ref=None) for finding in self.findings))


def to_dict(value: SixSteps) -> dict[str, Any]:
    """The briefing as plain lists and dictionaries, ready for JSON. `from_dict` gives it back whole."""
    return {
        "kind": value.kind,
        "form": value.form,
        "title": value.title,
        "theme": value.theme,
        "headings": [{"step": heading.step.value, "text": heading.text} for heading in value.headings],
        "theme_and_cases": list(value.theme_and_cases),
        "process": [line.text for line in value.process],
        "process_layout": [{"bullet": line.bullet, "asks": line.asks} for line in value.process],
        "agency_questions": list(value.agency_questions),
        "panel_questions": list(value.panel_questions),
        "findings": [
            {"heading": finding.heading.value, "case": finding.case, "text": finding.text}
            | ({"ref": finding.ref} if finding.ref is not None else {})
            for finding in value.findings
        ],
        "duplicates": value.duplicates(),
    }


def from_dict(data: Mapping[str, Any]) -> SixSteps:
    """The briefing that `to_dict` made `data` from. Raises KeyError or ValueError for anything else."""
    layout = data["process_layout"]
    return SixSteps(
        title=data["title"],
        kind=data["kind"],
        form=data["form"],
        theme=data["theme"],
        theme_and_cases=tuple(data["theme_and_cases"]),
        process=tuple(
            ProcessLine(text, line["bullet"], line["asks"]) for text, line in zip(data["process"], layout, strict=True)
        ),
        agency_questions=tuple(data["agency_questions"]),
        panel_questions=tuple(data["panel_questions"]),
        findings=tuple(
            Finding(Heading(item["heading"]), item["case"], item["text"], item.get("ref")) for item in data["findings"]
        ),
        headings=tuple(SectionHeading(Step(item["step"]), item["text"]) for item in data["headings"]),
    )
