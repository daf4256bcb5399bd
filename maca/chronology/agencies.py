"""Which agency a name means, without regard to case, spaces and punctuation."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_WORDS = re.compile(r"[^\W_]+")
_DATA = Path(__file__).parent / "data"


class AgencyList:
    """The agencies by their codes, with the names that each goes by. `names` is {code: (name, …)}."""

    def __init__(self, names: Mapping[str, tuple[str, ...]]) -> None:
        self.codes = tuple(names)
        self._codes = {_bare(name): code for code, known in names.items() for name in (code, *known)}
        self._longest = max(len(_words(name)) for code, known in names.items() for name in (code, *known))

    def find(self, name: str) -> str | None:
        """The code of the agency that a name means, or None."""
        return self._codes.get(_bare(name))

    def of_file(self, name: str) -> str | None:
        """The one agency that the name of a file holds, such as “HV chronology 2026.csv”; None for none or several.

        The longest name counts: “school nursing” is no school.
        """
        words = _words(Path(name).stem)
        found: list[str] = []
        at = 0
        while at < len(words):
            for size in range(min(self._longest, len(words) - at), 0, -1):
                if code := self._codes.get("".join(words[at : at + size])):
                    found.append(code)
                    at += size
                    break
            else:
                at += 1
        return found[0] if len(set(found)) == 1 else None


def _words(name: str) -> list[str]:
    return _WORDS.findall(name.casefold().replace("’", "").replace("'", ""))


def _bare(name: str) -> str:
    words = _words(name)
    return "".join(words[1:] if len(words) > 1 and words[0] == "the" else words)


@cache
def _usual() -> Mapping[str, tuple[str, ...]]:
    usual = tomllib.loads((_DATA / "agencies.toml").read_text("utf-8"))
    return {code: tuple(known) for code, known in usual.items()}


@cache
def national() -> AgencyList:
    """The agencies that every partnership has, with their usual names (`data/agencies.toml`)."""
    return with_own({})


def with_own(own: Mapping[str, tuple[str, ...]]) -> AgencyList:
    """The same with a partnership's own agencies, and its own names for any."""
    names = dict(_usual())
    for code, known in own.items():
        names[code] = names.get(code, ()) + known
    return AgencyList(names)


def called(code: str, *, begins: bool = False) -> str:
    """The agency in a sentence: “children’s social care”, “the police”; with a capital letter where it `begins` one."""
    said = _SAID.get(code) or code.replace("_", " ")
    return said[:1].upper() + said[1:] if begins else said


_SAID = {
    "children_social_care": "children’s social care",
    "police": "the police",
    "gp": "the GP",
    "camhs": "CAMHS",
    "school": "the school",
    "nursery": "the nursery",
    "childrens_centre": "the children’s centre",
    "hospital": "the hospital",
    "dentist": "the dentist",
    "domestic_abuse_service": "the domestic abuse service",
    "cafcass": "Cafcass",
    "voluntary": "the voluntary sector",
}
