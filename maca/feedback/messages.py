"""What the notices of this room say: the same words for every audit, and none of a case."""

from maca.notices.kinds import Kind, register

_NOTHING = "This message says nothing about any case, and neither should an answer to it."

CHECK = register(
    Kind(
        "feedback/check",
        "Please check the facts after a panel",
        (
            "A panel has agreed its findings. Your agency is asked whether the facts in those that concern it are "
            "right. Sign in; it stands on your work list, with the day by which to answer.",
            _NOTHING,
        ),
    )
)

ASKED_AGAIN = register(
    Kind(
        "feedback/asked-again",
        "Please check the facts again: a finding now concerns your agency",
        (
            "A finding has been put right, and is now about your agency. Your agency is asked again whether the facts "
            "in those that concern it are right. Sign in; it stands on your work list, with the day to answer by.",
            _NOTHING,
        ),
    )
)

DISPUTED = register(
    Kind(
        "feedback/disputed",
        "An agency has disputed the facts of a finding",
        ("An agency says that the facts of a finding are wrong. Sign in; it stands on your work list.", _NOTHING),
    )
)

DECIDED = register(
    Kind(
        "feedback/decided",
        "The chair has answered what your agency disputed",
        (
            "The chair has decided on a finding whose facts your agency disputed. The answer stands on the page on "
            "which you checked the facts.",
            _NOTHING,
        ),
    )
)

REWORDED = register(
    Kind(
        "feedback/reworded",
        "A finding that concerns your agency was reworded",
        (
            "Another agency disputed the facts of a finding that concerns yours too, and the chair has reworded it. It "
            "stands on the page on which you checked the facts.",
            _NOTHING,
        ),
    )
)

WITHDRAWN = register(
    Kind(
        "feedback/withdrawn",
        "A finding that concerns your agency was withdrawn",
        (
            "Another agency disputed the facts of a finding that concerns yours too, and the chair has withdrawn it. "
            "It stands, struck, on the page on which you checked the facts.",
            _NOTHING,
        ),
    )
)

NOTE = register(
    Kind(
        "feedback/note",
        "There is feedback for your team",
        (
            "A panel has heard a case that your team worked on, and there is a short note for you on what it found, "
            "what went well first. Sign in; it stands on your work list or, once the briefing is published, on the "
            "page of its case. You can answer it.",
            _NOTHING,
        ),
    )
)

ANSWERED = register(
    Kind(
        "feedback/answered",
        "A team has answered its feedback note",
        (
            "A team has answered the feedback note that it was sent. Sign in; it stands on your work list or, once the "
            "briefing is published, among the feedback notes of its audit.",
            _NOTHING,
        ),
    )
)
