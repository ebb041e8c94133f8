"""Turns what an owner hands in (files, pasted keys) into credentials, clients and refusals.

Blocks where a passphrase is worked on. Not here: asking Google (`checking`) and keeping
(`keeping`).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from proxy_core.commands import ImportedItem, ImportFile, ImportReport, Refusal, RefusalCode
from proxy_core.credentials.files import Found, parse_credentials, parse_key_lines
from proxy_core.credentials.model import Credential
from proxy_core.credentials.oauth_client import (
    ClientRefused,
    OAuthClient,
    looks_like_client,
    parse_client,
)
from proxy_core.credentials.transfer import PassphraseNeeded, WrongPassphrase, unpack

MAX_FILE_BYTES = 10 * 1024 * 1024
_NUMBERED = re.compile(r" (?:line|entry) ([0-9]+)\Z")
"As `credentials.files` names the places within a file."
HANDED_IN = "imported"
"The store of what is not kept yet."


@dataclass(slots=True)
class Reading:
    """What was found."""

    credentials: list[Credential] = field(default_factory=list)
    refused: list[ImportedItem] = field(default_factory=list)
    clients: list[tuple[str, OAuthClient, bytes]] = field(default_factory=list)
    "Source, client, the file's content."
    sources: list[str] = field(default_factory=list)
    "In the order of what was handed in."

    def take(self, found: Found) -> None:
        credentials, unreadable = found
        self.credentials += credentials
        self.refused += [
            ImportedItem(bad.source, "refused", reason=bad.reason) for bad in unreadable
        ]
        sources = [one.source for part in found for one in part]
        self.sources += sorted(sources, key=_position)

    def refuse(self, source: str, reason: str) -> None:
        self.refused.append(ImportedItem(source, "refused", reason=reason))
        self.sources.append(source)

    def without_doubles(self) -> list[Credential]:
        """The first of each id, as in the stores."""
        found: dict[str, Credential] = {}
        for credential in self.credentials:
            found.setdefault(credential.id, credential)
        return list(found.values())

    def report(self, items: Iterable[ImportedItem], store: str) -> ImportReport:
        """items: what became of what was found, in any order. store: of the new ones."""
        order = {source: number for number, source in enumerate(self.sources)}
        in_order = sorted(items, key=lambda item: order.get(item.source, len(order)))
        return ImportReport(tuple(in_order), store)


def _position(source: str) -> int:
    """Which line or entry of its file it is."""
    number = _NUMBERED.search(source)
    return int(number[1]) if number else 0


def read_keys(text: str, label: str | None, project: str | None) -> Reading:
    """API keys one a line; label and project are for a single one. Raises Refusal."""
    reading = Reading()
    reading.take(parse_key_lines(text, store=HANDED_IN, source="pasted"))
    if not reading.credentials or (not label and not project):
        return reading
    if len(reading.credentials) > 1:
        raise Refusal(RefusalCode.INVALID, "A label or project can be given for a single key only.")
    key = reading.credentials[0]
    found, refused = parse_credentials(
        {
            "type": "api_key",
            "key": key.secret.key.get_secret_value(),  # type: ignore[union-attr]  # key lines give keys
            "label": label or key.label,
            "project_id": project,
        },
        store=HANDED_IN,
        source=key.source,
    )
    if refused:
        raise Refusal(RefusalCode.INVALID, refused[0].reason)
    return replace(reading, credentials=found)


def read_files(files: Sequence[ImportFile], passphrase: str | None) -> Reading:
    """Everything that the files hold. Raises Refusal where a passphrase is missing or wrong."""
    reading = Reading()
    for file in files:
        if len(file.content) > MAX_FILE_BYTES:
            reading.refuse(file.name, "The file is larger than 10 MB.")
        elif looks_like_client(file.content):
            _read_client(file, reading)
        else:
            _read_file(file, passphrase, reading)
    return reading


def _read_client(file: ImportFile, reading: Reading) -> None:
    try:
        client = parse_client(file.content, "imported")
    except ClientRefused as refusal:
        reading.refuse(file.name, f"{refusal.sentence} {refusal.next_step}".strip())
    else:
        reading.clients.append((file.name, client, file.content))
        reading.sources.append(file.name)


def _read_file(file: ImportFile, passphrase: str | None, reading: Reading) -> None:
    try:
        content = unpack(file.content, passphrase)
        text = (file.content if content is None else content).decode("utf-8-sig")
    except PassphraseNeeded as needed:
        raise Refusal(
            RefusalCode.INVALID, f"{file.name} is encrypted: its passphrase is needed."
        ) from needed
    except WrongPassphrase as wrong:
        raise Refusal(
            RefusalCode.INVALID, f"The passphrase of {file.name} is wrong, or the file is damaged."
        ) from wrong
    except UnicodeDecodeError:
        reading.refuse(file.name, "The file is not UTF-8 text.")
        return
    found = parse_credentials(text, store=HANDED_IN, source=file.name, file_name=file.name)
    if not any(found):
        reading.refuse(file.name, "The file holds no credential.")
    reading.take(found)
