import pytest

from proxy_core.dialects.openai_responses import endings
from proxy_core.errors import Problem, ProblemKind


@pytest.mark.parametrize(
    ("reason", "said", "status", "why"),
    [
        ("STOP", True, "completed", None),
        ("STOP", False, "completed", None),
        ("MAX_TOKENS", True, "incomplete", "max_output_tokens"),
        ("CONTINUATION", True, "incomplete", "max_output_tokens"),
        ("SAFETY", True, "incomplete", "content_filter"),
        ("NO_IMAGE", False, "incomplete", "content_filter"),
        ("OTHER", True, "completed", None),
        ("OTHER", False, "incomplete", "content_filter"),
        ("MALFORMED_FUNCTION_CALL", True, "completed", None),
        (None, False, "incomplete", "content_filter"),
    ],
)
def test_an_end_has_a_status_and_a_reason(
    reason: str | None, said: bool, status: str, why: str | None
) -> None:
    ending = endings.ending(reason, said=said)
    assert ending.status == status
    assert ending.event == f"response.{status}"
    assert ending.details == (None if why is None else {"reason": why})


@pytest.mark.parametrize("kind", ProblemKind)
def test_every_problem_has_a_code(kind: ProblemKind) -> None:
    told = endings.failure(Problem(kind, "So it is."))
    assert told == {"code": endings.FAILURES.get(kind, "server_error"), "message": "So it is."}


def test_a_rest_tells_in_words_when_to_come_again() -> None:
    told = endings.failure(Problem(ProblemKind.RATE_LIMITED, "All rest.", retry_after_s=11.05))
    assert told["message"] == "All rest. Please try again in 11.05s."


def test_thoughts_count_as_output() -> None:
    told = endings.usage(
        {
            "promptTokenCount": 10,
            "toolUsePromptTokenCount": 5,
            "candidatesTokenCount": 2,
            "thoughtsTokenCount": 3,
            "cachedContentTokenCount": 8,
            "totalTokenCount": 20,
        }
    )
    assert told == {
        "input_tokens": 15,
        "input_tokens_details": {"cached_tokens": 8, "cache_write_tokens": 0},
        "output_tokens": 5,
        "output_tokens_details": {"reasoning_tokens": 3},
        "total_tokens": 20,
    }
    assert endings.usage({})["total_tokens"] == 0
