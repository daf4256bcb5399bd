"""A paper: headings, and below each lines and points. From this one value it is written in every form."""

from dataclasses import dataclass


@dataclass(frozen=True, repr=False)
class Part:
    """A heading, lines of text below it, each a paragraph, and points. One of `level` 2 is below the last of 1."""

    heading: str
    lines: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    level: int = 1


@dataclass(frozen=True, repr=False)
class Paper:
    """What is written as a file: parts in their order. `footer` says whose it is and how sensitive.

    `stands` says which version it is, or of which day. It is on the first page and at the foot of every other, since
    pages are taken apart. What is kept of a version does not have it. `notice` is what whoever holds it must know
    first: that it is not whole.
    """

    title: str
    about: str
    footer: str
    parts: tuple[Part, ...]
    stands: str = ""
    notice: tuple[str, ...] = ()

    @property
    def foot(self) -> str:
        """What stands at the foot of each page."""
        return " · ".join(filter(None, (self.footer, self.stands)))
