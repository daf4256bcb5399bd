"""A form that was read, as JSON for other programs."""

import json

from maca.returns.on_paper.value import BEFORE, KNOWN, NOW, FoundBox, ReadForm


def write(read: ReadForm) -> str:
    found = {box.id: box for box in read.boxes}

    def words(box: str) -> str:
        return found.get(box, FoundBox(box)).words

    return (
        json.dumps(
            {
                "audit": read.reference.audit,
                "case": read.reference.case,
                "agency": read.reference.agency,
                "version": read.reference.version,
                "questions": read.reference.questions,
                "known": found.get(KNOWN, FoundBox(KNOWN)).choice,
                "engagement_before": words(BEFORE),
                "engagement_now": words(NOW),
                "answers": [
                    {"question": int(box.id[1:]), "choice": box.choice, "text": box.words}
                    | ({"cause": box.cause} if box.cause else {})
                    for box in read.boxes
                    if box.id[1:].isdecimal()
                ],
                "unplaced": [{"where": one.where, "text": one.text} for one in read.unplaced],
                "dropped": list(read.dropped),
            },
            ensure_ascii=False,
            indent=2,
        )
        + "\n"
    )
