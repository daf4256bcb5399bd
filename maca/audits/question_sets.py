"""Ready-made question sets, shipped as data. Issuing copies one into the audit, where it stays as it was asked."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class SetQuestion:
    text: str
    kind: str
    hint: str = ""
    heading: str = ""
    shown_if_question: int | None = None
    shown_if_answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class QuestionSet:
    code: str
    name: str
    agency: tuple[SetQuestion, ...]
    panel: tuple[SetQuestion, ...]


def _question(row: dict, kind: str) -> SetQuestion:
    condition = row.get("shown_if", {})
    return SetQuestion(
        text=row["text"],
        kind=row.get("kind", kind),
        hint=row.get("hint", ""),
        heading=row.get("heading", ""),
        shown_if_question=condition.get("question"),
        shown_if_answers=tuple(condition.get("answers", ())),
    )


@lru_cache
def ready_made() -> dict[str, QuestionSet]:
    """Every shipped question set by its code, which is its file's name."""
    sets = {}
    for path in sorted(DATA.glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        sets[path.stem] = QuestionSet(
            code=path.stem,
            name=content["name"],
            agency=tuple(_question(row, "judgement") for row in content["agency"]),
            panel=tuple(_question(row, "list") for row in content["panel"]),
        )
    return sets
