"""Try one cell of the table, and say what was wrong with the answer."""

import json
import secrets
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from inspect import isfunction, signature
from typing import Any
from urllib.parse import urlencode

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth import middleware
from django.contrib.auth.middleware import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.core import mail
from django.core.exceptions import ObjectDoesNotExist
from django.core.handlers.base import BaseHandler
from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.backends.jinja2 import Template
from django.test import RequestFactory, override_settings

from maca.config import urls
from maca.design import middleware as refusals
from maca.design import pages
from maca.partnership import fence
from maca.partnership.models import Person
from tests.house.matrix import quicker
from tests.house.matrix.remembered import Memory
from tests.house.matrix.sendings import PATTERNS, address, sent_to, words_of
from tests.house.matrix.stand import WORDS, Stand, standing_of
from tools.permissions_table import Section, Table

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
FORM = "application/x-www-form-urlencoded"
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "TRUNCATE")


def bare_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Stands in for the page that says that nothing is there, whose words are tried elsewhere: it is shown so often."""
    return HttpResponse(status=404)


def bare_refusal(request: HttpRequest, template: str, context: dict[str, Any], status: int) -> HttpResponse:
    """Stands in for the page that says why not, which is shown as often: its sentence alone."""
    return HttpResponse(f'<p class="govuk-body">{context["sentence"]}</p>', status=status)


def found_before(request: HttpRequest) -> Any:
    """Whom an earlier cell has found by this session, or that it was nobody, let through the fence as if found now."""
    if (person := getattr(request, "known", None)) is None:
        return get_user(request)
    if person.is_authenticated:
        fence.let_in(person)
    request._cached_user = person
    return person


def guarded_pages() -> set[Any]:
    """Every page as `guarded` made it, under whatever was put around it since."""
    pages = set()
    for pattern in PATTERNS.values():
        page = pattern.callback
        while hasattr(getattr(page, "__wrapped__", None), "find"):
            page = page.__wrapped__
        if hasattr(page, "find"):
            pages.add(page)
    return pages


def finders() -> list[tuple[Any, str, Callable[..., Any]]]:
    """Where something is found for a person by the words of an address: at the guard of a page, or further in."""
    found = [(page, "find", page.find) for page in guarded_pages() if page.find]
    for module in [module for name, module in sys.modules.items() if name.startswith("maca.")]:
        for name, value in vars(module).items():
            if isfunction(value) and value.__name__.startswith("find_"):
                asking, *words = (one.annotation for one in signature(value).parameters.values())
                if asking is Person and all(word in (str, int) for word in words):
                    found.append((module, name, value))
    return found


# Forms that ask, and change nothing.
ASKS = {"learning"}


@dataclass(frozen=True)
class Cell:
    """One request: who sends what where, and the word of the table for it."""

    url: str
    method: str
    situation: str
    who: str
    word: str
    shows: str = ""
    answers: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.method} {self.url}, {self.situation}, {self.who}: should be “{self.word}”"


def cells_of(section: Section, table: Table, at: Collection[str] = ()) -> Iterator[Cell]:
    """The cells of a section for the methods it names, in these situations or in all; HEAD goes with GET."""
    # First what only looks, so that it is found once for all of them.
    methods = [
        *(["GET", "HEAD"] if "GET" in section.methods else []),
        *(one for one in section.methods if one != "GET"),
    ]
    for situation in section.at:
        if at and situation not in at:
            continue
        for who in table.people:
            if who in table.not_signed_in and not section.open_to_nobody:
                word = "sign-in"
            elif section.open:
                word = "open"
            else:
                word = section.cells[who, situation]
            for method in methods:
                yield Cell(section.url, method, situation, who, word, section.shows, section.answers)


def unserved_cells(table: Table, at: Collection[str] = ()) -> Iterator[Cell]:
    """Every method that an address does not serve, at every stage at which its sections try it; or in these
    situations."""
    for url in {section.url: None for section in table.sections}:
        sections = [section for section in table.sections if section.url == url]
        served = {method for section in sections for method in section.methods}
        served |= {"HEAD"} if "GET" in served else set()
        first_at = {table.situations[one].stage if one != "always" else "": one for s in sections for one in s.at}
        for situation in first_at.values():
            if at and situation not in at:
                continue
            for who in table.people:
                away = who in table.not_signed_in and not any(section.open_to_nobody for section in sections)
                for method in METHODS:
                    if method not in served:
                        yield Cell(url, method, situation, who, "sign-in" if away else "405")


class Site:
    """The site as a browser meets it: sessions, cookies, middleware and all, without a socket between."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        self.handler = BaseHandler()
        self.handler.load_middleware()
        self.factory = RequestFactory(headers={"host": "127.0.0.1"})
        self.addresses: dict[tuple[str, str], str] = {}
        self.sendings: dict[tuple[str, str, bool], dict[str, Any]] = {}
        self.known: dict[str, Any] = {}
        self.bare = self.undrawn = False
        self.drawn: set[tuple[str, str, str]] = set()
        # What a GET has just shown to somebody.
        self.shown: tuple[str, str, str] | None = None
        self.finds_once = True
        self.attempted: Cell | None = None
        self.found: dict[str, dict[tuple[Any, ...], Any]] = {}
        self.wrote = 0
        self.writing: list[str] = []
        # Where a mark is to be set before the first change of a cell, and those that have been.
        self.unmarked: tuple[str, ...] = ()
        self.marks: list[tuple[str, str]] = []
        # Where the database was last told that the connection stands; None once that may have been taken back.
        self.told: str | None = None
        self.touched = False

    def stand_at(self, place: str, using: BaseDatabaseWrapper | None = None) -> None:
        """Stands in for `fence.stand`: the database is told with the next statement, and not if there is none."""
        at = using or connection
        if at.vendor == "postgresql":
            at.connection.fence_standing = fence._Standing(place, for_good=True)

    def tell(self, at: BaseDatabaseWrapper) -> None:
        """Tell PostgreSQL where the connection stands, unless it knows."""
        if at.vendor == "postgresql" and at.alias == "default" and self.told != (place := fence._remembered(at).place):
            at.connection.execute(fence.STAND, [place])
            self.told = place

    def count(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        verb = sql.lstrip()[:9].upper()
        self.tell(context["connection"])
        # Most cells touch nothing, and on PostgreSQL a savepoint is a way there and back.
        if self.unmarked and verb.startswith((*WRITES, "SAVEPOINT")):
            aliases, self.unmarked = self.unmarked, ()
            self.marks = [(alias, transaction.savepoint(using=alias)) for alias in aliases]
        if verb.startswith(WRITES):
            self.wrote += 1
            self.touched = True
            self.writing.append(sql)
        try:
            return execute(sql, params, many, context)
        finally:
            if verb.startswith("ROLLBACK"):
                self.told = None

    def load(self, load: Callable[[SessionStore], dict[str, Any]]) -> Callable[[SessionStore], dict[str, Any]]:
        """Read the session of each person of the table once."""
        standing, read = set(self.stand.sessions.values()), dict[str, str]()

        def loaded(session: SessionStore) -> dict[str, Any]:
            key = session.session_key
            if key not in standing:
                return load(session)
            if key not in read:
                read[key] = json.dumps(load(session))
            return json.loads(read[key])  # type: ignore[no-any-return]

        return loaded

    def show(self, show: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        """Make no page anew for HEAD that the same person has just been shown for GET. Which pages tell the two apart
        stands in tests/house/test_house.py: one, that notes who first looked into a return."""

        def shown(request: HttpRequest, *thing: Any) -> HttpResponseBase:
            return HttpResponse() if self.bare else show(request, *thing)

        return shown

    def draw(self, draw: Callable[..., str]) -> Callable[..., str]:
        """Draw a page once in each situation; test_pages and test_canary draw it for everybody."""

        def drawn(template: Any, context: Any = None, request: Any = None) -> str:
            return "" if self.undrawn else draw(template, context, request)

        return drawn

    def find(self, find: Callable[..., Any]) -> Callable[..., Any]:
        """Find what an address is about once for each person, for as long as no cell may have changed it in hand."""

        def found(asking: Any, /, *words: Any, **named: Any) -> Any:
            if not (self.attempted and self.finds_once):
                return find(asking, *words, **named)
            known = self.found.setdefault(self.attempted.who, {})
            key = (find, asking.pk, *words, *named.items())
            if key not in known:
                try:
                    known[key] = find(asking, *words, **named)
                except ObjectDoesNotExist as nothing:
                    known[key] = nothing
            thing = known[key]
            if isinstance(thing, ObjectDoesNotExist):
                raise thing.with_traceback(None)  # or it would keep everything around every raising of it
            return thing

        return found

    def used(self, used: Callable[[str], str | None]) -> Callable[[str], str | None]:
        """No form of a cell was sent before, since each has a key of its own: test_sent_again tries those that were."""
        return lambda sending: None if self.attempted else used(sending)

    @contextmanager
    def watched(self) -> Iterator["Site"]:
        """Count every statement that writes, on both databases."""
        # Everybody has proved who they are a moment ago, however long the run is: tests/accounts asks them again.
        with ExitStack() as stack, override_settings(ACCOUNT_REAUTHENTICATION_TIMEOUT=8 * 60 * 60):
            stand_ins: list[tuple[Any, str, Any]] = [
                (urls, "handler404", bare_not_found),
                (refusals, "render", bare_refusal),
                (middleware, "get_user", found_before),
                (SessionStore, "load", self.load(SessionStore.load)),
                (pages, "already_used", self.used(pages.already_used)),
                (fence, "stand", self.stand_at),
                *((where, name, self.find(find)) for where, name, find in finders()),
                (Template, "render", self.draw(Template.render)),
                (DefaultMFAAdapter, "build_totp_svg", lambda adapter, address: "<svg></svg>"),
                *((page, "show", self.show(page.show)) for page in guarded_pages()),
                *((where, name, make(getattr(where, name))) for where, name, make in quicker.STAND_INS),
            ]
            for where, name, stand_in in stand_ins:
                stack.callback(setattr, where, name, getattr(where, name))
                setattr(where, name, stand_in)
            for alias in connections:
                stack.enter_context(connections[alias].execute_wrapper(self.count))
            memory = Memory(lambda: fence._remembered(connection).place, lambda: not self.touched)
            connection.make_cursor = memory.cursor(connection)
            stack.callback(delattr, connection, "make_cursor")
            stack.callback(self.tell, connection)
            if connection.vendor == "postgresql":
                standing = getattr(connection.connection, "fence_standing", None)
                stack.callback(setattr, connection.connection, "fence_standing", standing)
            yield self

    def request(self, path: str, method: str, who: str, data: dict[str, Any] | None = None) -> HttpRequest:
        if method in ("GET", "HEAD"):
            request = getattr(self.factory, method.lower())(path)
        elif method == "POST":
            sent = {**(data or {}), "once": secrets.token_hex(16)}
            if any(hasattr(value, "read") for value in sent.values()):
                request = self.factory.post(path, sent)
            else:  # as a form without a file is sent, which is also quicker to read
                request = self.factory.post(path, urlencode(sent, doseq=True), content_type=FORM)
        else:
            request = self.factory.generic(method, path)
        if who in self.stand.sessions:
            request.COOKIES[settings.SESSION_COOKIE_NAME] = self.stand.sessions[who]
        # Who a session belongs to is looked up once for each person, not ninety thousand times over.
        if who in self.known:
            request.known = self.known[who]
        request._dont_enforce_csrf_checks = True
        return request

    def answer(self, request: HttpRequest) -> HttpResponse:
        return self.handler.get_response(request)

    def path(self, url: str, situation: str) -> str:
        if (url, situation) not in self.addresses:
            standing = self.stand.standings[standing_of(situation)]
            self.addresses[url, situation] = address(url, words_of(url, self.stand, standing))
        return self.addresses[url, situation]

    def sending(self, url: str, situation: str, who: str = "") -> dict[str, Any]:
        """What is sent. Somebody of the other partnership names its agency in place of ours."""
        theirs = who.startswith("b_")
        if (url, situation, theirs) not in self.sendings:
            standing = self.stand.standings[standing_of(situation)]
            data = sent_to(url, self.stand, standing)
            if theirs and data.get("agency") == self.stand.ours.health.public_id:
                data["agency"] = self.stand.theirs.health.public_id
            self.sendings[url, situation, theirs] = data
        return self.sendings[url, situation, theirs]

    def attempt(self, cell: Cell) -> str:
        """What was wrong with the answer; empty when it is what the table says. Leaves no trace."""
        data = self.sending(cell.url, cell.situation, cell.who) if cell.method == "POST" else None
        request = self.request(self.path(cell.url, cell.situation), cell.method, cell.who, data)
        before, letters = self.wrote, len(mail.outbox)
        self.writing.clear()
        self.bare = cell.method == "HEAD" and self.shown == (cell.url, cell.situation, cell.who)
        self.undrawn = cell.method == "GET" and not cell.shows and (cell.url, cell.situation, cell.word) in self.drawn
        self.unmarked, self.marks = self.aliases(cell), []
        promised = len(connection.run_on_commit)
        self.attempted = cell
        response = self.answer(request)
        self.attempted, self.bare, self.undrawn = None, False, False
        if cell.method == "GET" and response.status_code == 200:
            self.shown = (cell.url, cell.situation, cell.who)
            self.drawn.add((cell.url, cell.situation, cell.word))
        if cell.word != "open" and cell.who not in self.known:
            request.user.is_authenticated  # noqa: B018 - the session is asked now, if no page has asked it
            self.known[cell.who] = request._cached_user
        promises = len(connection.run_on_commit) - promised
        # Django forgets what was promised only with a savepoint of its own making; kept, it is gone through each time.
        del connection.run_on_commit[promised:]
        # What was found may hold what the cell made of it; the database does not. A rule that refuses makes nothing.
        if self.touched or (cell.method == "POST" and response.status_code not in (403, 404)):
            self.found.pop(cell.who, None)
        self.unmarked, self.touched = (), False
        for alias, mark in self.marks:
            transaction.savepoint_rollback(mark, using=alias)
        return judge(cell, response, self.wrote - before, len(mail.outbox) - letters + promises)

    def aliases(self, cell: Cell) -> tuple[str, ...]:
        return ("default", "keystore") if cell.method == "POST" else ("default",)


def judge(cell: Cell, response: HttpResponse, wrote: int, letters: int) -> str:
    """Hold an answer against the word of the table."""
    status, onward = response.status_code, response.headers.get("Location", "")
    to_sign_in, to_declare = onward.startswith("/sign-in/"), "/interest/?next=" in onward
    form = cell.method == "POST"
    got = f"{status} {onward}".strip()
    if cell.word == "open":
        unserved = status == 405 and cell.method not in ("GET", "POST")
        return "" if status < 400 or unserved or status in cell.answers else got
    if cell.word in ("yes", "part"):
        if not (status == 200 or (status == 302 and form and not to_sign_in and not to_declare)):
            return got
        if form and bool(wrote) is (cell.url in ASKS):
            return f"{got}, and {wrote} rows were written"
        if cell.shows and cell.method != "HEAD":
            return _shown(cell, response)
        return ""
    if wrote or letters:
        return f"{got}, and {wrote} rows were written, {letters} letters sent or promised"
    if cell.word == "sign-in":
        if form:
            return "" if status == 403 and b"no longer signed in" in response.content else got
        return "" if status == 302 and to_sign_in else got
    if cell.word == "declare":
        if form:
            return "" if status == 403 else got
        return "" if status == 302 and to_declare else got
    if str(status) != cell.word:
        return got
    if cell.word == "403" and b'<p class="govuk-body">' not in response.content and cell.method != "HEAD":
        return f"{got}, without a sentence"
    return ""


def _shown(cell: Cell, response: HttpResponse) -> str:
    there = WORDS[cell.shows] in response.content.decode()
    if there == (cell.word == "yes"):
        return ""
    return f"{response.status_code}, {'with' if there else 'without'} “{cell.shows}”"
