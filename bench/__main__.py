"""Measure, print, and fail only if a number of queries grows with the number of audits."""

import os
import sys
from statistics import median
from time import perf_counter

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
django.setup()

from django.db import transaction  # noqa: E402

from bench import data, measure, report  # noqa: E402
from bench.pages import FIFTY, of_long_and_broad, pages  # noqa: E402

FEW, MANY, AT_ONCE, SIXTY_WITHIN = 10, 1_000, 100, 2.5


def main() -> int:
    began = perf_counter()
    try:
        data.start_anew()
    except data.NotOurs as problem:
        print(problem, file=sys.stderr)
        return 2
    world = data.make_world()
    live, published = data.make_live(world), data.make_published(world)
    data.copy_audit(live, data.LIVE - 1)
    data.copy_audit(published, FEW - data.LIVE - 1)
    sixty, broad = data.make_sixty(world), data.make_broad(world)
    data.settle()
    asked = pages(world, live) + of_long_and_broad(world, sixty, broad)
    counted = {f"{FEW}": measure.queries(world, asked)}
    few = measure.times(world, asked)
    sixty_few = measure.sixty_answers(world, sixty)

    copying = perf_counter()
    data.copy_audit(published, MANY - FEW)
    data.settle()
    copied = perf_counter() - copying
    counted[f"{MANY:,}"] = measure.queries(world, asked)
    with transaction.atomic():
        data.put_under_way(AT_ONCE)
        counted[f"{AT_ONCE} live"] = measure.queries(world, asked)
        transaction.set_rollback(True)
    many = measure.times(world, asked)
    sixty_many = measure.sixty_answers(world, sixty)

    rows = [report.of_page(page, few, many) for page in asked]
    commit = measure.p50(many[measure.COMMIT]) * 1_000
    held = data.sizes()
    grown = [page.name for page in asked if len({found[page.name] for found in counted.values()}) > 1]
    print(report.machine())
    print(
        f"{', '.join(f'{number:,} {name}' for name, number in held.items())}; "
        f"{data.LIVE} audits live; {MANY - FEW} copied in {copied:.0f} s"
    )
    print(report.how())
    print()
    print("\n".join(report.lines(rows, counted, {page.name: page.queries for page in asked})))
    print()
    print("\n".join(report.seal_lines(rows)))
    print()
    print(
        f"{measure.COMMIT}: {commit:.2f} ms. Growth: times {FIFTY} at {MANY:,} audits by the same at {FEW}; "
        f"promised: at most {report.GROWTH}."
    )
    print(
        f"Sixty answers, one by one: {median(sixty_few):.2f} s at {FEW} audits, {median(sixty_many):.2f} s at {MANY:,} "
        f"(at most {max(sixty_many):.2f} s of {len(sixty_many)} times; promised: under {SIXTY_WITHIN} s)."
    )
    print(f"Queries: {'THEY GROW: ' + ', '.join(grown) if grown else 'the same, however many audits there are'}.")
    print(f"Took {perf_counter() - began:.0f} s.")
    report.write(
        {
            "machine": report.machine(),
            "held": held,
            "commit_ms": commit,
            "pages": rows,
            "queries": counted,
            "seconds": {FEW: few, MANY: many},
        }
    )
    return 1 if grown else 0


if __name__ == "__main__":
    sys.exit(main())
