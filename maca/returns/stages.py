from maca.kernel.stages import Stages


class ReturnStage(Stages):
    ASKED = "asked", "Asked"
    STARTED = "started", "In progress"
    SUBMITTED = "submitted", "Submitted"
    NOT_KNOWN = "not_known", "Not known to us"
    DECLINED = "declined", "Declined"


# "Not known to us" is a complete answer and never chased; declining is an answer too, not lateness.
# Both can be taken back while returns are gathered.
ReturnStage.moves = {
    ReturnStage.ASKED: frozenset({ReturnStage.STARTED, ReturnStage.NOT_KNOWN, ReturnStage.DECLINED}),
    ReturnStage.STARTED: frozenset({ReturnStage.SUBMITTED, ReturnStage.NOT_KNOWN, ReturnStage.DECLINED}),
    ReturnStage.NOT_KNOWN: frozenset({ReturnStage.STARTED, ReturnStage.DECLINED}),
    ReturnStage.DECLINED: frozenset({ReturnStage.STARTED, ReturnStage.NOT_KNOWN}),
    ReturnStage.SUBMITTED: frozenset(),
}
TOOK_NO_PART = (ReturnStage.NOT_KNOWN, ReturnStage.DECLINED)
COMPLETE = (ReturnStage.SUBMITTED, ReturnStage.NOT_KNOWN, ReturnStage.DECLINED)
OUTSTANDING = (ReturnStage.ASKED, ReturnStage.STARTED)
