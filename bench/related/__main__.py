"""How well related findings are found: recall at 5, on the published briefing and on findings written apart.

It fails when less than four in five of the pairs marked by hand are among the first five.
"""

import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import permutations
from pathlib import Path

from maca.briefing.reading import read_briefing
from maca.panel.related import rarity, score, terms_of

HERE = Path(__file__).parent
SEED = HERE.parent.parent / "maca" / "demo" / "data" / "six-step-briefing-neglect-2.txt"
FIRST, LEAST = 5, 0.8


def found_first(texts: Sequence[str]) -> list[list[int]]:
    """For each text the places of those that say most of what it says, itself left out."""
    terms = [terms_of(text) for text in texts]
    counts = Counter(term for one in terms for term in one)
    rare, mean = rarity(counts, len(texts)), sum(map(len, terms)) / len(texts)
    found = []
    for at, asked in enumerate(terms):
        scores = {other: score(asked, told, len(told), mean, rare) for other, told in enumerate(terms) if other != at}
        found.append(sorted((one for one in scores if scores[one] > 0), key=lambda one: -scores[one])[:FIRST])
    return found


def recall(texts: Sequence[str], wanted: Mapping[int, set[int]], *, show: bool = False) -> tuple[float, int]:
    """The part of the pairs that are among the first five, and how many pairs there are."""
    first = found_first(texts)
    met = sum(len(those & set(first[at])) for at, those in wanted.items())
    pairs = sum(map(len, wanted.values()))
    if show:
        for at, those in wanted.items():
            for missed in sorted(those - set(first[at])):
                print(f"  not found: “{texts[at][:70]}” → “{texts[missed][:70]}”")
    return met / pairs, pairs


def of_seed() -> tuple[list[str], dict[int, set[int]]]:
    texts = [one.text for one in read_briefing(SEED).value.findings]
    wanted = defaultdict(set)
    for one, other in tomllib.loads((HERE / "seed_gold.toml").read_text("utf-8"))["pairs"]:
        wanted[one - 1].add(other - 1)
        wanted[other - 1].add(one - 1)
    return texts, dict(wanted)


def apart() -> tuple[list[str], dict[int, set[int]]]:
    texts: list[str] = []
    wanted: dict[int, set[int]] = {}
    for group in tomllib.loads((HERE / "apart.toml").read_text("utf-8"))["group"]:
        places = range(len(texts), len(texts) + len(group["says"]))
        texts += group["says"]
        for one, other in permutations(places, 2):
            wanted.setdefault(one, set()).add(other)
    return texts, wanted


def main() -> int:
    texts, wanted = of_seed()
    seed, pairs = recall(texts, wanted, show="--show" in sys.argv)
    print(f"Related findings of “Neglect 2”: {len(texts)} findings, {pairs} pairs")
    print(f"recall at {FIRST}: {seed:.2f} (promised: at least {LEAST})")
    others, those = apart()
    alone, pairs_alone = recall(others, those, show="--show" in sys.argv)
    print(
        f"Findings written apart from the list of words: {len(others)}, {pairs_alone} pairs, recall at 5: {alone:.2f}"
    )
    among = texts + others
    shifted = {at + len(texts): {one + len(texts) for one in some} for at, some in those.items()}
    print(f"The same among those of “Neglect 2”: recall at 5: {recall(among, shifted)[0]:.2f}")
    return 0 if seed >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
