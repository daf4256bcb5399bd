"""Step one, before circulation: which agencies know these families?"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maca.cases.models import IdentityReason
from maca.cases.operations import open_identity
from maca.cases.rules import may_open_identity
from maca.journal.models import Entry
from maca.kernel.verdict import Refused
from maca.notices.models import Notice
from maca.returns.models import Familiarity, FamilyCheck
from maca.returns.operations import (
    ask_who_knows,
    circulate_audit,
    say_known,
    say_not_known,
    say_who_is_known,
)
from maca.returns.queries import checks_waiting_for
from maca.returns.rules import may_say_who_is_known
from tests.house.test_pages import form_values

K = Familiarity


def checked(world, cases=1):
    audit = world.selected(cases)
    ask_who_knows(audit, list(world.agencies.values()), by=world.manager)
    return audit


def say(world, audit, agency, child, siblings=K.NOT_KNOWN, parents=K.NOT_KNOWN, *, by, case=1):
    check = FamilyCheck.objects.select_related("agency", "case__audit").get(
        case__audit=audit, case__number=case, agency__slug=agency
    )
    say_who_is_known(check, index_child=child, siblings=siblings, parents=parents, version=None, by=by)
    return check


def identity(person, audit):
    return may_open_identity(person, audit.cases.select_related("audit").get(number=1))


def test_only_the_manager_asks_and_each_person_is_written_to_once(world):
    audit = world.selected(3)
    for who in ("chair", "lead", "scrutineer"):
        with pytest.raises(Refused) as refused:
            ask_who_knows(audit, [world.health], by=world.people[who])
        assert refused.value.code == "not-the-manager"
    for _ in range(2):
        ask_who_knows(audit, [world.health, world.agencies["police"]], by=world.manager)
    assert FamilyCheck.objects.count() == 6
    assert sorted(Notice.objects.values_list("kind", "to_address")) == sorted(
        ("returns/check", one.email) for one in (world.lead, world.police_lead)
    )


def test_an_agency_that_is_asked_may_open_the_identity_and_one_that_is_not_may_not(world):
    audit = world.selected(1)
    ask_who_knows(audit, [world.health], by=world.manager)
    assert identity(world.auditor, audit)
    assert identity(world.police_auditor, audit).code == "not-asked"


def test_not_known_closes_the_identity_from_then_on_and_known_opens_it_again(world):
    audit = checked(world)
    say(world, audit, "health", K.NOT_KNOWN, by=world.auditor)
    assert identity(world.auditor, audit).code == "not-known"
    with pytest.raises(Refused):
        open_identity(audit.cases.get(), reason=IdentityReason.FIND_RECORD, by=world.lead)
    assert not Entry.objects.filter(did="opened an identity").exists()
    assert identity(world.police_auditor, audit)
    say(world, audit, "health", K.NOT_KNOWN, K.NOTHING_IN_PERIOD, by=world.auditor)
    assert identity(world.auditor, audit)


def test_not_known_on_a_return_closes_the_identity_too(world):
    audit = world.circulated(1)
    assert identity(world.auditor, audit)
    say_not_known(world.return_of(audit), version=None, by=world.auditor)
    assert identity(world.auditor, audit).code == "not-known"
    say_known(world.return_of(audit), version=None, by=world.auditor)
    assert identity(world.auditor, audit)


def test_an_agency_asked_after_it_said_not_known_has_to_look_again(world):
    audit = checked(world)
    say(world, audit, "health", K.NOT_KNOWN, by=world.auditor)
    circulate_audit(
        audit, {audit.cases.get(): [world.health]}, purpose="P", legal_basis="L", version=None, by=world.manager
    )
    assert identity(world.auditor, audit)


def test_each_agency_answers_for_itself_once_it_has_declared_and_until_circulation(world):
    audit = checked(world)
    check = FamilyCheck.objects.select_related("agency", "case__audit", "case__nomination").get(agency=world.health)
    assert may_say_who_is_known(world.police_auditor, check).code == "not-your-agency"
    assert may_say_who_is_known(world.manager, check).code == "not-your-agency"
    assert may_say_who_is_known(world.add("newcomer", "health"), check).code == "undeclared"
    assert may_say_who_is_known(world.auditor, check)
    circulate_audit(
        audit, {audit.cases.get(): [world.health]}, purpose="P", legal_basis="L", version=None, by=world.manager
    )
    check = FamilyCheck.objects.select_related("agency", "case__audit", "case__nomination").get(agency=world.health)
    assert may_say_who_is_known(world.auditor, check).code == "already-circulated"


def test_the_grid_shows_every_answer_and_circulating_proposes_all_but_those_that_know_nobody(world, sign_in):
    audit = checked(world)
    say(world, audit, "health", K.KNOWN, K.NOT_KNOWN, K.KNOWN, by=world.auditor)
    say(world, audit, "police", K.NOT_KNOWN, by=world.police_auditor)
    client = sign_in(world.manager)
    page = client.get(f"/audits/{audit.slug}/who-knows/").content.decode()
    for words in ("Known: index child, parents", "Not known to us", "No answer yet"):
        assert words in page
    form = client.get(f"/audits/{audit.slug}/circulate/").content.decode()
    ticked = [one.split('"')[0] for one in form.split('value="')[1:] if " checked" in one.split(">")[0]]
    assert ticked == ["health", "school"], "who has not answered yet does not drop out"
    for words in ("Known: index child, parents", "Not known to us", "No answer yet"):
        assert f"Who knows this family? {words}" in form


def test_an_agency_answers_on_one_page_and_it_leaves_its_work_list(world, sign_in):
    audit = checked(world)
    client, there = sign_in(world.auditor), f"/audits/{audit.slug}/cases/1/known-to/health/"
    assert there in client.get("/").content.decode()
    keys = form_values(client.get(there).content.decode())
    assert client.post(there, {**keys, "index_child": "known"}).status_code == 422
    said = {"index_child": "nothing_in_period", "siblings": "not_known", "parents": "not_known"}
    assert client.post(there, {**keys, **said}).status_code == 302
    assert FamilyCheck.objects.get(agency=world.health).in_words() == "Known, nothing in the period"
    assert not checks_waiting_for(world.auditor)
    assert there not in client.get("/").content.decode()
    assert len(checks_waiting_for(world.police_auditor)) == 1


def test_the_grid_takes_the_same_queries_for_one_case_and_for_many(world, sign_in):
    counted = []
    for cases in (1, 8):
        audit, client = checked(world, cases), sign_in(world.manager)
        found = []
        for page in (f"/audits/{audit.slug}/who-knows/", f"/audits/{audit.slug}/circulate/"):
            client.get(page)
            with CaptureQueriesContext(connection) as captured:
                client.get(page)
            found.append(len(captured))
        counted.append(found)
    assert counted[0] == counted[1]


def test_asking_takes_the_same_queries_for_one_case_and_for_many(world):
    counted = []
    for cases in (1, 1, 6):  # the first asking of all makes the first entry of its kind
        audit = world.selected(cases)
        with CaptureQueriesContext(connection) as captured:
            ask_who_knows(audit, [world.health], by=world.manager)
        again = list(world.agencies.values())
        ask_who_knows(audit, again, by=world.manager)
        counted.append(len(captured))
        assert FamilyCheck.objects.filter(case__audit=audit).count() == cases * len(again)
        entries = Entry.objects.filter(did="asked who knows the families").order_by("-number")
        assert entries[0].details["agencies"] == ["police", "school"]
        assert audit.cases.get(number=cases).involvements.count() == len(again)
    assert counted[1] == counted[2]
