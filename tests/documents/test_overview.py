"""The overview report as a paper: the same words in every form, the briefing’s own, and no small number."""

import html
import io
import re
from dataclasses import replace

import docx
import pytest
from hypothesis import given

from maca.briefing import as_html as briefing_page
from maca.briefing.overview import Counts, as_paper, grades_as_shown, themes_as_shown
from maca.kernel.paper_as_files import as_html, as_pdf, as_text, as_word
from maca.kernel.small_numbers import Hidden
from maca.returns.models import Grade
from tests.documents.test_any_words import FEW, briefings, sentence
from tests.documents.test_sheets import in_pdf, points_of, words

A_COUNT = Counts(
    cases=4,
    drawn_from=0,
    agencies=(("GP practice", 3), ("Police", 1)),
    asked=16,
    whole=9,
    in_part=1,
    not_known=2,
    declined=3,
    no_reply=1,
    late=2,
    grades=(("Outstanding", "Fewer than 5", "Fewer than 5"), ("Good", "7", "6")),
    themes=(("The child’s voice", 6),),
    proposed=5,
)


def said(paper):
    return as_text(paper).decode()


def test_it_has_the_same_words_in_text_on_a_page_in_word_and_in_pdf(seed):
    paper = as_paper(seed, A_COUNT, footer="A & B Partnership")
    text = words(said(paper))
    page = as_html(paper).decode()
    assert html.unescape(re.sub(r"<[^>]+>", " ", page[page.index("<body>") :])).split() == text
    document = docx.Document(io.BytesIO(as_word(paper)))
    assert words("\n".join([*(p.text for p in document.paragraphs), "A & B Partnership"])) == text
    printed = []
    for number, one in enumerate(pages := in_pdf(as_pdf(paper)), 1):
        foot = f"A & B Partnership Page {number} of {len(pages)}".split()
        assert words(one)[-len(foot) :] == foot
        printed += words(one)[: -len(foot)]
    assert [*printed, *words("A & B Partnership")] == text


def test_the_page_of_the_site_says_all_that_stands_below_the_title(seed):
    paper = as_paper(seed, A_COUNT, footer="A Partnership")
    on_page = html.unescape(re.sub(r"<[^>]+>", " ", briefing_page.paper_of(as_html(paper).decode()))).split()
    assert on_page == words(said(paper))[len(words(f"Overview report {seed.title}")) : -len(words("A Partnership"))]


def test_every_finding_stands_in_it_once_under_its_heading_and_no_case_is_named(seed):
    paper = as_paper(seed, A_COUNT)
    for part in (one for one in paper.parts if one.level == 2 and one.heading.endswith(("finding", "findings"))):
        heading = next(one for one in seed.headings if part.heading.startswith(one.text))
        texts = [one.text for one in seed.findings if one.heading == heading.step]
        assert part.points == tuple(dict.fromkeys(texts))
        assert part.heading.endswith(f" {len(texts)} findings")
    assert not [point for point in points_of(paper) if re.fullmatch(r"Case \d+", point)]


def test_the_response_adds_up_and_says_what_is_lost_by_what_did_not_come(seed):
    response = next(one for one in as_paper(seed, A_COUNT).parts if one.heading == "Response")
    numbers = [int(point.rpartition(": ")[2]) for point in response.points]
    assert sum(numbers[:5]) == A_COUNT.asked
    assert response.lines[0].startswith("5 returns did not come, or not whole.")
    whole = replace(A_COUNT, whole=14, in_part=0, declined=0, no_reply=0)
    assert "did not come" not in said(as_paper(seed, whole))


@pytest.mark.parametrize(
    ("drawn", "sentence"),
    [(0, "Members of the sub-group nominated cases"), (3, "by lot from a list, "), (120, "a list of 120 children, ")],
)
def test_it_says_how_cases_were_chosen_and_no_small_list(seed, drawn, sentence):
    assert sentence in said(as_paper(seed, replace(A_COUNT, drawn_from=drawn)))


def test_a_small_number_of_grades_is_not_shown_nor_one_that_gives_it_away():
    own = [Grade.GOOD] * 7 + [Grade.INADEQUATE]
    rows = grades_as_shown(own, [])
    assert ("Good", "7", "0") in rows
    assert {row[1] for row in rows if row[0] != "Good"} == {"Fewer than 5"}
    assert [row[0] for row in rows][-1] == "Not enough information to grade"


def test_a_theme_of_the_partnership_itself_is_not_named():
    names = {"voice": "The child’s voice", "drift": "Drift"}
    assert themes_as_shown(names, {"drift": 6, "their-own": 7, "voice": 5, "gone": Hidden.FEW}) == (
        ("Drift", 6),
        ("The child’s voice", 5),
    )


def test_where_no_number_of_a_theme_may_be_told_the_report_says_so(seed):
    text = said(as_paper(seed, replace(A_COUNT, themes=(), has_themes=True)))
    assert "No theme has so many findings that a number can be given" in text


def test_without_grades_or_themes_there_is_no_such_part(seed):
    headings = {one.heading for one in as_paper(seed, replace(A_COUNT, grades=(), themes=())).parts}
    assert not {"Grades", "Themes"} & headings


def test_the_counts_are_kept_as_json_and_come_back_whole():
    import json

    assert Counts.from_json(json.loads(json.dumps(A_COUNT.as_json()))) == A_COUNT


@FEW
@given(briefings(sentence))
def test_whatever_the_briefing_says_every_form_is_written_and_the_same_each_time(value):
    paper = as_paper(value, A_COUNT)
    for write in (as_word, as_pdf, as_html, as_text):
        assert write(paper) == write(paper)
