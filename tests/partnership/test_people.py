"""The register: who may give and take roles, end accounts and stand up for people, and what it does."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from maca.journal.models import Entry
from maca.kernel.clock import today
from maca.kernel.verdict import Refused
from maca.kernel.versions import Changed
from maca.partnership import rules
from maca.partnership.invitations import invite_again, invite_person
from maca.partnership.models import ROLES_IN_PROSE, EndReason, Person, Role
from maca.partnership.operations import (
    add_person,
    attest_at_the_machine,
    attest_invented_people,
    attest_people,
    change_roles,
    end_account,
    found_partnership,
    name_contacts,
    operator_of,
)
from maca.partnership.queries import attested_by, leavers, people_of, to_attest
from tests.makers import World

R = Role


def aged(person: Person, days: int) -> Person:
    """As if somebody had last stood up for this person so many days ago."""
    Person.objects.filter(pk=person.pk).update(attested_on=today() - dt.timedelta(days=days))
    person.refresh_from_db()
    return person


def add(world: World, name: str, *roles: Role, agency: str | None = None, password: str | None = None) -> Person:
    return add_person(
        partnership=world.partnership, name=name, email=f"{name}@{world.partnership.public_id}.test", post="P",
        roles=roles, agency=world.agencies[agency] if agency else None, password=password, by=world.operator,
    )  # fmt: skip


def invited(world: World, name: str = "newcomer") -> Person:
    person = invite_person(
        partnership=world.partnership, name=name, email=f"{name}@c.example", post="P", roles=[R.AUDITOR],
        agency=world.health, site="https://a.example", by=world.manager,
    )  # fmt: skip
    assert person
    return person


def keys(page: str) -> dict[str, str]:
    return dict(
        re.findall(r'<input type="hidden" name="(once|version)"[^>]* value="([^"]*)"', page[page.index("<main") :])
    )


# ---- who may grant what


@pytest.mark.parametrize(
    ("who", "roles", "agency", "code"),
    [
        ("manager", [R.AUDITOR], "health", ""),
        ("manager", [R.SUB_GROUP_MEMBER, R.AGENCY_LEAD], "police", ""),
        ("manager", [R.SCRUTINEER], None, ""),
        ("manager", [R.CHAIR], None, "only-the-chair"),
        ("manager", [R.BUSINESS_MANAGER], None, "only-the-chair"),
        ("manager", [R.OPERATOR], None, "only-the-chair"),
        ("manager", [R.AUDITOR], None, "no-agency"),
        ("manager", [], None, "no-role"),
        ("manager", [R.SCRUTINEER, R.PANEL_MEMBER], None, "held-alone"),
        ("manager", [R.INFORMATION_GOVERNANCE, R.AUDITOR], "health", "held-alone"),
        ("chair", [R.OPERATOR, R.CHAIR], None, "held-alone"),
        ("chair", [R.OPERATOR], None, "only-auditors"),
        ("chair", [R.BUSINESS_MANAGER], None, ""),
        ("chair", [R.CHAIR, R.SUB_GROUP_MEMBER], None, ""),
        ("lead", [R.AUDITOR], "health", ""),
        ("lead", [R.AUDITOR], "police", "not-your-agency"),
        ("lead", [R.AGENCY_LEAD], "health", "only-auditors"),
        ("lead", [R.AUDITOR, R.SUB_GROUP_MEMBER], "health", "only-auditors"),
        ("auditor", [R.AUDITOR], "health", "not-yours-to-invite"),
        ("member", [R.AUDITOR], "health", "not-yours-to-invite"),
        ("scrutineer", [R.AUDITOR], "health", "not-yours-to-invite"),
    ],
)
def test_who_may_invite_whom(world, who, roles, agency, code):
    verdict = rules.may_invite_person(world.people[who], roles, world.agencies.get(agency))
    assert verdict.code == code
    assert bool(verdict) is (code == "")


@pytest.mark.parametrize(
    ("who", "subject", "roles", "code"),
    [
        ("manager", "member", [R.SUB_GROUP_MEMBER, R.PANEL_MEMBER], ""),
        ("manager", "manager", [R.BUSINESS_MANAGER, R.CHAIR], "yourself"),
        ("chair", "chair", [R.CHAIR, R.SUB_GROUP_MEMBER], "yourself"),
        ("manager", "member", [R.CHAIR], "only-the-chair"),
        ("manager", "chair", [R.SUB_GROUP_MEMBER], "only-the-chair"),
        ("manager", "chair", [R.CHAIR, R.SUB_GROUP_MEMBER], ""),
        ("chair", "manager", [R.SUB_GROUP_MEMBER], ""),
        ("chair", "social_worker", [R.AUDITOR], "no-agency"),
        ("chair", "social_worker", [R.SOCIAL_WORKER, R.SCRUTINEER], "held-alone"),
        ("lead", "auditor", [R.AUDITOR, R.AGENCY_LEAD], "not-yours-to-grant"),
        ("auditor", "lead", [R.AUDITOR], "not-yours-to-grant"),
    ],
)
def test_who_may_change_whose_roles(world, who, subject, roles, code):
    assert rules.may_change_roles_to(world.people[who], world.people[subject], roles).code == code


def test_a_refusal_changes_nothing(world):
    before = Entry.objects.count()
    with pytest.raises(Refused):
        change_roles(world.member, roles=[R.CHAIR], version=None, by=world.manager)
    with pytest.raises(Refused):
        end_account(world.manager, reason=EndReason.LEFT, version=None, by=world.auditor)
    with pytest.raises(Refused):
        attest_people({world.auditor: None, world.police_auditor: EndReason.LEFT}, by=world.lead)
    assert Person.objects.get(pk=world.member.pk).roles == {R.SUB_GROUP_MEMBER}
    assert Person.objects.get(pk=world.police_auditor.pk).may_sign_in()
    assert Entry.objects.count() == before


def test_roles_that_exclude_each_other_are_refused_at_the_machine_too(world):
    for roles in ([R.SCRUTINEER, R.CHAIR], [R.INFORMATION_GOVERNANCE, R.PANEL_MEMBER]):
        with pytest.raises(Refused) as refused:
            add(world, "x", *roles)
        assert refused.value.code == "held-alone"


# ---- every change on the very next request, in every browser


CHANGES = {
    "ended": lambda world: end_account(world.auditor, reason=EndReason.LEFT, version=None, by=world.manager),
    "ended by their lead": lambda world: attest_people({world.auditor: EndReason.MOVED}, by=world.lead),
    "lapsed": lambda world: aged(world.auditor, 91),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whoever_is_ended_or_lapsed_is_nobody_on_their_next_request_in_three_browsers(world, sign_in, change):
    clients = [sign_in(world.auditor) for _ in range(3)]
    assert [client.get("/").status_code for client in clients] == [200] * 3
    CHANGES[change](world)
    for client in clients:
        assert client.get("/").headers["Location"].startswith("/sign-in/")


def test_a_role_given_or_taken_holds_on_the_next_request(world, sign_in):
    clients = [sign_in(world.member) for _ in range(3)]
    assert {client.get("/people/invite/").status_code for client in clients} == {403}
    change_roles(world.member, roles=[R.BUSINESS_MANAGER], version=None, by=world.chair)
    assert {client.get("/people/invite/").status_code for client in clients} == {200}
    change_roles(world.member, roles=[R.SUB_GROUP_MEMBER], version=None, by=world.chair)
    assert {client.get("/people/invite/").status_code for client in clients} == {403}
    entry = Entry.objects.filter(did="changed roles").last()
    assert entry.details == {"before": ["business_manager"], "now": ["sub_group_member"]}


@pytest.mark.parametrize(("days", "may"), [(0, True), (90, True), (91, False)])
def test_an_attestation_lasts_90_days_and_who_signs_in_learns_nothing(world, days, may):
    person = aged(add(world, "real", R.PANEL_MEMBER, password="correct horse battery"), days)
    assert person.may_sign_in() is may
    page = Client(HTTP_HOST="127.0.0.1").get("/sign-in/")
    client = Client(HTTP_HOST="127.0.0.1")
    right = client.post("/sign-in/", {"login": person.email, "password": "correct horse battery"})
    wrong = Client(HTTP_HOST="127.0.0.1").post("/sign-in/", {"login": person.email, "password": "wrong wrong wrong"})
    assert page.status_code == 200
    if may:
        assert right.headers["Location"] == "/"
    else:
        assert right.status_code == wrong.status_code
        assert [re.sub('value="[^"]+"', "", one.content.decode()) for one in (right,)] == [
            re.sub('value="[^"]+"', "", one.content.decode()) for one in (wrong,)
        ]


def test_asking_whether_somebody_may_sign_in_takes_no_query(world, django_assert_num_queries):
    person = Person.objects.get(pk=world.auditor.pk)
    with django_assert_num_queries(0):
        assert person.may_sign_in()


def test_an_ended_account_opens_again_by_invitation_only(world):
    end_account(world.auditor, reason=EndReason.LEFT, version=None, by=world.manager)
    person = Person.objects.get(pk=world.auditor.pk)
    assert not person.may_sign_in()
    assert rules.may_change_roles(world.manager, person).code == "ended"
    assert rules.may_attest_person(world.lead, person).code == "ended"
    invite_again(person, site="https://a.example", version=None, by=world.lead)
    person.refresh_from_db()
    assert person.may_sign_in()
    assert person.joined_at is None
    assert not person.has_usable_password()


def test_two_who_change_the_same_account_do_not_overwrite_each_other(world):
    version = world.member.version
    change_roles(world.member, roles=[R.PANEL_MEMBER], version=version, by=world.chair)
    with pytest.raises(Changed):
        change_roles(world.member, roles=[R.SOCIAL_WORKER], version=version, by=world.manager)
    with pytest.raises(Changed):
        end_account(world.member, reason=EndReason.LEFT, version=version, by=world.manager)
    assert Person.objects.get(pk=world.member.pk).roles == {R.PANEL_MEMBER}


# ---- standing up for people


def test_each_person_waits_for_the_word_of_one_who_would_know(world):
    assert {one.name for one in attested_by(world.lead)} == {"Member", "Auditor"}
    assert {one.name for one in attested_by(world.police_lead)} == {"Other Member", "Police Auditor"}
    assert {one.name for one in attested_by(world.chair)} == {"Manager"}
    assert {one.name for one in attested_by(world.manager)} == {
        "Chair", "Lead", "Police Lead", "Social Worker", "Scrutineer", "Panel Member", "Governance",
        "School Auditor",  # the school has no lead
    }  # fmt: skip
    assert attested_by(world.auditor) == []
    everybody = people_of(world.chair)
    for person in everybody:
        listed = set(attested_by(person))
        assert listed == {one for one in everybody if rules.may_attest_person(person, one)}
        assert person not in listed


def test_nobody_stands_up_for_themselves_whatever_they_hold(world):
    both = add(world, "both", R.CHAIR, R.BUSINESS_MANAGER)
    assert rules.may_attest_person(both, both).code == "yourself"
    assert both not in attested_by(both)
    assert rules.may_attest_person(world.chair, both)  # the control


def test_when_a_lead_has_lapsed_the_manager_stands_up_for_the_agency(world):
    assert rules.may_attest_person(world.manager, world.auditor).code == "not-yours-to-attest"
    aged(world.lead, 91)
    assert rules.may_attest_person(world.manager, world.auditor)
    assert world.auditor in attested_by(world.manager)


@pytest.mark.parametrize(("days", "asked"), [(75, False), (76, True), (90, True), (200, True)])
def test_a_lead_is_asked_two_weeks_before(world, days, asked):
    aged(world.auditor, days)
    assert to_attest(world.lead) == ([world.auditor] if asked else [])
    assert to_attest(world.police_lead) == []


def test_a_lead_answers_for_everybody_on_one_page(world, sign_in):
    aged(world.auditor, 91)
    client = sign_in(world.lead)
    page = client.get("/people/still-needed/").content.decode()
    assert "Cannot sign in" in page
    values = keys(page) | {f"person-{world.auditor.public_id}": "yes", f"person-{world.member.public_id}": "left"}
    first, again = client.post("/people/still-needed/", values), client.post("/people/still-needed/", values)
    assert first.status_code == again.status_code == 302
    world.auditor.refresh_from_db()
    world.member.refresh_from_db()
    assert world.auditor.may_sign_in()
    assert world.auditor.attested_by == world.lead
    assert (world.member.may_sign_in(), world.member.ended_reason) == (False, "left")
    assert Entry.objects.filter(did__in=["attested a person", "ended an account"]).count() == 2
    nothing = client.post("/people/still-needed/", keys(client.get("/people/still-needed/").content.decode()))
    assert nothing.status_code == 422
    assert "Answer for at least one person" in nothing.content.decode()


def test_a_lead_cannot_answer_for_another_agency_by_changing_the_form(world, sign_in):
    client = sign_in(world.lead)
    values = keys(client.get("/people/still-needed/").content.decode())
    client.post("/people/still-needed/", values | {f"person-{world.police_auditor.public_id}": "left"})
    assert Person.objects.get(pk=world.police_auditor.pk).may_sign_in()


def test_the_operator_brings_back_a_partnership_that_has_locked_itself_out(world):
    attest_at_the_machine(aged(world.chair, 91), by=world.operator)
    assert Person.objects.get(pk=world.chair.pk).may_sign_in()
    with pytest.raises(Refused):
        attest_at_the_machine(aged(world.manager, 91), by=world.chair)


def test_the_demo_works_after_more_than_90_days_and_no_real_partnership_is_kept_that_way(world):
    aged(world.auditor, 200)
    end_account(world.member, reason=EndReason.LEFT, version=None, by=world.manager)
    attest_invented_people(world.partnership, by=world.operator)
    assert Person.objects.get(pk=world.auditor.pk).may_sign_in()
    assert not Person.objects.get(pk=world.member.pk).may_sign_in()
    real = found_partnership(name="Real")
    with pytest.raises(Refused) as refused:
        attest_invented_people(real, by=operator_of(real))
    assert refused.value.code == "not-training"


# ---- the pages


def test_the_manager_is_shown_who_may_have_left_and_others_are_not(world, sign_in):
    new = invited(world)
    aged(world.police_auditor, 91)
    Person.objects.filter(pk=world.member.pk).update(last_login=timezone.now() - dt.timedelta(days=61))
    Person.objects.filter(pk=world.lead.pk).update(joined_at=timezone.now() - dt.timedelta(days=61))
    report = leavers(people_of(world.manager))
    assert report.never_joined == [new]
    assert set(report.unused) == {world.member, world.lead}
    assert report.lapsed == [world.police_auditor]
    assert "Accounts to look at" in sign_in(world.manager).get("/people/").content.decode()
    for other in (world.lead, world.auditor, world.scrutineer):
        assert "Accounts to look at" not in sign_in(other).get("/people/").content.decode()


def test_addresses_are_for_the_manager_the_chair_and_a_lead_within_the_agency(world, sign_in):
    def shown(who: str) -> set[str]:
        page = sign_in(world.people[who]).get("/people/").content.decode()
        return {name for name, one in world.people.items() if one.email in page}

    assert shown("manager") == shown("chair") == set(world.people)
    assert shown("lead") == {"lead", "auditor", "member"}
    for who in ("auditor", "member", "social_worker", "scrutineer"):
        assert shown(who) == set(), who


def test_each_role_is_explained_where_it_is_granted(world, sign_in):
    new = invited(world)
    for path in ("/people/invite/", f"/people/{new.public_id}/roles/"):
        page = sign_in(world.chair).get(path).content.decode()
        for role, prose in ROLES_IN_PROSE.items():
            assert (prose in page) is (role != R.OPERATOR), role
    page = sign_in(world.lead).get("/people/invite/").content.decode()
    assert [role for role, prose in ROLES_IN_PROSE.items() if prose in page] == [R.AUDITOR]


def test_a_person_is_invited_changed_and_ended_through_the_pages(
    world, sign_in, django_capture_on_commit_callbacks, mailoutbox
):
    client = sign_in(world.manager)
    values = keys(client.get("/people/invite/").content.decode()) | {
        "name": "New Person", "post": "Named GP", "email": "New@gp.example", "agency": world.health.public_id,
        "roles": ["agency_lead"],
    }  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        answers = [client.post("/people/invite/", values) for _ in range(2)]
    person = Person.objects.get(email="new@gp.example")
    here = f"/people/{person.public_id}/"
    assert [answer.headers["Location"] for answer in answers] == [here, here]
    assert len(mailoutbox) == 1
    link = re.search(r"http://127.0.0.1/invitation/\S+/(\S+)/", mailoutbox[0].body)
    assert link
    seen = client.get(here).content.decode()
    assert "The invitation went out" in seen
    assert link[1] not in seen
    roles = keys(client.get(f"{here}roles/").content.decode()) | {"roles": ["auditor", "panel_member"]}
    assert client.post(f"{here}roles/", roles).headers["Location"] == here
    assert Person.objects.get(pk=person.pk).roles == {R.AUDITOR, R.PANEL_MEMBER}
    assert client.post(f"{here}roles/", roles | {"roles": ["chair"]}).status_code == 422
    stale = client.post(f"{here}roles/", roles | {"roles": ["auditor"]})
    assert stale.status_code == 409
    again = keys(client.get(f"{here}invite-again/").content.decode())
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(f"{here}invite-again/", again).headers["Location"] == here
    assert len(mailoutbox) == 2
    end = keys(client.get(f"{here}end/").content.decode()) | {"reason": "never_joined"}
    assert client.post(f"{here}end/", end).headers["Location"] == "/people/"
    assert not Person.objects.get(pk=person.pk).may_sign_in()
    did = list(Entry.objects.filter(about=f"Person:{person.public_id}").values_list("did", flat=True))
    assert did == ["invited a person", "changed roles", "invited a person again", "ended an account"]
    assert "gp.example" not in str(list(Entry.objects.values_list("details", flat=True)))
    assert "New Person" in client.get("/people/").content.decode()  # among those that have ended


def test_nobody_of_another_partnership_is_on_any_of_these_pages(world, sign_in):
    elsewhere = World("Elsewhere Partnership")
    client = sign_in(elsewhere.manager)
    for page in ("", "roles/", "end/", "invite-again/"):
        here = f"/people/{world.auditor.public_id}/{page}"
        assert client.get(here).status_code == 404
        assert client.post(here, {"once": "a" * 32, "reason": "left", "version": "1"}).status_code in (404, 405)
    pages = client.get("/people/").content.decode() + client.get("/people/still-needed/").content.decode()
    assert not [one.email for one in world.people.values() if one.email in pages or one.public_id in pages]
    assert elsewhere.auditor.email in pages  # the control
    for rule in (rules.may_read_account, rules.may_attest_person, rules.may_end_account, rules.may_change_roles):
        assert rule(elsewhere.chair, world.manager).code in ("not-on-your-register",)
    assert Person.objects.get(pk=world.auditor.pk).may_sign_in()


def test_the_operator_is_on_no_page(world, sign_in):
    assert sign_in(world.chair).get(f"/people/{world.operator.public_id}/").status_code == 404


def test_the_register_takes_the_same_queries_for_one_more_and_for_fifty(world, sign_in):
    def counted() -> list[int]:
        numbers = []
        for who in ("manager", "lead", "auditor"):
            client = sign_in(world.people[who])
            for path in ("/people/", "/people/still-needed/", f"/people/{world.auditor.public_id}/"):
                with CaptureQueriesContext(connection) as captured:
                    client.get(path)
                numbers.append(len(captured))
        return numbers

    for change in (1, 2):
        end_account(add(world, f"gone{change}", R.PANEL_MEMBER), reason=EndReason.LEFT, version=None, by=world.chair)
    before = counted()
    for number in range(50):
        aged(add(world, f"more{number}", R.AUDITOR, R.PANEL_MEMBER, agency="health"), number * 3)
    assert counted() == before
    assert max(before) <= (15 if connection.vendor == "postgresql" else 12)  # there, two savepoints and the fence


# ---- who is written to for an agency


def test_the_manager_and_the_agencys_own_lead_name_its_contacts(world):
    for by in (world.manager, world.lead):
        name_contacts(world.health, contact=world.auditor, deputy=world.lead, version=None, by=by)
    for by in (world.chair, world.auditor, world.police_lead, world.scrutineer, World("Elsewhere").manager):
        assert rules.may_name_contacts(by, world.health).code == "not-yours-to-name"


def test_a_contact_can_answer_for_the_agency_and_is_not_their_own_deputy(world):
    for contact, deputy, code in (
        (world.police_auditor, None, "cannot-answer"),
        (None, world.member, "cannot-answer"),
        (world.auditor, world.auditor, "same-person"),
    ):
        with pytest.raises(Refused) as refused:
            name_contacts(world.health, contact=contact, deputy=deputy, version=None, by=world.manager)
        assert refused.value.code == code
    world.health.refresh_from_db()
    assert (world.health.contact, world.health.deputy) == (None, None)
