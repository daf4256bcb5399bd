"""A briefing of 120 findings to Word, as a ratio to plain python-docx, and to PDF, in seconds. `make bench-briefing`.

In each turn everything is written once. It fails when Word takes more than 1.2 times what python-docx takes for the
same paragraphs in its own template, when PDF takes more than 0.3 s, or when a finding is not in either.
"""

import io
import sys
import time
from collections.abc import Callable
from statistics import median

import docx
import pypdfium2

from maca.briefing import as_pdf, as_slides, as_word
from maca.briefing.value import Finding, Heading, ProcessLine, SixSteps

FINDINGS, TURNS, WARM_UP = 120, 21, 3
MOST_TO_PLAIN, MOST_SECONDS = 1.2, 0.3
_STYLES = {"Subtitle": "Subtitle", "Title": "Title", "Heading1": "Heading 1", "Heading2": "Heading 2",
           "ListBullet": "List Bullet", "ListNumber": "List Number", "ListBullet2": "List Bullet 2",
           "Normal": "Normal"}  # fmt: skip


def a_briefing() -> SixSteps:
    headings = list(Heading)
    return SixSteps(
        "Neglect 9",
        kind="Multi Agency Case Audit",
        form="6 Step Briefing",
        theme_and_cases=("Themes are based on priorities.", "Members nominate cases."),
        process=(ProcessLine("The process comprised:"), ProcessLine("Each agency was asked:", True, "agency")),
        agency_questions=("Has the toolkit been used?", "Have its findings been reviewed?"),
        findings=tuple(
            Finding(
                headings[number % 4],
                f"Case {number % 5 + 1}",
                f"Finding {number}: the record shows three visits, and what the child said is not in it.",
            )
            for number in range(FINDINGS)
        ),
    )


def plain(value: SixSteps) -> bytes:
    """The same paragraphs, as python-docx writes them."""
    document = docx.Document()
    for style, text in as_word.paragraphs(value):
        document.add_paragraph(text, style=_STYLES[style])
    saved = io.BytesIO()
    document.save(saved)
    return saved.getvalue()


def main() -> int:
    value = a_briefing()
    writers: dict[str, Callable[[SixSteps], bytes]] = {
        "python-docx": plain,
        "Word": as_word.write,
        "PDF": as_pdf.write,
        "slides": as_slides.write,
    }
    took: dict[str, list[float]] = {name: [] for name in writers}
    for turn in range(WARM_UP + TURNS):
        for name, write in writers.items():
            begun = time.perf_counter()
            write(value)
            if turn >= WARM_UP:
                took[name].append(time.perf_counter() - begun)
    in_word = "\n".join(one.text for one in docx.Document(io.BytesIO(as_word.write(value))).paragraphs)
    pages = pypdfium2.PdfDocument(as_pdf.write(value))
    in_pdf = " ".join(" ".join(page.get_textpage().get_text_bounded() for page in pages).split())
    there = all(one.text in in_word and one.text in in_pdf for one in value.findings)
    ratio = median(a / b for a, b in zip(took["Word"], took["python-docx"], strict=True))
    for name, seconds in took.items():
        print(f"{name:<12} median of {TURNS} {median(seconds) * 1_000:6.1f} ms, longest {max(seconds) * 1_000:6.1f} ms")
    print(f"Word is {ratio:.2f} of plain python-docx (at most {MOST_TO_PLAIN}); PDF {median(took['PDF']):.3f} s "
          f"(at most {MOST_SECONDS} s); {'every' if there else 'NOT every'} finding is in both")  # fmt: skip
    return 0 if there and ratio <= MOST_TO_PLAIN and median(took["PDF"]) <= MOST_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
