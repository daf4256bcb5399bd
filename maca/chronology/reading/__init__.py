"""Reading the files that agencies send: CSV in the usual encodings, Excel, and tables in Word."""

from maca.chronology.reading.files import LARGEST, read_bytes, read_paths, refuse_too_many_children, with_one_spelling
from maca.chronology.reading.opening import NotEntriesError

__all__ = [
    "LARGEST",
    "NotEntriesError",
    "read_bytes",
    "read_paths",
    "refuse_too_many_children",
    "with_one_spelling",
]
