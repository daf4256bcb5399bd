"""Opening a return form that came back: as any Office file is opened, with what a form may hold."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from maca.kernel import office
from maca.kernel.word import Limits, UnfitError
from maca.returns.on_paper.value import NotAFormError

LARGEST = 10 * 1024 * 1024
LIMITS = Limits(
    "return form",
    mends="Copy what was written into a fresh copy of the form, and use that.",
    unpacked=60 * 1024 * 1024,
    part=30 * 1024 * 1024,
    xml=8 * 1024 * 1024,
    parts=500,
    paragraphs=10_000,
)


@contextmanager
def opened(
    data: bytes, name: str, *, folder: str, program: str, extension: str, tags: int = 400_000
) -> Iterator[zipfile.ZipFile]:
    """The parts of an Office file. Whatever goes wrong in it is a `NotAFormError` with a sentence."""
    limits = replace(LIMITS, tags=tags)
    try:
        with office.opened(data, name, limits, folder=folder, program=program, extension=extension) as archive:
            yield archive
    except NotAFormError:
        raise
    except UnfitError as unfit:
        raise NotAFormError(unfit.sentence) from unfit
