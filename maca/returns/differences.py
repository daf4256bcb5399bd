"""What has changed between two versions of an answer, word by word."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from maca.returns.models import Answer

# A word with the spaces after it, so that the parts joined give the text again.
_WORD = re.compile(r"\s+|\S+\s*")


@dataclass(frozen=True, repr=False)
class Part:
    """A run of words: `was` before, `now` since. They are the same where nothing has changed."""

    was: str
    now: str

    @property
    def is_same(self) -> bool:
        return self.was == self.now


def differences(was: str, now: str) -> tuple[Part, ...]:
    """Both texts in runs of words. All `was` joined is the first text, all `now` joined the second."""
    first, second = _WORD.findall(was), _WORD.findall(now)
    # With its guess at what is common and says nothing, long texts would be shown as changed throughout.
    steps = SequenceMatcher(None, first, second, autojunk=False).get_opcodes()
    return tuple(Part("".join(first[a:b]), "".join(second[c:d])) for _, a, b, c, d in steps)


def in_words(answer: Answer | None) -> str:
    """An opened answer as one text: the choice by its label, what was written below it."""
    if answer is None:
        return ""
    said = (answer.chosen, answer.how_known, answer.cause_in_words, answer.points)
    return "\n".join(str(part) for part in said if part)
