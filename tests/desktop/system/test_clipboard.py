import pytest
from PySide6.QtGui import QGuiApplication

from desktop.system.clipboard import SECRET_MARKS, copy


@pytest.mark.usefixtures("qapp")
def test_a_copied_text_is_what_the_next_paste_inserts() -> None:
    copy("http://127.0.0.1:7860", secret=False)
    content = QGuiApplication.clipboard().mimeData()
    assert content.text() == "http://127.0.0.1:7860"
    assert SECRET_MARKS.keys().isdisjoint(content.formats())


@pytest.mark.usefixtures("qapp")
def test_a_secret_is_marked_so_that_histories_leave_it_out() -> None:
    copy("pollux-token", secret=True)
    content = QGuiApplication.clipboard().mimeData()
    assert content.text() == "pollux-token"
    assert content.data("x-kde-passwordManagerHint").data() == b"secret"
    for name in ("CanIncludeInClipboardHistory", "CanUploadToCloudClipboard"):
        assert content.data(f'application/x-qt-windows-mime;value="{name}"').data() == bytes(4)
