"""Multipart forms as the SDKs send them, for tests."""

import base64
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

BOUNDARY = "pollux-test-boundary"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def form(fields: Mapping[str, Any], files: Mapping[str, Any] = MappingProxyType({})) -> bytes:
    """fields: texts, or lists of them, which get `[]`. files: one or a list of `(name, type, data)`
    or objects with `name`, `type` and `base64`."""
    parts = []
    for name, value in fields.items():
        for each in value if isinstance(value, list) else [value]:
            suffix = "[]" if isinstance(value, list) else ""
            parts.append(part(f'name="{name}{suffix}"', str(each).encode()))
    for name, value in files.items():
        many = isinstance(value, list)
        for file in value if many else [value]:
            file_name, mime_type, data = _plain(file) if isinstance(file, dict) else file
            field = f'name="{name}[]"' if many else f'name="{name}"'
            kind = f"\r\nContent-Type: {mime_type}" if mime_type else ""
            parts.append(part(f'{field}; filename="{file_name}"{kind}', data))
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def _plain(file: Mapping[str, str]) -> tuple[str, str, bytes]:
    return file["name"], file.get("type", ""), base64.b64decode(file["base64"])


def part(disposition: str, data: bytes) -> bytes:
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n"
    return head.encode() + data + b"\r\n"
