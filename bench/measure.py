"""Times over a real server, in turns; queries by Django's own client; and how sure a ratio is."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.data import CASES, SIXTY, TITLE, World
from bench.pages import Page, autosaving
from bench.pages import pages as pages_of
from maca.audits.models import Audit
from maca.partnership.models import Partnership

ROUNDS, TURNS, WARM_UP = 8, 15, 10
# Any 32 letters will do: what counts is that the form and the cookie say the same.
CSRF = "b" * 32
COMMIT = "a durable commit"
# Behind the name of a page: the same page of a server whose seal and journal are stubbed out.
STUBBED = ", stubbed"
Rounds = list[list[float]]


class Ratio(NamedTuple):
    middle: float
    low: float
    high: float


@contextmanager
def served(*, stubbed: bool = False) -> Iterator[HTTPConnection]:
    """The site as `maca serve` serves it, in a process of its own, and a connection that stays open."""
    process = subprocess.Popen(
        [sys.executable, "-m", "maca", "serve", "--port", "0"],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            **({"MACA_BENCH_STUBBED": "1"} if stubbed else {}),
        },
        cwd=Path(__file__).parent.parent,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        address = urlsplit(process.stdout.readline().strip())
        http = HTTPConnection(address.hostname or "", address.port, timeout=60)
        yield http
        http.close()
    finally:
        process.terminate()
        process.wait()


def signed_in(world: World, page: Page) -> Client:
    client = Client(SERVER_NAME="127.0.0.1")
    if page.who:
        client.force_login(world.people[page.who])
    return client


class Visitor:
    """Somebody at a browser of their own, who opens one page again and again."""

    def __init__(self, http: HTTPConnection, world: World, page: Page) -> None:
        self.http, self.page = http, page
        self.headers = {"Cookie": f"{settings.CSRF_COOKIE_NAME}={CSRF}"}
        if session := signed_in(world, page).cookies.get(settings.SESSION_COOKIE_NAME):
            self.headers["Cookie"] += f"; {settings.SESSION_COOKIE_NAME}={session.value}"

    def visit(self) -> float:
        """Seconds from asking to the last byte. Where a form leads is opened too, but not timed."""
        form = self.page.form and {**self.page.form(), "csrfmiddlewaretoken": CSRF}
        began = perf_counter()
        status, onward = self._ask("POST" if form else "GET", self.page.address, form)
        taken = perf_counter() - began
        if status != self.page.status:
            raise RuntimeError(f"{self.page.name} answered {status}, not {self.page.status}: {self.page.address}")
        if onward:
            self._ask("GET", onward, None)
        return taken

    def _ask(self, method: str, address: str, form: dict[str, str] | None) -> tuple[int, str | None]:
        typed = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        self.http.request(method, address, urlencode(form).encode() if form else None, {**self.headers, **typed})
        response = self.http.getresponse()
        response.read()
        return response.status, response.headers["Location"]


def a_durable_commit() -> float:
    began = perf_counter()
    with transaction.atomic():
        Partnership.objects.update(briefing_form="6 Step Briefing")
    return perf_counter() - began


def times(world: World, pages: list[Page]) -> dict[str, Rounds]:
    """Seconds of every page and of a commit, by round: in each turn of a round, everything once."""
    with served() as http, served(stubbed=True) as without:
        turn = {page.name: Visitor(http, world, page).visit for page in pages}
        # What a stubbed server saves no other can open, so it has a case of its own, with as much in it.
        twins = pages_of(world, Audit.objects.filter(title=TITLE).earliest("pk"), CASES)
        turn |= {page.name + STUBBED: Visitor(without, world, page).visit for page in twins if page.sealed}
        turn[COMMIT] = a_durable_commit
        for _ in range(WARM_UP):
            for do in turn.values():
                do()
        taken: dict[str, Rounds] = {name: [] for name in turn}
        for _ in range(ROUNDS):
            for rounds in taken.values():
                rounds.append([])
            for _ in range(TURNS):
                for name, do in turn.items():
                    taken[name][-1].append(do())
    return taken


def sixty_answers(world: World, sixty: Audit) -> list[float]:
    """Seconds in which sixty answers of one return were saved one by one, from asking to the last byte; some times."""
    with served() as http:
        asked = [autosaving(sixty, 1, world.agencies[1], question) for question in SIXTY]
        visits = [Visitor(http, world, page).visit for page in asked]
        return [sum(visit() for visit in visits) for _ in range(ROUNDS)]


def queries(world: World, pages: list[Page]) -> dict[str, int]:
    """How many times each page reads or writes when it is opened again. Nothing that it writes stays."""
    return {page.name: _queries(signed_in(world, page), page) for page in pages}


def _queries(client: Client, page: Page) -> int:
    with transaction.atomic():
        # Whoever comes to a return for the first time leaves a row that later visits find; it is not what is counted.
        _open(client, page)
        with CaptureQueriesContext(connection) as captured:
            response = _open(client, page)
        transaction.set_rollback(True)
    if response.status_code != page.status:
        raise RuntimeError(f"{page.name} answered {response.status_code}, not {page.status}: {page.address}")
    return sum(one["sql"].startswith(("SELECT", "INSERT", "UPDATE", "DELETE")) for one in captured.captured_queries)


def _open(client: Client, page: Page) -> HttpResponse:
    return client.post(page.address, page.form()) if page.form else client.get(page.address)


def p50(rounds: Rounds) -> float:
    return median(second for one in rounds for second in one)


def p95(rounds: Rounds) -> float:
    every = sorted(second for one in rounds for second in one)
    return every[int(len(every) * 0.95)]


def ratio(these: Rounds, those: Rounds) -> Ratio:
    """The median, over the rounds, of the ratio of their medians; its 95 % interval by drawing rounds again."""
    by_round = [median(this) / median(that) for this, that in zip(these, those, strict=True)]
    chance = random.Random(0)
    drawn = sorted(median(chance.choices(by_round, k=len(by_round))) for _ in range(1_000))
    return Ratio(median(by_round), drawn[25], drawn[974])
