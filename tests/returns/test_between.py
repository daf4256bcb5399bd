"""What shows only between the agencies, by table and for any answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maca.returns.between import (
    GRADES,
    Reply,
    Said,
    against_chronology,
    conflict,
    grades_apart,
    known_to_one,
    nobody_answered,
)
from maca.returns.models import GRADES as OFFERED


def said(*codes: str) -> list[Said]:
    """One agency for each code, called A, B, …; “-” did not answer, “!” was not asked, “+” answered in words."""
    replies = {"-": Reply.NOT_ANSWERED, "!": Reply.NOT_ASKED, "+": Reply.ANSWERED}
    return [
        Said(chr(65 + at), replies.get(code, Reply.ANSWERED), "" if code in replies else code)
        for at, code in enumerate(codes)
    ]


codes = st.lists(
    st.sampled_from(
        ["yes", "no", "partly", "not_applicable", "cannot_tell", *GRADES, "not_enough_information", *"-!+"]
    ),
    min_size=1,
    max_size=12,
)


def test_the_grades_are_those_that_are_offered_best_first():
    assert tuple(GRADES) == tuple(OFFERED)


@pytest.mark.parametrize(
    ("codes", "says"),
    [
        (("yes", "no"), "Question 4: A said yes, B said no."),
        (("yes", "no", "yes", "yes"), "Question 4: A, C and D said yes, B said no."),
        (("yes", "partly", "-", "!"), None),
        (("no", "cannot_tell", "not_applicable"), None),
    ],
)
def test_yes_against_no_is_a_conflict(codes, says):
    found = conflict(4, said(*codes))
    assert (found.says if found else None) == says


@pytest.mark.parametrize(
    ("codes", "says"),
    [
        (("good", "inadequate"), "Question 4: A graded it good, B graded it inadequate."),
        (("requires_improvement", "outstanding", "good"),
         "Question 4: B graded it outstanding, A graded it requires improvement."),
        (("good", "requires_improvement"), None),
        (("outstanding", "not_enough_information"), None),
        (("-", "!"), None),
    ],
)  # fmt: skip
def test_grades_two_steps_apart_are_told(codes, says):
    found = grades_apart(4, said(*codes))
    assert (found.says if found else None) == says


@pytest.mark.parametrize(
    ("codes", "says"),
    [
        (("+", "-", "-", "!"), "Question 4: only A answered, B and C did not."),
        (("+", "!"), None),
        (("+", "+", "-"), None),
        (("-",), None),
    ],
)
def test_what_one_agency_alone_answered(codes, says):
    found = known_to_one(4, said(*codes))
    assert (found.says if found else None) == says


@given(codes)
def test_the_order_of_the_agencies_decides_nothing(codes):
    given_by, backwards = said(*codes), said(*codes)[::-1]
    for look in (conflict, grades_apart, known_to_one):
        assert bool(look(1, given_by)) == bool(look(1, backwards))


@given(codes)
def test_each_definition_holds_for_any_answers(codes):
    answers = said(*codes)
    assert bool(conflict(1, answers)) == ({"yes", "no"} <= set(codes))
    at = [GRADES.index(code) for code in codes if code in GRADES]
    assert bool(grades_apart(1, answers)) == bool(at and max(at) - min(at) >= 2)
    answered = [code for code in codes if code not in "-!"]
    assert bool(known_to_one(1, answers)) == (len(answered) == 1 and "-" in codes)
    assert nobody_answered(answers) == (not answered and "-" in codes)


SHOWN = ("Health visiting, 6 February 2026",)


@pytest.mark.parametrize(
    ("codes", "shown", "tells_no", "says"),
    [
        (["no", "yes"], SHOWN, False, "A said no. The chronology shows it: Health visiting, 6 February 2026."),
        (["yes", "no", "yes"], (), False, "A and C said yes. The chronology does not show it."),
        (["yes"], SHOWN, True, "A said yes. The chronology shows otherwise: Health visiting, 6 February 2026."),
        (["no"], (), True, None),
        (["no"], SHOWN * 5, False, f"A said no. The chronology shows it: {'; '.join(SHOWN * 3)} and 2 more."),
        (["yes", "partly"], SHOWN, False, None),
        (["no", "cannot_tell"], (), False, None),
        (["no"], SHOWN, True, None),
        (["yes"], (), True, None),
    ],
)
def test_an_answer_is_held_against_what_the_chronology_shows(codes, shown, tells_no, says):
    given = [Said(agency, Reply.ANSWERED, code) for agency, code in zip("ABC", codes, strict=False)]
    found = against_chronology(1, given, shown, tells_no=tells_no)
    assert (found and found.says) == (f"Question 1: {says}" if says else None)
