"""The overview report of an audit: how it was made, of what, what came back and what was found, as a value and a paper.

Its words are those of the briefing, which have been screened, and names of kinds, reasons and themes that are shipped
with the site. Nothing else that somebody wrote is in it; the rest is counts. Agencies are named by their kind and cases
not at all, since it leaves the partnership together with the briefing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from maca.briefing.sheets import what_is_needed
from maca.briefing.value import Heading, SixSteps
from maca.kernel.paper import Paper, Part
from maca.kernel.small_numbers import FEWEST, Hidden, without_small_numbers
from maca.panel.codebook import CodeBook
from maca.panel.grades import CALLED, NO_GRADES, spread
from maca.returns.models import GRADES, Grade

NAME = "Overview report"


@dataclass(frozen=True)
class Counts:
    """What is counted of an audit, apart from its briefing. Grades are counted already as they are shown.

    `drawn_from` is how many children were on the lists that cases were drawn from, 0 where none was drawn. `agencies`
    and `themes` are names with numbers, those themes only of which a number may be told; `has_themes` says whether the
    panel gave any. `grades` are rows of a grade, what the agencies gave and what the panel gave.
    """

    cases: int
    drawn_from: int
    agencies: tuple[tuple[str, int], ...]
    asked: int
    whole: int
    in_part: int
    not_known: int
    declined: int
    no_reply: int
    late: int
    grades: tuple[tuple[str, str, str], ...]
    themes: tuple[tuple[str, int], ...]
    proposed: int
    chosen_by_inspectors: bool = False
    has_themes: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Counts":
        """The counts that `as_json` wrote."""
        rows = {name: tuple(tuple(row) for row in kept[name]) for name in ("agencies", "grades", "themes")}
        return cls(**{**kept, **rows})


def grades_as_shown(own: Iterable[Grade], panel: Iterable[Grade]) -> tuple[tuple[str, str, str], ...]:
    """Each grade, and what is none, with how often the agencies and the panel gave it; no small number among them."""
    columns = []
    for given in (own, panel):
        counted = spread(given)
        columns.append([_shown(one) for one in without_small_numbers([*counted.counts, *counted.without])])
    names = [CALLED[one] for one in (*GRADES, *NO_GRADES)]
    return tuple(zip(names, *columns, strict=True))


def _shown(count: int | Hidden) -> str:
    return count.value if isinstance(count, Hidden) else str(count)


def as_paper(value: SixSteps, counts: Counts, *, footer: str = "") -> Paper:
    """The report as a paper: headings, paragraphs and points, in the words of the briefing."""
    return Paper(
        title=value.title or value.kind or NAME,
        about=NAME,
        footer=footer,
        parts=(
            *_method(value, counts),
            Part("Sample", (_sample(counts),), tuple(f"{kind}: {number}" for kind, number in counts.agencies)),
            Part("Response", *_response(counts)),
            *_findings(value),
            *_grades(counts),
            *_themes(counts),
            _recommendations(value, counts),
            Part("What the numbers count", points=_what_is_counted(counts)),
        ),
    )


def _method(value: SixSteps, counts: Counts) -> list[Part]:
    how = "Members of the sub-group nominated cases, and its chair chose among them."
    if counts.chosen_by_inspectors:
        how = "Inspectors chose the cases."
    if counts.drawn_from:
        listed = f" of {counts.drawn_from} children" if counts.drawn_from >= FEWEST else ""
        how = f"Cases were drawn by lot from a list{listed}, and the chair chose among those drawn."
    asked = (
        ("Asked of each agency", value.agency_questions),
        ("Asked at the panel", value.panel_questions),
    )
    return [
        Part("Method", (how,), value.theme_and_cases),
        *(
            Part(f"{heading}: {_count(len(those), 'question')}", points=those, level=2)
            for heading, those in asked
            if those
        ),
    ]


def _sample(counts: Counts) -> str:
    agencies = sum(number for _, number in counts.agencies)
    return (
        f"{_count(counts.cases, 'case')} {'was' if counts.cases == 1 else 'were'} audited. "
        f"{_count(agencies, 'agency', 'agencies')} {'was' if agencies == 1 else 'were'} asked about one or more, by "
        "kind:"
    )


def _response(counts: Counts) -> tuple[tuple[str, ...], tuple[str, ...]]:
    lines = [f"{_count(counts.asked, 'return')} {'was' if counts.asked == 1 else 'were'} asked for:"]
    rows = (
        ("Handed in whole", counts.whole),
        ("Handed in, in part", counts.in_part),
        ("The family is not known to the agency", counts.not_known),
        ("Declined", counts.declined),
        ("No reply", counts.no_reply),
    )
    points = [f"{name}: {number}" for name, number in rows]
    points.append(f"Of those handed in, after the day on which they were due: {counts.late}")
    if missing := counts.declined + counts.no_reply + counts.in_part:
        lines.insert(
            0,
            f"{_count(missing, 'return')} did not come, or not whole. What those agencies know of a family beyond that "
            "is in no finding, so the findings say less of those cases than there may be to say.",
        )
    return tuple(lines), tuple(points)


def _findings(value: SixSteps) -> list[Part]:
    total = len(value.findings)
    parts = [
        Part(
            "Findings",
            (f"{_count(total, 'finding')} of the panel {'stands' if total == 1 else 'stand'} in the briefing.",),
        )
    ]
    for heading in value.headings:
        if heading.step in set(Heading):
            texts = [one.text for one in value.findings if one.heading == heading.step]
            parts.append(
                Part(
                    f"{heading.text}{'' if heading.text.endswith('?') else ':'} {_count(len(texts), 'finding')}",
                    () if texts else ("The briefing says nothing under this heading.",),
                    tuple(dict.fromkeys(texts)),
                    level=2,
                )
            )
    return parts


def _grades(counts: Counts) -> list[Part]:
    if not counts.grades:
        return []
    said = tuple(
        f"{name}: by the agencies {own.lower()}; by the panel {panel.lower()}" for name, own, panel in counts.grades
    )
    return [
        Part("Grades", ("How often each grade was given to the agencies’ work, by themselves and by the panel:",), said)
    ]


def _themes(counts: Counts) -> list[Part]:
    if not counts.has_themes and not counts.themes:
        return []
    said = tuple(f"{called}: {_count(number, 'finding')}" for called, number in counts.themes)
    lines = ["A finding may be about several themes, or about none."]
    lines.append(LEFT_OUT if said else NONE_TOLD)
    return [Part("Themes", tuple(lines), said)]


def _recommendations(value: SixSteps, counts: Counts) -> Part:
    needed = tuple(what_is_needed(value))
    proposed = "No action was proposed at the panel."
    if counts.proposed:
        proposed = (
            f"At the panel {_count(counts.proposed, 'action')} {'was' if counts.proposed == 1 else 'were'} proposed. "
            "What became of them, who does it and by when, is kept with the actions of the audit."
        )
    lines = (
        proposed,
        "These findings say themselves that something is needed:"
        if needed
        else "No finding says in so many words that something is needed.",
    )
    return Part("Recommendations", lines, needed)


def _what_is_counted(counts: Counts) -> tuple[str, ...]:
    said = [
        "Cases: those selected for the audit.",
        "Agencies: each once, however many cases it was asked about.",
        "Returns: one for each case and each agency asked about it, as they stood when the briefing was sent for "
        "approval. One that was sent back with questions counts as handed in whole.",
        "Findings: those that stand in the briefing. One that says the same as another under its heading is printed "
        "once and counted twice.",
    ]
    if counts.grades:
        said.append(
            "Grades: one for each graded question of each return handed in, and each that the panel gave. A number "
            f"under {FEWEST} is not shown, nor one from which it could be worked out."
        )
    if counts.has_themes or counts.themes:
        said.append("Themes: the findings of the briefing to which the panel gave a theme of the shipped code-book.")
    said.append("Actions: the lines at the panel that proposed one, without those taken out again.")
    return tuple(said)


def _count(number: int, one: str, several: str = "") -> str:
    return f"{number} {one if number == 1 else several or one + 's'}"


LEFT_OUT = "A theme with few findings is not listed, nor one from which a small number could be worked out."
NONE_TOLD = "No theme has so many findings that a number can be given without telling too much."


def findings_by_theme(
    value: SixSteps, given: Mapping[str, Sequence[str]], book: CodeBook, *, suppressed: bool
) -> dict[str, int | Hidden]:
    """How many findings of a briefing are about each theme of the code-book, by its code: for the overview report,
    the figures and the yearly report alike, so that none of them gives away what another hides.

    `given` are the themes that the panel gave to findings, by their references. Where it gave none at all, those count
    that the words of the briefing suggest.
    """
    # What stands under two headings is one finding.
    once = list({(one.case, one.text): one for one in value.findings}.values())
    those = [list(given.get(one.ref or "", ())) for one in once]
    if not any(those):
        those = [[each.code for each in book.suggested(one.text)] for one in once]
    codes = [one.code for one in book.used]
    counts = [sum(code in of_finding for of_finding in those) for code in codes]
    return dict(zip(codes, without_small_numbers(counts) if suppressed else counts, strict=True))


def themes_as_shown(names: Mapping[str, str], counted: Mapping[str, int | Hidden]) -> tuple[tuple[str, int], ...]:
    """The themes of which a number may be told, by their shipped names, the most frequent first. One of a
    partnership’s own is left out: its name is somebody’s words, which nobody has screened."""
    found = [(names[code], many) for code, many in counted.items() if code in names and isinstance(many, int) and many]
    return tuple(sorted(found, key=lambda row: (-row[1], row[0])))
