import pytest

from proxy_core.dialects import openai_media
from proxy_core.engine.shipped_families import SHIPPED_FAMILIES
from proxy_core.errors import BadRequest

NEW = SHIPPED_FAMILIES.of("gemini-3.8-flash")
OLD = SHIPPED_FAMILIES.of("gemini-2.5-flash")
URL = "https://x.example/a.png"


@pytest.mark.parametrize(
    ("detail", "level"),
    [("low", "LOW"), ("high", "HIGH"), ("original", "ULTRA_HIGH"), ("auto", None), (None, None)],
)
def test_detail_is_a_resolution(detail: str | None, level: str | None) -> None:
    part = openai_media.picture(URL, detail, NEW, "at")
    assert part["fileData"]["fileUri"] == URL
    expected = None if level is None else {"level": f"MEDIA_RESOLUTION_{level}"}
    assert part.get("mediaResolution") == expected
    assert "mediaResolution" not in openai_media.picture(URL, detail, OLD, "at")


def test_a_sound_is_wav_unless_it_says_otherwise() -> None:
    assert openai_media.sound({"data": "AA=="}, "at")["inlineData"]["mimeType"] == "audio/wav"
    mp3 = openai_media.sound({"data": "AA==", "format": "mp3"}, "at")
    assert mp3["inlineData"]["mimeType"] == "audio/mp3"


def test_bare_data_needs_a_name_that_tells_its_type() -> None:
    named = openai_media.file({"file_data": "AA==", "filename": "a.pdf"}, "at")
    assert named["inlineData"] == {"mimeType": "application/pdf", "data": "AA=="}
    with pytest.raises(BadRequest) as caught:
        openai_media.file({"file_data": "AA=="}, "at")
    assert caught.value.problem.param == "at.file_data"


def test_a_file_may_hold_its_address_in_place_of_its_data() -> None:
    url = "https://x.example/report"
    expected = {"fileData": {"fileUri": url, "mimeType": "text/csv"}}
    for field in ("file_url", "file_data"):
        assert openai_media.file({field: url, "filename": "a.csv"}, "at") == expected


@pytest.mark.parametrize("field", ["file_url", "file_data"])
def test_a_file_may_be_a_data_url(field: str) -> None:
    given = {field: "data:text/csv;base64,AA=="}
    expected = {"inlineData": {"mimeType": "text/csv", "data": "AA=="}}
    assert openai_media.file(given, "at") == expected
    unnamed = {field: "data:;base64,AA==", "filename": "a.csv"}
    assert openai_media.file(unnamed, "at") == expected


@pytest.mark.parametrize("url", ["file:///etc/passwd", "C:\\secrets.pdf", "ftp://x.example/a.pdf"])
@pytest.mark.parametrize("field", ["file_url", "file_data"])
def test_a_file_of_the_machine_is_refused_for_what_it_is(field: str, url: str) -> None:
    with pytest.raises(BadRequest, match="files and paths are not opened") as caught:
        openai_media.file({field: url, "filename": "a.pdf"}, "at")
    assert caught.value.problem.param == f"at.{field}"
