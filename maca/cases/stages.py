from maca.kernel.stages import Stages


class NominationStage(Stages):
    NOMINATED = "nominated", "Nominated"
    SELECTED = "selected", "Selected"
    NOT_SELECTED = "not_selected", "Not selected"


NominationStage.moves = {
    NominationStage.NOMINATED: frozenset({NominationStage.SELECTED, NominationStage.NOT_SELECTED}),
    # Only in exchange for another.
    NominationStage.SELECTED: frozenset({NominationStage.NOT_SELECTED}),
    NominationStage.NOT_SELECTED: frozenset({NominationStage.SELECTED}),
}


class DrawStage(Stages):
    OPEN = "open", "List here"
    NOMINATED = "nominated", "Nominated, list destroyed"
    DISCARDED = "discarded", "Discarded, list destroyed"


DrawStage.moves = {
    DrawStage.OPEN: frozenset({DrawStage.NOMINATED, DrawStage.DISCARDED}),
    DrawStage.NOMINATED: frozenset(),
    DrawStage.DISCARDED: frozenset(),
}
