"""The window of Pollux: a tray application around the engine that `proxy_core.api` gives.

For now it holds only the entry point, which hands everything that needs no window to the engine.
"""
