"""The fields of the API and what becomes of each, pinned by at least one golden case."""

from tests.dialects.pinned import rows_of

ROWS = {
    *("model", "prompt text", "prompt list", "suffix", "max_tokens", "no max_tokens"),
    *("temperature, top_p", "n", "n on 2.5", "stop", "presence_penalty, frequency_penalty"),
    *("seed", "logprobs", "echo", "best_of", "stream, stream_options", "ignored fields"),
    *("unknown fields", "reasoning_effort", "service_tier", "extra_body, google"),
    # The answer
    *("answer", "finish length", "finish content_filter", "finish OTHER", "blocked prompt"),
    *("thoughts", "usage"),
}


def test_every_row_has_a_golden_case() -> None:
    assert rows_of("openai_completions") == ROWS
