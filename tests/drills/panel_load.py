"""Three panels at once, each with twenty who follow and six who write, for a minute: ten lines a second each, or as
many as `--lines` says.

Through HTTP against `maca serve`, as browsers would. Every line must come once to every reader, in the order in which
it was kept, within a second at the 95th percentile; and a save takes no more than three times what it takes alone. Run
with `make panel-load`; on PostgreSQL with DATABASE_URL set. `--deaf` is the control: it must fail.
"""

import argparse
import http.client
import json
import statistics
import sys
import tempfile
import threading
import time
import urllib.parse
import uuid
from pathlib import Path
from typing import Any

from tests.drills.kill_nine import Visitor
from tests.journeys.browser import Site, served_demo

AUDIT = "/audits/neglect-3/panel/"
CHAIR, MANAGER, MEMBER = "Margaret Osei", "Priya Nair", "Aisha Rahman"
PANELS, READERS, WRITERS = 3, 20, 6
SECOND, TIMES = 1.0, 3.0


def nothing(visitor: Visitor) -> str:
    return ""


def signed_in(site: Site, who: str) -> Visitor:
    return Visitor(site, who, nothing).sign_in()


def cookie_of(visitor: Visitor) -> str:
    jar = next(one for one in visitor.open.__self__.handlers if hasattr(one, "cookiejar")).cookiejar  # type: ignore[attr-defined]
    return "; ".join(f"{one.name}={one.value}" for one in jar)


class Reader(threading.Thread):
    """Follows a hearing as a browser does: comes back after each end of the stream, with the last number it had."""

    def __init__(self, site: Site, cookie: str, case: int) -> None:
        super().__init__(daemon=True)
        self.host = urllib.parse.urlsplit(site.address).netloc
        self.cookie, self.case = cookie, case
        self.heard: list[tuple[str, int, float]] = []
        self.stopping = False
        self.problem = ""

    def run(self) -> None:
        last = "0"
        while not self.stopping:
            connection = http.client.HTTPConnection(self.host, timeout=60)
            try:
                headers = {"Cookie": self.cookie, "Accept": "text/event-stream", "Last-Event-ID": last}
                connection.request("GET", f"{AUDIT}cases/{self.case}/lines/follow/", headers=headers)
                answer = connection.getresponse()
                if answer.status != 200:
                    self.problem = f"HTTP {answer.status}"
                    return
                while raw := answer.readline():
                    if raw.startswith(b"data: "):
                        line = json.loads(raw[6:])
                        last = str(line["changed"])
                        self.heard.append((line["words"], line["changed"], time.monotonic()))
                    if self.stopping:
                        return
            except (OSError, http.client.HTTPException) as problem:
                if not self.stopping:
                    self.problem = repr(problem)
                return
            finally:
                connection.close()
            time.sleep(0.5)


class Writer(threading.Thread):
    """Writes a line every so often, over one connection, and keeps in mind when it was sent and when it was kept."""

    def __init__(self, site: Site, visitor: Visitor, case: int, every: float, until: float, name: str) -> None:
        super().__init__(daemon=True)
        self.host = urllib.parse.urlsplit(site.address).netloc
        self.cookie = cookie_of(visitor)
        self.token = self.cookie.partition("csrftoken=")[2].partition(";")[0]
        self.case, self.every, self.until, self.who = case, every, until, name
        self.sent: dict[str, float] = {}
        self.took: list[float] = []
        self.problem = ""

    def run(self) -> None:
        connection = http.client.HTTPConnection(self.host, timeout=60)
        number, due = 0, time.monotonic()
        while due < self.until:
            time.sleep(max(0.0, due - time.monotonic()))
            due += self.every
            number += 1
            words = f"{self.who}, line {number}"
            body = urllib.parse.urlencode({"csrfmiddlewaretoken": self.token, "words": words, "sent": uuid.uuid4().hex})
            began = time.monotonic()
            connection.request(
                "POST",
                f"{AUDIT}cases/{self.case}/lines/went_well/",
                body,
                {
                    "Cookie": self.cookie,
                    "Accept": "application/json",
                    "Content-Type": "application/x-www-form-urlencoded",
                },
            )
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                self.problem = f"HTTP {answer.status}"
                return
            self.sent[words] = began
            self.took.append(time.monotonic() - began)
        connection.close()


def p95(some: list[float]) -> float:
    return statistics.quantiles(some, n=20)[-1]


def open_panel(site: Site) -> dict[str, Visitor]:
    people = {who: signed_in(site, who) for who in (CHAIR, MANAGER, MEMBER)}
    chair = people[CHAIR]
    page = chair.get(AUDIT).split("<main")[1]
    chair.post(page, AUDIT + "open/")
    return people


def alone(site: Site, visitor: Visitor, seconds: float) -> list[float]:
    """What a save takes while nobody else does anything."""
    writer = Writer(site, visitor, 4, 0.2, time.monotonic() + seconds, "alone")
    writer.run()
    return writer.took


def run(site: Site, seconds: float, lines: float, *, deaf: bool) -> list[str]:
    people = open_panel(site)
    by_itself = alone(site, people[MANAGER], 10)
    cookies = [cookie_of(one) for one in people.values()]
    readers = [Reader(site, cookies[at % 3], case) for case in range(1, PANELS + 1) for at in range(READERS)]
    for one in readers:
        one.start()
    time.sleep(2)
    until, every = time.monotonic() + seconds, WRITERS / lines
    writers = [
        Writer(site, list(people.values())[at % 3], case, every, until, f"panel {case}, hand {at}")
        for case in range(1, PANELS + 1)
        for at in range(WRITERS)
    ]
    for at, writer in enumerate(writers):
        writer.start()
        time.sleep(every / len(writers) if at < len(writers) else 0)
    for writer in writers:
        writer.join()
    time.sleep(3)
    for reader in readers:
        reader.stopping = True
    if deaf:
        readers[0].heard = readers[0].heard[:-1]
    return told(readers, writers, by_itself)


def told(readers: list[Reader], writers: list[Writer], by_itself: list[float]) -> list[str]:
    problems = [f"a reader: {one.problem}" for one in readers if one.problem]
    problems += [f"a writer: {one.problem}" for one in writers if one.problem]
    delays: list[float] = []
    for case in range(1, PANELS + 1):
        sent: dict[str, float] = {}
        for writer in writers:
            if writer.case == case:
                sent |= writer.sent
        orders = set()
        for reader in readers:
            if reader.case != case:
                continue
            words = [one for one, _, _ in reader.heard]
            missing, twice = set(sent) - set(words), len(words) - len(set(words))
            if missing or twice:
                problems.append(f"a reader of panel {case}: {len(missing)} lines missing, {twice} twice")
            if [changed for _, changed, _ in reader.heard] != sorted(changed for _, changed, _ in reader.heard):
                problems.append(f"a reader of panel {case}: out of order")
            orders.add(tuple(words))
            delays += [at - sent[one] for one, _, at in reader.heard if one in sent]
        if len(orders) > 1 and not any("missing" in one for one in problems):
            problems.append(f"readers of panel {case} were told in different orders")
    took = [one for writer in writers for one in writer.took]
    lines = sum(len(writer.sent) for writer in writers)
    print(f"{lines:,} lines by {len(writers)} writers, {len(delays):,} deliveries to {len(readers)} readers")
    print(
        f"a line is with its readers after {statistics.median(delays) * 1000:.0f} ms (median), "
        f"{p95(delays) * 1000:.0f} ms (p95), {max(delays) * 1000:.0f} ms (longest); promised: p95 under 1,000 ms"
    )
    print(
        f"a save takes {statistics.median(took) * 1000:.0f} ms (median), {p95(took) * 1000:.0f} ms (p95); alone "
        f"{statistics.median(by_itself) * 1000:.0f} and {p95(by_itself) * 1000:.0f} ms: times "
        f"{p95(took) / p95(by_itself):.2f}, promised: at most {TIMES:.0f}"
    )
    if p95(delays) >= SECOND:
        problems.append("lines came too late")
    if p95(took) > TIMES * p95(by_itself):
        problems.append("saves took too long")
    return problems


def main(arguments: Any = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--lines", type=float, default=10, help="Lines a second for each panel.")
    parser.add_argument("--deaf", action="store_true", help="The control: one line is kept from one reader.")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="maca-panel-") as directory, served_demo(Path(directory) / "data") as site:
        problems = run(site, asked.seconds, asked.lines, deaf=asked.deaf)
    for one in problems:
        print(f"FAILED: {one}")
    if asked.deaf:
        print("The control failed, as it must." if problems else "THE CONTROL DID NOT FAIL.")
        return 0 if problems else 1
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
