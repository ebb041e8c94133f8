"""The admin API, the page and the browser's way back from Google: what the owner's eyes see.

It knows `commands` and the snapshot, and nothing of how either comes about. Nothing here is on
the way of a model call.
"""
