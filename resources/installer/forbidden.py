"""What no file of an installer may hold: paths of the machine that built it, and secrets. Pure."""

import re
from collections.abc import Iterable, Mapping

_SHARED_HOMES = frozenset({"/root", "/home/runner", "/Users/runner", "C:\\Users\\runneradmin"})
"Those in which others build the wheels that we use: they name no machine of ours."

_SECRET_NAME = re.compile(
    r"(TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|(API|ACCESS|PRIVATE|VAULT)_KEY)$"
)
_SHORTEST_SECRET = 12

_SECRETS = {
    "a Google API key": rb"AIza[0-9A-Za-z_-]{35}",
    "the secret of a Google OAuth client": rb"GOCSP[X]-[0-9A-Za-z_-]{20,}",
    "a Google access token": rb"ya29\.[0-9A-Za-z_-]{30,}",
    "a Google refresh token": rb"1//0[0-9A-Za-z_-]{40,}",
    # With a line of it: the words alone stand in programs that read such files.
    "a private key": rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\\?[rn]?\s*[0-9A-Za-z+/=]{40}",
    "a GitHub token": rb"gh[pousr]_[0-9A-Za-z]{36}",
}
_PATTERNS = {what: re.compile(pattern) for what, pattern in _SECRETS.items()}


def paths(named: Iterable[str], home: str) -> list[str]:
    """The paths to look for. named: the checkout, the environment, the prefix of Python."""
    wanted = [path for path in named if len(path) > len("/usr/x")]
    if home not in _SHARED_HOMES and len(home) > len("/usr/x"):
        wanted.append(home)
    return sorted(set(wanted))


def secrets_of(environ: Mapping[str, str]) -> dict[str, str]:
    """What the builder's environment holds secret, by the name of its variable."""
    return {
        name: value
        for name, value in environ.items()
        if _SECRET_NAME.search(name.upper()) and len(value) >= _SHORTEST_SECRET
    }


def findings(
    name: str, content: bytes, paths: Iterable[str], secrets: Mapping[str, str]
) -> list[str]:
    """A sentence about each thing in this content that must not be there; shows no secret."""
    found = [f"{name} names the path {path}" for path in paths if _names(content, path)]
    found += [
        f"{name} holds what {variable} holds"
        for variable, value in secrets.items()
        if value.encode() in content
    ]
    return found + [
        f"{name} holds {what}" for what, pattern in _PATTERNS.items() if pattern.search(content)
    ]


def _names(content: bytes, path: str) -> bool:
    spellings = {path, path.replace("\\", "/"), path.replace("\\", "\\\\")}
    return any(
        spelling.encode(coding) in content
        for spelling in spellings
        for coding in ("utf-8", "utf-16-le")
    )
