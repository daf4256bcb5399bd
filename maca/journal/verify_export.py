#!/usr/bin/env python3
"""Check an exported journal, on any machine with Python 3.9 or later and nothing else.

    python3 verify_export.py FILE
    python3 verify_export.py FILE --head NUMBER:DIGEST

FILE comes from “maca journal export”. Its first line says whose journal it is, its last how many entries it
has; between them stands one entry a line, with its digest: the SHA-256 of exactly the bytes that follow it.
Each entry holds the digest of the one before it, so a change shows wherever it was made. A head that was kept
on an earlier day, from a daily notice, shows as well whether everything was written anew since, or the end cut
off. The answer is 0 if all is well, 1 if not, 2 if the file could not be checked.
"""

# ruff: noqa: T201

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any

# (number, digest of the entry before, digest, the bytes that were hashed)
Link = tuple[int, str, str, bytes]
FORMAT = "maca journal 1"
BEGIN, MIDDLE, END = b'{"digest":"', b'","entry":', b"}"
FIELDS = {"partnership", "number", "at", "by", "by_name", "did", "about", "is_reading", "details", "before"}


class BadLine(Exception):
    """A line that no export would have written so."""


class Found:
    """What came of following a chain: entries that hold, the last one's digest, and what is wrong, at which entry."""

    def __init__(self, entries: int, digest: str, wrong: str = "", at: int = 0) -> None:
        self.entries, self.digest, self.wrong, self.at = entries, digest, wrong, at

    @property
    def head(self) -> str:
        return f"{self.entries}:{self.digest}"


def canonical(content: dict[str, Any]) -> bytes:
    """An entry as it is hashed: JSON with sorted names, no spaces and real letters, in UTF-8."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def with_other(link: Link, **fields: Any) -> str:
    """The digest that an entry would have if it stood elsewhere."""
    return hashlib.sha256(canonical({**json.loads(link[3]), **fields})).hexdigest()


def follow(links: Iterable[Link], heads: Iterable[tuple[int, str]] = (), others: Iterable[str] = ()) -> Found:
    """Follow a chain of links (number, before, digest, canonical bytes), and say what is wrong with the first bad one.

    `heads` are (number, digest) kept elsewhere; `others` the ids of other partnerships whose chain it may be.
    Holds three links at a time, however long the chain.
    """
    kept: dict[int, set[str]] = {}
    for number, digest in heads:
        kept.setdefault(number, set()).add(digest)
    links, count, last, anew = iter(links), 0, "", 0
    for link in links:
        number, before, digest, content = link
        if number != count + 1:
            return Found(count, last, *_gap(count + 1, number))
        if hashlib.sha256(content).hexdigest() != digest:
            return Found(count, last, *_changed(link, last, links, others))
        if before != last:
            return Found(count, last, *_torn(link, next(links, None), kept))
        if number in kept and kept[number] != {digest} and not anew:
            anew = number
        count, last = number, digest
    if anew:
        words = f"the chain was written anew: its entry {anew} is not the one whose digest was kept elsewhere"
        return Found(count, last, words, anew)
    taken = max(kept, default=0) - count
    if taken > 0:
        words = "the last entry was" if taken == 1 else f"the last {taken} entries were"
        return Found(count, last, f"{words if count else f'all {taken} entries were'} taken away", count + 1)
    return Found(count, last)


def _gap(wanted: int, number: int) -> tuple[str, int]:
    if number < wanted:
        return f"entry {number} was put in", number
    gone = f"entry {wanted} is" if number == wanted + 1 else f"entries {wanted} to {number - 1} are"
    return f"{gone} missing", wanted


def _changed(link: Link, last: str, links: Iterator[Link], others: Iterable[str]) -> tuple[str, int]:
    """An entry that is not what its digest says: changed, or moved from another place."""
    number, _, digest, _ = link
    if any(with_other(link, partnership=other) == digest for other in others):
        return "this chain is of another partnership", number
    if number > 1 and with_other(link, number=number - 1) == digest:
        return f"entry {number - 1} was put in", number - 1
    following = next(links, None)
    if following and with_other(following, number=number) == following[2] and following[1] == last:
        if with_other(link, number=following[0]) == digest:
            return f"entries {number} and {following[0]} changed places", number
        return f"entry {number} was put in", number
    if with_other(link, number=number + 1) == digest:
        return f"entry {number} is missing", number
    if following and with_other(link, number=following[0], before=following[1]) == following[2]:
        return f"entries {number} and {following[0]} changed places", number
    for other in links:
        if with_other(link, number=other[0]) == digest:
            if with_other(other, number=number) == other[2]:
                return f"entries {number} and {other[0]} changed places", number
            return f"entry {other[0]} stands in the place of entry {number}", number
    return f"entry {number} was changed", number


def _torn(link: Link, following: Link | None, kept: dict[int, set[str]]) -> tuple[str, int]:
    """An entry that is what its digest says, and does not follow the one before it: one of the two was changed."""
    number, _, digest, _ = link
    if number == 1 or (following and following[1] != digest):
        return f"entry {number} was changed", number
    if following or digest in kept.get(number, ()):
        return f"entry {number - 1} was changed", number - 1
    return f"entry {number - 1} or entry {number} was changed", number - 1


def line_of(digest: str, content: bytes) -> bytes:
    """One line of an export, without its end."""
    return BEGIN + digest.encode() + MIDDLE + content + END


def links_in(file: Iterable[bytes], partnership: str, ending: dict[str, Any]) -> Iterator[Link]:
    """The entries of an export, one at a time. Puts what its last line says into `ending`."""
    start = len(BEGIN) + 64
    for place, line in enumerate(file, start=1):
        if ending:
            raise BadLine(f"there is something after the last line, before line {place + 1}")
        try:
            if not line.startswith(BEGIN):
                ending.update(json.loads(line))
                ending["count"] = int(ending["count"])
                continue
            digest, content = line[len(BEGIN) : start].decode(), line.rstrip(b"\r\n")[start + len(MIDDLE) : -1]
            entry = json.loads(content)
            number, before = entry["number"], entry["before"]
            # Not spelt as it is hashed, with a name twice for instance, two readers could read it in two ways.
            spelt = line_of(digest, canonical(entry)) == line.rstrip(b"\r\n")
            if not spelt or set(entry) != FIELDS or type(number) is not int:
                raise ValueError
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as problem:
            raise BadLine(f"entry {place} cannot be read: its line was changed") from problem
        if entry["partnership"] != partnership:
            raise BadLine(f"this chain is of another partnership, from entry {place} on")
        yield number, before, digest, content
    if not ending:
        raise BadLine("the last line is missing: the end of the file was cut off")


def head_in(text: str) -> tuple[int, str]:
    """NUMBER:DIGEST as it stands in a notice."""
    number, _, digest = text.strip().partition(":")
    if not (number.isascii() and number.isdigit() and len(digest) == 64 and set(digest) <= set("0123456789abcdef")):
        raise argparse.ArgumentTypeError("write the head as NUMBER:DIGEST, as it stands in the notice")
    return int(number), digest


def main() -> int:
    parser = argparse.ArgumentParser(description="Check an exported journal: that nobody has changed it.")
    parser.add_argument("file", help="a file that “maca journal export” wrote")
    parser.add_argument("--head", type=head_in, action="append", default=[], help="NUMBER:DIGEST of an earlier day")
    asked = parser.parse_args()
    ending: dict[str, Any] = {}
    try:
        with open(asked.file, "rb") as file:
            header = json.loads(file.readline(10_000))
            if not isinstance(header, dict) or header.get("format") != FORMAT:
                raise ValueError
            found = follow(links_in(file, header["partnership"], ending), heads=asked.head)
    except BadLine as problem:
        print(f"NOT AS IT WAS WRITTEN: {problem}.")
        return 1
    except (OSError, ValueError, KeyError, RecursionError) as problem:
        print(f"This file cannot be checked: it is no journal that this version can read. {str(problem)!a}")
        return 2
    if not found.wrong and ending.get("head") != found.head:
        taken = ending["count"] - found.entries
        found.wrong = f"the last {taken} entries were taken away" if taken > 0 else "the last line was changed"
    good = "The journal is as it was written."
    good += "" if asked.head else " Without a --head kept from before, it cannot be seen whether all was written anew."
    print(f"NOT AS IT WAS WRITTEN: {found.wrong}." if found.wrong else good)
    # The name comes last and escaped: it is what the file says, and must not pass for what this program says.
    print(f"{found.entries} entries hold, head {found.head}, in a journal that calls itself {header.get('name')!a}.")
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
