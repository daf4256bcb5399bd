"""Whether what is to be kept open repeats what lies sealed in the notes of a panel.

Plain functions of plain texts.
"""

import re
from collections.abc import Iterable

_SENTENCES = re.compile(r"[.;:!?\n]+")
_WORDS = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
FEWEST = 3  # words of a sentence that is told from chance


def _plain(text: str) -> str:
    return " ".join(word.replace("’", "'") for word in _WORDS.findall(text.casefold()))


def repeated(sealed: Iterable[str], texts: Iterable[str]) -> str:
    """The first of the sealed texts of which a sentence, or the whole, stands in one of `texts`; blank if none does.

    Capitals, spaces and full stops make no difference. A sentence of fewer than three words counts for itself only as a
    whole text.
    """
    open_texts = [f" {_plain(one)} " for one in texts]
    for one in sealed:
        sentences = [plain for part in _SENTENCES.split(one) if len((plain := _plain(part)).split()) >= FEWEST]
        if any(f" {said} " in text for said in sentences or [_plain(one)] for text in open_texts if said):
            return one
    return ""
