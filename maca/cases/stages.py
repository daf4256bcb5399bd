from maca.kernel.stages import Stages


class NominationStage(Stages):
    NOMINATED = "nominated", "Nominated"
    SELECTED = "selected", "Selected"
    NOT_SELECTED = "not_selected", "Not selected"


NominationStage.moves = {
    NominationStage.NOMINATED: frozenset({NominationStage.SELECTED, NominationStage.NOT_SELECTED}),
    NominationStage.SELECTED: frozenset(),
    NominationStage.NOT_SELECTED: frozenset({NominationStage.SELECTED}),
}
