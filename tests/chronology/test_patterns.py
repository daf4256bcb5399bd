"""Every pattern: fires on its definition, is silent one day inside the boundary, and on ordinary cases."""

import re
from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from maca.chronology.entries import CSC
from maca.chronology.patterns import CODES, find_patterns
from maca.chronology.patterns.finding import RULES
from maca.chronology.patterns.told_twice import counted, words_of
from tests.chronology.lines import day, entries, fired

CP = "0 csc icpc\n0 csc cp_start\n"
LONG = "_".join(f"word{at}" for at in range(64))
HALF = "_".join([*(f"word{at}" for at in range(30)), *(f"other{at}" for at in range(40))])
MOST = "_".join([*(f"word{at}" for at in range(40)), *(f"other{at}" for at in range(40))])
LESS = "_".join([*(f"word{at}" for at in range(39)), *(f"other{at}" for at in range(40))])

# code, what fires, how often, and the same one day or one entry inside the boundary.
BOUNDARIES = [
    ("gap", CP + "61 csc visit", CP + "60 csc visit", None),
    ("gap", "0 csc cin_start\n61 csc cin_end", "0 csc cin_start\n60 csc cin_end", None),
    ("gap", CP, CP, (61, 60)),
    ("no_oversight", "0 csc referral\n91 csc supervision", "0 csc referral\n90 csc supervision", None),
    ("no_oversight", "0 csc referral", "0 csc referral", (91, 90)),
    ("no_oversight", "0 csc referral\n91 csc case_closed", "0 csc referral\n90 csc case_closed", None),
    (
        "start_again",
        "0 csc case_closed\n9 csc referral\n365 csc assessment_start\n370 csc case_closed\n380 csc referral\n"
        "390 csc assessment_start",
        "0 csc case_closed\n9 csc referral\n366 csc assessment_start\n370 csc case_closed\n380 csc referral\n"
        "390 csc assessment_start",
        None,
    ),
    (
        "worker_changes",
        "0 csc worker_change\n9 csc worker_change\n365 csc worker_change",
        "0 csc worker_change\n9 csc worker_change\n366 csc worker_change",
        None,
    ),
    (
        "not_brought_series",
        "0 gp was_not_brought\n183 gp was_not_brought",
        "0 gp was_not_brought\n184 gp was_not_brought",
        None,
    ),
    ("not_brought_closed", "0 gp was_not_brought\n60 gp discharge", "0 gp was_not_brought\n61 gp discharge", None),
    (
        "outside_core_group",
        "10 nursery -\n99 nursery -\n100 csc core_group present=police",
        "9 nursery -\n99 nursery -\n100 csc core_group present=police",
        None,
    ),
    (
        "outside_core_group",
        "10 nursery -\n99 nursery -\n100 csc core_group present=police",
        "10 nursery -\n100 nursery -\n100 csc core_group present=police",
        None,
    ),
    # Monday 1 January 2024 is a bank holiday; the tenth working day after it is Monday 15 January.
    ("core_group_late", CP + "15 csc core_group", CP + "14 csc core_group", None),
    ("core_group_late", CP, CP, (15, 14)),
    (
        "core_group_late",
        CP + "5 csc core_group\n48 csc core_group",
        CP + "5 csc core_group\n47 csc core_group",
        None,
    ),
    ("core_group_late", CP + "5 csc core_group", CP + "5 csc core_group", (48, 47)),
    ("core_group_late", CP + "5 csc core_group\n48 csc cp_end", CP + "5 csc core_group\n47 csc cp_end", (200, 200)),
    ("conference_late", "0 csc strategy_discussion\n22 csc icpc", "0 csc strategy_discussion\n21 csc icpc", None),
    ("conference_late", CP + "92 csc rcpc", CP + "91 csc rcpc", None),
    ("conference_late", CP + "90 csc rcpc\n274 csc rcpc", CP + "90 csc rcpc\n273 csc rcpc", None),
    ("conference_late", CP, CP, (92, 91)),
    ("conference_late", CP + "90 csc rcpc\n274 csc cp_end", CP + "90 csc rcpc\n273 csc cp_end", (900, 900)),
    ("no_mid_point", CP + "80 csc rcpc", CP + "40 csc mid_point_review\n80 csc rcpc", None),
    (
        "voice_missing",
        "0 gp - seen=yes\n1 gp - seen=alone\n2 gp - seen=yes",
        "0 gp - seen=yes\n1 gp - seen=no\n2 gp - seen=yes",
        None,
    ),
    ("not_seen", CP + "29 csc visit seen=yes", CP + "28 csc visit seen=alone", None),
    ("not_seen", CP, CP, (29, 28)),
    (
        "copied_assessment",
        f"0 csc assessment_end text={LONG}\n9 csc assessment_end text={MOST}",
        f"0 csc assessment_end text={LONG}\n9 csc assessment_end text={LESS}",
        None,
    ),
    (
        "info_unanswered",
        "0 csc info_request of=gp\n29 gp info_received from=gp",
        "0 csc info_request of=gp\n28 gp info_received from=gp",
        None,
    ),
    ("info_unanswered", "0 csc info_request of=gp", "0 csc info_request of=gp", (29, 28)),
    (
        "info_unanswered",
        "0 csc info_request of=gp\n1 gp info_declined from=gp",
        "0 csc info_request of=gp\n1 gp info_received from=gp",
        None,
    ),
    ("tool_not_reviewed", "0 gp tool_used tool=gcp2", "0 gp tool_used tool=gcp2", (184, 183)),
    (
        "tool_not_reviewed",
        "0 gp tool_used tool=gcp2\n184 csc tool_reviewed tool=gcp2",
        "0 gp tool_used tool=gcp2\n183 csc tool_reviewed tool=GCP2",
        None,
    ),
    ("not_registered", "0 gp gp_registered\n5 hv - gp_registered=No", "0 gp gp_deregistered\n5 gp gp_registered", None),
    ("health_missed", "0 gp immunisation_missed\n900 hv immunisation_missed", "0 gp immunisation_missed", None),
    ("health_missed", "0 csc referral", "0 csc referral", (365, 364)),
    ("health_missed", "0 csc referral\n365 dentist dental_check", "0 csc referral\n364 dentist dental_check", None),
    (
        "placement_moves",
        "0 csc placement_move\n365 csc placement_move",
        "0 csc placement_move\n366 csc placement_move",
        None,
    ),
    ("plan_drift", "0 csc cp_start\n457 csc cp_end", "0 csc cp_start\n456 csc cp_end", None),
    ("plan_drift", "0 csc cin_start", "0 csc cin_start", (366, 365)),
    ("plan_drift", "0 early_help eh_start\n366 csc eh_end", "0 early_help eh_start\n365 csc eh_end", None),
    ("conflict", "0 gp - lives=home\n90 hv - lives=away", "0 gp - lives=home\n91 hv - lives=away", None),
    (
        "not_shared",
        "0 police - gang=known\n5 csc core_group present=school",
        "0 police - gang=known\n1 school - gang=no\n5 csc core_group present=school",
        None,
    ),
    (
        "same_event",
        "0 police injury text=a_b_c_d_e\n1 school injury text=A_b_c_x_y",
        "0 police injury text=a_b_c_d_e\n1 school injury text=a_b_z_x_y",
        None,
    ),
    (
        "same_event",
        "0 police injury text=a\n1 school injury text=a",
        "0 police injury text=a\n2 school injury text=a",
        None,
    ),
]


@pytest.mark.parametrize(("code", "fires", "silent", "ends"), BOUNDARIES)
def test_a_pattern_fires_on_its_definition_and_not_one_day_inside(code, fires, silent, ends):
    fires_at, silent_at = ends or (None, None)
    assert len(fired(code, fires, to=fires_at)) == 1
    assert fired(code, silent, to=silent_at) == []


def test_every_pattern_has_its_boundary():
    assert {one[0] for one in BOUNDARIES} | {"tool_not_used"} == set(CODES)


ORDINARY = """
    0 csc referral child=C1
    1 csc strategy_discussion
    3 csc assessment_start
    9 csc icpc
    9 csc cp_start
    9 csc visit seen=alone voice=happy
    12 csc core_group present=police,school,health_visiting
    12 csc info_request of=gp
    20 gp info_received from=gp
    30 csc visit seen=yes voice=tired
    40 csc supervision
    50 csc core_group present=police,school,health_visiting
    50 csc mid_point_review
    55 csc visit seen=yes voice=well
    60 hv appointment
    62 hv appointment
    70 dentist dental_check
    80 csc visit seen=yes voice=well
    85 csc core_group present=police,school,health_visiting
    90 csc rcpc
    90 csc cp_end
    90 csc cin_start
    100 csc supervision
    140 csc visit seen=yes
    150 csc cin_end
    150 csc case_closed
"""


def test_an_ordinary_case_has_no_pattern():
    for code in CODES:
        assert fired(code, ORDINARY, to=1500, tool="") == [], code


def test_the_evidence_is_named_with_its_days():
    assert fired("gap", CP + "61 csc visit") == [(CSC, None, [2, 3], 0, 61)]
    assert fired("gap", CP, to=70) == [(CSC, None, [2], 0, 70)]
    assert fired("info_unanswered", "0 csc info_request of=gp\n1 police info_declined from=gp") == [
        ("gp", None, [1, 2], 0, 1)
    ]
    assert fired("tool_not_used", "0 gp tool_used tool=other\n5 gp -", tool="gcp2") == [(None, None, [], 0, 5)]
    assert fired("tool_not_used", "0 gp tool_used tool=GCP2", tool="gcp2") == []
    assert fired("tool_not_used", "0 gp -") == []


def test_what_another_agency_enters_of_a_plan_counts_for_nothing():
    assert fired("gap", "0 police cp_start\n90 police cp_end") == []
    assert fired("no_oversight", "0 police referral", to=200) == []
    assert fired("no_oversight", "0 csc referral\n50 police supervision\n60 gp case_closed\n91 csc -", to=91) != []
    assert fired("core_group_late", CP + "10 police core_group\n15 csc core_group") != []
    assert fired("plan_drift", "0 police eh_start", to=900) == []


def test_a_referral_that_comes_to_nothing_opens_nothing():
    nothing = "0 csc referral\n1 police visit\n1 csc other\n2 csc contact_nfa"
    assert fired("no_oversight", nothing, to=300) == []
    assert fired("no_oversight", nothing.replace("1 csc other", "1 csc visit"), to=300) != []


def test_what_ends_an_opening():
    by_referral = "0 csc referral\n5 csc cin_start\n50 csc cin_end"
    assert fired("no_oversight", by_referral, to=100) == [(CSC, None, [1], 0, 100)]
    by_plan = "0 csc cin_start\n50 csc cin_end"
    assert fired("no_oversight", by_plan, to=100) == []
    carried_on = "0 csc cin_start\n50 csc cin_end\n50 csc cp_start"
    assert fired("no_oversight", carried_on, to=100) == [(CSC, None, [1], 0, 100)]
    other_order = "0 csc cin_start\n50 csc cp_start\n50 csc cin_end"
    assert fired("no_oversight", other_order, to=100) == [(CSC, None, [1], 0, 100)]


def test_no_span_reaches_beyond_its_plan():
    assert fired("gap", "0 csc visit\n50 csc cp_start\n100 csc cp_end\n200 csc visit", to=300) == []
    assert fired("not_seen", "0 csc visit seen=yes\n50 csc cp_start\n78 csc cp_end", to=300) == []


def test_an_appointment_or_escalation_of_the_same_agency_breaks_the_tie():
    for between in ("appointment", "escalation"):
        assert fired("not_brought_closed", f"0 gp was_not_brought\n5 gp {between}\n9 gp discharge") == []
        assert fired("not_brought_closed", f"0 gp was_not_brought\n5 hv {between}\n9 gp discharge") != []
    assert fired("not_brought_closed", "0 gp was_not_brought child=C1\n9 gp discharge child=C2") == []


def test_each_child_is_looked_at_apart_and_what_is_the_same_for_all_is_one():
    assert fired("plan_drift", "0 csc cp_start\n1 gp - child=C1\n1 gp - child=C2", to=900) == [(CSC, None, [1], 0, 900)]
    assert fired("plan_drift", "0 csc cp_start child=C1\n1 gp - child=C2", to=900) == [(CSC, "C1", [1], 0, 900)]
    assert fired("not_brought_series", "0 gp was_not_brought child=C1\n9 gp was_not_brought child=C2") == []


def test_runs_are_as_long_as_they_can_be():
    moves = "0 csc placement_move\n100 csc placement_move\n400 csc placement_move\n460 csc placement_move"
    assert [one[2] for one in fired("placement_moves", moves)] == [[1, 2], [2, 3, 4]]


def test_a_move_that_two_agencies_tell_counts_once():
    told = "0 csc placement_move text=moved_to_Kent\n1 police placement_move text=moved_to_kent"
    assert fired("placement_moves", told) == []
    assert len(fired("same_event", told)) == 1
    assert fired("placement_moves", told.replace("police", "csc")) != []
    missed = told.replace("placement_move", "immunisation_missed")
    assert fired("health_missed", missed) == []


def test_who_knows_and_who_is_silent():
    assert fired("not_shared", "0 police - gang=known") == []
    assert fired("not_shared", "0 police - gang=known\n1 csc - gang=no\n5 csc core_group present=school") == []
    assert fired("outside_core_group", "1 hv -\n2 hv -\n9 csc core_group") == []
    assert fired("outside_core_group", "1 hv -\n2 hv -\n9 csc core_group present=hv,health_visiting") == []


def test_claims_are_compared_without_case_and_by_pair():
    assert fired("conflict", "0 gp - lives=Home\n9 hv - lives=home") == []
    assert fired("conflict", "0 gp core_group present=police\n9 hv core_group present=school") == []
    three = "0 gp - a=x\n1 hv - a=y\n2 police - a=x"
    assert [one[2] for one in fired("conflict", three)] == [[1, 2], [2, 3]]
    assert [one[2] for one in fired("conflict", "0 gp - a=x b=x\n1 hv - a=y b=y")] == [[1, 2]]


def test_what_comes_after_the_end_counts_for_nothing():
    assert fired("not_brought_series", "0 gp was_not_brought\n9 gp was_not_brought", to=8) == []


def says(written: str, **more) -> dict[str, list[str]]:
    """The sentences of each pattern that fires, by its code."""
    found: dict[str, list[str]] = {}
    made = entries(written)
    labels = sorted({child for entry in made for child in entry.children})
    for one in find_patterns(made, labels=labels, **more):
        found.setdefault(one.code, []).append(one.says)
    return found


def test_each_pattern_has_a_title_of_its_own_in_plain_words():
    titles = {rule.title for rule in RULES.values()}
    assert len(titles) == len(CODES)
    assert not [title for title in titles if "_" in title or not title[0].isupper()]
    found = find_patterns(entries("0 gp was_not_brought\n9 gp was_not_brought"))
    assert [(one.code, one.title) for one in found] == [("not_brought_series", "Not brought several times")]


def test_facts_events_and_tools_are_said_in_plain_words():
    met = "0 csc core_group present=health_visiting\n"
    two = "1 hv - father_in_home=no gp_registered=yes\n9 csc - father_in_home=lives_elsewhere"
    [conflict] = says(two)["conflict"]
    assert conflict.startswith("Father in home: no (health visiting, 2 January 2024) and lives elsewhere (children’s")
    [unshared] = says(f"{met}9 hv - father_cannabis_daily=known")["not_shared"]
    assert unshared.startswith("“Father cannabis daily” was known to health visiting")
    [twice] = says("0 hv strategy_discussion text=same\n0 police strategy_discussion text=same")["same_event"]
    assert "one event (strategy discussion) of" in twice
    [unreviewed] = says("0 hv tool_used tool=graded_care_profile", to=day(200))["tool_not_reviewed"]
    assert "used graded care profile on" in unreviewed


def test_what_reads_alike_tells_the_children_apart():
    visits = "\n".join(f"{at} csc visit seen=yes child={child}" for at in (1, 40) for child in ("C1", "C2"))
    found = says(f"0 csc cp_start\n{visits}\n41 csc cp_end")["not_seen"]
    assert [one.split(": ")[0] for one in found] == ["About C1", "About C2"]
    assert len({one.split(": ", 1)[1] for one in found}) == 1, "the control: but for the child they are the same"
    alone = says("0 csc cp_start\n1 csc visit seen=yes\n40 csc visit seen=yes\n41 csc cp_end")["not_seen"]
    assert not [one for one in alone if one.startswith("About")]


def test_a_pattern_that_rests_on_an_approximate_date_says_so():
    made = entries("0 gp was_not_brought approximate=2024-01\n9 gp was_not_brought")
    assert find_patterns(made)[0].says.endswith("An approximate date is among these: January 2024.")
    assert "approximate" not in find_patterns(entries("0 gp was_not_brought\n9 gp was_not_brought"))[0].says


def test_a_copied_assessment_shows_its_passages():
    made = entries(f"0 csc assessment_end text={LONG}\n9 csc parenting_assessment text={MOST}")
    [copied] = find_patterns(made)
    assert copied.passages == (" ".join(f"word{at}" for at in range(40)),)
    assert fired("copied_assessment", f"0 gp assessment_end text={LONG}\n9 gp assessment_end text={LONG}") == []
    short = "_".join(f"w{at}" for at in range(59))
    assert fired("copied_assessment", f"0 csc assessment_end text={short}\n9 csc assessment_end text={short}") == []


@given(st.one_of(st.text(), st.text(st.characters(max_codepoint=127))))
@example("Mum_said: it's \x1f\x1c\x00 DAD'S\tcafé ’s")
@settings(max_examples=300, deadline=None)
def test_words_are_runs_of_letters_digits_and_apostrophes(text):
    assert words_of(text) == re.findall(r"[\w']+", text.lower().replace("’", "'").replace("_", " "))


@given(st.lists(st.sampled_from("abcd")), st.lists(st.sampled_from("abcd")))
@settings(max_examples=300, deadline=None)
def test_two_texts_share_a_word_as_often_as_both_have_it(one, other):
    assert len(counted(one)) == len(one)
    assert len(counted(one) & counted(other)) == (Counter(one) & Counter(other)).total()


def test_a_child_whom_nobody_listed_has_a_line_too():
    made = entries("0 gp was_not_brought child=C1\n9 gp was_not_brought child=C1\n9 gp visit child=C2")
    assert [one.child for one in find_patterns(made, labels=["C3"])] == ["C1"]
