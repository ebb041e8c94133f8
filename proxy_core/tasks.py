"""Starts background tasks so that none is lost: asyncio itself keeps only a weak reference.

Also calls in threads that may hang. Not here: waiting for tasks or ending them; whoever starts
one owns its end.
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")
_log = logging.getLogger(__name__)
_running: set[asyncio.Task[Any]] = set()
_carried: set[asyncio.Task[Any]] = set()


def spawn(coro: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
    """Starts `coro` on the running loop; an exception that ends it is logged."""
    task = asyncio.create_task(coro, name=name)
    _running.add(task)
    task.add_done_callback(_ended)
    return task


async def carry_through(coro: Coroutine[Any, Any, T], *, name: str) -> T:
    """What `coro` returns or raises; where the caller is cancelled, it still goes on to its end.

    For changes that must not be left half done because nobody waits for them any more; `carried`
    waits for them.
    """
    task = asyncio.create_task(coro, name=name)
    _carried.add(task)
    task.add_done_callback(_carried.discard)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        task.add_done_callback(_log_failure)  # nobody else will hear of it
        raise


async def carried() -> None:
    """Returns when everything that `carry_through` began on this loop has ended."""
    loop = asyncio.get_running_loop()
    while running := [task for task in _carried if task.get_loop() is loop]:
        await asyncio.wait(running)


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `function` returns or raises, called in a daemon thread of its own.

    For calls that may hang for good, such as a keyring's prompt that nobody answers:
    `asyncio.to_thread` has few threads, and the end of the program waits for them.
    Cancelled, the thread goes on by itself and its result is dropped.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if outcome.cancelled():
            return
        if error is not None:
            outcome.set_exception(error)
        else:
            outcome.set_result(result)  # type: ignore[arg-type]  # T may itself be optional

    def run() -> None:
        result: T | None = None
        failure: BaseException | None = None
        try:
            result = function(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001 - handed on to the one who waits
            failure = error
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=run, name=f"call {function!r:.60}", daemon=True).start()
    return await outcome


def _ended(task: asyncio.Task[Any]) -> None:
    _running.discard(task)
    _log_failure(task)


def _log_failure(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("task %s ended by an unexpected error", task.get_name(), exc_info=error)
