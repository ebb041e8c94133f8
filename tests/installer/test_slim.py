"""What is left out of the program."""

import pytest

from resources.installer.slim import needed, needed_module


@pytest.mark.parametrize(
    "name",
    [
        "PySide6/Qt/plugins/platformthemes/libqgtk3.so",
        "PySide6/Qt/plugins/platforms/libqeglfs.so",
        "PySide6/plugins/platforms/qminimal.dll",
        "PySide6/plugins/platforms/qdirect2d.dll",
        "PySide6/Qt/plugins/tls/libqopensslbackend.so",
        "PySide6\\plugins\\imageformats\\qjpeg.dll",
        "PySide6/Qt/lib/libQt6Quick.so.6",
        "PySide6/Qt6Qml.dll",
        "PySide6/opengl32sw.dll",
        "PySide6/translations/qtbase_de.qm",
        "libgtk-3.so.0",
        "libpangocairo-1.0.so.0",
        "tzdata/zoneinfo/Europe/Rome",
        "proxy_core/py.typed",
        "attrs-26.1.0.dist-info/RECORD",
    ],
)
def test_what_is_never_loaded_is_left_out(name: str) -> None:
    assert not needed(name)


@pytest.mark.parametrize(
    "name",
    [
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/libqwayland.so",
        "PySide6/Qt/plugins/platforms/libqoffscreen.so",
        "PySide6/plugins/platforms/qwindows.dll",
        "PySide6/plugins/styles/qmodernwindowsstyle.dll",
        "PySide6/Qt/plugins/iconengines/libqsvgicon.so",
        "PySide6/Qt/plugins/imageformats/libqsvg.so",
        "PySide6/Qt/plugins/imageformats/libqico.so",
        "PySide6/Qt/plugins/platformthemes/libqxdgdesktopportal.so",
        "PySide6/Qt/lib/libQt6Svg.so.6",
        "PySide6/Qt6Network.dll",
        "tzdata/zoneinfo/America/Los_Angeles",
        "proxy_core/gemini/families.toml",
        "proxy_core/server/page/index.html",
        "desktop/resources/translations/pollux_en.qm",
        "genai_prices-0.2.3.dist-info/METADATA",
        "libxcb-cursor.so.0",
    ],
)
def test_what_the_program_uses_stays(name: str) -> None:
    assert needed(name)


def test_of_pygments_only_python_s_own_colours_stay() -> None:
    assert needed_module("pygments.lexers")
    assert needed_module("pygments.lexers.python")
    assert not needed_module("pygments.lexers.fortran")
