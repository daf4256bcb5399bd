"""Puts the world of the policy table into the database that is set, and prints where each page of it is to be found.

A line for every page that somebody may open: the address by its name, the path, and the session of who opens it.
"""

import json
import sys

import django


def main() -> None:
    django.setup()
    from django.db import transaction

    from maca.partnership.fence import installation
    from tests.house.matrix.sendings import PATTERNS, address, words_of
    from tests.house.matrix.stand import build, standing_of
    from tools.permissions_table import table

    with installation(), transaction.atomic():
        stand = build(list(table().situations))
    pages = []
    for section in table().sections:
        if section.open or "GET" not in section.methods:
            continue
        for situation in section.at:
            standing = stand.standings[standing_of(situation)]
            with installation():
                path = address(section.url, words_of(section.url, stand, standing))
            pages += [
                (section.url, path, stand.sessions[who])
                for who in table().people
                if who in stand.sessions and section.cells.get((who, situation)) in ("yes", "part")
            ]
    # What asks for a proof of who one is goes first, while the proof of the sign-in is fresh.
    guards = {name: bool(getattr(pattern.callback, "step_up", False)) for name, pattern in PATTERNS.items()}
    pages.sort(key=lambda page: not guards[page[0]])
    json.dump(list(dict.fromkeys(pages)), sys.stdout)


if __name__ == "__main__":
    main()
