"""Which service a thought signature came from: neither takes those of the other.

Only pools with credentials of both services remember it. A signature that is not known any more
goes as it is; where it was the wrong one, Google says so, and the repair of that is the net.
Source: the Gemini API's documentation of the dummies; refusals seen across the services.
"""

from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b

from proxy_core.credentials.model import Service
from proxy_core.gemini.signatures import is_dummy, signatures_of
from proxy_core.gemini.wire import Chunk

REMEMBERED = 20_000
"Digests of 12 bytes; a long conversation holds some hundreds."


class Provenance:
    """Digests of signatures, by service. Per process."""

    def __init__(self) -> None:
        self._services: OrderedDict[bytes, Service] = OrderedDict()

    def note(self, service: Service, chunk: Chunk) -> None:
        """What the chunk holds came from there."""
        for signature in signatures_of(chunk):
            self._services[_digest(signature)] = service
        while len(self._services) > REMEMBERED:
            self._services.popitem(last=False)

    def foreign_to(self, service: Service) -> Callable[[str], bool]:
        """Tells the signatures that are known to be of the other service."""

        def is_foreign(signature: str) -> bool:
            if is_dummy(signature):
                return False
            return self._services.get(_digest(signature), service) is not service

        return is_foreign


def _digest(signature: str) -> bytes:
    # Clients decode and encode them, some with the URL's alphabet.
    plain = signature.rstrip("=").replace("-", "+").replace("_", "/")
    return blake2b(plain.encode(), digest_size=12).digest()
