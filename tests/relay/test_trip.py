import pytest

from proxy_core.gemini.faults import Cause, Fault
from proxy_core.gemini.wire import Call
from proxy_core.pool.lease import Want
from proxy_core.relay.exchange import Exchange
from proxy_core.relay.mending import Mender, Rungs
from proxy_core.relay.trip import Trip, about_the_named, is_passage, path_of, standing
from tests.pool.made_up import MODEL


def trip(call: Call, unit: str | None = None) -> Trip:
    return Trip(
        call=call,
        exchange=Exchange("made-up", 0.0, 0.0),
        want=Want(call.model, set(), unit=unit),
        mender=Mender(call, Rungs()),
        path=path_of(call),
        wait_left=0.0,
        ends_at=0.0,
    )


@pytest.mark.parametrize(
    ("call", "path"),
    [
        (Call(MODEL, "generateContent", {}), f"/v1beta/models/{MODEL}:generateContent"),
        (
            Call(MODEL, "streamGenerateContent", {}, query="a=1"),
            f"/v1beta/models/{MODEL}:streamGenerateContent?alt=sse&a=1",
        ),
        (
            Call(MODEL, "countTokens", {}, version="v1", query="a=1"),
            f"/v1/models/{MODEL}:countTokens?a=1",
        ),
    ],
)
def test_the_path_names_version_model_action_and_query(call: Call, path: str) -> None:
    assert path_of(call) == path


def test_a_refusal_speaks_for_the_model_or_for_another_action_of_it() -> None:
    assert standing(Call(MODEL, "generateContent", {})) == MODEL
    assert standing(Call(MODEL, "streamGenerateContent", {})) == MODEL
    assert standing(Call(MODEL, "countTokens", {})) == f"{MODEL}:countTokens"
    assert standing(Call("", "/files", {})) == "/files"
    assert is_passage(Call("", "/files", {}))


def test_a_refusal_of_what_is_kept_elsewhere_is_no_fault_of_the_credential() -> None:
    refused = Fault(Cause.REFUSED, 403, "no")
    call = Call(MODEL, "generateContent", {})
    assert about_the_named(trip(call, unit="home"), refused).cause is Cause.NOT_OWNED
    assert about_the_named(trip(call), refused) is refused


def test_a_thing_that_is_not_there_is_no_missing_model() -> None:
    missing = Fault(Cause.MODEL_UNAVAILABLE, 404, "no")
    assert about_the_named(trip(Call("", "/files", {})), missing).cause is Cause.NOT_FOUND
    assert about_the_named(trip(Call(MODEL, "generateContent", {})), missing) is missing


def test_a_clients_own_words_in_a_refusal_close_no_model_for_others() -> None:
    call = Call(MODEL, f"/interactions/{MODEL}", {})
    echoed = Fault(Cause.MODEL_UNAVAILABLE, 404, "Interaction models/foo not found.")
    assert about_the_named(trip(call), echoed).cause is Cause.NOT_FOUND
    missing = Fault(Cause.MODEL_UNAVAILABLE, 404, f"models/{MODEL} is not found.")
    assert about_the_named(trip(call), missing) is missing
