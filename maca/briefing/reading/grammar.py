"""The grammar of a 6 Step Briefing: which line is a heading, a case, a finding, a question, or neither.

Two rules stand above all others. Nothing is dropped in silence: a line that has no place is handed back
as unread, whole, with its number. Nothing is invented: a finding is never put under a heading or a case
that it does not clearly stand under.
"""

import re
from collections.abc import Iterable
from typing import Literal

from maca.briefing.reading.lines import Line, Mark, NotABriefing, Reading, Unread
from maca.briefing.value import (
    Asks,
    Finding,
    Heading,
    ProcessLine,
    SectionHeading,
    SixSteps,
    Step,
)

_STEPS = {
    "theme/cases": Step.THEME_AND_CASES,
    "themes/cases": Step.THEME_AND_CASES,
    "theme/case": Step.THEME_AND_CASES,
    "theme and cases": Step.THEME_AND_CASES,
    "theme & cases": Step.THEME_AND_CASES,
    "the process": Step.PROCESS,
    "process": Step.PROCESS,
    "what went well": Step.WENT_WELL,
    "what can be improved": Step.CAN_BE_IMPROVED,
    "what could be improved": Step.CAN_BE_IMPROVED,
    "what challenges/themes can be identified": Step.CHALLENGE_OR_THEME,
    "what challenges and themes can be identified": Step.CHALLENGE_OR_THEME,
    "what challenges or themes can be identified": Step.CHALLENGE_OR_THEME,
    "what themes/challenges can be identified": Step.CHALLENGE_OR_THEME,
    "good practice": Step.GOOD_PRACTICE,
}
_ORDINALS = {step: number for number, step in enumerate(Step, 1)}
_LONGEST_HEADING = 80
# No line longer than this is looked at for a heading, a case, a kind or a form.
_LONGEST_MATCHED = 300
# A line of a paragraph that is this long and ends no sentence was wrapped, whatever the next begins with.
_WRAPPED_AT = 45
_HASHES = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")
_EMPHASIS = re.compile(r"^(\*\*|__)(.+)\1$")
_LEADING_NUMBER = re.compile(r"^\(?\d{1,2}[.):]?\s+")
_SPACED_SLASH = re.compile(r"\s*/\s*")
_CASE = re.compile(
    r"^case\s+(?:no\.?\s+|number\s+)?(?P<name>\d{1,3})(?:\s*[:.]?$|\s*[-–—:]\s*(?P<suffix>\S.*)$|\s+(?P<brackets>\(.*)$)",
    re.IGNORECASE,
)
# A heading that tells one case from another, in words that we do not know.
_OTHER_CASE = re.compile(
    r"^(?:case|child|family|young person|sibling group)s?\s+(?:(?:no\.?|number|study|audit)\s+)?#?"
    r"(?:\d+[a-z]?|[a-z]|[ivx]+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\s*"
    r"(?:(?P<alone>[:.]?$)|[-–—:(,/&])",
    re.IGNORECASE,
)
_FORM = re.compile(r"^(?:6|six)[\s-]*step[\s-]*briefing$", re.IGNORECASE)
_KIND = re.compile(
    r"\bmulti[\s-]*agency\b.*\b(?:audit|review)\b|\bcase (?:file )?audit\b|^(?:maca|macfa|maap)$",
    re.IGNORECASE,
)
_ONLY_KIND = re.compile(
    r"^(?:multi[\s-]*agency )?(?:case )?(?:file )?(?:audit|review)$|^(?:maca|macfa|maap)$", re.IGNORECASE
)
_SENTENCE_END = tuple(".?!:;…\"”'’)")
_SENTENCE_STOP = (".", ";", ",", "!", "…")
_FALSE_HEADING_END = (".", ":", ";", ",", "!")
_ASKS = re.compile(r"\bquestions?\b|\banswer|\basked to\b", re.IGNORECASE)
_OF_THE_PANEL = re.compile(r"\b(?:three|3) questions\b|\bpanel\b|\bmeeting\b|\btogether\b", re.IGNORECASE)
_OF_THE_AGENCIES = re.compile(r"\b(?:agency|agencies|each member|partners? (?:was|were) asked)\b", re.IGNORECASE)


def bare_heading(line: Line) -> str:
    """The words of a line without the signs that Markdown puts around a heading."""
    text = line.text
    if len(text) > _LONGEST_MATCHED:
        return text
    if found := _HASHES.match(text):
        text = found[1]
    if found := _EMPHASIS.match(text):
        text = found[2].strip()
    return text


def step_of(line: Line) -> Step | None:
    """The step whose heading this line is, or None."""
    if line.mark is Mark.BULLET or len(line.text) > _LONGEST_HEADING:
        return None
    plain = _LEADING_NUMBER.sub("", bare_heading(line)).casefold().replace("’", "'")
    plain = _SPACED_SLASH.sub("/", plain).rstrip(" :?.")
    return _STEPS.get(plain)


def case_of(line: Line) -> tuple[str, str] | None:
    """The case ("Case 1") whose heading this line is, and what else the heading says, or None."""
    if line.mark is Mark.BULLET or len(line.text) > _LONGEST_MATCHED:
        return None
    found = _CASE.match(_LEADING_NUMBER.sub("", bare_heading(line)))
    if not found:
        return None
    return f"Case {int(found['name'])}", found["suffix"] or found["brackets"] or ""


def names_another_case(line: Line) -> bool:
    """Whether this is the heading of a case that we cannot number, such as "Case Two" or "Family B"."""
    if line.mark is Mark.BULLET or case_of(line):
        return False
    plain = _LEADING_NUMBER.sub("", bare_heading(line)[:_LONGEST_MATCHED])
    found = _OTHER_CASE.match(plain)
    return found is not None and (line.mark is Mark.NONE or found["alone"] is not None)


def looks_like_a_heading(line: Line) -> bool:
    """Whether this is the heading of something: styled so, or short, standing alone, not a sentence."""
    if line.styled or bare_heading(line) != line.text:
        return True
    stands_alone = line.blank_before and (line.blank_after or line.text.endswith("?"))
    return stands_alone and _is_short(line) and not line.text.endswith(_FALSE_HEADING_END)


def may_be_a_heading(line: Line) -> bool:
    """Whether this could be a heading wherever it stands: short, beginning with a capital, not a sentence."""
    first = next(filter(str.isalnum, line.text), "")
    return _is_short(line) and first != "" and not first.islower() and not line.text.endswith(_SENTENCE_STOP)


def _is_short(line: Line) -> bool:
    return line.mark is Mark.NONE and len(line.text) <= _LONGEST_HEADING and any(map(str.isalnum, line.text))


def continues(line: Line, before: Line) -> bool:
    """Whether this line is the rest of the line before it, wrapped by hand or by a mail program."""
    if line.mark is not Mark.NONE or line.blank_before or line.styled or line.whole:
        return False
    if before.mark is not Mark.NONE and line.depth > before.depth:
        return True
    if before.text.endswith(_SENTENCE_END):
        return False
    long_paragraph = before.mark is Mark.NONE and len(before.text) >= _WRAPPED_AT and not names_another_case(line)
    return line.text[0].islower() or long_paragraph


def join_wrapped(lines: Iterable[Line]) -> list[Line]:
    """The lines, each with those that continue it."""
    whole: list[Line] = []
    rest: list[str] = []

    def close() -> None:
        if rest:
            tail = " " + " ".join(rest)
            whole[-1].text += tail
            whole[-1].words += tail
            rest.clear()

    last: Line | None = None
    for line in lines:
        if last is not None and step_of(line) is None and case_of(line) is None and _joins(line, whole[-1], last):
            rest.append(line.text)
            whole[-1].blank_after = line.blank_after
        else:
            close()
            whole.append(line)
        last = line
    close()
    return whole


def _joins(line: Line, start: Line, last: Line) -> bool:
    """Whether `line` goes on with the item that begins with `start` and of which `last` is the last line."""
    fixed = any(each.furniture or each.place for each in (line, start))
    if fixed or step_of(start) or case_of(start) or names_another_case(start):
        return False
    if last is start:
        return continues(line, start)
    ends = Line(last.number, last.text, last.words, start.mark, depth=start.depth)
    return continues(line, ends)


class _Briefing:
    """A briefing while it is being read, line by line."""

    def __init__(self) -> None:
        self.unread: list[Unread] = []
        self.front: list[Line] = []
        self.headings: dict[Step, SectionHeading] = {}
        self.theme_and_cases: list[str] = []
        self.process: list[ProcessLine] = []
        self.questions: dict[Asks, list[str]] = {"agency": [], "panel": []}
        self.findings: list[Finding] = []
        # Where we are: before the first heading, under one of the six, or under one that is not ours, be it
        # of a section or only of a case.
        self.step: Step | None = None
        self.lost: Literal["section", "case"] | None = None
        self.case: str | None = None
        # The line of the process that asked questions, and whose questions we are reading under it.
        self.asker: Line | None = None
        self.asking: Asks | None = None
        # The last line of the process and where it went, in case it was the heading of something else.
        self.last: tuple[Line, list[ProcessLine] | list[str]] | None = None

    def read(self, line: Line) -> None:
        if line.furniture:
            self._leave(line)
            return
        if line.place:
            self._put(line, *line.place)
            return
        step = step_of(line)
        if step is not None and not self._is_a_question(line):
            self._open(step, line)
        elif self.step is None:
            self.front.append(line)
        elif self.lost == "section" or (self.lost and not case_of(line)):
            if self.lost == "case" and not names_another_case(line) and _is_a_break(line):
                self.lost = "section"
            self._leave(line)
        elif self.step is Step.PROCESS:
            self._read_process(line)
        elif self.step is Step.THEME_AND_CASES:
            self._read_theme(line)
        else:
            self._read_finding(line, Heading(self.step))

    def _leave(self, line: Line, text: str | None = None) -> None:
        self.unread.append(Unread(line.number, text or line.text))

    def _open(self, step: Step, line: Line) -> None:
        self.headings.setdefault(step, SectionHeading(step, bare_heading(line)))
        self.step, self.lost, self.case = step, None, None
        self.asker = self.asking = self.last = None

    def _lose(self, line: Line) -> None:
        """A heading that is none of the six: what follows is not ours until the next that is."""
        self.lost = "section"
        self._leave(line)

    def _put(self, line: Line, step: Step | None, case: str | None) -> None:
        """Words of a table, whose column and row say where they belong. What follows it is not ours."""
        opened = step_of(line)
        if step is None or not line.words or (opened is not step and step not in self.headings):
            self._leave(line)
        elif opened is step:
            self.headings.setdefault(step, SectionHeading(step, bare_heading(line)))
        elif label := case_of(line):
            if label[0] != case:
                self._leave(line)
            elif label[1]:
                self._leave(line, label[1])
        elif step in (Step.THEME_AND_CASES, Step.PROCESS):
            # Neither the themes nor the process are kept by case.
            if case:
                self._leave(line)
            elif step is Step.PROCESS:
                self.process.append(ProcessLine(line.words, bullet=True))
            else:
                self.theme_and_cases.append(line.words)
        else:
            self.findings.append(Finding(Heading(step), case, line.words))
        if opened or step is not None:
            self.step, self.lost = opened or step, "section"

    def _read_theme(self, line: Line) -> None:
        if line.mark is Mark.NONE and case_of(line) is None and looks_like_a_heading(line):
            self._lose(line)
        elif line.words:
            self.theme_and_cases.append(line.words)
        else:
            self._leave(line)

    def _read_finding(self, line: Line, heading: Heading) -> None:
        if case := case_of(line):
            self.case, suffix = case
            self.lost = None
            if suffix:
                self._leave(line, suffix)
        elif names_another_case(line):
            self.lost = "case"
            self._leave(line)
        elif line.mark is not Mark.NONE and line.words and not line.styled:
            self.findings.append(Finding(heading, self.case, line.words))
        elif _is_a_break(line):
            self._lose(line)
        else:
            self._leave(line)

    def _read_process(self, line: Line) -> None:
        if not line.words:
            self._leave(line)
        elif case_of(line) or (line.mark is Mark.NONE and names_another_case(line)):
            self._take_back()
            self._lose(line)
        elif self._is_a_question(line):
            if self.asking is None:
                self.asking = self._whose(line)
            if self.asking is None:
                self._leave(line)
            else:
                self.questions[self.asking].append(line.words)
                self.last = line, self.questions[self.asking]
        elif looks_like_a_heading(line) and (line.styled or not line.text.endswith(":")):
            self._lose(line)
        else:
            self.process.append(ProcessLine(line.words, bullet=line.mark is not Mark.NONE))
            self.last = line, self.process
            self.asker = line if line.text.endswith(":") else None
            self.asking = None

    def _take_back(self) -> None:
        """A case ends the process: what looks like its heading was none of the process."""
        if self.last and may_be_a_heading(self.last[0]):
            line, among = self.last
            among.pop()
            self._leave(line)

    def _is_a_question(self, line: Line) -> bool:
        """Whether this line is one of the questions that a line of the process ended on a colon to ask."""
        asker = self.asker
        if self.step is not Step.PROCESS or asker is None or line.styled or self.lost:
            return False
        asks = bool(_ASKS.search(asker.text))
        if line.mark is Mark.NONE:
            return asks and not line.blank_before and line.text.endswith("?")
        if asker.mark is Mark.NONE:
            if not asks:
                return False
            expected = len(self.questions[self.asking]) + 1 if self.asking else 1
            return step_of(line) is None or line.ordinal == expected
        if line.depth > asker.depth or line.mark is not asker.mark:
            # "The panel comprised:" also ends on a colon, but nobody is asked anything under it.
            return asks or line.text.endswith("?")
        return asks and line.text.endswith("?")

    def _whose(self, line: Line) -> Asks | None:
        """Whose questions begin with this line, or None if both lists of questions are there already."""
        asker = self.asker.text if self.asker else ""
        free: list[Asks] = [asks for asks in ("agency", "panel") if not self.questions[asks]]
        if not free:
            return None
        wanted: Asks = "agency" if line.mark is Mark.NUMBER else "panel"
        if line.mark is not Mark.NUMBER and _OF_THE_AGENCIES.search(asker) and not _OF_THE_PANEL.search(asker):
            wanted = "agency"
        chosen = wanted if wanted in free else free[0]
        self.process[-1] = ProcessLine(self.process[-1].text, self.process[-1].bullet, chosen)
        return chosen

    def front_matter(self) -> tuple[str, str, str]:
        """Kind, form and title from the lines before the first heading; the others are left unread."""
        kind = form = title = None
        names = []
        for line in self.front:
            text = bare_heading(line)
            if len(text) > _LONGEST_MATCHED:
                names.append(line)
            elif form is None and _FORM.match(text):
                form = line
            elif kind is None and _KIND.search(text) and line.mark is not Mark.BULLET:
                kind = line
            else:
                names.append(line)
        able = [line for line in names if _may_be_a_title(line)]
        after_form = [line for line in able if form is not None and line.number > form.number]
        title = next(iter(after_form or able), None)
        if title is None and kind is not None and form is None and not _ONLY_KIND.match(bare_heading(kind)):
            title, kind = kind, None
        for line in names:
            if line is not title:
                self._leave(line)
        return tuple(bare_heading(line) if line else "" for line in (kind, form, title))  # type: ignore[return-value]


def _is_a_break(line: Line) -> bool:
    """Whether what follows this line, in a section of findings, is no more of that section."""
    return (line.mark is Mark.NONE or line.styled) and (looks_like_a_heading(line) or may_be_a_heading(line))


def _may_be_a_title(line: Line) -> bool:
    is_sentence = len(line.text) > _LONGEST_HEADING and line.text.endswith(".")
    return line.mark is not Mark.BULLET and len(line.text) <= _LONGEST_MATCHED and not is_sentence


def read_lines(lines: Iterable[Line], dropped: Iterable[str] = ()) -> Reading:
    """The briefing that these lines are.

    Raises NotABriefing unless there are two of the six headings at least, and one finding.
    """
    briefing = _Briefing()
    for line in join_wrapped(lines):
        briefing.read(line)
    if len(briefing.headings) < 2:
        raise NotABriefing(
            "This file does not look like a 6 Step Briefing: it needs at least two of the six headings "
            "(Theme / Cases, The Process, What went well?, What can be improved?, What challenges/themes can "
            "be identified?, Good practice), each on a line of its own."
        )
    if not briefing.findings:
        raise NotABriefing(
            "This file has the headings of a 6 Step Briefing but no findings under them. Put each finding on "
            "its own line with a bullet before it, under one of the last four headings. In some PDF files "
            "the bullets are drawings, which cannot be read: use the Word file or the text then."
        )
    kind, form, title = briefing.front_matter()
    value = SixSteps(
        title=title,
        kind=kind,
        form=form,
        theme_and_cases=tuple(briefing.theme_and_cases),
        process=tuple(briefing.process),
        agency_questions=tuple(briefing.questions["agency"]),
        panel_questions=tuple(briefing.questions["panel"]),
        findings=tuple(briefing.findings),
        headings=tuple(briefing.headings.values()),
    )
    unread = sorted(briefing.unread, key=lambda line: line.line)
    return Reading(value, tuple(unread), tuple(dropped))
