"""Files of our own."""

from proxy_core.connect.edits import whole_edits
from proxy_core.connect.edits.plain import MISSING


def test_the_text_is_the_value() -> None:
    assert whole_edits.put("before", (), "after") == "after"
    assert whole_edits.take("after", ()) == ""
    assert whole_edits.parse("after") == "after"
    assert whole_edits.parse("") is MISSING
