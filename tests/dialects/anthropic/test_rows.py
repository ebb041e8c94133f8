"""The rows of the mapping, each pinned by a golden case, or by a test where there can be none."""

import importlib

import pytest

from tests.dialects.pinned import rows_of

ROWS = {
    # The request
    "2 model, max_tokens",
    "2 system",
    "2 messages",
    "2 stop_sequences",
    "2 temperature, top_p, top_k",
    "2 tools",
    "2 tools strict",
    "2 tools web_search, web_fetch, code_execution",
    "2 tools bash, text_editor, memory, computer",
    "2 tools left out",
    "2 tool_choice auto",
    "2 tool_choice any",
    "2 tool_choice tool",
    "2 tool_choice none",
    "2 disable_parallel_tool_use",
    "2 thinking enabled",
    "2 thinking adaptive",
    "2 thinking disabled",
    "2 thinking absent",
    "2 thinking between_tools",
    "2 thinking display omitted",
    "2 effort",
    "2 format",
    "2 ignored fields",
    "2 metadata.user_id",
    "2 unknown fields",
    # Blocks in the history
    "2 block text",
    "2 block image",
    "2 block document",
    "2 block search_result",
    "2 block tool_use",
    "2 block tool_result",
    "2 block thinking",
    "2 block redacted_thinking",
    "2 block of a server tool",
    "2 order of results",
    # The answer
    "3 response",
    "3 content order",
    "3 stop end_turn",
    "3 stop tool_use",
    "3 stop sequence",
    "3 stop max_tokens",
    "3 stop CONTINUATION",
    "3 stop refusal",
    "3 usage",
    "3 citations",
    "3 code and pictures",
    # Thinking and signatures
    "4 thinking",
    "4 call signature",
    "4 empty thinking block",
    "4 text signature",
    "4 foreign signature",
    "4 memory, dummy",
    "4 no thinking asked",
    "4 tool_use ids",
    # The stream
    "5 message_start",
    "5 thinking",
    "5 text",
    "5 tool_use",
    "5 empty input",
    "5 citations_delta",
    "5 message_delta",
    "5 message_stop",
}

ERRORS = "tests.dialects.anthropic.test_errors:test_each_kind_has_its_status_and_type"
ELSEWHERE = {
    "3 stop context overflow": "tests.dialects.anthropic.test_errors:"
    "test_a_full_context_is_told_in_the_words_that_make_clients_shorten_it",
    "3 models": "tests.dialects.anthropic.test_models:test_pages_go_by_limit_and_cursor",
    "5 ping": "tests.dialects.anthropic.test_render:test_silence_is_filled_with_pings",
    "5 late failure": "tests.dialects.anthropic.test_render:"
    "test_a_late_failure_is_told_as_an_event",
    "6 envelope": "tests.dialects.anthropic.test_errors:"
    "test_the_envelope_and_the_headers_name_the_request",
    "6 retry-after": "tests.dialects.anthropic.test_errors:test_the_wait_is_told_in_whole_seconds",
    **{f"6 {status}": ERRORS for status in (400, 401, 402, 403, 404, 413, 429, 500, 504, 529)},
}
"Row to the test that pins it."


def test_every_row_of_the_mapping_has_a_golden_case() -> None:
    assert rows_of("anthropic") == ROWS
    assert rows_of("anthropic_count") == {"3 count_tokens"}


@pytest.mark.parametrize("row", ELSEWHERE)
def test_every_other_row_has_a_test(row: str) -> None:
    module, _, name = ELSEWHERE[row].partition(":")
    assert callable(getattr(importlib.import_module(module), name))
