"""Tools of the builder's machine."""

from resources.installer.tools import PYTHON, Tool, missing, told


def test_each_missing_tool_is_told_once_with_what_installs_it() -> None:
    lacking = Tool("a-tool-that-is-nowhere", "apt-get install it")
    lost = missing([lacking, Tool("there", "", lambda _name: True), lacking])
    assert lost == [lacking]
    assert told(lost) == "  a-tool-that-is-nowhere is missing: apt-get install it"


def test_one_command_installs_all_that_apt_has() -> None:
    commands = ("apt-get install b", "apt-get install a", "apt-get install b", "get it elsewhere")
    lines = told(Tool(str(number), command) for number, command in enumerate(commands))
    assert lines.splitlines()[-1] == "All at once: apt-get install b a"


def test_the_python_of_the_tests_can_build() -> None:
    assert missing(PYTHON) == []
