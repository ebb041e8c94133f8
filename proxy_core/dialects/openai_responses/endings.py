"""How an answer or a failure ended, and what it cost, in the words of Responses."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from proxy_core.dialects.openai_endings import finish_reason
from proxy_core.errors import Problem, ProblemKind
from proxy_core.gemini.wire import JsonObject, UsageMetadata


class Ending(NamedTuple):
    """The status of a response, and why it is incomplete."""

    status: str
    reason: str | None = None

    @property
    def event(self) -> str:
        return f"response.{self.status}"

    @property
    def details(self) -> JsonObject | None:
        return None if self.reason is None else {"reason": self.reason}


RUNNING = Ending("in_progress")
FAILED = Ending("failed")
BLOCKED = Ending("incomplete", "content_filter")

_ENDINGS: Mapping[str, Ending] = MappingProxyType(
    {
        "stop": Ending("completed"),
        "length": Ending("incomplete", "max_output_tokens"),
        "content_filter": BLOCKED,
    }
)
"By the finish reason of Chat Completions."

FAILURES: Mapping[ProblemKind, str] = MappingProxyType(
    {
        ProblemKind.BAD_REQUEST: "invalid_prompt",
        ProblemKind.CONTEXT_TOO_LONG: "context_length_exceeded",
        ProblemKind.FORBIDDEN: "invalid_prompt",
        ProblemKind.MODEL_NOT_FOUND: "invalid_prompt",
        ProblemKind.TOO_LARGE: "invalid_prompt",
        ProblemKind.RATE_LIMITED: "rate_limit_exceeded",
        ProblemKind.QUOTA_SPENT: "insufficient_quota",
        ProblemKind.NO_CREDIT: "insufficient_quota",
    }
)
"""`error.code` of a failed response; every other problem is a `server_error`.

Codex gives up on context_length_exceeded, insufficient_quota and invalid_prompt, and tries again
after all others. Source: codex-rs, `codex-api/src/sse/responses.rs`.
"""


def ending(reason: str | None, *, said: bool) -> Ending:
    """reason: Google's; said: anything was sent."""
    return _ENDINGS[finish_reason(reason, said=said, calls=None)]


def failure(problem: Problem) -> JsonObject:
    """`error` of a failed response.

    Codex reads from the message when to try again: "try again in 11.05s".
    """
    message = problem.message
    if problem.kind is ProblemKind.RATE_LIMITED and problem.retry_after_s is not None:
        message = f"{message} Please try again in {problem.retry_after_s:.2f}s."
    code = problem.code or FAILURES.get(problem.kind, "server_error")
    return {"code": code, "message": message}


def usage(told: UsageMetadata) -> JsonObject:
    """Google counts thoughts beside the candidates."""
    thoughts = told.get("thoughtsTokenCount", 0)
    return {
        "input_tokens": told.get("promptTokenCount", 0) + told.get("toolUsePromptTokenCount", 0),
        "input_tokens_details": {
            "cached_tokens": told.get("cachedContentTokenCount", 0),
            "cache_write_tokens": 0,
        },
        "output_tokens": told.get("candidatesTokenCount", 0) + thoughts,
        "output_tokens_details": {"reasoning_tokens": thoughts},
        "total_tokens": told.get("totalTokenCount", 0),
    }
