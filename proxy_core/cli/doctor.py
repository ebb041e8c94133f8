"""`pollux doctor`: what is well and what is not, with what to do. The checks are the engine's."""

from collections.abc import Mapping, Sequence
from typing import Any

from proxy_core.cli.arguments import Arguments, read_settings
from proxy_core.cli.channel import LONG_PATIENCE_S, open_channel
from proxy_core.cli.failure import FAILED
from proxy_core.cli.tables import show_findings
from proxy_core.cli.terminal import console, print_json, spinner
from proxy_core.commands import Finding
from proxy_core.settings import SettingsProblem

KEYRING_PATIENCE_S = 8.0
"A keyring that never answers is a finding, not a reason to wait."


def doctor(arguments: Arguments) -> int:
    """Prints the findings; returns the exit code. Raises CommandFailed."""
    findings = _findings(arguments)
    if arguments.json:
        print_json({"findings": findings})
    else:
        show_findings(console(), findings)
    return 0 if all(finding["ok"] for finding in findings) else FAILED


def _findings(arguments: Arguments) -> Sequence[Mapping[str, Any]]:
    try:
        settings = read_settings(arguments)
    except SettingsProblem as problem:
        step = "Correct it, then run `pollux doctor` again."
        return [Finding("settings", ok=False, sentence=f"{problem}.", next_step=step).as_json()]
    with open_channel(settings, arguments) as channel:
        channel.wait_for_keyring(KEYRING_PATIENCE_S)
        with spinner("Checking…"):
            answer = channel.get("/doctor", patience_s=LONG_PATIENCE_S)
    findings: Sequence[Mapping[str, Any]] = answer["findings"]
    return findings
