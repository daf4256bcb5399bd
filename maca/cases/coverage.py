"""Whom the cases of an audit are about, counted group by group; and whose voice is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from maca.cases.facts import AgeBand, Category, Disability, Ethnicity, Level, Sex
from maca.kernel.small_numbers import Hidden, without_small_numbers

NOT_RECORDED = "Not recorded"


@dataclass(frozen=True)
class Facts:
    """What is said of one case in codes. An empty one is not recorded."""

    level: str
    age_band: str
    category: str = ""
    sex: str = ""
    ethnicity: str = ""
    disability: str = ""
    locality: str = ""

    @property
    def words(self) -> dict[str, str]:
        """Each as a person would read it."""
        said = {name: _label(kind, getattr(self, name)) for name, (_, kind, _) in KINDS.items()}
        return {**said, "locality": self.locality or NOT_RECORDED}


@dataclass(frozen=True)
class Table:
    """The cases by one of their facts, every group of it in a fixed order, also those that nobody is of."""

    title: str
    rows: tuple[tuple[str, int | Hidden], ...]


# The name of each fact, with what it is called, its groups, and whether it may be unrecorded.
KINDS: dict[str, tuple[str, Any, bool]] = {
    "level": ("Level of help", Level, False),
    "category": ("Category", Category, True),
    "age_band": ("Age", AgeBand, False),
    "sex": ("Sex", Sex, True),
    "ethnicity": ("Ethnicity", Ethnicity, True),
    "disability": ("Disability", Disability, True),
}
# Whose voice an audit of children would miss: how they are called, the fact, and any of which.
VOICES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("a child under 5", "age_band", ("unborn", "under_1", "1_4")),
    ("a child of 5 to 9", "age_band", ("5_9",)),
    ("a young person of 10 or over", "age_band", ("10_15", "16_17")),
    ("a girl", "sex", ("female",)),
    ("a boy", "sex", ("male",)),
    ("a child who is Asian or Asian British", "ethnicity", ("asian",)),
    ("a child who is Black", "ethnicity", ("black",)),
    ("a child of mixed or multiple ethnic groups", "ethnicity", ("mixed",)),
    ("a disabled child", "disability", ("yes",)),
    ("a child with early help alone", "level", ("early_help",)),
)


def _label(kind: Any, value: str) -> str:
    return str(dict(kind.choices).get(value, value)) or NOT_RECORDED


def tables(cases: Sequence[Facts], *, suppressed: bool) -> list[Table]:
    """The cases counted. Suppressed, no number is shown that could be a child; and no place, which is one itself."""
    found = []
    for name, (title, kind, may_lack) in KINDS.items():
        groups = [(value, label) for value, label in kind.choices]
        if may_lack:
            groups.append(("", NOT_RECORDED))
        counts = [sum(getattr(one, name) == value for one in cases) for value, _ in groups]
        shown = without_small_numbers(counts) if suppressed else counts
        found.append(Table(title, tuple((label, count) for (_, label), count in zip(groups, shown, strict=True))))
    if not suppressed:
        places = sorted({one.locality for one in cases} - {""})
        rows = [(place, sum(one.locality == place for one in cases)) for place in places]
        if unrecorded := sum(not one.locality for one in cases):
            rows.append((NOT_RECORDED, unrecorded))
        found.append(Table("Locality", tuple(rows)))
    return found


def absent(cases: Sequence[Facts]) -> list[str]:
    """A sentence that names whose voice is missing, and one for each fact by which nobody can tell."""
    if not cases:
        return []
    unknown = [name for name in ("sex", "ethnicity", "disability") if not any(getattr(one, name) for one in cases)]
    missing = [
        who
        for who, name, values in VOICES
        if name not in unknown and not any(getattr(one, name) in values for one in cases)
    ]
    said = []
    if missing:
        listed = missing[0] if len(missing) == 1 else f"{', '.join(missing[:-1])} or {missing[-1]}"
        said.append(f"No case is known to be about {listed}. Their voice is missing from this audit.")
    if unknown:
        listed = unknown[0] if len(unknown) == 1 else f"{', '.join(unknown[:-1])} or {unknown[-1]}"
        said.append(f"No case has its {listed} recorded, so nobody can tell whose voice is missing there.")
    return said
