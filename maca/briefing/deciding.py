"""What in a briefing somebody has to decide on before it is released: every span that could identify, and what tells of
one case together, each with what was decided of it.

Plain functions of the value, of what is sealed and of the decisions. A decision to keep words holds for the points in
which they stood: a point that says something else is looked at again.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from maca.briefing.points import Point, points
from maca.briefing.screening import screen
from maca.briefing.screening.combinations import called, together
from maca.briefing.screening.identity import Known, sealed_spans
from maca.briefing.screening.lists import folded
from maca.briefing.screening.spans import UNKNOWN, Span
from maca.briefing.value import SixSteps

TOGETHER = "together"
_REMEMBERED = 2_000  # how many points' spans are remembered: what is screened again is nearly always the same


@dataclass(frozen=True)
class Stand:
    """Where words stand: the point, and the spans of it that say them."""

    point: Point
    spans: tuple[Span, ...]

    @property
    def digest(self) -> str:
        return hashlib.sha256(f"{self.point.case or ''}|{self.point.text}".encode()).hexdigest()[:32]

    @property
    def parts(self) -> list[tuple[str, bool]]:
        """The text of the point in parts, and whether each is what was found."""
        text, at, cut = self.point.text, 0, []
        for span in self.spans:
            cut += [(text[at : span.start], False), (text[span.start : span.end], True)]
            at = span.end
        return [part for part in [*cut, (text[at:], False)] if part[0]]


@dataclass(frozen=True)
class Hit:
    """One thing to decide on. `public_id` is a keyed digest of its class and words: it tells them to nobody.

    `undecided` are the places in which nobody has decided on it.
    """

    public_id: str
    kind: str
    phrase: str
    why: str
    certain: bool
    stands: tuple[Stand, ...]
    undecided: tuple[Stand, ...]

    @property
    def called(self) -> str:
        return called(self.kind)

    def open_stands(self, closed: Container[str | None]) -> tuple[Stand, ...]:
        """Where it is to be decided on, or where it was, but for the findings that are closed, by their references."""
        return tuple(one for one in self.undecided or self.stands if one.point.ref not in closed)

    @property
    def may_be_pooled(self) -> bool:
        return all(one.point.case for one in self.stands)

    @property
    def may_go(self) -> bool:
        return self.kind != TOGETHER and all(one.point.may_go for one in self.stands)


@lru_cache(_REMEMBERED)
def _spans(text: str) -> tuple[Span, ...]:
    return tuple(screen(text))


def _found(point: Point, known: Known) -> list[Span]:
    sealed = sealed_spans(point.text, known)
    taken = {at for one in sealed for at in range(one.start, one.end)}
    return sorted([*sealed, *(one for one in _spans(point.text) if taken.isdisjoint(range(one.start, one.end)))])


def hits(
    value: SixSteps,
    known: Known,
    *,
    published_by: str,
    mark: Callable[[str], str],
    kept: Mapping[str, Iterable[str]],
) -> list[Hit]:
    """What was found in a briefing, the certain first, otherwise in the order of the page.

    `published_by` is the partnership's own name, which everybody sees. `mark` makes the public id of a text; `kept`
    has, by public id, the digests of the points in which words were kept.
    """
    where: dict[tuple[str, str], list[tuple[Point, Span]]] = {}
    of_case: defaultdict[str, set[str]] = defaultdict(set)
    by_case: defaultdict[str, list[Point]] = defaultdict(list)
    for point in points(value):
        for span in _found(point, known):
            if folded(span.text) == folded(published_by):
                continue
            where.setdefault((span.kind, folded(span.text)), []).append((point, span))
            if point.case:
                of_case[point.case].add(span.kind)
        if point.case:
            by_case[point.case].append(point)
    found = []
    for (kind, words), those in where.items():
        spans_of: dict[Point, list[Span]] = {}
        for point, span in those:
            spans_of.setdefault(point, []).append(span)
        stands = tuple(Stand(point, tuple(spans)) for point, spans in spans_of.items())
        first = those[0][1]
        certain = any(span.certain for _, span in those)
        found.append(_hit(mark(f"{kind}|{words}"), kind, first.text, first.why, certain, stands, kept))
    for both in together(of_case):
        stands = tuple(Stand(point, ()) for point in by_case[both.case])
        told = mark(f"{TOGETHER}|{both.case}|{'|'.join(both.classes)}")
        found.append(_hit(told, TOGETHER, both.case, both.why, False, stands, kept))
    return sorted(found, key=lambda one: (not one.certain, one.kind == UNKNOWN, one.kind == TOGETHER))


def _hit(
    public_id: str,
    kind: str,
    phrase: str,
    why: str,
    certain: bool,
    stands: tuple[Stand, ...],
    kept: Mapping[str, Iterable[str]],
) -> Hit:
    decided = set(kept.get(public_id, ()))
    if kind == TOGETHER:  # its classes are part of its id: with another class it is another
        undecided = () if public_id in kept else stands
    else:
        undecided = tuple(one for one in stands if one.digest not in decided)
    return Hit(public_id, kind, phrase, why, certain, stands, undecided)
