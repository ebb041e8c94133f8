"""The real thing: gnome-keyring on a D-Bus session of its own, in a home of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
MISSING = [name for name in ("dbus-run-session", "gnome-keyring-daemon") if not shutil.which(name)]
pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the keyring of Linux desktops"),
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
]
UNLOCKED = 'eval "$(printf made-up | gnome-keyring-daemon --unlock --components=secrets)"'
LOCKED = "gnome-keyring-daemon --start --components=secrets >/dev/null"
TWICE = 'for part in first second; do "$0" "$@" "$part" || exit; done'


EMPTY_BUS = """
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
"A bus that can start no service."


def run_on_a_bus(home: Path, preparation: str, script: str, *options: str) -> str:
    """Runs the script twice, as two processes told `first` and `second`; what they print.

    options: of dbus-run-session.
    """
    runtime = home / "runtime"
    runtime.mkdir(mode=0o700)
    kept = ("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV")
    environ = {name: os.environ[name] for name in kept if name in os.environ}
    environ |= {"HOME": str(home), "XDG_RUNTIME_DIR": str(runtime), "PYTHONPATH": str(ROOT)}
    # `timeout` inside, so that the bus ends even where the script hangs.
    shell = [
        "timeout",
        "50",
        "bash",
        "-c",
        f"{preparation}; {TWICE}",
        sys.executable,
        "-W",
        "error",
        "-c",
        script,
    ]
    done = subprocess.run(
        ["dbus-run-session", *options, "--", *shell],
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr
    assert "ResourceWarning" not in done.stderr, done.stderr
    return done.stdout


def test_a_key_is_kept_and_found_by_another_process(tmp_path: Path) -> None:
    script = """
import sys, gc
from proxy_core.credentials.keychain import SystemKeychain
keychain = SystemKeychain()
if sys.argv[1] == "first":
    assert keychain.fetch("0123456789abcdef") is None
    print(keychain.create("0123456789abcdef").hex())
else:
    print(keychain.fetch("0123456789abcdef").hex())
    assert keychain.fetch("fedcba9876543210") is None
gc.collect()
"""
    first, second = run_on_a_bus(tmp_path, UNLOCKED, script).split()
    assert first == second
    assert len(first) == 64


def test_a_vault_is_opened_by_another_process(tmp_path: Path) -> None:
    script = """
import os, sys, gc
from pathlib import Path
from proxy_core.credentials.files import parse_credentials
from proxy_core.credentials.keychain import SystemKeychain
from proxy_core.credentials.vault import Vault
vault = Vault(Path.home() / "data" / "vault", SystemKeychain())
if sys.argv[1] == "first":
    found, _ = parse_credentials("AQ.made-up-key", store="", source="")
    vault.save(found)
print(vault.open().state, *(one.id for one in vault.load().credentials))
gc.collect()
"""
    first, second = run_on_a_bus(tmp_path, UNLOCKED, script).splitlines()
    assert first == second
    assert first.startswith("open key")


def test_a_locked_keyring_that_nobody_unlocks_is_refused_and_leaks_nothing(tmp_path: Path) -> None:
    script = """
import gc
from proxy_core.credentials.keychain import KeychainUnavailable, SystemKeychain
for call in (SystemKeychain().fetch, SystemKeychain().create):
    try:
        call("0123456789abcdef")
    except KeychainUnavailable as unavailable:
        print(unavailable.reason, unavailable.next_step)
gc.collect()
"""
    said = run_on_a_bus(tmp_path, LOCKED, script).splitlines()
    assert said == ["refused Unlock it, then try again."] * 4


def test_a_bus_without_a_keyring_has_none(tmp_path: Path) -> None:
    script = """
import gc
from proxy_core.credentials.keychain import KeychainUnavailable, SystemKeychain
try:
    SystemKeychain().fetch("0123456789abcdef")
except KeychainUnavailable as unavailable:
    print(unavailable.reason)
gc.collect()
"""
    (tmp_path / "bus.conf").write_text(EMPTY_BUS, "utf-8")
    option = f"--config-file={tmp_path / 'bus.conf'}"
    assert run_on_a_bus(tmp_path, "true", script, option).split() == ["missing"] * 2
