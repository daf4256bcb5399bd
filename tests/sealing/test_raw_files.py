"""No sealed word is in any file of the databases: not in a table, an index, a write-ahead log or a backup. (V4)"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.journeys.browser import a_database, begin_with

MAKE = """
import json, sqlite3, sys
import django
django.setup()
from maca.config.site import _bring_up_to_date
_bring_up_to_date()
from django.conf import settings
from django.db import connection
from maca.partnership.fence import installation
from maca.cases.seal import case_key
from maca.returns.models import UploadPage
from tests.house.test_canary import tokened

with installation():
    one = tokened("Here Partnership", "published")
    # Runs of the pictures as they are shown, and of what is kept of them, away from where a file's pages end.
    runs, sealed = [], []
    for page in UploadPage.objects.select_related("upload__agency_return__case__nomination"):
        picture = case_key(page.upload.agency_return.case).content(page, "picture")
        runs += [picture[at : at + 24].hex() for at in range(600, len(picture) - 24, 97)]
        sealed += [bytes(page.picture)[at : at + 24].hex() for at in range(600, len(picture) - 24, 97)]
found = {"words": list(one.words.values()), "runs": runs, "sealed": sealed, "directory": ""}
with connection.cursor() as cursor:
    if connection.vendor == "sqlite":
        # A backup taken while the site runs, and the log of what was written since the last checkpoint.
        with sqlite3.connect(settings.MACA_DATA / "backup.sqlite3") as backup:
            connection.connection.backup(backup)
    else:
        cursor.execute("CHECKPOINT")
        cursor.execute("SHOW data_directory")
        found["directory"] = cursor.fetchone()[0]
print(json.dumps(found), flush=True)
sys.stdin.read()  # stay connected, so that the write-ahead log stays too
"""


def where_found(words: Iterable[bytes], directories: list[Path]) -> dict[bytes, set[str]]:
    """Which words stand in which files, by the files' names; each file is read once."""
    words = list(words)
    found: dict[bytes, set[str]] = {}
    for directory in directories:
        # PostgreSQL empties and takes away files while one looks.
        for path in (Path(here) / name for here, _, names in os.walk(directory) for name in names):
            with suppress(FileNotFoundError):
                content = path.read_bytes() if path.is_file() else b""
                for word in words:
                    if word in content:
                        found.setdefault(word, set()).add(path.name)
    return found


@pytest.mark.process
def test_no_file_of_the_databases_holds_a_sealed_word(tmp_path):
    with a_database("raw_files") as url:
        environment = {**os.environ, "MACA_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "maca.config.settings"}
        environment["DATABASE_URL"] = url or ""
        if not url:
            begin_with(tmp_path, "notices", "send")
        with subprocess.Popen(
            [sys.executable, "-c", MAKE], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as site:
            assert site.stdout
            said = site.stdout.readline()
            assert said, "the site could not be made"
            found = json.loads(said)
            here = [tmp_path]
            if found["directory"]:
                if not os.access(found["directory"], os.R_OK):
                    pytest.skip("the files of this PostgreSQL cannot be read from here")
                here.append(Path(found["directory"]))
            assert len(found["words"]) > 20
            # Nor in small letters, as a name is put in order before it is marked.
            words = {word.encode() for word in found["words"]} | {word.casefold().encode() for word in found["words"]}
            runs, sealed = ({bytes.fromhex(run) for run in found[name]} for name in ("runs", "sealed"))
            assert len(runs) > 10
            clear = b"What to find out."
            where = where_found(words | runs | sealed | {clear}, here)
            assert not (words | runs) & where.keys()
            # The control: sealed, the same picture is there.
            assert sealed & where.keys()
            # The control: what is not sealed is found, in the database, in its log and in its backup.
            in_clear = where.get(clear, set())
            if found["directory"]:
                assert in_clear
            else:
                assert {"maca.sqlite3-wal", "backup.sqlite3"} <= in_clear
