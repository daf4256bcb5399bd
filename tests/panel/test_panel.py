import pytest

from maca.audits.models import Heading
from maca.kernel.verdict import Refused
from maca.kernel.versions import Changed
from maca.panel import rules
from maca.panel.forms import FindingForm
from maca.panel.models import Finding
from maca.panel.operations import (
    change_finding,
    close_panel,
    finish_hearing,
    introduce_case,
    open_panel,
    put_back_finding,
    record_finding,
    withdraw_finding,
)
from maca.panel.queries import Column, findings_of
from maca.returns.operations import introduce_report


def first_case(audit):
    return audit.cases.select_related("hearing", "audit").get(number=1)


def test_only_the_chair_opens_the_panel(world):
    audit = world.circulated(1)
    for who, person in world.people.items():
        if who != "chair":
            with pytest.raises(Refused) as refused:
                open_panel(audit, by=person)
            assert refused.value.code == "not-the-chair"
    audit.refresh_from_db()
    assert audit.stage == "circulated"


def test_the_panel_says_how_many_returns_are_missing(world):
    audit = world.circulated(1)
    world.submitted(world.return_of(audit))
    assert rules.what_the_panel_lacks(audit).startswith("2 returns are still out")


def test_a_case_is_introduced_before_anything_is_found(world):
    audit = world.panel_opened(1)
    case = first_case(audit)
    column = Column(audit, case, Heading.WENT_WELL)
    assert rules.may_record_finding(world.chair, column).code == "not-introduced"
    introduce_case(case.hearing, introduced_by=world.social_worker, partners=[], version=None, by=world.chair)
    assert rules.may_record_finding(world.chair, column)
    assert rules.may_record_finding(world.manager, column).code == "not-the-chair"


def test_the_panel_reads_what_was_written_before_the_report(world, sign_in):
    case = first_case(world.panel_opened(1))
    page = f"/audits/{case.audit.slug}/panel/cases/1/"
    heading = "What the agencies said"
    words = "Read the chronology <first>."
    assert "Read the chronology" not in sign_in(world.chair).get(page).content.decode().split(heading)[1]
    introduce_report(case, words=words, version=1, by=world.manager)
    assert "Read the chronology &lt;first&gt;." in sign_in(world.chair).get(page).content.decode().split(heading)[1]


def test_a_case_with_no_finding_cannot_be_closed(world):
    case = first_case(world.panel_opened(1))
    introduce_case(case.hearing, introduced_by=world.social_worker, partners=[], version=None, by=world.chair)
    with pytest.raises(Refused) as refused:
        finish_hearing(case.hearing, by=world.chair)
    assert refused.value.code == "no-findings"


def test_findings_keep_their_order_their_heading_and_their_agencies(world):
    audit = world.panel_opened(1)
    case = first_case(audit)
    introduce_case(
        case.hearing, introduced_by=world.social_worker, partners=[world.health], version=None, by=world.chair
    )
    for text in ("First", "Second"):
        record_finding(Column(audit, case, Heading.CAN_BE_IMPROVED), text=text, agencies=[world.health], by=world.chair)
    record_finding(Column(audit, None, Heading.GOOD_PRACTICE), text="Good", agencies=[], by=world.chair)
    found = findings_of(case)
    assert [finding.text for finding in found[Heading.CAN_BE_IMPROVED]] == ["First", "Second"]
    assert found[Heading.CAN_BE_IMPROVED][0].agencies.get() == world.health
    assert Finding.objects.get(heading=Heading.GOOD_PRACTICE).case is None


def test_a_withdrawn_finding_is_kept_and_can_be_put_back(world):
    audit = world.panel_opened(1)
    finding = world.hear(first_case(audit))
    withdraw_finding(finding, by=world.chair)
    assert not Finding.objects.standing().exists()
    put_back_finding(finding, by=world.chair)
    assert Finding.objects.standing().get().text == "The plan was good."


def test_two_people_cannot_overwrite_each_others_wording(world):
    finding = world.hear(first_case(world.panel_opened(1)))
    change_finding(finding, text="First", agencies=[], version=1, by=world.chair)
    with pytest.raises(Changed):
        change_finding(Finding.objects.get(), text="Second", agencies=[], version=1, by=world.chair)
    assert Finding.objects.get().text == "First"


def test_the_panel_closes_when_every_case_has_been_heard(world):
    audit = world.panel_opened(2)
    world.hear(first_case(audit))
    with pytest.raises(Refused) as refused:
        close_panel(audit, by=world.chair)
    assert refused.value.sentence == "1 case has not been heard yet."
    world.hear(audit.cases.select_related("hearing", "audit").get(number=2))
    close_panel(audit, by=world.chair)
    assert rules.may_change_finding(world.chair, Finding.objects.first()).code == "panel-not-open"


def test_a_panel_does_not_close_over_a_case_whose_findings_were_all_withdrawn(world):
    audit = world.panel_opened(1)
    withdraw_finding(world.hear(first_case(audit)), by=world.chair)
    assert rules.may_close_panel(world.chair, audit).sentence == "No finding stands on Case 1."


def test_what_is_to_be_published_holds_nothing_that_turns_letters_round(world):
    form = FindingForm({"text": "The plan was \u202edoog."}, agencies=[])
    assert not form.is_valid()
    assert "The finding holds a character that nobody sees" in str(form.errors["text"])
    assert FindingForm({"text": "The plan was good.\nSeen monthly."}, agencies=[]).is_valid()
