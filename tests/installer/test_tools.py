"""Tools of the builder's machine."""

from resources.installer.tools import PYTHON, Tool, missing, told


def test_each_missing_tool_is_told_once_with_what_installs_it() -> None:
    lacking = Tool("a-tool-that-is-nowhere", "apt-get install it")
    lost = missing([lacking, Tool("there", "", lambda _name: True), lacking])
    assert lost == [lacking]
    assert told(lost) == "  a-tool-that-is-nowhere is missing: apt-get install it"


def test_the_python_of_the_tests_can_build() -> None:
    assert missing(PYTHON) == []
