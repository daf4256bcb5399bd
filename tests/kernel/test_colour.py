"""Whether a colour can be read on white, by the examples of WCAG."""

import pytest

from maca.kernel.colour import LEAST_CONTRAST, OURS, contrast_with_white, is_colour


@pytest.mark.parametrize(
    ("colour", "contrast"), [("#ffffff", 1), ("#000000", 21), ("#767676", 4.54), ("#777777", 4.48), ("#ff0000", 4.0)]
)
def test_the_contrast_is_that_of_the_guidelines(colour, contrast):
    assert contrast_with_white(colour) == pytest.approx(contrast, abs=0.005)


def test_our_own_colour_can_be_read():
    assert contrast_with_white(OURS) > LEAST_CONTRAST


@pytest.mark.parametrize("text", ["", "red", "#fff", "#1D4E6F", "#1d4e6f;", "#1d4e6f\n", "url(x)", "#1d4e6g"])
def test_anything_else_is_no_colour(text):
    assert not is_colour(text)
    with pytest.raises(ValueError, match="no colour"):
        contrast_with_white(text)
