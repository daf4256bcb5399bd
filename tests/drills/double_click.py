"""Every form of the site is sent twice at the same time, as a double click does, through the served site. (V49)

Two connections send the same form, one a little later than the other: at random moments, from together to when the
first has been answered. What changed must be what one sending changes, and both must be led where one is.
The forms are those of the policy table, so none can be forgotten. Run with `make clashes`. `--ignored` is the control:
with the keys of the forms ignored it must fail.
"""

import argparse
import base64
import http.client
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

from tests.journeys.browser import Site, a_database, begin_with

# What stands there without being an effect of a form: whose turn it is, and how far the journal has been noted.
NO_EFFECT = {"notices_turn", "journal_head"}
CSRF = "double0click" * 2 + "together"
ID = re.compile("[0-9a-f]{32}")
Effect = dict[str, list[int]]


@dataclass
class Form:
    """A form that is open before somebody, as it is sent."""

    name: str
    who: str
    situation: str
    path: str
    body: str
    content_type: str
    saves_over_and_over: bool


@dataclass
class Answered:
    status: int
    location: str
    took: float


# ---- in the site's own environment: the world of the policy table, which is put back after every sending


class Inside:
    def __init__(self, data: Path, only: list[str]) -> None:
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection, connections, transaction

        from maca.partnership.fence import installation
        from tests.house.matrix.stand import build, standing_of
        from tests.house.matrix.test_sent_again import FORMS

        call_command("migrate", verbosity=0)
        call_command("migrate", database="keystore", verbosity=0)
        self.connection, self.connections = connection, connections
        self.forms = {name: FORMS[name] for name in only or FORMS}
        situations = {standing_of(situation): None for _, _, situation in self.forms.values()}
        with installation(), transaction.atomic(), transaction.atomic(using="keystore"):
            self.stand = build(list(situations))
        self.kept = data / "as-built"
        self.kept.mkdir()
        for alias in connections:
            self.keep(alias)

    def lies(self, alias: str) -> Path | None:
        """Where a database on SQLite lies."""
        settings = self.connections[alias].settings_dict
        return Path(settings["NAME"]) if settings["ENGINE"].endswith("sqlite") else None

    def keep(self, alias: str) -> None:
        if lies := self.lies(alias):
            copied(lies, self.kept / alias)
            return
        with self.connections[alias].cursor() as cursor:
            cursor.execute("CREATE SCHEMA as_built")
            for table in self.connections[alias].introspection.table_names(cursor):
                cursor.execute(f'CREATE TABLE as_built."{table}" AS TABLE public."{table}"')

    def put_back(self, alias: str) -> None:
        from django.db import transaction

        from tests.lifting import everything_can_be_emptied

        if lies := self.lies(alias):
            copied(self.kept / alias, lies)
            return
        with (
            transaction.atomic(using=alias),
            everything_can_be_emptied(),
            self.connections[alias].cursor() as cursor,
        ):
            # The tables are filled in any order.
            cursor.execute("SET LOCAL session_replication_role = replica")
            for table in self.connections[alias].introspection.table_names(cursor):
                cursor.execute(f'DELETE FROM public."{table}"')
                cursor.execute(f'INSERT INTO public."{table}" SELECT * FROM as_built."{table}"')

    def open(self) -> list[dict[str, Any]]:
        from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

        from tests.house.matrix.sendings import address, sent_to, words_of
        from tests.house.matrix.stand import standing_of
        from tests.house.matrix.test_sent_again import SAVES_OVER_AND_OVER

        found = []
        for name, (_, who, situation) in self.forms.items():
            standing = self.stand.standings[standing_of(situation)]
            data = {**sent_to(name, self.stand, standing), "once": uuid4().hex, "csrfmiddlewaretoken": CSRF}
            body = encode_multipart(BOUNDARY, data)
            path = address(name, words_of(name, self.stand, standing))
            form = Form(
                name, who, situation, path, base64.b64encode(body).decode(), MULTIPART_CONTENT,
                name in SAVES_OVER_AND_OVER,
            )  # fmt: skip
            found.append(vars(form))
        return found

    def anew(self, who: str) -> str:
        """Everything is as it was built, and this person has just signed in."""
        from tests.house.matrix.stand import sign_in

        for alias in self.connections:
            self.put_back(alias)
        return sign_in(self.stand.people[who])

    def standing(self) -> Effect:
        from tests.house.matrix.test_sent_again import standing

        return {table: list(counted) for table, counted in standing().items() if table not in NO_EFFECT}

    def answers(self, asked: IO[str], out: IO[str]) -> None:
        from maca.partnership.fence import installation

        with installation():
            print(json.dumps(self.open()), file=out, flush=True)
            for line in asked:
                who = line.strip()
                session = self.anew(who) if who else ""
                print(json.dumps([session, self.standing()]), file=out, flush=True)


def copied(from_: Path, to: Path) -> None:
    source, target = sqlite3.connect(from_), sqlite3.connect(to, timeout=20)
    target.execute("PRAGMA synchronous=OFF")
    source.backup(target)
    source.close()
    target.close()


# ---- whoever clicks


class Stand:
    """The served site, and the process that puts its world back and counts what stands in it."""

    def __init__(self, site: Site, process: "subprocess.Popen[str]") -> None:
        assert process.stdin
        assert process.stdout
        self.site, self.asking, self.telling = site, process.stdin, process.stdout
        self.forms = [Form(**one) for one in self.said()]

    def said(self) -> Any:
        line = self.telling.readline()
        if not line:
            raise RuntimeError("The process that builds the world has ended.")
        return json.loads(line)

    def ask(self, who: str = "") -> tuple[str, Effect]:
        print(who, file=self.asking, flush=True)
        session, standing = self.said()
        return session, {**standing, "letters": [len(list((self.site.data / "mail").glob("*"))), 0]}

    def sent(self, form: Form, *after: float) -> tuple[list[Answered], Effect]:
        """The form is sent so often, each time so many seconds after all are ready."""
        session, before = self.ask(form.who)
        ready = threading.Barrier(len(after))
        answers: list[Answered | None] = [None] * len(after)

        def send(at: int) -> None:
            connection = http.client.HTTPConnection(urllib.parse.urlsplit(self.site.address).netloc, timeout=60)
            connection.connect()
            ready.wait()
            time.sleep(after[at])
            began = time.monotonic()
            headers = {"Cookie": f"sessionid={session}; csrftoken={CSRF}", "Content-Type": form.content_type}
            connection.request("POST", form.path, base64.b64decode(form.body), headers)
            found = connection.getresponse()
            found.read()
            answers[at] = Answered(found.status, found.getheader("Location") or "", time.monotonic() - began)
            connection.close()

        threads = [threading.Thread(target=send, args=(at,)) for at in range(len(after))]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        _, now = self.ask()
        effect = {table: [n - b for n, b in zip(now[table], before[table], strict=True)] for table in now}
        return [one or Answered(0, "", 0) for one in answers], {t: e for t, e in effect.items() if any(e)}


@contextmanager
def served(data: Path, *, ignored: bool, only: Collection[str]) -> Iterator[Stand]:
    with a_database(f"clicks_{uuid4().hex[:12]}") as database:
        site = Site(data, database)
        if database is None:
            begin_with(data, "demo")  # for its tables, which take longer to make than all the rest
        site.program = [sys.executable, "-m", "tests.drills.keyless", *(["ignored"] if ignored else [])]
        with subprocess.Popen(
            [sys.executable, "-m", "tests.drills.double_click", "--inside", str(data), *only],
            env={**site.environment, "DJANGO_SETTINGS_MODULE": "maca.config.settings"},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            stand = Stand(site, process)
            site.start()
            try:
                yield stand
            finally:
                site.stop()
                stand.asking.close()


@dataclass
class Result:
    forms: int = 0
    wrong: list[str] = field(default_factory=list)
    answered: Counter[str] = field(default_factory=Counter)


def judge(form: Form, alone: tuple[list[Answered], Effect], two: tuple[list[Answered], Effect]) -> str:
    """What was wrong; empty when two had the effect of one and were led where it was."""
    (first,), effect = alone
    answers, effects = two
    statuses = ", ".join(f"{one.status} {one.location}".strip() for one in answers)
    if effects != effect:
        return f"one changes {effect}, two at once {effects} ({statuses})"
    # What is made anew each time has another address each time, but one for both.
    led = {(one.status, one.location) for one in answers if not (form.saves_over_and_over and one.status == 409)}
    if {(status, ID.sub("ID", where)) for status, where in led} != {(first.status, ID.sub("ID", first.location))}:
        return f"one is answered {first.status} {first.location}, two at once {statuses}"
    return f"two places: {statuses}" if len(led) > 1 else ""


def drill(timings: int, *, ignored: bool = False, seed: int = 1, only: Collection[str] = ()) -> Result:
    """Every form, or only those of these names."""
    result = Result()
    with (
        tempfile.TemporaryDirectory(prefix="maca-clicks-") as directory,
        served(Path(directory), ignored=ignored, only=only) as stand,
    ):
        result.forms = len(stand.forms)
        for form in stand.forms:
            chance = random.Random(f"{form.name} {seed}")
            alone = stand.sent(form, 0.0)
            for number in range(timings):
                # From together to when the first is done, a part of that time for each.
                later = alone[0][0].took * (number + chance.random()) / timings
                two = stand.sent(form, 0.0, later)
                result.answered[" and ".join(sorted(str(one.status) for one in two[0]))] += 1
                if wrong := judge(form, alone, two):
                    wrong = f"{wrong}, {later * 1000:.0f} ms apart"
                    result.wrong.append(f"{form.name}, as {form.who} at “{form.situation}”: {wrong}")
    return result


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--timings", type=int, default=20)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--ignored", action="store_true", help="the control: the keys of the forms are ignored")
    options.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    options.add_argument("only", nargs="*", help="the names of some forms, as in the policy table")
    given = options.parse_args()
    if given.inside:
        out = os.fdopen(os.dup(1), "w")
        Inside(given.inside, given.only).answers(sys.stdin, out)
        return 0
    began = time.monotonic()
    found = drill(given.timings, ignored=given.ignored, seed=given.seed, only=given.only)
    for one in found.wrong[:40]:
        print("TWICE: " + one)
    answered = ", ".join(f"{statuses} {count:,}" for statuses, count in found.answered.most_common())
    print(
        f"CLICKS {'FAIL' if found.wrong else 'PASS'}: {found.forms} forms x {given.timings} double clicks, "
        f"answered {answered}; {len(found.wrong)} were no single effect. Took {time.monotonic() - began:.0f} s."
    )
    if given.ignored:
        print("The control failed, as it must." if found.wrong else "THE CONTROL DID NOT FAIL.")
    return int(bool(found.wrong) != given.ignored)


if __name__ == "__main__":
    sys.exit(main())
