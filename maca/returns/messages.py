"""What the notices of this room say: the same words for every return."""

from maca.notices.kinds import Kind, register

SENT_BACK = register(
    Kind(
        "returns/sent-back",
        "A return has been sent back to your agency",
        (
            "The business manager has sent back one or more questions of a return of your agency, with a comment on "
            "each. Only those questions can be changed. Answer them and hand the return in again before the panel.",
            "This message says nothing about the return, and neither should an answer to it.",
        ),
    )
)

TIME_DECIDED = register(
    Kind(
        "returns/time-decided",
        "Your request for more time has been answered",
        (
            "The business manager has answered a request of your agency for more time. Whether it was granted, and by "
            "when the return is due, stands on the page of the return.",
            "This message says nothing about the return, and neither should an answer to it.",
        ),
    )
)

MOVED = register(
    Kind(
        "returns/moved",
        "The day by which your agency is to answer has changed",
        (
            "The safeguarding children partnership has changed the day on which something that your agency was asked "
            "is due. The new day is on your work list.",
            "This message says nothing of any case, and neither should an answer to it.",
        ),
    )
)

CALLED_OFF = register(
    Kind(
        "returns/called-off",
        "Something that your agency was asked has been called off",
        (
            "The safeguarding children partnership asked your agency about a case in error, and has called that off. "
            "There is nothing to do for it. What your agency is still asked is on your work list.",
            "This message says nothing of any case, and neither should an answer to it.",
        ),
    )
)

GIVEN = register(
    Kind(
        "returns/given",
        "A colleague has given you part of a return",
        (
            "A colleague of your agency has given you part of a return to write. Sign in; it stands on your work list.",
            "This message says nothing about the return, and neither should an answer to it.",
        ),
    )
)
