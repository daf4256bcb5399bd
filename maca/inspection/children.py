import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, repr=False)
class ChosenChild:
    """A child whom inspectors named. Without a date of birth it is unborn."""

    name: str
    born_on: dt.date | None
    level: str
    address: str = ""
    household: str = ""
    record_number: str = ""
