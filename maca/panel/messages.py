"""What the notices of this room say: the same words for every case."""

from maca.notices.kinds import Kind, register

NOTE_SENT = register(
    Kind(
        "panel/restricted-note",
        "A restricted note is waiting for you",
        (
            "A panel of your partnership’s case audits has sent a note to the lead of your agency, which only leads of "
            "your agency can read. Sign in; it stands on your work list until one of you has dealt with it.",
            "This message says nothing of what is in it, and neither should an answer to it.",
        ),
    )
)
