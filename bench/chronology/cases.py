"""Synthetic cases with patterns planted in them. Nothing here knows the code that looks for them.

A case is rows of the exchanged format, written to CSV and read by the command as any file. A plant is what a person
would say of the case: (code, agency). Days are laid out so that nothing else is planted.
"""

import csv
import datetime as dt
import random
from dataclasses import dataclass, field
from pathlib import Path

CSC, GP, HV, POLICE, SCHOOL, NURSERY = (
    *("children_social_care", "gp", "health_visiting", "police", "school", "nursery"),
)
HEAD = ("date", "agency", "event", "text", "child", "worker", "seen", "voice", "fact")
BEGIN = dt.date(2022, 1, 10)
WORDS = [
    f"{sound}{end}" for sound in ("bar", "den", "fol", "gim", "hup") for end in ("a", "el", "ing", "or", "us", "yx")
]


@dataclass
class Case:
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    planted: set[tuple[str, str | None]] = field(default_factory=set)
    ends: int = 1500
    tool: str = "neglect toolkit"

    def add(self, day: int, agency: str, event: str = "", text: str = "", **more: str) -> None:
        self.rows.append((day, {"agency": agency, "event": event, "text": text or f"{agency} {event} {day}", **more}))

    def write(self, path: Path) -> None:
        with path.open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, HEAD)
            table.writeheader()
            for day, row in sorted(self.rows, key=lambda one: one[0]):
                table.writerow({"date": (BEGIN + dt.timedelta(days=day)).isoformat(), **row})


def ordinary(chance: random.Random) -> Case:
    """A plan of 160 days kept to, and everyday entries of others that mean nothing."""
    case = Case()
    case.add(0, CSC, "referral")
    case.add(1, CSC, "strategy_discussion")
    case.add(2, CSC, "assessment_start", "Assessment begun")
    case.add(10, CSC, "icpc")
    case.add(10, CSC, "cp_start")
    for day in range(10, 171, 20):
        case.add(day, CSC, "visit", seen="alone", voice="Said school is fun")
    for day in range(15, 171, 40):
        case.add(day, CSC, "core_group", fact=f"present={POLICE},{SCHOOL},{HV},{GP},{NURSERY}")
    for day in range(30, 171, 70):
        case.add(day, CSC, "supervision")
    case.add(60, CSC, "mid_point_review")
    case.add(95, CSC, "rcpc")
    case.add(171, CSC, "cp_end")
    case.add(171, CSC, "case_closed")
    case.add(20, SCHOOL, "tool_used", fact="tool=neglect toolkit")
    case.add(150, SCHOOL, "tool_reviewed", fact="tool=neglect toolkit")
    case.add(40, CSC, "info_request", fact=f"of={GP}")
    case.add(50, GP, "info_received", fact=f"from={GP}")
    for _ in range(chance.randrange(10, 40)):
        agency = chance.choice((GP, HV, POLICE, SCHOOL, NURSERY))
        event = chance.choice(("", "attendance", "appointment", "handover", "other"))
        # Of thousands of words, so that no two agencies tell one event in like words by chance.
        words = " ".join(f"{chance.choice(WORDS)}{chance.randrange(99)}" for _ in range(14))
        case.add(chance.randrange(0, 171), agency, event, words)
    return case


def _gap(case: Case) -> None:
    case.add(600, CSC, "cin_start")
    case.add(670, CSC, "visit")
    case.add(680, CSC, "cin_end")
    case.planted.add(("gap", CSC))


def _no_oversight(case: Case) -> None:
    case.add(1000, CSC, "referral")
    case.add(1100, CSC, "case_closed")
    case.planted.add(("no_oversight", CSC))


def _start_again(case: Case) -> None:
    for day in (300, 360):
        case.add(day, CSC, "referral")
        case.add(day + 5, CSC, "assessment_start", "Begun anew")
        case.add(day + 40, CSC, "case_closed")
    case.planted.add(("start_again", CSC))


def _worker_changes(case: Case) -> None:
    for day in (30, 90, 390):
        case.add(day, CSC, "worker_change")
    case.planted.add(("worker_changes", CSC))


def _not_brought_series(case: Case) -> None:
    case.add(20, GP, "was_not_brought")
    case.add(190, GP, "was_not_brought")
    case.planted.add(("not_brought_series", GP))


def _not_brought_closed(case: Case) -> None:
    case.add(400, GP, "was_not_brought")
    case.add(459, GP, "discharge")
    case.planted.add(("not_brought_closed", GP))


def _outside_core_group(case: Case) -> None:
    case.add(70, "housing")
    case.add(120, "housing")
    case.planted.add(("outside_core_group", "housing"))


def _core_group_late(case: Case) -> None:
    case.rows = [one for one in case.rows if one[1]["event"] != "core_group" or one[0] != 95]
    case.planted.add(("core_group_late", CSC))


def _conference_late(case: Case) -> None:
    case.rows = [(110 if row["event"] == "rcpc" else day, row) for day, row in case.rows]
    case.planted.add(("conference_late", CSC))


def _no_mid_point(case: Case) -> None:
    case.rows = [one for one in case.rows if one[1]["event"] != "mid_point_review"]
    case.planted.add(("no_mid_point", CSC))


def _voice_missing(case: Case) -> None:
    for day in (30, 60, 90):
        case.add(day, HV, "visit", seen="yes")
    case.planted.add(("voice_missing", HV))


def _not_seen(case: Case) -> None:
    case.rows = [one for one in case.rows if one[1]["event"] != "visit" or one[0] != 70]
    case.planted.add(("not_seen", CSC))


def _copied_assessment(case: Case) -> None:
    said = " ".join(f"{WORDS[at % 12]} {WORDS[at // 12]} {at}" for at in range(40))
    case.add(45, CSC, "assessment_end", said)
    case.add(420, CSC, "parenting_assessment", f"New today. {said} And so on.")
    case.planted.add(("copied_assessment", CSC))


def _info_unanswered(case: Case) -> None:
    case.add(60, SCHOOL, "info_request", fact="of=camhs")
    case.add(80, "camhs", "info_declined", fact="from=camhs")
    case.planted.add(("info_unanswered", "camhs"))


def _tool_not_used(case: Case) -> None:
    case.tool = "screening tool"
    case.planted.add(("tool_not_used", None))


def _tool_not_reviewed(case: Case) -> None:
    case.add(500, HV, "tool_used", fact="tool=gcp2")
    case.planted.add(("tool_not_reviewed", HV))


def _not_registered(case: Case) -> None:
    case.add(20, GP, "gp_registered")
    case.add(160, HV, "", fact="gp_registered=no")
    case.planted.add(("not_registered", None))


def _health_missed(case: Case) -> None:
    case.add(30, HV, "immunisation_missed")
    case.add(400, HV, "immunisation_missed")
    case.planted.add(("health_missed", None))


def _placement_moves(case: Case) -> None:
    case.add(500, CSC, "placement_move")
    case.add(860, CSC, "placement_move")
    case.planted.add(("placement_moves", None))


def _plan_drift(case: Case) -> None:
    case.add(500, "early_help", "eh_start")
    case.add(900, "early_help", "eh_end")
    case.planted.add(("plan_drift", "early_help"))


def _conflict(case: Case) -> None:
    case.add(30, SCHOOL, "", fact="lives_with=mother")
    case.add(110, NURSERY, "", fact="lives_with=grandmother")
    case.planted.add(("conflict", None))


def _not_shared(case: Case) -> None:
    case.add(30, POLICE, "", fact="gang_affiliation=known")
    case.planted.add(("not_shared", POLICE))


def _same_event(case: Case) -> None:
    case.add(77, POLICE, "injury", "Bruise seen on the left arm after school on Monday")
    case.add(78, SCHOOL, "injury", "A bruise seen on the left arm after school on Monday")
    case.planted.add(("same_event", None))


PLANTS = {
    "gap": _gap, "no_oversight": _no_oversight, "start_again": _start_again, "worker_changes": _worker_changes,
    "not_brought_series": _not_brought_series, "not_brought_closed": _not_brought_closed,
    "outside_core_group": _outside_core_group, "core_group_late": _core_group_late,
    "conference_late": _conference_late, "no_mid_point": _no_mid_point, "voice_missing": _voice_missing,
    "not_seen": _not_seen, "copied_assessment": _copied_assessment, "info_unanswered": _info_unanswered,
    "tool_not_used": _tool_not_used, "tool_not_reviewed": _tool_not_reviewed, "not_registered": _not_registered,
    "health_missed": _health_missed, "placement_moves": _placement_moves, "plan_drift": _plan_drift,
    "conflict": _conflict, "not_shared": _not_shared, "same_event": _same_event,
}  # fmt: skip


def make(seed: int) -> Case:
    """One case with none to four patterns in it. The same seed gives the same case."""
    chance = random.Random(seed)
    case = ordinary(chance)
    for code in chance.sample(sorted(PLANTS), chance.randrange(5)):
        PLANTS[code](case)
    return case
