"""Whether a family was audited before, found without a name: the marks of its children.

A mark is an HMAC-SHA256 of a name put in order (and of the date of birth), under a key that the partnership has for
this alone. The key lies wrapped in the keystore and never in the database of cases.

What that withstands: whoever holds the database, or a backup of it, cannot try names until one fits, since without
the key no mark can be made; and the marks of two partnerships for the same child have nothing in common. What it does
not: whoever holds the keystore and the root too can try names, as they could open the identities; that two marks are
equal can be seen, so the database shows that two nominations share a child, though not which; a name written quite
differently, or changed, is not found; a name alone is often that of another child, which is why it is said to be so;
and a member of the sub-group who is told “audited before” learns that of the name they entered, so each telling is on
the record and counts as a reading.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from maca.cases.household import UNBORN
from maca.cases.models import MarkKind

Child = tuple[str, dt.date | None]
_NO_LETTERS = re.compile(r"[\W\d_]+")
# Letters that Unicode does not take apart into a plain one and its accent.
_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})


def words_of_name(name: str) -> list[str]:
    """The words of a name without accents, capitals, hyphens and apostrophes, surname last."""
    surname, comma, others = name.partition(",")
    if comma:
        name = f"{others} {surname}"
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_PLAIN))
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    plain = re.sub("['’‘`´ʼ]", "", plain)
    return [word for word in _NO_LETTERS.split(plain) if word]


def what_marks(children: Iterable[Child]) -> Iterator[tuple[MarkKind, str]]:
    """What is marked of each child: name and date of birth, and the name alone without what stands in the middle."""
    for name, born_on in children:
        words = words_of_name(name)
        if not words or UNBORN in words:
            continue  # a child without a name cannot be told from another
        if born_on:
            yield MarkKind.NAME_AND_BIRTH, f"{' '.join(sorted(words))}|{born_on.isoformat()}"
        yield MarkKind.NAME, " ".join(sorted({words[0], words[-1]}))


def marks_of(children: Iterable[Child], mark: Callable[[str, str], str]) -> set[tuple[str, str]]:
    """The kinds and marks of the children of a family; `mark` is the partnership's."""
    return {(kind.value, mark(kind.value, text)) for kind, text in what_marks(children)}


@dataclass(frozen=True)
class Kin:
    """What is known of a family from before, without a name."""

    in_this_audit: bool = False
    surely: bool = False
    earlier: tuple[str, ...] = ()
    same_name_in: tuple[str, ...] = ()
    own_conflict: bool = False
    agency_conflict: bool = False

    def __bool__(self) -> bool:
        return self.in_this_audit or bool(self.earlier or self.same_name_in)

    @property
    def count(self) -> int:
        """In how many audits the family, or a name, was found."""
        return len(self.earlier) + len(self.same_name_in) + self.in_this_audit

    @property
    def sentences(self) -> list[str]:
        """For whoever nominates or selects."""
        said = []
        if self.in_this_audit and self.surely:
            said.append("A child or sibling of this family has been nominated for this audit already.")
        elif self.in_this_audit:
            said.append("A child of the same name has been nominated for this audit already.")
        if self.earlier:
            said.append(f"A child or sibling of this family was audited before, in {_listed(self.earlier)}.")
        if self.same_name_in:
            where = _listed(self.same_name_in)
            said.append(f"A child of the same name was audited before, in {where}. It may be another family.")
        if self.own_conflict:
            said.append("You declared a conflict of interest in that case, so somebody else should nominate this one.")
        elif self.agency_conflict:
            said.append("Somebody of your agency declared a conflict of interest in that case.")
        return said


def _listed(titles: tuple[str, ...]) -> str:
    return titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} and {titles[-1]}"
