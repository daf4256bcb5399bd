"""Who sees an action and what it rests on, and who is written to when it is due or late."""

import datetime as dt

import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from maca.actions.models import Action, ActionReminder, RestsOn
from maca.actions.operations import move_action_day
from maca.actions.queries import SHOWN, actions_shown_to
from maca.actions.reminders import remind
from maca.cases.models import Interest
from maca.cases.operations import declare_interest
from maca.kernel.clock import LONDON, working_days_from
from maca.notices.models import Notice
from maca.partnership.models import Person, Role
from maca.worklist.queries import tasks
from tests.actions.conftest import DAY, days, done, made, reported
from tests.makers import World

SAYS = "Health saw him alone in Case 1."


def page_of(action):
    return reverse("action", kwargs={"action": action.public_id})


def test_who_sees_which_action(world, audit):
    action = made(world, audit)

    def seeing():
        return {who for who, person in world.people.items() if Action.objects.visible_to(person).exists()}

    always = {"manager", "chair", "member", "other_member", "scrutineer", "lead", "auditor"}
    assert seeing() == always
    action = reported(world, audit, agency=world.agencies["police"], accountable=world.police_auditor)
    assert Action.objects.visible_to(world.lead).count() == 2  # its own, and one that it can verify
    assert list(Action.objects.visible_to(world.police_lead)) == [action]
    assert not Action.objects.visible_to(World("Elsewhere").manager).exists()


def test_whoever_verified_an_action_goes_on_seeing_it(world, audit):
    action = done(world, audit, by=world.police_lead)
    world.add("school_lead", "school")
    assert action in Action.objects.visible_to(world.police_lead)
    assert action not in Action.objects.visible_to(world.people["school_lead"])


def test_actions_are_listed_by_how_they_stand(world, audit, sign_in):
    late, waits, ready = made(world, audit), reported(world, audit), done(world, audit)
    Action.objects.filter(pk=late.pk).update(due_on=days(-1))

    def listed(show):
        return set(actions_shown_to(world.member, show))

    assert {show: listed(show) for show in SHOWN} == {
        "open": {late}, "late": {late}, "reported": {waits}, "done": {ready}, "worked": set(),
        "all": {late, waits, ready},
    }  # fmt: skip
    page = sign_in(world.member).get(reverse("actions"), {"show": "late"}).content.decode()
    assert page_of(late) in page
    assert page_of(waits) not in page
    assert sign_in(world.member).get(reverse("actions"), {"show": "nonsense"}).status_code == 200


def test_what_a_finding_says_is_shown_only_to_whoever_may_see_it(world, audit, sign_in):
    action = made(world, audit)
    assert SAYS in sign_in(world.manager).get(page_of(action)).content.decode()
    assert SAYS in sign_in(world.auditor).get(page_of(action)).content.decode()
    other = made(world, audit, agency=world.agencies["school"], accountable=world.school_auditor)
    # The school does not know the family, and is not on the panel of the case.
    assert SAYS not in (page := sign_in(world.school_auditor).get(page_of(other)).content.decode())
    assert "A finding that is not open to you." in page
    new = world.add("new_lead", "health")
    assert SAYS not in sign_in(Person.objects.get(pk=new.pk)).get(page_of(action)).content.decode()  # undeclared
    declare_interest(audit.cases.get(number=1), interest=Interest.HELD, by=world.chair)
    assert SAYS not in sign_in(world.chair).get(page_of(action)).content.decode()


def test_the_findings_of_a_case_are_listed_to_whoever_makes_actions_and_has_no_conflict(world, audit, sign_in):
    page = reverse("audit-actions", kwargs={"audit": audit.slug})
    assert SAYS in sign_in(world.manager).get(page).content.decode()
    assert SAYS not in sign_in(world.lead).get(page).content.decode()
    declare_interest(audit.cases.get(number=1), interest=Interest.HELD, by=world.manager)
    said = sign_in(world.manager).get(page).content.decode()
    assert SAYS not in said
    assert "Health saw him alone in Case 2." in said


def test_pages_take_as_many_queries_for_one_action_as_for_fifty(world, audit, sign_in):
    first = made(world, audit)
    findings = list(audit.findings.all())

    def queries(person, page):
        client = sign_in(person)
        client.get(page)
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert client.get(page).status_code == 200
        return len(caught)

    of_audit = reverse("audit-actions", kwargs={"audit": audit.slug})
    make = reverse("make-action", kwargs={"audit": audit.slug, "finding": findings[-1].public_id})
    asked = [
        (who, page)
        for who in (world.manager, world.lead, world.auditor)
        for page in (reverse("actions"), of_audit, page_of(first), "/")
    ] + [(world.manager, make)]
    with CaptureQueriesContext(connection) as of_one:
        tasks(world.manager)
    before = [queries(who, page) for who, page in asked]
    fields = {
        name: getattr(first, name)
        for name in ("change", "accountable", "agency", "due_on", "success", "measure", "baseline", "made_by")
    }
    more = [Action.objects.create(audit=audit, **fields) for _ in range(49)]
    RestsOn.objects.bulk_create(RestsOn(action=one, finding=findings[0], joined_by=world.manager) for one in more)
    RestsOn.objects.bulk_create(
        RestsOn(action=first, finding=one, joined_by=world.manager)
        for one in findings
        if one.case_id and not RestsOn.objects.filter(action=first, finding=one).exists() and one.case.number == 1
    )
    with CaptureQueriesContext(connection) as of_fifty:
        tasks(world.manager)
    assert len(of_fifty) == len(of_one)
    assert [queries(who, page) for who, page in asked] == before


# ---- reminded by the clock of the returns


def go(day, hour=9):
    """What the clock of that day queues: to whom."""
    at = dt.datetime.combine(day, dt.time(hour, 30), LONDON)
    before = set(Notice.objects.values_list("pk", flat=True))
    with time_machine.travel(at, tick=False):
        Person.objects.update(attested_on=day)
        remind(timezone.now())
    new = Notice.objects.filter(kind="actions/reminder").exclude(pk__in=before)
    names = dict(Person.objects.values_list("public_id", "name"))
    return sorted(names[one.to_person] for one in new)


def test_reminders_come_at_the_steps_of_the_returns_and_late_ones_go_to_the_leads_and_the_manager(world, audit):
    made(world, audit)
    assert go(working_days_from(DAY, -11)) == []
    assert go(working_days_from(DAY, -10), hour=7) == []
    for step in (-10, -3, 0):
        day = working_days_from(DAY, step)
        assert go(day) == ["Auditor"], step
        assert go(day, hour=16) == [], step
    assert go(working_days_from(DAY, 1)) == []
    assert go(working_days_from(DAY, 2)) == ["Auditor", "Lead", "Manager"]
    assert go(working_days_from(DAY, 9)) == []


def test_a_moved_day_is_reminded_of_anew_and_what_waits_to_be_verified_never(world, audit):
    action = made(world, audit)
    reported(world, audit, accountable=world.lead)
    assert go(working_days_from(DAY, -3)) == ["Auditor"]
    move_action_day(action, due_on=working_days_from(DAY, 15), reason="R", version=None, by=world.manager)
    assert go(DAY) == []
    assert go(working_days_from(DAY, 5)) == ["Auditor"]
    assert ActionReminder.objects.filter(action=action).count() == 2


def test_one_message_tells_of_every_action_and_says_nothing_of_any(world, audit):
    made(world, audit, change="Zqchange.")
    made(world, audit, change="Zqchange.")
    assert go(DAY) == ["Auditor"]
    assert ActionReminder.objects.count() == 2
    notice = Notice.objects.get(kind="actions/reminder")
    assert notice.link == reverse("work-list")


def test_whoever_can_no_longer_sign_in_is_not_written_to_and_the_leads_hear_when_it_is_late(world, audit):
    made(world, audit)
    Person.objects.filter(pk=world.auditor.pk).update(is_active=False)
    assert go(DAY) == []
    assert go(working_days_from(DAY, 2)) == ["Lead", "Manager"]
    assert world.lead.holds(Role.AGENCY_LEAD)
