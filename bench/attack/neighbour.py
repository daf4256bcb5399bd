"""A neighbour who has kept the local paper, and reads a briefing to find out whose case it is.

They compare what is said of a case with every story: the words that both have, other words for the same thing, and
facts in whatever words (an age, a number of children, a month, a relation, a court). What few of the stories have
counts most. They believe it where one story leads the next by a clear margin, and has more in common with the case than
a story of somebody else has. The same texts have the same answer.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from maca.panel.related import stem

MARGIN = 1.25  # by how much the first has to lead the second
LEAST = 3  # how many things it has to have in common with the case
FACT = 1.5  # how much more a fact counts than a word
_NUMBERS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen"
)
_IN_WORDS = {word: at for at, word in enumerate(_NUMBERS.split(), start=1)}
_N = rf"(?:\d{{1,2}}|{'|'.join(_IN_WORDS)})"
_WHO = "boy of|girl of|child of|man of|woman of|mother of|when (?:he|she) was|(?:he|she|baby|child|boy|girl) was"
_AGE = re.compile(
    rf"\b({_N})[- ](year|month|week)s?[- ]olds?\b|\b(?:aged?(?: of)?|{_WHO}) ({_N})\b|(?:,|\() ?({_N})(?:,|\)|\.)|"
    rf"\b(?:at|by) ({_N})\b(?! (?:o'clock|in the))"
)
_COUNT = re.compile(
    rf"\b({_N}) (?:\w+ )?(times|weekends|days|children|boys|girls|brothers|sisters|schools|placements)\b"
)
_MONTHS = (
    "january february march april may june july august september october november december christmas easter summer"
)
_WHEN = frozenset(_MONTHS.split())
_IDLE_WORDS = (
    "a about after again all already also although an and any are as at be because been before being but by can "
    "could did do does doing every for from had has have he her him his how if in into is it its just like made "
    "make may more most much no nobody not nothing now of off on one only or other our out over own said say says "
    "see seen she should since so some still such take taken than that the their them then there these they this "
    "those through to too two until up upon use used very was way we were what when where which while who whole "
    "whose why will with without would year years you last first that's"
)
_IDLE = frozenset(_IDLE_WORDS.split())
# Other words for the same, each line one thing. A neighbour knows what a word means.
_THE_SAME = [
    "grandmother gran granny nan nana grandma",
    "grandfather grandad grandpa granddad",
    "mother mum mothers",
    "father dad",
    "court magistrates judge jury trial tribunal prosecution prosecuted prosecutor sentenced jailed "
    "prison imprisoned convicted",
    "stabbed stabbing knife",
    "fire blaze burn burned burnt",
    "police officers officer constable",
    "pregnant pregnancy birth newborn",
    "baby infant",
    "teacher head headteacher",
    "hospital ward surgeon",
    "lorry truck van",
    "horse horses pony ponies horsebox stables",
    "religious chapel church parish vicar pastor cathedral chorister choir priest",
    "dog lurcher puppy",
    "plane air flown helicopter",
    "drugs heroin cannabis cocaine wraps",
    "music cello violin instrument orchestra rehearsals",
    "shoot shot shooting gun rifle crossbow weapon weapons",
    "excluded exclusion exclusions expelled",
    "firefighter firefighters fireman",
    "seaside coast port sea",
    "food eat hunger hungry stealing vegetables tomatoes tea",
    "sleep sleeping slept asleep mattresses bedroom bedrooms",
    "wash washing washed",
    "emigrated abroad tasmania",
    "eyesight blind sight",
    "wood hide badger",
    "missing ran",
    "fair fairground feast showman showmen dodgems",
    "snow snowstorm winter",
]
_MEANS = {word: group[0] for group in map(str.split, _THE_SAME) for word in group}
_WORD = re.compile(r"[a-z][a-z'-]*[a-z]")


def _number(said: str) -> int:
    return int(said) if said.isdigit() else _IN_WORDS[said]


def knows(text: str) -> Counter[str]:
    """What a neighbour takes in of a text. A fact begins with what it is a fact of, as `age:7`."""
    plain = " ".join(text.lower().replace("’", "'").split())
    found: Counter[str] = Counter()
    for one in _AGE.finditer(plain):
        said = next(group for at, group in enumerate(one.groups(), start=1) if group and at != 2)
        found[f"age:{_number(said)}{'m' if one[2] in ('month', 'week') else ''}"] += 1
    for one in _COUNT.finditer(plain):
        found[f"count:{_number(one[1])} {one[2]}"] += 1
    for word in _WORD.findall(plain):
        for part in {word, *word.split("-")}:
            if part in _WHEN:
                found[f"when:{part}"] += 1
            elif part not in _IDLE and part not in _IN_WORDS:
                found[_MEANS.get(part) or stem(part)] += 1
    return found


@dataclass(frozen=True)
class Guess:
    """`order` are the stories, the nearest first. `is_sure` is whether the neighbour believes the first; `common` is
    how much it has in common with the case, and `because` the weightiest of that."""

    order: tuple[str, ...]
    is_sure: bool
    common: float
    because: tuple[str, ...]

    def rank_of(self, story: str) -> int:
        return self.order.index(story) + 1


class Neighbour:
    """`stories` are the texts of the paper by their names. `floor` is how much a story has to have in common with a
    case before the neighbour believes it at all."""

    def __init__(self, stories: Mapping[str, str], *, floor: float = 0.0) -> None:
        self.floor = floor
        self._knows = {name: knows(text) for name, text in stories.items()}
        holding = Counter(thing for those in self._knows.values() for thing in those)
        self._rarity = {thing: math.log(len(stories) / times) for thing, times in holding.items()}
        self._mean = sum(sum(those.values()) for those in self._knows.values()) / len(stories)

    def reads(self, texts: Sequence[str]) -> Guess:
        """Which story this is about. What is said twice counts once."""
        told = knows("\n".join(texts)).keys()
        common = {name: sum(self._weight(one) for one in told & those.keys()) for name, those in self._knows.items()}
        # A long story has something in common with everybody.
        scores = {name: 2 * common[name] / (1 + sum(self._knows[name].values()) / self._mean) for name in common}
        first, second, *rest = sorted(scores, key=lambda name: (-scores[name], name))
        because = sorted(told & self._knows[first].keys(), key=lambda thing: (-self._weight(thing), thing))
        is_sure = (
            len(because) >= LEAST and scores[first] >= MARGIN * scores[second] and common[first] > self.floor
        )  # fmt: skip
        return Guess((first, second, *rest), is_sure, common[first], tuple(because[:6]))

    def _weight(self, thing: str) -> float:
        return self._rarity.get(thing, 0.0) * (FACT if ":" in thing else 1.0)
