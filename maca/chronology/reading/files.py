"""Reading files and folders about one case. What a file holds says what it is, not its name."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from maca.chronology.agencies import AgencyList, national
from maca.chronology.entries import Entry, Reading, Unread
from maca.chronology.reading import from_excel, from_text, from_word
from maca.chronology.reading.opening import LARGEST, NotEntriesError
from maca.chronology.reading.rows import RowReader

MOST_CHILDREN = 60
_ZIP = b"PK\x03\x04"
_OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")
_OTHER_KINDS = (b"%PDF", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")


def read_paths(paths: Sequence[str | os.PathLike[str]], agencies: AgencyList | None = None) -> Reading:
    """Every entry in the files, and in the files of the folders, in the order given.

    Raises `NotEntriesError` for a file that was named and cannot be read; one that merely lies in a folder is
    reported as unread.
    """
    named: list[tuple[Path, bool]] = []
    for path in map(Path, paths):
        if path.is_dir():
            inside = sorted(one for one in path.rglob("*") if one.is_file() and not _is_hidden(one.relative_to(path)))
            if not inside:
                raise NotEntriesError(f"There is no file in {path}. Put the agencies’ CSV, Excel or Word files in it.")
            named += [(one, False) for one in inside]
        else:
            named.append((path, True))
    named = list({path.resolve(): (path, given) for path, given in reversed(named)}.values())[::-1]
    entries: list[Entry] = []
    unread: list[Unread] = []
    for (path, given), shown in zip(named, _names([path for path, _ in named]), strict=True):
        try:
            one = read_bytes(_content(path), shown, agencies)
        except NotEntriesError as problem:
            if given:
                raise
            unread.append(Unread(shown, None, "", "", problem.sentence, "Mend the file, or take it out of the folder."))
            continue
        entries += one.entries
        unread += one.unread
    reading = Reading(tuple(with_one_spelling(entries)), tuple(unread))
    refuse_too_many_children(reading.children)
    return reading


def refuse_too_many_children(children: Sequence[str]) -> None:
    """Raises `NotEntriesError` for more labels than a case has children: the column holds something else."""
    if len(children) > MOST_CHILDREN:
        raise NotEntriesError(
            f"The column “child” holds {len(children):,} different labels, such as “{children[0]}” and "
            f"“{children[-1]}”: more than {MOST_CHILDREN} are no case. Write “all”, or labels such as C1, C2."
        )


def with_one_spelling(entries: list[Entry]) -> list[Entry]:
    """One agency’s “c1” is another’s “C1”: a label is spelt as it was first."""
    spelt: dict[str, str] = {}
    for entry in entries:
        for child in entry.children:
            spelt.setdefault(child.casefold(), child)
    first = set(spelt.values())
    if all(child in first for entry in entries for child in entry.children):
        return entries
    return [
        replace(entry, children=tuple(dict.fromkeys(spelt[child.casefold()] for child in entry.children)))
        for entry in entries
    ]


def read_bytes(data: bytes, name: str, agencies: AgencyList | None = None, *, whose: str = "") -> Reading:
    """The entries in the content of one file. Raises `NotEntriesError` if it cannot be read at all.

    `whose` is the code of the one agency whose entries are taken: a row that names another is reported.
    """
    if len(data) > LARGEST:
        raise NotEntriesError(f"{name} is larger than {LARGEST // 1024 // 1024} MB. Send it in several files.")
    if data.startswith(_OLD_OFFICE):
        raise NotEntriesError(
            f"{name} is in the format of Office before 2007, or protected with a password. Save it as .xlsx, .docx or "
            "CSV without one, and try that copy."
        )
    if data.startswith(_OTHER_KINDS):
        raise NotEntriesError(
            f"{name} is neither CSV, Excel nor Word. Save the entries as CSV, .xlsx or .docx, and try that."
        )
    reader = RowReader(name, agencies or national(), whose)
    if not data.startswith(_ZIP):
        rows = from_text.rows(data, reader)
    elif b"xl/workbook" in data:
        rows = from_excel.rows(data, reader)
    else:
        rows = from_word.rows(data, reader)
    return Reading(tuple(reader.entries(rows)), tuple(reader.unread))


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise NotEntriesError(
            f"{path} could not be opened: {reason}. Check the name, and that you may read it."
        ) from None


def _is_hidden(path: Path) -> bool:
    """What systems and open programs leave in a folder: “.DS_Store”, “~$police.xlsx”."""
    return any(part.startswith((".", "~$")) or part.casefold() in ("thumbs.db", "desktop.ini") for part in path.parts)


def _names(paths: list[Path]) -> Iterator[str]:
    """The name of each file, with the folder where two are called the same."""
    names = [path.name for path in paths]
    if len(set(names)) == len(names):
        yield from names
        return
    whole = [path.resolve() for path in paths]
    above = Path(os.path.commonpath([path.parent for path in whole]))
    yield from (path.relative_to(above).as_posix() for path in whole)
