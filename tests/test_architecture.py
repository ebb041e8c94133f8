"""The rules of the layout: import contracts, sizes, and what an import may bring along."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
MOST_LINES = 500


def test_every_import_contract_holds() -> None:
    # In a process of its own: import-linter switches off every logger that is there already.
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", code, "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_no_source_file_is_too_long_to_read() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for package in ("proxy_core", "desktop", "resources")
        for path in (ROOT / package).rglob("*.py")
        if (lines := len(path.read_text("utf-8").splitlines())) > MOST_LINES
    }
    assert not long


def test_the_architecture_text_imports_nothing() -> None:
    tree = ast.parse((ROOT / "proxy_core/__init__.py").read_text("utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]


def test_the_headless_engine_brings_no_qt_along() -> None:
    code = (
        "import sys, proxy_core.__main__, proxy_core.assembly\n"
        "sys.exit(' '.join({'PySide6', 'shiboken6', 'qasync', 'desktop'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""


def test_every_source_file_says_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for package in ("proxy_core", "desktop", "resources")
        for path in (ROOT / package).rglob("*.py")
        if not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert not silent
