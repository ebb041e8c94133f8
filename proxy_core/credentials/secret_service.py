"""The Secret Service of Linux desktops, by `keyring`; imported only when it is to be used.

It differs from keyring's own back-end in one thing: a connection to D-Bus is closed also where
the keyring stays locked.
"""

import secretstorage
from keyring.backends import SecretService as Original
from keyring.errors import KeyringLocked


class SecretService(Original.Keyring):
    """GNOME Keyring, KeePassXC, or any other that speaks the Secret Service API."""

    appid = "Pollux"

    def get_preferred_collection(self) -> secretstorage.Collection:
        """The default collection, unlocked; its connection is the caller's to close."""
        connection = secretstorage.dbus_init()
        usable = False
        try:
            collection = secretstorage.get_default_collection(connection)
            if collection.is_locked() and collection.unlock():
                raise KeyringLocked("the prompt was dismissed")
            usable = True
        finally:
            if not usable:
                connection.close()
        return collection
