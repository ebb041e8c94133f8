"""The tray application as a process: what no part of it shows alone."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
POLLUX = (sys.executable, "-m", "desktop", "--port", "0")
PATIENCE_S = 60


def test_a_setup_has_the_one_that_runs_quit(tmp_path: Path) -> None:
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    environ = {
        **kept,
        "PYTHONPATH": str(ROOT),
        "LC_ALL": "C.UTF-8",
        "QT_QPA_PLATFORM": "offscreen",
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_RUNTIME_DIR": str(runtime),
        "PERSISTENT_STORAGE_PATH": str(tmp_path / "data"),
    }

    def ask_to_quit() -> int:
        done = subprocess.run([*POLLUX, "--quit"], env=environ, check=False, timeout=PATIENCE_S)
        return done.returncode

    assert ask_to_quit() == 0  # none runs, and none begins to
    assert not (tmp_path / "data").exists()
    with subprocess.Popen(
        [*POLLUX, "--background"], stderr=subprocess.PIPE, text=True, env=environ
    ) as first:
        assert first.stderr is not None
        try:
            assert "no credentials yet" in first.stderr.readline()  # its engine runs
            assert ask_to_quit() == 0
            assert first.wait(PATIENCE_S) == 0
        finally:
            first.kill()
