"""What a finding rests on in the returns: taken with a point that they offer, or named by the numbers of questions."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from maca.audits.queries import agency_questions
from maca.journal.models import Entry
from maca.panel.models import Finding, PanelLine
from maca.panel.operations import change_finding, change_line, introduce_case, open_panel, record_finding
from maca.panel.queries import Column, find_hearing
from maca.returns.operations import save_answer, submit_return
from tests.panel.test_lines import WELL, address
from tests.panel.test_panel import first_case
from tests.returns.test_returns import BLANK, asking
from tests.steps import step


@pytest.fixture
@step
def hearing(world):
    """A case of which health and a school have said what went well, and contradicted one another on question 4."""
    audit = world.circulated(1)
    for agency, by, choice in (("health", "auditor", "yes"), ("school", "school_auditor", "no")):
        one = world.answer_all(world.return_of(audit, agency))
        said_so = {**BLANK, "choice": choice, "how_known": "By the file."}
        save_answer(asking(world, audit, 4, agency, by=by), **said_so, version=None, by=world.people[by])
        submit_return(one, delegated_by="The lead", version=None, by=world.people[by])
    open_panel(audit, by=world.chair)
    introduce_case(
        first_case(audit).hearing, introduced_by=world.social_worker, partners=[], version=None, by=world.chair
    )
    return find_hearing(world.chair, audit.slug, 1)


def rests_on(finding: Finding) -> list[str]:
    return [str(one) for one in finding.answers.all()]


def column_of(page: str, heading: str) -> str:
    return page.split(f'id="{heading}"')[1].split("</section>")[0]


def take(client, hearing, heading: str) -> PanelLine:
    """Take the first point that is offered under a heading, as the page's own form sends it."""
    page = client.get(address("hearing", hearing)).content.decode()
    found = re.search(r"<form[^>]*data-offer.*?</form>", column_of(page, heading), re.DOTALL)[0]
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', found))
    assert client.post(address("write-line", hearing, heading=heading), sent).status_code == 302
    return PanelLine.objects.order_by("-place")[0]


@pytest.mark.parametrize(("heading", "words"), [("went_well", "{number} (Health)"), ("challenge_or_theme", "4")])
def test_what_a_finding_rests_on_comes_with_the_point_that_it_was_made_of(world, hearing, sign_in, heading, words):
    number = next(one.number for one in agency_questions(hearing.case.audit) if one.heading == "went_well")
    client = sign_in(world.chair)
    line = take(client, hearing, heading)
    page = f"{address('record-finding', hearing, heading=heading)}?line={line.public_id}"
    box = re.search(r'<input[^>]*name="answers"[^>]*>', client.get(page).content.decode())[0]
    said = re.search(r'value="([^"]*)"', box)[1]
    assert client.post(page, {"text": "They met.", "answers": said, "once": "a" * 32}).status_code == 302
    assert rests_on(Finding.objects.get()) == [f"question {words.format(number=number)}"]
    shown = column_of(client.get(address("hearing", hearing)).content.decode(), heading)
    assert f"report/#question-{number if heading == 'went_well' else 4}" in shown
    assert Entry.objects.get(did="recorded a finding").details["answers"] == [line.question.number]


def test_the_questions_are_named_by_their_numbers_and_corrected_on_the_findings_own_page(world, hearing, sign_in):
    client = sign_in(world.chair)
    new = address("record-finding", hearing, heading="went_well")
    assert client.post(new, {"text": "They met.", "answers": "4, 2 4", "once": "a" * 32}).status_code == 302
    finding = Finding.objects.get()
    assert rests_on(finding) == ["question 2", "question 4"]
    page = reverse("change-finding", kwargs={"audit": hearing.case.audit.slug, "finding": finding.public_id})
    form = client.get(page).content.decode()
    assert 'value="2, 4"' in form
    sent = {"text": "They met.", "answers": "4", "version": "1", "once": "b" * 32}
    assert client.post(page, sent).status_code == 302
    assert rests_on(finding) == ["question 4"]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("3; 4", "Write the numbers of the questions with a comma between, for example 3, 14"),
        ("four", "Write the numbers of the questions with a comma between, for example 3, 14"),
        ("4, 99", "No question has the number 99. The agencies were asked 1 to"),
        ("٤", "Write the numbers of the questions with a comma between, for example 3, 14"),
    ],
)
def test_what_is_no_number_of_a_question_comes_back_as_it_was_typed(world, hearing, sign_in, typed, told):
    page = address("record-finding", hearing, heading="went_well")
    answer = sign_in(world.chair).post(page, {"text": "They met.", "answers": typed, "once": "a" * 32})
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert told in shown
    assert f'value="{typed}"' in shown
    assert "They met." in shown
    assert not Finding.objects.exists()


def test_looking_for_the_same_keeps_what_was_typed(world, hearing, sign_in):
    page = address("record-finding", hearing, heading="went_well")
    shown = sign_in(world.chair).post(page, {"text": "They met.", "answers": "4", "look": "yes"}).content.decode()
    assert re.search(r'<input[^>]*name="answers"[^>]*value="4"', shown)


def test_a_change_that_keeps_a_question_keeps_whose_answer_it_was(world, hearing, sign_in):
    line = take(sign_in(world.chair), hearing, "went_well")
    column = Column(hearing.case.audit, hearing.case, WELL)
    other = agency_questions(hearing.case.audit)[0]
    finding = record_finding(
        column, text="They met.", agencies=[], line=line, answers=[line.question, other], by=world.chair
    )
    both = [f"question {other.number}", f"question {line.question.number} (Health)"]
    assert rests_on(finding) == both
    change_finding(finding, text="They met.", agencies=[], answers=[line.question, other], version=None, by=world.chair)
    assert rests_on(finding) == both


@pytest.mark.parametrize(
    ("question", "agency", "kept"),
    [
        ("4", "health", True), ("4", "", True), ("4", "police", False), ("99", "", False), ("x", "", False),
        ("٤", "", False), ("99999999999999999999", "", False),
    ],
)  # fmt: skip
def test_a_line_keeps_the_question_that_its_agency_has_answered(world, hearing, sign_in, question, agency, kept):
    sent = {"words": "One", "sent": "a" * 32, "question": question, "agency": agency}
    assert sign_in(world.chair).post(address("write-line", hearing, heading="went_well"), sent).status_code == 302
    assert (PanelLine.objects.get().question is not None) == kept


def test_what_another_agency_says_rests_on_no_answer_of_the_first(world, hearing, sign_in):
    line = take(sign_in(world.chair), hearing, "went_well")
    said = {"words": line.public_id, "in_own_record": False, "version": None, "by": world.chair}
    change_line(line, agency=line.agency, **said)
    line.refresh_from_db()
    assert line.question is not None
    change_line(line, agency=world.agencies["police"], **said)
    line.refresh_from_db()
    assert line.question is None


def test_every_question_can_be_named_and_what_was_recorded_can_be_changed(world, hearing, sign_in):
    client, asked = sign_in(world.chair), agency_questions(hearing.case.audit)
    new = address("record-finding", hearing, heading="went_well")
    numbers = " ".join(str(one.number) for one in asked)
    assert client.post(new, {"text": "They met.", "answers": numbers, "once": "a" * 32}).status_code == 302
    finding = Finding.objects.get()
    page = reverse("change-finding", kwargs={"audit": hearing.case.audit.slug, "finding": finding.public_id})
    shown = re.search(r'name="answers"[^>]*value="([^"]*)"', client.get(page).content.decode())[1]
    sent = {"text": "They met again.", "answers": shown, "version": "1", "once": "b" * 32}
    assert client.post(page, sent).status_code == 302
    assert finding.answers.count() == len(asked)


def test_the_page_asks_as_often_for_many_answers_as_for_one(world, hearing, sign_in):
    client, asked = sign_in(world.chair), agency_questions(hearing.case.audit)
    column = Column(hearing.case.audit, hearing.case, WELL)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(address("hearing", hearing)).status_code == 200
        return len(found)

    record_finding(column, text="They met.", agencies=[], answers=asked[:1], by=world.chair)
    queries()  # what a first look fetches, and a second does not
    first = queries()
    for number in range(4):
        record_finding(column, text=f"They met {number}.", agencies=[], answers=asked, by=world.chair)
    assert queries() == first
