from maca.kernel.stages import Stages


class BriefingStage(Stages):
    DRAFTED = "drafted", "Draft"
    SENT = "sent", "Waiting for approval"
    APPROVED = "approved", "Approved"
    PUBLISHED = "published", "Published"
    WITHDRAWN = "withdrawn", "Withdrawn"


BriefingStage.moves = {
    BriefingStage.DRAFTED: frozenset({BriefingStage.SENT}),
    BriefingStage.SENT: frozenset({BriefingStage.APPROVED, BriefingStage.DRAFTED}),
    BriefingStage.APPROVED: frozenset({BriefingStage.PUBLISHED, BriefingStage.DRAFTED}),
    BriefingStage.PUBLISHED: frozenset({BriefingStage.WITHDRAWN}),
    BriefingStage.WITHDRAWN: frozenset(),
}
