"""The benchmark (`make bench`): what Pollux costs, against two proxies built here.

`bare` forwards bytes and does nothing else; `floor` also translates OpenAI chat to Gemini, the
least that any such gateway must do. They run beside Pollux, in turns, on the same core against
the same stub of Google, so that what is compared is a ratio inside one run: the machine's speed
and its other load fall out. Times never fail a build; they are printed and read.

Linux only: CPU and memory are read from /proc, and processes are pinned to cores.
"""
