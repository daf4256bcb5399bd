"""Whether a neighbour who reads the local paper can tell whose case a briefing is about. `make bench-attack`.

Forty invented stories, and two briefings of five cases that were in the paper. The neighbour reads each briefing as it
was, then with only names and places taken out, then after the gate. It fails where the gate had nothing to do, where
taking the names out is enough, or where a case is found after it.
"""

import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.attack.gate import decided, without_names
from bench.attack.neighbour import Guess, Neighbour
from maca.briefing.value import Finding, Heading, SixSteps

HERE = Path(__file__).parent
BEFORE, AFTER = 3, 0  # of five


@dataclass(frozen=True)
class Told:
    """A briefing, and of each of its cases the story, by its label. `whose` has the case that each finding was of, by
    its reference, also of those that a briefing says of no one case."""

    title: str
    value: SixSteps
    stories: dict[str, str]
    whose: dict[str, str]


@dataclass(frozen=True)
class Attack:
    """What the neighbour makes of one case: the best place that its story has, and whether they are sure of it."""

    case: str
    story: str
    rank: int | None
    is_matched: bool
    because: tuple[str, ...]


def stories() -> dict[str, str]:
    return {one["id"]: one["says"] for one in tomllib.loads((HERE / "stories.toml").read_text("utf-8"))["story"]}


def briefings() -> list[Told]:
    told = []
    for one in tomllib.loads((HERE / "briefings.toml").read_text("utf-8"))["briefing"]:
        findings, whose = [], {}
        for case in [{"label": None, **one["whole"]}, *one["case"]]:
            for heading in Heading:
                for at, text in enumerate(case.get(heading, ())):
                    ref = f"{case['label']}|{heading}|{at}"
                    findings.append(Finding(heading, case["label"], text, ref))
                    if case["label"]:
                        whose[ref] = case["label"]
        value = SixSteps(title=one["title"], theme=one["theme"], findings=tuple(findings))
        told.append(Told(one["title"], value, {case["label"]: case["story"] for case in one["case"]}, whose))
    return told


def floor(those: Sequence[Told]) -> float:
    """The most that a story of somebody else has in common with a case, when the paper never wrote of that case. Who
    believes no more than that believes nothing false of these cases as they were."""
    written = stories()
    most = 0.0
    for told in those:
        for case, story in told.stories.items():
            others = Neighbour({name: text for name, text in written.items() if name != story})
            most = max(most, others.reads([one.text for one in told.value.findings if one.case == case]).common)
    return most


def attacked(told: Told, value: SixSteps, neighbour: Neighbour) -> list[Attack]:
    """Each case as the neighbour reads it: all that is said of it, and what was said of it and is said of no one case
    now, each point alone and with the others, as if somebody had told them which belong together."""
    return [_one(told, value, case, story, neighbour) for case, story in told.stories.items()]


def _one(told: Told, value: SixSteps, case: str, story: str, neighbour: Neighbour) -> Attack:
    its = [one for one in value.findings if told.whose.get(one.ref or "") == case]
    labelled = [one.text for one in its if one.case]
    readings = [labelled, [one.text for one in its], *([one.text] for one in its)]
    guesses = [neighbour.reads(those) for those in readings if those]
    if not guesses:
        return Attack(case, story, None, False, ())
    best = min(guesses, key=lambda one: (not _matches(one, story), one.rank_of(story)))
    return Attack(case, story, best.rank_of(story), _matches(best, story), best.because)


def _matches(guess: Guess, story: str) -> bool:
    return guess.is_sure and guess.order[0] == story


def matched(attacks: Sequence[Attack]) -> int:
    return sum(one.is_matched for one in attacks)


def main() -> int:
    held = True
    neighbour, credulous = Neighbour(stories(), floor=floor(briefings())), Neighbour(stories())
    print(f"Believed from {neighbour.floor:.1f} on: so much a story of another family has in common with one of these.")
    for told in briefings():
        print(f"{told.title}: {len(told.stories)} cases, {len(told.value.findings)} findings")
        ways = {
            "as it was": told.value,
            "without names and places": without_names(told.value),
            "after the gate": decided(told.value),
            "after a hasty gate": decided(told.value, hasty=True),
        }
        counts = {}
        for way, value in ways.items():
            attacks = attacked(told, value, neighbour)
            counts[way] = matched(attacks)
            same = len({one.text for one in value.findings} & {one.text for one in told.value.findings})
            easily = matched(attacked(told, value, credulous))
            print(
                f"  {way}: {counts[way]} of {len(attacks)} matched, {easily} by one who believes anything; "
                f"{len(value.findings)} findings stand, {same} of them as they were"
            )
            for one in attacks:
                rank = f"{one.rank:>2} of {len(stories())}" if one.rank else "nothing left"
                print(
                    f"    {one.case}  {one.story:<17} {rank}{'  matched' if one.is_matched else ''}"
                    f"{'  by ' + ', '.join(one.because) if '--all' in sys.argv else ''}"
                )
        held &= counts["as it was"] >= BEFORE and counts["without names and places"] >= 1
        held &= counts["after the gate"] <= AFTER
    print(
        f"promised of each: at least {BEFORE} of 5 before, at least 1 without names and places, {AFTER} after the gate"
    )
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
