"""Lease, send, judge, and again: the only loop over failures.

The loop is `relay`; a call on its way is a `trip`. Around one attempt of it: `serving` fits the
call to the service whose turn it is, `offloading` sends large media ahead, `receive` reads the
answer up to the commit point, `mending` repairs what Google refused, `continuing` goes on with a
long answer. `passing` and `live` are the same attempt for what a project keeps and for Live
sessions; `owners` knows which project that is. `catalog` lists models, `asking` puts one question.
"""
