"""What is in a PDF: every key of every object against a list, no history, nothing that runs, and no text unseen."""

import io
from collections.abc import Iterator
from typing import Any

import pikepdf

from maca.kernel.colour import LEAST_SEEN, contrast_with_white
from maca.kernel.inspecting.fault import Fault, Found
from maca.kernel.inspecting.pictures import faults_of

_INFO = {"/Title", "/Creator", "/CreationDate", "/ModDate"}
# What Typst writes; below these keys stand names that it makes up.
_KEYS = {
    *("/Type", "/Subtype", "/Length", "/Filter", "/Kids", "/Count", "/Parent", "/Pages", "/Contents", "/MediaBox"),
    *("/Resources", "/StructParents", "/Tabs", "/Lang", "/MarkInfo", "/Marked", "/Metadata", "/Outlines", "/First"),
    *("/Last", "/Next", "/Prev", "/Title", "/Dest", "/ViewerPreferences", "/DisplayDocTitle", "/StructTreeRoot"),
    *("/K", "/ParentTree", "/ParentTreeNextKey", "/RoleMap", "/Nums", "/A", "/P", "/Pg", "/S", "/T", "/O", "/MCID"),
    *("/ListNumbering", "/Scope", "/RowSpan", "/ColSpan", "/Headers", "/ID", "/IDTree", "/Names", "/Limits", "/Alt"),
    *("/Placement", "/Attached", "/BBox", "/Suspects", "/Name", "/Summary", "/Stm", "/StmOwn", "/Direction"),
    *("/BaseFont", "/DescendantFonts", "/Encoding", "/ToUnicode", "/CIDSystemInfo", "/CIDToGIDMap", "/DW", "/W"),
    *("/FontDescriptor", "/Registry", "/Ordering", "/Supplement", "/Ascent", "/CIDSet", "/CapHeight", "/Descent"),
    *("/Flags", "/FontBBox", "/FontFile2", "/FontName", "/ItalicAngle", "/StemV", "/WMode", "/CMapName"),
    *("/N", "/Range", "/Alternate", "/ColorSpace", "/Font", "/ProcSet", "/XObject", "/ExtGState", "/Pattern"),
    *("/Root", "/Info", "/Size", "/CA", "/ca", "/FontFile3", "/XHeight", "/UseCMap", "/Domain", "/Functions"),
    *(
        "/Creator",
        "/CreationDate",
        "/ModDate",
        "/StructParent",
        "/DecodeParms",
        "/BorderColor",
        "/BorderThickness",
        "/BorderStyle",
        "/Width",
        "/Height",
        "/BitsPerComponent",
        "/Interpolate",
    ),
}
_NAMED = {"/Font", "/ColorSpace", "/XObject", "/ExtGState", "/Pattern", "/RoleMap"}
_KNOWN = {
    **dict.fromkeys(("/JS", "/JavaScript", "/AA", "/OpenAction"), "something that runs when it is opened"),
    **dict.fromkeys(("/EmbeddedFiles", "/AF", "/EF", "/Filespec"), "an attached file"),
    **dict.fromkeys(("/Annots", "/AcroForm"), "notes or boxes to fill in"),
    **dict.fromkeys(("/OCProperties", "/OC"), "layers that can be hidden"),
    **dict.fromkeys(("/Author", "/Company", "/Producer"), "whose it is"),
    **dict.fromkeys(("/Thumb", "/PieceInfo"), "what a program kept for itself"),
    **dict.fromkeys(("/URI", "/Launch"), "a link"),
}
_METADATA = {
    *("title", "CreatorTool", "language", "ModifyDate", "CreateDate", "part", "NPages", "format", "InstanceID"),
    *("DocumentID", "RenditionClass", "PDFVersion"),
}
_UNSEEN = {3, 7}  # ways of drawing letters that leave nothing on the page


def read(data: bytes) -> Found:
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            # The metadata last: to open them makes an object of its own.
            faults = [*_history(data, pdf), *_objects(pdf), *_pages(pdf), *_metadata(pdf)]
            return [f"{len(pdf.pages)} pages", *map(str, pdf.Root.keys())], faults
    except (pikepdf.PdfError, pikepdf.PasswordError, ValueError, KeyError, AttributeError, RuntimeError):
        return [], [Fault("the file", "It is damaged or protected with a password, and cannot be opened.")]


def _history(data: bytes, pdf: pikepdf.Pdf) -> Iterator[Fault]:
    if data.count(b"%%EOF") != 1 or data.count(b"startxref") != 1 or "/Prev" in pdf.trailer:
        yield Fault("the file", "It has a history: what it was before can be taken out of it.")
    if not data.startswith(b"%PDF-") or data[data.rfind(b"%%EOF") + 5 :].strip():
        yield Fault("the file", "There is something before its beginning or behind its end.")


def _metadata(pdf: pikepdf.Pdf) -> Iterator[Fault]:
    for key in pdf.docinfo.keys() - _INFO:
        what = "Its properties say whose it is" if key in _KNOWN else "Its properties say more than an export does"
        yield Fault("properties", f"{what} ({key}).")
    if not str(pdf.docinfo.get("/Creator", "Typst")).startswith("Typst"):
        yield Fault("properties", "Its properties say who or what made it.")
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        for name in metadata:
            if name.rpartition("}")[2].rpartition(":")[2] not in _METADATA:
                yield Fault("metadata", f"Its metadata say more than an export does ({name.rpartition('}')[2]}).")


def _objects(pdf: pikepdf.Pdf) -> Iterator[Fault]:
    reached: set[tuple[int, int]] = set()
    waiting: list[tuple[Any, bool]] = [(pdf.trailer, False)]
    while waiting:
        one, named = waiting.pop()
        if isinstance(one, pikepdf.Object) and one.is_indirect:
            if one.objgen in reached:
                continue
            reached.add(one.objgen)
        if isinstance(one, pikepdf.Array):
            waiting += [(two, False) for two in one]
        elif isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
            if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image":
                yield from faults_of(one.read_raw_bytes(), "a picture")
            for key in one.keys():  # noqa: SIM118 - a stream is no dictionary
                if not named and key not in _KEYS:
                    what = _KNOWN.get(key)
                    yield Fault("an object", f"There is {what} in it ({key})." if what else f"No export has “{key}”.")
                waiting.append((one.get(key), key in _NAMED))
    if any(one.is_indirect and one.objgen not in reached for one in pdf.objects if isinstance(one, pikepdf.Object)):
        yield Fault("the file", "There is something in it that nothing leads to.")


def _pages(pdf: pikepdf.Pdf) -> Iterator[Fault]:
    for number, page in enumerate(pdf.pages, 1):
        # `q` keeps the colour in which is filled, and `Q` brings it back.
        ink, kept = "#000000", []
        for step in pikepdf.parse_content_stream(page, "Tr BI q Q g rg k sc scn Tj TJ ' \""):
            match str(step.operator):
                case "Tr" if int(step.operands[0]) in _UNSEEN:
                    yield Fault(f"page {number}", "There is text on it that is not drawn.")
                case "q":
                    kept.append(ink)
                case "Q" if kept:
                    ink = kept.pop()
                case "g" | "rg" | "k" | "sc" | "scn":
                    ink = _ink(step.operands) or ink
                case "Tj" | "TJ" | "'" | '"' if contrast_with_white(ink) < LEAST_SEEN:
                    says = "There is text on it that can hardly be told from white paper, so that nobody sees it."
                    yield Fault(f"page {number}", says)


def _ink(operands: Any) -> str | None:
    """A colour of as many parts as grey, red-green-blue or the four of print have; None for a pattern."""
    try:
        parts = [min(max(float(one), 0), 1) for one in operands]
    except (TypeError, ValueError):
        return None
    if len(parts) == 4:
        parts = [(1 - one) * (1 - parts[3]) for one in parts[:3]]
    rgb = parts * 3 if len(parts) == 1 else parts
    return "#" + "".join(f"{round(one * 255):02x}" for one in rgb) if len(rgb) == 3 else None
