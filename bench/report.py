"""What was measured, on one screen and as JSON."""

import json
import os
import platform
from pathlib import Path
from typing import Any

from django.db import connection

from bench.measure import COMMIT, ROUNDS, STUBBED, TURNS, Ratio, Rounds, p50, p95, ratio
from bench.pages import FIFTY, HELLO, Page

FILE = Path(__file__).parent.parent / ".build" / "bench.json"
# A hundred times the audits: the slope of log time on log audits that was promised, 0.10, comes to this.
GROWTH = 1.58
# The most that seal and journal may cost: times the same page with both stubbed out.
SEAL = 1.25


def of_page(page: Page, small: dict[str, Rounds], large: dict[str, Rounds]) -> dict[str, Any]:
    """How one page did at the larger number of audits, and how it grew, less what the plain page grew."""
    mine, plain = large[page.name], large[FIFTY]
    to_plain, to_plain_before = ratio(mine, plain), ratio(small[page.name], small[FIFTY])
    target = page.times and page.times + page.commits * p50(large[COMMIT]) / p50(plain)
    return {
        "page": page.name,
        "p50_ms": p50(mine) * 1_000,
        "p95_ms": p95(mine) * 1_000,
        "to_hello": ratio(mine, large[HELLO]),
        "to_plain": to_plain,
        "target": target,
        "verdict": "" if target is None else "MISSED" if to_plain.low > target else "OK",
        "growth": to_plain.middle / to_plain_before.middle,
        "to_stubbed": ratio(mine, large[page.name + STUBBED]) if page.sealed else None,
    }


def lines(rows: list[dict[str, Any]], counted: dict[str, dict[str, int]], promised: dict[str, int | None]) -> list[str]:
    numbers = " ".join(f"{name:>9}" for name in counted)
    text = [
        f"{'':18}{'p50':>6}{'p95':>7}{'times':>8}   {'times ' + FIFTY:<29}{'':7}{'growth':>6}   queries at audits:",
        f"{'':18}{'ms':>6}{'ms':>7}{HELLO:>8}   {'and 95 % interval':<20}{'at most':>9} {'':6}{'':6}  {numbers}",
    ]
    for row in rows:
        interval: Ratio = row["to_plain"]
        target = f"{row['target']:.1f}" if row["target"] else ""
        times = f"{interval.middle:5.2f} ({interval.low:.2f} to {interval.high:.2f})"
        numbers = " ".join(f"{found[row['page']]:>9}" for found in counted.values())
        most = promised[row["page"]]
        text.append(
            f"{row['page']:18}{row['p50_ms']:6.1f}{row['p95_ms']:7.1f}{row['to_hello'].middle:8.1f}   {times:<20}"
            f"{target:>9} {row['verdict']:6}{row['growth']:6.2f}  {numbers}" + (f"  (at most {most})" if most else "")
        )
    return text


def seal_lines(rows: list[dict[str, Any]]) -> list[str]:
    """What seal and journal cost on each page that has them."""
    text = [f"Seal and journal, times the same page with both stubbed out; at most {SEAL}:"]
    for row in rows:
        if found := row["to_stubbed"]:
            verdict = "MISSED" if found.low > SEAL else "OK"
            text.append(f"  {row['page']:18}{found.middle:5.2f} ({found.low:.2f} to {found.high:.2f})  {verdict}")
    return text


def machine() -> str:
    base = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()" if connection.vendor == "sqlite" else "SHOW server_version")
        version = cursor.fetchone()[0].split()[0]
    busy = os.getloadavg()[0]
    return f"{base} {version}, Python {platform.python_version()}, {os.cpu_count()} cores, load {busy:.1f}"


def write(content: dict[str, Any]) -> None:
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(content, indent=2) + "\n")


def how() -> str:
    return f"{ROUNDS} rounds of {TURNS} turns; in each turn every page once, over one connection to “maca serve”"
