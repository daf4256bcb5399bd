"""What shows only between the agencies: conflicts, grades apart, who alone knows, and what nobody said.

Plain functions of plain values, which know no database. A code is what an agency chose: of a judgement or a grade.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

# Best first, as an agency chooses them. One step apart is a matter of taste, two are a matter for the panel.
GRADES = ("outstanding", "good", "requires_improvement", "inadequate")
STEPS_APART = 2
MOST_SHOWN = 3  # entries of a chronology that a sentence names


class Reply(StrEnum):
    """What a question came to with one agency. “No” is an answer; the others but the first are none."""

    ANSWERED = "Answered"
    NOT_ANSWERED = "Not answered"
    NOT_ASKED = "Not asked"
    NO_RETURN = "No return"


@dataclass(frozen=True)
class Said:
    """What one agency replied to one question. `code` is empty where nothing was to be chosen."""

    agency: str
    reply: Reply
    code: str = ""


@dataclass(frozen=True)
class Between:
    """One thing that shows between agencies on one question, as a sentence."""

    question: int
    says: str


def conflict(question: int, said: Iterable[Said]) -> Between | None:
    """Yes against no. “Partly”, “not applicable” and “cannot tell” contradict nobody."""
    given = list(said)
    yes = [one.agency for one in given if one.code == "yes"]
    no = [one.agency for one in given if one.code == "no"]
    if not (yes and no):
        return None
    return Between(question, f"Question {question}: {_names(yes)} said yes, {_names(no)} said no.")


def against_chronology(
    question: int, said: Iterable[Said], shown: Sequence[str], *, tells_no: bool = False
) -> Between | None:
    """Yes or no against the chronology of the case. `shown` says who tells there of what the question asks, and when.

    What it shows says yes, or no where it `tells_no`. That it does not show a thing says no, but never yes: nobody
    enters each day on which nothing was missed.
    """
    if tells_no and not shown:
        return None
    says_yes = bool(shown) and not tells_no
    against = [one.agency for one in said if one.code == ("no" if says_yes else "yes")]
    if not against:
        return None
    told = f"Question {question}: {_names(against)} said {'no' if says_yes else 'yes'}. The chronology"
    if not shown:
        return Between(question, f"{told} does not show it.")
    more = f" and {len(shown) - MOST_SHOWN} more" if len(shown) > MOST_SHOWN else ""
    return Between(
        question, f"{told} shows {'it' if says_yes else 'otherwise'}: {'; '.join(shown[:MOST_SHOWN])}{more}."
    )


def grades_apart(question: int, said: Iterable[Said]) -> Between | None:
    """Grades two steps or more apart, for instance good against inadequate. Who gave no grade is not compared."""
    graded = sorted((GRADES.index(one.code), one.agency) for one in said if one.code in GRADES)
    if not graded or graded[-1][0] - graded[0][0] < STEPS_APART:
        return None
    ends = (graded[0][0], graded[-1][0])
    told = [
        f"{_names([agency for at, agency in graded if at == end])} graded it {GRADES[end].replace('_', ' ')}"
        for end in ends
    ]
    return Between(question, f"Question {question}: {told[0]}, {told[1]}.")


def known_to_one(question: int, said: Iterable[Said]) -> Between | None:
    """One agency answered, and another that was asked as well did not."""
    given = list(said)
    answered = [one.agency for one in given if one.reply is Reply.ANSWERED]
    silent = [one.agency for one in given if one.reply is Reply.NOT_ANSWERED]
    if len(answered) != 1 or not silent:
        return None
    return Between(question, f"Question {question}: only {answered[0]} answered, {_names(silent)} did not.")


def nobody_answered(said: Iterable[Said]) -> bool:
    """Somebody was asked, and nobody answered."""
    replies = {one.reply for one in said}
    return Reply.ANSWERED not in replies and Reply.NOT_ANSWERED in replies


def _names(agencies: Sequence[str]) -> str:
    *others, last = agencies
    return f"{', '.join(others)} and {last}" if others else last
