"""The schedule that a partnership begins with, and what each class of record is, in words."""

from typing import Any

from maca.partnership.models import Partnership
from maca.retention.models import CountedFrom, Period, RecordClass

NO_PERIOD_IN_LAW = (
    "No period is set in law. The Information Commissioner’s Office: decide for yourselves, justify it and write it "
    "down (UK GDPR, Article 5(1)(e))."
)
USUAL: dict[RecordClass, dict[str, Any]] = {
    RecordClass.IDENTITY: {
        "months": 6,
        "counted_from": CountedFrom.ACTIONS,
        "reason": "A name is needed for as long as somebody may have to go back to the family’s record: until the "
        "actions are closed and have been looked at once more. Nothing is learned from a name.",
    },
    RecordClass.CASE: {
        "months": 36,
        "counted_from": CountedFrom.PUBLISHED,
        "reason": "What the agencies wrote is what the findings rest on. It is needed until the next round on the same "
        "theme has been laid beside this one.",
    },
    RecordClass.FINDINGS: {
        "months": None,
        "counted_from": CountedFrom.PUBLISHED,
        "reason": "They name nobody. Whether something recurs, and whether an action worked, shows over many years.",
    },
    RecordClass.BRIEFINGS: {
        "months": None,
        "counted_from": CountedFrom.PUBLISHED,
        "reason": "They name nobody, were screened for what identifies, and are published to be learned from.",
    },
    RecordClass.JOURNAL: {
        "months": None,
        "counted_from": CountedFrom.PUBLISHED,
        "reason": "It says who saw what and holds no content. Each entry is chained to the one before, so that none "
        "can be taken out.",
    },
}
# What belongs to each class, and what the schedule can do with it.
COVERS: dict[RecordClass, str] = {
    RecordClass.IDENTITY: "Name, date of birth, address, family and record number, and the marks by which a family "
    "that was audited before is recognised. They have a key of their own, so they can go first.",
    RecordClass.CASE: "Why the case was nominated, returns and uploads, chronologies, reports, what practitioners and "
    "the family said, and what was said at the panel. Everything about one case lies under one key, so it goes "
    "together, and who the child is goes with it at the latest.",
    RecordClass.FINDINGS: "The agreed findings, the actions made of them, and what was said before. This site does not "
    "destroy them.",
    RecordClass.BRIEFINGS: "The briefing as it was published, in every form. This site does not destroy it.",
    RecordClass.JOURNAL: "Who did and who saw what. This site cannot destroy any of it.",
}


def usual_period(partnership: Partnership, record_class: RecordClass) -> Period:
    """As it stands before anybody has decided: a row that is not kept, at version 0."""
    return Period(
        partnership=partnership, record_class=record_class, source=NO_PERIOD_IN_LAW, version=0, **USUAL[record_class]
    )
