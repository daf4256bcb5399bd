"""Every form of the site is sent again in six ways: it has one effect, and leads where it led the first time. (V49)

The forms are those of the policy table, so none can be forgotten: whatever takes a POST from somebody is tried as the
first person and in the first situation for whom the table says “yes”.
"""

import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core import mail
from django.db import transaction
from django.db.models import Count, Sum, Value
from django.http import HttpResponse

from maca.design import pages
from maca.journal.models import Entry
from maca.kernel.versions import Versioned
from tests.house.matrix.stand import sign_in
from tests.house.matrix.tries import Site
from tools.permissions_table import Section, table

pytestmark = [pytest.mark.django_db, pytest.mark.everybody]

# What takes a POST and is no form that changes anything, or changes nothing but the sign-in itself.
NO_FORM_OF_CHANGE = {
    "identity": "Opens the name. Each opening is another reading, and each is on the record.",
    "learning": "Looks for what was said before. Nothing is kept.",
    "return-on-paper": "Looks at a file beside what is there. Nothing is taken; each look is on the record.",
}
# One open form is one act. Two open forms of these are two acts, since nothing tells them from what somebody wants:
ANOTHER = "Two may be meant, and both are seen in the list that one comes to."
SAID_ANEW = "Says what is so already; nothing is different afterwards but the journal, which tells who said it when."
TWO_TABS_ARE_TWO = dict.fromkeys(
    [
        "record-priority", "plan-audit", "draft-question-set", "raise-concern", "note-concern", "evidence", "uploads",
        "record-finding", "record-audit-finding", "school-holidays", "family-views", "own-chronology",
        "send-restricted-note", "feedback-note", "make-action", "note-progress", "record-review", "begin-hold",
    ],
    ANOTHER,
) | dict.fromkeys(
    [
        "invite-person", "attest-people", "uploads-setting", "forget-second-steps", "declare", "ask-who-knows", "risk",
        "colour-setting", "public-briefings-setting", "set-public-page",
        "withdraw-finding", "put-back-finding", "take-out-line", "put-back-line",
        "withdraw-dissent", "put-back-dissent", "compare-findings",
    ],
    SAID_ANEW,
) | {"take-form": "Both are shown again, and each look at a form is on the record."}  # fmt: skip
# They save what an open form holds again and again, by its version: an older sending finds none that it knows.
# A line of a panel is known by the number that its page gave it.
SAVES_OVER_AND_OVER = {"autosave", "autosave-engagement", "here", "write-line"}
LEAVES_NOTHING = {"here"}  # but that somebody is there, for a minute
WAYS = ("double click", "refresh", "back", "after a time-out", "two tabs", "after a crash")


def forms() -> dict[str, tuple[Section, str, str]]:
    found: dict[str, tuple[Section, str, str]] = {}
    for section in table().sections:
        if "POST" not in section.methods or section.open:
            continue
        for (who, situation), word in section.cells.items():
            if word == "yes" and section.url not in found:
                found[section.url] = (section, who, situation)
    return found


FORMS = {name: one for name, one in forms().items() if name not in NO_FORM_OF_CHANGE}


class Crash(BaseException):
    """The process is gone: nothing of ours may catch it."""


# What stands there without being an effect of a form.
NO_EFFECT = {"django_session", "kernel_formuse", "returns_presence"}


def standing() -> dict[str, tuple[int, int]]:
    """How many rows there are in each table, and how often they were changed. A reading is no change."""
    found = {}
    for model in apps.get_models():
        rows: Any = model._default_manager.all()
        if model is Entry:
            rows = rows.filter(is_reading=False)
        if model._meta.db_table not in NO_EFFECT:
            versions = Sum("version") if issubclass(model, Versioned) else Sum(Value(0))
            counted = rows.aggregate(rows=Count("pk"), versions=versions)
            found[model._meta.db_table] = (counted["rows"], counted["versions"] or 0)
    return found


@dataclass
class Done:
    status: int
    location: str
    effect: dict[str, tuple[int, int]]


class Browser:
    """One person with one open form, which is sent as often as the test likes."""

    def __init__(self, site: Site, section: Section, who: str, situation: str) -> None:
        self.site, self.who = site, who
        self.path = site.path(section.url, situation)
        self.data = site.sending(section.url, situation, who)
        self.key = secrets.token_hex(16)
        self.session = site.stand.sessions[who]
        self.takes_get = "GET" in section.methods

    def send(self, key: str = "") -> Done:
        before, letters = standing(), len(mail.outbox)
        response = self.answer(self.site.factory.post(self.path, {**self.data, "once": key or self.key}))
        effect = {table: now for table, now in standing().items() if now != before[table]}
        if len(mail.outbox) != letters:
            effect["letters"] = (len(mail.outbox), 0)
        return Done(response.status_code, response.headers.get("Location", ""), effect)

    def get(self, path: str) -> None:
        self.answer(self.site.factory.get(path))

    def answer(self, request: Any) -> HttpResponse:
        request.COOKIES[settings.SESSION_COOKIE_NAME] = self.session
        request._dont_enforce_csrf_checks = True
        return self.site.answer(request)


def crashing(real: Callable[..., str]) -> Callable[..., str]:
    def once(sending: str, do: Callable[[], str]) -> str:
        with transaction.atomic():
            real(sending, do)
            raise Crash

    return once


def again(browser: Browser, way: str, first: Done) -> Done:
    match way:
        case "refresh":
            browser.get(first.location)
        case "back" if browser.takes_get:
            browser.get(browser.path)
        case "after a time-out":
            browser.session = sign_in(browser.site.stand.people[browser.who])
        case "two tabs":
            return browser.send(secrets.token_hex(16))
    return browser.send()


def crash(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> bool:
    """The process dies after the operation and before its commit. False where the form runs no operation once."""
    with monkeypatch.context() as patched:
        patched.setattr(pages, "once", crashing(pages.once))
        try:
            browser.send()
        except Crash:
            return True
    return False


def tried(site: Site, name: str, way: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What was wrong; empty when there was one effect and one answer."""
    section, who, situation = FORMS[name]
    if name == "unlink-finding":  # there has to be a link to take back
        Browser(site, FORMS["link-finding"][0], who, situation).send()
    browser = Browser(site, section, who, situation)
    if way == "after a crash" and not crash(browser, monkeypatch):
        return "" if name in SAVES_OVER_AND_OVER else "it runs no operation once"
    first = browser.send()
    if not first.effect and name not in LEAVES_NOTHING:
        return f"the first sending was answered {first.status} and did nothing"
    second = again(browser, way, first)
    if way == "two tabs":
        two = name in TWO_TABS_ARE_TWO
        return f"answered {second.status}: {second.effect}" if bool(second.effect) != two else ""
    same = (second.status, second.location) == (first.status, first.location)
    if second.effect or not (same or (name in SAVES_OVER_AND_OVER and second.status == 409)):
        return f"{first.status} {first.location}, then {second.status} {second.location}: {second.effect}"
    return ""


@pytest.mark.parametrize("name", FORMS)
def test_a_form_sent_again_has_one_effect(site: Site, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = []
    for way in WAYS:
        marks = [(alias, transaction.savepoint(using=alias)) for alias in ("default", "keystore")]
        if fault := tried(site, name, way, monkeypatch):
            wrong.append(f"{way}: {fault}")
        for alias, mark in marks:
            transaction.savepoint_rollback(mark, using=alias)
    assert not wrong, f"{name}, as {FORMS[name][1]} at “{FORMS[name][2]}”:\n" + "\n".join(wrong)


def test_the_control_without_the_key_has_two_effects(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a key that is new each time nothing would tell a second sending from another."""
    monkeypatch.setattr(pages, "_sending", lambda request: secrets.token_hex(32))
    found = []
    for name in ("evidence", "record-priority", "note-concern"):
        mark = transaction.savepoint()
        found.append(tried(site, name, "double click", monkeypatch))
        transaction.savepoint_rollback(mark)
    assert all(found)


def test_no_form_was_forgotten() -> None:
    takes_post = {one.url for one in table().sections if "POST" in one.methods and not one.open}
    assert takes_post == set(FORMS) | set(NO_FORM_OF_CHANGE)
    assert set(TWO_TABS_ARE_TWO) | SAVES_OVER_AND_OVER | LEAVES_NOTHING <= set(FORMS)
    words = f"sent again: {len(FORMS)} forms x {len(WAYS)} ways; {len(NO_FORM_OF_CHANGE)} addresses change nothing"
    print(f"\n{words}", file=sys.__stderr__)
