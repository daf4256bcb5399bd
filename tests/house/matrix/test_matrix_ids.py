"""Another’s id in place of one’s own is answered as an id that nobody has, and a change of rights holds at once."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.db import transaction
from django.urls import reverse

from maca.cases.models import Interest, Presenter
from maca.cases.operations import declare_interest, name_presenter, seat_panel
from maca.config import urls
from maca.journal.models import Entry
from maca.kernel.ids import new_public_id
from maca.partnership.models import Appointment, Person, Role
from tests.house.matrix.sendings import PATTERNS, words_of
from tests.house.matrix.stand import sign_in, standing_of
from tests.house.matrix.tries import Site
from tools.permissions_table import Section, table

pytestmark = [pytest.mark.django_db, pytest.mark.everybody]

HUGE = "9" * 30
# Numbers that stand for themselves in an address, so that each can be put in another's place.
MARKED = {"case": 7777777, "question": 8888888}
# What differs from one drawing of a page to the next: the keys of its form, and how long the sign-in still lasts.
FORM_KEY = re.compile(
    r'<input type="hidden" name="(csrfmiddlewaretoken|once)"[^>]*>|data-(left|longest)="\d+"'
    r'|<p [^>]*id="time-out-foot">[^<]*</p>'
)


@pytest.fixture(autouse=True)
def with_the_page_of_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(urls, "handler404", "maca.design.views.not_found")


@pytest.fixture(autouse=True)
def undone(site: Site) -> Iterator[None]:
    marks = [(alias, transaction.savepoint(using=alias)) for alias in ("default", "keystore")]
    yield
    for alias, mark in marks:
        transaction.savepoint_rollback(mark, using=alias)


def an_open_cell(section: Section) -> tuple[str, str]:
    """Somebody for whom the page opens, preferring who sees least, and the situation."""
    order = ["own_auditor", "own_lead", "presenter", "member", "chair", "manager", "care_lead"]
    found = [key for key, word in section.cells.items() if word == "yes" and key[0] in order]
    return min(found, key=lambda key: order.index(key[0]))


def replacements(site: Site, word: str, situation: str) -> list[str]:
    theirs, other = site.stand.their_standing, site.stand.standings["bare" if situation != "bare" else "agreed"]
    assert theirs
    assert theirs.nomination
    assert theirs.case
    assert theirs.question_set
    assert other.nomination
    assert other.evidence
    assert other.upload
    assert other.view
    assert other.finding
    assert other.line
    assert other.named
    decided = site.stand.standings["followed_up"].dispute
    assert decided
    assert theirs.concern
    assert theirs.action
    assert site.stand.their_review
    their_hold, their_certificate = theirs.hold, theirs.certificate
    assert their_hold
    assert their_certificate
    drafted = site.stand.standings["emptied" if situation != "emptied" else "drafted"].briefing
    assert drafted
    decided_on = drafted.screen_decisions.all()[0].found
    ids = {
        "person": [site.stand.theirs.auditor.public_id, site.stand.ours.operator.public_id],
        "concern": [theirs.concern.public_id],
        "nomination": [theirs.nomination.public_id, other.nomination.public_id],
        "finding": [other.finding.public_id],
        "line": [other.line.public_id],
        "named": [other.named.public_id],
        "dissent": [other.dissent.public_id],
        "note": [other.note.public_id],
        "dispute": [decided.public_id],
        "evidence": [other.evidence.public_id],
        "upload": [other.upload.public_id],
        "view": [other.view.public_id],
        "declaration": [theirs.case.declarations.all()[0].public_id],
        "question_set": [theirs.question_set.public_id],
        "hit": [decided_on],
        "action": [theirs.action.public_id],
        "review": [site.stand.their_review.public_id],
        "recommendation": [site.stand.their_review.recommendations.get().public_id],
        "hold": [their_hold.public_id],
        "certificate": [their_certificate.public_id],
        "body": [site.stand.theirs.health.public_id],
        "priority": [theirs.audit.theme.priority.public_id],
        "theme": [theirs.audit.theme.public_id],
    }
    if word in ids:
        return [*ids[word], new_public_id(), "0", "-1", HUGE, "chair"]
    return {
        "audit": [theirs.audit.slug, "nothing-of-the-kind", "0", "-1", HUGE, new_public_id()],
        "case": ["0", "99", "-1", HUGE, "chair", new_public_id()],
        "question": ["0", "99", "-1", HUGE, "chair"],
        "year": ["0", "1066", "9999", "-1", HUGE, "chair"],
        "number": ["0", "99", "-1", HUGE, "chair"],
        "agency": ["probation", "nothing-of-the-kind", "0", "-1", HUGE, new_public_id()],
        "heading": ["nothing-of-the-kind", "0", "-1", HUGE],
        "format": ["exe", "0", HUGE],
        "sheet": ["nothing-of-the-kind", "0", HUGE],
        "kind": ["exe", "nothing-of-the-kind", "0", HUGE],
        "office": ["exe", "nothing-of-the-kind", "0", HUGE],
        "asked_of": ["nobody", "0", HUGE],
        "record_class": ["nothing-of-the-kind", "0", "-1", HUGE],
        "code": ["nothing-of-the-kind", "0", "-1", HUGE],
    }[word]


SECTIONS = {one.name: one for one in table().sections if not one.open and PATTERNS[one.url].pattern.converters}


@pytest.mark.parametrize("name", SECTIONS)
def test_an_id_that_is_not_ones_own_is_answered_as_one_that_nobody_has(site: Site, name: str) -> None:
    section = SECTIONS[name]
    who, situation = an_open_cell(section)
    standing = site.stand.standings[standing_of(situation)]
    right = {word: str(value) for word, value in words_of(section.url, site.stand, standing).items()}
    method, answers, tried = section.methods[-1], {}, 0
    template = reverse(
        section.url,
        kwargs={word: MARKED.get(word, right[word]) for word in PATTERNS[section.url].pattern.converters},
    )

    def path(changed: str = "", to: str = "") -> str:
        address = template if changed in MARKED or not changed else template.replace(right[changed], to, 1)
        for word, mark in MARKED.items():
            address = address.replace(str(mark), to if word == changed else right[word])
        return address

    named = PATTERNS[section.url].pattern.converters
    wrong = [(word, to) for word in named for to in replacements(site, word, situation)]
    # Before circulation every agency is asked about every case.
    if who in ("own_auditor", "own_lead", "presenter") and section.url != "say-who-is-known":
        wrong += [pair for pair in (("agency", "police"), ("case", "2")) if pair[0] in named]
    for word, to in wrong:
        request = site.request(path(word, to), method, who, site.sending(section.url, situation))
        before = site.wrote
        response = site.answer(request)
        assert (response.status_code, site.wrote) == (404, before), f"{word}={to[:20]}: {response.status_code}"
        answers[FORM_KEY.sub("", response.content.decode())] = f"{word}={to}"
        tried += 1
    assert len(answers) == 1, f"{list(answers.values())} are told apart"
    # The control: with the right words the page is there.
    data = site.sending(section.url, situation)
    assert site.answer(site.request(path(), method, who, data)).status_code in (200, 302)
    assert tried >= 4


# Fields that name somebody or something: where, in which situation, by whom they are sent.
FIELDS = [
    ("name-presenter", "person", "selected", "chair", "presenter"),
    ("seats", "people", "selected", "chair", "panel_member"),
    ("introduce-case", "introduced_by", "opened", "chair", "presenter"),
    ("circulate", "case-1", "selected", "manager", ""),
    ("record-finding", "agencies", "introduced", "chair", ""),
    ("change-plan", "earlier", "selected", "chair", ""),
    ("evidence", "question", "known", "own_auditor", ""),
]


def changes() -> int:
    """How many changes, not readings, the journal holds."""
    return Entry.objects.filter(is_reading=False).count()


@pytest.mark.parametrize(("url", "field", "situation", "who", "role"), FIELDS)
def test_an_id_in_a_field_that_is_not_ones_own_is_answered_as_one_that_nobody_has(
    site: Site, url: str, field: str, situation: str, who: str, role: str
) -> None:
    theirs = site.stand.their_standing
    assert theirs
    foreign = site.stand.people[f"b_{role}"].public_id if role else theirs.audit.public_id
    answers, data, before = [], site.sending(url, situation), changes()
    for value in (foreign, new_public_id(), "0", "-1", HUGE, "chair", str(site.stand.people["chair"].pk + 1_000_000)):
        response = site.answer(site.request(site.path(url, situation), "POST", who, {**data, field: value}))
        assert (response.status_code, changes()) == (422, before), f"{field}={value}: {response.status_code}"
        answers.append(FORM_KEY.sub("", response.content.decode()).replace(value, ""))
    assert answers[0] == answers[1], "a value that somebody else has is told from one that nobody has"
    assert site.answer(site.request(site.path(url, situation), "POST", who, data)).status_code == 302


# ---- a change of rights holds on the very next request of every session


def _role_gone(site: Site, person: Person) -> None:
    Appointment.objects.filter(person=person).delete()


def _other_agency(site: Site, person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(agency=site.stand.ours.agencies["probation"])


def _deactivated(site: Site, person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(is_active=False)


def _other_presenter(site: Site, person: Person) -> None:
    case, people = site.stand.standings["known"].case, site.stand.people
    assert case
    name_presenter(case, person=people["other_presenter"], version=None, by=people["chair"])
    assert not Presenter.objects.filter(case=case, person=person).exists()


def _seat_gone(site: Site, person: Person) -> None:
    case = site.stand.standings["known"].case
    assert case
    seat_panel(case, people=[], version=None, by=site.stand.people["chair"])


def _conflict(site: Site, person: Person) -> None:
    case = site.stand.standings["known"].case
    assert case
    declare_interest(case, interest=Interest.SUPERVISED, by=person)


Change = Callable[[Site, Person], None]
CHANGES: list[tuple[str, str, Change, int]] = [
    *((who, "return", change, status) for who in ("own_lead", "own_auditor")
      for change, status in ((_role_gone, 404), (_other_agency, 404), (_deactivated, 302))),
    *((who, "case", change, status) for who in ("own_lead", "own_auditor")
      for change, status in ((_role_gone, 404), (_other_agency, 404), (_deactivated, 302), (_conflict, 403))),
    *((who, "case", change, status) for who in ("manager", "chair", "member", "panel_member")
      for change, status in ((_role_gone, 404), (_deactivated, 302), (_conflict, 403))
      if (who, change) != ("panel_member", _conflict)),
    ("panel_member", "case", _conflict, 404),  # the seat goes with it
    ("panel_member", "case", _seat_gone, 404),
    ("scrutineer", "board", _role_gone, 403),
    ("scrutineer", "board", _deactivated, 302),
    ("manager", "board", _role_gone, 403),
    ("chair", "panel", _role_gone, 403),
    ("presenter", "case", _other_presenter, 404),
    ("presenter", "case", _deactivated, 302),
    ("presenting_manager", "case", _deactivated, 302),
]  # fmt: skip


@pytest.mark.parametrize(("who", "url", "change", "status"), CHANGES)
def test_a_change_of_rights_holds_on_the_next_request_of_every_open_session(
    site: Site, who: str, url: str, change: Change, status: int
) -> None:
    person, path = site.stand.people[who], site.path(url, "known")
    sessions = [sign_in(person) for _ in range(3)]

    def asked(session: str) -> int:
        request = site.request(path, "GET", "")
        request.COOKIES["sessionid"] = session
        return site.answer(request).status_code

    assert [asked(session) for session in sessions] == [200, 200, 200]
    change(site, person)
    assert [asked(session) for session in sessions] == [status] * 3


# ---- acts done twice


@pytest.mark.parametrize(
    ("url", "situation", "who"),
    [
        ("circulate", "selected", "manager"), ("open-panel", "submitted", "chair"), ("close-panel", "heard", "chair"),
        ("finish-hearing", "agreed", "chair"), ("draft-briefing", "closed", "manager"),
        ("send-briefing", "drafted", "manager"), ("approve-briefing", "sent", "chair"),
        ("send-back-briefing", "sent", "chair"), ("publish-briefing", "approved", "manager"),
        ("take-back-briefing", "approved", "manager"), ("submit", "answered", "own_lead"),
        ("decline", "known", "own_lead"), ("submit-part", "answered", "own_lead"),
        ("ask-for-time", "known", "own_lead"), ("select-case", "nominated", "chair"),
        ("pass-over-case", "nominated", "chair"), ("destroy-case", "published", "manager"),
        ("withdraw-briefing", "published", "chair"),
    ],
)  # fmt: skip
def test_a_move_is_made_once_and_then_refused(site: Site, url: str, situation: str, who: str) -> None:
    """A second sending, with a key of its own, of an act that has been done."""

    def send() -> int:
        data = site.sending(url, situation)
        return site.answer(site.request(site.path(url, situation), "POST", who, data)).status_code

    assert send() == 302
    before = changes()
    assert send() in (403, 404, 409)
    assert changes() == before


def test_a_role_that_nobody_holds_would_be_noticed() -> None:
    """The control of the table's people: every role is somebody's."""
    from tests.house.matrix.stand import CAST
    from tests.makers import EVERY_ROLE

    held = {role for _, roles in CAST.values() for role in roles}
    held |= {role for _, _, roles in EVERY_ROLE for role in roles}
    assert held | {Role.OPERATOR} == set(Role)
