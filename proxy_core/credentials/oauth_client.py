"""The owner's OAuth client: from the settings, a `client_secret_*.json`, or a distributor.

Not here: what can be done with which kind (`engine`), and signing in (`consent`).
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import orjson
from pydantic import SecretStr

from proxy_core.credentials.endpoints import GOOGLE_AUTHORIZATION_URIS, GOOGLE_TOKEN_URIS
from proxy_core.disk import read_whole
from proxy_core.settings import Settings

ClientKind: TypeAlias = Literal["installed", "web", "unknown"]
ClientSource: TypeAlias = Literal["settings", "imported", "built_in"]

MAX_CLIENT_BYTES = 1024 * 1024
FILE_PATTERN = "client_secret*.json"
"How Google names the file that its console hands out."
BUILT_IN_FILE = "oauth_client.json"
_ROOT = Path(__file__).parent.parent.parent
_VISIBLE_ASCII = re.compile(r"[!-~]+")

_OTHER_PROGRAMS: Mapping[str, str] = {
    "636d7183f3ca4ad92c7803811a3f635643f1da657a22eeedf280283161cb6e17": "Gemini CLI",
    "bf00c418024ba6bf606ccdc37120976e41bc429dd1d46ecf16a729aa532626ea": "Antigravity",
    "cfb97dad7d896f37931b821cac52078418c6bf19049756af97ad4489fecf19c3": "gcloud",
    "23b2d7c7ffbe16dacf2e4950dd2b5e387471a3545e46d599f6f245ae51fa6e90": "gcloud",
}
"""SHA-256 of OAuth client ids whose use by other programs Google forbids."""

_GET_ONE = (
    "At https://console.cloud.google.com/auth/clients create a client of type Desktop app, and "
    "import the client_secret_*.json that Google offers then."
)


class ClientRefused(Exception):
    """This is no OAuth client to sign in with; both texts are for people."""

    def __init__(self, sentence: str, next_step: str = _GET_ONE) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.next_step = next_step


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """An OAuth client, as Google made it for its owner."""

    client_id: str
    client_secret: SecretStr
    kind: ClientKind
    "`unknown`: it came as two settings, which do not tell."
    source: ClientSource
    redirect_uris: tuple[str, ...] = ()
    "Those registered at Google, as its file names them; they bind a web client."


def other_program(client_id: object) -> str | None:
    """The program whose OAuth client this is, if it is one that only that program may use."""
    if not isinstance(client_id, str):
        return None
    return _OTHER_PROGRAMS.get(
        hashlib.sha256(client_id.strip().encode(errors="replace")).hexdigest()
    )


def looks_like_client(content: bytes) -> bool:
    """Whether a file is an OAuth client rather than a credential. It may still be refused."""
    value = _json(content)
    if not isinstance(value, dict) or _is_credential(value):
        return False
    return any(isinstance(value.get(kind), dict) for kind in ("installed", "web"))


def parse_client(content: bytes, source: ClientSource) -> OAuthClient:
    """Reads a `client_secret_*.json`. Raises ClientRefused."""
    value = _json(content)
    if not isinstance(value, dict):
        raise ClientRefused("This is not the JSON file of an OAuth client.")
    if _is_credential(value):
        raise ClientRefused(
            "This is a credential, not an OAuth client.", "Import it as a credential instead."
        )
    if isinstance(fields := value.get("installed"), dict):
        return _client(fields, "installed", source)
    if isinstance(fields := value.get("web"), dict):
        return _client(fields, "web", source)
    raise ClientRefused(
        "This is no OAuth client of a kind that Pollux can use: Desktop app ('installed'), or "
        "Web application ('web') for signing in on the web page."
    )


def _is_credential(value: Mapping[str, Any]) -> bool:
    inner = [value[kind] for kind in ("installed", "web") if isinstance(value.get(kind), dict)]
    # Some programs write the tokens into the client's file.
    return any(
        fields.get("type") or fields.get("refresh_token") or fields.get("private_key")
        for fields in (value, *inner)
    )


def _client(fields: Mapping[str, Any], kind: ClientKind, source: ClientSource) -> OAuthClient:
    client_id, client_secret = _text(fields, "client_id"), _text(fields, "client_secret")
    refuse_other_programs(client_id)
    for name, google in (("auth_uri", GOOGLE_AUTHORIZATION_URIS), ("token_uri", GOOGLE_TOKEN_URIS)):
        if fields.get(name) not in (None, *google):
            raise ClientRefused(
                f"'{name}' of this OAuth client is not Google's: your sign-ins would go elsewhere."
            )
    uris = fields.get("redirect_uris")
    known = tuple(uri for uri in uris if isinstance(uri, str)) if isinstance(uris, list) else ()
    return OAuthClient(client_id, SecretStr(client_secret), kind, source, known)


def refuse_other_programs(client_id: str) -> None:
    """Raises ClientRefused for the OAuth client of a program that Google reserves it for."""
    if program := other_program(client_id):
        raise ClientRefused(
            f"This is the OAuth client of {program}; Google forbids its use by other programs and "
            "has suspended accounts for it."
        )


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not _VISIBLE_ASCII.fullmatch(value.strip()):
        raise ClientRefused(f"'{name}' is missing in this OAuth client, or is not valid.")
    return value.strip()


def _json(content: bytes) -> Any:
    try:
        return orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        return None


# -- where clients come from ------------------------------------------------------------------


def client_of_settings(settings: Settings) -> OAuthClient | None:
    """The client of CLIENT_ID and CLIENT_SECRET. Raises ClientRefused."""
    client_id, client_secret = settings.client_id, settings.client_secret
    if not client_id or client_secret is None or not client_secret.get_secret_value():
        return None
    refuse_other_programs(client_id)
    return OAuthClient(client_id, client_secret, "unknown", "settings")


def from_folder(folder: Path) -> tuple[Path, OAuthClient] | None:
    """The newest `client_secret*.json` of the folder that is a client, and the client in it."""
    try:
        files = [path for path in folder.glob(FILE_PATTERN) if path.is_file()]
        found = sorted(files, key=lambda path: -path.stat().st_mtime)
    except OSError:
        return None
    read = ((path, from_file(path, "imported")) for path in found)
    return next(((path, client) for path, client in read if client is not None), None)


def built_in_client(root: Path = _ROOT) -> OAuthClient | None:
    """The client that whoever made this distribution put into it; usually there is none.

    root: where this package lies: a checkout, or what an installer made of one, in which
    `resources/` is a part of `desktop`.
    """
    in_desktop = root / "desktop" / "resources"
    resources = in_desktop if in_desktop.is_dir() else root / "resources"
    return from_file(resources / BUILT_IN_FILE, "built_in")


def from_file(path: Path, source: ClientSource) -> OAuthClient | None:
    """The client in this file; None where there is none."""
    try:
        return parse_client(read_whole(path, MAX_CLIENT_BYTES), source)
    except (OSError, ClientRefused):
        return None


# -- the form in the vault --------------------------------------------------------------------


def client_as_json(client: OAuthClient) -> dict[str, Any]:
    """As `client_from_json` reads it; with the secret in clear."""
    return {
        "kind": client.kind,
        "client_id": client.client_id,
        "client_secret": client.client_secret.get_secret_value(),
        "redirect_uris": list(client.redirect_uris),
    }


def client_from_json(fields: object) -> OAuthClient | None:
    """An imported client; None where it is none."""
    if not isinstance(fields, dict):
        return None
    kind = fields.get("kind")
    try:
        return _client(fields, kind if kind in ("installed", "web") else "unknown", "imported")
    except ClientRefused:
        return None
