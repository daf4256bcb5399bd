"""What is in a Word file, a workbook or slides: each part, element, attribute, relation and property against a list."""

import io
import re
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

from lxml import etree

from maca.kernel.colour import LEAST_SEEN, WHITE, contrast, contrast_with_white, is_colour
from maca.kernel.inspecting.fault import Fault, Found
from maca.kernel.inspecting.pictures import faults_of
from maca.kernel.office import RELATIONSHIP, parsed
from maca.kernel.word import DAMAGED, Limits, UnfitError, weigh

KINDS = {"docx": "word/", "xlsx": "xl/", "pptx": "ppt/"}
_LIMITS = Limits(called="export", mends="It is none of ours.", paragraphs=2_000_000)
# What is known to hide there, for whoever reads the sentence. Whatever has no name here fails all the same.
_PARTS = (
    (r"comments|threadedComment|persons", "comments of people"),
    (r"^customXml/|docProps/custom", "custom XML"),
    (r"thumbnail", "a thumbnail, which is a picture of an earlier state"),
    (r"vbaProject|vbaData|macros", "a macro"),
    (r"embeddings|oleObject|activeX|afchunk", "an embedded file"),
    (r"externalLinks|connections", "a link to data elsewhere"),
    (r"pivot", "a pivot cache, which keeps the rows it was made of"),
    (r"media/", "a picture"),
    (r"notesSlide|notesMaster", "speaker notes"),
    (r"worksheets/|slides/", "another sheet or slide"),
)
_ELEMENTS = {
    **dict.fromkeys(("w:ins", "w:del", "w:moveFrom", "w:moveTo", "w:rPrChange", "w:pPrChange"), "a tracked change"),
    **dict.fromkeys(("w:commentRangeStart", "w:commentRangeEnd", "w:commentReference"), "a comment"),
    **dict.fromkeys(("w:vanish", "w:webHidden", "w:specVanish"), "hidden text"),
    **dict.fromkeys(("w:rsids", "w:rsid", "w:rsidRoot"), "revision ids"),
    **dict.fromkeys(("w:hyperlink", "x:hyperlink", "a:hlinkClick"), "a link"),
    **dict.fromkeys(("w:drawing", "w:pict", "p:pic", "x:drawing"), "a picture"),
    **dict.fromkeys(("w:object", "p:oleObj", "x:oleObject"), "an embedded object"),
    "x:f": "a formula",
    "dc:creator": "an author",
    "cp:lastModifiedBy": "who saved it last",
    "app:Company": "a company",
    "app:Manager": "a manager",
}
_FIELDS = {"PAGE", "NUMPAGES"}
_NAMES_OF_SHEETS = {"_xlnm.Print_Titles", "_xlnm.Print_Area"}
_ON, _OFF = {"1", "true", "on"}, {"0", "false", "visible"}
_SMALLEST = 12  # half points


@cache
def _allowed() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "allowed.toml").read_text("utf-8"))


@cache
def _prefixes() -> dict[str, str]:
    return {namespace: prefix for prefix, namespace in _allowed()["namespaces"].items()}


def reader(kind: str) -> Callable[[bytes], Found]:
    return partial(_read, kind)


def _read(kind: str, data: bytes) -> Found:
    try:
        weigh(data, f"The .{kind}", _LIMITS, folder=KINDS[kind], another=f"not a .{kind}.", again="the site")
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            return names, [*_archive(archive, data), *_types(archive, kind), *_parts(archive, kind)]
    except DAMAGED as error:
        says = error.sentence if isinstance(error, UnfitError) else "It is damaged and cannot be opened."
        return [], [Fault("the file", says)]


def _archive(archive: zipfile.ZipFile, data: bytes) -> Iterator[Fault]:
    """What stands beside the parts of a zip file, which no program shows."""
    parts = archive.infolist()
    if len({part.filename for part in parts}) != len(parts):
        yield Fault("the file", "Two of its parts have one name, of which programs show one.")
    if archive.comment or any(part.comment for part in parts):
        yield Fault("the file", "The zip file has a comment.")
    if any(part.extra for part in parts):
        yield Fault("the file", "The zip file says more of its parts than their names, such as who owns them.")
    packed = sum(30 + len(part.orig_filename.encode()) + part.compress_size for part in parts)
    with_table = packed + sum(46 + len(part.orig_filename.encode()) for part in parts) + 22
    # A writer that does not know the sizes before puts 12 to 24 bytes behind each part.
    if not data.startswith(b"PK\x03\x04") or len(data) > with_table + 24 * len(parts):
        yield Fault("the file", "There is something between, before or after the parts of the zip file.")


def _types(archive: zipfile.ZipFile, kind: str) -> Iterator[Fault]:
    for one in parsed(archive, "[Content_Types].xml"):
        said = one.get("ContentType", "")
        if said not in _allowed()[kind]["content_types"]:
            what = "macros" if "macro" in said.lower() or "vba" in said.lower() else f"“{said}”"
            yield Fault("[Content_Types].xml", f"It says that the file can hold {what}, which no export does.")


def _parts(archive: zipfile.ZipFile, kind: str) -> Iterator[Fault]:
    allowed = [re.compile(one) for one in _allowed()[kind]["parts"]]
    for name in archive.namelist():
        if not any(one.fullmatch(name) for one in allowed):
            what = next((said for pattern, said in _PARTS if re.search(pattern, name, re.I)), "a part of another kind")
            yield Fault(name, f"The file holds {what}, which no export does.")
            continue
        if name.endswith(".jpg"):
            yield from faults_of(archive.read(name), name)
            continue
        root = parsed(archive, name)
        if root.getroottree().docinfo.doctype:
            yield Fault(name, "It declares a document type, which no export does.")
        for one in root.iter():
            yield from _comment(name) if not isinstance(one.tag, str) else _element(one, name, kind)
        if name.endswith(".rels"):
            yield from _relations(root, name, kind)


def _comment(name: str) -> Iterator[Fault]:
    yield Fault(name, "There is a comment of XML in it, which nobody sees.")


def _relations(root: Any, name: str, kind: str) -> Iterator[Fault]:
    for one in root.iter(RELATIONSHIP):
        if one.get("TargetMode") == "External":
            yield Fault(name, "It leads to something outside the file.")
        if one.get("Type") not in _allowed()[kind]["relations"]:
            yield Fault(name, f"It leads to a part of a kind that no export has: “{one.get('Type')}”.")


def _element(one: Any, name: str, kind: str) -> Iterator[Fault]:
    tag = etree.QName(one)
    called = f"{_prefixes().get(tag.namespace, tag.namespace)}:{tag.localname}"
    known = _allowed()[kind]["elements"].get(called)
    if known is None:
        what = _ELEMENTS.get(called)
        yield Fault(name, f"There is {what} in it ({called})." if what else f"No export holds “{called}”.")
        return
    for attribute in map(etree.QName, one.attrib):
        if attribute.localname not in known.split():
            what = "a revision id" if attribute.localname.startswith("rsid") else "more than an export says"
            hidden = " It hides something." if attribute.localname in ("hidden", "show") else ""
            yield Fault(name, f"“{called}” says {what} ({attribute.localname}).{hidden}")
    yield from _VALUES.get(called, _nothing)(one, name)
    if ((one.text or "").strip() and called not in _TEXTS) or (one.tail or "").strip():
        yield Fault(name, f"There are words in “{called}”, where no program shows them.")


def _nothing(one: Any, name: str) -> Iterator[Fault]:
    yield from ()


def _value(one: Any, attribute: str = "val") -> str:
    return next((str(said) for key, said in one.attrib.items() if etree.QName(key).localname == attribute), "")


def _field(one: Any, name: str) -> Iterator[Fault]:
    if (one.text or "").strip() not in _FIELDS:
        yield Fault(name, "There is a field in it that is no number of a page.")


def _is_shown(attribute: str, what: str) -> Callable[[Any, str], Iterator[Fault]]:
    def check(one: Any, name: str) -> Iterator[Fault]:
        if _value(one, attribute) not in (_OFF | {""}):
            yield Fault(name, f"{what} is hidden.")

    return check


def _colour(one: Any, name: str) -> Iterator[Fault]:
    said, behind = f"#{_value(one).lower()}", _behind(one)
    if is_colour(said) and contrast(said, behind) < LEAST_SEEN:
        paper = "white paper" if behind == WHITE else "what is behind it"
        yield Fault(name, f"There is text in it that can hardly be told from {paper}, so that nobody sees it.")


def _behind(one: Any) -> str:
    """The shading of the words, of their paragraph or of their cell, whichever is nearest; or else the white page."""
    for above in one.iterancestors():
        for place in ("rPr", "pPr", "tcPr"):
            shading = above.find(f"{{*}}{place}/{{*}}shd")
            if shading is not None and is_colour(fill := f"#{_value(shading, 'fill').lower()}"):
                return fill
    return WHITE


def _size(one: Any, name: str) -> Iterator[Fault]:
    if _value(one).isdigit() and int(_value(one)) < _SMALLEST:
        yield Fault(name, f"There is text of {int(_value(one)) / 2:g} points in it, which nobody can read.")


def _run_of_slide(one: Any, name: str) -> Iterator[Fault]:
    named = {_value(two).lower() for two in one.iter("{*}schemeClr", "{*}srgbClr")}
    pale = [two for two in named if is_colour(f"#{two}") and contrast_with_white(f"#{two}") < LEAST_SEEN]
    if pale or named & {"bg1", "lt1"}:
        yield Fault(name, "There is text in it that can hardly be told from a white slide, so that nobody sees it.")
    if int(_value(one, "sz") or 1800) < _SMALLEST * 50:
        yield Fault(name, "There is text in it that is too small to be read.")


def _place(one: Any, name: str) -> Iterator[Fault]:
    x, y = int(_value(one, "x")), int(_value(one, "y"))
    if not (0 <= x < 12_192_000 and 0 <= y < 6_858_000):
        yield Fault(name, "Something stands beside the slide, where nobody sees it.")


def _column(one: Any, name: str) -> Iterator[Fault]:
    if float(_value(one, "width") or 1) < 1:
        yield Fault(name, "A column is so narrow that nobody sees it.")


def _name_of_cells(one: Any, name: str) -> Iterator[Fault]:
    if _value(one, "name") not in _NAMES_OF_SHEETS:
        yield Fault(name, f"There is a name of cells in it that no export has: “{_value(one, 'name')}”.")


def _offered(one: Any, name: str) -> Iterator[Fault]:
    if not re.fullmatch(r'"[^"]*"', one.text or ""):
        yield Fault(name, "What can be chosen in a cell is worked out by a formula.")


def _cell(one: Any, name: str) -> Iterator[Fault]:
    if _value(one, "t") in ("str", "e"):
        yield Fault(name, "There is what a formula came to in it.")


_VALUES: dict[str, Callable[[Any, str], Iterator[Fault]]] = {
    "w:instrText": _field,
    "w:color": _colour,
    "w:sz": _size,
    "a:rPr": _run_of_slide,
    "a:off": _place,
    "x:sheet": _is_shown("state", "A sheet"),
    "x:workbookView": _is_shown("visibility", "The window of the workbook"),
    "x:cellStyle": _is_shown("hidden", "A style"),
    "x:protection": _is_shown("hidden", "What stands in some cells"),
    "x:col": _column,
    "x:definedName": _name_of_cells,
    "x:formula1": _offered,
    "x:c": _cell,
}
_TEXTS = {
    *("w:t", "w:instrText", "a:t", "x:t", "x:v", "x:formula1", "x:definedName", "dc:title", "dc:language"),
    *("dcterms:created", "dcterms:modified", "app:Application", "app:AppVersion"),
}
