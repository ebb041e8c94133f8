"""Who takes part in the benchmark, and how each is started."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path

import orjson

from tests.bench import display, processes
from tests.bench.bare import BEARER_TOKEN, CREDENTIALS
from tests.bench.display import Display
from tests.bench.processes import Server
from tests.bench.windows import Window

MANY_CREDENTIALS = 2000


@dataclass(frozen=True, slots=True)
class Arena:
    """The stub of Google and the two proxies to compare with, running; and how to start Pollux."""

    folder: Path
    control: bool
    "Measure a second floor in Pollux's place: then every ratio to the floor must come out at 1."
    profile: Path | None
    "Where cProfile writes what the Pollux of the ratios spent; it slows that one down."
    upstream: Server
    bare: Server
    floor: Server
    display: Callable[[], Display]
    "The screen of all windows, opened when it is first asked for."
    _running: ExitStack
    _numbers: "count[int]"

    @classmethod
    @contextmanager
    def open(cls, folder: Path, *, control: bool, profile: Path | None) -> Iterator["Arena"]:
        """All of it, stopped on leaving with every Pollux that still runs."""
        with ExitStack() as running:
            upstream = _start("upstream", folder, running, core=processes.LOAD_CORE)
            url = f"http://127.0.0.1:{upstream.port}"
            bare, floor = (_start(name, folder, running, url) for name in ("bare", "floor"))
            screen = cache(lambda: running.enter_context(display.opened()))
            yield cls(folder, control, profile, upstream, bare, floor, screen, running, count())

    def pollux(self, credentials: int = CREDENTIALS, *, profiled: bool = False) -> Server:
        """Pollux as shipped, with an empty data folder of its own."""
        folder = self.folder / f"pollux-{next(self._numbers)}"
        url = f"http://127.0.0.1:{self.upstream.port}"
        if self.control:
            return _start("floor", folder, self._running, url)
        port = processes.free_port()
        command = ["-m", "proxy_core", "--headless"]
        if profiled and self.profile is not None:
            command = ["-m", "cProfile", "-o", str(self.profile), *command]
        environment = settings_of(port, folder, url, credentials)
        server = processes.start("Pollux", command, port=port, folder=folder, env=environment)
        self._running.callback(server.stop)
        return server

    def window(self) -> Window:
        """Pollux with its window, as `pollux` opens it, with an empty data folder of its own."""
        folder = self.folder / f"window-{next(self._numbers)}"
        window = start_window(folder, f"http://127.0.0.1:{self.upstream.port}", self.display())
        self._running.callback(window.stop)
        return window


def start_window(
    folder: Path,
    upstream: str,
    screen: Display,
    module: str = "tests.bench.window_process",
    core: int = processes.PROXY_CORE,
) -> Window:
    """module: the driver, which runs the program inside."""
    port = processes.free_port()
    environment = {
        **settings_of(port, folder, upstream),
        **screen.env,
        "XDG_RUNTIME_DIR": str(folder),
        "LC_ALL": "C.UTF-8",
    }
    folder.mkdir(mode=0o700, parents=True)
    command = ["-m", module]
    server = processes.start(
        "window", command, port=port, folder=folder, core=core, env=environment, talks=True
    )
    return Window(server, screen.name)


def settings_of(
    port: int, folder: Path, upstream: str, credentials: int = CREDENTIALS
) -> Mapping[str, str]:
    """The environment that sets Pollux up for the stub of Google."""
    return {
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "PERSISTENT_STORAGE_PATH": str(folder / "data"),
        "GEMINI_AUTH_PASSWORD": BEARER_TOKEN,
        "CREDENTIALS_JSON_LIST": _credentials(credentials),
        "GOOGLE_API_BASE_URL": upstream,
    }


def _start(
    name: str,
    folder: Path,
    running: ExitStack,
    *arguments: str,
    core: int = processes.PROXY_CORE,
) -> Server:
    port = processes.free_port()
    command = ["-m", f"tests.bench.{name}", str(port), *arguments]
    server = processes.start(name, command, port=port, folder=folder / f"{name}-{port}", core=core)
    running.callback(server.stop)
    return server


def _credentials(number: int) -> str:
    """So many made-up API keys of as many projects.

    The keys are short, since Linux takes no single variable above 128 KiB.
    """
    keys = [
        {"type": "api_key", "key": f"AIza{key:05d}", "project_id": f"bench-{key}"}
        for key in range(number)
    ]
    return orjson.dumps(keys).decode()
