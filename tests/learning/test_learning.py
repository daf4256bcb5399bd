"""What is learnt: reviews seen in practice, what was said before and recurs, and who used a briefing."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from maca.actions.operations import make_action
from maca.audits.models import Audit, Heading
from maca.briefing.models import Briefing
from maca.briefing.operations import import_briefing
from maca.briefing.reading import read_briefing
from maca.cases.models import DestructionReason, Interest
from maca.cases.operations import declare_interest, destroy_case
from maca.demo.operations import DATA
from maca.kernel.clock import today, working_days_from
from maca.kernel.small_numbers import Hidden
from maca.kernel.verdict import Refused
from maca.learning.models import Discussion, Review, ReviewKind
from maca.learning.operations import (
    compare_findings,
    edit_review,
    link_finding,
    record_discussion,
    record_review,
    strike_review,
    unlink_finding,
)
from maca.learning.queries import Row, _without_small, offered_for, recurrence_of, seen_in_practice, uses_of
from maca.learning.rules import may_compare_findings, may_link_finding, may_read_recurrence
from maca.learning.said_before import said_before
from maca.panel.alike import keep_terms
from maca.panel.models import Finding
from maca.panel.operations import close_panel
from tests.makers import World
from tests.steps import step

TOOL = "The Graded Care Profile was never completed."


@step
def neglect_2(world):
    value = read_briefing(DATA / "six-step-briefing-neglect-2.txt").value
    return import_briefing(value, partnership=world.partnership, imported_from="neglect-2", by=world.manager)


def a_review(world, *recommendations):
    return record_review(
        kind=ReviewKind.LCSPR, title="Child Z", year=2024, published_by="Anywhere", link="",
        recommendations=recommendations or ["Use the neglect tool."], by=world.manager,
    )  # fmt: skip


def test_what_was_said_before_is_found_in_the_words_of_the_briefing(world):
    audit = neglect_2(world)
    found = said_before(TOOL, world.auditor)
    assert found
    assert all(one.audit == audit for one in found)
    assert any("Graded Care Profile" in one.text for one in found)
    assert said_before("The of and", world.auditor) == []


def test_what_a_briefing_left_out_or_never_printed_is_not_found(world):
    audit = neglect_2(world)
    finding = said_before(TOOL, world.chair)[0].finding
    briefing = Briefing.objects.get(audit=audit)
    briefing.content["findings"] = [one for one in briefing.content["findings"] if one["ref"] != finding.public_id]
    Briefing.objects.filter(pk=briefing.pk).update(content=briefing.content)
    assert finding not in [one.finding for one in said_before(TOOL, world.chair)]
    Audit.objects.filter(pk=audit.pk).update(stage="panel_closed")
    assert said_before(TOOL, world.chair) == []


def test_nothing_is_found_of_another_partnership_nor_by_whoever_sees_no_audits(world):
    neglect_2(world)
    assert said_before(TOOL, World("Elsewhere Partnership").chair) == []
    assert said_before(TOOL, world.governance) == []


def test_the_page_asks_in_as_many_queries_and_keeps_nothing(world, sign_in):
    neglect_2(world)
    client = sign_in(world.auditor)
    page = client.post(reverse("learning"), {"text": TOOL})
    assert "Said before" in page.content.decode()
    assert client.post(reverse("learning"), {"text": ""}).status_code == 422
    assert sign_in(world.governance).get(reverse("learning")).status_code == 403


def test_a_recommendation_is_seen_in_so_many_of_the_cases_and_a_link_is_made_once(world):
    audit = neglect_2(world)
    recommendation = a_review(world).recommendations.get()
    findings = Finding.objects.filter(audit=audit, case__number__in=(1, 3), heading=Heading.CAN_BE_IMPROVED)
    for one in findings.select_related("audit", "case"):
        link_finding(recommendation, one, by=world.manager)
        link_finding(recommendation, one, by=world.chair)
    (seen,) = seen_in_practice(recommendation, world.chair)
    assert (seen.cases, seen.of, len(seen.findings)) == (2, 5, findings.count())
    assert seen_in_practice(recommendation, world.chair, suppressed=True)[0].cases is Hidden.FEW
    unlink_finding(recommendation, findings.select_related("audit", "case").first(), by=world.chair)
    assert recommendation.seen.count() == findings.count() - 1


def test_nobody_with_a_conflict_links_a_finding_of_that_case(world):
    audit = world.panel_closed(1)
    finding = audit.findings.select_related("audit", "case__nomination", "case__audit").get()
    recommendation = a_review(world).recommendations.get()
    assert may_link_finding(world.member, (recommendation, finding)).code == "not-yours"
    declare_interest(finding.case, interest=Interest.HELD, by=world.manager)
    with pytest.raises(Refused) as refused:
        link_finding(recommendation, finding, by=world.manager)
    assert refused.value.code == "conflict"
    assert not recommendation.seen.exists()


def test_who_has_a_conflict_is_offered_and_shown_no_finding_of_that_case_before_it_is_published(world):
    audit = world.panel_closed(3)
    finding = audit.findings.select_related("audit", "case__nomination", "case__audit").get(case__number=1)
    finding.text = TOOL
    finding.save()
    keep_terms([finding])
    for one in (world.chair, world.manager):
        declare_interest(finding.case, interest=Interest.NONE, by=one)
    recommendation = a_review(world, finding.text).recommendations.get()
    assert offered_for(recommendation, world.chair) == [finding]
    link_finding(recommendation, finding, by=world.chair)
    assert seen_in_practice(recommendation, world.manager)[0].findings == (finding,)
    declare_interest(finding.case, interest=Interest.HELD, by=world.manager)
    (seen,) = seen_in_practice(recommendation, world.manager)
    assert (seen.cases, seen.findings) == (1, ())
    unlink_finding(recommendation, finding, by=world.chair)
    assert offered_for(recommendation, world.manager) == []


def test_what_was_done_about_it_stands_with_what_was_said_before(world, sign_in):
    neglect_2(world)
    finding = said_before(TOOL, world.chair)[0].finding
    finding = Finding.objects.select_related("audit", "case__audit", "case__nomination").get(pk=finding.pk)
    action = make_action(
        finding, change="Everybody is trained in the tool.", accountable=world.lead, agency=world.health,
        due_on=working_days_from(today(), 20), success="Used in each case.", measure="Cases with the tool.",
        baseline="1 of 5.", by=world.chair,
    )  # fmt: skip
    found = {one.finding: one.actions for one in said_before(TOOL, world.chair)}
    assert found[finding] == (action,)
    assert all(one.actions == () for one in said_before(TOOL, world.auditor))  # who sees no action of it
    page = sign_in(world.chair).post(reverse("learning"), {"text": TOOL}).content.decode()
    assert "Everybody is trained in the tool." in page


def test_only_the_manager_keeps_the_register(world):
    with pytest.raises(Refused) as refused:
        record_review(
            kind=ReviewKind.SCR, title="T", year=2020, published_by="P", link="", recommendations=["R"], by=world.chair
        )
    assert refused.value.code == "not-the-manager"
    assert not Review.objects.exists()


SAID = {"kind": ReviewKind.SCR, "title": "T", "year": 2020, "published_by": "P", "link": ""}


def test_a_review_is_put_right_and_what_is_linked_to_it_stays(world, sign_in):
    audit = neglect_2(world)
    review = a_review(world, "Use the tool.", "Ask each child.")
    _, second = review.recommendations.all()
    finding = Finding.objects.select_related("audit", "case").filter(audit=audit).first()
    link_finding(second, finding, by=world.manager)
    edit_review(
        review, **SAID, recommendations=["Use it well.", "Ask each child.", "See them."], version=1, by=world.manager
    )
    assert [one.words for one in review.recommendations.all()] == ["Use it well.", "Ask each child.", "See them."]
    assert second.seen.count() == 1
    with pytest.raises(Refused) as refused:
        edit_review(review, **SAID, recommendations=["Use it well."], version=None, by=world.manager)
    assert refused.value.code == "still-seen"
    edit_review(review, **SAID, recommendations=["Use it well.", "Ask each child."], version=None, by=world.manager)
    assert review.recommendations.count() == 2
    with pytest.raises(Refused) as refused:
        edit_review(review, **SAID, recommendations=["R"], version=None, by=world.chair)
    assert refused.value.code == "not-the-manager"


def test_a_link_stays_with_the_words_it_was_made_for(world):
    audit = neglect_2(world)
    review = a_review(world, "Use the tool.", "Ask each child.", "See them.")
    _, _, third = review.recommendations.all()
    finding = Finding.objects.select_related("audit", "case").filter(audit=audit).first()
    link_finding(third, finding, by=world.manager)

    def edit(*words):
        edit_review(review, **SAID, recommendations=words, version=None, by=world.manager)
        return [(one.number, one.words, one.seen.count()) for one in review.recommendations.all()]

    assert edit("Use the tool.", "See them.") == [(1, "Use the tool.", 0), (2, "See them.", 1)]
    assert edit("See them.", "New.", "Use the tool.") == [(1, "See them.", 1), (2, "New.", 0), (3, "Use the tool.", 0)]
    for words in (["New.", "Use the tool."], ["Another.", "Other.", "Use the tool."]):
        with pytest.raises(Refused) as refused:
            edit(*words)
        assert refused.value.code == "still-seen"
    assert edit("See each.", "New.", "Use the tool.")[0] == (1, "See each.", 1)


def test_a_review_that_is_struck_off_stays_with_the_reason_and_is_changed_and_linked_no_more(world, sign_in):
    audit = neglect_2(world)
    review = a_review(world)
    strike_review(review, because="It stands there twice.", version=None, by=world.manager)
    client = sign_in(world.chair)
    page = client.get(reverse("review", kwargs={"review": review.public_id})).content.decode()
    assert "It stands there twice." in page
    assert "Struck off the register." in client.get(reverse("reviews")).content.decode()
    finding = Finding.objects.select_related("audit", "case").filter(audit=audit).first()
    for do in (
        lambda: edit_review(review, **SAID, recommendations=["R"], version=None, by=world.manager),
        lambda: link_finding(review.recommendations.get(), finding, by=world.manager),
    ):
        with pytest.raises(Refused) as refused:
            do()
        assert refused.value.code == "struck-off"


@step
def third_round(world):
    """An audit after “Neglect 2” that says again what that said of the first tool, and something new."""
    earlier = neglect_2(world)
    again = earlier.findings.filter(text__icontains="graded care profile").exclude(heading=Heading.WENT_WELL).first()
    audit = world.panel_opened(2)
    for case, text in zip(audit.cases.select_related("hearing"), (again.text, "Quokkas were counted."), strict=True):
        case.audit = audit
        world.hear(case, Heading.CAN_BE_IMPROVED, text)
    close_panel(audit, by=world.chair)
    return audit, again


def test_what_recurs_is_found_and_counted_by_theme_and_agency(world):
    audit, again = third_round(world)
    compare_findings(audit, by=world.chair)
    found = recurrence_of(audit, world.chair, suppressed=False)
    assert (found.whole.before, found.whole.of) == (1, 2)
    assert found.recurring[0].earlier.text == again.text
    assert found.agencies == [Row("Health", 1, 2)]
    assert [one.called for one in found.years] == ["Year not on record"]
    assert recurrence_of(audit, world.chair, suppressed=True).whole.before is Hidden.FEW


def test_a_shredded_case_keeps_both_comparisons(world):
    audit, again = third_round(world)
    compare_findings(audit, by=world.chair)
    case = audit.cases.select_related("audit", "nomination").get(number=1)
    Audit.objects.filter(pk=audit.pk).update(stage="published")
    case.audit.refresh_from_db()
    destroy_case(case, reason=DestructionReason.ASKED, by=world.manager)
    kept = recurrence_of(audit, world.chair, suppressed=False)
    assert (kept.whole.before, kept.recurring[0].earlier.text) == (1, again.text)
    compare_findings(audit, by=world.chair)
    assert recurrence_of(audit, world.chair, suppressed=False).whole == kept.whole


def test_what_every_finding_says_word_for_word_was_said_before_though_no_word_of_it_is_rare(world):
    earlier = neglect_2(world)
    Finding.objects.filter(audit=earlier, heading=Heading.CAN_BE_IMPROVED).update(text="The plan drifts.")
    keep_terms(Finding.objects.filter(audit=earlier).select_related("audit"))
    audit = world.panel_opened(1)
    case = audit.cases.select_related("hearing").get()
    case.audit = audit
    world.hear(case, Heading.CAN_BE_IMPROVED, "The  plan drifts")
    close_panel(audit, by=world.chair)
    compare_findings(audit, by=world.chair)
    assert recurrence_of(audit, world.chair, suppressed=False).whole == Row("All findings", 1, 1)


def test_the_first_audit_of_all_cannot_be_compared(world):
    audit = world.panel_closed(1)
    compare_findings(audit, by=world.manager)
    assert recurrence_of(audit, world.chair, suppressed=False).whole.before is None
    assert may_compare_findings(world.member, audit).code == "not-yours"
    assert may_read_recurrence(world.auditor, audit).code == "not-published"


def test_a_number_that_is_hidden_is_not_given_away_by_the_rest():
    rows = _without_small([Row("A", 9, 12), Row("B", 2, 20), Row("C", None, 7)])
    assert [one.before for one in rows][1:] == [Hidden.FEW, None]


def test_the_page_of_what_recurs_asks_as_often_for_many_findings_as_for_one(world, sign_in):
    audit, _ = third_round(world)
    client = sign_in(world.chair)
    address = reverse("recurrence", kwargs={"audit": audit.slug})

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    compare_findings(audit, by=world.chair)
    queries()  # the first page of a browser asks more
    few = queries()
    first = audit.findings.order_by("position").first()
    Finding.objects.bulk_create(
        Finding(audit=audit, case=first.case, heading=first.heading, position=number, text=first.text,
                recorded_by=world.chair)
        for number in range(100, 150)
    )  # fmt: skip
    compare_findings(audit, by=world.chair)
    assert queries() == few


def test_findings_are_compared_in_as_many_queries_for_fifty_as_for_one(world):
    audit, _ = third_round(world)
    texts = list(Finding.objects.exclude(audit=audit).values_list("text", flat=True))[:50]
    audit.findings.order_by("position").last().delete()

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            compare_findings(audit, by=world.chair)
        return len(asked)

    queries()
    few = queries()
    first = audit.findings.get()
    more = Finding.objects.bulk_create(
        Finding(audit=audit, case=first.case, heading=first.heading, position=number, text=text,
                recorded_by=world.chair)
        for number, text in enumerate(texts, 100)
    )  # fmt: skip
    keep_terms(more)
    assert len(more) > 40
    assert queries() == few
    assert recurrence_of(audit, world.chair, suppressed=False).whole.before > 30


def test_a_team_records_that_it_talked_and_the_manager_sees_who_never_did(world, sign_in):
    briefing = world.published()
    address = reverse("discussed", kwargs={"audit": briefing.audit.slug})
    day = today()
    sent = {"team": "East", "people": "9", "change": "We ask each child.", "discussed_on-day": day.day,
            "discussed_on-month": day.month, "discussed_on-year": day.year, "once": "a" * 32}  # fmt: skip
    assert sign_in(world.auditor).post(address, sent).status_code == 302
    uses, briefings, of_none = uses_of(world.manager)
    assert (briefings, of_none) == (1, 0)
    assert [(one.agency.name, one.briefings, one.people) for one in uses] == [
        ("Health", 1, 9), ("Police", 0, 0), ("School", 0, 0),
    ]  # fmt: skip
    assert "Never" in sign_in(world.manager).get(reverse("used")).content.decode()
    assert not Discussion.objects.visible_to(world.police_lead).exists()


def test_a_discussion_is_of_a_day_since_the_briefing_and_of_a_published_one_only(world):
    briefing = world.published()
    with pytest.raises(Refused) as refused:
        record_discussion(
            briefing, team="T", discussed_on=today() + dt.timedelta(days=1), people=1, change="C", by=world.auditor
        )
    assert refused.value.code == "no-such-day"
    Briefing.objects.filter(pk=briefing.pk).update(stage="drafted")
    with pytest.raises(Briefing.DoesNotExist):
        record_discussion(briefing, team="T", discussed_on=today(), people=1, change="C", by=world.auditor)
