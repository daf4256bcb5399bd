"""What is served: no face, crest or address that is not ours to use, and exactly what the manifest says."""

import hashlib
import json
from pathlib import Path

import pytest

import maca.design

STATIC = Path(maca.design.__file__).parent / "static" / "design"
MANIFEST = json.loads((STATIC / "manifest.json").read_text())


@pytest.mark.parametrize("unwanted", ["GDS Transport", "@font-face", "url(", "crest"])
def test_the_stylesheet_holds_nothing_we_may_not_use(unwanted: str) -> None:
    assert unwanted not in (STATIC / "site.css").read_text()


def test_every_file_is_in_the_manifest() -> None:
    served = {file.name for file in STATIC.iterdir()} - {"manifest.json", "licences.txt"}
    assert served == set(MANIFEST["files"])


@pytest.mark.parametrize("name", MANIFEST["files"])
def test_a_file_is_the_one_that_was_built(name: str) -> None:
    assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == MANIFEST["files"][name]["sha256"]


def test_the_lock_names_no_registry() -> None:
    lock = Path(__file__).parents[2] / "frontend" / "package-lock.json"
    assert "://" not in lock.read_text()
