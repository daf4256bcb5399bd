"""What holds for the house as a whole, read from its own files."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "maca"
SOURCES = [path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts]
ROOMS = [
    *("kernel", "journal", "notices", "partnership", "audits", "cases", "concerns", "voices", "chronology", "returns"),
    *("panel", "feedback", "actions", "briefing", "learning", "inspection", "retention", "worklist"),
]
WEB = ("django.http", "django.shortcuts", "django.views")
NO_WEB = {"stages", "models", "queries", "rules", "operations"}


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def files_of(room: str, drawer: str) -> list[Path]:
    """A drawer is one file, or a folder of files where it grew past a few hundred lines."""
    one = PACKAGE / room / f"{drawer}.py"
    return [one] if one.exists() else sorted((PACKAGE / room / drawer).glob("*.py"))


def drawer_of(path: Path) -> str:
    return path.parent.name if path.parent.parent.parent == PACKAGE else path.stem


@pytest.mark.parametrize("drawer", sorted(NO_WEB))
def test_deciding_and_doing_know_nothing_of_requests(drawer):
    for room in ROOMS:
        for path in files_of(room, drawer):
            web = [name for name in imports_of(path) if name.startswith(WEB)]
            assert not web, f"{path} imports {web}"


def test_no_page_tells_looking_from_asking_for_the_head_alone():
    """So the policy table takes for HEAD what GET has just shown. A return notes when somebody first looked into it."""
    tells = re.compile(r"""["'](GET|HEAD)["']""")
    views = [path for path in SOURCES if "views" in path.relative_to(PACKAGE).as_posix()]
    found = {
        path.relative_to(PACKAGE).as_posix(): len(tells.findall(path.read_text(encoding="utf-8"))) for path in views
    }
    assert {path: many for path, many in found.items() if many} == {"returns/views.py": 1}


def test_there_is_no_way_round_the_rules():
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        assert "django.dispatch" not in text, path
        assert "db.models.signals" not in text, path
        assert "contrib.admin" not in text, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef):
                assert not any(isinstance(one, ast.FunctionDef) and one.name == "save" for one in node.body), path


def test_only_operations_and_the_kernel_write():
    writing = re.compile(r"\.(save|create|bulk_create|update|delete|get_or_create|update_or_create)\(")
    reading = {"queries", "rules", "forms", "views", "summative", "drafting", "printing", "heard"}
    for path in SOURCES:
        if not reading & {path.stem, drawer_of(path)} or drawer_of(path) == "operations":
            continue
        assert not writing.search(path.read_text(encoding="utf-8")), path


def test_every_operation_is_one_transaction_and_says_who():
    for room in [
        "audits",
        "cases",
        "concerns",
        "voices",
        "chronology",
        "returns",
        "panel",
        "feedback",
        "actions",
        "briefing",
        "learning",
        "inspection",
        "retention",
    ]:
        drawer = importlib.import_module(f"maca.{room}.operations")
        nodes = [one for path in files_of(room, "operations") for one in ast.parse(path.read_text("utf-8")).body]
        assert nodes, room
        for node in nodes:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            if not hasattr(drawer, node.name):  # what several files of one drawer share stands in none of its acts
                continue
            by = [one.arg for one in node.args.kwonlyargs]
            if "by" not in by:
                # A part of an operation, called inside its transaction by the operation that writes the journal.
                assert node.name in {
                    "add_case", "involve_agency", "involve_agencies", "note_known", "finish_destroying", "alert_again",
                    "forget_cohorts", "counted", "screened", "count_undecided", "forget_earlier_versions", "keep_files",
                    "part_with_agency",
                }, node.name  # fmt: skip
                continue
            assert by[-1] == "by", f"{node.name} says who last"
            assert any("atomic" in ast.unparse(one) for one in node.decorator_list), f"{node.name} is not atomic"
            assert ast.get_docstring(node), f"{node.name} says nothing of itself"
            source = ast.unparse(node)
            written = (
                "write",
                "_save",
                "_ask",
                "add_line",
                "_decide",
                "note_reading",
                "note_readings",
                "read_return",
                "_destroy",
                "_destroy_due",
            )
            assert any(f"{one}(" in source for one in written), f"{node.name} is not in the journal"


def test_every_rule_says_itself_in_a_sentence():
    for room in [
        "audits",
        "cases",
        "concerns",
        "voices",
        "chronology",
        "returns",
        "panel",
        "feedback",
        "actions",
        "briefing",
        "learning",
        "inspection",
        "retention",
        "worklist",
    ]:
        nodes = [one for path in files_of(room, "rules") for one in ast.parse(path.read_text("utf-8")).body]
        assert nodes, room
        for node in nodes:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("may_"):
                assert (ast.get_docstring(node) or "").endswith("."), node.name


def test_no_drawer_has_a_name_that_says_nothing():
    empty = {"utils", "helpers", "common", "core", "misc", "manager", "managers"}
    assert not [path for path in PACKAGE.rglob("*.py") if path.stem in empty]


def test_the_locks_hold_hashes_and_no_address():
    for path in ROOT.glob("requirements*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text, path
        assert text.count("==") <= text.count("--hash=sha256:"), path


def test_the_glossary_and_the_models_know_each_other():
    text = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    written = re.findall(r"^\|[^|]+\| `(\w+)` \|", text, flags=re.MULTILINE)
    models = [model.__name__ for model in apps.get_models() if model.__module__.startswith("maca.")]
    assert sorted(written) == sorted(models)


def test_every_link_in_the_docs_leads_somewhere():
    for page in [ROOT / "README.md", ROOT / "DEVELOPERS.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not target.startswith("mailto:"):
                assert (page.parent / target).exists(), f"{page}: {target}"


def test_the_rooms_in_the_readme_are_the_rooms_there_are():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rooms = {path.parent.name for path in PACKAGE.glob("*/apps.py")} | {"config"}
    for room in rooms:
        assert f"`{room}`" in text or f"`{room}/`" in text or f"`maca/{room}/`" in text, room


def lint_imports() -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_import_contracts_hold_and_would_break():
    """The control: a room that looks ahead is caught."""
    held = lint_imports()
    assert held.returncode == 0, held.stdout
    peeping = PACKAGE / "audits" / "peeping.py"
    peeping.write_text("from maca.panel import models\n\n_ = models\n", encoding="utf-8")
    try:
        broken = lint_imports()
    finally:
        peeping.unlink()
    assert broken.returncode != 0
    assert "maca.audits" in broken.stdout
