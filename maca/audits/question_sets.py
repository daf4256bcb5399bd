"""Question sets as values: what an audit asks, before it is asked. The ready-made ones are shipped as data.

A set is edited as a draft, issued, and copied into an audit when it is planned, where it stays as it was asked.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from maca.audits.models import AskedOf, Choice, Heading, QuestionKind, ToldBy
from maca.partnership.models import AgencyKind

DATA = Path(__file__).parent / "data"
REVIEW = "{review}"  # becomes the review that an audit names; without one the question is left out
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class BadSetError(ValueError):
    """A file of questions does not hold together. Says which file, which question, and how to mend it."""


@dataclass(frozen=True)
class SetQuestion:
    """One question of a set. Its code stays with it from version to version, whatever becomes of its words."""

    code: str
    text: str
    kind: str
    hint: str = ""
    heading: str = ""
    for_kinds: tuple[str, ...] = ()
    shown_if: str = ""
    shown_if_answers: tuple[str, ...] = ()
    told_by: str = ""

    @property
    def heading_in_words(self) -> str:
        return str(Heading(self.heading).label) if self.heading else ""

    @property
    def told_by_in_words(self) -> str:
        return str(ToldBy(self.told_by).label) if self.told_by else ""

    @property
    def kind_in_words(self) -> str:
        return str(QuestionKind(self.kind).label)

    @property
    def asked_of_in_words(self) -> str:
        return ", ".join(str(AgencyKind(kind).label) for kind in self.for_kinds) or "Every agency"

    def is_for(self, kind: str) -> bool:
        return not self.for_kinds or kind in self.for_kinds


@dataclass(frozen=True)
class Questions:
    """What each agency and the panel are asked, in order. `code` says where it comes from."""

    code: str = ""
    name: str = ""
    agency: tuple[SetQuestion, ...] = ()
    panel: tuple[SetQuestion, ...] = ()
    says: str = ""

    @property
    def is_whole(self) -> bool:
        """An audit can ask it as it is. A set without questions to the panel is there to be added to another."""
        return bool(self.agency and self.panel)

    def of(self, asked_of: str) -> tuple[SetQuestion, ...]:
        return self.agency if asked_of == AskedOf.AGENCY else self.panel

    def find(self, code: str) -> SetQuestion | None:
        return next((one for one in (*self.agency, *self.panel) if one.code == code), None)

    def number_of(self, code: str) -> int:
        """Its number among those that are asked of the same people."""
        asked = self.agency if any(one.code == code for one in self.agency) else self.panel
        return [one.code for one in asked].index(code) + 1

    def condition(self, question: SetQuestion) -> str:
        """When it is asked, in plain words; nothing where it always is."""
        if not question.shown_if:
            return ""
        answers = " or ".join(
            str(Choice(one).label).lower() if one in Choice else f"“{one}”" for one in question.shown_if_answers
        )
        deciding = self.find(question.shown_if)
        which = f"question {self.number_of(question.shown_if)}" if deciding else "a question that is no longer there"
        return f"Asked when {which} is {answers or 'answered as nobody has said yet'}"

    def branches(self) -> list[str]:
        """The kinds of agency that have questions of their own."""
        named = {kind for question in self.agency for kind in question.for_kinds}
        return [kind for kind in AgencyKind.values if kind in named]

    def faults(self) -> list[str]:
        """What has to be mended before it can be asked: a sentence each."""
        found = []
        if not self.agency:
            found.append("There is no question to the agencies yet. Add one.")
        if not self.panel:
            found.append("There is no question to the panel yet. Add one.")
        return found + self.faults_of_conditions()

    def faults_of_conditions(self) -> list[str]:
        return [
            fault
            for asked in (self.agency, self.panel)
            for at, question in enumerate(asked)
            for fault in _faults_of(question, at, asked)
        ]

    def as_data(self) -> dict[str, Any]:
        return {"agency": [asdict(one) for one in self.agency], "panel": [asdict(one) for one in self.panel]}


def from_data(data: Mapping[str, Any], *, code: str = "", name: str = "") -> Questions:
    """The value that `as_data` wrote down."""

    def read(row: Mapping[str, Any]) -> SetQuestion:
        lists = {one: tuple(row[one]) for one in ("for_kinds", "shown_if_answers")}
        return SetQuestion(**{**row, **lists})

    return Questions(
        code,
        name,
        tuple(read(row) for row in data.get("agency", ())),
        tuple(read(row) for row in data.get("panel", ())),
    )


def _faults_of(question: SetQuestion, at: int, asked: tuple[SetQuestion, ...]) -> list[str]:
    """A condition must hang on an earlier judgement, which everybody who is asked this has been asked too."""
    if not question.shown_if:
        return []
    it = f"Question {at + 1}, “{question.text}”,"
    where = next((place for place, one in enumerate(asked) if one.code == question.shown_if), None)
    if where is None:
        return [f"{it} hangs on a question that is no longer there. Choose another, or always ask it."]
    deciding = asked[where]
    found = []
    if where >= at:
        found.append(f"{it} hangs on question {where + 1}, which comes later. Move it below question {where + 1}.")
    if deciding.kind != QuestionKind.JUDGEMENT:
        found.append(f"{it} hangs on question {where + 1}, which is not answered with yes or no. Choose another.")
    if REVIEW in deciding.text and REVIEW not in question.text:
        found.append(
            f"{it} hangs on question {where + 1}, which is left out where an audit names no review. Choose another."
        )
    if not question.shown_if_answers:
        found.append(f"{it} does not say which answers to question {where + 1} bring it up. Choose at least one.")
    if deciding.for_kinds and not (question.for_kinds and set(question.for_kinds) <= set(deciding.for_kinds)):
        found.append(
            f"{it} is for agencies that are not asked question {where + 1}. Ask it of the same kinds of agency only."
        )
    return found


# ---- from one version to the next


@dataclass(frozen=True)
class Change:
    """What became of a question from one version to the next, and whether its answers can be laid side by side."""

    now: SetQuestion | None
    before: SetQuestion | None
    number: int
    number_before: int
    reasons: tuple[str, ...] = field(default=())

    @property
    def is_comparable(self) -> bool:
        return bool(self.now and self.before and not self.reasons)


def _compare(now: SetQuestion, before: SetQuestion) -> tuple[str, ...]:
    reasons = []
    if now.text.split() != before.text.split():
        reasons.append("Its words have changed.")
    if now.kind != before.kind:
        reasons.append(f"It was answered with “{before.kind_in_words}” before.")
    return tuple(reasons)


def differences(now: Iterable[SetQuestion], before: Iterable[SetQuestion]) -> list[Change]:
    """Question by question, by code: those there are now in their order, then those that have gone.

    Comparable is what has the same code, the same words and the same kind. A question from before there were
    codes is known by its words.
    """
    now, before = list(now), list(before)

    def key(question: SetQuestion) -> str:
        return question.code or " ".join(question.text.split())

    known = {key(question): (number, question) for number, question in enumerate(before, start=1)}
    known |= {" ".join(one.text.split()): (number, one) for number, one in enumerate(before, start=1) if not one.code}
    found, kept = [], set()
    for number, question in enumerate(now, start=1):
        at, earlier = known.get(key(question)) or known.get(" ".join(question.text.split())) or (0, None)
        if earlier is None:
            found.append(Change(question, None, number, 0, ("It is new.",)))
        else:
            kept.add(key(earlier))
            found.append(Change(question, earlier, number, at, _compare(question, earlier)))
    gone = [
        Change(None, question, 0, number, ("It is no longer asked.",))
        for number, question in enumerate(before, start=1)
        if key(question) not in kept
    ]
    return found + gone


# ---- the files


def _entry(place: str, row: Any, usual: str) -> SetQuestion:
    if not isinstance(row, dict):
        raise BadSetError(f"{place} is no table. Begin it with [[agency]] or [[panel]].")
    known = {"code", "text", "kind", "hint", "heading", "for_kinds", "shown_if", "told_by"}
    if strange := set(row) - known:
        raise BadSetError(
            f"{place}: nothing is called {', '.join(sorted(strange))}. Known: {', '.join(sorted(known))}."
        )
    for name in ("code", "text"):
        if not str(row.get(name, "")).strip():
            raise BadSetError(f'{place} has no {name}. Add a line {name} = "…".')
    if not CODE.fullmatch(row["code"]):
        raise BadSetError(f"{place}: the code “{row['code']}” must be small letters and digits with hyphens between.")
    condition = row.get("shown_if", {})
    if strange := set(condition) - {"question", "answers"}:
        raise BadSetError(f"{place}: shown_if takes a question and answers, not {', '.join(sorted(strange))}.")
    question = SetQuestion(
        code=row["code"],
        text=row["text"],
        kind=row.get("kind", usual),
        hint=row.get("hint", ""),
        heading=row.get("heading", ""),
        for_kinds=tuple(row.get("for_kinds", ())),
        shown_if=condition.get("question", ""),
        shown_if_answers=tuple(condition.get("answers", ())),
        told_by=row.get("told_by", ""),
    )
    if question.told_by and question.kind != QuestionKind.JUDGEMENT:
        raise BadSetError(f"{place}: only a judgement is held against a chronology. Take out told_by.")
    for words, offered, what in (
        ((question.kind,), QuestionKind.values, "kind"),
        ((question.heading,) if question.heading else (), Heading.values, "heading"),
        ((question.told_by,) if question.told_by else (), ToldBy.values, "part of a chronology"),
        (question.for_kinds, AgencyKind.values, "kind of agency"),
        (question.shown_if_answers, Choice.values, "answer"),
    ):
        if strange := set(words) - set(offered):
            raise BadSetError(
                f"{place}: there is no {what} “{sorted(strange)[0]}”. There are {', '.join(map(str, offered))}."
            )
    return question


def read_file(path: Path, others: Mapping[str, Questions]) -> Questions:
    """One file of questions. `builds_on` names another, whose questions come first. Raises `BadSetError`."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as problem:
        raise BadSetError(f"{path.name} cannot be read: {problem}.") from problem
    if not content.get("name"):
        raise BadSetError(f'{path.name} has no name. Begin it with name = "…".')
    if strange := set(content) - {"name", "says", "builds_on", "agency", "panel"}:
        raise BadSetError(f"{path.name}: nothing is called {', '.join(sorted(strange))}.")
    base = Questions()
    if under := content.get("builds_on"):
        if under not in others:
            raise BadSetError(f"{path.name} builds on “{under}”, of which there is no file before it.")
        base = others[under]
    asked = {
        of: tuple(
            _entry(f"{path.name}, {of} question {at}", row, usual)
            for at, row in enumerate(content.get(of, ()), start=1)
        )
        for of, usual in ((AskedOf.AGENCY.value, "judgement"), (AskedOf.PANEL.value, "list"))
    }
    found = Questions(
        path.stem,
        content["name"],
        base.agency + asked["agency"],
        asked["panel"] or base.panel,
        content.get("says", ""),
    )
    codes = [one.code for one in (*found.agency, *found.panel)]
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        raise BadSetError(f"{path.name} has the code “{twice[0]}” twice. Give each question a code of its own.")
    if not found.agency:
        raise BadSetError(f"{path.name} asks the agencies nothing. Add an [[agency]] question.")
    if faults := found.faults_of_conditions():
        raise BadSetError(f"{path.name}: {faults[0]}")
    return found


@lru_cache
def ready_made() -> dict[str, Questions]:
    """Every shipped question set by its code, which is its file's name. What builds on another comes after it."""
    paths = sorted(DATA.glob("*.toml"), key=lambda path: ("builds_on" in path.read_text(encoding="utf-8"), path.stem))
    found: dict[str, Questions] = {}
    for path in paths:
        found[path.stem] = read_file(path, found)
    return {path.stem: found[path.stem] for path in sorted(paths, key=lambda path: (path.stem != "neglect", path.stem))}
