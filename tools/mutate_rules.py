"""Weaken the application's rules one by one, and see whether anything notices.

    python -m tools.mutate_rules [--only maca.returns] [--part 1/2]

A mutant is a rule, a `visible_to` or a `find_…` with one thing taken out of it: a statement, one side of an
“and” or “or”, one role of a list, one filter; or a page whose guard says yes to everybody, or finds without
looking who asks. Mutants live in this process: the code of the living function is swapped, so that everybody
who has imported it runs the weaker one. First every cell of the policy table is tried as things are, and it
is noted which statements each cell runs. A cell that does not run a statement cannot notice that it has gone,
so trying those that do run it is trying the whole matrix. What the matrix lets through is put to the tests of
the room itself, and the report says which of the two noticed.
"""

import argparse
import ast
import builtins
import copy
import importlib
import inspect
import json
import os
import random
import subprocess
import sys
import tempfile
import textwrap
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

ROOMS = ["partnership", "accounts", "audits", "cases", "concerns", "voices", "chronology", "returns", "panel",
         "feedback", "actions", "briefing", "learning", "inspection", "retention", "worklist",
         "governance"]  # fmt: skip
# Mutants that cannot be told from the code as it is, by where they are and what was taken out, each with its reason.
EQUIVALENT: dict[str, str] = {
    "maca.returns.models AgencyReturnQuerySet.visible_to: without “person.agency_id”": (
        "nobody can hold an agency role without an agency, and no return is of no agency"
    ),
    "maca.feedback.models FactCheckQuerySet.visible_to: without “person.agency_id”": (
        "nobody can hold an agency role without an agency, and no check is of no agency"
    ),
    "maca.feedback.queries find_note: without “one.agency_return.case = find_case(person, audit, case)”": (
        "whoever a note is for sees its case, which is then fetched again: slower, and the same"
    ),
    **dict.fromkeys(
        (
            "maca.panel.queries find_hearing: without “hearing.case = found”",
            "maca.panel.queries find_line: without “found.hearing = hearing”",
            "maca.panel.queries find_finding_of_case: without “found.case = hearing.case”",
            "maca.panel.queries find_dissent: without “found.finding = its_finding”",
            "maca.panel.queries find_restricted_note: without “one.hearing.case = found”",
            "maca.panel.queries find_named_theme: without “found.audit = its_audit”",
            "maca.feedback.queries find_fact_check: without “one.audit = find_audit(person, audit)”",
            "maca.feedback.queries find_dispute: without “one.fact_check.audit = find_audit(person, audit)”",
            "maca.feedback.queries find_dispute: without “_with_their_cases([one.finding], one.fact_check.audit)”",
            "maca.cases.queries find_declaration: without “one.case = found”",
            "maca.voices.queries find_view: without “found.case = one”",
            "maca.chronology.queries find_involvement: without “one.case = found”",
            "maca.chronology.rules may_take_file: without “involvement.case = file.case”",
            "maca.audits.queries find_audit: without “found.partnership = person.partnership”",
            "maca.cases.queries find_case: without “one.audit.partnership = person.partnership”",
            "maca.returns.queries find_return: without “found.case.audit.partnership = person.partnership”",
            "maca.returns.queries find_report_version: without “found.case = one”",
            "maca.returns.queries find_evidence: without “found.agency_return = agency_return”",
            "maca.returns.queries find_upload: without “found.agency_return.case = one”",
            "maca.returns.queries find_upload_page: without “one.upload = found”",
        ),
        "it is then fetched again: slower, and the same",
    ),
    **dict.fromkeys(
        (
            f"page {url}: its guard says yes to everybody"
            for url in (
                *("case", "nominations", "coverage", "concern", "note-concern", "reflection", "family-views", "answer"),
                *("autosave", "autosave-engagement", "upload", "upload-picture", "report", "hearing", "own-chronology"),
            )
        ),
        "the operation behind the page asks the same rule again before it shows or writes anything",
    ),
    **dict.fromkeys(
        (f"page {url}: its guard says yes to everybody" for url in ("return", "request-letter")),
        "whoever the rule refuses does not find the return at all",
    ),
    "page change-view: it finds without looking who asks": (
        "of whatever case, only what a person or their agency recorded is found; that filter is among the functions"
    ),
    "page previous-return: it finds without looking who asks": (
        "what was returned before is found by the rule of reading it, which is among the weakened functions"
    ),
}
TARGET = 98


@dataclass(frozen=True)
class Mutant:
    """One function with one thing taken out of it."""

    function: FunctionType
    statement: int
    line: int
    says: str
    code: CodeType

    @property
    def name(self) -> str:
        return f"{self.function.__module__}:{self.line} {self.function.__qualname__}: {self.says}"

    @property
    def lasting_name(self) -> str:
        """The name without the line, which moves."""
        return f"{self.function.__module__} {self.function.__qualname__}: {self.says}"

    @contextmanager
    def alive(self) -> Iterator[None]:
        before = self.function.__code__
        self.function.__code__ = self.code
        try:
            yield
        finally:
            self.function.__code__ = before


# ---- what is weakened


def functions(only: str) -> list[FunctionType]:
    """Every rule, every `visible_to`, and every `find_…` of the rooms, in their order."""
    found: list[FunctionType] = []
    for room in ROOMS:
        for drawer in ("rules", "models", "queries"):
            name = f"maca.{room}.{drawer}"
            if not name.startswith(only):
                continue
            try:
                module = importlib.import_module(name)
            except ModuleNotFoundError:
                continue
            for one in vars(module).values():
                if getattr(one, "__module__", "") != name:
                    continue
                if drawer == "models" and inspect.isclass(one) and "visible_to" in vars(one):
                    found.append(vars(one)["visible_to"])
                elif inspect.isfunction(one) and (drawer == "rules" or one.__name__.startswith("find_")):
                    found.append(one)
    return found


def _tree(function: FunctionType) -> ast.FunctionDef:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    tree.decorator_list = []
    if isinstance(tree.body[0], ast.Expr) and isinstance(tree.body[0].value, ast.Constant):
        tree.body = tree.body[1:] or [ast.Pass(lineno=1, col_offset=0)]
    return tree


def _compiled(function: FunctionType, tree: ast.FunctionDef) -> CodeType:
    module = ast.fix_missing_locations(ast.Module([tree], []))
    made: dict[str, Any] = {}
    exec(compile(module, f"<{function.__module__} weakened>", "exec"), dict(function.__globals__), made)
    return made[tree.name].__code__


def _statements(tree: ast.FunctionDef) -> list[tuple[list[ast.stmt], int]]:
    """Every statement of a function: the block it stands in and its place there."""
    found = []
    for node in ast.walk(tree):
        for block in ("body", "orelse"):
            inside = getattr(node, block, None)
            if isinstance(inside, list):
                found += [(inside, place) for place in range(len(inside))]
    return found


def _own_nodes(statement: ast.stmt) -> Iterator[ast.AST]:
    """The expressions of a statement itself, without the statements inside it."""
    waiting: list[ast.AST] = [one for one in ast.iter_child_nodes(statement) if not isinstance(one, ast.stmt)]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += [one for one in ast.iter_child_nodes(node) if not isinstance(one, ast.stmt)]


def _weakenings(node: ast.AST) -> list[tuple[str, Callable[[Any], ast.AST]]]:
    """What can be taken out of an expression: words for it, and what to put in its place."""

    def without(field: str, place: int) -> Callable[[Any], ast.AST]:
        def change(copied: Any) -> ast.AST:
            del getattr(copied, field)[place]
            return copied.values[0] if field == "values" and len(copied.values) == 1 else copied

        return change

    def spread(place: int, one: int) -> Callable[[Any], ast.AST]:
        def change(copied: Any) -> ast.AST:
            name = ast.unparse(copied.args[place].value)
            weaker = ast.parse(f"f(*{name}[:{one}], *{name}[{one + 1}:])", mode="eval").body
            copied.args[place : place + 1] = weaker.args  # type: ignore[attr-defined]
            return copied

        return change

    found: list[tuple[str, Callable[[Any], ast.AST]]] = []
    if isinstance(node, ast.BoolOp):
        found += [(f"without “{ast.unparse(one)}”", without("values", n)) for n, one in enumerate(node.values)]
    elif isinstance(node, ast.Set) or (isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load)):
        if len(node.elts) > 1:
            found += [(f"without {ast.unparse(one)}", without("elts", n)) for n, one in enumerate(node.elts)]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        verb = node.func.attr
        if verb == "holds":
            for n, one in enumerate(node.args):
                if isinstance(one, ast.Starred):
                    roles = ast.unparse(one.value)
                    found += [(f"without {roles}[{r}]", spread(n, r)) for r in range(SIZES[roles])]
                elif len(node.args) > 1:
                    found.append((f"without {ast.unparse(one)}", without("args", n)))
        elif verb in ("filter", "exclude", "get"):
            if verb != "get":
                found.append((f"without {verb}(…)", lambda copied: copied.func.value))
            if len(node.keywords) > 1:
                found += [
                    (f"without {one.arg} in {verb}(…)", without("keywords", n)) for n, one in enumerate(node.keywords)
                ]
        elif verb in ("visible_to", "standing"):
            found.append((f"without {verb}(…)", lambda copied: copied.func.value))
    return found


SIZES: dict[str, int] = {}


def mutants_of(function: FunctionType) -> list[Mutant]:
    """Every way in which one thing can be taken out of this function."""
    tree, start = _tree(function), function.__code__.co_firstlineno
    SIZES.update({name: len(value) for name, value in function.__globals__.items() if isinstance(value, tuple)})
    found: list[Mutant] = []
    for number, (block, place) in enumerate(_statements(tree)):
        statement = block[place]
        line = start + statement.lineno - 1

        def keep(changed: ast.FunctionDef, says: str, number: int = number, line: int = line) -> None:
            found.append(Mutant(function, number, line, says, _compiled(function, changed)))

        if isinstance(statement, ast.Pass):
            continue
        changed = copy.deepcopy(tree)
        other_block, other_place = _statements(changed)[number]
        other_block[other_place] = ast.Pass()
        keep(changed, f"without “{ast.unparse(statement).splitlines()[0][:70]}”")
        for at, node in enumerate(_own_nodes(statement)):
            for says, change in _weakenings(node):
                changed = copy.deepcopy(tree)
                other_block, other_place = _statements(changed)[number]
                target = list(_own_nodes(other_block[other_place]))[at]
                swap = _Swap(target, change)
                other_block[other_place] = swap.visit(other_block[other_place])
                keep(changed, says)
    return found


class _Swap(ast.NodeTransformer):
    def __init__(self, target: ast.AST, change: Callable[[Any], ast.AST]) -> None:
        self.target, self.change = target, change

    def visit(self, node: ast.AST) -> Any:
        return self.change(node) if node is self.target else self.generic_visit(node)


# ---- which cell runs what

NOTED = "_noted_by_mutate_rules"


@contextmanager
def noting(targets: list[FunctionType]) -> Iterator[set[tuple[str, str, int]]]:
    """While it lasts, every statement of the targets that runs puts its name into the set."""
    noted: set[tuple[str, str, int]] = set()
    setattr(builtins, NOTED, noted)
    before = [(function, function.__code__) for function in targets]
    for function in targets:
        tree = _tree(function)
        for number, (block, place) in sorted(enumerate(_statements(tree)), key=lambda one: -one[1][1]):
            name = (function.__module__, function.__qualname__, number)
            block.insert(place, ast.parse(f"{NOTED}.add({name!r})").body[0])
        function.__code__ = _compiled(function, tree)
    try:
        yield noted
    finally:
        for function, code in before:
            function.__code__ = code


# ---- guards of pages


def _guarded(page: Any) -> tuple[Any, Any] | None:
    """The page as `guarded` made it, and the cell that holds its rule."""
    while page is not None:
        names = getattr(getattr(page, "__code__", None), "co_freevars", ())
        if "rule" in names and "find" in names:
            return page, page.__closure__[names.index("rule")]
        page = getattr(page, "__wrapped__", None)
    return None


@contextmanager
def _blind(only: str = "") -> Iterator[None]:
    """Every `visible_to` shows everything."""
    shown = [one for one in functions("maca.") if one.__name__ == "visible_to"]
    before = [(one, one.__code__) for one in shown]

    def visible_to(self: Any, person: Any) -> Any:
        vars(person)["was_shown_everything"] = True
        return self

    for one in shown:
        one.__code__ = visible_to.__code__
    try:
        yield
    finally:
        for one, code in before:
            one.__code__ = code


def guard_mutants(only: str, weakened: set[str]) -> Iterator[tuple[str, str, Callable[[], Any]]]:
    """The address, words, and a context in which its guard is the weaker one.

    An address comes into `weakened` once its guard has in fact let something go. One that finds by other ways
    than `visible_to` never does: its own filter is among the weakened functions.
    """
    from maca.kernel.verdict import YES
    from tests.house.matrix.sendings import PATTERNS

    def weaker(where: Any, name: str, put: Any) -> Callable[[], Any]:
        @contextmanager
        def alive() -> Iterator[None]:
            before = getattr(where, name)
            setattr(where, name, put)
            try:
                yield
            finally:
                setattr(where, name, before)

        return alive

    def seeing_everything(url: str, find: Callable[..., Any]) -> Callable[..., Any]:
        def found(person: Any, **address: Any) -> Any:
            try:
                with _blind():
                    return find(person, **address)
            finally:
                if vars(person).pop("was_shown_everything", False):
                    weakened.add(url)

        return found

    for url, pattern in PATTERNS.items():
        guarded = _guarded(pattern.callback)
        if guarded is None or not getattr(pattern.callback, "__module__", "").startswith(only):
            continue
        page, rule = guarded
        # Some pages are for everybody who finds them: their rule says so, and cannot be made weaker.
        if "return no(" in (source := inspect.getsource(rule.cell_contents)) or "return may_" in source:
            weakened.add(url)
            yield url, "its guard says yes to everybody", weaker(rule, "cell_contents", lambda *_: YES)
            weakened.discard(url)
        if page.find:
            yield url, "it finds without looking who asks", weaker(page, "find", seeing_everything(url, page.find))


# ---- the run


def _noticed_by_rooms(survivors: list[Mutant]) -> set[str]:
    """The names of those mutants that the tests of their own room notice, each room in a process of its own."""
    noticed: set[str] = set()
    for room, those in groupby(survivors, key=lambda one: one.function.__module__.split(".")[1]):
        command = [sys.executable, "-m", "pytest", "-q", "-p", "tools.mutate_rules", "-p", "no:randomly",
                   "-m", "not browser and not everybody and not crawl",
                   f"tests/{room}", "tests/house/test_rules_by_code.py"]  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            asked, told = Path(folder, "asked"), Path(folder, "told")
            asked.write_text(json.dumps([one.name for one in those]))
            apart = {
                ASKED: str(asked),
                TOLD: str(told),
                "MACA_DATA": os.environ["MACA_DATA"] + "-rooms",
                "MACA_STEPS": "full",
            }  # a step that is written anew asks no rule
            done = subprocess.run(command, env={**os.environ, **apart}, capture_output=True, check=False)
            if not told.exists():
                raise RuntimeError(done.stdout.decode()[-2000:] + done.stderr.decode()[-2000:])
            noticed |= set(json.loads(told.read_text()))
    return noticed


ASKED, TOLD = "MACA_MUTANTS", "MACA_MUTANTS_NOTICED"


def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """As a plugin of pytest: run every test once as things are, and then those that run a mutant with it in them."""
    if not (asked := os.environ.get(ASKED)):
        return None
    wanted = set(json.loads(Path(asked).read_text()))
    modules = {name.partition(":")[0] for name in wanted}
    targets = [function for module in sorted(modules) for function in functions(module)]
    runs: dict[tuple[str, str, int], list[tuple[float, pytest.Item]]] = defaultdict(list)
    with noting(targets) as noted:
        for item in session.items:
            noted.clear()
            began = time.monotonic()
            if not _fails(item, session):
                for name in noted:
                    runs[name].append((time.monotonic() - began, item))
    noticed = []
    for mutant in (one for function in targets for one in mutants_of(function) if one.name in wanted):
        name = (mutant.function.__module__, mutant.function.__qualname__, mutant.statement)
        for _, item in sorted(runs[name], key=lambda one: one[0]):
            with mutant.alive():
                failed = _fails(item, session)
            # A test that now fails without the mutant too has shown nothing.
            if failed and not _fails(item, session):
                noticed.append(mutant.name)
                break
    Path(os.environ[TOLD]).write_text(json.dumps(noticed))
    return True


def _fails(item: pytest.Item, session: pytest.Session) -> bool:
    # With the session in the place of the next test, all that belongs to this one is taken down.
    return any(report.failed for report in runtestprotocol(item, log=False, nextitem=session))  # type: ignore[arg-type]


def run(only: str, part: int, parts: int) -> int:
    from tests.house.matrix.stand import build, rolled_back
    from tests.house.matrix.tries import Cell, Site, cells_of
    from tools.permissions_table import table

    began = time.monotonic()

    def say(words: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {words}", flush=True)

    survivors: list[tuple[str, Mutant | None]] = []
    caught = {"matrix": 0, "rules’ own tests": 0}
    with rolled_back():
        stand = build(list(table().situations))
        say("the world of the matrix is built")
        with Site(stand).watched() as site:
            site.finds_once = False  # what was found before a function was weakened tells nothing of it
            cells = [one for section in table().sections for one in cells_of(section, table()) if one.method != "HEAD"]
            runs: dict[tuple[str, str, int], list[Cell]] = defaultdict(list)
            of_page: dict[str, list[Cell]] = defaultdict(list)
            with noting(functions("maca.")) as noted:
                for cell in cells:
                    noted.clear()
                    if fault := site.attempt(cell):
                        print(f"As things are, the matrix fails: {cell}, was: {fault}")
                        return 1
                    for name in noted:
                        runs[name].append(cell)
                    of_page[cell.url].append(cell)
            say(f"{len(cells)} cells are as the table says")

            def notices(tried: list[Cell]) -> Cell | None:
                order = random.Random(7).sample(tried, len(tried))
                return next((cell for cell in order if _attempt(site, cell)), None)

            mutants = [mutant for function in functions(only) for mutant in mutants_of(function)][part - 1 :: parts]
            for number, mutant in enumerate(mutants, start=1):
                name = (mutant.function.__module__, mutant.function.__qualname__, mutant.statement)
                with mutant.alive():
                    if notices(runs[name]):
                        caught["matrix"] += 1
                    else:
                        survivors.append((mutant.name, mutant))
                        say(f"not noticed by the matrix: {mutant.name}")
                if number % 50 == 0:
                    say(f"{number} of {len(mutants)} weakened functions tried, {len(survivors)} not noticed")
            weakened: set[str] = set()
            guards = 0
            for url, says, alive in islice(guard_mutants(only, weakened), part - 1, None, parts):
                with alive():
                    noticed = notices(of_page[url])
                if url in weakened:
                    guards += 1
                    if noticed:
                        caught["matrix"] += 1
                    else:
                        survivors.append((f"page {url}: {says}", None))
            say(f"{guards} weakened guards tried, {len(survivors)} mutants not noticed by the matrix")
    known = [one for words, one in survivors if one and one.lasting_name not in EQUIVALENT]
    by_rooms = _noticed_by_rooms(known)
    caught["rules’ own tests"] = len(by_rooms)
    left = [
        words
        for words, one in survivors
        if words not in by_rooms and (one.lasting_name if one else words) not in EQUIVALENT
    ]
    equivalent = [name for words, one in survivors if (name := one.lasting_name if one else words) in EQUIVALENT]
    total = len(mutants) + guards - len(equivalent)
    done = sum(caught.values())
    say(
        f"{done} of {total} noticed ({done / max(total, 1):.1%}): "
        + ", ".join(f"{n} by the {o}" for o, n in caught.items())
    )
    for words in equivalent:
        print(f"  the same as before: {words}: {EQUIVALENT[words]}")
    for words in left:
        print(f"  NOT NOTICED: {words}")
    return int(done * 100 < TARGET * total)


def _attempt(site: Any, cell: Any) -> str:
    """A page that breaks has noticed too."""
    try:
        return str(site.attempt(cell))
    except Exception as problem:
        return repr(problem)


def main() -> int:
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--only", default="maca.", help="a room, such as maca.returns")
    given.add_argument("--part", default="1/1", help="1/2 and 2/2, for two cores side by side")
    chosen = given.parse_args()
    part, _, parts = chosen.part.partition("/")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maca.config.settings")
    import logging

    import django
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    django.setup()
    logging.disable(logging.CRITICAL)
    setup_test_environment()
    made = setup_databases(0, False, aliases=["default", "keystore"])
    try:
        return run(chosen.only, int(part), int(parts))
    finally:
        teardown_databases(made, 0)


if __name__ == "__main__":
    sys.exit(main())
