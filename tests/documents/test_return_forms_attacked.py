"""Files made to harm, sent as a return form: each is refused with a sentence, soon and in little memory. (V31, V33)"""

import io
import resource
import struct
import time
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from maca.returns.on_paper import as_excel, as_word
from maca.returns.on_paper.reading import read_bytes
from maca.returns.on_paper.value import NotAFormError
from tests.documents.paper import a_form

READY = {"word": as_word.write(a_form()), "xl": as_excel.write(a_form())}
MAIN = {"word": "word/document.xml", "xl": "xl/worksheets/sheet1.xml"}
MEGABYTE = 1024 * 1024
MOST_SECONDS, MOST_MEMORY = 1.0, 64 * MEGABYTE
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def parts_of(office):
    with zipfile.ZipFile(io.BytesIO(READY[office])) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts, more=(), method=zipfile.ZIP_DEFLATED):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in [*parts.items(), *more]:
            archive.writestr(name, content)
    return made.getvalue()


def changed(office, part, change):
    parts = parts_of(office)
    parts[part] = change(parts[part])
    return packed(parts)


def within(office, more):
    """The main part with more inside it."""
    end = b"</w:body>" if office == "word" else b"</sheetData>"
    return changed(office, MAIN[office], lambda xml: xml.replace(end, more + end))


def lying(office, size):
    """A part of 64 MB whose table of contents says another size."""
    data = bytearray(packed({**parts_of(office), MAIN[office]: b"<a>" + b" " * 64 * MEGABYTE + b"</a>"}))
    at = data.rindex(MAIN[office].encode()) - 46
    assert data[at : at + 4] == b"PK\x01\x02"
    data[at + 24 : at + 28] = struct.pack("<I", size)
    return bytes(data)


def lying_picture():
    """A picture on a sheet that says it is small: whoever opens the sheet would fetch all of it."""
    data = bytearray(packed({**parts_of("xl"), "xl/media/a.png": b"0" * 64 * MEGABYTE}))
    at = data.rindex(b"xl/media/a.png") - 46
    data[at + 24 : at + 28] = struct.pack("<I", 1000)
    return bytes(data)


def overlapping(office, times):
    """Many names in the table of contents for one and the same compressed part."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts_of(office).items():
            archive.writestr(name, content)
        archive.writestr(f"{office}/big.xml", b"<a>" + b" " * 8 * MEGABYTE + b"</a>")
        for number in range(times):
            twin = zipfile.ZipInfo(f"{office}/big{number}.xml")
            vars_of = archive.getinfo(f"{office}/big.xml")
            for field in ("compress_type", "CRC", "compress_size", "file_size", "header_offset", "flag_bits"):
                setattr(twin, field, getattr(vars_of, field))
            archive.filelist.append(twin)
            archive.NameToInfo[twin.filename] = twin
    return made.getvalue()


def nested(depth):
    data = b"0" * 32 * MEGABYTE
    for _ in range(depth):
        data = packed({"inner.zip": data})
    return data


def bombs(office):
    parts = parts_of(office)
    zeros = b"<a>" + b" " * 64 * MEGABYTE + b"</a>"
    yield "zeros in the main part", lambda: packed({**parts, MAIN[office]: zeros})
    yield "zeros in a part of its own", lambda: packed({**parts, f"{office}/media/a.png": zeros})
    yield "zeros beside", lambda: packed({**parts, "customXml/a.xml": zeros})
    yield "zeros in bzip2", lambda: packed({**parts, MAIN[office]: zeros}, method=zipfile.ZIP_BZIP2)
    yield "zeros in lzma", lambda: packed({**parts, MAIN[office]: zeros}, method=zipfile.ZIP_LZMA)
    yield "many parts of a megabyte", lambda: packed(parts, [(f"{office}/{n}.xml", zeros[: 2**20]) for n in range(70)])
    yield "ten thousand parts", lambda: packed(parts, [(f"{n}.xml", b"") for n in range(10_000)])
    for size in (0, 1, 1000, 4_000_000, 2**32 - 2):
        yield f"a size that lies: {size}", lambda size=size: lying(office, size)
    yield "overlapping parts", lambda: overlapping(office, 20)
    yield "more overlapping parts", lambda: overlapping(office, 600)
    yield "nine megabytes of text", lambda: within(office, b"<w:x>" + b"x" * 9 * MEGABYTE + b"</w:x>")
    yield "a million tags", lambda: within(office, b"<x/>" * 1_000_000)
    yield "tags within tags", lambda: within(office, b"<x>" * 20_000 + b"</x>" * 20_000)
    yield "only a nest of zips", lambda: nested(5)
    if office == "word":
        yield "a million paragraphs", lambda: within(office, b"<w:p/>" * 1_000_000)
    else:
        yield "a picture that lies", lying_picture
        for called, more in (
            ("every cell joined", b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
            ("whole columns joined", b'<mergeCells count="1"><mergeCell ref="A:XFD"/></mergeCells>'),
            ("every cell linked", b'<hyperlinks><hyperlink ref="A1:XFD1048576" location="x"/></hyperlinks>'),
        ):
            yield (
                called,
                lambda more=more: changed(
                    "xl", MAIN["xl"], lambda xml: xml.replace(b"</sheetData>", b"</sheetData>" + more)
                ),
            )


def document_type(encoding="utf-8", padding=0, entities='<!ENTITY a "a">'):
    def change(xml):
        text = xml.decode()
        text = text[text.index("?>") + 2 :] if text.startswith("<?xml") else text
        comment = f"<!--{'x' * padding}-->" if padding else ""
        head = f'<?xml version="1.0" encoding="{encoding}"?>{comment}<!DOCTYPE w [{entities}]>'
        return (head + text).encode(encoding)

    return change


LAUGHS = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(1, 10)) + '<!ENTITY a1 "ha">'
FILE = '<!ENTITY a SYSTEM "file:///etc/passwd">'
AWAY = '<!ENTITY a SYSTEM "http://127.0.0.1:1/">'
PARAMETER = '<!ENTITY % a SYSTEM "http://127.0.0.1:1/"> %a;'


def related(office, kind, target, *, outside=True):
    rels = "word/_rels/document.xml.rels" if office == "word" else "xl/_rels/workbook.xml.rels"
    mode = ' TargetMode="External"' if outside else ""
    one = f'<Relationship Id="out"{mode} Target="{target}" Type="{OFFICE}/{kind}"/></Relationships>'
    return changed(office, rels, lambda xml: xml.replace(b"</Relationships>", one.encode()))


def disguised(office):
    """The main part under another name, where nobody would weigh it."""
    parts = parts_of(office)
    old = MAIN[office]
    new = old.removesuffix("xml") + "png"
    parts[new] = document_type(entities=LAUGHS)(parts.pop(old))
    for name in parts:
        if name.endswith((".rels", "Types].xml")):
            parts[name] = parts[name].replace(old.rpartition("/")[2].encode(), new.rpartition("/")[2].encode())
    return packed(parts)


def poisons(office):
    parts = parts_of(office)
    for part in (
        *("vbaProject.bin", "vbaData.xml", "activeX/activeX1.xml", "embeddings/oleObject1.bin", "embeddings/a.docx"),
        *("afchunk.mht", "afchunk1.html", "externalLinks/externalLink1.xml", "connections.xml", "oleObject1.bin"),
    ):
        yield f"with {part}", lambda part=part: packed({**parts, f"{office}/{part}": b"<a/>"})
    for kind in ("application/vnd.ms-word.document.macroEnabled.main+xml", "application/vnd.ms-office.vbaProject"):
        yield f"as {kind}", lambda kind=kind: changed(
            office, "[Content_Types].xml",
            lambda xml: xml.replace(b"</Types>", f'<Default Extension="q" ContentType="{kind}"/></Types>'.encode()),
        )  # fmt: skip
    for kind in (
        *("attachedTemplate", "image", "oleObject", "frame", "subDocument", "externalLinkPath", "aFChunk", "video"),
        *("package", "settings", "theme", "customXml"),
    ):
        for target in ("http://127.0.0.1:1/x", "file:///etc/passwd"):
            yield f"{kind} from {target[:4]}", lambda kind=kind, target=target: related(office, kind, target)
    for called, entities in (("laughs", LAUGHS), ("file", FILE), ("away", AWAY), ("parameter", PARAMETER)):
        for encoding, padding in (("utf-8", 0), ("utf-8", 5000), ("utf-16", 0), ("utf-16-be", 0), ("utf-7", 0)):
            yield (
                f"{called} in {encoding}, {padding}",
                lambda e=entities, c=encoding, p=padding: changed(office, MAIN[office], document_type(c, p, e)),
            )
    yield "entities in what says what is in it", lambda: changed(office, "[Content_Types].xml", document_type())
    yield "entities in the relations", lambda: changed(office, "_rels/.rels", document_type(entities=LAUGHS))
    yield "the main part disguised", lambda: disguised(office)
    if office == "word":
        for field in ("DDEAUTO c:\\\\cmd", "DDE x y", "INCLUDETEXT x", "INCLUDEPICTURE x", "LINK Excel", "DATABASE x"):
            run = f"<w:p><w:r><w:instrText> {field} </w:instrText></w:r></w:p>"
            yield field, lambda run=run: within("word", run.encode())


def every(make):
    return [pytest.param(file, id=f"{office}: {called}") for office in READY for called, file in make(office)]


BOMBS, POISONS = every(bombs), every(poisons)


@contextmanager
def little_memory():
    """Whoever asks for more than 64 MB on top of what there is meets a MemoryError."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    there = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (there + MOST_MEMORY, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def refused(data):
    """It comes soon, takes little memory, and says a sentence."""
    began = time.process_time()
    with little_memory(), pytest.raises(NotAFormError) as found:
        read_bytes(data, "form.docx")
    assert time.process_time() - began < MOST_SECONDS
    assert found.value.sentence.startswith("form.docx ")
    assert found.value.sentence.endswith(".")


@pytest.mark.parametrize("file", BOMBS)
def test_an_archive_bomb_is_refused(file):
    refused(file())


@pytest.mark.parametrize("file", POISONS)
def test_what_could_run_fetch_or_unfold_is_refused(file):
    refused(file())


def test_the_attacks_are_many_and_the_control_is_read():
    assert len(BOMBS) >= 30
    assert len(POISONS) >= 60
    for office, ready in READY.items():
        picture = b'<Default Extension="svg" ContentType="image/svg+xml"/></Types>'
        with_pictures = changed(office, "[Content_Types].xml", lambda xml, one=picture: xml.replace(b"</Types>", one))
        for kind, target in (("image", "media/a.svg"), ("hdphoto", "media/a.wdp"), ("printerSettings", "a.bin")):
            assert read_bytes(related(office, kind, target, outside=False)).reference.case == 1
        for data in (
            ready,
            with_pictures,
            packed(parts_of(office)),
            packed(parts_of(office), [("customXml/a.xml", b"<a/>")]),
        ):
            assert read_bytes(data).reference.case == 1


def test_the_control_more_memory_than_that_would_be_seen():
    with little_memory(), pytest.raises(MemoryError):
        bytearray(2 * MOST_MEMORY)
