"""The summative report of twelve agencies and sixty answers each, to Word and to PDF. `make bench-report`.

It fails when either takes longer than it may, or when an answer is not in it.
"""

import io
import sys
import time
from collections.abc import Callable

import django
import docx
import pypdfium2

AGENCIES, ANSWERS, TIMES = 12, 60, 5
MOST = {"Word": 0.8, "PDF": 0.5}  # seconds, the best of five


def words_of(agency: int, question: int) -> str:
    return (
        f"Agency {agency} on question {question}: the record shows three visits, and what the child said is not in it."
    )


def text_of_word(data: bytes) -> str:
    return " ".join(one.text for one in docx.Document(io.BytesIO(data)).paragraphs)


def text_of_pdf(data: bytes) -> str:
    text = "\n".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(data))
    return " ".join(text.replace("\ufffe", "").split())


def main() -> int:
    django.setup()
    from maca.kernel.paper_as_files import as_pdf, as_word
    from maca.returns.report_on_paper import on_paper
    from maca.returns.summative import AgencyAccount, Cell, Row, SummativeReport
    from maca.voices.heard import Voices

    names = [f"Agency {number}" for number in range(1, AGENCIES + 1)]
    report = SummativeReport(
        "Case 1",
        "neglect-9",
        1,
        tuple(
            AgencyAccount(name, name, "Submitted", "submitted", False, "3 May 2026", "Before.", "Now.", "", (), "", "",
                          (), ())
            for name in names
        ),
        tuple(
            Row(
                number,
                f"Question {number} of the set?",
                tuple(
                    Cell(name, "Yes" if at % 2 else "No", (words_of(at, number),), code="yes" if at % 2 else "no")
                    for at, name in enumerate(names, 1)
                ),
            )
            for number in range(1, ANSWERS + 1)
        ),
        Voices(),
    )  # fmt: skip
    wanted = [words_of(agency, number) for agency in range(1, AGENCIES + 1) for number in range(1, ANSWERS + 1)]
    held = True
    forms: tuple[tuple[str, Callable[..., bytes], Callable[[bytes], str]], ...] = (
        ("Word", as_word, text_of_word),
        ("PDF", as_pdf, text_of_pdf),
    )
    for name, write, read in forms:
        took, written = [], b""
        for _ in range(TIMES):
            begun = time.perf_counter()
            written = write(on_paper(report, title="Neglect 9"))
            took.append(time.perf_counter() - begun)
        text = read(written)
        there = sum(words in text for words in wanted)
        print(f"{name:<5} best of {TIMES} {min(took):.2f} s (at most {MOST[name]} s), first {took[0]:.2f} s, "
              f"{there} of {len(wanted)} answers, {len(written):,} bytes")  # fmt: skip
        held &= min(took) <= MOST[name] and there == len(wanted)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
