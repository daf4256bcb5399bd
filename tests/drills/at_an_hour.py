"""The site at another hour: its clock is put forward to `MACA_DRILL_HOUR` and goes on from there. Serves like
`maca serve`."""

import datetime as dt
import os

import time_machine


def main() -> None:
    hour = dt.datetime.fromisoformat(os.environ.pop("MACA_DRILL_HOUR"))
    with time_machine.travel(hour, tick=True):
        from maca.config.command import main as maca

        maca(["serve", "--port", "0"])


if __name__ == "__main__":
    main()
