"""What the notices of this room say: the same words for every action, and none of a case."""

from maca.notices.kinds import Kind, register

_NOTHING = "This message says nothing about any case, and neither should an answer to it."

ACCOUNTABLE = register(
    Kind(
        "actions/accountable",
        "You are accountable for an action",
        (
            "An action from a case audit has been put into your hands. Sign in; it stands on your work list, with the "
            "day by which it is to be done.",
            _NOTHING,
        ),
    )
)

REMINDER = register(
    Kind(
        "actions/reminder",
        "An action from a case audit is due, or late",
        (
            "An action from a case audit is still open. Which it is, and by when it is to be done, is on your work "
            "list or in the list of actions.",
            "Whoever is accountable can write how far it is, or that it is done and where the proof is. " + _NOTHING,
        ),
    )
)

REPORTED = register(
    Kind(
        "actions/reported",
        "An action waits to be verified",
        (
            "Somebody says that an action from a case audit is done, and where the proof is. Somebody of another "
            "agency has to look at the proof. Sign in; it stands on your work list.",
            _NOTHING,
        ),
    )
)

SENT_BACK = register(
    Kind(
        "actions/sent-back",
        "An action that you are accountable for was sent back",
        (
            "Whoever looked at the proof of an action of yours does not think that it is done. Sign in; it stands on "
            "your work list, with the reason.",
            _NOTHING,
        ),
    )
)

VERIFIED = register(
    Kind(
        "actions/verified",
        "An action that you are accountable for is done",
        (
            "Somebody of another agency has looked at the proof of an action of yours, and it is done. Whether it "
            "worked is measured later. It stands in the list of actions.",
            _NOTHING,
        ),
    )
)
