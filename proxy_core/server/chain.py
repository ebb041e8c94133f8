"""The models that a client's name stands for, tried one after the other.

Nearly always it is one. An alias may name several (setting MODEL_ALIASES): where a model cannot
answer for now, the next may, as long as nothing of an answer has gone out. Not here: parsing the
request for another model, which is each handler's own.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Generic, Protocol, TypeVar

from proxy_core.dialects.contract import ParseContext
from proxy_core.dialects.missing_models import advice
from proxy_core.dialects.model_names import models_of
from proxy_core.errors import BadRequest, Failed, Problem, ProblemKind
from proxy_core.relay.exchange import Exchange

T = TypeVar("T")


class Asking(Protocol):
    """What is asked of Google: a call, or what else has a model and an action."""

    @property
    def model(self) -> str: ...

    @property
    def action(self) -> str: ...


A = TypeVar("A", bound=Asking)

OF_THE_MODEL = frozenset(
    {
        ProblemKind.RATE_LIMITED,
        ProblemKind.QUOTA_SPENT,
        ProblemKind.MODEL_NOT_FOUND,
        ProblemKind.OVERLOADED,
    }
)
"""Failures that another model may not share: quotas and capacity are counted per model.

Not UNUSABLE_CREDENTIALS: it speaks of credentials, which the next model would need too, and may be
a policy refusal, after which the same words must not go out with somebody else's account.
"""


class Chain:
    """Where one exchange stands on the way along its models."""

    def __init__(
        self, exchange: Exchange, models: Sequence[str], advise: Callable[[str], str]
    ) -> None:
        """advise: what to tell a client of a model that no credential offers."""
        self._exchange = exchange
        self._advise = advise
        self._step = 0
        self._last = len(models) - 1
        self._problems: list[Problem] = []
        exchange.patient = self._last == 0

    def go_on(self, failed: Failed, parse: Callable[[int], T]) -> T:
        """The model at hand failed: the request for the next one that takes it.

        parse: understands the request for the model at this place; raises BadRequest where that
        model cannot take it. Raises Failed where no model may stand in.
        """
        if failed.problem.kind not in OF_THE_MODEL:
            raise failed
        self._problems.append(failed.problem)
        while self._step < self._last:
            self._step += 1
            # Whoever can still fall back does not wait.
            self._exchange.patient = self._step == self._last
            try:
                return parse(self._step)
            except BadRequest:
                continue  # the first model took it, so it is no mistake of the client
        raise Failed(self._told()) from failed

    def _told(self) -> Problem:
        """The failure that passes the soonest: then the name works again."""
        passing = [problem for problem in self._problems if problem.retry_after_s is not None]
        soonest = min(passing, key=lambda problem: problem.retry_after_s or 0.0, default=None)
        problem = soonest or self._problems[-1]
        if problem.kind is not ProblemKind.MODEL_NOT_FOUND:
            return problem
        return replace(problem, message=f"{problem.message} {self._advise(problem.model or '')}")


class Request(Generic[A]):
    """One request as it is asked of the model at hand. Per exchange."""

    def __init__(
        self, exchange: Exchange, name: str, context: ParseContext, read: Callable[[str], A]
    ) -> None:
        """name: the client's, of the model. read: the request to the model of this bare id.

        Raises BadRequest, as `read` does.
        """
        self._exchange = exchange
        self._models = models_of(name, context)
        self._read = read
        self._take(self._at(0))
        self._chain = Chain(exchange, self._models, partial(advice, name, context))

    async def answered(self, ask: Callable[[A], Awaitable[T]]) -> T:
        """What the first model that answers is answering. Raises Failed."""
        while True:
            try:
                return await ask(self.asked)
            except Failed as failed:
                self._take(self._chain.go_on(failed, self._at))

    def _at(self, step: int) -> A:
        return self._read(self._models[step])

    def _take(self, asked: A) -> None:
        self.asked = asked
        self._exchange.model, self._exchange.action = asked.model, asked.action
