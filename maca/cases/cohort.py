"""A cohort: the children that cases are drawn from, as a spreadsheet that somebody sends.

A row that cannot be read is left out, with a sentence that says which column is why and never what stood there; what
can be read is kept. The cohort is a value. It is kept as JSON, sealed, for as long as somebody draws from it.
"""

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from openpyxl import Workbook, load_workbook

from maca.cases.facts import AgeBand, Category, Disability, Level, Sex, band_of, years_between
from maca.cases.written_dates import read_date
from maca.kernel.office import ENCRYPTED, OLD_OFFICE, ZIP, opened, refuse_wide_ranges
from maca.kernel.spreadsheet import FORMULA, as_csv, text_of_csv
from maca.kernel.text import normalise
from maca.kernel.word import Limits, UnfitError

LARGEST = 5 * 1024 * 1024
MOST_CHILDREN = 5_000
_MOST_COLUMNS = 60
_LONGEST = 200
_SENTENCES = 200
_LIMITS = Limits(
    "list of children",
    mends="Copy the rows alone into a new workbook, or into the example, and send that.",
    unpacked=30 * 1024 * 1024,
    part=15 * 1024 * 1024,
    xml=8 * 1024 * 1024,
    parts=500,
    tags=600_000,
)
_MOST_JOINED = 50_000
_BLANK = {"", "-", "–", "—", "n/a", "na", "none", "null"}
_NOT_RECORDED = {
    "not recorded", "not known", "unknown", "not stated", "refused", "not obtained", "information not yet obtained",
    "u", "i", "refu", "nobt",
}  # fmt: skip


@dataclass(frozen=True)
class Child:
    """One row that could be read. Who it is stands in the first three; the rest is codes and dates."""

    reference: str
    name: str
    born_on: dt.date | None
    row: int
    age: str  # a band that was given in the place of a date of birth
    level: str
    category: str
    sex: str
    ethnicity: str
    disability: str
    locality: str
    last_on: dt.date | None

    def band(self, day: dt.date) -> str:
        """Its age band on a day; empty for a grown-up."""
        if self.born_on is None:
            return self.age
        return band_of(years_between(self.born_on, day)) or ""


@dataclass(frozen=True)
class Cohort:
    """Everybody who could be read, and a sentence for everything that could not."""

    children: tuple[Child, ...]
    sentences: tuple[str, ...] = ()
    refused: int = 0

    def as_json(self) -> str:
        return json.dumps(
            {"children": [list(asdict(one).values()) for one in self.children], "sentences": self.sentences,
             "refused": self.refused},
            ensure_ascii=False, default=dt.date.isoformat,
        )  # fmt: skip

    @classmethod
    def from_json(cls, text: str) -> "Cohort":
        kept = json.loads(text)
        return cls(tuple(_child(row) for row in kept["children"]), tuple(kept["sentences"]), kept["refused"])


def _child(values: list[Any]) -> Child:
    kept = dict(zip((field.name for field in fields(Child)), values, strict=True))
    for name in ("born_on", "last_on"):
        kept[name] = dt.date.fromisoformat(kept[name]) if kept[name] else None
    return Child(**kept)


# ---- what may stand in a column


class _Unread(ValueError):
    """Why a cell cannot be read, in words that go on after the name of its column."""


class _LeftOut(ValueError):
    """Why a whole row is left out."""


def _left_out(field: str, why: object) -> _LeftOut:
    return _LeftOut(f"{COLUMNS[field][0]}: {why}.")


def _key(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text.casefold()).split())


def _coded(kind: Any, **also: str) -> Callable[[str], str]:
    """Reads one of some choices, by its label, its code, or what else it is called."""
    known = {_key(text): choice.value for choice in kind for text in (choice.label, choice.value)}
    for value, names in also.items():
        known |= dict.fromkeys(map(_key, names.split("|")), value)
    offered = ", ".join(f"“{choice.label}”" for choice in kind)

    def read(text: str) -> str:
        if found := known.get(_key(text)):
            return str(found)
        raise _Unread(f"is none of {offered}")

    return read


_level = _coded(
    Level,
    early_help="eh|early help plan|early help assessment",
    child_in_need="cin|child in need plan|s17|section 17|cin plan",
    child_protection="cp|cpp|child protection|cp plan|cpp plan",
    looked_after="lac|cla|child looked after|looked after child|in care|child in care|cic",
)
_category = _coded(
    Category, neglect="neg|n", physical="phy|physical", emotional="emo|emotional", sexual="sab|sexual", multiple="mul"
)
_sex = _coded(Sex, female="f|girl", male="m|boy")
_disability = _coded(Disability, yes="y|1|true", no="n|0|false")
_band = _coded(AgeBand, unborn="unborn baby", under_1="0")
# The main codes of the school census. Those for “refused” and “not obtained” are no group.
_ETHNIC_CODES = {
    code: group
    for group, codes in {
        "white": "wbri wiri wirt wrom woth",
        "mixed": "mwbc mwba mwas moth",
        "asian": "aind apkn aban aoth chne",
        "black": "bcrb bafr both",
        "other": "ooth",
    }.items()
    for code in codes.split()
}
# Whole words, in this order: “White and Asian” is mixed, “White South African” white.
_ETHNIC_WORDS = (
    ("mixed", ("mixed", "multiple", "white and", "and white")),
    ("white", ("white", "irish", "gypsy", "roma", "traveller", "caucasian")),
    ("asian", ("asian", "indian", "pakistani", "bangladeshi", "chinese")),
    ("black", ("black", "african", "caribbean")),
    ("other", ("other", "arab")),
)


def _ethnicity(text: str) -> str:
    """One of the five groups, from its name, from what belongs to it, or from the codes of the children’s census."""
    said = f" {' '.join(re.findall('[a-z]+', text.casefold()))} "
    if code := _ETHNIC_CODES.get(said.strip()):
        return code
    for group, words in _ETHNIC_WORDS:
        if any(f" {word} " in said for word in words):
            return group
    raise _Unread("is none of the five groups of the census, such as “White” or “Asian or Asian British”")


def _day(text: str) -> dt.date:
    if (day := read_date(text)) is None:
        raise _Unread("is no date. Write it like 4 May 2019")
    return day


def _age(text: str) -> str:
    """A band, or whole years."""
    if text.isascii() and text.isdigit() and len(text) < 4:
        return band_of(int(text)) or ""
    return _band(text)


# ---- columns

# The name of each column, and what else it is called. The first three are who the child is.
COLUMNS: dict[str, tuple[str, tuple[str, ...]]] = {
    "reference": ("Reference", ("reference", "child reference", "ref", "id", "child id", "case number", "number",
                                "record number", "person id", "unique id", "mosaic id", "liquidlogic id")),
    "name": ("Name", ("name", "child", "child name", "name of child", "full name")),
    "born_on": ("Date of birth", ("date of birth", "dob", "born", "birth date")),
    "age": ("Age", ("age", "age band")),
    "level": ("Level", ("level", "level of help", "plan", "plan type", "status")),
    "category": ("Category", ("category", "category of abuse", "category of need", "primary need")),
    "sex": ("Sex", ("sex", "gender")),
    "ethnicity": ("Ethnicity", ("ethnicity", "ethnic group", "ethnic origin")),
    "disability": ("Disabled", ("disabled", "disability")),
    "locality": ("Locality", ("locality", "area", "district", "team area", "ward")),
    "last_on": ("Last activity", ("last activity", "date of last activity", "last contact", "last visit",
                                  "last updated")),
}  # fmt: skip
_NEEDED = ("reference", "level", "last_on")
# What is left out if it cannot be read; the child is kept.
_OPTIONAL: dict[str, Callable[[str], str]] = {
    "category": _category, "sex": _sex, "ethnicity": _ethnicity, "disability": _disability,
}  # fmt: skip
EXAMPLE = (
    ("EX-1", "Example Child One", "4 May 2019", "", "Child protection plan", "Neglect", "Female", "White",
     "No", "North", "12 January 2026"),
    ("EX-2", "Example Child Two", "", "10 to 15", "Early help", "", "Male", "Asian or Asian British", "Yes", "South",
     "3 February 2026"),
)  # fmt: skip


def headings() -> tuple[str, ...]:
    return tuple(heading for heading, _ in COLUMNS.values())


def example(kind: str) -> bytes:
    """The headings with two invented rows, as “csv” or “xlsx”."""
    rows = (headings(), *EXAMPLE)
    if kind == "csv":
        return as_csv(rows)
    book = Workbook(write_only=True)
    book.properties.creator = None
    sheet = book.create_sheet("Children")
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


# ---- reading a file


def read_cohort(data: bytes, name: str, *, today: dt.date) -> Cohort:
    """The children in a CSV or Excel file: its content says which it is. Raises `UnfitError` with a sentence."""
    if len(data) > LARGEST:
        raise UnfitError(f"{name} is larger than 5 MB. Send only the rows and columns that are asked for.")
    if data.startswith(OLD_OFFICE):
        if ENCRYPTED in data:
            raise UnfitError(f"{name} is protected with a password. Save a copy without one and try again.")
        raise UnfitError(f"{name} is in the format of Office before 2007. Save it as .xlsx or .csv, and try again.")
    rows = _of_excel(data, name) if data.startswith(ZIP) else _of_csv(data, name)
    return _read(rows, name, today)


Row = tuple[int, dict[int, str | None]]  # its number, and what stands in each column; None is a formula


def _of_excel(data: bytes, name: str) -> Iterator[Row]:
    with opened(data, name, _LIMITS, folder="xl/", program="Excel", extension=".xlsx") as archive:
        refuse_wide_ranges(archive, name, _LIMITS, most=_MOST_JOINED)
        book = load_workbook(io.BytesIO(data), keep_links=False)
        if not book.worksheets:
            raise UnfitError(f"{name} has no sheet with rows. {_LIMITS.mends}")
        rows: dict[int, dict[int, str | None]] = {}
        for (row, column), cell in sorted(book.worksheets[0]._cells.items()):
            if cell.value is not None:
                rows.setdefault(row, {})[column] = None if cell.data_type == "f" else _as_text(cell.value)
    yield from rows.items()


def _as_text(value: Any) -> str:
    if isinstance(value, dt.datetime | dt.date):
        return f"{value:%Y-%m-%d}"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _of_csv(data: bytes, name: str) -> Iterator[Row]:
    try:
        text = text_of_csv(data)
    except ValueError:
        raise UnfitError(
            f"{name} is neither a CSV nor an Excel file. Save the list as .csv or .xlsx, and send that."
        ) from None
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), 1):
            yield number, {at: _unless_formula(cell) for at, cell in enumerate(row[:_MOST_COLUMNS], 1) if cell.strip()}
    except csv.Error:
        raise UnfitError(
            f"{name} cannot be read as CSV: a quotation mark is opened and not closed, or stands within a cell, or a "
            "cell is very long. Open it in a spreadsheet, mend that, save it again, and try that copy."
        ) from None


def _unless_formula(cell: str) -> str | None:
    return None if cell.lstrip().startswith(FORMULA) and cell.strip() not in _BLANK else cell


def _read(rows: Iterator[Row], name: str, today: dt.date) -> Cohort:
    place: dict[str, int] = {}
    children: list[Child] = []
    said: list[str] = []
    seen: dict[str, int] = {}
    refused = 0
    for number, cells in rows:
        if not cells:
            continue
        if not place:
            place = _placed(cells, name)
            unread = sorted(set(cells) - set(place.values()))
            if unread:
                which = ", ".join(_column(at) for at in unread[:12]) + ("…" if len(unread) > 12 else "")
                said.append(f"Not read, since no such column is asked for: {which}.")
            continue
        if len(children) + refused >= MOST_CHILDREN:
            raise UnfitError(
                f"{name} has more than {MOST_CHILDREN:,} rows. Send part of them: those of one locality, or those with "
                "activity in the last year."
            )
        try:
            child = _read_child(number, cells, place, today, said)
            key = " ".join(child.reference.casefold().split())
            if key in seen:
                raise _left_out("reference", f"is the same as in row {seen[key]}, which is kept")
            seen[key] = number
            children.append(child)
        except _LeftOut as why:
            refused += 1
            said.append(f"Row {number} is left out. {why}")
    if not place:
        raise UnfitError(f"{name} is empty. Send a list with the headings of the example in its first row.")
    if not children:
        first = next((one for one in said if one.startswith("Row ")), "It has headings and no rows.")
        raise UnfitError(f"No child could be read from {name}. {first}")
    if len(said) > _SENTENCES:
        said[_SENTENCES:] = [f"And {len(said) - _SENTENCES:,} more like these."]
    return Cohort(tuple(children), tuple(said), refused)


def _placed(cells: Mapping[int, str | None], name: str) -> dict[str, int]:
    """Which column is where. Raises `UnfitError` naming those that are missing or stand twice."""
    called = {other: field for field, (_, others) in COLUMNS.items() for other in others}
    place: dict[str, int] = {}
    for at, cell in cells.items():
        field = called.get(_key(cell or ""))
        if field and field in place:
            raise UnfitError(
                f"{name} has two columns for “{COLUMNS[field][0]}”: {_column(place[field])} and {_column(at)}. "
                "Take one out, or give it another heading."
            )
        if field:
            place[field] = at
    missing = [COLUMNS[field][0] for field in _NEEDED if field not in place]
    if "born_on" not in place and "age" not in place:
        missing.append("Date of birth (or Age)")
    if missing:
        raise UnfitError(
            f"{name} lacks {'the column' if len(missing) == 1 else 'the columns'} "
            f"{', '.join(f'“{one}”' for one in missing)} in its first row. Use the headings of the example."
        )
    return place


def _column(at: int) -> str:
    letters = ""
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(65 + rest) + letters
    return f"column {letters}"


def _read_child(
    number: int, cells: Mapping[int, str | None], place: Mapping[str, int], today: dt.date, said: list[str]
) -> Child:
    def text(field: str) -> str:
        cell = cells.get(place.get(field, 0), "")
        if cell is None:
            raise _left_out(field, "holds a formula. Put in what it comes to, as plain words")
        words = " ".join(normalise(cell)[0].split())
        if len(words) > _LONGEST:
            raise _left_out(field, f"is longer than {_LONGEST} characters")
        return "" if words.casefold() in _BLANK else words

    def read(field: str, how: Callable[[str], Any]) -> Any:
        try:
            return how(words) if (words := text(field)) else None
        except _Unread as why:
            raise _left_out(field, why) from None

    reference, level = text("reference"), read("level", _level)
    if not reference:
        raise _left_out("reference", "is empty")
    if not level:
        raise _left_out("level", "is empty")
    born_on, age, last_on = read("born_on", _day), read("age", _age), read("last_on", _day)
    if born_on is None and age is None:
        raise _left_out("born_on", "is empty, and so is the age")
    if born_on and born_on > today + dt.timedelta(days=300):
        raise _left_out("born_on", "is still far off")
    if last_on and last_on > today:
        raise _left_out("last_on", "is still to come")
    codes = {field: _code(field, how, text(field), number, said) for field, how in _OPTIONAL.items()}
    return Child(
        reference=reference, name=text("name"), born_on=born_on, row=number, age=age or "", level=level,
        locality=text("locality"), last_on=last_on, **codes,
    )  # fmt: skip


def _code(field: str, how: Callable[[str], str], words: str, number: int, said: list[str]) -> str:
    """What is not needed, and so costs nobody their place when it cannot be read."""
    if not words or _key(words) in _NOT_RECORDED:
        return ""
    try:
        return how(words)
    except _Unread as why:
        said.append(f"Row {number} is kept, without its {COLUMNS[field][0].lower()}, which {why}.")
        return ""
