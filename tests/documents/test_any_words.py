"""Whatever words people write, every export holds them, and what is exported reads back."""

import html
import io
import re
import string

import docx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maca.briefing import as_html, as_json, as_pdf, as_text, as_word
from maca.briefing.reading import read_bytes
from maca.briefing.value import Finding, Heading, ProcessLine, SixSteps, clean, from_dict, to_dict

FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

anything = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\x00\x0b\x0c\x1b\x85\u2028\ufffe\uffff\ufeff\u202e\u2066\u200d\u0301<>&\"'#$*_`\\@"),
        st.sampled_from("ŵŷŁódźاردو پنجابیעברית😀👩‍👧é"),
    ),
    min_size=1,
    max_size=60,
).filter(lambda text: clean(text) != "")

# Words as people write them in Britain. A wrapped line of these can be put together again from a PDF.
word = st.text(string.ascii_letters + string.digits + "éŵŷŁ’'&<>%/–-.,;:!?()", min_size=1, max_size=70).map(
    lambda text: f"a{text}"
)
word = st.one_of(word, st.sampled_from(["-", "–", "/", "two-", "–like", "(as", "-1", "--", "and/or", "co-op"]))
sentence = st.lists(word, min_size=1, max_size=40).map(lambda words: "A" + " ".join(words) + ".")


@st.composite
def briefings(draw, text):
    texts = st.lists(text, max_size=3).map(tuple)
    agency, panel = draw(texts), draw(texts)
    process = [ProcessLine("Here: " + draw(text) + " It comprised:")]
    if agency:
        process.append(ProcessLine(draw(text) + " Each agency answered the questions:", True, "agency"))
    if panel:
        process.append(ProcessLine(draw(text) + " The panel put three questions:", True, "panel"))
    case = st.sampled_from([None, "Case 1", "Case 2", "Case 11"])
    findings = st.builds(Finding, st.sampled_from(list(Heading)), case, text)
    return SixSteps(
        title=draw(st.sampled_from(["Neglect 2", "Child’s voice", "Über & <b>"])),
        kind="Multi Agency Case Audit",
        form="6 Step Briefing",
        theme_and_cases=draw(texts),
        process=tuple(process),
        agency_questions=agency,
        panel_questions=panel,
        findings=tuple(draw(st.lists(findings, min_size=1, max_size=12))),
    )


def texts_of(value):
    yield from (finding.text for finding in value.findings)
    yield from (*value.theme_and_cases, *value.agency_questions, *value.panel_questions)
    yield from (line.text for line in value.process)


@FEW
@given(briefings(anything))
def test_any_words_at_all_are_in_the_text_the_page_the_word_file_and_the_json(value):
    lines = [re.sub(r"^(?: ?- | \d\. )", "", line) for line in as_text.write(value).split("\n")]
    paragraphs = [p.text for p in docx.Document(io.BytesIO(as_word.write(value))).paragraphs]
    page = html.unescape(re.sub(r"<[^>]*>", "\n", as_html.write_page(value))).split("\n")
    for text in texts_of(value):
        assert text in lines
        assert text in paragraphs
        assert text in page
    assert from_dict(to_dict(value)) == value


@FEW
@given(briefings(anything))
def test_any_words_at_all_make_an_accessible_pdf(value):
    assert as_pdf.write(value).startswith(b"%PDF-1.7")


@FEW
@given(briefings(anything))
def test_any_words_at_all_come_back_from_word_and_from_text(value):
    back = read_bytes(as_word.write(value))
    assert as_json.write(back.value, back.unread) == as_json.write(value)
    assert back.dropped == ()


@FEW
@given(briefings(sentence))
def test_british_words_come_back_from_every_export(value):
    for data in (as_text.write(value).encode(), as_word.write(value), as_pdf.write(value)):
        back = read_bytes(data)
        assert as_json.write(back.value, back.unread) == as_json.write(value)
