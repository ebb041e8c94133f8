"""What is left out of the frozen program, by name. Pure; `pollux.spec` asks.

Measured on Linux: 200 MB without it, of which a third is never loaded.
"""

import re
import sys

QT = ("PySide6", "shiboken6", "qasync", "desktop")
"What the engine alone must not bring along."

NEVER = (
    "PySide6.QtQml",
    "PySide6.QtQuick",
    "PySide6.QtOpenGL",
    "PySide6.QtOpenGLWidgets",
    "PySide6.QtPrintSupport",
    "PySide6.QtSql",
    "PySide6.QtTest",
    "tkinter",
    "unittest",
    "doctest",
    "pydoc",
    "pdb",
    "lib2to3",
    # From 3.12 on it is an alias of setuptools', which PyInstaller cannot leave out.
    *(("distutils",) if sys.version_info < (3, 12) else ()),
    "setuptools",
    "pkg_resources",
    "pip",
    "PyInstaller",
    "IPython",
    "numpy",
)
"""Modules that our packages import for cases which are not ours."""

_LEFT_OUT_PATTERNS = (
    # Qt's ways to a screen, a database and a network that this window does not take. It is
    # drawn without OpenGL.
    r"plugins/(sqldrivers|virtualkeyboard|qmltooling|printsupport|generic|tls)/",
    r"plugins/(networkinformation|egldeviceintegrations|xcbglintegrations)/",
    r"plugins/wayland-graphics-integration-\w+/",
    r"plugins/platforms/\w*(eglfs|linuxfb|vnc|minimalegl|minimal|direct2d|vkkhrdisplay|webgl)",
    r"plugins/platforminputcontexts/\w*virtualkeyboard",
    r"plugins/imageformats/\w*(gif|icns|jpeg|pdf|tga|tiff|wbmp|webp)",
    r"(lib)?Qt6(Qml|Quick|OpenGL|VirtualKeyboard|Pdf|Sql|Test|EglF|PrintSupport)\w*(\.|$)",
    r"opengl32sw\.dll",
    r"Qt/translations/|PySide6/translations/",
    # It loads GTK 3 and all that this brings, only to ask for a theme's colours.
    r"plugins/platformthemes/libqgtk3",
    r"lib(gtk-3|gdk-3|gdk_pixbuf|atk|atk-bridge|atspi|cairo|cairo-gobject)[-.\d]*\.so",
    r"lib(pango\w*-1|epoxy|thai|datrie|fribidi|harfbuzz|graphite2|rsvg-2)[-.\d]*\.so",
    # One time zone is asked for: Google's days end in it.
    r"^tzdata/zoneinfo/(?!America/Los_Angeles$)",
    r"\.pyi$|/py\.typed$",
    r"\.dist-info/(RECORD|INSTALLER|REQUESTED|WHEEL|direct_url\.json|licenses/)",
)
_LEFT_OUT = re.compile("|".join(_LEFT_OUT_PATTERNS))

_LEFT_OUT_MODULES = re.compile(
    # Lexers of all languages: rich imports the one for tracebacks only where it shows one.
    r"^pygments\.(lexers|styles|formatters)\.(?!_mapping$|python$|default$)"
)


def needed(name: str) -> bool:
    """Whether this file belongs into the program; by its name there, with / or \\."""
    return not _LEFT_OUT.search(name.replace("\\", "/"))


def needed_module(name: str) -> bool:
    """Whether this module of pure Python does."""
    return not _LEFT_OUT_MODULES.search(name)
