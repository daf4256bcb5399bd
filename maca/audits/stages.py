from maca.kernel.stages import Stages


class AuditStage(Stages):
    PLANNED = "planned", "Planned"
    CIRCULATED = "circulated", "Circulated"
    PANEL_OPENED = "panel_opened", "Panel opened"
    PANEL_CLOSED = "panel_closed", "Panel closed"
    PUBLISHED = "published", "Published"


AuditStage.moves = {
    AuditStage.PLANNED: frozenset({AuditStage.CIRCULATED}),
    AuditStage.CIRCULATED: frozenset({AuditStage.PANEL_OPENED}),
    AuditStage.PANEL_OPENED: frozenset({AuditStage.PANEL_CLOSED}),
    AuditStage.PANEL_CLOSED: frozenset({AuditStage.PUBLISHED}),
    AuditStage.PUBLISHED: frozenset(),
}


class QuestionSetStage(Stages):
    DRAFT = "draft", "Draft"
    ISSUED = "issued", "Issued"


# What has been issued is never edited again: the next version begins as a draft of its own.
QuestionSetStage.moves = {
    QuestionSetStage.DRAFT: frozenset({QuestionSetStage.ISSUED}),
    QuestionSetStage.ISSUED: frozenset(),
}
