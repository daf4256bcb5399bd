"""An audit against the one it follows: the same questions side by side, and what has improved by area."""

from collections.abc import Iterable
from dataclasses import dataclass

from maca.actions.models import Action
from maca.audits.models import Audit, Choice, QuestionKind
from maca.audits.queries import questions_as_asked
from maca.audits.question_sets import Change, differences
from maca.briefing.models import Briefing
from maca.briefing.stages import BriefingStage
from maca.kernel.small_numbers import FEWEST, Hidden, without_small_numbers
from maca.learning.said_before import actions_on, as_printed
from maca.panel.grades import share
from maca.panel.models import STRENGTHS, Finding
from maca.panel.queries import codebook_of
from maca.partnership.models import Person
from maca.returns.models import AnswerCount, Grade

CHOICES = {
    QuestionKind.JUDGEMENT: {one.value: str(one.label) for one in Choice},
    QuestionKind.GRADE: {one.value: str(one.label) for one in Grade},
}


COUNTED_TOGETHER = "Its grades are counted with those of the other questions, in the overview report."


@dataclass(frozen=True)
class Pair:
    """One question in two audits. `rows` are each choice in words, as often as it was the answer then and now;
    `then` and `now` say out of how many. Where the two cannot be compared `why` says why, and there are no rows."""

    question: str
    number: int
    rows: tuple[tuple[str, str, str], ...] = ()
    then: str = ""
    now: str = ""
    why: str = ""


@dataclass(frozen=True)
class Area:
    """One theme in which the earlier audit found something to improve: what it said, what this one found to be well,
    and what it found still to do. `actions` rest on what the earlier one said."""

    called: str
    earlier: tuple[str, ...]
    improved: tuple[str, ...]
    to_do: tuple[str, ...]
    actions: tuple[Action, ...]

    @property
    def standing(self) -> str:
        if self.to_do:
            return "Improved in part, and still to do" if self.improved else "Still to do"
        return "Improved" if self.improved else "Nothing was found about it this time"


@dataclass(frozen=True)
class Again:
    """An audit against its earlier one. `why` says why nothing at all can be compared."""

    earlier: Audit | None
    why: str = ""
    pairs: tuple[Pair, ...] = ()
    areas: tuple[Area, ...] = ()

    @property
    def found_anew(self) -> tuple[Area, ...]:
        """Those about which this audit found something, or an action was made."""
        return tuple(one for one in self.areas if one.improved or one.to_do or one.actions)

    @property
    def not_found(self) -> tuple[Area, ...]:
        return tuple(one for one in self.areas if one not in self.found_anew)


def against_the_earlier(audit: Audit, person: Person, *, suppressed: bool) -> Again:
    """Both as they were published, and so the same when what was written about their cases is destroyed."""
    earlier = audit.earlier
    if earlier is None:
        return Again(None, "No earlier audit was named when this one was planned.")
    told = Briefing.objects.visible_to(person).reached_readers().filter(stage=BriefingStage.PUBLISHED)
    if told.filter(audit__in=(audit, earlier)).count() < 2:
        return Again(earlier, "The briefings of both audits have to be published, and not withdrawn.")
    return Again(earlier, "", tuple(_pairs(audit, earlier, suppressed)), tuple(_areas(audit, earlier, person)))


def _pairs(audit: Audit, earlier: Audit, suppressed: bool) -> Iterable[Pair]:
    counted = {
        (one.question.audit_id, one.question.number): one
        for one in AnswerCount.objects.filter(question__audit__in=(audit, earlier)).select_related("question")
    }
    sets = [questions_as_asked(one).agency for one in (audit, earlier)]
    # An overview report counts the grades of an audit together, so those of one question would tell those of another.
    several_grades = any(sum(one.kind == QuestionKind.GRADE for one in those) > 1 for those in sets)
    for change in differences(*sets):
        if change.now is None:
            assert change.before
            yield Pair(change.before.text, 0, why="It is no longer asked.")
            continue
        if suppressed and change.now.kind == QuestionKind.GRADE and several_grades:
            yield Pair(change.now.text, change.number, why=COUNTED_TOGETHER)
            continue
        now = counted.get((audit.pk, change.number))
        then = counted.get((earlier.pk, change.number_before))
        if why := _why_not(change, then, now):
            yield Pair(change.now.text, change.number, why=why)
            continue
        assert now
        assert then
        choices = CHOICES[QuestionKind(change.now.kind)]
        shown = [_shares([one.counts.get(code, 0) for code in choices], suppressed) for one in (then, now)]
        rows = tuple(
            row for row in zip(choices.values(), *shown, strict=True) if suppressed or row[1:] != ("None", "None")
        )
        yield Pair(change.now.text, change.number, rows, *(f"{one.answered} of {one.asked}" for one in (then, now)))


def _shares(counts: list[int], suppressed: bool) -> list[str]:
    of = sum(counts)
    shown = without_small_numbers(counts) if suppressed else counts
    return [one.value if isinstance(one, Hidden) else share(one, of) if one else "None" for one in shown]


def _why_not(change: Change, then: AnswerCount | None, now: AnswerCount | None) -> str:
    if not change.is_comparable:
        return " ".join(change.reasons)
    assert change.now
    assert change.before
    if change.now.kind not in CHOICES:
        return "It is answered in words, which cannot be counted."
    for one, when in ((then, "the last time"), (now, "this time")):
        if one is None:
            return f"Its answers were not counted {when}: the audit was recorded from its briefing, or is older."
    if set(change.now.for_kinds) != set(change.before.for_kinds):
        return "It was asked of other kinds of agency."
    if change.now.shown_if_answers != change.before.shown_if_answers or change.now.shown_if != change.before.shown_if:
        return "It hung on another answer."
    for one, when in ((then, "the last time"), (now, "this time")):
        assert one
        if not one.asked or not one.answered:
            return f"Nobody {'answered' if one.asked else 'was asked'} it {when}."
        if one.answered < FEWEST:
            return f"Fewer than {FEWEST} answers were given {when}."
    return ""


def _areas(audit: Audit, earlier: Audit, person: Person) -> Iterable[Area]:
    printed = as_printed([audit.pk, earlier.pk], person)
    book = codebook_of(audit.partnership_id)
    found: dict[str, tuple[list[Finding], list[Finding], list[Finding]]] = {}
    for one in Finding.objects.standing().filter(audit__in=(audit, earlier)).order_by("audit", "position"):
        if one.public_id not in printed:
            continue
        place = 0 if one.audit_id == earlier.pk else 1 if one.heading in STRENGTHS else 2
        if place == 0 and one.heading in STRENGTHS:
            continue
        for code in one.themes or [each.code for each in book.suggested(one.text)]:
            found.setdefault(code, ([], [], []))[place].append(one)
    actions = actions_on([one.pk for then, _, _ in found.values() for one in then], person)
    for code in sorted((code for code, (then, _, _) in found.items() if then), key=book.called):
        then, improved, to_do = found[code]
        done = {action.pk: action for one in then for action in actions.get(one.pk, ())}
        said, well, left = (
            tuple(dict.fromkeys(printed[one.public_id] for one in those)) for those in (then, improved, to_do)
        )
        yield Area(book.called(code), said, well, left, tuple(done.values()))
