"""Whatever a person can type in Word or Excel comes back from a form equal, for every kind of question."""

import io

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from maca.kernel.text import normalise
from maca.returns.on_paper import as_excel, as_word
from maca.returns.on_paper.reading import read_bytes
from tests.documents.paper import FIRST, SECOND, SIXTH, a_form, fill, tick, written

MANY = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])

# What Word holds in a run of text: everything but control characters, halves of characters and non-characters.
typed = st.text(
    st.one_of(
        st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters="\ufeff\ufffe\uffff"),
        st.sampled_from("\t \u00a0\u200d\u202e\u2011\u00ad\u0301<>&\"'=+-@_x0041“”’–…•☐☒ŵŁاردو👩‍👧é\uf0fe"),
    ),
    max_size=200,
).filter(lambda text: not normalise(text)[1])
# Paragraphs; a vertical tab stands for a line broken within one, as in Word itself.
answers = st.lists(st.lists(typed, min_size=1, max_size=3).map("\v".join), min_size=1, max_size=5)
choices = st.sampled_from(["yes", "no", "partly", "not_applicable", "cannot_tell"])


@MANY
@given(answers, answers, answers, choices)
@example(["=1+1", "", "  "], ["q1-8f3a1c"], ["Question 2. Can you see evidence?", "Tick one"], "no")
@example(["x" * 200_000], ["Form reference: neglect-2/1/health/3/000000000000"], ["", ""], "yes")
def test_what_is_typed_in_word_comes_back_equal(account, reasons, points, choice):
    def edit(body):
        fill(body, "now", *account)
        fill(body, "q1", *reasons)
        fill(body, "q6", *points)
        tick(body, "q1", choice)

    read = read_bytes(written(edit))
    for box, paragraphs in (("now", account), ("q1", reasons), ("q6", points)):
        assert read.box(box).words == normalise("\n".join(paragraphs))[0]
    assert read.box("q1").choice == choice
    assert read.box("q2").is_empty
    assert read.unplaced == ()
    assert read.dropped == ()


words = answers.map(lambda paragraphs: normalise("\n".join(paragraphs))[0])


@MANY
@given(words, words, choices, st.text(max_size=30), st.text(max_size=30))
@example("=cmd|' /C calc'!A0", "_x0041_ _x005F_x0041_", "yes", "=1", "")
@example("é" * 32_766 + "👩" * 20_000, "\n" * 900 + "end", "yes", "", "")
def test_what_stands_in_a_form_is_the_same_in_word_and_in_excel(reasons, points, choice, title, purpose):
    form = a_form(
        title=title,
        purpose=purpose,
        questions=(FIRST.filled(choice=choice, words=reasons), SECOND, SIXTH.filled(words=points)),
    )
    for data in (as_word.write(form), as_excel.write(form)):
        read = read_bytes(data)
        assert [(box.id, box.choice, box.words) for box in read.boxes] == [
            (box.id, box.choice, normalise(box.words)[0]) for box in form.boxes
        ]
        assert read.unplaced == ()


@MANY
@given(st.sampled_from("=+-@\t＝＋－＠'\"; ,"), typed)
def test_nothing_written_becomes_a_formula_in_excel(sign, rest):
    data = as_excel.write(a_form(title=sign + rest, questions=(FIRST.filled(words=sign + rest), SECOND, SIXTH)))
    for row in load_workbook(io.BytesIO(data)).active.iter_rows():
        for cell in row:
            assert cell.data_type in ("s", "n")
            assert cell.data_type == "s" or cell.value is None
