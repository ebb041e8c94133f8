"""What the server asks of a dialect. One folder per dialect implements it.

Pure: a dialect gets ids and times handed in, and returns bytes and plain data.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from proxy_core.errors import Problem
from proxy_core.gemini.families import Families, Family
from proxy_core.gemini.signatures import SignatureMemory
from proxy_core.gemini.wire import Call, Chunk

if TYPE_CHECKING:  # the dialect's own modules read this one
    from proxy_core.dialects.openai_responses.store import ResponseStore


class Stamp(NamedTuple):
    """What a renderer cannot know by itself."""

    id: str
    "The exchange's id, 32 hexadecimal characters; answers derive their own from it."
    created: int
    "Epoch seconds at arrival."
    new_id: Callable[[], str]
    "A fresh random id of 24 letters and digits at each call (tool calls)."


@dataclass(frozen=True, slots=True)
class ParseContext:
    """What parsing may look up."""

    memory: SignatureMemory
    families: Families
    "What each model can do."
    thought_tags: tuple[str, str] | None = None
    "Tags around thoughts in plain content (setting THOUGHT_WRAPPER_TAGS)."
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    "Client's model name to Gemini models, in the order to try (setting MODEL_ALIASES)."
    step: int = 0
    "Which of an alias's models is meant. Per request."
    form: str = ""
    "Content-Type of the body where it is no JSON: a multipart form. Per request."
    responses: "ResponseStore | None" = None
    "Answers that later requests may go on from; None: none are kept."
    session: str = ""
    "The client's own name for its conversation, where a header tells it. Per request."

    def family(self, model: str) -> Family:
        """The abilities of a bare model id."""
        return self.families.of(model)


@dataclass(frozen=True, slots=True)
class ErrorReply:
    """An error as one dialect says it."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


class Renderer(Protocol):
    """The fold that answers one exchange: chunks in, frames or a whole answer out."""

    content_type: str
    "Of the stream."
    keep_alive: bytes
    "What fills silence in the stream."
    whole_type: str
    "Content type of the whole answer."

    def opening(self) -> bytes:
        """Frames that may go out before the first chunk, when Google takes long to answer.

        Asked for at most once and before `chunk`, which then leaves them out.
        """

    def chunk(self, chunk: Chunk, call_index: int = 0) -> bytes:
        """Takes in one chunk of call `call_index`; returns the frames it causes, maybe none.

        A fold for whole answers uses the same method and ignores what it returns.
        """

    def end(self) -> bytes:
        """Closing frames after the last chunk of every call.

        Raises Failed where what came amounts to no answer.
        """

    def fail(self, problem: Problem) -> bytes | None:
        """Frames that tell a failure inside a running stream; nothing follows them.

        None: the form has no words for it, and the connection is to break off instead.
        """

    def whole(self) -> bytes:
        """The complete answer, after the last chunk of every call. Raises Failed as `end` does."""


class ParsedRequest(NamedTuple):
    """One client request, understood."""

    model: str
    "As the client named it; answers echo it."
    calls: tuple[Call, ...]
    "Usually one; several for `n` on models with a single candidate. They run side by side."
    stream: bool
    "Whether the client wants frames rather than a whole answer."
    renderer: Callable[[Stamp], Renderer]
    models: tuple[str, ...] = ()
    "Those to try in order, where the dialect has several of its own for a name that is no alias."


class Dialect(Protocol):
    """A client-facing API form."""

    name: str
    action: str
    "What its clients ask for, as the log and the window call it: `chat.completions`."

    def parse(self, body: bytes, context: ParseContext) -> ParsedRequest:
        """Understands a POST body. Raises BadRequest, and nothing else, whatever the bytes."""

    def error(self, problem: Problem, request_id: str) -> ErrorReply:
        """An error before the first frame, in this dialect's form."""
