import pytest

from proxy_core.dialects.openai_tools import declare_custom, declare_function
from proxy_core.dialects.tools import Tools
from proxy_core.errors import BadRequest


def test_a_prefix_goes_before_the_name() -> None:
    tools = Tools()
    declare_function(tools, {"name": "read", "strict": True}, "tools[0]", "files__")
    declare_custom(tools, {"name": "write", "description": "Writes."}, "tools[1]", "files__")
    assert tools.offered == {"files__read", "files__write"}
    assert tools.custom == {"files__write"}
    assert tools.strict


def test_a_mistake_is_told_with_its_place() -> None:
    for declare in (declare_function, declare_custom):
        with pytest.raises(BadRequest) as caught:
            declare(Tools(), {}, "tools[3]")
        assert caught.value.problem.param == "tools[3].name"
