"""Two colleagues edit one return in twelve ways, at a hundred random moments each, through the served site. (V48)

No word that anybody was told is saved may vanish: it stands in the answer, or among the earlier words that are kept,
or its own writer wrote on from it, or was shown it beside the other text and chose. No word that was not saved may
vanish either: whoever typed it is shown it. Run with `make clashes`. `--unversioned` is the control: with the check of
versions taken out it must fail.
"""

import argparse
import html
import http.client
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.journeys.browser import Site, a_database

Fields = dict[str, str]
LONGEST_PAUSE = 0.04
TIMINGS_A_CAST = 12
RETRIES = 5


@dataclass
class Place:
    """One return, and a session of everybody who has to do with it."""

    audit: str
    address: str
    sessions: dict[str, str]
    people: dict[str, str]


@dataclass
class Answered:
    status: int
    body: str
    location: str = ""

    @property
    def said(self) -> dict[str, Any]:
        try:
            return dict(json.loads(self.body))
        except ValueError:
            return {}

    @property
    def words(self) -> str:
        return html.unescape(self.body)


@dataclass
class Told:
    """What became of one piece of text: every one is unlike any other."""

    who: str
    part: str
    text: str
    acknowledged: bool = False
    shown: bool = False
    own_next: bool = False  # its writer wrote on from it in the same part
    unheard_next: list["Told"] = field(default_factory=list)  # and what they wrote on, of which no answer came


class Browser:
    """One person with cookies, who can lose the network."""

    def __init__(self, address: str, session: str) -> None:
        self.host = urllib.parse.urlsplit(address).netloc
        self.cookies = {"sessionid": session}

    def ask(self, method: str, path: str, body: Fields | None = None, *, script: bool = False) -> Answered:
        connection, headers = self._connect(body, script=script)
        connection.request(method, path, urllib.parse.urlencode(body or {}) if method == "POST" else None, headers)
        found = connection.getresponse()
        for name, value in found.getheaders():
            if name.lower() == "set-cookie" and (one := re.match(r"([^=]+)=([^;]*)", value)):
                self.cookies[one[1]] = one[2]
        answer = Answered(found.status, found.read().decode(), found.getheader("Location") or "")
        connection.close()
        return answer

    def ask_and_lose(self, path: str, body: Fields, chance: random.Random) -> None:
        """The request goes out, or half of it, and the answer never comes."""
        connection, headers = self._connect(body, script=True)
        connection.connect()
        content = urllib.parse.urlencode(body).encode()
        head = f"POST {path} HTTP/1.1\r\nHost: {self.host}\r\nContent-Length: {len(content)}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        whole = f"{head}\r\n".encode() + content
        assert isinstance(connection.sock, socket.socket)
        connection.sock.sendall(whole if chance.random() < 0.7 else whole[: len(whole) // 2])
        time.sleep(chance.random() * LONGEST_PAUSE)
        connection.close()

    def _connect(self, body: Fields | None, *, script: bool) -> tuple[http.client.HTTPConnection, Fields]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if script:
            headers["Accept"] = "application/json"
        return http.client.HTTPConnection(self.host, timeout=30), headers

    def keys(self, path: str) -> tuple[Fields, Answered]:
        page = self.ask("GET", path)
        main = page.body.partition("<main")[2].rpartition("</main>")[0]
        return {name: html.unescape(value) for name, value in HIDDEN.findall(main)}, page


HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)"[^>]*? value="([^"]*)"')


class Run:
    """One script at one moment: who was told what."""

    def __init__(self, site: str, place: Place, seed: str) -> None:
        self.site, self.place, self.seed = site, place, seed
        self.told: list[Told] = []
        self.counted: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.lock = threading.Lock()

    def writer(self, who: str, part: str) -> "Writer":
        return Writer(self, who, part)

    def browser(self, who: str) -> Browser:
        return Browser(self.site, self.place.sessions[who])

    def chance(self, of: str) -> random.Random:
        return random.Random(f"{self.seed} {of}")

    def together(self, *acts: Callable[[], None]) -> None:
        """At the same time, and each fault is a fault of the run."""

        def guarded(act: Callable[[], None]) -> None:
            try:
                act()
            except Exception as problem:
                with self.lock:
                    self.wrong.append(f"{self.seed}: {type(problem).__name__}: {problem}")

        threads = [threading.Thread(target=guarded, args=(act,)) for act in acts]
        for one in threads:
            one.start()
        for one in threads:
            one.join()

    def act(self, who: str, page: str, **values: str) -> Callable[[], None]:
        """Somebody opens a page at a random moment and sends its form."""

        def do() -> None:
            chance, browser = self.chance(f"{who} {page}"), self.browser(who)
            time.sleep(chance.random() * LONGEST_PAUSE * 4)
            path = page if page.startswith("/") else self.place.address + page
            for _ in range(RETRIES):
                keys, opened = browser.keys(path)
                if opened.status != 200:
                    self.counted[f"{page or 'page'} {opened.status}"] += 1
                    return
                sent = browser.ask("POST", path, {**keys, **values})
                self.counted[f"{page} {sent.status}"] += 1
                if sent.status != 409:  # a clash: look again, and send again
                    return

        return do


class Writer:
    """Somebody writes in one part of a return, as the page and its script do."""

    def __init__(self, run: Run, who: str, part: str) -> None:
        self.run, self.who, self.part = run, who, part
        self.chance = run.chance(f"{who} {part} {len(run.told)}")
        self.browser = run.browser(who)
        self.path = run.place.address + ("engagement/" if part == "engagement" else f"questions/{part}/")
        self.keys: Fields = {}
        self.last: Told | None = None

    def opens(self) -> "Writer":
        self.keys, page = self.browser.keys(self.path)
        if page.status != 200:
            self.run.counted[f"not opened {page.status}"] += 1
            if "different records within an hour" in page.words:
                self.run.wrong.append(f"{self.run.seed}: {self.who} has read too much for this drill to mean anything")
        return self

    def pause(self) -> None:
        time.sleep(self.chance.random() * LONGEST_PAUSE)

    def types(self, times: int = 3, *, losing: bool = False, again: bool = False) -> Callable[[], None]:
        """`again`: goes on after a refusal, from the page as it was opened."""

        def do() -> None:
            for _ in range(times):
                self.pause()
                if not self.saves(losing=losing) and not again:
                    return

        return do

    def content(self, text: str) -> Fields:
        if self.part == "engagement":
            return {"before": text, "now": "Seen monthly."}
        return {"choice": "yes", "how_known": text}

    def saves(self, *, losing: bool = False) -> bool:
        """What the script of the page does with what was typed. False when this page can save no more."""
        told = Told(self.who, self.part, f"{self.who} {uuid4().hex}")
        with self.run.lock:
            self.run.told.append(told)
        if not self.keys:
            told.shown = True  # there was no page to type in
            return False
        for _ in range(RETRIES):
            body = {**self.keys, **self.content(told.text)}
            if losing and self.chance.random() < 0.5:
                self.run.counted["answers lost"] += 1
                if self.last:
                    self.last.unheard_next.append(told)
                self.browser.ask_and_lose(self.path + "autosave/", body, self.chance)
                continue
            answer = self.browser.ask("POST", self.path + "autosave/", body, script=True)
            self.run.counted[f"autosave {answer.status}{' own' if answer.said.get('own') else ''}"] += 1
            if answer.status == 200:
                self.keys["version"] = str(answer.said["version"])
                self.acknowledged(told)
                return True
            if answer.said.get("own"):
                self.keys["version"] = str(answer.said["version"])
                continue
            return self.sends_whole(told)
        return self.sends_whole(told)

    def acknowledged(self, told: Told) -> None:
        told.acknowledged = True
        if self.last:
            self.last.own_next = True
        self.last = told

    def sends_whole(self, told: Told) -> bool:
        """“Save and continue”: it is saved, or refused with one's words, or both texts are shown."""
        answer = self.browser.ask("POST", self.path, {**self.keys, **self.content(told.text)})
        self.run.counted[f"whole form {answer.status}"] += 1
        for _ in range(RETRIES):
            if answer.status == 302:
                self.acknowledged(told)
                self.opens()
                return True
            told.shown |= told.text in answer.words
            if answer.status != 409 or not told.shown:
                return False
            for other in self.run.told:
                other.shown |= other.text in answer.words
            if self.chance.random() < 0.5:  # keeps what is saved now
                self.opens()
                return True
            main = answer.body.partition("<main")[2]
            hidden = {name: html.unescape(value) for name, value in HIDDEN.findall(main)}
            answer = self.browser.ask("POST", self.path, hidden)
            self.run.counted[f"instead {answer.status}"] += 1
        return False


# ---- twelve scripts


def same_field(run: Run) -> None:
    one, two = run.writer("anna", "1").opens(), run.writer("bela", "1").opens()
    run.together(one.types(), two.types())


def different_fields(run: Run) -> None:
    one, two = run.writer("anna", "3").opens(), run.writer("bela", "4").opens()
    run.together(one.types(), two.types())
    if not all(told.acknowledged for told in run.told):
        run.wrong.append(f"{run.seed}: two who wrote in different parts got in each other's way")


def account_and_question(run: Run) -> None:
    one, two = run.writer("anna", "engagement").opens(), run.writer("bela", "engagement").opens()
    three = run.writer("lena", "1").opens()
    run.together(one.types(), two.types(), three.types())


def submitted_meanwhile(run: Run) -> None:
    one, two = run.writer("anna", "1").opens(), run.writer("bela", "3").opens()
    run.together(one.types(), two.types(), run.act("lena", "submit/"))


def sent_back_meanwhile(run: Run) -> None:
    one, two = run.writer("anna", "1").opens(), run.writer("bela", "3").opens()
    run.act("lena", "submit/")()
    back = run.act("mona", "send-back/", **{"comment-1": "Say more."})
    run.together(one.types(6, again=True), two.types(6, again=True), back)


def network_drops(run: Run) -> None:
    one, two = run.writer("anna", "1").opens(), run.writer("bela", "1").opens()
    run.together(one.types(losing=True), two.types(losing=True))


def stale_tab(run: Run) -> None:
    """The same person, in a tab that was opened yesterday and in one of today."""
    old, new = run.writer("anna", "1").opens(), run.writer("anna", "1")
    new.opens().types(2)()
    old.types(2)()
    new.types(2)()


def given_away_meanwhile(run: Run) -> None:
    one, two = run.writer("anna", "1").opens(), run.writer("bela", "1").opens()
    share = run.act("lena", "share/", parts="1", to=run.place.people["bela"])
    run.together(one.types(), two.types(), share, run.act("anna", "share/", parts="1", to="nobody"))


def paper_meanwhile(run: Run) -> None:
    one = run.writer("anna", "1").opens()
    two = run.writer("bela", "1")

    def takes() -> None:
        """What a form on paper says is taken as it was looked at: by the version that was shown beside it."""
        two.opens()
        told = Told("bela", "1", f"bela {uuid4().hex}")
        run.told.append(told)
        keys, _ = two.browser.keys(run.place.address + "engagement/")
        two.pause()
        body = {
            **keys, "box": "q1", "take": "q1", "q1-choice": "yes", "q1-words": told.text,
            "q1-version": two.keys["version"],
        }  # fmt: skip
        answer = two.browser.ask("POST", run.place.address + "paper/take/", body)
        run.counted[f"paper {answer.status}"] += 1
        told.acknowledged, told.shown = answer.status == 302, told.text in answer.words

    run.together(one.types(), takes)


def declined_meanwhile(run: Run) -> None:
    one, two = run.writer("anna", "1").opens(), run.writer("bela", "engagement").opens()
    run.together(one.types(), two.types(), run.act("lena", "decline/", reason="capacity", words="No."))


def panel_opens_meanwhile(run: Run) -> None:
    """The deadline has passed, and then the panel opens: returns close."""
    one, two = run.writer("anna", "1").opens(), run.writer("bela", "1").opens()

    def opens_panel() -> None:
        chair = run.browser("clio")
        keys, _ = chair.keys(f"/audits/{run.place.audit}/panel/")
        time.sleep(run.chance("panel").random() * LONGEST_PAUSE * 4)
        answer = chair.ask("POST", f"/audits/{run.place.audit}/panel/open/", keys)
        run.counted[f"panel {answer.status}"] += 1

    run.together(one.types(), two.types(), opens_panel)


def removed_meanwhile(run: Run) -> None:
    one, two = run.writer("anna", "1").opens(), run.writer("otto", "1").opens()
    ends = run.act("mona", f"/people/{run.place.people['otto']}/end/", reason="left")
    run.together(one.types(), two.types(), ends)


SCRIPTS: list[Callable[[Run], None]] = [
    same_field, different_fields, account_and_question, submitted_meanwhile, sent_back_meanwhile, network_drops,
    stale_tab, given_away_meanwhile, paper_meanwhile, declined_meanwhile, panel_opens_meanwhile, removed_meanwhile,
]  # fmt: skip


# ---- the site


def make(timings: int) -> list[list[dict[str, Any]]]:
    """In the site's own environment: for each script so many returns, with everybody signed in."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import transaction

    from maca.cases.models import Interest
    from maca.cases.operations import declare_interest, select_case
    from maca.partnership.fence import installation
    from maca.partnership.models import Person, Role
    from maca.partnership.operations import add_person
    from maca.returns.operations import circulate_audit, say_known
    from tests.house.matrix.stand import sign_in
    from tests.makers import World

    call_command("migrate", verbosity=0)
    call_command("migrate", database="keystore", verbosity=0)
    made: list[list[dict[str, Any]]] = []
    with installation(), transaction.atomic(), transaction.atomic(using="keystore"):
        world = World()
        everybody = 0

        def a_cast() -> tuple[dict[str, Person], dict[str, str]]:
            """Nobody reads more than 200 records an hour, so the same four people cannot play every run."""
            nonlocal everybody
            everybody += 1
            cast = {
                who: add_person(
                    partnership=world.partnership, name=f"{who.title()} {everybody}", post="P", roles=[role],
                    email=f"{who}{everybody}@anywhere.example", agency=agency, by=world.operator,
                )
                for who, agency, role in (
                    ("anna", world.health, Role.AUDITOR), ("bela", world.health, Role.AUDITOR),
                    ("lena", world.health, Role.AGENCY_LEAD), ("mona", None, Role.BUSINESS_MANAGER),
                    ("clio", None, Role.CHAIR),
                )
            }  # fmt: skip
            return cast, {who: sign_in(person) for who, person in cast.items()}

        for script in SCRIPTS:
            own_audit = script is panel_opens_meanwhile
            places: list[dict[str, Any]] = []
            for audits in range(timings if own_audit else 1):
                audit = world.planned(f"{script.__name__} {audits}")
                for _ in range(1 if own_audit else timings):
                    select_case(world.nominate(audit), by=world.chair)
                circulate_audit(
                    audit, {case: [world.health] for case in audit.cases.all()}, purpose="P", legal_basis="L",
                    version=None, by=world.manager,
                )  # fmt: skip
                for case in audit.cases.select_related("audit", "nomination"):
                    if len(places) % TIMINGS_A_CAST == 0:
                        cast, sessions = a_cast()
                    here = dict(cast)
                    if script is removed_meanwhile:
                        here["otto"] = world.add(f"otto_{case.number}", "health", Role.AUDITOR)
                    for who in {*here.values(), world.auditor, world.chair}:
                        declare_interest(case, interest=Interest.NONE, by=who)
                    one = world.return_of(audit, case=case.number)
                    if script in (submitted_meanwhile, sent_back_meanwhile):
                        world.answer_all(one)
                    else:
                        say_known(one, version=None, by=world.auditor)
                    more = {"otto": sign_in(here["otto"])} if "otto" in here else {}
                    places.append(
                        {
                            "audit": audit.slug,
                            "address": f"/audits/{audit.slug}/cases/{case.number}/returns/health/",
                            "sessions": sessions | more,
                            "people": {who: person.public_id for who, person in here.items()},
                        }
                    )
            made.append(places)
    return made


def kept() -> dict[str, list[str]]:
    """In the site's own environment: every text that stands in a return or is kept beside it, by its address."""
    import django

    django.setup()
    from maca.cases.seal import case_key
    from maca.partnership.fence import installation
    from maca.returns.models import AgencyReturn

    found: dict[str, list[str]] = {}
    with installation():
        returns = AgencyReturn.objects.select_related("case__audit", "case__nomination", "agency")
        for one in returns.prefetch_related("answers__question", "earlier_words"):
            key = case_key(one.case)
            texts = [str(key.open(answer).how_known) for answer in one.answers.all()]
            texts += [str(key.open(row).words) for row in one.earlier_words.all()]
            texts.append(str(key.open(one).engagement_before))
            found[f"/audits/{one.case.audit.slug}/cases/{one.case.number}/returns/{one.agency.slug}/"] = texts
    return found


def inside(site: Site, *words: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "tests.drills.clashes", *words],
        env={**site.environment, "DJANGO_SETTINGS_MODULE": "maca.config.settings"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


@contextmanager
def served(data: Path, *, unversioned: bool, timings: int) -> Iterator[tuple[Site, list[list[Place]]]]:
    with a_database(f"clashes_{uuid4().hex[:12]}") as database:
        site = Site(data, database)
        places = [[Place(**one) for one in of_script] for of_script in inside(site, "--make", str(timings))]
        if unversioned:
            site.program = [sys.executable, "-m", "tests.drills.unversioned"]
        site.start()
        try:
            yield site, places
        finally:
            site.stop()


def vanished(run: Run, texts: list[str]) -> list[str]:
    wrong = list(run.wrong)
    stands = "\n".join(texts)
    for told in run.told:
        written_on = told.own_next or any(one.text in stands for one in told.unheard_next)
        if told.acknowledged and not (written_on or told.shown or told.text in stands):
            wrong.append(f"{run.seed}: {told.who} was told that part {told.part} is saved, and it is nowhere")
        elif not told.acknowledged and not told.shown and not told.own_next:
            wrong.append(f"{run.seed}: what {told.who} typed in part {told.part} was neither saved nor shown")
    return wrong


@dataclass
class Result:
    wrong: list[str] = field(default_factory=list)
    runs: int = 0
    told: int = 0
    acknowledged: int = 0
    shown: int = 0


def drill(timings: int, *, unversioned: bool = False, seed: int = 1, only: str = "") -> Result:
    result, runs = Result(), []
    with (
        tempfile.TemporaryDirectory(prefix="maca-clashes-") as directory,
        served(Path(directory), unversioned=unversioned, timings=timings) as (site, places),
    ):
        for script, of_script in zip(SCRIPTS, places, strict=True):
            if only and script.__name__ != only:
                continue
            counted: Counter[str] = Counter()
            for number, place in enumerate(of_script):
                run = Run(site.address, place, f"{script.__name__} {seed}.{number}")
                script(run)
                runs.append(run)
                counted += run.counted
            figures = ", ".join(f"{name} {count}" for name, count in sorted(counted.items()))
            print(f"{script.__name__}: {figures}", flush=True)
        stands = inside(site, "--kept")
    for run in runs:
        result.wrong += vanished(run, stands[run.place.address])
        result.told += len(run.told)
        result.acknowledged += sum(one.acknowledged for one in run.told)
        result.shown += sum(one.shown and not one.acknowledged for one in run.told)
    result.runs = len(runs)
    return result


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--timings", type=int, default=100)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", default="", help="one of the scripts, by its name")
    options.add_argument("--unversioned", action="store_true", help="the control: without the check of versions")
    options.add_argument("--make", type=int, help=argparse.SUPPRESS)
    options.add_argument("--kept", action="store_true", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.make or given.kept:
        out = os.fdopen(os.dup(1), "w")
        print(json.dumps(make(given.make) if given.make else kept()), file=out, flush=True)
        return 0
    began = time.monotonic()
    found = drill(given.timings, unversioned=given.unversioned, seed=given.seed, only=given.only)
    for one in found.wrong[:40]:
        print("VANISHED: " + one)
    scripts = given.only or f"{len(SCRIPTS)} scripts"
    print(
        f"CLASHES {'FAIL' if found.wrong else 'PASS'}: {scripts} x {given.timings} timings; "
        f"{found.told:,} texts typed, {found.acknowledged:,} acknowledged, {found.shown:,} shown back; "
        f"{len(found.wrong)} vanished. Took {time.monotonic() - began:.0f} s."
    )
    if given.unversioned:
        print("The control failed, as it must." if found.wrong else "THE CONTROL DID NOT FAIL.")
    return int(bool(found.wrong) != given.unversioned)


if __name__ == "__main__":
    sys.exit(main())
