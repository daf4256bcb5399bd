"""What is sent to do harm is refused with a sentence, or nothing of it is left in what is kept. (V31 to V35)

Every kind of attack has its control: a sound file is taken, and what the attack carries is really in it.
"""

import asyncio
import io
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib
from itertools import product
from pathlib import Path

import pikepdf
import pytest
from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler
from django.db import connection
from django.db.utils import OperationalError
from django.test import override_settings
from django.utils.module_loading import import_string
from PIL import Image, ImageOps, PngImagePlugin

from maca.config import asgi
from maca.config.asgi import Body, application
from maca.design.receiving import LARGEST_BODY
from maca.returns import redraw as drawing_apart
from maca.returns.forms import LONGEST_NAME, kept_name
from maca.returns.models import Upload, UploadPage
from maca.returns.redraw import LARGEST_FILE, SENTENCES, CannotKeepError, draw, redraw
from tests.makers import a_picture, opened
from tests.returns.test_uploads import begun, page_of, sending

MiB = 1024 * 1024
MARK = b"ZqPayloadThatMustGo"


def verdict(content: bytes, by=redraw) -> str:
    """Why this is not taken; empty when it is."""
    try:
        pages = by(content)
    except CannotKeepError as problem:
        return problem.code if SENTENCES[problem.code] else "without a sentence"
    for page in getattr(pages, "pages", pages):
        assert MARK not in page
        assert page.startswith(b"\xff\xd8\xff")
    return ""


def a(kind: str, size=(40, 30), mode="RGB", **more) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size, "teal" if mode == "RGB" else 1).save(file, kind, **more)
    return file.getvalue()


def a_pdf(pages=1, change=lambda pdf: None, **how) -> bytes:
    file, pdf = io.BytesIO(), pikepdf.new()
    for _ in range(pages):
        pdf.add_blank_page(page_size=(595, 842))
    change(pdf)
    pdf.save(file, **how)
    return file.getvalue()


def a_zip(entries: dict[str, bytes], method=zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return file.getvalue()


SOUND = {"JPEG": a("JPEG"), "PNG": a("PNG"), "WEBP": a("WEBP"), "PDF": a_pdf()}


@pytest.mark.parametrize("kind", SOUND)
def test_the_control_a_sound_file_is_taken(kind):
    assert verdict(SOUND[kind]) == ""


# ---- V31: what unpacks to more than there is room for


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def a_png_that_says(width: int, height: int, *chunks: bytes, data: bytes = b"") -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + head
        + b"".join(chunks)
        + chunk(b"IDAT", data or zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def archive_bombs() -> dict[str, bytes]:
    zeros = bytes(8 * MiB)
    inner = a_zip({f"{n}": zeros for n in range(4)})
    for _ in range(4):
        inner = a_zip({f"{n}.zip": inner for n in range(8)})
    many = a_zip({f"{n}": b"" for n in range(20_000)}, zipfile.ZIP_STORED)
    lying = bytearray(a_zip({"a": zeros}))
    at = lying.rfind(b"PK\x01\x02")
    lying[at + 24 : at + 28] = struct.pack("<I", 10)
    found = {"nested": inner, "many": many, "lying": bytes(lying)}
    for name in ("word/document.xml", "xl/worksheets/sheet1.xml", "ppt/slide1.xml", "content.xml", "META-INF/x.xml"):
        found[name] = a_zip({"[Content_Types].xml": b"<Types/>", name: zeros * 2})
        found[f"nested {name}"] = a_zip({name: inner})
    # Two entries over the same bytes.
    found["overlapping"] = a_zip({"a": zeros}) + a_zip({"a": zeros})[-100:]
    for name, module in (("gzip", "gzip"), ("bzip2", "bz2"), ("xz", "lzma")):
        found[name] = __import__(module).compress(zeros)
    return found


def picture_bombs() -> dict[str, bytes]:
    much = zlib.compress(bytes(128 * MiB), 9)
    found = {}
    for width, height in (
        (30_000, 30_000),
        (65_000, 65_000),
        (2**31 - 1, 1),
        (1, 2**31 - 1),
        (21_000, 10),
        (10, 21_000),
    ):
        found[f"{width} x {height}"] = a_png_that_says(width, height, data=much)
    for kind, before in ((b"zTXt", b"k\0\0"), (b"iTXt", b"k\0\1\0\0\0"), (b"iCCP", b"k\0\0")):
        for times in (1, 3):
            found[f"{kind!r} {times}"] = a_png_that_says(5_000, 4_000, *[chunk(kind, before + much)] * times)
    for size in ((4_200, 4_200), (16_001, 1_000)):
        found[f"whole {size}"] = a("PNG", size, "1")
        found[f"progressive {size}"] = a("JPEG", size, "L", progressive=True)
    return found


MEASURED = """
import runpy, sys
try:
    runpy.run_path(sys.argv[1], run_name="__main__")
finally:
    high = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    print(high.split()[1], file=sys.stderr)
"""


def measured(content: bytes) -> tuple[bytes, int]:
    """What the program apart says, and the most memory that it took, in bytes."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", MEASURED, drawing_apart.__file__], input=content, capture_output=True, env={}
    )
    return done.stdout, int(done.stderr.split()[-1]) * 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux says how much memory was taken")
def test_a_bomb_is_refused_within_64_mib():
    _, usual = measured(SOUND["PNG"])
    bombs = archive_bombs() | picture_bombs()
    most = 0
    for name, bomb in bombs.items():
        if len(bomb) > LARGEST_FILE:
            assert verdict(bomb) == "too-large"
            continue
        answer, took = measured(bomb)
        most = max(most, took - usual)
        assert took - usual <= 64 * MiB, f"{name}: {(took - usual) / MiB:.0f} MiB"
        with pytest.raises(CannotKeepError):
            drawing_apart._pages_in(answer)
    assert len(bombs) >= 30
    print(f"V31: {len(bombs)} bombs, at most {most / MiB:.0f} MiB more than a sound picture takes")


def with_stream(content: bytes, **image) -> bytes:
    def change(pdf):
        stream = pikepdf.Stream(pdf, content)
        pdf.pages[0].Contents = stream
        if image:
            picture = pikepdf.Stream(pdf, bytes(64 * MiB))
            picture.update({f"/{name}": value for name, value in image.items()})
            pdf.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=picture))

    return a_pdf(1, change)


def test_a_pdf_that_unpacks_to_too_much_ends_with_its_program_and_not_with_the_site():
    name = pikepdf.Name
    picture = {
        "Type": name.XObject, "Subtype": name.Image, "Width": 30_000, "Height": 30_000, "BitsPerComponent": 8,
        "ColorSpace": name.DeviceRGB,
    }  # fmt: skip
    bombs = [
        with_stream(b"q 595 0 0 842 0 0 cm /I Do Q", **picture),
        with_stream(b"0 0 m " * 10_000_000),
        with_stream(b"q " * 5_000_000),
    ]
    for bomb in bombs:
        assert len(bomb) < MiB
        done = subprocess.run(
            [sys.executable, "-I", "-c", MEASURED, drawing_apart.__file__], input=bomb, capture_output=True, env={},
            timeout=60,
        )  # fmt: skip
        high = done.stderr.split()
        assert not high or int(high[-1]) * 1024 <= drawing_apart.MOST_MEMORY
        verdict(bomb)  # refused or drawn, and this process is still there
    assert verdict(SOUND["PDF"]) == ""


def test_a_program_that_does_not_end_is_ended(monkeypatch, tmp_path):
    forever = tmp_path / "forever.py"
    forever.write_text("while True: pass")
    monkeypatch.setattr(drawing_apart, "__file__", str(forever))
    monkeypatch.setattr(drawing_apart, "MOST_SECONDS", 1)
    assert verdict(SOUND["PNG"]) == "broken"


@pytest.mark.parametrize(
    "said", [b"", b"\0\0\0\2{}", b"\0\0\0\1[", b"\xff" * 50, b'\0\0\0\x1a{"code":"","sizes":[9999]}   ']
)
def test_a_program_that_was_taken_over_is_not_believed(said):
    with pytest.raises(CannotKeepError):
        drawing_apart._pages_in(said)


# ---- V32: two files in one, and names that lie

PAYLOADS = {
    "zip": a_zip({"x.exe": MARK}, zipfile.ZIP_STORED),
    "phar": b"<?php __HALT_COMPILER(); ?>\r\n" + MARK + b"GBMB",
    "html": b"<!DOCTYPE html><script>alert(1)</script>" + MARK,
    "js": b"*/alert(1);/*" + MARK,
    "php": b"<?php system($_GET[0]); ?>" + MARK,
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>" + MARK,
    "exe": b"MZ\x90\0" + MARK,
    "elf": b"\x7fELF\2\1\1" + MARK,
    "rar": b"Rar!\x1a\7\1\0" + MARK,
    "pdf": b"%PDF-1.7\n1 0 obj<</S/JavaScript/JS(app.alert(1))>>endobj\n" + MARK,
}


def hidden_in(carrier: str, payload: bytes) -> dict[str, bytes]:
    sound = SOUND[carrier]
    found = {
        "behind": sound + payload,
        "behind, after a gap": sound + bytes(4096) + payload,
        "in front": payload + sound,
    }
    if carrier == "JPEG":
        found["comment"] = sound[:2] + b"\xff\xfe" + struct.pack(">H", len(payload) + 2) + payload + sound[2:]
    elif carrier == "PNG":
        found["text"] = sound[:33] + chunk(b"tEXt", b"Comment\0" + payload) + sound[33:]
    elif carrier == "PDF":
        found["comment"] = sound.replace(b"\n", b"\n%" + payload.replace(b"\r", b"").replace(b"\n", b"") + b"\n", 1)
    return found


POLYGLOTS = [
    (carrier, what, where, content)
    for carrier, (what, payload) in product(SOUND, PAYLOADS.items())
    for where, content in hidden_in(carrier, payload).items()
]


def test_of_two_files_in_one_nothing_but_the_picture_is_kept():
    taken = refused = 0
    for carrier, what, where, content in POLYGLOTS:
        assert MARK in content  # the control: it is really there, and the name and the first bytes say nothing of it
        code = verdict(content, by=draw_as_the_program_does)
        taken, refused = taken + (code == ""), refused + (code != "")
        if where == "in front" and what != "pdf":
            assert code, f"{what} in front of {carrier}"
    assert len(POLYGLOTS) >= 100
    assert taken >= 60
    print(f"V32: {len(POLYGLOTS)} polyglots, {refused} refused, {taken} drawn without what was hidden in them")


def draw_as_the_program_does(content: bytes) -> list[bytes]:
    try:
        return draw(content)
    except CannotKeepError:
        raise
    except Exception as problem:  # as `main` does
        raise CannotKeepError("broken") from problem


NAMES = {
    "photo.jpg": "photo.jpg",
    "../../etc/passwd": "passwd",
    "..\\..\\windows\\system32\\x.png": "x.png",
    "/etc/cron.d/x": "x",
    "C:\\x\\y.png": "y.png",
    "a\0b.png": "ab.png",
    "photo\u202egnp.exe": "photognp.exe",
    "a\u2066b\u2069c\u200f.jpg": "abc.jpg",
    "zero\u200bwidth\ufeff.jpg": "zerowidth.jpg",
    "line\r\nbreak.jpg": "linebreak.jpg",
    "tab\tbed.jpg": "tabbed.jpg",
    "photo.jpg.exe": "photo.jpg.exe",
    "photo.php;.jpg": "photo.php;.jpg",
    "<script>alert(1)<": "<script>alert(1)<",
    '"onload=x.jpg': '"onload=x.jpg',
    "'; DROP TABLE x;--.jpg": "'; DROP TABLE x;--.jpg",
    "${jndi:x}.jpg": "${jndi:x}.jpg",
    "{{7*7}}.jpg": "{{7*7}}.jpg",
    "=cmd|calc!A1.jpg": "=cmd|calc!A1.jpg",
    " .jpg ": ".jpg",
    "   ": "",
    "": "",
    ".": ".",
    "..": "..",
    "e\u0301.jpg": "\u00e9.jpg",
    "\ud800.jpg": ".jpg",
    **{f"{one}.png": f"{one}.png" for one in ("CON", "NUL", "AUX", "PRN", "COM1", "LPT9", "con.jpg", "desktop.ini")},
    **{f"a{chr(at)}b": "ab" for at in (*range(1, 32), 127, 0x85, 0x2028, 0x2029) if chr(at) not in "/\\"},
}


def test_a_name_is_words_for_people_and_names_no_file():
    for given, name in NAMES.items():
        assert kept_name(given) == name, ascii(given)
    long = kept_name("x" * 300 + ".jpeg")
    assert len(long) <= LONGEST_NAME
    assert long.endswith(".jpeg")
    assert len(NAMES) >= 50


def files() -> list[Path]:
    """What lies on the disk beside the databases, whose own files come and go with another worker of these tests."""
    return sorted(one for one in Path(settings.MACA_DATA).rglob("*") if ".sqlite3" not in one.name)


@pytest.mark.parametrize(
    "name", ["../../x.html", "x.exe", "CON", "photo\u202egnp.exe", "x" * 300 + ".svg", "a.jpg.php"]
)
def test_what_a_file_is_follows_from_what_is_in_it(world, sign_in, name):
    one = begun(world)
    client = sign_in(world.auditor)
    before = files()
    assert client.post(page_of(one), sending(name=name)).status_code == 302
    upload = Upload.objects.get()
    assert "/" not in opened(upload).file_name
    assert upload.public_id.isalnum()
    # A picture's name does not make a picture of it.
    answer = client.post(page_of(one), sending(b"<svg onload=alert(1)>", name="photo.jpg"))
    assert answer.status_code == 422
    assert SENTENCES["not-taken"] in answer.content.decode()
    assert Upload.objects.count() == 1
    assert files() == before


# ---- V33: what does things when it is opened

OOXML_PARTS = {
    "macro": ("word/vbaProject.bin", b"\xd0\xcf\x11\xe0Attribute VB_Name"),
    "dde": ("word/document.xml", b'<w:instrText>DDEAUTO c:\\cmd.exe "/k calc"</w:instrText>'),
    "template": ("word/_rels/settings.xml.rels", b'<Relationship TargetMode="External" Target="http://x/t.dotm"/>'),
    "ole": ("word/embeddings/oleObject1.bin", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    "remote image": ("word/_rels/document.xml.rels", b'<Relationship TargetMode="External" Target="http://x/i.png"/>'),
    "altChunk": ("word/document.xml", b'<w:altChunk r:id="x"/>'),
    "xxe": ("word/document.xml", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'),
    "entities": ("word/document.xml", b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'),
    "formula": ("xl/externalLinks/externalLink1.xml", b'<ddeLink ddeService="cmd" ddeTopic="/c calc"/>'),
    "plain": ("word/document.xml", b"<w:document/>"),
}
OFFICE = [
    a_zip({first: b"<Types/>", name: content})
    for first in ("[Content_Types].xml", "mimetype", "docProps/app.xml", "_rels/.rels", "xl/workbook.xml")
    for name, content in OOXML_PARTS.values()
]
OTHERS = [
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096),
    b"{\\rtf1{\\object\\objautlink\\objupdate}}",
    b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)",
    b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>',
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><l>&b;</l>',
    b"<svg><image href='http://x/i.png'/></svg>",
    b"<svg><foreignObject><iframe src='javascript:alert(1)'/></foreignObject></svg>",
    b"<html><body onload=alert(1)>",
    b"#!/bin/sh\nrm -rf /",
    b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) (r) file",
    b"\xef\xbb\xbf%PDF-1.7",
    b"push graphic-context\nfill 'url(https://x/|ls)'",
    b"II*\0" + bytes(200),
    b"BM" + bytes(200),
    b"\0\0\0\x18ftypheic" + bytes(200),
]


def test_what_does_things_when_opened_is_refused():
    for content in OFFICE + OTHERS:
        assert verdict(content, by=draw_as_the_program_does) == "not-taken", content[:40]
    assert len(OFFICE + OTHERS) >= 60


def test_what_a_pdf_would_do_is_refused_or_left_out(world):
    name = pikepdf.Name

    def script(pdf):
        act = pikepdf.Dictionary(S=name.JavaScript, JS=pikepdf.String("app.alert(1)"))
        pdf.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=[pikepdf.String("x"), act]))

    def launch(pdf):
        pdf.Root.OpenAction = pikepdf.Dictionary(S=name.Launch, F=pikepdf.String("ZqPayloadThatMustGo.exe"))

    def attach(pdf):
        pdf.attachments["x.exe"] = pikepdf.AttachedFileSpec(pdf, MARK)

    def xfa(pdf):
        pdf.Root.AcroForm = pikepdf.Dictionary(
            Fields=[], XFA=[pikepdf.String("template"), pdf.make_stream(b"<xdp:xdp/>")]
        )

    assert verdict(a_pdf(1, script)) == "more-than-pages"
    assert verdict(a_pdf(1, attach)) == "more-than-pages"
    assert verdict(a_pdf(1, xfa)) == "more-than-pages"
    assert verdict(a_pdf(1, launch)) == ""
    assert verdict(a_pdf(1, encryption=pikepdf.Encryption(owner="o", user="u"))) == "locked"
    assert verdict(a_pdf(1, encryption=pikepdf.Encryption(owner="o", user=""))) == "locked"
    assert verdict(a_pdf(20)) == ""
    assert verdict(a_pdf(21)) == "too-many-pages"
    for cut in range(5, len(SOUND["PDF"]) // 2, 40):
        assert verdict(SOUND["PDF"][:cut], by=draw_as_the_program_does) == "broken"


# ---- V34: what a picture says besides what it shows


def with_everything(kind: str, orientation: int = 1) -> bytes:
    """A picture that says where and by whom it was taken, in every way that its kind knows."""
    from PIL import ImageCms

    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = exif[0x013B] = exif[0x9286] = MARK.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (51.0, 30.0, 0.0), 3: "W", 4: (0.0, 7.0, 0.0), 29: MARK.decode()})
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    more = {"exif": exif.tobytes(), "icc_profile": profile}
    if kind == "PNG":
        more["pnginfo"] = PngImagePlugin.PngInfo()
        more["pnginfo"].add_text("Comment", MARK.decode())
        more["pnginfo"].add_text("XML:com.adobe.xmp", f"<x:xmpmeta>{MARK.decode()}</x:xmpmeta>")
        more["pnginfo"].add_itxt("Author", MARK.decode(), zip=False)
    else:
        more["xmp"] = b"<x:xmpmeta>" + MARK + b"</x:xmpmeta>"
    if kind == "JPEG":
        more["comment"] = MARK
    file = io.BytesIO()
    picture = Image.new("RGB", (60, 40), "white")
    picture.paste("black", (0, 0, 30, 20))
    picture.save(file, kind, **more)
    return file.getvalue()


@pytest.mark.parametrize(("kind", "orientation"), list(product(("JPEG", "PNG", "WEBP"), range(1, 9))))
def test_nothing_is_left_of_where_and_by_whom_and_it_stands_upright(kind, orientation):
    given = with_everything(kind, orientation)
    assert MARK in given  # the control
    assert Image.open(io.BytesIO(given)).getexif().get_ifd(0x8825)
    (page,) = draw(given)
    assert MARK not in page
    kept = Image.open(io.BytesIO(page))
    assert not kept.getexif()
    assert not {"exif", "icc_profile", "comment", "xmp", "photoshop"} & set(kept.info)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(given))).convert("L")
    assert kept.size == upright.size
    for corner in ((5, 5), (kept.width - 6, 5), (5, kept.height - 6), (kept.width - 6, kept.height - 6)):
        assert abs(kept.convert("L").getpixel(corner) - upright.getpixel(corner)) < 40


@pytest.mark.parametrize(("kind", "tenths"), list(product(("JPEG", "PNG", "WEBP"), range(1, 10))))
def test_a_picture_that_is_cut_off_is_refused(kind, tenths):
    file = io.BytesIO()
    Image.effect_noise((200, 200), 90).convert("RGB").save(file, kind)
    whole = file.getvalue()
    assert verdict(whole, by=draw_as_the_program_does) == ""
    assert verdict(whole[: len(whole) * tenths // 10], by=draw_as_the_program_does) in ("broken", "not-taken")


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
@pytest.mark.parametrize("frames", [2, 30])
def test_a_moving_picture_is_refused(kind, frames):
    file = io.BytesIO()
    shown = [Image.new("RGB", (20, 20), (at * 8, 0, 0)) for at in range(frames)]
    shown[0].save(file, kind, save_all=True, append_images=shown[1:])
    assert verdict(file.getvalue(), by=draw_as_the_program_does) == "moving"


def test_the_second_picture_of_a_telephone_is_left_out():
    file = io.BytesIO()
    first, second = Image.new("RGB", (64, 64), "white"), Image.new("RGB", (64, 64), "black")
    first.save(file, "MPO", save_all=True, append_images=[second])
    (page,) = draw(file.getvalue())
    assert Image.open(io.BytesIO(page)).getpixel((32, 32)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_way_of_writing_colours_is_read(mode):
    assert verdict(a("PNG", (30, 30), mode), by=draw_as_the_program_does) == ""


def test_colours_are_those_that_the_profile_means():
    """Reds written for a wider range of colours are not shown paler than they are."""
    file = io.BytesIO()
    Image.new("CMYK", (30, 30), (0, 255, 255, 0)).save(file, "JPEG")
    red, green, blue = Image.open(io.BytesIO(draw(file.getvalue())[0])).getpixel((15, 15))
    assert red > 200
    assert max(green, blue) < 60


def test_a_large_photograph_is_kept_smaller_and_a_long_one_can_still_be_read():
    kept = Image.open(io.BytesIO(redraw(a("JPEG", (8_000, 6_000))).pages[0]))
    assert kept.width * kept.height <= drawing_apart.PIXELS_KEPT
    long = Image.open(io.BytesIO(redraw(a("PNG", (1_000, 12_000))).pages[0]))
    assert long.width > 500


def test_the_control_without_its_limit_a_large_picture_would_be_taken(monkeypatch):
    large = a("PNG", (4_200, 4_200), "1")
    assert verdict(large, by=draw_as_the_program_does) == "too-many-pixels"
    monkeypatch.setattr(drawing_apart, "MOST_PIXELS_WHOLE", 20_000_000)
    assert verdict(large, by=draw_as_the_program_does) == ""


# ---- V35: too long, too slow, too much


def sent_to_the_site(messages) -> tuple[int, str, int]:
    """The site's own answer to a request that comes as these messages, and how many of them it took."""
    scope = {
        "type": "http", "method": "POST", "path": "/sign-in/", "query_string": b"", "server": ("127.0.0.1", 80),
        "headers": [(b"host", b"127.0.0.1"), (b"content-type", b"multipart/form-data; boundary=x")],
    }  # fmt: skip
    waiting, answer, taken = iter(messages), [], 0

    async def receive():
        nonlocal taken
        message = next(waiting, None)
        if message is None:
            await asyncio.sleep(60)
        taken += 1
        return message

    async def send(message):
        answer.append(message)

    async def run():
        await application(scope, receive, send)

    asyncio.run(run())
    return answer[0]["status"], b"".join(one.get("body", b"") for one in answer).decode(), taken


def part(size: int, more: bool = True) -> dict:
    return {"type": "http.request", "body": bytes(size), "more_body": more}


@pytest.mark.django_db(transaction=True)
def test_a_stream_without_end_is_cut_short_and_a_slow_one_too(monkeypatch):
    status, text, taken = sent_to_the_site(part(MiB) for _ in range(2_048))
    assert status == 413
    assert "A file must be 10 MB or less" in text
    assert taken <= 66
    # A little too much is heard out, so that the browser shows the sentence and no broken connection.
    status, text, taken = sent_to_the_site([part(MiB)] * 12 + [part(1, more=False)])
    assert (status, taken) == (413, 13)
    monkeypatch.setattr(asgi, "LONGEST_WAIT", 0.05)
    status, text, _ = sent_to_the_site([part(10)])
    assert status == 408
    assert "too slowly" in text
    monkeypatch.setattr(asgi, "MOST_HELD", 2 * MiB)
    status, text, _ = sent_to_the_site([part(MiB)] * 4)
    assert status == 503
    assert Body.held_by_all == 0
    # The control: what is neither long nor slow is answered by the page itself.
    monkeypatch.undo()
    assert sent_to_the_site([part(10, more=False)])[0] not in (408, 413, 503)


@pytest.mark.django_db(transaction=True)
def test_no_body_and_no_file_ever_lies_on_the_disk(monkeypatch):
    rolled = []
    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", lambda self: rolled.append(self))
    largest = [part(LARGEST_BODY - 1), part(1, more=False)]
    sent_to_the_site(largest)
    assert not rolled
    with override_settings(FILE_UPLOAD_MAX_MEMORY_SIZE=MiB):  # the control
        sent_to_the_site(largest)
    assert rolled
    assert settings.FILE_UPLOAD_HANDLERS == ["maca.design.receiving.InMemory"]
    assert issubclass(import_string(settings.FILE_UPLOAD_HANDLERS[0]), FileUploadHandler)


def test_a_file_that_is_too_large_is_refused_before_it_is_looked_at(world, sign_in, monkeypatch):
    one = begun(world)
    client = sign_in(world.auditor)

    def looked(*args, **kwargs):
        raise AssertionError("it was looked at")

    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "Popen", looked)
        for size in (LARGEST_FILE + 1, LARGEST_BODY + 1):
            answer = client.post(page_of(one), sending(a_picture() + bytes(size)))
            assert answer.status_code == 422
            assert SENTENCES["too-large"] in answer.content.decode()
        assert client.post(page_of(one), sending(b"")).status_code == 422
    padded = a_picture()
    assert client.post(page_of(one), sending(padded + bytes(LARGEST_FILE - len(padded)))).status_code == 302


@pytest.mark.parametrize("at", range(1, 11))
def test_a_fault_at_any_page_leaves_no_row(world, monkeypatch, at):
    one = begun(world)
    save, saved = UploadPage.save, []

    def failing(page, **how):
        saved.append(page)
        if len(saved) == at:
            raise OperationalError("database or disk is full")
        return save(page, **how)

    with monkeypatch.context() as patch:
        patch.setattr(UploadPage, "save", failing)
        with pytest.raises(OperationalError):
            world.uploaded(one, content=a_pdf(10), by=world.auditor)
    assert not Upload.objects.exists()
    assert not UploadPage.objects.exists()
    if at == 10:  # the control
        world.uploaded(one, content=a_pdf(10), by=world.auditor)
        assert UploadPage.objects.count() == 10


def test_a_disk_that_fills_up_leaves_no_row(world):
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite can be told how large it may become")
    one = begun(world)
    with connection.cursor() as cursor:
        (used,) = cursor.execute("PRAGMA page_count").fetchone()
        (most,) = cursor.execute("PRAGMA max_page_count").fetchone()
        cursor.execute(f"PRAGMA max_page_count={used + 20}")
    try:
        with pytest.raises(OperationalError, match="full"):
            world.uploaded(one, content=a_pdf(20), by=world.auditor)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA max_page_count={most}")
    assert not Upload.objects.exists()
    assert not UploadPage.objects.exists()
