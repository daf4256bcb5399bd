"""How long the merge and every pattern take, and how that grows."""

import datetime as dt
import gc
import math
import random
from time import perf_counter

from maca.chronology.entries import EVENTS, Entry, merged
from maca.chronology.patterns import find_patterns

AGENCIES = (
    *("children_social_care", "police", "health_visiting", "gp", "school", "nursery", "camhs", "housing"),
    *("probation", "hospital", "dentist", "early_help"),
)
A_YEAR_EACH = 250  # entries of one agency, at any size: a longer chronology covers more years
EVERYDAY = ("", "other", "visit", "attendance", "appointment", "supervision")


def entries(each: int) -> list[Entry]:
    """`each` entries of each of twelve agencies, about three children; nine in ten everyday."""
    chance = random.Random(each)
    rare = sorted(EVENTS)
    days = each * 365 // A_YEAR_EACH
    begin = dt.date(2026, 1, 1) - dt.timedelta(days=days)
    made = []
    for agency in AGENCIES:
        for row in range(each):
            event = chance.choice(EVERYDAY) if chance.random() < 0.9 else chance.choice(rare)
            made.append(
                Entry(
                    date=begin + dt.timedelta(days=chance.randrange(days)),
                    agency=agency,
                    event=event,
                    text=" ".join(f"word{chance.randrange(900)}" for _ in range(25)),
                    children=chance.choice(((), ("C1",), ("C2", "C3"))),
                    seen=chance.choice(("", "", "yes")),
                    facts=(("lives_with", chance.choice("ab")),) if chance.random() < 0.01 else (),
                    file=f"{agency}.csv",
                    row=row,
                )
            )
    return made


def took(made: list[Entry], times: int = 5) -> float:
    best = math.inf
    for _ in range(times):
        gc.collect()
        began = perf_counter()
        find_patterns(merged(made), labels=("C1", "C2", "C3"))
        best = min(best, perf_counter() - began)
    return best


def lines() -> list[str]:
    sizes = [625, 1_250, 2_500, 5_000]
    seconds = [took(entries(size)) for size in sizes]
    logs = [(math.log(size), math.log(one)) for size, one in zip(sizes, seconds, strict=True)]
    mean = [sum(one[at] for one in logs) / len(logs) for at in (0, 1)]
    slope = sum((x - mean[0]) * (y - mean[1]) for x, y in logs) / sum((x - mean[0]) ** 2 for x, _ in logs)
    return [
        *(f"12 × {size:>5,} entries: {one * 1_000:7.0f} ms" for size, one in zip(sizes, seconds, strict=True)),
        f"slope from n to 8n: {slope:.2f} (promised: at most 1.1)",
    ]
