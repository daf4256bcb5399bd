"""The server is killed under load; whatever it said was saved is there, each with its entry in the journal."""

import http.cookiejar
import os
import random
import re
import signal
import sqlite3
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest

from tests.journeys.browser import Site, served_demo

PAGE = "/audits/neglect-3/cases/4/returns/health-visiting/"


class Writer(threading.Thread):
    """Saves one answer over and over, each time with the next number, and notes what it was told."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self.site = site
        self.open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())).open
        self.told: list[int] = []
        self.number = 0
        self.stopping = False

    def get(self, path: str) -> str:
        return self.open(self.site.address + path, timeout=10).read().decode()

    def post(self, page: str, path: str, **values: str) -> str:
        fields = re.findall(r'<input type="hidden" name="(csrfmiddlewaretoken|once|version)"[^>]*value="([^"]*)"', page)
        body = urllib.parse.urlencode({**dict(fields), **values}).encode()
        return self.open(self.site.address + path, data=body, timeout=10).read().decode()

    def sign_in(self, name: str) -> None:
        page = self.get("/sign-in/")
        row = page[page.index(name) :]
        self.post(row, re.search(r'action="(/sign-in/as/[^"]+)"', row)[1])

    def run(self) -> None:
        while not self.stopping:
            try:
                page = self.get(PAGE + "questions/1/")
                form = page[page.index("<main") :]
                self.number += 1
                self.post(form, PAGE + "questions/1/", choice="yes", how_known=f"save {self.number}")
                self.told.append(self.number)
            except (OSError, urllib.error.URLError):
                return


def kept(site: Site) -> tuple[int, int, int]:
    """The number in the answer, its version, and how many entries the journal has for saving it."""
    sql = """
        SELECT a.how_known, a.version,
               (SELECT count(*) FROM journal_entry e
                WHERE e.did = 'saved an answer' AND e.about = 'AgencyReturn:' || r.public_id)
        FROM returns_answer a JOIN returns_agencyreturn r ON r.id = a.agency_return_id
        WHERE a.how_known LIKE 'save %'
    """
    url = site.environment.get("DATABASE_URL")
    if url:
        import psycopg

        with psycopg.connect(url) as connection:
            row = connection.execute(sql.replace("%'", "%%'")).fetchone()
    else:
        connection = sqlite3.connect(site.data / "maca.sqlite3")
        row = connection.execute(sql).fetchone()
        connection.close()
    return int(row[0].split()[1]), row[1], row[2]


@pytest.mark.browser  # it needs no browser, but a server of its own
def test_kill_minus_9_under_load_loses_nothing_that_was_acknowledged(tmp_path):
    with served_demo(tmp_path) as site:
        first = Writer(site)
        first.sign_in("Grace Lewis")
        first.post(first.get(PAGE + "known/").split("<main")[1], PAGE + "known/", known="yes")
        told = 0
        for seed in range(4):
            writer = Writer(site)
            writer.sign_in("Grace Lewis")
            writer.number = told + 1000 * seed
            writer.start()
            time.sleep(1 + random.Random(seed).random())
            os.kill(site.server.pid, signal.SIGKILL)
            site.server.wait()
            writer.stopping = True
            writer.join()
            assert writer.told, "the writer was never told that anything was saved"
            number, version, entries = kept(site)
            assert number >= writer.told[-1], f"told {writer.told[-1]}, kept {number}"
            # A new answer is at version 1 and each save adds one: no save without its entry, none too many.
            assert version - 1 == entries
            told = number
            site.start()
        # The control: take one entry away behind the journal's back, and the same check must fail.
        if not site.environment.get("DATABASE_URL"):
            connection = sqlite3.connect(site.data / "maca.sqlite3")
            connection.execute(
                "DELETE FROM journal_entry WHERE id = (SELECT max(id) FROM journal_entry WHERE did = 'saved an answer')"
            )
            connection.commit()
            connection.close()
            _, version, entries = kept(site)
            assert version - 1 != entries
