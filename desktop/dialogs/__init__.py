"""Dialogs: opened without blocking, asked of by pages, tray and window alike."""
