"""The long run of the window (`make soak-window`): the real program, used as an owner uses it,
while requests go through it; and at the end a look at what it lost, leaked or complained of.

What wears a binding down only shows in time: PySide6 6.12.0 lost a reference to None or True with
each call, until the interpreter aborted. Linux only, as the benchmark whose parts it uses.
"""
