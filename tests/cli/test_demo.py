"""`pollux demo`: runs by itself, tells who answered, and fails when a request failed."""

import os
import subprocess
import sys

from proxy_core.cli.samples import AFTER_TOOLS, BEFORE_TOOLS


def run_demo(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "proxy_core", "demo", "--headless", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **environment},
    )


def test_the_demo_answers_every_sample_and_tells_who_was_skipped() -> None:
    ended = run_demo("--once")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    lines = ended.stdout.splitlines()
    for name in {sample.name for sample in (*BEFORE_TOOLS, *AFTER_TOOLS)} | {
        "OpenAI tool round trip"
    }:
        assert any(line.startswith(f"{name} ") and " 200 " in line for line in lines), name
    assert "spent@example.com (refused: day_quota)" in ended.stdout


def test_the_demo_ignores_the_settings_of_the_machine() -> None:
    ended = run_demo("--once", PORT="not a port", CREDENTIALS_JSON_LIST="[", MAX_ATTEMPTS="-3")
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_a_file_of_settings_that_is_not_there_is_wrong_usage() -> None:
    ended = run_demo("--once", "--env-file", "nowhere.env")
    assert ended.returncode == 2
    assert "--env-file names nowhere.env" in ended.stderr


def test_a_wrong_setting_is_named_and_nothing_stays_open() -> None:
    ended = run_demo("--once", "--port", "abc")
    assert ended.returncode == 2
    assert "PORT" in ended.stderr
    assert "ResourceWarning" not in ended.stderr
