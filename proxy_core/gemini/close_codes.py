"""Why Google ended a Live session, as a fault like any other.

A close frame has a number and at most 123 bytes of text, where an HTTP answer has a status and
an envelope; the texts are the same. Source: RFC 6455, section 7.4.1, and what Google was seen to
send: 1007 for what a client or a key did wrong, 1008 for what it may not do or is not there,
1011 for quotas and for Google's own troubles.
"""

import re
from collections.abc import Mapping

from proxy_core.gemini.faults import Fault, classify_stream_error, network_fault

ORDERLY = frozenset({1000, 1001})
"A session that ended as it should: its time was over, or Google moved on."
_NO_FRAME = frozenset({0, 1005, 1006})

_STATUSES: Mapping[int, int] = {1002: 400, 1003: 400, 1007: 400, 1008: 403, 1009: 413, 1013: 503}
"HTTP status that a close code stands for where the text says no more."

_TELLING = (
    (re.compile(r"^request had invalid authentication credentials", re.IGNORECASE), 401),
    (re.compile(r"\bquota\b|resource has been exhausted|RESOURCE_EXHAUSTED", re.IGNORECASE), 429),
    (re.compile(r"\bnot found\b|is not supported for bidi", re.IGNORECASE), 404),
    (re.compile(r"\bunavailable\b|\boverloaded\b", re.IGNORECASE), 503),
    (re.compile(r"\bdeadline\b", re.IGNORECASE), 504),
)
"Texts that say more than their code; the first that fits."
_KEY = re.compile(r"^api key", re.IGNORECASE)


def close_fault(code: int, reason: str, *, with_api_key: bool) -> Fault:
    """The fault that a close frame tells of. code 1006: the connection broke without one."""
    if code in _NO_FRAME:
        return network_fault("Google closed the connection of the session without a word")
    error = {"code": _status(code, reason), "message": reason}
    return classify_stream_error(error, with_api_key=with_api_key)


def _status(code: int, reason: str) -> int:
    if _KEY.match(reason):
        return 400
    if code not in (1007, 1009):
        for pattern, status in _TELLING:
            if pattern.search(reason):
                return status
    return _STATUSES.get(code, 500)
