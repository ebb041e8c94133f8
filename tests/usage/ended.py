"""Made-up exchanges that have ended."""

from proxy_core.events import AttemptRecord, ExchangeEnded, Tokens

MINUTE = 1_795_000_020.0
"A minute's begin."


def ended(
    model: str = "m",
    status: int = 200,
    outcomes: tuple[str, ...] = ("ok",),
    tokens: Tokens | None = None,
    error: str | None = None,
    *,
    at: float = 0.0,
    client: str = "",
) -> ExchangeEnded:
    return ExchangeEnded(
        id="id",
        at=at,
        client=client,
        dialect="openai_chat",
        action="chat.completions",
        model=model,
        stream=False,
        status=status,
        attempts=tuple(AttemptRecord("key1", "home", outcome, 0.1) for outcome in outcomes),
        tokens=tokens,
        first_s=None,
        total_s=0.1,
        error=error,
    )
