"""What a person sets of Pollux, in the words of the window: groups, titles, hints, kinds of field.

A test asks that every setting which is not a secret, and not only for the environment, is here.
Not here: the settings themselves, which the engine has.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

Kind: TypeAlias = Literal["text", "number", "switch", "choice", "pick", "lines", "pair", "aliases"]
Marked: TypeAlias = object
"A text marked for translation; Qt's stubs know nothing closer."


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a setting that has a few."""

    value: str
    title: Marked
    hint: Marked = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One setting."""

    name: str
    "Its variable."
    title: Marked
    hint: Marked
    kind: Kind
    unit: Marked = ""
    example: str = ""
    "Shown in the empty field."
    options: tuple[Option, ...] = ()


NETWORK: Final = (
    Item(
        "PORT",
        QT_TRANSLATE_NOOP("Settings", "Port"),
        QT_TRANSLATE_NOOP(
            "Settings",
            "Where your tools find Pollux on this computer. Tools that are set up "
            "already need the new address when it changes.",
        ),
        "number",
    ),
    Item(
        "HOST",
        QT_TRANSLATE_NOOP("Settings", "Listen on"),
        QT_TRANSLATE_NOOP(
            "Settings",
            "127.0.0.1 is for programs on this computer alone; 0.0.0.0 opens Pollux "
            "to the whole network.",
        ),
        "text",
    ),
    Item(
        "DOMAIN_NAME",
        QT_TRANSLATE_NOOP("Settings", "Public address"),
        QT_TRANSLATE_NOOP(
            "Settings",
            "The address under which a browser reaches Pollux, for signing in on its "
            "web page. Needed only behind a domain of your own.",
        ),
        "text",
        example="https://pollux.example.org",
    ),
    Item(
        "ALLOWED_HOSTS",
        QT_TRANSLATE_NOOP("Settings", "Further host names"),
        QT_TRANSLATE_NOOP(
            "Settings",
            "Names under which clients may call Pollux, one a line. This computer's own "
            "are always allowed.",
        ),
        "lines",
        example="pollux.lan",
    ),
    Item(
        "CORS_ALLOWED_ORIGINS",
        QT_TRANSLATE_NOOP("Settings", "Web pages that may call Pollux"),
        QT_TRANSLATE_NOOP(
            "Settings",
            "Their origins, one a line. Only for tools that run in a browser.",
        ),
        "lines",
        example="https://chat.example.org",
    ),
    Item(
        "OUTBOUND_PROXY",
        QT_TRANSLATE_NOOP("Settings", "Proxy to Google"),
        QT_TRANSLATE_NOOP(
            "Settings",
            "An HTTP proxy for calls to Google. Empty: the one that the system is set up for.",
        ),
        "text",
        example="http://proxy.example.org:3128",
    ),
)

ROTATION: Final = (
    Item(
        "ROTATION",
        QT_TRANSLATE_NOOP("Settings", "Which credential serves next"),
        "",
        "choice",
        options=(
            Option(
                "balanced",
                QT_TRANSLATE_NOOP("Settings", "Balanced"),
                QT_TRANSLATE_NOOP(
                    "Settings",
                    "The one with the fewest requests under way and the most quota left. "
                    "Best for nearly everyone.",
                ),
            ),
            Option(
                "round-robin",
                QT_TRANSLATE_NOOP("Settings", "In turn"),
                QT_TRANSLATE_NOOP("Settings", "Each credential after the other, in a fixed order."),
            ),
            Option(
                "fill-first",
                QT_TRANSLATE_NOOP("Settings", "Fill the first"),
                QT_TRANSLATE_NOOP(
                    "Settings",
                    "One credential until its quota is spent, then the next one. Keeps the "
                    "others in reserve.",
                ),
            ),
        ),
    ),
    Item(
        "STICKY",
        QT_TRANSLATE_NOOP("Settings", "Keep a conversation on its credential"),
        QT_TRANSLATE_NOOP(
            "Settings",
            "Google then finds what it has cached of the conversation, which costs less "
            "and answers sooner.",
        ),
        "switch",
    ),
    Item(
        "MAX_ATTEMPTS",
        QT_TRANSLATE_NOOP("Settings", "Attempts for one request"),
        QT_TRANSLATE_NOOP(
            "Settings",
            "How often a request is sent when Google fails or the network breaks. Credentials "
            "that rest do not count.",
        ),
        "number",
    ),
    Item(
        "MAX_WAIT_S",
        QT_TRANSLATE_NOOP("Settings", "Longest wait for a free credential"),
        QT_TRANSLATE_NOOP(
            "Settings",
            "When all credentials rest and one is about to be free, the request waits so long.",
        ),
        "number",
        unit=QT_TRANSLATE_NOOP("Settings", "seconds"),
    ),
    Item(
        "MAX_CONCURRENCY",
        QT_TRANSLATE_NOOP("Settings", "Requests at once"),
        QT_TRANSLATE_NOOP(
            "Settings", "For one project and model at the same time; 0 sets no limit."
        ),
        "number",
    ),
)

ANSWERS: Final = (
    Item(
        "MODEL_ALIASES",
        QT_TRANSLATE_NOOP("Settings", "Model aliases"),
        QT_TRANSLATE_NOOP(
            "Settings",
            "Names that your tools ask for, and the Gemini model that answers. Several models, "
            "with commas between them, are tried in that order.",
        ),
        "aliases",
    ),
    Item(
        "THOUGHT_WRAPPER_TAGS",
        QT_TRANSLATE_NOOP("Settings", "Marks around thoughts"),
        QT_TRANSLATE_NOOP(
            "Settings",
            "For tools that want the model's thoughts inside the answer. Empty: thoughts "
            "come apart from the answer, as most tools expect.",
        ),
        "pair",
        example="<think>",
    ),
    Item(
        "KEEPALIVE_S",
        QT_TRANSLATE_NOOP("Settings", "Keep-alive after"),
        QT_TRANSLATE_NOOP(
            "Settings",
            "When a streamed answer is silent so long, a sign of life keeps the tool from "
            "giving up.",
        ),
        "number",
        unit=QT_TRANSLATE_NOOP("Settings", "seconds"),
    ),
    Item(
        "MAX_BODY_MB",
        QT_TRANSLATE_NOOP("Settings", "Largest request"),
        QT_TRANSLATE_NOOP("Settings", "Files that are uploaded apart do not count."),
        "number",
        unit=QT_TRANSLATE_NOOP("Settings", "MB"),
    ),
    Item(
        "REQUEST_TIMEOUT_S",
        QT_TRANSLATE_NOOP("Settings", "Silence allowed from Google"),
        QT_TRANSLATE_NOOP("Settings", "After that the attempt counts as failed."),
        "number",
        unit=QT_TRANSLATE_NOOP("Settings", "seconds"),
    ),
    Item(
        "CONNECT_TIMEOUT_S",
        QT_TRANSLATE_NOOP("Settings", "Time to connect to Google"),
        "",
        "number",
        unit=QT_TRANSLATE_NOOP("Settings", "seconds"),
    ),
)

LOG: Final = (
    Item(
        "LOG_LEVEL",
        QT_TRANSLATE_NOOP("Settings", "Log"),
        QT_TRANSLATE_NOOP("Settings", "How much Pollux writes down of what it does."),
        "pick",
        options=(
            Option("debug", QT_TRANSLATE_NOOP("Settings", "Everything")),
            Option("info", QT_TRANSLATE_NOOP("Settings", "What happens")),
            Option("warning", QT_TRANSLATE_NOOP("Settings", "Warnings and errors")),
            Option("error", QT_TRANSLATE_NOOP("Settings", "Errors")),
            Option("critical", QT_TRANSLATE_NOOP("Settings", "Only what stops Pollux")),
        ),
    ),
    Item(
        "DEBUG",
        QT_TRANSLATE_NOOP("Settings", "Log every request"),
        QT_TRANSLATE_NOOP("Settings", "For finding out why a tool does not work as it should."),
        "switch",
    ),
    Item(
        "DEBUG_REDACT_LOGS",
        QT_TRANSLATE_NOOP("Settings", "Leave prompts and answers out of the log"),
        "",
        "switch",
    ),
)


def said(text: Marked) -> str:
    """A text of the catalogue in the owner's language."""
    return QCoreApplication.translate("Settings", str(text)) if text else ""


def advice(name: str, value: str) -> str:
    """What the owner should know of a value that is allowed; mostly nothing."""
    if name == "HOST" and value and not _is_loopback(value):
        return said(_OPEN_TO_ALL)
    if name == "CORS_ALLOWED_ORIGINS" and '"*"' in value:
        return said(_ANY_PAGE)
    if name == "DEBUG_REDACT_LOGS" and value == "false":
        return said(_TEXTS_IN_THE_LOG)
    return ""


def fixed_by(source: str) -> str:
    """What sets a setting that cannot be changed here, in words; empty where nothing does.

    source: as the engine names it.
    """
    return said(_FIXED_BY.get(source, ""))


_OPEN_TO_ALL: Final = QT_TRANSLATE_NOOP(
    "Settings",
    "Every device that reaches this computer can try to use Pollux then. The bearer token "
    "still guards it, but travels unencrypted: use this in networks that you trust.",
)
_ANY_PAGE: Final = QT_TRANSLATE_NOOP(
    "Settings", "Any web page may call Pollux then, if it knows the bearer token."
)
_TEXTS_IN_THE_LOG: Final = QT_TRANSLATE_NOOP(
    "Settings",
    "Prompts and answers are written to the log while every request is logged. "
    "Switch this on again when you are done.",
)
_FIXED_BY: Final[Mapping[str, Marked]] = {
    "command line": QT_TRANSLATE_NOOP("Settings", "Set by the command line."),
    "environment": QT_TRANSLATE_NOOP("Settings", "Set by the environment."),
    ".env": QT_TRANSLATE_NOOP("Settings", "Set by the .env file."),
}


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
