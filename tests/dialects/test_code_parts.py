from proxy_core.dialects.code_parts import code_in_words


def test_code_and_its_output_become_fenced_blocks() -> None:
    code = code_in_words({"executableCode": {"language": "PYTHON", "code": "print(1)\n"}})
    assert code == "\n```python\nprint(1)\n```\n"
    output = code_in_words({"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1\n"}})
    assert output == "\n```\n1\n```\n"


def test_any_other_part_is_none_of_it() -> None:
    assert code_in_words({"text": "```"}) is None
