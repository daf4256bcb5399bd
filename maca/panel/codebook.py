"""The code-book of a partnership: the themes a panel may see in a finding, what each is called and what suggests it.

Plain values, which know no database. Shipped with the site (`related`); renamed, put out of use and added to on pages.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from maca.panel.related import means, suggesting_words, themes


@dataclass(frozen=True)
class ThemeOf:
    """One theme. `words` suggest it besides what is shipped; one that is not `used` is no longer to be chosen."""

    code: str
    called: str
    words: tuple[str, ...] = ()
    used: bool = True

    def is_suggested_by(self, text: str) -> bool:
        return means(suggesting_words(self.code) + self.words, text)


@dataclass(frozen=True)
class CodeBook:
    """Every theme by its code: those that are shipped in their order, then the partnership's own by their names."""

    themes: Mapping[str, ThemeOf] = field(default_factory=dict)

    @property
    def used(self) -> list[ThemeOf]:
        return [one for one in self.themes.values() if one.used]

    def called(self, code: str) -> str:
        """What a theme is called; its code, where the code-book no longer has it."""
        found = self.themes.get(code)
        return found.called if found else code

    def suggested(self, text: str) -> list[ThemeOf]:
        """The themes whose words stand in a text. A person decides."""
        return [one for one in self.used if text and one.is_suggested_by(text)]


def codebook_with(changed: Iterable[ThemeOf] = ()) -> CodeBook:
    """The code-book as it is shipped, with what a partnership has changed of it and added."""
    own = {one.code: one for one in changed}
    shipped = {code: own.pop(code, ThemeOf(code, called)) for code, called in themes().items()}
    return CodeBook(shipped | {one.code: one for one in sorted(own.values(), key=lambda one: one.called.casefold())})
