"""What must not get out: words in a log or a file, a request to elsewhere, a number of the database, half a save."""

import http.client
import logging
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

import lxml.html
import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client, override_settings

from maca.config.logs import Line
from maca.config.refusals import known_settings
from maca.journal.models import Entry
from maca.sealing.root import encode
from tests.behind_the_fence import as_owner
from tests.house.breaking_pages import SEALED_WORDS, WAYS
from tests.house.test_pages import PATTERNS, STAGES, address, at_stage
from tests.journeys.browser import a_database, begin_with
from tests.makers import World

ROOT = Path(__file__).parents[2]
# Each place that words come in by has a token of its own, and the text is an address to be tempted by.
TOKENS = {
    place: f"Zq{place}Canary"
    for place in ("Post", "Query", "Header", "Path", "Cookie", "Email", "Password", "Method", "Host", "Raw", "Form")
}
TEMPTING = f"http://{TOKENS['Form'].lower()}.example/x?y={TOKENS['Form']}"
TOKEN = re.compile(r"Zq\w+?Canary", re.IGNORECASE)


class Served:
    """`maca serve` in a process of its own, watched, with everything it says and writes in one directory."""

    def __init__(self, here: Path, **environment: str) -> None:
        self.here = here
        self.seen = here / "left.txt"
        self.said = here / "said.txt"
        for one in ("data", "temporary", "home"):
            (here / one).mkdir(mode=0o700)
        self.seen.touch()
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MACA_")}
        self.environment = {
            **inherited,
            "MACA_DATA": str(here / "data"),
            "TMPDIR": str(here / "temporary"),
            "HOME": str(here / "home"),
            "WATCHED_FILE": str(self.seen),
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "tests.house.breaking",
            **environment,
        }
        self.host, self.port = "127.0.0.1", 0

    def begin_with(self, *words: str) -> None:
        """What the command makes of a new site."""
        if self.environment.get("DATABASE_URL"):
            self.maca(*words)
        else:
            begin_with(self.here / "data", *words)

    def maca(self, *words: str) -> None:
        command = [sys.executable, "-m", "maca", *words]
        done = subprocess.run(
            command, env=self.environment, cwd=self.here, capture_output=True, text=True, check=False, timeout=180
        )
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        with self.said.open("w") as out:
            self.server = subprocess.Popen(
                [sys.executable, "-m", "tests.house.watched", "serve", "--port", "0"],
                env=self.environment,
                cwd=self.here,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        end = time.monotonic() + 60
        while time.monotonic() < end and self.server.poll() is None:
            if found := re.search(r"^http://127\.0\.0\.1:(\d+)/", self.said.read_text(), re.MULTILINE):
                self.port = int(found[1])
                return
            time.sleep(0.05)
        raise RuntimeError(self.said.read_text())

    def stop(self) -> None:
        if self.server.poll() is None:
            self.server.terminate()
            self.server.wait(timeout=30)

    def everything(self) -> dict[str, str]:
        """All it said, and every file it wrote that is not a database."""
        return {
            str(file.relative_to(self.here)): file.read_bytes().decode("utf-8", "replace")
            for file in self.here.rglob("*")
            if file.is_file() and ".sqlite3" not in file.name and "mail" not in file.parts
        }

    def raw(self, content: bytes) -> None:
        import socket

        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as sending:
            sending.sendall(content)
            sending.settimeout(2)
            try:
                while sending.recv(65536):
                    pass
            except TimeoutError:
                pass


class Visitor:
    """Asks for pages as a browser without scripts does."""

    def __init__(self, served: Served, **headers: str) -> None:
        self.served = served
        self.headers = headers
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, where: str, sent: list[tuple[str, str]] | None = None, **headers: str):
        connected = http.client.HTTPConnection("127.0.0.1", self.served.port, timeout=30)
        headers = {"Host": self.served.host, **self.headers, **headers}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = urlencode(sent) if sent is not None else None
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connected.request(method, where, body, headers)
            response = connected.getresponse()
            content = response.read().decode("utf-8", "replace")
        except http.client.HTTPException:
            return 0, "", ""  # cut off half way, as some of these are
        finally:
            connected.close()
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.split(";")[0]
        return response.status, content, response.getheader("Location", "")

    def send(self, page: str, form: lxml.html.FormElement, text: str) -> tuple[int, str, str]:
        """Send a form with the text in every field that takes text, and the first of every choice."""
        sent = []
        for one in form.inputs:
            if one.name is None:
                continue
            kind = one.tag if one.tag != "input" else one.get("type", "text")
            if kind == "hidden":
                sent.append((one.name, one.get("value", "")))
            elif kind == "select":
                sent.append((one.name, next((value for value in one.value_options if value), "")))
            elif kind in ("radio", "checkbox"):
                if kind == "checkbox" or one.name not in dict(sent):
                    sent.append((one.name, one.get("value", "on")))
            elif kind != "submit":
                sent.append((one.name, "12" if one.get("inputmode") == "numeric" else text))
        return self.ask("POST", urljoin(page, form.get("action") or page), sent)


def break_everything(served: Served, **headers: str) -> int:
    """Break every page that can be broken, with a token in each place that words come in by."""
    asked = 0
    visitor = Visitor(served, **headers)
    for way in [*(one.__name__ for one in WAYS), "in_a_rule"]:
        visitor.cookies = {"other": TOKENS["Cookie"], "sessionid": TOKENS["Cookie"]}
        there = f"/breaking/{way}/?q={TOKENS['Query']}"
        words = {"X-Words": TOKENS["Header"], "Referer": f"http://x/{TOKENS['Header']}", "User-Agent": TOKENS["Header"]}
        for method in ("GET", "POST"):
            visitor.ask(method, there, [("text", TOKENS["Post"])] if method == "POST" else None, **words)
            asked += 1
    visitor.cookies = {}
    visitor.ask("GET", f"/{TOKENS['Path']}/{TOKENS['Path']}?q={TOKENS['Query']}")
    visitor.ask("GET", f"/audits/{TOKENS['Path'].lower()}/", None)
    visitor.ask(TOKENS["Method"].upper(), "/sign-in/")
    visitor.ask("POST", "/sign-in/", [("username", TOKENS["Email"] + "@x.example"), ("password", TOKENS["Password"])])
    visitor.ask("GET", "/sign-in/", Host=TOKENS["Host"] + ".example")
    page = visitor.ask("GET", f"/sign-in/?next=/{TOKENS['Query']}/")[1]
    for form in lxml.html.fromstring(page).forms:
        visitor.send("/sign-in/", form, TOKENS["Email"] + "@x.example")
    served.raw(f"GET /{TOKENS['Raw']} HTTP/9.9\r\nX: {TOKENS['Raw']}\r\n\r\n".encode())
    served.raw(f"\x00{TOKENS['Raw']}\r\n\r\n".encode())
    host = f"HTTP/1.1\r\nHost: {served.host}\r\n"
    served.raw(f"GET /?{TOKENS['Raw']}\xff {host}Connection: close\r\n\r\n".encode("latin-1"))
    served.raw(f"GET / HTTP/1.1\r\nHost: x\r\nX: {TOKENS['Raw'] * 9000}\r\n\r\n".encode())
    served.raw(f"POST /sign-in/ {host}Content-Length: 99\r\n\r\n{TOKENS['Raw']}".encode())
    return asked


def leaks(served: Served) -> list[str]:
    return [f"{file}: {found}" for file, text in served.everything().items() for found in set(TOKEN.findall(text))]


@pytest.fixture
def database() -> Iterator[dict[str, str]]:
    with a_database(f"leaks_{os.getpid()}_{os.urandom(4).hex()}") as url:
        yield {"DATABASE_URL": url} if url else {}


def secured(served: Served) -> None:
    """What production asks for before it starts."""
    keys = served.here / "keys"
    keys.mkdir(mode=0o700)
    (keys / "root.key").write_text(encode(os.urandom(32)))
    (keys / "root.key").chmod(0o600)
    served.host = "audits.example"
    served.environment |= {
        "MACA_MODE": "production", "MACA_HOSTS": "audits.example", "MACA_ROOT_KEY_FILE": str(keys / "root.key"),
    }  # fmt: skip
    if "MACA_MAIL" in known_settings():
        served.environment |= {
            "MACA_MAIL": "smtp://u:p@mail.example:587", "MACA_MAIL_FROM": "audits@audits.example",
        }  # fmt: skip
    served.maca("partnership", "A Real One")


@pytest.mark.process
@pytest.mark.parametrize("mode", ["training", "production"])
def test_whatever_breaks_no_word_reaches_a_log_or_a_file(tmp_path, database, mode):
    if mode == "production" and database:
        pytest.skip("the role of a PostgreSQL for tests may do anything, which production refuses")
    served = Served(tmp_path, **database)
    headers = {}
    if mode == "production":
        secured(served)
        headers = {"X-Forwarded-Proto": "https"}
    else:
        served.begin_with("notices", "send")
    served.start()
    try:
        break_everything(served, **headers)
    finally:
        served.stop()
    log = served.said.read_text()
    assert leaks(served) == []
    # What is needed to find a fault is there.
    for way in ("in_a_view", "in_the_database", "in_its_sql", "in_the_mail", "in_a_template", "in_the_session"):
        assert re.search(rf" ERROR django.request (GET|POST) {way} 500 reference [A-Z0-9]{{4}}-[A-Z0-9]{{4}}\n", log), (
            way
        )
    assert "builtins.ValueError\n" in log
    assert "IntegrityError\n" in log
    assert re.search(r"tests/house/breaking_pages\.py:\d+ in_a_view\n", log)
    assert "library.of.others at tests/house/breaking_pages.py:" in log
    assert served.seen.read_text() == ""


@pytest.mark.process
def test_the_control_logs_as_most_sites_have_them_leak(tmp_path, database):
    served = Served(tmp_path, BREAKING_PLAIN="1", **database)
    served.begin_with("notices", "send")
    served.start()
    try:
        break_everything(served)
    finally:
        served.stop()
    assert {TOKENS["Post"], TOKENS["Query"], TOKENS["Header"]} <= set(TOKEN.findall(served.said.read_text()))


# ---- nothing leaves the machine


def walk(served: Served, visitor: Visitor, most: int) -> tuple[int, int]:
    """Follow every link and send every form from the work list on; how many pages and forms that were."""
    waiting, known, sent = ["/"], {"/"}, set()
    pages = 0
    while waiting and pages < most:
        here = waiting.pop(0)
        status, content, location = visitor.ask("GET", here)
        pages += 1
        if location and urlsplit(location).path not in known:
            waiting.append(location)
            known.add(urlsplit(location).path)
        if status != 200 or "<html" not in content:
            continue
        page = lxml.html.fromstring(content)
        for link in page.xpath("//a/@href"):
            there = urljoin(here, link)
            shape = re.sub(r"[0-9a-f]{32}", "ID", re.sub(r"/\d+/", "/N/", urlsplit(there).path))
            if there.startswith("/") and shape not in known and "sign-" not in there:
                known.add(shape)
                waiting.append(there)
        for form in page.forms:
            action = urljoin(here, form.get("action") or here)
            shape = re.sub(r"[0-9a-f]{32}", "ID", re.sub(r"/\d+/", "/N/", action))
            if form.get("method", "get").lower() == "post" and shape not in sent and "sign-" not in action:
                sent.add(shape)
                visitor.send(here, form, TEMPTING)
    return pages, len(sent)


@pytest.mark.crawl
def test_no_request_leaves_the_machine_whatever_people_write(tmp_path, database):
    """The control asks for something elsewhere, and is caught at the door."""
    served = Served(tmp_path, **database)
    served.begin_with("demo")
    served.start()
    walked = []
    try:
        doors = lxml.html.fromstring(Visitor(served).ask("GET", "/sign-in/")[1]).xpath(
            "//form[contains(@action, '/as/')]"
        )
        for door in doors:
            visitor = Visitor(served)
            page = lxml.html.fromstring(visitor.ask("GET", "/sign-in/")[1])
            form = next((one for one in page.forms if one.get("action") == door.get("action")), None)
            if form is None:
                continue  # somebody who walked before has sent every form, also the one that ends an account
            assert visitor.send("/sign-in/", form, "")[0] == 302
            walked.append(walk(served, visitor, most=40))
        assert served.seen.read_text() == ""
        assert leaks(served) == []
        Visitor(served).ask("GET", "/breaking/to_the_outside/")
        assert "192.0.2.1" in served.seen.read_text()
    finally:
        served.stop()
    assert len(walked) >= 8
    # Whoever walks last finds less open: those before them have sent every form that they were shown.
    assert min(pages for pages, _ in walked) >= 5, walked
    assert sum(pages for pages, _ in walked) >= 10 * len(walked), walked
    assert sum(forms for _, forms in walked) >= 20, walked


# ---- the line itself


def test_a_line_of_the_log_quotes_no_error_and_a_plain_one_would(world):
    try:
        # The owner is quoted the whole row; whoever is behind the fence is not.
        with transaction.atomic(), as_owner(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO partnership_partnership (public_id, name) VALUES (%s, %s)",
                [world.partnership.public_id, TOKENS["Post"]],
            )
    except Exception as problem:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "%s", (problem,), (type(problem), problem, None))
    said = Line().format(record)
    assert "IntegrityError" in said
    assert not TOKEN.search(said)
    assert world.partnership.public_id not in said
    if connection.vendor == "postgresql":
        assert TOKEN.search(logging.Formatter().format(record))


# ---- no number of the database is seen

MARKED = re.compile(r"(?<![0-9a-zA-Z])73\d{5}(?![0-9a-zA-Z])")


def mark_numbers() -> None:
    """From here on every row has a number that nobody could miss."""
    with as_owner(), connection.cursor() as cursor:
        for place, model in enumerate(apps.get_models()):
            table, column = model._meta.db_table, model._meta.pk.column
            if model._meta.pk.get_internal_type() not in ("AutoField", "BigAutoField") or not model._meta.managed:
                continue
            if table not in connection.introspection.table_names(cursor):
                continue
            first = 7_300_000 + place * 1_000
            if connection.vendor == "sqlite":
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, first])
            else:
                cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [table, column])
                cursor.execute(f"ALTER SEQUENCE {cursor.fetchone()[0]} RESTART WITH {first}")


@pytest.mark.crawl
@pytest.mark.parametrize("stage", STAGES)
def test_no_number_of_the_database_is_seen_by_anybody(db, sign_in, stage):
    mark_numbers()
    world = World()
    words = at_stage(world, stage)
    # The control: these are the numbers that would be seen.
    assert MARKED.search(f"/people/{world.chair.pk}/")
    assert MARKED.search(f'value="{world.health.pk}"')
    for who in ("manager", "chair", "member", "auditor", "social_worker", "scrutineer"):
        client = sign_in(world.people[who])
        for name in PATTERNS:
            response = client.get(address(name, words))
            shown = response.content.decode("utf-8", "replace") + str(response.headers) + str(response.cookies)
            assert not MARKED.search(shown), f"{name} at {stage} as {who}: {MARKED.search(shown)[0]}"
            for number in re.findall(r'(?:href|action|hx-\w+)="[^"]*?/(\w+/\d+)(?=[/"])', shown):
                assert number.split("/")[0] in {"cases", "questions"}, f"{name} shows {number}"


# ---- when something that a page depends on breaks, nothing is half done


def break_journal() -> None:
    with as_owner(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "CREATE TRIGGER no_more_entries BEFORE INSERT ON journal_entry BEGIN SELECT RAISE(ABORT, 'full'); END"
            )
        else:
            cursor.execute(
                "CREATE FUNCTION no_more_entries() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'full'; END $$"
            )
            cursor.execute(
                "CREATE TRIGGER no_more_entries BEFORE INSERT ON journal_entry "
                "FOR EACH ROW EXECUTE FUNCTION no_more_entries()"
            )


def all_rows() -> dict[str, int]:
    ours = [one for one in apps.get_models() if one.__module__.startswith("maca.") and one._meta.app_label != "sealing"]
    return {one.__name__: hash(tuple(sorted(map(repr, one.objects.values_list())))) for one in ours}


def quiet(person) -> Client:
    client = Client(HTTP_HOST="127.0.0.1", raise_request_exception=False)
    client.force_login(person)
    return client


def acts(world: World) -> list[tuple[str, Client, str, dict[str, str]]]:
    """One act of each of some rooms, with words in it that somebody took an hour to write."""
    audit = world.circulated(1)
    here = f"/audits/{audit.slug}/"
    question = here + "cases/1/returns/health/questions/1/"
    words = "What took an hour to write."
    auditor = quiet(world.auditor)
    quiet(world.auditor).post(here + "cases/1/returns/health/known/", {"known": "yes", "once": "f" * 32})
    version = re.search(r'name="version" value="(\d+)"', auditor.get(question).content.decode())
    return [
        (
            "a priority",
            quiet(world.chair),
            "/priorities/new/",
            {"title": words, "source": "board", "reason": words, "once": "a" * 32},
        ),
        (
            "an answer",
            auditor,
            question,
            {"choice": "yes", "how_known": words, "version": version[1] if version else "0", "once": "b" * 32},
        ),
        ("the panel", quiet(world.chair), here + "panel/open/", {"text": words, "once": "c" * 32}),
    ]


def test_a_journal_that_cannot_be_written_undoes_the_whole_act_and_says_so(world):
    trying = acts(world)
    before = all_rows()
    with transaction.atomic():
        break_journal()
        broken = [(what, client.post(there, sent)) for what, client, there, sent in trying]
        after = all_rows()
        transaction.set_rollback(True)
    happened = [what for what, response in broken if response.status_code == 500]
    assert len(happened) >= 2, [(what, response.status_code) for what, response in broken]
    for what, response in broken:
        page = response.content.decode()
        assert response.status_code >= 400, what
        if response.status_code == 500:
            assert "was not saved" in page, what
            assert "What took an hour to write." in page, what
    assert after == before
    # The control: with the journal whole, the same sendings change something.
    for _, client, there, sent in trying:
        client.post(there, sent)
    assert all_rows() != before


@override_settings(ROOT_URLCONF="tests.house.breaking_pages")
@pytest.mark.crawl
def test_a_page_that_cannot_be_recorded_shows_nothing(world):
    """Whichever page writes in the journal when it is read: without its entry, none of it is shown."""
    words = at_stage(world, "panel_opened")
    pages = [(quiet(world.chair), "/breaking/recorded/")]  # the control: a page of the test that does so
    for person in (world.manager, world.auditor, world.chair):
        client = quiet(person)
        pages += [(client, address(name, words)) for name in PATTERNS]
    recorded = 0
    for client, there in pages:
        client.get(there)  # what is noted the first time only, such as that a return was opened
        before = Entry.objects.count()
        whole = client.get(there)
        if Entry.objects.count() == before:
            continue
        recorded += 1
        with transaction.atomic():
            break_journal()
            broken = client.get(there)
            transaction.set_rollback(True)
        assert (whole.status_code, broken.status_code) == (200, 500), there
        assert "nothing of it was shown" in broken.content.decode()
        assert SEALED_WORDS not in broken.content.decode()
        assert "Content-Disposition" not in broken.headers
    assert recorded


def test_a_database_that_takes_nothing_more_saves_nothing_and_says_so(world):
    """As on a full disk, or one that has gone read-only."""
    trying = acts(world)
    before = all_rows()
    sqlite = connection.vendor == "sqlite"
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA query_only = ON" if sqlite else "SET LOCAL transaction_read_only = on")
        try:
            broken = [(what, client.post(there, sent)) for what, client, there, sent in trying]
        finally:
            if sqlite:
                # By the driver itself: Django asks nothing more of a transaction that has failed.
                connection.connection.execute("PRAGMA query_only = OFF")
        transaction.set_rollback(True)
    for what, response in broken:
        assert response.status_code >= 400, what
        assert "What took an hour to write." in response.content.decode() or response.status_code != 500, what
    assert any(response.status_code == 500 for _, response in broken)
    assert all_rows() == before
