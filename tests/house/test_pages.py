"""Every page, as everybody, at every stage."""

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from maca.audits.models import Audit, Heading
from maca.audits.operations import draft_question_set
from maca.audits.queries import year_of
from maca.audits.question_sets import ready_made
from maca.briefing.operations import (
    edit_findings,
    edit_theme_and_cases,
    send_briefing,
    take_back_briefing,
)
from maca.briefing.value import Heading as BriefingHeading
from maca.cases.models import Nomination
from maca.cases.operations import name_presenter, pass_over_case
from maca.concerns.operations import raise_concern
from maca.journal.models import Entry
from maca.kernel.clock import today
from maca.panel.models import Finding
from maca.panel.operations import introduce_case, record_finding
from maca.panel.queries import Column
from maca.returns.operations import cite_evidence, say_known
from tests.makers import World, opened

# Pages without a sign-in, and those about one's own account: at no stage and of no audit.
OPEN_TO_ALL = {
    "sign-in", "sign-in-as", "sign-out", "accept-invitation", "join", "account_login", "account_inactive",
    "account_reset_password", "account_reset_password_done", "account_reset_password_from_key",
    "account_reset_password_from_key_done", "mfa_authenticate", "mfa_login_webauthn",
    "openid_connect_login", "openid_connect_callback", "public-briefing",
}  # fmt: skip
OWN_ACCOUNT = {
    "account_reauthenticate", "stay-signed-in", "account_change_password", "usersessions_list", "mfa_index",
    "mfa_list_webauthn", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_add_webauthn", "mfa_edit_webauthn",
    "mfa_remove_webauthn", "mfa_view_recovery_codes", "mfa_generate_recovery_codes",
}  # fmt: skip
STAGES = ["planned", "circulated", "panel_opened", "published"]


def every_pattern(resolver: URLResolver | None = None) -> Iterator[URLPattern]:
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            yield from every_pattern(one)
        else:
            yield one


PATTERNS = {pattern.name: pattern for pattern in every_pattern()}


def at_stage(world: World, stage: str) -> dict[str, object]:
    """An audit at a stage, and the words that stand in the addresses of its pages."""
    if stage == "planned":
        audit = world.selected(1)
        pass_over_case(world.nominate(audit), reason="Too like the other.", by=world.chair)
        name_presenter(audit.cases.get(), person=world.social_worker, version=None, by=world.chair)
    elif stage == "circulated":
        audit = world.circulated(1)
        say_known(world.return_of(audit), version=None, by=world.auditor)
    elif stage == "panel_opened":
        audit = world.panel_opened(1)
        introduce_case(
            audit.cases.select_related("audit", "hearing").get().hearing,
            introduced_by=world.social_worker,
            partners=[],
            version=None,
            by=world.chair,
        )
    else:
        audit = world.published().audit
    nomination = Nomination.objects.filter(audit=audit).order_by("stage").first()
    finding = Finding.objects.filter(audit=audit).first()
    return {
        "audit": audit.slug,
        "case": 1,
        "agency": "health",
        "question": 1,
        "heading": "went_well",
        "format": "txt",
        "sheet": "seven-minutes",
        "office": "docx",
        "kind": "docx",
        "nomination": nomination.public_id,
        "finding": finding.public_id if finding else "0" * 32,
        "evidence": "0" * 32,
        "upload": "0" * 32,
        "view": "0" * 32,
        "dissent": "0" * 32,
        "note": "0" * 32,
        "line": "0" * 32,
        "named": "0" * 32,
        "hit": "0" * 32,
        "dispute": "0" * 32,
        "number": 1,
        "priority": audit.theme.priority.public_id,
        "theme": audit.theme.public_id,
        "person": world.auditor.public_id,
        "body": world.health.public_id,
        "concern": raise_concern(
            audit.cases.get(number=1), what="A mark.", found_at=timezone.now(), told=None, by=world.member
        ).public_id,
        "declaration": audit.cases.get(number=1).declarations.get(person=world.auditor).public_id,
        "question_set": draft_question_set(ready_made()["neglect"], name="N", by=world.chair).public_id,
        "action": "0" * 32,
        "review": "0" * 32,
        "recommendation": "0" * 32,
        "partnership": "0" * 32,
        "briefing": "0" * 32,
        "record_class": "case",
        "year": year_of(today()),
        "hold": "0" * 32,
        "certificate": "0" * 32,
        "asked_of": "agency",
        "code": "start-again",
        "passkey": "0" * 32,
        "provider_id": "nobody",
        "uid": "0" * 32,
        "token": "none",
        "uidb36": "0",
        "key": "none",
    }


def address(name: str, words: dict[str, object]) -> str:
    pattern = PATTERNS[name].pattern
    own = {**words, "heading": "good_practice"} if name == "record-audit-finding" else words
    return reverse(name, kwargs={word: own[word] for word in pattern.converters})


def test_every_address_can_be_written(world):
    """So that the crawls, which are not part of every run, do not end at the first new one."""
    words = at_stage(world, "planned")
    assert all(address(name, words) for name in PATTERNS)


def forms_that_change_something(response: HttpResponse) -> list[str]:
    if response.status_code != 200 or "html" not in response.headers["Content-Type"]:
        return []
    found = re.findall(r"<form.*?</form>", response.content.decode(), flags=re.DOTALL)
    return [form for form in found if 'method="post"' in form and "/sign-in/" not in form]


@pytest.mark.crawl
@pytest.mark.parametrize("stage", STAGES)
def test_no_page_breaks_nobody_unknown_comes_in_and_every_form_carries_a_key(world, sign_in, stage):
    words = at_stage(world, stage)
    nobody = Client(HTTP_HOST="127.0.0.1")
    clients = [sign_in(person) for person in world.people.values()]
    forms = 0
    for name in PATTERNS:
        path = address(name, words)
        response = nobody.get(path)
        if name in OPEN_TO_ALL:
            assert response.status_code in (200, 302, 404, 405), name
        elif response.status_code != 405:
            assert response.status_code == 302, name
            assert response.headers["Location"].startswith("/sign-in/"), name
        for client in clients:
            response = client.get(path)
            assert response.status_code in (200, 302, 403, 404, 405), name
            for form in forms_that_change_something(response):
                assert len(re.findall(r'name="once" value="([0-9a-f]{32})"', form)) == 1, f"{name}: {form[:200]}"
                forms += 1
    assert forms > 100


def test_a_deactivated_person_is_nobody_on_their_next_request(world, sign_in):
    client = sign_in(world.manager)
    assert client.get("/").status_code == 200
    world.manager.is_active = False
    world.manager.save()
    assert client.get("/").headers["Location"].startswith("/sign-in/")


STRANGE = [
    "/audits/%00/",
    "/audits/x/cases/99999999999999999999999/",
    "/audits/x/briefing/download.exe",
    "/priorities/%00/theme/",
    "/audits/?page=%00",
    "/audits/?page=-1",
    "/audits/?page=99999999999999999999",
]


@pytest.mark.parametrize("path", STRANGE)
def test_a_strange_address_gets_a_plain_answer(world, sign_in, path):
    assert sign_in(world.chair).get(path).status_code in (200, 404)


def headers_of(response) -> dict[str, str]:
    return {name: response.headers[name] for name in response.headers}


@pytest.mark.parametrize("path", ["/", "/nothing/", "/audits/", "/priorities/new/"])
def test_every_answer_carries_the_same_strict_headers(world, sign_in, path):
    for client in (sign_in(world.auditor), Client(HTTP_HOST="127.0.0.1")):
        found = headers_of(client.get(path))
        assert found["Cache-Control"] == "no-store"
        assert found["X-Frame-Options"] == "DENY"
        assert found["X-Content-Type-Options"] == "nosniff"
        assert found["Referrer-Policy"] == "same-origin"
        policy = found["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy


# ---- the same number of queries for one row and for many


def queries(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_lists_of_audits_take_the_same_queries_for_one_and_for_many(world, sign_in):
    world.published()
    first = world.circulated(1)
    people = [world.manager, world.chair, world.auditor, world.social_worker]
    pages = ["/", "/audits/", "/priorities/", "/people/", "/briefings/", f"/audits/{first.slug}/"]
    before = {(person, page): queries(sign_in(person), page) for person in people for page in pages}
    for _ in range(3):
        world.circulated(2)
        world.selected(2)
    world.published()
    after = {(person, page): queries(sign_in(person), page) for person in people for page in pages}
    assert after == before


def test_the_pages_of_an_audit_take_the_same_queries_for_one_case_and_for_many(world, sign_in):
    counted = []
    for cases in (1, 6):
        audit = world.circulated(cases)
        for case in range(1, cases + 1):
            world.submitted(world.return_of(audit, case=case))
        one = world.answer_all(world.return_of(audit, "police"))
        cite_evidence(one, question=None, record="R", reference="", dated_on=None, by=world.police_auditor)
        here = f"/audits/{audit.slug}/"
        # That an agency opens its return for the first time is noted once, at a cost of its own.
        sign_in(world.police_auditor).get(here + "cases/1/returns/police/")
        pages = ("", "board/", "nominations/", "coverage/", "cases/1/", "cases/1/report/")
        counted.append(
            [queries(sign_in(world.manager), here + page) for page in pages]
            + [queries(sign_in(world.police_auditor), here + "cases/1/returns/police/")]
        )
    assert counted[0] == counted[1]
    # Three more where the database is told whose rows a request may see.
    assert max(counted[0]) <= (27 if connection.vendor == "postgresql" else 23)


def test_the_hearing_takes_the_same_queries_for_one_finding_and_for_many(world, sign_in):
    audit = world.panel_opened(1)
    case = audit.cases.select_related("hearing", "audit").get()
    introduce_case(
        case.hearing, introduced_by=world.social_worker, partners=[world.health], version=None, by=world.chair
    )
    counted = []
    for findings in (1, 8):
        for _ in range(findings):
            for column in (Column(audit, case, Heading.WENT_WELL), Column(audit, None, Heading.GOOD_PRACTICE)):
                record_finding(column, text="X", agencies=list(world.agencies.values()), by=world.chair)
        counted.append(
            [queries(sign_in(world.chair), f"/audits/{audit.slug}/panel/{page}") for page in ("", "cases/1/")]
        )
    assert counted[0] == counted[1]


# ---- forms through the page


def form_values(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(once|version)"[^>]* value="([^"]*)"', page))


def test_a_form_sent_twice_through_the_page_has_one_effect(world, sign_in):
    client = sign_in(world.chair)
    keys = form_values(client.get("/priorities/new/").content.decode())
    values = {**keys, "title": "T", "source": "board", "reason": "R"}
    first, second = client.post("/priorities/new/", values), client.post("/priorities/new/", values)
    assert first.status_code == second.status_code == 302
    assert first.headers["Location"] == second.headers["Location"]
    assert Entry.objects.filter(did="recorded a priority").count() == 1


def test_a_form_with_no_key_is_refused_and_what_was_written_comes_back(world, sign_in):
    client = sign_in(world.chair)
    response = client.post(
        "/priorities/new/", {"title": "T", "source": "board", "reason": "Long words <b>I</b> typed for you."}
    )
    assert response.status_code == 403
    assert "This form has lost its key." in response.content.decode()
    assert "Long words &lt;b&gt;I&lt;/b&gt; typed for you." in response.content.decode()


def test_the_second_of_two_savers_is_shown_both_texts_and_chooses(world, sign_in):
    audit = world.planned()
    path = f"/audits/{audit.slug}/plan/change/"
    chair = sign_in(world.chair)
    opened = chair.get(path).content.decode()
    keys = form_values(opened)

    def values(words: str, **more: str) -> dict[str, str]:
        day = audit.panel_on
        return {
            "title": audit.title, "terms_of_reference": words, "questions": "neglect", "review_title": "",
            "earlier": "", "purpose": "P", "legal_basis": "L", "request_before": "30", "returns_before": "10",
            "pack_before": "5", "draft_after": "10", "panel_on-day": str(day.day), "panel_on-month": str(day.month),
            "panel_on-year": str(day.year), **more,
        }  # fmt: skip

    other = form_values(chair.get(path).content.decode())
    assert chair.post(path, values("Theirs came first.", **other)).status_code == 302
    clash = chair.post(path, values("Mine came second.", **keys))
    page = clash.content.decode()
    assert clash.status_code == 409
    assert "Theirs came first." in page
    assert "Mine came second." in page
    assert Audit.objects.get().terms_of_reference == "Theirs came first."
    assert chair.post(path, values("Mine came second.", **form_values(page))).status_code == 302
    assert Audit.objects.get().terms_of_reference == "Mine came second."


def test_forgery_is_refused(world):
    client = Client(HTTP_HOST="127.0.0.1", enforce_csrf_checks=True)
    client.force_login(world.chair)
    response = client.post("/priorities/new/", {"once": "a" * 32, "title": "T", "source": "board", "reason": "R"})
    assert response.status_code == 403
    assert not Entry.objects.filter(did="recorded a priority").exists()


@pytest.mark.django_db
def test_what_is_acknowledged_is_on_the_disk():
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous")
            assert cursor.fetchone()[0] == 2  # FULL
            assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
        else:
            cursor.execute("SHOW synchronous_commit")
            assert cursor.fetchone()[0] == "on"


@pytest.mark.django_db
def test_words_sent_after_the_sign_in_ran_out_come_back():
    nobody = Client(HTTP_HOST="127.0.0.1")
    words = "A long account of the visit & <b>what</b> was seen."
    answer = nobody.post("/priorities/new/", {"reason": words})
    assert answer.status_code == 403
    assert "A long account of the visit &amp; &lt;b&gt;what&lt;/b&gt; was seen." in answer.content.decode()
    path = "/audits/x/cases/1/returns/y/questions/1/autosave/"
    saving = nobody.post(path, {}, headers={"Accept": "application/json"})
    assert saving.status_code == 401
    assert saving.json()["words"].startswith("You are no longer signed in")


@pytest.mark.parametrize("version", [None, "", "-1", "1e3", "²", "9" * 5000])
def test_a_form_without_its_version_is_refused_and_overwrites_nothing(world, sign_in, version):
    audit = world.planned()
    client = sign_in(world.chair)
    path = f"/audits/{audit.slug}/plan/change/"
    keys = form_values(client.get(path).content.decode())
    values = {**keys, "title": "Overwritten", "version": version}
    response = client.post(path, {name: value for name, value in values.items() if value is not None})
    assert response.status_code == 403
    assert "lost its version" in response.content.decode()
    assert Audit.objects.get().title == audit.title


def test_a_stale_button_is_answered_with_a_sentence(world, sign_in):
    briefing = world.sent()
    client = sign_in(world.chair)
    path = f"/audits/{briefing.audit.slug}/briefing/"
    keys = form_values(client.get(path).content.decode())
    take_back_briefing(briefing, by=world.manager)
    edit_theme_and_cases(briefing, lines=["Changed"], version=briefing.version, by=world.manager)
    send_briefing(briefing, version=briefing.version, by=world.manager)
    response = client.post(path + "approve/", keys)
    assert response.status_code == 409
    assert "This has been changed since you opened it." in response.content.decode()
    briefing.refresh_from_db()
    assert briefing.stage == "sent"


def test_other_words_from_the_same_open_form_are_never_swallowed(world, sign_in):
    """Saved, stopped before the answer came, wrote on, saved again: with the key and version of the first time."""
    audit = world.circulated(1)
    say_known(world.return_of(audit), version=None, by=world.auditor)
    client = sign_in(world.auditor)
    path = f"/audits/{audit.slug}/cases/1/returns/health/engagement/"
    keys = form_values(client.get(path).content.decode())
    assert client.post(path, {**keys, "before": "First words."}).status_code == 302
    again = client.post(path, {**keys, "before": "First words. And a page more."})
    assert again.status_code == 302
    assert opened(world.return_of(audit)).engagement_before == "First words. And a page more."


def test_findings_keep_to_their_own_case_when_two_people_edit_a_briefing(world, sign_in):
    briefing = world.drafted()
    client = sign_in(world.manager)
    path = f"/audits/{briefing.audit.slug}/briefing/edit/findings/went_well/"
    keys = form_values(client.get(path).content.decode())
    first, second = briefing.value.findings
    edit_findings(briefing, BriefingHeading.WENT_WELL, findings=[second], version=briefing.version, by=world.manager)
    mine = {f"finding-{first.ref}": "Case ONE, reworded.", f"finding-{second.ref}": "Case TWO, reworded."}
    clash = client.post(path, {**keys, **mine})
    assert clash.status_code == 409
    shown = re.sub(r'<input type="hidden"[^>]*>', "", clash.content.decode())
    assert "No longer there" in shown
    assert "Case ONE, reworded." in shown
    assert client.post(path, {**form_values(clash.content.decode()), **mine}).status_code == 302
    briefing.refresh_from_db()
    assert [(one.case, one.text) for one in briefing.value.findings] == [("Case 2", "Case TWO, reworded.")]
    page = client.get(f"/audits/{briefing.audit.slug}/briefing/").content.decode()
    form = page[page.index("put-back") :]
    client.post(f"/audits/{briefing.audit.slug}/briefing/put-back/{first.ref}/", form_values(form))
    briefing.refresh_from_db()
    assert [one.case for one in briefing.value.findings] == ["Case 1", "Case 2"]
