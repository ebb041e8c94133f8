"""The rows of the mapping, each pinned by at least one golden case."""

from pathlib import Path

GOLDEN = Path(__file__).parent.parent.parent / "golden" / "openai_responses"

ROWS = {
    # The request
    "8 ignored fields",
    "8 include",
    "8 input",
    "8 instructions",
    "8 max_output_tokens",
    "8 metadata",
    "8 parallel_tool_calls",
    "8 previous_response_id",
    "8 prompt_cache_key",
    "8 reasoning effort",
    "8 reasoning summary",
    "8 service_tier",
    "8 store false",
    "8 temperature, top_p",
    "8 text.format",
    "8 tool_choice allowed_tools",
    "8 tool_choice named",
    "8 tool_choice word",
    "8 tools code_interpreter",
    "8 tools custom",
    "8 tools function",
    "8 tools local_shell, shell",
    "8 tools namespace",
    "8 tools others",
    "8 tools web_search",
    # Items
    "8 content input_audio",
    "8 content input_file",
    "8 content input_image",
    "8 content input_text, output_text, refusal",
    "8 item apply_patch_call, apply_patch_call_output",
    "8 item code_interpreter_call",
    "8 item custom_tool_call, custom_tool_call_output",
    "8 item function_call",
    "8 item function_call_output",
    "8 item image_generation_call",
    "8 item item_reference",
    "8 item local_shell_call, local_shell_call_output",
    "8 item message",
    "8 item message without type",
    "8 item reasoning",
    "8 item shell_call, shell_call_output",
    "8 item unknown",
    "8 items of OpenAI's own tools",
    # The answer
    "8 output code_interpreter_call",
    "8 output custom_tool_call",
    "8 output function_call",
    "8 output image_generation_call",
    "8 output local_shell_call, shell_call",
    "8 output message",
    "8 output reasoning",
    "8 output web_search_call",
    "8 response object",
    "8 signature transport",
    "8 status incomplete content_filter",
    "8 status incomplete max_output_tokens",
    "8 usage",
    # The stream
    "8 event completed",
    "8 event created, in_progress",
    "8 event incomplete",
    "8 events annotation",
    "8 events custom tool",
    "8 events function call",
    "8 events refusal",
    "8 events text",
    "8 events thoughts",
}


def test_every_row_of_the_mapping_has_a_golden_case() -> None:
    pinned = {
        line.removeprefix("row: ")
        for about in GOLDEN.glob("*/about.md")
        for line in about.read_text("utf-8").splitlines()
        if line.startswith("row: ")
    }
    assert pinned == ROWS
