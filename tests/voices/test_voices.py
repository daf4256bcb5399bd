"""A practitioner's reflection is theirs until they share it; what a family says is recorded, counted and missed."""

import datetime as dt

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maca.cases.household import Sibling
from maca.cases.models import Case, DestructionReason, Interest, Presenter
from maca.cases.operations import declare_interest, destroy_case, name_presenter, nominate_case, select_case, swap_case
from maca.cases.seal import case_key
from maca.journal.models import Entry
from maca.kernel.verdict import Refused
from maca.kernel.versions import Changed
from maca.panel.operations import close_panel, open_panel
from maca.partnership.models import Role
from maca.returns.operations import read_report, say_not_known
from maca.sealing.field import StillSealedError
from maca.sealing.queries import KeyGoneError
from maca.voices import rules
from maca.voices.forms import ViewForm
from maca.voices.models import FamilyView, Obstacle, Reflection, Sharing
from maca.voices.operations import (
    change_view,
    read_own_reflection,
    read_own_views,
    read_view,
    record_view,
    write_reflection,
)
from maca.voices.queries import find_view
from tests.house.test_pages import form_values, queries
from tests.makers import A_VIEW, World

WRITTEN = {
    "worried": "The baby’s weight.", "helped": "My supervisor.", "obstacles": [Obstacle.WORKLOAD, Obstacle.CONFIDENCE],
    "hindered": "Thirty cases.", "differently": "Ask the father.",
}  # fmt: skip


def reflect(case: Case, by, sharing: Sharing = Sharing.NO, version: int = 0, **more) -> Reflection:
    return write_reflection(case, **{**WRITTEN, **more}, sharing=sharing, version=version, by=by)


def a_case(world: World, number: int = 1) -> Case:
    case = world.circulated(1).cases.select_related("audit", "nomination").get(number=number)
    return case


def shown(case: Case, world: World):
    return read_report(Case.objects.select_related("audit", "nomination").get(pk=case.pk), by=world.manager).voices


# ---- the reflection


def test_a_reflection_is_sealed_and_its_writer_reads_it_on_record(world):
    case = a_case(world)
    written = reflect(case, world.social_worker)
    kept = Reflection.objects.get()
    with pytest.raises(StillSealedError):
        str(kept.worried)
    before = Entry.objects.filter(did="read their own reflection").count()
    read = read_own_reflection(case, by=world.social_worker)
    assert (read.worried, read.hindered, read.differently) == ("The baby’s weight.", "Thirty cases.", "Ask the father.")
    assert read.in_the_way == ["Workload", "My own confidence"]
    assert Entry.objects.filter(did="read their own reflection", is_reading=True).count() == before + 1
    assert case_key(case).text(written, "helped") == "My supervisor."


def test_a_blank_reflection_is_no_reading(world):
    case = a_case(world)
    assert read_own_reflection(case, by=world.social_worker).pk is None
    assert not Entry.objects.filter(did="read their own reflection").exists()


@pytest.mark.parametrize("who", ["manager", "chair", "member", "lead", "auditor", "panel_member", "scrutineer"])
def test_nobody_else_reads_or_writes_one(world, who):
    case = a_case(world)
    reflect(case, world.social_worker)
    for rule in (rules.may_read_own_reflection, rules.may_write_reflection):
        assert rule(world.people[who], case).code == "not-introducing"
    with pytest.raises(Refused):
        read_own_reflection(case, by=world.people[who])
    with pytest.raises(Refused):
        reflect(case, world.people[who])
    assert Reflection.objects.count() == 1


def test_the_journal_never_tells_whether_it_is_shared(world):
    reflect(a_case(world), world.social_worker, Sharing.UNNAMED)
    entry = Entry.objects.get(did="wrote a reflection")
    assert set(entry.details) == {"audit", "case", "version", "sealed"}


def test_what_is_not_shared_is_in_no_report(world):
    case = a_case(world)
    reflect(case, world.social_worker)
    assert shown(case, world).reflections == ()


def test_unnamed_says_nothing_of_who_wrote_it_and_named_does(world, sign_in):
    case = a_case(world)
    reflect(case, world.social_worker, Sharing.UNNAMED)
    (one,) = shown(case, world).reflections
    assert one.who == "A practitioner, who gave no name"
    assert (one.worried, one.helped, one.hindered, one.differently) == (
        "The baby’s weight.", "My supervisor.", "Thirty cases.", "Ask the father.",
    )  # fmt: skip
    assert one.obstacles == ("Workload", "My own confidence")
    path = reverse("report", kwargs={"audit": case.audit.slug, "case": 1})
    page = sign_in(world.manager).get(path).content.decode()
    assert "The baby’s weight." in page
    assert world.social_worker.name not in page
    assert world.social_worker.post not in page
    reflect(case, world.social_worker, Sharing.YES, version=1)
    page = sign_in(world.manager).get(path).content.decode()
    assert f"{world.social_worker.name}, {world.social_worker.post}" in page  # the control


def test_taking_back_that_it_is_shared_takes_it_away_again(world):
    case = a_case(world)
    reflect(case, world.social_worker, Sharing.YES)
    assert len(shown(case, world).reflections) == 1
    reflect(case, world.social_worker, Sharing.NO, version=1)
    assert shown(case, world).reflections == ()


def test_of_somebody_who_no_longer_introduces_the_case_nothing_is_shown(world):
    case = a_case(world)
    reflect(case, world.social_worker, Sharing.YES)
    Presenter.objects.filter(case=case).delete()
    assert shown(case, world).reflections == ()
    assert Reflection.objects.count() == 1


def test_a_reflection_of_another_case_is_not_in_this_one(world):
    audit = world.circulated(2)
    first, second = audit.cases.select_related("audit", "nomination").order_by("number")
    reflect(second, world.social_worker, Sharing.YES)
    assert shown(first, world).reflections == ()
    assert read_own_reflection(first, by=world.social_worker).pk is None


def test_of_two_who_introduce_a_case_each_has_their_own(world):
    case = a_case(world)
    other = world.add("other_social_worker", "police", Role.SOCIAL_WORKER)
    Presenter.objects.create(case=case, person=other)
    reflect(case, world.social_worker)
    assert read_own_reflection(case, by=other).pk is None
    reflect(case, other, worried="Mine.")
    assert read_own_reflection(case, by=world.social_worker).worried == "The baby’s weight."


def test_two_open_pages_do_not_cover_each_other(world):
    case = a_case(world)
    reflect(case, world.social_worker)
    with pytest.raises(Changed):
        reflect(case, world.social_worker, worried="Lost?")
    reflect(case, world.social_worker, version=1, worried="Again.")
    assert read_own_reflection(case, by=world.social_worker).worried == "Again."


def test_until_the_panel_closes_and_then_it_can_only_be_read(world, sign_in):
    audit = world.circulated(1)
    case = audit.cases.select_related("audit", "nomination").get()
    reflect(case, world.social_worker)
    open_panel(audit, by=world.chair)
    case = audit.cases.select_related("audit", "nomination").get()
    assert rules.may_write_reflection(world.social_worker, case)
    world.hear(audit.cases.select_related("audit", "hearing").get())
    close_panel(audit, by=world.chair)
    case = audit.cases.select_related("audit", "nomination").get()
    assert rules.may_write_reflection(world.social_worker, case).code == "panel-closed"
    with pytest.raises(Refused):
        reflect(case, world.social_worker, version=1)
    client, path = sign_in(world.social_worker), reverse("reflection", kwargs={"audit": audit.slug, "case": 1})
    page = client.get(path).content.decode()
    assert "The baby’s weight." in page
    assert "<textarea" not in page
    assert client.post(path, {"once": "a" * 32, "sharing": "yes", "version": "1"}).status_code == 403
    Reflection.objects.all().delete()
    assert "You wrote none." in client.get(path).content.decode()


def test_it_is_destroyed_with_the_case(world, django_capture_on_commit_callbacks):
    audit = world.published().audit
    case = audit.cases.select_related("audit", "nomination").get(number=1)
    kept = Reflection(case=case, written_by=world.social_worker)
    kept.worried = case_key(case).seal(kept, "worried", "The baby’s weight.")
    kept.save()
    with django_capture_on_commit_callbacks(execute=True):
        destroy_case(case, reason=DestructionReason.ASKED, by=world.manager)
    case = audit.cases.select_related("audit", "nomination").get(number=1)
    assert rules.may_read_own_reflection(world.social_worker, case).code == "destroyed"
    with pytest.raises(KeyGoneError):
        case_key(case)


def test_the_page_keeps_what_was_written_and_asks_who_may_read_it(world, sign_in):
    case = a_case(world)
    client, path = sign_in(world.social_worker), reverse("reflection", kwargs={"audit": case.audit.slug, "case": 1})
    keys = form_values(client.get(path).content.decode())
    answer = client.post(path, {**keys, "worried": "Much.", "obstacles": ["workload"]})
    assert answer.status_code == 422
    assert "Much." in answer.content.decode()
    assert (
        client.post(path, {**keys, "worried": "Much.", "obstacles": ["workload"], "sharing": "no"}).status_code == 302
    )
    page = client.get(path).content.decode()
    assert "Much." in page
    assert 'value="workload" checked' in page


# ---- what the family says


def said(**more):
    return {**A_VIEW, **more}


def test_a_view_is_sealed_and_stands_in_the_report_in_full(world, sign_in):
    case = a_case(world)
    record_view(case, said(), by=world.auditor)
    with pytest.raises(StillSealedError):
        str(FamilyView.objects.get().like)
    (view,) = shown(case, world).views
    assert (view.like, view.helped, view.change, view.told) == (
        "Long.",
        "My teacher.",
        "Fewer people.",
        "What it is for.",
    )
    assert (view.day, view.did_listen, view.did_get_better) == (dt.date(2026, 1, 12), "Yes", "Partly")
    page = sign_in(world.manager).get(reverse("report", kwargs={"audit": case.audit.slug, "case": 1})).content.decode()
    for words in ("Views of 1 of 1 child.", "My teacher.", "The school nurse", "A talk", "Their own words", "5 to 9"):
        assert words in page
    assert "Nothing is on record of what a parent or carer says." in page
    entry = Entry.objects.get(did="recorded a view")
    assert set(entry.details) == {"audit", "case", "whose", "outcome", "agreed", "sealed"}


def family(world: World, *siblings: Sibling) -> Case:
    audit = world.planned()
    nomination = nominate_case(
        audit, rationale="R", level="child_protection", age_band="5_9", child="Zebedee Quux", born_on=None, address="",
        household="", record_number="", siblings=siblings, all_the_same=True, by=world.member,
    )  # fmt: skip
    case = select_case(nomination, by=world.chair)
    name_presenter(case, person=world.social_worker, version=None, by=world.chair)
    world.declared(audit)
    return Case.objects.select_related("audit", "nomination").get(pk=case.pk)


FIVE = [
    Sibling("Ann Quux"),
    Sibling("Ben Quux"),
    Sibling("Cat Quux"),
    Sibling("Dan Quux"),
    Sibling("Unborn", None, True),
]


def test_the_children_are_counted_and_those_of_whom_there_is_nothing_are_missed(world):
    case = family(world, *FIVE)
    by = world.social_worker
    record_view(case, said(whose="sibling_1"), by=by)
    record_view(case, said(whose="sibling_1", outcome="not_asked"), by=by)  # the view counts
    record_view(case, said(whose="index_child"), by=by)
    record_view(case, said(whose="sibling_2", outcome="did_not_want"), by=by)
    record_view(case, said(whose="sibling_3", outcome="not_asked", why_not="Too young."), by=by)
    assert shown(case, world).sentences == [
        "Views of 2 of 5 children.",
        "1 was asked and did not want to say anything.",
        "1 was not asked; why stands below.",
        "Of 1 child nothing is on record.",
        "Nothing is on record of what a parent or carer says.",
    ]
    record_view(case, said(whose="mother"), by=by)
    record_view(case, said(whose="sibling_4", outcome="not_asked"), by=by)
    record_view(case, said(whose="sibling_5", outcome="did_not_want"), by=by)
    # One more than the household names: the count goes by what there is.
    assert shown(case, world).sentences == [
        "Views of 2 of 6 children.",
        "2 were asked and did not want to say anything.",
        "2 were not asked; why stands below.",
    ]


def test_nothing_at_all_on_record_is_said_too(world):
    assert shown(family(world, *FIVE), world).sentences == [
        "Views of 0 of 5 children.",
        "Of 5 children nothing is on record.",
        "Nothing is on record of what a parent or carer says.",
    ]


def test_what_they_did_not_agree_to_is_counted_and_not_shown(world, sign_in):
    case = a_case(world)
    view = record_view(case, said(agreed=False), by=world.auditor)
    heard = shown(case, world)
    assert heard.sentences[0] == "Views of 1 of 1 child."
    with pytest.raises(StillSealedError):
        str(heard.views[0].like)
    path = reverse("report", kwargs={"audit": case.audit.slug, "case": 1})
    page = sign_in(world.manager).get(path).content.decode()
    assert "They gave a view and did not agree that it is used here." in page
    assert "My teacher." not in page
    own = reverse("family-views", kwargs={"audit": case.audit.slug, "case": 1})
    assert "My teacher." in sign_in(world.auditor).get(own).content.decode()
    change_view(view, said(), version=view.version, by=world.auditor)
    assert "My teacher." in sign_in(world.manager).get(path).content.decode()  # the control
    change_view(view, said(agreed=False), version=view.version, by=world.lead)
    assert "My teacher." not in sign_in(world.manager).get(path).content.decode()


@pytest.mark.parametrize(
    "write",
    [
        lambda case, by: reflect(case, by),
        lambda case, by: record_view(case, said(), by=by),
    ],
    ids=["reflection", "view"],
)
def test_a_case_about_which_somebody_has_written_is_not_swapped(world, write):
    audit = world.selected(1)
    case, other = audit.cases.select_related("audit", "nomination").get(), world.nominate(audit)
    name_presenter(case, person=world.social_worker, version=None, by=world.chair)
    write(case, world.social_worker)
    with pytest.raises(Refused) as refused:
        swap_case(case, nomination=other, reason="R", by=world.chair)
    assert refused.value.code == "written-about"
    assert Reflection.objects.count() + FamilyView.objects.count() == 1


def test_a_view_is_changed_by_whoever_recorded_it_or_their_agency_alone(world):
    case = a_case(world)
    ours, theirs = record_view(case, said(), by=world.auditor), record_view(case, said(), by=world.social_worker)
    assert rules.may_change_view(world.lead, ours)
    assert rules.may_change_view(world.social_worker, theirs)
    for person, view in ((world.police_auditor, ours), (world.social_worker, ours), (world.lead, theirs)):
        assert rules.may_change_view(person, view).code == "not-yours"
    # What somebody recorded for an agency stays the agency's, also once they no longer speak for it.
    theirs.recorded_by = world.auditor
    assert rules.may_change_view(world.social_worker, theirs).code == "not-yours"
    ours.recorded_by = world.social_worker
    assert rules.may_change_view(world.social_worker, ours).code == "not-yours"


def test_an_agency_reads_its_own_and_whoever_introduces_the_case_theirs(world):
    case = a_case(world)
    own = record_view(case, said(like="Of health."), by=world.auditor)
    theirs = record_view(case, said(like="Of the police."), by=world.police_auditor)
    presenters = record_view(case, said(like="Of the worker."), by=world.social_worker)
    assert (own.agency, theirs.agency, presenters.agency) == (world.health, world.agencies["police"], None)
    assert [one.like for one in read_own_views(case, by=world.lead)] == ["Of health."]
    assert [one.like for one in read_own_views(case, by=world.police_auditor)] == ["Of the police."]
    assert [one.like for one in read_own_views(case, by=world.social_worker)] == ["Of the worker."]
    found = find_view(world.lead, case.audit.slug, 1, own.public_id)
    assert read_view(found, by=world.lead).like == "Of health."
    for view in (theirs, presenters):
        with pytest.raises(FamilyView.DoesNotExist):
            find_view(world.lead, case.audit.slug, 1, view.public_id)
    with pytest.raises(FamilyView.DoesNotExist):
        find_view(world.manager, case.audit.slug, 1, own.public_id)


def test_what_one_who_introduces_a_case_recorded_is_not_anothers(world):
    case = a_case(world)
    other = world.add("other_social_worker", "health", Role.SOCIAL_WORKER)
    Presenter.objects.create(case=case, person=other)
    record_view(case, said(), by=world.social_worker)
    record_view(case, said(), by=world.auditor)
    assert read_own_views(case, by=other) == []
    assert record_view(case, said(), by=other).agency is None


def test_a_reading_of_ones_own_views_is_on_record_and_of_none_is_not(world):
    case = a_case(world)
    assert read_own_views(case, by=world.auditor) == []
    assert not Entry.objects.filter(did="read a family’s views").exists()
    record_view(case, said(), by=world.auditor)
    read_own_views(case, by=world.auditor)
    assert Entry.objects.get(did="read a family’s views").details["views"] == 1


@pytest.mark.parametrize("who", ["manager", "chair", "member", "panel_member", "scrutineer"])
def test_who_does_not_work_with_the_family_records_nothing(world, who):
    case = a_case(world)
    case.seats.create(person=world.panel_member)
    assert rules.may_record_view(world.people[who], case).code == "not-with-the-family"
    with pytest.raises(Refused):
        record_view(case, said(), by=world.people[who])


def test_an_agency_that_does_not_know_the_family_or_was_not_asked_records_nothing(world):
    audit = world.circulated(2)
    first, second = audit.cases.select_related("audit", "nomination").order_by("number")
    say_not_known(world.return_of(audit), version=None, by=world.auditor)
    assert rules.may_record_view(world.auditor, first).code == "not-with-the-family"
    assert rules.may_record_view(world.auditor, second)
    assert rules.may_record_view(world.police_auditor, first)
    second.involvements.filter(agency=world.health).delete()
    assert rules.may_record_view(world.auditor, second).code == "not-with-the-family"


def test_who_has_a_conflict_or_has_not_declared_records_nothing(world):
    case = a_case(world)
    new = world.add("new_auditor", "health", Role.AUDITOR)
    assert rules.may_read_own_views(new, case).code == "undeclared"
    declare_interest(case, interest=Interest.HELD, by=new)
    assert rules.may_read_own_views(new, case).code == "conflict"


def test_until_the_panel_closes_and_then_they_can_only_be_read(world, sign_in):
    audit = world.panel_opened(1)
    case = audit.cases.select_related("audit", "nomination").get()
    view = record_view(case, said(), by=world.auditor)
    world.hear(audit.cases.select_related("audit", "hearing").get())
    close_panel(audit, by=world.chair)
    case = view.case = audit.cases.select_related("audit", "nomination").get()
    assert rules.may_record_view(world.auditor, case).code == "panel-closed"
    assert rules.may_change_view(world.auditor, view).code == "panel-closed"
    path = reverse("family-views", kwargs={"audit": audit.slug, "case": 1})
    page = sign_in(world.auditor).get(path).content.decode()
    assert "My teacher." in page
    assert "Record it" not in page
    assert "Change this" not in page


def test_two_who_change_a_view_do_not_cover_each_other(world):
    case = a_case(world)
    view = record_view(case, said(), by=world.auditor)
    change_view(view, said(like="First."), version=1, by=world.auditor)
    other = find_view(world.lead, case.audit.slug, 1, view.public_id)
    with pytest.raises(Changed):
        change_view(other, said(like="Second."), version=1, by=world.lead)
    assert read_own_views(case, by=world.lead)[0].like == "First."


def sent(**more):
    base = {name: value for name, value in A_VIEW.items() if name not in ("asked_on", "agreed")}
    return {
        **base, "agreed": "yes", "asked_on-day": "12", "asked_on-month": "1", "asked_on-year": "2026", **more,
    }  # fmt: skip


def test_a_sound_form_is_the_view_that_was_written():
    form = ViewForm(sent())
    assert form.is_valid(), form.errors
    assert form.said() == A_VIEW


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"asked_by": ""}, "asked_by"),
        ({"asked_on-day": "", "asked_on-month": "", "asked_on-year": ""}, "asked_on"),
        ({"told": ""}, "told"),
        ({"method": ""}, "method"),
        ({"whose_words": ""}, "whose_words"),
        ({"agreed": ""}, "agreed"),
        ({"like": "", "helped": "", "change": ""}, "like"),
        ({"outcome": "not_asked"}, "why_not"),
        ({"outcome": "not_asked", "why_not": "Too young."}, "outcome"),
        ({"outcome": "did_not_want", "like": "", "helped": "", "change": "", "better": ""}, "outcome"),
        ({"outcome": "did_not_want", "like": "", "helped": "", "change": "", "listened": ""}, "outcome"),
        ({"outcome": "did_not_want", "helped": "", "change": "", "listened": "", "better": ""}, "outcome"),
        ({"outcome": "did_not_want", "like": "", "change": "", "listened": "", "better": ""}, "outcome"),
        ({"outcome": "did_not_want", "like": "", "helped": "", "listened": "", "better": ""}, "outcome"),
        ({"outcome": ""}, "outcome"),
        ({"whose": ""}, "whose"),
    ],
)
def test_what_is_missing_or_does_not_fit_is_said_at_its_place(more, where):
    form = ViewForm(sent(**more))
    assert not form.is_valid()
    assert where in form.errors


NO_WORDS = {"like": "", "helped": "", "change": "", "listened": "", "better": ""}


@pytest.mark.parametrize(
    "more",
    [
        {"outcome": "not_asked", "why_not": "Too young.", "asked_by": "", "asked_on-day": "", "asked_on-month": "",
         "asked_on-year": "", **NO_WORDS},
        {"outcome": "did_not_want", "told": "", "method": "", "whose_words": "", "agreed": "", **NO_WORDS},
        {"listened": "", "better": "", "helped": "", "change": ""},
        {"like": "", "change": ""},
        {"like": "", "helped": ""},
    ],
)  # fmt: skip
def test_only_what_is_asked_for_has_to_be_answered(more):
    assert ViewForm(sent(**more)).is_valid()


words = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=200)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(like=words, differently=words)
def test_any_words_come_back_as_they_were(db, world, like, differently):
    case = Case.objects.select_related("audit", "nomination").first() or a_case(world)
    view = record_view(case, said(like=like), by=world.auditor)
    own = find_view(world.auditor, case.audit.slug, case.number, view.public_id)
    assert read_view(own, by=world.auditor).like == like
    view.delete()
    reflection = Reflection.objects.filter(case=case).first()
    reflect(case, world.social_worker, version=reflection.version if reflection else 0, differently=differently)
    assert read_own_reflection(case, by=world.social_worker).differently == differently


def test_the_list_takes_the_same_queries_for_one_view_and_for_many(world, sign_in):
    case = a_case(world)
    client, path = sign_in(world.auditor), reverse("family-views", kwargs={"audit": case.audit.slug, "case": 1})
    report = reverse("report", kwargs={"audit": case.audit.slug, "case": 1})
    counted = []
    for views in (1, 8):
        for _ in range(views):
            record_view(case, said(), by=world.auditor)
        counted.append((queries(client, path), queries(sign_in(world.manager), report)))
    assert counted[0] == counted[1]
