"""The server is killed with -9 while photographs are put with returns and taken back. (V36)

Each page of an upload is a sealed row in the transaction of its upload: no file lies beside the database, so there is
none to be swept, and this drill looks that there is none. After each cut: every upload has all its pages, each opens
with its key, together they have the SHA-256 that was noted, and the upload has its entry in the journal; what was
acknowledged is there with the SHA-256 of the very file that was sent; what was taken back is gone. Joined to
`make kill`; `--torn` is the control: without transactions it must fail.
"""

import hashlib
import io
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from uuid import uuid4

from PIL import Image

from tests.drills.kill_nine import AUDIT, WRITERS, Visitor, declare, reading, run
from tests.journeys.browser import Site, served_demo


def photograph() -> bytes:
    file = io.BytesIO()
    Image.effect_noise((120, 90), 90).save(file, "PNG")
    return file.getvalue()


class Uploader(threading.Thread):
    """Puts one photograph after another with a return, and takes the one before back."""

    def __init__(self, site: Site, visitor: Visitor, place: str) -> None:
        super().__init__(daemon=True)
        self.site, self.visitor, self.place = site, visitor, f"{AUDIT}{place}"
        self.there: dict[str, str] = {}  # the SHA-256 of what was sent, by the address it was acknowledged with
        self.gone: list[str] = []
        self.strange: list[str] = []
        self.stopping = False

    def send(self, path: str, keys: dict[str, str], file: bytes | None = None) -> str:
        border = uuid4().hex
        parts = [
            f'--{border}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in keys.items()
        ]
        if file:
            head = f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n'
            parts.append(head.encode() + b"Content-Type: image/png\r\n\r\n" + file + b"\r\n")
        body = b"".join(parts) + f"--{border}--\r\n".encode()
        request = urllib.request.Request(
            self.site.address + path, body, {"Content-Type": f"multipart/form-data; boundary={border}"}
        )
        return str(self.visitor.open(request, timeout=30).geturl())

    def keys(self, path: str) -> dict[str, str]:
        main = self.visitor.get(path).split("<main")[1]
        tags = re.findall(r'<input type="hidden" name="([^"]+)"[^>]*? value="([^"]*)"', main)
        return dict(tags)

    def put(self) -> None:
        file, today = photograph(), time.localtime()
        values = {
            "kind": "photograph", "description": "A kitchen.", "source": "A visit", "sensitivity": "usual",
            "question": "", "dated_on-day": str(today.tm_mday), "dated_on-month": str(today.tm_mon),
            "dated_on-year": str(today.tm_year),
        }  # fmt: skip
        path = self.place + "uploads/"
        where = self.send(path, {**self.keys(path), **values}, file)
        upload = re.search(r"/uploads/([0-9a-f]{32})/1/", where)
        if not upload:
            self.strange.append(f"an upload led to {where}")
            return
        before, self.there[upload[1]] = list(self.there), hashlib.sha256(file).hexdigest()
        for one in before:
            # Once it is asked for, it may be gone whether or not the answer comes.
            del self.there[one]
            self.send(f"{self.place}uploads/{one}/remove/", self.keys(f"{self.place}uploads/{one}/1/"))
            self.gone.append(one)

    def run(self) -> None:
        while not self.stopping:
            try:
                self.put()
                # Each photograph is another record, and nobody is shown more than 200 in an hour.
                time.sleep(0.3)
            except urllib.error.HTTPError as problem:
                self.strange.append(f"HTTP {problem.code}")
                return
            except (OSError, AttributeError, ValueError, IndexError):
                return


# Runs in the site's own environment while the site is down, and says what is kept.
KEPT = """
import hashlib
import json
import django
django.setup()
from maca.cases.seal import case_key
from maca.journal.models import Entry
from maca.returns.models import Upload, UploadPage

added = {one["upload"] for one in Entry.objects.filter(did="added an upload").values_list("details", flat=True)}
removed = {one["upload"] for one in Entry.objects.filter(did="removed an upload").values_list("details", flat=True)}
wrong, there = [], {}
for one in Upload.objects.select_related("agency_return__case__nomination"):
    key = case_key(one.agency_return.case)
    key.open(one)
    pages = [key.content(page, "picture") for page in one.pages.all()]
    if len(pages) != one.page_count:
        wrong.append(f"an upload of {one.page_count} pages has {len(pages)}")
    if hashlib.sha256(b"".join(pages)).hexdigest() != str(one.sha256_kept):
        wrong.append("the pages of an upload are not those that were noted")
    if one.size_kept != sum(map(len, pages)):
        wrong.append("the size of an upload is not that of its pages")
    there[one.public_id] = str(one.sha256_given)
if set(there) != added - removed:
    wrong.append(f"{len(there)} uploads, and {len(added - removed)} by the journal")
if UploadPage.objects.exclude(upload__in=Upload.objects.all()).exists():
    wrong.append("there are pages of no upload")
print(json.dumps({"wrong": wrong, "there": there}))
"""


def kept(site: Site) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", KEPT],
        env={**site.environment, "DJANGO_SETTINGS_MODULE": "maca.config.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return {"wrong": ["what is kept cannot be read: " + done.stderr.strip().splitlines()[-1]], "there": {}}
    return dict(json.loads(done.stdout))


def files(site: Site) -> set[str]:
    """Every file the site has: the databases, the keys, the mail and its own output, and nothing more."""
    found = {str(path.relative_to(site.data)) for path in site.data.rglob("*") if path.is_file()}
    return {name for name in found if not re.search(r"sqlite3(-wal|-shm|-journal)?$|^mail/|^served\.txt$", name)}


def drill(cuts: int, *, torn: bool = False, seed: int = 1) -> list[str]:
    chance, sent, taken_back = random.Random(seed), 0, 0
    with tempfile.TemporaryDirectory(prefix="maca-cut-") as directory, served_demo(Path(directory)) as site:
        if torn:
            site.program = [sys.executable, "-m", "tests.drills.torn"]
        for who, place in WRITERS:
            declare(Visitor(site, who, reading).sign_in(), place)
        before = files(site)
        for number in range(1, cuts + 1):
            if torn or number > 1:
                site.stop()
                site.start()
            uploaders = [Uploader(site, Visitor(site, who, reading).sign_in(), place) for who, place in WRITERS]
            for one in uploaders:
                one.start()
            time.sleep(1.5 + chance.random() * 2.5)
            assert site.server is not None
            os.kill(site.server.pid, signal.SIGKILL)
            site.server.wait()
            for one in uploaders:
                one.stopping = True
            for one in uploaders:
                one.join()
            found = kept(site)
            wrong = list(found["wrong"])
            for one in uploaders:
                if not torn:
                    wrong += one.strange
                sent += len(one.there) + len(one.gone)
                taken_back += len(one.gone)
                wrong += [f"{one.place}: what was acknowledged is not there" for name, digest in one.there.items()
                          if found["there"].get(name) != digest]  # fmt: skip
                wrong += [f"{one.place}: what was taken back is there" for name in one.gone if name in found["there"]]
            wrong += [f"a file is left: {name}" for name in files(site) - before]
            if wrong:
                return [f"cut {number}: {one}" for one in wrong]
            tidy(site)
            if number % 10 == 0:
                print(f"{number} cuts; {sent:,} uploads acknowledged, nothing lost, no file left", flush=True)
        assert sent
        print(
            f"CUT PASS n={cuts}: {sent:,} uploads and {taken_back:,} removals were acknowledged; every row has its "
            "pages with the right SHA-256, and no file lies beside the database"
        )
    return []


# A return holds twenty: what a cut left behind is taken back before the next, as an agency would.
TIDY = """
import django
django.setup()
from maca.partnership.models import Person
from maca.returns.models import Upload
from maca.returns.operations import remove_upload
for one in Upload.objects.select_related("agency_return__case__audit", "added_by"):
    remove_upload(one, by=one.added_by)
"""


def tidy(site: Site) -> None:
    environment = {**site.environment, "DJANGO_SETTINGS_MODULE": "maca.config.settings"}
    subprocess.run([sys.executable, "-c", TIDY], env=environment, check=True, capture_output=True)


def main() -> int:
    return run(drill, "--cuts", 50)


if __name__ == "__main__":
    sys.exit(main())
