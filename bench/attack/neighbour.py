"""A neighbour who has kept the local paper, and reads a briefing to find out whose case it is.

They compare what is said of a case with every story: the words that both have, other words for the same thing, and
facts in whatever words (an age, a number of children, a month, a relation, a court). What few of the stories have counts
most. They believe it only where one story leads the next by a clear margin. The same texts have the same answer.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# How much the first has to lead the second, and how many things they have to have in common that are not in every story.
MARGIN, LEAST = 1.25, 3
_NUMBERS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
)
_IN_WORDS = {word: at for at, word in enumerate(_NUMBERS.split(), start=1)}
_N = rf"(?:\d{{1,2}}|{'|'.join(_IN_WORDS)})"
_AGE = re.compile(
    rf"\b({_N})[- ](year|month|week)s?[- ]olds?\b|\b(?:aged?(?: of)?|boy of|girl of|child of|man of|woman of|mother of|when (?:he|she) was|"
    rf"(?:he|she|baby|child|boy|girl) was) ({_N})\b|(?:,|\() ?({_N})(?:,|\)|\.)|\b(?:at|by) ({_N})\b(?! (?:o'clock|in the))",
)
_COUNT = re.compile(rf"\b({_N}) (?:\w+ )?(times|weekends|days|children|boys|girls|brothers|sisters|schools|placements)\b")
_MONTHS = "january february march april may june july august september october november december christmas easter summer"
_IDLE_WORDS = (
    "a about after again all already also although an and any are as at be because been before being but by can could "
    "did do does doing every for from had has have he her him his how if in into is it its just like made make may more "
    "most much no nobody not nothing now of off on one only or other our out over own said say says see seen she should "
    "since so some still such take taken than that the their them then there these they this those through to too two "
    "until up upon use used very was way we were what when where which while who whole whose why will with without "
    "would year years you last first that's"
)
_IDLE = frozenset(_IDLE_WORDS.split())
# Other words for the same, each line one thing. A neighbour knows what a word means.
_THE_SAME = [
    line.split() for line in """
    grandmother gran granny nan nana grandma
    grandfather grandad grandpa granddad
    mother mum mothers
    father dad
    court magistrates judge jury trial tribunal prosecution prosecuted prosecutor sentenced jailed prison imprisoned convicted
    stabbed stabbing knife
    fire blaze burn burned burnt
    police officers officer constable
    pregnant pregnancy birth newborn
    baby infant
    teacher head headteacher
    hospital ward surgeon
    lorry truck van
    horse horses pony ponies horsebox stables
    religious chapel church parish vicar pastor cathedral chorister choir priest
    dog lurcher puppy
    plane air flown helicopter
    drugs heroin cannabis cocaine wraps
    music cello violin instrument orchestra rehearsals
    shoot shot shooting gun rifle crossbow weapon weapons
    excluded exclusion exclusions expelled
    firefighter firefighters fireman
    seaside coast port sea
    food eat hunger hungry stealing vegetables tomatoes tea
    sleep sleeping slept asleep mattresses bedroom bedrooms
    wash washing washed
    emigrated abroad tasmania
    eyesight blind sight
    wood hide badger
    missing ran
    fair fairground feast showman showmen dodgems
    snow snowstorm winter
    """.split("\n") if line.strip()
]  # fmt: skip
_MEANS = {word: group[0] for group in _THE_SAME for word in group}
_WORD = re.compile(r"[a-z][a-z'-]*[a-z]")


def _stem(word: str) -> str:
    for ending, least in (("'s", 2), ("ies", 3), ("ings", 4), ("ing", 4), ("ed", 4), ("es", 4), ("s", 3), ("e", 4)):
        if word.endswith(ending) and len(word) - len(ending) >= least:
            return word.removesuffix(ending) + ("y" if ending == "ies" else "")
    return word


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
            if part in _MONTHS.split():
                found[f"when:{part}"] += 1
            elif part not in _IDLE and part not in _IN_WORDS:
                found[_MEANS.get(part) or _stem(part)] += 1
    return found


@dataclass(frozen=True)
class Guess:
    """`order` are the stories, the nearest first. `is_sure` is whether the neighbour believes the first."""

    order: tuple[str, ...]
    is_sure: bool
    because: tuple[str, ...]

    def rank_of(self, story: str) -> int:
        return self.order.index(story) + 1


class Neighbour:
    """`stories` are the texts of the paper by their names."""

    def __init__(self, stories: Mapping[str, str]) -> None:
        self._knows = {name: knows(text) for name, text in stories.items()}
        holding = Counter(thing for those in self._knows.values() for thing in those)
        self._rarity = {thing: math.log(len(stories) / times) for thing, times in holding.items()}
        self._mean = sum(sum(those.values()) for those in self._knows.values()) / len(stories)

    def reads(self, texts: Sequence[str]) -> Guess:
        """Which story this is about. What is said twice counts once."""
        told = knows("\n".join(texts)).keys()
        scores = {}
        for name, those in self._knows.items():
            length = sum(those.values()) / self._mean
            scores[name] = sum(self._weight(thing) for thing in told & those.keys()) / (0.5 + 0.5 * length)
        order = sorted(scores, key=lambda name: (-scores[name], name))
        first, second = order[:2]
        common = sorted(told & self._knows[first].keys(), key=lambda thing: (-self._weight(thing), thing))
        is_sure = len(common) >= LEAST and scores[first] >= MARGIN * scores[second]
        return Guess(tuple(order), is_sure, tuple(common[:6]))

    def _weight(self, thing: str) -> float:
        return self._rarity.get(thing, 0.0) * (1.5 if ":" in thing else 1.0)
