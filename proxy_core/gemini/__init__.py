"""Google's wire format, the pivot of Pollux: pure functions over bytes and dicts.

Nothing here awaits, logs, reads a clock or opens anything.
"""
