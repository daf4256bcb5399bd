"""The reading age of a briefing: a number that goes up with the length of words and sentences, and a sentence."""

from maca.briefing.reading import read_briefing
from maca.briefing.reading_age import age_of, reading_age
from maca.briefing.value import SixSteps
from tests.documents.conftest import SEED


def test_the_published_briefing_reads_as_a_list_of_words_would_say():
    found = reading_age(read_briefing(SEED).value)
    # With the syllables of a word list, by the same formula: 11.6.
    assert (found.years, found.words, found.sentences) == (12, 1352, 110)
    assert found.says.startswith("Reading age 12: ")


def test_it_goes_up_with_the_length_of_words_and_of_sentences():
    plain = age_of(["The cat sat on the mat."] * 20)
    joined = age_of(["The cat sat on the mat, and " * 20 + "so it was."])
    learned = age_of(["Professional multidisciplinary collaboration necessitates accountability."] * 25)
    assert plain.years < joined.years < 60
    assert plain.years < learned.years


def test_a_few_words_have_no_reading_age():
    assert age_of(["The cat sat on the mat."] * 5) is None
    assert reading_age(SixSteps("t")) is None


def test_a_line_without_a_full_stop_is_a_sentence_and_signs_are_no_words():
    assert age_of(["The cat sat"] * 40).sentences == 40
    assert age_of(["The cat sat – 12 ... !"] * 40).words == 120
