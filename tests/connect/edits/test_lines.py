"""Files of lines."""

from proxy_core.connect.edits import lines

PATTERN = r"^k=[^#\r\n]*?(?P<comment> *#.*)?(?=\r?$)"


def test_a_line_takes_the_place_of_the_last_one_and_its_comment_stays() -> None:
    assert lines.put("k=1\nk=2 # c\nx\n", PATTERN, "k=3") == "k=1\nk=3 # c\nx\n"


def test_a_new_line_comes_last_with_the_line_ends_of_the_file() -> None:
    assert lines.put("x\r\ny", PATTERN, "k=3") == "x\r\ny\r\nk=3\r\n"


def test_a_line_goes_with_its_end() -> None:
    assert lines.take("a\r\nk=1\r\nb\r\n", PATTERN) == "a\r\nb\r\n"
    assert lines.take("k=1", PATTERN) == ""
    assert lines.take("x\n", PATTERN) == "x\n"


def test_a_line_comes_back_and_the_comment_stays_as_it_is_now() -> None:
    assert lines.bring_back("a\nk=2 # new\n", PATTERN, "k=1 # old\n") == "a\nk=1 # new\n"
    assert lines.bring_back("k=2\n", PATTERN, "x\n") == "k=2\n"
