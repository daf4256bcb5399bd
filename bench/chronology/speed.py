"""How long the merge and every pattern take, and how that grows."""

import cProfile
import csv
import datetime as dt
import gc
import math
import pstats
import random
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from statistics import linear_regression
from time import perf_counter

import duckdb

from maca.chronology.entries import EVENTS, Entry
from maca.chronology.patterns import find_patterns

AGENCIES = (
    *("children_social_care", "police", "health_visiting", "gp", "school", "nursery", "camhs", "housing"),
    *("probation", "hospital", "dentist", "early_help"),
)
A_YEAR_EACH = 250  # entries of one agency, at any size: a longer chronology covers more years
LABELS = ("C1", "C2", "C3")
SIZES = (625, 1_250, 2_500, 5_000)
SLOPE, TIMES = 1.1, 3
ROUNDS = 11
COLUMNS = (
    "{place: INTEGER, date: DATE, time: TIME, agency: VARCHAR, event: VARCHAR, text: VARCHAR, children: VARCHAR, "
    "fact: VARCHAR, seen: VARCHAR, file: VARCHAR, row: INTEGER}"
)
# Three of our patterns as far as a window goes: no plan, no child, no sentence.
WINDOWS = (
    "SELECT agency, date, before FROM"
    " (SELECT agency, date, lag(date) OVER (PARTITION BY agency ORDER BY date) AS before FROM line)"
    " WHERE date - before > 60",
    "SELECT agency, date, many FROM"
    " (SELECT agency, date, count(*) OVER (PARTITION BY agency ORDER BY date"
    " RANGE INTERVAL 365 DAYS PRECEDING) AS many FROM line WHERE event = 'worker_change') WHERE many >= 3",
    "SELECT agency, date, many FROM"
    " (SELECT agency, date, count(*) OVER (PARTITION BY agency ORDER BY date"
    " RANGE INTERVAL 183 DAYS PRECEDING) AS many FROM line WHERE event = 'was_not_brought') WHERE many >= 2",
)
EVERYDAY = ("", "other", "visit", "attendance", "appointment", "supervision")


def entries(each: int, seed: int = 0) -> list[Entry]:
    """`each` entries of each of twelve agencies, about three children; nine in ten everyday.

    An agency's stand in the order of their dates, as agencies send them; the agencies come one after another.
    """
    chance = random.Random(f"{each} {seed}")
    rare = sorted(EVENTS)
    days = each * 365 // A_YEAR_EACH
    begin = dt.date(2026, 1, 1) - dt.timedelta(days=days)
    made = []
    for agency in AGENCIES:
        for row, day in enumerate(sorted(chance.randrange(days) for _ in range(each))):
            event = chance.choice(EVERYDAY) if chance.random() < 0.9 else chance.choice(rare)
            made.append(
                Entry(
                    date=begin + dt.timedelta(days=day),
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


def merge_and_find(*cases: list[Entry]) -> None:
    """One line of each case, and every pattern in it."""
    for made in cases:
        find_patterns(made, labels=LABELS)


def cases_of(each: int) -> list[list[Entry]]:
    """As many cases of this size as have together as many entries as one of the largest.

    So whatever else the machine does falls on every size alike, and so does what its caches cannot hold.
    """
    return [entries(each, seed) for seed in range(SIZES[-1] // each)]


class InDuckDB:
    """The same rows in the memory of DuckDB, which has both cores and its own order of columns."""

    def __init__(self, made: list[Entry]) -> None:
        self.db = duckdb.connect(":memory:")
        with tempfile.NamedTemporaryFile("w", suffix=".csv", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(
                (at, one.date, one.time, one.agency, one.event, one.text, " ".join(one.children),
                 "; ".join(map("=".join, one.facts)), one.seen, one.file, one.row)
                for at, one in enumerate(made)
            )  # fmt: skip
            file.flush()
            self.db.execute(f"CREATE TABLE given AS FROM read_csv(?, header = false, columns = {COLUMNS})", [file.name])

    def merge_and_look(self) -> None:
        """The line in order, kept in DuckDB, and what three window queries find, as Python values."""
        self.db.execute("CREATE OR REPLACE TABLE line AS FROM given ORDER BY date, time NULLS FIRST, place")
        for query in WINDOWS:
            self.db.execute(query).fetchall()

    def merge_look_and_hand_over(self) -> None:
        """The same with the line as Python values too, as ours is."""
        self.merge_and_look()
        self.db.execute("FROM line").fetchall()


def best_of(does: dict[str, Callable[[], None]]) -> dict[str, float]:
    """The shortest time of each, in seconds. They take turns, so that a busy machine is busy for all."""
    best = dict.fromkeys(does, math.inf)
    for _ in range(ROUNDS):
        for name, do in does.items():
            gc.collect()
            began = perf_counter()
            do()
            best[name] = min(best[name], perf_counter() - began)
    return best


def slope_of(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """How log time grows with log size: 1 is a line."""
    return linear_regression([math.log(size) for size in sizes], [math.log(one) for one in seconds]).slope


def calls_of(made: list[Entry]) -> int:
    """How many calls it takes: what the machine's caches, and whoever else is on it, do not change."""
    profile = cProfile.Profile()
    profile.runcall(merge_and_find, made)
    return pstats.Stats(profile).total_calls  # type: ignore[attr-defined, no-any-return]


def lines() -> list[str]:
    made = {size: cases_of(size) for size in SIZES}
    theirs = InDuckDB(*made[SIZES[-1]])
    best = best_of(
        {
            **{
                f"12 × {size:>5,} entries, {len(cases)} of them": partial(merge_and_find, *cases)
                for size, cases in made.items()
            },
            "DuckDB, its line kept in it": theirs.merge_and_look,
            "DuckDB, its line handed over": theirs.merge_look_and_hand_over,
        }
    )
    *together, kept, handed_over = best.values()
    ours = [seconds / len(cases) for seconds, cases in zip(together, made.values(), strict=True)]
    return [
        *(f"{name}: {one * 1_000:7.0f} ms" for name, one in best.items()),
        f"slope from n to 8n: {slope_of(SIZES, ours):.2f} in seconds, "
        f"{slope_of(SIZES, [calls_of(made[size][0]) for size in SIZES]):.2f} in calls (promised: at most {SLOPE})",
        f"merge and all patterns, times DuckDB’s merge and three window queries over 12 × {SIZES[-1]:,} entries: "
        f"{ours[-1] / handed_over:.2f} with its line handed over as ours is, {ours[-1] / kept:.2f} with it kept in "
        f"DuckDB (promised: at most {TIMES})",
    ]
