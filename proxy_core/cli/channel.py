"""How a command reaches an engine: the running Pollux's, else one of its own.

Both are asked over the admin API on the loopback address, so that every command has one way.
Only the standard library is used, to be quick; no proxy of the environment is asked. Not here:
what is asked, and how answers are shown.
"""

import http.client
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from proxy_core import logs
from proxy_core.cli.arguments import Arguments
from proxy_core.cli.failure import FAILED, STORE_CLOSED, CommandFailed
from proxy_core.cli.terminal import say
from proxy_core.commands import RefusalCode
from proxy_core.server import bearer
from proxy_core.settings import Settings, data_folder

PATIENCE_S = 60.0
"How long a plain command may take."
LONG_PATIENCE_S = 600.0
"How long one may take that asks Google about many credentials."
KEYRING_HINT_S = 2.0
RUNNING_KEYRING_S = 15.0
"How long the running Pollux may wait for a keyring before a command goes on without the vault."
OWN_KEYRING_S = 60.0
"How long an engine of this command may wait for one before the command gives up."
POLL_S = 0.25

VAULT_CLOSED = (
    "The vault is not open yet, since Pollux waits for your keyring: what it holds is missing here."
)


class Refused(CommandFailed):
    """The engine did not carry a command out."""

    def __init__(self, slug: str, sentence: str, next_step: str) -> None:
        code = STORE_CLOSED if slug == RefusalCode.STORE_FAILED else FAILED
        super().__init__(sentence, next_step, code=code)
        self.slug = slug


class Channel:
    """The admin API of one engine."""

    def __init__(
        self, url: str, token: str, is_loaded: Callable[[float], bool] | None = None
    ) -> None:
        """is_loaded: whether this command's own engine has read the credentials, waiting so many
        seconds; None: it is the owner's Pollux, which tells itself.
        """
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._token = token
        self._is_own = is_loaded is not None
        self._is_loaded = is_loaded or self._is_started
        self.url = url
        self.complete = True
        "Whether the answers tell of all credentials: the vault was not waited for in vain."

    def wait_for_credentials(self) -> None:
        """Waits until they were read, as long as an owner may need to unlock a keyring.

        Raises CommandFailed where this command's own engine waits in vain; the owner's Pollux
        goes on with what is not in the vault.
        """
        self.complete = self.wait_for_keyring(OWN_KEYRING_S if self._is_own else RUNNING_KEYRING_S)
        if self.complete:
            return
        if self._is_own:
            raise CommandFailed(
                f"Your keyring gave no answer for {OWN_KEYRING_S:.0f} seconds: the vault stays "
                "closed.",
                "Unlock the keyring, or answer its question, then try again.",
                code=STORE_CLOSED,
            )
        say(VAULT_CLOSED)

    def wait_for_keyring(self, patience_s: float) -> bool:
        """Whether the credentials were read, waited for so long; tells the owner after a while."""
        if self._is_loaded(KEYRING_HINT_S):
            return True
        say("Waiting for your keyring…")
        return self._is_loaded(patience_s - KEYRING_HINT_S)

    def _is_started(self, wait_s: float) -> bool:
        deadline = time.monotonic() + wait_s
        while self.get("/state")["state"] == "starting":
            if time.monotonic() >= deadline:
                return False
            time.sleep(POLL_S)
        return True

    def get(self, path: str, *, patience_s: float = PATIENCE_S) -> Any:
        return self.ask("GET", path, patience_s=patience_s)

    def post(
        self, path: str, body: Mapping[str, Any] | None = None, *, patience_s: float = PATIENCE_S
    ) -> Any:
        return self.ask("POST", path, body or {}, patience_s=patience_s)

    def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | bytes | None = None,
        *,
        patience_s: float = PATIENCE_S,
    ) -> Any:
        """The answer to one request below `/admin/v1`; None where it is empty.

        Raises Refused, and CommandFailed where the engine cannot be spoken to.
        """
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        connection = http.client.HTTPConnection(self._host, self._port, timeout=patience_s)
        try:
            connection.request(method, f"/admin/v1{path}", content, headers)
            answer = connection.getresponse()
            status, data = answer.status, answer.read()
        except TimeoutError as error:
            raise CommandFailed(
                f"Pollux at {self.url} gave no answer for {patience_s:.0f} seconds."
            ) from error
        except (OSError, http.client.HTTPException) as error:
            raise CommandFailed(
                f"Pollux at {self.url} cannot be reached ({type(error).__name__}).",
                "It may be stopping: try again. One in a container is asked inside: docker exec.",
            ) from error
        finally:
            connection.close()
        return self._answer(status, data)

    def _answer(self, status: int, data: bytes) -> Any:
        if status == http.HTTPStatus.UNAUTHORIZED:
            raise CommandFailed(
                f"Pollux at {self.url} does not take this bearer token. It was started with "
                "another GEMINI_AUTH_PASSWORD, or its token was changed since.",
                "Set the same GEMINI_AUTH_PASSWORD here, or stop it and try again.",
            )
        try:
            answer: Any = json.loads(data) if data else None
            if status < http.HTTPStatus.BAD_REQUEST:
                return answer
            error = answer["error"]
            raise Refused(str(error["code"]), str(error["message"]), error.get("next_step") or "")
        except (ValueError, TypeError, KeyError) as unknown:
            raise CommandFailed(
                f"Pollux at {self.url} gave an answer that this version does not know "
                f"(HTTP {status}).",
                "It may be of another version; `pollux status` shows which.",
            ) from unknown


def account_path(credential_id: str, rest: str = "", **query: str) -> str:
    """Path of a credential in the admin API."""
    asked = f"?{urlencode(query)}" if query else ""
    return f"/accounts/{quote(credential_id, safe='')}{rest}{asked}"


def running_channel(settings: Settings) -> Channel | None:
    """The Pollux that runs on the data folder; None: there is none. Raises CommandFailed."""
    # Not at the start of the module: commands that need no engine stay quick.
    from proxy_core.engine.instance import read_instance  # noqa: PLC0415

    instance = read_instance(data_folder(settings))
    if instance is None:
        return None
    return Channel(instance.url, read_token(settings))


@contextmanager
def open_channel(settings: Settings, arguments: Arguments) -> Iterator[Channel]:
    """The running Pollux, else an engine of this command, ended with it."""
    if (channel := running_channel(settings)) is not None:
        yield channel
        return
    from proxy_core.cli.ephemeral import EphemeralEngine  # noqa: PLC0415 - it brings aiohttp

    # What goes wrong with a credential is in the answers; the log of a moment's engine is noise.
    handler = logs.set_up(arguments.settings.get("LOG_LEVEL", "critical"))
    engine = EphemeralEngine(settings)
    try:
        engine.start()
        yield Channel(engine.url, engine.token, engine.is_loaded)
    finally:
        engine.stop()
        handler.close()


def read_token(settings: Settings) -> str:
    """The bearer token of this owner. Raises CommandFailed."""
    if settings.gemini_auth_password is not None:
        return settings.gemini_auth_password.get_secret_value()
    folder = data_folder(settings)
    try:
        return bearer.load_or_create(folder)
    except bearer.UnreadableToken as error:
        raise CommandFailed(f"{error} (data folder: {folder})", code=STORE_CLOSED) from error
