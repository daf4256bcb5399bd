from maca.kernel.stages import Stages


class ActionStage(Stages):
    OPEN = "open", "Open"
    REPORTED = "reported", "Waiting to be verified"
    DONE = "done", "Done"
    STOPPED = "stopped", "Stopped"


# Whether what was done has worked is no stage: it is measured after it is done, and may be measured again.
ActionStage.moves = {
    ActionStage.OPEN: frozenset({ActionStage.REPORTED, ActionStage.STOPPED}),
    ActionStage.REPORTED: frozenset({ActionStage.OPEN, ActionStage.DONE}),
    ActionStage.DONE: frozenset(),
    ActionStage.STOPPED: frozenset(),
}
