"""What the window asks of the operating system, each in one small module.

Nothing in here knows the engine or a widget.
"""
