"""The text of all licences."""

from resources.installer.licences import third_party
from resources.installer.parts import Part

ONE = Part("one", "1.0", "pkg:pypi/one@1.0", "Apache-2.0 AND MIT", ("Text of Apache", "Its notice"))
TWO = Part("two", "2:2.0", "pkg:deb/debian/two@2%3A2.0?arch=amd64", "", ("Text of Apache\r\n",))


def test_a_text_that_several_share_stands_once() -> None:
    text = third_party([ONE, TWO])
    assert text.count("Text of Apache") == 1
    assert "one 1.0, two 2:2.0\n" in text
    assert "  one 1.0  Apache-2.0 AND MIT\n  two 2:2.0\n" in text
