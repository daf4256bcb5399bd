"""Inspectors call: one sending asks every agency about every child, and one pack a child goes back."""

import datetime as dt
import hashlib
import io
import re
import zipfile
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from maca.audits.models import Audit
from maca.audits.question_sets import ready_made
from maca.cases.models import DestructionReason, Interest
from maca.cases.operations import declare_interest, finish_destroying, take_chosen_child
from maca.cases.rules import may_destroy_case, may_open_identity
from maca.cases.seal import case_key
from maca.inspection import rules
from maca.inspection.children import ChosenChild
from maca.inspection.days import usual_days
from maca.inspection.forms import USUAL_CHILDREN
from maca.inspection.models import Inspection
from maca.inspection.operations import change_days, copy_pack, copy_packs, start_inspection
from maca.inspection.queries import days_of, inspection_of
from maca.journal.models import Entry
from maca.kernel import paper_as_files
from maca.kernel.clock import months_after, today, working_days_from
from maca.kernel.verdict import Refused
from maca.kernel.versions import Changed
from maca.notices.models import Notice
from maca.retention.models import CountedFrom
from maca.retention.operations import change_period, destroy_by_hand
from maca.retention.queries import due_by, find_period
from maca.returns.models import AgencyReturn
from maca.returns.operations import ask_more_agencies, call_off_return, extend_return, say_not_known
from maca.sealing.queries import KeyGoneError

NOTICE = dt.date(2026, 11, 30)


def child(name="Zqzoe Example", born_on=dt.date(2019, 5, 4)):
    return ChosenChild(name=name, born_on=born_on, level="child_in_need")


def start(world, *, children=None, by=None, called="JTAI 2026"):
    days = usual_days(working_days_from(working_days_from(today(), 1), -1))
    return start_inspection(
        called=called, theme="Neglect", days=days, questions=ready_made()["inspection"],
        children=[child(), child("Zqsam Example")] if children is None else children,
        agencies=list(world.agencies.values()), by=by or world.manager,
    )  # fmt: skip


def declared(world, audit):
    for case in audit.cases.all():
        declare_interest(case, interest=Interest.NONE, by=world.manager)
    return audit.cases.get(number=1)


def test_the_day_of_notice_is_day_1_and_a_weekend_is_no_day():
    days = usual_days(NOTICE)
    assert days.says(dt.date(2026, 12, 2)) == (
        "Day 3 of 15. Next: agencies hand in their evaluations on day 8, Wednesday 9 December."
    )
    assert days.on_site_from == dt.date(2026, 12, 14)
    assert days.says(dt.date(2026, 12, 21)) == "The inspection was over on day 15, Friday 18 December."


def test_one_sending_asks_every_agency_about_every_child(world):
    started = start(world)
    asked = AgencyReturn.objects.of(started.audit)
    assert asked.count() == 2 * len(world.agencies)
    assert {one.due_on for one in asked} == {started.audit.returns_due_on}
    assert Notice.objects.filter(kind="returns/request", sent_at=None).exists()
    did = set(Entry.objects.values_list("did", flat=True))
    assert {"started an inspection", "took a child chosen by inspectors", "asked an agency"} <= did
    assert not [one for one in Entry.objects.all() if "Zq" in str(one.details)]


def test_only_the_business_manager_starts_an_inspection(world):
    with pytest.raises(Refused) as refused:
        start(world, by=world.chair)
    assert refused.value.code == "not-the-manager"
    assert not Audit.objects.exists()


def test_an_agency_that_did_not_know_a_child_is_not_asked_about_it(world):
    audit = start(world, children=[child(), replace(child("Zqsam"), not_asked=frozenset({world.health.slug}))]).audit
    asked = AgencyReturn.objects.of(audit)
    assert asked.filter(agency=world.health).values_list("case__number", flat=True).get() == 1
    assert asked.filter(case__number=2).count() == len(world.agencies) - 1
    nobody = frozenset(one.slug for one in world.agencies.values())
    with pytest.raises(Refused, match="nobody-asked"):
        start(world, called="Another", children=[replace(child(), not_asked=nobody)])


def test_two_inspections_have_two_names(world, sign_in):
    start(world)
    with pytest.raises(Refused, match="same-name"):
        start(world, called="jtai 2026 ")
    given = _sent(world, **{"called": "JTAI 2026", "name-1": "Z", "level-1": "child_in_need"})
    page = sign_in(world.manager).post(reverse("start-inspection"), given)
    assert page.status_code == 422
    assert "There is an inspection of this name already" in page.content.decode()
    assert Audit.objects.filter(is_inspection=True).count() == 1
    other = type(world)("Elsewhere")
    assert start(other)


# ---- its days move


def moved(audit, **more):
    """The days of an inspection, with some of them so many working days later or earlier."""
    days = days_of(inspection_of(audit), audit)
    return replace(days, **{name: working_days_from(getattr(days, name), by) for name, by in more.items()})


def test_when_inspectors_move_a_day_every_open_return_and_the_timetable_follow(world):
    audit = start(world).audit
    answered = AgencyReturn.objects.get(case__audit=audit, case__number=1, agency=world.health)
    declare_interest(answered.case, interest=Interest.NONE, by=world.lead)
    say_not_known(answered, version=None, by=world.lead)
    was = audit.returns_due_on
    days = moved(audit, returns_due_on=2, packs_on=2, on_site_from=2, on_site_to=2)
    change_days(audit, days=days, version=audit.version, by=world.manager)
    audit.refresh_from_db()
    assert days_of(inspection_of(audit), audit) == days
    assert (audit.panel_on, audit.draft_on) == (days.packs_on, working_days_from(days.on_site_to, 10))
    answered.refresh_from_db()
    assert answered.due_on == was
    others = AgencyReturn.objects.of(audit).exclude(pk=answered.pk)
    assert {one.due_on for one in others} == {days.returns_due_on}
    assert Notice.objects.filter(kind="returns/moved").exists()
    said = Entry.objects.get(did="changed the days of an inspection").details
    assert said["returns_due_on"] == f"{was.isoformat()} to {days.returns_due_on.isoformat()}"
    assert "notice_on" not in said
    assert Entry.objects.filter(did="moved the day of a return").count() == others.count()


def test_more_time_that_was_given_stays_while_it_ends_before_the_packs_are_handed_over(world):
    audit = start(world).audit
    change_days(audit, days=moved(audit, packs_on=4, on_site_from=4, on_site_to=4), version=None, by=world.manager)
    given = AgencyReturn.objects.get(case__audit=audit, case__number=1, agency=world.health)
    longer = working_days_from(given.due_on, 3)
    extend_return(given, due_on=longer, version=None, by=world.manager)
    change_days(audit, days=moved(audit, returns_due_on=1), version=None, by=world.manager)
    given.refresh_from_db()
    assert given.due_on == longer
    change_days(audit, days=moved(audit, packs_on=-2, on_site_from=-2), version=None, by=world.manager)
    given.refresh_from_db()
    assert given.due_on == audit.returns_due_on


def test_the_days_stay_once_the_packs_are_handed_over_and_only_the_manager_changes_them(world):
    audit = start(world).audit
    assert rules.may_change_days(world.manager, audit)
    assert rules.may_change_days(world.chair, audit).code == "not-the-manager"
    assert rules.may_change_days(world.manager, world.planned()).code == "no-inspection"
    Audit.objects.filter(pk=audit.pk).update(pack_on=today() - dt.timedelta(days=1))
    with pytest.raises(Refused, match="handed-over"):
        change_days(audit, days=moved(audit, on_site_to=1), version=None, by=world.manager)
    Audit.objects.filter(pk=audit.pk).update(stage="panel_opened")
    audit.refresh_from_db()
    assert rules.may_change_days(world.manager, audit).code == "not-gathering"


def test_days_that_are_refused_at_the_start_are_refused_later_and_what_is_over_may_stand(world, sign_in):
    audit = start(world).audit
    wrong = {
        "wrong-days": moved(audit, packs_on=5),
        "far-days": replace(moved(audit), on_site_to=today() + dt.timedelta(days=400)),
    }
    for code, days in wrong.items():
        with pytest.raises(Refused, match=code):
            change_days(audit, days=days, version=None, by=world.manager)
    past = working_days_from(today(), -1)
    with pytest.raises(Refused, match="wrong-days"):
        change_days(audit, days=replace(moved(audit), returns_due_on=past), version=None, by=world.manager)
    Audit.objects.filter(pk=audit.pk).update(returns_due_on=past)
    Inspection.objects.filter(audit=audit).update(notice_on=working_days_from(today(), -80))
    audit.refresh_from_db()
    change_days(audit, days=moved(audit, on_site_to=1), version=None, by=world.manager)
    page = sign_in(world.manager).get(reverse("change-inspection-days", kwargs={"audit": audit.slug}))
    assert "Change the days of the inspection" in page.content.decode()


def test_of_two_who_change_the_days_at_once_the_second_is_shown_the_first(world):
    audit = start(world).audit
    version = audit.version
    change_days(audit, days=moved(audit, on_site_to=1), version=version, by=world.manager)
    with pytest.raises(Changed):
        change_days(audit, days=moved(audit, on_site_to=1), version=version, by=world.manager)


def test_the_page_leads_to_declaring_and_offers_the_archive_only_then(world, sign_in):
    audit = start(world).audit
    client, here = sign_in(world.manager), reverse("inspection", kwargs={"audit": audit.slug})
    page = client.get(here).content.decode()
    declare = reverse("declare", kwargs={"audit": audit.slug, "case": 2})
    archive = reverse("inspection-packs", kwargs={"audit": audit.slug})
    assert f"{declare}?next=" in page
    assert archive not in page
    declare_interest(audit.cases.get(number=2), interest=Interest.NONE, by=world.manager)
    page = client.get(here).content.decode()
    assert f"{declare}?next=" not in page
    assert archive in page
    assert "1 of 2 children" in page


def test_only_the_first_child_is_open_and_one_that_was_begun(world, sign_in):
    client = sign_in(world.manager)
    page = client.get(reverse("start-inspection")).content.decode()
    assert page.count("<details") == 1 + USUAL_CHILDREN
    assert len(re.findall(r"<details[^>]* open", page)) == 1
    page = client.post(reverse("start-inspection"), _sent(world, **{"name-3": "Zqzoe"})).content.decode()
    assert len(re.findall(r"<details[^>]* open", page)) == 2
    late = {"packs_on-day": "1", "packs_on-month": "1", "packs_on-year": "2001"}
    page = client.post(reverse("start-inspection"), _sent(world, **late, **{"name-1": "Z"})).content.decode()
    assert len(re.findall(r"<details[^>]* open", page)) == 2


def test_a_child_about_whom_nobody_would_be_asked_is_said_on_the_page(world, sign_in):
    slugs = [one.slug for one in world.agencies.values()]
    given = _sent(world, **{"name-1": "Z", "level-1": "child_in_need", "not_asked-1": slugs})
    page = sign_in(world.manager).post(reverse("start-inspection"), given)
    assert "Leave at least one agency to be asked about child 1" in page.content.decode()


def test_without_a_child_or_with_a_grown_up_nothing_is_made(world):
    for children, code in (([], "no-children"), ([child(), child(born_on=dt.date(1990, 1, 1))], "grown-up")):
        with pytest.raises(Refused) as refused:
            start(world, children=children)
        assert refused.value.code == code
        assert not Audit.objects.exists()


def test_a_child_is_taken_without_the_sub_group_only_into_an_inspection_nobody_was_asked_about(world):
    def take(audit, by):
        with pytest.raises(Refused) as refused:
            take_chosen_child(
                audit, rationale="R", level="child_in_need", age_band="5_9", child="Z", born_on=None, address="",
                household="", record_number="", by=by,
            )  # fmt: skip
        return refused.value.code

    assert take(world.planned(), world.manager) == "no-inspection"
    started = start(world).audit
    assert take(started, world.manager) == "already-circulated"
    assert take(started, world.chair) == "not-the-manager"


def test_another_audit_has_no_inspection_and_the_scrutineer_takes_no_pack(world):
    assert rules.may_read_inspection(world.manager, world.planned()).code == "no-inspection"
    assert rules.may_take_packs(world.scrutineer, start(world).audit).code == "not-yours"


def test_a_pack_says_child_1_and_the_same_words_in_each_form(world):
    case = declared(world, start(world).audit)
    paper = copy_pack(case, kind="docx", by=world.manager)
    text = paper_as_files.as_text(paper).decode()
    assert paper.title == "Evaluation of the experiences of Child 1"
    assert "Zq" not in text
    assert "Health has not handed in its return." in text
    assert Entry.objects.filter(did="copied a report").exists()


def test_the_archive_lists_each_file_with_its_sum_and_says_what_is_left_out(world):
    audit = start(world).audit
    case = audit.cases.get(number=1)
    with pytest.raises(Refused) as refused:
        copy_packs(audit, by=world.manager)
    assert refused.value.code == "no-packs"
    declare_interest(case, interest=Interest.NONE, by=world.manager)
    archive = zipfile.ZipFile(io.BytesIO(copy_packs(audit, by=world.manager)))
    lines = archive.read("MANIFEST.txt").decode().splitlines()
    assert lines[0] == f"{hashlib.sha256(archive.read('child-1.docx')).hexdigest()}  child-1.docx"
    assert lines[1].endswith("child-1.pdf")
    assert lines[2].startswith("Left out: child 2.")


def _sent(world, **other):
    days = usual_days(working_days_from(working_days_from(today(), 1), -1))
    dates = {
        f"{name}-{part}": getattr(day, part) for name, day in vars(days).items() for part in ("day", "month", "year")
    }
    agencies = [one.slug for one in world.agencies.values()]
    return {"called": "JTAI", "theme": "Neglect", "agencies": agencies, "once": "a" * 32, **dates, **other}


def test_the_page_starts_it_and_what_is_wrong_stays_on_the_page(world, sign_in):
    client = sign_in(world.manager)
    address = reverse("start-inspection")
    assert client.get(address).status_code == 200
    refused = client.post(address, _sent(world, **{"name-2": "Zqzoe"}))
    assert refused.status_code == 422
    assert "Choose the level of help of child 2" in refused.content.decode()
    assert "Zqzoe" in refused.content.decode()
    assert not Inspection.objects.exists()
    done = client.post(address, _sent(world, **{"name-2": "Zqzoe", "level-2": "child_in_need"}))
    assert done.status_code == 302, done.content.decode()[:2000]
    page = client.get(done["Location"]).content.decode()
    assert "Day 1 of 15." in page
    assert "Zqzoe" not in page


@pytest.mark.parametrize("what", [{"called": "JTAI about Zqzoe"}, {"theme": "Neglect of example"}])
def test_an_inspection_is_not_called_by_a_child(world, sign_in, what):
    given = {"called": "JTAI 2026", "theme": "Neglect", **what}
    days = usual_days(working_days_from(working_days_from(today(), 1), -1))
    with pytest.raises(Refused, match="names-a-child"):
        start_inspection(
            **given, days=days, questions=ready_made()["inspection"], children=[child()],
            agencies=list(world.agencies.values()), by=world.manager,
        )  # fmt: skip
    refused = sign_in(world.manager).post(
        reverse("start-inspection"), _sent(world, **{"name-1": "Zqzoe Example", "level-1": "child_in_need", **what})
    )
    assert refused.status_code == 422
    assert "This holds a word of a child’s name" in refused.content.decode()
    assert not Audit.objects.filter(is_inspection=True).exists()


def test_words_of_the_work_may_stand_in_a_name_also_when_the_family_has_them():
    one = replace(child(), household="Mother and two brothers, Quillfeather", address="1 Neglect Street")
    assert not one.named_in("Neglect of brothers")
    assert one.named_in("Quillfeather")


@pytest.mark.parametrize(("notice", "last"), [(-1, 400), (-100, 20)])
def test_days_far_from_today_are_refused_and_soon(world, notice, last):
    days = replace(
        usual_days(today()), notice_on=today() + dt.timedelta(days=notice), on_site_to=today() + dt.timedelta(days=last)
    )
    assert not days.are_near(today())
    with pytest.raises(Refused, match="far-days"):
        start_inspection(
            called="J", theme="T", days=days, questions=ready_made()["inspection"], children=[child()],
            agencies=list(world.agencies.values()), by=world.manager,
        )  # fmt: skip
    assert not replace(days, notice_on=dt.date(1, 1, 3), on_site_to=dt.date(9999, 12, 31)).are_near(today())


def test_what_was_written_about_a_child_is_destroyed_once_the_packs_are_handed_over(world):
    audit = start(world).audit
    case = declared(world, audit)
    assert may_destroy_case(world.manager, case).code == "not-published"
    for inspected, code in ((False, "not-published"), (True, "")):
        Audit.objects.filter(pk=audit.pk).update(pack_on=today() - dt.timedelta(days=1), is_inspection=inspected)
        case = audit.cases.select_related("audit__partnership", "nomination__audit").get(number=1)
        assert may_destroy_case(world.manager, case).code == code
    destroy_by_hand(case, reason=DestructionReason.ASKED, by=world.manager)
    finish_destroying()
    with pytest.raises(KeyGoneError):
        case_key(audit.cases.select_related("audit", "nomination").get(number=1))
    assert case_key(audit.cases.select_related("audit", "nomination").get(number=2))


def as_if_handed_over(audit, *, left: bool = False):
    """Its packs were due yesterday; and inspectors left more than ten working days ago."""
    day = today() - dt.timedelta(days=1)
    Audit.objects.filter(pk=audit.pk).update(pack_on=day, **({"draft_on": day} if left else {}))
    return audit.cases.select_related("audit__partnership", "nomination").get(number=1)


def test_once_the_packs_are_handed_over_no_agency_opens_who_the_child_is(world):
    audit = start(world).audit
    case = declared(world, audit)
    assert may_open_identity(world.lead, case)
    case = as_if_handed_over(audit)
    assert may_open_identity(world.lead, case).code == "handed-over"
    assert may_open_identity(world.manager, case)
    Audit.objects.filter(pk=audit.pk).update(is_inspection=False)
    assert may_open_identity(world.lead, audit.cases.select_related("audit").get(number=1))


def test_ten_working_days_after_the_inspectors_have_left_nobody_opens_who_the_child_is(world):
    case = as_if_handed_over(start(world).audit, left=True)
    for who in (world.manager, world.chair, world.lead):
        assert may_open_identity(who, case).code == "inspection-over"


def test_the_children_of_an_inspection_fall_due_by_the_schedule(world):
    started = start(world)
    period = find_period(world.chair, "identity")
    change_period(
        period, months=6, counted_from=CountedFrom.PUBLISHED, reason="R", source="S", version=period.version,
        by=world.chair,
    )  # fmt: skip
    due_on = months_after(started.audit.draft_on, 6)
    assert [one.label for one in due_by(world.partnership, due_on)] == ["Case 1", "Case 2"]
    assert not due_by(world.partnership, due_on - dt.timedelta(days=1))


def test_a_pack_asks_for_a_proof_and_a_long_number_of_children_is_no_fault(world, sign_in):
    audit = start(world).audit
    declared(world, audit)
    client = sign_in(world.manager)
    slug = {"audit": audit.slug}
    one = reverse("inspection-pack", kwargs={**slug, "case": 1, "kind": "docx"})
    packs = [reverse("inspection-packs", kwargs=slug), one]
    assert [client.get(page).status_code for page in packs] == [200, 200]
    assert client.get(reverse("start-inspection") + "?children=" + "9" * 5_000).status_code == 200
    session = client.session
    session["account_authentication_methods"] = [{"method": "one click", "at": 0}]
    session.save()
    assert [client.get(page).status_code for page in packs] == [302, 302]


def test_the_requests_of_an_inspection_state_all_that_a_request_states(world):
    asked = AgencyReturn.objects.filter(case__audit=start(world).audit)
    for one in asked:
        assert all([one.purpose, one.legal_basis, one.period, one.security, one.retention])
        assert world.manager.email in one.contact
    assert asked


def test_the_page_of_its_audit_leads_to_its_days(world, sign_in):
    audit = start(world).audit
    other = world.circulated(1)
    there = reverse("inspection", kwargs={"audit": audit.slug})
    page = {one: sign_in(world.manager).get(reverse("audit", kwargs={"audit": one.slug})) for one in (audit, other)}
    assert there in page[audit].content.decode()
    assert "/inspection/" not in page[other].content.decode()
    assert sign_in(world.manager).get(there).status_code == 200


def test_days_out_of_their_order_are_refused_with_which(world, sign_in):
    before = usual_days(today()).notice_on
    late = {f"packs_on-{part}": getattr(before, part) for part in ("day", "month", "year")}
    answer = sign_in(world.manager).post(
        reverse("start-inspection"), _sent(world, **late, **{"name-1": "Z", "level-1": "child_in_need"})
    )
    assert answer.status_code == 422
    assert not Inspection.objects.exists()


def test_the_board_takes_as_many_queries_for_one_child_as_for_five(world, sign_in):
    client = sign_in(world.manager)
    client.get(reverse("start-inspection"))  # the first page of a sign-in asks more
    counted = []
    for many in (1, 5):
        children = [replace(child(), name=f"Z{at} Example {many}") for at in range(many)]
        audit = start(world, children=children, called=f"JTAI of {many}").audit
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(reverse("inspection", kwargs={"audit": audit.slug})).status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_an_agency_that_was_left_out_is_asked_afterwards_and_its_day_follows_the_clock(world, sign_in):
    audit = start(world, children=[replace(child(), not_asked=frozenset({"health"}))]).audit
    case = declared(world, audit)
    client, ask = sign_in(world.manager), reverse("ask-more-agencies", kwargs={"audit": audit.slug, "case": 1})
    here = reverse("inspection", kwargs={"audit": audit.slug})
    assert ask in client.get(here).content.decode()
    ask_more_agencies(case, [world.health], due_on=audit.returns_due_on, by=world.manager)
    one = world.return_of(audit)
    assert one.contact == world.return_of(audit, "police").contact
    later = moved(audit, returns_due_on=2, packs_on=2, on_site_from=2, on_site_to=2)
    change_days(audit, days=later, version=None, by=world.manager)
    audit.refresh_from_db()
    assert world.return_of(audit).due_on == audit.returns_due_on == later.returns_due_on
    call_off_return(world.return_of(audit, "police"), by=world.manager)
    assert "Police" not in client.get(here).content.decode()
