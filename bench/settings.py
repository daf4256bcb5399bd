"""The site's own settings, with the two plain pages added."""

from pathlib import Path

from maca.config.settings import *  # noqa: F403
from maca.config.settings import TEMPLATES as SITE_TEMPLATES

ROOT_URLCONF = "bench.urls"
TEMPLATES = [{**site, "DIRS": [*site["DIRS"], Path(__file__).parent / "templates"]} for site in SITE_TEMPLATES]
