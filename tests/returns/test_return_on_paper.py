"""A form on paper on the pages: downloaded, sent in, looked at beside what is there, and taken when confirmed."""

import io
import re
import tempfile
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from docx import Document

from maca.audits.models import Question
from maca.journal.models import Entry
from maca.kernel.ids import new_public_id
from maca.kernel.verdict import Refused
from maca.returns import rules
from maca.returns.on_paper import as_excel, as_word
from maca.returns.on_paper.reading import read_bytes
from maca.returns.operations import (
    decline_return,
    describe_engagement,
    fill_form,
    read_return,
    save_answer,
    say_known,
    say_not_known,
    take_form,
)
from maca.returns.paper import TakenAnswer, form_of
from maca.returns.queries import find_asking
from tests.documents.paper import edited, fill, tick
from tests.makers import World
from tests.steps import step

pytestmark = pytest.mark.django_db
BLANK = {"choice": "", "how_known": "", "points": ""}


@pytest.fixture
@step
def audit(world: World):
    return world.circulated(2)


def at(audit, page="", case=1, agency="health"):
    return f"/audits/{audit.slug}/cases/{case}/returns/{agency}/{page}"


def a_form(world, audit, edit, **which):
    return edited(as_word.write(form_of(world.return_of(audit, **which))), edit)


def filled(body):
    tick(body, "known", "yes")
    fill(body, "now", "Seen weekly.", "And at home.")
    tick(body, "q1", "no")
    fill(body, "q1", "Not in the record.")
    fill(body, "q6", "One", "Two")


def send(client, audit, data, name="form.docx", **which):
    values = {"file": SimpleUploadedFile(name, data), "once": new_public_id()}
    return client.post(at(audit, "paper/", **which), values)


def fields(response):
    """What the form that confirms would send as it stands."""
    page = response.content.decode()
    form = page[page.index("paper/take/") :]
    hidden = re.findall(r'<input type="hidden" name="([^"]+)"(?: id="[^"]*")? value="([^"]*)"', form)
    sent: dict[str, list[str]] = {}
    for name, value in hidden:
        sent.setdefault(name, []).append(unescape(value))
    sent["take"] = re.findall(r'name="take" type="checkbox" value="([^"]+)" checked', form)
    return sent


def said(world, audit, **which):
    one = world.return_of(audit, **which)
    by = world.auditor
    answers, _ = read_return(one, by=by)
    numbers = {question.pk: question.number for question in Question.objects.filter(audit=audit)}
    return one, {numbers[pk]: (str(a.choice), str(a.how_known or a.points)) for pk, a in answers.items()}


@pytest.mark.parametrize(("office", "opens"), [("docx", b"word/document.xml"), ("xlsx", b"xl/workbook.xml")])
def test_the_manager_gets_an_empty_form_and_the_agency_its_own_words(world, audit, sign_in, office, opens):
    world.answer_all(world.return_of(audit))
    forms = {}
    for who in ("manager", "auditor", "lead"):
        response = sign_in(world.people[who]).get(at(audit, f"form.{office}"))
        assert response.headers["Content-Disposition"] == f'attachment; filename="neglect-9-case-1-health.{office}"'
        assert opens in response.content
        forms[who] = read_bytes(response.content)
    assert all(box.is_empty for box in forms["manager"].boxes)
    assert forms["auditor"].box("q1").words == forms["lead"].box("q1").words == "In the record."
    assert forms["auditor"].box("now").words == "Seen monthly."
    made = Entry.objects.filter(did="made a return form").count()
    read = Entry.objects.filter(did="read a return", details__part=f"form in {office}").count()
    assert (made, read) == (3, 2)


def test_there_is_no_form_in_another_format(world, audit, sign_in):
    assert sign_in(world.manager).get(at(audit, "form.pdf")).status_code == 404


@pytest.mark.parametrize("who", ["manager", "auditor"])
def test_what_was_filled_in_is_taken_when_it_is_confirmed_and_not_before(world, audit, sign_in, who):
    client = sign_in(world.people[who])
    looked = send(client, audit, a_form(world, audit, filled))
    assert looked.status_code == 200
    assert "Seen weekly.\nAnd at home." in unescape(looked.content.decode())
    assert said(world, audit)[1] == {}
    sent = fields(looked)
    assert sent["take"] == ["known", "now", "q1", "q6"]
    taken = client.post(at(audit, "paper/take/"), sent)
    assert taken.headers["Location"] == at(audit)
    one, answers = said(world, audit)
    assert (one.stage, str(one.engagement_before), str(one.engagement_now)) == (
        "started", "", "Seen weekly.\nAnd at home.",
    )  # fmt: skip
    assert answers == {1: ("no", "Not in the record."), 6: ("", "One\nTwo")}
    entered = "entered a form on behalf of an agency"
    assert Entry.objects.filter(did=entered).count() == (who == "manager")
    page = sign_in(world.auditor).get(at(audit)).content.decode()
    assert ("Entered from a form on paper by Manager" in page) == (who == "manager")
    # Sent twice, it has one effect.
    before = Entry.objects.count()
    assert client.post(at(audit, "paper/take/"), sent).headers["Location"] == at(audit)
    assert Entry.objects.count() == before


def test_the_same_in_excel(world, audit, sign_in):
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(as_excel.write(form_of(world.return_of(audit)))))
    sheet = book.active
    rows = {str(sheet.cell(row, 1).value).partition("-")[0]: row for row in range(1, sheet.max_row + 1)}
    sheet.cell(rows["q1"], 3).value, sheet.cell(rows["q1"], 4).value = "Partly", "=1+1 is two"
    saved = io.BytesIO()
    sheet.cell(rows["q1"], 4).data_type = "s"
    book.save(saved)
    client = sign_in(world.manager)
    looked = send(client, audit, saved.getvalue(), "form.xlsx")
    assert "Nothing is ticked here, but the form holds answers." in looked.content.decode()
    client.post(at(audit, "paper/take/"), fields(looked))
    one, answers = said(world, audit)
    assert (one.stage, answers) == ("started", {1: ("partly", "=1+1 is two")})


def test_only_what_is_ticked_is_taken_and_an_empty_box_blanks_nothing(world, audit, sign_in):
    world.answer_all(world.return_of(audit))
    client = sign_in(world.auditor)
    looked = send(client, audit, a_form(world, audit, filled))
    sent = fields(looked) | {"take": ["now"]}
    client.post(at(audit, "paper/take/"), sent)
    one, answers = said(world, audit)
    assert (str(one.engagement_before), str(one.engagement_now)) == (
        "Known since birth.", "Seen weekly.\nAnd at home.",
    )  # fmt: skip
    assert answers[1] == ("yes", "In the record.")
    assert answers[2] == ("yes", "In the record.")


def test_nothing_ticked_is_said_and_what_was_read_is_still_there(world, audit, sign_in):
    client = sign_in(world.auditor)
    again = client.post(
        at(audit, "paper/take/"), fields(send(client, audit, a_form(world, audit, filled))) | {"take": []}
    )
    assert again.status_code == 422
    assert "Tick what is to be taken" in again.content.decode()
    assert fields(again)["q1-words"] == ["Not in the record."]


def test_what_somebody_saved_meanwhile_is_shown_beside_it_again(world, audit, sign_in):
    say_known(world.return_of(audit), version=None, by=world.auditor)
    client = sign_in(world.auditor)
    sent = fields(send(client, audit, a_form(world, audit, filled)))
    asking = find_asking(world.lead, audit.slug, 1, "health", 1)
    save_answer(asking, **{**BLANK, "choice": "yes", "how_known": "The lead’s."}, version=None, by=world.lead)
    again = client.post(at(audit, "paper/take/"), sent)
    assert again.status_code == 409
    page = unescape(again.content.decode())
    assert "Somebody else has saved" in page
    assert "The lead’s." in page
    assert "Not in the record." in page
    one, answers = said(world, audit)
    assert answers == {1: ("yes", "The lead’s.")}
    assert str(one.engagement_now) == ""
    client.post(at(audit, "paper/take/"), fields(again))
    assert said(world, audit)[1][1] == ("no", "Not in the record.")


def test_an_answer_that_comes_without_its_version_covers_nothing(world, audit, sign_in):
    world.answer_all(world.return_of(audit))
    client = sign_in(world.auditor)
    sent = fields(send(client, audit, a_form(world, audit, filled))) | {"take": ["q1"]}
    del sent["q1-version"]
    assert client.post(at(audit, "paper/take/"), sent).status_code == 409
    assert said(world, audit)[1][1] == ("yes", "In the record.")


def test_a_box_of_the_engagement_that_holds_no_words_blanks_nothing(world, audit, sign_in):
    world.answer_all(world.return_of(audit))
    client = sign_in(world.auditor)
    sent = fields(send(client, audit, a_form(world, audit, filled)))
    sent |= {"take": ["before", "now"], "box": [*sent["box"], "before"], "before-choice": "x", "before-words": ""}
    client.post(at(audit, "paper/take/"), sent)
    assert str(said(world, audit)[0].engagement_before) == "Known since birth."


def test_on_behalf_of_an_agency_nobody_sees_or_covers_what_it_wrote_itself(world, audit, sign_in):
    world.answer_all(world.return_of(audit))
    client = sign_in(world.manager)
    looked = send(client, audit, a_form(world, audit, filled))
    page = unescape(looked.content.decode())
    assert "Seen monthly." not in page
    assert "In the record." not in page.replace("Not in the record.", "")
    assert "The agency has written here itself." in page
    assert fields(looked)["take"] == []
    again = client.post(at(audit, "paper/take/"), fields(looked) | {"take": ["q1", "now"]})
    assert again.status_code == 422
    one = world.return_of(audit)
    with pytest.raises(Refused) as refused:
        take_form(one, now="Mine.", version=None, by=world.manager)
    assert refused.value.code == "its-own-words"
    assert said(world, audit)[1][1] == ("yes", "In the record.")


def test_what_was_entered_before_can_be_entered_anew(world, audit, sign_in):
    client = sign_in(world.manager)
    client.post(at(audit, "paper/take/"), fields(send(client, audit, a_form(world, audit, filled))))

    def corrected(body):
        tick(body, "q1", "partly")
        fill(body, "now", "Seen daily.")

    client.post(at(audit, "paper/take/"), fields(send(client, audit, a_form(world, audit, corrected))))
    one, answers = said(world, audit)
    assert answers[1] == ("partly", "Not in the record.")
    assert str(one.engagement_now) == "Seen daily."


def test_on_behalf_of_an_agency_nobody_says_that_it_does_not_know_whom_it_wrote_about(world, audit, sign_in):
    world.answer_all(world.return_of(audit))
    client = sign_in(world.manager)
    looked = send(client, audit, a_form(world, audit, lambda body: tick(body, "known", "no")))
    assert "so only it can say this" in looked.content.decode()
    assert fields(looked)["take"] == []
    with pytest.raises(Refused) as refused:
        take_form(world.return_of(audit), known="no", version=None, by=world.manager)
    assert refused.value.code == "its-own-words"
    take_form(world.return_of(audit), known="no", version=None, by=world.auditor)
    assert world.return_of(audit).stage == "not_known"


def test_looking_at_a_form_takes_the_same_queries_for_one_answer_and_for_all(world, audit, sign_in):
    world.answer_all(world.return_of(audit))
    client = sign_in(world.auditor)

    def queries(*numbers):
        data = a_form(world, audit, lambda body: [fill(body, f"q{one}", "Otherwise.") for one in numbers])
        send(client, audit, data)
        with CaptureQueriesContext(connection) as caught:
            assert len(fields(send(client, audit, data))["take"]) == len(numbers)
        return len(caught)

    assert queries(1) == queries(1, 2, 3, 4, 5, 6, 7)


@pytest.mark.parametrize("which", [{"case": 2}, {"agency": "police"}])
def test_the_form_of_another_return_is_refused_by_its_name(world, audit, sign_in, which):
    refused = send(sign_in(world.manager), audit, a_form(world, audit, filled, **which))
    assert refused.status_code == 422
    page = unescape(refused.content.decode())
    found = {"case": 1, "agency": "health", **which}
    assert f"This is the form “neglect-9”, Case {found['case']}, “{found['agency']}”." in page
    assert "Expected is “neglect-9”, Case 1, “health”." in page


def test_an_older_issue_is_placed_where_the_question_is_still_the_same(world, audit, sign_in):
    data = a_form(world, audit, filled)
    Question.objects.filter(audit=audit, asked_of="agency", number=1).update(text="Is it asked otherwise now?")
    looked = send(sign_in(world.auditor), audit, data)
    page = unescape(looked.content.decode())
    assert fields(looked)["take"] == ["known", "now", "q6"]
    assert "which is not asked like this any more" in page
    assert "Has the" in page or "Question 1." in page
    assert "No\nNot in the record." in page


def test_what_fits_in_no_box_is_shown_and_never_taken(world, audit, sign_in):
    def odd(body):
        filled(body)
        body.insert(0, Document().add_paragraph("A word before everything.")._p)

    looked = send(sign_in(world.auditor), audit, a_form(world, audit, odd))
    page = looked.content.decode()
    assert "What could not be placed" in page
    assert "A word before everything." in page


def test_not_known_and_answers_are_not_taken_both(world, audit, sign_in):
    def both(body):
        filled(body)
        tick(body, "known", "no")
        for each in body.iter("{*}sdt"):
            if each.find("{*}sdtPr/{*}tag").values() == ["known yes"]:
                next(each.iter("{*}t")).text = "☐"

    client = sign_in(world.manager)
    looked = send(client, audit, a_form(world, audit, both))
    sent = fields(looked)
    assert "known" not in sent["take"]
    again = client.post(at(audit, "paper/take/"), sent | {"take": ["known", "q1"]})
    assert again.status_code == 422
    assert "Take the one or the other." in again.content.decode()
    client.post(at(audit, "paper/take/"), sent | {"take": ["known"]})
    assert world.return_of(audit).stage == "not_known"


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("form.docx", b"", "is empty"),
        ("form.docx", b"hello", "neither a Word nor an Excel file"),
        ("form.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Office before 2007"),
        ("form.docx", b"PK\x03\x04" + b"x" * (10 * 1024 * 1024), "larger than 10 MB"),
    ],
)
def test_what_is_no_form_is_refused_with_a_sentence_and_never_on_disk(
    world, audit, sign_in, name, data, says, monkeypatch, tmp_path
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", None)
    refused = send(sign_in(world.auditor), audit, data, name)
    assert refused.status_code == 422
    assert says in refused.content.decode()
    assert list(tmp_path.iterdir()) == []


def test_who_may_is_said_by_rule(world, audit):
    one = world.return_of(audit)
    assert rules.may_return_on_paper(world.auditor, one)
    assert rules.may_return_on_paper(world.manager, one)
    assert rules.may_return_on_paper(world.chair, one).code == "not-the-manager"
    assert rules.may_enter_from_paper(world.auditor, one).code == "not-the-manager"
    assert rules.may_enter_answers_from_paper(world.manager, one).code == "known-first"
    with pytest.raises(Refused):
        fill_form(one, form="docx", by=world.chair)
    with pytest.raises(Refused):
        describe_engagement(one, before="B", now="N", version=None, by=world.manager)
    decline_return(one, reason="capacity", words="No.", version=None, by=world.lead)
    assert rules.may_enter_from_paper(world.manager, one).code == "declined"
    assert rules.may_return_on_paper(world.lead, one)
    say_not_known(one, version=None, by=world.lead)
    assert rules.may_enter_from_paper(world.manager, one).code == "not-known"
    # A refusal that was taken back is nobody's to read.
    assert (one.decline_reason, bool(one.decline_words)) == ("", False)
    world.submitted(world.return_of(audit, case=2))
    assert rules.may_enter_from_paper(world.manager, world.return_of(audit, case=2)).code == "already-submitted"


# ---- a question that another answer makes out of place


def second(world, audit, edit):
    """A form that answers the second question, which is asked only where the first is answered with yes or partly."""

    def both(body):
        tick(body, "known", "yes")
        tick(body, "q2", "no")
        fill(body, "q2", "Never reviewed.")
        edit(body)

    return a_form(world, audit, both)


@pytest.mark.parametrize("who", ["auditor", "manager"])
def test_an_answer_to_a_question_that_the_form_itself_makes_out_of_place_is_not_taken(world, audit, sign_in, who):
    client = sign_in(world.people[who])

    def no(body):
        tick(body, "q1", "no")
        fill(body, "q1", "Not in the record.")

    values = fields(send(client, audit, second(world, audit, no)))
    values["take"] = ["known", "q1", "q2"]
    answer = client.post(at(audit, "paper/take/"), values)
    assert answer.status_code == 422
    assert "Question 2 is not asked, since question 1 is answered “No”." in unescape(answer.content.decode())
    assert not world.return_of(audit).answers.exists()
    values = fields(send(client, audit, second(world, audit, no))) | {"take": ["known", "q1"]}
    assert client.post(at(audit, "paper/take/"), values).status_code == 302
    assert [one.question.number for one in world.return_of(audit).answers.all()] == [1]


@pytest.mark.parametrize("choice", ["yes", "partly", ""])
def test_an_answer_is_taken_where_the_question_is_asked_or_may_be(world, audit, choice):
    one = world.return_of(audit)
    questions = {question.number: question for question in audit.questions.filter(asked_of="agency")}
    first = [TakenAnswer(questions[1], {**BLANK, "choice": choice, "how_known": "x", "cause": ""}, 1)] if choice else []
    later = TakenAnswer(questions[2], {**BLANK, "choice": "no", "how_known": "x", "cause": ""}, 1)
    take_form(one, known="yes", answers=[*first, later], version=one.version, by=world.auditor)
    assert 2 in [answer.question.number for answer in one.answers.all()]


def taken_second(world, audit, by):
    one = world.return_of(audit)
    later = TakenAnswer(
        audit.questions.get(asked_of="agency", number=2), {**BLANK, "choice": "no", "how_known": "x", "cause": ""}, 1
    )
    take_form(one, answers=[later], version=one.version, by=by)


def test_what_the_agency_chose_itself_is_not_told_to_whoever_enters_its_form(world, audit):
    """Its own form is refused; the manager's is taken, and stands nowhere."""
    one = world.return_of(audit)
    say_known(one, version=None, by=world.auditor)
    asking = find_asking(world.auditor, audit.slug, 1, "health", 1)
    save_answer(asking, **{**BLANK, "choice": "no", "how_known": "x"}, version=None, by=world.auditor)
    with pytest.raises(Refused) as refused:
        taken_second(world, audit, world.auditor)
    assert refused.value.code == "not-asked"
    taken_second(world, audit, world.manager)
    assert 2 in [answer.question.number for answer in one.answers.all()]


def test_what_the_manager_entered_before_makes_a_question_out_of_place(world, audit):
    one = world.return_of(audit)
    first = TakenAnswer(
        audit.questions.get(asked_of="agency", number=1), {**BLANK, "choice": "no", "how_known": "x", "cause": ""}, 1
    )
    take_form(one, known="yes", answers=[first], version=one.version, by=world.manager)
    with pytest.raises(Refused) as refused:
        taken_second(world, audit, world.manager)
    assert refused.value.code == "not-asked"
