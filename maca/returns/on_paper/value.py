"""A return form as a value, and what was read from one. It knows no database: a form is read wherever it is.

A form is a line of boxes. Each has an id that people can see ("q3"), with a check of its own words behind it
("q3-8f3a1c"): from that a reader tells whether the words are still ours, and whether the question is still the one
that is asked now. Nothing else is hidden in a form, and it says nothing of who the child is.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from maca.kernel.text import normalise
from maca.kernel.word import UnfitError

KNOWN, BEFORE, NOW = "known", "before", "now"
KNOWN_CHOICES = (("yes", "Known to us"), ("no", "Not known to us"))
JUDGEMENT_CHOICES = (
    ("yes", "Yes"),
    ("no", "No"),
    ("partly", "Partly"),
    ("not_applicable", "Not applicable"),
    ("cannot_tell", "Cannot tell"),
)
GRADE_CHOICES = (
    ("outstanding", "Outstanding"),
    ("good", "Good"),
    ("requires_improvement", "Requires improvement"),
    ("inadequate", "Inadequate"),
    ("not_applicable", "Not applicable to us"),
    ("not_enough_information", "Not enough information to grade"),
)
# Without commas: Excel would take what stands between two for a choice of its own.
CAUSE_CHOICES = (
    ("own", "Our own agency"),
    ("other", "Another agency"),
    ("system", "The way agencies work together or the system"),
)
# Every line of choices there is in a form. A reader without a database knows them by their words.
VOCABULARIES = tuple(
    {words.casefold(): code for code, words in choices}
    for choices in (KNOWN_CHOICES, JUDGEMENT_CHOICES, GRADE_CHOICES, CAUSE_CHOICES)
)

TICK_ONE = "Tick one"
HOW_KNOWN = "How do you know?"
POINTS = "Your points, one a line"
ACCOUNT = "Your account"
WHY_GRADE = "Why?"
ANSWER = "Your answer"
IN_WORDS = "In words"
RECORD = "Record and reference"
DATE = "Date"
DATE_OF_ENTRY = "Date of the entry"
CAUSE = "Where does the cause lie?"
LABELS = (TICK_ONE, HOW_KNOWN, POINTS, ACCOUNT, WHY_GRADE, ANSWER, IN_WORDS, RECORD, DATE, DATE_OF_ENTRY, CAUSE)

FIRST = "What you know of the family"
QUESTIONS = "The questions"
LAST = "Sending it back"
RISK = (
    "A child at risk now? Do not write it here and wait. Follow your own agency’s procedure at once, today, and tell "
    "whoever sent you this form by telephone."
)
HOW_TO = (
    "Write in the boxes. They grow with what you write; lists and pasted text are welcome.",
    "Say what you saw in the record, and when. By role, never by a worker’s name. Name no child and no relative.",
    "Leave the grey marks such as “q3-8f3a1c” where they are: by them the form is read when it comes back.",
    "An empty box means “not answered”. It is never taken for “no”.",
)
SEND_BACK = (
    "Save the form, and send it back by the secure way it came. You will be asked if anything in it could not be read.",
)


WHY, HOW = "Why you are asked", "How to fill it in"
# What every form says alike.
FIXED = {FIRST, QUESTIONS, LAST, WHY, HOW, RISK, *HOW_TO, *SEND_BACK}


def check_of(words: Iterable[str], length: int) -> str:
    """A few characters that change with the words, however they are spaced."""
    joined = "\n".join(on_one_line(one) for one in words)
    return hashlib.sha256(joined.encode()).hexdigest()[:length]


def on_one_line(text: str) -> str:
    """Words as a heading or a line of the form holds them."""
    return " ".join(normalise(text)[0].split())


def day_in_words(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"


@dataclass(frozen=True, slots=True)
class Reference:
    """Which form of which return this is. It stands on the form, at its end and at the foot of every page."""

    audit: str
    case: int
    agency: str
    version: int
    questions: str

    def __str__(self) -> str:
        return f"{self.audit}/{self.case}/{self.agency}/{self.version}/{self.questions}"

    @staticmethod
    def found_in(text: str) -> "set[Reference]":
        found = set()
        for audit, case, agency, version, questions in _REFERENCE.findall(text):
            found.add(Reference(audit, int(case), agency, int(version), questions))
        return found


_REFERENCE = re.compile(
    r"(?<![\w/-])([A-Za-z0-9_-]{1,200})/(\d{1,5})/([A-Za-z0-9_-]{1,200})/(\d{1,9})/([0-9a-f]{12})\b"
)
# Behind it may stand what its line asks for, or which piece of a long text it holds.
MARK = re.compile(rf"\b(q\d{{1,5}}|{KNOWN}|{BEFORE}|{NOW})-([0-9a-f]{{6}})\b(?: (date|cause)\b)?(?: \((\d{{1,3}})\))?")
BOX_ID = re.compile(rf"(q\d{{1,5}}|{KNOWN}|{BEFORE}|{NOW})(?: (\w{{1,30}}))?")


def order_of(box: str) -> tuple[int, int]:
    """Known, before and now come first, then the questions by number."""
    return (1, int(box[1:])) if box[1:].isdecimal() else (0, (KNOWN, BEFORE, NOW).index(box))


def called(box: str) -> str:
    """A box as a sentence calls it."""
    return {KNOWN: "“Is this family known?”", BEFORE: "“Historic engagement”", NOW: "“Current engagement”"}.get(
        box, f"question {box[1:]}"
    )


@dataclass(frozen=True, slots=True)
class Box:
    """One thing that is asked: by ticking one of `choices`, by a date, by writing beside the label `asks`, or several.

    `dated` is the label of the date; its `choice` is an ISO date. `causes` are ticked on a line of their own.
    """

    id: str
    heading: str
    guidance: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    asks: str = ""
    dated: str = ""
    causes: tuple[tuple[str, str], ...] = ()
    # What is filled in so far.
    choice: str = field(default="", repr=False)
    words: str = field(default="", repr=False)
    cause: str = field(default="", repr=False)

    @property
    def lines(self) -> tuple[str, ...]:
        return (self.heading, *self.guidance)

    @property
    def check(self) -> str:
        return check_of(self.lines, 6)

    @property
    def mark(self) -> str:
        return f"{self.id}-{self.check}"

    @property
    def day(self) -> str:
        """The date that is filled in, as people write it."""
        return day_in_words(dt.date.fromisoformat(self.choice)) if self.dated and self.choice else ""

    def filled(self, *, choice: str = "", words: str = "", cause: str = "") -> "Box":
        return replace(self, choice=choice, words=words, cause=cause)


def question_box(
    number: int,
    text: str,
    *,
    guidance: tuple[str, ...] = (),
    choices: tuple[tuple[str, str], ...] = (),
    asks: str,
    dated: str = "",
    causes: tuple[tuple[str, str], ...] = (),
) -> Box:
    """A question as a box. Its words stand on one line, since a heading is one line."""
    lines = tuple(line for one in guidance for line in _lines(one))
    return Box(f"q{number}", f"Question {number}. {on_one_line(text)}", lines, choices, asks, dated, causes)


KNOWN_BOX = Box(
    KNOWN,
    "Is this family known to your agency?",
    ("If it is not, tick “Not known to us”. That is a complete answer: leave the rest, and send the form back.",),
    KNOWN_CHOICES,
)
BEFORE_BOX = Box(
    BEFORE, "Historic engagement", ("What your agency knew and did before the present episode.",), asks=ACCOUNT
)
NOW_BOX = Box(NOW, "Current engagement", ("What your agency is doing, with whom and how often.",), asks=ACCOUNT)


@dataclass(frozen=True, slots=True)
class ReturnForm:
    """What one agency is asked about one case, as a form to fill in."""

    audit: str
    title: str
    case: int
    agency: str
    agency_name: str
    version: int
    due_on: dt.date
    partnership: str
    purpose: str
    legal_basis: str
    questions: tuple[Box, ...]
    known: Box = KNOWN_BOX
    before: Box = BEFORE_BOX
    now: Box = NOW_BOX

    @property
    def boxes(self) -> tuple[Box, ...]:
        return (self.known, self.before, self.now, *self.questions)

    @property
    def front(self) -> tuple[tuple[str, str], ...]:
        """What stands above the boxes: what each line is, and its words."""
        title, agency, asked, *why = self._said
        return (
            ("title", title),
            ("subtitle", agency),
            ("line", asked),
            ("line", self.reference_line),
            ("heading", WHY),
            *(("line", line) for line in why),
            ("heading", HOW),
            ("risk", RISK),
            *(("bullet", line) for line in HOW_TO),
        )

    @property
    def _said(self) -> tuple[str, ...]:
        """What this form says and another may not."""
        return (
            f"{on_one_line(self.title)}, Case {self.case}",
            f"Return of {on_one_line(self.agency_name)}",
            f"Asked by {on_one_line(self.partnership)}. To be back by {day_in_words(self.due_on)}.",
            *_lines(self.purpose),
            *_lines(f"Legal basis: {self.legal_basis}"),
        )

    @property
    def reference(self) -> Reference:
        marks = [box.mark for box in self.boxes]
        return Reference(self.audit, self.case, self.agency, self.version, check_of(marks, 12))

    @property
    def reference_line(self) -> str:
        """What form this is, with a check of what stands above the boxes."""
        own = [words for words in self._said if words not in FIXED]
        return f"Form reference: {self.reference} · {check_of(own, 6)}"


REFERENCE_LINE = re.compile(r"Form reference: \S+(?: · ([0-9a-f]{6}))?")


def _lines(text: str) -> Iterator[str]:
    """The lines of a text that hold any words."""
    return (words for line in normalise(text)[0].split("\n") if (words := on_one_line(line)))


# ---- reading

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?")
_UK_DAY = re.compile(
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? )?(\d{1,2})(?:st|nd|rd|th)?(?: of)?"
    r"(?: ?[./-] ?(\d{1,2}) ?[./-] ?|[ -]([a-z]{3,9})\.?,?[ -])(\d{4}|\d{2})",
    re.IGNORECASE,
)


def day_in(text: str) -> dt.date | None:
    """The day that a text says and nothing else: as it is written in the UK, or as 2026-04-03."""
    text = " ".join(text.split()).rstrip(".")
    if found := _ISO_DAY.fullmatch(text):
        year, month, day = (int(part) for part in found.groups())
    elif found := _UK_DAY.fullmatch(text):
        day, year = int(found[1]), int(found[4])
        named = (found[3] or "").lower()
        if named and (named[:3] not in _MONTHS or not _is_month(named)):
            return None
        month = _MONTHS.index(named[:3]) + 1 if named else int(found[2])
        if len(found[4]) == 2:
            year += 1900 if year >= 70 else 2000
    else:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _is_month(named: str) -> bool:
    return any(f"{dt.date(2000, month, 1):%B}".lower().startswith(named) for month in range(1, 13)) or named == "sept"


class NotAFormError(UnfitError):
    """A file that cannot be read as a return form. `sentence` says what, where, and how to mend it."""


@dataclass(frozen=True, slots=True)
class FoundBox:
    """What stands in one box of a form that came back. `check` is empty where the grey mark has been lost."""

    id: str
    check: str = ""
    heading: str = ""
    choice: str = field(default="", repr=False)
    words: str = field(default="", repr=False)
    cause: str = field(default="", repr=False)

    @property
    def is_empty(self) -> bool:
        return not self.choice and not self.words.strip() and not self.cause


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Words that stand in none of the boxes, and where they stood."""

    where: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReadForm:
    """A form as it was read: what stands in each box, what could not be placed, and what could not be kept."""

    reference: Reference
    boxes: tuple[FoundBox, ...]
    unplaced: tuple[Unplaced, ...] = ()
    dropped: tuple[str, ...] = ()

    def box(self, box: str) -> FoundBox | None:
        return next((one for one in self.boxes if one.id == box), None)
