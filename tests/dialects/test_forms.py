import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy_core.dialects.forms import MAX_HEAD_BYTES, MAX_PARTS, Form, need_upload, read_form
from proxy_core.errors import BadRequest
from tests.fakes.forms import BOUNDARY, CONTENT_TYPE, form, part

END = f"--{BOUNDARY}--\r\n".encode()


def read(body: bytes, content_type: str = CONTENT_TYPE, *literals: str) -> Form:
    return read_form(body, content_type, literals)


def refusal(body: bytes, content_type: str = CONTENT_TYPE) -> str:
    with pytest.raises(BadRequest) as caught:
        read(body, content_type)
    return caught.value.problem.message


def test_texts_and_files_are_told_apart() -> None:
    found = read(
        form({"prompt": "Grüße"}, {"image": ("a.png", "Image/PNG; x=y", b"\x00\r\n--\r\n")})
    )
    assert found.texts == {"prompt": "Grüße"}
    (upload,) = found.files["image"]
    assert (upload.name, upload.content_type) == ("a.png", "image/png")
    assert bytes(upload.data) == b"\x00\r\n--\r\n"


def test_a_name_with_brackets_and_a_name_that_comes_twice_make_a_list() -> None:
    body = form({"a": ["1"], "b": "2"}).removesuffix(END) + part('name="b"', b"3")
    body += part('name="b"', b"4") + END
    assert read(body).texts == {"a": ["1"], "b": ["2", "3", "4"]}
    files = {"image": [("a", "", b"1"), ("b", "", b"2")]}
    assert [bytes(each.data) for each in read(form({}, files)).files["image"]] == [b"1", b"2"]


def test_numbers_and_truth_values_are_read_where_they_are_due() -> None:
    body = form({"n": "2", "stream": "true", "t": "0.5", "prompt": "7", "size": "[1]"})
    found = read(body, CONTENT_TYPE, "n", "stream", "t", "size")
    assert found.texts == {"n": 2, "stream": True, "t": 0.5, "prompt": "7", "size": "[1]"}
    assert read(form({"n": "two"}), CONTENT_TYPE, "n").texts == {"n": "two"}


@pytest.mark.parametrize(
    "content_type",
    [
        f'multipart/form-data; boundary="{BOUNDARY}"',
        f"Multipart/Form-Data;charset=utf-8;Boundary={BOUNDARY}",
    ],
)
def test_the_boundary_may_be_quoted(content_type: str) -> None:
    assert read(form({"a": "1"}), content_type).texts == {"a": "1"}


def test_what_stands_around_the_parts_is_skipped() -> None:
    body = b"preamble\r\n" + form({"a": "1"}) + b"epilogue"
    assert read(body).texts == {"a": "1"}
    assert read(b"\r\n" + form({"a": "1"})).texts == {"a": "1"}
    assert read(form({})).texts == {}


def test_names_of_fields_and_files_are_read_as_libraries_write_them() -> None:
    body = part("name=a", b"1") + part('filename="b%22.txt"; name="f"', b"2")
    body += part('name="e"; filename=""', b"3")
    found = read(body + END)
    assert found.texts == {"a": "1"}
    assert found.files["f"][0].name == 'b".txt'
    assert found.files["e"][0].name == ""


@pytest.mark.parametrize(
    ("names", "name"),
    [
        ("name=\"f\"; filename*=utf-8''na%C3%AFve.png", "naïve.png"),
        ("name=f; filename=plain.png; filename*=utf-8''na%C3%AFve.png", "plain.png"),
        ("filename*=\"UTF-8'en'a%27b.png\"; name=f", "a'b.png"),
        (r'name="f"; filename="a\"; name=\"mask"', 'a"; name="mask'),
        (r'name="f"; filename="C:\pictures\a.png"', r"C:\pictures\a.png"),
        ('name="f"\r\nContent-Type: audio/wav', ""),
        ('name="f"\r\nContent-Type: application/octet-stream', ""),
    ],
)
def test_a_file_is_known_by_any_name_and_by_its_type(names: str, name: str) -> None:
    found = read(part(names, b"\xff") + END)
    assert [upload.name for upload in found.files["f"]] == [name]
    assert found.texts == {}


@pytest.mark.parametrize("kind", ["text/plain; charset=utf-8", "application/json"])
def test_a_text_may_tell_its_type(kind: str) -> None:
    assert read(part(f'name="a"\r\nContent-Type: {kind}', b"1") + END).texts == {"a": "1"}


def test_a_file_that_nobody_chose_counts_as_not_sent() -> None:
    body = part('name="mask"; filename=""\r\nContent-Type: application/octet-stream', b"")
    body += part('name="file"; filename="a.wav"', b"")
    assert list(read(body + END).files) == ["file"]


def test_a_list_may_number_its_entries() -> None:
    body = part('name="a[0]"', b"1") + part('name="a[1]"', b"2")
    body += part('name="image[0]"; filename="a.png"', b"1")
    found = read(body + part('name="image[10]"; filename="b.png"', b"2") + END)
    assert found.texts == {"a": ["1", "2"]}
    assert [upload.name for upload in found.files["image"]] == ["a.png", "b.png"]


def test_an_empty_field_counts_as_not_sent() -> None:
    assert read(form({"n": "", "a": ["", "1"], "b": ""}), CONTENT_TYPE, "n").texts == {"a": ["1"]}


def test_truth_values_may_be_pythons() -> None:
    found = read(form({"stream": "True", "other": "False"}), CONTENT_TYPE, "stream", "other")
    assert found.texts == {"stream": True, "other": False}
    assert read(form({"stream": "True"})).texts == {"stream": "True"}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "does not occur"),
        (b"--other\r\n", "does not occur"),
        (form({"a": "1"}).replace(b"\r\n", b"\n"), "LF alone"),
        (b"preamble\n" + form({"a": "1"}).replace(b"\r\n", b"\n"), "LF alone"),
        (form({"a": "1"}).removesuffix(END), "before its last boundary"),
        (form({"a": "1"})[:40], "before its last boundary"),
        (part('filename="x"', b"1") + END, "no name"),
        (b"--%b\r\n\r\n1\r\n%b" % (BOUNDARY.encode(), END), "no name"),
        (b"--%b\r\nabc%b" % (BOUNDARY.encode(), b"\r\n" + END), "no proper head"),
        (b"--%bxyz\r\n\r\n\r\n%b" % (BOUNDARY.encode(), END), "no proper head"),
        (part(f'name="{"a" * MAX_HEAD_BYTES}"', b"1") + END, "no proper head"),
        (part('name="a"\r\nContent-Transfer-Encoding: base64', b"MQ==") + END, "Encoding"),
        (part('name="a"', b"1") * (MAX_PARTS + 1) + END, "more than"),
        (part('name="a"', b"\xff") + END, "UTF-8"),
    ],
)
def test_a_form_that_does_not_hold_together_is_refused(body: bytes, words: str) -> None:
    assert words in refusal(body)


def test_a_form_without_a_boundary_is_refused() -> None:
    assert "no boundary" in refusal(form({}), "multipart/form-data")
    assert "no boundary" in refusal(form({}), f"multipart/form-data; boundary={'x' * 71}")


def test_the_one_file_of_a_name_must_be_there_and_hold_something() -> None:
    uploads: list[dict[str, Any]] = [
        {},
        {"file": ("a", "", b"")},
        {"file": [("a", "", b"1"), ("b", "", b"2")]},
    ]
    for files in uploads:
        with pytest.raises(BadRequest) as caught:
            need_upload(read(form({"file": "text"}, files)), "file")
        assert caught.value.problem.param == "file"
    assert bytes(need_upload(read(form({}, {"file": ("a", "", b"1")})), "file").data) == b"1"


def test_a_file_is_a_view_of_the_body() -> None:
    body = form({}, {"file": ("a", "", b"12345")})
    assert read(body).files["file"][0].data.obj is body


def test_a_large_body_is_read_in_one_pass() -> None:
    # Nearly boundaries all over: a search that begins again each time would take minutes.
    data = (b"\r\n--" + BOUNDARY[:-1].encode()) * 400_000
    began = time.process_time()
    assert len(read(form({}, {"file": ("a", "", data)})).files["file"][0].data) == len(data)
    assert time.process_time() - began < 2


@given(
    st.dictionaries(st.text("abc[]", min_size=1, max_size=4), st.text(max_size=8), max_size=4),
    st.binary(max_size=40),
)
def test_what_was_put_in_comes_out(texts: dict[str, str], data: bytes) -> None:
    texts = {name: text for name, text in texts.items() if text and not name.endswith("[]")}
    found = read(form(texts, {"file": ("f", "", data)}))
    assert found.texts == texts
    assert bytes(found.files["file"][0].data) == data


PIECES = st.sampled_from(
    [
        *(b"--", b"\r\n", b"\n", BOUNDARY.encode(), b"\r\n--" + BOUNDARY.encode(), END),
        *(
            b"Content-Disposition: form-data",
            b'; name="a"',
            b"; filename=",
            b'"',
            b":",
            b"\r\n\r\n",
        ),
        b"Content-Type: text/plain",
    ]
)


@given(st.lists(PIECES | st.binary(max_size=4), max_size=20).map(b"".join))
def test_any_bytes_are_a_form_or_a_bad_request(body: bytes) -> None:
    try:
        read(body)
    except BadRequest as refused:
        assert refused.problem.message  # noqa: PT017 - either is fine


@given(st.text(max_size=40))
def test_any_content_type_is_one_of_a_form_or_a_bad_request(content_type: str) -> None:
    try:
        read(form({"a": "1"}), "multipart/form-data" + content_type)
    except BadRequest as refused:
        assert refused.problem.message  # noqa: PT017 - either is fine
