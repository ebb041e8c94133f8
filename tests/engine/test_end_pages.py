import base64
import hashlib
import re

import pytest

from proxy_core.commands import ProjectView, SignInStatus, SignInView
from proxy_core.engine.end_pages import page_of, stray_page

NASTY = "<script>alert('ada')</script>&\""


def view(status: SignInStatus, sentence: str = "A sentence.", **more: object) -> SignInView:
    return SignInView("1", status, "https://x", "http://y", 0.0, sentence, **more)  # type: ignore[arg-type]  # of tests


@pytest.mark.parametrize("status", list(SignInStatus))
def test_every_state_has_a_page_with_its_sentence_and_next_step(status: SignInStatus) -> None:
    page = page_of(view(status, "It is so.", next_step="Do that."))
    text = page.body.decode()
    assert page.status == 200
    assert "It is so." in text
    assert "Do that." in text


def test_a_page_loads_nothing_and_runs_nothing() -> None:
    page = page_of(view(SignInStatus.DONE))
    text = page.body.decode()
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "<script" not in text
    assert not re.search(r"(?:src|href)=", text)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"


def test_the_policy_allows_exactly_the_style_that_is_sent() -> None:
    page = stray_page()
    found = re.search(r"<style>(.*)</style>", page.body.decode(), re.DOTALL)
    assert found is not None
    digest = base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in page.headers["Content-Security-Policy"]


def test_whatever_google_or_a_project_says_is_escaped() -> None:
    project = ProjectView(NASTY, NASTY, "off", recommended=False, known=False, link=NASTY)
    page = page_of(
        view(
            SignInStatus.CHOOSING_PROJECT,
            NASTY,
            next_step=NASTY,
            email=f"{NASTY}@example.com",
            projects=(project,),
        )
    )
    text = page.body.decode()
    assert "<script" not in text
    assert "&lt;script&gt;alert(&#x27;ada&#x27;)&lt;/script&gt;&amp;&quot;" in text


def test_only_googles_pages_for_owners_become_links() -> None:
    ours = "https://console.cloud.google.com/auth/scopes?project=p-1"
    page = page_of(
        view(
            SignInStatus.FAILED,
            "See https://evil.example.com/x and https://console.cloud.google.com.evil.example/.",
            next_step=f"Go to {ours}.",
        )
    )
    text = page.body.decode()
    assert f'<a href="{ours}" rel="noopener noreferrer">{ours}</a>.' in text
    assert text.count("<a ") == 1


def test_where_a_project_must_be_chosen_the_page_sends_one_back_to_pollux() -> None:
    project = ProjectView("p-1", "First", "on", recommended=True, known=False, link="")
    text = page_of(view(SignInStatus.CHOOSING_PROJECT, projects=(project,))).body.decode()
    assert "First" in text
    assert "Go back to Pollux to choose the project" in text


def test_a_stray_redirect_is_told_that_nobody_waits_for_it() -> None:
    page = stray_page()
    assert page.status == 400
    assert b"not waiting" in page.body
