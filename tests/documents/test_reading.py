"""Reading briefings that people changed: nothing is dropped in silence and nothing is invented."""

import datetime
import io
import textwrap
import time
import zipfile

import docx
import pikepdf
import pytest

from maca.briefing import as_text, as_word
from maca.briefing.reading import NotABriefing, read_briefing, read_bytes
from maca.briefing.value import Finding, Heading, Step

# Not a benchmark: work that grows with the square of the size would take hours, not this.
SECONDS_OF_CPU = 60

LEAST = "Neglect 2\n\nWhat went well?\n\n- One.\n\nGood practice\n\n- Two.\n"


def read(text):
    return read_bytes(text.encode())


def unread(reading):
    return [(line.line, line.text) for line in reading.unread]


def changed(seed_text, old, new, count=1):
    assert old in seed_text
    return seed_text.replace(old, new, count)


def line_of(text, start):
    return next(number for number, line in enumerate(text.split("\n"), 1) if line.startswith(start))


def test_a_stray_sentence_is_handed_back_with_its_line(seed, seed_text):
    text = changed(seed_text, "Case 3\n", "This sentence stands nowhere.\n\nCase 3\n")
    reading = read(text)
    assert unread(reading) == [(line_of(text, "This sentence"), "This sentence stands nowhere.")]
    assert reading.value == seed


def test_what_stands_under_an_unknown_heading_is_not_put_under_another(seed, seed_text):
    text = changed(seed_text, "\nGood practice\n", "\nRecommendations\n\nCase 1\n\n- Do it.\n\nGood practice\n")
    reading = read(text)
    line = line_of(text, "Recommendations")
    assert unread(reading) == [(line, "Recommendations"), (line + 2, "Case 1"), (line + 4, "- Do it.")]
    assert reading.value == seed


def test_an_unknown_heading_hides_the_cases_after_it_but_not_the_next_step(seed_text):
    text = changed(seed_text, "\nCase 5\n", "\nAfterthoughts\n\nCase 5\n")
    reading = read(text)
    assert [line.text for line in reading.unread][:3] == [
        "Afterthoughts",
        "Case 5",
        "- Communication, discharge planning. Health Visitor support.",
    ]
    assert len(reading.unread) == 5
    assert len(reading.value.findings) == 68 - 3


@pytest.mark.parametrize(
    "bullet", [*"-–—•·*o▪✓✔➢➤>►‣◦■□\uf0a7\uf0b7\uf0d8\uf0fc\uf076\uf0a8", "1.", "1)", "(1)", "a)", "\t•"]
)
def test_every_usual_bullet_is_a_bullet(bullet):
    reading = read(LEAST.replace("- ", f"{bullet} "))
    assert [finding.text for finding in reading.value.findings] == ["One.", "Two."]
    assert reading.unread == ()


@pytest.mark.parametrize(
    "heading",
    [
        "WHAT WENT WELL",
        "What went well:",
        "3. What went well?",
        "3) What Went Well ?",
        "## What went well?",
        "**What went well?**",
        "  What went well?  ",
    ],
)
def test_a_heading_is_known_however_it_is_typed(heading):
    reading = read(LEAST.replace("What went well?", heading))
    assert [finding.heading for finding in reading.value.findings] == ["went_well", "good_practice"]
    assert reading.unread == ()


@pytest.mark.parametrize(
    "heading", ["What challenges / themes can be identified", "What Challenges/Themes can be identified:"]
)
def test_spaces_round_a_slash_do_not_matter(heading):
    reading = read(LEAST.replace("What went well?", heading))
    assert reading.value.findings[0].heading is Heading.CHALLENGE_OR_THEME
    assert reading.value.headings[0].text == heading


@pytest.mark.parametrize(
    ("typed", "case"),
    [
        ("CASE 2", "Case 2"),
        ("Case 2:", "Case 2"),
        ("case 02", "Case 2"),
        ("### Case 2", "Case 2"),
    ],
)
def test_a_case_is_known_however_it_is_typed(typed, case):
    reading = read(LEAST.replace("- One.", f"{typed}\n\n- One."))
    assert reading.value.findings[0] == Finding(Heading.WENT_WELL, case, "One.")
    assert reading.value.findings[1].case is None
    assert reading.unread == ()


def test_what_a_case_heading_says_besides_is_handed_back():
    reading = read(LEAST.replace("- One.", "Case 1 – sibling group\n\n- One."))
    assert reading.value.findings[0].case == "Case 1"
    assert unread(reading) == [(5, "sibling group")]


def test_a_sentence_that_begins_with_case_is_no_heading():
    reading = read(LEAST.replace("- One.", "- One.\n\nCase 1 was hard to read."))
    assert unread(reading) == [(7, "Case 1 was hard to read.")]
    assert reading.value.findings[0].case is None


def test_cases_may_stand_under_good_practice():
    reading = read(LEAST.replace("- Two.", "Case 4\n- Two."))
    assert reading.value.findings[1] == Finding(Heading.GOOD_PRACTICE, "Case 4", "Two.")


def test_wrapped_bullets_are_joined_and_others_are_not():
    text = LEAST.replace(
        "- One.",
        "- One that goes\n  on under itself.\n- Two that ends without\nany set-in.\n- Three.\nNot a bullet.",
    )
    reading = read(text)
    assert [finding.text for finding in reading.value.findings][:3] == [
        "One that goes on under itself.",
        "Two that ends without any set-in.",
        "Three.",
    ]
    assert unread(reading) == [(10, "Not a bullet.")]


def test_a_whole_briefing_wrapped_by_a_mail_program_is_the_same_briefing(seed, seed_text):
    wrapped = "\n".join(
        textwrap.fill(line, 60, subsequent_indent="   ", break_long_words=False, break_on_hyphens=False)
        for line in seed_text.split("\n")
    )
    assert wrapped.count("\n") > seed_text.count("\n") + 50
    reading = read(wrapped)
    assert reading.value == seed
    assert reading.unread == ()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_usual_encoding_and_line_ending_gives_the_same_briefing(seed, seed_text, encoding, ending):
    reading = read_bytes(seed_text.replace("\n", ending).encode(encoding))
    assert reading.value == seed
    assert reading.unread == ()


def test_a_missing_heading_is_not_made_up(seed, seed_text):
    start, end = seed_text.index("Good practice"), len(seed_text)
    reading = read(seed_text[:start] + seed_text[end:])
    assert Step.GOOD_PRACTICE not in [heading.step for heading in reading.value.headings]
    assert len(reading.value.findings) == 65
    assert reading.unread == ()
    assert "Good practice" not in as_text.write(reading.value)


def test_what_stands_under_a_heading_in_other_words_is_handed_back_whole(seed_text):
    reading = read(changed(seed_text, "\nWhat can be improved?\n\nCase 1", "\nWhat must improve?\n\nCase 1"))
    assert len(reading.value.findings) == 68 - 25
    assert reading.unread[0].text == "What must improve?"
    assert len(reading.unread) == 1 + 5 + 25


def test_a_section_that_comes_twice_is_one_section_in_the_order_of_the_document():
    reading = read(LEAST + "\nWhat went well?\n\n- Three.\n")
    assert [(f.heading.value, f.text) for f in reading.value.findings] == [
        ("went_well", "One."),
        ("went_well", "Three."),
        ("good_practice", "Two."),
    ]
    assert reading.unread == ()


def test_sections_out_of_order_keep_their_order():
    reading = read("Neglect 2\n\nGood practice\n\n- Two.\n\nWhat went well?\n\n- One.\n")
    assert [finding.text for finding in reading.value.findings] == ["Two.", "One."]
    assert read(as_text.write(reading.value)).value == reading.value


def test_lines_before_the_first_heading_that_are_no_title_are_handed_back(seed, seed_text):
    reading = read("Not for circulation\n" + seed_text + "\n")
    assert unread(reading) == [(1, "Not for circulation")]
    assert reading.value == seed


def test_questions_are_found_in_other_layouts(seed, seed_text):
    flat = seed_text.replace("\n 1.", "\n1.").replace("\n - What", "\n- What")
    assert "\n- What went well?\n" in flat
    for number in range(2, 8):
        flat = flat.replace(f"\n {number}.", f"\n{number})")
    assert read(flat).value == seed
    four = seed_text.replace(" - What went well?\n", " - What went well?\n - Who was missing?\n")
    assert len(read(four).value.panel_questions) == 4
    assert read(four).unread == ()


def test_a_third_list_of_questions_is_handed_back(seed, seed_text):
    text = changed(seed_text, "\nWhat went well?\n", "- Parents were asked:\n 1. Did it help?\n\nWhat went well?\n")
    reading = read(text)
    assert [line.text for line in reading.unread] == ["1. Did it help?"]
    assert reading.value.agency_questions == seed.agency_questions


def test_controls_are_dropped_and_named():
    reading = read(LEAST.replace("One.", "O\x07ne."))
    assert reading.value.findings[0].text == "One."
    assert reading.dropped == ("bell",)


def word_file(build):
    document = docx.Document()
    build(document)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def test_a_word_file_with_typed_bullets_is_read_like_text(seed, seed_text):
    reading = read_bytes(word_file(lambda d: [d.add_paragraph(line) for line in seed_text.split("\n")]))
    assert reading.value == seed
    assert reading.unread == ()


def test_a_word_file_keeps_tables_bold_headings_and_inserted_words_in_order():
    def build(document):
        document.add_paragraph("Neglect 2", style="Title")
        document.add_paragraph("What went well?").runs[0].bold = True
        table = document.add_table(rows=2, cols=1)
        table.cell(0, 0).text = "Case 1"
        cell = table.cell(1, 0).paragraphs[0]
        cell.style = "List Bullet"
        cell.add_run("In a table, ")
        inserted = cell._p.makeelement(docx.oxml.ns.qn("w:ins"))
        inserted.append(cell.add_run("and inserted.")._r)
        cell._p.append(inserted)
        document.add_paragraph("Recommendations").runs[0].bold = True
        document.add_paragraph("Lost.", style="List Bullet")
        document.add_paragraph("Good practice", style="Heading 1")
        document.add_paragraph("Kept.", style="List Number")

    reading = read_bytes(word_file(build))
    assert [(f.case, f.text) for f in reading.value.findings] == [
        ("Case 1", "In a table, and inserted."),
        (None, "Kept."),
    ]
    assert unread(reading) == [(5, "Recommendations"), (6, "Lost.")]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "not a document we can read"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), r"\.doc\)"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"{\\rtf1 What went well?}", "Rich Text"),
        (b"%PDF-1.7\nnothing", "damaged"),
        (b"PK\x03\x04nothing", "damaged"),
        (b"\xff\xfeW\x00\xd8", "damaged"),
        (b"Dear all, here is my shopping list.\n\n- Milk\n", "six headings"),
        (b"What went well?\n\nGood practice\n", "no findings"),
        (b"What went well?\n\n- One.\n", "six headings"),
        (b"x" * (20 * 1024 * 1024 + 1), "20 MB"),
    ],
)
def test_what_is_no_briefing_is_refused_in_a_sentence(data, says):
    with pytest.raises(NotABriefing, match=says) as refusal:
        read_bytes(data, "briefing")
    assert refusal.value.sentence.endswith(".")


def test_a_missing_file_and_a_folder_are_refused_in_a_sentence(tmp_path):
    with pytest.raises(NotABriefing, match="no file"):
        read_briefing(tmp_path / "none.txt")
    with pytest.raises(NotABriefing) as refusal:
        read_briefing(tmp_path)
    assert refusal.value.sentence == f"{tmp_path} is a folder. Name the briefing file in it."
    with pytest.raises(NotABriefing, match="could not be opened"):
        read_briefing("a\0b")


def test_a_locked_and_an_empty_pdf_are_refused_in_a_sentence():
    blank, locked = io.BytesIO(), io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(blank)
        document.save(locked, encryption=pikepdf.Encryption(owner="o", user="u"))
    with pytest.raises(NotABriefing, match="password"):
        read_bytes(locked.getvalue())
    with pytest.raises(NotABriefing, match="scanned"):
        read_bytes(blank.getvalue())


def zipped(parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return file.getvalue()


def test_zip_bombs_and_xml_bombs_are_refused_before_they_go_off(seed):
    with zipfile.ZipFile(io.BytesIO(as_word.write(seed))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    start = time.process_time()
    with pytest.raises(NotABriefing, match="far more"):
        read_bytes(zipped(parts | {"word/document.xml": b" " * (61 * 1024 * 1024)}))
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    bomb = parts["word/document.xml"].replace(b"<w:document", laughs + b"<w:document", 1)
    with pytest.raises(NotABriefing, match="does not write"):
        read_bytes(zipped(parts | {"word/document.xml": bomb}))
    with pytest.raises(NotABriefing, match="another kind"):
        read_bytes(zipped({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}))
    with pytest.raises(NotABriefing, match="damaged"):
        read_bytes(zipped(parts | {"word/document.xml": parts["word/document.xml"][:-50]}))
    assert time.process_time() - start < SECONDS_OF_CPU


def test_hostile_sizes_are_read_in_a_second_or_two():
    start = time.process_time()
    one_line = read(LEAST.replace("One.", "x " * 5_000_000))
    assert len(one_line.value.findings[0].text) == 9_999_999
    many = read(LEAST + "- x\n" * 100_000)
    assert len(many.value.findings) == 100_002
    wrapped = read(LEAST.replace("One.", "One" + "\n  and on" * 100_000))
    assert len(wrapped.value.findings) == 2
    spaces = read(LEAST + "1" * 100_000 + " " * 1_000_000 + "\n\n" + "#" * 100_000 + "\n\n" + "*" * 100_000)
    assert len(spaces.unread) == 3
    assert time.process_time() - start < SECONDS_OF_CPU


def test_a_list_under_a_line_that_asks_nothing_is_no_list_of_questions(seed, seed_text):
    text = changed(
        seed_text,
        "\nWhat went well?\n",
        "- The panel comprised:\n  - Police.\n  - Health.\n\nWhat went well?\n",
    )
    reading = read(text)
    assert [line.text for line in reading.value.process][3:] == ["The panel comprised:", "Police.", "Health."]
    assert reading.value.panel_questions == seed.panel_questions
    assert reading.unread == ()


def test_a_text_box_is_read_once_although_word_keeps_it_twice():
    box = (
        '<w:r xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:AlternateContent>'
        "<mc:Choice Requires='wps'><w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent>"
        "</mc:Choice><mc:Fallback><w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent>"
        "</mc:Fallback></mc:AlternateContent></w:r>"
    )

    def build(document):
        for line in LEAST.split("\n"):
            document.add_paragraph(line)
        document.paragraphs[4]._p.append(docx.oxml.parse_xml(box))

    reading = read_bytes(word_file(build))
    assert [finding.text for finding in reading.value.findings] == ["One.", "Two."]
    assert unread(reading) == [(6, "In a box.")]


def test_footnotes_are_handed_back_after_the_last_paragraph(seed):
    with zipfile.ZipFile(io.BytesIO(as_word.write(seed))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    space = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    parts["word/footnotes.xml"] = (
        b"<w:footnotes " + space + b"><w:footnote><w:p><w:r><w:t>See the review.</w:t></w:r></w:p></w:footnote>"
        b"</w:footnotes>"
    )
    link = (
        b'<Relationship Id="rId9" Target="footnotes.xml" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"/></Relationships>'
    )
    relations = parts["word/_rels/document.xml.rels"].replace(b"</Relationships>", link)
    reading = read_bytes(zipped(parts | {"word/_rels/document.xml.rels": relations}))
    assert [line.text for line in reading.unread] == ["See the review."]
    assert reading.value == seed


def said(reading):
    return [(f.heading.value, f.case, f.text) for f in reading.value.findings]


@pytest.mark.parametrize(
    "heading",
    ["Case Two", "Child 2", "Family B", "Case A", "Case b:", "### Case Two", "Case Two – siblings", "Case 1/2"],
)
def test_what_stands_under_a_case_in_other_words_is_put_under_no_case(heading):
    reading = read(LEAST.replace("- One.", f"Case 1\n- One.\n{heading}\n- Lost.\nCase 3\n- Three."))
    assert said(reading) == [
        ("went_well", "Case 1", "One."),
        ("went_well", "Case 3", "Three."),
        ("good_practice", None, "Two."),
    ]
    assert unread(reading) == [(7, heading), (8, "- Lost.")]


@pytest.mark.parametrize("heading", ["Recommendations", "Next steps:", "What worked well?"])
def test_an_unknown_heading_needs_no_blank_lines(heading):
    reading = read(LEAST.replace("- One.", f"Case 1\n- One.\n{heading}\n- Lost.\nCase 2\n- Lost too."))
    assert said(reading) == [("went_well", "Case 1", "One."), ("good_practice", None, "Two.")]
    assert [text for _, text in unread(reading)] == [heading, "- Lost.", "Case 2", "- Lost too."]


def test_an_unknown_heading_after_an_unknown_case_hides_the_next_case_too():
    reading = read(LEAST.replace("- One.", "- One.\nCase Two\n- Lost.\nActions\nCase 3\n- Lost too."))
    assert said(reading) == [("went_well", None, "One."), ("good_practice", None, "Two.")]
    assert len(reading.unread) == 5


def test_a_stray_sentence_after_any_finding_is_all_that_is_unread(seed, seed_text):
    lines = seed_text.split("\n")
    start = lines.index("Case 1")
    for number, line in enumerate(lines[start:], start + 1):
        if line.startswith("- "):
            reading = read("\n".join([*lines[:number], "This sentence stands nowhere.", *lines[number:]]))
            assert unread(reading) == [(number + 1, "This sentence stands nowhere.")]
            assert reading.value == seed


def test_a_stray_heading_with_two_bullets_hides_no_more_than_its_section(seed, seed_text):
    stray = "Next steps\n- Do it.\n- Do more.\n"
    for heading in ("What can be improved?", "What challenges/themes can be identified?", "Good practice"):
        reading = read(changed(seed_text, f"\n{heading}\n\n", f"{stray}\n{heading}\n\n"))
        assert [line.text for line in reading.unread] == stray.splitlines()
        assert reading.value == seed


@pytest.mark.parametrize("sign", [*"–•✓➢>►◦□\uf0fc", "1."])
def test_the_findings_are_the_same_with_every_sign_and_without_blank_lines(seed, seed_text, sign):
    start = seed_text.index("What went well?\n\nCase 1")
    findings = seed_text[start:].replace("\n- ", f"\n{sign} ")
    for heading in seed.headings[2:]:
        findings = findings.replace(f"{heading.text}\n", f"{heading.text.upper()}:\n", 1)
    while "\n\n" in findings:
        findings = findings.replace("\n\n", "\n")
    reading = read((seed_text[:start] + findings).replace("\n", "\r\n"))
    assert reading.value.findings == seed.findings
    assert reading.unread == ()


@pytest.mark.parametrize("heading", ["What worked well?\n", "What worked well?\n\n", "Strengths\n"])
def test_a_case_ends_the_process(seed, seed_text, heading):
    reading = read(changed(seed_text, "What went well?\n\nCase 1", f"{heading}Case 1"))
    assert reading.value.process == seed.process
    assert reading.value.panel_questions == seed.panel_questions
    assert reading.value.findings == seed.findings[18:]
    assert reading.unread[0].text == heading.strip()
    assert len(reading.unread) == 1 + 5 + 18


@pytest.mark.parametrize("piece", ["multi agency ", "# " + "#" * 11 + "x", "case 1 ", "__ "])
def test_long_lines_are_not_looked_at_for_headings(piece):
    long = piece * 10_000
    start = time.process_time()
    reading = read(f"{long}\n\n" + LEAST.replace("- One.", f"- One.\n\n{long}"))
    assert len(reading.unread) == 2
    assert reading.value.title == "Neglect 2"
    assert time.process_time() - start < 5


def test_no_title_is_made_up():
    body = LEAST.removeprefix("Neglect 2\n")
    assert read(body).value.title == ""
    reading = read("Multi Agency Case Audit\n\n6 Step Briefing\n" + body)
    assert (reading.value.kind, reading.value.title) == ("Multi Agency Case Audit", "")
    reading = read("Multi Agency Case Audit\n" + body)
    assert (reading.value.kind, reading.value.title) == ("Multi Agency Case Audit", "")


def test_a_word_file_of_very_many_paragraphs_is_refused_at_once(seed):
    with zipfile.ZipFile(io.BytesIO(as_word.write(seed))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    body = parts["word/document.xml"]
    start = time.process_time()
    for filler, says in ((b"<w:p/>" * 1_000_000, "paragraphs"), (b" " * (21 * 1024 * 1024), "20 MB")):
        with pytest.raises(NotABriefing, match=says):
            read_bytes(zipped(parts | {"word/document.xml": body.replace(b"<w:body>", b"<w:body>" + filler, 1)}))
    assert time.process_time() - start < 5


def table_file(rows, after=()):
    def build(document):
        document.add_paragraph("Neglect 2", style="Title")
        document.add_paragraph("The Process", style="Heading 1")
        table = document.add_table(rows=len(rows), cols=len(rows[0]))
        for row, texts in zip(table.rows, rows, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text, *more = text.split("\n")
                for each in more:
                    cell.add_paragraph(each)
        for text in after:
            document.add_paragraph(text, style="List Bullet")
        document.add_paragraph("Good practice", style="Heading 1")
        document.add_paragraph("Last.", style="List Bullet")

    return word_file(build)


def test_a_table_by_columns_is_read_by_columns():
    rows = [
        ("Case", "What went well?", "What can be improved?", "Actions"),
        ("Case 1", "One\nTwo.", "- Three.", "Act."),
        ("Case Two", "Lost.", "", ""),
        ("Case 3", "", "Four.\nCase 4\nLost too.", ""),
    ]
    reading = read_bytes(table_file(rows, after=["Whose is this?"]))
    assert said(reading) == [
        ("went_well", "Case 1", "One"),
        ("went_well", "Case 1", "Two."),
        ("can_be_improved", "Case 1", "Three."),
        ("can_be_improved", "Case 3", "Four."),
        ("good_practice", None, "Last."),
    ]
    texts = ["Case", "Actions", "Act.", "Case Two", "Lost.", "Case 4", "Lost too.", "Whose is this?"]
    assert [line.text for line in reading.unread] == texts


def test_a_table_by_columns_needs_no_cases_and_may_have_two_rows_of_headings():
    rows = [
        ("What went well?\nCase 1\n- One.", "What can be improved?"),
        ("Two.", "Three."),
        ("What challenges/themes can be identified?", "Good practice"),
        ("Four.", "Five."),
    ]
    reading = read_bytes(table_file(rows))
    assert said(reading) == [
        ("went_well", None, "Two."),
        ("went_well", "Case 1", "One."),
        ("can_be_improved", None, "Three."),
        ("challenge_or_theme", None, "Four."),
        ("good_practice", None, "Five."),
        ("good_practice", None, "Last."),
    ]
    assert reading.unread == ()


def test_a_table_with_cases_side_by_side_is_handed_back():
    rows = [("", "Case 1", "Case 2"), ("What went well?", "- One.", "- Two.")]
    reading = read_bytes(table_file(rows))
    assert said(reading) == [("good_practice", None, "Last.")]
    assert {"What went well?", "- One.", "- Two.", "Case 1", "Case 2"} <= {line.text for line in reading.unread}


def test_heads_and_feet_of_a_word_file_are_handed_back_but_not_our_own(seed):
    def build(document):
        for line in LEAST.split("\n"):
            document.add_paragraph(line)
        document.sections[0].header.paragraphs[0].text = "Case 9\tOfficial"
        document.sections[0].footer.add_paragraph("In a foot.", style="List Bullet")

    reading = read_bytes(word_file(build))
    assert sorted(line.text for line in reading.unread) == ["Case 9 Official", "In a foot."]
    assert len(reading.value.findings) == 2
    ours = as_word.write(seed, partnership="Draft, not published: A & B\tC", published_on=datetime.date(2026, 3, 9))
    assert read_bytes(ours).unread == ()
