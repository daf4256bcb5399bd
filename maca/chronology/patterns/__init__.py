"""The patterns to look for between the agencies: prompts with their evidence, never a score nor a judgement."""

from maca.chronology.patterns.finding import CODES, find_patterns
from maca.chronology.patterns.settings import Settings
from maca.chronology.patterns.value import Found, Pattern

__all__ = ["CODES", "Found", "Pattern", "Settings", "find_patterns"]
