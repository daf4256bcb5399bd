"""A briefing as JSON, for another system or for a second look by a person."""

import json
from collections.abc import Iterable

from maca.briefing.reading.lines import Unread
from maca.briefing.value import SixSteps, to_dict


def write(value: SixSteps, unread: Iterable[Unread] = ()) -> str:
    """The briefing as indented JSON, with the lines of its source that could not be placed."""
    data = to_dict(value)
    data["unread"] = [{"line": line.line, "text": line.text} for line in unread]
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
