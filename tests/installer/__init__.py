"""Tests of `resources/installer`: the pure parts, without a run of PyInstaller.

`proof` holds what installs the real packages; `make package-test` runs it.
"""
