"""Reading a return form that came back, whatever it was filled in with."""

import os
from pathlib import Path

from maca.kernel.office import ENCRYPTED, OLD_OFFICE, ZIP
from maca.returns.on_paper import from_excel, from_word
from maca.returns.on_paper.opening import LARGEST
from maca.returns.on_paper.value import NotAFormError, ReadForm


def read_file(path: str | os.PathLike[str]) -> ReadForm:
    """The form in a file. Raises `NotAFormError` if there is no such file, or it cannot be read as a form."""
    path = Path(path)
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise NotAFormError(
            f"{path} could not be opened: {reason}. Check the name, and that you may read it."
        ) from None
    return read_bytes(data, path.name)


def read_bytes(data: bytes, name: str = "The file") -> ReadForm:
    """The form in the content of a file, for instance an upload: its content says what it is, not its name.

    Raises `NotAFormError` if it cannot be read as a form.
    """
    if len(data) > LARGEST:
        raise NotAFormError(f"{name} is larger than 10 MB. Save it without pictures and try again.")
    if data.startswith(OLD_OFFICE):
        if ENCRYPTED in data:
            raise NotAFormError(f"{name} is protected with a password. Save a copy without one and try again.")
        raise NotAFormError(
            f"{name} is in the format of Office before 2007. Open it, save it as .docx or .xlsx, and try again."
        )
    if not data.startswith(ZIP):
        raise NotAFormError(
            f"{name} is neither a Word nor an Excel file. Send the return form itself, as .docx or .xlsx."
        )
    # The end of a zip says what is in it, wherever that stands, and is read by what opens it.
    if b"xl/workbook" in data:
        return from_excel.read(data, name)
    return from_word.read(data, name)
