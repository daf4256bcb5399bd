"""Write docs/workflow.md and docs/permissions.md from the code, so that they cannot rot.

`--check` writes nothing and fails when a page is not what the code says.
"""

import importlib
import inspect
import os
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maca.config.settings")

import django

django.setup()

from maca.audits.stages import AuditStage  # noqa: E402
from maca.kernel.stages import Stages  # noqa: E402
from maca.partnership.models import ROLES_IN_PROSE  # noqa: E402
from tools.permissions_table import table  # noqa: E402

DOCS = Path(__file__).parent.parent / "docs"
ROOMS = [
    *(
        "audits",
        "cases",
        "concerns",
        "voices",
        "chronology",
        "returns",
        "panel",
        "feedback",
        "actions",
        "briefing",
        "learning",
        "inspection",
        "retention",
        "worklist",
    ),
]
MADE = "<!-- Written by `make docs` from the code. Change the code, not this page. -->"


def _of(room: str, drawer: str) -> list[tuple[str, object]]:
    """The public functions and classes that a drawer of a room defines itself, in their order."""
    try:
        module = importlib.import_module(f"maca.{room}.{drawer}")
    except ModuleNotFoundError:
        return []
    # A drawer that is split is a package, which imports what is to be used elsewhere.
    home = f"{module.__name__}."
    own = [one for one in vars(module).items() if f"{getattr(one[1], '__module__', '')}.".startswith(home)]
    return [one for one in own if not one[0].startswith("_")]


def _sentence(thing: object) -> str:
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())


def workflow() -> str:
    lines = ["# Workflow", "", MADE, ""]
    lines.append(
        "Every stage a record can be at, and every move from one to the next. A move that is not here is refused."
    )
    for room in ROOMS:
        for name, stages in _of(room, "stages"):
            if not (inspect.isclass(stages) and issubclass(stages, Stages)):
                continue
            lines += ["", f"## {name.removesuffix('Stage')} ({room})", "", "```mermaid", "stateDiagram-v2"]
            lines += [f"    {stage.value}: {stage.label}" for stage in stages]
            lines.append(f"    [*] --> {next(iter(stages)).value}")
            for old in stages:
                lines += [f"    {old.value} --> {new.value}" for new in stages if old.may_become(new)]
                if not stages.moves[old]:
                    lines.append(f"    {old.value} --> [*]")
            lines += ["```", "", "| from | may become |", "|---|---|"]
            for old in stages:
                moves = ", ".join(new.label for new in stages if old.may_become(new)) or "nothing: it is final"
                lines.append(f"| {old.label} | {moves} |")
    lines += ["", "## The acts, by room", ""]
    lines.append("Each is one transaction with its entry in the journal. What people do on a page first asks its rule.")
    for room in ["partnership", *ROOMS]:
        acts = [(name, act) for name, act in _of(room, "operations") if inspect.isfunction(act)]
        if acts:
            lines += ["", f"### {room}", ""]
            lines += [f"- **{name.replace('_', ' ')}**: {_sentence(act)}" for name, act in acts]
    return "\n".join(lines) + "\n"


IN_WORDS = {
    "yes": "yes",
    "part": "in part",
    "403": "told why not",
    "404": "not there",
    "declare": "declares first",
}


def _who_may_what() -> list[str]:
    """The policy table, action by action: one row for those who meet the same."""
    policy = table()
    lines = ["", "## Who may see and do what", ""]
    lines.append(
        "From `maca/partnership/data/permissions.toml`, which is written by hand. The tests try every line of it, "
        "as everybody, on every run. Whoever is not signed in, or has been deactivated, is led to sign in."
    )
    lines += ["", "| word | what it means |", "|---|---|"]
    lines += [
        "| yes | the page opens, or the act is done |",
        "| in part | the page opens, without what the action is named for |",
        "| told why not | refused with a sentence (403): they may know that it is there |",
        "| not there | the page for what does not exist (404): they may not know that it is |",
        "| declares first | led to say whether they have a conflict of interest |",
    ]
    lines += ["", "| situation | stage of the audit | how things stand |", "|---|---|---|"]
    lines += [
        f"| {name.replace('_', ' ')} | {AuditStage(one.stage).label if one.stage else 'any'} | {one.says} |"
        for name, one in policy.situations.items()
    ]
    for section in policy.sections:
        lines += ["", f"### {section.says}", ""]
        if section.open:
            lines.append(section.open)
            continue
        same: dict[tuple[str, ...], list[str]] = {}
        for who in policy.people:
            if who not in policy.not_signed_in:
                same.setdefault(tuple(section.cells[who, one] for one in section.at), []).append(who)
        usual = max(same, key=lambda row: len(same[row]))
        columns = [one.replace("_", " ") for one in section.at]
        lines += [f"| who | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
        for row in sorted(same, key=lambda row: row == usual):
            whose = "Everybody else" if row == usual and len(same) > 1 else policy.in_words(same[row])
            whose = "Everybody" if len(same) == 1 else whose
            lines.append(f"| {whose} | {' | '.join(IN_WORDS[word] for word in row)} |")
    return lines


def permissions() -> str:
    made = MADE.replace("the code. Change the code,", "the policy table and the code. Change those,")
    lines = ["# Permissions", "", made, "", "## Roles", "", "| role | what it may do |", "|---|---|"]
    lines += [f"| {role.label} | {prose} |" for role, prose in ROLES_IN_PROSE.items()]
    lines += _who_may_what()
    lines += ["", "## Rules", ""]
    lines.append("Everything that is not allowed by a rule is refused. Nothing of another partnership is there at all.")
    for room in ["partnership", *ROOMS]:
        rules = [(name, rule) for name, rule in _of(room, "rules") if name.startswith("may_")]
        if rules:
            lines += ["", f"### {room}", "", "| may | rule |", "|---|---|"]
            lines += [f"| {name.removeprefix('may_').replace('_', ' ')} | {_sentence(rule)} |" for name, rule in rules]
    lines += ["", "## What each person sees", "", "| records | who sees which |", "|---|---|"]
    for room in ["partnership", *ROOMS]:
        for name, queryset in _of(room, "models"):
            visible = getattr(queryset, "visible_to", None)
            if name.endswith("QuerySet") and visible:
                lines.append(f"| {name.removesuffix('QuerySet')} | {_sentence(visible)} |")
    return "\n".join(lines) + "\n"


PAGES = {"workflow.md": workflow, "permissions.md": permissions}


def main(check: bool) -> int:
    stale = []
    for name, write in PAGES.items():
        path = DOCS / name
        if check:
            if not path.exists() or path.read_text(encoding="utf-8") != write():
                stale.append(name)
        else:
            path.write_text(write(), encoding="utf-8")
    if stale:
        print(f"Not what the code says: {', '.join(stale)}. Run: make docs")
    return len(stale)


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
