"""The first page of a long chronology, through the site as it is served, by the plain page. `make bench-line`.

Everything is as in `make bench`: signed in, sealed, in the journal, in turns with the plain page. It fails when a page
takes more times the plain page than it may, when it grows with the line, or when it asks more often.
"""

import csv
import io
import os
import random
import sys
from time import perf_counter

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
django.setup()

from django.urls import reverse  # noqa: E402

from bench import data, measure, report  # noqa: E402
from bench.chronology import speed  # noqa: E402
from bench.pages import FIFTY, Page, pages  # noqa: E402
from maca.audits.models import Audit  # noqa: E402
from maca.chronology.models import ChronologyEntry, Source  # noqa: E402
from maca.chronology.operations import keep_file, take_file  # noqa: E402
from maca.chronology.queries import ENTRIES_ON_A_PAGE, find_involvement  # noqa: E402

# By the number of the case. The first case of the audit stays without.
SIZES = {2: 600, 3: 6_000, 4: 60_000}
# Times the plain page; and times the page of the shortest line, with no more than noise above 1.
TIMES, FLAT = 3, 1.15


def give(world: data.World, audit: Audit, case: int, count: int) -> None:
    """As many entries, in equal parts from six agencies that know the family, each sent as a file and taken."""
    giving = world.agencies[2:]
    each = count // len(giving)
    chance = random.Random(count)
    for agency in giving:
        file = io.StringIO()
        table = csv.writer(file)
        table.writerow(("date", "event", "text", "child", "worker", "seen", "voice"))
        for _ in range(each):
            event = chance.choice(speed.EVERYDAY)
            day = f"{chance.randrange(2006, 2026)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
            words = " ".join(f"word{chance.randrange(900)}" for _ in range(25))
            table.writerow((day, event, words, chance.choice(("", "C1", "C2;C3")), "Worker A", "", ""))
        by = world.auditor(agency)
        involvement = find_involvement(by, audit.slug, case, agency.slug)
        sent = keep_file(
            involvement, file.getvalue().encode(), name=f"{agency.slug}.csv", source=Source.UPLOADED, by=by
        )
        take_file(sent, by=by)


def page_of(audit: Audit, case: int, name: str, more: str = "") -> Page:
    address = reverse("chronology", kwargs={"audit": audit.slug, "case": case})
    return Page(name, address + more, "manager", times=TIMES)


def main() -> int:
    began = perf_counter()
    try:
        data.start_anew()
    except data.NotOurs as problem:
        print(problem, file=sys.stderr)
        return 2
    world = data.make_world()
    audit = data.make_live(world)
    for case, count in SIZES.items():
        give(world, audit, case, count)
    data.settle()
    made = perf_counter() - began
    lines = [page_of(audit, case, f"{count:,} entries") for case, count in SIZES.items()]
    *_, longest = SIZES
    last = page_of(audit, longest, "its last page", f"?page={SIZES[longest] // ENTRIES_ON_A_PAGE}")
    asked = [*pages(world, audit)[:2], *lines, last]
    queries = measure.queries(world, asked)
    seconds = measure.times(world, asked)
    print(report.machine())
    print(f"{ChronologyEntry.objects.count():,} entries, made in {made:.0f} s")
    print(report.how())
    print()
    held = True
    for page in asked:
        times = measure.ratio(seconds[page.name], seconds[FIFTY])
        verdict = ""
        if page in lines:
            verdict = "MISSED" if times.low > TIMES else "OK"
            held &= verdict == "OK"
        print(
            f"{page.name:15}{measure.p50(seconds[page.name]) * 1_000:6.1f} ms  times {FIFTY} {times.middle:5.2f} "
            f"({times.low:.2f} to {times.high:.2f})  {queries[page.name]:>3} queries  {verdict}"
        )
    growth = measure.ratio(seconds[lines[-1].name], seconds[lines[0].name])
    is_flat, asks_no_more = growth.low <= FLAT, len({queries[page.name] for page in lines}) == 1
    print()
    print(
        f"The first page of {lines[-1].name} by that of {lines[0].name}: {growth.middle:.2f} ({growth.low:.2f} to "
        f"{growth.high:.2f}), promised flat: at most {FLAT}. {'OK' if is_flat else 'MISSED'}"
    )
    print(f"Queries: {'the same, however long the line' if asks_no_more else 'THEY GROW'}.")
    print(f"Took {perf_counter() - began:.0f} s.")
    return 0 if held and is_flat and asks_no_more else 1


if __name__ == "__main__":
    sys.exit(main())
