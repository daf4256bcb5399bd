"""Draws anew what an agency gives in: a photograph, or each page of a PDF, becomes a plain picture. Only that is kept.

What comes from outside is decoded by this file run as a program of its own. It has no key, no database and no
setting, may write no file, and ends when it takes too much memory or time; so whatever is hidden in a file meets
nothing worth having. Whatever is not a picture of a page (places, names, scripts, attachments, text under a black
bar, a second file behind the first) is not in what comes out. It imports nothing of ours.
"""

import contextlib
import hashlib
import io
import json
import struct
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import Any

MiB = 1024 * 1024
LARGEST_FILE = 10 * MiB
MOST_PAGES = 20
# A photograph of 48 million pixels is read at a smaller scale from the start; other pictures have to be read whole.
MOST_PIXELS, MOST_PIXELS_WHOLE = 50_000_000, 16_000_000
LONGEST_SIDE = 20_000
# What is kept: a sheet of A4 at 150 dots an inch has 2.2 million.
PIXELS_KEPT = 4_000_000
LARGEST_PAGE = 3 * MiB // 2
DOTS_PER_INCH = 150
MOST_MEMORY, MOST_SECONDS = 448 * MiB, 20

SENTENCES = {
    "not-taken": (
        "This is neither a photograph (JPEG, PNG or WebP) nor a PDF, whatever its name says. "
        "Take a photograph of it, or print it to a PDF, and choose that"
    ),
    "empty": "The file you selected is empty",
    "too-large": f"The file must be {LARGEST_FILE // MiB} MB or less",
    "too-many-pixels": "The picture has too many pixels. Make it smaller, or take a photograph of it",
    "moving": "This is a moving picture. Only a still one can be kept",
    "too-many-pages": f"The PDF must have {MOST_PAGES} pages or fewer. Choose the pages that matter",
    "locked": "The PDF is locked. Print it to a new PDF without a password",
    "more-than-pages": (
        "The PDF holds more than its pages: attached files, scripts or a fill-in form of the older kind, and only "
        "pages can be kept. Print it to a new PDF"
    ),
    "broken": "The file is broken or cut off, or cannot be drawn. Take a new photograph, or print it to a new PDF",
}


class CannotKeepError(Exception):
    """This file is not taken. `code` says why; `SENTENCES` says it to people."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, repr=False)
class Drawing:
    """A file drawn anew: its pages as JPEG pictures, and what shows later that both are what they were."""

    pages: tuple[bytes, ...]
    size_given: int
    sha256_given: str

    @property
    def size_kept(self) -> int:
        return sum(len(page) for page in self.pages)

    @property
    def sha256_kept(self) -> str:
        return digest_of_pages(self.pages)


def digest_of_pages(pages: tuple[bytes, ...]) -> str:
    """SHA-256 over the pages in their order, one after the other."""
    return hashlib.sha256(b"".join(pages)).hexdigest()


def redraw(content: bytes) -> Drawing:
    """Draw a file anew, in a program apart. Raises `CannotKeepError` for what is not taken."""
    if not content:
        raise CannotKeepError("empty")
    if len(content) > LARGEST_FILE:
        raise CannotKeepError("too-large")
    program = subprocess.Popen(  # noqa: S603
        [sys.executable, "-I", __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        close_fds=True,
    )
    assert program.stdin
    assert program.stdout
    clock = threading.Timer(MOST_SECONDS, program.kill)
    clock.start()
    try:
        with program.stdin as given:
            given.write(content)
        answer = program.stdout.read(MOST_PAGES * LARGEST_PAGE + 64 * 1024)
    except BrokenPipeError:
        answer = b""
    finally:
        clock.cancel()
        program.kill()
        program.stdout.close()
        program.wait()
    return Drawing(_pages_in(answer), len(content), hashlib.sha256(content).hexdigest())


def _pages_in(answer: bytes) -> tuple[bytes, ...]:
    """What the program said: the length of a head, the head as JSON, the pages. Anything else is a broken file."""
    try:
        (length,) = struct.unpack(">I", answer[:4])
        head = json.loads(answer[4 : 4 + length])
        if head["code"]:
            raise CannotKeepError(head["code"] if head["code"] in SENTENCES else "broken")
        pages, at = [], 4 + length
        for size in head["sizes"]:
            pages.append(answer[at : at + size])
            at += size
    except (ValueError, KeyError, TypeError, struct.error) as problem:
        raise CannotKeepError("broken") from problem
    if not pages or at != len(answer) or not all(page.startswith(b"\xff\xd8\xff") for page in pages):
        raise CannotKeepError("broken")
    return tuple(pages)


# ---- in the program apart


def draw(content: bytes) -> list[bytes]:
    """The pages of a file as JPEG pictures. What it is follows from what it begins with, never from its name."""
    if content.startswith(b"%PDF-"):
        return _draw_pdf(content)
    return [_draw_picture(content)]


def _draw_picture(content: bytes) -> bytes:
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        picture = Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP"))
    except UnidentifiedImageError as problem:
        raise CannotKeepError("not-taken") from problem
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        raise CannotKeepError("too-many-pixels") from problem
    # A telephone puts a second picture behind the first, with the depth or the light; the first is the photograph.
    photograph = picture.format in ("JPEG", "MPO")
    if not photograph and getattr(picture, "n_frames", 1) > 1:
        raise CannotKeepError("moving")
    width, height = picture.size
    by_scale = photograph and not picture.info.get("progressive")
    if max(width, height) > LONGEST_SIDE or width * height > (MOST_PIXELS if by_scale else MOST_PIXELS_WHOLE):
        raise CannotKeepError("too-many-pixels")
    smaller = min(1.0, (PIXELS_KEPT / (width * height)) ** 0.5)
    size = max(1, int(width * smaller)), max(1, int(height * smaller))
    if by_scale:
        picture.draft(None, size)
    picture.load()
    return _encode(_upright(_in_usual_colours(picture, size)))


def _in_usual_colours(picture: Any, size: tuple[int, int]) -> Any:
    """The same picture in sRGB on white, of this size: colours by its profile, which is not kept."""
    from PIL import Image, ImageCms

    profile, orientation = picture.info.get("icc_profile"), picture.getexif().get(0x0112, 1)
    if picture.mode.startswith(("I", "F")):  # a grey of 16 bits
        picture = picture.point(lambda value: value / 256).convert("L")
    elif picture.mode == "P" or "transparency" in picture.info:
        picture = picture.convert("RGBA")
    elif picture.mode == "1":
        picture = picture.convert("L")
    if picture.size != size:
        picture = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    if picture.mode in ("LA", "RGBA", "PA", "La", "RGBa"):
        picture = picture.convert("RGBA")
        white = Image.new("RGB", picture.size, "white")
        white.paste(picture, mask=picture.getchannel("A"))
        picture = white
    if profile:
        # A profile that is broken, or made for other colours, says nothing about these.
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            picture = ImageCms.profileToProfile(
                picture, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
    picture = picture.convert("RGB")
    picture.info = {"orientation": orientation}
    return picture


def _upright(picture: Any) -> Any:
    from PIL import Image

    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }  # fmt: skip
    turn = turns.get(picture.info["orientation"])
    return picture if turn is None else picture.transpose(turn)


def _draw_pdf(content: bytes) -> list[bytes]:
    import pypdfium2
    import pypdfium2.raw as pdfium

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as problem:
        locked = pdfium.FPDF_GetLastError() == pdfium.FPDF_ERR_PASSWORD
        raise CannotKeepError("locked" if locked else "broken") from problem
    if pdfium.FPDF_GetSecurityHandlerRevision(document) != -1:
        raise CannotKeepError("locked")
    if len(document) > MOST_PAGES:
        raise CannotKeepError("too-many-pages")
    if (
        pdfium.FPDFDoc_GetAttachmentCount(document)
        or pdfium.FPDFDoc_GetJavaScriptActionCount(document)
        or pdfium.FPDF_GetFormType(document) in (pdfium.FORMTYPE_XFA_FULL, pdfium.FORMTYPE_XFA_FOREGROUND)
    ):
        raise CannotKeepError("more-than-pages")
    document.init_forms()  # so that what was filled in is drawn too
    pages = []
    for number in range(len(document)):
        page = document[number]
        width, height = page.get_size()
        if not (width > 0 and height > 0 and max(width / height, height / width) < 50):
            raise CannotKeepError("broken")
        scale = min(DOTS_PER_INCH / 72, (PIXELS_KEPT / (width * height)) ** 0.5)
        pages.append(_encode(page.render(scale=scale).to_pil().convert("RGB")))
        page.close()
    return pages


def _encode(picture: Any) -> bytes:
    for quality in (85, 70, 50, 30):
        file = io.BytesIO()
        plain = picture.copy()
        plain.info = {}
        plain.save(file, "JPEG", quality=quality)
        if file.tell() <= LARGEST_PAGE:
            return file.getvalue()
    raise CannotKeepError("too-many-pixels")


def _limit() -> None:
    import resource

    for what, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, MOST_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # not every system knows every limit
            resource.setrlimit(what, (most, most))


def main() -> None:
    _limit()
    pages: list[bytes] = []
    code = ""
    try:
        pages = draw(sys.stdin.buffer.read(LARGEST_FILE + 1))
    except CannotKeepError as problem:
        code = problem.code
    except Exception:  # whatever a decoder says of a file made to break it
        code = "broken"
    head = json.dumps({"code": code, "sizes": [len(page) for page in pages]}).encode()
    sys.stdout.buffer.write(b"".join([struct.pack(">I", len(head)), head, *pages]))


if __name__ == "__main__":
    main()
