import pytest

from proxy_core.gemini.close_codes import close_fault
from proxy_core.gemini.faults import Cause

QUOTA = "You exceeded your current quota, please check your plan and billing details."
CASES = [
    (1011, QUOTA, Cause.MINUTE_QUOTA),
    (1011, "Resource has been exhausted (e.g. check quota).", Cause.CAPACITY),
    (1007, "API key not valid. Please pass a valid API key.", Cause.KEY_INVALID),
    (1008, "API key expired. Please renew the API key.", Cause.KEY_INVALID),
    (1008, "Your API key was reported as leaked. Please use another API key.", Cause.LEAKED),
    (1008, "Your project has been denied access. Please contact support.", Cause.SUSPENDED),
    (1007, "User location is not supported for the API use.", Cause.REGION),
    (
        1008,
        "models/x is not found for API version v1beta, or is not supported for bidiGenerateContent",
        Cause.MODEL_UNAVAILABLE,
    ),
    (1008, "Requested entity was not found.", Cause.NOT_FOUND),
    (1008, "Operation is not implemented, or supported, or enabled.", Cause.REFUSED),
    (1007, "Request contains an invalid argument.", Cause.BAD_REQUEST),
    (1007, "No quota of mine was found", Cause.BAD_REQUEST),
    (1009, "message too big", Cause.TOO_LARGE),
    (1011, "The service is currently unavailable.", Cause.OVERLOADED),
    (1011, "Deadline expired before operation could complete.", Cause.UPSTREAM_TIMEOUT),
    (1011, "Internal error encountered.", Cause.SERVER_ERROR),
    (1011, "", Cause.SERVER_ERROR),
    (1000, "", Cause.SERVER_ERROR),
    (1006, "", Cause.NETWORK),
    (4000, "anything", Cause.SERVER_ERROR),
]


UNKNOWN = (
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie"
)


@pytest.mark.parametrize(
    ("with_api_key", "cause"), [(False, Cause.TOKEN_EXPIRED), (True, Cause.REFUSED)]
)
def test_an_access_token_that_google_does_not_know_is_stale(
    with_api_key: bool, cause: Cause
) -> None:
    assert close_fault(1008, UNKNOWN, with_api_key=with_api_key).cause is cause


@pytest.mark.parametrize(("code", "reason", "cause"), CASES)
def test_a_close_frame_tells_its_cause(code: int, reason: str, cause: Cause) -> None:
    assert close_fault(code, reason, with_api_key=True).cause is cause


def test_googles_words_are_kept() -> None:
    assert close_fault(1011, QUOTA, with_api_key=True).message == QUOTA
