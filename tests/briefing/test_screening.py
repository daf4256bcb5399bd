"""What in a text could tell which family it is about."""

import json
import time
from itertools import pairwise

import docx
import pytest
from click.testing import CliRunner
from docx.oxml import OxmlElement
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.screen.__main__ import IN_THE_SEED, SEED, unmarked
from maca.briefing.screening import screen
from maca.briefing.screening.combinations import combinations
from maca.briefing.screening.earlier import linking
from maca.briefing.screening.of_others import of_another
from maca.briefing.screening.rare import rare_words
from maca.briefing.screening.spans import UNKNOWN
from maca.config.command import main as maca


def told(text: str) -> list[tuple[str, str, bool]]:
    return [(one.kind, one.text, one.certain) for one in screen(text)]


@pytest.mark.parametrize("words", IN_THE_SEED)
def test_what_the_published_briefing_gave_away_is_shown(words):
    text = SEED.read_text("utf-8")
    at = text.index(words)
    assert any(one.start < at + len(words) and at < one.end for one in screen(text))


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("NHS 943 476 5919.", "nhs_number", "943 476 5919"),
        ("NHS 943 47 659 19.", "nhs_number", "943 47 659 19"),
        ("She lives at NN16 8TL now.", "postcode", "NN16 8TL"),
        ("Ring 07700 900 123 first.", "phone", "07700 900 123"),
        ("Write to mum@example.org soon.", "email", "mum@example.org"),
        ("His number AB 12 34 56 C is on file.", "nino", "AB 12 34 56 C"),
        ("They met on 3/4/19 again.", "date", "3/4/19"),
        ("They met on the 14th of May again.", "date", "the 14th of May"),
        ("It has drifted since March 2015.", "month", "March 2015"),
        ("It was said by Kayleigh that she is well.", "person", "Kayleigh"),
        ("It was said by Mrs Okonkwo-Hill that she is well.", "person", "Mrs Okonkwo-Hill"),
        ("He went to Stoke-on-Trent alone.", "place", "Stoke-on-Trent"),
        ("They moved to kettering then.", "place", "kettering"),
        ("He is at Oakfield Primary School now.", "school", "Oakfield Primary School"),
        ("Work with Catch 22 went on.", "service", "Catch 22"),
        ("As in the Child and Family R review.", "review", "Child and Family R review"),
        ("The case is FD19P00481 in court.", "reference", "FD19P00481"),
        ("Flat 12 was damp.", "address", "Flat 12"),
        ("NHS 943\u00a0476\u00a05919 is his.", "nhs_number", "943\u00a0476\u00a05919"),
        ("NHS 943  476\n5919 is his.", "nhs_number", "943  476\n5919"),
        ("He is at Oakfield\u00a0Primary\u00a0School now.", "school", "Oakfield\u00a0Primary\u00a0School"),
        ("He is at St Mary’s School now.", "school", "St Mary’s School"),
        ("The boys, aged six and eight, were seen.", "age", "aged six and eight"),
        ("By the age of 12 he was out of school.", "age", "By the age of 12"),
        ("Theresa May 3 times came.", "person", "Theresa"),
        ("Grace May 2019 was late.", "person", "Grace"),
    ],
)
def test_what_identifies_is_certain(text, kind, words):
    assert (kind, words, True) in told(text)


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("She was seen by her maternal grandmother.", "household", "maternal grandmother"),
        ("There was a house fire.", "event", "house fire"),
        ("He has cystic fibrosis.", "characteristic", "cystic fibrosis"),
        ("There have been three Social Workers.", "ordinal", "three Social Workers"),
        ("He was away on fourteen occasions.", "ordinal", "fourteen occasions"),
        ("She is a mother of five.", "ordinal", "mother of five"),
        ("Two of the families were asked.", "small", "Two of the families"),
        ("A girl of 14 was not heard.", "age", "girl of 14"),
        ("Carrying it at 13 was seen as an offence.", "age", "at 13"),
        ("A teenage mother was not asked.", "household", "teenage mother"),
        ("It was said to Grace that it is so.", "person", "Grace"),
        ("It was said to the Beacon that it is so.", UNKNOWN, "Beacon"),
        ("He lives in Xqzville with them.", UNKNOWN, "Xqzville"),
        ("It was known to JT and others.", UNKNOWN, "JT"),
        ("In the NN16 area it is known.", UNKNOWN, "NN16 area"),
        ("It is known in S12 too.", UNKNOWN, "S12"),
        ("The qzword was heard.", UNKNOWN, "qzword"),
        ("Will Smith came.", "person", "Will Smith"),
        ("It was scored at 3.", "age", "at 3"),
    ],
)
def test_what_may_identify_is_for_a_person_to_decide(text, kind, words):
    assert (kind, words, False) in told(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Social Workers and the Health Visitor met the Core Group before the Initial Child Protection Conference.",
        "The GP, the DSL and CAMHS weren't told, and the ICPC was late.",
        "Mother's views were sought. Father's weren't. Will they be? May it be so.",
        "Good use was made of the Graded Care Profile (GCP2) and a Section 47 enquiry.",
        "A s47 1st enquiry, a Q1 2nd return and the Children Act 1989 were looked at.",
        "Will Social Care act? May it be so.",
    ],
)
def test_what_the_work_itself_writes_is_left_alone(text):
    assert told(text) == []


def test_a_number_whose_check_digit_is_wrong_is_no_nhs_number():
    assert [kind for kind, _, _ in told("The number 943 476 5918 is wrong.")] == []


@pytest.mark.parametrize("part", ["a", "a.", "a-", "A-", "AA-", "1/", ".A", "1", "\n", "*", "A ", "Case ", "at 1", "’"])
def test_no_text_takes_for_ever(part):
    text = part * (20_000 // len(part))
    began = time.process_time()
    combinations(text, screen(text))
    assert time.process_time() - began < 10  # what grows with the square of the length took minutes


@settings(max_examples=150)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_whatever_is_written_each_span_is_where_it_says_and_none_lies_on_another(text):
    spans = screen(text)
    assert all(text[one.start : one.end] == one.text and one.text.strip() == one.text != "" for one in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    assert spans == screen(text)


def test_what_was_planted_in_a_text_stands_where_it_stood():
    text, (planted,) = unmarked("She went to {{place|Deal}} again.")
    assert text == "She went to Deal again."
    assert text[planted.start : planted.end] == planted.text == "Deal"


TOGETHER = """What went well?
Case 1
- The child is four years old and lives with her maternal grandmother since a house fire.
Case 2
- The child is four years old.
What can be improved?
Case 2
- There was a house fire.
Case 3
- Supervision was late.
Good practice
- Aged 4, with her maternal grandmother, since a house fire.
"""
GOES_ON = "Case 1\n- She is four years old.\nWhat the nurse saw was a house fire.\n- Her maternal grandmother came."


def test_three_classes_about_one_case_are_told_and_two_are_not():
    (one,) = combinations(TOGETHER, screen(TOGETHER))
    assert (one.case, one.classes) == ("Case 1", ("a rare event", "an age", "who lives there"))
    assert (
        one.why
        == "Case 1 is told of with a rare event, an age and who lives there: together they may tell whose it is."
    )


def test_a_line_that_begins_as_a_heading_does_ends_no_case():
    assert [one.case for one in combinations(GOES_ON, screen(GOES_ON))] == ["Case 1"]


def test_what_commands_a_terminal_does_not_reach_it(tmp_path):
    file = tmp_path / "briefing.txt"
    file.write_text("See https://x.example/\x1b[2J\x07 now, NHS 943 476\n5919.", "utf-8")
    shown = CliRunner().invoke(maca, ["screen", str(file)]).output
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "“943 476 5919”" in shown


def test_a_file_is_screened_as_json_without_a_site(tmp_path):
    file = tmp_path / "briefing.txt"
    file.write_text(TOGETHER, "utf-8")
    done = CliRunner().invoke(maca, ["screen", str(file), "--json"])
    assert done.exit_code == 0
    found = json.loads(done.output)
    assert set(found) == {"spans", "combinations"}
    assert all(set(one) == {"start", "end", "text", "class", "why", "certain"} for one in found["spans"])
    assert all(TOGETHER[one["start"] : one["end"]] == one["text"] for one in found["spans"])
    assert [set(one) for one in found["combinations"]] == [{"case", "classes", "why"}]


def test_a_word_file_is_screened_and_told_in_lines(tmp_path):
    document = docx.Document()
    for words in ("She is well.", "", "", "She moved to Kettering."):
        document.add_paragraph(words)
    file = tmp_path / "briefing.docx"
    document.save(str(file))
    done = CliRunner().invoke(maca, ["screen", str(file)])
    assert "certain  line    4  place: “Kettering” – a place in the United Kingdom" in done.output
    assert "\n1 to decide on, 1 of them certain. What is not among them may tell too" in done.output


def test_what_is_struck_out_in_a_word_file_is_screened_too(tmp_path):
    document = docx.Document()
    paragraph = document.add_paragraph("She is well.")
    paragraph._p.append(struck_out("She moved to Kettering."))
    file = tmp_path / "briefing.docx"
    document.save(str(file))
    assert "place: “Kettering”" in CliRunner().invoke(maca, ["screen", str(file)]).output


@pytest.mark.parametrize("where", ["header", "footer"])
def test_what_is_struck_out_beside_the_body_of_a_word_file_is_screened_too(tmp_path, where):
    document = docx.Document()
    document.add_paragraph("She is well.")
    part = getattr(document.sections[0], where)
    part.is_linked_to_previous = False
    part.paragraphs[0]._p.append(struck_out("She moved to Kettering."))
    file = tmp_path / "briefing.docx"
    document.save(str(file))
    assert "place: “Kettering”" in CliRunner().invoke(maca, ["screen", str(file)]).output


def struck_out(text):
    taken_out, run, words = OxmlElement("w:del"), OxmlElement("w:r"), OxmlElement("w:delText")
    words.text = text
    run.append(words)
    taken_out.append(run)
    return taken_out


@pytest.mark.parametrize("text", ["He was cared for by his aunt.", "The visit was planned.", "He denied it."])
def test_a_form_of_a_common_word_is_not_rare(text):
    assert not list(rare_words(text, []))


def test_what_looks_like_a_form_of_a_common_word_is_rare_all_the_same():
    assert [one.text for _, one in rare_words("They kept herring in the shed.", [])] == ["herring", "shed"]


def test_one_endless_line_is_told_in_time_that_grows_with_its_length(tmp_path):
    file = tmp_path / "briefing.txt"
    file.write_text("\n" + "Kettering " * 20_000, "utf-8")
    began = time.process_time()
    shown = CliRunner().invoke(maca, ["screen", str(file)]).output
    assert "line    2" in shown
    assert time.process_time() - began < 20


def test_a_word_of_one_earlier_briefing_links_the_two_and_a_word_of_many_does_not():
    text = "He went to Kettering with a trombone and a tortoise."
    spans = [*screen(text), *(one for _, one in rare_words(text, screen(text)))]
    once = linking(spans, {"Neglect 1": "the trombone of kettering"}, keep=spans)
    assert {one.text: one.kind for one in once} == {"Kettering": "place", "trombone": "earlier", "tortoise": "rare"}
    assert all("Neglect 1" in one.why for one in once if one.text != "tortoise")
    often = linking(spans, {"Neglect 1": "a trombone", "Neglect 2": "trombones"}, keep=spans)
    assert {one.text: one.kind for one in often}["trombone"] == "rare"


@pytest.mark.parametrize(
    ("text", "about", "found"),
    [
        ("The GP knew of the injury.", {"school"}, ["GP knew"]),
        ("The school knew of the injury.", {"school"}, []),
        ("The GP knew of the injury.", {"school", "gp"}, []),
        ("The GP knew of the injury.", set(), []),
        ("A plan was made with the GP.", {"school"}, []),
        ("Northtown Trust had recorded it.", {"school"}, ["Northtown Trust had recorded"]),
        ("It stands in the police’s records.", {"school"}, ["police’s records"]),
    ],
)
def test_what_one_agency_did_or_knew_is_shown_in_a_finding_about_one_other(text, about, found):
    assert [one.text for one in of_another(text, about, [("Northtown Trust", "hospital")])] == found


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "There is no file"),
        (b"", "is empty"),
        (b"\0\1\2", "not a"),
        (b" \n ", "is empty"),
        (b"a " * 600_000, "Screen it in parts"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(tmp_path, content, sentence):
    file = tmp_path / "briefing.txt"
    if content is not None:
        file.write_bytes(content)
    done = CliRunner().invoke(maca, ["screen", str(file)])
    assert done.exit_code != 0
    assert sentence in done.output
