"""A real Chromium and a real server, each as a person would meet them."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LAPTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


def chromium() -> str | None:
    """Where a Chromium is installed, if one is."""
    return next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )


@contextmanager
def a_database(name: str) -> Iterator[str | None]:
    """A PostgreSQL database of its own beside the one that is set; None where SQLite is used."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        yield None
        return
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    parts = urlsplit(url)
    try:
        yield urlunsplit(parts._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


class Site:
    """The site as `maca serve` serves it, in a process of its own, with a directory of its own."""

    def __init__(self, data: Path, database: str | None, **settings: str) -> None:
        self.data = data
        self.environment = {**os.environ, "MACA_DATA": str(data), **settings}
        self.environment.pop("DATABASE_URL", None)
        # It is ours, and a site in production does not start beside a setting it does not know.
        self.environment.pop("MACA_PICTURES", None)
        if database:
            self.environment["DATABASE_URL"] = database
        self.address = ""
        self.program = [sys.executable, "-m", "maca", "serve", "--port", "0"]
        self.server: subprocess.Popen[str] | None = None

    def maca(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "maca", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def start(self) -> None:
        log = self.data / "served.txt"
        with log.open("w") as out:
            self.server = subprocess.Popen(
                self.program,
                env=self.environment,
                stdout=out,
                stderr=subprocess.STDOUT,
                text=True,
            )
        end = time.monotonic() + 60
        while time.monotonic() < end:
            lines = [line for line in log.read_text().splitlines() if line.startswith("http")]
            if lines:
                self.address = lines[0].rstrip("/")
                return
            if self.server.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError(f"The site did not start: {log.read_text()}")

    def said(self) -> str:
        return (self.data / "served.txt").read_text()

    def stop(self) -> None:
        if self.server and self.server.poll() is None:
            self.server.terminate()
            self.server.wait(timeout=20)


@cache
def _made_by(*words: str) -> Path:
    """Where a site on SQLite lies as this command has made it. It is made once, since making the tables takes long."""
    directory = Path(tempfile.mkdtemp(prefix="maca-made-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    made = Site(directory / "data", None).maca(*words)
    if made.returncode:
        raise RuntimeError(made.stderr)
    return directory / "data"


def begin_with(data: Path, *words: str) -> None:
    """Put into this directory what the command makes of a new one."""
    shutil.copytree(_made_by(*words), data, dirs_exist_ok=True)


@contextmanager
def served_demo(data: Path) -> Iterator[Site]:
    """The demo, made and served."""
    with a_database(f"journey_{uuid4().hex[:12]}") as database:
        site = Site(data, database)
        if database is None:
            begin_with(data, "demo")
        elif (made := site.maca("demo")).returncode:
            raise RuntimeError(made.stderr)
        site.start()
        try:
            yield site
        finally:
            site.stop()


if __name__ == "__main__":
    if not chromium():
        print("SKIPPED: the browser tests, because no Chromium is installed here (Debian: apt install chromium).")
        sys.exit(1)
