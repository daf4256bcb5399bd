from typing import TYPE_CHECKING

from maca.journal.queries import readings_in_last_hour
from maca.kernel.verdict import YES, Verdict, no

if TYPE_CHECKING:
    from maca.journal.operations import Actor

# Distinct things that one person may be shown within an hour. A panel reads about 40 at its busiest; a stolen
# session that wants everything comes here first.
MOST_AN_HOUR = 200


def may_read_more(person: "Actor", more: int = 1) -> Verdict:
    """Nobody is shown more than 200 different records within an hour."""
    if readings_in_last_hour(person.public_id) + more > MOST_AN_HOUR:
        return no(
            "read-too-much",
            f"With this you would have opened more than {MOST_AN_HOUR} different records within an hour, which is as "
            "many as this site shows one person. Nothing is lost. Wait an hour, or ask the business manager if you "
            "need more today.",
        )
    return YES
