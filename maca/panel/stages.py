from maca.kernel.stages import Stages


class HearingStage(Stages):
    WAITING = "waiting", "Waiting"
    INTRODUCED = "introduced", "Introduced"
    HEARD = "heard", "Heard"


HearingStage.moves = {
    HearingStage.WAITING: frozenset({HearingStage.INTRODUCED}),
    HearingStage.INTRODUCED: frozenset({HearingStage.HEARD}),
    HearingStage.HEARD: frozenset(),
}
