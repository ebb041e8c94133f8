"""The icon in the panel: how Pollux stands at a glance, and what is wanted most often.

It knows neither the engine nor the window: it is shown a `TrayView` and tells what was asked.
"""
