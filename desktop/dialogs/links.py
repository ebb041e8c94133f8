"""Pages, most of them Google's, as buttons: an address in a sentence cannot be clicked."""

import re
from typing import Final
from urllib.parse import urlsplit

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QPushButton

from desktop.desk import Desk
from desktop.widgets.buttons import button

STUDIO_KEYS: Final = "https://aistudio.google.com/apikey"
NEW_PROJECT: Final = "https://console.cloud.google.com/projectcreate"
API_LIBRARY: Final = "https://console.cloud.google.com/apis/library/"
APIS: Final = {
    "Gemini API": "generativelanguage.googleapis.com",
    "Cloud Resource Manager API": "cloudresourcemanager.googleapis.com",
    "Service Usage API": "serviceusage.googleapis.com",
}
CONSENT_SCREEN: Final = "https://console.cloud.google.com/auth/overview"
NEW_CLIENT: Final = "https://console.cloud.google.com/auth/clients/create"

_ADDRESS = re.compile(r"https://[^\s<>\"']*[^\s<>\"'.,;:)]")


def with_buttons(desk: Desk, text: str) -> tuple[str, list[QPushButton]]:
    """A text of the engine without Google's addresses, and a button for each of them."""
    addresses: list[str] = []

    def take(found: re.Match[str]) -> str:
        if not _is_googles(found.group()):
            return found.group()
        addresses.append(found.group())
        return _tr("Google's page")

    plain = _ADDRESS.sub(take, text)
    return plain, [page_button(desk, address) for address in dict.fromkeys(addresses)]


def page_button(desk: Desk, address: str, text: str = "") -> QPushButton:
    """A button that opens a page. text: empty, the name of Google's page."""
    made = button(desk.theme, text or _name_of(address), "open")
    made.setToolTip(address)
    made.clicked.connect(lambda: open_page(desk, address))
    return made


def open_page(desk: Desk, address: str) -> bool:
    """Opens a page, or puts its address on the clipboard and says so."""
    if desk.open_url(address):
        return True
    desk.copy(address, False)
    desk.toast(_tr("No browser can be opened. The address is on the clipboard."))
    return False


def _is_googles(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    return host == "google.com" or host.endswith((".google.com", ".google.dev"))


def _name_of(address: str) -> str:
    match urlsplit(address).hostname:
        case "aistudio.google.com":
            return _tr("Open AI Studio")
        case "console.cloud.google.com":
            return _tr("Open Google Cloud")
        case _:
            return _tr("Open Google's page")


def _tr(text: str) -> str:
    return QCoreApplication.translate("Links", text)
