"""Recall and precision of each pattern, of the suggested events, and speed. `make bench-patterns`.

It fails when a planted pattern is missed or one fires that was not planted.
"""

import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

from click.testing import CliRunner

from bench.chronology import cases, speed
from maca.chronology.suggesting import suggest
from maca.config.command import main as maca

CASES = 200


def of_patterns() -> bool:
    right: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(CASES):
            case, path = cases.make(seed), Path(folder) / f"case-{seed}.csv"
            case.write(path)
            ends = cases.BEGIN + cases.dt.timedelta(days=case.ends)
            done = CliRunner().invoke(
                maca, ["chronology", "check", str(path), "--tool", case.tool, "--to", ends.isoformat(), "--json"]
            )
            found = json.loads(done.output)
            assert not found["unread"], found["unread"]
            shown = {(one["code"], one["agency"]) for one in found["patterns"]}
            for code, _ in case.planted & shown:
                right[code] += 1
            for code, agency in case.planted - shown:
                missed[code] += 1
                print(f"missed in case {seed}: {code} {agency}")
            for code, agency in shown - case.planted:
                wrong[code] += 1
                print(f"not planted in case {seed}: {code} {agency}")
    print(f"{CASES} cases.\n\n{'pattern':<20} planted  recall  precision")
    for code in cases.PLANTS:
        planted = right[code] + missed[code]
        recall = right[code] / planted if planted else 0
        precision = right[code] / (right[code] + wrong[code]) if right[code] + wrong[code] else 0
        print(f"{code:<20} {planted:>7}  {recall:>6.2f}  {precision:>9.2f}")
    return not missed and not wrong and set(right) == set(cases.PLANTS)


def of_suggestions() -> None:
    text = (Path(__file__).parent / "sentences.tsv").read_text("utf-8")
    told = [line.split("\t") for line in text.splitlines()]
    said = [(event, suggest(words), words) for event, words in told]
    right = sum(1 for event, found, _ in said if found and event == found)
    suggested = sum(1 for _, found, _ in said if found)
    with_event = sum(1 for event, _, _ in said if event)
    for event, found, words in said:
        if event != found:
            print(f"  {event or 'none'}, suggested {found or 'none'}: {words}")
    print(
        f"Suggested events: {len(said)} sentences, recall {right / with_event:.2f}, precision {right / suggested:.2f}"
    )


def main() -> int:
    held = of_patterns()
    print()
    of_suggestions()
    print()
    print("\n".join(speed.lines()))
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
