"""The window of Pollux: a tray application around the engine that `proxy_core.api` gives.

Qt and qasync run on the main thread, the engine on a second one with a loop of its own, and only
`bridge` crosses: commands go in and are awaited, snapshots and events come out as signals. Every
module imports downwards:

    __main__            decides between window and terminal; loads Qt
    app                 Qt's application object, the loop, the way out
    shell               puts everything together
    telling | leaving   what the tray says; what closing the window means
    tray | window       icon and menu; sidebar, banners, remembered place
    pages               one page each: overview, accounts, activity, connect, try_it, settings
    dialogs | chat      adding and changing credentials; the local endpoint as a client
    status              how Pollux stands, in one sentence
    desk                what pages share
    figures             sums of what happened
    life                the engine's start, stop, restart, demo, and what went wrong
    bridge | sources    the crossing; settings and engines of the owner
    widgets             the kit: it knows nothing of Pollux
    words               figures, times and states in words
    remembered          what the window keeps of itself
    look | translation | tasks | collecting | at_login
    system              single instance, clipboard, browser, start at login, resources

Window code is coroutines: a slot spawns one (`tasks.spawn`), which awaits the bridge. Dialogs are
opened and awaited, never `exec`uted (`widgets.sheet` says why). What a page shows comes from
the desk it was given; nothing is global.
"""
