"""A decision with its reason: true, or false with a code for tests and a sentence for people."""

from dataclasses import dataclass


class Refused(Exception):
    """Somebody may not do this, or not now. `sentence` is written for them to read."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True)
class Verdict:
    """The answer of a rule. Truthy when allowed; otherwise `code` and `sentence` say why not."""

    allowed: bool
    code: str = ""
    sentence: str = ""

    def __bool__(self) -> bool:
        return self.allowed

    def insist(self) -> None:
        """Go on if allowed; otherwise raise `Refused`."""
        if not self.allowed:
            raise Refused(self.code, self.sentence)


YES = Verdict(True)


def no(code: str, sentence: str) -> Verdict:
    return Verdict(False, code, sentence)
