"""The stream of an answer says the same as its whole, whatever Google says and the client asked."""

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proxy_core.dialects.contract import ParsedRequest, Stamp
from proxy_core.errors import Failed, ProblemKind
from proxy_core.gemini.wire import JsonObject
from tests.dialects import said
from tests.dialects.answers import answers
from tests.dialects.anthropic.test_real_sdk import by_the_sdk as message_by_the_sdk
from tests.dialects.anthropic.test_real_sdk import settled as settled_message
from tests.dialects.openai_chat.test_real_sdk import by_the_sdk as completion_by_the_sdk
from tests.dialects.openai_chat.test_real_sdk import settled as settled_choice
from tests.dialects.openai_responses.test_real_sdk import by_the_helper as response_by_the_helper
from tests.dialects.openai_responses.test_real_sdk import settled as settled_item
from tests.dialects.test_golden import DIALECTS, GOLDEN, read_context

each_dialect = pytest.mark.parametrize("dialect", said.FORMS)
CASES = {name: sorted((GOLDEN / name).iterdir()) for name in said.FORMS}
UNKNOWN_TO_SDKS = {"custom_tool", "tools_left_out"}
"Cases with what the SDKs have no types for."


class Asked:
    """A golden request, to be answered both ways."""

    def __init__(self, dialect: str, data: st.DataObject, *, by_sdk: bool = False) -> None:
        self.dialect, self.form = dialect, said.FORMS[dialect]
        left_out = UNKNOWN_TO_SDKS if by_sdk else ()
        cases = [case for case in CASES[dialect] if case.name not in left_out]
        self.case = data.draw(st.sampled_from(cases))
        self.chunks = data.draw(answers())

    def whole(self) -> JsonObject | ProblemKind:
        return self._answer(stream=False)

    def stream(self) -> JsonObject | ProblemKind:
        return self._answer(stream=True)

    def frames(self) -> bytes:
        return self._render(stream=True)

    def _answer(self, *, stream: bool) -> JsonObject | ProblemKind:
        try:
            told = self._render(stream=stream)
        except Failed as failed:
            return failed.problem.kind
        return said.streamed(self.form, told) if stream else said.whole(self.form, told)

    def _render(self, *, stream: bool) -> bytes:
        numbers = iter(range(10_000))
        parsed = self._parse(stream=stream)
        stamp = Stamp("f" * 32, 1_700_000_000, lambda: f"{next(numbers):024d}")
        renderer = parsed.renderer(stamp)
        frames = b"".join(
            renderer.chunk(chunk, index)  # type: ignore[arg-type]  # drawn
            for index in range(len(parsed.calls))
            for chunk in self.chunks
        )
        return frames + renderer.end() if stream else renderer.whole()

    def _parse(self, *, stream: bool) -> ParsedRequest:
        body: dict[str, Any] = orjson.loads((self.case / "request.json").read_bytes())
        body["stream"] = stream
        if stream:
            body |= self.form.streaming
            if "audio" in body:
                body["audio"] = {**body["audio"], "format": "pcm16"}
        return DIALECTS[self.dialect].parse(orjson.dumps(body), read_context(self.case))


@each_dialect
@settings(max_examples=300)
@given(data=st.data())
def test_a_stream_says_the_same_as_the_whole(dialect: str, data: st.DataObject) -> None:
    asked = Asked(dialect, data)
    assert asked.stream() == asked.whole(), asked.case.name


few = settings(max_examples=40, deadline=None)


@few
@given(data=st.data())
def test_the_openai_sdk_puts_a_completion_together_to_the_whole(data: st.DataObject) -> None:
    asked = Asked("openai_chat", data, by_sdk=True)
    whole = asked.whole()
    if isinstance(whole, ProblemKind):
        return
    told = completion_by_the_sdk(asked.frames())
    for ours, theirs in zip(whole["choices"], told["choices"], strict=True):
        for choice in (ours, theirs):
            choice["message"].pop("audio", None)  # of a whole a file, of a stream bare samples
        assert settled_choice(theirs) == settled_choice(ours)


@few
@given(data=st.data())
def test_the_openai_sdk_puts_a_response_together_to_the_whole(data: st.DataObject) -> None:
    asked = Asked("openai_responses", data, by_sdk=True)
    whole = asked.whole()
    if isinstance(whole, ProblemKind) or whole["status"] != "completed":
        return
    told = [item.to_dict() for item in response_by_the_helper(asked.frames()).output]
    assert [settled_item(item) for item in told] == [settled_item(item) for item in whole["output"]]


@few
@given(data=st.data())
def test_the_anthropic_sdk_puts_a_message_together_to_the_whole(data: st.DataObject) -> None:
    asked = Asked("anthropic", data, by_sdk=True)
    whole = asked.whole()
    if isinstance(whole, ProblemKind):
        return
    form = said.FORMS["anthropic"]
    told = form.settle(settled_message(message_by_the_sdk(asked.frames())))
    assert told == settled_message(whole)
