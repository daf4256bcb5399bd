"""A merged chronology as a page by itself, which needs no other file."""

from collections.abc import Iterable

from markupsafe import Markup

from maca.chronology.as_table import cells
from maca.chronology.entries import Entry, merged
from maca.chronology.events import event_called, event_in_a_sentence

_STYLE = """\
body { margin: 0; color: #0b0c0c; background: #ffffff; font: 1rem/1.4 Arial, Helvetica, sans-serif; }
main { padding: 1.5rem 1rem 3rem; }
h1 { color: #1d4e6f; }
div { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #b1b4b6; padding: 0.35rem 0.75rem 0.35rem 0; text-align: left; vertical-align: top; }
td { overflow-wrap: anywhere; white-space: pre-wrap; }
td.narrow { overflow-wrap: normal; white-space: nowrap; }
@media print { body { font-size: 9pt; } tr { break-inside: avoid; } }"""
_PAGE = Markup("""<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Combined chronology</title>
<style>
{style}
</style>
</head>
<body>
<main>
<h1>Combined chronology</h1>
<p>{count} entries. A suggested event is what the words suggest, and nobody has taken it yet.</p>
<div tabindex="0" role="region" aria-label="Entries">
<table>
<thead><tr>{headings}</tr></thead>
<tbody>
{rows}
</tbody>
</table>
</div>
</main>
</body>
</html>
""")
HEADINGS = ("Date", "Time", "Agency", "Event", "What happened", "Child", "Worker", "Seen", "Voice", "Facts", "Source")


def shown(entry: Entry) -> tuple[str, ...]:
    """What a page shows of an entry, in the order of the headings; nothing that was written is left out.

    Events and facts are in plain words. Their codes are for the tables, which are read again.
    """
    date, time, agency, event, suggested, text, child, worker, seen, voice, _, ref, notes, file, row = cells(entry)
    return (
        date,
        time,
        agency.replace("_", " "),
        f"(suggested: {event_in_a_sentence(suggested)})" if suggested else event_called(event),
        f"{text}\n{notes}" if notes else text,
        child,
        worker,
        seen,
        voice,
        entry.facts_in_words,
        f"{ref}\n{file}:{row}" if ref else f"{file}:{row}",
    )


def write(entries: Iterable[Entry]) -> Markup:
    """The page. Every text is escaped."""
    line = merged(entries)
    heading, cell, narrow = (
        Markup('<th scope="col">{}</th>'),
        Markup("<td>{}</td>"),
        Markup('<td class="narrow">{}</td>'),
    )
    rows = (
        Markup("<tr>")
        + Markup("").join((narrow if at < 2 else cell).format(words) for at, words in enumerate(shown(entry)))
        + Markup("</tr>")
        for entry in line
    )
    return _PAGE.format(
        style=Markup(_STYLE),  # noqa: S704 - our own words
        count=f"{len(line):,}",
        headings=Markup("").join(heading.format(one) for one in HEADINGS),
        rows=Markup("\n").join(rows),
    )
