"""What the Dockerfile promises, read from its text. What a built one does shows `proof.image`."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from proxy_core.engine.engine import GRACE_S
from proxy_core.settings import SETTINGS, Settings

ROOT = Path(__file__).parent.parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
IGNORED = (ROOT / ".dockerignore").read_text("utf-8").splitlines()


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """Each instruction and its arguments, continued lines joined, comments left out."""
    told = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for line in re.sub(r"\\\n", " ", told).splitlines():
        if line.strip():
            name, _, arguments = line.partition(" ")
            yield name, " ".join(arguments.split())


INSTRUCTIONS = list(instructions(DOCKERFILE))
LAST_STAGE = INSTRUCTIONS[max(n for n, (name, _) in enumerate(INSTRUCTIONS) if name == "FROM") :]


def of_last_stage(name: str) -> list[str]:
    return [arguments for found, arguments in LAST_STAGE if found == name]


def variables() -> dict[str, str]:
    pairs = (pair.partition("=") for line in of_last_stage("ENV") for pair in line.split())
    return {name: value for name, _, value in pairs}


def copied() -> set[str]:
    """The paths that are copied from the checkout."""
    lines = [line for name, line in INSTRUCTIONS if name == "COPY" and not line.startswith("--")]
    return {path for line in lines for path in line.split()[:-1]}


def test_nothing_comes_from_the_net_but_what_matches_a_hash() -> None:
    assert not [arguments for name, arguments in INSTRUCTIONS if name == "ADD"]
    assert not re.search(r"\b(curl|wget|git clone)\b|https?://", DOCKERFILE)
    installs = re.findall(r"install --[^&]*", DOCKERFILE.replace("\\\n", " "))
    assert len(installs) == 3
    assert all("--require-hashes" in one or "--no-index" in one for one in installs)


def test_every_stage_stands_on_the_base_that_the_builder_names() -> None:
    assert INSTRUCTIONS[0] == ("ARG", "BASE=python:3.13-slim-bookworm")
    stages = [arguments.split(" AS ")[0] for name, arguments in INSTRUCTIONS if name == "FROM"]
    assert stages == ["${BASE}", "${BASE}"]


def test_it_runs_as_an_ordinary_user_that_owns_the_volume() -> None:
    assert of_last_stage("USER") == ["10001:10001"]
    assert of_last_stage("VOLUME") == ["/var/lib/pollux"]
    assert "chown 10001:0 /var/lib/pollux" in of_last_stage("RUN")[0]


def test_data_and_settings_are_kept_in_the_volume() -> None:
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        assert f"{variables()[name]}/pollux" == of_last_stage("VOLUME")[0]
    assert variables()["HOME"] == of_last_stage("VOLUME")[0]


def test_only_the_address_to_listen_on_has_another_default() -> None:
    known = {setting.name for setting in SETTINGS}
    assert {name: value for name, value in variables().items() if name in known} == {
        "HOST": "0.0.0.0"
    }
    assert of_last_stage("EXPOSE") == [str(Settings().port)]


def test_it_takes_the_stop_signal_and_the_health_check_itself() -> None:
    assert of_last_stage("STOPSIGNAL") == ["SIGTERM"]
    assert of_last_stage("ENTRYPOINT") == ['["pollux"]']
    assert of_last_stage("CMD") == ['["--headless"]']
    [health] = of_last_stage("HEALTHCHECK")
    assert health.endswith('CMD ["python", "-m", "proxy_core.cli.health"]')
    assert f"up to {GRACE_S:.0f} seconds" in DOCKERFILE


def test_nothing_is_compiled_at_a_start_and_all_is_the_same_in_every_build() -> None:
    *_, compiled, dated, last = [arguments for name, arguments in INSTRUCTIONS if name == "RUN"]
    assert "PYTHONHASHSEED=0 /opt/pollux/bin/python -m compileall -q -f" in compiled
    assert dated.startswith("find /opt/pollux -exec touch ")
    assert "PYTHONHASHSEED=0 /opt/pollux/bin/python -c" in last
    order = [name for name, _ in LAST_STAGE]
    assert order.index("RUN") < order.index("ENV")  # which forbids to write bytecode


def test_no_pip_is_left() -> None:
    assert "/usr/local/bin/pip*" in of_last_stage("RUN")[0]
    assert not [line for line in of_last_stage("RUN") if "install" in line]


def test_only_what_is_copied_gets_to_the_builder() -> None:
    assert IGNORED[1] == "*"
    assert {line[1:] for line in IGNORED if line.startswith("!")} == copied()
    assert all((ROOT / path).exists() for path in copied())


def test_no_secret_of_the_checkout_gets_to_the_builder() -> None:
    excluded = [line.removeprefix("**/") for line in IGNORED if line.startswith("**/")]
    for secret in (".env", "oauth_creds_a_b.json", "client_secret_1.json", "bearer_token"):
        assert any(fnmatch(secret, pattern) for pattern in excluded)
