"""Which refresh token is the newest."""

from dataclasses import replace

from pydantic import SecretStr

from proxy_core.credentials.model import AccountSecret, Credential
from proxy_core.engine.renewals import Renewals
from tests.credentials.made_up import kept, parse_one

FIRST = kept(project_id="first", refresh_token="1//a")
SECOND = kept(project_id="second", refresh_token="1//a")
OTHER = kept(project_id="third", refresh_token="1//other")
KEY = parse_one({"type": "api_key", "key": "AIza-made-up-key"})


def token_of(credential: Credential) -> str:
    assert isinstance(credential.secret, AccountSecret)
    return credential.secret.refresh_token.get_secret_value()


def with_token(credential: Credential, token: str) -> Credential:
    assert isinstance(credential.secret, AccountSecret)
    return replace(credential, secret=replace(credential.secret, refresh_token=SecretStr(token)))


def test_all_that_shared_the_old_one_have_the_new_one_and_no_others() -> None:
    renewals = Renewals()
    renewals.add([FIRST, KEY], SecretStr("1//b"))
    assert [token_of(renewals.latest(one)) for one in (FIRST, SECOND)] == ["1//b", "1//b"]
    assert renewals.latest(OTHER) is OTHER
    assert renewals.latest(KEY) is KEY
    newest = with_token(FIRST, "1//b")
    assert renewals.latest(newest) is newest


def test_one_that_is_replaced_again_is_followed_to_the_end() -> None:
    renewals = Renewals()
    renewals.add([FIRST, SECOND], SecretStr("1//b"))
    renewals.add([FIRST], SecretStr("1//c"))  # as it was handed out, before anybody took the second
    assert token_of(renewals.latest(FIRST)) == "1//c"
    assert token_of(renewals.latest(with_token(SECOND, "1//b"))) == "1//c"


def test_an_old_one_that_comes_back_is_the_newest() -> None:
    renewals = Renewals()
    renewals.add([FIRST], SecretStr("1//b"))
    renewals.add([FIRST], SecretStr("1//a"))
    assert token_of(renewals.latest(with_token(FIRST, "1//b"))) == "1//a"
    assert renewals.latest(FIRST) is FIRST
