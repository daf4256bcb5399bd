"""“Have we said this before?”, asked 200 times over a million findings. `make bench-said-before`.

The findings are made of those of “Neglect 2”, of sentences written apart, and of words that grow rarer and rarer, as
words do. It fails when p95 is above what was promised. Besides the time it prints how near what is found comes to the
best there is: the scores of the first five, as a share of those that looking at every finding gives.
"""

import argparse
import datetime as dt
import os
import random
import sys
from collections.abc import Iterator, Sequence
from itertools import accumulate
from statistics import mean, median, quantiles
from time import perf_counter

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
django.setup()

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench import data, report  # noqa: E402
from bench.related.__main__ import apart, of_seed  # noqa: E402
from maca.audits.models import Audit, Heading, Theme  # noqa: E402
from maca.audits.stages import AuditStage  # noqa: E402
from maca.briefing.models import Briefing  # noqa: E402
from maca.briefing.stages import BriefingStage  # noqa: E402
from maca.kernel.ids import new_public_id  # noqa: E402
from maca.learning.said_before import said_before  # noqa: E402
from maca.panel.alike import MEAN, SAMPLE, how_often, nearest  # noqa: E402
from maca.panel.models import Finding, FindingTerm  # noqa: E402
from maca.panel.related import EVERY, rarity, score, terms_of  # noqa: E402
from maca.partnership.models import Person  # noqa: E402

OF_AN_AUDIT, HALVES, RARE_WORDS = 100, 20_000, 30_000
ASKED, PROMISED, FIRST, HELD_AGAINST_ALL = 200, 0.050, 5, 20
HEADINGS = list(Heading)

Half = tuple[str, set[str]]


def halves(bases: Sequence[str], chance: random.Random) -> tuple[list[Half], list[Half]]:
    """First halves are findings with words left out, second halves a few words of any finding and some rarer ones."""
    every = [word for one in bases for word in one.split()]
    weights = list(accumulate(1 / rank for rank in range(1, RARE_WORDS + 1)))
    rare = [f"w{chance.choice('bcdfglmnprst')}{_letters(number)}" for number in range(RARE_WORDS)]
    first = [" ".join(word for word in chance.choice(bases).split() if chance.random() > 0.2) for _ in range(HALVES)]
    second = [
        " ".join([*chance.choices(every, k=4), *chance.choices(rare, cum_weights=weights, k=chance.randrange(1, 5))])
        for _ in range(HALVES)
    ]
    return [(one, set(terms_of(one))) for one in first], [(one, set(terms_of(one))) for one in second]


def _letters(number: int) -> str:
    found = ""
    while number:
        number, rest = divmod(number, 20)
        found += "bcdfghjklmnpqrstvwxz"[rest] + "aeiou"[rest % 5]
    return found


def put(model: type, columns: Sequence[str], rows: Iterator[tuple[object, ...]]) -> None:
    table = model._meta.db_table  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)


def make(count: int, by: Person, bases: Sequence[str], chance: random.Random) -> list[str]:
    """So many findings in published briefings. Some of their texts are given back."""
    index = next(one for one in FindingTerm._meta.indexes if one.name == "findings_by_their_terms")
    with connection.schema_editor() as editor:
        editor.remove_index(FindingTerm, index)
    first, second = halves(bases, chance)
    theme = Theme.objects.create(partnership=by.partnership, title="Neglect", adopted_by=by)
    some: list[str] = []
    for begin in range(0, count, 50_000):
        with transaction.atomic():
            some += _make_part(min(50_000, count - begin), begin, theme, by, first, second, chance)
    with connection.schema_editor() as editor:
        editor.add_index(FindingTerm, index)
    return some


def _make_part(
    count: int, begin: int, theme: Theme, by: Person, first: list[Half], second: list[Half], chance: random.Random
) -> list[str]:
    now = timezone.now()
    numbers = range(begin // OF_AN_AUDIT, (begin + count) // OF_AN_AUDIT)
    audits = Audit.objects.bulk_create(
        Audit(
            partnership=by.partnership, theme=theme, kind="Audit", title=f"Audit {number}", slug=f"audit-{number}",
            stage=AuditStage.PUBLISHED, planned_by=by, panel_on=dt.date(2016 + number % 10, 3, 1),
        )
        for number in numbers
    )  # fmt: skip
    made: list[tuple[Finding, set[str]]] = []
    for audit in audits:
        for position in range(OF_AN_AUDIT):
            (one, its), (other, more) = chance.choice(first), chance.choice(second)
            finding = Finding(
                pk=begin + len(made) + 1, audit=audit, heading=HEADINGS[position % len(HEADINGS)], position=position,
                text=f"{one}. {other}", recorded_by=by, recorded_at=now,
            )  # fmt: skip
            made.append((finding, its | more | {EVERY}))
    fields = Finding._meta.concrete_fields
    usual = [field.get_db_prep_save(getattr(made[0][0], field.attname), connection) for field in fields]
    columns = [field.column for field in fields]
    own = {columns.index(name): name for name in ("id", "public_id", "audit_id", "heading", "position", "text")}
    put(
        Finding,
        columns,
        (tuple(getattr(one, own[at]) if at in own else was for at, was in enumerate(usual)) for one, _ in made),
    )
    put(
        FindingTerm,
        ("partnership_id", "finding_id", "term"),
        ((by.partnership_id, finding.pk, term) for finding, terms in made for term in terms),
    )
    said = [finding for finding, _ in made]
    Briefing.objects.bulk_create(
        Briefing(
            audit=audit, stage=BriefingStage.PUBLISHED, published_at=now, drafted_by=by, public_id=new_public_id(),
            content={"findings": [
                {"heading": one.heading, "case": None, "text": one.text, "ref": one.public_id}
                for one in said[at * OF_AN_AUDIT : (at + 1) * OF_AN_AUDIT]
            ]},
        )
        for at, audit in enumerate(audits)
    )  # fmt: skip
    return [one.text for one in chance.sample(said, 10)]


def best_there_is(text: str, partnership: int) -> list[float]:
    """The scores of the first five when every finding is looked at, by the same rarity."""
    asked = terms_of(text)
    counts, total = how_often(asked, partnership)
    rare = rarity({one: counts.get(one, 0) for one in asked if total >= SAMPLE or one in counts}, total)
    told: dict[int, dict[str, int]] = {}
    rows = FindingTerm.objects.filter(partnership=partnership, term__in=list(rare))
    for finding, term in rows.values_list("finding", "term").iterator(chunk_size=50_000):
        told.setdefault(finding, {})[term] = 1
    return sorted((score(rare, terms, MEAN, MEAN, rare) for terms in told.values()), reverse=True)[:FIRST]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--findings", type=int, default=1_000_000)
    parser.add_argument("--again", action="store_true", help="ask what was made before")
    given = parser.parse_args()
    chance = random.Random(55)
    bases = [*of_seed()[0], *apart()[0]]
    began = perf_counter()
    some: list[str] = []
    if not given.again:
        try:
            data.start_anew()
        except data.NotOurs as problem:
            print(problem, file=sys.stderr)
            return 2
        manager = data.make_world().people["manager"]
        some = make(given.findings, manager, bases, chance)
        data.settle()
    manager = Person.objects.get(name="Manager")
    some = some or [one.text for one in Finding.objects.filter(position=7)[:ASKED]]
    print(report.machine())
    print(
        f"{Finding.objects.count():,} findings of one partnership in {Briefing.objects.count():,} briefings, "
        f"{FindingTerm.objects.count():,} terms; made in {perf_counter() - began:.0f} s"
    )
    asked = (bases + chance.choices(some, k=ASKED))[:ASKED]
    for text in asked[:5]:
        said_before(text, manager)
    times, shown = [], []
    for text in asked:
        before = perf_counter()
        shown.append(len(said_before(text, manager)))
        times.append(perf_counter() - before)
    p95 = quantiles(times, n=20)[-1]
    print(f"{connection.vendor}: asked {len(asked)} times, {mean(shown):.1f} shown each time")
    print(
        f"p50 {median(times) * 1e3:.1f} ms, p95 {p95 * 1e3:.1f} ms, slowest {max(times) * 1e3:.1f} ms "
        f"(promised: p95 at most {PROMISED * 1e3:.0f} ms)"
    )
    partnership = manager.partnership_id
    shares = []
    for text in chance.sample(asked, HELD_AGAINST_ALL):
        rows = FindingTerm.objects.filter(partnership=partnership)
        near = nearest(terms_of(text), partnership, rows, most=FIRST, least=0)
        best = best_there_is(text, partnership)
        shares.append(sum(one.score for one in near) / sum(best))
    print(
        f"the scores of the first {FIRST}, as a share of the best there are: mean {mean(shares):.2f}, "
        f"least {min(shares):.2f}, over {len(shares)}"
    )
    return 0 if p95 <= PROMISED else 1


if __name__ == "__main__":
    sys.exit(main())
