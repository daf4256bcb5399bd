"""What a notice says. The words are fixed for each kind: nothing of a case can get into a message."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of notice. The body is `lines`, and below them the address of the page, which needs a sign-in.

    Mail cannot be sent exactly once. `rather_twice` says which way to err when a crash or a silent mail server
    leaves it open whether a message went: send it again, or not at all.
    """

    code: str
    subject: str
    lines: tuple[str, ...]
    rather_twice: bool = False


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Make a kind known. Raises `ValueError` when its code stands for other words already."""
    if _kinds.setdefault(kind.code, kind) != kind:
        raise ValueError(f"there are two kinds of notice called “{kind.code}”")
    return kind


def kind_of(code: str) -> Kind | None:
    return _kinds.get(code)


def rather_twice() -> list[str]:
    """The codes of the kinds that would rather come twice than not at all."""
    return [one.code for one in _kinds.values() if one.rather_twice]


def body(kind: Kind, address: str, reference: str = "") -> str:
    kept = [reference] if reference else []
    return "\n\n".join([*kind.lines, *kept, f"Sign in to read it: {address}"]) + "\n"
