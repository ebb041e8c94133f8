"""Several real processes of one user, started, killed and started again."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from desktop.system.single_instance import Claim, SingleInstance, end_running

START = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from desktop.system.single_instance import Claim, SingleInstance

app = QCoreApplication(sys.argv)
instance = SingleInstance()
claim = instance.claim(Path(sys.argv[1]))
print(claim.value, flush=True)
if claim is Claim.PRIMARY:
    instance.raised.connect(lambda token: print("raised", token, flush=True))
    instance.quit_asked.connect(app.quit)
    if sys.argv[2:] == ["hang"]:
        sys.stdin.read()
    app.exec()
    instance.release()
"""


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder, beside a runtime folder of the session."""
    runtime = tmp_path / "runtime"
    runtime.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    monkeypatch.delenv("XDG_ACTIVATION_TOKEN", raising=False)
    return tmp_path / "data"


@contextmanager
def started(folder: Path, *arguments: str, token: str = "") -> Iterator["subprocess.Popen[str]"]:
    environment = os.environ | ({"XDG_ACTIVATION_TOKEN": token} if token else {})
    with subprocess.Popen(
        [sys.executable, "-c", START, str(folder), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_a_second_start_raises_the_first_one_s_window_and_hands_over_its_activation_token(
    data_folder: Path,
) -> None:
    with started(data_folder) as first:
        assert said(first) == "primary"
        with started(data_folder, token="wayland-7") as second:
            assert said(second) == "handed_over"
            assert said(first) == "raised wayland-7"
            assert second.wait(10) == 0


def test_of_many_starts_at_once_one_is_first_and_all_others_hand_over(data_folder: Path) -> None:
    processes = [started(data_folder) for _ in range(4)]
    with processes[0] as a, processes[1] as b, processes[2] as c, processes[3] as d:
        claims = sorted(said(process) for process in (a, b, c, d))
    assert claims == ["handed_over", "handed_over", "handed_over", "primary"]


def test_a_killed_program_does_not_keep_the_next_one_from_being_first(data_folder: Path) -> None:
    with started(data_folder) as first:
        assert said(first) == "primary"
        first.kill()
        first.wait(10)
        with started(data_folder) as second:
            assert said(second) == "primary"
            with started(data_folder) as third:
                assert said(third) == "handed_over"


def test_a_first_one_that_hangs_is_told_as_silent_with_its_process(
    qapp: object, data_folder: Path
) -> None:
    with started(data_folder, "hang") as first:
        assert said(first) == "primary"
        instance = SingleInstance()
        assert instance.claim(data_folder, patience_ms=200) is Claim.SILENT
        assert instance.holder == first.pid


def test_one_that_is_asked_to_quit_is_waited_for(qapp: object, data_folder: Path) -> None:
    data_folder.mkdir()
    with started(data_folder) as first:
        assert said(first) == "primary"
        assert end_running(data_folder, patience_ms=10_000)
        assert first.wait(10) == 0
    assert end_running(data_folder, patience_ms=0)  # and nobody is nothing to wait for


def test_one_that_does_not_quit_is_not_waited_for_long(qapp: object, data_folder: Path) -> None:
    data_folder.mkdir()
    with started(data_folder, "hang") as first:
        assert said(first) == "primary"
        assert not end_running(data_folder, patience_ms=200)


def test_asking_for_the_end_where_nobody_ever_ran_leaves_nothing_behind(
    qapp: object, tmp_path: Path
) -> None:
    assert end_running(tmp_path / "data", patience_ms=0)
    assert list(tmp_path.iterdir()) == []


def test_another_data_folder_is_another_pollux(qapp: object, data_folder: Path) -> None:
    one, other = SingleInstance(), SingleInstance()
    assert one.claim(data_folder) is Claim.PRIMARY
    assert other.claim(data_folder.with_name("portable")) is Claim.PRIMARY
    one.release()
    other.release()


def test_after_its_release_the_next_start_is_the_first(qapp: object, data_folder: Path) -> None:
    one, next_one = SingleInstance(), SingleInstance()
    assert one.claim(data_folder) is Claim.PRIMARY
    one.release()
    assert next_one.claim(data_folder) is Claim.PRIMARY
    next_one.release()


def test_without_a_runtime_folder_lock_and_socket_lie_with_the_data(
    data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    with started(data_folder) as first:
        assert said(first) == "primary"
        assert {path.suffix for path in data_folder.iterdir()} == {".lock", ".socket"}
        with started(data_folder) as second:
            assert said(second) == "handed_over"


def test_a_folder_that_cannot_be_written_does_not_keep_the_window_from_opening(
    qapp: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    (tmp_path / "file").touch()
    assert SingleInstance().claim(tmp_path / "file" / "data") is Claim.PRIMARY


@pytest.mark.parametrize(
    "message",
    [b"GET / HTTP/1.1\n", b'{"cmd":"erase","token":""}\n', b'{"cmd":"show"}\n', b"x" * 10_000],
)
def test_a_caller_that_says_something_else_is_hung_up_on(
    message: bytes, qtbot: QtBot, data_folder: Path
) -> None:
    instance = SingleInstance()
    instance.raised.connect(lambda token: pytest.fail("raised"))
    assert instance.claim(data_folder) is Claim.PRIMARY
    caller = QLocalSocket()
    with qtbot.waitSignal(caller.disconnected):
        caller.connectToServer(instance._server.fullServerName())
        caller.write(message)
    instance.release()
