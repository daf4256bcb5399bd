"""The overview report on the site: counted from the record, fixed when a draft is sent, released with it."""

import pytest
from django.urls import reverse

from maca.briefing import rules
from maca.briefing.models import Briefing, PublishedFile
from maca.briefing.operations import (
    approve_briefing,
    draft_briefing,
    edit_theme_and_cases,
    import_briefing,
    publish_briefing,
    read_overview,
    send_briefing,
    take_back_briefing,
)
from maca.briefing.overview import Counts
from maca.briefing.printing import SHEET_FORMATS, overview_in
from maca.briefing.reading import read_briefing
from maca.journal.models import Entry
from maca.kernel.inspecting import inspect
from maca.kernel.verdict import Refused
from maca.panel.operations import close_panel, open_panel
from maca.returns.models import AgencyReturn, DeclineReason
from maca.returns.operations import decline_return
from maca.returns.stages import ReturnStage
from tests.briefing.test_release import SEED
from tests.makers import keep_all, with_a_grade
from tests.steps import step

pytestmark = pytest.mark.django_db


def page_of(briefing, name="overview-report", **more):
    return reverse(name, kwargs={"audit": briefing.audit.slug, **more})


@pytest.fixture
@step
def counted(world):
    """One return handed in with a grade, one declined, and four without a reply; one action was proposed."""
    world.questions = with_a_grade()
    audit = world.circulated()
    world.submitted(world.return_of(audit))
    decline_return(
        world.return_of(audit, case=2), reason=DeclineReason.CAPACITY, words="No.", version=None, by=world.lead
    )  # fmt: skip
    open_panel(audit, by=world.chair)
    for case in audit.cases.select_related("hearing"):
        case.audit = audit
        world.hear(case, text=f"The plan of {case.label} was good.")
    close_panel(audit, by=world.chair)
    briefing = draft_briefing(audit, by=world.manager)
    return read_overview(briefing, by=world.manager)


def test_its_numbers_are_those_of_the_record(counted):
    assert (counted.cases, counted.drawn_from, counted.asked) == (2, 0, 6)
    assert (counted.whole, counted.in_part, counted.not_known, counted.declined, counted.no_reply) == (1, 0, 0, 1, 4)
    assert (counted.late, counted.proposed) == (0, 0)
    assert counted.agencies == (("Health visiting", 1), ("Police", 1), ("School", 1))


def test_the_one_grade_that_was_given_is_not_told(counted):
    assert {row[1] for row in counted.grades} <= {"Fewer than 5", "Not shown"}
    assert {row[2] for row in counted.grades} == {"0"}


def test_what_it_counts_is_opened_only_once_that_is_on_record(world):
    briefing = world.drafted()
    before = Entry.objects.count()
    read_overview(briefing, by=world.scrutineer)
    assert Entry.objects.filter(did="counted for the overview report").count() == 1
    assert Entry.objects.count() == before + 1


def test_what_it_counts_is_fixed_when_the_draft_is_sent_and_free_again_when_it_is_taken_back(world):
    briefing = world.sent()
    kept = Counts.from_json(briefing.counts)
    AgencyReturn.objects.update(stage=ReturnStage.NOT_KNOWN)
    assert read_overview(briefing, by=world.chair) == kept
    assert not Entry.objects.filter(did="counted for the overview report").exists()
    take_back_briefing(briefing, by=world.manager)
    briefing.refresh_from_db()
    assert briefing.counts is None


def test_only_those_who_read_drafts_read_that_of_a_draft(world, sign_in):
    briefing = world.drafted()
    for person, answer in ((world.manager, 200), (world.scrutineer, 200), (world.auditor, 404)):
        assert sign_in(person).get(page_of(briefing)).status_code == answer
    assert rules.may_read_draft(world.auditor, briefing).code == "reads-no-drafts"
    with pytest.raises(Refused):
        read_overview(briefing, by=world.auditor)


def test_it_is_kept_with_the_briefing_and_taken_away_clean_by_everybody(world, sign_in):
    briefing = world.published()
    client = sign_in(world.social_worker)
    for wanted in SHEET_FORMATS:
        answer = client.get(page_of(briefing, "download-overview", format=wanted))
        kept = PublishedFile.objects.get(format=overview_in(wanted))
        assert answer.content == bytes(kept.content)
        assert inspect(answer.content, f"x.{wanted}").faults == ()
    assert client.get(page_of(briefing, "download-overview", format="json")).status_code == 404
    page = client.get(page_of(briefing)).content.decode()
    assert "The plan of Case 1 was good." in page
    assert "Overview report" in client.get(page_of(briefing, "briefing")).content.decode()


def test_a_briefing_that_kept_none_says_so_on_its_page(world, sign_in):
    briefing = world.sent()
    Briefing.objects.filter(pk=briefing.pk).update(counts=None)  # sent before there were overview reports
    briefing.refresh_from_db()
    approve_briefing(briefing, version=None, by=world.chair)
    publish_briefing(briefing, by=world.manager)
    page = sign_in(world.manager).get(page_of(briefing, "briefing")).content.decode()
    assert "There is no overview report of this audit" in page


def test_what_screening_changed_is_not_in_it(world):
    briefing = world.drafted()
    edit_theme_and_cases(briefing, lines=["We looked at neglect."], version=None, by=world.manager)
    keep_all(briefing, by=world.manager)
    send_briefing(briefing, version=None, by=world.manager)
    approve_briefing(briefing, version=None, by=world.chair)
    publish_briefing(briefing, by=world.manager)
    text = bytes(PublishedFile.objects.get(format="overview-txt").content).decode()
    assert "We looked at neglect." in text
    assert "nominate cases." not in text


def test_one_that_was_published_elsewhere_has_none(world, sign_in):
    value = read_briefing(SEED).value
    audit = import_briefing(value, partnership=world.partnership, imported_from="x", by=world.manager)
    client = sign_in(world.manager)
    assert client.get(page_of(audit.briefing)).status_code == 404
    assert "Overview report" not in client.get(page_of(audit.briefing, "briefing")).content.decode()
