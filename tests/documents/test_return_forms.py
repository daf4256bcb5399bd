"""A return form comes back from Word as it was filled in, or is refused with a sentence. Nothing is lost."""

import copy
import io
import zipfile

import pytest
from docx.oxml.ns import qn

from maca.returns.models import Choice
from maca.returns.on_paper import as_word
from maca.returns.on_paper.reading import read_bytes
from maca.returns.on_paper.value import JUDGEMENT_CHOICES, NotAFormError, ReadForm
from tests.documents.paper import (
    FIRST,
    SECOND,
    SIXTH,
    a_form,
    control,
    edited,
    fill,
    heading,
    paragraphs,
    repacked,
    row_of,
    tick,
    written,
    xml,
)

READY = as_word.write(a_form())


def words(read: ReadForm, box: str) -> str:
    found = read.box(box)
    assert found is not None
    return found.words


def choice(read: ReadForm, box: str) -> str:
    found = read.box(box)
    assert found is not None
    return found.choice


def left(read: ReadForm) -> list[tuple[str, str]]:
    return [(one.where, one.text) for one in read.unplaced]


def test_the_choices_on_paper_are_those_on_the_site():
    assert list(JUDGEMENT_CHOICES) == Choice.choices


def test_a_form_that_nobody_touched_is_read_as_empty():
    read = read_bytes(READY)
    assert str(read.reference) == str(a_form().reference)
    assert [box.id for box in read.boxes] == ["known", "before", "now", "q1", "q2", "q6"]
    assert all(box.is_empty for box in read.boxes)
    assert [box.check for box in read.boxes] == [box.check for box in a_form().boxes]
    assert [box.heading for box in read.boxes] == [box.heading for box in a_form().boxes]
    assert read.unplaced == ()


def test_what_was_filled_in_on_the_site_comes_back():
    said = "First.\n\n\tIndented,  with “quotes” \nlast "
    form = a_form(questions=(FIRST.filled(choice="partly", words=said), SECOND, SIXTH.filled(words="one\ntwo")))
    read = read_bytes(as_word.write(form))
    assert (choice(read, "q1"), words(read, "q1")) == ("partly", said)
    assert words(read, "q6") == "one\ntwo"
    assert read.unplaced == ()


def test_the_same_form_is_the_same_bytes_with_nothing_hidden_in_it():
    assert as_word.write(a_form()) == READY
    with zipfile.ZipFile(io.BytesIO(READY)) as archive:
        assert set(archive.namelist()) == {
            *("[Content_Types].xml", "_rels/.rels", "docProps/core.xml", "word/document.xml"),
            *("word/_rels/document.xml.rels", "word/styles.xml", "word/numbering.xml", "word/settings.xml"),
            "word/footer1.xml",
        }
        body = archive.read("word/document.xml")
        core = archive.read("docProps/core.xml")
    for hidden in (b"w:vanish", b"w:comment", b"w:ins ", b"w:rsid", b"w:bookmark", b"w:docVar"):
        assert hidden not in body
    assert b"creator" not in core
    assert b"lastModifiedBy" not in core


def test_no_two_tables_touch():
    def look(body):
        for table in body.iter(qn("w:tbl")):
            assert table.getnext().tag == qn("w:p")

    edited(READY, look)


@pytest.mark.parametrize("lost", ["tag", "alias", "control", "mark", "heading", "all but the mark"])
def test_a_box_is_found_by_any_of_what_says_which_it_is(lost):
    def edit(body):
        fill(body, "q2", "It was seen.")
        tick(body, "q2", "yes")
        for each in list(body.iter(qn("w:sdt"))):
            properties = each.find(qn("w:sdtPr"))
            if lost in ("tag", "alias"):
                properties.remove(properties.find(qn(f"w:{lost}")))
            elif lost in ("control", "all but the mark"):
                for child in reversed(each.find(qn("w:sdtContent"))):
                    each.addnext(child)
                each.getparent().remove(each)
        if lost == "mark":
            next(row_of(body, "q2").iter(qn("w:tc")))[1:] = paragraphs("")
        elif lost in ("heading", "all but the mark"):
            body.remove(heading(body, "Question 2"))

    read = read_bytes(written(edit))
    assert (choice(read, "q2"), words(read, "q2")) == ("yes", "It was seen.")
    assert left(read) == []


def test_a_heading_typed_over_is_not_lost_and_takes_no_answer_along():
    def edit(body):
        fill(body, "q2", "It was seen.")
        next(heading(body, "Question 2").iter(qn("w:t"))).text = "Our view is below"

    read = read_bytes(written(edit))
    assert words(read, "q2") == "It was seen."
    assert left(read) == [("after question 1", "Our view is below")]


def test_guidance_typed_over_and_a_line_above_the_boxes_are_handed_back():
    def edit(body):
        heading(body, "Legal basis").addprevious(paragraphs("Filled in by the records office")[0])
        heading(body, "Historic engagement").addprevious(paragraphs("A line between two boxes")[0])

    read = read_bytes(written(edit))
    assert left(read) == [
        ("at the beginning", "Filled in by the records office"),
        ("after “Is this family known?”", "A line between two boxes"),
    ]


def test_what_is_written_under_the_heading_and_not_in_the_box_is_the_answer():
    def edit(body):
        heading(body, "Any tool counts").addprevious(paragraphs("We used it in May.")[0])
        heading(body, "Any tool counts").addprevious(paragraphs("And again in June.")[0])

    read = read_bytes(written(edit))
    assert words(read, "q1") == "We used it in May.\nAnd again in June."
    assert left(read) == []

    read = read_bytes(written(lambda body: (edit(body), fill(body, "q1", "In the box."))[0]))
    assert words(read, "q1") == "In the box."
    assert left(read) == [("above the box of question 1", "We used it in May.\nAnd again in June.")]


def test_what_is_written_where_a_table_was_deleted_is_the_answer():
    def edit(body):
        table = next(row_of(body, "q6").iterancestors(qn("w:tbl")))
        table.addnext(paragraphs("Visits were kept up.")[0])
        body.remove(table)

    read = read_bytes(written(edit))
    assert words(read, "q6") == "Visits were kept up."


def test_rows_that_were_added_go_on_with_the_answer():
    def edit(body):
        fill(body, "q6", "One.")
        row = row_of(body, "q6")
        more = copy.deepcopy(row)
        more[:] = [cell for cell in more if cell.tag == qn("w:tc")]
        first, second = more
        first[1:], second[1:] = paragraphs(""), paragraphs("Two.")
        row.addnext(more)

    read = read_bytes(written(edit))
    assert words(read, "q6") == "One.\nTwo."
    assert left(read) == []


def test_tracked_changes_count_as_they_would_be_accepted():
    def edit(body):
        control(body, "q1")[:] = list(
            xml(
                '<w:p><w:r><w:t xml:space="preserve">It was </w:t></w:r>'
                '<w:del w:id="1" w:author="a"><w:r><w:delText>not </w:delText></w:r></w:del>'
                '<w:ins w:id="2" w:author="a"><w:r><w:t>used</w:t></w:r></w:ins></w:p>'
                '<w:p><w:pPr><w:rPr><w:del w:id="3" w:author="a"/></w:rPr></w:pPr><w:r><w:t>One </w:t></w:r></w:p>'
                "<w:p><w:r><w:t>sentence.</w:t></w:r></w:p>"
                '<w:moveFrom w:id="4" w:author="a"><w:p><w:r><w:t>Moved</w:t></w:r></w:p></w:moveFrom>'
                '<w:p><w:moveTo w:id="5" w:author="a"><w:r><w:t>Moved</w:t></w:r></w:moveTo></w:p>'
            )
        )

    assert words(read_bytes(written(edit)), "q1") == "It was used\nOne sentence.\nMoved"


def test_a_row_deleted_while_changes_were_tracked_is_gone():
    def edit(body):
        fill(body, "q6", "Stays.")
        row = row_of(body, "q6")
        gone = copy.deepcopy(row)
        next(gone.iter(qn("w:t"))).text = "x"
        gone.find(qn("w:trPr")).append(xml('<w:del w:id="9" w:author="a"/>')[0])
        row.addnext(gone)

    assert words(read_bytes(written(edit)), "q6") == "Stays."


def test_a_table_pasted_into_an_answer_is_read_row_by_row():
    def edit(body):
        fill(body, "q1", "See:")
        control(body, "q1").extend(
            xml(
                "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>May</w:t></w:r></w:p></w:tc>"
                "<w:tc><w:p><w:r><w:t>Seen</w:t></w:r></w:p></w:tc></w:tr>"
                "<w:tr><w:tc><w:p><w:r><w:t>June</w:t></w:r></w:p></w:tc>"
                "<w:tc><w:p><w:r><w:t>Not seen</w:t></w:r></w:p></w:tc></w:tr></w:tbl><w:p/>"
            )
        )

    read = read_bytes(written(edit))
    assert words(read, "q1") == "See:\nMay\tSeen\nJune\tNot seen"
    assert left(read) == []


def test_a_table_that_stands_by_itself_is_handed_back():
    def edit(body):
        body.insert(-1, xml("<w:tbl><w:tr><w:tc><w:p><w:r><w:t>May</w:t></w:r></w:p></w:tc></w:tr></w:tbl>")[0])

    assert left(read_bytes(written(edit))) == [("after question 6", "May")]


def test_controls_inside_controls_lists_and_odd_signs_are_read():
    def edit(body):
        content = control(body, "q1")
        content[:] = list(
            xml(
                "<w:sdt><w:sdtPr/><w:sdtContent><w:p><w:pPr><w:pStyle w:val='ListBullet'/></w:pPr><w:r>"
                "<w:t>Nested</w:t></w:r></w:p></w:sdtContent></w:sdt>"
                "<w:p><w:r><w:t>a</w:t><w:noBreakHyphen/><w:t>b</w:t><w:softHyphen/><w:t>c</w:t>"
                "<w:sym w:char='F0FE' w:font='Wingdings'/><w:cr/><w:t>d</w:t></w:r></w:p>"
            )
        )

    assert words(read_bytes(written(edit)), "q1") == "Nested\na‑b\u00adc\uf0fe\nd"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("☐ Yes\n☒ No\n☐ Partly\n☐ Not applicable\n☐ Cannot tell", "no"),
        ("☐ Yes   ☐ No   ☑ Partly", "partly"),
        ("x Yes\n☐ No", "yes"),
        ("[x] Not applicable\n[ ] No", "not_applicable"),
        ("☐ Yes\n☐ No x", "no"),
        ("Cannot tell", "cannot_tell"),
        ("☐ Yes\n☐ No\n☐ Partly\npartly", "partly"),
        ("☐ Not applicable", "not_applicable"),
        ("☐ Yes\n☐ No", ""),
        ("", ""),
    ],
)
def test_a_choice_is_read_however_it_was_marked(typed, code):
    def edit(body):
        cell = list(row_of(body, "q1 yes").iter(qn("w:tc")))[1]
        cell[1:] = paragraphs(*typed.split("\n"))

    read = read_bytes(written(edit))
    assert choice(read, "q1") == code
    assert left(read) == []


def test_two_ticks_one_that_only_stands_out_and_words_beside_are_never_guessed_at():
    def edit(body):
        tick(body, "q1", "yes")
        tick(body, "q1", "no")
        cell = list(row_of(body, "q2 yes").iter(qn("w:tc")))[1]
        run = cell[2].findall(qn("w:r"))[-1]
        run.insert(0, xml('<w:rPr><w:highlight w:val="yellow"/></w:rPr>')[0])
        cell.append(paragraphs("see the letter of May")[0])

    read = read_bytes(written(edit))
    assert (choice(read, "q1"), choice(read, "q2")) == ("", "")
    assert left(read) == [
        ("beside the boxes to tick of question 1", "More than one is ticked: Yes, No."),
        ("beside the boxes to tick of question 2", "None is ticked, but this stands out: No"),
        ("beside the boxes to tick of question 2", "see the letter of May"),
    ]


def test_what_was_struck_out_is_not_chosen():
    def edit(body):
        cell = list(row_of(body, "q1 yes").iter(qn("w:tc")))[1]
        cell[1:] = paragraphs("Yes", "No")
        next(cell[1].iter(qn("w:r"))).insert(0, xml("<w:rPr><w:strike/></w:rPr>")[0])

    assert choice(read_bytes(written(edit)), "q1") == "no"


def test_comments_notes_boxes_of_text_and_pictures_are_handed_back():
    def edit(body):
        control(body, "q1").append(
            xml(
                "<w:p><w:r><w:pict><w:txbxContent><w:p><w:r><w:t>In a box</w:t></w:r></w:p></w:txbxContent></w:pict>"
                "</w:r><w:r><w:drawing/></w:r></w:p>"
            )[0]
        )

    def comment(parts):
        space = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
        said = b'<w:comment w:id="1"><w:p><w:r><w:t>Ask the nurse</w:t></w:r></w:p></w:comment>'
        parts["word/comments.xml"] = b"<w:comments " + space + b">" + said + b"</w:comments>"
        kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"
        rels = parts["word/_rels/document.xml.rels"]
        parts["word/_rels/document.xml.rels"] = rels.replace(
            b"</Relationships>", b'<Relationship Id="c" Type="' + kind + b'" Target="comments.xml"/></Relationships>'
        )

    assert left(read_bytes(repacked(written(edit), comment))) == [
        ("in a box of text in question 1", "In a box"),
        ("in a picture in question 1", "A picture. What it shows cannot be read."),
        ("in a comment", "Ask the nurse"),
    ]


def test_a_box_copied_with_other_words_is_handed_back():
    def edit(body):
        fill(body, "q6", "First.")
        table = next(row_of(body, "q6").iterancestors(qn("w:tbl")))
        other = copy.deepcopy(table)
        table.addnext(other)
        fill(other, "q6", "Second.")

    read = read_bytes(written(edit))
    assert words(read, "q6") == "First."
    assert left(read) == [("in a second box for question 6", "Second.")]


def test_an_older_issue_says_of_each_question_whether_it_is_still_the_same():
    now = a_form()
    older = a_form(questions=(FIRST, SIXTH, *(SECOND,)))
    read = read_bytes(as_word.write(older))
    assert read.reference.questions != now.reference.questions
    assert {box.id: box.check for box in read.boxes} == {box.id: box.check for box in now.boxes}


def test_two_forms_in_one_file_are_refused():
    other = a_form(case=2)

    def edit(body):
        body.insert(0, paragraphs(f"Form reference: {other.reference}")[0])

    with pytest.raises(NotAFormError, match=r"more than one form.*neglect-2/1/health.*neglect-2/2/health"):
        read_bytes(written(edit))


def with_part(name, content=b"x"):
    return lambda parts: parts.__setitem__(name, content)


def relation(kind, target):
    def change(parts):
        rels = parts["word/_rels/document.xml.rels"]
        made = (
            f'<Relationship Id="out" TargetMode="External" Target="{target}" '
            f'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"/></Relationships>'
        )
        parts["word/_rels/document.xml.rels"] = rels.replace(b"</Relationships>", made.encode())

    return change


def in_document(old, new):
    return lambda parts: parts.__setitem__("word/document.xml", parts["word/document.xml"].replace(old, new))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (with_part("word/vbaProject.bin"), "macro"),
        (with_part("word/embeddings/oleObject1.bin"), "another file"),
        (with_part("word/afchunk1.docx"), "another file"),
        (relation("attachedTemplate", "http://away.example/t.dotm"), "from elsewhere"),
        (relation("image", "http://away.example/i.png"), "from elsewhere"),
        (in_document(b"<w:body>", b'<w:body><w:p><w:fldSimple w:instr="DDEAUTO c:\\\\x"/></w:p>'), "from elsewhere"),
        (
            in_document(b"<w:body>", b"<w:body><w:p><w:r><w:instrText> INCLUDETEXT x</w:instrText></w:r></w:p>"),
            "from elsewhere",
        ),
        (in_document(b"<w:document", b"<!DOCTYPE x [<!ENTITY a 'b'>]><w:document"), "Word does not write"),
        (in_document(b"</w:body>", b""), "damaged"),
        (in_document(b"<w:body>", b"<w:body>" + b"<w:p/>" * 11_000), "paragraphs"),
        (in_document(b"<w:body>", b"<w:body>" + b"<w:r/>" * 410_000), "far more"),
        (with_part("word/media/big.bin", b"0" * 31 * 1024 * 1024), "far more"),
        (in_document(b"macroEnabled", b""), None),
        (relation("hyperlink", "https://www.example.org/"), None),
    ],
)
def test_what_could_run_fetch_or_fill_the_memory_is_refused(change, says):
    data = repacked(READY, change)
    if says is None:
        assert read_bytes(data).unplaced == ()
        return
    with pytest.raises(NotAFormError, match=says):
        read_bytes(data)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "neither a Word nor an Excel"),
        (b"Dear all, here is our return.", "neither a Word nor an Excel"),
        (b"%PDF-1.7 " + b"x" * 99, "neither a Word nor an Excel"),
        (b"PK\x03\x04 not a zip at all", "damaged"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "password"),
        (bytes.fromhex("d0cf11e0a1b11ae1"), "before 2007"),
        (b"0" * (10 * 1024 * 1024 + 1), "larger than 10 MB"),
    ],
)
def test_what_is_no_form_is_refused_with_a_sentence(data, says):
    with pytest.raises(NotAFormError, match=says):
        read_bytes(data)


def test_a_word_file_that_is_no_form_says_so():
    def edit(body):
        for child in list(body)[:-1]:
            body.remove(child)

    data = edited(READY, edit)
    data = repacked(data, with_part("word/footer1.xml", b"<a/>"))
    with pytest.raises(NotAFormError, match="not one of our return forms"):
        read_bytes(data)
