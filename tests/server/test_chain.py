import pytest

from proxy_core.dialects.contract import ParseContext
from proxy_core.errors import BadRequest, Failed, Problem, ProblemKind
from proxy_core.gemini.signatures import SignatureMemory
from proxy_core.gemini.wire import Call
from proxy_core.relay.exchange import Exchange
from proxy_core.server.chain import OF_THE_MODEL, Chain, Request
from tests.fakes.families import SHIPPED_FAMILIES


def exchange() -> Exchange:
    return Exchange("made-up", 0.0, 0.0)


def failed(
    kind: ProblemKind = ProblemKind.RATE_LIMITED, retry_after_s: float | None = None
) -> Failed:
    return Failed(Problem(kind, str(kind), retry_after_s=retry_after_s))


def place(step: int) -> int:
    return step


def advise(missing: str) -> str:
    return f"Forget {missing}."


def told(chain: Chain, failure: Failed) -> Problem:
    with pytest.raises(Failed) as raised:
        chain.go_on(failure, place)
    return raised.value.problem


@pytest.mark.parametrize("kind", sorted(OF_THE_MODEL))
def test_what_is_the_models_own_leads_to_the_next(kind: ProblemKind) -> None:
    assert Chain(exchange(), ("a", "b"), advise).go_on(failed(kind), place) == 1


@pytest.mark.parametrize("kind", sorted(set(ProblemKind) - OF_THE_MODEL))
def test_whatever_else_fails_ends_the_way(kind: ProblemKind) -> None:
    failure = failed(kind)
    assert told(Chain(exchange(), ("a", "b"), advise), failure) is failure.problem


def test_a_lone_model_fails_as_it_failed() -> None:
    failure = failed()
    assert told(Chain(exchange(), ("a",), advise), failure) is failure.problem


def test_only_the_last_model_is_waited_for() -> None:
    on = exchange()
    chain = Chain(on, ("a", "b", "c"), advise)
    assert not on.patient
    chain.go_on(failed(), place)
    assert not on.patient
    chain.go_on(failed(), place)
    assert on.patient


def test_a_lone_model_is_waited_for() -> None:
    on = exchange()
    Chain(on, ("a",), advise)
    assert on.patient


def test_the_failure_that_passes_the_soonest_is_told() -> None:
    chain = Chain(exchange(), ("a", "b", "c"), advise)
    chain.go_on(failed(retry_after_s=30.0), place)
    chain.go_on(failed(ProblemKind.QUOTA_SPENT, retry_after_s=9_000.0), place)
    assert told(chain, failed(ProblemKind.MODEL_NOT_FOUND)).retry_after_s == 30.0


def test_where_none_passes_the_last_failure_is_told() -> None:
    chain = Chain(exchange(), ("a", "b"), advise)
    chain.go_on(failed(ProblemKind.OVERLOADED), place)
    assert told(chain, failed(ProblemKind.MODEL_NOT_FOUND)).kind is ProblemKind.MODEL_NOT_FOUND


def test_a_model_that_cannot_take_the_request_is_left_out() -> None:
    def parse(step: int) -> int:
        if step == 1:
            raise BadRequest("It does not answer with audio.")
        return step

    chain = Chain(exchange(), ("a", "b", "c"), advise)
    assert chain.go_on(failed(), parse) == 2


def test_where_no_other_model_takes_the_request_the_first_failure_is_told() -> None:
    def parse(step: int) -> int:
        raise BadRequest("It does not answer with audio.")

    failure = failed(retry_after_s=5.0)
    with pytest.raises(Failed) as raised:
        Chain(exchange(), ("a", "b"), advise).go_on(failure, parse)
    assert raised.value.problem is failure.problem


def test_a_missing_model_is_told_with_advice() -> None:
    missing = Failed(Problem(ProblemKind.MODEL_NOT_FOUND, "Nobody has it.", model="b"))
    chain = Chain(exchange(), ("a", "b"), advise)
    chain.go_on(missing, place)
    assert told(chain, missing).message == "Nobody has it. Forget b."


CONTEXT = ParseContext(
    SignatureMemory(), SHIPPED_FAMILIES, aliases={"house": ("a", "models/b", "c")}
)


def call(model: str) -> Call:
    return Call(model, "generateContent", {})


async def test_a_request_is_asked_of_each_model_until_one_answers() -> None:
    on = exchange()

    async def ask(asked: Call) -> str:
        if asked.model != "c":
            raise failed()
        return asked.model

    request = Request(on, "house", CONTEXT, call)
    assert on.model == "a"
    assert await request.answered(ask) == "c"
    assert (request.asked.model, on.model, on.action) == ("c", "c", "generateContent")


async def test_a_request_that_no_model_answers_fails() -> None:
    async def ask(asked: Call) -> str:
        raise failed(retry_after_s=3.0 if asked.model == "b" else 9.0)

    with pytest.raises(Failed) as raised:
        await Request(exchange(), "house", CONTEXT, call).answered(ask)
    assert raised.value.problem.retry_after_s == 3.0
