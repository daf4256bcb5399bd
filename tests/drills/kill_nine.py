"""The server is killed with -9 a hundred times under load, through HTTP, as its users would meet it.

After each kill: every save, reading and concern that anybody was told of is there; every ciphertext opens with its
key; the chain of the journal holds; no change is without its entry and no entry without its change. Run with
`make kill`; on PostgreSQL with DATABASE_URL set. `--torn` is the control: without transactions it must fail.
"""

import argparse
import http.client
import http.cookiejar
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.journeys.browser import Site, served_demo

AUDIT = "/audits/neglect-3/"
WRITERS = [
    ("Grace Lewis", "cases/4/returns/health-visiting/"),
    ("Kelly Watson", "cases/3/returns/fenbrook-police/"),
    ("Leah Stone", "cases/2/returns/millside-surgery/"),
]


class Visitor(threading.Thread):
    """Does one thing over and over, and keeps in mind what it was told had been done."""

    def __init__(self, site: Site, who: str, act: Callable[["Visitor"], str]) -> None:
        super().__init__(daemon=True)
        self.site, self.who, self.act = site, who, act
        self.open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())).open
        self.told: list[str] = []
        self.stopping = False

    def get(self, path: str) -> str:
        return self.open(self.site.address + path, timeout=30).read().decode()

    def post(self, page: str, path: str, **values: str) -> str:
        fields = {}
        for tag in re.findall(r"<input[^>]*>", page):
            name, value = re.search(r'name="([^"]*)"', tag), re.search(r' value="([^"]*)"', tag)
            if name and value and 'type="radio"' not in tag and 'type="checkbox"' not in tag:
                fields[name[1]] = value[1]
        body = urllib.parse.urlencode({**fields, **values}).encode()
        return self.open(self.site.address + path, data=body, timeout=30).read().decode()

    def sign_in(self) -> "Visitor":
        page = self.get("/sign-in/")
        row = page[page.index(self.who) :]
        self.post(row, re.search(r'action="(/sign-in/as/[^"]+)"', row)[1])
        return self

    def run(self) -> None:
        while not self.stopping:
            try:
                self.told.append(self.act(self))
            except urllib.error.HTTPError as problem:
                # A clash of two savers is an honest answer; anything else is not expected here.
                if problem.code not in (409, 422):
                    self.told.append(f"HTTP {problem.code}")
                    return
            # The server was killed, perhaps within an answer: what nobody was told of may be gone.
            except (OSError, http.client.HTTPException, AttributeError, ValueError):
                return


def saving(place: str, numbers: Any) -> Callable[[Visitor], str]:
    def save(visitor: Visitor) -> str:
        path = f"{AUDIT}{place}questions/1/"
        form = visitor.get(path).split("<main")[1]
        words = f"save {next(numbers)}"
        visitor.post(form, path, choice="yes", how_known=words)
        return words

    return save


def reading(visitor: Visitor) -> str:
    visitor.get(f"{AUDIT}cases/1/report/")
    return "read"


def raising(numbers: Any) -> Callable[[Visitor], str]:
    def raise_concern(visitor: Visitor) -> str:
        path = f"{AUDIT}cases/1/concern/"
        form = visitor.get(path).split("<main")[1]
        words = f"concern {next(numbers)}"
        visitor.post(form, path, what=words, is_told="no")
        return words

    return raise_concern


# Runs in the site's own environment while the site is down, and says what is kept.
KEPT = """
import json
import django
django.setup()
from django.db.models import Count
from maca.cases.seal import case_key
from maca.concerns.models import Concern
from maca.journal.models import Entry
from maca.journal.queries import first_broken
from maca.partnership.models import Partnership
from maca.returns.models import AgencyReturn
from maca.sealing.models import KeyKind
from maca.sealing.queries import key_for

entries = {}
for did, about, number in Entry.objects.values_list("did", "about").annotate(number=Count("pk")):
    entries.setdefault(did, {})[about] = number
answers, torn = [], []
for one in AgencyReturn.objects.select_related("case__nomination").prefetch_related("answers__question"):
    saves = 0
    for answer in one.answers.all():
        case_key(one.case).open(answer)
        saves += answer.version - 1
        answers.append(str(answer.how_known))
    written = entries.get("saved an answer", {}).get(f"AgencyReturn:{one.public_id}", 0)
    if saves != written:
        torn.append(f"{saves} saves of a return and {written} entries")
concerns = []
for concern in Concern.objects.all():
    concerns.append(str(key_for(KeyKind.CONCERN, concern.public_id).open(concern).what))
raised = sum(entries.get("raised a concern", {}).values())
if raised != len(concerns):
    torn.append(f"{len(concerns)} concerns and {raised} entries")
print(json.dumps({
    "answers": answers, "concerns": concerns, "torn": torn,
    "readings": Entry.objects.filter(did="read a report").count(),
    "broken": [first_broken(one) for one in Partnership.objects.values_list("public_id", flat=True)],
}))
"""


def kept(site: Site) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", KEPT],
        env={**site.environment, "DJANGO_SETTINGS_MODULE": "maca.config.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return {"torn": ["what is kept cannot be read: " + done.stderr.strip().splitlines()[-1]]}
    return json.loads(done.stdout)


def missing(found: dict[str, Any], saved: dict[str, list[str]], raised: list[str], read: int) -> list[str]:
    """What was acknowledged or belongs together, and is not there."""
    wrong = list(found["torn"])
    if "answers" not in found:
        return wrong
    wrong += [f"the chain breaks at {number}" for number in found["broken"] if number]
    numbers = [int(text.split()[1]) for text in found["answers"] if text.startswith("save ")]
    for place, told in saved.items():
        last = max((int(text.split()[1]) for text in told), default=0)
        # A later save that nobody was told of may stand in its place; an earlier one may not.
        of_place = [number for number in numbers if number // 1_000_000 == last // 1_000_000]
        if last and max(of_place, default=0) < last:
            wrong.append(f"{place} was told of save {last}, and {max(of_place, default=0)} is kept")
    lost = set(raised) - set(found["concerns"])
    if lost:
        wrong.append(f"{len(lost)} concerns that were acknowledged are gone")
    if found["readings"] < read:
        wrong.append(f"{read} reports were shown and {found['readings']} readings are recorded")
    return wrong


def drill(rounds: int, *, torn: bool, seed: int) -> list[str]:
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="maca-kill-") as directory, served_demo(Path(directory)) as site:
        if torn:
            site.program = [sys.executable, "-m", "tests.drills.torn"]
        counters = {place: iter(range((n + 1) * 1_000_000 + 1, (n + 2) * 1_000_000)) for n, (_, place) in
                    enumerate(WRITERS)}  # fmt: skip
        concerns = iter(range(1, 1_000_000))
        saved: dict[str, list[str]] = {place: [] for _, place in WRITERS}
        raised: list[str] = []
        read = told = 0
        for who, place in WRITERS:
            visitor = Visitor(site, who, reading).sign_in()
            declare(visitor, place)
        for number in range(1, rounds + 1):
            if torn or number > 1:
                site.stop()
                site.start()
            visitors = [Visitor(site, who, saving(place, counters[place])).sign_in() for who, place in WRITERS]
            reader = Visitor(site, "Priya Nair", reading).sign_in()
            raiser = Visitor(site, "Ben Harvey", raising(concerns)).sign_in()
            everybody = [*visitors, reader, raiser]
            for one in everybody:
                one.start()
            # On a slow machine the first save takes seconds: a kill before it would be a kill of nothing.
            patient_until = time.monotonic() + 20
            while any(one.is_alive() and not one.told for one in everybody) and time.monotonic() < patient_until:
                time.sleep(0.05)
            time.sleep(chance.random() * 0.6)
            assert site.server is not None
            os.kill(site.server.pid, signal.SIGKILL)
            site.server.wait()
            for one in everybody:
                one.stopping = True
            for one in everybody:
                one.join()
                # Without transactions two writers can break each other; what is looked for is what they leave.
                if strange := [words for words in one.told if words.startswith("HTTP") and not torn]:
                    return [f"{one.who} was answered {strange}"]
                one.told = [words for words in one.told if not words.startswith("HTTP")]
            for (_, place), one in zip(WRITERS, visitors, strict=True):
                saved[place] += one.told
            raised += raiser.told
            read += len(reader.told)
            told += sum(len(one.told) for one in everybody)
            if wrong := missing(kept(site), saved, raised, read):
                return [f"kill {number}: {one}" for one in wrong]
            if number % 10 == 0:
                print(f"{number} kills; {told:,} acknowledged, nothing lost", flush=True)
        assert all(saved.values()), saved
        assert raised
        assert read
        print(
            f"KILL -9 PASS n={rounds}: {sum(map(len, saved.values())):,} saves, {read:,} readings and {len(raised):,} "
            "concerns were acknowledged, and all are there; every change has its entry"
        )
    return []


def declare(visitor: Visitor, place: str) -> None:
    """Come to where the question can be answered: no conflict of interest, and the family is known."""
    case = AUDIT + "/".join(place.split("/")[:2]) + "/interest/"
    visitor.post(visitor.get(case).split("<main")[1], case, interest="none")
    known = f"{AUDIT}{place}known/"
    visitor.post(visitor.get(known).split("<main")[1], known, known="yes")


def run(drill: Callable[..., list[str]], how_often: str, usual: int) -> int:
    """A drill from the command line: how often, with which seed, and whether as its control, which has to fail."""
    options = argparse.ArgumentParser()
    options.add_argument(how_often, type=int, default=usual, dest="times")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--torn", action="store_true", help="the control: without transactions")
    given = options.parse_args()
    began = time.monotonic()
    wrong = drill(given.times, torn=given.torn, seed=given.seed)
    for one in wrong:
        print("LOST: " + one)
    if given.torn:
        print("The control failed, as it must." if wrong else "THE CONTROL DID NOT FAIL.")
    print(f"Took {time.monotonic() - began:.0f} s.")
    return int(bool(wrong) != given.torn)


def main() -> int:
    return run(drill, "--rounds", 100)


if __name__ == "__main__":
    sys.exit(main())
