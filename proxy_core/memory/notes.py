"""What the owner noted of a credential: its name, whether it is switched off, and its service.

Under the credential's id, never in its file: a credential that is removed and added again is
the one it was.
"""

from collections.abc import Iterable

from proxy_core.credentials.model import Service, is_location
from proxy_core.memory.tables import NOTES, Value, Values
from proxy_core.memory.writer import Writer


class Notes:
    """Per process. To have a note on the disk before going on, await the memory's `flush`."""

    def __init__(self, rows: Iterable[Values], writer: Writer) -> None:
        self._writer = writer
        self._labels: dict[str, str] = {}
        self._disabled: set[str] = set()
        self._services: dict[str, tuple[Service, str]] = {}
        for credential_id, label, enabled, service, location in rows:
            if isinstance(label, str):
                self._labels[str(credential_id)] = label
            if not enabled:
                self._disabled.add(str(credential_id))
            if (noted := _noted(service, location)) is not None:
                self._services[str(credential_id)] = noted

    def label_of(self, credential_id: str) -> str | None:
        """The owner's name for it; None where the one that Pollux gave stands."""
        return self._labels.get(credential_id)

    def enabled(self, credential_id: str) -> bool:
        return credential_id not in self._disabled

    def service_of(self, credential_id: str) -> tuple[Service, str] | None:
        """The service and location that the owner chose; None where its file's word stands."""
        return self._services.get(credential_id)

    def set_label(self, credential_id: str, label: str | None) -> None:
        """label: None or empty brings back the one that Pollux gave."""
        if label:
            self._labels[credential_id] = label
        else:
            self._labels.pop(credential_id, None)
        self._keep(credential_id)

    def set_enabled(self, credential_id: str, *, enabled: bool) -> None:
        if enabled:
            self._disabled.discard(credential_id)
        else:
            self._disabled.add(credential_id)
        self._keep(credential_id)

    def set_service(self, credential_id: str, chosen: tuple[Service, str] | None) -> None:
        """chosen: with the location; None: what its file says."""
        if chosen is not None:
            self._services[credential_id] = chosen
        else:
            self._services.pop(credential_id, None)
        self._keep(credential_id)

    def forget(self, credential_id: str) -> None:
        self._labels.pop(credential_id, None)
        self._disabled.discard(credential_id)
        self._services.pop(credential_id, None)
        self._keep(credential_id)

    def _keep(self, credential_id: str) -> None:
        label, enabled = self._labels.get(credential_id), self.enabled(credential_id)
        chosen = self._services.get(credential_id)
        plain = label is None and enabled and chosen is None
        service, location = chosen or (None, None)
        row = (label, int(enabled), service and service.value, location)
        self._writer.put(NOTES, (credential_id,), None if plain else row)


def _noted(service: Value, location: Value) -> tuple[Service, str] | None:
    """None for what a later version may have written, too: nothing is billed by a guess."""
    if service not in set(Service) or not isinstance(location, str) or not is_location(location):
        return None
    return Service(str(service)), location
