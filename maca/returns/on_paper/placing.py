"""What a file holds, put in the boxes of the form: shared by the readers of Word and of Excel.

A reader walks down its file and says what it meets: a line that stands in no box, a box, the end. Whatever is not
the form's own goes to a box or to `unplaced`, so that nothing is lost.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from maca.kernel.text import normalise
from maca.returns.on_paper.value import (
    BOX_ID,
    FIXED,
    KNOWN,
    LABELS,
    MARK,
    REFERENCE_LINE,
    VOCABULARIES,
    FoundBox,
    NotAFormError,
    ReadForm,
    Reference,
    Unplaced,
    called,
    check_of,
    day_in,
    order_of,
)

_TICKS = "☒☑✓✔✗✘✕✖⊠■●\uf0fe\uf0fc\uf0fd\uf078\uf053\uf052\uf06e"
_EMPTY_BOXES = "☐□○◻❏❑❒⬜\uf06f\uf0a8\uf071\uf072"


def _choice_among(vocabulary: Iterable[str]) -> re.Pattern[str]:
    listed = "|".join(re.escape(words).replace("\\ ", r"\s+") for words in sorted(vocabulary, key=len, reverse=True))
    return re.compile(
        rf"(?P<mark>[{_TICKS}{_EMPTY_BOXES}]|\[[^\]\n]?\]|\([^)\n]?\)|\bx\b)?[ \t\u00a0]*"
        rf"(?<!\w)(?P<words>{listed})(?!\w)(?P<after>[ \t\u00a0]+(?:[{_TICKS}]|x)(?=[ \t]*$))?",
        re.IGNORECASE | re.MULTILINE,
    )


_AMONG = tuple((_choice_among(vocabulary), vocabulary) for vocabulary in VOCABULARIES)
_TICKED = re.compile(rf"[{_TICKS}]|[\[(][^\s\])][\])]|x", re.IGNORECASE)
_FOOT = re.compile(r"Form reference: \S*|Page(?: \d+ of \d+)?")
_HEADING = re.compile(r"Question (\d{1,5})\b")
_HEADINGS = {
    "Is this family known to your agency?": KNOWN,
    "Historic engagement": "before",
    "Current engagement": "now",
}
# A form has a dozen lines of its own above a box; among many more, nobody looks for ours.
_MOST_LINES = 60


@dataclass
class _Line:
    """A line that stands in no box. `ours` says that it looks like the form's own, as far as the file tells."""

    text: str
    ours: bool


@dataclass
class _Opened:
    """A box that is being read."""

    id: str
    check: str = ""
    heading: str = ""
    choices: list[str] = field(default_factory=list)
    causes: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


class Placing:
    """The state of reading one file called `name`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._references: set[Reference] = set()
        self._boxes: dict[str, _Opened] = {}
        self._lines: list[_Line] = []
        self._last = ""
        self._unplaced: list[Unplaced] = []
        self._dropped: list[str] = []
        self._under: dict[str, list[str]] = {}
        self._front_check = ""

    def keep(self, text: str) -> str:
        kept, lost = normalise(text)
        self._dropped += lost
        return kept

    def refers(self, text: str) -> None:
        self._references |= Reference.found_in(text)

    def line(self, text: str, *, ours: bool) -> None:
        """A line of the file that stands in no box."""
        text = self.keep(text)
        self.refers(text)
        plain = " ".join(text.split())
        if found := REFERENCE_LINE.fullmatch(plain):
            self._front_check = found[1] or self._front_check
        elif plain and plain not in FIXED:
            self._lines.append(_Line(text, ours))

    def page_edge(self, where: str, text: str) -> None:
        """The head or the foot of a page, where ours says which form it is and the number of the page."""
        self.refers(text)
        self.lost(where, _FOOT.sub("", text))

    def lost(self, where: str, text: str) -> None:
        """Words of which it is clear that no box holds them."""
        text = self.keep(text)
        if text.strip():
            self._unplaced.append(Unplaced(where, text.strip("\n")))

    def box(self, box: str, check: str = "") -> None:
        """A box begins, or goes on. The lines that were met since the last one are sorted."""
        opened = self._boxes.setdefault(box, _Opened(box))
        if self._last != box:
            self._sort(before=box, check=check or opened.check)
        if check and opened.check and check != opened.check:
            self.lost(f"beside {called(box)}", f"The grey mark is there twice: {box}-{opened.check}, {box}-{check}.")
        opened.check = opened.check or check
        self._last = box

    def words(self, box: str, text: str) -> None:
        """What is written in a box. A second copy of it with other words cannot be told from the first."""
        text = self.keep(text)
        opened = self._boxes[box]
        if not opened.words or not opened.words[0].strip():
            opened.words[:] = [text]
        elif text.strip() and text != opened.words[0]:
            self.lost(f"in a second box for {called(box)}", text)

    def goes_on(self, text: str) -> None:
        """A row that was added under the last box."""
        text = self.keep(text)
        if not text.strip():
            return
        words = self._boxes[self._last].words
        if words and words[0].strip():
            words[0] += f"\n{text}"
        else:
            words[:] = [text]

    def choice(self, box: str, text: str, *, looks_marked: str = "", cause: bool = False) -> None:
        """What stands where one is to be ticked. `looks_marked` is what stands out there in another way."""
        chosen, left, codes = chosen_in(self.keep(text))
        beside = f"beside the boxes to tick of {called(box)}"
        opened = self._boxes[box]
        if len(chosen) > 1:
            words = ", ".join(words.capitalize() for words in chosen)
            self.lost(beside, f"More than one is ticked: {words}.")
        elif chosen:
            (opened.causes if cause else opened.choices).append(codes[chosen[0]])
        elif looks_marked.strip():
            self.lost(beside, f"None is ticked, but this stands out: {' '.join(looks_marked.split())}")
        self.lost(beside, left)

    def day(self, box: str, text: str) -> None:
        """What stands where a date is asked for."""
        text = self.keep(text)
        if day := day_in(text):
            self._boxes[box].choices.append(day.isoformat())
        else:
            self.lost(f"as the date of {called(box)}", text)

    def label(self, box: str, text: str) -> None:
        """What stands in the cell beside a box, besides its label and its mark."""
        left = [
            line for line in self.keep(MARK.sub("", text)).split("\n") if " ".join(line.split()) not in (*LABELS, "")
        ]
        self.lost(f"beside {called(box)}, under its label", "\n".join(left))

    def finish(self) -> ReadForm:
        """Everything that was read. Raises `NotAFormError` when it does not say which form it is, or says two."""
        if not self._references:
            raise NotAFormError(
                f"{self.name} is not one of our return forms, or its line “Form reference” is gone. Copy what was "
                "written into a fresh copy of the form, and use that."
            )
        if len({(one.audit, one.case, one.agency) for one in self._references}) > 1 or not self._boxes:
            raise NotAFormError(
                f"{self.name} holds more than one form, or none whole: "
                f"{', '.join(sorted(str(one) for one in self._references))}. Send each form as a file of its own."
            )
        self._sort(before="", check="")
        for box, lines in self._under.items():
            opened = self._boxes.setdefault(box, _Opened(box))
            if any(words.strip() for words in opened.words):
                self.lost(f"above the box of {called(box)}", "\n".join(lines))
            else:
                opened.words[:] = ["\n".join(lines)]
        newest = max(self._references, key=lambda one: (one.version, one.questions))
        # The boxes first: what is in two of them is told as unplaced.
        boxes = tuple(self._found(one) for one in sorted(self._boxes.values(), key=lambda one: order_of(one.id)))
        return ReadForm(
            newest,
            boxes,
            tuple(self._unplaced),
            tuple(dict.fromkeys(self._dropped)),
        )

    def _found(self, opened: _Opened) -> FoundBox:
        words = opened.words[0] if opened.words else ""
        choice, cause = self._only(opened, opened.choices), self._only(opened, opened.causes)
        return FoundBox(opened.id, opened.check, opened.heading, choice, words, cause)

    def _only(self, opened: _Opened, choices: list[str]) -> str:
        choices = list(dict.fromkeys(choices))
        if len(choices) > 1:
            self.lost(
                f"in a second box for {called(opened.id)}", f"Ticked in one {choices[0]}, in the other {choices[1]}."
            )
        return choices[0] if len(choices) == 1 else ""

    def _sort(self, *, before: str, check: str) -> None:
        """Tell the form's own lines, met since the last box, from those that somebody typed."""
        lines, self._lines = self._lines, []
        own = self._own(lines, before, check)
        if before:
            first = min(own) if own else next((n for n, one in enumerate(lines) if headed(one.text) == before), None)
            self._boxes[before].heading = "" if first is None else " ".join(lines[first].text.split())
        if not self._last:
            own |= self._front(lines, own)
        where, under = f"after {called(self._last)}" if self._last else "at the beginning", ""
        for number, line in enumerate(lines):
            under = headed(line.text) or under
            if number in own:
                continue
            # What was typed between a heading and its box, or where its box was, is meant for it.
            if under and not line.ours and (under == before or under not in self._boxes):
                self._under.setdefault(under, []).append(line.text)
            else:
                self.lost(f"above the box of {called(under)}" if under else where, line.text)

    @staticmethod
    def _own(lines: list[_Line], before: str, check: str) -> set[int]:
        """Where the lines are that a check was made of. Somebody may have typed a run of others among them."""
        if not check or len(lines) > _MOST_LINES:
            return set()
        for start in (number for number, line in enumerate(lines) if headed(line.text) == before):
            for begin in range(start + 1, len(lines) + 1):
                for end in range(begin, len(lines) + 1):
                    own = [*range(start, begin), *range(end, len(lines))]
                    if check_of((lines[number].text for number in own), 6) == check:
                        return set(own)
        return set()

    def _front(self, lines: list[_Line], own: set[int]) -> set[int]:
        """Where the lines are that stand above the first box in the form as it was sent out."""
        above = [number for number in range(len(lines)) if number not in own]
        if len(above) > _MOST_LINES:
            return set()
        for begin in range(len(above) + 1):
            for end in range(begin, len(above) + 1):
                front = above[:begin] + above[end:]
                if check_of((lines[number].text for number in front), 6) == self._front_check:
                    return set(front)
        return set()


def headed(text: str) -> str:
    """The box whose heading this is."""
    text = " ".join(text.split())
    found = _HEADING.match(text)
    return f"q{found[1]}" if found else _HEADINGS.get(text, "")


def chosen_in(text: str) -> tuple[list[str], str, dict[str, str]]:
    """The words of what is ticked, or written, among boxes to tick; what else stands there; and the codes of the words.

    Which line of choices it is shows in the text itself: most of what is offered stands in it, or one of it in full.

    A tick counts before anything else; then a choice that was written out, without a box before it; then the only
    one that is left where the others were deleted.
    """
    among = [(list(choice.finditer(text)), choice, codes) for choice, codes in _AMONG]
    found, choice, codes = max(among, key=lambda one: (len(one[0]), sum(len(words["words"]) for words in one[0])))
    left = choice.sub("", text)
    left = re.sub(rf"[{_EMPTY_BOXES}]", "", left)
    lines = [" ".join(line.split()) for line in left.split("\n")]
    words = {one: " ".join(one["words"].casefold().split()) for one in found}
    ticked = [words[one] for one in found if (one["mark"] and _TICKED.fullmatch(one["mark"])) or one["after"]]
    written = [words[one] for one in found if not one["mark"]]
    for some in (ticked, written, list(words.values()) if len(found) == 1 else []):
        if some:
            return list(dict.fromkeys(some)), "\n".join(line for line in lines if line), codes
    return [], "\n".join(line for line in lines if line), codes


def box_named(name: str) -> tuple[str, str] | None:
    """The box, and the choice in it, that the alias or the tag of a content control names."""
    found = BOX_ID.fullmatch(name.strip())
    return (found[1], found[2] or "") if found else None
