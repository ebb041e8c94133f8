import pytest

from proxy_core.dialects.media import data_url, type_of_upload


@pytest.mark.parametrize(
    ("declared", "name", "data", "found"),
    [
        ("audio/mpeg", "a.wav", b"", "audio/mp3"),
        ("audio/x-wav", "", b"", "audio/wav"),
        ("audio/webm", "recording.webm", b"\x1aE\xdf\xa3", "audio/webm"),
        ("video/webm", "a.webm", b"", "video/webm"),
        ("application/octet-stream", "A.MPGA", b"", "audio/mp3"),
        ("", "upload", b"ID3\x04", "audio/mp3"),
        ("", "upload", b"\xff\xfb\x90", "audio/mp3"),
        ("", "upload", b"fLaC", "audio/flac"),
        ("", "upload", b"RIFF0000WAVE", "audio/wav"),
        ("", "upload", b"0000ftypM4A ", "audio/m4a"),
        ("", "upload", b"0000ftypisom", "video/mp4"),
        ("image/png", "a.png", b"\x89PNG\r\n", None),
        ("", "notes.txt", b"Hi", None),
        ("", "", b"", None),
    ],
)
def test_a_recording_is_known_by_type_name_or_content(
    declared: str, name: str, data: bytes, found: str | None
) -> None:
    assert type_of_upload(declared, name, memoryview(data), "audio/", "video/") == found


@pytest.mark.parametrize(
    ("declared", "data", "found"),
    [
        ("image/jpg", b"", "image/jpeg"),
        ("", b"\x89PNG\r\n\x1a\n", "image/png"),
        ("", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("", b"RIFF0000WEBP", "image/webp"),
        ("", b"RIFF0000WAVE", None),
    ],
)
def test_a_picture_is_known_likewise(declared: str, data: bytes, found: str | None) -> None:
    assert type_of_upload(declared, "upload", data, "image/") == found


def test_a_data_url_has_the_type_that_gemini_knows() -> None:
    assert data_url("data:image/jpg;base64,AA==", "x", "")["mimeType"] == "image/jpeg"
