"""What in a briefing somebody has to decide on before it is released: every span that could identify, and what tells of
one case together, each with what was decided of it.

Plain functions of the value, of what is sealed and of the decisions. A decision to keep words holds for the points in
which they stood: a point that says something else is looked at again.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from maca.briefing.points import FINDING, Point, points
from maca.briefing.screening import screen
from maca.briefing.screening.combinations import called, together
from maca.briefing.screening.earlier import EARLIER, linking
from maca.briefing.screening.identity import Known, sealed_spans
from maca.briefing.screening.lists import folded
from maca.briefing.screening.of_others import OF_ANOTHER, of_another
from maca.briefing.screening.rare import RARE, rare_words
from maca.briefing.screening.spans import UNKNOWN, Span
from maca.briefing.value import SixSteps

TOGETHER = "together"
# Of no class by itself: what anybody has to look at, and does not add up with what is told of a case.
_APART = (UNKNOWN, RARE, EARLIER, OF_ANOTHER)
# Ordinary words: most of them are of the work, and somebody says so of several at once.
SEVERAL_AT_ONCE = (UNKNOWN, RARE)
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


@dataclass(frozen=True)
class Around:
    """What is known around a briefing. `earlier` are the texts of the partnership's other publications by their titles;
    `about` has the kinds of the agencies that a finding is about, by its reference; `agencies` are the names of the
    partnership's agencies, each with its kind."""

    earlier: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, Collection[str]] = field(default_factory=dict)
    agencies: Collection[tuple[str, str]] = ()


def hits(
    value: SixSteps,
    known: Known,
    *,
    published_by: str,
    mark: Callable[[str], str],
    kept: Mapping[str, Iterable[str]],
    around: Around = Around(),
) -> list[Hit]:
    """What was found in a briefing, the certain first, otherwise in the order of the page.

    `published_by` is the partnership's own name, which everybody sees. `mark` makes the public id of a text; `kept`
    has, by public id, the digests of the points in which words were kept.
    """
    where: dict[tuple[str, str], list[tuple[Point, Span]]] = {}
    of_case: defaultdict[str, set[str]] = defaultdict(set)
    by_case: defaultdict[str, list[Point]] = defaultdict(list)
    for point, spans in _in_points(value, known, around):
        for span in spans:
            if any(begins <= span.start and span.end <= ends for begins, ends in _named(point.text, published_by)):
                continue
            where.setdefault((span.kind, folded(span.text)), []).append((point, span))
            if point.case and span.kind not in _APART:
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
    return sorted(found, key=lambda one: (not one.certain, one.kind in _APART, one.kind == TOGETHER))


def _named(text: str, name: str) -> list[tuple[int, int]]:
    """Where the partnership’s own name stands in a text."""
    if not name:
        return []
    text, name = text.replace("’", "'"), name.replace("’", "'")  # of the same length
    return [one.span() for one in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE)]


def _in_points(value: SixSteps, known: Known, around: Around) -> list[tuple[Point, list[Span]]]:
    """Each point with what is found in it by itself, beside the others of the briefing, and beside earlier ones."""
    found = [(point, _found(point, known)) for point in points(value)]
    of_whom: defaultdict[str, set[str]] = defaultdict(set)
    rare = [
        list(rare_words(point.text, spans)) if point.place.startswith(FINDING) else [] for point, spans in found
    ]  # fmt: skip
    for (point, _), words in zip(found, rare, strict=True):
        for stem, _ in words:
            of_whom[stem].add(point.case or point.place)
    whole = []
    for (point, spans), words in zip(found, rare, strict=True):
        more = [span for stem, span in words if len(of_whom[stem]) == 1]
        spans = linking([*spans, *(span for _, span in words)], around.earlier, keep=more)
        if point.ref and (about := around.about.get(point.ref)):
            taken = {at for one in spans for at in range(one.start, one.end)}
            spans += [
                one for one in of_another(point.text, about, around.agencies)
                if taken.isdisjoint(range(one.start, one.end))
            ]  # fmt: skip
        whole.append((point, sorted(spans)))
    return whole


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
