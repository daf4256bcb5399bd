"""What has changed between two versions of an answer, word by word."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from maca.returns.models import Answer

# A word with the spaces after it, so that the parts joined give the text again.
_WORD = re.compile(r"\s+|\S+\s*")
_SENTENCE = re.compile(r"[^.!?\n]*[.!?\n]+[^\S\n]*|[^.!?\n]+")
# Of pieces of the one text with pieces of the other: about five hundred words each.
_MOST_PAIRS = 250_000


@dataclass(frozen=True, repr=False)
class Part:
    """A run of words: `was` before, `now` since. They are the same where nothing has changed."""

    was: str
    now: str

    @property
    def is_same(self) -> bool:
        return self.was == self.now


def differences(was: str, now: str) -> tuple[Part, ...]:
    """Both texts in runs of words. All `was` joined is the first text, all `now` joined the second.

    Long texts are compared by sentences, and very long ones not at all: comparing takes a time that grows with the
    square and more of how much there is, and a few thousand words would keep a page waiting for minutes.
    """
    for pieces in (_WORD, _SENTENCE):
        first, second = pieces.findall(was), pieces.findall(now)
        if len(first) * len(second) <= _MOST_PAIRS:
            # With its guess at what is common and says nothing, long texts would be shown as changed throughout.
            steps = SequenceMatcher(None, first, second, autojunk=False).get_opcodes()
            return tuple(Part("".join(first[a:b]), "".join(second[c:d])) for _, a, b, c, d in steps)
    return (Part(was, now),)


def in_words(answer: Answer | None) -> str:
    """An opened answer as one text: the choice by its label, what was written below it."""
    if answer is None:
        return ""
    said = (answer.chosen, answer.how_known, answer.cause_in_words, answer.points)
    return "\n".join(str(part) for part in said if part)
