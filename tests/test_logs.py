"""The log: no secret, no forged line, no lost line."""

import io
import logging
import re
from collections.abc import Iterator

import pytest

from proxy_core import logs


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, put back as it was."""
    logger = logging.getLogger()
    handlers, level = list(logger.handlers), logger.level
    names = ("_srcfile", "logThreads", "logProcesses", "logMultiprocessing")
    faster = {name: getattr(logging, name) for name in names}
    yield logger
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    for handler in handlers:
        logger.addHandler(handler)
    logger.setLevel(level)
    for name, value in faster.items():
        setattr(logging, name, value)


def formatted(message: str, *args: object, error: Exception | None = None) -> str:
    exc_info = None if error is None else (type(error), error, error.__traceback__)
    record = logging.LogRecord("pollux", logging.INFO, __file__, 1, message, args, exc_info)
    text = logs.RedactingFormatter().format(record)
    found = re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (?s:(.*))\Z", text)
    assert found
    return found[1]


@pytest.mark.parametrize(
    "secret",
    [
        "AIza" + "SyPlantedPlantedPlantedPlantedPlanted",
        "AQ.Planted-Planted-Planted",
        "ya29.planted-planted",
        "1//planted-planted",
        "eyJhbGciOi.eyJzdWIiOi.planted",
    ],
)
def test_no_line_holds_a_secret(secret: str) -> None:
    assert "lanted" not in formatted("Google said: %s", f"bad key {secret}.")
    assert "lanted" not in formatted("GET /v1/models?key=%s", secret)
    assert "lanted" not in formatted("failed", error=ValueError(f"refused {secret}"))


def test_a_line_break_in_a_value_starts_no_line_of_its_own() -> None:
    text = formatted("model %s", "x\n2026-01-01 INFO pollux: forged\r\nINFO pollux: forged")
    first, *further = text.split("\n")
    assert first == "INFO    pollux: model x"
    assert further
    assert all(line.startswith("    ") for line in further)
    assert "\r" not in text


def test_a_traceback_stays_readable() -> None:
    text = formatted("failed", error=ValueError("why"))
    assert text == "INFO    pollux: failed\n    ValueError: why"


def test_nothing_orders_the_terminal_about() -> None:
    text = formatted("%s", "\x1b[2J\x07\x00\x9b31m\u2028\udcff é日")
    assert text == r"INFO    pollux: \x1b[2J\x07\x00\x9b31m\u2028\udcff é日"


def test_lines_arrive_in_order_and_none_is_lost_at_the_end(root: logging.Logger) -> None:
    stream = io.StringIO()
    handler = logs.set_up("info", stream)
    for number in range(1_000):
        root.info("line %d", number)
    root.debug("too fine")
    handler.close()
    lines = stream.getvalue().splitlines()
    assert [line.rpartition(" ")[2] for line in lines] == [str(number) for number in range(1_000)]


class Stuck(io.StringIO):
    """A terminal that does not take anything until it is closed."""

    def write(self, text: str) -> int:
        raise OSError("disk full")


def test_a_receiver_that_fails_breaks_nobody(root: logging.Logger) -> None:
    handler = logs.set_up("info", Stuck())
    root.info("lost")
    handler.close()


def test_a_broken_record_does_not_break_its_caller(
    root: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    stream = io.StringIO()
    handler = logs.set_up("info", stream)
    root.info("%d", "no number")
    root.info("next")
    handler.close()
    assert "next" in stream.getvalue()
    assert "no number" in capsys.readouterr().err


def test_what_waits_for_a_slow_receiver_is_bounded(
    root: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "BACKLOG", 0)
    stream = io.StringIO()
    handler = logs.set_up("info", stream)
    root.info("dropped")
    monkeypatch.setattr(logs, "BACKLOG", 10)
    root.info("kept")
    handler.close()
    assert "kept" in stream.getvalue()
    assert "1 log lines were dropped" in stream.getvalue()
