"""One pack a child: a front page before the summative report of the case, and all of them as one archive."""

import hashlib
import io
import zipfile
from collections.abc import Iterable
from dataclasses import replace

from maca.inspection.days import Days
from maca.kernel import paper_as_files
from maca.kernel.paper import Paper, Part
from maca.returns.report_on_paper import on_paper
from maca.returns.summative import SummativeReport

MANIFEST = "MANIFEST.txt"


def child(number: int) -> str:
    return f"Child {number}"


def pack(report: SummativeReport, days: Days, *, called: str) -> Paper:
    """The pack of one child. It says “Child 1” and names nobody: who that is, inspectors are told apart from it."""
    label = child(report.number)
    body = on_paper(replace(report, case=label), title=called)
    front = (
        Part(
            "About this pack",
            (
                f"{label} is {report.case} on the site of the partnership. Who it is, inspectors are told apart from "
                "this pack.",
                "Each agency answered from its own records, before it had seen what the others said.",
            ),
        ),
        Part("The days of the inspection", points=tuple(
            f"Day {days.number(day)}, {day:%-d %B %Y}: {name}" for name, day in days.in_words
        )),
    )  # fmt: skip
    about = f"{called}, {label}"
    return replace(
        body, title=f"Evaluation of the experiences of {label}", about=about,
        footer=f"{about} · For the inspectors and the partnership only", parts=front + body.parts,
    )  # fmt: skip


def archive(packs: Iterable[tuple[int, Paper]], left_out: Iterable[str]) -> bytes:
    """Every pack as Word and PDF, and a list of the files with the SHA-256 of each."""
    files = {
        f"child-{number}.{kind}": write(paper)
        for number, paper in packs
        for kind, (write, _) in paper_as_files.WRITERS.items()
    }
    lines = [f"{hashlib.sha256(content).hexdigest()}  {name}" for name, content in files.items()]
    files[MANIFEST] = ("\n".join([*lines, *left_out]) + "\n").encode()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in files.items():
            # The date of a part says nothing, and without one the same packs are the same bytes.
            written.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()
