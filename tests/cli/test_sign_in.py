"""`pollux accounts add`: the browser, the pasted address, the projects, and giving up."""

import json
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from proxy_core.cli.channel import VAULT_CLOSED
from proxy_core.commands import ProjectView, Refusal, RefusalCode, SignInRequest, SignInStatus
from tests.cli.conftest import Begin, Running, Terminal, Told, piped
from tests.fakes.commands import EMAIL, GOOGLE_URL, NO_CLIENT, FakeCommands, credential

posix = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals, signals")
REDIRECT = "http://127.0.0.1:7860/oauth2/callback?code=pretend&state=pretend"
PASTE = "Address (Enter: look whether it is done):"
CHOOSE = "Projects, such as 1 or 1,3, or an id; r looks again [second-project]:"


def project(project_id: str, api: Any = "on", **more: Any) -> ProjectView:
    link = "" if api == "on" else f"https://console.cloud.google.com/{project_id}"
    return ProjectView(
        **{
            "id": project_id,
            "name": project_id.title(),
            "api": api,
            "recommended": False,
            "known": False,
            "link": link,
            **more,
        }
    )


PROJECTS = (
    project("first-project", known=True, shared_with=("spare key",)),
    project("second-project", recommended=True),
    project("third-project", "off"),
)


def consents(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Has somebody consent in the browser as soon as it is asked for."""
    plain = running.commands.sign_in

    async def sign_in(sign_in_id: str) -> Any:
        view = await plain(sign_in_id)
        waits = view.status is SignInStatus.WAITING
        return running.commands.consent(view) if waits else view

    monkeypatch.setattr(running.commands, "sign_in", sign_in)


def add(terminal: Terminal, *argv: str, typed: str = REDIRECT + "\n") -> Told:
    return piped(terminal, typed.encode(), "accounts", "add", "--no-browser", *argv)


def test_the_sign_in_is_followed_to_its_end(
    terminal: Terminal, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    consents(running, monkeypatch)
    for display in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(display, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    told = terminal("accounts", "add", "--project", "my-project", "--vertex")
    assert told.code == 0
    assert running.called("begin_sign_in") == [
        (SignInRequest("loopback", "my-project", vertex=True),)
    ]
    assert GOOGLE_URL in told.err
    assert "Open this page in a browser" in told.err
    assert told.out == f"{EMAIL} · home-project (acc0000000000): added\n"
    assert "kept in the vault" in told.err


def test_the_end_is_printed_as_json(
    terminal: Terminal, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = add(terminal, "--json")
    assert told.code == 0, told.err
    assert json.loads(told.out)["status"] == "done"
    assert running.called("paste_redirect") == [("sign0", REDIRECT)]


def test_again_names_a_credential_as_elsewhere(terminal: Terminal, running: Running) -> None:
    running.commands.pool = {"acc1": credential("acc1", "the office")}
    assert add(terminal, "--again", "the office").code == 0
    assert running.called("begin_sign_in")[0] == (SignInRequest(again="acc1"),)


def test_a_wrong_address_can_be_pasted_again(terminal: Terminal, running: Running) -> None:
    told = add(terminal, typed=f"http://127.0.0.1/nothing\n\n{REDIRECT}\n")
    assert told.code == 0, told.err
    assert "This address holds no answer of Google." in told.err


def test_input_that_ends_too_early_cancels(terminal: Terminal, running: Running) -> None:
    told = add(terminal, typed="")
    assert told.code == 1
    assert "ended before" in told.err
    assert running.commands.sign_ins["sign0"].status == "cancelled"


def test_without_a_client_the_four_steps_are_told(terminal: Terminal, running: Running) -> None:
    running.commands.client = NO_CLIENT
    told = terminal("accounts", "add")
    assert told.code == 1
    for step in ("1. ", "2. ", "3. ", "4. ", "pollux accounts add-key"):
        assert step in told.err
    assert not running.commands.sign_ins


def test_a_client_is_imported_first(terminal: Terminal, running: Running, tmp_path: Path) -> None:
    running.commands.client = NO_CLIENT
    (tmp_path / "client.json").write_text('{"installed": {}}')
    told = add(terminal, "--client", str(tmp_path / "client.json"))
    assert told.code == 0, told.err
    assert running.called("import_client") == [(b'{"installed": {}}',)]
    (tmp_path / "client.json").write_text("{}")
    told = add(terminal, "--client", str(tmp_path / "client.json"))
    assert told.code == 1
    assert "no OAuth client" in told.err
    assert terminal("accounts", "add", "--client", "nowhere.json").code == 1


def test_a_web_client_is_not_gone_on_with(terminal: Terminal, running: Running) -> None:
    running.commands.client = replace(running.commands.client, kind="web", ways=("page",))
    refusal = Refusal(RefusalCode.WRONG_CLIENT, "It is a web client.", "Import a Desktop one.")
    running.commands.refusal = refusal
    told = add(terminal)
    assert (told.code, told.out) == (1, "")
    assert told.err == "pollux: It is a web client.\nImport a Desktop one.\n"
    assert running.called("begin_sign_in") == [(SignInRequest(via="loopback"),)]


def test_a_client_in_a_vault_that_is_not_open_is_no_missing_one(
    terminal: Terminal, starting: Running
) -> None:
    starting.commands.client = NO_CLIENT
    told = terminal("accounts", "add")
    assert told.code == 4
    assert VAULT_CLOSED in told.err
    assert "1. " not in told.err


# -- projects ---------------------------------------------------------------------------------


def test_without_anybody_to_ask_the_recommended_project_is_taken(
    terminal: Terminal, running: Running
) -> None:
    running.commands.projects = PROJECTS
    told = add(terminal)
    assert told.code == 0, told.err
    assert running.called("choose_projects") == [("sign0", ("second-project",))]


def test_without_a_recommended_one_the_option_is_named(
    terminal: Terminal, running: Running
) -> None:
    running.commands.projects = (PROJECTS[0], PROJECTS[2])
    told = add(terminal)
    assert (told.code, told.out) == (1, "")
    assert told.err.endswith(
        "pollux: Choose the projects to use.\n"
        "  third-project: https://console.cloud.google.com/third-project\n"
        "--project ID chooses a project, one of: first-project.\n"
    )
    assert running.commands.sign_ins["sign0"].status == "cancelled"


def test_a_sign_in_without_a_project_is_json_too(terminal: Terminal, running: Running) -> None:
    running.commands.projects = (PROJECTS[2],)
    told = add(terminal, "--json")
    assert told.code == 1
    view = json.loads(told.out)
    assert view["status"] == "choosing_project"
    assert [one["link"] for one in view["projects"]] == [PROJECTS[2].link]
    assert running.commands.sign_ins["sign0"].status == "cancelled"


@pytest.mark.parametrize("named", ["third-project", None])
def test_no_other_project_takes_the_place_of_one_that_is_refused(
    terminal: Terminal, running: Running, monkeypatch: pytest.MonkeyPatch, named: str | None
) -> None:
    async def refuse(commands: FakeCommands, sign_in_id: str, projects: Any) -> Any:
        commands._note("choose_projects", tuple(projects))
        return replace(commands.sign_ins[sign_in_id], sentence="Google refuses the project.")

    monkeypatch.setattr(FakeCommands, "choose_projects", refuse)
    running.commands.projects = PROJECTS
    told = add(terminal, *(("--project", named) if named else ()))
    assert told.code == 1
    assert running.called("choose_projects") == ([] if named else [(("second-project",),)])
    assert f"  third-project: {PROJECTS[2].link}\n" in told.err


@posix
@pytest.mark.parametrize(
    ("answers", "chosen"),
    [
        (("1,2",), ("first-project", "second-project")),
        (("",), ("second-project",)),
        (("9", "nonsense!", "r", "typed-project"), ("typed-project",)),
    ],
)
def test_projects_are_chosen_by_number_or_id(
    terminal: Terminal,
    running: Running,
    begin: Begin,
    answers: tuple[str, ...],
    chosen: tuple[str, ...],
) -> None:
    running.commands.projects = PROJECTS
    session = begin("accounts", "add", "--no-browser")
    session.type(PASTE, REDIRECT)
    for answer in answers:
        session.type(CHOOSE, answer)
    told = session.end()
    assert told.code == 0, told.err
    assert running.called("choose_projects") == [("sign0", chosen)]
    assert "2. second-project (Second-Project): Gemini API on, recommended" in told.err
    assert "here already, shares its quota with spare key" in told.err
    assert "https://console.cloud.google.com/third-project" in told.err


@posix
def test_a_project_whose_api_is_off_is_looked_at_again(
    terminal: Terminal, running: Running, begin: Begin
) -> None:
    running.commands.projects = PROJECTS
    session = begin("accounts", "add", "--no-browser")
    session.type(PASTE, REDIRECT)
    session.type(CHOOSE, "3")
    session.type("Switch it on there, then press Enter.", "")
    session.type(CHOOSE, "3")
    told = session.end()
    assert told.code == 0, told.err
    assert running.called("recheck_projects") == [("sign0",)]
    assert running.called("choose_projects") == [("sign0", ("third-project",))]


# -- giving up and failing --------------------------------------------------------------------


@posix
def test_ctrl_c_cancels_the_sign_in_and_ends_with_130(
    terminal: Terminal, running: Running, begin: Begin
) -> None:
    session = begin("accounts", "add", "--no-browser")
    session.wait_for(PASTE)
    session.process.send_signal(signal.SIGINT)
    told = session.end()
    assert told.code == 130
    assert "Traceback" not in told.err
    assert running.commands.sign_ins["sign0"].status == "cancelled"


def test_a_sign_in_that_fails_says_why(
    terminal: Terminal, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(commands: FakeCommands, view: Any) -> Any:
        failed = replace(
            *(view,), status=SignInStatus.FAILED, sentence="Not agreed.", next_step="Try again."
        )
        return commands.put_sign_in(failed)

    monkeypatch.setattr(FakeCommands, "consent", refused)
    told = add(terminal)
    assert (told.code, told.out) == (1, "")
    assert told.err.endswith("pollux: Not agreed.\nTry again.\n")
