"""The rows of the mapping, each pinned by at least one golden case."""

from pathlib import Path

GOLDEN = Path(__file__).parent.parent.parent / "golden" / "openai_chat"

ROWS = {
    # The request
    "2 model",
    "2 messages",
    "2 max_completion_tokens, max_tokens",
    "2 temperature, top_p",
    "2 stop",
    "2 n",
    "2 seed",
    "2 presence_penalty, frequency_penalty",
    "2 logprobs, top_logprobs",
    "2 ignored fields",
    "2 reasoning_effort",
    "2 response_format",
    "2 tools function",
    "2 tools custom",
    "2 functions, function_call",
    "2 tool_choice word",
    "2 tool_choice named",
    "2 tool_choice allowed_tools",
    "2 strict",
    "2 parallel_tool_calls",
    "2 modalities audio",
    "2 modalities image",
    "2 stream, stream_options",
    "2 service_tier",
    "2 web_search_options",
    "2 extra_body, google",
    "2 unknown fields",
    "2 effort none",
    "2 effort minimal",
    "2 effort low, medium, high",
    "2 effort xhigh, max",
    "2 includeThoughts",
    "2 tools with response_format",
    # Messages
    "3 system, developer",
    "3 user",
    "3 assistant",
    "3 tool",
    "3 function",
    "3 order of results",
    "3 prefill",
    "3 part text",
    "3 part image_url",
    "3 part input_audio",
    "3 part file",
    "3 part refusal",
    "3 signature of calls",
    "3 signature of text",
    # The answer
    "4 response",
    "4 finish stop",
    "4 finish tool_calls",
    "4 finish length",
    "4 finish content_filter",
    "4 finish model errors",
    "4 finish OTHER",
    "4 annotations",
    "4 audio",
    "4 images",
    "4 reasoning_content",
    "4 code execution",
    "4 logprobs",
    "4 usage",
    # The stream
    "5 first chunk",
    "5 text",
    "5 tool call",
    "5 last chunk",
    "5 include_usage",
    "5 done",
}


def test_every_row_of_the_mapping_has_a_golden_case() -> None:
    pinned = {
        line.removeprefix("row: ")
        for about in GOLDEN.glob("*/about.md")
        for line in about.read_text("utf-8").splitlines()
        if line.startswith("row: ")
    }
    assert pinned == ROWS
