from maca.journal.models import Entry
from maca.journal.operations import digest_of


def first_broken(partnership: str) -> int | None:
    """The number of the first entry that is missing, changed or out of its place; None if the chain holds."""
    before = ""
    expected = 1
    for entry in Entry.objects.filter(partnership=partnership).order_by("number").iterator():
        if entry.number != expected or entry.before != before or entry.digest != digest_of(entry):
            return expected
        before = entry.digest
        expected += 1
    return None
