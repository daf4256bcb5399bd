"""The site’s settings, with the pages that break."""

import os

from maca.config.settings import *  # noqa: F403
from maca.config.settings import LOGGING

ROOT_URLCONF = "tests.house.breaking_pages"
if os.environ.get("BREAKING_PLAIN"):
    # The control: logs as most sites have them.
    LOGGING["formatters"]["line"] = {"format": "{message}", "style": "{"}  # type: ignore[index]
