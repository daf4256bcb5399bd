from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Fault:
    """What should not be in a file: the part it is in, and a sentence."""

    where: str
    says: str


Found: TypeAlias = tuple[list[str], list[Fault]]
