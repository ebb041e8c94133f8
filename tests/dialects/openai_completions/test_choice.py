from proxy_core.dialects.openai_completions.choice import Choice


def test_offsets_of_tokens_go_on_from_delta_to_delta() -> None:
    choice = Choice(0, keeps=True)
    for token in ("Once", " upon"):
        measured = {"chosenCandidates": [{"token": token, "logProbability": -0.5}]}
        choice.take({"content": {"parts": [{"text": token}]}, "logprobsResult": measured})
    logprobs = choice.whole()["logprobs"]
    assert logprobs["text_offset"] == [0, 4]
    assert logprobs["tokens"] == ["Once", " upon"]


def test_an_echo_is_no_answer() -> None:
    choice = Choice(0, keeps=True)
    choice.echo("Prompt")
    choice.take({"finishReason": "OTHER"})
    assert choice.whole()["finish_reason"] == "content_filter"


def test_a_choice_of_a_stream_keeps_no_text() -> None:
    choice = Choice(3, keeps=False)
    delta = choice.take({"content": {"parts": [{"text": "A"}]}})
    assert delta == {"text": "A", "index": 3, "logprobs": None, "finish_reason": None}
    assert choice.whole()["text"] == ""
    assert choice.take({"content": {"parts": [{"text": "B", "thought": True}]}}) is None
