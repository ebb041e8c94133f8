import pytest
from pydantic import SecretStr

from proxy_core.commands import Refusal, RefusalCode, SignInRequest, SignInStatus
from proxy_core.credentials.oauth_client import OAuthClient
from proxy_core.engine.sign_in_checks import (
    check_projects,
    check_redirect,
    is_same_state,
    need_client,
    not_in_this_state,
    read_answer,
    read_pasted,
)

WEB = OAuthClient(
    "c", SecretStr("s"), "web", "imported", ("https://pollux.example/oauth2/callback",)
)
DESKTOP = OAuthClient("c", SecretStr("s"), "installed", "imported")
URL = "http://127.0.0.1:4711/oauth2/callback?state=s1&code=4/c1&scope=openid"


def refused(text: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_pasted(text)
    assert caught.value.code is RefusalCode.INVALID
    assert "whole address" in caught.value.next_step
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        URL,
        f"  {URL}\n",
        f'"{URL}"',
        f"<{URL}>",
        URL.replace("&code", "&\n   code"),
        "state=s1&code=4/c1",
        "?code=4%2Fc1&state=s1",
        "/oauth2/callback?state=s1&code=4/c1",
        "127.0.0.1:4711/oauth2/callback?state=s1&code=4/c1",
        "https://pollux.example/oauth2/callback?code=4/c1&state=s1",
    ],
)
def test_an_address_or_its_query_may_be_pasted(text: str) -> None:
    redirect = read_pasted(text)
    assert (redirect.state, redirect.code, redirect.error) == ("s1", "4/c1", "")


def test_a_refusal_of_google_may_be_pasted_too() -> None:
    assert read_pasted("http://127.0.0.1:1/x?error=access_denied&state=s1").error == "access_denied"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Nothing was pasted"),
        ("  \n", "Nothing was pasted"),
        ("https://accounts.google.com/o/oauth2/v2/auth?client_id=c&state=s1", "Google's page"),
        ("4/0AbCdEf", "code alone"),
        ("http://127.0.0.1:4711/oauth2/callback?code=4/c1", "code alone"),
        ("http://127.0.0.1:4711/?q=weather", "no answer of Google"),
        ("http://nonsense", "no answer of Google"),
        ("http://[::1/oauth2?a=b", "no answer of Google"),
        ("&".join(f"a{n}=b" for n in range(99)), "no answer of Google"),
    ],
)
def test_each_wrong_paste_is_told_apart(text: str, says: str) -> None:
    assert says in refused(text).sentence


def test_a_query_without_code_or_error_is_no_answer() -> None:
    assert read_answer("state=s1") is None
    assert read_answer("") is None
    answer = read_answer("state=s1&code=a&code=b")
    assert answer is not None
    assert answer.code == "a"


def test_a_state_is_the_same_only_if_all_of_it_is() -> None:
    assert is_same_state("s1", SecretStr("s1"))
    assert not is_same_state("", SecretStr("s1"))
    assert not is_same_state("\udcff", SecretStr("s1"))


def test_without_a_client_the_four_steps_and_the_api_key_are_named() -> None:
    with pytest.raises(Refusal) as caught:
        need_client(None, SignInRequest())
    assert caught.value.code is RefusalCode.NO_CLIENT
    assert "four steps" in caught.value.next_step
    assert "API key" in caught.value.next_step


def test_a_web_client_signs_in_on_the_page_only() -> None:
    assert need_client(WEB, SignInRequest(via="page")) is WEB
    with pytest.raises(Refusal) as caught:
        need_client(WEB, SignInRequest(via="loopback"))
    assert caught.value.code is RefusalCode.WRONG_CLIENT
    assert "Web application" in caught.value.sentence
    assert "Desktop app" in caught.value.next_step


def test_a_desktop_client_signs_in_both_ways() -> None:
    for via in ("loopback", "page"):
        assert need_client(DESKTOP, SignInRequest(via=via)) is DESKTOP


def test_a_web_client_needs_the_redirect_that_is_registered() -> None:
    check_redirect(WEB, "https://pollux.example/oauth2/callback")
    check_redirect(DESKTOP, "http://127.0.0.1:1/oauth2/callback")
    with pytest.raises(Refusal) as caught:
        check_redirect(WEB, "http://localhost:7860/oauth2/callback")
    assert caught.value.code is RefusalCode.WRONG_CLIENT
    assert "http://localhost:7860/oauth2/callback" in caught.value.sentence
    assert "DOMAIN_NAME" in caught.value.next_step


def test_a_name_that_is_no_project_id_is_refused() -> None:
    check_projects(["gen-lang-client-01", "example.com:old", "123456"])
    for wrong in ("", "My project", "a\nb", "x" * 101):
        with pytest.raises(Refusal, match="cannot be the id"):
            check_projects([wrong])
    with pytest.raises(Refusal, match="At most"):
        check_projects(["p"] * 21)


def test_each_state_says_why_a_command_does_not_fit() -> None:
    refusals = [not_in_this_state(status) for status in SignInStatus]
    assert len({one.sentence for one in refusals}) == len(SignInStatus)
    assert all(one.code is RefusalCode.CONFLICT and one.next_step for one in refusals)
