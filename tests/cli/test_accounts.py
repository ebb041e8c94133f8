"""`pollux accounts`: showing, adding, checking, changing and removing, at a running Pollux."""

import json
import sys
import time
from pathlib import Path

import pytest

from proxy_core.cli.accounts import find
from proxy_core.cli.channel import VAULT_CLOSED
from proxy_core.cli.failure import CommandFailed
from proxy_core.commands import CheckResult, Refusal, RefusalCode
from tests.cli.conftest import Begin, Running, Terminal, piped
from tests.fakes.commands import FakeCommands, credential, model

ADA = credential("accaaaaaaaaaa", "ada@example.com · home", project="home-project")
KEY = credential("keybbbbbbbbbb", "spare key", project="spare-project")
OTHER_KEY = credential("keybcccccccc", "other key", project=None)
ids = pytest.mark.parametrize("name", ["keybbbbbbbbbb", "keybb", "spare key", "spare"])
posix = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")


# -- list and check ---------------------------------------------------------------------------


def test_list_shows_each_credential_and_what_it_needs(terminal: Terminal, running: Running) -> None:
    until = time.time() + 600
    bad = credential(
        *("keydead", "old key", "key_invalid", "Google does not know this key."),
        next_step="Remove it and add a new one.",
        models=(model("gemini-3.8-flash", "cooling", until=until),),
    )
    running.commands.pool = {view.id: view for view in (ADA, bad)}
    told = terminal("accounts", "list")
    assert told.code == 0
    assert "ada@example.com · home" in told.out
    assert "key invalid" in told.out
    assert "Google does not know this key." in told.out
    assert "Remove it and add a new one." in told.out
    assert "gemini-3.8-flash: cooling until" in told.out
    assert "(in 10 min)" in told.out
    assert "One shared quota, of project home-project: ada@example.com · home, old key" in told.out


def test_list_prints_the_rendering_of_the_state_as_json(
    terminal: Terminal, running: Running
) -> None:
    running.commands.pool = {ADA.id: ADA}
    told = terminal("accounts", "list", "--json")
    assert told.code == 0
    assert [view["id"] for view in json.loads(told.out)["credentials"]] == [ADA.id]


def test_an_empty_pool_says_how_to_add_one(terminal: Terminal, running: Running) -> None:
    told = terminal("accounts", "list")
    assert told.code == 0
    assert "pollux accounts add-key" in told.out


def test_nothing_that_can_be_read_ends_with_4(terminal: Terminal, running: Running) -> None:
    closed = credential("badaaaaaaaaaa", "vault", "unreadable", "The keyring refused.")
    running.commands.pool = {closed.id: closed}
    told = terminal("accounts", "list")
    assert told.code == 4
    assert "The keyring refused." in told.out
    running.commands.pool[ADA.id] = ADA
    assert terminal("accounts", "list").code == 0


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (("accounts", "list"), 4),
        (("accounts", "check"), 4),
        (("accounts", "check", "keybbbbbbbbbb"), 0),
        (("accounts", "disable", "keybbbbbbbbbb"), 0),
        (("accounts", "add-key", "AIza-one"), 0),
        (("status",), 4),
    ],
)
def test_a_vault_that_is_not_open_yet_is_told_of(
    terminal: Terminal, starting: Running, argv: tuple[str, ...], code: int
) -> None:
    starting.commands.pool = {KEY.id: KEY}
    told = terminal(*argv)
    assert told.code == code
    assert f"Waiting for your keyring…\n{VAULT_CLOSED}\n" in told.err
    assert told.out


def test_an_empty_pool_is_not_all_while_the_vault_is_closed(
    terminal: Terminal, starting: Running
) -> None:
    assert "no credential" not in terminal("accounts", "check").err
    told = terminal("accounts", "list")
    assert told.code == 4
    assert "There is no credential yet" not in told.out
    assert json.loads(terminal("accounts", "list", "--json").out) == {"credentials": []}


def test_an_id_may_be_in_a_vault_that_is_closed(terminal: Terminal, starting: Running) -> None:
    told = terminal("accounts", "enable", "the office")
    assert told.code == 4
    assert "no credential 'the office' outside the vault, which is not open yet" in told.err


def test_check_asks_with_each_and_fails_where_one_does(
    terminal: Terminal, running: Running
) -> None:
    dead = credential("keydead", "old key", "key_invalid", "Google does not know this key.")
    running.commands.pool = {view.id: view for view in (ADA, dead)}
    told = terminal("accounts", "check")
    assert told.code == 1
    assert "Google does not know this key." in told.out
    assert terminal("accounts", "check", ADA.id).code == 0
    assert running.called("check") == [(None,), (ADA.id,)]
    as_json = json.loads(terminal("accounts", "check", "--json", "keydead").out)
    assert [result["ok"] for result in as_json["results"]] == [False]


# -- add-key ----------------------------------------------------------------------------------


def test_keys_of_the_command_line_are_added_with_a_warning(
    terminal: Terminal, running: Running
) -> None:
    told = terminal("accounts", "add-key", "AIza-one", "--label", "home", "--project", "p-1")
    assert told.code == 0
    assert "history" in told.err
    assert "AIza-one" not in told.out + told.err
    assert running.called("add_keys") == [("AIza-one", "home", "p-1")]
    assert "added" in told.out
    assert "home" in told.out


def test_a_refused_key_is_told_and_ends_with_1(terminal: Terminal, running: Running) -> None:
    told = terminal("accounts", "add-key", "AIza-one", "nonsense", "--json")
    assert told.code == 1
    outcomes = [item["outcome"] for item in json.loads(told.out)["items"]]
    assert outcomes == ["added", "refused"]


def test_keys_come_from_a_pipe(terminal: Terminal, running: Running) -> None:
    told = piped(terminal, b"AIza-one\nAIza-two\n", "accounts", "add-key")
    assert told.code == 0, told.err
    assert running.called("add_keys") == [("AIza-one\nAIza-two\n", None, None)]


@posix
def test_a_typed_key_is_hidden(terminal: Terminal, running: Running, begin: Begin) -> None:
    session = begin("accounts", "add-key")
    session.type("API key (not shown):", "AIza-typed")
    told = session.end()
    assert told.code == 0, told.err
    assert running.called("add_keys") == [("AIza-typed", None, None)]
    assert "AIza-typed" not in told.out + told.err


# -- import -----------------------------------------------------------------------------------


def test_files_and_folders_are_imported(
    terminal: Terminal, running: Running, tmp_path: Path
) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    (folder / "oauth_creds_a.json").write_text("{}")
    (folder / "keys.txt").write_bytes(b"AIza-\xff")
    (folder / "bearer_token").write_text("not to be taken")
    (tmp_path / "one.file").write_text("[]")
    told = terminal("accounts", "import", str(folder), str(tmp_path / "one.file"))
    assert told.code == 0
    expected = (("keys.txt", b"AIza-\xff"), ("oauth_creds_a.json", b"{}"), ("one.file", b"[]"))
    assert running.called("import_files") == [(expected, None)]
    assert "one.file" in told.out


def test_an_import_comes_from_standard_input(terminal: Terminal, running: Running) -> None:
    assert piped(terminal, b"[{}]", "accounts", "import", "-").code == 0
    assert running.called("import_files") == [((("standard input", b"[{}]"),), None)]


def test_a_file_that_is_not_there_is_named(terminal: Terminal, running: Running) -> None:
    told = terminal("accounts", "import", "nowhere.json")
    assert told.code == 1
    assert "nowhere.json cannot be read" in told.err
    assert not running.commands.calls


def test_the_passphrase_comes_from_a_file(
    terminal: Terminal, running: Running, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("open sesame\n")
    (tmp_path / "pool.export").write_text("encrypted")
    argv = ("accounts", "import", "--passphrase-file", str(tmp_path / "secret"))
    told = terminal(*argv, str(tmp_path / "pool.export"))
    assert told.code == 0
    assert running.called("import_files")[0][1] == "open sesame"
    (tmp_path / "secret").write_text("\n")
    assert terminal(*argv, str(tmp_path / "pool.export")).code == 1


# -- changing ---------------------------------------------------------------------------------


@ids
def test_a_credential_is_named_by_id_prefix_or_label(
    terminal: Terminal, running: Running, name: str
) -> None:
    running.commands.pool = {view.id: view for view in (ADA, KEY, OTHER_KEY)}
    told = terminal("accounts", "disable", name)
    assert told.code == 0
    assert told.out == "spare key (keybbbbbbbbbb): disabled\n"
    assert running.called("enable") == [(KEY.id, False)]


def test_an_account_is_named_by_its_address_where_that_means_one(
    terminal: Terminal, running: Running
) -> None:
    work = credential("acccccccccccc", "ada@example.com · work")
    running.commands.pool = {view.id: view for view in (ADA, KEY)}
    assert terminal("accounts", "disable", "ada@example.com").code == 0
    assert running.called("enable") == [(ADA.id, False)]
    running.commands.pool[work.id] = work
    told = terminal("accounts", "enable", "ada@example.com")
    assert (told.code, "means several" in told.err) == (1, True)


def test_several_are_changed_at_once(terminal: Terminal, running: Running) -> None:
    running.commands.pool = {view.id: view for view in (ADA, KEY)}
    assert terminal("accounts", "enable", ADA.id, KEY.id, "spare key").code == 0
    assert running.called("enable") == [(ADA.id, True), (KEY.id, True)]
    assert terminal("accounts", "clear", ADA.id).code == 0
    assert running.called("clear") == [(ADA.id,)]


@pytest.mark.parametrize(("name", "why"), [("keyb", "several"), ("nobody", "There is no")])
def test_what_cannot_be_told_apart_or_found_changes_nothing(
    terminal: Terminal, running: Running, name: str, why: str
) -> None:
    running.commands.pool = {view.id: view for view in (ADA, KEY, OTHER_KEY)}
    told = terminal("accounts", "disable", ADA.id, name)
    assert told.code == 1
    assert why in told.err
    assert not running.called("enable")


def test_rename_gives_a_label(terminal: Terminal, running: Running) -> None:
    running.commands.pool = {KEY.id: KEY}
    told = terminal("accounts", "rename", "spare key", "the office")
    assert told.code == 0
    assert "is now called the office" in told.out
    assert running.called("rename") == [(KEY.id, "the office")]


@pytest.mark.parametrize("argv", [("enable",), ("disable",), ("clear",), ("rename", "home")])
def test_a_change_prints_what_it_led_to_as_json(
    terminal: Terminal, running: Running, argv: tuple[str, ...]
) -> None:
    running.commands.pool = {KEY.id: KEY}
    action, *label = argv
    told = terminal("accounts", action, "--json", KEY.id, *label)
    assert told.code == 0
    now = running.commands.snapshot().as_json()["credentials"]
    assert json.loads(told.out) == json.loads(json.dumps({"credentials": now}))


def test_a_refusal_is_told_with_its_next_step(terminal: Terminal, running: Running) -> None:
    running.commands.pool = {KEY.id: KEY}
    running.commands.refusal = Refusal(RefusalCode.READ_ONLY, "It is fixed.", "Change it there.")
    told = terminal("accounts", "clear", KEY.id)
    assert (told.code, told.err) == (1, "pollux: It is fixed.\nChange it there.\n")
    running.commands.refusal = Refusal(RefusalCode.STORE_FAILED, "The disk is full.")
    assert terminal("accounts", "clear", KEY.id).code == 4


# -- Vertex AI ---------------------------------------------------------------------------------


def test_a_credential_is_given_to_vertex_and_checked(terminal: Terminal, running: Running) -> None:
    running.commands.pool = {KEY.id: KEY}
    told = terminal("accounts", "vertex", "spare key", "--location", "eu")
    assert told.code == 0
    assert "is used with Vertex AI in eu, after all others; every call of it is billed" in told.out
    assert running.called("set_service") == [(KEY.id, "vertex", "eu")]
    assert running.called("check") == [(KEY.id,)]
    told = terminal("accounts", "vertex", "spare key", "--off", "--json")
    assert [one["ok"] for one in json.loads(told.out)["results"]] == [True]
    assert running.called("set_service")[-1][:2] == (KEY.id, "gemini")


def test_what_google_says_at_vertex_is_told_and_ends_with_1(
    terminal: Terminal, running: Running
) -> None:
    off = credential(KEY.id, KEY.label, "api_off", "Vertex AI is switched off in this project.")
    running.commands.pool = {KEY.id: off}
    told = terminal("accounts", "vertex", KEY.id)
    assert told.code == 1
    assert "Vertex AI is switched off in this project." in told.out


def test_a_change_of_service_is_done_though_google_cannot_be_asked(
    terminal: Terminal, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def check(commands: FakeCommands, credential_id: str) -> tuple[CheckResult, ...]:
        silence = "Google could not be reached."
        return (CheckResult(KEY.id, KEY.label, False, KEY.state, silence, ""),)

    monkeypatch.setattr(FakeCommands, "check", check)
    running.commands.pool = {KEY.id: KEY}
    told = terminal("accounts", "vertex", KEY.id, "--off")
    assert told.code == 0
    assert f"spare key ({KEY.id}): Google could not be reached." in told.out
    assert "ready" not in told.out
    assert terminal("accounts", "check", KEY.id).code == 1


def test_an_account_that_did_not_allow_vertex_is_told_how_to(
    terminal: Terminal, running: Running
) -> None:
    running.commands.pool = {ADA.id: ADA}
    running.commands.refusal = Refusal(RefusalCode.SCOPE_MISSING, "No scope.", "Sign in again.")
    told = terminal("accounts", "vertex", ADA.id)
    assert told.code == 1
    how = f"pollux accounts add --again {ADA.id} --vertex"
    assert told.err == f"pollux: No scope.\nSign in again.\n  {how}\n"
    assert not running.called("check")


# -- remove -----------------------------------------------------------------------------------


def test_without_anybody_to_ask_nothing_is_removed(terminal: Terminal, running: Running) -> None:
    running.commands.pool = {KEY.id: KEY}
    told = piped(terminal, b"", "accounts", "remove", KEY.id)
    assert told.code == 2
    assert "--yes" in told.err
    assert not running.called("remove")


def test_yes_removes_without_revoking(terminal: Terminal, running: Running) -> None:
    running.commands.pool = {view.id: view for view in (ADA, KEY)}
    told = terminal("accounts", "remove", "--yes", ADA.id)
    assert told.code == 0
    assert "taken out of the pool" in told.err
    assert running.called("remove") == [(ADA.id, False)]


def test_the_ids_of_what_was_removed_are_printed_as_json(
    terminal: Terminal, running: Running
) -> None:
    running.commands.pool = {view.id: view for view in (ADA, KEY)}
    told = terminal("accounts", "remove", "--yes", "--json", ADA.id, KEY.id)
    assert told.code == 0
    assert json.loads(told.out) == {"removed": [ADA.id, KEY.id]}


def test_revoke_is_asked_for_only_where_it_can_be(terminal: Terminal, running: Running) -> None:
    running.commands.pool = {view.id: view for view in (ADA, KEY)}
    told = terminal("accounts", "remove", "--yes", "--revoke", ADA.id, KEY.id)
    assert told.code == 0
    assert running.called("remove") == [(ADA.id, True), (KEY.id, False)]
    assert "not revoked" in told.err


@posix
def test_remove_says_what_it_means_and_asks(
    terminal: Terminal, running: Running, begin: Begin
) -> None:
    running.commands.pool = {view.id: view for view in (ADA, KEY)}
    session = begin("accounts", "remove", ADA.id, KEY.id)
    session.type("Remove it? [y/N]", "y")
    assert "taken out of the pool" in session.err
    session.type("Revoke its access at Google too? [y/N]", "y")
    session.type("Remove it? [y/N]", "")
    told = session.end()
    assert told.code == 0, told.err
    assert "removed and revoked" in told.out
    assert running.called("remove") == [(ADA.id, True)]


def test_the_exact_label_goes_before_a_prefix() -> None:
    views = [{"id": "keya", "label": "x"}, {"id": "accb", "label": "key"}]
    assert find(views, "key")["id"] == "accb"
    with pytest.raises(CommandFailed):
        find(views, "")
