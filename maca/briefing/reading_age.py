"""How old somebody has to be to read a briefing with ease: Flesch and Kincaid’s grade, and five years.

    0.39 × words in a sentence + 11.8 × syllables in a word − 15.59 + 5

Kincaid, Fishburne, Rogers and Chissom, “Derivation of new readability formulas”, 1975; an American grade is five years
below the age. Syllables are counted by the hyphenation of British English, which is within two in a hundred of a count
by a list of words on the published briefing. A formula counts; it does not know which words are hard.
"""

import re
from dataclasses import dataclass
from functools import cache

from pyphen import Pyphen

from maca.briefing.value import SixSteps

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SENTENCE = re.compile(r"[.!?…]+(?=\s|$)")
# Below this, a sentence more or less changes the number by years.
_FEWEST_WORDS = 100


@dataclass(frozen=True)
class ReadingAge:
    """In whole years, with the words and the sentences it was counted from."""

    years: int
    words: int
    sentences: int

    @property
    def says(self) -> str:
        return (
            f"Reading age {self.years}: its words and sentences are no longer than most people of {self.years} read "
            "with ease, whether or not they know what they mean."
        )


def reading_age(value: SixSteps) -> ReadingAge | None:
    """Of everything that stands in the briefing but titles and headings; None where there is too little to count."""
    return age_of([*value.theme_and_cases, *_process(value), *(finding.text for finding in value.findings)])


def age_of(texts: list[str]) -> ReadingAge | None:
    """Of texts that each are one sentence or more."""
    words = [word for text in texts for word in _WORD.findall(text)]
    sentences = sum(sum(bool(_WORD.search(one)) for one in _SENTENCE.split(text)) for text in texts)
    if len(words) < _FEWEST_WORDS:
        return None
    in_a_word = sum(len(_hyphenation().positions(word)) + 1 for word in words) / len(words)
    years = 0.39 * len(words) / sentences + 11.8 * in_a_word - 15.59 + 5
    return ReadingAge(max(5, round(years)), len(words), sentences)


def _process(value: SixSteps) -> list[str]:
    return [*(line.text for line in value.process), *value.agency_questions, *value.panel_questions]


@cache
def _hyphenation() -> Pyphen:
    return Pyphen(lang="en_GB", left=1, right=1)
