"""Kills writers of credentials at random moments, and looks at what they leave behind.

`make crash-test` does it a thousand times; the tests do it often enough to catch what is broken.
"""
