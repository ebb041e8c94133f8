from desktop.pages.settings_catalogue import ANSWERS, LOG, NETWORK, ROTATION
from proxy_core.settings import ONLY_FROM_OUTSIDE, SETTINGS

SECRETS_ELSEWHERE = {"GEMINI_AUTH_PASSWORD", "CLIENT_ID", "CLIENT_SECRET"}
"Shown by their own groups."
FOR_SERVERS = {
    "PERSISTENT_STORAGE_PATH",
    "CREDENTIALS_JSON_LIST",
    "POLLUX_VAULT_KEY",
    "ADMIN_PASSWORD",
    "POLLUX_STATE_URL",
}


def test_every_setting_of_a_person_is_on_the_page() -> None:
    shown = {item.name for item in (*NETWORK, *ROTATION, *ANSWERS, *LOG)}
    every = {info.name for info in SETTINGS}
    assert shown == every - SECRETS_ELSEWHERE - FOR_SERVERS - set(ONLY_FROM_OUTSIDE)
