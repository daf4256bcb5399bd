from maca.kernel.stages import Stages


class ConcernStage(Stages):
    RAISED = "raised", "Raised"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    CLOSED = "closed", "Closed"


ConcernStage.moves = {
    ConcernStage.RAISED: frozenset({ConcernStage.ACKNOWLEDGED}),
    ConcernStage.ACKNOWLEDGED: frozenset({ConcernStage.CLOSED}),
    ConcernStage.CLOSED: frozenset(),
}
