"""Two sheets of one page that are made of a briefing: for seven minutes of a team meeting, and to hold beside a case.

Nothing on them is new but headings, counts and the sentences that say how to use them. Every other line is a text of
the briefing, whole and as it stands there. Which ones is nobody’s judgement: each part takes its next line in turn, in
a part each case in turn, in the order of the briefing. What has been said before is not said again, and what no longer
fits the page is passed over. The sheet says how much of the briefing is on it. Cases are not named.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from maca.briefing.value import Finding, Heading, SixSteps
from maca.kernel.measure import lines_of
from maca.kernel.paper import Paper, Part

# In points, as Word and PDF print what is small (kernel/paper_as_files.py); each the larger of the two. What is
# measured with is an eighth wider than what is printed with, so the width is that of the page and a tenth.
_HEIGHT, _WIDTH, _SIZE = 700.0, 484.0, 10.0
_LINE, _BELOW, _HEADING, _TITLE = 11.8, 3.0, 27.0, 24.0
_TOP = 40.0  # the line above the title, and the rule below it

_ASKS = re.compile(r"\?(?:\s|$)")
# By their words, in the present: “should have been” is of what is past.
_IS_NEEDED = re.compile(
    r"(?<!n't )(?<!n’t )(?<!not )\b(?:needs? to|needed(?! to)|should(?! have)|must(?! have)|ought to(?! have))\b", re.I
)


@dataclass
class _Pool:
    """The texts that may stand in one part, in the order in which they are taken, and those that were."""

    texts: Sequence[str]
    taken: list[str] = field(default_factory=list)


def seven_minutes(value: SixSteps, *, footer: str = "") -> Paper:
    """The seven-minute briefing: what was looked at, what was found and what to do, in seven short parts."""
    asks, needed, rest = _sorted(value)
    theme = _Pool(value.theme_and_cases)
    works = _Pool(
        [one.text for one in _in_turn(_of(value, Heading.GOOD_PRACTICE) + _of(value, Heading.WENT_WELL, only=rest))]
    )
    improve = _Pool([one.text for one in _in_turn(_of(value, *_TO_IMPROVE, only=rest))])
    do = _Pool([one.text for one in _in_turn(needed)])
    talk = _Pool([*value.panel_questions, *(one.text for one in _in_turn(asks))])
    looked_at = _looked_at(value)
    fixed = (_is_made(value, len(value.findings)), *looked_at, _DO, _WE_WILL, _WHO, _TALK)
    _choose([theme, works, improve, do, talk], _room(value.title, 7, fixed))
    return Paper(
        title=value.title or value.kind or _NAME,
        about="7 minute briefing",
        footer=footer,
        parts=(
            Part("1. What this is", (_is_made(value, _shown(value, works, improve, do, talk)),)),
            Part("2. Why this theme", _or_nothing(theme), tuple(theme.taken)),
            Part("3. What we looked at", looked_at),
            Part("4. What works", _or_nothing(works), tuple(works.taken)),
            Part("5. What can be improved", _or_nothing(improve), tuple(improve.taken)),
            Part("6. What to do now", (_DO if do.taken else _NOTHING_NEEDED,), (*do.taken, _WE_WILL, _WHO)),
            Part("7. Talk about it", (_TALK,), tuple(talk.taken)),
        ),
    )


def prompt_sheet(value: SixSteps, *, footer: str = "") -> Paper:
    """The prompt sheet: what somebody may ask of a case of their own, in the words of the questions and findings."""
    asks, needed, rest = _sorted(value)
    asked = _Pool(_once([*value.agency_questions, *value.panel_questions]))
    open_questions = _Pool([one.text for one in _in_turn(asks)])
    improve = _Pool([one.text for one in [*_in_turn(needed), *_in_turn(_of(value, *_TO_IMPROVE, only=rest))]])
    works = _Pool(
        [one.text for one in _in_turn(_of(value, Heading.GOOD_PRACTICE) + _of(value, Heading.WENT_WELL, only=rest))]
    )
    pools = [asked, open_questions, improve, works]
    use = "Hold a case of your own beside each line, by yourself, in supervision or in a team meeting."
    _choose(pools, _room(value.title, 5, (use, _is_made(value, len(value.findings)))))
    parts = (
        ("What each agency and the panel were asked. What would you answer?", asked),
        ("What the findings ask. Do you know it of your case?", open_questions),
        ("What could be better in another case. Is it so in yours?", improve),
        ("What went well in another case. Is it so in yours?", works),
    )
    return Paper(
        title=value.title or value.kind or _NAME,
        about="Prompt sheet",
        footer=footer,
        parts=(
            Part("How to use this sheet", (use, _is_made(value, _shown(value, *pools)))),
            *(Part(heading, points=tuple(pool.taken)) for heading, pool in parts if pool.taken),
        ),
    )


SHEETS = {"seven-minutes": seven_minutes, "prompts": prompt_sheet}

_NAME = "6 Step Briefing"
_TO_IMPROVE = (Heading.CAN_BE_IMPROVED, Heading.CHALLENGE_OR_THEME)
_NOTHING = "The briefing says nothing of it."
_DO = "These findings say themselves that something is needed. Agree what it means for your team."
_NOTHING_NEEDED = "No finding that fits here says in so many words what is needed. Agree it in your team."
_WE_WILL, _WHO = "What we will do:", "Who does it, and by when:"
_TALK = "Ask of a case that your team knows:"


def _sorted(value: SixSteps) -> tuple[list[Finding], list[Finding], list[Finding]]:
    """The findings that ask something, those that say something is needed, and the rest; good practice is in none."""
    asks: list[Finding] = []
    needed: list[Finding] = []
    rest: list[Finding] = []
    for one in value.findings:
        if one.heading is not Heading.GOOD_PRACTICE:
            (asks if _ASKS.search(one.text) else needed if _IS_NEEDED.search(one.text) else rest).append(one)
    return asks, needed, rest


def what_is_needed(value: SixSteps) -> list[str]:
    """The findings that say themselves that something is needed, from each case in turn, each once."""
    return _once(one.text for one in _in_turn(_sorted(value)[1]))


def _of(value: SixSteps, *headings: Heading, only: Iterable[Finding] | None = None) -> list[Finding]:
    return [one for one in (value.findings if only is None else only) if one.heading in headings]


def _in_turn(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The first finding of each case, then the second of each, and so on."""
    cases: dict[str | None, list[Finding]] = {}
    for one in findings:
        cases.setdefault(one.case, []).append(one)
    for turn in zip_longest(*cases.values()):
        yield from (one for one in turn if one is not None)


def _once(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))


def _choose(pools: Sequence[_Pool], room: float) -> None:
    said: set[str] = set()
    waiting = [(pool, iter(pool.texts)) for pool in pools]
    while waiting:
        for pool, texts in list(waiting):
            text = next((one for one in texts if one not in said and _height(one) <= room), None)
            if text is None:
                waiting.remove((pool, texts))
                continue
            said.add(text)
            pool.taken.append(text)
            room -= _height(text)


def _room(title: str, headings: int, fixed: Iterable[str]) -> float:
    used = _TOP + _TITLE * lines_of(title, width=_WIDTH, size=20.0) + headings * _HEADING
    return _HEIGHT - used - sum(_height(text) for text in fixed)


def _height(text: str) -> float:
    return lines_of(text, width=_WIDTH, size=_SIZE) * _LINE + _BELOW


def _shown(value: SixSteps, *pools: _Pool) -> int:
    shown = {text for pool in pools for text in pool.taken}
    return sum(one.text in shown for one in value.findings)


def _is_made(value: SixSteps, shown: int) -> str:
    form = value.form or _NAME
    return (
        f"{shown} of the {_count(len(value.findings), 'finding')} of the {form}, word for word: from each part and "
        f"each case in turn, in its order, as many as fit this page. The rest is in the {form}."
    )


def _looked_at(value: SixSteps) -> tuple[str, ...]:
    cases = len({one.case for one in value.findings if one.case})
    asked = [
        f"{who} {_count(len(questions), 'question')}"
        for who, questions in (("each agency was asked", value.agency_questions), ("the panel", value.panel_questions))
        if questions
    ]
    heard = [_count(cases, "case")] if cases else []
    said = "; ".join([*heard, *asked])
    counts = ", ".join(
        f"{len(_of(value, Heading(heading.step)))} under “{heading.text}”"
        for heading in value.headings
        if heading.step in list(Heading)
    )
    return tuple(f"{one[0].upper()}{one[1:]}." for one in (said, f"findings: {counts}" if counts else "") if one)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _or_nothing(pool: _Pool) -> tuple[str, ...]:
    return () if pool.texts else (_NOTHING,)
