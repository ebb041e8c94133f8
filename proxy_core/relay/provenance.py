"""Which service a thought signature came from: neither takes those of the other.

Where both serve, it is noted whose answer a signature came with. What was signed before is learned
from a refusal: Google does not tell which signature it means, so all of that request count as
refused there, and later turns of the conversation do not pay for it again.
Source: the Gemini API's documentation of the dummies; refusals seen across the services.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from hashlib import blake2b

from proxy_core.credentials.model import EVERY_SERVICE, Service
from proxy_core.gemini.signatures import is_dummy, signatures_in, signatures_of
from proxy_core.gemini.wire import Chunk, JsonObject

REMEMBERED = 20_000
"Digests of 12 bytes; a long conversation holds some hundreds."
_NOBODY: frozenset[Service] = frozenset()


class Provenance:
    """Digests of signatures, with the services that do not take them. Per process."""

    def __init__(self) -> None:
        self._closed: OrderedDict[bytes, frozenset[Service]] = OrderedDict()

    def __bool__(self) -> bool:
        """Whether there is any to replace."""
        return bool(self._closed)

    def note(self, service: Service, chunk: Chunk) -> None:
        """What the chunk holds came from there."""
        others = EVERY_SERVICE - {service}
        self._put((_digest(signature), others) for signature in signatures_of(chunk))

    def note_refusal(self, service: Service, body: JsonObject) -> None:
        """That service refused a request for its signatures."""
        digests = [_digest(one) for one in signatures_in(body) if not is_dummy(one)]
        self._put((digest, self._closed.get(digest, _NOBODY) | {service}) for digest in digests)

    def foreign_to(self, service: Service) -> Callable[[str], bool]:
        """Tells the signatures that this service is known not to take."""

        def is_foreign(signature: str) -> bool:
            if is_dummy(signature):
                return False
            return service in self._closed.get(_digest(signature), _NOBODY)

        return is_foreign

    def _put(self, known: Iterable[tuple[bytes, frozenset[Service]]]) -> None:
        self._closed.update(known)
        while len(self._closed) > REMEMBERED:
            self._closed.popitem(last=False)


def _digest(signature: str) -> bytes:
    # Clients decode and encode them, some with the URL's alphabet.
    plain = signature.rstrip("=").replace("-", "+").replace("_", "/")
    return blake2b(plain.encode(), digest_size=12).digest()
