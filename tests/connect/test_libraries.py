"""Snippets for SDKs are programs."""

import ast
from pathlib import Path

import pytest

from proxy_core import connect
from proxy_core.connect.model import Folders
from tests.connect.conftest import ADDRESS

SDKS = tuple(tool.id for tool in connect.tools() if tool.kind == "sdk")


@pytest.mark.parametrize("tool_id", SDKS)
def test_a_python_snippet_is_python_and_names_the_address(tool_id: str, folders: Folders) -> None:
    guide = connect.snippets(tool_id, ADDRESS, folders)
    (code,) = (step.code for step in guide.steps if step.language == "python")
    ast.parse(code)
    expected = ADDRESS.openai if guide.tool.dialect == "openai" else f'"{ADDRESS.url}"'
    assert expected in code
    assert 'os.environ["POLLUX_TOKEN"]' in code


def test_a_container_reaches_the_host_by_its_name() -> None:
    windows = Folders(Path(), {}, "win32", Path())
    code = connect.snippets("open-webui", ADDRESS, windows).steps[-1].code
    assert "http://host.docker.internal:7860/v1" in code
    assert "$env:POLLUX_TOKEN" in code
