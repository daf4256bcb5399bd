"""The letter of request: one value, the same words on the page, in Word and as PDF, and nobody's name in it."""

import io
import re

import docx
import pypdfium2
import pytest
from django.urls import reverse

from maca.partnership.models import AgencyKind
from maca.partnership.operations import change_school_holidays
from maca.returns.letter import as_pdf, as_word
from maca.returns.letter.value import letter_for
from maca.returns.models import AgencyReturn
from maca.returns.operations import circulate_audit
from tests.house.test_pages import form_values
from tests.makers import World

STATED = {
    "purpose": "To learn & to assure.\nNot to blame.",
    "legal_basis": "Section 16H <of the Act>.",
    "period": "Two years.",
    "security": "By the site.",
    "retention": "Three years.",
    "contact": "Pat, business manager, 01234 567890",
}


def asked(world: World, **stated: str) -> AgencyReturn:
    audit = world.selected(1)
    agencies = {audit.cases.get(): list(world.agencies.values())}
    circulate_audit(audit, agencies, **{**STATED, **stated}, version=None, by=world.manager)
    return world.return_of(audit)


def there(one: AgencyReturn, **query: str) -> str:
    words = {"audit": one.case.audit.slug, "case": 1, "agency": one.agency.slug}
    return reverse("request-letter", kwargs=words, query=query)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def of_word(data: bytes) -> list[str]:
    return [paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs]


def of_pdf(data: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(data))


def test_the_three_say_the_same_and_what_a_letter_has_to_say(world, sign_in):
    one = asked(world)
    letter = letter_for(one)
    texts = list(letter.texts())
    assert [section.heading for section in letter.sections] == [
        "Purpose", "Legal basis", "What is asked", "The period we ask about", "When", "Security",
        "What happens to it", "How long it is kept", "Whom to ask",
    ]  # fmt: skip
    for words in (*STATED.values(), f"{one.due_on:%-d %B %Y}", "Anywhere Partnership", "To Health"):
        assert all(line in "\n".join(texts) for line in words.split("\n"))
    assert sorted(of_word(as_word.write(letter))) == sorted(texts)
    client = sign_in(world.auditor)
    page = client.get(there(one)).content.decode()
    pdf = client.get(there(one, **{"as": "pdf"}))
    printed = squeezed(of_pdf(pdf.content))
    for text in texts:
        assert text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;") in page
        assert squeezed(text) in printed, text
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert 'filename="neglect-9-case-1-health-letter.pdf"' in pdf.headers["Content-Disposition"]
    word = client.get(there(one, **{"as": "docx"}))
    assert of_word(word.content) == of_word(as_word.write(letter))
    assert as_pdf.write(letter) == as_pdf.write(letter)
    assert as_word.write(letter) == as_word.write(letter)
    assert client.get(there(one, **{"as": "exe"})).status_code == 404


def test_it_names_the_case_by_its_label_and_nobody(world):
    text = "\n".join(letter_for(asked(world)).texts())
    assert "Neglect 9, Case 1" in text
    for secret in ("Zebedee", "Quux", "Quux Street", "Q1"):
        assert secret not in text


def test_it_asks_the_questions_of_this_agency_with_their_conditions(world):
    one = asked(world)
    questions = next(section for section in letter_for(one).sections if section.heading == "What is asked").entries
    assert len(questions) == one.case.audit.questions.filter(asked_of="agency").count()
    assert questions[0].startswith("Question 1: ")
    assert questions[1].endswith("(only if you answer “Yes” or “Partly” to question 1)")
    one.case.audit.questions.filter(asked_of="agency", number=3).update(for_kinds=["police"])
    assert not any(text.startswith("Question 3:") for text in _asked(one))
    assert any(text.startswith("Question 3:") for text in _asked(world.return_of(one.case.audit, "police")))


def _asked(one: AgencyReturn) -> tuple[str, ...]:
    return next(section for section in letter_for(one).sections if section.heading == "What is asked").entries


def test_what_an_older_request_did_not_state_is_left_out(world):
    one = world.return_of(world.circulated(1))
    assert [section.heading for section in letter_for(one).sections] == [
        "Purpose", "Legal basis", "What is asked", "When", "What happens to it",
    ]  # fmt: skip


@pytest.mark.parametrize(("who", "status"), [("auditor", 200), ("scrutineer", 200), ("police_lead", 404)])
def test_it_is_reached_from_the_return_and_by_nobody_elses_agency(world, sign_in, who, status):
    one = asked(world)
    client = sign_in(world.people[who])
    assert client.get(there(one)).status_code == status
    if status == 200:
        page = reverse("return", kwargs={"audit": one.case.audit.slug, "case": 1, "agency": "health"})
        assert there(one) in client.get(page).content.decode()


def test_what_the_manager_states_at_circulation_stands_in_every_letter(world, sign_in):
    audit = world.selected(1)
    client, page = sign_in(world.manager), f"/audits/{audit.slug}/circulate/"
    form = client.get(page).content.decode()
    assert world.manager.email in form
    said = {**STATED, "case-1": ["health", "police"]}
    assert client.post(page, {**form_values(form), **said, "retention": ""}).status_code == 422
    assert client.post(page, {**form_values(form), **said}).status_code == 302
    for agency in ("health", "police"):
        one = world.return_of(audit, agency)
        assert {name: getattr(one, name) for name in STATED} == STATED


def test_schools_are_warned_about_where_there_are_any(world, sign_in):
    audit = world.selected(1)
    client, page = sign_in(world.manager), f"/audits/{audit.slug}/circulate/"
    day = audit.returns_due_on
    assert "school holidays" not in client.get(page).content.decode()
    change_school_holidays(world.partnership, add=("Half-term", day, day), by=world.manager)
    assert "is in the school holidays (Half-term)" in client.get(page).content.decode()
    type(world.health).objects.filter(kind=AgencyKind.SCHOOL).update(kind=AgencyKind.OTHER)
    assert "school holidays" not in client.get(page).content.decode()
