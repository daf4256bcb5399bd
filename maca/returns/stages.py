from maca.kernel.stages import Stages


class ReturnStage(Stages):
    ASKED = "asked", "Asked"
    STARTED = "started", "In progress"
    SUBMITTED = "submitted", "Submitted"
    PARTLY_SUPPLIED = "partly_supplied", "Partly supplied"
    SENT_BACK = "sent_back", "Sent back"
    NOT_KNOWN = "not_known", "Not known to us"
    DECLINED = "declined", "Declined"


# "Not known to us" is a complete answer and never chased; declining is an answer too, not lateness.
# Both can be taken back while returns are gathered. Who declined and is won over is asked again.
ReturnStage.moves = {
    ReturnStage.ASKED: frozenset({ReturnStage.STARTED, ReturnStage.NOT_KNOWN, ReturnStage.DECLINED}),
    ReturnStage.STARTED: frozenset(
        {ReturnStage.SUBMITTED, ReturnStage.PARTLY_SUPPLIED, ReturnStage.NOT_KNOWN, ReturnStage.DECLINED}
    ),
    ReturnStage.NOT_KNOWN: frozenset({ReturnStage.STARTED, ReturnStage.DECLINED}),
    ReturnStage.DECLINED: frozenset({ReturnStage.ASKED, ReturnStage.STARTED, ReturnStage.NOT_KNOWN}),
    ReturnStage.SUBMITTED: frozenset({ReturnStage.SENT_BACK}),
    ReturnStage.PARTLY_SUPPLIED: frozenset({ReturnStage.SENT_BACK}),
    ReturnStage.SENT_BACK: frozenset({ReturnStage.SUBMITTED, ReturnStage.PARTLY_SUPPLIED}),
}
TOOK_NO_PART = (ReturnStage.NOT_KNOWN, ReturnStage.DECLINED)
COMPLETE = (ReturnStage.SUBMITTED, ReturnStage.PARTLY_SUPPLIED, ReturnStage.NOT_KNOWN, ReturnStage.DECLINED)
# What has been sent back was handed in once, so it is awaited and never late.
OUTSTANDING = (ReturnStage.ASKED, ReturnStage.STARTED, ReturnStage.SENT_BACK)
# Nothing has been handed in yet, and something is owed.
AWAITED = (ReturnStage.ASKED, ReturnStage.STARTED)
HANDED_IN = (ReturnStage.SUBMITTED, ReturnStage.PARTLY_SUPPLIED, ReturnStage.SENT_BACK)
