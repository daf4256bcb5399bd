"""The report is introduced, issued in versions that stay as they are, and says what has changed since."""

import datetime as dt
import html
import io

import docx
import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from maca.journal.models import Entry
from maca.kernel.paper import Paper, Part
from maca.kernel.verdict import Refused
from maca.kernel.versions import Changed
from maca.panel.operations import close_panel
from maca.returns.models import ReportIntroduction, ReportVersion
from maca.returns.operations import (
    copy_report,
    introduce_report,
    issue_report,
    read_report_since,
    read_report_version,
    submit_return,
)
from maca.returns.report_on_paper import on_paper
from maca.returns.report_versions import Standing, changes, packed, unpacked
from tests.returns.test_copy import anything as any_text
from tests.returns.test_copy import paragraphs, words_of_pdf

pytestmark = pytest.mark.django_db


def a_case(world):
    audit = world.circulated(1)
    return audit.cases.select_related("audit", "nomination").get()


def handed_in(world, audit):
    one = world.answer_all(world.return_of(audit))
    submit_return(one, delegated_by="", version=None, by=world.lead)


def test_a_version_stays_as_it_was_and_the_page_says_what_has_changed_since(world):
    case = a_case(world)
    introduce_report(case, words="Read the chronology first.", version=1, by=world.manager)
    first = issue_report(case, by=world.manager)
    handed_in(world, case.audit)
    _, issued, since = read_report_since(case, by=world.manager)
    assert [one.number for one in issued] == [1]
    asked = f"Who was asked, and what came back: {world.health.name}"
    health = next(change for change in since if change.heading == asked)
    assert any("Handed in" in line for line in health.came)
    assert any(line.startswith("Not") or "Asked" in line or "Waiting" in line for line in health.gone), health.gone
    assert any(change.heading.startswith("Every answer, question by question: Question 1.") for change in since)
    then = read_report_version(first, by=world.chair)
    assert then.parts[0] == Part("Introduction", ("Read the chronology first.",))
    assert not any(part.heading.startswith("Question 1.") for part in then.parts)
    second = issue_report(case, by=world.chair)
    assert second.number == 2
    assert read_report_since(case, by=world.manager)[2] == []
    assert read_report_version(first, by=world.chair) == then


def test_what_has_not_changed_is_not_issued_again(world):
    case = a_case(world)
    issue_report(case, by=world.manager)
    with pytest.raises(Refused) as refused:
        issue_report(case, by=world.manager)
    assert refused.value.code == "nothing-new"
    assert "version 1" in refused.value.sentence
    assert ReportVersion.objects.count() == 1


def test_two_who_introduce_at_once_do_not_overwrite_each_other(world):
    case = a_case(world)
    introduce_report(case, words="Mine.", version=1, by=world.manager)
    with pytest.raises(Changed):
        introduce_report(case, words="Theirs.", version=1, by=world.chair)
    assert introduce_report(case, words="Both.", version=2, by=world.chair).version == 3


@pytest.mark.parametrize("who", ["member", "lead", "auditor", "scrutineer", "social_worker", "panel_member"])
def test_only_the_business_manager_and_the_chair_introduce_and_issue(world, who):
    case = a_case(world)
    for act in (lambda by: introduce_report(case, words="W", version=1, by=by), lambda by: issue_report(case, by=by)):
        with pytest.raises(Refused):
            act(world.people[who])
    assert not ReportVersion.objects.exists()
    assert not ReportIntroduction.objects.exists()
    assert issue_report(case, by=world.chair)  # the control


def test_once_the_panel_has_closed_the_report_stands(world):
    audit = world.panel_opened(1)
    case = audit.cases.select_related("audit", "nomination", "hearing").get()
    assert issue_report(case, by=world.manager).number == 1
    world.hear(case)
    close_panel(audit, by=world.chair)
    for act in (
        lambda: introduce_report(case, words="W", version=1, by=world.manager),
        lambda: issue_report(case, by=world.chair),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "panel-closed"


def test_before_circulation_there_is_nothing_to_issue(world):
    case = world.selected(1).cases.select_related("audit", "nomination").get()
    with pytest.raises(Refused) as refused:
        issue_report(case, by=world.manager)
    assert refused.value.code == "not-circulated"


def test_each_version_and_each_reading_of_one_is_on_record_and_neither_holds_its_words(world):
    case = a_case(world)
    introduce_report(case, words="Zqintroduction", version=1, by=world.manager)
    read_report_version(issue_report(case, by=world.manager), by=world.chair)
    said = [(one.did, one.details.get("version")) for one in Entry.objects.order_by("number")]
    assert ("introduced a report", 2) in said
    assert ("issued a report", 1) in said
    assert ("read a report", 1) in said
    assert not any("Zqintroduction" in str(one.details) for one in Entry.objects.all())
    assert b"Zqintroduction" not in bytes(ReportVersion.objects.get().paper)


def test_the_page_shows_versions_and_issues_the_next(world, sign_in):
    case = a_case(world)
    client, path = sign_in(world.manager), f"/audits/{case.audit.slug}/cases/1/report/"
    page = client.get(path).content.decode()
    assert "It has not been issued yet" in page
    issue_report(case, by=world.manager)
    page = client.get(path).content.decode()
    assert "Nothing has changed since version 1." in page
    assert "Issue version 2" not in page
    introduce_report(case, words="Read the chronology first.", version=1, by=world.manager)
    page = client.get(path).content.decode()
    assert "Issue version 2 to the panel" in page
    assert "<ins>Read the chronology first.</ins>" in page
    then = client.get(f"{path}versions/1/")
    assert "This is how it stood then." in then.content.decode()
    assert "Read the chronology first." not in then.content.decode()
    assert client.get(f"{path}versions/2/").status_code == 404
    other = sign_in(world.scrutineer).get(path).content.decode()
    assert "Issue version 2" not in other


# ---- which version it is

THIRD, LATER = dt.date(2026, 6, 3), dt.date(2026, 11, 27)


@pytest.mark.parametrize(
    ("stands", "says"),
    [
        (Standing(LATER), "Not issued yet: as it stood on 27 November 2026"),
        (Standing(LATER, 2, THIRD), "Version 2, issued 3 June 2026"),
        (
            Standing(LATER, 2, THIRD, has_changed=True),
            "Changed since version 2 of 3 June 2026: as it stood on 27 November 2026",
        ),
    ],
)
def test_a_report_says_which_version_it_is_or_of_which_day(stands, says):
    assert stands.says == says


def test_page_word_and_pdf_say_which_version_it_is(world, sign_in, monkeypatch):
    case = a_case(world)
    path = f"/audits/{case.audit.slug}/cases/1/report"

    def on(day: int) -> None:
        monkeypatch.setattr(timezone, "now", lambda: dt.datetime(2026, 6, day, 22, 30, tzinfo=dt.UTC))

    def says(sentence: str) -> None:
        client = sign_in(world.manager)  # on this day
        assert f">{sentence}</p>" in html.unescape(client.get(f"{path}/").content.decode())
        word, pdf = client.get(f"{path}.docx").content, client.get(f"{path}.pdf").content
        assert paragraphs(word)[2] == sentence, "below the title"
        assert docx.Document(io.BytesIO(word)).sections[0].footer.paragraphs[0].text.split("\t")[0].endswith(sentence)
        assert words_of_pdf(pdf).count(sentence) >= 2, "on the first page and at the foot of it"

    on(1)
    says("Not issued yet: as it stood on 1 June 2026")
    issue_report(case, by=world.manager)
    on(2)
    says("Version 1, issued 1 June 2026")
    introduce_report(case, words="Read the chronology first.", version=1, by=world.manager)
    says("Changed since version 1 of 1 June 2026: as it stood on 2 June 2026")
    issue_report(case, by=world.manager)
    says("Version 2, issued 2 June 2026")


def test_of_which_day_it_is_drawn_is_no_change_of_the_report(world):
    case = a_case(world)
    kept = read_report_version(issue_report(case, by=world.manager), by=world.manager)
    copied = on_paper(copy_report(case, kind="pdf", by=world.manager), title=case.audit.title)
    assert copied.stands
    assert copied.stands in copied.foot
    assert kept.stands == ""
    assert changes(kept, copied) == []


# ---- comparing


def paper(*parts: Part) -> Paper:
    return Paper("T", "A", "F", parts)


def test_changes_are_told_part_by_part():
    before = paper(Part("A", ("one", "two")), Part("B", points=("x",)), Part("Gone", ("g",)), Part("Same", ("s",)))
    now = paper(Part("New", ("n",)), Part("A", ("two", "three")), Part("B", points=("x", "x")), Part("Same", ("s",)))
    found = {one.heading: (one.came, one.gone) for one in changes(before, now)}
    assert found == {"New": (("n",), ()), "A": (("three",), ("one",)), "B": (("x",), ()), "Gone": ((), ("g",))}
    assert [one.heading for one in changes(before, now)][-1] == "Gone"


def test_a_part_is_compared_with_the_one_below_the_same_heading():
    before = paper(Part("Asked"), Part("Health", ("came",), level=2), Part("Said"), Part("Health", ("x",), level=2))
    now = paper(Part("Asked"), Part("Health", ("came",), level=2), Part("Said"), Part("Health", ("y",), level=2))
    assert [(one.heading, one.came, one.gone) for one in changes(before, now)] == [("Said: Health", ("y",), ("x",))]
    without = paper(Part("Asked"), Part("Said"), Part("Health", ("x",), level=2))
    assert [one.heading for one in changes(before, without)] == ["Asked: Health"]


def test_a_version_that_was_kept_before_parts_had_levels_is_read():
    kept = '{"title": "T", "about": "A", "footer": "F", "parts": [{"heading": "H", "lines": ["l"], "points": []}]}'
    assert unpacked(kept) == paper(Part("H", ("l",)))


def test_parts_headed_alike_are_told_apart():
    two = paper(Part("A practitioner", ("one",)), Part("A practitioner", ("two",)))
    assert [(one.came, one.gone) for one in changes(paper(Part("A practitioner", ("one",))), two)] == [(("two",), ())]


lines = st.lists(any_text, max_size=4).map(tuple)
some_parts = st.builds(Part, any_text, lines, lines, st.integers(1, 3))
papers = st.builds(Paper, any_text, any_text, any_text, st.lists(some_parts, max_size=4).map(tuple))


@given(papers)
def test_any_paper_comes_back_as_it_was_packed_and_has_not_changed(one):
    assert unpacked(packed(one)) == one
    assert changes(one, one) == []


@given(papers, papers)
def test_what_came_one_way_is_gone_the_other(one, other):
    there = {(change.heading, change.came, change.gone) for change in changes(one, other)}
    assert there == {(change.heading, change.gone, change.came) for change in changes(other, one)}
