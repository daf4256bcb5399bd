"""The one real briefing, as it was published and as we read it."""

from pathlib import Path

import pytest

from maca.briefing.reading import read_briefing
from maca.briefing.value import SixSteps

SEED = Path(__file__).parents[2] / "maca" / "demo" / "data" / "six-step-briefing-neglect-2.txt"


@pytest.fixture(scope="session")
def seed_path() -> Path:
    return SEED


@pytest.fixture(scope="session")
def seed_text() -> str:
    return SEED.read_text("utf-8")


@pytest.fixture(scope="session")
def seed() -> SixSteps:
    return read_briefing(SEED).value
