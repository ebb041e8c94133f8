"""What Pollux will never do: talk to a Google service that is not for it, or as another program."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

CALLED = frozenset(
    {
        "generativelanguage.googleapis.com",
        "aiplatform.googleapis.com",
        "oauth2.googleapis.com",
        "openidconnect.googleapis.com",
        "www.googleapis.com",
        "accounts.google.com",
        "cloudresourcemanager.googleapis.com",
        "serviceusage.googleapis.com",
    }
)
"Google's documented services for third-party software that Pollux talks to."

ONLY_NAMED = {
    "type.googleapis.com": "namespace of the types in Google's error details",
    "aistudio.google.com": "where a person makes an API key",
    "console.cloud.google.com": "where a person makes an OAuth client or switches an API on",
    "console.developers.google.com": "stands in Google's own error texts",
    "cloud.google.com": "documentation",
    "support.google.com": "documentation",
    "developers.google.com": "documentation",
    "policies.google.com": "terms",
    "myaccount.google.com": "where a person takes access away",
    "vertexaisearch.cloud.google.com": "stands in grounded answers as the address of a source",
}
"Google hosts that may stand in a text, and why; nothing connects to them."

GOOGLE_HOST = re.compile(
    r"(?<![\w.-])((?:[\w-]+\.)+(?:googleapis|google|googleusercontent|withgoogle|appspot)\.com)\b"
)
REGIONAL = re.compile(r"^([a-z]+-[a-z]+[0-9]+-aiplatform|aiplatform\.(us|eu)\.rep)(?=\.)")

# Written in two parts, so that this file does not hold what it looks for.
FORBIDDEN = {
    "an OAuth client id": re.compile(r"\w\.apps\." + r"googleusercontent\.com"),
    "an OAuth client secret": re.compile("GOC" + "SPX-"),
    "another program's User-Agent": re.compile(
        "Gemini" + "CLI/|anti" + r"gravity/[\d{]|google-cloud" + r"-sdk/[\d{]", re.IGNORECASE
    ),
    "the Code Assist service": re.compile(
        "cloud" + "code-pa|cloud" + "aicompanion|v1" + "internal", re.IGNORECASE
    ),
}


def tracked_texts() -> Iterator[tuple[str, str]]:
    """Path and text of every file that is or may be committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        path = ROOT / name
        if path.is_file():
            yield name, path.read_bytes().decode("utf-8", "replace")


def forbidden_hosts(text: str) -> list[str]:
    allowed = CALLED | ONLY_NAMED.keys()
    return [
        host
        for host in GOOGLE_HOST.findall(text)
        if REGIONAL.sub("aiplatform", host) not in allowed
    ]


def test_no_other_google_host_is_in_the_tree() -> None:
    found = {f"{name}: {host}" for name, text in tracked_texts() for host in forbidden_hosts(text)}
    assert not found


def test_nothing_of_another_programs_sign_in_is_in_the_tree() -> None:
    found = {
        f"{name}: {what}"
        for name, text in tracked_texts()
        for what, pattern in FORBIDDEN.items()
        if pattern.search(text)
    }
    assert not found


def test_only_the_question_for_a_newer_pollux_goes_elsewhere() -> None:
    found = {
        name
        for name, text in tracked_texts()
        if name.startswith(("proxy_core/", "desktop/")) and "api.github.com" in text
    }
    assert found == {"proxy_core/engine/releases.py"}


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("https://us-central1-aiplatform.googleapis.com/v1", []),
        ("https://aiplatform.eu.rep.googleapis.com/v1", []),
        ("https://{evil}.googleapis.com/v1", ["{evil}.googleapis.com"]),
        ("generativelanguage.{evil}.googleapis.com", ["generativelanguage.{evil}.googleapis.com"]),
    ],
)
def test_a_host_is_judged_as_a_whole(text: str, hosts: list[str]) -> None:
    assert forbidden_hosts(text.format(evil="evil")) == [h.format(evil="evil") for h in hosts]
