"""What a log may say: when, where in the code and what kind of error. Never what anybody wrote.

The message of an error is never written, since it may quote anything: PostgreSQL quotes the whole row that it
refused. The types of the errors, the lines of code they passed and a reference are enough to find a fault.
"""

import logging
import re
import sys
import threading
import time
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PACKAGES = Path(__file__).resolve().parents[2]
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}
# Only our own loggers choose their words with this in mind.
OURS = ("maca",)
# What comes before the message of a warning: the file, the line and the kind.
WARNING = re.compile(r"^(\S+:\d+: \w+): ")
MOST_FRAMES = 40


class Line(logging.Formatter):
    """Time, level, logger and what can be said of a record without quoting anybody."""

    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        parts = [self.formatTime(record, "%Y-%m-%dT%H:%M:%SZ"), record.levelname, record.name, _said(record)]
        if status := getattr(record, "status_code", None):
            parts.append(str(int(status)))
        if reference := getattr(getattr(record, "request", None), "reference", None):
            parts.append(f"reference {reference}")
        lines = [" ".join(part for part in parts if part)]
        if record.exc_info and record.exc_info[1]:
            lines += [f"  {line}" for line in raised(record.exc_info[1])]
        return "\n".join(lines)


def _said(record: logging.LogRecord) -> str:
    request: Any = getattr(record, "request", None)
    if hasattr(request, "method"):
        method = request.method if request.method in METHODS else "another method"
        # The name of the page: its address may name a case, and its query anything at all.
        page = getattr(request.resolver_match, "view_name", None) or "no page"
        return f"{method} {page}"
    if record.name == "py.warnings" and record.args:
        found = WARNING.match(str(record.args[0] if isinstance(record.args, tuple) else ""))
        return found[1] if found else ""
    if record.name.split(".")[0] in OURS:
        return record.getMessage()
    return f"at {_short(record.pathname)}:{record.lineno}"


def raised(problem: BaseException) -> Iterator[str]:
    """An error, and those that led to it, as their types and the lines of code they passed."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [problem]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield f"{type(one).__module__}.{type(one).__qualname__}"
        yield from _frames(one.__traceback__)
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions
        waiting += [one.__cause__, one.__context__]


def _frames(traceback: types.TracebackType | None) -> list[str]:
    found = []
    while traceback:
        code = traceback.tb_frame.f_code
        found.append(f"  {_short(code.co_filename)}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return found[-MOST_FRAMES:]


def _short(path: str) -> str:
    """From the package on, as a developer names a file."""
    for root in (str(PACKAGES), *sys.path):
        if root and path.startswith(root.rstrip("/") + "/"):
            return path[len(root.rstrip("/")) + 1 :]
    return path


def tell_nothing_raised() -> None:
    """An error that nobody caught, in a command or a thread, is told as in a log: by its type and its place."""

    def tell(problem: BaseException) -> None:
        for line in raised(problem):
            sys.stderr.write(f"{line}\n")

    def tell_unraisable(what: Any) -> None:
        if what.exc_value is not None:
            tell(what.exc_value)

    def tell_uncaught(kind: type[BaseException], problem: BaseException, traceback: types.TracebackType | None) -> None:
        tell(problem)

    def tell_in_thread(what: Any) -> None:
        if what.exc_value is not None and not isinstance(what.exc_value, SystemExit):
            tell(what.exc_value)

    sys.excepthook = tell_uncaught
    sys.unraisablehook = tell_unraisable
    threading.excepthook = tell_in_thread
    logging.captureWarnings(True)
